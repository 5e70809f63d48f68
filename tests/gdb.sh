# Sourced: a program under GDB, on ports of its own. A script starts the program in the background
# with --gdb=0, stderr in $tree/served and its number in $server, then calls these.
# shellcheck shell=bash
# shellcheck disable=SC2154 # $tree is program.sh's, $server the script's

# port WHAT: the TCP port that the program told, "waiting for GDB" or "ITM text"; "" without one.
port() { sed -n "s/.*$1 on 127.0.0.1:\([0-9]*\)\$/\1/p" "$tree/served"; }

# told WHAT: waits until that port is known; false after 20 s.
told() {
    for _ in $(seq 200); do
        [ -n "$(port "$1")" ] && return
        sleep 0.1
    done
    return 1
}

# debug ELF: GDB with the commands from standard input; what it says is left in $tree/gdb.
debug() {
    { printf 'set pagination off\nset confirm off\nset tcp connect-timeout 20\n'
      printf 'target remote 127.0.0.1:%s\n' "$(port 'waiting for GDB')"; cat; } >"$tree/script"
    timeout 200 gdb-multiarch -q -nx -batch -x "$tree/script" "$1" >"$tree/gdb" 2>&1
}

# over STATUS: the program has ended with it.
over() {
    local status
    wait "$server"
    status=$?
    [ $status = "$1" ] || { echo "# exit $status"; sed 's/^/# /' "$tree/out" "$tree/served"; return 1; }
}

# gdb_says PATTERN: an extended expression in what GDB said.
gdb_says() { grep -qE -- "$1" "$tree/gdb" || { sed 's/^/# /' "$tree/gdb"; return 1; }; }
