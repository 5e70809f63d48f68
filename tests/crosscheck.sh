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
# Line time over all settings, ms, of what was just compared.
line_time() { awk '/ms of line time/ { sum += $1 } END { print sum }' "$tree/out"; }
column() { # NET NUMBER: of the last table with that net
    awk -v net="$1" -v column="$2" '$1 == net && $2 ~ /^[0-9]+$/ { found = $column } END { print found }' "$tree/out"
}
each_within() { # NS COLUMN NET...: in every table
    local limit=$1 column=$2 net
    shift 2
    for net; do
        awk -v net="$net" -v column="$column" -v limit="$limit" '
            $1 == net { n++; x = $column < 0 ? -$column : $column; if (x > limit || $3 || $4) bad = 1 }
            END { exit bad || n != 6 }' "$tree/out" || { echo "# $net"; return 1; }
    done
}
received=(/line /edge_in '/~{idle}' /edge /sck /bytesync /sck_rx /nss_rx)
sent=(/xor_tx /driver_in /driver_ena)
python3 "$here/edge_cases.py" "$captures" "$tree/edge.pcap"
check "agreement at three scales, idling high and low" exits 0 crosscheck --firmware none "$tree/edge.pcap"
echo "# $(line_time) ms of line time"
check "on at most 60 ms of line time" awk -v ms="$(line_time)" 'BEGIN { exit !(ms > 40 && ms <= 60) }'
check "six settings" eval "verdict | grep -q '^PASS: 6 settings, 0 with differences, 0 with undecided'"
check "octets are the same in every frame" \
    [ "$(grep -c '^56 frames: .*; octets differ in 0; undecided 0;' "$tree/out")" = 6 ]
check "every frame recovered at 0.5 and 0.65" \
    [ "$(grep -c '^56 frames: recovered by event 56, by rtl 56;' "$tree/out")" -ge 4 ]
check "medians of what is received are at most 1 ns" each_within 1 5 "${received[@]}"
check "and of what is sent" each_within 1 5 "${sent[@]}"
check "worst differences of what is received are at most 3 ns" each_within 3 7 "${received[@]}"
check "and of what is sent, too" each_within 3 7 "${sent[@]}"
check "-v shows histograms" exits 0 crosscheck -v --firmware none "${one[@]}" "$captures/dns.pcap"
check "with every pair" eval \
    "[ \$(sed -n 's,^    /driver_in  *,,p' '$tree/out' | tr ' ' '\\n' | awk -F: '{ n += \$2 } END { print n }') \
    = \"\$(column /driver_in 2)\" ]"
check "revision 1 agrees" exits 0 crosscheck --board nucleo_shield_rev1 --firmware none "${one[@]}" \
    "$captures/dns.pcap"
check "revision 1: the transmit enable is dead in both" eval \
    "says '^still in both:.* /tx_ena at U2C' && says '^still in both:.* /xor_tx\|^/xor_tx '"
idle=(--set line.gap=fixed --set line.gap_ns=40000000)
check "in long silences the oscillators agree" exits 0 crosscheck --firmware none "${one[@]}" \
    "${idle[@]}" "$captures/dns.pcap"
check "half a second of their periods, within 0.1 %" awk \
    '/ oscillates: / { n++; if ($3 < 20 || $8 > 1000) bad = 1 } END { exit bad || n < 2 }' "$tree/out"
check "and 3 ns of each link pulse" awk \
    '$1 == "/~{nlp}" && $2 > 40 && !$3 && !$4 && $7 < 3 && $7 > -3 { good = 1 } END { exit !good }' "$tree/out"
