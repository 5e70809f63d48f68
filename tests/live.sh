#!/usr/bin/env bash
# `linkpulse live`: real programs against the simulated board, in a namespace of their own. What
# needs a privilege or a tool that is not there is skipped by name.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
address=192.168.77.2

# --- refusals, which need nothing -----------------------------------------------------------
check "an unknown partner" refuses "expected tolerant, standard or strict" live --partner lenient
check "an unknown duplex" refuses "expected half or full" live --duplex both
check "a device's name that is too long" refuses "15 characters" live --tap 0123456789abcdef
check "a device's name that the kernel would number" refuses "expected a device's name" live --tap lp%d
check "a device without a name" refuses "the value is empty" live --tap ""
check "no firmware" refuses "live needs a firmware" live --firmware none
missing() { exits 4 live --netns no-such-namespace && says "ip netns add" err; }
check "a namespace that does not exist: exit 4, and what would help" missing

if ! "$program" live --firmware netif_f401 -q -- true >/dev/null 2>"$tree/why"; then
    why=$(head -n 1 "$tree/why")
    for name in ping "ping in full duplex" curl dnsmasq status "a strict partner"; do
        skip "live: $name" "${why:-no TAP device}"
    done
    finish
fi

# The board listens to nobody, so in half duplex an answer is lost when the next request comes on
# its heels, as it does where the simulation falls behind the host's clock: on a busy machine, and
# under a sanitizer for certain. Three times in a row it is the board's fault.
pause=0.2 half=()
grep -q __asan_init "$program" && pause=0.5 half=(--duplex full)
pings() { # NUMBER ARGUMENT...: so many without a loss
    local n=$1 try
    shift
    for try in 1 2 3; do
        [ $try = 1 ] || echo "# once more: $(grep -o '[0-9.]*% packet loss' "$tree/out")"
        timeout 120 "$program" live "${half[@]}" "$@" -- ping -q -c "$n" -i $pause -W 5 $address \
            >"$tree/out" 2>"$tree/err" &&
            says "$n received, 0% packet loss" && says "$n of $n echo requests answered" err &&
            says "round trip in simulated time 0[.][23]" err && return
    done
    return 1
}
if has ping; then
    check "fifty pings are answered, and their round trip is told" pings 50
    check "pings in full duplex" pings 20 --duplex full
    check "pings through the standard partner" pings 20 --partner standard
    check "pings as fast as it goes" pings 20 --speed max --duplex full
    check "pings over 100 m of cable" pings 20 --set line.cable_m=100 --duplex full
    check "pings of the smaller chip, by its own two SPIs" pings 20 --set mcu.chip=f100rb
else
    skip "pings are answered, and their round trip is told" "no ping (iputils-ping)"
fi

# O4: always enabled, the driver holds the line low behind a frame that ends in 0. Ports that look
# for swapped pairs take that for one, after some in a row correct it, and so spoil what follows.
swapped() { # PROFILE: pings are lost, and the port says why
    timeout 120 "$program" live --duplex full --partner "$1" --edit "tie U3.4 VCC" -- \
        ping -q -c 100 -i 0.02 -W 3 $address >"$tree/out" 2>"$tree/err"
    sed -n 's/^\(.* packet loss\).*/# \1/p' "$tree/out"
    ! says " 0% packet loss" && says "packet loss" && says "damaged: polarity inverted" err
}
if has ping; then
    check "always enabled, the tolerant partner takes the pair for swapped" swapped tolerant
    check "and so does the standard one" swapped standard
fi

# One page, and a hundred times the same. A collision costs the board, which listens to nobody, a
# segment: TCP brings it again.
pages() {
    timeout 300 "$program" live "$@" -- sh -c \
        'for i in $(seq 100); do curl -s -m 20 http://$LINKPULSE_ADDRESS/ | cksum; done | sort | uniq -c' \
        >"$tree/out" 2>"$tree/err" && [ "$(wc -l <"$tree/out")" = 1 ] && says "^ *100 " &&
        ! says " 0 *\$"
}
if grep -q __asan_init "$program"; then
    skip "a hundred pages, all the same" "a sanitizer's build"
elif has curl; then
    check "a hundred pages, all the same" pages
    check "a hundred pages in full duplex" pages --duplex full
