#!/usr/bin/env bash
# The counts of ./linkpulse test and .ci/run: a program that failed, crashed, timed out,
# or reported nothing or too little must show in them.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
tree=$(mktemp -d) && trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bin,build/tests,build/meson-logs,ci/.ci}

cat >"$tree/bin/meson" <<EOF
#!/bin/bash
cat "$tree/introspect"
EOF
chmod +x "$tree/bin/meson"

# A build with one test `a` in suite `s`: its TAP, Meson's result ("" = did not run), and
# its argument, which names the TAP file unless given otherwise.
build() {
    local tap=${3---tap=$tree/build/tests/a.tap}
    echo "[{\"name\": \"a\", \"suite\": [\"linkpulse:s\"], \"cmd\": [\"a\", \"$tap\"]}]" \
        >"$tree/introspect"
    rm -f "$tree/build/tests/a.tap" "$tree/build/meson-logs/testlog.json"
    [ -z "$1" ] || printf '%b' "$1" >"$tree/build/tests/a.tap"
    [ -z "$2" ] || echo "{\"name\": \"linkpulse:s / a\", \"result\": \"$2\"}" \
        >"$tree/build/meson-logs/testlog.json"
}
counts() { # EXPECTED_LAST_LINE EXPECTED_STATUS MESON_STATUS [EXCLUDED]
    local last=$1 status=$2
    shift 2
    PATH=$tree/bin:$PATH python3 "$here/count.py" "$tree/build" "$@" >"$tree/out"
    [ "$?:$(tail -n 1 "$tree/out")" = "$status:$last" ] || { sed 's/^/# /' "$tree/out"; return 1; }
}

build '1..3\nok - x::a  (0.1s)\nok - x::b\nok - x::c  # SKIP no tool\n' OK
check "cases are counted" counts "2 passed, 0 failed, 1 skipped" 0 0
check "a skipped case is named" grep -q '^not run: a: x::c: no tool' "$tree/out"
check "a failed meson run shows" counts "2 passed, 1 failed, 1 skipped" 1 2
build '1..2\nok - x::a\nnot ok - x::b\n' FAIL
check "a failed case is counted once" counts "1 passed, 1 failed, 0 skipped" 1 1
build '' OK
check "no results is a failure" counts "0 passed, 1 failed, 0 skipped" 1 0
build '1..0\n' OK
check "no case is a failure" counts "0 passed, 1 failed, 0 skipped" 1 0
build '1..3\nok - x::a\n' OK
check "a missing case is a failure" counts "1 passed, 1 failed, 0 skipped" 1 0
build 'ok - x::a\n' OK
check "a missing plan is a failure" counts "1 passed, 1 failed, 0 skipped" 1 0
build '1..1\nok - x::a\n' TIMEOUT
check "a timeout is a failure" counts "1 passed, 1 failed, 0 skipped" 1 1
build '1..1\nok - x::a\n' FAIL
check "a crash after the results is a failure" counts "1 passed, 1 failed, 0 skipped" 1 1
build '1..1\nok - x::a\n' ''
check "a test that did not run is a failure" counts "1 passed, 1 failed, 0 skipped" 1 0
build '1..1\nok - x::a\n' OK
sed -i 's/^\[\(.*\)\]$/[\1, \1]/' "$tree/introspect"
check "two tests of one name are a failure" counts "2 passed, 1 failed, 0 skipped" 1 0
check "and it is said" grep -q '^failed: a: 2 tests have this name' "$tree/out"
build '' OK plain
check "a test without cases is one case" counts "1 passed, 0 failed, 0 skipped" 0 0
build '' TIMEOUT plain
check "a failed test without cases is one case" counts "0 passed, 1 failed, 0 skipped" 1 1
build '' SKIP plain
check "a skipped test alone is no success" counts "0 passed, 1 failed, 1 skipped" 1 0
check "nothing at all is a failure" counts "0 passed, 1 failed, 0 skipped" 1 0 s

cp "$here/../.ci/run" "$tree/ci/.ci/run"
stages() { # the stand-in's body for the three stages
    printf '#!/bin/bash\ncase "$2" in\n%s\nesac\n' "$1" >"$tree/ci/linkpulse"
    chmod +x "$tree/ci/linkpulse"
    "$tree/ci/.ci/run" >"$tree/out" 2>&1 </dev/null
    echo "$?:$(tail -n 1 "$tree/out")"
}
good='"") echo "5 passed, 0 failed, 1 skipped";; --format) echo "1 passed, 0 failed, 0 skipped";;'
is() { [ "$1" = "$2" ] || { echo "# found $1, expected $2"; return 1; }; }
check "the stages' counts are added" is "0:10 passed, 0 failed, 1 skipped" \
    "$(stages "$good"' --sanitize) echo "4 passed, 0 failed, 0 skipped";;')"
check "a failing stage fails" is "1:9 passed, 1 failed, 1 skipped" \
    "$(stages "$good"' --sanitize) echo "3 passed, 1 failed, 0 skipped"; exit 1;;')"
check "a stage without a count fails" is "1:6 passed, 1 failed, 1 skipped" \
    "$(stages "$good"' --sanitize) echo "3 passed"; exit 3;;')"
check "a stage's exit code counts" is "1:10 passed, 1 failed, 1 skipped" \
    "$(stages "$good"' --sanitize) echo "4 passed, 0 failed, 0 skipped"; exit 1;;')"
finish
