#!/usr/bin/env bash
# What a newcomer reads is true: README's commands do what it says, its picture is what the
# program simulates now, and help, manual and docs/boards.md name the same things as the code.
# How README marks commands, exit codes and output stands in tests/readme.py.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
root=$here/..
export LINKPULSE_DATA=$root

# A directory that looks like a checkout, with the program under test in ./linkpulse.
mkdir "$tree/checkout"
cp -r "$root/captures" "$root/models" "$root/docs" "$tree/checkout"
printf '#!/usr/bin/env bash\nexec -a "$0" %q "$@"\n' "$program" >"$tree/checkout/linkpulse"
chmod +x "$tree/checkout/linkpulse"
mkdir "$tree/checkout/.build"
ln -s "$(cd "$(dirname "$program")/.." && pwd)/firmware" "$tree/checkout/.build/firmware"

# Checked elsewhere: the tests themselves, which .ci/run calls.
elsewhere() { [ "$1" = "./linkpulse test" ]; }
can_live() { timeout 60 "$program" live -q --speed max -- true >/dev/null 2>&1 </dev/null; }
has_viewer() { "$program" wave "$tree/none" >/dev/null 2>&1; [ $? != 4 ]; }
# A tool that is not installed is no fault of README's, nor is an image that was not built.
absent() {
    local tool=${1%% *}
    missing=$tool
    [[ $tool = ./* ]] || has "$tool" || return 0
    missing="TAP device"
    [[ $1 != './linkpulse live'* ]] || can_live || return 0
    [[ $1 =~ live.*\ (ping|curl)\  ]] && missing=${BASH_REMATCH[1]} && ! has "$missing" && return
    missing="waveform viewer"
    [[ $1 != './linkpulse wave'* && $1 != *' --wave'* ]] || has_viewer || return 0
    missing=netif_f401
    [[ $1 =~ ^./linkpulse\ (run|wave|crosscheck|gate\ nucleo_shield\b) && $1 != *'--firmware none'* && ! -e $tree/checkout/.build/firmware/netif_f401.elf ]]
}

# one STEM: runs STEM.cmd in the checkout and compares exit code and quoted output.
one() {
    local want status
    want=$(cat "$1.exit")
    (cd "$tree/checkout" && timeout 300 bash "$1.cmd") >"$1.got" 2>"$1.err" </dev/null
    status=$?
    if [ $status != "$want" ]; then
        echo "# exit $status, README says $want"
        sed 's/^/# /' "$1.err" | head -3
        return 1
    fi
    [ ! -e "$1.want" ] || python3 "$here/readme.py" shows "$1.want" "$1.got"
}
extract() { # README DIR
    mkdir "$2" && python3 "$here/readme.py" commands "$1" "$2"
}
check "README's commands are found" extract "$root/README.md" "$tree/readme"
for file in "$tree"/readme/*.cmd; do
    command=$(cat "$file")
    if elsewhere "$command"; then
        : # not run here
    elif absent "$command"; then
        skip "README: $command" "no $missing"
    else
        check "README: ${command//#/ }" one "${file%.cmd}"
    fi
done
enough() { # that there is something to check
    local commands=("$tree"/readme/*.cmd) quotes=("$tree"/readme/*.want)
    [ ${#commands[@]} -ge 15 ] && [ ${#quotes[@]} -ge 4 ]
}
check "README shows commands and quotes their output" enough

# --- planted: a README that is wrong ----------------------------------------------------
dns='./linkpulse run captures/dns.pcap'
wrong() { # NAME SH_LINE [TEXT_LINE...]: a README of this one block does not hold
    local dir=$tree/wrong$tap_n
    { printf '```sh\n%s\n```\n' "$2"; [ $# = 2 ] || { echo '```text'; printf '%s\n' "${@:3}"; echo '```'; }; } >"$dir.md"
    extract "$dir.md" "$dir" && ! one "$dir/01" >/dev/null
}
right() { ! wrong "$@"; }
check "a right README holds" right x "$dns" 'PASS: 12 of 12 frames recovered; repeat: ./linkpulse run ...'
check "a wrong option is found" wrong x "$dns --jsno x"
check "a wrong exit code is found" wrong x "$dns  # exit 1"
check "an exit code that is not told is found" wrong x "$dns --edit 'value R5=680'"
check "a wrong quote is found" wrong x "$dns" 'PASS: 13 of 13 frames recovered; repeat: ./linkpulse run ...'
check "a quote in the wrong order is found" wrong x "$dns" 'PASS: 12 of 12 ...' '...' 'margin ...'
check "lines left out without dots are found" wrong x "$dns" 'capture ...' 'margin ...'
not_closed() { printf '```sh\nx\n' >"$tree/open.md"; ! python3 "$here/readme.py" commands "$tree/open.md" "$tree" 2>/dev/null; }
check "a block that is not closed is found" not_closed

# --- the pictures -----------------------------------------------------------------------
# README's commands drew them. When this fails after a change of the engine, the models or the viewer
# that is meant, they draw them again: copy them to docs.
pictures() { grep -oE '\]\(docs/[a-z]+\.svg\)' "$1" | sed -E 's/.*docs\/(.*)\)/\1/'; }
other_picture() { # the same command, on a run with another delay
    exits 0 run -q --trace-window 3 --vcd "$tree/checkout/frame3.vcd" --set delay.scale=0.64 "$captures/dns.pcap" &&
        (cd "$tree/checkout" && eval "$(grep -h -- '--svg receive.svg' "$tree"/readme/*.cmd)") >/dev/null &&
        ! cmp -s "$tree/checkout/receive.svg" "$root/docs/receive.svg"
}
is() { [ "$1" = "$2" ]; }
check "README shows two pictures" is "$(pictures "$root/README.md" | wc -l)" 2
for picture in $(pictures "$root/README.md"); do
    has xmllint && check "docs/$picture is well-formed" xmllint --noout "$root/docs/$picture"
    if absent "./linkpulse wave"; then
        skip "docs/$picture is what README's command draws" "no $missing"
    else
        check "docs/$picture is what README's command draws" cmp "$tree/checkout/$picture" "$root/docs/$picture"
    fi
done
if absent "./linkpulse wave"; then
    skip "another delay gives another picture" "no $missing"
else
    check "another delay gives another picture" other_picture
fi

# --- help, manual, docs/boards.md ---------------------------------------------------------
options_of() { "$program" "$1" --help | grep -oE '^ +(-[a-zA-Z],)? *--[a-z-]+' | grep -oE -- '--[a-z-]+'; }
verbs() { "$program" --help | awk '/^verbs:/ { v = 1; next } v && !NF { exit } v && $1 != "test" { print $1 }'; }
in_help() { for verb in $(verbs); do options_of "$verb"; done | sort -u; }
in_manual() { # the bold heads of its paragraphs
    sed 's/\\-/-/g' "$1" | grep -E '^\.(B|BI|BR) ' | grep -E '^\.[BIR]+ "?-' | grep -oE -- '--[a-z-]+' | sort -u
}
manual_names_all() { diff <(in_help) <(in_manual "$1" | grep -vxE -- "--(no-install|quick|sanitize|format)") | sed "s/^/# /" && [ "${PIPESTATUS[0]}" = 0 ]; }
check "the manual has the options of --help" manual_names_all "$root/docs/linkpulse.1"
grep -v 'junit' "$root/docs/linkpulse.1" >"$tree/short.1"
check "a manual that lacks one is found" eval "! manual_names_all '$tree/short.1'"
in_code() { # SECTION.KEY of the table in board_config.c
    grep -oE '(TEXT|NUMBER)\("[a-z]+", "[a-z_]+"|\{"[a-z]+", "[a-z_]+", KEY' "$root/harness/board_config.c" |
        sed -E 's/^[^"]*"([a-z]+)", "([a-z_]+)".*/\1.\2/' | sort -u
}
in_boards() { # rows "| `section.key` |"; those with capital letters are names of parts
    grep -oE '^\| `[a-z]+\.[a-z_]+` ' "$1" | tr -d '|` ' | sort -u
}
boards_names_all() { [ "$(in_code | wc -l)" -gt 30 ] && diff <(in_code) <(in_boards "$1") >"$tree/differ"; }
check "docs/boards.md has the keys of board_config.c" boards_names_all "$root/docs/boards.md"
parts=("$root"/models/parts/*.[ch])
makes_in_code() { grep -ohE '^ +\{"[0-9A-Z][^"]*", [a-z_]*figures,' "${parts[@]}" | cut -d'"' -f2 | sort; }
makes_in_boards() { sed -n '/^## Makes/,/^## /s/ |[^|]*|$//p' "$1" | grep -oE '`[0-9A-Z][^`]*`' | tr -d '`' | sort; }
figures_in_code() { # without the limits, which begin with a variant
    grep -hvE '^ +(\{(NULL|"[0-9A-Z][^"]*")|variant), "' "${parts[@]}" |
        grep -oE '"[a-z][a-z_0-9]*", *(NAN|-?[0-9]|UNLOADED|AT_5V)' | cut -d'"' -f2 | sort -u
}
figures_in_boards() { sed -n '/^## Figures/,/^## /s/^| \(`[^|]*\).*/\1/p' "$1" | grep -oE '`[a-z_]+`' | tr -d '`' | sort; }
parts_named() {
    diff <(makes_in_code) <(makes_in_boards "$1") && diff <(figures_in_code) <(figures_in_boards "$1") &&
        [ "$(makes_in_code | wc -l)" -gt 10 ] && [ "$(figures_in_code | wc -l)" -gt 20 ]
}
check "docs/boards.md has the makes and figures of models/parts" parts_named "$root/docs/boards.md"
grep -v 'vit_plus' "$root/docs/boards.md" >"$tree/short.md"
check "a docs/boards.md that lacks a figure is found" eval "! parts_named '$tree/short.md' >/dev/null"
grep -v 'gap_ns' "$root/docs/boards.md" >"$tree/short.md"
check "a docs/boards.md that lacks one is found" eval "! boards_names_all '$tree/short.md'"
finish
