#!/usr/bin/env bash
# The firmware images as built: that they fit, what others rely on in them, and that they do
# not depend on where they were built. What cannot be built here is skipped by name.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
build=$(cd "$(dirname "$program")/.." && pwd)
root=$(cd "$here/.." && pwd)
images=$build/firmware
tool() { arm-none-eabi-"$@"; }

rx_images="rxdump_f401 rxdump_f401_bits rxdump_f401_rearm rxdump_f401_rearm_bits
rxdump_f401_rearm_slow rxdump_f401_spe rxdump_f401_strict netif_f100"
lwip_images="netif_f401 netif_f401_bits netif_f401_hsi netif_f401_rearm netif_f401_rearm_bits
netif_f401_rearm_hsi"

# --- what the images hold ---------------------------------------------------

has_symbol() { tool nm "$images/$1.elf" | grep -q " $2\$"; }
calls_deliver() { tool objdump -d "$images/$1.elf" | grep -q 'bl.*<lp_deliver_frame>'; }
little() { printf '%d' "0x${1:6:2}${1:4:2}${1:2:2}${1:0:2}"; }
symbol() { printf '%d' "0x$(tool nm "$images/$1.elf" | awk -v name="$2" '$3 == name { print $1 }')"; }
# The first two words: the end of the stack, and the reset handler as Thumb code.
good_vectors() {
    local words
    read -r -a words < <(tool readelf -x .text "$images/$1.elf" | awk '/0x08000000/ { print $2, $3 }')
    [ "$(little "${words[0]}")" = "$(symbol "$1" stack_top)" ] &&
        [ "$(little "${words[1]}")" = $(($(symbol "$1" Reset_Handler) | 1)) ]
}
names_build_path() { strings -a "$1" | grep -qF -e "$build" -e "$root/"; }
no_build_path() { ! names_build_path "$images/$1.elf"; }
unmapped() { # the same source without mapped paths
    tool gcc -mcpu=cortex-m4 -mthumb -g -ffreestanding -DCHIP_F401RE -I"$root" \
        -c "$root/firmware/lib/crc32.c" -o "$tree/unmapped.o" && names_build_path "$tree/unmapped.o"
}
check_image() {
    check "$1: vectors" good_vectors "$1"
    check "$1: nothing of where it was built" no_build_path "$1"
    [ "$1" = itm_f439 ] && return
    check "$1: lp_deliver_frame is a symbol" has_symbol "$1" "T lp_deliver_frame"
    check "$1: and called" calls_deliver "$1"
    check "$1: rx_counters is a symbol" has_symbol "$1" "B rx_counters"
}

# --- what does not fit ------------------------------------------------------

link_f100() { # STACK OCTETS
    bash "$root/firmware/link.sh" planted arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -nostdlib \
        -Wl,--gc-sections "-Wl,--defsym=stack_size=$1" -L "$root/firmware/chips" -T f100rb.ld \
        "$images"/f100rb_*.o -lgcc -o "$tree/planted.elf" >"$tree/out" 2>&1
}
too_big() { ! link_f100 4096 && says "region .RAM' overflowed" && [ ! -e "$tree/planted.elf" ]; }
fits() { link_f100 1024 && says '^planted: flash [0-9]* of 131072 octets, RAM [0-9]* of 8192 octets$'; }

# --- fetching lwIP ----------------------------------------------------------

fetch() { LINKPULSE_DEBIAN_MIRROR='' bash "$root/firmware/fetch-lwip.sh" "$@" >"$tree/out" 2>&1; }
tarball=lwip_2.1.3+dfsg1.orig.tar.xz
damaged() {
    mkdir -p "$tree/bad"
    { cat "$build/lwip/$tarball"; echo; } >"$tree/bad/$tarball"
    ! fetch "$tree/new" "$tree/bad" && says '^lwIP: not fetched: ' && [ ! -e "$tree/new/lwip-2.1.3" ]
}
damaged_in_place() { ! fetch "$tree/bad" && [ ! -e "$tree/bad/lwip-2.1.3" ]; }
kept() { fetch "$tree/new" "$build/lwip" && [ -e "$tree/new/lwip-2.1.3/src/core/tcp.c" ]; }

if ! has arm-none-eabi-gcc; then
    for image in $rx_images $lwip_images itm_f439; do skip "$image" "no arm-none-eabi-gcc"; done
    finish
fi
for image in $rx_images itm_f439; do check_image "$image"; done
check "a path of the build would be seen" unmapped
check "an image that fits is linked, and its use printed" fits
check "an image that does not fit is refused" too_big
if [ -e "$build/lwip/$tarball" ]; then
    for image in $lwip_images; do check_image "$image"; done
    check "a damaged tarball of lwIP is refused" damaged
    check "also where it is kept" damaged_in_place
    check "a good one needs no download" kept
else
    for image in $lwip_images "fetching lwIP"; do skip "$image" "lwIP was not fetched"; done
fi
finish
