#include "harness/witness.h"

#include <stdlib.h>
#include <string.h>

#include "harness/compare.h"
#include "models/line/source.h"

#define OPEN    4  /* frames whose octets are kept: the pins are that far ahead at most */
#define STREAMS 16 /* that read a peripheral */

struct stream {
    const char *block; /* NULL: free */
    unsigned number;
    uint32_t peripheral;
    bool on, ran_out;
};

struct open_frame {
    uint8_t sent[LINE_MAX_FRAME], got[LINE_MAX_FRAME];
};

struct witness {
    struct witness_frame frames[WITNESS_FRAMES]; /* by ordinal; 0 stands for before the first */
    uint64_t next;                               /* ordinal of the next frame */
    uint64_t at;                                 /* the frame in whose time the chip is */
    uint64_t gap;                                /* the last one whose select rose */
    bool preamble;
    bool looked; /* at_clock of frame `at` is set */
    struct open_frame open[OPEN];
    const char *spi;
    uint32_t dr;
    bool listens, rxdma;
    struct stream streams[STREAMS];
    bool overrunning; /* nothing good came since `overran` */
    struct witness_state overran;
    bool armed;
    uint64_t off_since; /* the gap in which it was switched off */
    bool interrupts;
    sim_time decided; /* when the driver delivered a frame last, or gave one up, */
    uint64_t past;    /* and which */
    struct witness_gaps gaps;
    uint64_t accounted; /* gaps up to this frame's are in `gaps` */
};

/* --- frames ------------------------------------------------------------------------------ */

static struct witness_frame *frame_at(struct witness *w, uint64_t ordinal) {
    return &w->frames[ordinal % WITNESS_FRAMES];
}

static const struct witness_frame *known(const struct witness *w, uint64_t ordinal) {
    const struct witness_frame *f = &w->frames[ordinal % WITNESS_FRAMES];
    return f->ordinal == ordinal && ordinal < w->next ? f : NULL;
}

static struct witness_frame blank(uint64_t ordinal, size_t n, sim_time start) {
    return (struct witness_frame){.ordinal = ordinal,
                                  .start = start,
                                  .n_sent = n,
                                  .bad = SIZE_MAX,
                                  .clocked = SIM_NEVER,
                                  .overrun = SIM_NEVER,
                                  .overwritten = SIM_NEVER,
                                  .rose = SIM_NEVER,
                                  .taken = SIM_NEVER,
                                  .rearmed = SIM_NEVER};
}

struct witness *witness_create(bool preamble) {
    struct witness *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->preamble = preamble;
    w->frames[0] = blank(0, 0, 0);
    w->next = w->accounted = 1;
    w->gaps.window = SIM_NEVER;
    return w;
}

void witness_destroy(struct witness *w) {
    free(w);
}

/* --- the receiver ------------------------------------------------------------------------ */

bool witness_armed(const struct witness_state *s) {
    return s->listens && (!s->by_dma || (s->rxdma && s->stream));
}

static struct witness_state state_now(const struct witness *w) {
    struct witness_state s = {.listens = w->listens, .rxdma = w->rxdma, .by_dma = w->rxdma};
    for (int i = 0; i < STREAMS; i++) {
        const struct stream *stream = &w->streams[i];
        if (!stream->block || stream->peripheral != w->dr)
            continue;
        s.by_dma = true;
        s.stream |= stream->on;
        s.ran_out |= stream->ran_out;
    }
    return s;
}

/* Switched on or off: the gaps from the one in which it went off are those it is armed after.
 * What comes in time counts last, what comes too late counts first. */
static void note_arming(struct witness *w, sim_time time) {
    struct witness_state s = state_now(w);
    bool armed = witness_armed(&s);
    if (armed == w->armed)
        return;
    w->armed = armed;
    if (!armed) {
        w->off_since = w->gap;
        return;
    }
    if (w->off_since + WITNESS_FRAMES / 2 < w->gap)
        w->off_since = w->gap - WITNESS_FRAMES / 2;
    for (uint64_t i = w->off_since; i <= w->gap; i++) {
        struct witness_frame *f = frame_at(w, i);
        const struct witness_frame *next = known(w, i + 1);
        if (i == 0)
            continue;
        sim_time limit = next ? next->clocked : SIM_NEVER;
        if (time <= limit || f->rearmed == SIM_NEVER || f->rearmed <= limit)
            f->rearmed = time;
    }
}

/* --- the end of a frame ------------------------------------------------------------------ */

static void compare_octets(const struct witness *w, struct witness_frame *f,
                           const struct open_frame *o) {
    size_t i = 0, sfd_bit, skip = w->preamble ? compare_strip(o->got, f->n_got, &sfd_bit) : 0;
    const uint8_t *octets = o->got + skip;
    f->n_got -= skip;
    while (i < f->n_sent && i < f->n_got && o->sent[i] == octets[i])
        i++;
    if (i == f->n_sent && i == f->n_got)
        return;
    f->bad = i;
    f->bad_sent = i < f->n_sent ? o->sent[i] : 0;
    f->bad_got = i < f->n_got ? octets[i] : 0;
    f->first_bit = i == 0 && f->n_got == f->n_sent && (o->sent[0] ^ octets[0]) == 1 &&
                   memcmp(o->sent + 1, octets + 1, f->n_sent - 1) == 0;
    if (!f->first_bit)
        f->shift = compare_shift(o->sent, f->n_sent, octets, f->n_got);
}

