#!/usr/bin/env bash
# --taps-out: what tshark makes of the captures of `run` and `live`, and a FIFO that somebody reads
# while the session goes on.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
address=192.168.77.2
taps=$tree/taps.pcapng

if ! has tshark; then
    skip "the captures of run and live, read by tshark" "no tshark"
    finish
fi

frames() { # FILE FILTER FIELD...: one line per frame
    local file=$1 filter=$2 fields=() field
    shift 2
    for field in "$@"; do fields+=(-e "$field"); done
    tshark -r "$file" -o eth.check_fcs:TRUE -Y "$filter" -T fields "${fields[@]}" 2>/dev/null
}
none() { # FILE FILTER
    [ -z "$(frames "$1" "$2" frame.number)" ] || { frames "$1" "$2" frame.number frame.interface_name _ws.col.Info | head -n 5 | sed 's/^/# /'; return 1; }
}
some() { # NUMBER FILE FILTER: so many, or more
    local n
    n=$(frames "$2" "$3" frame.number | wc -l)
    [ "$n" -ge "$1" ] || { echo "# $n frames"; return 1; }
}
readable() { # FILE: to its end, each frame in time, what is damaged says why
    tshark -r "$1" >"$tree/text" 2>"$tree/err" && [ -s "$tree/text" ] &&
        ! grep -v '^Running as user' "$tree/err" && none "$1" "eth.fcs.status == 0 && !frame.comment" &&
        frames "$1" "" frame.time_epoch | sort -c -g
}
whole() { # FILE: nothing of it is malformed, but in what came damaged
    none "$1" "_ws.malformed && !frame.comment"
}

# --- run: the frames of two captures are odd by themselves ------------------------------------
captured() { # CAPTURE...
    exits 0 run -q --firmware none --taps-out "$taps" "$@"
}
plain=() odd=()
for capture in "$captures"/*.pcap*; do
    case $capture in */patterns.* | */pppoe_odd.*) odd+=("$capture") ;; *) plain+=("$capture") ;; esac
done
check "run: every capture" captured "${plain[@]}"
check "is read, each FCS good" readable "$taps"
check "and nothing malformed" whole "$taps"
check "run: captures with odd frames" captured "${odd[@]}"
check "are read, each FCS good" readable "$taps"
lost() { exits 1 run -q --firmware none --taps-out "$taps" --edit "value R5=680" "$captures/dns.pcap"; }
check "run: frames that are lost" lost
check "are read, and say why" readable "$taps"

silent() { # the firmware asks for an address in between; the next thing it sends is seconds away
    exits 0 run -q --set line.gap=capture --set line.gap_scale=10 --taps-out "$taps" "$captures/arp_ping.pcap"
}
check "run: long silences" silent
check "leave the frames in the order of time" readable "$taps"

# --- live ---------------------------------------------------------------------------------------
why=
has ping || why="no ping (iputils-ping)"
[ -n "$why" ] || timeout 60 "$program" live -q -- true >/dev/null 2>"$tree/why" </dev/null ||
    why=$(head -n 1 "$tree/why")
if [ -n "$why" ]; then
    skip "live: the captures, read by tshark" "${why:-no TAP device}"
    finish
fi
live() { # STATUS ARGUMENT...
    local want=$1 status
    shift
    timeout 120 "$program" live "$@" >"$tree/out" 2>"$tree/err" </dev/null
    status=$?
    [ $status = "$want" ] || { echo "# exit $status"; sed 's/^/# /' "$tree/out" "$tree/err"; return 1; }
}
check "no place for them" live 2 --taps-out "$tree/none/t" -- true
check "nor is there a capture" test ! -e "$tree/none"

check "live: pings" live 0 --duplex full --taps-out "$taps" -- ping -c 5 -i 0.1 $address
check "are read" readable "$taps"
check "and nothing malformed" whole "$taps"
places() { # each place has the five requests, or the five answers
    local place
    for place in line-in:8 mcu-rx:8 host:8 mcu-tx:0 line-out:0 host:0; do
        [ "$(frames "$taps" "frame.interface_name == \"${place%:*}\" && icmp.type == ${place#*:}" frame.number | wc -l)" = 5 ] ||
            { echo "# $place"; return 1; }
    done
}
check "each at its places" places
check "the host's have no FCS, the others a good one" none "$taps" \
    "(frame.interface_name == \"host\" && eth.fcs) || (frame.interface_name != \"host\" && eth.fcs.status != 1)"
on_the_way() { # the same request at host, line-in, mcu-rx, mcu-tx, line-out, host, in this order
    [ "$(frames "$taps" "icmp.seq == 3" frame.interface_name | tr '\n' ' ')" = \
        "host line-in mcu-rx mcu-tx line-out host " ]
}
check "in the order of the way" on_the_way
answered() { # between the ends of the answer: what print_pings says of it
    frames "$taps" "icmp.seq == 3" frame.time_epoch | awk 'NR == 1 { t = $1 } END { d = ($1 - t) * 1e3; exit !(d > 0.2 && d < 0.4) }'
}
check "in simulated time" answered
check "the board's request for an address came while the link was down" \
    some 1 "$taps" 'frame.comment contains "refused by the partner: the link was down"'

