/* The link partner: a commodity 10BASE-T port at the far end of the line. It judges what the
 * board sends as real equipment does, and says when it sends itself.
 *
 *   board -> crossings -> receiver (squelch, clock, frame) -> frames, carrier
 *                            |                                   |
 *                            +-> link integrity, polarity        +-> MAC -> what is sent
 *
 * State machines in simulated time only. In: partner_edge() with the crossings of its input
 * thresholds. Out: callbacks, in time order, while partner_edge() or partner_run_until() run.
 *
 * Sources: IEEE 802.3 clause 14 (link integrity, figure 14-6; receiver, 14.3.1.3), clause 4
 * (MAC) and clause 28 (link pulses of auto-negotiation); the profiles' table says which figure
 * is whose, and which is an assumption.
 */
#ifndef MODELS_LINE_PARTNER_H
#define MODELS_LINE_PARTNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/simtime.h"

#define PARTNER_BIT_PS     100000
#define PARTNER_MAX_OCTETS 2048 /* received or sent, with FCS */
#define PARTNER_QUEUE      64   /* frames waiting to be sent */

/* What a port asks for. partner_profile(): tolerant, standard, strict. */
struct partner_limits {
    const char *name;
    /* Input: a signal counts from slice_v on; a closed squelch asks for squelch_v, in
     * alternation, squelch_edges times, each squelch_min..squelch_max after the other. */
    double squelch_v, slice_v;
    unsigned squelch_edges;
    sim_time squelch_min, squelch_max;
    /* Link pulses: width. `clean`: an excursion the other way behind a pulse or a frame spoils
     * it. */
    sim_time pulse_min, pulse_max;
    bool clean;
    /* Figure 14-6; lc_max pulses in a row end a link failure. parallel_wait: how long the link
     * must then stand before auto-negotiation takes it (28.3.2 autoneg_wait_timer). */
    sim_time link_loss, link_test_min, link_test_max, parallel_wait;
    unsigned lc_max;
    /* Polarity: after so many inverted pulses, or frames' ends, in a row the pair counts as
     * swapped; 0: never, an inverted pulse is none and an inverted frame is damaged. */
    unsigned inverted_pulses, inverted_ends;
    /* Clock: share of a phase error taken over at each bit; how far an edge may lie from its
     * place; the mean rate over a frame; alternating bits needed before the SFD. */
    double clock_gain;
    sim_time window;
    double rate_ppm;
    unsigned preamble_bits;
    /* End of a frame: silence that ends it, the least TP_IDL, the least gap before the next. */
    sim_time end_after, tp_idl_min, gap_min;
    unsigned min_octets, max_octets; /* with FCS; a VLAN tag may add four to the most */
};

/* NULL when there is none of that name; by number, NULL past the last. */
const struct partner_limits *partner_profile(const char *name);
const struct partner_limits *partner_profile_at(size_t i);

enum partner_damage {
    PARTNER_GOOD,
    PARTNER_LINK_DOWN, /* came while the link was down: it brings the link up, no more */
    PARTNER_COLLISION,
    PARTNER_PREAMBLE, /* too few bits before the SFD */
    PARTNER_NO_SFD,
    PARTNER_POLARITY, /* an inverted SFD */
    PARTNER_CLOCK,    /* an edge off its place, or missing in mid bit */
    PARTNER_RATE,
    PARTNER_SHORT,
    PARTNER_LONG,
    PARTNER_ALIGNMENT, /* FCS wrong, and no whole number of octets */
    PARTNER_FCS,
    PARTNER_GAP,
    PARTNER_TP_IDL,
};
/* "FCS wrong" */
const char *partner_damage_text(enum partner_damage damage);

struct partner_frame {
    const uint8_t *octets; /* destination address to FCS; during the call */
    size_t n;
    sim_time start, end;       /* first edge; end of the last bit cell */
    unsigned preamble_bits;    /* seen before the SFD's end, by a clock that had locked */
    unsigned dribble;          /* bits behind the last octet, dropped */
    bool fcs_ok, inverted;     /* inverted: by its end, before any correction */
    sim_time tp_idl;           /* high behind the last bit cell, as far as the frame's end */
    double rate_ppm, worst_ps; /* mean rate; the edge furthest from its place */
    enum partner_damage damage;
};

struct partner_counters {
    uint64_t frames, damaged[PARTNER_TP_IDL + 1], dribbles; /* received; damaged[0]: good */
    uint64_t pulses, inverted_pulses, odd_pulses, false_carriers, link_ups, link_downs;
    uint64_t sent, deferred, collisions, late_collisions, excessive, refused, pulses_sent;
};

/* What the partner puts on its transmit pair; times are its own, at its end of the cable. */
enum partner_sent {
    PARTNER_SENDS_FRAME, /* octets, n; `time` is its first preamble bit */
    PARTNER_SENDS_JAM,   /* the frame under way is cut here: octets are those already whole
                          * (0: preamble and SFD only), 32 bits of jam follow */
    PARTNER_SENDS_PULSE,
};

struct partner_output {
    enum partner_sent kind;
    sim_time time;
    const uint8_t *octets; /* with FCS; during the call */
    size_t n;
};

struct partner_settings {
    const struct partner_limits *limits;
    bool full_duplex; /* else CSMA/CD */
    bool autoneg;     /* sends FLP bursts until the link stands, then single pulses */
    bool linked;      /* at time 0 the link stands, with link_loss before it */
    double ppm;       /* of its own bit clock */
    uint64_t seed;
    void *user;
    void (*on_frame)(void *user, const struct partner_frame *frame); /* good and damaged ones */
    void (*on_link)(void *user, bool up, sim_time time);
    void (*on_output)(void *user, const struct partner_output *output);
};

struct partner;

/* Link down at time 0, unless `linked`. NULL when out of memory. */
struct partner *partner_create(const struct partner_settings *settings);
void partner_destroy(struct partner *partner); /* accepts NULL */

/* Levels of the received difference: beyond the squelch, beyond the slicer, between. */
enum { PARTNER_IDLE = 0, PARTNER_SLICE = 1, PARTNER_SQUELCH = 2 }; /* negative: the other way */
int partner_level(const struct partner_limits *limits, double volt);

/* The level changes at `time`, which must not lie before the last. */
void partner_edge(struct partner *partner, sim_time time, int level);
/* Timers up to and with `time`. */
void partner_run_until(struct partner *partner, sim_time time);
/* When something happens without an edge, or SIM_NEVER. */
sim_time partner_next(const struct partner *partner);

/* A frame to send (destination to FCS), from `time` on. False when the queue is full or the
 * size is none. Frames wait while the link is down. */
bool partner_send(struct partner *partner, sim_time time, const uint8_t *octets, size_t n);

size_t partner_waiting(const struct partner *partner); /* frames, with the one being sent */
bool partner_link_is_up(const struct partner *partner);
bool partner_carrier(const struct partner *partner); /* receives */
bool partner_sending(const struct partner *partner);
const struct partner_counters *partner_counters(const struct partner *partner);

#endif
