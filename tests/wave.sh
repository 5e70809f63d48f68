#!/usr/bin/env bash
# `linkpulse wave` without a display: pictures, their references, and what it refuses.
# After a change of the drawing that is meant: LINKPULSE_BLESS=1 in the environment writes the
# references anew; look at them.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
export LINKPULSE_DATA=$here/..
unset DISPLAY WAYLAND_DISPLAY
kinds=$here/wave/kinds.vcd
cp "$kinds" "$tree/kinds.vcd"
"$program" wave "$tree/none" >/dev/null 2>&1
if [ $? = 4 ]; then
    skip "wave" "built without the viewer"
    finish
fi

wave() { exits 0 wave "$tree/kinds.vcd" "$@"; }
shot() { wave --screenshot "$tree/a.png" "$@"; }
compare() { python3 "$here/png_compare.py" "$@"; }

# --- pictures ------------------------------------------------------------------------------------
picture_told() { shot && [ "$(verdict)" = "wrote $tree/a.png: 1280x720, 8 rows, 0 s to 20 us" ]; }
check "the verdict tells size, rows and times" picture_told
same_twice() { shot && cp "$tree/a.png" "$tree/b.png" && shot && cmp "$tree/a.png" "$tree/b.png"; }
check "the same picture twice" same_twice
svg() { wave --svg "$tree/a.svg" && [ "$(verdict)" = "wrote $tree/a.svg: 1280x720, 8 rows, 0 s to 20 us" ]; }
check "as SVG" svg
has xmllint && check "the SVG is well-formed" xmllint --noout "$tree/a.svg"
for word in 'capacitor</text>' '>end_of_fra' 'textLength='; do check "the SVG has $word" says "$word" a.svg; done
svg_twice() { cp "$tree/a.svg" "$tree/b.svg" && svg && cmp "$tree/a.svg" "$tree/b.svg"; }
check "the same SVG twice" svg_twice
both() { wave --svg "$tree/c.svg" --screenshot "$tree/c.png" && [ -s "$tree/c.svg" ] && [ -s "$tree/c.png" ]; }
check "both at once" both
check "nothing on standard error" [ ! -s "$tree/err" ]

# --- references ------------------------------------------------------------------------------------
reference() { # NAME ARGUMENT...: the picture is as tests/wave/NAME.png
    local name=$1
    shift
    exits 0 wave --screenshot "$tree/$name.png" "$@" || return 1
    [ -z "${LINKPULSE_BLESS-}" ] || cp "$tree/$name.png" "$here/wave/$name.png"
    compare "$tree/$name.png" "$here/wave/$name.png"
}
small() { [ "$(stat -c %s "$here/wave/$1.png")" -lt 100000 ]; }
exits 0 run -q --firmware none --vcd "$tree/frame.vcd" --trace-window 3 "$captures/dns.pcap"
exits 1 run -q --firmware none --fst "$tree/fault.fst" --trace-window auto --edit "value R5=680" "$captures/dns.pcap"
check "reference: every kind of signal" reference kinds "$tree/kinds.vcd" --size 800x600 --cursor 7us --cursor2 9.3us
check "reference: light, twice as large, widths" reference widths "$tree/kinds.vcd" --size 1280x900 --scale 2 \
    --theme light --from 5us --to 8us --cursor2 6us --panel measure
check "reference: keys" reference keys "$tree/kinds.vcd" --size 800x600 --panel help
check "reference: list of signals" reference signals "$tree/kinds.vcd" --size 800x600 --panel signals --theme light
check "reference: a frame" reference frame "$tree/frame.vcd" --size 1000x420 --theme light --from 160.4us --to 162us \
    --cursor 160.93us --signals "line,:manchester,/sck,volts.Net-(C9-Pad2),/bytesync,/sck_rx,/mosi_rx,:spi_lsb"
if "$program" wave "$tree/fault.fst" --decode manchester 2>&1 | grep -q "no FST"; then
    skip "reference: a failure" "no FST"
else
    check "reference: a failure" reference failure "$tree/fault.fst" --size 800x600 --details
fi
for name in kinds widths keys signals frame failure; do check "$name.png is small" small "$name"; done

# --- planted differences -----------------------------------------------------------------------------
differs() { # NAME OPTION...: another picture of the size is not taken for it
    local name=$1
    shift
    wave --screenshot "$tree/other.png" "$@" && ! compare "$tree/other.png" "$here/wave/$name.png" >/dev/null
}
planted() { # SED: changed waves are not taken for them
    sed "$1" "$kinds" >"$tree/planted.vcd"
    exits 0 wave "$tree/planted.vcd" --screenshot "$tree/other.png" --size 800x600 --cursor 7us --cursor2 9.3us &&
        ! cmp -s "$tree/planted.vcd" "$kinds" && ! compare "$tree/other.png" "$here/wave/kinds.png" 0.02 >/dev/null
}
check "another theme is found" differs kinds --size 800x600 --theme light
check "another range is found" differs kinds --size 800x600 --to 19us
check "another size is found" differs kinds --size 801x600
check "a missing row is found" differs kinds --size 800x600 --cursor 7us --cursor2 9.3us --signals clk,ready,bus,capacitor
check "a pulse of a nanosecond that is missing is found" planted '/^1g$/d'
check "a state that is missing is found" planted '/^spreamble e$/d'
truncated() { head -c 5000 "$tree/a.png" >"$tree/cut.png" && ! compare "$tree/cut.png" "$here/wave/kinds.png" 2>/dev/null; }
check "half a PNG is no picture" truncated

