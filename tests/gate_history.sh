#!/usr/bin/env bash
# The gate over the revisions of a board, and under git bisect; waivers and the least yield on the
# command line. The repositories are made here.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
export LINKPULSE_DATA=$here/..
boards=$here/../models/boards
fast=(--only constant-output --only dead-enable --only decoupling) # what needs no simulation

# No settings of whoever runs this.
export HOME=$tree GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
repository() { # DIR
    git init -q "$1" && git -C "$1" config user.name author && git -C "$1" config user.email a@example.org
}
commit() { # DIR DATE TEXT
    git -C "$1" add -A && GIT_AUTHOR_DATE="$2T12:00:00Z" GIT_COMMITTER_DATE="$2T12:00:00Z" \
        git -C "$1" commit -q -m "$3"
}

# Revision 1, unreadable, as before, renamed, revision 2.
repo=$tree/repo
make_history() {
    repository "$repo" && mkdir "$repo/old" && cp "$boards/nucleo_shield_rev1.net" "$repo/old/a b.net" &&
        cp "$boards/nucleo_shield_rev1.ini" "$repo/old/a b.ini" && commit "$repo" 2024-01-01 one &&
        echo '(export' >"$repo/old/a b.net" && commit "$repo" 2024-02-01 two &&
        git -C "$repo" checkout -q HEAD~1 -- old && commit "$repo" 2024-02-15 mended && git -C "$repo" mv "old/a b.net" c.net && git -C "$repo" mv "old/a b.ini" c.ini &&
        commit "$repo" 2024-03-01 three &&
        cp "$boards/nucleo_shield.net" "$repo/c.net" && cp "$boards/nucleo_shield.ini" "$repo/c.ini" &&
        commit "$repo" 2024-04-01 four
}
if ! has git; then
    skip "the gate's history" "git is not installed"
    finish
fi
check "a repository is made" make_history

rows() { sed '1d;$d' "$tree/out"; }
row() { rows | sed -n "$1p"; } # NUMBER, the newest first
table() {
    exits 0 gate "${fast[@]}" --git "$repo" c.net && [ "$(rows | wc -l)" -ge 2 ] &&
        row 1 | grep -Eq '^[0-9a-f]{10}  2024-04-01  order' &&
        row 2 | grep -Eq '^[0-9a-f]{10}  2024-03-01  do not order .*constant-output: U8 pins 1 and 2' &&
        head -n 1 "$tree/out" | grep -q '^revision '
}
check "revisions are judged, the newest first" table
check "the last line is the newest one's" eval 'verdict | grep -Eq "^ORDER.*, the newest of 5 revisions: .* 3 do not order, 1 cannot be read; repeat: .*gate .*--git"'
check "the command of the last line gives it again" repeats
check "a rename is followed" eval '[ "$(rows | wc -l)" = 5 ] && row 4 | grep -q "2024-02-01  cannot be read" && row 5 | grep -q "2024-01-01  do not order"'
left_over() { compgen -G "${TMPDIR:-/tmp}/linkpulse-??????" >"$tree/after"; cmp -s "$tree/before" "$tree/after"; }
compgen -G "${TMPDIR:-/tmp}/linkpulse-??????" >"$tree/before"
exits 0 gate "${fast[@]}" --git "$repo" c.net
check "no temporary folder is left" left_over

unreadable() {
    repository "$tree/bad" && echo '(export' >"$tree/bad/x.net" && commit "$tree/bad" 2024-01-01 one &&
        exits 2 gate "${fast[@]}" --git "$tree/bad" x.net && row 1 | grep -q '2024-01-01  cannot be read ' &&
        verdict | grep -q '^CANNOT BE READ: '
}
check "a revision that cannot be read is told, and exits with 2" unreadable
broken() {
    cp "$boards/nucleo_shield_rev1.net" "$repo/c.net" && commit "$repo" 2024-05-01 five &&
        exits 1 gate "${fast[@]}" --git "$repo" c.net && verdict | grep -q '^DO NOT ORDER: ' && git -C "$repo" reset -q --hard HEAD~1
}
check "the exit code is that of the newest" broken
own_ini() { exits 0 gate "${fast[@]}" --git "$repo" c.net --ini "$boards/nucleo_shield_rev1.ini" && [ "$(rows | wc -l)" -ge 2 ]; }
check "one .ini for all" own_ini
check "a folder below the repository's top will do" eval 'mkdir "$repo/sub" && cp "$repo/c.net" "$repo/sub/" && cp "$repo/c.ini" "$repo/sub/" && commit "$repo" 2024-06-01 six && exits 0 gate "${fast[@]}" --git "$repo/sub" c.net && row 1 | grep -q 2024-06-01'
pathspec() { cp "$repo/c.net" "$repo/:x.net" && cp "$repo/c.ini" "$repo/:x.ini" && commit "$repo" 2024-07-01 seven && exits 0 gate "${fast[@]}" --git "$repo" :x.net && row 1 | grep -q 2024-07-01; }
check "a name that git would take for a pattern" pathspec

