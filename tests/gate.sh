#!/usr/bin/env bash
# linkpulse gate: verdicts and exit codes, the first finding on the board that was ordered and did
# not work, the same from PCB files of KiCad 5 and 8, and what prototypes are taken for.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
boards=$here/../models/boards
static=() # what is found without a simulation
while read -r id class _; do
    [ "$class" = static ] && static+=(--only "$id")
done < <("$program" gate --list | grep -v '^ ')

first_finding() { sed -n '/^FAILURE\|^reservation/{n;p;q}' "$tree/out"; }
count() { grep -c "^$1" "$tree/out"; }

# --- the two revisions ------------------------------------------------------------------------
rev1() { timeout 10 "$program" gate nucleo_shield_rev1 "${static[@]}" >"$tree/out" 2>"$tree/err"; [ $? = 1 ]; }
check "revision 1 is not to be ordered, within ten seconds" rev1
words="U8 pins 1 and 2 are both on /sck_tx, so that pin 3 of U8 is constant 0; Q3 never conducts, /tx_ena never rises"
check "its first finding is the cause and what follows" eval "first_finding | grep -q '$words.* no frame leaves the board'"
check "it says what to change" says "advice: put U8.2 on GND"
line=$(sed -n '/name "\/sck_tx"/,/(net /{/ref "U8") (pin "2")/=}' "$boards/nucleo_shield_rev1.net")
check "it names the line of the file" says "nucleo_shield_rev1.net:$line\$"
check "the last line is the verdict" eval "verdict | grep -q '^DO NOT ORDER: '"
check "the repeating command repeats it" repeats
check "with the advice taken nothing fails" eval "exits 0 gate nucleo_shield_rev1 --edit 'tie U8.2 GND' $(printf '%q ' "${static[@]}") && [ \$(count FAILURE) = 0 ]"
check "revision 2 has no static finding" eval "exits 0 gate nucleo_shield $(printf '%q ' "${static[@]}") && [ \$(count FAILURE) = 0 ] && [ \$(count reservation) = 0 ]"
check "it says what its connectors carry" says "^connectors: in /mosi_tx, /sck_tx; out /line_delayed, /nss_rx, /sck_rx\$"
check "nor by the standard" eval "exits 0 gate nucleo_shield --profile standard $(printf '%q ' "${static[@]}") && says '^profile standard'"
check "nor with the other chip" exits 0 gate --set mcu.chip=f100rb "${static[@]}"

# --- options -------------------------------------------------------------------------------------
check "--list names every check, its class and its source" eval \
    "exits 0 gate --list && says '^constant-output  *static  *failure ' && says '^ *source: '"
check "--only runs one" eval "exits 1 gate nucleo_shield_rev1 --only dead-enable && [ \$(count FAILURE) = \$(count 'FAILURE     dead-enable') ]"
check "--only tells what it leaves out" eval "exits 0 gate --only decoupling && says '^not checked: pin-one.*: left out by --only'"
check "--only without a such names the nearest" refuses "nearest is .dead-enable" gate --only dead-enabel
check "--profile takes two words" refuses "expected function or standard" gate --profile strict
check "--profile stays a flag of mcu" refuses "takes no value" mcu --profile=x none.elf
check "--min-yield takes percent" refuses "0 to 100" gate --min-yield 101
check "a reservation alone is to be ordered" eval "exits 0 gate --only decoupling --edit 'remove C7' && verdict | grep -q '^ORDER WITH RESERVATIONS: 0 failures, 1 reservations, '"
check "unless it is to fail" exits 1 gate --only decoupling --edit "remove C7" --fail-on-reservations
check "two boards are too many" refuses "takes one board" gate nucleo_shield nucleo_shield_rev1
check "an option of run is refused" refuses "does not belong to gate" gate --pcap-out x
sed 's/"74HC08"/"74HC9999"/' "$boards/nucleo_shield.net" >"$tree/odd.net"
cp "$boards/nucleo_shield.ini" "$tree/odd.ini"
odd() { [ "$(count FAILURE)" = 0 ] && says '^not modelled: U4 ' && verdict | grep -q ', 1 parts without a model; '; }
check "a part without a model: exit 3, and nothing wrong is claimed" eval "exits 3 gate '$tree/odd.net' $(printf '%q ' "${static[@]}") && odd"
check "a part without a model: --no-strict goes by the rest" exits 0 gate "$tree/odd.net" --no-strict "${static[@]}"
check "what was not checked is told" eval "exits 0 gate --only decoupling && says '^not checked: '"

