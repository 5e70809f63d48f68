/* SPI of the STM32F1, F2, F4 and L1: one frame of buffer each way, frames of 8 or 16 bits.
 *
 * Sources: RM0368 (STM32F401) section 20.3 behaviour and 20.5 registers; RM0041 (STM32F100)
 * section 21, the same without I2S and TI mode; RM0090 section 28. Section numbers below are
 * RM0368's.
 *
 * As a slave every edge of SCK counts at its own picosecond, without the synchroniser of
 * the bus clock side (RXNE follows the sampling edge at once). Setup and hold are judged
 * elsewhere. As a master edges lie at exact multiples of PCLK; SCK starts START_CYCLES of
 * PCLK after DR is written (from memory of scope pictures; the manual gives no figure).
 *
 * Where the manual is silent or vague, this model:
 * - drops a partly received frame when SPE is cleared or NSS rises, or keeps its bits: see
 *   spi_partial of struct stm32_config (20.3.8 only says that it may be corrupted);
 * - sends the last contents of its Tx buffer again, as a slave without new data;
 * - lets a slave's Tx buffer through until the first bit is sampled;
 * - counts the CRC per frame in wire order; a CRC frame follows LSBFIRST like any other;
 * - loses frames after OVR until the flag is cleared (20.3.10);
 * - stops a transmitting master at once when SPE is cleared in mid-frame, but lets a
 *   receive-only master finish its frame (20.3.8);
 * - releases data pins while SPE is clear, and takes an NSS without a pin for high.
 * Not modelled, loud: I2S, TI mode, automatic CRC at the end of a DMA transfer.
 */
#include <limits.h>

#include "models/mcu/stm32/ips.h"
#include "models/mcu/stm32/spi_v1_shift.h"

#define START_CYCLES 1

enum { EVENT_HALF }; /* half a bit of a master */

/* --- what the owner is told --------------------------------------------------------------- */

enum listening { DEAF, LISTENS, LISTENS_FOR_DMA };

static void tell(struct stm32_block *block, enum stm32_rx_kind kind, uint32_t value,
                 unsigned size) {
    uint32_t dr = stm32_row(block)->base + DR;
    stm32_rx_tell(block, &(struct stm32_rx){kind, .peripheral = dr, .value = value, .size = size});
}

/* `bits`: of a frame that was not finished. */
static void tell_listening(struct stm32_block *block, struct spi *s, unsigned bits) {
    uint8_t now = DEAF;
    if (s->clocked && s->receives)
        now = s->cr2 & RXDMAEN ? LISTENS_FOR_DMA : LISTENS;
    if (now == s->told)
        return;
    s->told = now;
    tell(block, now == DEAF ? STM32_RX_OFF : STM32_RX_ON,
         now == DEAF ? bits : now == LISTENS_FOR_DMA, 0);
}

/* --- lines to the rest of the chip ----------------------------------------------------------- */

static bool irq_level(const struct spi *s) {
    return ((s->cr2 & TXEIE) && (s->flags & TXE)) || ((s->cr2 & RXNEIE) && (s->flags & RXNE)) ||
           ((s->cr2 & ERRIE) && (s->flags & (OVR | MODF | CRCERR)));
}

/* Recomputes the interrupt and the DMA requests (20.3.9, 20.3.11) from the state. */
static void signal(struct stm32_block *block, struct spi *s) {
    bool irq = irq_level(s);
    bool rx = (s->cr2 & RXDMAEN) && (s->flags & RXNE);
    bool tx = (s->cr2 & TXDMAEN) && (s->flags & TXE);
    if (irq != s->irq)
        stm32_irq(block, 0, s->irq = irq);
    if (rx != s->rx_request)
        stm32_dma_request(block, STM32_DMA_RX, s->rx_request = rx);
    if (tx != s->tx_request)
        stm32_dma_request(block, STM32_DMA_TX, s->tx_request = tx);
}

/* --- frames ---------------------------------------------------------------------------------- */

