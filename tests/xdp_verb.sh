#!/usr/bin/env bash
# linkpulse xdp: captures by three ways and end to end, as root and as an ordinary user, and the
# program on an interface.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
build=$(cd "$(dirname "$program")/.." && pwd)
objects=$build/harness/xdp/bpf

check "no capture" refuses "xdp needs a capture" xdp
check "an unknown hash" refuses "hash md5: expected xxh32, crc, toeplitz or halfsiphash" xdp --hash md5 x
check "an unknown program" refuses "program x: expected flow or reference" xdp --program x x
check "no CPU" refuses "cpus 0: expected a whole number from 1 to 64" xdp --cpus 0 x
check "two ways at once" refuses "no captures" xdp --install lo "$captures/pppoe.pcap"
check "the reference is not installed" refuses "only flow is installed" xdp --install lo --program reference
if [ ! -e "$objects/flow.bpf.o" ]; then
    check "no objects: exit 4" exits 4 xdp "$captures/pppoe.pcap"
    skip "the programs" "clang is absent, they were not built"
    finish
fi
no_objects() { LINKPULSE_XDP=$tree exits 4 xdp "$captures/pppoe.pcap" && says "apt install clang" err; }
check "objects that are not there: exit 4" no_objects
check "a capture that is not there" refuses "pcap" xdp "$tree/none.pcap"

# --- captures ----------------------------------------------------------------------------------
pppoe=("$captures/pppoe.pcap" "$captures/pppoe_odd.pcap")
field() { # FILE KEY...: of the JSON
    python3 -c 'import json,sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]:
    value = value[key]
print(value)' "$@"
}
agrees() { # STATUS ARGUMENT...
    exits "$1" xdp --json "$tree/j" "${@:2}" && [ "$(field "$tree/j" disagreed)" = 0 ]
}
check "flow on PPPoE" agrees 0 "${pppoe[@]}"
check "no flow split" eval "[ \$(field $tree/j flows_split) = 0 ]"
check "no datagram's fragments apart" eval "[ \$(field $tree/j datagrams_split) = 0 ]"
check "the verdict repeats" repeats
for hash in crc toeplitz halfsiphash; do
    check "with $hash" agrees 0 --hash $hash --cpus 5 --symmetric "${pppoe[@]}"
