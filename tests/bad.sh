#!/usr/bin/env bash
# Bad input and a hostile environment: one clear line, the right exit code, never a crash.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
dns=$captures/dns.pcap
python3 "$here/bad_captures.py" "$dns" "$tree"
json() { python3 "$here/run_json.py" "$tree/bad.json" "$@"; }

# --- captures ----------------------------------------------------------------------------
# STATUS LINES TEXT FILE...: a run that replays what it can; stderr has LINES, one with TEXT
damaged() {
    local status=$1 lines=$2 text=$3
    shift 3
    rm -f "$tree/bad.json"
    exits "$status" run -q --no-host --json "$tree/bad.json" --junit "$tree/bad.xml" "$@" || return 1
    [ "$(wc -l <"$tree/err")" = "$lines" ] && grep -q "^linkpulse: .*$text" "$tree/err" ||
        { sed 's/^/# /' "$tree/err"; return 1; }
    verdict | grep -q '^FAIL: .*; repeat: ' && { ! has xmllint || xmllint --noout "$tree/bad.xml"; }
}
nothing() { # NAME TEXT: nothing of it can be replayed
    check "$1: exit 2 and one line" damaged 2 1 "$1.*$2" "$tree/$1.pcap"
    check "$1: partial, 0 frames" json 'r["verdict"] == "fail"' 'r["captures"][0]["sent"] == 0' \
        'r["captures"][0]["partial"] is True' 'r["captures"][0]["damage"]'
}
nothing missing "No such file"
mkdir "$tree/directory.pcap"
nothing directory directory
nothing empty "empty file"
nothing magic "expected a pcap"
nothing header "expected a pcap"
nothing frameless "no frame"
nothing gzip gzip
nothing link "expected 1 (Ethernet)"
for name in cut cut_header damaged; do
    check "$name: exit 2 and one line" damaged 2 1 "$name.pcap.*frame 6" "$tree/$name.pcap"
    check "$name: what stood before is reported" json 'r["verdict"] == "fail"' 'r["captures"][0]["recovered"] == 5' \
        'r["captures"][0]["sent"] == 5' 'r["captures"][0]["partial"] is True' '"frame 6" in r["captures"][0]["damage"]'
    check "$name: the command repeats it" repeats
done
check "damaged between good ones: the others are whole" damaged 2 1 damaged.pcap "$dns" "$tree/damaged.pcap" "$dns"
check "damaged between good ones: counts" json '[c["recovered"] for c in r["captures"]] == [12, 5, 12]' \
    '["partial" in c for c in r["captures"]] == [False, True, False]'
skipped() { exits 2 run -q --no-host --json "$tree/bad.json" "$tree/skipped.pcap" && verdict | grep -q '^FAIL: .*nothing to replay'; }
check "every frame skipped: exit 2, nothing to replay" skipped
check "every frame skipped: each by name" json '[s["frame"] for s in r["captures"][0]["skipped"]] == [1, 2, 3]' \
    '"snap length" in r["captures"][0]["skipped"][0]["why"]' '"header" in r["captures"][0]["skipped"][1]["why"]'
check "every frame skipped: one line says so" eval '[ "$(wc -l <"$tree/err")" = 1 ] && grep -q "nothing to replay" "$tree/err"'
check "some frames skipped: exit 0" exits 0 run -q --no-host --json "$tree/bad.json" "$tree/some_skipped.pcap"
check "some frames skipped: numbers go on" json '[s["frame"] for s in r["captures"][0]["skipped"]] == [3, 4]' \
    'r["captures"][0]["frames"] == 14' 'r["captures"][0]["recovered"] == 12'
check "times beyond what can be simulated" refuses "long_times.*52 days" run -q --set line.gap=capture "$tree/long_times.pcap"
check "a capture from a pipe" eval "'$program' run -q - <'$dns' >'$tree/out' && verdict | grep -q '^PASS: 12 of 12'"
check "an empty pipe" eval "printf '' | '$program' run -q - >'$tree/out' 2>'$tree/err'; [ \$? = 2 ] && says 'empty file' err"

# --- outputs -----------------------------------------------------------------------------
for option in json junit vcd fst pcap-out; do
    check "--$option into no directory" refuses "no/x: cannot write\|no/x" run -q --$option "$tree/no/x" "$dns"
    check "--$option onto a directory" refuses "directory.pcap" run -q --$option "$tree/directory.pcap" "$dns"
    cp "$dns" "$tree/input.pcap"
    check "--$option onto the input" refuses "overwrite the input" run -q --$option "$tree/input.pcap" "$tree/input.pcap"
    check "--$option: the input is whole" cmp "$dns" "$tree/input.pcap"
    ln -sf input.pcap "$tree/link"
    check "--$option onto a link to the input" refuses "overwrite the input" run -q --$option "$tree/link" "$tree/input.pcap"