# Nothing of a name reaches a shell.
# shellcheck disable=SC2016
shell_name() {
    local name='$(touch hit);`touch hit`.net'
    cp "$repo/c.net" "$repo/$name" && commit "$repo" 2024-08-01 eight
    exits 0 gate "${fast[@]}" --git "$repo" "$name" && [ ! -e hit ] && [ ! -e "$repo/hit" ]
}
check "a name with a command in it" shell_name

check "no repository" eval 'mkdir "$tree/none" && exits 2 gate "${fast[@]}" --git "$tree/none" c.net && says "not a git repository" err'
check "no such directory" eval 'exits 2 gate "${fast[@]}" --git "$tree/nowhere" c.net && says "nowhere" err'
check "no such file" eval 'exits 2 gate "${fast[@]}" --git "$repo" d.net && says "no revision has a file d.net" err'
check "no file named" refuses "--git needs the path of a board" gate --git "$repo"
check "no report files of many revisions" refuses "writes no files" gate --git "$repo" c.net --html x
check "not both" refuses "do not go together" gate --git "$repo" c.net --bisect
without_git() { (PATH=$tree/none && exits 4 gate "${fast[@]}" --git "$repo" c.net) && says "git is not installed" err; }
check "without git: exit 4" without_git

# --- git bisect ----------------------------------------------------------------------------
# Ten commits: good, unreadable, good ... the seventh breaks it, behind an unreadable one.
bisected() {
    local dir=$tree/bisect n
    repository "$dir"
    cp "$boards/nucleo_shield.ini" "$dir/b.ini"
    for n in 1 2 3 4 5 6 7 8 9; do
        cp "$boards/nucleo_shield.net" "$dir/b.net"
        [ $n -lt 7 ] || cp "$boards/nucleo_shield_rev1.net" "$dir/b.net"
        [ $n != 3 ] || echo '(export' >"$dir/b.net"
        echo $n >"$dir/count"
        commit "$dir" 2024-01-0$n "commit $n" || return 1
    done
    (cd "$dir" && git bisect start HEAD HEAD~8 && git bisect run "$program" gate "${fast[@]}" --bisect b.net) >"$tree/out" 2>&1
    grep -q 'is the first bad commit' "$tree/out" && [ "$(git -C "$dir" show -s --format=%s bisect/bad)" = "commit 7" ]
}
check "git bisect run finds the commit that broke the board" bisected
check "bisect: 0 for a good board" exits 0 gate "${fast[@]}" --bisect "$boards/nucleo_shield.net"
check "bisect: 1 for a bad one" exits 1 gate "${fast[@]}" --bisect "$boards/nucleo_shield_rev1.net"
check "bisect: 125 for one that cannot be read" eval "echo '(' >'$tree/x.net' && exits 125 gate "${fast[@]}" --bisect '$tree/x.net'"
check "bisect: 125 for one that is not there" exits 125 gate "${fast[@]}" --bisect "$tree/absent.net"

