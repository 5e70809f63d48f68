/* DMA controller of the STM32F2 and F4: eight streams, each with one of eight channels.
 *
 * Sources: RM0368 (STM32F401) section 9.3 behaviour and 9.5 registers; RM0090 section 10 is
 * the same. Section numbers below are RM0368's. Request lines: stream * 8 + channel.
 * Interrupt outputs: one per stream.
 *
 * Timing, in HCLK cycles (the manual has none; orders of magnitude of AN4031, from memory):
 * a request is served LATENCY after it rises, reading its source and writing its
 * destination at that instant; then the controller is taken for BEAT more per item. The
 * two AHB ports count as one, and contention with the core is not modelled. A stream reads
 * EN as set for STOP cycles after it was cleared.
 *
 * Of the FIFO: what is due to memory is written at once, so that neither FIFO over- nor
 * underrun nor a direct mode error (DMEIF) can arise; a stream to a peripheral does not
 * fetch beyond the end of its buffer before that end was reached.
 * Not modelled, loud: the peripheral as flow controller (PFCTRL, for SDIO).
 */
#include "models/mcu/stm32/dma.h"
#include "models/mcu/stm32/dma_f4_stream.h"
#include "models/mcu/stm32/ips.h"

#define LATENCY 6
#define BEAT    3
#define STOP    4
#define STREAMS 8u

enum { LISR = 0x00, HISR = 0x04, LIFCR = 0x08, HIFCR = 0x0c, FIRST = 0x10, STRIDE = 0x18 };
enum { SCR = 0x00, SNDTR = 0x04, SPAR = 0x08, SM0AR = 0x0c, SM1AR = 0x10, SFCR = 0x14 };

enum { EVENT_STOP = DMA_EVENTS }; /* and the stream's number */

struct dma {
    struct stream stream[STREAMS];
    struct dma_turns turns; /* enabled: EN set and not stopping */
};

/* --- what the owner is told ---------------------------------------------------------------- */

static unsigned number_of(struct stm32_block *b, const struct stream *s) {
    return (unsigned)(s - ((const struct dma *)stm32_state(b))->stream);
}

static void tell(struct stm32_block *b, const struct stream *s, enum stm32_rx_kind kind,
                 uint32_t value) {
    if (direction(s) != TO_MEMORY)
        return;
    stm32_rx_tell(b, &(struct stm32_rx){kind, .stream = number_of(b, s), .peripheral = s->par,
                                        .value = value});
}

static void tell_ndtr(struct stm32_block *b, const struct stream *s) {
    stm32_ndtr_tell(b, number_of(b, s), direction(s) == TO_MEMORY, s->par, s->ndtr);
}

/* --- interrupt and end of a stream ----------------------------------------------------------- */

static void signal(struct stm32_block *b, struct stream *s, unsigned n) {
    bool irq = ((s->cr & TCIE) && (s->flags & TCIF)) || ((s->cr & HTIE) && (s->flags & HTIF)) ||
               ((s->cr & TEIE) && (s->flags & TEIF)) || ((s->cr & DMEIE) && (s->flags & DMEIF)) ||
               ((s->fcr & FEIE) && (s->flags & FEIF));
    if (irq != s->irq)
        stm32_irq(b, n, s->irq = irq);
}

static void disable(struct dma *d, struct stream *s) {
    s->cr &= ~(uint32_t)EN;
    s->stopping = false;
    dma_enable(&d->turns, (unsigned)(s - d->stream), false);
}

/* A bus error: 9.3.18. */
static void transfer_error(struct dma *d, struct stream *s) {
    s->flags |= TEIF;
    s->head = s->level = 0;
    disable(d, s);
}

/* --- the FIFO -------------------------------------------------------------------------------- */

static void push(struct stream *s, uint32_t value, unsigned size) {
    for (unsigned i = 0; i < size; i++, value >>= 8)
        s->fifo[(s->head + s->level++) % FIFO] = (uint8_t)value;
}

/* What is missing at the end of a buffer reads as what lay there before (9.3.12, flush). */
static uint32_t pop(struct stream *s, unsigned size) {
    uint32_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)s->fifo[(s->head + i) % FIFO] << 8 * i;
    s->head = (uint8_t)((s->head + size) % FIFO);
    s->level = (uint8_t)(s->level > size ? s->level - size : 0);
    return value;
}

/* FS of FCR: quarters filled, 4 empty, 5 full. */
static uint32_t fifo_status(const struct stream *s) {
    if (s->level == 0)
        return 4;
    return s->level == FIFO ? 5 : s->level / 4u;
}

