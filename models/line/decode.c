#include "models/line/decode.h"

/* A mid-bit edge comes 0.75 to 1.25 bits after the one before it: half way to the nearest
 * boundary edge on either side, so +-25 ns of jitter are told apart. */
#define MID_EARLIEST 0.75
#define MID_LATEST   1.25

struct decoder {
    struct line_decoded *out;
    sim_time earliest, latest; /* of a mid-bit edge after its predecessor */
    struct line_edge previous; /* before the lock: the last edge */
    bool any, locked, done;
    int last_bit;
    uint8_t shift;
    unsigned n_shift;
};

static void take_data_bit(struct decoder *d, unsigned bit) {
    d->shift = (uint8_t)(d->shift >> 1 | bit << 7);
    if (++d->n_shift < 8)
        return;
    d->n_shift = 0;
    if (d->out->n < d->out->capacity)
        d->out->octets[d->out->n++] = d->shift;
    else
        d->out->overflow = true;
}

static void take_bit(struct decoder *d, struct line_edge edge) {
    struct line_decoded *out = d->out;
    out->last_bit = edge.time;
    if (out->sfd) {
        take_data_bit(d, edge.level);
        return;
    }
    out->preamble_bits++;
    if (edge.level == d->last_bit && !out->inverted) {
        out->sfd = edge.level == 1;
        out->inverted = edge.level == 0;
        out->sfd_time = out->sfd ? edge.time : SIM_NEVER;
    }
    d->last_bit = edge.level;
}

static bool is_mid(const struct decoder *d, sim_time since) {
    return since >= d->earliest && since <= d->latest;
}

/* False when the edge belongs to a later transmission. */
static bool take_edge(struct decoder *d, struct line_edge edge) {
    sim_time since = edge.time - (d->locked ? d->out->last_bit : d->previous.time);
    if (d->any && edge.level != LINE_IDLE && since > d->latest)
        return false;
    d->done = d->any && edge.level == LINE_IDLE;
    if (!d->any)
        d->out->first_edge = edge.time;
    if (d->any && !d->done && is_mid(d, since)) {
        if (!d->locked)
            take_bit(d, d->previous);
        d->locked = true;
        take_bit(d, edge);
    }
    d->previous = edge;
    d->any = true;
    return true;
}

size_t line_decode(const struct line_edge *edges, size_t n, double bit_ps,
                   struct line_decoded *decoded) {
    *decoded = (struct line_decoded){.octets = decoded->octets,
                                     .capacity = decoded->capacity,
                                     .first_edge = SIM_NEVER,
                                     .sfd_time = SIM_NEVER,
                                     .last_bit = SIM_NEVER};
    struct decoder d = {.out = decoded,
                        .earliest = (sim_time)(MID_EARLIEST * bit_ps),
                        .latest = (sim_time)(MID_LATEST * bit_ps),
                        .last_bit = -1};
    size_t used = 0;
    while (used < n && !d.done && take_edge(&d, edges[used]))
        used++;
    decoded->dribble_bits = d.n_shift;
    decoded->fcs_ok = line_fcs_ok(decoded->octets, decoded->n);
    return used;
}

bool line_fcs_ok(const uint8_t *octets, size_t n) {
    if (n < 4)
        return false;
    const uint8_t *p = octets + n - 4;
    uint32_t sent =
        (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    return line_fcs(octets, n - 4) == sent;
}
