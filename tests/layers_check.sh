#!/usr/bin/env bash
# layers_check.sh ROOT: who includes whom. Prints FILE:LINE: WHY for each edge that the
# layers forbid, and exits 1 when there is one.
#
#   sim      itself and the C library without stdio, time and exit
#   models   sim, models' shared headers and the same C library; no part another part
#   rtl      sim's contracts and the Verilator headers
#   firmware itself, lwIP, and the headers a compiler has without a library
#   harness  sim, rtl, the catalogues and public headers of models; not the inside of a part
cd "${1:?}" || exit 2

find sim models rtl harness firmware \( -name '*.[ch]' -o -name '*.cc' \) 2>/dev/null | sort |
    xargs -r awk '
function complain(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; bad = 1 }
function part_of(path) { sub(/.*\//, "", path); sub(/\.[ch]$/, "", path); return path }
BEGIN {
    n = split("assert ctype errno float inttypes limits math stdalign stdarg stdatomic stdbool " \
              "stddef stdint stdlib stdnoreturn string strings emmintrin", names, " ")
    for (i = 1; i <= n; i++) library[names[i] ".h"] = 1
    n = split("limits stdarg stdbool stddef stdint", names, " ")
    for (i = 1; i <= n; i++) freestanding[names[i] ".h"] = 1
    allowed["firmware"] = "^(firmware|lwip)/"
    allowed["sim"] = "^sim/"
    allowed["models"] = "^(sim|models)/"
    allowed["rtl"] = "^(sim|rtl)/"
    allowed["harness"] = "^(sim|models|rtl|harness)/"
}
FNR == 1 { layer = FILENAME; sub(/\/.*/, "", layer); pure = layer == "sim" || layer == "models" }
/^[ \t]*#[ \t]*include[ \t]*</ {
    name = $0; sub(/^[^<]*</, "", name); sub(/>.*/, "", name)
    if (layer == "firmware" && !(name in freestanding)) complain("firmware may not include <" name ">")
    if (pure && !(name in library)) complain(layer " may not include <" name ">")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    name = $0; sub(/^[^"]*"/, "", name); sub(/".*/, "", name)
    if (name !~ allowed[layer]) complain(layer " may not include \"" name "\"")
    if (name ~ /\.\./) complain("an include path stands from the root: \"" name "\"")
    inside = name ~ /^models\/parts\// && part_of(name) != "catalogue"
    if (inside && layer == "harness") complain("harness may not see the inside of a part")
    if (inside && FILENAME ~ /^models\/parts\// && part_of(name) != part_of(FILENAME) &&
        system("test -e models/parts/" part_of(name) ".c") == 0)
        complain("one part model may not include another")
}
pure && /(^|[^A-Za-z0-9_])(_?_?[eE]xit|printf|getenv|system)[ \t]*\(/ && !/^[ \t]*(\*|\/[\/*])/ {
    complain(layer " may not call the host")
}
END { exit bad }'
case $? in 0) exit 0 ;; *) exit 1 ;; esac