else
    skip "a hundred pages, all the same" "no curl"
fi

# Volume both ways, with its checksum. In full duplex the firmware fills the line. In half duplex
# each segment that it sends into the partner's is lost, and its retransmission timer waits: how
# long depends on chance and on the host, so that a figure is told and none asked for.
volume() { # DUPLEX IMAGE WHAT...: the goodput in kbit/s to $tree/rate
    local duplex=$1 image=$2
    shift 2
    timeout 400 "$program" live --duplex "$duplex" --firmware "$image" -- \
        python3 "$here/volume.py" "$@" >"$tree/out" 2>"$tree/err" || return 1
    sed -n 's/^linkpulse: \(TCP .*\)/# \1/p; s/^linkpulse: \(.* collisions.*\)/# \1/p' "$tree/err"
    sed -n 's/.*TCP in .* \([0-9]*\)[.]\([0-9]*\) Mbit.*/\1\2/p' "$tree/err" >"$tree/rate"
}
if grep -q __asan_init "$program"; then
    skip "volume over TCP" "a sanitizer's build"
elif has python3; then
    echoed() {
        volume full netif_f401 echo 262144 && says "262144 octets to the board" err &&
            says "262144 from it" err && [ "$(cat "$tree/rate")" -gt 5000 ]
    }
    check "256 kB echoed in full duplex, at 5 Mbit/s and more both ways together" echoed
    check "a mebibyte from the board in half duplex" volume half netif_f401 page
    check "and with a driver that senses the carrier" volume half netif_f401_sense echo 65536
    differs() { # the service that discards echoes nothing
        ! timeout 60 "$program" live -q -- python3 "$here/volume.py" echo 99 1 9 2>"$tree/err" &&
            says "0 of 99 octets" err
    }
    check "an echo that is none is told" differs

    # O7: a request of four segments back to back. The reference firmware's strategy loses those
    # that begin before it is armed again, and the host's timers wait for each.
    request_ms() { # IMAGE: the mean over ten, in simulated time
        timeout 200 "$program" live --duplex full --firmware "$1" -- \
            python3 "$here/volume.py" echo 5840 10 >"$tree/out" 2>"$tree/err" || return 1
        sed -n 's/.*TCP in simulated time: \([0-9]*\) connections.* in \([0-9.]*\) s, .*/\1 \2/p' "$tree/err" |
            awk '{ printf "%.0f\n", 1000 * $2 / $1 }'
    }
    bursts() {
        local ring rearm
        ring=$(request_ms netif_f401) && rearm=$(request_ms netif_f401_rearm) || return 1
        echo "# a request of 5840 octets and its answer: ring $ring ms, rearm $rearm ms"
        [ "$ring" -gt 0 ] && [ "$rearm" -gt $((4 * ring)) ]
    }
    check "a request in a burst takes rearm several times as long as ring" bursts
else
    skip "volume over TCP" "no python3"
fi

cat >"$tree/dhcp.sh" <<'EOF'
dir=$1
dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --bind-interfaces --user=root \
    --interface="$LINKPULSE_IFACE" --dhcp-range=192.168.77.50,192.168.77.50,1h \
    --dhcp-leasefile="$dir/leases" --pid-file="$dir/pid" --log-facility="$dir/log" &
for _ in $(seq 200); do [ -s "$dir/leases" ] && break; sleep 0.1; done
sleep 0.5 # the board announces its address, and listens to nobody meanwhile
ping -c 3 -W 5 192.168.77.50
status=$?
kill %1
exit $status
EOF
leases() {
    timeout 120 "$program" live --no-dhcp -- bash "$tree/dhcp.sh" "$tree" >"$tree/out" 2>"$tree/err" &&
        says " 192[.]168[.]77[.]50 " leases && says "DHCPACK" log
}
if has dnsmasq && has ping; then
    check "dnsmasq hands out the address" leases
else
    skip "dnsmasq hands out the address" "no dnsmasq"
fi

