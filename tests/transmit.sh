#!/usr/bin/env bash
# The way out in `run`: what the firmware answers leaves the simulated board and is decoded
# there, whatever the quantum; a board that cannot send says which stage is dead. The partner's
# frames are written by talk.py, and tshark judges what comes back.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
images=$(cd "$(dirname "$program")/.." && pwd)/firmware
image=$images/netif_f401.elf small=$images/netif_f100.elf
if [ ! -e "$image" ] || [ ! -e "$small" ]; then
    skip "the way out" "netif_f401 or netif_f100 was not built"
    finish
fi

# json EXPRESSION over the JSON just written: r the document, t what it says of the way out.
json() {
    python3 -c '
import json, sys
r = json.load(open(sys.argv[1])); t = r["transmit"]
sys.exit(0 if eval(sys.argv[2]) else 1)' "$tree/j" "$1"
}
with() { # STATUS ARGUMENT...
    local status=$1
    shift
    exits "$status" run --json "$tree/j" --no-host "$@"
}
tap() { # FILE PLACE FILTER FIELD...: one line per frame
    local file=$1 filter="frame.interface_name == \"$2\" ${3:+&& ($3)}" fields=() field
    shift 3
    for field in "$@"; do fields+=(-e "$field"); done
    tshark -r "$file" -o eth.check_fcs:TRUE -o tcp.relative_sequence_numbers:FALSE \
        -o frame.generate_md5_hash:TRUE -Y "$filter" -T fields "${fields[@]}" 2>/dev/null
}
count() { # NUMBER FILE PLACE FILTER
    [ "$(tap "$2" "$3" "$4" frame.number | wc -l)" = "$1" ]
}
# converse IMAGE OPTION...: DHCP, ARP, ping and a page, learning from each run what the partner
# has to know for the next: the transaction, then the sequence number. Leaves $tree/talk.pcap.
converse() {
    local xid isn
    with 0 --firmware "$@" --taps-out "$tree/t" "$captures/dns.pcap" || return 1
    xid=$(tap "$tree/t" line-out dhcp dhcp.id | head -n 1)
    python3 "$here/talk.py" "$tree/talk.pcap" "offer:$xid" "ack:$xid" arp syn
    with 0 --firmware "$@" --set line.gap=capture --taps-out "$tree/t" "$tree/talk.pcap" || return 1
    isn=$(tap "$tree/t" line-out "tcp.flags.syn == 1" tcp.seq | head -n 1)
    python3 "$here/talk.py" "$tree/talk.pcap" "offer:$xid" "ack:$xid" arp syn "get:$isn" "fin:$isn" ping
}
talk() { # STATUS NAME ARGUMENT...: the conversation, its taps to $tree/NAME
    local status=$1 name=$2
    shift 2
    with "$status" --set line.gap=capture --taps-out "$tree/$name" "$tree/talk.pcap" "$@"
}
answers() { # FILE: each answer once, as wanted
    count 1 "$1" line-out "dhcp.option.dhcp == 1" && count 1 "$1" line-out "dhcp.option.dhcp == 3" &&
        count 1 "$1" line-out "arp.opcode == 2 && arp.src.proto_ipv4 == 192.168.1.7" &&
        count 1 "$1" line-out "icmp.type == 0 && icmp.checksum.status == 1" &&
        count 1 "$1" line-out "tcp.flags.syn == 1 && tcp.flags.ack == 1" &&
        count 1 "$1" line-out 'frame contains "HTTP/1.0 200" && frame contains "linkpulse"'
}
good_fcs() { # FILE: on every frame of every place, and none is malformed
    local place
    for place in line-in mcu-rx mcu-tx line-out; do
        [ -z "$(tap "$1" $place "eth.fcs.status != 1 || _ws.malformed" frame.number)" ] &&
            [ -n "$(tap "$1" $place "" frame.number)" ] || return 1
    done
}
same_octets() { # FILE: what the MCU clocked out is what left the board
    [ "$(tap "$1" mcu-tx "" frame.md5_hash)" = "$(tap "$1" line-out "" frame.md5_hash)" ]
}
behind() { # FILE: the driver's first edge comes 10 to 40 ns after the MCU's
    paste <(tap "$1" mcu-tx "" frame.time_epoch) <(tap "$1" line-out "" frame.time_epoch) |
        awk '{ d = ($2 - $1) * 1e9; if (d < 10 || d > 40) exit 1 }'
}
same_json() {
    python3 -c 'import json, sys; sys.exit(json.load(open(sys.argv[1])) != json.load(open(sys.argv[2])))' \
        "$tree/first" "$tree/j"
}
ordered() { # FILE
    tshark -r "$1" -T fields -e frame.time_epoch 2>/dev/null | sort -c -g
}

