/* What the partner*.c files share. */
#ifndef MODELS_LINE_PARTNER_INTERNAL_H
#define MODELS_LINE_PARTNER_INTERNAL_H

#include "models/line/partner.h"
#include "models/line/partner_link.h"

/* One stretch of activity on the receive pair, from the first crossing to silence. */
struct receiver {
    int level, sign;          /* now, polarity corrected; the side of the last that was not idle */
    bool active, open, ended; /* something is there; the squelch is open; the carrier is gone */
    sim_time start, crossed, idle_at; /* first crossing; last change of side; since when idle */
    unsigned strong;                  /* alternations that count for the squelch */
    int strong_sign;
    sim_time strong_at;
    /* as a link pulse */
    unsigned excursions;
    bool first_strong;
    int first_sign;
    sim_time first_width; /* 0: not over */
    /* as a frame */
    bool locked, sfd, inverted_sfd, faulty, overflow;
    unsigned late;     /* crossings after a mid bit without one */
    double mid, worst; /* ps from `start`: the last mid bit as the clock has it */
    sim_time first_mid, last_mid;
    uint64_t bits;
    unsigned preamble_bits, n_shift;
    int last_bit;
    uint8_t shift;
    size_t n;
    uint8_t octets[PARTNER_MAX_OCTETS];
};

enum mac_state { MAC_READY, MAC_SENDING, MAC_JAM };

struct mac_frame {
    size_t n;
    sim_time time;
    uint8_t octets[PARTNER_MAX_OCTETS];
};

struct mac {
    enum mac_state state;
    double bit_ps;
    sim_time started, until; /* of what is being sent */
    sim_time gap_from;       /* end of the last activity that counts for the gap */
    sim_time backoff_until;
    unsigned attempts;
    bool was_deferred;
    uint64_t collision_number; /* of the run, for the backoff's random numbers */
    sim_time last_output;      /* link pulses count from here */
    unsigned burst_pulse;      /* next pulse of an FLP burst; 0: none under way */
    size_t head, n_queued;
    struct mac_frame *queue; /* [PARTNER_QUEUE] */
};

struct partner {
    struct partner_settings settings;
    sim_time now;
    struct link_test link;
    bool passing;         /* the link test passes */
    sim_time up_at;       /* since then long enough for auto-negotiation */
    bool up, up_at_start; /* the link; the same when the frame being received began */
    bool swapped;         /* the pair, as detected */
    unsigned inverted_pulses, inverted_ends;
    sim_time last_frame_end;
    bool collided; /* while the frame being received came */
    struct receiver rx;
    struct mac mac;
    struct partner_counters counters;
};

/* --- partner_receive.c */
void receiver_edge(struct partner *partner, sim_time time, int level);
sim_time receiver_next(const struct partner *partner);
void receiver_timeout(struct partner *partner, sim_time time);

/* --- partner.c: what the receiver found */
void partner_carrier_changed(struct partner *partner, sim_time time, bool on);
void partner_pulse(struct partner *partner, sim_time time, int sign);
void partner_frame_end(struct partner *partner, sim_time time, struct partner_frame *frame,
                       bool inverted_end);

/* --- partner_mac.c */
void mac_carrier(struct partner *partner, sim_time time, bool on);
sim_time mac_next(const struct partner *partner);
void mac_timeout(struct partner *partner, sim_time time);

#endif
