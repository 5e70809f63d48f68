#!/usr/bin/env bash
# The firmware in the loop of `run`: what it delivers, what it refuses, and what is said of
# a frame that it does not deliver. Without an ARM compiler there are no images.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
images=$(cd "$(dirname "$program")/.." && pwd)/firmware
ring=$images/rxdump_f401.elf rearm=$images/rxdump_f401_rearm.elf
if [ ! -e "$ring" ]; then
    skip "firmware in the loop" "no image was built: arm-none-eabi-gcc is absent"
    finish
fi

# python EXPRESSION over the JSON just written: r the document, c its captures.
json() {
    python3 -c '
import json, sys
r = json.load(open(sys.argv[1])); c = r["captures"]
sys.exit(0 if eval(sys.argv[2]) else 1)' "$tree/j" "$1"
}
with() { # IMAGE STATUS CAPTURE... [OPTION...]
    local image=$1 status=$2
    shift 2
    exits "$status" run --firmware "$image" --json "$tree/j" --no-host "$@"
}
some=("$captures/arp_ping.pcap" "$captures/dns.pcap" "$captures/burst.pcap")

check "ring delivers every frame" with "$ring" 0 "${some[@]}"
check "and the JSON says so" json \
    'all(x["delivered"] == x["sent"] == x["recovered"] and x["refused"] == 0 for x in c)'
check "the image is named" json 'r["firmware"].endswith("rxdump_f401.elf")'
check "firmware is not among the checks not run" json \
    '"firmware" not in {n["name"] for n in r["checks_not_run"]}'
cp "$tree/j" "$tree/first"
check "a second run" with "$ring" 0 "${some[@]}"
check "gives the same bytes" cmp "$tree/first" "$tree/j"
check "the same without the response cache" with "$ring" 0 "${some[@]}" --no-cache
check "gives the same bytes, too" cmp "$tree/first" "$tree/j"
check "the command that repeats it" repeats
check "idling low, every frame" with "$ring" 0 "${some[@]}" --set receiver.idle=low
check "holding, every frame" with "$ring" 0 "$captures/dns.pcap" --set receiver.idle=hold

check "a frame longer than the driver takes is refused" with "$ring" 0 "$captures/jumbo.pcap"
check "and not counted as lost" json \
    'c[0]["refused"] > 0 and c[0]["lost"] == 0 and c[0]["delivered"] + c[0]["refused"] == c[0]["sent"]'

check "one that the board damages" with "$ring" 1 "$captures/jumbo.pcap" --edit "value R5=680"
check "is not rightly refused" json 'c[0]["refused"] == 0 and c[0]["corrupt"] == c[0]["sent"]'

# O7: back to back at the minimum gap, the driver that re-arms in its interrupt is too late.
check "re-arming, frames back to back are lost" with "$rearm" 1 "$captures/burst.pcap"
check "in the firmware, right at the pins" json \
    '(c[0]["lost"] > 0 and {f["stage"] for f in c[0]["failures"]} == {"firmware"} and
      all("right at the pins" in f["detail"] for f in c[0]["failures"]))'
check "with a millisecond between frames none is" with "$rearm" 0 "$captures/burst.pcap" \
    --set line.gap=fixed --set line.gap_ns=1000000

# A fault of the board is still named as one.
check "R5 = 680 loses the frames" with "$ring" 1 "$captures/dns.pcap" --edit "value R5=680"
check "at the bit clock, which is no cause in the MCU" json \
    '{(f["stage"], f["cause"]) for f in c[0]["failures"]} == {("bit clock", None)}'
shows() { grep -q '^ *\$timescale' "$tree/auto.vcd" && rm "$tree/auto.vcd"; }
check "--trace-window auto" with "$ring" 1 "$captures/dns.pcap" --edit "value R5=680" \
    --trace-window auto --vcd "$tree/auto.vcd"
check "shows the frame that the board damaged" shows
check "--trace-window auto, re-arming" with "$rearm" 1 "$captures/burst.pcap" \
    --trace-window auto --vcd "$tree/auto.vcd"
check "shows the frame that the MCU did not get" shows

