/* DMA controller of the STM32F1: up to seven channels, each with the OR of its requests.
 *
 * Sources: RM0041 (STM32F100) section 9.3 behaviour and 9.4 registers; RM0008 section 13 is
 * the same. Section numbers below are RM0041's. Request lines and interrupt outputs: channel
 * - 1. The row's variant is the number of channels (0: seven).
 *
 * Timing, in HCLK cycles (from memory of AN2548, check): a request is served LATENCY after it
 * rises, reading its source and writing its destination at that instant; then the
 * controller is taken for BEAT more. Contention with the core is not modelled.
 * Where the manual is silent: a channel that is enabled again without a new CNDTR goes on
 * with what was left, from the addresses in its registers.
 */
#include "models/mcu/stm32/dma.h"
#include "models/mcu/stm32/ips.h"

#define LATENCY  5
#define BEAT     3
#define CHANNELS 7u

enum { ISR = 0x00, IFCR = 0x04, FIRST = 0x08, STRIDE = 0x14 };
enum { CCR = 0x00, CNDTR = 0x04, CPAR = 0x08, CMAR = 0x0c };

enum { /* 9.4.3 */
       EN = 1u << 0,
       TCIE = 1u << 1,
       HTIE = 1u << 2,
       TEIE = 1u << 3,
       DIR = 1u << 4,
       CIRC = 1u << 5,
       PINC = 1u << 6,
       MINC = 1u << 7,
       PSIZE_SHIFT = 8,
       MSIZE_SHIFT = 10,
       PL_SHIFT = 12,
       MEM2MEM = 1u << 14,
};
#define CCR_BITS 0x7fffu
#define FREE     (EN | TCIE | HTIE | TEIE) /* not part of a channel's set-up */

enum { GIF = 1, TCIF = 2, HTIF = 4, TEIF = 8 }; /* 9.4.1; the enables are in the same order */

struct channel {
    uint32_t cr, ndtr, par, mar;
    uint32_t reload;             /* CNDTR as it was written */
    uint32_t peripheral, memory; /* addresses of the next items */
    uint8_t flags;
    bool request, irq;
};

struct dma {
    struct channel channel[CHANNELS];
    struct dma_turns turns;
};

static unsigned field(uint32_t value, unsigned shift) {
    return value >> shift & 3;
}

static unsigned size_of(const struct channel *c, unsigned shift) {
    return 1u << field(c->cr, shift);
}

/* GIF is set with any other flag, and clearing it clears all (9.4.2). */
static void signal(struct stm32_block *b, struct channel *c, unsigned n) {
    c->flags = c->flags & (TCIF | HTIF | TEIF) ? c->flags | GIF : 0;
    bool irq = c->flags & c->cr & (TCIE | HTIE | TEIE);
    if (irq != c->irq)
        stm32_irq(b, n, c->irq = irq);
}

/* --- what the owner is told --------------------------------------------------------------- */

static unsigned number_of(struct stm32_block *b, const struct channel *c) {
    return (unsigned)(c - ((const struct dma *)stm32_state(b))->channel) + 1;
}

static void tell(struct stm32_block *b, const struct channel *c, enum stm32_rx_kind kind) {
    if (c->cr & (DIR | MEM2MEM))
        return;
    stm32_rx_tell(b, &(struct stm32_rx){kind, .stream = number_of(b, c), .peripheral = c->par,
                                        .value = c->ndtr});
}

static void tell_ndtr(struct stm32_block *b, const struct channel *c) {
    stm32_ndtr_tell(b, number_of(b, c), !(c->cr & (DIR | MEM2MEM)), c->par, c->ndtr);
}

static void tell_stored(struct stm32_block *b, const struct channel *c, uint32_t address,
                        uint32_t value, unsigned size) {
    if (!(c->cr & (DIR | MEM2MEM)))
        stm32_rx_tell(b, &(struct stm32_rx){STM32_RX_STORED, .peripheral = c->par,
                                            .address = address, .value = value, .size = size});
}

/* --- serving --------------------------------------------------------------------------------- */

static bool wants(const struct channel *c) {
    return c->ndtr > 0 && (c->request || (c->cr & MEM2MEM));
}

static int priority(struct stm32_block *b, unsigned n) {
    const struct dma *d = stm32_state(b);
    const struct channel *c = &d->channel[n];
    return wants(c) ? (int)field(c->cr, PL_SHIFT) : DMA_NOBODY;
}

static const struct dma_rules RULES = {LATENCY, BEAT, priority};