/* Swaps between a frame in a register and its bits in the order of the wire. */
static uint16_t wire_order(const struct spi *s, uint16_t v) {
    if (!(s->cr1 & LSBFIRST))
        return v;
    v = (uint16_t)((v & 0x5555) << 1 | (v >> 1 & 0x5555));
    v = (uint16_t)((v & 0x3333) << 2 | (v >> 2 & 0x3333));
    v = (uint16_t)((v & 0x0f0f) << 4 | (v >> 4 & 0x0f0f));
    v = (uint16_t)(v << 8 | v >> 8);
    return s->frame == 16 ? v : v >> 8;
}

/* 20.3.6: serially over the bits of a frame, first bit on the wire first. */
static uint16_t crc_frame(const struct spi *s, uint16_t crc, uint32_t wire) {
    uint32_t top = 1u << s->frame >> 1, mask = (top << 1) - 1;
    uint32_t sum = (crc ^ wire) & mask;
    for (unsigned i = 0; i < s->frame; i++)
        sum = (sum << 1 ^ (sum & top ? s->crcpr : 0)) & mask;
    return (uint16_t)sum;
}

static uint32_t next_out(const struct spi *s) {
    return wire_order(s, s->crc_frame ? s->txcrc : s->tx);
}

/* A frame begins: the Tx buffer goes to the shift register, which sets TXE. */
void spi_v1_load(struct stm32_block *block, struct spi *s) {
    s->out = next_out(s);
    s->loaded = true;
    if (s->crc_frame || !s->sends)
        return;
    if (s->cr1 & CRCEN)
        s->txcrc = crc_frame(s, s->txcrc, s->out);
    if (s->flags & TXE)
        return;
    s->flags |= TXE;
    signal(block, s);
}

/* Puts the next bit on the data output. */
static void present(struct stm32_block *block, const struct spi *s, sim_time time) {
    if (!s->drives)
        return;
    uint32_t out = s->loaded ? s->out : next_out(s);
    stm32_pin_drive(block, s->out_pin, out >> (s->frame - 1) & 1, time);
}

/* 20.3.10. A master that only wants to send overruns all the time and need not care. */
static void overrun(struct stm32_block *block, struct spi *s, uint16_t value) {
    s->flags |= OVR;
    if (!(s->cr1 & MSTR))
        tell(block, STM32_RX_OVERRUN, value, s->frame / 8);
    if (s->cr2 & RXDMAEN)
        stm32_lost(block, "overrun (OVR): the DMA is not armed, or late", value);
    else if (!(s->cr1 & MSTR) || (s->cr2 & RXNEIE))
        stm32_lost(block, "overrun (OVR): the frame before was not read", value);
}

static void store_frame(struct stm32_block *block, struct spi *s, uint16_t value) {
    if (s->flags & (RXNE | OVR)) {
        overrun(block, s, value);
        return;
    }
    s->rx = value;
    s->flags |= RXNE;
    if (!(s->cr1 & MSTR))
        tell(block, STM32_RX_FRAME, value, s->frame / 8);
}

static void check_crc(struct spi *s, uint16_t value) {
    uint16_t mask = s->frame == 16 ? 0xffff : 0xff;
    if (s->receives && (value & mask) != (s->rxcrc & mask))
        s->flags |= CRCERR;
    s->cr1 &= (uint16_t)~CRCNEXT;
    s->crc_frame = false;
}

/* After a data frame: is the next one the CRC? A receive-only SPI has no Tx data to wait for. */
static bool crc_is_next(const struct spi *s) {
    return (s->cr1 & CRCEN) && (s->cr1 & CRCNEXT) && (!s->sends || (s->flags & TXE));
}

/* The last bit was sampled. */
static void end_frame(struct stm32_block *block, struct spi *s) {
    uint16_t value = wire_order(s, (uint16_t)s->in);
    if (s->crc_frame) {
        check_crc(s, value);
    } else {
        if (s->cr1 & CRCEN && s->receives)
            s->rxcrc = crc_frame(s, s->rxcrc, s->in);
        s->crc_frame = crc_is_next(s);
    }
    s->in = 0;
    s->bits = 0;
    s->loaded = false;
    if (s->receives)
        store_frame(block, s, value);
    signal(block, s);
}

void spi_v1_take(struct stm32_block *block, struct spi *s, unsigned n, uint32_t bits) {
    s->in = s->in << n | bits;
    s->bits = (uint8_t)(s->bits + n);
    if (s->bits == s->frame)
        end_frame(block, s);
}

