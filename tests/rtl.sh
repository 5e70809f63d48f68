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
    check "live" exits 0 live --engine rtl --speed max -- true
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
check "auto without a failure" wave 0 none.vcd --trace-window auto
check "auto without a failure: no file" eval '[ -z "$(ls "$tree" | grep "^none")" ]'
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

# --- the cache -----------------------------------------------------------------------------------
at_once() { # two runs of a board that nobody has compiled
    local one two
    export XDG_CACHE_HOME=$tree/other
    "$program" run -q --firmware none --engine rtl --edit "value R5=570" "$captures/short.pcap" >"$tree/1" 2>&1 &
    one=$!
    "$program" run -q --firmware none --engine rtl --edit "value R5=570" "$captures/short.pcap" >"$tree/2" 2>&1 &
    two=$!
    wait $one && wait $two && [ "$(ls "$XDG_CACHE_HOME/linkpulse" | wc -l)" = 2 ]
}
check "two processes compile one board at once" at_once
spoil() { for object in "$tree"/other/linkpulse/*.so; do echo spoilt >"$object"; done; }
again() { XDG_CACHE_HOME=$tree/other exits 0 run -q --firmware none --engine rtl --edit "value R5=570" \
    "$captures/short.pcap" && says "compiling this board" err; }
spoil
check "a damaged object is compiled again" again
nocache() { XDG_CACHE_HOME=/dev/null/x exits 4 run -q --firmware none --engine rtl --edit "value R5=575" \
    "$captures/short.pcap" && says "/dev/null/x" err; }
check "a cache that cannot be made: exit 4" nocache

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