done
check "two outputs of one name" refuses "same file" run -q --json "$tree/x" --junit "$tree/x" "$dns"
check "--out below a file" refuses "x" run -q --out "$dns/x" --json x "$dns"
check "--out makes the directory" eval "exits 0 run -q --out '$tree/made' --json j --vcd v.vcd '$dns' && [ -s '$tree/made/j' ] && [ -s '$tree/made/v.vcd' ]"
if [ "$(id -u)" != 0 ] || has setpriv; then
    unprivileged() { if [ "$(id -u)" = 0 ]; then setpriv --reuid 65534 --clear-groups "$@"; else "$@"; fi; }
    chmod 755 "$tree" && mkdir "$tree/locked" && chmod 555 "$tree/locked"
    denied() { # ARGUMENT...
        unprivileged "$program" run -q "$@" "$dns" >"$tree/out" 2>"$tree/err"
        [ $? = 2 ] && [ ! -s "$tree/out" ] && [ "$(wc -l <"$tree/err")" = 1 ] && says "Permission denied" err
    }
    if unprivileged "$program" --version >/dev/null 2>&1; then
        check "--out without permission" denied --out "$tree/locked/x"
        for option in json junit vcd fst pcap-out; do
            check "--$option without permission" denied "--$option" "$tree/locked/x"
        done
    else
        skip "outputs without permission" "another user cannot run $program"
    fi
else
    skip "outputs without permission" "root without setpriv"
fi
for option in json junit vcd; do
    full() { exits 2 run -q --$option /dev/full "$dns" && says "/dev/full" err && [ "$(wc -l <"$tree/err")" = 1 ]; }
    check "--$option to a full disk" full
done
leftovers() { ! compgen -G "$tree/*.part-*" && ! compgen -G "$tree/*.tmp"; }
check "no half-written file is left" leftovers

# --- stdout and signals --------------------------------------------------------------------
reader_leaves() {
    "$program" board nucleo_shield 2>"$tree/err" | head -n 1 >/dev/null
    local status=${PIPESTATUS[0]}
    [ "$status" = 0 ] || [ "$status" = 141 ] || [ "$status" = 4 ]
}
check "a reader that leaves" reader_leaves
closed() {
    "$program" run -q --pcap-out "$tree/closed.pcap" --vcd "$tree/closed.vcd" --json "$tree/bad.json" --no-host "$dns" \
        >&- 2>"$tree/err"
    [ $? = 4 ] && json 'r["verdict"] == "pass"' && ! grep -q PASS "$tree/closed.vcd" &&
        cmp <(python3 "$here/frames.py" padded "$dns") <(python3 "$here/frames.py" padded "$tree/closed.pcap")
}
check "a closed stdout: exit 4, and nothing strays into the files" closed
all_closed() {
    "$program" run -q --pcap-out "$tree/closed.pcap" "$dns" >&- 2>&- <&-
    [ $? = 4 ] && cmp <(python3 "$here/frames.py" padded "$dns") <(python3 "$here/frames.py" padded "$tree/closed.pcap")
}
check "nothing open at all: exit 4, the files are whole" all_closed

python3 "$here/frames.py" make "$tree/long.pcap" 60000 60
interrupted() { # SIGNAL: in the midst of a run without the cache
    local pid i
    rm -f "$tree"/long.pcap.* "$tree/part.pcap"* "$tree/bad.json"
    "$program" run -q --no-cache --no-host --json "$tree/bad.json" --junit "$tree/bad.xml" --pcap-out "$tree/part.pcap" \
        "$tree/long.pcap" >"$tree/out" 2>"$tree/err" &
    pid=$!
    for ((i = 0; i < 200; i++)); do
        [ "$(cat "$tree"/part.pcap*.tmp 2>/dev/null | wc -c)" -gt 8192 ] && break
        sleep 0.05
    done
    kill -"$1" $pid
    wait $pid
    [ $? = 1 ]
}
partial() {
    verdict | grep -q '^FAIL (partial, interrupted): .*; repeat: ' && json 'r["verdict"] == "fail"' 'r["partial"] is True' \
        '0 < r["captures"][0]["recovered"] < 60000' 'r["captures"][0]["lost"] == 0' \
        'r["captures"][0]["sent"] == r["captures"][0]["recovered"]' &&
        [ "$(python3 "$here/frames.py" padded "$tree/part.pcap" | wc -l)" = \
            "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["captures"][0]["recovered"])' "$tree/bad.json")" ]
}
check "Ctrl-C: exit 1" interrupted INT
check "Ctrl-C: partial results, whole outputs" partial
has xmllint && check "Ctrl-C: JUnit is well-formed and red" eval \
    "xmllint --noout '$tree/bad.xml' && grep -q '<failure\|<error' '$tree/bad.xml'"
idle() { # in the midst of 40 days without a frame
    local pid
    "$program" run -q --set line.gap=capture --json "$tree/bad.json" --no-host "$tree/long_gap.pcap" >"$tree/out" 2>"$tree/err" &
    pid=$!
    sleep 1
    kill -INT $pid
    wait $pid
    [ $? = 1 ] && verdict | grep -q '^FAIL (partial' && json 'r["captures"][0]["recovered"] == 1'
}
check "Ctrl-C in a long silence" idle
check "SIGTERM: exit 1" interrupted TERM
check "SIGTERM: partial results, whole outputs" partial

# --- random arguments ------------------------------------------------------------------------
mkdir "$tree/fuzz"
check "300 random argument vectors" python3 "$here/fuzz_arguments.py" "$program" "$dns" 300 "$tree/fuzz"
finish
