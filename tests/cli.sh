#!/usr/bin/env bash
# The program as a user meets it: exit codes, and one line on stderr when it refuses.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"

check "--version" exits 0 --version
check "--help" exits 0 --help
check "--help names every verb" eval "grep -q '^  run ' '$tree/out' && grep -q '^  export ' '$tree/out'"
for verb in run gate board export sweep merge live mcu crosscheck wave; do check "$verb --help" exits 0 $verb --help; done
narrow() { exits 0 "$@" --help && ! grep -q '.\{81\}' "$tree/out"; }
for verb in "" run gate board export sweep merge live mcu crosscheck wave; do check "${verb:-general} help fits 80 columns" narrow $verb; done
check "no verb" refuses "no verb"
check "unknown verb" refuses "did you mean board" bord
check "unknown option" refuses "did you mean --json" run x --jsno y
check "a verb of a checkout" refuses "test runs from a checkout only" test
check "control characters do not reach the terminal" refuses "unknown verb a?b" $'a\eb'
check "nor as an option's letter" refuses "unknown option -?;" run $'-\e'
results_lost() { "$program" --help >/dev/full 2>"$tree/err"; [ $? = 4 ] && [ -s "$tree/err" ]; }
check "results that cannot be written are no success" results_lost
finish
