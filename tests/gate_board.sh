#!/usr/bin/env bash
# linkpulse gate with the board simulated: what its nominal run, its line and its firmware say of
# the boards, and what becomes of a gate that lacks its captures or is given a wrong image.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
images=$(cd "$(dirname "$program")/.." && pwd)/firmware
if [ ! -e "$images/netif_f401.elf" ] || [ ! -e "$images/netif_f401_hsi.elf" ]; then
    skip "the gate with a firmware" "netif_f401 was not built"
    finish
fi
# found SEVERITY ID [TEXT]: such a finding, with TEXT in its sentence
found() { grep -A 1 "^$1 *$2\( \|\$\)" "$tree/out" | tail -n 1 | grep -q -- "${3-}"; }
none() { ! grep -q "^$1 *$2\( \|\$\)" "$tree/out"; } # SEVERITY ID

# --- the boards ---------------------------------------------------------------------------------
check "the reference board is ordered with reservations" eval \
    "exits 0 gate nucleo_shield && verdict | grep -q '^ORDER WITH RESERVATIONS: 0 failures'"
for id in tx-amplitude tx-idl tx-enable-late jitter-tolerance squelch; do
    check "the standard's $id is a reservation" found reservation "$id"
done
check "the amplitude is behind R2" says "^reservation tx-amplitude R2 "
check "HSE is no finding" none reservation clock-source
check "its repeating command repeats it" repeats
few="--samples 50" # the yield is judged above and in gate.sh
check "by the standard it is not" eval "exits 1 gate nucleo_shield $few --profile standard && found FAILURE tx-amplitude"
check "HSI is a reservation" eval \
    "exits 0 gate nucleo_shield $few --firmware netif_f401_hsi && found reservation clock-source 'internal oscillator'"
check "and in the repeating command" eval "verdict | grep -q -- '--firmware netif_f401_hsi'"

dead='/tx_ena never rises.*the dead stage is U8A'
check "revision 1 drives no frame in the run either" eval \
    "exits 1 gate nucleo_shield_rev1 $few && found FAILURE frames-sent '$dead' && found FAILURE dhcp"
check "and the run's finding names the part and the net" says "^FAILURE *frames-sent U8 /tx_ena"
check "at the datasheet's delays no frame comes" eval \
    "exits 1 gate $few --set delay.scale=1 && found FAILURE frames-recovered 'at bit clock' && found FAILURE one-shot-recovery U2E"
check "a slower bit clock comes too late" eval \
    "exits 1 gate $few --edit 'value R5=620' && found FAILURE spi-hold && found reservation one-shot-recovery"

# --- without ------------------------------------------------------------------------------------
check "without firmware the rest is judged" exits 0 gate --samples 50 --firmware none
check "and what needs it is told" says "^not checked: .*page.*: --firmware none"
check "what was not stated is told" eval \
    "exits 0 gate --set attach.spi_clk= --only spi-setup && says '^not checked: spi-setup: not stated: attach.spi_clk'"
check "an image that does not exist" refuses "nearest is" gate --firmware netif_f402

lacking() { # STATUS TEXT: a gate whose data directory is $tree/data
    (export LINKPULSE_DATA=$tree/data && exits "$1" gate nucleo_shield) &&
        [ "$(wc -l <"$tree/err")" = "${3-1}" ] && says "$2" err
}
mkdir -p "$tree/data/models" "$tree/data/captures"
ln -s "$here/../models/boards" "$tree/data/models/boards"
check "no list of captures is no verdict" lacking 4 "gate.tsv: the list of regression captures"
echo "short.pcap" >"$tree/data/captures/gate.tsv"
check "nor a row without a reason" lacking 2 "gate.tsv:1: expected"
: >"$tree/data/captures/gate.tsv"
check "nor an empty list" lacking 2 "no capture is listed"
printf 'gone.pcap\tnever there\n' >"$tree/data/captures/gate.tsv"
check "nor a capture that is not there" lacking 4 "gone.pcap" 2
finish
