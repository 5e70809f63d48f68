#!/usr/bin/env bash
# Long captures: memory does not grow with them, and speed stays above real time.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
long=200000 growth=8 # MB
# A sanitizer is slow, and holds freed memory back.
grep -q __asan_init "$program" && long=20000 growth=64

replays() { # STATUS FRAMES RECOVERED [ARGUMENT...]: leaves factor and memory
    local status=$1 frames=$2 want=$3 recovered
    shift 3
    timeout 300 python3 "$here/long.py" "$program" "$frames" 200 --firmware none "$@" >"$tree/figures" 2>"$tree/err"
    [ $? = "$status" ] || { sed 's/^/# /' "$tree/err"; return 1; }
    read -r recovered factor memory <"$tree/figures"
    echo "# $frames frames: $factor times real time, $memory MB"
    [ "$recovered" = "$want" ]
}
check "2000 frames through a pipe" replays 0 2000 2000
small=$memory
check "$long frames through a pipe" replays 0 $long $long
check "the long run takes no more memory" [ "$memory" -le $((small + growth)) ]
if [ $long = 200000 ]; then
    check "the long run keeps 20 times real time" [ "$factor" -gt 20 ]
else
    skip "the long run keeps 20 times real time" "a sanitizer's build"
fi
check "20000 failures" replays 1 20000 0 --edit "remove U3"
check "20000 failures take no more memory" [ "$memory" -le $((small + growth)) ]
finish
