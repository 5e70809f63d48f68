# Sourced by the script tests that run the program, after tap.sh: --program=FILE is it,
# --generate=FILE the generator of captures; $tree is a directory to be messy in.
captures=$here/../captures
for argument in "$@"; do
    case $argument in
    --program=*) program=${argument#--program=} ;;
    --generate=*) generate=${argument#--generate=} ;;
    esac
done
# A finding of a sanitizer must not look like one of the program's own exit codes.
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=halt_on_error=1:exitcode=99
tree=$(mktemp -d) && trap 'rm -rf "$tree"' EXIT

exits() { # STATUS ARGUMENT...: stdout and stderr are left in $tree/out and $tree/err
    local want=$1 status
    shift
    "$program" "$@" >"$tree/out" 2>"$tree/err" </dev/null
    status=$?
    [ $status = "$want" ] && return
    echo "# exit $status"
    tail -n 20 "$tree/out" "$tree/err" | sed 's/^/# /'
    return 1
}
refuses() { # TEXT ARGUMENT...: exit 2, nothing on stdout, one line with TEXT
    local text=$1
    shift
    exits 2 "$@" && [ ! -s "$tree/out" ] && [ "$(wc -l <"$tree/err")" = 1 ] &&
        grep -q "^linkpulse: .*$text" "$tree/err"
}
says() { grep -q -- "$1" "$tree/${2:-out}"; } # TEXT [out|err]
verdict() { tail -n 1 "$tree/out"; }
has() { command -v "$1" >/dev/null; }

# Runs the command the verdict names: the same verdict?
repeats() {
    local first command
    first=$(verdict)
    command=${first##*; repeat: }
    (eval "$command -q") >"$tree/again" 2>/dev/null
    [ "$(tail -n 1 "$tree/again" | sed 's/ -q$//')" = "$first" ]
}
