#!/usr/bin/env bash
# `linkpulse sweep` and `merge`: verdicts, one sample, shards on this machine, under GNU parallel
# and under a Slurm of one node. What needs a tool that is not there is skipped by name.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
# shellcheck source=tests/slurm.sh
. "$here/slurm.sh"
trap 'slurm_stop; rm -rf "$tree"' EXIT
samples=10000 few=200
grep -q __asan_init "$program" && samples=700 few=60

# --- a sweep ------------------------------------------------------------------------------------
below() { exits 1 sweep nucleo_shield --samples $few --no-advice -q && verdict | grep -q "^FAIL: .*asked for 95 %"; }
check "a yield below what is asked: exit 1" below
check "the verdict's command repeats it" repeats
enough() { exits 0 sweep nucleo_shield --samples $few --no-advice --min-yield 50 -q && verdict | grep -q "^PASS: "; }
check "a yield above it: exit 0" enough
names() {
    says "^U2E vt_plus .*-0\.[4-9]" && says "^gate delays " && says "nominal board passes" &&
        says "1.0, datasheet typical: it fails" && says "limits are 3 sigma of normal"
}
check "it names what decides, and states scale and distribution" names
uniform() { exits 1 sweep nucleo_shield --samples 40 --no-advice --set tolerance.distribution=uniform -q && says "the ends of uniform"; }
check "uniform distributions" uniform
jobs_alike() {
    local j
    for j in 1 2 3; do
        "$program" sweep nucleo_shield --samples $few --no-advice -q -j $j --json "$tree/$j.json" >"$tree/$j.txt"
    done
    cmp "$tree/1.txt" "$tree/2.txt" && cmp "$tree/1.txt" "$tree/3.txt" &&
        cmp "$tree/1.json" "$tree/2.json" && cmp "$tree/1.json" "$tree/3.json"
}
check "text and JSON are the same bytes for 1, 2 and 3 jobs" jobs_alike
json_whole() {
    python3 - "$tree/1.json" $few <<'END'
import json, sys
r = json.load(open(sys.argv[1]))
n = int(sys.argv[2])
assert r["schema"] == "linkpulse.sweep/1" and r["samples"] == n and not r["pass"]
every = r["yields"][0]
assert every["check"] == "" and every["samples"] == n and 0 < every["passed"] < n
assert every["interval"][0] < every["passed"] / n < every["interval"][1]
assert sorted(r["not_run"]) == ["advice", "firmware", "widths"]
assert len(r["failures"]) == min(100, n - every["passed"])
assert r["failures"][0]["shrunk"] and "--sample" in r["failures"][0]["repeat"]
names = {p["name"] for p in r["parameters"]}
assert {"R5", "C9", "U2E vt_plus", "U4C delay", "supply", "partner"} <= names
assert r["blame"][0]["parameter"] == "U2E vt_plus"
END
}
check "JSON: schema, yields with intervals, parameters, failures, what was not run" json_whole

# --- one sample -----------------------------------------------------------------------------------
first=$(sed -n 's/^sample [0-9]*: .*; repeat: //p' "$tree/1.txt" | head -n 1)
one_fails() { (eval "$first") >"$tree/out" 2>"$tree/err"; [ $? = 1 ] && verdict | grep -q "^FAIL: sample" && says "still fails with"; }
check "a failing sample is repeated by its line" one_fails
nominal() { exits 0 sweep nucleo_shield --sample 0 && says "^spi setup  *21.035 ns" && says "^R5  *560  *560  *+0.00"; }
check "sample 0 is the nominal board" nominal
revision1() { exits 1 sweep nucleo_shield_rev1 --sample 0 && says "^transmit .*FAILED" && says "^receive  *passed"; }
check "revision 1 receives and never sends" revision1

# --- advice ---------------------------------------------------------------------------------------
advised() { exits 1 sweep nucleo_shield --samples $few -q && says "value R5=4[0-9]*'" && says "value C9=[678][0-9]p'" && says "+-40 %"; }
check "it proposes smaller values for R5 and C9, and shows the widths" advised
better() { # the board with the best edit
    local edit before after
    before=$(verdict | sed 's/^FAIL: \([0-9]*\) .*/\1/')
    edit=$(sed -n "s/^  --edit '\(value R5=[^']*\)'  .*/\1/p" "$tree/out" | head -n 1)
    "$program" sweep nucleo_shield --samples $few --no-advice --edit "$edit" -q >"$tree/out"
    after=$(verdict | sed 's/^[A-Z]*: \([0-9]*\) .*/\1/')
    echo "# $edit: $before, then $after of $few"
    [ "$after" -gt "$((before + few / 20))" ]
}
check "the board edited so has the better yield" better

# --- refusals ---------------------------------------------------------------------------------------
check "no samples" refuses "expected at least one" sweep --samples 0
check "too many samples" refuses "expected a number up to" sweep --samples 5000000
check "a shard of none" refuses "expected I/N" sweep --shard 3
check "a shard beyond the last" refuses "expected I/N" sweep --shard 8/7
check "shard 0" refuses "expected I/N" sweep --shard 0/7
check "a yield above 100" refuses "0 to 100" sweep --min-yield 101
check "an unknown script" refuses "slurm or parallel" sweep --emit make
check "an unknown distribution" refuses "expected one of normal, uniform" sweep --set tolerance.distribution=flat
check "a board without its nets" refuses "no way in and none out" sweep "$here/../models/boards/nucleo_shield.net" --ini /dev/null
check "merge of nothing" refuses "every shard" merge
check "merge of what is no file" refuses "No such file" merge "$tree/none"
check "merge of an empty file" refuses "no whole line" merge /dev/null
check "merge of something else" refuses "no records of a sweep" merge "$tree/1.json"

