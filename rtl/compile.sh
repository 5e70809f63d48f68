#!/usr/bin/env bash
# compile.sh TOP.v OUT.so [VERILATOR-OPTIONS]: an exported board as a shared object with
# rtl/verilate.h's interface; with --trace or --trace-fst one that writes waves. Exit 4 when
# verilator or the C++ compiler is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(realpath "$1") out=$(realpath -m "$2")
shift 2
for tool in verilator "${CXX:-g++}" make; do
    command -v "$tool" >/dev/null && continue
    echo "linkpulse: the rtl engine needs $tool; install the package verilator (and g++, make)" >&2
    exit 4
done
# Verilator splits its paths at spaces, and make has other signs of its own: they see what is below
# $work alone.
temp=${TMPDIR:-/tmp}
[[ $temp == *[!A-Za-z0-9_./+-]* ]] && temp=/tmp
work=$(mktemp -d "$temp/linkpulse-rtl.XXXXXX")
trap 'rm -rf "$work" "$out.$$"' EXIT
cp "$top" "$work/board.v"
ln -s "$here" "$work/rtl"
include=$(verilator --getenv VERILATOR_ROOT)/include
[ -d "$include" ] || include=/usr/share/verilator/include

design=$(sed -n 's,^// design \([0-9a-f]*\)$,\1,p' "$top" | head -n 1)
tick=1 runtime=(verilated.cpp verilated_threads.cpp) kind=() libraries=()
for option; do
    [[ $option =~ ^-GTICK_PS=.*[^0-9]([0-9]+)$ ]] && tick=${BASH_REMATCH[1]}
    case $option in
    --trace) kind=(-DRTL_TRACE_VCD) runtime+=(verilated_vcd_c.cpp) ;;
    --trace-fst) kind=(-DRTL_TRACE_FST) runtime+=(verilated_fst_c.cpp) libraries=(-lz) ;;
    esac
done

# -O1: half the time, and the design, one long function without loops, runs as fast as by -O3.
compile=("${CXX:-g++}" -fPIC -std=c++17 -isystem "$include" -isystem "$include/vltstd")
(cd "$work" && exec "${compile[@]}" -O1 -c "${runtime[@]/#/$include/}") 2>"$work/runtime" &
(cd "$work" && exec verilator --cc --build -O3 --x-assign fast --x-initial fast --noassert -Wall \
    --trace-depth 1 --prefix Vboard --top-module board -y rtl/parts -Irtl/parts --Mdir obj \
    -CFLAGS "-fPIC -std=c++17 -fno-semantic-interposition" -MAKEFLAGS "OPT_FAST=-O1" \
    "$@" board.v) >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 3
}
wait $! || {
    cat "$work/runtime" >&2
    exit 3
}
# Written beside and renamed: two runs may want the same board at once.
"${compile[@]}" -O2 -shared -DRTL_TICK_PS="$tick" -DRTL_DESIGN="${design:-0}" "${kind[@]}" \
    -isystem "$work/obj" -I"$work" "$here/verilate.cc" "$work"/*.o "$work"/obj/*.a \
    "${libraries[@]}" -lpthread -o "$out.$$"
mv "$out.$$" "$out"
