/* An ideal Manchester decoder: edges back to octets, the inverse of the line source.
 *
 * It locks to the first two edges a whole bit apart (only two mid-bit edges can be), then
 * tells mid-bit edges from boundary edges by their distance from the last mid-bit edge.
 */
#ifndef MODELS_LINE_DECODE_H
#define MODELS_LINE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/line/source.h"

struct line_decoded {
    uint8_t *octets; /* the caller's buffer, for what follows the SFD */
    size_t capacity;
    size_t n;               /* whole octets after the SFD */
    unsigned dribble_bits;  /* bits after them, 0..7 */
    unsigned preamble_bits; /* bits seen up to and with the SFD */
    bool sfd;               /* found: the first "11" after alternating bits */
    bool inverted;          /* "00" came instead: a swapped pair */
    bool fcs_ok;            /* n >= 4 and the last four octets are the FCS of the others */
    bool overflow;          /* more octets than `capacity`; n stops there */
    sim_time first_edge;    /* SIM_NEVER when there was no edge */
    sim_time sfd_time;      /* mid-bit edge of the SFD's last bit; SIM_NEVER without SFD */
    sim_time last_bit;      /* mid-bit edge of the last bit; SIM_NEVER without bits */
};

/* Decode one transmission from the front of `edges` (ascending, an edge to LINE_IDLE or a
 * gap of over 1.5 bits ends it), with bits of bit_ps. Returns the number of edges used
 * up, so that a caller can go on behind them; 0 only when n is 0. */
size_t line_decode(const struct line_edge *edges, size_t n, double bit_ps,
                   struct line_decoded *decoded);

/* True when the last four of n octets are the FCS of those before them. */
bool line_fcs_ok(const uint8_t *octets, size_t n);

#endif