static void sample(struct stm32_block *block, struct spi *s) {
    if (!s->loaded)
        spi_v1_load(block, s);
    spi_v1_take(block, s, 1, s->pin[s->in_pin]);
}

/* The edge at which data change. The first one of a frame with CPHA set begins the frame. */
static void shift(struct stm32_block *block, struct spi *s, sim_time time) {
    if (s->loaded)
        s->out <<= 1;
    else if ((s->cr1 & CPHA) && !(s->flags & TXE))
        spi_v1_load(block, s);
    present(block, s, time);
}

/* One bit left over is what an idle line leaves between frames; more are worth a report. */
static void drop_partial(struct stm32_block *block, struct spi *s) {
    if (s->bits > 1 && s->receives && !(s->cr1 & MSTR))
        stm32_lost(block, "a partly received frame was dropped", s->bits);
    s->in = 0;
    s->bits = 0;
    s->loaded = false;
    s->crc_frame = false;
}

/* --- master ---------------------------------------------------------------------------------- */

static bool clocks_freely(const struct spi *s) { /* a receive-only master (20.3.5) */
    return (s->cr1 & MSTR) && !s->sends;
}

static void drive_sck(struct stm32_block *block, const struct spi *s, bool active, sim_time time) {
    unsigned level = active != ((s->cr1 & CPOL) != 0);
    stm32_pin_drive(block, STM32_SCK, level, time);
}

static void schedule_half(struct stm32_block *block, struct spi *s) {
    sim_time at = stm32_tick_time(block, s->start + (uint64_t)s->half * s->ratio);
    if (at == SIM_NEVER)
        stm32_cancel(block, EVENT_HALF);
    else
        stm32_schedule(block, EVENT_HALF, at);
}

static bool has_work(const struct spi *s) {
    return clocks_freely(s) || !(s->flags & TXE) || s->crc_frame;
}

/* Begins to clock when there is something to send, or nothing but to receive. */
static void start_master(struct stm32_block *block, struct spi *s) {
    if (s->running || (s->cr1 & (SPE | MSTR)) != (SPE | MSTR) || !has_work(s))
        return;
    s->running = true;
    s->half = 0;
    s->ratio = 1u << ((s->cr1 & BR) >> 3);
    s->start = stm32_tick_at(block, stm32_now(block)) + START_CYCLES;
    schedule_half(block, s);
}

static void stop_master(struct stm32_block *block, struct spi *s) {
    s->running = false;
    stm32_cancel(block, EVENT_HALF);
}

/* All bits of a frame are out: the next follows without a gap, or SCK rests. */
static bool continue_master(struct stm32_block *block, struct spi *s, sim_time time) {
    if (!(s->cr1 & CPHA))
        drive_sck(block, s, false, time);
    if ((s->cr1 & SPE) && has_work(s)) {
        s->start += (uint64_t)s->half * s->ratio;
        s->half = 0;
        s->ratio = 1u << ((s->cr1 & BR) >> 3);
        return true;
    }
    s->running = false;
    if (!(s->cr1 & SPE))
        stm32_pin_drive(block, STM32_SCK, STM32_Z, time);
    return false;
}

/* Even halves put a bit out, odd ones sample. CPHA says which of them has SCK active. */
static void half_bit(struct stm32_block *block, struct spi *s, sim_time time) {
    bool cpha = s->cr1 & CPHA, odd = s->half & 1;
    if (s->half == 2u * s->frame && !continue_master(block, s, time))
        return;
    if (s->half > 0 || cpha)
        drive_sck(block, s, odd != cpha, time);
    if (odd) {
        sample(block, s);
    } else if (s->half == 0) {
        spi_v1_load(block, s);
        present(block, s, time);
    } else {
        shift(block, s, time);
    }
    s->half++;
    schedule_half(block, s);
}

/* --- configuration --------------------------------------------------------------------------- */

/* 20.3.1, slave select: the level the SPI itself sees. */
static bool nss_level(const struct spi *s) {
    if (s->cr1 & SSM)
        return s->cr1 & SSI;
    if ((s->cr1 & MSTR) && (s->cr2 & SSOE))
        return true;
    return s->pin[STM32_NSS];
}

