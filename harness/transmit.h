/* What leaves the board: edges at the line driver, decoded to frames and link pulses, beside
 * the octets that the MCU clocked out for them.
 *
 * The levels are those of the driver's inputs, D while DE is high: what its wires do to the
 * shape is not judged here. All times are simulated ps.
 */
#ifndef HARNESS_TRANSMIT_H
#define HARNESS_TRANSMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board.h"
#include "harness/replay.h"

enum transmit_net { TRANSMIT_D, TRANSMIT_DE, TRANSMIT_Y, TRANSMIT_Z, TRANSMIT_NETS };

/* The unit of kind PART_DRIVER whose outputs lead to the transmit pair. */
struct transmit_driver {
    uint32_t part;
    unsigned unit;
    uint32_t nets[TRANSMIT_NETS]; /* of the netlist; NETLIST_NONE: not connected */
    bool swapped;                 /* Y leads to the pair's - side */
};
/* False with one line in `why` when the board has none. */
bool transmit_find_driver(const struct board *board, struct transmit_driver *driver, char *why,
                          size_t why_size);

/* One stretch of edges, or of SPI clocks. Pointers hold during the call only. */
enum transmit_kind { TRANSMIT_FRAME, TRANSMIT_PULSE, TRANSMIT_DAMAGED };
struct transmit_burst {
    enum transmit_kind kind;
    const uint8_t *octets; /* behind the SFD, with FCS */
    size_t n;
    unsigned preamble_bits, dribble_bits;
    bool sfd;
    sim_time start, end; /* first and last edge */
    sim_time width;      /* of a pulse */
    const char *why;     /* damaged: in words, static */
};

struct transmit_settings {
    bool swapped;
    void *user;
    /* Each may be NULL. Every edge of the driver's nets, in the order of time; levels at time 0
     * come first. */
    void (*on_edge)(void *user, sim_time time, enum transmit_net net, int level);
    void (*on_line)(void *user, const struct transmit_burst *burst); /* at the driver */
    void (*on_sent)(void *user, const struct transmit_burst *burst); /* at the MCU's pins */
};

struct transmit_counts {
    uint64_t sent;             /* frames with a good FCS clocked out by the MCU, */
    uint64_t clocked;          /* and everything it clocked out, good or not */
    uint64_t frames;           /* with an SFD at the driver, */
    uint64_t good_fcs, octets; /* those whose FCS is right, and their octets with it */
    uint64_t damaged;          /* what is neither such a frame nor a link pulse */
    const char *why;           /* of the first damaged one, static; NULL without any */
    sim_time when;             /* it began */
    uint64_t pulses;
    sim_time narrowest, widest; /* of the link pulses; 0 without any */
};

struct transmit;

struct transmit *transmit_create(const struct transmit_settings *settings); /* NULL: no memory */
void transmit_destroy(struct transmit *transmit);                           /* accepts NULL */

void transmit_edge(struct transmit *transmit, sim_time time, enum transmit_net net, int level);
/* The MCU's own pins; clock polarity and phase are found out. */
void transmit_spi(struct transmit *transmit, sim_time time, bool clock, int level);
/* Everything up to `time` was told: what is followed by silence is over. */
void transmit_until(struct transmit *transmit, sim_time time);
/* The end of the run. What is still under way is dropped: the run cut it. */
void transmit_finish(struct transmit *transmit, sim_time end);
struct transmit_counts transmit_counts(const struct transmit *transmit);

/* transmit_dead.c. Why nothing leaves the board although the MCU sends: an input of the driver
 * that is open or that no MCU output leads to; or, from the driver's enable, then its data, back
 * to the first net that never moved although an input of what drives it did. One line, "" when
 * every stage moves. */
void transmit_find_dead(const struct board *board, const struct replay *replay,
                        const struct transmit_driver *driver, char *out, size_t size);

#endif