/* 9.3.4: a wider destination gets zeros above, a narrower one the low octets. */
static bool move_item(struct stm32_block *b, struct channel *c) {
    unsigned psize = size_of(c, PSIZE_SHIFT), msize = size_of(c, MSIZE_SHIFT);
    uint32_t value, p = c->peripheral & ~(psize - 1), m = c->memory & ~(msize - 1);
    bool done = c->cr & DIR
                    ? stm32_bus_read(b, m, msize, &value) && stm32_bus_write(b, p, psize, value)
                    : stm32_bus_read(b, p, psize, &value) && stm32_bus_write(b, m, msize, value);
    if (done)
        tell_stored(b, c, m, value, msize);
    if (c->cr & PINC)
        c->peripheral += psize;
    if (c->cr & MINC)
        c->memory += msize;
    return done;
}

/* A channel that is done stays enabled with a count of zero, and does nothing (9.3.3). */
static void count_item(struct channel *c) {
    c->ndtr--;
    if (c->ndtr == c->reload / 2 && c->reload > 1)
        c->flags |= HTIF;
    if (c->ndtr > 0)
        return;
    c->flags |= TCIF;
    if (!(c->cr & CIRC))
        return;
    c->ndtr = c->reload;
    c->peripheral = c->par;
    c->memory = c->mar;
}

static void serve(struct stm32_block *b, struct dma *d) {
    int turn = dma_begin(b, &d->turns);
    if (turn == DMA_NOBODY)
        return;
    unsigned n = (unsigned)turn;
    struct channel *c = &d->channel[n];
    if (move_item(b, c)) {
        count_item(c);
        tell_ndtr(b, c);
    } else { /* 9.3.5: a bus error disables the channel */
        c->flags |= TEIF;
        c->cr &= ~(uint32_t)EN;
        dma_enable(&d->turns, n, false);
    }
    if (!dma_enabled(&d->turns, n) || c->ndtr == 0)
        tell(b, c, STM32_RX_DMA_OFF);
    if (!(c->cr & MEM2MEM))
        stm32_dma_served(b, n);
    signal(b, c, n);
    dma_end(b, &d->turns);
}

/* --- registers ------------------------------------------------------------------------------- */

static const struct stm32_reg REGS[] = {
    {.name = "ISR", .offset = ISR},
    {.name = "IFCR", .offset = IFCR, .writable = 0x0fffffff},
    {.name = "CCRx", .offset = 0x08, .writable = CCR_BITS, .count = CHANNELS, .stride = STRIDE},
    {.name = "CNDTRx", .offset = 0x0c, .writable = 0xffff, .count = CHANNELS, .stride = STRIDE},
    {.name = "CPARx", .offset = 0x10, .writable = UINT32_MAX, .count = CHANNELS, .stride = STRIDE},
    {.name = "CMARx", .offset = 0x14, .writable = UINT32_MAX, .count = CHANNELS, .stride = STRIDE},
};

static void enable(struct stm32_block *b, struct dma *d, struct channel *c) {
    if (field(c->cr, PSIZE_SHIFT) == 3 || field(c->cr, MSIZE_SHIFT) == 3) {
        stm32_misuse(b, "PSIZE or MSIZE has a reserved value");
        return;
    }
    if ((c->cr & MEM2MEM) && (c->cr & CIRC))
        stm32_misuse(b, "circular mode from memory to memory");
    c->peripheral = c->par;
    c->memory = c->mar;
    dma_enable(&d->turns, (unsigned)(c - d->channel), true);
    tell(b, c, STM32_RX_DMA_ON);
    tell_ndtr(b, c);
    dma_kick(b, &d->turns);
}

static void write_cr(struct stm32_block *b, struct dma *d, struct channel *c, uint32_t value) {
    uint32_t was = c->cr;
    value &= CCR_BITS;
    if (was & ~value & EN)
        tell(b, c, STM32_RX_DMA_OFF);
    if ((was & value & EN) && ((was ^ value) & ~(uint32_t)FREE))
        stm32_misuse(b, "the set-up of a channel was changed while EN is set");
    c->cr = value;
    if (~was & value & EN)
        enable(b, d, c);
    else if (!(value & EN))
        dma_enable(&d->turns, (unsigned)(c - d->channel), false);
    signal(b, c, (unsigned)(c - d->channel));
}

static void write_channel(struct stm32_block *b, struct dma *d, struct channel *c, uint32_t offset,
                          uint32_t value) {
    if (offset == CCR)
        write_cr(b, d, c, value);
    else if (c->cr & EN)
        stm32_misuse(b, "CNDTR, CPAR or CMAR written while EN is set");
    else if (offset == CPAR)
        c->par = value;
    else if (offset == CMAR)
        c->mar = value;
    else {
        c->reload = c->ndtr = value & 0xffff;
        tell_ndtr(b, c);
    }
}

