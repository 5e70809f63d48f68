#!/usr/bin/env bash
# wave_open.sh MAKE TIME PROGRAM [OCTETS]: a synthetic VCD of 1 GB and its FST: the time of the
# index, from opening to a picture, of redraws, and memory, beside gtkwave's time to load the
# same file and show as many traces. Figures to read, not to pass. Files go to $TMPDIR.
make=$1 time=$2 program=$3 octets=${4:-1000000000}
tree=$(mktemp -d) && trap 'rm -rf "$tree"' EXIT
export XDG_CACHE_HOME=$tree

cat >"$tree/show.tcl" <<'TCL'
set list {}
for {set i 0} {$i < 40} {incr i} { lappend list [gtkwave::getFacName $i] }
gtkwave::addSignalsFromList $list
gtkwave::/Time/Zoom/Zoom_Full
exit
TCL

seconds() { # COMMAND...: wall time; its output is dropped
    local start end
    start=$(date +%s.%N)
    "$@" >/dev/null 2>&1 || echo "# failed: $*" >&2
    end=$(date +%s.%N)
    awk "BEGIN { printf \"%.3f\", $end - $start }"
}
value() { awk -v name="$1" '$1 == name { print $2 }' "$2"; }
cold() { # FILE: out of the page cache
    dd if="$1" iflag=nocache count=0 status=none
    [ ! -e "$1.lpindex" ] || dd if="$1.lpindex" iflag=nocache count=0 status=none
}

measure() { # FILE
    local build cold_s warm_s load
    rm -f "$1.lpindex"
    "$time" "$1" >"$tree/build" || return
    build=$(value open_s "$tree/build")
    echo "$(basename "$1"): $(($(stat -c %s "$1") / 1000000)) MB; index built in $build s," \
        "$(($(stat -c %s "$1.lpindex") / 1000000)) MB, memory $(value peak_MB "$tree/build") MB"
    sync
    cold "$1"
    "$time" "$1" >"$tree/cold"
    "$time" "$1" >"$tree/warm"
    cold_s=$(awk '/^(open|picture)_s/ { s += $2 } END { print s }' "$tree/cold")
    warm_s=$(awk '/^(open|picture)_s/ { s += $2 } END { print s }' "$tree/warm")
    echo "  opened to the columns of 40 traces: $cold_s s (not cached), $warm_s s (cached)," \
        "memory $(value peak_MB "$tree/warm") MB"
    echo "  redraws, processor time, median (worst):" \
        $(awk '/^redraw/ { sub("redraw_ms_", "", $1); print $1 ": " $2 " (" $3 ") ms," }' "$tree/warm")
    echo "  linkpulse wave --screenshot: $(seconds "$program" wave "$1" --screenshot "$tree/a.png" --size 1920x1080) s"
    command -v gtkwave xvfb-run >/dev/null || return
    load=$(seconds timeout 1200 xvfb-run -a gtkwave -S "$tree/show.tcl" "$1")
    echo "  gtkwave, the same traces: $load s:" \
        "$(awk "BEGIN { printf \"%.1f times as long, %.2f of the time of the index\", $load / $warm_s, $load / $build }")"
}

"$make" "$tree/wave.vcd" "$octets" || exit 1
measure "$tree/wave.vcd"
if command -v vcd2fst >/dev/null; then
    vcd2fst "$tree/wave.vcd" "$tree/wave.fst" >/dev/null && rm "$tree"/wave.vcd*
    measure "$tree/wave.fst"
else
    echo "no FST: vcd2fst (package gtkwave) is not installed"
fi
