#!/usr/bin/env bash
# The gate's self-test on the reference board: every fault of the list is judged, most are caught,
# and what is not says what it changes.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"

check "not with other outputs" refuses "self-test goes with --json" gate --self-test --html x
check "a board that cannot be simulated: exit 3" exits 3 gate --self-test --set attach.spi_clk=
check "and why" grep -q "cannot be simulated: not stated: attach.spi_clk" "$tree/err"

check "every fault is judged" exits 0 gate --self-test --json "$tree/j"
judged() { # CONDITION on `t`, the result, and `by`, its faults by outcome
    python3 - "$tree/j" "$1" <<'EOF'
import json, sys
t = json.load(open(sys.argv[1]))
by = {}
for fault in t["faults"]:
    by.setdefault(fault["outcome"], []).append(fault)
good = eval(sys.argv[2])
if not good:
    print("#", {k: len(v) for k, v in by.items()}, t["raw"], t["adjusted"])
sys.exit(not good)
EOF
}
check "the JSON ends with a newline" eval '[ -z "$(tail -c 1 "$tree/j")" ]'
check "more than 500 of ten kinds" judged 'len(t["faults"]) > 500 and len({f["kind"] for f in t["faults"]}) == 10'
check "none is left out" judged '"not run" not in by'
check "nine tenths of those that do something are caught" judged 't["adjusted"] >= 0.9'
check "by more than a dozen checks" judged 'len({f["check"] for f in by["caught"]}) > 12'
check "revision 1's mistake among them" judged 'any(f["fault"] == "U8.1 and U8.2 bridged" for f in by["caught"])'
check "each survivor says what differs" judged 'all(f["text"] for f in by["survived"])'
check "swapped gates are equivalent" judged 'any(f["kind"] == "swapped" for f in by["equivalent"])'
check "no fault of a supply pin survives" judged 'not any(f["fault"] == "U4.14 open" for f in by["survived"])'
again() {
    local first
    first=$(tail -n 1 "$tree/out" | sed 's/ in [0-9]* s//; s/ repeat:.*//')
    exits 0 gate --self-test --jobs 1 && [ "$(tail -n 1 "$tree/out" | sed 's/ in [0-9]* s//; s/ repeat:.*//')" = "$first" ]
}
[ -z "${LINKPULSE_SLOW:-}" ] || check "one worker finds the same" again
finish
