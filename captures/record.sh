#!/bin/sh
# Records the captures that come from real network stacks, again: two network namespaces
# joined by a veth pair, tcpdump on one end. Needs root. Addresses are the documentation
# ranges 192.0.2.0/24 and 2001:db8::/32; MACs are locally administered. Offloads are off,
# so that every frame stands in the capture as it would on a wire, checksums included.
#
#   captures/record.sh GENERATE [NAME...]
#
# GENERATE is the built captures/generate (it tags frames where the kernel has no 802.1Q);
# NAMEs are recordings, all by default. Afterwards captures.tsv needs new frame counts and
# hashes: captures/check.sh GENERATE --update.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
generate=${1:?usage: record.sh GENERATE [NAME...]}
shift
all="arp_ping fragments dhcp dns http tls ipv6_nd vlan"
work=$(mktemp -d)
a=lpa$$ b=lpb$$ dump='' server=''

missing=''
for tool in ip tcpdump ethtool dnsmasq busybox openssl curl ping editcap; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
[ -z "$missing" ] || { echo "record.sh: missing tools:$missing" >&2; exit 4; }
[ "$(id -u)" = 0 ] || { echo "record.sh: needs root for network namespaces" >&2; exit 4; }
[ -x "$generate" ] || { echo "record.sh: $generate is not the built generator" >&2; exit 2; }

end_of() { # PID: ask it to stop and wait
    kill -INT "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

down() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$dump" ] || end_of "$dump"
    ip netns del "$a" 2>/dev/null || true
    ip netns del "$b" 2>/dev/null || true
    server='' dump=''
}
trap 'down; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

in_a() { ip netns exec "$a" "$@"; }
in_b() { ip netns exec "$b" "$@"; }

up() { # IPV6: 1 to leave it on. Client a (.2), server b (.1); addresses come later
    ip netns add "$a"
    ip netns add "$b"
    ip -n "$a" link add name eth0 address 02:00:00:00:00:02 type veth \
        peer name eth0 address 02:00:00:00:00:01 netns "$b"
    for ns in "$a" "$b"; do
        ip netns exec "$ns" ethtool -K eth0 tso off gso off gro off tx off rx off >/dev/null
        ip netns exec "$ns" sh -c "echo $((1 - $1)) >/proc/sys/net/ipv6/conf/all/disable_ipv6"
        ip -n "$ns" link set lo up
    done
}

listen() { # FILE [TCPDUMP OPTION...]: with the links up, so that nothing is missed
    file=$1
    shift
    ip netns exec "$b" tcpdump -i eth0 -U --immediate-mode -Z root -s 0 "$@" -w "$file" 2>"$work/log" &
    dump=$!
    for i in 1 2 3 4 5 6 7 8 9 10; do
        grep -q 'listening on' "$work/log" && return
        sleep 0.2
    done
    cat "$work/log" >&2
    exit 1
}

links_up() {
    ip -n "$b" link set eth0 up
    ip -n "$a" link set eth0 up
    sleep 0.3
}

ipv4() {
    ip -n "$a" address add 192.0.2.2/24 dev eth0
    ip -n "$b" address add 192.0.2.1/24 dev eth0
}

stop() { # all is captured that will be
    sleep 1
    end_of "$dump"
    dump=''
    down
}

record_arp_ping() {
    up 0; links_up; ipv4
    listen "$here/arp_ping.pcap"
    in_a ping -q -c 3 -i 0.2 192.0.2.1
    in_a ping -q -c 2 -i 0.2 -s 0 192.0.2.1
    in_a ping -q -c 2 -i 0.2 -s 1472 -p ff 192.0.2.1
    in_a ping -q -c 2 -i 0.2 -s 1472 -p 55 192.0.2.1
    in_b ping -q -c 2 -i 0.2 192.0.2.2
    stop
}

record_fragments() {
    up 0; links_up; ipv4
    listen "$work/fragments.pcap" --time-stamp-precision=nano
    in_a ping -q -c 2 -i 0.2 -s 4000 192.0.2.1
    stop
    editcap -F pcapng "$work/fragments.pcap" "$here/fragments.pcapng"
}

