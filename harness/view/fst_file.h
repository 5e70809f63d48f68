/* The parts of an FST that are read here and not left to fstapi, which trusts its input: the
 * blocks, the head, the lengths of the signals and their hierarchy. Layout as fstapi.c writes
 * it; numbers of 64 bits are big-endian, the others of variable length. */
#ifndef HARNESS_VIEW_FST_FILE_H
#define HARNESS_VIEW_FST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/err.h"

#define FST_FILE_MOST ((uint64_t)256 << 20) /* octets of the hierarchy or the lengths, unpacked */

#define FST_FILE_REAL   0 /* lengths of signals that have none */
#define FST_FILE_STRING UINT32_MAX

struct fst_file {
    FILE *stream; /* of the caller */
    const char *path;
    uint64_t size;
    uint64_t begin, end; /* ticks */
    int exponent;
    uint32_t n_handles;
    uint32_t *lengths; /* [n_handles]: bits of each, or one of the above */
    uint8_t *hierarchy;
    size_t hierarchy_n;
};

/* Checks the blocks and takes the parts. False with err: offset, what was found. */
bool fst_file_open(struct fst_file *file, FILE *stream, const char *path, struct sim_err *err);
void fst_file_finish(struct fst_file *file); /* accepts zeroed */

/* A number of variable length: 7 bits an octet, the lowest first; *at moves behind. False: it does
 * not end before `end`, or within 10 octets. */
bool fst_file_number(const uint8_t **at, const uint8_t *end, uint64_t *value);

#endif