if [ -e "$(cd "$(dirname "$program")/.." && pwd)/firmware/netif_f401.elf" ]; then
    check "what a firmware sends" exits 0 crosscheck "${one[@]}" "$captures/dns.pcap"
    check "is netif_f401's" says '^== .*; sent by netif_f401$'
    check "a frame, and a link pulse" eval \
        '[ "$(column /driver_in 2)" -gt 5000 ] && [ "$(column /tx_ena 2)" = 2 ] && [ "$(column "/~{nlp}" 2)" = 2 ]'
    check "the verdict repeats with firmware" repeats
    check "a slow driver is enabled alike" exits 0 crosscheck --set delay.scale=1.0 "$captures/dns.pcap"
    check "revision 1's transmit enable is dead for the firmware, too" exits 0 crosscheck \
        --board nucleo_shield_rev1 "${one[@]}" "$captures/dns.pcap"
    check "and says so" says '^still in both:.* /tx_ena at U2C'
    check "while what is to be sent moves" says '^/xor_tx '
else
    skip "what a firmware sends" "netif_f401 was not built"
fi
check "no such image" refuses 'no image of that name' crosscheck --firmware netif_f402 "$captures/dns.pcap"
check "waves need a directory" refuses 'nowhere' crosscheck --out "$tree/nowhere" "$captures/dns.pcap"
check "a window needs one" refuses '--out' crosscheck --trace-window 0:9 "$captures/dns.pcap"
check "a frame is no window here" refuses 'START:END' crosscheck --out "$tree" --trace-window 3 "$captures/dns.pcap"
check "a window of both engines" exits 0 crosscheck --firmware none "${one[@]}" --out "$tree" \
    --trace-window 15:40 "$captures/dns.pcap"
check "in one file" eval "says 'waves: .*/crosscheck-0.65-high.vcd' &&
    [ \$(grep -c '^\$scope module \(inputs\|event\|rtl\) ' '$tree/crosscheck-0.65-high.vcd') = 3 ]"
check "run --engine rtl recovers a capture" exits 0 run -q --firmware none --engine rtl "$captures/dns.pcap"
check "and says which engine it was" says 'engine rtl'
check "run --engine rtl finds a lost bit clock" exits 1 run -q --firmware none --engine rtl \
    --set delay.scale=1.0 "$captures/dns.pcap"
check "nothing was compiled for all this" [ ! -e "$XDG_CACHE_HOME/linkpulse" ]

# --- at the edge of failing -----------------------------------------------------------------
jitter=(--firmware none "${one[@]}" --set line.jitter_peak_ns=6)
check "frames that hang on a nanosecond" exits 1 crosscheck "${jitter[@]}" "$captures/dns.pcap"
check "are undecided, not different" says '^FAIL: 1 settings, 0 with differences, 1 with undecided'
check "--allow-undecided" exits 0 crosscheck "${jitter[@]}" --allow-undecided "$captures/dns.pcap"
check "they are counted all the same" says '; octets differ in 0; undecided [1-9]'
check "the verdict repeats with it" repeats

# --- a simulator that nobody here wrote -----------------------------------------------------
python3 "$here/frames.py" make "$tree/one.pcap" 1 60
icarus() { # ROOT: Icarus Verilog on the cells there makes every edge that Verilator made
    timeout 120 python3 "$here/icarus.py" "$program" "$1" "$tree/one.pcap" 60 >"$tree/icarus" 2>&1
    local status=$?
    sed 's/^/# /' "$tree/icarus"
    return $status
}
if has iverilog; then
    check "Icarus Verilog makes the same edges to the ps" icarus "$here/.."
    check "of every net" grep -q '^[1-9][0-9]\{3,\} edges, 0 nets differ' "$tree/icarus"
    mkdir "$tree/other" "$tree/other/tests"
    cp -r "$rtl" "$tree/other/rtl"
    cp "$here/icarus.v" "$tree/other/tests/"
    sed -i 's/TPLH_PS, R_UP/TPLH_PS + 1, R_UP/' "$tree/other/rtl/parts/hc08.v"
    different() { ! icarus "$tree/other"; }
    check "a gate that is a ps slower there is found" different
    check "and its net named" grep -q '^/edge: ' "$tree/icarus"
else
    skip "Icarus Verilog" "iverilog is not installed"
fi