static bool read_item(struct stm32_block *b, uint32_t *address, unsigned size, unsigned step,
                      uint32_t *value) {
    if (!stm32_bus_read(b, *address & ~(size - 1), size, value))
        return false;
    *address += step;
    return true;
}

static bool write_item(struct stm32_block *b, uint32_t *address, unsigned size, unsigned step,
                       uint32_t value) {
    if (!stm32_bus_write(b, *address & ~(size - 1), size, value))
        return false;
    *address += step;
    return true;
}

static unsigned peripheral_step(const struct stream *s) {
    if (!(s->cr & PINC))
        return 0;
    return s->cr & PINCOS ? 4 : psize(s);
}

static unsigned memory_step(const struct stream *s) {
    return s->cr & MINC ? msize(s) : 0;
}

static bool store(struct stm32_block *b, struct stream *s, unsigned size, uint32_t value) {
    uint32_t at = s->memory & ~(size - 1);
    if (!write_item(b, &s->memory, size, memory_step(s), value))
        return false;
    if (direction(s) == TO_MEMORY)
        stm32_rx_tell(b, &(struct stm32_rx){STM32_RX_STORED, .peripheral = s->par, .address = at,
                                            .value = value, .size = size});
    return true;
}

/* FIFO to memory; `flush`: also what does not fill an item. */
static bool drain(struct stm32_block *b, struct stream *s, bool flush) {
    unsigned size = msize(s);
    while (s->level >= size || (flush && s->level > 0))
        if (!store(b, s, size, pop(s, size)))
            return false;
    return true;
}

/* An item into the FIFO, and on when it is due; in direct mode both have one size, and nothing
 * stays behind. */
static bool take(struct stm32_block *b, struct stream *s, unsigned size, uint32_t value) {
    bool last = s->ndtr == 1;
    if (direct_mode(s) && s->level == 0)
        return store(b, s, size, value);
    push(s, value, size);
    return !(last || direct_mode(s) || s->level >= threshold(s)) || drain(b, s, last);
}

/* Memory to FIFO: one item in direct mode, else until it is full. */
static bool fill(struct stm32_block *b, struct stream *s) {
    unsigned size = msize(s), room = direct_mode(s) ? size : FIFO;
    while (s->fetch > 0 && s->level + size <= room) {
        uint32_t value;
        if (!read_item(b, &s->memory, size, memory_step(s), &value))
            return false;
        push(s, value, size);
        s->fetch -= (int32_t)size;
    }
    return true;
}

/* Does a stream to a peripheral want to fetch? At or below its threshold (9.3.12). */
static bool wants_data(const struct stream *s) {
    if (direction(s) != TO_PERIPHERAL || s->fetch <= 0)
        return false;
    return direct_mode(s) ? s->level == 0 : s->level <= threshold(s) && s->level + msize(s) <= FIFO;
}

/* --- serving --------------------------------------------------------------------------------- */

static bool requested(const struct stream *s) {
    return direction(s) == MEMORY_TO_MEMORY || s->requests >> field(s->cr, CHSEL_SHIFT, 3) & 1;
}

static bool wants(const struct stream *s) {
    if (s->ndtr == 0)
        return false;
    return requested(s) || wants_data(s);
}

static int priority(struct stm32_block *b, unsigned n) {
    const struct dma *d = stm32_state(b);
    const struct stream *s = &d->stream[n];
    return wants(s) ? (int)field(s->cr, PL_SHIFT, 2) : DMA_NOBODY;
}

static const struct dma_rules RULES = {LATENCY, BEAT, priority};

static void rewind_stream(struct stream *s) {
    s->peripheral = s->par;
    s->memory = target(s);
    s->fetch = (int32_t)(s->ndtr * psize(s));
    s->head = s->level = 0;
}

/* One item passed the peripheral port. */
static void count_item(struct dma *d, struct stream *s) {
    s->ndtr--;
    if (s->ndtr == s->reload / 2 && s->reload > 1)
        s->flags |= HTIF;
    if (s->ndtr > 0)
        return;
    s->flags |= TCIF;
    if (!circular(s)) {
        disable(d, s);
        return;
    }
    s->ndtr = s->reload;
    if (s->cr & DBM)
        s->cr ^= CT;
    rewind_stream(s);
}

static unsigned items_of(const struct stream *s) {
    unsigned items = burst(s, PBURST_SHIFT), room = (FIFO - s->level) / psize(s);
    if (items > s->ndtr)
        items = 1; /* the rest goes in single transfers */
    return items > room ? room : items;
}