static bool overlap(const struct witness_piece *a, const struct witness_piece *b) {
    return a->address < (uint64_t)b->address + b->n && b->address < (uint64_t)a->address + a->n;
}

static bool overwrites(const struct witness_frame *later, const struct witness_frame *f) {
    for (int i = 0; i < 4; i++) {
        const struct witness_piece *a = &later->memory[i / 2], *b = &f->memory[i % 2];
        if (overlap(a, b))
            return true;
    }
    return false;
}

/* Of the earlier frames it was put over, those are noted that the driver still had before it:
 * it was delivering older ones since. */
static void note_overwritten(struct witness *w, const struct witness_frame *later) {
    uint64_t first = w->at > WITNESS_FRAMES / 2 ? w->at - WITNESS_FRAMES / 2 : 1;
    for (uint64_t i = first; later->memory[0].n && i < later->ordinal; i++) {
        struct witness_frame *f = frame_at(w, i);
        if (f->overwritten == SIM_NEVER && f->rose < w->decided && overwrites(later, f))
            f->overwritten = later->clocked;
    }
}

static void close_frame(struct witness *w) {
    struct witness_frame *f = frame_at(w, w->at);
    if (!w->looked)
        f->at_clock = state_now(w);
    compare_octets(w, f, &w->open[w->at % OPEN]);
    note_overwritten(w, f);
}

/* The chip is at `time`: which frame's, and which gap's. */
static void look(struct witness *w, sim_time time) {
    while (w->at + 1 < w->next && frame_at(w, w->at + 1)->start <= time) {
        close_frame(w);
        w->at++;
        w->looked = false;
    }
    struct witness_frame *f = frame_at(w, w->at);
    if (!w->looked && time > f->clocked) {
        f->at_clock = state_now(w);
        w->looked = true;
    }
    for (uint64_t i = w->at; i > w->gap && i + OPEN > w->at; i--)
        if (frame_at(w, i)->rose <= time)
            w->gap = i;
}

/* --- gaps -------------------------------------------------------------------------------- */

/* The gap behind a frame is over. */
static void account(struct witness *w, const struct witness_frame *f,
                    const struct witness_frame *next) {
    struct witness_gaps *g = &w->gaps;
    if (f->rose == SIM_NEVER || next->clocked == SIM_NEVER || next->clocked <= f->rose)
        return;
    sim_time window = next->clocked - f->rose;
    g->gaps++;
    g->window = window < g->window ? window : g->window;
    if (f->rearmed == SIM_NEVER)
        return;
    sim_time took = f->rearmed - f->rose;
    g->rearmed++;
    g->late += took > window;
    g->worst = took > g->worst ? took : g->worst;
}

static void account_before(struct witness *w, uint64_t ordinal) {
    for (; w->accounted + 1 < w->next && w->accounted < ordinal; w->accounted++)
        account(w, frame_at(w, w->accounted), frame_at(w, w->accounted + 1));
}

struct witness_gaps witness_gaps(const struct witness *w) {
    return w->gaps;
}

/* --- the board's side -------------------------------------------------------------------- */

void witness_sending(struct witness *w, const uint8_t *octets, size_t n, sim_time start) {
    n = n < LINE_MAX_FRAME ? n : LINE_MAX_FRAME;
    if (w->next - w->at >= OPEN) /* the chip never told anything: it has seen nothing */
        look(w, start - 1);
    if (w->next >= WITNESS_FRAMES)
        account_before(w, w->next - WITNESS_FRAMES + 1);
    memcpy(w->open[w->next % OPEN].sent, octets, n);
    *frame_at(w, w->next) = blank(w->next, n, start);
    w->next++;
}

void witness_sent(struct witness *w, sim_time end) {
    frame_at(w, w->next - 1)->end = end;
}

void witness_pin(struct witness *w, enum spi_pin pin, sim_time time, bool selected) {
    struct witness_frame *f = frame_at(w, w->next - 1);
    if (time < f->start && w->next > 1)
        f = frame_at(w, w->next - 2);
    if (pin == SPI_SCK && f->clocked == SIM_NEVER && f->ordinal)
        f->clocked = time;
    if (pin == SPI_NSS && !selected && f->ordinal)
        f->rose = time;
}

bool witness_clocked(const struct witness *w) {
    return w->frames[(w->next - 1) % WITNESS_FRAMES].clocked != SIM_NEVER;
}

/* --- the chip's side --------------------------------------------------------------------- */

static void got(struct witness *w, const struct stm32_rx *rx) {
    struct witness_frame *f = frame_at(w, w->at);
    struct open_frame *o = &w->open[w->at % OPEN];
    w->overrunning = false;
    for (unsigned i = 0; i < rx->size && f->n_got < LINE_MAX_FRAME; i++)
        o->got[f->n_got++] = (uint8_t)(rx->value >> 8 * i);
}

