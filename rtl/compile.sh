#!/usr/bin/env bash
# compile.sh TOP.v OUT.so [VERILATOR-OPTIONS]: an exported board as a shared object with
# rtl/verilate.h's interface. Exit 4 when verilator or the C++ compiler is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(realpath "$1") out=$2
shift 2
for tool in verilator "${CXX:-g++}" make; do
    command -v "$tool" >/dev/null && continue
    echo "linkpulse: the rtl engine needs $tool; install the package verilator (and g++, make)" >&2
    exit 4
done
work=$(mktemp -d "${TMPDIR:-/tmp}/linkpulse-rtl.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp "$top" "$work/board.v"
ln -s "$here" "$work/rtl"
verilator --cc --build -O3 --x-assign fast --x-initial fast --noassert -Wall --trace-depth 1 \
    --prefix Vboard --top-module board -y "${RTL_PARTS:-$here/parts}" \
    -I"${RTL_PARTS:-$here/parts}" --Mdir "$work/obj" \
    -CFLAGS "-fPIC -std=c++17 -fno-semantic-interposition" -MAKEFLAGS "OPT_FAST=-O2" "$@" "$work/board.v" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 3
}
include=$(verilator --getenv VERILATOR_ROOT)/include
[ -d "$include" ] || include=/usr/share/verilator/include
# Written beside and renamed: two runs may want the same board at once.
design=$(sed -n 's,^// design \([0-9a-f]*\)$,\1,p' "$top" | head -n 1)
tick=1 tracer=()
for option; do
    [[ $option =~ ^-GTICK_PS=.*[^0-9]([0-9]+)$ ]] && tick=${BASH_REMATCH[1]}
    case $option in
    --trace) tracer=(-DRTL_TRACE_VCD "$include/verilated_vcd_c.cpp") ;;
    --trace-fst) tracer=(-DRTL_TRACE_FST "$include/verilated_fst_c.cpp" -lz) ;;
    esac
done
"${CXX:-g++}" -O2 -fPIC -shared -DRTL_TICK_PS="$tick" -DRTL_DESIGN="${design:-0}" -std=c++17 -isystem "$include" -isystem "$include/vltstd" -isystem "$work/obj" \
    -I"$work" "$here/verilate.cc" "$work"/obj/*.a \
    "$include/verilated.cpp" "$include/verilated_threads.cpp" "${tracer[@]}" -lpthread -o "$out.$$"
mv "$out.$$" "$out"
