# Sourced by the script tests: counts cases and writes TAP to the file of --tap=FILE.
# The plan comes last, so that a script that stops half-way has none and counts as failed.
tap_file=/dev/null tap_n=0 tap_failed=0
for tap_argument in "$@"; do
    case $tap_argument in --tap=*) tap_file=${tap_argument#--tap=} ;; esac
done
: >"$tap_file"

tap_line() {
    tap_n=$((tap_n + 1))
    printf '%s\n' "$*" | tee -a "$tap_file"
}
pass() { tap_line "ok $((tap_n + 1)) - $*"; }
fail() {
    tap_failed=1
    tap_line "not ok $((tap_n + 1)) - $*"
}
skip() { tap_line "ok $((tap_n + 1)) - $1 # SKIP $2"; }

# check NAME COMMAND...: passes when the command succeeds.
check() {
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name"; fi
}

finish() {
    echo "1..$tap_n" >>"$tap_file"
    exit $tap_failed
}
