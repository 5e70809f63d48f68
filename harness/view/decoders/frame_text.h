/* An Ethernet frame in one line: what it carries (the first of it must do where there is little
 * room), "destination > source", length, FCS. */
#ifndef HARNESS_VIEW_DECODERS_FRAME_TEXT_H
#define HARNESS_VIEW_DECODERS_FRAME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the receiver saw of a frame beside its octets. */
struct frame_state {
    const char *trouble; /* "line code broken at octet 5"; NULL: none */
    unsigned odd_bits;   /* after the last whole octet */
    bool inverted;       /* the pair's wires are swapped */
};

/* `octets` is destination address to FCS, n of them. True when nothing is wrong with the frame;
 * else what is stands in front. */
bool frame_text(const uint8_t *octets, size_t n, const struct frame_state *state, char *out,
                size_t size);

#endif
