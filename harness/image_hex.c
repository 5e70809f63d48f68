/* Intel HEX: ":LLAAAATT[DD...]CC", all in hexadecimal; the octets of a record sum to 0. */
#include "harness/image_read.h"

#include <stdlib.h>
#include <string.h>

#include "harness/hex32.h"

enum { DATA, END, SEGMENT_BASE, SEGMENT_START, LINEAR_BASE, LINEAR_START };

struct hex_reader {
    struct image *image;
    const uint8_t *next, *end;
    long line;
    uint32_t base; /* of records 02 and 04 */
    size_t used;   /* octets of image->octets */
    bool ended;    /* record 01 */
};

static int digit(uint8_t c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_space(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r';
}

bool image_is_hex(const uint8_t *data, size_t size) {
    size_t i = 0;
    while (i < size && (is_space(data[i]) || data[i] == '\n'))
        i++;
    if (size - i < 11 || data[i] != ':')
        return false;
    for (size_t n = 1; n <= 10; n++)
        if (digit(data[i + n]) < 0)
            return false;
    return true;
}

static bool fail(const struct hex_reader *r, const char *what, struct sim_err *err) {
    return sim_err_at(err, SIM_ERR_INPUT, r->image->path, r->line, "%s", what);
}

/* The record's octets without the colon, checksum included; their number in *n. */
static bool read_record(struct hex_reader *r, uint8_t record[260], unsigned *n,
                        struct sim_err *err) {
    unsigned sum = 0;
    *n = 0;
    if (*r->next++ != ':')
        return fail(r, "expected a record that begins with ':'", err);
    while (r->next < r->end && *r->next != '\n' && !is_space(*r->next)) {
        int high = digit(r->next[0]), low = r->end - r->next > 1 ? digit(r->next[1]) : -1;
        if (high < 0 || low < 0)
            return fail(r, "expected pairs of hexadecimal digits", err);
        if (*n == 260)
            return fail(r, "the record is longer than 255 octets", err);
        sum += record[(*n)++] = (uint8_t)(high << 4 | low);
        r->next += 2;
    }
    if (*n < 5 || *n != record[0] + 5u)
        return sim_err_at(err, SIM_ERR_INPUT, r->image->path, r->line,
                          "the record has %u octets; its length says %u", *n,
                          *n ? record[0] + 5u : 5u);
    if (sum & 0xff)
        return sim_err_at(err, SIM_ERR_INPUT, r->image->path, r->line, "checksum %u; expected %u",
                          record[*n - 1], (record[*n - 1] - sum) & 0xff);
    return true;
}

static bool take_data(struct hex_reader *r, const uint8_t *record, struct sim_err *err) {
    struct image *image = r->image;
    uint32_t address = r->base + (record[1] << 8 | record[2]), n = record[0];
    struct image_segment *last = image->n_segments ? &image->segments[image->n_segments - 1] : NULL;
    if ((uint64_t)address + n > UINT64_C(1) << 32)
        return fail(r, "the record passes the end of the address space", err);
    if (n == 0)
        return true;
    uint8_t *to = image->octets + r->used;
    memcpy(to, record + 4, n);
    r->used += n;
    if (last && last->address + last->size == address && last->address <= address) {
        last->size += n;
        last->run_size += n;
        return true;
    }
    const struct image_segment segment = {address, n, to, address, n};
    return image_add(image, &image->segments, &image->n_segments, &segment, err);
}

static bool take_base(struct hex_reader *r, const uint8_t *record, struct sim_err *err) {
    uint32_t value = (uint32_t)record[4] << 8 | record[5];
    if (record[0] != 2)
        return fail(r, "an address record has other than 2 octets", err);
    r->base = record[3] == LINEAR_BASE ? value << 16 : value << 4;
    return true;
}

static bool take_start(struct hex_reader *r, const uint8_t *record, struct sim_err *err) {
    if (record[0] != 4)
        return fail(r, "a start record has other than 4 octets", err);
    if (record[3] == SEGMENT_START)
        return true; /* CS:IP of an 8086: nothing for an ARM */
    r->image->has_entry = true;
    r->image->entry = (uint32_t)record[4] << 24 | (uint32_t)record[5] << 16 |
                      (uint32_t)record[6] << 8 | record[7];
    return true;
}

static bool take_record(struct hex_reader *r, struct sim_err *err) {
    uint8_t record[260];
    unsigned n;
    if (!read_record(r, record, &n, err))
        return false;
    if (r->ended)
        return fail(r, "a record after the end record", err);
    switch (record[3]) {
    case DATA:
        return take_data(r, record, err);
    case END:
        r->ended = true;
        return true;
    case SEGMENT_BASE:
    case LINEAR_BASE:
        return take_base(r, record, err);
    case SEGMENT_START:
    case LINEAR_START:
        return take_start(r, record, err);
    default:
        return sim_err_at(err, SIM_ERR_INPUT, r->image->path, r->line,
                          "record type %u; expected 0 to 5", record[3]);
    }
}

bool image_read_hex(struct image *image, struct sim_err *err) {
    struct hex_reader r = {
        .image = image, .next = image->file, .end = image->file + image->file_size, .line = 1};
    image->octets = malloc(image->file_size / 2 + 1);
    if (!image->octets)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    while (r.next < r.end) {
        if (*r.next == '\n' || is_space(*r.next)) {
            r.line += *r.next == '\n';
            r.next++;
        } else if (!take_record(&r, err)) {
            return false;
        }
    }
    if (!r.ended)
        return fail(&r, "ends without an end record (:00000001FF)", err);
    if (!image->n_segments)
        return fail(&r, "no record holds any octets to load", err);
    return true;
}
