#!/usr/bin/env bash
# What --pcap-out holds is what was sent, read by tshark: octets and what they mean.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"

recovered() { exits 0 run -q --firmware none --pcap-out "$tree/out.pcap" "$@"; }
octets() { # CAPTURE: one hex line per frame, as tshark reads it
    tshark -n -r "$1" -x 2>/dev/null |
        awk 'NF == 0 { print line; line = ""; next }
             { row = substr($0, 7, 48); gsub(" ", "", row); line = line row }
             END { if (line != "") print line }'
}
padded() { # hex lines, short ones padded with zeroes to 60 octets
    awk '{ while (length($0) < 120) $0 = $0 "00"; print }'
}
# Times differ, so what tshark concludes from them is left out.
meaning() {
    tshark -n -r "$1" -o tcp.analyze_sequence_numbers:FALSE -T fields -e eth.src -e eth.dst -e vlan.id \
        -e pppoe.code -e pppoe.session_id -e ip.src -e ip.dst -e ipv6.src -e ipv6.dst -e tcp.len -e tcp.seq \
        -e udp.length -e icmp.type -e icmpv6.type -e dhcp.type -e dns.id 2>/dev/null
}
same_octets() { cmp <(octets "$1" | padded) <(octets "$tree/out.pcap"); }
same_meaning() { [ "$(meaning "$1" | sort -u | wc -l)" -gt 1 ] && cmp <(meaning "$1") <(meaning "$tree/out.pcap"); }

if ! has tshark; then
    skip "recovered captures equal the sent ones" "no tshark"
    finish
fi
for file in "$captures"/*.pcap "$captures"/*.pcapng; do
    name=${file##*/}
    check "$name: recovered" recovered "$file"
    check "$name: tshark reads the octets that were sent" same_octets "$file"
    case $name in
    vlan* | pppoe.pcap | http* | tls* | dhcp* | dns* | ipv6* | arp*)
        check "$name: tshark finds the same in them" same_meaning "$file" ;;
    esac
done
several=("$captures"/{vlan,pppoe,jumbo}.pcap)
joined() { cmp <(for file in "${several[@]}"; do octets "$file"; done | padded) <(octets "$tree/out.pcap"); }
check "several inputs: recovered" recovered "${several[@]}"
check "several inputs: one after the other" joined
again() { # what came out goes in again
    cp "$tree/out.pcap" "$tree/in.pcap"
    recovered "$tree/in.pcap" && cmp <(octets "$tree/in.pcap") <(octets "$tree/out.pcap")
}
check "the output is an input" again
# Frames that the network gave time keep it; the others stand closer than a line allows.
times() { tshark -n -r "$1" -T fields -e frame.time_delta -e frame.time_relative 2>/dev/null; }
paced() {
    exits 0 run -q --firmware none --set line.gap=capture --pcap-out "$tree/out.pcap" "$captures/dns.pcap" &&
        paste <(times "$captures/dns.pcap") <(times "$tree/out.pcap") |
        awk '$1 > 0.001 { n++; d = $2 - $4; if (d < 0) d = -d; if (d > worst) worst = d }
             END { exit !(n == 2 && worst < 1e-6) }'
}
check "line.gap=capture: the times are the sender's" paced

# Faults must show: an output that lacks the frames that failed, and none at all.
exits 1 run -q --firmware none --set line.jitter_peak_ns=3 --seed 3 --pcap-out "$tree/out.pcap" "$captures/dns.pcap"
without_first() { cmp <(octets "$captures/dns.pcap" | padded | tail -n +2) <(octets "$tree/out.pcap"); }
check "a frame that came wrong is not in the output" without_first
nothing() { exits 1 run -q --edit "remove U3" --pcap-out "$tree/out.pcap" "$captures/dns.pcap" && [ -z "$(octets "$tree/out.pcap")" ]; }
check "nothing recovered: a capture without frames" nothing
finish
