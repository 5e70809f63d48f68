/* The partner's transmit side: deferral, collisions, backoff (IEEE 802.3 4.2.3.2 and 4.4.2),
 * link pulses (14.2.1.1) and FLP bursts (28.2.1.1). All in bits of its own clock. */
#include <string.h>

#include "models/line/partner_internal.h"
#include "sim/rng.h"

#define GAP_BITS       96
#define GAP_LISTEN     64 /* the first two thirds: a carrier in them starts the gap again */
#define HEADER_BITS    64 /* preamble and SFD, sent whole even when a collision comes */
#define JAM_BITS       32
#define SLOT_BITS      512
#define ATTEMPT_LIMIT  16
#define BACKOFF_LIMIT  10
#define PULSE_PERIOD   (16 * SIM_MS) /* +-8 ms */
#define FLP_PERIOD     (16 * SIM_MS)
#define FLP_STEP       (62500 * SIM_NS)
#define FLP_POSITIONS  33     /* 17 clock pulses, and data in between */
#define FLP_WORD       0x0061 /* 802.3, 10BASE-T half and full duplex; bit 0 first (28.2.1.2) */
#define BACKOFF_STREAM "partner.backoff"

static sim_time bits(const struct mac *mac, uint64_t n) {
    return (sim_time)((double)n * mac->bit_ps + 0.5);
}

static bool half_duplex(const struct partner *p) {
    return !p->settings.full_duplex;
}

static bool listening(const struct partner *p) {
    return half_duplex(p) && p->rx.open && p->rx.active && !p->rx.ended;
}

/* When the frame at the queue's head may start, if nothing happens before. */
static sim_time start_time(const struct partner *p) {
    const struct mac *mac = &p->mac;
    if (mac->state != MAC_READY || mac->n_queued == 0 || !p->up || mac->burst_pulse)
        return SIM_NEVER;
    sim_time start = mac->gap_from + bits(mac, GAP_BITS);
    sim_time queued = mac->queue[mac->head].time;
    start = start > queued ? start : queued;
    return start > mac->backoff_until ? start : mac->backoff_until;
}

/* True when a carrier that is there now does not hold the sender back: it came in the last
 * third of the gap that the sender waits for. */
static bool past_listening(const struct partner *p) {
    const struct mac *mac = &p->mac;
    sim_time gap_end = mac->gap_from + bits(mac, GAP_BITS);
    return start_time(p) == gap_end && p->rx.start >= mac->gap_from + bits(mac, GAP_LISTEN);
}

static sim_time pulse_time(const struct partner *p) {
    const struct mac *mac = &p->mac;
    if (mac->state != MAC_READY)
        return SIM_NEVER;
    if (mac->burst_pulse)
        return mac->last_output + FLP_STEP;
    return mac->last_output + PULSE_PERIOD;
}

sim_time mac_next(const struct partner *p) {
    if (p->mac.state != MAC_READY)
        return p->mac.until;
    sim_time start = start_time(p), pulse = pulse_time(p);
    if (listening(p) && !past_listening(p))
        start = SIM_NEVER;
    return start < pulse ? start : pulse;
}

static void put(struct partner *p, enum partner_sent kind, sim_time time, const uint8_t *octets,
                size_t n) {
    if (p->settings.on_output)
        p->settings.on_output(p->settings.user, &(struct partner_output){kind, time, octets, n});
}

static void start_frame(struct partner *p, sim_time time) {
    struct mac *mac = &p->mac;
    const struct mac_frame *frame = &mac->queue[mac->head];
    mac->state = MAC_SENDING;
    mac->started = time;
    mac->until = time + bits(mac, HEADER_BITS + 8 * (uint64_t)frame->n);
    mac->was_deferred = false;
    put(p, PARTNER_SENDS_FRAME, time, frame->octets, frame->n);
    if (listening(p))
        mac_carrier(p, time, true);
}

static void next_frame(struct mac *mac) {
    mac->head = (mac->head + 1) % PARTNER_QUEUE;
    mac->n_queued--;
    mac->attempts = 0;
    mac->backoff_until = 0;
}

/* Slots to wait: uniform in 0 .. 2^k - 1, k the attempts made, 10 at most (4.2.3.2.5). */
static uint64_t backoff_slots(struct partner *p) {
    struct mac *mac = &p->mac;
    unsigned k = mac->attempts < BACKOFF_LIMIT ? mac->attempts : BACKOFF_LIMIT;
    uint64_t number = mac->collision_number++;
    return rng_u64(p->settings.seed, rng_stream(BACKOFF_STREAM), number) >> 7 &
           ((UINT64_C(1) << k) - 1);
}