# --- the command, its status, a board that does not do ------------------------------------------
status() { timeout 60 "$program" live -q -- sh -c 'exit 7' </dev/null; [ $? = 7 ]; }
check "the command's exit status is returned" status
unknown() { timeout 60 "$program" live -q -- no-such-command 2>/dev/null </dev/null; [ $? = 127 ]; }
check "a command that is not there: 127" unknown
environment() {
    timeout 60 "$program" live -q -- sh -c 'echo $LINKPULSE_ADDRESS $LINKPULSE_IFACE; ls /sys/class/net >/dev/null' \
        >"$tree/out" </dev/null && says "^$address lp0\$"
}
check "the command is told address and device" environment
interrupted() { # without a command it goes on until Ctrl-C
    timeout --foreground -s INT 5 "$program" live >"$tree/out" 2>"$tree/err" </dev/null
    [ $? = 124 ] && says "the board is $address on lp0" err && says "real time" err
}
check "without a command: the board's address, until Ctrl-C" interrupted
itm() {
    timeout 60 "$program" live -q -v --itm "$tree/itm" -- sleep 0.5 2>"$tree/err" </dev/null &&
        says "ip $address" itm && says "octets of the board: good" err
}
check "the firmware's log and each frame of the board are there for the asking" itm
refused() { exits 1 live --speed max --partner strict -- true && says "no address\|no link" err; }
check "the strict partner refuses the reference board: exit 1, with the reason" refused
deaf() { exits 1 live --speed max --edit "tie U3.4 GND" -- true && says "no link within" err; }
check "a board whose driver is never enabled gets no link" deaf

# --- as an ordinary user, with a device file of this test's own in a mount namespace ----------------
nobody="setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs"
user() { # STATUS MODE ARGUMENT...: MODE of /dev/net/tun, or none
    local want=$1 mode=$2 status
    shift 2
    timeout 120 unshare -m sh -c 'mount -t tmpfs none /dev/net || exit 99
        [ '"$mode"' = none ] || mknod -m '"$mode"' /dev/net/tun c 10 200 || exit 99
        nobody=$1; shift; exec $nobody "$@"' - "$nobody" "$program" live "$@" \
        >"$tree/out" 2>"$tree/err" </dev/null
    status=$?
    [ $status = "$want" ] || { echo "# exit $status"; sed 's/^/# /' "$tree/out" "$tree/err"; return 1; }
}
works() { user 0 666 -- sh -c "id -u; ping -c 3 -i 0.2 $address" && says "3 received, 0% packet loss" && says '^0$'; }
closed() { user 4 600 -- true && says "/dev/net/tun: Permission denied" err && says "sudo chmod 666 /dev/net/tun" err; }
absent() { user 4 none -- true && says "/dev/net/tun: No such file" err && says "sudo modprobe tun" err; }
# The commands of the hint, but for sudo: the device is then made for that user, and joined by it.
made() {
    timeout 120 unshare -n -m sh -c 'mount -t tmpfs none /dev/net && mknod -m 666 /dev/net/tun c 10 200 || exit 99
        ip tuntap add dev lp0 mode tap user 65534 && ip addr add 192.168.77.1/24 dev lp0 && ip link set lp0 up || exit 99
        echo 0 65534 >/proc/sys/net/ipv4/ping_group_range # else ping needs a privilege of its own
        exec '"$nobody"' "$1" live --tap lp0 -- ping -c 3 -i 0.2 '$address - "$program" >"$tree/out" 2>"$tree/err" </dev/null &&
        says "3 received, 0% packet loss"
}
why=
has setpriv || why="no setpriv"
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || why="not root"
[ -n "$why" ] || $nobody "$program" --version >/dev/null 2>&1 || why="the program is not everyone's to read"
if [ -z "$why" ]; then
    if $nobody unshare -U -n true 2>/dev/null; then
        check "an ordinary user: works, in a user namespace" works
        check "an ordinary user, the device closed: exit 4, and what would help" closed
        check "an ordinary user, no device: exit 4, and what would help" absent
    else # as in a chroot; the device is then not looked at
        restricted() { user 4 666 -- true && says "sysctl" err; }
        check "an ordinary user without user namespaces: exit 4, and what would help" restricted
        skip "an ordinary user, the device closed or not there" "no user namespaces for ordinary users"
    fi
    if has ip; then
        check "an ordinary user with a device made by those commands" made
    else
        skip "an ordinary user with a device made by those commands" "no ip (iproute2)"
    fi
else
    skip "as an ordinary user" "$why"
fi
finish
