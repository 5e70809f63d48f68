#include "harness/view/fst_file.h"

#ifdef LINKPULSE_FST
#include <fstapi.h>
#include <limits.h>
#include <lz4.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define HEAD_SIZE 329

struct block {
    int type;
    uint64_t at, n; /* of what is behind type and length */
};

static bool refuse(const struct fst_file *file, uint64_t offset, const char *why,
                   struct sim_err *err) {
    sim_err_at(err, SIM_ERR_INPUT, file->path, 0, "not a sound FST file: %s", why);
    err->offset = (long)offset;
    return false;
}

static bool read_at(const struct fst_file *file, uint64_t at, void *to, size_t n) {
    return fseek(file->stream, (long)at, SEEK_SET) == 0 && fread(to, 1, n, file->stream) == n;
}

static uint64_t big(const uint8_t *from) {
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value = value << 8 | from[i];
    return value;
}

/* --- packed parts --------------------------------------------------------------------------- */

static bool unzip(const uint8_t *from, size_t n, uint8_t *to, size_t want) {
    uLongf got = want;
    return uncompress(to, &got, from, n) == Z_OK && got == want;
}

/* The hierarchy of the first form is a whole gzip stream. */
static bool gunzip(const uint8_t *from, size_t n, uint8_t *to, size_t want) {
    z_stream stream = {.next_out = to, .avail_out = (uInt)want, .avail_in = (uInt)n};
    stream.next_in = (Bytef *)(uintptr_t)from;
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
        return false;
    int code = inflate(&stream, Z_FINISH);
    bool good = (code == Z_STREAM_END || code == Z_BUF_ERROR || code == Z_OK) && !stream.avail_out;
    inflateEnd(&stream);
    return good;
}

static bool unlz4(const uint8_t *from, size_t n, uint8_t *to, size_t want) {
    return LZ4_decompress_safe((const char *)from, (char *)to, (int)n, (int)want) == (int)want;
}

bool fst_file_number(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t octet = *(*at)++;
        *value |= (uint64_t)(octet & 0x7f) << shift;
        if (!(octet & 0x80))
            return true;
    }
    return false;
}

static bool unlz4_twice(const uint8_t *from, size_t n, uint8_t *to, size_t want) {
    const uint8_t *at = from;
    uint64_t middle_n;
    if (!fst_file_number(&at, from + n, &middle_n) || middle_n > FST_FILE_MOST)
        return false;
    uint8_t *middle = malloc(middle_n ? middle_n : 1);
    bool good = middle && unlz4(at, (size_t)(from + n - at), middle, middle_n) &&
                unlz4(middle, middle_n, to, want);
    free(middle);
    return good;
}

/* What block `block` holds from octet `skip` on, unpacked to `want` octets; the caller frees. */
static uint8_t *unpack(const struct fst_file *file, const struct block *block, unsigned skip,
                       uint64_t want) {
    uint64_t n = block->n - skip;
    if (want > FST_FILE_MOST || n > FST_FILE_MOST)
        return NULL;
    uint8_t *packed = malloc(n ? n : 1), *to = malloc(want ? want : 1);
    bool good = packed && to && read_at(file, block->at + skip, packed, n);
    if (good && block->type == FST_BL_GEOM && n == want)
        memcpy(to, packed, n);
    else if (good && block->type == FST_BL_GEOM)
        good = unzip(packed, n, to, want);
    else if (good && block->type == FST_BL_HIER)
        good = gunzip(packed, n, to, want);
    else if (good)
        good = (block->type == FST_BL_HIER_LZ4 ? unlz4 : unlz4_twice)(packed, n, to, want);
    free(packed);
    if (good)
        return to;
    free(to);
    return NULL;
}

/* --- blocks --------------------------------------------------------------------------------- */

static bool take_head(struct fst_file *file, const struct block *block, struct sim_err *err) {
    uint8_t head[HEAD_SIZE - 8];
    if (block->n != sizeof head || !read_at(file, block->at, head, sizeof head))
        return refuse(file, block->at, "its head is not of 329 octets", err);
    file->begin = big(head);
    file->end = big(head + 8);
    file->exponent = head[64] < 128 ? head[64] : head[64] - 256;
    if (file->begin > file->end || file->end >= INT64_MAX)
        return refuse(file, block->at, "it begins after its end", err);
    if (file->exponent < -18 || file->exponent > 2)
        return refuse(file, block->at + 64, "a timescale below 1 as or above 100 s", err);
    return true;
}

