/* File and line of a code address, from an ELF's debug information (libdw, optional). */
#ifndef HARNESS_DWARF_LINES_H
#define HARNESS_DWARF_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwarf_lines;

/* NULL when the ELF has no debug information, or the program was built without libdw. The
 * octets must live as long as the result. */
struct dwarf_lines *dwarf_lines_open(const uint8_t *elf, size_t size);
void dwarf_lines_close(struct dwarf_lines *lines); /* NULL is fine */

/* "main.c:42" in `out`: the file's last component and the line. False when unknown (`lines`
 * may be NULL); `out` is then "". */
bool dwarf_lines_find(const struct dwarf_lines *lines, uint32_t address, char *out, size_t size);

/* The file as it was named to the compiler, whole, and the line. False when unknown; `out` is then
 * "". */
bool dwarf_lines_place(const struct dwarf_lines *lines, uint32_t address, char *out, size_t size,
                       unsigned *line);

#endif
