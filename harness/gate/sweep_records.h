/* The samples of a sweep on disk: a file of JSON lines that is only appended to, so that a
 * killed run goes on where it stopped, and shards from several machines can be joined.
 *
 * The first line says which sweep and which of its samples: board, settings, seed, and a hash
 * over all that decides a sample. Then one line per sample, in order.
 */
#ifndef HARNESS_GATE_SWEEP_RECORDS_H
#define HARNESS_GATE_SWEEP_RECORDS_H

#include <stdio.h>

#include "harness/gate/sweep_internal.h"

/* Where the samples come from. Strings are borrowed. */
struct sweep_origin {
    struct board_request board;
    uint64_t seed, samples;
    unsigned shard, shards; /* from 0 */
};
uint64_t sweep_first(const struct sweep_origin *origin, unsigned shard); /* sample of a shard */

/* A hash over the board's file and .ini, settings, edits, seed, number of samples, every
 * parameter with its limits, and what the first boards do: 32 digits. A sweep runs no firmware,
 * so no image is in it. */
bool sweep_hash(const struct sweep_origin *origin, const struct sweep_plan *plan, char out[33],
                struct sim_err *err);

struct sweep_records {
    FILE *file;
    char path[1024];
    uint64_t next; /* the sample that is written next */
};

/* Opens the file of one shard. When it exists it must be of the same sweep; its samples, all
 * whole lines of it, go to out[0 .. *have - 1], and the rest is cut off. */
bool sweep_records_open(struct sweep_records *records, const char *path,
                        const struct sweep_origin *origin, const char *hash,
                        struct sweep_sample *out, uint64_t *have, struct sim_err *err);
bool sweep_records_append(struct sweep_records *records, const struct sweep_sample *samples,
                          uint64_t n, struct sim_err *err);
bool sweep_records_close(struct sweep_records *records, struct sim_err *err);

/* Shards, joined. */
struct sweep_merged {
    struct sweep_origin origin; /* shard 0 of 1; strings are owned by `header` */
    char hash[33];
    struct sweep_sample *samples; /* [origin.samples] */
    void *header;
    const char **words; /* of origin.board.sets and .edits */
};
/* False with `err` when shards are missing, come twice, are not whole, or are of different
 * sweeps. */
bool sweep_merge(struct sweep_merged *merged, const char *const *paths, size_t n,
                 struct sim_err *err);
void sweep_merged_finish(struct sweep_merged *merged); /* accepts a zeroed one */

#endif
