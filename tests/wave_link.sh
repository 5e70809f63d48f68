#!/usr/bin/env bash
# What a run says beside its waves: packets, failures, the MCU and voltages are where report,
# capture, GDB and datasheet have them.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
# shellcheck source=tests/gdb.sh
. "$here/gdb.sh"
dns=$captures/dns.pcap
link() { python3 "$here/wave_link.py" "$@"; }
finds() { ! link "$@" >"$tree/found" && grep -q '^#' "$tree/found"; } # it can fail

# --- without firmware --------------------------------------------------------------------
check "a whole run without firmware" exits 0 run -q --firmware none --vcd "$tree/none.vcd" "$dns"
check "its packets are those of the capture" link packets "$tree/none.vcd" "$dns"
check "voltages meet their thresholds at the edges" link volts "$tree/none.vcd"
check "of another capture they are not" finds packets "$tree/none.vcd" "$captures/tls.pcap"
no_firmware() { grep -q '"firmware": null' "$1.lpwave" && ! grep -q ' pc \$end' "$1"; }
check "no firmware, no PC" no_firmware "$tree/none.vcd"
no_clock=(run -q --firmware none --trace-window auto --edit "open U4.5")
spi_first() { exits 1 "${no_clock[@]}" --vcd "$tree/clock.vcd" "$dns" && says '"signal": "spi./sck_rx"' clock.vcd.lpwave; }
check "a failure of SCK is shown by the pin of the SPI" spi_first
cable=(--set line.cable_m=100 --set line.jitter_peak_ns=1)
check "a run over a cable with jitter" exits 0 run -q --firmware none --vcd "$tree/cable.vcd" \
    "${cable[@]}" "$dns"