# --- the cause of each frame lost in the MCU, each planted --------------------------------
# cause NAME TEXT: it is every failure's, with TEXT; it shows at a net and a time, and is counted.
cause() {
    [ "$(python3 -c '
import json, re, sys
r = json.load(open(sys.argv[1])); name, text = sys.argv[2:]
fs = [f for c in r["captures"] for f in c["failures"]]
lost = r["total"]["lost"] + r["total"]["corrupt"]
other = [f for f in fs if f["cause"] != name or not f["detail"].count(name + ": ")
         or not re.search(text, f["detail"]) or not f["net"] or f["time_ps"] <= 0]
print("ok" if fs and not other and r["counters"].get("cause: " + name) == lost else other[:1] or lost)' \
        "$tree/j" "$1" "$2" | tee "$tree/cause")" = ok ] || { sed 's/^/# /' "$tree/cause"; return 1; }
}
burst=$captures/burst.pcap dns=$captures/dns.pcap
check "a handler 2,000 cycles longer" with rxdump_f401_rearm_slow 1 "$burst"
check "is DMA not armed, with the cycles it took and had" cause "DMA not armed" \
    'DMA1 stream 3 was off at its first bit, armed again [0-9]+ cycles after the select rose, the window was 12[56][0-9];'
check "the window of the run stands in the JSON" json \
    '1240 <= r["rearm"]["window_cycles"] <= 1260 and r["rearm"]["worst_cycles"] > 2000 and r["rearm"]["late"] >= c[0]["lost"]'
check "no oscillator" with "$ring" 1 "$dns" --set mcu.hse_hz=0
check "is DMA not armed, for ever" cause "DMA not armed" 'no SPI slave was ever enabled'
check "a buffer of 512 octets" with rxdump_f401_rearm_short 1 "$captures/sizes.pcap" \
    --set line.gap=fixed --set line.gap_ns=300000
check "is DMA overrun" cause "DMA overrun" 'DMA1 stream 3 (had run|ran) to its end \(NDTR 0\)'
check "for the frames that are longer, and only these" json 'c[0]["lost"] == sum(n + 4 > 512 for n in range(60, 1515))'
check "an interrupt 2,000 cycles late" with "$ring" 1 "$burst" --set mcu.entry_latency=2000
check "is NSS interrupt late" cause "NSS interrupt late" 'was taken after 20[0-9][0-9] cycles, the next frame came after 12[56][0-9]'
check "one 500 cycles late is not too late" with "$ring" 0 "$burst" --set mcu.entry_latency=500
check "no resynchronisation behind an idle-low receiver" with rxdump_f401_no_resync 1 "$dns" \
    --set receiver.idle=low
check "is partial byte" cause "partial byte" '[1-7] bits before it were left in the shift register'
check "and nothing when it idles high" with rxdump_f401_no_resync 0 "$dns"
check "jumper at /line, a driver that does not try again (O9)" with rxdump_f401_strict 1 "$dns" --set jumper.JP1=A
check "is bad first bit, at the SPI's sampling" cause "bad first bit" 'octet 0 came as 0xfe, sent was 0xff'
check "at the data pin" json '{(f["stage"], f["net"]) for f in c[0]["failures"]} == {("SPI sampling", "/mosi_rx")}'
check "and is corrupt, as it is at the pins" json 'c[0]["corrupt"] == 1 and c[0]["lost"] == 0'
check "jumper at /line, a driver that does" with "$ring" 0 "${some[@]}" --set jumper.JP1=A
check "mends them, which is counted" json 'r["counters"]["mcu: delivered although wrong at the pins"] > 0'
check "a check that takes 200,000 cycles" with rxdump_f401_late_check 1 "$burst"
check "is queue full" cause "queue full" 'overwritten there [0-9]+ cycles after its end|says that it has no room'
both() { grep -q 'overwritten there' "$tree/j" && grep -q 'has no room' "$tree/j"; }
check "of the ring, and of its descriptors" both
check "a check that forgets the tail" with rxdump_f401_tail 1 "$captures/sizes.pcap"
check "is FCS in firmware" cause "FCS in firmware" 'whole in memory at 0x2000[0-9a-f]{4}'
check "for the frames that have one" json 'c[0]["lost"] == sum(n % 4 != 0 for n in range(60, 1515))'
check "and the first has its number" json 'c[0]["failures"][0]["frame"] == 2'

# --- dropped after delivery ---------------------------------------------------------------
if [ -e "$images/netif_f401.elf" ]; then
    python3 "$here/back_to_back.py" "$tree/own.pcap" 64 0.03 >/dev/null
    check "frames for the image's address" with netif_f401 0 "$tree/own.pcap"
    check "are not dropped" json 'c[0]["dropped_after"] == 0 and c[0]["delivered"] == c[0]["sent"]'
    check "a core that is too slow for them" with netif_f401 0 "$tree/own.pcap" --set mcu.fetch_latency=140
    check "drops some after delivery, which loses none" json \
        '0 < c[0]["dropped_after"] < c[0]["delivered"] and c[0]["delivered"] == c[0]["sent"]'
    check "frames for others" with netif_f401 0 "$captures/pppoe.pcap" "$tree/own.pcap"
    check "are filtered, capture by capture" json \
        'c[0]["dropped_after"] == c[0]["sent"] and c[1]["dropped_after"] == 0 and r["total"]["dropped_after"] == c[0]["sent"]'
    check "an image that does not tell" with "$ring" 0 "$dns"
    check "has no number there" json 'c[0]["dropped_after"] is None and r["total"]["dropped_after"] is None'
else
    skip "frames dropped after delivery" "netif_f401 was not built: no lwIP sources"
fi

# --- which image --------------------------------------------------------------------------
by_default() { # STATUS ARGUMENT...
    local status=$1
    shift
    exits "$status" run -q --json "$tree/j" --no-host "$dns" "$@"
}
names() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["firmware"])' "$tree/j"; }
not_run() { # NAME TEXT: stands among the checks not run
    python3 -c '
import json, sys
rows = json.load(open(sys.argv[1]))["checks_not_run"]
sys.exit(not any(n["name"] == sys.argv[2] and sys.argv[3] in n["why"] for n in rows))' "$tree/j" "$1" "$2"
}
is() { [ "$(names)" = "$1" ] || { echo "# $(names)"; return 1; }; }
if [ -e "$images/netif_f401.elf" ]; then
    check "without --firmware" by_default 0
    check "netif_f401 runs" is netif_f401
    check "and the command that repeats it names it" eval "verdict | grep -q -- '--firmware netif_f401 ' && repeats"
    check "every capture" exits 0 run -q --json "$tree/j" --no-host "$captures"/*.pcap
    check "is delivered, or refused as too long" json \
        'r["total"]["delivered"] + r["total"]["refused"] == r["total"]["sent"] and r["total"]["refused"] == 6'
fi
check "an F100 with a crystal" by_default 0 --set mcu.chip=f100rb --set mcu.hse_bypass=no
check "runs netif_f100" is netif_f100
check "by its bare name" by_default 0 --firmware rxdump_f401_bits
check "an image of the build" is rxdump_f401_bits
check "--firmware none" by_default 0 --firmware none
check "runs none, and says so" eval "is None && not_run firmware '--firmware none'"
check "no mcu.chip" by_default 0 --set mcu.chip=
check "no firmware, and the reason" eval "is None && not_run firmware 'states no mcu.chip'"
check "other pins than the images have" by_default 0 --set mcu.pin_clk=PB10
check "no firmware, and where it was looked for" eval "is None && not_run firmware 'PB10, PB15, PC6'"
sed 's/PB13/13/g; s/PB15/15/g; s/PC6/6/g' "$here/../models/boards/nucleo_shield.net" >"$tree/pads.net"
cp "$here/../models/boards/nucleo_shield.ini" "$tree/pads.ini"
check "pads that are not named like pins" by_default 0 --board "$tree/pads.net"
check "no firmware, and which pin is not known" eval "is None && not_run firmware 'mcu.pin_clk is not stated'"
check "a name that is nearly one" refuses 'nearest is "rxdump_f401_rearm"' run --firmware rxdump_f401_raerm "$dns"
elsewhere() { # IMAGE...: a build that has only these; the rest is as in $unbuilt
    rm -rf "$tree/build"
    mkdir -p "$tree/build/harness" "$tree/build/firmware"
    cp "$program" "$tree/build/harness/linkpulse"
    for image in "$@"; do cp "$images/$image.elf" "$tree/build/firmware"; done
    printf '%s\n' "${unbuilt[@]}" >"$tree/build/firmware/unbuilt"
}
alone() { elsewhere "$@" && program=$tree/build/harness/linkpulse by_default 0; }
unbuilt=("netif_f401 lwIP's sources" "netif_f401_rearm lwIP's sources")
check "without lwIP's sources" alone rxdump_f401
check "rxdump_f401 runs" is rxdump_f401
check "and netif_f401 is said not to be built" not_run netif_f401 "lwIP"
lacks() { # NEEDS ARGUMENT...: exit 4, one line
    (program=$tree/build/harness/linkpulse exits 4 "${@:2}") && [ "$(wc -l <"$tree/err")" = 1 ] && says "needs .*$1" err
}
check "nor is its variant that is asked for" lacks "lwIP's sources, and was not built" run --firmware netif_f401_rearm "$dns"
check "live does not wait for the address of another" lacks "netif_f401: not built: it needs lwIP" live -- true
misspelt() { program=$tree/build/harness/linkpulse refuses 'nearest is "rxdump_f401"' run --firmware rxdump_f40 "$dns"; }
check "a name that no image has is refused" misspelt
unbuilt=("netif_f401 arm-none-eabi-gcc" "rxdump_f401 arm-none-eabi-gcc")
check "without an ARM compiler" alone
check "none runs" is None
check "and it is said why" not_run netif_f401 "arm-none-eabi-gcc"
check "also of one that is asked for" lacks "arm-none-eabi-gcc, and was not built" run --firmware rxdump_f401 "$dns"

if has arm-none-eabi-objcopy && [ -e "$images/netif_f401.elf" ]; then
    foreign() { # none of the names that our images have
        arm-none-eabi-objcopy --redefine-sym lp_deliver_frame=on_frame --strip-symbol lp_drop_filter \
            --strip-symbol lp_drop_queue --strip-symbol lp_lose_frame "$images/netif_f401.elf" "$tree/foreign.elf" &&
            with "$tree/foreign.elf" "$@" --deliver-symbol on_frame
    }
    check "another firmware, with a name of its own for delivery" foreign 0 "${some[@]}"
    check "is known by what it delivers" json \
        'all(x["delivered"] == x["sent"] and x["dropped_after"] is None for x in c) and r["firmware"].endswith("foreign.elf")'
    check "another firmware, late" foreign 1 "$burst" --set mcu.entry_latency=2000
    check "gets its causes, too" cause "NSS interrupt late" 'was taken after [0-9]+ cycles, the next frame came after 12[56][0-9]'
else
    skip "another firmware" "no arm-none-eabi-objcopy, or no lwIP sources"
fi
check "an image without lp_deliver_frame" refuses "no symbol lp_deliver_frame" run \
    --firmware "$images/itm_f439.elf" "$captures/dns.pcap"
check "another name for it" refuses "no symbol other" run --firmware "$ring" \
    --deliver-symbol other "$captures/dns.pcap"
check "no such image" refuses "cannot be opened" run --firmware "$tree/none.elf" "$captures/dns.pcap"
check "not an image" refuses "" run --firmware "$captures/dns.pcap" "$captures/dns.pcap"
check "no such pin" refuses "has no such pin" run --firmware "$ring" --set mcu.pin_clk=PZ9 \
    "$captures/dns.pcap"
check "no oscillator: the firmware waits for ever" with "$ring" 1 "$captures/dns.pcap" \
    --set mcu.hse_hz=0
check "and delivers nothing" json 'c[0]["delivered"] == 0 and c[0]["lost"] == c[0]["sent"]'
finish
