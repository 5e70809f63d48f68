/* USART of the STM32F1, F2, F4 and L1, asynchronous: bits on the TX pin at their baud rate,
 * what was sent as octets for a log, and a receiver that samples the RX pin.
 *
 * Sources: RM0368 section 19.3 behaviour and 19.6 registers; RM0041 section 23, the same.
 * Section numbers below are RM0368's.
 *
 * One tick of PCLK after DR is written, or at the end of the frame before, a frame starts.
 * A bit is sampled once, in its middle; noise (NF) is never seen. No idle frame is sent when
 * TE is set.
 *
 * Not modelled, loud: break, mute mode, LIN, IrDA, smartcard, half duplex, flow control,
 * the synchronous clock.
 */
#include <limits.h>

#include "models/mcu/stm32/ips.h"

enum { SR = 0x00, DR = 0x04, BRR = 0x08, CR1 = 0x0c, CR2 = 0x10, CR3 = 0x14, GTPR = 0x18 };

enum { /* 19.6.1 */
       PE = 1 << 0,
       FE = 1 << 1,
       ORE = 1 << 3,
       IDLE = 1 << 4,
       RXNE = 1 << 5,
       TC = 1 << 6,
       TXE = 1 << 7,
};
enum { /* 19.6.4 */
       SBK = 1 << 0,
       RWU = 1 << 1,
       RE = 1 << 2,
       TE = 1 << 3,
       IDLEIE = 1 << 4,
       RXNEIE = 1 << 5,
       TCIE = 1 << 6,
       TXEIE = 1 << 7,
       PEIE = 1 << 8,
       PS = 1 << 9,
       PCE = 1 << 10,
       M = 1 << 12,
       UE = 1 << 13,
       OVER8 = 1 << 15,
};
enum { LBDIE = 1 << 6, CLKEN = 1 << 11, LINEN = 1 << 14 };                          /* 19.6.5 */
enum { EIE = 1 << 0, IREN = 1 << 1, HDSEL = 1 << 3, NACK = 1 << 4, SCEN = 1 << 5 }; /* 19.6.6 */
enum { DMAR = 1 << 6, DMAT = 1 << 7, RTSE = 1 << 8, CTSE = 1 << 9, CTSIE = 1 << 10 };

enum { EVENT_TX, EVENT_RX, EVENT_IDLE };

struct usart {
    uint32_t sr;
    uint16_t tdr, rdr;
    uint16_t tx, rx; /* shift registers: data bits, parity included, first bit lowest */
    bool sending, receiving, sr_read, irq, rx_request, tx_request;
    uint8_t level;             /* of RX */
    unsigned tx_bit, rx_bit;   /* 0: start bit */
    uint64_t tx_tick, rx_tick; /* of the event that is due */
};

static const struct stm32_reg REGS[] = {
    {.name = "SR", .offset = SR, .reset = TC | TXE, .writable = 0x360},
    {.name = "DR", .offset = DR, .writable = 0x1ff},
    {.name = "BRR", .offset = BRR, .writable = 0xffff},
    {.name = "CR1", .offset = CR1, .writable = 0xbfff, .loud = SBK | RWU},
    {.name = "CR2", .offset = CR2, .writable = 0x7f6f, .loud = CLKEN | LINEN | LBDIE},
    {.name = "CR3",
     .offset = CR3,
     .writable = 0xfff,
     .loud = IREN | HDSEL | NACK | SCEN | RTSE | CTSE | CTSIE},
    {.name = "GTPR", .offset = GTPR, .writable = 0xffff},
};

static bool irq_level(uint32_t sr, uint32_t cr1, uint32_t cr3) {
    return ((cr1 & TXEIE) && (sr & TXE)) || ((cr1 & TCIE) && (sr & TC)) ||
           ((cr1 & RXNEIE) && (sr & (RXNE | ORE))) || ((cr1 & IDLEIE) && (sr & IDLE)) ||
           ((cr1 & PEIE) && (sr & PE)) || ((cr3 & EIE) && (cr3 & DMAR) && (sr & (FE | ORE)));
}

static void signal(struct stm32_block *b, struct usart *u) {
    uint32_t cr3 = stm32_get(b, CR3);
    bool irq = irq_level(u->sr, stm32_get(b, CR1), cr3);
    bool rx = (cr3 & DMAR) && (u->sr & RXNE), tx = (cr3 & DMAT) && (u->sr & TXE);
    if (irq != u->irq)
        stm32_irq(b, 0, u->irq = irq);
    if (rx != u->rx_request)
        stm32_dma_request(b, STM32_DMA_RX, u->rx_request = rx);
    if (tx != u->tx_request)
        stm32_dma_request(b, STM32_DMA_TX, u->tx_request = tx);
}

/* --- frames ---------------------------------------------------------------------------------- */

