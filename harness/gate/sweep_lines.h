/* The lines of a file of records, written and read back. */
#ifndef HARNESS_GATE_SWEEP_LINES_H
#define HARNESS_GATE_SWEEP_LINES_H

#include "harness/gate/sweep_records.h"

/* The first line, without its newline; malloc'ed, NULL when out of memory. */
char *sweep_header_text(const struct sweep_origin *origin, const char *hash);
/* Fills header, origin, hash and words; false when it is none. `merged` is zeroed before. */
bool sweep_header_read(const char *text, struct sweep_merged *merged);

/* {"k":12,"slack":[null,2035,...]} */
void sweep_sample_print(uint64_t k, const struct sweep_sample *sample, FILE *out);

struct sweep_lines {
    FILE *file;
    const char *path;
    char *text; /* the line, without its newline */
    size_t capacity;
    long number, end; /* of the line, and where in the file the next begins */
};
void sweep_lines_begin(struct sweep_lines *lines, FILE *file, const char *path);
/* False at the end, and at a last line that was cut. */
bool sweep_lines_next(struct sweep_lines *lines);
/* The line's sample, which must be number `k`. */
bool sweep_lines_sample(const struct sweep_lines *lines, uint64_t k, struct sweep_sample *sample,
                        struct sim_err *err);
void sweep_lines_finish(struct sweep_lines *lines);

#endif
