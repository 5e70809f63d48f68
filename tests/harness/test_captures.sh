#!/bin/sh
# The captures hold what captures.tsv says, the generated ones come out again as the same
# octets, and the check itself finds each planted fault.
#   test_captures.sh GENERATE CAPTURES
set -eu
generate=$1 captures=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() { echo "FAIL: $*"; failed=1; }

"$captures/check.sh" "$generate" || fail "the committed captures"

mkdir "$work/again"
"$generate" "$work/again"
for file in "$work"/again/*; do
    cmp "$file" "$captures/${file##*/}" || fail "${file##*/} is generated otherwise"
done

planted() { # NAME, COMMAND run in a copy, TEXT the check must say
    rm -rf "$work/copy"
    mkdir "$work/copy"
    cp "$captures"/*.pcap "$captures"/*.pcapng "$captures/captures.tsv" "$work/copy"
    (cd "$work/copy" && eval "$2")
    if "$captures/check.sh" "$generate" "$work/copy" >"$work/said"; then
        fail "$1: not found"
    elif ! grep -q "$3" "$work/said"; then
        fail "$1: expected \"$3\", got: $(cat "$work/said")"
    fi
}

planted "octet changed" 'printf x | dd of=dhcp.pcap bs=1 seek=200 conv=notrunc 2>/dev/null' \
    'dhcp.pcap: SHA-256 .* its row says'
planted "frame lost" 'head -c 1000 sizes.pcap >s && mv s sizes.pcap' 'sizes.pcap: at offset 1000, expected the whole of frame 12'
planted "wrong count" 'sed "s/^dhcp.pcap	[0-9]*/dhcp.pcap	9/" captures.tsv >t && mv t captures.tsv' \
    'dhcp.pcap: 10 frames, its row says 9'
planted "file without row" 'cp dhcp.pcap new.pcap' 'new.pcap: 0 rows, expected 1'
planted "row without file" 'rm dhcp.pcap' 'dhcp.pcap: has a row and no file'
planted "two rows" 'grep dhcp captures.tsv >>captures.tsv.2; cat captures.tsv.2 >>captures.tsv' \
    'dhcp.pcap: 2 rows, expected 1'
planted "frame that cannot be sent" \
    'head -c 24 dhcp.pcap >s;
     printf "\0\0\0\0\0\0\0\0\2\0\0\0\2\0\0\0xx" >>s; mv s dhcp.pcap' \
    'dhcp.pcap: 1 frames that cannot be sent'
planted "too large" 'for i in 1 2 3 4 5; do tail -c +25 sizes.pcap; done >r; cat r >>sizes.pcap' \
    'octets together, at most'
exit $failed
