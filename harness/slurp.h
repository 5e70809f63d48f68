/* A whole text file in memory, with a size limit. */
#ifndef HARNESS_SLURP_H
#define HARNESS_SLURP_H

#include <stddef.h>

#include "sim/err.h"

#define SLURP_BOARD_MAX  ((size_t)32 << 20) /* .net, .kicad_pcb */
#define SLURP_CONFIG_MAX ((size_t)1 << 20)  /* .ini */

/* The file's octets, NUL-terminated (they may hold NULs themselves: compare *size);
 * the caller frees. On failure NULL and `err`: absent, a directory, above `limit`. */
char *slurp_file(const char *path, size_t limit, size_t *size, struct sim_err *err);
/* The same of regular files alone, for names that other files lead to: what waits for a writer
 * (a FIFO, a terminal) or never ends (a device) is refused at once. */
char *slurp_regular(const char *path, size_t limit, size_t *size, struct sim_err *err);

#endif
