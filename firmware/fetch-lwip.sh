#!/usr/bin/env bash
# fetch-lwip.sh DIR [OTHER_DIR...]: lwIP's sources into DIR/lwip-2.1.3, from Debian's source
# package, as any user. An OTHER_DIR that was filled before saves the download. Exits 0 when
# they are there, and 1 with a line that says why not.
#
# LINKPULSE_DEBIAN_MIRROR: instead of http://deb.debian.org/debian; empty: no download.
set -u
# The original tarball is pinned, not Debian's revision of the package, which changes.
tarball=lwip_2.1.3+dfsg1.orig.tar.xz
sha256=0a8276d09fc4e97bbba2f953d74af2388fc2195ea156be9d7589e297a68fde24
suite=bookworm
mirror=${LINKPULSE_DEBIAN_MIRROR-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

dir=${1:?fetch-lwip.sh DIR [OTHER_DIR...]}
shift
fail() { echo "lwIP: $*" >&2; exit 1; }
good() { [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = $sha256 ]; }

download() { # with lists, cache and state of its own; the system's are not touched
    local apt options
    [ -n "$mirror" ] || { echo "downloads are switched off" >apt/log; return 1; }
    command -v apt-get >/dev/null || { echo "no apt-get" >apt/log; return 1; }
    mkdir -p apt/lists/partial apt/cache/archives/partial
    echo "deb-src [signed-by=$keyring] $mirror $suite main" >apt/sources.list
    apt=$PWD/apt
    options=(-q -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State=$apt" -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache"
        -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o APT::Sandbox::User=)
    timeout 180 apt-get "${options[@]}" update >apt/log 2>&1 &&
        timeout 180 apt-get "${options[@]}" source --download-only lwip/$suite >>apt/log 2>&1
}

mkdir -p "$dir" && cd "$dir" || fail "cannot write $dir"
[ -e lwip-2.1.3/.whole ] && exit
for other in "$@"; do
    good $tarball && break
    good "$other/$tarball" && cp "$other/$tarball" .
done
good $tarball || { mkdir -p apt && download; } ||
    fail "not fetched: $(grep -m 1 -E '^(Err|E|W|Unable|down|no )' apt/log || tail -n 1 apt/log)"
good $tarball || fail "$tarball: sha256 is not $sha256"
tar xf $tarball && : >lwip-2.1.3/.whole || fail "$tarball does not unpack"
rm -rf apt ./*.dsc ./*.debian.tar.*
