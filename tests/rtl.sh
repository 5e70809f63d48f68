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

# --- failures are named without the event engine ----------------------------------------------
check "a bit clock that does not recover" both 1 --edit "value R5=680"
check "an encoder input left open" both 1 --edit "open U8.13"
loop=(--edit "open U1.1" --edit "short U1.1 /tx_ena")
check "MCU outputs that reach MCU inputs" both 0 "${loop[@]}"
check "are said to" same_line "both ran together in steps of"
check "and spoil what comes while the board sends" both 1 "${loop[@]}" --set mcu.boot_ms=0.5

# --- live -------------------------------------------------------------------------------------
ping_rtl() {
    timeout 120 "$program" live --engine rtl --duplex full -- ping -q -c 2 -i 0.5 -W 9 $address \
        >"$tree/out" 2>"$tree/err" && says "2 received, 0% packet loss" &&
        says "2 of 2 echo requests answered; round trip in simulated time 0.2" err
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