static void derive(struct spi *s) {
    bool bidi = s->cr1 & BIDIMODE, master = s->cr1 & MSTR;
    s->sends = bidi ? (s->cr1 & BIDIOE) != 0 : !(s->cr1 & RXONLY);
    s->receives = !bidi || !(s->cr1 & BIDIOE);
    s->out_pin = master ? STM32_MOSI : STM32_MISO;
    s->in_pin = master == bidi ? STM32_MOSI : STM32_MISO;
    s->sample_level = !(s->cr1 & CPOL) == !(s->cr1 & CPHA);
    s->frame = s->cr1 & DFF ? 16 : 8;
    s->clocked = (s->cr1 & SPE) && !master && !nss_level(s);
}

/* Outputs that do not depend on the frame: SCK at rest, NSS. `was`: CR1 before. */
static void drive_pins(struct stm32_block *block, struct spi *s, uint16_t was, sim_time time) {
    bool master = (s->cr1 & (SPE | MSTR)) == (SPE | MSTR);
    bool was_master = (was & (SPE | MSTR)) == (SPE | MSTR);
    bool nss = master && !(s->cr1 & SSM) && (s->cr2 & SSOE);
    if (nss != s->nss_out)
        stm32_pin_drive(block, STM32_NSS, nss ? STM32_LOW : STM32_Z, time);
    s->nss_out = nss;
    if (master && !s->running)
        drive_sck(block, s, false, time);
    else if (!master && was_master && !s->running)
        stm32_pin_drive(block, STM32_SCK, STM32_Z, time);
}

static void drive_data(struct stm32_block *block, struct spi *s, unsigned was_pin, sim_time time) {
    bool master = (s->cr1 & (SPE | MSTR)) == (SPE | MSTR);
    bool drives = s->sends && (master || s->clocked);
    if (s->drives && (!drives || was_pin != s->out_pin))
        stm32_pin_drive(block, was_pin, STM32_Z, time);
    s->drives = drives;
    if (drives && s->clocked)
        present(block, s, time);
}

/* 20.3.10: a master whose NSS is low is one no more. */
static void check_mode_fault(struct spi *s) {
    if ((s->cr1 & (SPE | MSTR)) != (SPE | MSTR) || nss_level(s))
        return;
    s->flags |= MODF;
    s->sr_seen = false;
    s->cr1 &= (uint16_t) ~(SPE | MSTR);
}

static void drop_if_stopped(struct stm32_block *block, struct spi *s, uint16_t was,
                            bool was_clocked) {
    unsigned keeps = stm32_block_config(block)->spi_partial;
    bool disabled = (was & SPE) && !(s->cr1 & SPE);
    if ((was ^ s->cr1) & MSTR || (disabled && s->running && !clocks_freely(s))) {
        stop_master(block, s);
        drop_partial(block, s);
    } else if (disabled && !s->running) {
        if (!(keeps & STM32_SPI_SPE_KEEPS))
            drop_partial(block, s);
    } else if (was_clocked && !s->clocked && !(keeps & STM32_SPI_NSS_KEEPS)) {
        drop_partial(block, s);
    }
}

/* Everything that follows from a change of CR1, CR2 or NSS. `was`: CR1 before. */
static void reconfigure(struct stm32_block *block, struct spi *s, uint16_t was) {
    sim_time time = stm32_now(block);
    bool was_clocked = s->clocked;
    unsigned was_pin = s->out_pin;
    check_mode_fault(s);
    derive(s);
    tell_listening(block, s, s->bits);
    drop_if_stopped(block, s, was, was_clocked);
    if (s->bits >= s->frame && !s->running) /* kept from a longer frame */
        drop_partial(block, s);
    drive_pins(block, s, was, time);
    drive_data(block, s, was_pin, time);
    start_master(block, s);
    signal(block, s);
}

/* --- registers ------------------------------------------------------------------------------- */