# --- shards -----------------------------------------------------------------------------------------
mkdir "$tree/farm" && cd "$tree/farm" || exit 1
sweep() { timeout 300 "$program" sweep nucleo_shield --samples $samples --seed 5 --no-advice -q "$@"; }
merged() { timeout 300 "$program" merge --no-advice -q --json merged.json "$@" >merged.txt; cmp one.txt merged.txt && cmp one.json merged.json; }
sweep --json one.json >one.txt
in_shards() { # N
    local i
    for i in $(seq "$1"); do sweep --shard "$i/$1" >"log-$i" || return 1; done
    merged $(ls sweep-*-of-"$1".jsonl | sort -R)
}
check "$samples samples merged from 1 shard are one machine's, byte for byte" \
    eval 'sweep --records all.jsonl >again.txt; cmp one.txt again.txt && merged all.jsonl'
check "from 2 shards" in_shards 2
check "from 7 shards in any order" in_shards 7
killed() { # a shard killed on its way, its last line cut, goes on
    local before i
    rm sweep-3-of-7.jsonl
    "$program" sweep nucleo_shield --samples $samples --seed 5 --no-advice -q --shard 3/7 -j 1 >log &
    for i in $(seq 200); do
        [ "$(cat sweep-3-of-7.jsonl 2>/dev/null | wc -l)" -gt 40 ] && break
        sleep 0.02
    done
    kill -KILL $! 2>/dev/null
    wait $! 2>/dev/null
    before=$(wc -l <sweep-3-of-7.jsonl)
    echo "# killed behind $before lines"
    [ "$before" -gt 40 ] && [ "$before" -lt $((samples / 7)) ] || return 1
    head -c 20 <(tail -n 1 sweep-3-of-7.jsonl) >>sweep-3-of-7.jsonl
    exits 2 merge sweep-*-of-7.jsonl && says "shard 3/7 ends before sample" err || return 1
    sweep --shard 3/7 >log && [ "$(wc -l <sweep-3-of-7.jsonl)" -gt "$before" ] &&
        merged sweep-*-of-7.jsonl
}
check "a killed shard goes on, and the merged report is the same" killed
check "a shard that comes twice" refuses "is in sweep-1-of-7.jsonl already" merge sweep-*-of-7.jsonl sweep-1-of-7.jsonl
check "a shard of another sweep" refuses "another sweep" merge sweep-1-of-7.jsonl sweep-1-of-2.jsonl
check "a shard missing" refuses "1 of 7 shards are missing, the first is 4/7" merge sweep-[123567]-of-7.jsonl
other() { sed 's/"k":3,/"k":4,/' sweep-1-of-2.jsonl >bad.jsonl && refuses "expected the record of sample 3" merge bad.jsonl sweep-2-of-2.jsonl; }
check "a record out of order" other
check "records of another seed are not gone on with" refuses "another sweep or shard" \
    sweep nucleo_shield --samples $samples --seed 6 --shard 1/7
tampered() { sed '1s/"hash":"./"hash":"x/' all.jsonl >other.jsonl && refuses "is not the board of these records" merge other.jsonl; }
check "records of another board or program" tampered

# --- numbered by the surroundings -----------------------------------------------------------------
shard_is() { # I/N VARIABLE=VALUE...
    local want=$1
    shift
    env "$@" "$program" sweep nucleo_shield --samples 14 --shard auto -q --records auto.jsonl >out 2>&1
    rm -f auto.jsonl
    grep -q "^RECORDED: shard $want," out
}
check "a Slurm array, from its own first index" shard_is 3/7 SLURM_ARRAY_TASK_ID=12 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_COUNT=7
check "a Slurm array with steps" shard_is 2/4 SLURM_ARRAY_TASK_ID=15 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_STEP=5
check "a parallel CI job, from 1" shard_is 3/7 CI_NODE_INDEX=3 CI_NODE_TOTAL=7
kubernetes() {
    rm -f ./*.jsonl
    JOB_COMPLETION_INDEX=2 exits 0 sweep nucleo_shield --samples 14 --shard auto/7 -q && says "shard 3/7,"
}
check "an indexed Kubernetes job, from 0, its total stated" kubernetes
check "auto with nothing to go by" refuses "found none of" sweep --shard auto
rm -f ./*.jsonl

# --- GNU parallel and Slurm ---------------------------------------------------------------------------
emit() { "$program" sweep nucleo_shield --samples $samples --seed 5 --emit "$1" --shards "$2" >job.sh; }
if has parallel; then
    by_parallel() {
        emit parallel 3 && timeout 300 sh job.sh >job.out 2>&1
        merged sweep-*-of-3.jsonl
    }
    check "three shards under GNU parallel" by_parallel
else
    skip "three shards under GNU parallel" "no parallel"
fi
if slurm_start; then
    by_slurm() { # the second task is killed on its way, and requeued
        local i job
        rm -f ./*.jsonl
        emit slurm 3
        job=$(sbatch --parsable job.sh) || return 1
        for i in $(seq 300); do
            [ "$(cat sweep-2-of-3.jsonl 2>/dev/null | wc -l)" -gt 20 ] && break
            sleep 0.1
        done
        scontrol requeue "${job}_2" && sleep 1
        echo "# requeued behind $(cat sweep-2-of-3.jsonl | wc -l) lines"
        for i in $(seq 60); do
            scontrol update jobid="${job}_2" StartTime=now 2>/dev/null
            slurm_wait 1 && break
        done
        merged sweep-*-of-3.jsonl
    }
    check "an array of three under Slurm, one task requeued" by_slurm
    slurm_stop
else
    slurm_stop
    skip "an array of three under Slurm, one task requeued" "$slurm_why"
fi
cd / && finish
