#!/usr/bin/env bash
# GDB and ITM beside a live session: a breakpoint in the receive interrupt while a ping is under
# way, the board's time standing while GDB holds the core, and the firmware's text on TCP.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
# shellcheck source=tests/gdb.sh
. "$here/gdb.sh"
image=$(cd "$(dirname "$program")/.." && pwd)/firmware/netif_f401.elf

why=
[ -e "$image" ] || why="netif_f401 was not built"
has gdb-multiarch || why="no gdb-multiarch"
has ping || why="no ping (iputils-ping)"
[ -n "$why" ] || timeout 60 "$program" live -q -- true >/dev/null 2>"$tree/why" </dev/null ||
    why=$(head -n 1 "$tree/why")
if [ -n "$why" ]; then
    skip "GDB and ITM in a live session" "${why:-no TAP device}"
    finish
fi

serve() { # ARGUMENT...
    : >"$tree/served"
    timeout 300 "$program" live --gdb=0 --itm-port=0 "$@" >"$tree/out" 2>"$tree/served" </dev/null &
    server=$!
    told 'ITM text' && told 'waiting for GDB' || return 1
    timeout 300 cat <"/dev/tcp/127.0.0.1/$(port 'ITM text')" >"$tree/itm" 2>/dev/null &
    listener=$!
}
ended() { # STATUS: the session, and its text
    over "$1" && wait $listener
}

# An echo request is looked for, by its type 8 and protocol 1. In full duplex, for the requests that
# pile up meanwhile would collide with the board's answers.
session() {
    serve --duplex full -- ping -c 20 -i 0.2 -W 60 192.168.77.2 && debug "$image" <<'SCRIPT' && ended 0
break lp_deliver_frame if length == 98 && frame[12] == 8 && frame[23] == 1 && frame[34] == 8
continue
print length
print frame[41]
delete
break EXTI9_5_IRQHandler
continue
print $xpsr & 0x1ff
print/x *(unsigned *)0xe0001004
shell sleep 2
print/x *(unsigned *)0xe0001004
stepi
delete
detach
SCRIPT
}
check "a ping under way is stopped, looked at, and goes on" session
check "it is the echo request" gdb_says '^\$1 = 98$'
check "then the receive interrupt" gdb_says 'Breakpoint 2, '
check "exception 39: EXTI9_5" gdb_says '^\$3 = 39$'
held() { [ "$(sed -n 's/^\$4 = //p' "$tree/gdb")" = "$(sed -n 's/^\$5 = //p' "$tree/gdb")" ] && gdb_says '^\$5 = 0x'; }
check "time stands while GDB holds the core" held
check "no ping was lost for it" says '20 received, 0% packet loss' out
check "and the round trip in simulated time is what it was" says 'round trip in simulated time 0[.][23]' served
check "nor is it called slow" test "$(grep -c 'slower than real time' "$tree/served")" = 0
check "ITM's text came by TCP meanwhile" says 'ip 192[.]168[.]77[.]2' itm

killed() {
    serve -- sleep 100 && debug "$image" <<'SCRIPT' && ended 4
break lp_deliver_frame
continue
kill
SCRIPT
}
check "GDB's kill ends the session" killed
check "and it is said" says 'GDB ended the run' served
finish
