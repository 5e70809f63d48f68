#!/usr/bin/env bash
# `--engine rtl`: the whole board in Verilog with the firmware in the loop, both ways, gives what
# the event engine gives. (Edge by edge they are compared by crosscheck.sh.)
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
export XDG_CACHE_HOME=$tree/cache
dns=$captures/dns.pcap address=192.168.77.2

if ! has verilator; then
    for name in runs failures live waves; do skip "rtl: $name" "verilator is not installed"; done
    finish
fi

if grep -q __asan_init "$program"; then # the design is not instrumented: one look is enough
    check "with firmware" exits 0 run -q --engine rtl "$dns"
    finish
fi

# --- runs -----------------------------------------------------------------------------------
both() { # STATUS ARGUMENT...: by both engines; what differs beyond 3 ns or 1 % is printed
    local status=$1 engine
    shift
    for engine in event rtl; do
        exits "$status" run -q --engine $engine --no-host --json "$tree/$engine.json" "$@" "$dns" ||
            return 1
        cp "$tree/out" "$tree/$engine.txt"
    done
    python3 "$here/rtl_json.py" "$tree/event.json" "$tree/rtl.json"
}
same_line() { # TEXT: stands in both reports, in the same line
    local line
    line=$(grep -- "$1" "$tree/event.txt") && grep -qxF -- "$line" "$tree/rtl.txt"
}
check "with firmware, both ways: the same report" both 0
check "the frame that leaves the board is in it" grep -q \
    "^transmit U3 D1: 1 of 1 sent frames left the board, 354 octets" "$tree/rtl.txt"
check "measured behind the transformer" grep -q "^TP_IDL  *ns .* MISSED" "$tree/rtl.txt"
check "the verdict repeats" repeats
check "with jitter that its margins take" both 0 --set line.jitter_peak_ns=2 --firmware none
check "without firmware" both 0 --firmware none
check "revision 1" both 1 --board nucleo_shield_rev1
check "revision 1: the same dead stage" same_line "the dead stage is U8A (74ACT86), whose input /sck_tx moves"
check "nothing was compiled for all this" [ ! -e "$XDG_CACHE_HOME/linkpulse" ]

