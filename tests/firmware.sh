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

# O7: back to back at the minimum gap, the driver that re-arms in its interrupt is too late.
check "re-arming, frames back to back are lost" with "$rearm" 1 "$captures/burst.pcap"
check "in the firmware, right at the pins" json \
    '(c[0]["lost"] > 0 and {f["stage"] for f in c[0]["failures"]} == {"firmware"} and
      all("right at the pins" in f["detail"] for f in c[0]["failures"]))'
check "nearly each with an overrun of its own time" json \
    'sum("overrun" in f["detail"] for f in c[0]["failures"]) >= 0.9 * len(c[0]["failures"])'
check "with a millisecond between frames none is" with "$rearm" 0 "$captures/burst.pcap" \
    --set line.gap=fixed --set line.gap_ns=1000000

# A fault of the board is still named as one.
check "R5 = 680 loses the frames" with "$ring" 1 "$captures/dns.pcap" --edit "value R5=680"
check "at the bit clock" json '{f["stage"] for f in c[0]["failures"]} == {"bit clock"}'
check "jumper at /line: wrong octets at the pins" with "$ring" 1 "$captures/dns.pcap" \
    --set jumper.JP1=A --firmware "$images/rxdump_f401_strict.elf"
check "at the SPI's sampling" json 'any(f["stage"] == "SPI sampling" for f in c[0]["failures"])'

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
