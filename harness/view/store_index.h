/* Index files: where they lie, and whether they are of a wave file. */
#ifndef HARNESS_VIEW_STORE_INDEX_H
#define HARNESS_VIEW_STORE_INDEX_H

#include "harness/outfile.h"
#include "harness/view/store_internal.h"

#define STORE_INDEX_PLACES 2 /* beside the file; in the cache */
#define STORE_INDEX_PATH   1024

/* What tells the file open at `fd` from another, or from itself when it has changed. */
bool store_index_source(int fd, struct layout_source *source);
bool store_index_same(const struct layout_source *a, const struct layout_source *b);

/* The index of `wave` at place `i`. False: there is no such place. */
bool store_index_path(const char *wave, unsigned i, char out[STORE_INDEX_PATH]);
/* An index of just this file, mapped; NULL: none, or a damaged or old one. */
struct store *store_index_find(const char *wave, const struct layout_source *source);
/* False: place `i` cannot be written. */
bool store_index_create(const char *wave, unsigned i, struct outfile *file);
/* A whole index file, mapped. */
struct store *store_index_map(const char *wave, int fd, struct sim_err *err);

#endif
