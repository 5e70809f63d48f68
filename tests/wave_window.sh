#!/usr/bin/env bash
# The viewer's window, driven by real events of mouse and keyboard on a display of its own. After
# each step the window's own account of its state (-v) is waited for, never a time.
#   wave_window.sh --program=... --bless   writes the reference pictures anew
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
bless=
for argument in "$@"; do [ "$argument" = --bless ] && bless=yes; done
if ! "$program" wave --help >/dev/null 2>&1 || "$program" wave /nothing 2>&1 | grep -q 'built without'; then
    skip "the window" "built without the waveform viewer"
    finish
fi

# --- without a display ---------------------------------------------------------------------
cat >"$tree/small.vcd" <<'END'
$timescale 1 ns $end
$scope module top $end
$var wire 1 ! clk $end
$var wire 8 " bus [7:0] $end
$upscope $end
$enddefinitions $end
#0
0!
b0 "
#100
1!
b11 "
#250
0!
#1000
END
no_display() {
    (unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER; exits 4 wave "$tree/small.vcd") &&
        [ "$(wc -l <"$tree/err")" = 1 ] && says '--screenshot' err
}
check "no display: one line that names --screenshot" no_display
if ! has Xvfb || ! has xdotool; then
    skip "the window" "no xvfb or no xdotool"
    finish
fi

# --- a display, and a window on it ---------------------------------------------------------
patience=240 # tenths of a second that a step may take on a loaded machine
Xvfb -displayfd 3 -screen 0 3840x2160x24 -nolisten tcp 3>"$tree/display" 2>"$tree/xvfb.err" &
server=$!
window=
trap 'kill $window $server 2>/dev/null; rm -rf "$tree"' EXIT
until_true() { # COMMAND...
    local i
    for ((i = 0; i < patience; i++)); do
        "$@" && return 0
        sleep 0.1
    done
    echo "# waited in vain: $* (last: $(tail -n 1 "$log" 2>/dev/null))"
    return 1
}
log=$tree/window.log
: >"$log"
until_true [ -s "$tree/display" ]
DISPLAY=:$(cat "$tree/display")
export DISPLAY SDL_VIDEODRIVER=x11
unset WAYLAND_DISPLAY

state() { # FIELD: its first word, as last drawn
    sed -n 's/^wave: drawn //p' "$log" | tail -n 1 | sed -n "s/.* $1 \([^ ]*\).*/\1/p"
}
drawn() { sed -n 's/^wave: drawn \([0-9]*\).*/\1/p' "$log" | tail -n 1; }
cursor() { sed -n 's/^wave: drawn .* cursors \([^ ]*\) \([^ ]*\) rows .*/\1 \2/p' "$log" | tail -n 1 | cut -d ' ' -f "$1"; }
text() { # message|hover: what stands between brackets
    sed -n 's/^wave: drawn //p' "$log" | tail -n 1 | sed -n "s/.* $1 \[\([^]]*\)\].*/\1/p"
}
is() { [ "$(state "$1")" "$2" "$3" ]; } # FIELD OPERATOR VALUE
cursor_is() { [ "$(cursor "$1")" "$2" "$3" ] 2>/dev/null; }
says_message() { [[ "$(text message)" == *$1* ]]; }
opened() { grep -q '^wave: drawn' "$log" && [ -n "$(state span)" ]; }
begin() { # ARGUMENT...
    "$program" wave -v "$@" 2>"$log" </dev/null &
    window=$!
    until_true opened
    id=$(until_true xdotool search --name 'linkpulse wave' | tail -n 1)
    xdotool windowmove "$id" 0 0 windowfocus "$id" 2>/dev/null
}
ended() { ! kill -0 "$window" 2>/dev/null; }
key() { xdotool key --clearmodifiers "$@"; }
picture() { # NAME: by the window's own key; compared with the reference unless it is blessed
    local n file reference=$here/wave_window/$1.png
    n=1
    while [ -e "$waves-$n.png" ]; do n=$((n + 1)); done
    file=$waves-$n.png
    key F12
    until_true [ -e "$file" ] || return 1
    until_true says_message 'picture saved' || return 1
    cp "$file" "$tree/$1.png"
    [ "$bless" ] && mkdir -p "$here/wave_window" && cp "$file" "$reference"
    python3 "$here/png_compare.py" "$tree/$1.png" "$reference" 2
}

# A fault on the reference board: the failing frame's surroundings.
waves=$tree/fault.vcd
faulty() { exits 1 run -q --firmware none --edit "value R5=680" --vcd "$waves" --trace-window auto --no-host "$captures/dns.pcap"; }
check "a run that fails leaves waves" faulty
failure=$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["failures"][0]["time"])' "$waves.lpwave")

