#!/usr/bin/env bash
# `linkpulse run` as a user meets it: verdict, reports, settings, seeds.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
arp=$captures/arp_ping.pcap dns=$captures/dns.pcap
json() { python3 "$here/run_json.py" "$@"; }

# --- every capture ---------------------------------------------------------------------
total=$(awk -F'\t' '$1 ~ /[.]pcap$/ && $4 == "all recovered" { n += $2 } END { print n }' "$captures/captures.tsv")
all() { exits 0 run -q --firmware none --no-host --json "$tree/all.json" --junit "$tree/all.xml" "$captures"/*.pcap; }
check "every frame of every capture is recovered" all
check "the last line is the verdict" eval \
    "verdict | grep -q '^PASS: $total of $total frames recovered; repeat: '"
check "nothing on stderr with -q" [ ! -s "$tree/err" ]
check "JSON: schema linkpulse.run/1 and the counts" json "$tree/all.json" 'r["verdict"] == "pass"' \
    'r["seed"] == 1' 'r["firmware"] is None' 'r["real_time_factor"] is None' '"host" not in r' \
    "sum(c['recovered'] for c in r['captures']) == $total" \
    'all(c["sent"] == c["recovered"] == c["frames"] for c in r["captures"])' \
    'all(m["slack_ns"] > 0 for m in r["margins"]) and len(r["margins"]) == 5' \
    '{n["name"] for n in r["checks_not_run"]} >= {"firmware", "transmit"}'
junit_cases() { # FILE CASES FAILURES ERRORS
    xmllint --noout "$1" &&
        [ "$(xmllint --xpath 'count(//testcase)' "$1") $(xmllint --xpath 'count(//failure)' "$1") \
$(xmllint --xpath 'count(//error)' "$1")" = "$2 $3 $4" ] &&
        [ "$(xmllint --xpath 'count(//testcase/@name)' "$1")" = \
            "$(xmllint --xpath '//testcase/@name' "$1" | sort -u | wc -l)" ]
}
if has xmllint; then
    files=("$captures"/*.pcap)
    check "JUnit: well-formed, one case per capture" junit_cases "$tree/all.xml" ${#files[@]} 0 0
    check "JUnit: the seed is a property" eval \
        "[ \"\$(xmllint --xpath 'string(//testsuite/properties/property[@name=\"seed\"]/@value)' '$tree/all.xml')\" = 1 ]"
else
    skip "JUnit: well-formed, one case per capture" "no xmllint (libxml2-utils)"
fi
check "the repeating command repeats it" repeats

many=()
for ((i = 0; i < 150; i++)); do many+=("$dns"); done
many() { exits 0 run -q "${many[@]}" && verdict | grep -q '^PASS: 1800 of 1800 ' && repeats; }
check "the repeating command of 150 captures repeats it" many

# R5 = 2 kohm: the bit clock loses pulses, and its worst period is longer than a bit.
pauses() {
    exits 1 run -q --firmware none --json "$tree/j" --edit "value R5=2000" "$dns" &&
        json "$tree/j" 'all(m["worst_ns"] > 0 for m in r["margins"])' \
            'all(abs(m["worst_ns"] - m["limit_ns"] - m["slack_ns"]) < 1e-6 for m in r["margins"])' \
            '[m["slack_ns"] < 0 and m["limit_ns"] > 60 for m in r["margins"]
                if m["name"] == "spi sck low"] == [True]'
}
check "no width is negative when the clock pauses" pauses

# --- the same bytes --------------------------------------------------------------------
same() { # DESCRIPTION FILE ARGUMENT...: runs with these give the bytes of FILE
    local name=$1 file=$2
    shift 2
    "$program" run -q --no-host --json "$tree/other.json" "$@" >"$tree/other.txt" 2>&1
    check "$name" cmp "$file" "$tree/other.json"
}
same "the same bytes in a second run" "$tree/all.json" --firmware none "$captures"/*.pcap
same "the same bytes with --jobs 1" "$tree/all.json" -j 1 --firmware none "$captures"/*.pcap
same "the same bytes with --jobs 7" "$tree/all.json" -j 7 --firmware none "$captures"/*.pcap
small=("$arp" "$dns" "$captures/short.pcap" "$captures/jumbo.pcap")
"$program" run -q --no-host --json "$tree/small.json" "${small[@]}" >/dev/null
same "the same bytes without the response cache" "$tree/small.json" --no-cache "${small[@]}"
elsewhere() { # the file names are what the user wrote, the rest is the same
    (cd "$captures" && "$program" run -q --no-host --json "$tree/else.json" arp_ping.pcap dns.pcap \
        short.pcap jumbo.pcap >/dev/null) &&
        cmp <(sed "s,$captures/,," "$tree/small.json") "$tree/else.json"
}
check "the same bytes from another directory, apart from paths" elsewhere
with_host() {
    exits 0 run -q --json "$tree/host.json" "$dns" &&
        json "$tree/host.json" 'r["real_time_factor"] > 0' 'r["host"]["wall_s"] > 0'
}
check "without --no-host the machine's figures are there" with_host

# --- a failing board -------------------------------------------------------------------
red() { exits 1 run -q --edit "remove U3" --no-host --json "$tree/red.json" --junit "$tree/red.xml" "$dns"; }
check "a broken board: exit 1" red
check "a broken board: FAIL is the last line" eval "verdict | grep -q '^FAIL: 0 of 12 '"
check "a broken board: each failure has stage, net and time" json "$tree/red.json" 'r["verdict"] == "fail"' \
    'len(r["captures"][0]["failures"]) == 12' \
    'all(f["stage"] not in ("", "unknown") and f["net"] and f["time_ps"] > 0 and f["detail"] for f in r["captures"][0]["failures"])'
has xmllint && check "a broken board: JUnit fails" junit_cases "$tree/red.xml" 1 1 0
check "a broken board: the command repeats it" repeats
rest_runs() { exits 1 run -q --edit "remove U3" --no-host --json "$tree/red2.json" --set line.link_pulses=on \
    --set line.gap=fixed --set line.gap_ns=40000000 "$dns"; }
check "link pulses between frames: exit 1" rest_runs
check "link pulses between frames: the same stage is named" json "$tree/red2.json" \
    "[f['stage'] for f in r['captures'][0]['failures']] == [f['stage'] for f in __import__('json').load(open('$tree/red.json'))['captures'][0]['failures']]"

# --- settings --------------------------------------------------------------------------
recovers() { # ARGUMENT...: every frame of two captures
    exits 0 run -q --no-host --json "$tree/set.json" "$@" "$arp" "$dns" && verdict | grep -q '^PASS: 36 of 36 '
}
simulated() { json "$tree/set.json" "$1"; }
for ppm in 100 -100; do
    check "line.ppm=$ppm" recovers --set line.ppm=$ppm
    check "line.ppm=$ppm: the repeating command repeats it" repeats
done
check "line.gap=capture" recovers --set line.gap=capture
check "line.gap=capture: as long as the captures" simulated '0.8 < r["simulated_s"] < 1.6'
check "line.gap=capture, gap_scale=0.5" recovers --set line.gap=capture --set line.gap_scale=0.5
check "line.gap=capture, gap_scale=0.5: half as long" simulated '0.4 < r["simulated_s"] < 0.8'
check "line.gap=fixed" recovers --firmware none --set line.gap=fixed --set line.gap_ns=1e6
check "line.gap=fixed: 35 gaps of 1 ms more" simulated '0.035 < r["simulated_s"] < 0.060'
check "line.link_pulses=on" recovers --set line.link_pulses=on --set line.gap=capture
check "line.jitter_peak_ns=1.5" recovers --set line.jitter_peak_ns=1.5
check "line.jitter_rms_ns=0.5" recovers --set line.jitter_rms_ns=0.5
check "line.swapped fails with the switch unmoved" exits 1 run -q --set line.swapped=yes "$dns"
check "line.swapped with the switch moved" recovers --set line.swapped=yes --set switch.SW1=C

# --- seeds -----------------------------------------------------------------------------
seeded() { # SEED FILE
    "$program" run -q --set line.jitter_peak_ns=3 --seed "$1" --no-host --json "$2" "$dns" >"$tree/out"
    [ $? -le 1 ] # some seeds lose a frame
}
one_seed() { seeded 7 "$tree/s1" && seeded 7 "$tree/s2" && cmp "$tree/s1" "$tree/s2"; }
other_seed() { seeded 8 "$tree/s2" && ! cmp -s <(grep -v seed "$tree/s1") <(grep -v seed "$tree/s2"); }
check "jitter: the same seed gives the same bytes" one_seed
check "jitter: another seed gives others" other_seed
big=18446744073709551615
check "a seed of 64 bits runs" seeded $big "$tree/s3"
check "a seed of 64 bits is printed" eval "says 'seed $big;' && verdict | grep -q -- '--seed $big '"
check "a seed of 64 bits stands in the JSON" json "$tree/s3" "r['seed'] == $big"
high_bits() { # both halves count
    seeded 0x100000007 "$tree/s2" && ! cmp -s <(grep -v seed "$tree/s1") <(grep -v seed "$tree/s2")
}
check "the upper half of a seed counts" high_bits
check "the repeating command repeats a seeded run" repeats
finish
