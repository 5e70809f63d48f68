#!/usr/bin/env bash
# The two engines against each other: they agree on the built-in boards, and a fault planted
# in a Verilog cell turns the comparison red, naming part and net. (Faults in C models are
# planted in tests/harness/test_crosscheck.c.)
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
export XDG_CACHE_HOME=$tree/cache
rtl=$here/../rtl one=(--set delay.scale=0.65 --set receiver.idle=high)

if ! has verilator; then
    for name in lint agreement faults; do skip "$name" "verilator is not installed"; done
    finish
fi

# --- the text -----------------------------------------------------------------------------
mkdir "$tree/top"
for board in nucleo_shield nucleo_shield_rev1; do
    check "$board: export --verilog" exits 0 export "$board" --verilog -o "$tree/top/board.v"
    check "$board: lint clean" timeout 60 verilator --lint-only -Wall -y "$rtl/parts" \
        -I"$rtl/parts" "$tree/top/board.v"
    check "$board: one instance per gate" [ "$(grep -c '^ *U4_[A-D] (' "$tree/top/board.v")" = 4 ]
    check "$board: nets named as on the board" grep -qF '\/~{idle} ' "$tree/top/board.v"
done
for cell in "$rtl"/parts/*.v; do
    check "${cell##*/}: lint clean" timeout 60 verilator --lint-only -Wall -y "$rtl/parts" \
        -I"$rtl/parts" --top-module "$(basename "$cell" .v)" "$cell"
done
check "export --dot" exits 0 export --dot
check "a graph with the board's parts and nets" eval "says 'U4C.*74HC08' && says '/bytesync'"
exits 0 export --verilog
cp "$tree/out" "$tree/first"
check "the same text every time" eval "exits 0 export --verilog && cmp -s '$tree/out' '$tree/first'"

# --- agreement ----------------------------------------------------------------------------
check "agreement at three scales, idling high and low" exits 0 crosscheck \
    "$captures/short.pcap" "$captures/dns.pcap"
check "six settings" eval "verdict | grep -q '^PASS: 6 settings, 0 with differences, 0 with undecided'"
check "every frame recovered at 0.65" eval \
    "[ \$(grep -c '^58 frames: recovered by event 58, by rtl 58; octets differ in 0' '$tree/out') -ge 2 ]"
check "the transmitter's nets are compared" eval "says '^/driver_in ' && says '^/driver_ena '"
check "the verdict repeats" repeats
check "revision 1 agrees" exits 0 crosscheck --board nucleo_shield_rev1 "${one[@]}" "$captures/dns.pcap"
check "revision 1: the transmit enable is dead in both" eval \
    "says '^still in both:.* /tx_ena at U2C' && says '^still in both:.* /xor_tx\|^/xor_tx '"
check "run --engine rtl recovers a capture" exits 0 run -q --firmware none --engine rtl "$captures/dns.pcap"
check "and says which engine it was" says 'engine rtl'
check "run --engine rtl finds a lost bit clock" exits 1 run -q --firmware none --engine rtl \
    --set delay.scale=1.0 "$captures/dns.pcap"
check "nothing was compiled for all this" [ ! -e "$XDG_CACHE_HOME/linkpulse" ]

# --- other boards, and what is missing ----------------------------------------------------
check "another value compiles on first use" exits 0 crosscheck "${one[@]}" --edit "value R5=620" \
    "$captures/dns.pcap"
check "into the cache" eval "ls '$XDG_CACHE_HOME'/linkpulse/*.so >'$tree/cached'"
check "once" eval "exits 0 run -q --firmware none --engine rtl --edit 'value R5=620' '$captures/dns.pcap' &&
    ! says compiling err"
mkdir "$tree/bin"
for tool in bash env dirname realpath mktemp rm cp cat make g++; do
    ln -s "$(command -v $tool)" "$tree/bin/$tool"
done
without() { (PATH=$tree/bin exits 4 "$@"); }
check "exit 4 without verilator" without run -q --firmware none --engine rtl --edit 'value R5=610' \
    "$captures/dns.pcap"
check "which is named" says 'verilator' err
check "an unknown engine" refuses 'expected event or rtl' run --engine x "$captures/dns.pcap"
check "two noises are not compared" eval \
    "exits 2 crosscheck --set receiver.idle=noise '$captures/dns.pcap' && says 'receiver.idle = noise' err"
check "a capture that is not there" refuses 'nowhere' crosscheck "$tree/nowhere.pcap"

if grep -q __asan_init "$program"; then
    skip "faults planted in Verilog" "a sanitizer's build"
    finish
fi

# --- planted faults -----------------------------------------------------------------------
fault() { # NAME CELL SED-SCRIPT TEXT: the comparison is red and says TEXT
    local name=$1 cell=$2 script=$3 text=$4
    rm -rf "$tree/rtl"
    cp -r "$rtl" "$tree/rtl"
    sed -i "$script" "$tree/rtl/parts/$cell"
    if cmp -s "$rtl/parts/$cell" "$tree/rtl/parts/$cell"; then
        fail "$name: the fault is not planted"
        return
    fi
    LINKPULSE_RTL=$tree/rtl check "$name is red" exits 1 crosscheck "${one[@]}" "$captures/dns.pcap"
    check "$name is named" says "$text"
}
fault "a slow AND gate" hc08.v 's/TPLH_PS, R_UP/TPLH_PS + 8000, R_UP/' '^  /edge at U4D (74HC08)'
fault "a flip-flop without reset" hc74.v "s/~rd_n ? 1'b0 : //" '^  .* at U[67][AB] (74HC74)'
fault "a node with a tenth less capacitance" rc_node.v 's/1_000_000_000/900_000_000/' \
    '^  .* at U2[EFC] (74HC14)'
fault "a weak FET" fet_2n7002.v 's/K = ON_PS \* 1000/K = ON_PS * 100/' \
    '^  .* at U2[EFC] (74HC14)'
finish