static void clear_flags(struct stm32_block *b, struct dma *d, uint32_t value) {
    for (unsigned i = 0; i < CHANNELS; i++, value >>= 4) {
        struct channel *c = &d->channel[i];
        c->flags &= (uint8_t)(value & GIF ? 0 : ~value);
        signal(b, c, i);
    }
}

static bool exists(struct stm32_block *b, unsigned channel) {
    unsigned channels = stm32_row(b)->variant ? stm32_row(b)->variant : CHANNELS;
    if (channel < channels)
        return true;
    stm32_misuse(b, "a channel that this controller does not have");
    return false;
}

static void dma_write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    struct dma *d = stm32_state(b);
    unsigned n = (offset - FIRST) / STRIDE;
    if (stm32_access_size(b) != 4)
        stm32_misuse(b, "the registers of a DMA are written as words only");
    if (offset == IFCR)
        clear_flags(b, d, value);
    else if (offset >= FIRST && exists(b, n))
        write_channel(b, d, &d->channel[n], (offset - FIRST) % STRIDE, value);
}

static uint32_t read_flags(const struct dma *d) {
    uint32_t value = 0;
    for (unsigned i = 0; i < CHANNELS; i++)
        value |= (uint32_t)d->channel[i].flags << 4 * i;
    return value;
}

static uint32_t dma_read(struct stm32_block *b, uint32_t offset) {
    const struct dma *d = stm32_state(b);
    if (offset < FIRST)
        return offset == ISR ? read_flags(d) : 0;
    const struct channel *c = &d->channel[(offset - FIRST) / STRIDE];
    switch ((offset - FIRST) % STRIDE) {
    case CCR:
        return c->cr;
    case CNDTR:
        return c->ndtr;
    case CPAR:
        return c->par;
    default:
        return c->mar;
    }
}

/* --- what comes in --------------------------------------------------------------------------- */

static void dma_reset(struct stm32_block *b, enum stm32_cause cause) {
    struct dma *d = stm32_state(b);
    (void)cause;
    for (unsigned i = 0; i < CHANNELS; i++)
        if (dma_enabled(&d->turns, i))
            tell(b, &d->channel[i], STM32_RX_DMA_OFF);
    for (unsigned i = 0; i < CHANNELS; i++)
        d->channel[i] = (struct channel){.request = d->channel[i].request};
    dma_turns_reset(&d->turns, &RULES);
}

static void dma_request(struct stm32_block *b, unsigned line, bool level) {
    struct dma *d = stm32_state(b);
    d->channel[line].request = level;
    if (level && dma_enabled(&d->turns, line))
        dma_kick(b, &d->turns);
}

/* Other sizes than octets, and addresses that step at the peripheral, are too rare. */
static enum stm32_drains dma_drains(struct stm32_block *b, unsigned line, struct stm32_drain *out) {
    const struct dma *d = stm32_state(b);
    const struct channel *c = &d->channel[line];
    if (!dma_enabled(&d->turns, line) || (c->ndtr == 0 && !(c->cr & MEM2MEM)))
        return STM32_IGNORES;
    if (c->cr & (DIR | MEM2MEM | PINC) || size_of(c, PSIZE_SHIFT) != 1 ||
        size_of(c, MSIZE_SHIFT) != 1 || !dma_rests(b, &d->turns, out))
        return STM32_OTHERWISE;
    out->address = c->peripheral;
    out->memory = c->memory;
    out->step = c->cr & MINC ? 1 : 0;
    out->items = dma_plain_items(c->ndtr, c->reload, c->cr & HTIE);
    return STM32_DRAINS;
}

static void dma_drained(struct stm32_block *b, unsigned line, uint32_t items, uint64_t tick) {
    struct dma *d = stm32_state(b);
    struct channel *c = &d->channel[line];
    if (dma_passes_half(c->ndtr, c->reload, items))
        c->flags |= HTIF;
    c->ndtr -= items;
    c->memory += c->cr & MINC ? items : 0;
    signal(b, c, line);
    dma_passed(&d->turns, tick);
}

static void dma_event(struct stm32_block *b, unsigned id) {
    (void)id;
    serve(b, stm32_state(b));
}

static void clock_changed(struct stm32_block *b) {
    struct dma *d = stm32_state(b);
    dma_clock_changed(b, &d->turns);
}

const struct stm32_ip stm32_ip_dma_f1 = {
    .name = "dma_f1",
    .state_size = sizeof(struct dma),
    .regs = REGS,
    .n_regs = sizeof REGS / sizeof *REGS,
    .n_events = DMA_EVENTS,
    .n_lines = CHANNELS,
    .reset = dma_reset,
    .read = dma_read,
    .write = dma_write,
    .event = dma_event,
    .clock_changed = clock_changed,
    .dma_request = dma_request,
    .drains = dma_drains,
    .drained = dma_drained,
};
