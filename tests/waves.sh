#!/usr/bin/env bash
# Waves: other programs read them and find in them what was sent; windows are true parts
# of the whole.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
dns=$captures/dns.pcap
vcd() { python3 "$here/vcd.py" "$@"; }

whole() { exits 0 run -q --vcd "$tree/whole.vcd" --fst "$tree/whole.fst" --json "$tree/whole.json" --no-host "$dns"; }
check "a whole run with --vcd and --fst" whole
plain() { exits 0 run -q --json "$tree/plain.json" --no-host "$dns" && cmp "$tree/plain.json" "$tree/whole.json"; }
check "waves do not change the result" plain
only_vcd_kinds() { ! grep '^\$var' "$1" | grep -Ev '^\$var (wire 1|real 64) ' && grep -q '^\$timescale 1 ps \$end' "$1"; }
check "VCD: only wires and reals, 1 ps" only_vcd_kinds "$tree/whole.vcd"

# The SPI decoder of others: LSB first, mode 0. One sample per ns: the clock is 30 ns low.
octets() { # FILE: as SPI octets, one hex line
    sigrok-cli -I vcd:downsample=1000 -i "$1" -A spi=mosi-data \
        -P spi:clk=/sck_rx:mosi=/mosi_rx:cs=/nss_rx:bitorder=lsb-first:cpol=0:cpha=0 |
        sed 's/^spi-1: //' | tr -d '\n' | tr A-F a-f
}
decodes() { # VCD: the octets of the capture, padding and FCS included
    [ "$(octets "$1")" = "$(python3 "$here/frames.py" octets "$dns" | tr -d '\n')" ]
}
decodes_frame() { # VCD N
    [ "$(octets "$1")" = "$(python3 "$here/frames.py" octets "$dns" | sed -n "$2p")" ]
}
if has sigrok-cli; then
    check "sigrok-cli's SPI decoder finds the octets sent" decodes "$tree/whole.vcd"
    sampled_early() { exits 1 run -q --firmware none --set jumper.JP1=A --vcd "$tree/early.vcd" "$dns" && ! decodes "$tree/early.vcd"; }
    check "sigrok-cli finds others where the board fails" sampled_early
else
    skip "sigrok-cli's SPI decoder finds the octets sent" "no sigrok-cli"
fi
if has fst2vcd; then
    fst2vcd "$tree/whole.fst" >"$tree/fst.vcd"
    check "FST read back has the edges of the VCD" vcd --reals "$tree/fst.vcd" "$tree/whole.vcd"
    check "the VCD has no more than the FST" vcd --reals "$tree/whole.vcd" "$tree/fst.vcd"
else
    skip "FST read back has the edges of the VCD" "no fst2vcd (gtkwave)"
fi
gtkw() {
    grep -q '^\[dumpfile\] "whole.fst"$' "$tree/whole.gtkw" && grep -qx 'spi./sck_rx' "$tree/whole.gtkw" &&
        grep -qx 'line.line' "$tree/whole.gtkw"
}
check "a .gtkw stands beside the FST" gtkw

# --- windows ---------------------------------------------------------------------------
window() { # STATUS NAME WHAT ARGUMENT...: leaves NAME.vcd
    local status=$1 name=$2 what=$3
    shift 3
    rm -f "$tree/$name.vcd"
    exits "$status" run -q --trace-window "$what" --vcd "$tree/$name.vcd" "$@" "$dns"
}
smaller() { [ "$(stat -c %s "$1")" -lt $(($(stat -c %s "$2") / 4)) ]; }
stages() { # the SPI pins and the board's stage nets are in it
    local net
    for net in /sck_rx /mosi_rx /nss_rx /line /edge_in /edge /sck '/~{idle}'; do
        grep -qF " $net \$end" "$1" || { echo "# no $net"; return 1; }
    done
}
check "--trace-window 7" window 0 frame 7
check "window of a frame: a small file" smaller "$tree/frame.vcd" "$tree/whole.vcd"
check "window of a frame: SPI and stage nets" stages "$tree/frame.vcd"
check "window of a frame: the same part of the whole" vcd "$tree/frame.vcd" "$tree/whole.vcd"
has sigrok-cli && check "window of a frame: that frame and no other" decodes_frame "$tree/frame.vcd" 7
check "--trace-window 7 without the cache" window 0 plain 7 --no-cache
check "window of a frame: the same with and without the cache" cmp "$tree/frame.vcd" "$tree/plain.vcd"
read -r from to < <(vcd --span "$tree/frame.vcd")
us() { printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)); }
cuts() { window 0 time "$(us $((from + 20000500)))":"$(us $((to + 15000250)))"; }
check "--trace-window START:END" cuts
check "window of a time: the same part of the whole" vcd "$tree/time.vcd" "$tree/whole.vcd" \
    $((from + 20000500)) $((to + 15000250))