static void overran(struct witness *w, const struct stm32_rx *rx) {
    struct witness_frame *f = frame_at(w, w->at);
    if (!w->overrunning)
        w->overran = state_now(w);
    w->overrunning = true;
    if (f->overruns == 0) {
        f->overrun = rx->time;
        f->at_overrun = w->overran;
    }
    f->overruns += rx->size;
}

static void stored(struct witness *w, const struct stm32_rx *rx) {
    struct witness_frame *f = frame_at(w, w->at);
    struct witness_piece *p = f->memory;
    if (rx->peripheral != w->dr)
        return;
    f->n_stored += rx->size;
    if (p->n && rx->address != p->address + p->n)
        p++;
    if (!p->n)
        p->address = rx->address;
    if (rx->address == p->address + p->n)
        p->n += rx->size;
}

static void listening(struct witness *w, const struct stm32_rx *rx) {
    if (rx->kind == STM32_RX_ON && !w->listens) {
        w->spi = rx->block;
        w->dr = rx->peripheral;
    }
    if (rx->peripheral != w->dr)
        return;
    w->listens = rx->kind == STM32_RX_ON;
    w->rxdma = w->listens && rx->value;
}

static void streaming(struct witness *w, const struct stm32_rx *rx) {
    struct stream *s = w->streams;
    while (s < w->streams + STREAMS - 1 && s->block &&
           (strcmp(s->block, rx->block) != 0 || s->number != rx->stream))
        s++;
    bool on = rx->kind == STM32_RX_DMA_ON;
    if (!on && rx->value == 0 && rx->peripheral == w->dr)
        frame_at(w, w->at)->ran_out = true;
    *s = (struct stream){rx->block, rx->stream, rx->peripheral, on, !on && rx->value == 0};
}

void witness_rx(struct witness *w, const struct stm32_rx *rx) {
    look(w, rx->time);
    switch (rx->kind) {
    case STM32_RX_FRAME:
        got(w, rx);
        return;
    case STM32_RX_OVERRUN:
        overran(w, rx);
        return;
    case STM32_RX_STORED:
        stored(w, rx);
        return;
    case STM32_RX_ON:
    case STM32_RX_OFF:
        listening(w, rx);
        break;
    case STM32_RX_DMA_ON:
    case STM32_RX_DMA_OFF:
        streaming(w, rx);
        break;
    }
    note_arming(w, rx->time);
}

/* One entry answers every edge before it: the pending bit is one. */
void witness_interrupt(struct witness *w, sim_time time) {
    look(w, time);
    w->interrupts = true;
    for (uint64_t i = w->gap; i > 0 && i + WITNESS_FRAMES > w->next; i--) {
        struct witness_frame *f = frame_at(w, i);
        if (f->taken != SIM_NEVER)
            break;
        f->taken = f->rose < time ? time : SIM_NEVER;
    }
}

void witness_delivered(struct witness *w, uint64_t ordinal, sim_time time) {
    look(w, time);
    w->decided = time;
    w->past = ordinal ? ordinal : w->past;
}

/* The oldest that begins there and was not delivered: a driver says so in the order of frames,
 * perhaps when newer ones already lie over them. */
void witness_no_room(struct witness *w, uint32_t address, sim_time time) {
    look(w, time);
    uint64_t i = w->past + 1;
    if (i + WITNESS_FRAMES / 2 < w->at)
        i = w->at - WITNESS_FRAMES / 2;
    for (; i <= w->at; i++) {
        struct witness_frame *f = frame_at(w, i);
        if (f->told || !f->memory[0].n || f->memory[0].address != address)
            continue;
        f->told = true;
        if (i == w->gap)
            return; /* just ended: no news of those before it */
        w->past = i;
        w->decided = time;
        return;
    }
}

void witness_finish(struct witness *w) {
    look(w, SIM_NEVER);
    close_frame(w);
    account_before(w, w->next);
}

/* --- questions --------------------------------------------------------------------------- */

const struct witness_frame *witness_frame(const struct witness *w, uint64_t ordinal) {
    return ordinal ? known(w, ordinal) : NULL;
}

bool witness_behind(const struct witness *w, const struct witness_frame *f) {
    return f->rose < w->decided && w->past < f->ordinal;
}

bool witness_damaged(const struct witness *w) {
    struct witness_frame last = w->frames[(w->next - 1) % WITNESS_FRAMES];
    if (w->at + 1 < w->next) /* nothing of it has come */
        return true;
    compare_octets(w, &last, &w->open[w->at % OPEN]);
    return last.bad != SIZE_MAX && !last.first_bit;
}

const char *witness_spi(const struct witness *w) {
    return w->spi ? w->spi : "";
}

const char *witness_dma(const struct witness *w, unsigned *stream) {
    for (int i = 0; i < STREAMS; i++)
        if (w->streams[i].block && w->streams[i].peripheral == w->dr) {
            *stream = w->streams[i].number;
            return w->streams[i].block;
        }
    return "";
}

bool witness_takes_interrupts(const struct witness *w) {
    return w->interrupts;
}
