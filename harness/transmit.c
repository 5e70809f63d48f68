#include "harness/transmit.h"

#include <stdlib.h>

#include "models/line/decode.h"

#define BIT       (100 * SIM_NS)
#define QUIET     (4 * BIT) /* ends a burst: longer than TP_IDL's least, far shorter than any gap */
#define SPI_QUIET (2 * SIM_US) /* octets without DMA come with pauses; frames 9.6 us apart */

/* A link pulse is one stretch of high; around it, a few ns in which data and enable race.
 * Whether its shape is right is for others to say. */
#define PULSE_LEAST (20 * SIM_NS)
#define PULSE_MOST  (300 * SIM_NS)

#define MAX_OCTETS (LINE_MAX_FRAME + 64)
#define MAX_EDGES  (MAX_OCTETS * 8 * 2)

/* The MCU's bits since the clock began. */
struct spi_bits {
    uint8_t octets[MAX_OCTETS];
    size_t n;
    uint32_t shift;
    unsigned n_shift, preamble_bits;
    bool sfd, dead_start, any; /* dead_start: "00" came before "11" */
    uint8_t last;
    int lead; /* level of the clock's first edge; the other one samples */
    int mosi, sck;
    sim_time start, end;
};

struct transmit {
    struct transmit_settings settings;
    int levels[TRANSMIT_NETS];
    int line; /* 0, 1 or LINE_IDLE */
    struct line_edge *edges;
    size_t n;
    bool overflow;
    uint8_t octets[MAX_OCTETS];
    struct spi_bits spi;
    struct transmit_counts counts;
};

struct transmit *transmit_create(const struct transmit_settings *settings) {
    struct transmit *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->settings = *settings;
    t->line = LINE_IDLE;
    t->edges = malloc(MAX_EDGES * sizeof *t->edges);
    if (t->edges)
        return t;
    free(t);
    return NULL;
}

void transmit_destroy(struct transmit *t) {
    if (!t)
        return;
    free(t->edges);
    free(t);
}

/* --- at the driver ------------------------------------------------------------------ */

/* The one stretch of high in a burst; 0 when there is none, or more than one. */
static sim_time high_width(const struct transmit *t) {
    sim_time width = 0;
    for (size_t i = 0; i + 1 < t->n; i++) {
        if (t->edges[i].level != 1)
            continue;
        if (width)
            return 0;
        width = t->edges[i + 1].time - t->edges[i].time;
    }
    return t->edges[t->n - 1].level == 1 ? 0 : width;
}

static bool is_pulse(const struct transmit *t, sim_time width) {
    sim_time length = t->edges[t->n - 1].time - t->edges[0].time;
    return width >= PULSE_LEAST && width <= PULSE_MOST && length - width < PULSE_LEAST;
}

static void take_pulse(struct transmit *t, struct transmit_burst *burst, sim_time width) {
    struct transmit_counts *c = &t->counts;
    burst->kind = TRANSMIT_PULSE;
    burst->width = width;
    c->narrowest = !c->pulses || width < c->narrowest ? width : c->narrowest;
    c->widest = width > c->widest ? width : c->widest;
    c->pulses++;
}

static const char *wrong_with(const struct transmit *t, const struct line_decoded *d) {
    if (t->overflow)
        return "longer than any frame";
    if (d->inverted)
        return "the levels are inverted";
    if (!d->sfd)
        return "no start of frame delimiter";
    return d->fcs_ok ? NULL : "the FCS is wrong";
}

static void take_frame(struct transmit *t, struct transmit_burst *burst) {
    struct line_decoded d = {.octets = t->octets, .capacity = MAX_OCTETS};
    line_decode(t->edges, t->n, (double)BIT, &d);
    burst->octets = d.octets;
    burst->n = d.n;
    burst->sfd = d.sfd;
    burst->preamble_bits = d.preamble_bits;
    burst->dribble_bits = d.dribble_bits;
    burst->why = wrong_with(t, &d);
    burst->kind = burst->why ? TRANSMIT_DAMAGED : TRANSMIT_FRAME;
    t->counts.frames += d.sfd;
    if (burst->why && t->counts.damaged++ == 0) {
        t->counts.why = burst->why;
        t->counts.when = burst->start;
    }
    t->counts.good_fcs += !burst->why;
    t->counts.octets += burst->why ? 0 : d.n;
}

/* Silence follows: what was it? A driver that is never disabled changes its resting level
 * now and then: one edge is no signal. */