/* Ticks of a bit: 16 or 8 times USARTDIV, whose fraction is in BRR (19.3.4). */
static uint64_t bit_ticks(struct stm32_block *b) {
    uint32_t brr = stm32_get(b, BRR);
    uint32_t ticks = stm32_get(b, CR1) & OVER8 ? (brr >> 4) * 8 + (brr & 7) : brr;
    return ticks ? ticks : 1;
}

static unsigned data_bits(struct stm32_block *b) {
    return stm32_get(b, CR1) & M ? 9 : 8;
}

/* Half bits of stop: STOP of CR2 is 1, 0.5, 2, 1.5. */
static unsigned stop_halves(struct stm32_block *b) {
    static const uint8_t halves[4] = {2, 1, 4, 3};
    return halves[stm32_get(b, CR2) >> 12 & 3];
}

static unsigned parity_of(struct stm32_block *b, unsigned data) {
    unsigned odd = stm32_get(b, CR1) & PS ? 1 : 0;
    for (; data; data &= data - 1)
        odd ^= 1;
    return odd;
}

/* With PCE the uppermost bit is the parity of those below (19.3.6). */
static unsigned with_parity(struct stm32_block *b, unsigned data) {
    unsigned bits = data_bits(b), mask = (1u << bits) - 1;
    if (!(stm32_get(b, CR1) & PCE))
        return data & mask;
    data &= mask >> 1;
    return data | parity_of(b, data) << (bits - 1);
}

static void schedule(struct stm32_block *b, unsigned event, uint64_t tick) {
    sim_time at = stm32_tick_time(b, tick);
    if (at == SIM_NEVER)
        stm32_cancel(b, event);
    else
        stm32_schedule(b, event, at);
}

/* --- transmitter ----------------------------------------------------------------------------- */

static bool can_send(struct stm32_block *b) {
    return (stm32_get(b, CR1) & (UE | TE)) == (UE | TE) && stm32_get(b, BRR);
}

static void start_frame(struct stm32_block *b, struct usart *u, uint64_t tick) {
    if (u->sending || (u->sr & TXE) || !can_send(b))
        return;
    u->tx = (uint16_t)with_parity(b, u->tdr);
    u->sr |= TXE;
    u->sending = true;
    u->tx_bit = 0;
    u->tx_tick = tick;
    schedule(b, EVENT_TX, tick);
}

static void end_frame(struct stm32_block *b, struct usart *u) {
    unsigned bits = data_bits(b) - (stm32_get(b, CR1) & PCE ? 1 : 0);
    u->sending = false;
    stm32_serial_out(b, u->tx & ((1u << bits) - 1) & 0xff);
    start_frame(b, u, u->tx_tick);
    if (!u->sending)
        u->sr |= TC;
    if (!u->sending && !can_send(b))
        stm32_pin_drive(b, STM32_TX, STM32_Z, stm32_now(b));
    signal(b, u);
}

/* The next bit to the pin: start, data, stop; the event after stop ends the frame. */
static void send_bit(struct stm32_block *b, struct usart *u) {
    unsigned bits = data_bits(b);
    uint64_t ticks = bit_ticks(b);
    if (u->tx_bit >= bits + 2) { /* more: M was cleared meanwhile */
        end_frame(b, u);
        return;
    }
    unsigned level = u->tx_bit == 0 ? 0 : u->tx_bit == bits + 1 ? 1 : u->tx >> (u->tx_bit - 1) & 1;
    stm32_pin_drive(b, STM32_TX, level, stm32_now(b));
    u->tx_tick += u->tx_bit == bits + 1 ? ticks * stop_halves(b) / 2 : ticks;
    u->tx_bit++;
    schedule(b, EVENT_TX, u->tx_tick);
}

/* --- receiver -------------------------------------------------------------------------------- */

static void store_frame(struct stm32_block *b, struct usart *u, bool framing_error) {
    unsigned bits = data_bits(b), data = u->rx & ((1u << bits) - 1);
    u->receiving = false;
    if (u->sr & RXNE) {
        u->sr |= ORE;
        stm32_lost(b, "overrun (ORE): the frame before was not read", data);
    } else {
        u->rdr = (uint16_t)data;
        u->sr |= RXNE | (framing_error ? FE : 0u);
        if ((stm32_get(b, CR1) & PCE) && with_parity(b, data) != data)
            u->sr |= PE;
    }
    schedule(b, EVENT_IDLE, u->rx_tick + bit_ticks(b) * (bits + 2));
    signal(b, u);
}

static void receive_bit(struct stm32_block *b, struct usart *u) {
    unsigned bits = data_bits(b);
    if (u->rx_bit == 0 && u->level) { /* no start bit, a glitch */
        u->receiving = false;
        return;
    }
    if (u->rx_bit > bits) {
        store_frame(b, u, !u->level);
        return;
    }
    if (u->rx_bit > 0)
        u->rx |= (uint16_t)(u->level << (u->rx_bit - 1));
    u->rx_bit++;
    u->rx_tick += bit_ticks(b);
    schedule(b, EVENT_RX, u->rx_tick);
}