# --- rows, times, cursors ------------------------------------------------------------------------------
rows() { shot --signals "$1" && [[ "$(verdict)" == *", $2 row"* ]]; }
check "rows by name" rows clk,ready 2
check "rows with scopes" rows top.fsm.count,top.clk 2
check "one row" rows clk 1
told() { shot "${@:2}" && [[ "$(verdict)" == *"$1" ]]; }
check "--from, --to" told "5 us to 8 us" --from 5us --to 8000ns
check "--from alone" told "5 us to 20 us" --from 0.000005s
check "--to alone" told "0 s to 8 us" --to 8us
active() { wave --signals ready,clk --svg "$tree/a.svg" && says ">top.ready<" a.svg; } # below, in full
check "the first row of --signals is active" active
check "times far outside" told "-35 us to 5 us" --from -9e18 --to 9e18
decoded() { exits 0 wave "$kinds" --decode manchester=clk "$@" && [ "$(grep -c $'\t' "$tree/out")" -gt 0 ]; }
check "--decode of a range" decoded --from 0 --to 8us
undecoded() { ! decoded "$@" && [ -s "$tree/out" ]; }
check "--decode of times outside of the file" undecoded --from 1s --to 2s
check "a number counts ticks" told "5 us to 8 us" --from 5000 --to 8000
check "--size" told ", 0 s to 20 us" --size 321x201
narrow() { shot --size 320x200 --scale 4 --panel "$1" --details; }
for panel in help search measure signals; do check "the least size, the greatest scale: $panel" narrow $panel; done
check "a huge picture" shot --size 3840x2160

# --- what is refused -------------------------------------------------------------------------------------
check "no file" refuses "needs a wave file" wave
check "two files" refuses "takes one wave file, found also b" wave a b
check "an absent file" refuses "absent.vcd" wave "$tree/absent.vcd" --screenshot "$tree/x.png"
check "a folder" refuses "$tree" wave "$tree" --screenshot "$tree/x.png"
check "an unknown signal, with the nearest" refuses 'no signal top.redy; nearest is "top.ready"' \
    wave "$kinds" --screenshot "$tree/x.png" --signals top.redy
check "an unknown decoder, with the nearest" refuses 'no decoder :manchestr; nearest is "manchester"' \
    wave "$kinds" --screenshot "$tree/x.png" --signals :manchestr
check "a decoder without its signals" refuses "nothing by the names it needs" \
    wave "$kinds" --screenshot "$tree/x.png" --signals :spi_lsb
check "an empty name" refuses "names with commas" wave "$kinds" --screenshot "$tree/x.png" --signals clk,,ready
check "a time without sense" refuses "\-\-from 5xs: expected a time" wave "$kinds" --screenshot "$tree/x.png" --from 5xs
check "a range of nothing" refuses "is not before" wave "$kinds" --screenshot "$tree/x.png" --from 5us --to 5us
check "a time too large" refuses "\-\-cursor .*: expected a time" wave "$kinds" --screenshot "$tree/x.png" --cursor 99999999999999999s
for size in 10x10 800 800x 800x600x2 99999x600 800x-600 +800x600 " 800x600"; do
    check "--size $size" refuses "\-\-size $size: expected" wave "$kinds" --screenshot "$tree/x.png" --size "$size"
done
for scale in 0 5 1.5 x ""; do check "--scale '$scale'" refuses "\-\-scale" wave "$kinds" --screenshot "$tree/x.png" --scale "$scale"; done
check "--theme" refuses "\-\-theme dork: expected dark or light" wave "$kinds" --theme dork
check "--panel" refuses "\-\-panel x: expected help, search, measure or signals" wave "$kinds" --panel x
check "--view of nothing" refuses "absent.gtkw" wave "$kinds" --screenshot "$tree/x.png" --view "$tree/absent.gtkw"
check "a picture that cannot be written" refuses "/nowhere/x.png" wave "$kinds" --screenshot "$tree/nowhere/x.png"
check "one file for both" refuses "name the same file" wave "$kinds" --screenshot "$tree/x" --svg "$tree/x"
check "over the waves" refuses "overwrite the input" wave "$tree/kinds.vcd" --screenshot "$tree/kinds.vcd"
nothing_left() { ! compgen -G "$tree/x*" >/dev/null && cmp -s "$kinds" "$tree/kinds.vcd"; }
check "nothing is left of all that" nothing_left
no_font() { LINKPULSE_FONT=$tree/none.ttf exits 4 wave "$kinds" --screenshot "$tree/x.png" && says "none.ttf" err; }
check "no font" no_font
no_display() { exits 4 wave "$kinds" && [ "$(grep -c '^linkpulse: ' "$tree/err")" = 1 ]; }
check "a window without a display" no_display
full() { exits 2 wave "$kinds" --screenshot /dev/full && [ "$(wc -l <"$tree/err")" = 1 ]; }
check "a full disk" full
finish