static void end_jam(struct partner *p, sim_time time) {
    struct mac *mac = &p->mac;
    mac->state = MAC_READY;
    mac->gap_from = mac->last_output = time;
    if (mac->attempts < ATTEMPT_LIMIT) {
        mac->backoff_until = time + bits(mac, SLOT_BITS * backoff_slots(p));
        return;
    }
    p->counters.excessive++;
    next_frame(mac);
}

static void end_frame(struct partner *p, sim_time time) {
    struct mac *mac = &p->mac;
    mac->state = MAC_READY;
    mac->gap_from = mac->last_output = time;
    p->counters.sent++;
    next_frame(mac);
}

/* Which positions of a burst hold a pulse: the clock's, and those of data bits that are 1. */
static bool in_burst(unsigned position) {
    return position % 2 == 0 || (FLP_WORD >> position / 2 & 1);
}

static void send_pulse(struct partner *p, sim_time time) {
    struct mac *mac = &p->mac;
    bool burst = p->settings.autoneg && !p->up;
    if (mac->burst_pulse == 0 || in_burst(mac->burst_pulse)) {
        p->counters.pulses_sent++;
        put(p, PARTNER_SENDS_PULSE, time, NULL, 0);
    }
    mac->last_output = time;
    mac->burst_pulse = burst || mac->burst_pulse ? mac->burst_pulse + 1 : 0;
    if (mac->burst_pulse == FLP_POSITIONS)
        mac->burst_pulse = 0;
}

void mac_timeout(struct partner *p, sim_time time) {
    switch (p->mac.state) {
    case MAC_SENDING:
        end_frame(p, time);
        return;
    case MAC_JAM:
        end_jam(p, time);
        return;
    case MAC_READY:
        if (start_time(p) <= time && (!listening(p) || past_listening(p)))
            start_frame(p, time);
        else if (pulse_time(p) <= time)
            send_pulse(p, time);
        return;
    }
}

/* A collision: the header is finished first, later the octet under way (the standard asks for
 * the bit only), then comes the jam. */
static void collide(struct partner *p, sim_time time) {
    struct mac *mac = &p->mac;
    uint64_t sent = (uint64_t)((double)(time - mac->started) / mac->bit_ps) + 1;
    sent = sent < HEADER_BITS ? HEADER_BITS : sent;
    p->counters.collisions++;
    p->collided = true;
    if (sent > SLOT_BITS)
        p->counters.late_collisions++;
    mac->attempts++;
    const struct mac_frame *frame = &mac->queue[mac->head];
    size_t whole = (size_t)((sent - HEADER_BITS + 7) / 8);
    whole = whole < frame->n ? whole : frame->n;
    sim_time jam = mac->started + bits(mac, HEADER_BITS + 8 * (uint64_t)whole);
    mac->state = MAC_JAM;
    mac->until = jam + bits(mac, JAM_BITS);
    put(p, PARTNER_SENDS_JAM, jam, frame->octets, whole);
}

/* Each frame counts once. */
static void note_deferral(struct partner *p) {
    struct mac *mac = &p->mac;
    if (mac->n_queued == 0 || mac->state != MAC_READY || mac->was_deferred)
        return;
    mac->was_deferred = true;
    p->counters.deferred++;
}

void mac_carrier(struct partner *p, sim_time time, bool on) {
    struct mac *mac = &p->mac;
    if (!half_duplex(p))
        return;
    if (on && mac->state == MAC_SENDING)
        collide(p, time);
    else if (on)
        p->collided |= mac->state == MAC_JAM;
    if (!on && mac->state == MAC_READY)
        mac->gap_from = time;
    if (on)
        note_deferral(p);
}

bool partner_send(struct partner *p, sim_time time, const uint8_t *octets, size_t n) {
    struct mac *mac = &p->mac;
    if (n == 0 || n > PARTNER_MAX_OCTETS || mac->n_queued == PARTNER_QUEUE) {
        p->counters.refused++;
        return false;
    }
    struct mac_frame *frame = &mac->queue[(mac->head + mac->n_queued++) % PARTNER_QUEUE];
    memcpy(frame->octets, octets, n);
    frame->n = n;
    frame->time = time;
    if (listening(p))
        note_deferral(p);
    return true;
}
