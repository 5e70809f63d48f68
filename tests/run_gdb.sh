#!/usr/bin/env bash
# GDB and ITM on the firmware in the loop of `run`: breakpoints in its interrupts while frames
# come in over the board, and a board that stands while GDB holds the core.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
# shellcheck source=tests/gdb.sh
. "$here/gdb.sh"
image=$(cd "$(dirname "$program")/.." && pwd)/firmware/rxdump_f401.elf
if [ ! -e "$image" ]; then
    skip "GDB in the loop" "no image was built: arm-none-eabi-gcc is absent"
    finish
fi

check "none runs, so nothing is to be looked at" exits 2 run --firmware none --gdb=0 "$captures/dns.pcap"
check "ITM to a file" exits 0 run --firmware "$image" --itm "$tree/itm" --swo "$tree/swo" "$captures/dns.pcap"
check "is there, whatever the image says" test -e "$tree/itm" -a -e "$tree/swo"

if ! has gdb-multiarch; then
    skip "GDB" "no gdb-multiarch"
    finish
fi
serve() { # CAPTURE
    : >"$tree/served" # the port of the server before is not this one's
    "$program" run --firmware "$image" --gdb=0 --itm-port=0 --json "$tree/j" --no-host "$1" \
        >"$tree/out" 2>"$tree/served" </dev/null &
    server=$!
    told 'waiting for GDB'
}

session() {
    serve "$captures/burst.pcap" && debug "$image" <<'EOF' && over 0
break RX_DMA_IRQHandler
continue
print $xpsr & 0x1ff
backtrace
print/x $pc
stepi
print/x $pc
delete
break lp_deliver_frame
continue
print frame[12] * 256 + frame[13] == 0x88b5
print length
print *(unsigned *)0x40026000 == *(unsigned *)0x40026000
delete
detach
EOF
}
check "a session in the DMA interrupt" session
check "stopped in it" gdb_says 'Breakpoint 1, RX_DMA_IRQHandler'
check "exception 30: DMA1 stream 3" gdb_says '^\$1 = 30$'
check "called from a signal handler's frame" gdb_says 'signal handler called'
check "the next stop is a delivered frame" gdb_says 'Breakpoint 2, lp_deliver_frame'
check "with the octets that were sent" gdb_says '^\$4 = 1$'
cp "$tree/j" "$tree/debugged"
check "the same run without GDB" exits 0 run --firmware "$image" --json "$tree/plain" --no-host "$captures/burst.pcap"
check "had the same results" cmp "$tree/debugged" "$tree/plain"

killed() {
    serve "$captures/dns.pcap" && debug "$image" <<'EOF' && over 4
break lp_deliver_frame
continue
kill
EOF
}
check "GDB's kill ends the run" killed
check "and it is said" grep -q 'GDB ended the run' "$tree/served"
finish
