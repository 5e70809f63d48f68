/* Capture files built octet by octet, so that the tests of the reader do not rest on a
 * writer. */
#ifndef TESTS_CAPTURE_BYTES_H
#define TESTS_CAPTURE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "harness/capture.h"

#define BYTES_MAX 40000

struct bytes {
    uint8_t o[BYTES_MAX];
    size_t n;
    bool big; /* octet order of what follows */
};

#define MAGIC_MICRO 0xa1b2c3d4u
#define MAGIC_NANO  0xa1b23c4du
#define ETHERNET    1u

static inline void bytes_16(struct bytes *b, unsigned v) {
    b->o[b->n++] = (uint8_t)(b->big ? v >> 8 : v);
    b->o[b->n++] = (uint8_t)(b->big ? v : v >> 8);
}

static inline void bytes_32(struct bytes *b, uint32_t v) {
    bytes_16(b, b->big ? v >> 16 : v & 0xffff);
    bytes_16(b, b->big ? v & 0xffff : v >> 16);
}

/* Octet i of frame number `frame` in every file made here. */
static inline uint8_t bytes_octet(unsigned frame, size_t i) {
    return (uint8_t)(frame * 31 + i * 7 + i / 256);
}

static inline void bytes_frame(struct bytes *b, unsigned frame, size_t n) {
    for (size_t i = 0; i < n; i++)
        b->o[b->n++] = bytes_octet(frame, i);
}

static inline void bytes_pcap(struct bytes *b, uint32_t magic, uint32_t snap, uint32_t link) {
    bytes_32(b, magic);
    bytes_16(b, 2);
    bytes_16(b, 4);
    bytes_32(b, 0);
    bytes_32(b, 0);
    bytes_32(b, snap);
    bytes_32(b, link);
}

static inline void bytes_record(struct bytes *b, uint32_t s, uint32_t fraction, unsigned frame,
                                uint32_t captured, uint32_t length) {
    bytes_32(b, s);
    bytes_32(b, fraction);
    bytes_32(b, captured);
    bytes_32(b, length);
    bytes_frame(b, frame, captured);
}

static inline void bytes_section(struct bytes *b) {
    bytes_32(b, 0x0a0d0d0au);
    bytes_32(b, 28);
    bytes_32(b, 0x1a2b3c4du);
    bytes_16(b, 1);
    bytes_16(b, 0);
    bytes_32(b, 0xffffffffu);
    bytes_32(b, 0xffffffffu);
    bytes_32(b, 28);
}

/* An interface with up to two one-octet options; code 0: none. */
static inline void bytes_interface(struct bytes *b, unsigned link, unsigned code, unsigned value,
                                   unsigned code2, unsigned value2) {
    uint32_t length = 20 + (code ? 8u : 0) + (code2 ? 8u : 0) + 4;
    unsigned codes[2] = {code, code2}, values[2] = {value, value2};
    bytes_32(b, 1);
    bytes_32(b, length);
    bytes_16(b, link);
    bytes_16(b, 0);
    bytes_32(b, 65535);
    for (int i = 0; i < 2; i++)
        if (codes[i]) {
            bytes_16(b, codes[i]);
            bytes_16(b, 1);
            b->o[b->n++] = (uint8_t)values[i];
            memset(b->o + b->n, 0, 3);
            b->n += 3;
        }
    bytes_32(b, 0); /* end of options */
    bytes_32(b, length);
}

static inline void bytes_packet(struct bytes *b, unsigned interface, uint64_t time, unsigned frame,
                                uint32_t captured, uint32_t length) {
    uint32_t padded = (captured + 3) / 4 * 4, block = 32 + padded;
    bytes_32(b, 6);
    bytes_32(b, block);
    bytes_32(b, interface);
    bytes_32(b, (uint32_t)(time >> 32));
    bytes_32(b, (uint32_t)time);
    bytes_32(b, captured);
    bytes_32(b, length);
    bytes_frame(b, frame, captured);
    memset(b->o + b->n, 0, padded - captured);
    b->n += padded - captured;
    bytes_32(b, block);
}

/* Opens the first n octets. */
static inline struct capture *bytes_open(struct bytes *b, size_t n, struct sim_err *err) {
    return capture_open_stream(fmemopen(b->o, n, "rb"), "made.pcap", err);
}

static inline bool bytes_same(const struct capture_frame *frame, unsigned number, size_t n) {
    if (frame->length != n || !frame->octets)
        return false;
    for (size_t i = 0; i < n; i++)
        if (frame->octets[i] != bytes_octet(number, i))
            return false;
    return true;
}

#endif