done
check "on all captures" agrees 0 "$captures"/*.pcap "$captures"/*.pcapng
# The command is as long as its captures are many; a name need not be UTF-8.
whole_repeat() { [ "$(sed -n '$s/.*repeat: //p' "$tree/out")" = "$(field "$tree/j" repeat)" ]; }
check "the JSON has the whole command" whole_repeat
check "and ends with a newline" eval '[ -z "$(tail -c 1 "$tree/j")" ]'
odd_name() {
    local name=$tree/$'caf\xe9.pcap'
    cp "$captures/arp_ping.pcap" "$name" && agrees 0 "$name" &&
        [[ $(field "$tree/j" repeat) = *"caf?.pcap"* ]]
}
check "a name that is not UTF-8" odd_name
check "the reference on PPPoE fails" agrees 1 --program reference "${pppoe[@]}"
check "for its fragments" says "datagrams with fragments apart"

# --- over the board ------------------------------------------------------------------------------
check "frames that the board recovered" exits 0 run --xdp --json "$tree/j" "$captures/pppoe.pcap"
check "all are asked about" eval "[ \$(field $tree/j xdp frames) = 192 ]"
check "same decisions" eval "[ \$(field $tree/j xdp different)\$(field $tree/j xdp disagreed) = 00 ]"
check "it repeats, --xdp with it" repeats

# A program that hashes otherwise must be seen: XXH32's first prime is changed in the object.
mkdir "$tree/planted" && cp "$objects"/*.bpf.o "$tree/planted"
python3 - "$tree/planted/flow.bpf.o" <<'EOF'
import sys
path = sys.argv[1]
octets = open(path, "rb").read()
for prime in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D):
    octets = octets.replace(prime.to_bytes(4, "little"), (prime ^ 0x40000).to_bytes(4, "little"))
open(path, "wb").write(octets)
EOF
planted() { LINKPULSE_XDP=$tree/planted agrees 0 "${pppoe[@]}"; }
check "another object: found" eval "! planted && [ \$(field $tree/j disagreed) -gt 100 ]"
check "and shown" says "frame 1; native: CPU"
planted_run() { LINKPULSE_XDP=$tree/planted exits 1 run --xdp "$captures/pppoe.pcap"; }
check "and over the board" planted_run
check "as the reason" says "XDP decides otherwise on"

kernel=yes
grep -q "not run: the kernel" "$tree/out" && kernel=no
if [ $kernel = yes ]; then
    exits 0 xdp --json "$tree/j" "${pppoe[@]}"
    for mode in native generic; do
        check "end to end, $mode: all arrive" eval "[ \$(field $tree/j end_to_end_$mode arrived) = 10000 ]"
        check "$mode: where predicted, in order" eval "[ \$(field $tree/j end_to_end_$mode elsewhere)\$(field $tree/j end_to_end_$mode overtaken) = 00 ]"
    done
    exits 1 xdp --program reference --json "$tree/j" "${pppoe[@]}"
    check "the reference loses frames to empty slots" eval "[ \$(field $tree/j end_to_end_native lost) -gt 5000 ]"
    check "--require-kernel has it" exits 0 xdp --require-kernel "${pppoe[@]}"
else
    skip "end to end" "$(grep -m 1 'not run' "$tree/out")"
fi

# --- an ordinary user ----------------------------------------------------------------------------
if [ "$(id -u)" = 0 ] && has setpriv; then
    chmod 755 "$tree"
    ordinary() { # ARGUMENT...
        setpriv --reuid 65534 --regid 65534 --clear-groups "$program" xdp "$@" >"$tree/out" 2>"$tree/err" </dev/null
    }
    if setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$program"; then
        check "an ordinary user: native and interpreter" ordinary "${pppoe[@]}"
        check "by both of them" says "by native code, by the interpreter: "
        check "the rest is told as not run" says "not run: the kernel's answer"
        check "and end to end" says "not run: end to end, native XDP"
        needs() { ordinary --require-kernel "${pppoe[@]}"; [ $? = 4 ]; }
        check "--require-kernel: exit 4" needs
    else
        skip "an ordinary user" "the build cannot be reached by user 65534"
    fi
else
    skip "an ordinary user" "not root, or no setpriv"
fi

# --- on an interface -----------------------------------------------------------------------------
inside() { unshare -n bash -c "$1" bash "$program" "$objects" >"$tree/out" 2>"$tree/err"; }
# Its driver says that it strips tags, until told not to. No IPv6 of the host's own may be counted.
bare='ip link add lpa type veth peer name lpb && ip link set lpa addrgenmode none &&
    ip link set lpb addrgenmode none && ip link set lpa up && ip link set lpb up'
veth="$bare && ethtool -K lpb rxvlan off"
if [ $kernel = no ] || ! has ip || ! has ethtool || ! inside "$veth"; then
    skip "the program on an interface" "no ip, no ethtool, or no right to a network namespace"
    finish
fi
check "install, counters, uninstall" inside "$veth && \"\$1\" xdp --install lpb --no-watch &&
    ip link show lpb | grep -q xdp && \"\$1\" xdp --uninstall lpb && ! ip link show lpb | grep -q xdp"
check "attached natively" says "flow is attached to lpb, natively"
check "with counters" says "redirected 0, dropped in queues 0"
check "installed twice: replaced" inside "$veth && \"\$1\" xdp --install lpb --no-watch && \"\$1\" xdp --install lpb --no-watch"
foreign="$veth && ip link set lpb xdp object \"\$2/reference.bpf.o\" section xdp"
if inside "$foreign"; then
    check "someone else's is not replaced" inside "$foreign && { \"\$1\" xdp --install lpb --no-watch; [ \$? = 4 ]; }"
    check "and it is said" says "XDP program of someone else" err
    check "nor removed" inside "$foreign && { \"\$1\" xdp --uninstall lpb; [ \$? = 4 ]; }"
    check "but with --force" inside "$foreign && \"\$1\" xdp --install lpb --no-watch --force && \"\$1\" xdp --uninstall lpb"
else
    skip "someone else's program" "ip attaches none here"
fi
stripped() { inside "$bare && { \"\$1\" xdp --install lpb --no-watch; [ \$? = 4 ]; }" && says "ethtool -K lpb rxvlan off" err; }
check "tags stripped by the NIC: exit 4, and how to mend it" stripped
check "none to remove: exit 4" inside "$veth && { \"\$1\" xdp --uninstall lpb; [ \$? = 4 ]; }"
check "no such interface: exit 4" exits 4 xdp --install nonesuch
finish
