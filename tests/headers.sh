#!/usr/bin/env bash
# Every header compiles alone, and the check sees one that does not.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
tree=$(mktemp -d) && trap 'rm -rf "$tree"' EXIT
compiler=${CC:-cc}
build=$tree # where generated headers are: two folders above the program
for argument in "$@"; do
    case $argument in --program=*) build=$(dirname "$(dirname "${argument#*=}")") ;; esac
done

alone() { # ROOT HEADER
    printf '#include "%s"\n' "$2" |
        $compiler -std=c17 -Wall -Wextra -Wpedantic -Werror -D_POSIX_C_SOURCE=200809L -DCHIP_F401RE -I"$1" -I"$build" \
            -fsyntax-only -x c -
}

cd "$here/.." || exit 1
for header in $(find sim models harness rtl firmware -path firmware/lwip -prune -o -name '*.h' -print 2>/dev/null | sort); do
    check "$header compiles alone" alone . "$header"
done
printf '#ifndef A_H\n#define A_H\nuint32_t f(void);\n#endif\n' >"$tree/a.h"
check "a header that needs another is refused" eval "! alone '$tree' a.h 2>/dev/null"
finish