static bool take_lengths(struct fst_file *file, const struct block *block, struct sim_err *err) {
    uint8_t head[16];
    if (file->lengths)
        return refuse(file, block->at, "two lists of lengths", err);
    if (block->n < sizeof head || !read_at(file, block->at, head, sizeof head))
        return refuse(file, block->at, "the list of lengths is cut off", err);
    uint64_t want = big(head), n = big(head + 8);
    if (n > want || n > FST_FILE_MOST / 64)
        return refuse(file, block->at, "more signals than lengths", err);
    uint8_t *octets = unpack(file, block, sizeof head, want);
    file->lengths = octets ? calloc(n ? n : 1, sizeof *file->lengths) : NULL;
    bool good = file->lengths != NULL;
    const uint8_t *at = octets;
    for (uint64_t i = 0, length; good && i < n; i++) {
        good = fst_file_number(&at, octets + want, &length) && length <= UINT32_MAX;
        file->lengths[i] = (uint32_t)length;
    }
    free(octets);
    file->n_handles = (uint32_t)n;
    return good || refuse(file, block->at, "the list of lengths is damaged", err);
}

static bool take_hierarchy(struct fst_file *file, const struct block *block, struct sim_err *err) {
    uint8_t head[8];
    if (file->hierarchy)
        return refuse(file, block->at, "two hierarchies", err);
    if (block->n < sizeof head || !read_at(file, block->at, head, sizeof head))
        return refuse(file, block->at, "the hierarchy is cut off", err);
    file->hierarchy_n = big(head);
    file->hierarchy = unpack(file, block, sizeof head, file->hierarchy_n);
    return file->hierarchy || refuse(file, block->at, "the hierarchy is damaged", err);
}

static bool take_block(struct fst_file *file, const struct block *block, struct sim_err *err) {
    switch (block->type) {
    case FST_BL_HDR:
        return block->at == 9 ? take_head(file, block, err)
                              : refuse(file, block->at, "a second head", err);
    case FST_BL_GEOM:
        return take_lengths(file, block, err);
    case FST_BL_HIER:
    case FST_BL_HIER_LZ4:
    case FST_BL_HIER_LZ4DUO:
        return take_hierarchy(file, block, err);
    case FST_BL_VCDATA:
    case FST_BL_VCDATA_DYN_ALIAS:
    case FST_BL_VCDATA_DYN_ALIAS2:
        return block->n >= 24 || refuse(file, block->at, "a block of values is too short", err);
    case FST_BL_BLACKOUT:
    case FST_BL_SKIP:
        return true;
    default:
        return refuse(file, block->at, "a block of an unknown type", err);
    }
}

static bool take_blocks(struct fst_file *file, struct sim_err *err) {
    uint64_t at = 0;
    while (at < file->size) {
        uint8_t head[9];
        if (file->size - at < sizeof head || !read_at(file, at, head, sizeof head))
            return refuse(file, at, "it is cut off in the head of a block", err);
        uint64_t length = big(head + 1);
        if (length < 8 || length > file->size - at - 1)
            return refuse(file, at, "a block does not end within the file; is it cut off?", err);
        struct block block = {.type = head[0], .at = at + sizeof head, .n = length - 8};
        if (!at && block.type != FST_BL_HDR)
            return refuse(file, at, "it does not begin with a head", err);
        if (!take_block(file, &block, err))
            return false;
        at += 1 + length;
    }
    return true;
}

bool fst_file_open(struct fst_file *file, FILE *stream, const char *path, struct sim_err *err) {
    *file = (struct fst_file){.stream = stream, .path = path};
    long size = fseek(stream, 0, SEEK_END) == 0 ? ftell(stream) : -1;
    if (size < 0)
        return refuse(file, 0, "its size is unknown", err);
    file->size = (uint64_t)size;
    if (!take_blocks(file, err))
        return false;
    return (file->lengths && file->hierarchy) ||
           refuse(file, file->size, "no hierarchy; it was not closed, or is cut off", err);
}

void fst_file_finish(struct fst_file *file) {
    free(file->lengths);
    free(file->hierarchy);
}

#endif