# --- open ----------------------------------------------------------------------------------
check "the window opens" begin --size 1000x700 "$waves"
check "with rows" is rows -ge 5
at_failure() { cursor_is 1 = "$failure"; }
check "with the cursor at the first failure" at_failure
check "as the reference" picture open

# --- zoom and pan --------------------------------------------------------------------------
from=$(state from) span=$(state span)
hovers() { [ -n "$(text hover)" ]; }
xdotool mousemove 700 130
check "the pointer tells the time" until_true hovers
under=$(text hover)
zoom_in() {
    xdotool click 4 click 4 click 4
    until_true is span -le $((span * 8 / 27 + 3))
}
check "three notches of the wheel zoom in" zoom_in
near() { # the time under the pointer, before and after: within a pixel of the wider picture
    python3 - "$under" "$(text hover)" "$span" <<'END'
import sys
UNITS = {"s": 1e12, "ms": 1e9, "us": 1e6, "ns": 1e3, "ps": 1}
def ticks(text):
    number, unit = text.split()[:2]
    return float(number) * UNITS[unit]
sys.exit(abs(ticks(sys.argv[1]) - ticks(sys.argv[2])) > int(sys.argv[3]) / 500)
END
}
check "around the pointer" near
check "as the reference" picture zoomed
zoomed=$(state from)
drag() {
    xdotool mousedown 1
    xdotool mousemove 720 130 mousemove 760 132 mousemove 800 131
    xdotool mouseup 1
    until_true is from -lt "$zoomed"
}
check "a drag to the right shows what was before" drag
key u
check "undo goes back exactly" until_true is from -eq "$zoomed"
key u
check "undo takes back the whole turn of the wheel" until_true is span -eq "$span"
check "to where it was" is from -eq "$from"
key shift+u
check "redo" until_true is from -eq "$zoomed"
key f
wider() { is span -gt "$span"; }
check "the whole file" until_true wider

# --- search --------------------------------------------------------------------------------
rows=$(state rows)
key slash
check "search opens its panel" until_true is panel -eq 2
xdotool type --delay 20 'c10'
fewer() { [ "$(state found)" -ge 1 ] && [ "$(state found)" -lt 30 ]; }
check "and finds while one types" until_true fewer
check "as the reference" picture search
key Escape
check "Escape closes it" until_true is panel -eq 0
key slash
xdotool type --delay 20 'U6.*pad12?'
check "a pattern finds one net" until_true is found -eq 1
key Return
check "Return adds its row" until_true is rows -eq $((rows + 1))
check "as the reference" picture added

# --- cursors and jumps ---------------------------------------------------------------------
# The pointer is over the traces' first row.
xdotool mousemove 500 100
key shift+s
check "no snapping" until_true says_message 'where they are put'
xdotool click 1
check "a click sets cursor A" until_true cursor_is 1 != "$failure"
first=$(cursor 1)
xdotool mousemove 800 100 click 3
check "the right button sets cursor B" until_true cursor_is 2 -gt "$first"
key z
check "zoom to what is between" until_true is span -le $((($(cursor 2) - first) * 12 / 10))
key w
check "pulse widths between them" until_true is panel -eq 3
check "as the reference" picture measure
key w
key o
key e
moved() { [ "$(cursor 1)" != "$first" ]; }
check "the next edge" until_true moved
key f
key g
xdotool type --delay 20 '20us'
key Return
check "a cursor before the failure" until_true cursor_is 1 -lt "$failure"
key x
check "the next failure" until_true at_failure
check "and what it is" says_message 'corrupt'
key x
check "there is no later one" until_true says_message 'no later failure'
key p
check "no later frame either" until_true says_message 'no later frame'
key shift+p
packet=$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["packets"][0]["from"])' "$waves.lpwave")
check "the frame before" until_true cursor_is 1 = "$packet"
key x
until_true at_failure
key Return
check "a detail leads to its packet" until_true cursor_is 1 = "$packet"
key m
check "a marker is asked for" until_true says_message 'set marker'
key a
check "and set" until_true says_message 'marker a at'
key g
xdotool type --delay 20 '40us'
key Return
check "a time typed in" until_true cursor_is 1 = 40000000
key apostrophe a
check "back to the marker" until_true cursor_is 1 = "$packet"