if has tshark; then
    check "netif_f401 speaks with a partner" converse "$image"
    cp "$tree/talk.pcap" "$tree/f401.pcap"
    check "and to the end" talk 0 a --firmware "$image"
    check "DHCP, ARP, ping and the page leave the board" answers "$tree/a"
    check "every FCS is good, at each place" good_fcs "$tree/a"
    check "what was clocked out is what left" same_octets "$tree/a"
    check "20 ns later" behind "$tree/a"
    check "frames stand in the order of time" ordered "$tree/a"
    if has verilator; then
        check "both engines send them alike" exits 0 crosscheck --firmware "$image" \
            --set delay.scale=0.65 --set receiver.idle=high --set line.gap=capture "$tree/talk.pcap"
        check "every one" says '^/tx_ena  *1[4-9] '
    else
        skip "both engines send them alike" "verilator is not installed"
    fi
    check "none is extra" json 'r["verdict"] == "pass" and all(c["extra"] == 0 for c in r["captures"])'
    check "and the JSON counts them" json \
        't["sent"] == t["frames"] == t["good_fcs"] >= 7 and t["damaged"] == 0 and t["dead"] is None'
    cp "$tree/j" "$tree/first"
    for other in mcu.quantum_us=500 mcu.quantum_us=142.857 mcu.quantum_us=3.3; do
        check "$other" talk 0 b --firmware "$image" --set "$other"
        check "$other: the same results" cmp "$tree/first" "$tree/j"
        check "$other: the same frames" cmp "$tree/a" "$tree/b"
    done
    check "without the response cache" talk 0 b --firmware "$image" --no-cache
    check "the same frames" cmp "$tree/a" "$tree/b"
    check "in one circuit, for a wave" talk 0 b --firmware "$image" --vcd "$tree/w"
    check "the same frames, too" cmp "$tree/a" "$tree/b"
    check "and results, in whatever order" same_json
    check "the wave shows the transmitter" says "driver_in" w

    # O10: 8 kB, and pins of its own.
    check "netif_f100 speaks with a partner" converse "$small" --set mcu.chip=f100rb
    check "and to the end, too" talk 0 a --firmware "$small" --set mcu.chip=f100rb
    check "its answers leave the board" answers "$tree/a"
    check "with a good FCS" good_fcs "$tree/a"
    check "its SPI slave is beyond its rating, which is reported" json \
        '[m["slack_ns"] < 0 for m in r["margins"] if m["name"] == "spi period, 2 PCLK"] == [True]'
    cp "$tree/f401.pcap" "$tree/talk.pcap"
else
    skip "conversations" "tshark is absent"
fi
check "the small chip's pins are not the large one's" with 0 --firmware "$small" \
    --set mcu.chip=f100rb --set mcu.pin_tx_clk=PC10 "$captures/dns.pcap"
check "and then nothing comes from it" json 't["sent"] == t["frames"] == 0'
check "no such pin" refuses "has no such pin" run --firmware "$image" --set mcu.pin_tx_mosi=PZ1 \
    "$captures/dns.pcap"

# A board that was ordered with a mistake, and faults planted in the good one.
dead() { # TEXT ARGUMENT...: what was sent does not leave, and the report says TEXT
    local text=$1
    shift
    with 1 --firmware "$image" "$captures/dns.pcap" "$@" && says "0 of 1 sent frames left" &&
        says "^transmit: .*$text" && json 't["sent"] == 1 and t["good_fcs"] == 0'
}
check "revision 1: the dead stage" dead \
    "/tx_ena never rises.* dead stage is U8A (74ACT86), whose input /sck_tx moves" \
    --board nucleo_shield_rev1