# --- the same board from a netlist and from PCB files ------------------------------------------------
findings() { grep -v '^    at \|^board \|^connectors: \|repeat: ' "$tree/out"; }
same() { # REVISION DIALECT, with the .ini and without
    local ini
    python3 "$here/net_to_pcb.py" "$boards/$1.net" "$2" >"$tree/pcb.kicad_pcb"
    cp "$boards/$1.net" "$tree/plain.net"
    for ini in "--ini $boards/$1.ini" ""; do
        # shellcheck disable=SC2086
        "$program" gate "$tree/plain.net" $ini "${static[@]}" >"$tree/out"
        findings >"$tree/net.txt"
        # shellcheck disable=SC2086
        "$program" gate "$tree/pcb.kicad_pcb" $ini "${static[@]}" >"$tree/out"
        findings | cmp "$tree/net.txt" - || return 1
    done
}
for revision in nucleo_shield nucleo_shield_rev1; do
    for dialect in 5 8; do
        check "$revision: netlist and PCB of KiCad $dialect give the same findings" same $revision $dialect
    done
done
pcb_line() { # the finding's line in the PCB file is a pad of U8 on that net
    exits 1 gate "$tree/pcb.kicad_pcb" --ini "$boards/nucleo_shield_rev1.ini" "${static[@]}" || return 1
    local at
    at=$(sed -n 's/^    at .*kicad_pcb://p' "$tree/out" | head -1)
    sed -n "${at}p" "$tree/pcb.kicad_pcb" | grep -q '(pad "2".*/sck_tx'
}
check "a finding names the pad's line of a PCB file" pcb_line
check "without an .ini the fault is found as well" eval "exits 1 gate '$tree/pcb.kicad_pcb' $(printf '%q ' "${static[@]}") && first_finding | grep -q '$words'"

# --- files made to be slow --------------------------------------------------------------------------------
many() { # chain|net: thousands of inverters in a row, or all on one net
    python3 - "$1" >"$tree/many.net" <<'PYTHON'
import sys
nets, n = {"VCC": [("J1", 1)], "GND": [("J1", 2)], "/n0": [("J1", 3)]}, 4600
for i in range(n):
    nets["VCC"].append((f"U{i}", 14))
    nets["GND"].append((f"U{i}", 7))
    for k, (a, y) in enumerate([(1, 2), (3, 4), (5, 6), (9, 8), (11, 10), (13, 12)]):
        at = 6 * (n - i) - k  # against the order of the file
        here, there = (f"/n{at - 1}", f"/n{at}") if sys.argv[1] == "chain" else ("/n0", "/n0")
        nets.setdefault(here, []).append((f"U{i}", a))
        nets.setdefault(there, []).append((f"U{i}", y))
print('(export (components (comp (ref "J1") (value "c"))')
print("\n".join(f'(comp (ref "U{i}") (value "74HC14"))' for i in range(n)) + ") (nets")
for net, pins in nets.items():
    print(f'(net (name "{net}")' + "".join(f'(node (ref "{r}") (pin "{p}"))' for r, p in pins) + ")")
print("))")
PYTHON
    timeout 20 "$program" gate "$tree/many.net" "${static[@]}" >"$tree/out" 2>"$tree/err"
    [ $? = "$2" ] && verdict | grep -q 'repeat: '
}
check "27,600 inverters in a row are judged in seconds" many chain 0
check "27,600 outputs on one net as well" eval "many net 1 && [ \$(count 'FAILURE     output-conflict') = 200 ] && says '^and more: '"

# --- prototypes of the same adapter, elsewhere ---------------------------------------------------------
prototype() { # FILE KIND
    exits 0 gate "$LINKPULSE_BOARDS/$1" "${static[@]}" && head -1 "$tree/out" | grep -q "$2" && [ "$(count FAILURE)" = 0 ] &&
        says '^not checked: mcu-pin-function: the board states no mcu.chip'
}
if [ -d "${LINKPULSE_BOARDS:-}" ]; then
    for row in "ethernet-to-spi.kicad_pcb|it receives and transmits; makes no link pulses" \
        "bytesync.kicad_pcb|a stage of flip-flops alone" "nlpgen.kicad_pcb|a link-pulse generator alone" \
        "transmitter.kicad_pcb|a transmitter's logic alone, no line driver; makes link pulses"; do
        if [ -e "$LINKPULSE_BOARDS/${row%%|*}" ]; then
            check "${row%%|*} is taken for what it is" prototype "${row%%|*}" "${row#*|}"
        else
            skip "${row%%|*} is taken for what it is" "not in LINKPULSE_BOARDS"
        fi
    done
    for board in "$LINKPULSE_BOARDS"/*.kicad_pcb; do
        judged() { "$program" gate "$board" --no-strict >"$tree/out" 2>"$tree/err"; [ $? -le 1 ] && [ ! -s "$tree/err" ]; }
        check "$(basename "$board") is judged" judged
    done
else
    skip "prototypes are taken for what they are" "LINKPULSE_BOARDS names no folder of .kicad_pcb files"
fi
finish
