#!/usr/bin/env bash
# Minutes of mixed traffic against the board of `linkpulse live`: pings beside transfers, each with
# its checksum. Watched are the program's memory and whether anything stands still.
# --seconds=N (600), --duplex=half|full (half).
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
seconds=600 duplex=half
for argument in "$@"; do
    case $argument in
    --seconds=*) seconds=${argument#--seconds=} ;;
    --duplex=*) duplex=${argument#--duplex=} ;;
    esac
done
name="$seconds s of mixed traffic, $duplex duplex"
if ! has ping || ! has python3; then
    skip "$name" "no ping or python3"
    finish
fi
if ! "$program" live --firmware netif_f401 -q -- true >/dev/null 2>"$tree/why"; then
    skip "$name" "$(head -n 1 "$tree/why")"
    finish
fi

# The session's resident set in kB, every two seconds, for as long as it lives.
watch() {
    while sleep 2 && [ -r "/proc/$1/status" ]; do
        awk '/^VmRSS/ { print $2 }' "/proc/$1/status" 2>/dev/null
    done >"$tree/rss"
}
session() {
    local pid
    timeout -k 10 $((seconds * 3 + 300)) "$program" live --duplex "$duplex" -- \
        python3 "$here/volume.py" mixed "$seconds" >"$tree/out" 2>"$tree/err" &
    sleep 3 # timeout has started the program
    pid=$(pgrep -P $! | head -n 1)
    watch "$pid" &
    wait $!  # the watch, which ends with the session
    wait %1
}
# After the first fifth: page tables and caches have grown by then.
stable() {
    awk '{ rss[NR] = $1 } END {
        if (NR < 10) exit 1
        from = rss[int(NR / 5) + 1]; to = rss[NR]
        printf "# %d kB, after a fifth of the time %d kB\n", to, from
        exit to > from + 1024 }' "$tree/rss"
}
check "$name: every octet comes" session
sed -n 's/^linkpulse: /# /p; s/^mixed: /# &/p' "$tree/err" "$tree/out"
grep "packet loss" "$tree/out" | sed 's/^/# /'
check "the memory does not grow" stable
finish
