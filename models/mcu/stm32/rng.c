/* Random number generator of the STM32F2 and F4: here a seeded one, the same in every run.
 *
 * Source: RM0090 section 24.3 behaviour and 24.4 registers. A word takes 40 periods of the
 * PLL's 48 MHz output. Without that clock no word comes, and CECS with CEIS say so (24.3.2).
 * The sequence goes on over resets of the chip. Not modelled: seed errors (they never
 * happen), a clock that is too slow.
 */
#include "models/mcu/stm32/ips.h"
#include "sim/rng.h"

#define PERIODS 40u

enum { CR = 0x00, SR = 0x04, DR = 0x08 };
enum { RNGEN = 4, IE = 8 };
enum { DRDY = 1, CECS = 2, CEIS = 32, SEIS = 64 };
enum { EVENT_WORD };

struct rng {
    uint64_t words;
    uint32_t sr, word;
};

static const struct stm32_reg REGS[] = {
    {.name = "CR", .offset = CR, .writable = RNGEN | IE},
    {.name = "SR", .offset = SR, .writable = CEIS | SEIS},
    {.name = "DR", .offset = DR},
};

static void signal(struct stm32_block *b, const struct rng *r) {
    stm32_irq(b, 0, (stm32_get(b, CR) & IE) && (r->sr & (DRDY | CEIS | SEIS)));
}

static void start(struct stm32_block *b, struct rng *r) {
    if (!(stm32_get(b, CR) & RNGEN) || r->sr & DRDY)
        return;
    uint64_t tick = stm32_clock_tick_at(b, STM32_CLK48, stm32_now(b)) + PERIODS;
    sim_time at = stm32_clock_tick_time(b, STM32_CLK48, tick);
    r->sr &= ~(uint32_t)CECS;
    if (at == SIM_NEVER)
        r->sr |= CECS | CEIS;
    else
        stm32_schedule(b, EVENT_WORD, at);
}

static void rng_event(struct stm32_block *b, unsigned id) {
    struct rng *r = stm32_state(b);
    uint64_t stream = rng_stream("STM32 RNG");
    (void)id;
    r->word = (uint32_t)rng_u64(stm32_block_config(b)->seed, stream, r->words++);
    r->sr |= DRDY;
    signal(b, r);
}

static void rng_write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    struct rng *r = stm32_state(b);
    if (offset == CR) {
        bool was = stm32_get(b, CR) & RNGEN;
        bool is = stm32_store(b, CR, value) & RNGEN;
        if (is && !was)
            start(b, r);
        else if (!is)
            stm32_cancel(b, EVENT_WORD);
    } else if (offset == SR) {
        r->sr &= value | ~(uint32_t)(CEIS | SEIS);
    }
    signal(b, r);
}

/* A word can be read once; the next is on its way then. Too early reads 0. */
static uint32_t read_dr(struct stm32_block *b, struct rng *r) {
    uint32_t word = r->word;
    if (!(r->sr & DRDY)) {
        stm32_misuse(b, "DR read while DRDY is clear");
        return 0;
    }
    r->sr &= ~(uint32_t)DRDY;
    r->word = 0;
    start(b, r);
    signal(b, r);
    return word;
}

static uint32_t rng_read(struct stm32_block *b, uint32_t offset) {
    struct rng *r = stm32_state(b);
    if (offset == DR)
        return read_dr(b, r);
    return offset == SR ? r->sr : stm32_get(b, offset);
}

static void rng_reset(struct stm32_block *b, enum stm32_cause cause) {
    struct rng *r = stm32_state(b);
    (void)cause;
    *r = (struct rng){.words = r->words};
}

/* Called for HCLK; the 48 MHz clock comes and goes with it or at the next look. */
static void rng_clock_changed(struct stm32_block *b) {
    struct rng *r = stm32_state(b);
    if (stm32_pending(b, EVENT_WORD) == SIM_NEVER)
        start(b, r);
    signal(b, r);
}

const struct stm32_ip stm32_ip_rng = {
    .name = "rng",
    .state_size = sizeof(struct rng),
    .regs = REGS,
    .n_regs = sizeof REGS / sizeof *REGS,
    .n_events = 1,
    .reset = rng_reset,
    .read = rng_read,
    .write = rng_write,
    .event = rng_event,
    .clock_changed = rng_clock_changed,
};
