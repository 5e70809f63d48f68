#!/usr/bin/env bash
# Boards that are not built in: what works without an .ini, what is named as missing, and
# the way from there to a run.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
dns=$captures/dns.pcap shield=$here/../models/boards/nucleo_shield

# --- a netlist and a PCB without an .ini ------------------------------------------------
cp "$shield.net" "$tree/copy.net"
python3 "$here/net_to_pcb.py" "$shield.net" >"$tree/copy.kicad_pcb"
needed=(attach.line_rx_p attach.line_rx_n attach.spi_clk attach.spi_mosi attach.spi_nss)
told() { # each missing attachment is named with its --set, then how many there are
    local key
    [ ! -s "$tree/out" ] && [ "$(wc -l <"$tree/err")" = $((${#needed[@]} + 1)) ] || return 1
    for key in "${needed[@]}"; do
        grep -q "^linkpulse: .*: $key (.*) is not stated: --set '\?$key=" "$tree/err" || return 1
    done
    tail -n 1 "$tree/err" | grep -q "${#needed[@]} attachments are missing"
}
sets=(--set "attach.line_rx_p=Net-(C2-Pad1)" --set "attach.line_rx_n=Net-(C3-Pad1)" --set attach.spi_clk=/sck_rx
    --set attach.spi_mosi=/mosi_rx --set attach.spi_nss=/nss_rx)
photographs=(--set delay.scale=0.65 --set part.74HC14.vt_plus=2.70 --set part.74HC14.vt_minus=1.80
    --set part.2N7002.ciss=50p --set part.2N7002.coss=25p --set part.2N7002.crss=5p --set part.2N7002.vgs_th=2.0)
positions=(--set switch.SW1=A --set jumper.JP1=B)
obeys() { # what stderr told, as a user pastes it
    local words=() line
    while read -r line; do
        case $line in *" is not stated: "*) eval "words+=(${line##* is not stated: })" ;; esac
    done <"$tree/err"
    exits 0 run -q --board "$1" "${words[@]}" "${photographs[@]}" "${positions[@]}" "$dns"
}
for file in copy.net copy.kicad_pcb; do
    board=$tree/$file
    check "$file: board works without an .ini" exits 0 board "$board"
    check "$file: board lists parts and nets" eval "says ' U4  *74HC08 ' && says '/sck_rx .*U4.6' && says 'not modelled: nothing'"
    check "$file: run exits 2" exits 2 run -q --board "$board" "$dns"
    check "$file: each missing attachment is named" told
    check "$file: with the --set options it told, it runs" obeys "$board"
    check "$file: every frame is recovered" eval "verdict | grep -q '^PASS: 12 of 12 '"
    check "$file: the repeating command repeats it" repeats
    part=("${sets[@]:2}")
    one_missing() { refuses "1 attachments are missing" "$@" || { [ "$(wc -l <"$tree/err")" = 2 ] && says "attach.line_rx_p (" err; }; }
    check "$file: one missing attachment" one_missing run -q --board "$board" "${part[@]}" "$dns"
    check "$file: --init proposes an .ini" eval "exits 0 board '$board' --init && cp '$tree/out' '$tree/copy.ini'"
    check "$file: with the proposed .ini it runs" exits 0 run -q --board "$board" "${photographs[@]}" "${positions[@]}" "$dns"
    check "$file: an .ini by --ini" exits 0 run -q --board "$board" --ini "$shield.ini" "$dns"
    rm -f "$tree/copy.ini"
done
same_board() { # the same frames, margins and counters from netlist and PCB
    local board
    for board in copy.net copy.kicad_pcb; do
        exits 0 run -q --board "$tree/$board" --ini "$shield.ini" --no-host --json "$tree/$board.json" "$dns" || return 1
    done
    cmp <(grep -v '"board"' "$tree/copy.net.json") <(grep -v '"board"' "$tree/copy.kicad_pcb.json")
}
check "netlist and PCB of one board give the same results" same_board
no_chip() { exits 0 run -q --board "$tree/copy.net" "${sets[@]}" "${photographs[@]}" "${positions[@]}" "$dns"; }
check "no chip stated: margins are told as not run" eval "no_chip && says '^not run: margins: '"
check "a chip stated: margins are run" eval "exits 0 run -q '$dns' && ! says '^not run: margins: ' && says '^spi hold '"
check "an unknown chip names the known ones" refuses "mcu.chip = stm32.* f401re, f100rb" run --set mcu.chip=stm32 "$dns"
check "an attachment on a net that is not there" refuses "no such net" run -q --board "$tree/copy.net" "${sets[@]}" \
    --set attach.spi_clk=/sck_rxx "$dns"
check "an active high select on no net" refuses "no such net" run --set "attach.spi_nss=!" "$dns"

# --- other attachments, other revisions ---------------------------------------------------
raw=(--set attach.spi_clk=/sck --set attach.spi_mosi=/line --set "attach.spi_nss=!/~{idle}" --set attach.framing=preamble)
check "without byte sync: the SFD is searched for" eval "exits 0 run -q $(printf '%q ' "${raw[@]}") '$dns' && verdict | grep -q '^PASS: 12 of 12 '"
check "without byte sync: --pcap-out has no preamble" eval \
    "exits 0 run -q $(printf '%q ' "${raw[@]}") --pcap-out '$tree/raw.pcap' '$dns' &&
     cmp <(python3 '$here/frames.py' padded '$dns') <(python3 '$here/frames.py' padded '$tree/raw.pcap')"
check "nucleo_shield_rev1: board" exits 0 board nucleo_shield_rev1
check "nucleo_shield_rev1 receives" exits 0 run -q --board nucleo_shield_rev1 --firmware none "$dns"

# --- more outputs of the MCU than the shield has --------------------------------------------
outputs() { # N: the shield with so many more, as a deck of its way out
    python3 "$here/mcu_outputs.py" "$1" "$shield.net" >"$tree/outputs.net"
    cp "$shield.ini" "$tree/outputs.ini"
    rm -f "$tree/deck.cir"
    "$program" export "$tree/outputs.net" --spice --transmit -o "$tree/deck.cir" >"$tree/out" 2>"$tree/err"
}
check "thirty outputs more are in the deck" eval "outputs 30 && grep -q '^V_mcu_.*out29 ' '$tree/deck.cir'"
check "thirty-one are too many, by name" eval "! outputs 31 && [ ! -e '$tree/deck.cir' ] && says 'more than 32 nets' err"
check "without a sending SPI there is no such deck" refuses "attach.tx_clk, attach.tx_mosi" \
    export --spice --transmit --set attach.tx_clk= --set attach.tx_mosi=

# --- not modelled ---------------------------------------------------------------------------
sed 's/"74HC08"/"74HC9999"/' "$shield.net" >"$tree/odd.net"
cp "$shield.ini" "$tree/odd.ini"
check "a part without a model: board still lists" exits 0 board "$tree/odd.net"
check "a part without a model: board says so" eval "says 'not modelled' && says 'U4 '"
check "a part without a model: run exits 3" exits 3 run -q --board "$tree/odd.net" "$dns"
named() { [ ! -s "$tree/out" ] && [ "$(wc -l <"$tree/err")" = 1 ] && says "U4.*74HC9999" err && says /sck_rx err; }
check "a part without a model: reference, value and nets in one line" named
check "a removed part needs no model" exits 1 run -q --board "$tree/odd.net" --edit "remove U4" "$dns"

# --- unknown and damaged ----------------------------------------------------------------------
check "an unknown board names the nearest" refuses "nearest is .nucleo_shield" run --board nucleo_shiel "$dns"
check "a board file that is not there" refuses "$tree/none.net" run --board "$tree/none.net" "$dns"
check "an empty netlist" eval ": >'$tree/empty.net'; refuses empty.net board '$tree/empty.net'"
check "a cut netlist" eval "head -c 20000 '$shield.net' >'$tree/cut.net'; refuses cut.net:[0-9] board '$tree/cut.net'"
check "a directory as a board" eval "mkdir '$tree/dir.net'; refuses dir.net board '$tree/dir.net'"
check "a capture as a board" eval "cp '$dns' '$tree/capture.net'; refuses capture.net board '$tree/capture.net'"
check "an .ini that is not there" refuses none.ini run --ini "$tree/none.ini" "$dns"
check "an unknown section" refuses "lin" run --set lin.ppm=1 "$dns"
check "an unknown setting names the nearest" refuses "ppm" run --set line.pmp=1 "$dns"
check "a setting without a value" refuses "line.ppm" run --set line.ppm "$dns"
check "a setting out of range" refuses "200000" run --set line.ppm=200000 "$dns"
for low in line.amplitude_v=0 line.tp_idl_ns=0 line.rise_ns=40 line.preamble_bits=-63; do
    check "--set $low names the key and its range" refuses "${low%=*}=.*expected .* to " run --set $low "$dns"
done
check "a bad unit" refuses "scale" run --set delay.scale=fast "$dns"
printf '[line]\nppm = 1\nspeed = 5\n' >"$tree/bad.ini"
check "an .ini with an unknown key names its line" refuses "bad.ini:3" run --ini "$tree/bad.ini" "$dns"
for edit in "open U99.1" "open U5.99" "short U8.2 /nonet" "tie U4.12 NOWHERE" "value R99=5" "value R5=abc" \
    "remove C99" "explode U1" "open" "" "open U5.12 U5.13"; do
    check "edit \"$edit\" is refused" refuses "" run --edit "$edit" "$dns"
done
finish