check "its packets" link packets "$tree/cable.vcd" "$dns"
rewritten() { # other waves of the name: theirs or nothing
    exits 0 run -q --firmware none --vcd "$tree/cable.vcd" --trace-window 3 "$dns" &&
        [ "$(grep -c '"octets": "' "$tree/cable.vcd.lpwave")" = 1 ]
}
check "a window rewrites it" rewritten
if has verilator; then
    foreign() { exits 0 run -q --engine rtl --vcd "$tree/cable.vcd" "$dns" && [ ! -e "$tree/cable.vcd.lpwave" ]; }
    check "waves by Verilator leave no stale one" foreign
fi

images=$(cd "$(dirname "$program")/.." && pwd)/firmware
image=$images/rxdump_f401.elf
if [ ! -e "$image" ]; then
    skip "with firmware" "no image was built: arm-none-eabi-gcc is absent"
    finish
fi

# --- with firmware -----------------------------------------------------------------------
check "a whole run with firmware" exits 0 run -q --firmware "$image" --vcd "$tree/run.vcd" \
    --json "$tree/run.json" --no-host "$dns"
check "the same run without waves" exits 0 run -q --firmware "$image" --json "$tree/plain.json" --no-host "$dns"
check "has the same report" cmp "$tree/run.json" "$tree/plain.json"
read -r at size < <(readelf -sW "$image" | awk '$8 == "lp_deliver_frame" { print "0x" $2, $3 }')
check "at each delivery the PC is in lp_deliver_frame" link delivered "$tree/run.vcd" $((at & ~1)) "$size"
check "elsewhere it is not" finds delivered "$tree/run.vcd" $(((at & ~1) + 2)) "$size"
check "every select's end has its interrupt: 39, EXTI9_5" link exception "$tree/run.vcd" 39
check "and no other" finds exception "$tree/run.vcd" 40
check "NDTR counts the octets" link ndtr "$tree/run.vcd"
check "packets of the capture" link packets "$tree/run.vcd" "$dns"
check "voltages meet their thresholds" link volts "$tree/run.vcd"
# The address of S3NDTR: DMA1 0x40026000, stream 3 at 0x58, NDTR at 4 (RM0368 2.3 and 9.5.6).
if has gdb-multiarch; then
    "$program" run --firmware "$image" --gdb=0 "$dns" >"$tree/out" 2>"$tree/served" </dev/null &
    server=$!
    session() {
        told 'waiting for GDB' && debug "$image" <<'END' && over 0
break lp_deliver_frame
continue
printf "LINK %u %u %u\n", (unsigned)$pc, $xpsr & 0x1ff, *(unsigned *)0x4002605c
delete
detach
END
    }
    check "GDB at the first delivery" session
    as_gdb() { gdb_says "LINK $(link at "$tree/run.vcd")\$"; }
    check "has the PC, exception and NDTR of the waves" as_gdb
else
    skip "GDB" "no gdb-multiarch"
fi

# --- a fault -----------------------------------------------------------------------------
fault=(--firmware "$images/rxdump_f401_rearm.elf" --edit "value R5=680")
check "a run with a planted fault" exits 1 run -q --trace-window auto --vcd "$tree/bad.vcd" \
    --fst "$tree/bad.fst" --json "$tree/bad.json" --no-host "${fault[@]}" "$dns"
check "its first failure stands beside the waves" link failure "$tree/bad.vcd" "$tree/bad.json"
late=(--firmware "$images/rxdump_f401_late_check.elf")
if [ -e "${late[1]}" ]; then
    check "a frame that the firmware passes over" exits 1 run -q --trace-window auto --vcd "$tree/late.vcd" \
        --json "$tree/late.json" --no-host "${late[@]}" "$captures/burst.pcap"
    check "has waves, too" link failure "$tree/late.vcd" "$tree/late.json"
fi

# --- the viewer afterwards ---------------------------------------------------------------
if "$program" wave --help >/dev/null && "$program" wave --screenshot "$tree/try.png" "$tree/bad.vcd" >"$tree/out" 2>&1; then
    shown() { exits 1 run -q --wave --screenshot "$tree/shown.png" "${fault[@]}" "$dns" && [ -s "$tree/shown.png" ]; }
    check "run --wave shows the failure, and exits as the run does" shown
    fine() { exits 0 run -q --wave --screenshot "$tree/fine.png" --firmware none "$dns" && [ -s "$tree/fine.png" ]; }
    check "run --wave without a failure" fine
    clean() { ! compgen -G "${TMPDIR:-/tmp}/linkpulse-??????/run.*" >/dev/null; }
    check "nothing is left of its waves" clean
    show=(run -q --wave --firmware none)
    into() { exits 0 "${show[@]}" --out "$tree/dir" --screenshot in.png --svg in.svg "$dns" && [ -s "$tree/dir/in.png" ] && [ -s "$tree/dir/in.svg" ]; }
    check "its pictures go to --out" into
    early() { refuses "/nowhere/x.png" "${show[@]}" --screenshot "$tree/nowhere/x.png" "$dns"; }
    check "a picture that cannot be written is refused before the run" early
    viewer() { LINKPULSE_FONT=$tree/none.ttf exits 4 "${show[@]}" --screenshot "$tree/x.png" "$dns" && verdict | grep -q '^PASS'; }
    check "a run that passes exits as the viewer does" viewer
    failing() { LINKPULSE_FONT=$tree/none.ttf exits 1 "${show[@]}" --screenshot "$tree/x.png" --edit "open U4.5" "$dns"; }
    check "one that fails as itself" failing
    stale() { # of the run before
        cp "$tree/none.vcd" "$tree/old.vcd"
        exits 0 "${show[@]}" --screenshot "$tree/x.png" --vcd "$tree/old.vcd" --trace-window 99 "$dns" &&
            says "no waves to look at" err && [ ! -e "$tree/x.png" ] && [ ! -e "$tree/old.vcd" ]
    }
    check "waves of an earlier run are not shown for those of this" stale
    long=$tree/$(printf 'x%.0s' {1..200})
    mkdir "$long"
    deep() { TMPDIR=$long exits 0 "${show[@]}" --screenshot "$tree/deep.png" "$dns" && [ -s "$tree/deep.png" ] && rmdir "$long"; }
    check "a long TMPDIR" deep
    nowhere() { TMPDIR=$long/none exits 4 "${show[@]}" --screenshot "$tree/deep.png" "$dns" && says "$long/none" err; }
    check "a long TMPDIR that is not there" nowhere
else
    skip "run --wave" "$(tail -n 1 "$tree/out")"
fi
check "--size of a run needs --wave" refuses 'needs --wave' run --size 800x600 "$dns"
check "--screenshot of a run needs --wave" refuses 'needs --wave' run --screenshot "$tree/x.png" "$dns"
finish