check "in the JSON as well" json '"U8A" in t["dead"] and t["frames"] == 0'
check "without firmware it is not judged" with 0 --firmware none --board nucleo_shield_rev1 \
    "$captures/dns.pcap"
check "it is not run then" json '"transmit" in {n["name"] for n in r["checks_not_run"]}'
check "Q3's drain is open" dead "nothing that the MCU drives leads to /driver_ena" --edit "remove Q3"
check "the one-shot's input is cut off" dead "nothing that the MCU drives leads to /driver_ena" \
    --edit "open U8.1" --edit "short U8.1 GND"
check "a gate held high" dead "/driver_in never falls: the dead stage is U5A (74HC32)" \
    --edit "open U5.1" --edit "short U5.1 VCC"
check "the enable is not wired" dead "the enable DE of U3 is not connected" --edit "open U3.4"
check "the enable is grounded" dead "DE of U3 is tied to GND" --edit "open U3.4" --edit "short U3.4 GND"
check "the data are not wired" dead "open: U8.13" --edit "open U8.13"
check "an input on the way is open" dead "open: U5.10" --edit "open U5.10"
check "each of several, once" dead "; open: U5\.9, U5\.10$" --edit "open U5.9" --edit "open U5.10"
check "the only input of a switch" dead "; open: Q3\.1$" --edit "open Q3.1"
check "the one-shot is too short" dead "the first damaged: no start of frame" --edit "value R3=100"
check "no driver on the pair" dead "no line driver leads to" --edit "remove R2"
check "the pair crossed behind the driver" dead "the levels are inverted" \
    --set "attach.line_tx_p=Net-(J1-Pad2)" --set "attach.line_tx_n=Net-(J1-Pad1)"
check "a driver that is always on still sends" with 0 --firmware "$image" "$captures/dns.pcap" \
    --edit "open U3.4" --edit "short U3.4 VCC"
check "and its frames are decoded" json 't["good_fcs"] == t["sent"] == 1'

# Pictures are of this run, or not there.
pictures() { # EYE PULSE ARGUMENT...: which of them are there afterwards
    local eye=$1 pulse=$2
    shift 2
    with 0 --firmware netif_f401 "$captures/dns.pcap" --out "$tree/p" "$@" &&
        [ "$([ ! -e "$tree/p/eye.svg" ]; echo $?)$([ ! -e "$tree/p/link_pulse.svg" ]; echo $?)" = "$eye$pulse" ]
}
mkdir "$tree/p"
check "pictures of eye and link pulse" pictures 1 1
check "a line that nothing reaches has neither" pictures 0 0 --edit "value R2=4700"
check "both again" pictures 1 1
check "a way out without a model has neither" pictures 0 0 --set attach.line_tx_p= --set attach.line_tx_n=

# The port at the other end, which hears the same waveform.
port() { # EXPRESSION ARGUMENT...: p what the JSON says of it; the run's exit status is 0
    local expression=$1
    shift
    with 0 --firmware netif_f401 "$captures/dns.pcap" "$@" || return 1
    json "[p for p in [t[\"partner\"]] if $expression]" && return 0
    sed -n 's/^partner/# &/p' "$tree/out"
    return 1
}
good='p["taken"] == p["frames"] == 1 and p["link"] == "up" and not p["heard"][0]["why"]'
check "a partner takes what the firmware sends" port "$good and p[\"profile\"] == \"tolerant\""
check "the report says so" says "^partner, tolerant: takes 1 of 1 frames, .*link up"
check "the frame's start is the driver's, within its delays" port \
    '0 < p["heard"][0]["time_ps"] < r["simulated_s"] * 1e12 and p["heard"][0]["octets"] == 354'
check "the standard one takes it, too" port "$good" --partner standard
check "and over 100 m" port "$good" --partner standard --set line.cable_m=100
check "the strict one does not" port \
    'p["taken"] == 0 and p["heard"][0]["why"] == "end of frame too short"' --partner strict
check "which is no failure of the run, but told" says \
    "^partner: frame 1, 354 octets from .* us on, not taken: end of frame too short"
check "a repeated run has the same partner" says "PASS.* --partner strict"
check "a signal below its squelch is not heard" port \
    'p["frames"] == 0 and p["unheard"] == 1 and p["link_pulses"] == 0' --edit "value R2=4700"
