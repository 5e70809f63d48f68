#!/usr/bin/env bash
# docs/gate.md is true: its commands do what it says, its CI jobs are well-formed, and the commands
# in them run in a repository laid out as it says. What needs a network (apt-get, `uses:`) is not
# run.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
root=$here/..
export LINKPULSE_DATA=$root HOME=$tree
guide=$root/docs/gate.md

# --- the commands of its sh blocks ---------------------------------------------------------
mkdir "$tree/checkout" "$tree/commands"
cp -r "$root/captures" "$root/models" "$tree/checkout"
stub() { # PATH [ARGUMENTS]: the program under test, as the bootstrap calls it
    mkdir -p "$(dirname "$1")"
    printf '#!/usr/bin/env bash\nexec -a "$0" %q "$@" %s\n' "$program" "${2:-}" >"$1"
    chmod +x "$1"
}
stub "$tree/checkout/linkpulse"
awk '/^```yaml/ { skip = 1 } !skip; /^```$/ { skip = 0 }' "$guide" >"$tree/guide.md"
one() { # STEM
    (cd "$tree/checkout" && timeout 300 bash "$1.cmd") >"$1.out" 2>"$1.err" </dev/null
    [ $? = "$(cat "$1.exit")" ] || { sed 's/^/# /' "$1.err" | head -3; return 1; }
}
check "docs/gate.md's commands are found" python3 "$here/readme.py" commands "$tree/guide.md" "$tree/commands"
for file in "$tree"/commands/*.cmd; do
    command=$(cat "$file")
    check "gate.md: ${command//#/ }" one "${file%.cmd}"
done
enough() { local all=("$tree"/commands/*.cmd); [ ${#all[@]} -ge 2 ]; }
check "there are some" enough

# --- the jobs --------------------------------------------------------------------------------
# The n-th yaml block, and the commands in it: `run: COMMAND`, and what `script:` lists.
yaml() { awk -v n="$1" '/^```$/ && on { exit } on; /^```yaml$/ && ++seen == n { on = 1 }' "$2"; }
commands_of() {
    awk '/^ *(- )?run: / { sub(/^ *(- )?run: /, ""); print; next }
         /^ *script: *$/ { listing = 1; next }
         listing && /^ *- / { sub(/^ *- /, ""); print; next }
         { listing = 0 }'
}
offline() { [[ $1 != *apt-get* ]]; }
# A repository with its board in hardware/ and linkpulse in tools/, where it runs two checks that
# need no simulation: the verdicts on both boards are the same, in a fraction of the time.
quick='--only constant-output --only dead-enable'
lay_out() { # DIR BOARD
    mkdir -p "$1/hardware"
    cp "$root/models/boards/$2.net" "$1/hardware/board.net"
    cp "$root/models/boards/$2.ini" "$1/hardware/board.ini"
    stub "$1/tools/linkpulse/linkpulse" "$quick"
}
job() { # BLOCK BOARD: runs the commands of the job there, each; prints how many, and their exits
    local dir=$tree/job-$1-$2 n=0 exits="" line
    lay_out "$dir" "$2"
    while IFS= read -r line; do
        offline "$line" || continue
        n=$((n + 1))
        (cd "$dir" && GITHUB_STEP_SUMMARY=summary.md timeout 300 bash -c "$line") >"$dir/out$n" 2>&1 </dev/null
        exits="$exits $?"
    done < <(yaml "$1" "$guide" | commands_of)
    echo "$n$exits"
}
left() { for f in "${@:2}"; do [ -s "$1/$f" ] || { echo "# no $f"; return 1; }; done; }
artifacts() { yaml "$1" "$guide" | grep -oE 'gate\.(html|xml|sarif)' | sort -u; }
for n in 1 2; do
    # shellcheck disable=SC2034 # check evaluates them
    good=$(job $n nucleo_shield) bad=$(job $n nucleo_shield_rev1)
    check "job $n of docs/gate.md passes a good board" eval '[[ $good =~ ^[1-9]( 0)+$ ]] || { echo "# $good"; false; }'
    check "job $n fails a bad one" eval '[[ $bad =~ ^[1-9]\ 1 ]] || { echo "# $bad"; false; }'
    # shellcheck disable=SC2046
    check "job $n leaves what it uploads" left "$tree/job-$n-nucleo_shield_rev1" $(artifacts $n)
    if python3 -c 'import yaml' 2>/dev/null; then
        check "job $n is YAML" eval "yaml $n '$guide' | python3 -c 'import sys, yaml; assert yaml.safe_load(sys.stdin)'"
    else
        skip "job $n is YAML" "python3-yaml is not installed"
    fi
done
check "GitHub's summary tells the verdict, also of a bad board" grep -q 'do not order' "$tree/job-1-nucleo_shield_rev1/summary.md"
check "there are two jobs" eval '[ "$(grep -c "^\`\`\`yaml" "$guide")" = 2 ]'

# --- planted: a guide that is wrong -----------------------------------------------------------
wrong_job() {
    sed 's/--junit gate.xml/--jnuit gate.xml/' "$guide" >"$tree/wrong.md"
    local guide=$tree/wrong.md
    rm -rf "$tree"/job-2-*
    [[ ! $(job 2 nucleo_shield) =~ ^[1-9](\ 0)+$ ]]
}
check "a wrong option in a job is found" wrong_job

# --- what it says of options is what there is ---------------------------------------------------
named() { grep -oE -- '--[a-z][a-z-]+' "$1" | sort -u; }
known() { "$program" gate --help | grep -oE -- '--[a-z][a-z-]+' | sort -u; }
unknown_options() { comm -23 <(named "$1") <(known); }
check "every option it names exists" eval '[ -z "$(unknown_options "$guide")" ] || { unknown_options "$guide" | sed "s/^/# /"; false; }'
check "one that does not is found" eval 'echo "--no-such" >"$tree/x.md"; [ -n "$(unknown_options "$tree/x.md")" ]'
finish