# --- waivers -------------------------------------------------------------------------------
rev1() { # the board with its waivers in $tree/w.ini; arguments to gate follow
    "$program" gate "${fast[@]}" "$boards/nucleo_shield_rev1.net" "$@" >"$tree/out" 2>"$tree/err" </dev/null
}
waiver() { # NAME ID KEY SUBJECT EXPIRES
    printf '[waiver.%s]\nid = %s\n%s = %s\nreason = of the %s\nauthor = tester\nexpires = %s\n' "$1" "$2" "$3" "$4" "$1" "$5"
}
{
    waiver a constant-output part U8 2026-06-30
    waiver b dead-enable part Q3 2026-06-30
    waiver c dead-enable net /driver_ena 2026-06-30
} >"$tree/w.ini"
all_waived() { rev1 --waivers "$tree/w.ini" --date 2026-06-30 && says '^waived      constant-output U8' && says 'waived by tester: of the a, until 2026-06-30' && verdict | grep -q '^ORDER: 0 failures'; }
check "waived findings are told and do not count" all_waived
check "the waiver's day is in the command that repeats it" repeats
expired() { ! rev1 --waivers "$tree/w.ini" --date 2026-07-01 && says '^reservation waiver-expired$' && verdict | grep -q '^DO NOT ORDER: 3 failures, 3 reservations'; }
check "expired waivers hold no longer, and are findings" expired
today() { ! rev1 --waivers "$tree/old.ini" && says '^reservation waiver-expired$'; }
waiver a constant-output part U8 2020-01-01 >"$tree/old.ini"
check "without --date it is today" today
unused() { # the good board has nothing to waive
    exits 0 gate "${fast[@]}" "$boards/nucleo_shield.net" --waivers "$tree/w.ini" --date 2026-06-30 && says '^reservation waiver-unused$' &&
        says "    at $tree/w.ini:2$" && exits 1 gate "${fast[@]}" "$boards/nucleo_shield.net" --waivers "$tree/w.ini" --date 2026-06-30 --fail-on-reservations
}
check "unused waivers are reservations" unused
only() { exits 0 gate "$boards/nucleo_shield.net" --waivers "$tree/w.ini" --date 2026-06-30 --only decoupling && ! says waiver-unused; }
check "nothing is said of waivers of checks that did not run" only
own() { cp "$boards/nucleo_shield_rev1.net" "$tree/own.net" && cat "$boards/nucleo_shield_rev1.ini" "$tree/w.ini" >"$tree/own.ini" && exits 0 gate "${fast[@]}" "$tree/own.net" --date 2026-01-01; }
check "waivers in the board's own .ini" own
sed 's/constant-output/constant-outptu/' "$tree/w.ini" >"$tree/unknown.ini"
check "a waiver of no check" refuses 'a waiver of "constant-outptu", which is no check; nearest is "constant-output"' gate --waivers "$tree/unknown.ini"
check "a date that is none" refuses "expected YYYY-MM-DD" gate --date 2026-02-30
sed 's/^reason/raeson/' "$tree/w.ini" >"$tree/unknown.ini"
check "a key of a waiver that is none" refuses 'no key "raeson"; nearest is "reason"' gate --waivers "$tree/unknown.ini"
check "a file of waivers that is not there" refuses "absent.ini" gate --waivers "$tree/absent.ini"
check "an output over the waivers" refuses "would overwrite the input" gate --waivers "$tree/w.ini" --html "$tree/w.ini"

# --- the least yield -------------------------------------------------------------------------
check "a least yield in percent" exits 0 gate "${fast[@]}" --min-yield 90
check "with its sign" exits 0 gate "${fast[@]}" --min-yield 90%
check "one beyond the whole" refuses "expected 0 to 100 %" gate --min-yield 101
check "the .ini's least yield" exits 0 gate "${fast[@]}" --set 'gate.min_yield=80 %'
check "one that is none" refuses "expected 0 % to 100 %" gate --set 'gate.min_yield=80'

# Twenty samples of the good board, of which not all pass.
low_yield() {
    exits 1 gate -q --samples 20 --min-yield 100 --fail-on-reservations &&
        says '^overall  *20 ' && says '^at delay scale 0.65: order with reservations; at 1.0 (datasheet typical): do not order$' &&
        verdict | grep -Eq '; the yield is [0-9.]+ % \([0-9.]+ to [0-9.]+ %\), below 100 %; repeat: '
}
check "a yield below the least is a reservation, told with its interval" low_yield
no_samples() { exits 1 gate nucleo_shield_rev1 -q --samples 20 && says '^not checked: yield: the board fails at nominal values$'; }
check "no samples of a board that fails" no_samples

# --- files -----------------------------------------------------------------------------------
files() {
    exits 1 gate "${fast[@]}" nucleo_shield_rev1 --out "$tree/files" --no-host --json g.json --junit g.xml --sarif g.sarif --markdown g.md --html g.html &&
        (cd "$tree/files" && for kind in json junit sarif html; do
            python3 "$here/gate_reports.py" $kind g.${kind/junit/xml} || exit 1
        done)
}
mkdir "$tree/files"
check "the program's own files are what they must be" files
check "the SARIF names file and line" eval 'grep -q "\"startLine\": [1-9][0-9]" "$tree/files/g.sarif" && grep -q "nucleo_shield_rev1.net" "$tree/files/g.sarif"'
again() { mkdir "$tree/second" && exits 1 gate "${fast[@]}" nucleo_shield_rev1 --out "$tree/second" --no-host --json g.json --html g.html --sarif g.sarif && for f in g.json g.html g.sarif; do cmp "$tree/files/$f" "$tree/second/$f" || return 1; done; }
check "the same run gives the same bytes" again
shows_fault() { grep -q '<text class="name marked"[^>]*>/sck_tx<' "$tree/files/g.html"; }
check "the page shows the net of the first finding" shows_fault
check "an unwritable file" refuses "nowhere/g.html" gate --html "$tree/nowhere/g.html"
finish