# R2 = 39: the fall passes 600 mV within a nanosecond; R2 = 4700: no pulse reaches 300 mV.
widths() { # EXPRESSION OHM: w the worst widths of the link pulses behind the transformer, in ns
    with 0 --firmware netif_f401 "$captures/dns.pcap" --edit "value R2=$2" &&
        json "[w for w in [[m[\"worst\"] for m in t[\"line\"][\"measurements\"]
            if m[\"name\"] in (\"link pulse, narrowest\", \"link pulse, widest\")]] if $1]"
}
check "a link pulse that falls fast has its width" widths \
    '[0 < t["pulse_least_ns"] - x < 2 or 0 < t["pulse_most_ns"] - x < 2 for x in w] == [1, 1]' 39
check "one that reaches no receiver has none" widths 'w == [None, None]' 4700
check "the report says so, too" says "^transmit: on the line no link pulse is seen, with comparators at 300 mV"
check "without pulses the link is lost" port 'p["link"] == "down" and p["link_losses"] == 1' \
    --partner strict --set line.gap=fixed --set line.gap_ns=8000000 --edit "open U2.1"
# O8: a clock from the HSI, at its 1 % and beyond.
hsi() { # EXPRESSION PROFILE PPM...
    local expression=$1 profile=$2 ppm
    shift 2
    for ppm in "$@"; do
        port "$expression" --partner "$profile" --firmware netif_f401_hsi \
            --set "mcu.hsi_ppm=$ppm" || return 1
    done
}
refused_for() { echo 'p["taken"] == 0 and p["heard"][0]["why"] == "'"$1"'"'; }
check "HSI at its tolerance: the tolerant partner takes it" hsi "$good" tolerant -10000 10000
check "the standard one just so" hsi "$good" standard -9900 9900
check "and not beyond" hsi "$(refused_for "bit rate off")" standard -11000 11000
check "the tolerant one not at twice that" hsi "$(refused_for "bit rate off")" tolerant -21000 21000
check "the strict one loses its place" hsi "$(refused_for "an edge off its place")" strict \
    -10000 10000
check "and has the end of the frame against an exact one" hsi \
    "$(refused_for "end of frame too short")" strict 0

check "no such partner" refuses "expected tolerant, standard or strict" run --partner lenient \
    "$captures/dns.pcap"

# The receive path hears the transmitter: what comes while it sends is spoilt.
loop=(--edit "open U1.1" --edit "short U1.1 /tx_ena")
check "MCU outputs that reach MCU inputs" with 0 --firmware "$image" "$captures/dns.pcap" "${loop[@]}"
check "are run together, and it says so" says "both ran together in steps of"
check "in the JSON as well" json 't["feedback"] and 0 < t["quantum_ns"] < 5'
check "while it sends, frames are spoilt" with 1 --firmware "$image" "$captures/dns.pcap" \
    "${loop[@]}" --set mcu.boot_ms=0.5
check "and without the loop they are not" with 0 --firmware "$image" "$captures/dns.pcap" \
    --set mcu.boot_ms=0.5
check "no feedback there" json 't["feedback"] is False and t["quantum_ns"] is None'

# Taps.
lost=("$captures/dns.pcap" --edit "value R5=680" --taps-out "$tree/t")
check "frames that are lost" with 1 --firmware none "${lost[@]}"
if has tshark; then
    check "carry the cause" [ "$(tap "$tree/t" line-in "" frame.comment | grep -c "first at bit clock")" = 12 ]
    check "and with firmware" with 1 --firmware "$image" "${lost[@]}"
    check "the same" [ "$(tap "$tree/t" line-in "" frame.comment | grep -c "first at bit clock")" = 12 ]
    check "damage at the driver" with 1 --firmware "$image" "$captures/dns.pcap" --taps-out "$tree/t" \
        --edit "open U8.13"
    check "the MCU's frame is there" count 1 "$tree/t" mcu-tx "dhcp"
fi
check "no place for the taps" refuses "cannot write" run --taps-out "$tree/none/t" "$captures/dns.pcap"
check "taps and capture of one name" refuses "name the same file" run --taps-out "$tree/t" \
    --pcap-out "$tree/t" "$captures/dns.pcap"
finish
