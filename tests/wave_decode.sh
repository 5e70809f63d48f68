#!/usr/bin/env bash
# Decoders of the waveform viewer: they find in the waves of a run what tshark reads in the
# capture, and the octets that sigrok-cli's SPI decoder finds.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
compare() { python3 "$here/wave_decode.py" "$@"; }
decode() { # NAME DECODER[=SIGNAL,...] ARGUMENT...: of NAME.vcd, left in NAME.DECODER
    local name=$1 decoder=$2
    shift 2
    exits 0 wave "$tree/$name.vcd" --no-index --decode "$decoder" "$@" && cp "$tree/out" "$tree/$name.${decoder%%=*}"
}
record() { # NAME CAPTURE ARGUMENT...
    local name=$1 capture=$2
    shift 2
    "$program" run -q --firmware none --no-host --vcd "$tree/$name.vcd" "$@" "$capture" >"$tree/out" 2>"$tree/err" </dev/null
    [ -s "$tree/$name.vcd" ]
}

# --- as tshark reads the capture -------------------------------------------------------
has tshark || {
    skip "frames as tshark reads them" "no tshark"
    finish
}
# The first frames of each capture: all its protocols, and few enough octets.
declare -A most=([jumbo]=2 [sizes]=6 [patterns]=6 [burst]=6 [http]=8 [tls]=8 [fragments]=6 [pppoe]=12 [pppoe_odd]=32)
as_sent() { # NAME: both decoders find the octets that are sent
    python3 "$here/frames.py" octets "$tree/$1.pcap" | tr -d '\n' >"$tree/sent"
    for decoder in manchester spi_lsb; do
        [ "$(compare octets "$tree/$1.$decoder")" = "$(cat "$tree/sent")" ] || { echo "# $decoder"; return 1; }
    done
}
for capture in "$captures"/*.pcap "$captures"/*.pcapng; do
    name=$(basename "${capture%.*}")
    tshark -r "$capture" -c "${most[$name]:-12}" -F pcap -w "$tree/$name.pcap" 2>/dev/null
    check "$name: waves" record "$name" "$tree/$name.pcap"
    check "$name: line code decoded" decode "$name" manchester
    check "$name: the frames on the line are tshark's" compare frames "$tree/$name.pcap" "$tree/$name.manchester"
    check "$name: SPI decoded" decode "$name" spi_lsb
    check "$name: the frames on SPI are tshark's" compare frames "$tree/$name.pcap" "$tree/$name.spi_lsb"
    check "$name: octets as sent" as_sent "$name"
    [ "$name" = dns ] || rm -f "$tree/$name.vcd"
done
differs() { # WHAT: with one character other than it was, the comparison fails
    sed "$1" "$tree/dns.manchester" >"$tree/changed" && ! cmp -s "$tree/changed" "$tree/dns.manchester" &&
        ! compare frames "$tree/dns.pcap" "$tree/changed" >/dev/null
}
check "another address is noticed" differs '0,/> 02:00:00:00:00:02/s//> 02:00:00:00:00:03/'
check "another port is noticed" differs '0,/192.0.2.1:53/s//192.0.2.1:54/'
check "another length is noticed" differs '0,/ 64 octets/s// 65 octets/'
check "a bad FCS is noticed" differs '0,/FCS good/s//FCS bad/'
check "a missing frame is noticed" differs '0,/\tframe\t/{/\tframe\t/d}'

# --- as sigrok-cli decodes SPI ---------------------------------------------------------
sigrok() {
    sigrok-cli -I vcd:downsample=1000 -i "$tree/dns.vcd" -A spi=mosi-data \
        -P spi:clk=/sck_rx:mosi=/mosi_rx:cs=/nss_rx:bitorder=lsb-first:cpol=0:cpha=0 |
        sed 's/^spi-1: //' | tr -d '\n' | tr A-F a-f
}
if has sigrok-cli; then
    as_sigrok() { [ "$(compare octets "$tree/dns.spi_lsb")" = "$(sigrok)" ]; }
    check "SPI octets are sigrok-cli's" as_sigrok
else
    skip "SPI octets are sigrok-cli's" "no sigrok-cli"
fi
named() { decode dns spi_lsb=spi./sck_rx,spi./mosi_rx,spi./nss_rx && cp "$tree/dns.spi_lsb" "$tree/named" &&
    decode dns spi_lsb && cmp "$tree/named" "$tree/dns.spi_lsb"; }
check "signals by name are those that are guessed" named
without() { decode dns spi_lsb=spi./sck_rx,spi./mosi_rx && as_sent dns; }
check "octets without the select" without

# --- as text and as JSON ---------------------------------------------------------------
as_json() {
    exits 0 wave "$tree/dns.vcd" --no-index --decode manchester --json "$tree/dns.json" &&
        python3 - "$tree/dns.json" "$tree/out" <<'PY'
import json, sys
page = json.load(open(sys.argv[1]))
rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[2]) if "\t" in line]
keys = ("line", "class", "text")
same = [[str(item[key]) for key in keys] for item in page["items"]] == [row[2:] for row in rows]
times = all(item["from_ns"] == float(row[0]) and item["to_ns"] == float(row[1]) for item, row in zip(page["items"], rows))
sys.exit(not (page["schema"] == "linkpulse.decode/1" and page["decoder"] == "manchester" and same and times and rows))
PY
}
check "JSON has what the text has" as_json
ascends() { cut -f1 "$tree/dns.manchester" | grep -v : | sort -c -g; }
check "items come in the order of time" ascends
part() { # a part of the file has a part of the items
    exits 0 wave "$tree/dns.vcd" --no-index --decode manchester --from 100us --to 300us &&
        [ "$(grep -c "	frame	" "$tree/out")" = 3 ] && [ -z "$(grep "	" "$tree/out" | grep -vxFf "$tree/dns.manchester")" ]
}
check "--from and --to" part
check "no such decoder" refuses "no decoder manchster; nearest is \"manchester\"" wave "$tree/dns.vcd" --decode manchster
check "no such signal" refuses "has no signal nosuch" wave "$tree/dns.vcd" --decode manchester=nosuch
check "too many signals" refuses "takes 1 signal" wave "$tree/dns.vcd" --decode manchester=line.line,line.line
check "an input that is needed" refuses "needs a signal for mosi" wave "$tree/dns.vcd" --decode spi_lsb=/sck_rx
check "a picture and a text at once" refuses "either --decode or a picture" wave a.vcd --decode mcu --svg a.svg
check "JSON of what is not decoded" refuses "\-\-json needs --decode" wave a.vcd --json a.json
check "nothing to guess" refuses "nothing by the names" wave "$here/harness/data/nothing.vcd" --decode manchester

# --- faults ----------------------------------------------------------------------------
said() { grep -q "$2" "$tree/$1"; } # FILE TEXT
jitter() { # frames stay whole on the line with 30 ns of it, peak to peak
    record jitter "$tree/dns.pcap" --set line.jitter_peak_ns=15 --seed 5
    decode jitter manchester && compare frames "$tree/dns.pcap" "$tree/jitter.manchester"
}
check "jitter that a receiver has to bear" jitter
swapped() { record swapped "$tree/dns.pcap" --set line.swapped=on; decode swapped manchester && said swapped.manchester "inverted pair: ARP who has 192.0.2.1, asks 192.0.2.2, ff:ff:ff:ff:ff:ff > "; }
check "an inverted pair is told" swapped
pulses() {
    record pulses "$tree/dns.pcap" --trace-window 15900:16200 --set line.link_pulses=on --set line.gap=fixed --set line.gap_ns=20000000
    decode pulses link_pulse && said pulses.link_pulse "pulse	NLP 1[0-9.]* ns"
}
check "link pulses" pulses
finish
