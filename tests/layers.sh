#!/usr/bin/env bash
# The layers of the sources, and that the check sees each kind of violation.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
tree=$(mktemp -d) && trap 'rm -rf "$tree"' EXIT

plant() { # FILE LINE: a tree that is good but for one line
    rm -rf "${tree:?}"/*
    mkdir -p "$tree"/{sim,models/parts,models/line,rtl,harness,firmware}
    printf '#include "sim/a.h"\n#include <string.h>\n' | tee "$tree/sim/a.c" >"$tree/models/line/a.c"
    printf '#include "models/parts/catalogue.h"\n#include "sim/a.h"\n#include <stdio.h>\n' >"$tree/harness/a.c"
    printf '#include "sim/part.h"\n' | tee "$tree/models/parts/x86.c" >"$tree/models/parts/hc08.c"
    printf '#include "sim/circuit.h"\n#include <verilated.h>\n' >"$tree/rtl/verilate.cc"
    printf '#include "firmware/a.h"\n#include "lwip/tcp.h"\n#include <stdint.h>\n' >"$tree/firmware/a.c"
    [ $# = 0 ] || printf '%s\n' "$2" >>"$tree/$1"
}
refused() {
    plant "$1" "$2"
    ! bash "$here/layers_check.sh" "$tree" >"$tree/out" && grep -q "^$1:[0-9]*: " "$tree/out"
}

check "the sources keep to their layers" bash "$here/layers_check.sh" "$here/.."
plant
check "a good tree passes" bash "$here/layers_check.sh" "$tree"
while IFS='|' read -r file line; do
    check "refused in $file: $line" refused "$file" "$line"
done <<'ROWS'
sim/a.c|#include <stdio.h>
sim/a.c|#include "firmware/drivers/ring.h"
firmware/a.c|#include <string.h>
firmware/a.c|#include "sim/simtime.h"
harness/a.c|#include "firmware/drivers/ring.h"
sim/a.c|#include <time.h>
sim/a.c|  #  include <unistd.h>
sim/a.c|#include "models/line/source.h"
sim/a.c|#include "harness/options.h"
sim/a.c|#include "a.h"
sim/a.c|    exit(1);
models/line/a.c|#include "harness/options.h"
models/line/a.c|#include <pcap.h>
models/line/a.c|#include "rtl/cell.h"
models/line/a.c|    x = getenv("HOME");
models/parts/x86.c|#include "models/parts/hc08.h"
rtl/verilate.cc|#include "models/line/source.h"
rtl/verilate.cc|#include "harness/options.h"
harness/a.c|#include "models/parts/x86.h"
harness/a.c|#include "../sim/a.h"
ROWS
finish