static const struct stm32_reg REGS[] = {
    {.name = "CR1", .offset = CR1, .writable = 0xffff},
    {.name = "CR2", .offset = CR2, .writable = 0xe7, .loud = FRF},
    {.name = "SR", .offset = SR, .reset = TXE, .writable = CRCERR},
    {.name = "DR", .offset = DR, .writable = 0xffff, .apart = true},
    {.name = "CRCPR", .offset = CRCPR, .reset = 7, .writable = 0xffff},
    {.name = "RXCRCR", .offset = RXCRCR},
    {.name = "TXCRCR", .offset = TXCRCR},
    {.name = "I2SCFGR", .offset = I2SCFGR, .writable = 0x3bf, .loud = 3u << 10},
    {.name = "I2SPR", .offset = I2SPR, .reset = 2, .writable = 0x3ff},
};

static void check_dma_crc(struct stm32_block *block, const struct spi *s) {
    if ((s->cr1 & SPE) && (s->cr1 & CRCEN) && (s->cr2 & (RXDMAEN | TXDMAEN)))
        stm32_unmodelled(block, "CRC together with DMA");
}

static void write_cr1(struct stm32_block *block, struct spi *s, uint16_t value) {
    uint16_t was = s->cr1;
    if ((s->flags & MODF) && s->sr_seen)
        s->flags &= (uint16_t)~MODF;
    if (s->flags & MODF)
        value &= (uint16_t) ~(SPE | MSTR);
    if ((was & value & SPE) && ((was ^ value) & FROZEN))
        stm32_misuse(block, "CPHA, CPOL, LSBFIRST, DFF or CRCEN changed while SPE is set");
    if (~was & value & CRCEN)
        s->rxcrc = s->txcrc = 0;
    s->cr1 = value;
    reconfigure(block, s, was);
    check_dma_crc(block, s);
}

static void write_cr2(struct stm32_block *block, struct spi *s, uint16_t value) {
    s->cr2 = value & 0xe7;
    reconfigure(block, s, s->cr1);
    check_dma_crc(block, s);
}

static void write_dr(struct stm32_block *block, struct spi *s, uint16_t value) {
    if (!(s->flags & TXE))
        stm32_misuse(block, "DR written while TXE is clear: the frame before is lost");
    s->tx = s->frame == 16 ? value : value & 0xff;
    s->flags &= (uint16_t)~TXE;
    if (s->clocked && !s->loaded)
        present(block, s, stm32_now(block));
    start_master(block, s);
    signal(block, s);
}

static void spi_write(struct stm32_block *block, uint32_t offset, uint32_t value) {
    struct spi *s = stm32_state(block);
    switch (offset) {
    case CR1:
        write_cr1(block, s, (uint16_t)value);
        break;
    case CR2:
        write_cr2(block, s, (uint16_t)value);
        break;
    case SR:
        s->flags &= (uint16_t)(value | ~CRCERR);
        s->sr_seen = s->flags & MODF;
        signal(block, s);
        break;
    case DR:
        write_dr(block, s, (uint16_t)value);
        break;
    case CRCPR:
        s->crcpr = (uint16_t)stm32_store(block, offset, value);
        break;
    default:
        stm32_store(block, offset, value);
    }
}

/* 20.3.7: low while a master only receives on a bidirectional line. */
static bool busy(const struct spi *s) {
    if (s->cr1 & MSTR || s->running)
        return s->running && !((s->cr1 & BIDIMODE) && !(s->cr1 & BIDIOE));
    return s->bits != 0;
}

/* Reading SR is the second half of clearing OVR, and the first of clearing MODF (20.3.10). */
static uint32_t read_sr(struct stm32_block *block, struct spi *s) {
    uint32_t value = s->flags | (busy(s) ? BSY : 0u);
    s->sr_seen = s->flags & MODF;
    if ((s->flags & OVR) && s->dr_read) {
        s->flags &= (uint16_t)~OVR;
        s->dr_read = false;
        signal(block, s);
    }
    return value;
}

static uint32_t read_dr(struct stm32_block *block, struct spi *s) {
    s->dr_read = s->flags & OVR;
    if (s->flags & RXNE) {
        s->flags &= (uint16_t)~RXNE;
        signal(block, s);
    }
    return s->rx;
}

