#!/usr/bin/env bash
# ./linkpulse itself: what it says and does about missing packages, with stand-ins for
# dpkg-query and apt-get, and when it builds, with stand-ins for meson and ninja. The real
# start time is measured and reported, not judged: the machine may be busy. --program=FILE
# is in the real build directory, whose target `runtime` must make all that the program reads.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
tree=$(mktemp -d) && trap 'chmod -R u+w "$tree"; rm -rf "$tree"' EXIT
unset LINKPULSE_NO_INSTALL
for argument in "$@"; do
    case $argument in --program=*) program=${argument#--program=} ;; esac
done

stand_in() { # NAME, body on standard input
    { echo '#!/bin/bash'; cat; } >"$tree/bin/$1"
    chmod +x "$tree/bin/$1"
}

fresh() {
    chmod -R u+w "$tree"
    rm -rf "${tree:?}"/*
    mkdir -p "$tree"/{bin,lists,co/{sim,models,harness,tests}}
    cp "$here/../linkpulse" "$tree/co/"
    printf '# a note\nrun  base  always there\nrun  lib-one  for a reason\ntest tool  for tests\n' \
        >"$tree/co/packages.txt"
    touch "$tree/co/meson.build" "$tree/co/sim/a.c"
    echo base >"$tree/installed"
    stand_in dpkg-query <<EOF
while read -r name; do printf 'installed:%s ' "\$name"; done <"$tree/installed"
EOF
    stand_in apt-get <<EOF
echo "apt-get \$*" >>"$tree/calls"
[ "\$2" = update ] && : >"$tree/lists/x_Packages"
[ "\$2" = install ] || exit 0
[ -e "$tree/apt-fails" ] && { echo "no such mirror"; exit 100; }
shift 4; printf '%s\n' "\$@" >>"$tree/installed"
EOF
    stand_in sudo <<'EOF'
[ "$1" = -n ] && shift; exec "$@"
EOF
    stand_in meson <<EOF
echo "meson \$*" >>"$tree/calls"
touch "\$2/build.ninja"
EOF
    stand_in ninja <<EOF
echo "ninja \$*" >>"$tree/calls"
[ -e "$tree/ninja-fails" ] && { echo "a.c:1: error: planted"; exit 1; }
mkdir -p "\$2/harness"
printf '#!/bin/bash\necho "ran \$LINKPULSE_DATA: \$*"; exit \${FAKE_EXIT:-0}\n' >"\$2/harness/linkpulse"
chmod +x "\$2/harness/linkpulse"
EOF
    touch "$tree/lists/x_Packages"
}

call() {
    rm -f "$tree/calls"
    PATH=${path-$tree/bin:$PATH} LINKPULSE_APT_LISTS=$tree/lists \
        "$tree/co/linkpulse" "$@" >"$tree/out" 2>"$tree/err" </dev/null
    status=$?
}
calls() { [ -e "$tree/calls" ] && cut -d' ' -f1-3 "$tree/calls" | sed 's| /.*||' | tr '\n' ';'; }
is() { [ "$1" = "$2" ] || { echo "# found: $1; expected: $2"; return 1; }; }
settle() { sleep 0.02; } # file times advance with the kernel's tick

fresh
call --no-install run x
check "--no-install exits 4" is $status 4
check "--no-install names the package and why" grep -q 'lib-one - for a reason' "$tree/err"
check "--no-install installs and builds nothing" is "$(calls)" ""
check "the test tier is not asked for by run" eval "! grep -q tool '$tree/err'"
call run x --no-install
check "--no-install counts behind the verb too" is $status 4

call run 'a b' -- --no-install
check "a missing package is installed, then built and run" \
    is "$(calls)" "apt-get -q install;meson setup;ninja -C;"
check "the program gets its arguments" is "$(cat "$tree/out")" "ran $tree/co: run a b -- --no-install"
check "without error output there is no log" eval "! grep -q error '$tree/err'"

settle
call run
check "nothing is built when nothing changed" is "$(calls)" ""
check "and nothing is said" is "$(cat "$tree/err")" ""
FAKE_EXIT=7 call run
check "the program's exit code is passed on" is $status 7

change() { # DESCRIPTION COMMAND...
    local what=$1
    shift
    settle
    "$@"
    settle
    call run
    check "builds again after $what" is "$(calls)" "ninja -C;"
}
change "an edited source" eval "echo x >>'$tree/co/sim/a.c'"
change "a source with an old date" touch -d 2001-01-01 "$tree/co/sim/a.c"
change "a new source" touch "$tree/co/harness/b.c"
change "a deleted source" rm "$tree/co/harness/b.c"
change "a changed meson.build" touch "$tree/co/meson.build"

touch "$tree/co/sim/a.c" "$tree/ninja-fails"
call run
check "a failed build exits 3" is $status 3
check "a failed build shows its log" grep -q 'a.c:1: error: planted' "$tree/err"
rm "$tree/ninja-fails"
call run
check "after a failed build it builds again" is "$(calls)" "ninja -C;"

settle
touch "$tree/co/sim/a.c"
settle
rm -f "$tree/calls"
for _ in 1 2 3 4; do
    PATH=$tree/bin:$PATH "$tree/co/linkpulse" run >/dev/null 2>&1 </dev/null &
done
wait
check "parallel calls build once" is "$(calls)" "ninja -C;"

settle
mv "$tree/co" "$tree/moved" && mkdir "$tree/co" && mv "$tree/moved" "$tree/co/inner"
rm -f "$tree/calls"
PATH=$tree/bin:$PATH "$tree/co/inner/linkpulse" run >/dev/null 2>&1 </dev/null
check "a moved checkout is configured again" is "$(calls)" "meson setup;ninja -C;"

fresh
call run
settle
chmod 755 "$tree"
rm -f "$tree/calls" && touch "$tree/calls"
chmod a+w "$tree/calls" "$tree/installed"
chmod -R a-w "$tree/co"
as=()
[ "$(id -u)" = 0 ] && as=(setpriv --reuid=65534 --regid=65534 --clear-groups) # root may write
PATH=$tree/bin:$PATH "${as[@]}" "$tree/co/linkpulse" run >"$tree/out" 2>"$tree/err" </dev/null
check "a read-only checkout with a current build runs" is "$?$(cat "$tree/err")" 0
echo base >"$tree/installed"
chmod u+w "$tree/co/packages.txt" && touch "$tree/co/packages.txt"
PATH=$tree/bin:$PATH LINKPULSE_APT_LISTS=$tree/lists \
    "${as[@]}" "$tree/co/linkpulse" run >"$tree/out" 2>"$tree/err" </dev/null
check "also when a package is missing, which it installs" is "$?$(calls)" "0apt-get -q install;"
chmod u+w "$tree/co/sim/a.c" && touch "$tree/co/sim/a.c" && chmod a-w "$tree/co/sim/a.c"
PATH=$tree/bin:$PATH "${as[@]}" "$tree/co/linkpulse" run >"$tree/out" 2>"$tree/err" </dev/null
check "a read-only checkout with a stale build exits 4" is $? 4
check "and says why, and whose it is" \
    grep -q "cannot build in $tree/co/.build: [^:]* (owner $(id -un), caller [a-z]*); a copy" "$tree/err"

fresh
chmod 755 "$tree"
chmod a-w "$tree/co"
PATH=$tree/bin:$PATH "${as[@]}" "$tree/co/linkpulse" run >"$tree/out" 2>"$tree/err" </dev/null
check "a read-only checkout without a build exits 4" is $? 4
check "and installs nothing before it says so" is "$(calls)$(wc -l <"$tree/err")" 1

# Who has neither root's rights nor sudo: a path without it, and what stands in for id.
without_sudo() {
    local name
    stand_in id <<<'[ "$1" = -u ] && echo 1000 || echo eve'
    mkdir "$tree/few"
    cp "$tree/bin/id" "$tree/bin/dpkg-query" "$tree/bin/apt-get" "$tree/few"
    for name in bash awk cut find grep mkdir rm sed stat; do
        ln -s "$(command -v $name)" "$tree/few"
    done
    path=$tree/few call "$@"
}
fresh
without_sudo run
check "without root and sudo it exits 4" is $status 4
check "and does not begin to install" is "$(calls)$(grep -c 'installing them,' "$tree/err")" 0
check "and its last line is what root has to do" is "$(tail -n 1 "$tree/err")" \
    "linkpulse: cannot go on without them; as root: apt-get install --no-install-recommends lib-one"

fresh
rm "$tree"/lists/*
call run
check "an empty package list is fetched first" \
    is "$(calls)" "apt-get -q update;apt-get -q install;meson setup;ninja -C;"
fresh
for _ in 1 2 3; do
    PATH=$tree/bin:$PATH LINKPULSE_APT_LISTS=$tree/lists \
        "$tree/co/linkpulse" run >/dev/null 2>&1 </dev/null &
done
wait
check "parallel calls install once" is "$(calls)" "apt-get -q install;meson setup;ninja -C;"
fresh
touch "$tree/apt-fails"
call run
check "a failed installation exits 4" is $status 4
check "and shows what apt-get said" grep -q "no such mirror" "$tree/err"

fresh
echo lib-one >>"$tree/installed"
call run
settle
times=$(for _ in 1 2 3 4 5 6 7 8 9; do
    begin=$(date +%s%N)
    call run
    echo $((($(date +%s%N) - begin) / 1000000))
done | sort -n)
echo "# start without changes, median of 9: $(sed -n 5p <<<"$times") ms (aim: below 200 ms)"
check "the start time was measured" test -n "$times"

# Prints what the whole build makes for the program, and the target does not.
lacks() { # TARGET
    meson introspect --targets "$build" | python3 -c '
import json, os, subprocess, sys
build, target = sys.argv[1:]
made = {target}
for tool in ("inputs", "query"):
    text = subprocess.run(["ninja", "-C", build, "-t", tool, target], check=True, capture_output=True, text=True).stdout
    made |= {line.strip(" |") for line in text.splitlines()}
for row in json.load(sys.stdin):
    if row["build_by_default"] and row["type"] in ("custom", "executable"):
        for file in row["filename"]:
            name = os.path.relpath(file, build)
            # The shared objects are made at their first use.
            if name.split("/")[0] not in ("tests", "captures", "rtl") and name not in made:
                print(name)
' "$build" "$1" || echo "nothing was compared"
}
build=$(cd "$(dirname "$program")/.." && pwd)
check "the target runtime makes all that the program reads" is "$(lacks runtime)" ""
check "a target that does not is found" grep -q 'harness/xdp/bpf/flow.bpf.o' <<<"$(lacks harness/linkpulse)"
finish