static bool serve_to_memory(struct stm32_block *b, struct dma *d, struct stream *s) {
    unsigned size = psize(s), items = items_of(s);
    for (unsigned i = 0; i < items; i++) {
        uint32_t value;
        if (!read_item(b, &s->peripheral, size, peripheral_step(s), &value))
            return false;
        if (!take(b, s, size, value))
            return false;
        count_item(d, s);
        tell_ndtr(b, s);
    }
    return true;
}

static bool serve_to_peripheral(struct stm32_block *b, struct dma *d, struct stream *s) {
    unsigned size = psize(s), items = requested(s) ? burst(s, PBURST_SHIFT) : 0;
    if (s->level < size)
        return fill(b, s);
    if (items > s->ndtr || items * size > s->level)
        items = 1;
    for (unsigned i = 0; i < items; i++) {
        if (!write_item(b, &s->peripheral, size, peripheral_step(s), pop(s, size)))
            return false;
        count_item(d, s);
        tell_ndtr(b, s);
    }
    return !wants_data(s) || fill(b, s);
}

static void serve(struct stm32_block *b, struct dma *d) {
    int turn = dma_begin(b, &d->turns);
    if (turn == DMA_NOBODY)
        return;
    struct stream *s = &d->stream[turn];
    unsigned n = (unsigned)turn, line = n * 8 + field(s->cr, CHSEL_SHIFT, 3);
    bool to_peripheral = direction(s) == TO_PERIPHERAL;
    bool fetch = to_peripheral && (s->level < psize(s) || !requested(s));
    if (!(to_peripheral ? serve_to_peripheral : serve_to_memory)(b, d, s))
        transfer_error(d, s);
    if (!dma_enabled(&d->turns, n))
        tell(b, s, STM32_RX_DMA_OFF, s->ndtr);
    if (!fetch && direction(s) != MEMORY_TO_MEMORY)
        stm32_dma_served(b, line);
    signal(b, s, n);
    dma_end(b, &d->turns);
}

/* --- enabling and disabling ------------------------------------------------------------------ */

/* 9.3.12: a threshold must hold whole bursts to memory, a burst must fit the FIFO. */
static bool fifo_fits(const struct stream *s) {
    if (direct_mode(s))
        return true;
    unsigned m = burst(s, MBURST_SHIFT), p = burst(s, PBURST_SHIFT) * psize(s);
    return (m == 1 || threshold(s) % (m * msize(s)) == 0) && p <= FIFO &&
           !(p == FIFO && threshold(s) == 12);
}

static void check_enable(struct stm32_block *b, const struct stream *s) {
    if (s->cr & PFCTRL)
        stm32_unmodelled(b, "the peripheral as flow controller (PFCTRL)");
    if (s->flags)
        stm32_misuse(b, "a stream is enabled while its flags are not cleared");
    if (direction(s) > MEMORY_TO_MEMORY || psize(s) > 4 || msize(s) > 4)
        stm32_misuse(b, "DIR, PSIZE or MSIZE has a reserved value");
    if (direction(s) == MEMORY_TO_MEMORY && circular(s))
        stm32_misuse(b, "circular or double buffer mode from memory to memory");
}

/* EN was set: 9.3.17, and what the hardware then forces (9.5.5, 9.5.10). */
static void enable(struct stm32_block *b, struct dma *d, struct stream *s) {
    if (direction(s) == MEMORY_TO_MEMORY)
        s->fcr |= DMDIS;
    if (direct_mode(s))
        s->cr = (s->cr & ~(3u << MSIZE_SHIFT)) | (uint32_t)field(s->cr, PSIZE_SHIFT, 2)
                                                     << MSIZE_SHIFT;
    if (s->cr & DBM)
        s->cr |= CIRC;
    check_enable(b, s);
    if (direction(s) > MEMORY_TO_MEMORY || psize(s) > 4 || msize(s) > 4 || !fifo_fits(s)) {
        s->flags |= FEIF;
        s->cr &= ~(uint32_t)EN;
        return;
    }
    if (s->ndtr == 0)
        s->ndtr = s->reload;
    rewind_stream(s);
    dma_enable(&d->turns, (unsigned)(s - d->stream), true);
    tell(b, s, STM32_RX_DMA_ON, s->ndtr);
    tell_ndtr(b, s);
    dma_kick(b, &d->turns);
}

static void begin_stop(struct stm32_block *b, struct dma *d, struct stream *s) {
    unsigned n = (unsigned)(s - d->stream);
    sim_time at = stm32_tick_time(b, stm32_tick_at(b, stm32_now(b)) + STOP);
    if (s->stopping || at == SIM_NEVER)
        return;
    s->stopping = true;
    tell(b, s, STM32_RX_DMA_OFF, s->ndtr);
    dma_enable(&d->turns, n, false);
    stm32_schedule(b, EVENT_STOP + n, at);
}