static uint32_t spi_read(struct stm32_block *block, uint32_t offset) {
    struct spi *s = stm32_state(block);
    switch (offset) {
    case CR1:
        return s->cr1;
    case CR2:
        return s->cr2;
    case SR:
        return read_sr(block, s);
    case DR:
        return read_dr(block, s);
    case RXCRCR:
        return s->rxcrc;
    case TXCRCR:
        return s->txcrc;
    default:
        return stm32_get(block, offset);
    }
}

/* --- what comes in --------------------------------------------------------------------------- */

static void spi_reset(struct stm32_block *block, enum stm32_cause cause) {
    struct spi *s = stm32_state(block);
    unsigned bits = s->bits;
    (void)cause;
    *s = (struct spi){.crcpr = 7, .flags = TXE, .told = s->told};
    for (unsigned role = 0; role < PINS; role++)
        s->pin[role] = (uint8_t)stm32_pin_level(block, role, role == STM32_NSS);
    derive(s);
    tell_listening(block, s, bits);
}

void spi_v1_sck_edge(struct stm32_block *block, struct spi *s, unsigned level, sim_time time) {
    if (s->pin[STM32_SCK] == level)
        return;
    s->pin[STM32_SCK] = (uint8_t)level;
    if (!s->clocked)
        return;
    if (level == s->sample_level)
        sample(block, s);
    else
        shift(block, s, time);
}

static void spi_pin_in(struct stm32_block *block, unsigned role, unsigned level, sim_time time) {
    struct spi *s = stm32_state(block);
    if (role == STM32_SCK) {
        spi_v1_sck_edge(block, s, level, time);
    } else if (role < PINS) {
        s->pin[role] = (uint8_t)level;
        if (role == STM32_NSS && !(s->cr1 & SSM))
            reconfigure(block, s, s->cr1);
    }
}

static void spi_edges(struct stm32_block *block, const struct stm32_edges roles[]) {
    struct spi *s = stm32_state(block);
    const struct stm32_edges clock = roles[STM32_SCK], in = roles[s->in_pin];
    unsigned other = s->in_pin == STM32_MOSI ? STM32_MISO : STM32_MOSI;
    bool selects = roles[STM32_NSS].n & 1;
    s->pin[other] ^= roles[other].n & 1;
    spi_v1_clock_edges(block, s, &clock, &in);
    s->pin[STM32_NSS] ^= selects;
    if (selects && !(s->cr1 & SSM))
        reconfigure(block, s, s->cr1);
}

/* Edges of SCK before the one that ends a frame are the block's own affair, unless it puts
 * data out or takes a new frame from its Tx buffer. */
static unsigned spi_quiet(struct stm32_block *block, unsigned role) {
    const struct spi *s = stm32_state(block);
    if (role == STM32_NSS)
        return s->cr1 & SSM ? UINT_MAX : 0;
    if (role != STM32_SCK || !s->clocked)
        return UINT_MAX;
    if (s->sends && ((!s->loaded && !(s->flags & TXE)) ||
                     stm32_pin_level(block, s->out_pin, STM32_Z) != STM32_Z))
        return 0;
    unsigned left = 2u * (s->frame - s->bits);
    return s->pin[STM32_SCK] == s->sample_level ? left - 1 : left - 2;
}

static void spi_event(struct stm32_block *block, unsigned id) {
    (void)id;
    half_bit(block, stm32_state(block), stm32_now(block));
}

static void spi_clock_changed(struct stm32_block *block) {
    struct spi *s = stm32_state(block);
    if (s->running)
        schedule_half(block, s);
}

const struct stm32_ip stm32_ip_spi_v1 = {
    .name = "spi_v1",
    .state_size = sizeof(struct spi),
    .regs = REGS,
    .n_regs = sizeof REGS / sizeof *REGS,
    .n_events = 1,
    .reset = spi_reset,
    .read = spi_read,
    .write = spi_write,
    .event = spi_event,
    .clock_changed = spi_clock_changed,
    .pin_in = spi_pin_in,
    .quiet = spi_quiet,
    .edges = spi_edges,
    .listens = spi_v1_listens,
    .bits = spi_v1_bits,
    .feeds = spi_v1_feeds,
    .fed = spi_v1_fed,
};
