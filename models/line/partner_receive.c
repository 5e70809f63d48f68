/* The partner's receiver: squelch, clock recovery, octets; link pulses told from frames.
 *
 * A crossing from one side to the other is an edge. The clock locks to the first two edges a
 * bit apart (in a preamble only mid bits are), then takes edges near the next mid bit as data
 * and others as bit boundaries. No edge near a mid bit is the end of the data. */
#include "models/line/decode.h"
#include "models/line/partner_internal.h"

#define BIT       ((double)PARTNER_BIT_PS)
#define LOCK_FROM (PARTNER_BIT_PS * 3 / 4)
#define LOCK_TO   (PARTNER_BIT_PS * 5 / 4)
#define END_HELD  (PARTNER_BIT_PS * 3 / 2) /* a level held so long is TP_IDL, not data */

static const struct partner_limits *limits_of(const struct partner *p) {
    return p->settings.limits;
}

static void begin_activity(struct receiver *rx, sim_time time) {
    rx->active = true;
    rx->open = rx->ended = rx->first_strong = false;
    rx->locked = rx->sfd = rx->inverted_sfd = rx->faulty = rx->overflow = false;
    rx->start = rx->crossed = time;
    rx->strong = rx->excursions = rx->late = 0;
    rx->strong_sign = rx->sign = rx->first_sign = 0;
    rx->first_width = 0;
    rx->mid = rx->worst = 0;
    rx->bits = rx->preamble_bits = rx->n_shift = 0;
    rx->n = 0;
    rx->last_bit = -1;
}

/* --- squelch */

static void squelch(struct partner *p, sim_time time, int sign) {
    const struct partner_limits *l = limits_of(p);
    struct receiver *rx = &p->rx;
    if (sign == rx->strong_sign)
        return;
    sim_time since = time - rx->strong_at;
    bool in_step = rx->strong > 0 && since >= l->squelch_min && since <= l->squelch_max;
    rx->strong = in_step ? rx->strong + 1 : 1;
    rx->strong_sign = sign;
    rx->strong_at = time;
    if (rx->open || rx->strong < l->squelch_edges)
        return;
    rx->open = true;
    partner_carrier_changed(p, time, true);
}

/* --- data */

static void take_data_bit(struct receiver *rx, unsigned bit) {
    rx->shift = (uint8_t)(rx->shift >> 1 | bit << 7);
    if (++rx->n_shift < 8)
        return;
    rx->n_shift = 0;
    if (rx->n < PARTNER_MAX_OCTETS)
        rx->octets[rx->n++] = rx->shift;
    else
        rx->overflow = true;
}

static void take_bit(struct receiver *rx, sim_time time, int bit) {
    if (rx->bits++ == 0)
        rx->first_mid = time;
    rx->last_mid = time;
    if (rx->sfd) {
        take_data_bit(rx, (unsigned)bit);
        return;
    }
    rx->preamble_bits++;
    rx->sfd = bit == rx->last_bit && bit == 1 && !rx->inverted_sfd;
    rx->inverted_sfd |= bit == rx->last_bit && bit == 0 && !rx->sfd;
    rx->last_bit = bit;
}

static void note_error(struct receiver *rx, double error) {
    double size = error < 0 ? -error : error;
    rx->worst = size > rx->worst ? size : rx->worst;
}

/* The first edges are averaged, later ones pull by the loop's share. */
static void pull(struct receiver *rx, double gain, double expected, double error) {
    double first = 1.0 / (double)(rx->bits + 1);
    rx->mid = expected + (gain > first ? gain : first) * error;
}

static void lock(struct receiver *rx, sim_time time, int sign) {
    sim_time since = time - rx->crossed;
    if (since < LOCK_FROM || since > LOCK_TO)
        return;
    rx->locked = true;
    take_bit(rx, rx->crossed, sign < 0);
    take_bit(rx, time, sign > 0);
    rx->mid = (double)(time - rx->start) - (double)(since - PARTNER_BIT_PS) / 2;
}

static void data_edge(struct partner *p, sim_time time, int sign) {
    const struct partner_limits *l = limits_of(p);
    struct receiver *rx = &p->rx;
    double window = (double)l->window, at = (double)(time - rx->start);
    double error = at - (rx->mid + BIT), boundary = at - (rx->mid + BIT / 2);
    if (rx->late > 0 || error > window) {
        rx->faulty |= ++rx->late > 1 || l->clean;
    } else if (error >= -window) {
        note_error(rx, error);
        take_bit(rx, time, sign > 0);
        pull(rx, l->clock_gain, rx->mid + BIT, error);
    } else {
        note_error(rx, boundary);
        rx->faulty |= boundary > window || boundary < -window;
    }
}

/* --- activity as a whole */

static void first_excursion(struct receiver *rx, sim_time time, int sign) {
    if (rx->excursions == 1 && sign != rx->first_sign && rx->first_width == 0)
        rx->first_width = time - rx->start;
}

static void change_side(struct partner *p, sim_time time, int sign) {
    struct receiver *rx = &p->rx;
    if (rx->excursions++ == 0)
        rx->first_sign = sign;
    if (rx->open && !rx->locked)
        lock(rx, time, sign);
    else if (rx->open)
        data_edge(p, time, sign);
    rx->sign = sign;
    rx->crossed = time;
}

static int sign_of(int level) {
    return (level > 0) - (level < 0);
}

static void judge(struct partner *p, sim_time time);

