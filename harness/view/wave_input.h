/* The octets of a wave file, unpacked when it is packed by gzip: told by its magic, not by its
 * name. In pieces, for files of any size. */
#ifndef HARNESS_VIEW_WAVE_INPUT_H
#define HARNESS_VIEW_WAVE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

struct wave_input {
    const char *path;
    int fd;      /* -1: `memory` */
    void *gzip;  /* of zlib; NULL: plain */
    bool packed; /* by gzip */
    bool ended;  /* no more octets */
    bool cut;    /* the gzip stream ends early */
    const uint8_t *memory;
    size_t memory_n;
    uint64_t size; /* of the file, as it lies on disk */
    uint64_t done; /* octets of it that were read */
};

/* SIM_ERR_INPUT: absent, a directory, not readable. */
bool wave_input_open(struct wave_input *input, const char *path, struct sim_err *err);
/* The same over octets that outlive it; `path` is for messages. */
void wave_input_memory(struct wave_input *input, const char *path, const void *octets, size_t n);
/* Looks at the first octets. False with err: they cannot be read. */
bool wave_input_is_fst(struct wave_input *input, bool *fst, struct sim_err *err);
/* Back to the first octet of a file. */
bool wave_input_rewind(struct wave_input *input, struct sim_err *err);
/* Up to n octets; 0 at the end. -1 with err: cannot be read, or is no sound gzip stream. */
long wave_input_read(struct wave_input *input, uint8_t *to, size_t n, struct sim_err *err);
void wave_input_close(struct wave_input *input); /* accepts zeroed with fd -1 */

#endif