# --- other boards, and what is missing ----------------------------------------------------
check "another value compiles on first use" exits 0 crosscheck --firmware none "${one[@]}" --edit "value R5=620" \
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
tx=(--firmware none)
plant() { # NAME [CELL SED-SCRIPT]...: cells with these faults, from here on
    local name=$1
    shift
    rm -rf "$tree/rtl"
    cp -r "$rtl" "$tree/rtl"
    export LINKPULSE_RTL=$tree/rtl
    while [ $# -gt 0 ]; do
        sed -i "$2" "$tree/rtl/parts/$1"
        cmp -s "$rtl/parts/$1" "$tree/rtl/parts/$1" && fail "$name: the fault in $1 is not planted"
        shift 2
    done
}
fault() { # NAME CELL SED-SCRIPT TEXT: the comparison is red and says TEXT
    plant "$1" "$2" "$3"
    check "$1 is red" exits 1 crosscheck -v "${tx[@]}" "${one[@]}" "$captures/dns.pcap"
    check "$1 is named" says "$4"
}
fault "a slow AND gate" hc08.v 's/TPLH_PS, R_UP/TPLH_PS + 8000, R_UP/' '^  /edge at U4D (74HC08)'
check "no doubt hides it" exits 1 crosscheck "${jitter[@]}" --allow-undecided "$captures/dns.pcap"
check "and it is named" says '^  /edge at U4D (74HC08)'
check "both engines around it" exits 1 crosscheck "${tx[@]}" "${one[@]}" --out "$tree" "$captures/dns.pcap"
check "in files" eval "says 'waves: .*-N.vcd' && [ -s '$tree/crosscheck-0.65-high-1.vcd' ]"
shows() { # the difference's time lies within the file's
    local at
    at=$(awk '/^  .* from .* us: / { sub(/.*from /, ""); print $1 * 1e6; exit }' "$tree/out")
    awk -v at="$at" '/^#/ { t = substr($0, 2) + 0; if (!n++) first = t } END { exit !(first < at && t > at) }' \
        "$tree/crosscheck-0.65-high-1.vcd"
}
check "that show it" shows
fault "a flip-flop without reset" hc74.v "s/~rd_n ? 1'b0 : //" '^  .* at U[67][AB] (74HC74)'
fault "a weak FET" fet_2n7002.v 's/K = ON_PS \* 1000/K = ON_PS * 100/' '^  .* at U2[EFC] (74HC14)'
fault "a slow OR gate" hc32.v 's/TPLH_PS, R_UP/TPLH_PS + 8000, R_UP/' '^  /driver_in at U5A (74HC32)'
check "the transmit enable, too" says '^  /driver_ena at U5C (74HC32)'
check "what stands before it agrees" [ -z "$(grep '^/xor_tx .*DIFFERS' "$tree/out")" ]

# Faults that do not touch each other, in one build.
plant "several" sn75c1168_driver.v "s/~d \& de, z/~d, z/;s/TPD_PS, 0, 0/TPD_PS + 8000, 0, 0/" \
    x86.v 's/TPHL_PS, R_DOWN/TPHL_PS + 8000, R_DOWN/' \
    rc_node.v "s/CHARGE = CAPACITANCE_FF/CHARGE = (CAPACITANCE_FF > 64'sd1000000 ? CAPACITANCE_FF \\/ 64'sd100 * 64'sd99 : CAPACITANCE_FF)/"
check "several faults are red" exits 1 crosscheck -v "${tx[@]}" "${one[@]}" "${idle[@]}" "$captures/dns.pcap"
check "an exclusive OR that falls late is named" says '^  /xor_tx at U8D (74ACT86)'
check "a driver that is slow" says '^  Net-(R2-Pad2) at U3D1 (75C1168)'
check "a driver without enable" says '^  Net-(J1-Pad2) at U3D1 (75C1168)'
check "an oscillator that is 1 % fast" says '^  Net-(R7-Pad2) at U2A (74HC14)'
finish