/* 9.3.14: the FIFO goes to memory, TCIF tells the end, NDTR what was left. */
static void end_stop(struct stm32_block *b, struct dma *d, unsigned n) {
    struct stream *s = &d->stream[n];
    if (!s->stopping)
        return;
    if (direction(s) != TO_PERIPHERAL && !drain(b, s, true))
        s->flags |= TEIF;
    s->head = s->level = 0;
    s->flags |= TCIF;
    disable(d, s);
    signal(b, s, n);
}

/* --- registers ------------------------------------------------------------------------------- */

static const struct stm32_reg REGS[] = {
    {.name = "LISR", .offset = LISR},
    {.name = "HISR", .offset = HISR},
    {.name = "LIFCR", .offset = LIFCR, .writable = 0x0f7d0f7d},
    {.name = "HIFCR", .offset = HIFCR, .writable = 0x0f7d0f7d},
#define STREAM_REG(NAME, OFFSET, ...)                                                              \
    { .name = NAME, .offset = FIRST + (OFFSET), .count = STREAMS, .stride = STRIDE, __VA_ARGS__ }
    STREAM_REG("SxCR", SCR, .writable = SCR_BITS),
    STREAM_REG("SxNDTR", SNDTR, .writable = 0xffff),
    STREAM_REG("SxPAR", SPAR, .writable = 0xffffffff),
    STREAM_REG("SxM0AR", SM0AR, .writable = 0xffffffff),
    STREAM_REG("SxM1AR", SM1AR, .writable = 0xffffffff),
    STREAM_REG("SxFCR", SFCR, .reset = 0x21, .writable = FEIE | DMDIS | 3),
};

static void write_cr(struct stm32_block *b, struct dma *d, struct stream *s, uint32_t value) {
    value &= SCR_BITS;
    if (!(s->cr & EN)) {
        s->cr = value;
        if (value & EN)
            enable(b, d, s);
    } else {
        if ((value ^ s->cr) & ~(uint32_t)(SCR_FREE | CT) && (value & EN))
            stm32_misuse(b, "a protected field of SxCR written while EN is set");
        s->cr = (s->cr & ~(uint32_t)SCR_FREE) | (value & SCR_FREE) | EN;
        if (!(value & EN))
            begin_stop(b, d, s);
    }
    signal(b, s, (unsigned)(s - d->stream));
}

/* 9.5.8: of a double buffer, the half not in use may be moved while the stream runs. */
static void write_mar(struct stm32_block *b, struct dma *d, struct stream *s, unsigned which,
                      uint32_t value) {
    if (!(s->cr & EN) || ((s->cr & DBM) && which != ((s->cr & CT) != 0))) {
        s->mar[which] = value;
        return;
    }
    stm32_misuse(b, "a memory address in use was written while EN is set");
    if (s->cr & DBM)
        transfer_error(d, s);
    signal(b, s, (unsigned)(s - d->stream));
}

static void write_stream(struct stm32_block *b, struct dma *d, struct stream *s, uint32_t offset,
                         uint32_t value) {
    if (offset == SCR) {
        write_cr(b, d, s, value);
    } else if (offset == SM0AR || offset == SM1AR) {
        write_mar(b, d, s, offset == SM1AR, value);
    } else if (offset == SFCR && (s->cr & EN)) {
        s->fcr = (s->fcr & ~(uint32_t)FEIE) | (value & FEIE);
        signal(b, s, (unsigned)(s - d->stream));
    } else if (s->cr & EN) {
        stm32_misuse(b, "SxNDTR or SxPAR written while EN is set");
    } else if (offset == SNDTR) {
        s->reload = s->ndtr = value & 0xffff;
        tell_ndtr(b, s);
    } else if (offset == SPAR) {
        s->par = value;
    } else {
        s->fcr = value & (FEIE | DMDIS | 3);
    }
}

static const uint8_t FLAG_SHIFT[4] = {0, 6, 16, 22};

static void clear_flags(struct stm32_block *b, struct dma *d, unsigned first, uint32_t value) {
    for (unsigned i = 0; i < 4; i++) {
        struct stream *s = &d->stream[first + i];
        s->flags &= (uint8_t) ~(value >> FLAG_SHIFT[i] & ALL);
        signal(b, s, first + i);
    }
}