void receiver_edge(struct partner *p, sim_time time, int level) {
    struct receiver *rx = &p->rx;
    level = p->swapped ? -level : level;
    int sign = sign_of(level);
    if (rx->ended && sign != 0 && (sign != rx->sign || rx->level == 0))
        judge(p, time); /* the next activity begins */
    if (!rx->active && sign != 0)
        begin_activity(rx, time);
    if (!rx->active)
        return;
    first_excursion(rx, time, sign);
    if (sign == 0 && rx->level != 0)
        rx->idle_at = time;
    rx->level = level;
    if (sign != 0 && sign != rx->sign)
        change_side(p, time, sign);
    if (level == PARTNER_SQUELCH || level == -PARTNER_SQUELCH) {
        rx->first_strong |= rx->excursions == 1;
        squelch(p, time, sign);
    }
}

/* When the last bit cell ends. */
static sim_time cells_end(const struct receiver *rx) {
    return rx->locked ? rx->last_mid + PARTNER_BIT_PS / 2 : rx->crossed;
}

sim_time receiver_next(const struct partner *p) {
    const struct receiver *rx = &p->rx;
    const struct partner_limits *l = limits_of(p);
    if (!rx->active)
        return SIM_NEVER;
    sim_time silent = rx->crossed + l->end_after;
    if (rx->ended) {
        sim_time known = cells_end(rx) + l->tp_idl_min;
        return known > silent ? known : silent;
    }
    if (!rx->open && rx->level != 0)
        return SIM_NEVER; /* how long it is shows when it ends */
    return rx->open || rx->idle_at < silent ? silent : rx->idle_at;
}

/* --- verdicts */

static double rate_ppm(const struct receiver *rx) {
    double nominal = (double)(rx->bits - 1) * BIT;
    return rx->bits > 1 ? (nominal / (double)(rx->last_mid - rx->first_mid) - 1) * 1e6 : 0;
}

/* Both ends of the measurement may be off by the worst edge. */
static bool rate_is_off(const struct receiver *rx, double limit_ppm) {
    double nominal = (double)(rx->bits - 1) * BIT;
    double off = (double)(rx->last_mid - rx->first_mid) - nominal;
    return rx->bits > 1 && (off < 0 ? -off : off) > nominal * limit_ppm * 1e-6 + 2 * rx->worst;
}

static bool is_tagged(const struct receiver *rx) {
    return rx->n > 14 && rx->octets[12] == 0x81 && rx->octets[13] == 0x00;
}

static enum partner_damage damage_of(const struct partner *p, const struct partner_frame *f) {
    const struct receiver *rx = &p->rx;
    const struct partner_limits *l = limits_of(p);
    if (rx->inverted_sfd)
        return PARTNER_POLARITY;
    if (rx->faulty)
        return PARTNER_CLOCK;
    if (!rx->sfd)
        return PARTNER_NO_SFD;
    if (rx->preamble_bits < l->preamble_bits)
        return PARTNER_PREAMBLE;
    if (rate_is_off(rx, l->rate_ppm))
        return PARTNER_RATE;
    if (rx->overflow || rx->n > l->max_octets + (is_tagged(rx) ? 4 : 0))
        return PARTNER_LONG;
    if (rx->n < l->min_octets)
        return PARTNER_SHORT;
    if (!f->fcs_ok)
        return rx->n_shift ? PARTNER_ALIGNMENT : PARTNER_FCS;
    if (p->last_frame_end != 0 && rx->start - p->last_frame_end < l->gap_min)
        return PARTNER_GAP;
    return f->tp_idl < l->tp_idl_min ? PARTNER_TP_IDL : PARTNER_GOOD;
}

static void judge(struct partner *p, sim_time time) {
    struct receiver *rx = &p->rx;
    sim_time high = rx->level != 0 ? time : rx->idle_at;
    bool inverted_end = rx->sign < 0 && high - rx->crossed >= END_HELD;
    struct partner_frame frame = {
        .octets = rx->octets,
        .n = rx->n,
        .start = rx->start,
        .end = cells_end(rx),
        .preamble_bits = rx->preamble_bits,
        .dribble = rx->n_shift,
        .fcs_ok = line_fcs_ok(rx->octets, rx->n),
        .inverted = inverted_end,
        .tp_idl = rx->sign > 0 && high > cells_end(rx) ? high - cells_end(rx) : 0,
        .rate_ppm = rate_ppm(rx),
        .worst_ps = rx->worst,
    };
    frame.damage = damage_of(p, &frame);
    rx->active = rx->ended = false;
    partner_frame_end(p, time, &frame, inverted_end);
}

/* Something that did not open the squelch is over. */
static void judge_pulse(struct partner *p, sim_time time) {
    const struct partner_limits *l = limits_of(p);
    struct receiver *rx = &p->rx;
    bool width = rx->first_width >= l->pulse_min && rx->first_width <= l->pulse_max;
    rx->active = false;
    if (width && rx->first_strong && (rx->excursions == 1 || !l->clean))
        partner_pulse(p, time, rx->first_sign);
    else
        p->counters.odd_pulses++;
}

void receiver_timeout(struct partner *p, sim_time time) {
    struct receiver *rx = &p->rx;
    if (!rx->open) {
        judge_pulse(p, time);
        return;
    }
    if (rx->ended) {
        judge(p, time);
        return;
    }
    rx->ended = true;
    partner_carrier_changed(p, time, false);
}