static bool awaits_start(const struct stm32_block *b, const struct usart *u) {
    bool on = (stm32_get(b, CR1) & (UE | RE)) == (UE | RE) && stm32_get(b, BRR);
    return on && !u->receiving;
}

/* Within a frame, only the level at the sampling points counts. */
static unsigned usart_quiet(struct stm32_block *b, unsigned role) {
    return role == STM32_RX && awaits_start(b, stm32_state(b)) ? 0 : UINT_MAX;
}

static void usart_pin_in(struct stm32_block *b, unsigned role, unsigned level, sim_time time) {
    struct usart *u = stm32_state(b);
    if (role != STM32_RX || u->level == level)
        return;
    u->level = (uint8_t)level;
    if (level || !awaits_start(b, u))
        return;
    stm32_cancel(b, EVENT_IDLE);
    u->receiving = true;
    u->rx = 0;
    u->rx_bit = 0;
    u->rx_tick = stm32_tick_at(b, time) + (bit_ticks(b) + 1) / 2;
    schedule(b, EVENT_RX, u->rx_tick);
}

/* --- registers ------------------------------------------------------------------------------- */

static void write_dr(struct stm32_block *b, struct usart *u, uint32_t value) {
    if (!(u->sr & TXE))
        stm32_misuse(b, "DR written while TXE is clear: the data before are lost");
    u->tdr = value & 0x1ff;
    u->sr &= ~(uint32_t)(u->sr_read ? TXE | TC : TXE);
    start_frame(b, u, stm32_tick_at(b, stm32_now(b)) + 1);
}

/* Outputs and receiver follow UE, TE and RE; a frame under way is finished. */
static void write_cr1(struct stm32_block *b, struct usart *u, uint32_t value) {
    bool was = (stm32_get(b, CR1) & (UE | TE)) == (UE | TE);
    uint32_t cr1 = stm32_store(b, CR1, value);
    bool is = (cr1 & (UE | TE)) == (UE | TE);
    if (is != was && !u->sending)
        stm32_pin_drive(b, STM32_TX, is ? STM32_HIGH : STM32_Z, stm32_now(b));
    if ((cr1 & (UE | RE)) != (UE | RE)) {
        u->receiving = false;
        stm32_cancel(b, EVENT_RX);
        stm32_cancel(b, EVENT_IDLE);
    }
    start_frame(b, u, stm32_tick_at(b, stm32_now(b)) + 1);
}

static void usart_write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    struct usart *u = stm32_state(b);
    if (offset == SR)
        u->sr &= value | ~(uint32_t)(RXNE | TC);
    else if (offset == DR)
        write_dr(b, u, value);
    else if (offset == CR1)
        write_cr1(b, u, value);
    else
        stm32_store(b, offset, value);
    signal(b, u);
}

/* Errors and IDLE clear by reading SR, then DR (19.6.1). */
static uint32_t read_dr(struct stm32_block *b, struct usart *u) {
    u->sr &= ~(uint32_t)(u->sr_read ? RXNE | PE | FE | ORE | IDLE : RXNE);
    u->sr_read = false;
    signal(b, u);
    return u->rdr;
}

static uint32_t usart_read(struct stm32_block *b, uint32_t offset) {
    struct usart *u = stm32_state(b);
    if (offset == DR)
        return read_dr(b, u);
    if (offset != SR)
        return stm32_get(b, offset);
    u->sr_read = true;
    return u->sr;
}

/* --- what comes in --------------------------------------------------------------------------- */

static void usart_event(struct stm32_block *b, unsigned id) {
    struct usart *u = stm32_state(b);
    if (id == EVENT_TX) {
        send_bit(b, u);
    } else if (id == EVENT_RX) {
        receive_bit(b, u);
    } else {
        u->sr |= IDLE;
        signal(b, u);
    }
}

static void usart_clock_changed(struct stm32_block *b) {
    struct usart *u = stm32_state(b);
    if (u->sending)
        schedule(b, EVENT_TX, u->tx_tick);
    if (u->receiving)
        schedule(b, EVENT_RX, u->rx_tick);
}

static void usart_reset(struct stm32_block *b, enum stm32_cause cause) {
    (void)cause;
    *(struct usart *)stm32_state(b) = (struct usart){
        .sr = TC | TXE,
        .level = (uint8_t)stm32_pin_level(b, STM32_RX, 1),
    };
}

const struct stm32_ip stm32_ip_usart_v1 = {
    .name = "usart_v1",
    .state_size = sizeof(struct usart),
    .regs = REGS,
    .n_regs = sizeof REGS / sizeof *REGS,
    .n_events = 3,
    .reset = usart_reset,
    .read = usart_read,
    .write = usart_write,
    .event = usart_event,
    .clock_changed = usart_clock_changed,
    .pin_in = usart_pin_in,
    .quiet = usart_quiet,
};
