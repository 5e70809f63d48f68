/* Going through a signal's changes from left to right, in strides that may be as long as the
 * file: a picture's columns end at such stops.
 *
 * Several stops are sought together, one thing after the other for all of them: in a file of a
 * gigabyte each lies in memory that is far from the last's, and waiting for it would take most of
 * the time; so all are asked for before the first is looked at. */
#ifndef HARNESS_VIEW_STORE_WALK_H
#define HARNESS_VIEW_STORE_WALK_H

#include "harness/view/store_internal.h"

#define STORE_WALK 64 /* stops at a time */

struct store_stop {
    uint64_t at; /* changes passed */
    /* What holds the last of them, good until the next store_walk_on(); NULL: none was passed. */
    const struct store_block *block;
};

struct store_walk {
    const struct store *store;
    const struct layout_data *data;
    const int64_t *times;
    uint64_t n_blocks;
    uint64_t number, stride; /* the last stop's block, and how far it lay from the one before */
    struct store_stop last;
    uint64_t open; /* the number of last.block */
    int64_t next;  /* when the first change that was not passed is; INT64_MAX: not in that block */
    bool next_known;
    struct store_block kept; /* last.block, from one call to the next */
    struct store_block blocks[STORE_WALK];
};

/* Nothing is passed yet. */
void store_walk_begin(struct store_walk *walk, const struct store *store,
                      const struct layout_data *data);
/* Passes all changes before each of `n` growing times, n <= STORE_WALK, as store_when() gives
 * them. `stops` are n + 1: where the walk stood before, then one for each. */
void store_walk_on(struct store_walk *walk, const int64_t *whens, size_t n,
                   struct store_stop *stops);

#endif