dnsmasq_up() {
    ip netns exec "$b" dnsmasq -k -C /dev/null -i eth0 --bind-interfaces --user=root \
        --pid-file= --no-resolv --no-hosts --leasefile-ro --log-facility="$work/dnsmasq" \
        --dhcp-authoritative --dhcp-range=192.0.2.100,192.0.2.120,1h \
        --host-record=host.linkpulse.example,192.0.2.1,2001:db8::1 \
        --txt-record=host.linkpulse.example,"a longer answer so that the frame is not short" &
    server=$!
    sleep 0.5
}

record_dhcp() {
    up 0; links_up
    ip -n "$b" address add 192.0.2.1/24 dev eth0
    dnsmasq_up
    listen "$here/dhcp.pcap"
    in_a busybox udhcpc -i eth0 -f -n -q -R -s /bin/true
    stop
}

record_dns() {
    up 0; links_up; ipv4
    dnsmasq_up
    listen "$here/dns.pcap"
    in_a busybox nslookup host.linkpulse.example 192.0.2.1
    in_a busybox nslookup -type=txt host.linkpulse.example 192.0.2.1
    in_a busybox nslookup none.linkpulse.example 192.0.2.1 || true
    stop
}

record_http() {
    up 0; links_up; ipv4
    mkdir -p "$work/www"
    awk 'BEGIN { for (i = 0; i < 700; i++) printf "line %d of a page that is fetched\n", i }' \
        >"$work/www/page.txt"
    ip netns exec "$b" busybox httpd -f -p 192.0.2.1:80 -h "$work/www" &
    server=$!
    sleep 1
    listen "$here/http.pcap"
    in_a curl -sS -o /dev/null http://192.0.2.1/page.txt
    in_a curl -sS -o /dev/null http://192.0.2.1/none
    stop
}

record_tls() {
    up 0; links_up; ipv4
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=host.linkpulse.example \
        -keyout "$work/key" -out "$work/cert" 2>/dev/null
    ip netns exec "$b" openssl s_server -quiet -www -accept 192.0.2.1:4433 \
        -key "$work/key" -cert "$work/cert" >/dev/null 2>&1 &
    server=$!
    sleep 0.5
    listen "$here/tls.pcap"
    for version in -tls1_2 -tls1_3; do
        printf 'GET / HTTP/1.0\r\n\r\n' |
            in_a openssl s_client -quiet -connect 192.0.2.1:4433 "$version" >/dev/null 2>&1 || true
    done
    stop
}

record_ipv6_nd() {
    up 1
    ip -n "$b" link set eth0 up
    listen "$here/ipv6_nd.pcap"
    ip -n "$a" link set eth0 up
    ip -n "$a" address add 2001:db8::2/64 dev eth0
    ip -n "$b" address add 2001:db8::1/64 dev eth0
    sleep 3 # duplicate address detection
    in_a ping -6 -q -c 3 -i 0.2 2001:db8::1
    in_a ping -6 -q -c 1 -s 1452 2001:db8::1
    stop
}

vlan_traffic() { # DEVICE
    ip -n "$a" address add 192.0.2.2/24 dev "$1"
    ip -n "$b" address add 192.0.2.1/24 dev "$1"
    in_a ping -q -c 3 -i 0.2 192.0.2.1
    in_a ping -q -c 1 -s 1472 192.0.2.1
}

# A kernel without 802.1Q: the same traffic untagged, and the tag put in afterwards.
record_vlan() {
    up 0; links_up
    if ip -n "$a" link add link eth0 name eth0.5 type vlan id 5 2>/dev/null; then
        ip -n "$b" link add link eth0 name eth0.5 type vlan id 5
        ip -n "$a" link set eth0.5 up
        ip -n "$b" link set eth0.5 up
        listen "$here/vlan.pcap"
        vlan_traffic eth0.5
        stop
    else
        echo "record.sh: no 802.1Q in this kernel: tags put in by generate" >&2
        listen "$work/vlan.pcap"
        vlan_traffic eth0
        stop
        "$generate" --tag 5 "$work/vlan.pcap" "$here/vlan.pcap"
    fi
}

for name in ${*:-$all}; do
    echo "record.sh: $name"
    "record_$name"
done