# --- what is saved, and the same without a window ------------------------------------------
key ctrl+s
check "the view is saved" until_true says_message 'saved as'
saved() { # KEY: of the view file
    python3 -c 'import json, sys
view = json.load(open(sys.argv[1]))
print(*view["cursors"], view["from"], view["span"], len(view["rows"]), view["markers"]["a"])' "$waves.lpview"
}
as_shown() { [ "$(saved)" = "$(cursor 1) $(cursor 2) $(state from) $(state span) $(state rows) $packet" ]; }
check "as it is seen" as_shown
same_picture() {
    picture marked && cp "$tree/marked.png" "$tree/window.png" && exits 0 wave "$waves" --screenshot "$tree/still.png" --size 1000x700 --details &&
        python3 "$here/png_compare.py" "$tree/still.png" "$tree/window.png" 2
}
check "--screenshot draws what the window shows" same_picture
decoded() {
    exits 0 wave "$waves" --svg "$tree/still.svg" --size 1600x1200 &&
        grep -q 'manchester' "$tree/still.svg" && grep -q 'ARP who has' "$tree/still.svg"
}
check "with decoded rows" decoded

# --- panels, sizes -------------------------------------------------------------------------
key question
check "? opens the help" until_true is panel -eq 1
check "as the reference" picture help
key Escape
until_true is panel -eq 0
key t
check "a light theme" picture light
key t
sized() { [ "$(state size)" = "$1" ]; }
xdotool windowsize "$id" 800 600
check "800x600" until_true sized 800x600
check "as the reference" picture small
xdotool windowsize "$id" 3840 2160
check "3840x2160" until_true sized 3840x2160
large() { [ "$bless" ] || picture_shape 3840 2160; }
picture_shape() { # WIDTH HEIGHT: of the picture that F12 writes now
    local n=1
    while [ -e "$waves-$n.png" ]; do n=$((n + 1)); done
    key F12
    until_true [ -e "$waves-$n.png" ] && python3 -c 'import struct, sys
head = open(sys.argv[1], "rb").read(24)
sys.exit(struct.unpack(">II", head[16:24]) != (int(sys.argv[2]), int(sys.argv[3])))' "$waves-$n.png" "$1" "$2"
}
check "its picture" large
xdotool windowsize "$id" 1000 700
until_true sized 1000x700

# --- the end, and again --------------------------------------------------------------------
last="$(cursor 1) $(cursor 2) $(state from) $(state span) $(state rows) $packet"
key q
check "q ends the window" until_true ended
wait "$window"
check "with exit 0" [ $? = 0 ]
check "the view is saved" [ "$(saved)" = "$last" ]
check "it opens again" begin --size 1000x700 "$waves"
again() { [ "$(cursor 1) $(cursor 2) $(state from) $(state span) $(state rows) $packet" = "$last" ]; }
check "as it was left" until_true again
key ctrl+q
until_true ended

# --- rows for GTKWave ----------------------------------------------------------------------
waves=$tree/small.vcd
check "waves of others open" begin --size 1000x700 "$waves"
check "with all signals" is rows -eq 2
xdotool mousemove 500 100
key k
check "rows are written for GTKWave" until_true [ -e "$waves.gtkw" ]
if has gtkwave; then
    cat >"$tree/list.tcl" <<'END'
for {set i 0} {$i < [gtkwave::getTotalNumTraces]} {incr i} { puts "TRACE [gtkwave::getTraceNameFromIndex $i]" }
exit
END
    gtkwave_reads() {
        timeout 120 gtkwave -S "$tree/list.tcl" "$waves" "$waves.gtkw" >"$tree/out" 2>&1
        [ "$(grep -c '^TRACE' "$tree/out")" = 2 ] && says 'TRACE clk' && says 'TRACE bus\[7:0\]'
    }
    check "which reads them" gtkwave_reads
else
    skip "which reads them" "no gtkwave"
fi

# --- a file that grows ---------------------------------------------------------------------
key f
check "the whole file" until_true is span -eq 1000
printf '1!\n#3000\n0!\n#4000\n' >>"$waves"
check "a file that grows is read again, and its end followed" until_true is span -eq 4000
xdotool mousemove 500 100
key plus plus plus Home
until_true is span -lt 2000
before="$(state from) $(state span)" n=$(drawn)
printf '1!\n#5000\n' >>"$waves"
redrawn() { [ "$(drawn)" -gt "$n" ]; }
stays() { until_true redrawn && [ "$(state from) $(state span)" = "$before" ]; }
check "a view that is not at the end stays" stays
key f
check "though the file is longer" until_true is span -eq 5000
printf 'and no wave\n' >"$waves"
key F5
check "what cannot be read is told" until_true says_message 'small.vcd'
check "and the window stays" kill -0 "$window"
rm -f "$waves.lpview"
kill -INT "$window"
check "Ctrl-C closes it" until_true ended
wait "$window"
check "as its button does" [ $? = 0 -a -s "$waves.lpview" ]
finish