# --- the cache: what follows is compiled on first use ------------------------------------------
r5=(run -q --firmware none --engine rtl --edit "value R5=680" "$captures/short.pcap")
at_once() { # two runs of a board that nobody has compiled
    local one two
    "$program" "${r5[@]}" >"$tree/1" 2>&1 &
    one=$!
    "$program" "${r5[@]}" >"$tree/2" 2>&1 &
    two=$!
    wait $one
    wait $two
    [ "$(grep -c "^FAIL: 0 of" "$tree/1" "$tree/2" | grep -c ":1$")" = 2 ] &&
        [ "$(ls "$XDG_CACHE_HOME/linkpulse" | wc -l)" = 2 ]
}
check "two processes compile one board at once" at_once
kept() { exits 1 "${r5[@]}" && ! says "compiling" err; }
check "and nobody again" kept
again() {
    echo spoilt >"$(ls "$XDG_CACHE_HOME"/linkpulse/*.so)"
    exits 1 "${r5[@]}" && says "compiling this board" err
}
check "but what is damaged" again
spaced() {
    local checkout="$tree/a checkout's ü"
    mkdir -p "$checkout/tmp"
    cp -r "$here/../rtl" "$checkout" && rm "$XDG_CACHE_HOME"/linkpulse/*.so &&
        LINKPULSE_RTL=$checkout/rtl TMPDIR=$checkout/tmp exits 1 "${r5[@]}" &&
        says "compiling this board" err
}
check "and where paths have spaces" spaced
nocache() { XDG_CACHE_HOME=/dev/null/x exits 4 "${r5[@]}" && says "/dev/null/x" err; }
check "a cache that cannot be made: exit 4" nocache

# --- names: of a net like a port, a keyword, a part, a wire of the top's own ----------------------
for file in net ini; do
    sed 's,/edge\b,clk,g; s,/edge_in\b,int,g; s,/line\b,wire,g; s,/sck\b,U4_A_due,g; s,/bytesync\b,R5,g' \
        "$here/../models/boards/nucleo_shield.$file" >"$tree/names.$file"
done
names() {
    exits 0 export --verilog "$tree/names.net" -o "$tree/names.v" &&
        timeout 60 verilator --lint-only -Wall -y "$here/../rtl/parts" -I"$here/../rtl/parts" "$tree/names.v" &&
        grep -qF '    wire \wire ;' "$tree/names.v" && grep -qE '    wire .net[0-9]+:clk ;' "$tree/names.v"
}
check "nets by any name" names

# --- failures are named without the event engine ----------------------------------------------
check "a bit clock that does not recover" both 1 --edit "value R5=680"
loop=(--edit "open U1.1" --edit "short U1.1 /tx_ena")
check "MCU outputs that reach MCU inputs" both 0 "${loop[@]}"
check "are said to" same_line "both ran together in steps of"
check "and spoil what comes while the board sends" both 1 "${loop[@]}" --set mcu.boot_ms=0.5

# --- noise --------------------------------------------------------------------------------------
noisy() { exits "$1" run -q --firmware none --engine rtl --set receiver.idle=noise --seed "$2" \
    "$captures/short.pcap"; }
spoilt() { # selects without a frame, other ones for another seed
    noisy 1 1 && cp "$tree/out" "$tree/noise" && says "^selects without an octet  *[0-9]" &&
        noisy 1 1 && cmp -s <(grep -v simulated "$tree/out") <(grep -v simulated "$tree/noise") &&
        noisy 1 2 && ! cmp -s <(grep -v simulated "$tree/out") <(grep -v simulated "$tree/noise")
}
check "a receiver that hears its own noise, by the seed" spoilt

# --- waves, by Verilator's own tracing -----------------------------------------------------------
wave() { # STATUS FILE ARGUMENT...
    local status=$1 file=$2
    shift 2
    exits "$status" run -q --engine rtl "--${file##*.}" "$tree/$file" "$@" "$dns"
}
vcd() { python3 "$here/vcd.py" "$@"; }
check "--vcd" wave 0 whole.vcd
only_wires() { ! grep '\$var' "$1" | grep -v '\$var wire  *1 ' && grep -q '^\$timescale 1ps \$end' "$1"; }
check "VCD: only wires, 1 ps" only_wires "$tree/whole.vcd"
named() {
    local net
    for net in /sck_rx /mosi_rx /nss_rx /line /edge_in /edge /sck '/~{idle}' 'Net-(C10-Pad1)' \
        /driver_ena /line_delayed; do
        grep -qF " $net \$end" "$tree/whole.vcd" || { echo "# no $net"; return 1; }
    done
}
check "VCD: nets have the board's names" named
decodes() { # the octets of the capture, by sigrok
    [ "$(sigrok-cli -I vcd:downsample=1000 -i "$tree/whole.vcd" -A spi=mosi-data \
        -P spi:clk=/sck_rx:mosi=/mosi_rx:cs=/nss_rx:bitorder=lsb-first:cpol=0:cpha=0 |
        sed 's/^spi-1: //' | tr -d '\n' | tr A-F a-f)" = \
        "$(python3 "$here/frames.py" octets "$dns" | tr -d '\n')" ]
}
if has sigrok-cli; then
    check "sigrok-cli's SPI decoder finds the octets sent" decodes
else
    skip "sigrok-cli's SPI decoder finds the octets sent" "no sigrok-cli"
fi
exits 0 run -q --vcd "$tree/event.vcd" "$dns"
check "every edge of every net is the event engine's" python3 "$here/rtl_waves.py" \
    "$tree/event.vcd" "$tree/whole.vcd"
check "--trace-window 7" wave 0 frame.vcd --trace-window 7
check "window of a frame: a part of the whole" vcd "$tree/frame.vcd" "$tree/whole.vcd"
read -r from to < <(vcd --span "$tree/frame.vcd")
us() { printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)); }
check "--trace-window START:END" wave 0 time.vcd \
    --trace-window "$(us $((from + 20000500)))":"$(us $((to - 15000250)))"
check "window of a time: a part of the whole" vcd "$tree/time.vcd" "$tree/whole.vcd" \
    $((from + 20000500)) $((to - 15000250))
spans() { [ "$(vcd --span "$tree/time.vcd")" = "$((from + 20000500)) $((to - 15000250))" ]; }
check "and no shorter" spans
cp "$tree/frame.vcd" "$tree/none.vcd" # an earlier run's
check "a window beyond the end" wave 0 none.vcd --trace-window 90000000:90000001
check "auto without a failure" wave 0 none.vcd --trace-window auto
check "no file of either" eval '[ -z "$(ls "$tree" | grep "^none")" ]'
check "auto with one" wave 1 auto.vcd --trace-window auto --firmware none --set delay.scale=1.0
around() { read -r from to < <(vcd --span "$tree/auto.vcd") && [ "$from" -gt 0 ] && [ $((to - from)) -lt 80000000 ]; }
check "auto: the first frame alone" around
check "one kind in a run" refuses "one kind of waves" run --engine rtl --vcd "$tree/a" --fst "$tree/b" "$dns"
check "a file that cannot be written" refuses "nowhere" run --engine rtl --vcd "$tree/nowhere/a" "$dns"
if has fst2vcd; then
    check "--fst" wave 0 whole.fst
    fst2vcd "$tree/whole.fst" >"$tree/fst.vcd"
    check "FST read back has the edges of the VCD" vcd "$tree/fst.vcd" "$tree/whole.vcd"
    check "the VCD has no more than the FST" vcd "$tree/whole.vcd" "$tree/fst.vcd"
    check "a .gtkw stands beside the FST" grep -qx 'board./sck_rx' "$tree/whole.gtkw"
else
    skip "--fst" "no fst2vcd (gtkwave)"
fi

# --- FETs -----------------------------------------------------------------------------------------
# Q3's gate on the RC of the first-edge filter: it follows the line, and with it the enable.
gate=(--edit "open Q3.1" --edit "short Q3.1 Net-(C10-Pad1)")
slow_gate() {
    wave 0 gate.vcd --firmware none --trace-window 3 "${gate[@]}" &&
        python3 -c 'import sys, vcd
edges = vcd.load(sys.argv[1])[0]["board./tx_ena"]
sys.exit(len(edges) < 2 or any(a[1] == b[1] for a, b in zip(edges, edges[1:])))' "$tree/gate.vcd"
}
PYTHONPATH=$here check "a FET whose gate is on an analog net" slow_gate
check "a FET whose source is on the supply: exit 3" exits 3 run -q --firmware none --engine rtl \
    --edit "tie Q3.2 VCC" "$dns"
check "which is named" says "Q3 (2N7002): its source is not on ground" err

# --- gate -------------------------------------------------------------------------------------
check "gate, nominal" exits 0 gate --engine rtl -q --only frames-recovered --only frames-sent \
    --only tx-jitter --json "$tree/gate.json"
by_rtl() {
    python3 -c 'import json, sys
gate = json.load(open(sys.argv[1]))
sys.exit(gate["engine"] != "rtl" or not gate["verdict"].startswith("order"))' "$tree/gate.json"
}
check "judged by the rtl engine" by_rtl
check "revision 1's dead transmitter, by the rtl engine" exits 1 gate nucleo_shield_rev1 --engine rtl -q \
    --only frames-sent
check "with the stage" says "the dead stage is U8A"

# --- live -------------------------------------------------------------------------------------
ping_rtl() { # on a busy machine an answer may come later than ping waits: three times
    local try
    for try in 1 2 3; do
        timeout 120 "$program" live --engine rtl --duplex full -- ping -q -c 2 -W 20 $address \
            >"$tree/out" 2>"$tree/err" && says "2 received, 0% packet loss" &&
            says "2 of 2 echo requests answered; round trip in simulated time 0[.][23]" err && return
        echo "# try $try: $(tail -n 1 "$tree/out")"
    done
    return 1
}
if "$program" live --firmware netif_f401 -q -- true >/dev/null 2>"$tree/why" && has ping; then
    check "live: pings are answered" ping_rtl
    slower="^linkpulse: engine rtl: [0-9.e+]* times slower than real time while a frame goes"
    check "live: how slow it is stands at the start and at the end" \
        [ "$(grep -c "$slower" "$tree/err")" = 2 ]
else
    skip "live: pings are answered" "$(head -n 1 "$tree/why")"
fi
finish