# Requests of full size, one upon the other: the board, which listens to nobody, answers in between.
check "live: collisions" live 1 --speed max --taps-out "$taps" -- \
    sh -c "ping -c 60 -s 1400 -i 0.002 -W 1 $address; exit 1"
check "are read" readable "$taps"
check "and nothing malformed" whole "$taps"
check "what the partner cut" some 5 "$taps" \
    'frame.interface_name == "line-in" && frame.comment contains "cut: collision" && frame.cap_len < frame.len'
check "what the MCU got of it" some 5 "$taps" \
    'frame.interface_name == "mcu-rx" && frame.comment contains "collision" && eth.fcs.status == 0'
check "what the partner refused" some 5 "$taps" \
    'frame.interface_name == "line-out" && frame.comment contains "refused by the partner: collision"'

# A session that fails is the one whose frames are wanted.
check "live: a board whose driver is never enabled" live 1 --speed max --edit "tie U3.4 GND" \
    --taps-out "$taps" -- true
check "what its MCU sent is there" some 1 "$taps" 'frame.interface_name == "mcu-tx" && dhcp'
check "live: one whose driver is enabled in pieces" live 0 --speed max --edit "value R3=100" --taps-out "$taps" -- true
check "is damage at the driver" some 1 "$taps" \
    'frame.interface_name == "line-out" && frame.comment == "no start of frame delimiter"'
check "which is read" whole "$taps"

# --- a FIFO -------------------------------------------------------------------------------------
fifo=$tree/fifo
mkfifo "$fifo"
watched() { # tshark has seen the answer before the session is over
    timeout 60 tshark -l -r "$fifo" -T fields -e frame.interface_name -e icmp.type >"$tree/seen" 2>/dev/null &
    live 0 --taps-out "$fifo" -- sh -c "ping -q -c 2 $address; for i in \$(seq 100); do
        grep -q 'line-out.*0' '$tree/seen' && exit 0; sleep 0.1; done; exit 1" &&
        wait $! && [ "$(grep -c . "$tree/seen")" -gt 10 ]
}
check "FIFO: frames are seen while the session goes on" watched
# In full duplex: a collision would cost a ping.
later() { # one reads a little and goes; one comes later and starts anew
    (head -c 1500 "$fifo" >"$tree/first") &
    live 0 --duplex full --taps-out "$fifo" -- sh -c "ping -q -c 5 -i 0.1 $address >/dev/null
        timeout 60 tshark -r '$fifo' -c 6 -T fields -e frame.interface_name >'$tree/seen' 2>/dev/null &
        while kill -0 \$! 2>/dev/null; do ping -q -c 1 -W 5 $address || exit 1; sleep 0.1; done" &&
        says " 0% packet loss" && [ "$(grep -c . "$tree/seen")" = 6 ]
}
check "FIFO: who reads may go, another come" later
stuck() { # 64 kB are soon full; in full duplex, for the requests that wait would collide
    (exec 3<"$fifo"; sleep 20) &
    local reader=$!
    live 0 --duplex full --taps-out "$fifo" -- ping -q -c 40 -s 1400 -i 0.05 -W 5 $address &&
        says "frames were not taken by who reads" err
    local status=$?
    kill $reader
    return $status
}
check "FIFO: who does not read holds nothing up" stuck
awaited() { # Ctrl-C ends the wait for a reader
    timeout --foreground -s INT 2 "$program" live --taps-out "$fifo" >"$tree/out" 2>"$tree/err" </dev/null
    [ $? = 124 ] && says "waiting for a reader of $fifo" err
}
check "FIFO: a reader is waited for" awaited

# --- as an interface of Wireshark --------------------------------------------------------------------
mkdir -p "$tree/.config/wireshark/extcap"
ln -s "$(readlink -f "$here/../harness/extcap.sh")" "$tree/.config/wireshark/extcap/linkpulse"
printf '#!/bin/sh\necho $$ >"%s"\nexec "%s" "$@"\n' "$tree/pid" "$program" >"$tree/program"
chmod +x "$tree/program"
captures() { HOME=$tree LINKPULSE=$tree/program timeout 60 tshark -i linkpulse -c 4 >"$tree/out" 2>"$tree/err"; }
ended() { # not at once: it is told to by a signal
    for _ in $(seq 50); do kill -0 "$(cat "$tree/pid")" 2>/dev/null || return 0; sleep 0.1; done
    return 1
}
if HOME=$tree tshark -D 2>/dev/null | grep -q linkpulse; then
    check "extcap: a capture makes a session" captures
    check "whose frames are there" says DHCP
    check "and ends it" ended
else
    skip "extcap: a capture makes a session" "this tshark has no extcap interfaces of a user's"
fi
check "extcap: without Wireshark" sh -c '"$1" --capture 2>/dev/null; [ $? = 2 ]' - "$here/../harness/extcap.sh"
finish