static void end_burst(struct transmit *t) {
    if (t->n == 0)
        return;
    struct transmit_burst burst = {.start = t->edges[0].time, .end = t->edges[t->n - 1].time};
    sim_time width = high_width(t);
    if (is_pulse(t, width))
        take_pulse(t, &burst, width);
    else if (t->n > 1)
        take_frame(t, &burst);
    if (t->n > 1 && t->settings.on_line)
        t->settings.on_line(t->settings.user, &burst);
    t->n = 0;
    t->overflow = false;
}

static int line_level(const struct transmit *t) {
    if (!t->levels[TRANSMIT_DE])
        return LINE_IDLE;
    return t->levels[TRANSMIT_D] != t->settings.swapped;
}

/* Inputs that change together make one edge; what lasted no time was not there. */
static void line_edge(struct transmit *t, sim_time time, int level) {
    if (t->n && time - t->edges[t->n - 1].time > QUIET)
        end_burst(t);
    if (t->n && t->edges[t->n - 1].time == time)
        t->n--;
    if (t->n == MAX_EDGES) {
        t->overflow = true;
        t->n--;
    }
    t->edges[t->n++] = (struct line_edge){.time = time, .level = (uint8_t)level};
}

void transmit_edge(struct transmit *t, sim_time time, enum transmit_net net, int level) {
    t->levels[net] = level;
    if (t->settings.on_edge)
        t->settings.on_edge(t->settings.user, time, net, level);
    int now = line_level(t);
    if (now == t->line)
        return;
    t->line = now;
    if (time > 0) /* before, the levels at rest */
        line_edge(t, time, now);
}

/* --- at the MCU's pins --------------------------------------------------------------- */

static void spi_end(struct transmit *t) {
    struct spi_bits *s = &t->spi;
    if (!s->any)
        return;
    struct transmit_burst burst = {.octets = s->octets,
                                   .n = s->n,
                                   .preamble_bits = s->preamble_bits,
                                   .dribble_bits = s->n_shift,
                                   .sfd = s->sfd,
                                   .start = s->start,
                                   .end = s->end};
    bool good = s->sfd && line_fcs_ok(s->octets, s->n);
    burst.kind = good ? TRANSMIT_FRAME : TRANSMIT_DAMAGED;
    burst.why = good ? NULL : s->sfd ? "the FCS is wrong" : "no start of frame delimiter";
    t->counts.clocked++;
    t->counts.sent += good;
    if (t->settings.on_sent)
        t->settings.on_sent(t->settings.user, &burst);
    s->any = s->sfd = s->dead_start = false;
    s->n = s->n_shift = s->preamble_bits = s->shift = 0;
}

static void spi_bit(struct spi_bits *s, unsigned bit) {
    if (!s->sfd) {
        bool again = s->preamble_bits > 0 && bit == s->last;
        s->sfd = again && bit && !s->dead_start;
        s->dead_start |= again && !bit;
        s->preamble_bits++;
        s->last = (uint8_t)bit;
        return;
    }
    s->shift |= bit << s->n_shift;
    if (++s->n_shift < 8)
        return;
    if (s->n < MAX_OCTETS)
        s->octets[s->n++] = (uint8_t)s->shift;
    s->shift = s->n_shift = 0;
}

/* Data are valid at the edge by which the clock goes back to rest, in either phase. */
void transmit_spi(struct transmit *t, sim_time time, bool clock, int level) {
    struct spi_bits *s = &t->spi;
    if (!clock) {
        s->mosi = level;
        return;
    }
    bool same = level == s->sck; /* only its strength changed */
    s->sck = level;
    if (same || time == 0)
        return;
    if (s->any && time - s->end > SPI_QUIET)
        spi_end(t);
    if (!s->any) {
        s->any = true;
        s->lead = level;
        s->start = time;
    } else if (level != s->lead) {
        spi_bit(s, (unsigned)s->mosi);
    }
    s->end = time;
}

void transmit_until(struct transmit *t, sim_time time) {
    if (t->n && time - t->edges[t->n - 1].time > QUIET)
        end_burst(t);
    if (t->spi.any && time - t->spi.end > SPI_QUIET)
        spi_end(t);
}

void transmit_finish(struct transmit *t, sim_time end) {
    transmit_until(t, end);
    t->n = 0;
    t->spi.any = false;
}

struct transmit_counts transmit_counts(const struct transmit *t) {
    return t->counts;
}