static uint32_t read_flags(const struct dma *d, unsigned first) {
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value |= (uint32_t)d->stream[first + i].flags << FLAG_SHIFT[i];
    return value;
}

static void dma_write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    struct dma *d = stm32_state(b);
    if (stm32_access_size(b) != 4)
        stm32_misuse(b, "the registers of a DMA are written as words only");
    if (offset >= FIRST)
        write_stream(b, d, &d->stream[(offset - FIRST) / STRIDE], (offset - FIRST) % STRIDE, value);
    else if (offset >= LIFCR)
        clear_flags(b, d, offset == HIFCR ? 4 : 0, value);
}

static uint32_t dma_read(struct stm32_block *b, uint32_t offset) {
    const struct dma *d = stm32_state(b);
    if (offset < FIRST)
        return offset <= HISR ? read_flags(d, offset == HISR ? 4 : 0) : 0;
    const struct stream *s = &d->stream[(offset - FIRST) / STRIDE];
    switch ((offset - FIRST) % STRIDE) {
    case SCR:
        return s->cr;
    case SNDTR:
        return s->ndtr;
    case SPAR:
        return s->par;
    case SM0AR:
        return s->mar[0];
    case SM1AR:
        return s->mar[1];
    default:
        return s->fcr | fifo_status(s) << 3;
    }
}

/* --- what comes in --------------------------------------------------------------------------- */

static void dma_reset(struct stm32_block *b, enum stm32_cause cause) {
    struct dma *d = stm32_state(b);
    (void)cause;
    for (unsigned i = 0; i < STREAMS; i++)
        if (dma_enabled(&d->turns, i))
            tell(b, &d->stream[i], STM32_RX_DMA_OFF, d->stream[i].ndtr);
    for (unsigned i = 0; i < STREAMS; i++)
        d->stream[i] = (struct stream){.fcr = 1, .requests = d->stream[i].requests};
    dma_turns_reset(&d->turns, &RULES);
}

static void dma_request(struct stm32_block *b, unsigned line, bool level) {
    struct dma *d = stm32_state(b);
    uint8_t *requests = &d->stream[line / 8].requests, bit = (uint8_t)(1u << line % 8);
    *requests = (uint8_t)(level ? *requests | bit : *requests & ~bit);
    if (level && dma_enabled(&d->turns, line / 8))
        dma_kick(b, &d->turns);
}

/* A FIFO, and addresses that step at the peripheral, are too rare to be worth it. */
static enum stm32_drains dma_drains(struct stm32_block *b, unsigned line, struct stm32_drain *out) {
    const struct dma *d = stm32_state(b);
    const struct stream *s = &d->stream[line / 8];
    if (!dma_enabled(&d->turns, line / 8) || field(s->cr, CHSEL_SHIFT, 3) != line % 8)
        return STM32_IGNORES;
    if (direction(s) != TO_MEMORY || psize(s) != 1 || !direct_mode(s) || s->level ||
        peripheral_step(s) || !dma_rests(b, &d->turns, out))
        return STM32_OTHERWISE;
    out->address = s->peripheral;
    out->memory = s->memory;
    out->step = memory_step(s);
    out->items = dma_plain_items(s->ndtr, s->reload, s->cr & HTIE);
    return STM32_DRAINS;
}

static void dma_drained(struct stm32_block *b, unsigned line, uint32_t items, uint64_t tick) {
    struct dma *d = stm32_state(b);
    struct stream *s = &d->stream[line / 8];
    if (dma_passes_half(s->ndtr, s->reload, items))
        s->flags |= HTIF;
    s->ndtr -= items;
    s->memory += items * memory_step(s);
    dma_passed(&d->turns, tick);
}

static void dma_event(struct stm32_block *b, unsigned id) {
    if (id == DMA_EVENT_SERVE)
        serve(b, stm32_state(b));
    else
        end_stop(b, stm32_state(b), id - EVENT_STOP);
}

static void clock_changed(struct stm32_block *b) {
    dma_clock_changed(b, &((struct dma *)stm32_state(b))->turns);
}

const struct stm32_ip stm32_ip_dma_f4 = {
    .name = "dma_f4",
    .state_size = sizeof(struct dma),
    .regs = REGS,
    .n_regs = sizeof REGS / sizeof *REGS,
    .n_events = DMA_EVENTS + STREAMS,
    .n_lines = STREAMS * 8,
    .reset = dma_reset,
    .read = dma_read,
    .write = dma_write,
    .event = dma_event,
    .clock_changed = clock_changed,
    .dma_request = dma_request,
    .drains = dma_drains,
    .drained = dma_drained,
};
