#include "harness/dwarf_lines.h"

#ifdef LINKPULSE_DWARF

#include <elfutils/libdw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dwarf_lines {
    Elf *elf;
    Dwarf *dwarf;
};

struct dwarf_lines *dwarf_lines_open(const uint8_t *elf, size_t size) {
    struct dwarf_lines *lines = calloc(1, sizeof *lines);
    if (!lines)
        return NULL;
    elf_version(EV_CURRENT);
    /* libelf takes a writable image, and writes only when converting the byte order. */
    lines->elf = elf_memory((char *)(uintptr_t)elf, size);
    lines->dwarf = lines->elf ? dwarf_begin_elf(lines->elf, DWARF_C_READ, NULL) : NULL;
    if (lines->dwarf)
        return lines;
    dwarf_lines_close(lines);
    return NULL;
}

void dwarf_lines_close(struct dwarf_lines *lines) {
    if (!lines)
        return;
    dwarf_end(lines->dwarf);
    elf_end(lines->elf);
    free(lines);
}

/* The unit that covers the address: by .debug_aranges, or, when that is absent, by asking
 * every unit. */
static Dwarf_Die *unit_of(Dwarf *dwarf, uint32_t address, Dwarf_Die *unit) {
    Dwarf_Off offset = 0, next;
    size_t header;
    if (dwarf_addrdie(dwarf, address, unit))
        return unit;
    while (dwarf_nextcu(dwarf, offset, &next, &header, NULL, NULL, NULL) == 0) {
        if (dwarf_offdie(dwarf, offset + header, unit) && dwarf_haspc(unit, address) == 1)
            return unit;
        if (next <= offset)
            break;
        offset = next;
    }
    return NULL;
}

bool dwarf_lines_place(const struct dwarf_lines *lines, uint32_t address, char *out, size_t size,
                       unsigned *number) {
    Dwarf_Die memory, *unit = lines ? unit_of(lines->dwarf, address, &memory) : NULL;
    Dwarf_Line *line = unit ? dwarf_getsrc_die(unit, address) : NULL;
    const char *file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
    int n = 0;
    out[0] = 0;
    if (!file || dwarf_lineno(line, &n) != 0)
        return false;
    snprintf(out, size, "%s", file);
    *number = (unsigned)n;
    return true;
}

bool dwarf_lines_find(const struct dwarf_lines *lines, uint32_t address, char *out, size_t size) {
    char file[4096];
    unsigned number;
    out[0] = 0;
    if (!dwarf_lines_place(lines, address, file, sizeof file, &number))
        return false;
    const char *slash = strrchr(file, '/');
    snprintf(out, size, "%s:%u", slash ? slash + 1 : file, number);
    return true;
}

#else

struct dwarf_lines *dwarf_lines_open(const uint8_t *elf, size_t size) {
    (void)elf;
    (void)size;
    return NULL;
}

void dwarf_lines_close(struct dwarf_lines *lines) {
    (void)lines;
}

bool dwarf_lines_find(const struct dwarf_lines *lines, uint32_t address, char *out, size_t size) {
    (void)lines;
    (void)address;
    if (size)
        out[0] = 0;
    return false;
}

bool dwarf_lines_place(const struct dwarf_lines *lines, uint32_t address, char *out, size_t size,
                       unsigned *line) {
    *line = 0;
    return dwarf_lines_find(lines, address, out, size);
}

#endif