fst_window() {
    exits 0 run -q --trace-window 7 --fst "$tree/frame.fst" "$dns" &&
        fst2vcd "$tree/frame.fst" >"$tree/frame_fst.vcd" && vcd "$tree/frame_fst.vcd" "$tree/frame.vcd" &&
        [ -s "$tree/frame.gtkw" ]
}
has fst2vcd && check "window of a frame as FST" fst_window
check "auto without a failure" window 0 none auto
check "auto without a failure: no file" [ ! -e "$tree/none.vcd" ]
noted() { "$program" run --trace-window 99 --vcd "$tree/none.vcd" "$dns" 2>&1 >/dev/null | grep -q "no wave"; }
check "a window that nothing falls into is told" noted
stale() { # WAVES OPTION...: of an earlier run; the files are empty
    local old=$1
    shift
    : >"$old" && : >"$old.lpwave"
    exits 0 run -q --trace-window 99 "$@" "$dns" && says "$old: removed" err && [ ! -e "$old" ] && [ ! -e "$old.lpwave" ]
}
check "waves of an earlier run are removed" stale "$tree/none.vcd" --vcd "$tree/none.vcd"
mkdir "$tree/out_dir"
has fst2vcd && check "in --out, too" stale "$tree/out_dir/none.fst" --out "$tree/out_dir" --fst none.fst
cut_short() { # may not have come to its window
    head -c -10 "$dns" >"$tree/cut.pcap" && : >"$tree/old.vcd"
    ! exits 0 run --trace-window 99 --vcd "$tree/old.vcd" "$tree/cut.pcap" >/dev/null && [ -e "$tree/old.vcd" ] &&
        says "the run ended too soon: no wave" err && says "old.vcd: its waves are those of an earlier run" err
}
check "but those stay when the run was cut short" cut_short
kept() { exits 0 run -q --trace-window 99 --vcd /dev/null "$dns" && ! says "removed" err && [ -c /dev/null ]; }
check "a device stays" kept

jitter=(--firmware none --set line.jitter_peak_ns=3 --seed 3)
check "auto with jitter" window 1 auto auto "${jitter[@]}"
check "the whole run with jitter" exits 1 run -q --vcd "$tree/jitter.vcd" --no-host --json "$tree/jitter.json" \
    "${jitter[@]}" "$dns"
check "auto: the same part of the whole run" vcd "$tree/auto.vcd" "$tree/jitter.vcd"
around() { # the first failure lies in the window
    local at
    at=$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["captures"][0]["failures"][0]["time_ps"])' "$tree/jitter.json")
    read -r from to < <(vcd --span "$tree/auto.vcd")
    [ "$from" -lt "$at" ] && [ "$at" -lt "$to" ] && smaller "$tree/auto.vcd" "$tree/jitter.vcd"
}
check "auto: around the first failure" around
pulses=(--firmware none --set line.link_pulses=on --set line.gap=fixed --set line.gap_ns=20000000)
check "the whole run with link pulses" exits 0 run -q --vcd "$tree/pulses.vcd" "${pulses[@]}" "$dns"
check "--trace-window over a link pulse" window 0 pulse 15900:16200 "${pulses[@]}"
check "window over a link pulse: the same part of the whole" vcd "$tree/pulse.vcd" "$tree/pulses.vcd" \
    15900000000 16200000000
finish
