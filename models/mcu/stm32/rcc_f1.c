/* Reset and clock control of the STM32F1: RM0008 7.3 (F103), RM0041 6.3 (F100).
 *
 * Start-up times: HSI 1.5 us, LSI 85 us at most, PLL lock 200 us at most, a crystal 2 ms
 * (DocID16455 and DS5319, clock characteristics; from memory).
 * Not modelled, loud: HSITRIM, CSS, LSE, RTC clock, MCO. ADC and USB prescalers are stored.
 */
#include "models/mcu/stm32/rcc.h"

enum {
    CFGR = 0x04,
    CIR = 0x08,
    APB2RSTR = 0x0C,
    APB1RSTR = 0x10,
    AHBENR = 0x14,
    APB2ENR = 0x18,
    APB1ENR = 0x1C,
    BDCR = 0x20,
    CSR = 0x24,
    CFGR2 = 0x2C,
};
enum { VARIANT_F100 = 100, VARIANT_F103 = 103 };

#define CFGR_PLLSRC   (1U << 16)
#define CFGR_PLLXTPRE (1U << 17)
#define CFGR_USBPRE   (1U << 22)
#define CFGR_PLL      0x003F0000U

static const struct stm32_reg regs[] = {
    {.name = "CR",
     .offset = RCC_CR,
     .reset = 0x00000083,
     .writable = 0x010500F9,
     .loud = RCC_CR_HSITRIM | RCC_CR_CSSON},
    {.name = "CFGR", .offset = CFGR, .writable = 0x077FFFF3, .loud = 0x07000000},
    {.name = "CIR", .offset = CIR},
    {.name = "APB2RSTR", .offset = APB2RSTR},
    {.name = "APB1RSTR", .offset = APB1RSTR},
    {.name = "AHBENR", .offset = AHBENR, .reset = 0x00000014},
    {.name = "APB2ENR", .offset = APB2ENR},
    {.name = "APB1ENR", .offset = APB1ENR},
    {.name = "BDCR", .offset = BDCR, .writable = 0x00018305, .loud = 0x00008305},
    {.name = "CSR", .offset = CSR, .reset = 0x0C000000},
    {.name = "CFGR2", .offset = CFGR2, .writable = 0x0000000F},
};

/* SRAMEN and FLITFEN belong to no block. */
static const struct rcc_gate enables_f1[] = {
    {AHBENR, 0x14, 0x14},
    {APB2ENR, 0, 0},
    {APB1ENR, 0, 0},
    {0, 0, 0},
};
static const struct rcc_gate resets_f1[] = {{APB2RSTR, 0, 0}, {APB1RSTR, 0, 0}, {0, 0, 0}};

static const struct rcc_gate *enables(struct stm32_block *b) {
    (void)b;
    return enables_f1;
}

static const struct rcc_gate *resets(struct stm32_block *b) {
    (void)b;
    return resets_f1;
}

static bool is_f100(struct stm32_block *b) {
    return stm32_row(b)->variant == VARIANT_F100;
}

static bool from_hse(struct stm32_block *b) {
    return stm32_get(b, CFGR) & CFGR_PLLSRC;
}

/* F100: PREDIV1 of CFGR2, whose bit 0 is PLLXTPRE (RM0041 6.3.11). F103: PLLXTPRE halves. */
static uint32_t prediv(struct stm32_block *b) {
    if (!from_hse(b))
        return 2;
    if (is_f100(b))
        return (stm32_get(b, CFGR2) & 15) + 1;
    return stm32_get(b, CFGR) & CFGR_PLLXTPRE ? 2 : 1;
}

static struct stm32_rate pll(struct stm32_block *b, struct stm32_rate source) {
    uint32_t field = stm32_get(b, CFGR) >> 18 & 15;
    double input = (double)source.hz / (double)source.per / prediv(b);
    struct stm32_rate off = {0, 1};
    if (input < 0.9e6 || input > 27.5e6) { /* 1 to 24 or 25 MHz: data sheets, PLL */
        stm32_misuse(b, "the PLL's input is outside of 1 to 25 MHz");
        return off;
    }
    return stm32_rate_scale(source, field == 15 ? 16 : field + 2, prediv(b));
}

static struct stm32_rate clk48(struct stm32_block *b, struct stm32_rate source) {
    bool whole = stm32_get(b, CFGR) & CFGR_USBPRE;
    struct stm32_rate rate = pll(b, source);
    return stm32_rate_scale(rate, 2, whole ? 2 : 3);
}

static const struct rcc_layout layout = {
    .cfgr = CFGR,
    .cir = CIR,
    .csr = CSR,
    .bdcr = BDCR,
    .ppre1 = 8,
    .ppre2 = 11,
    .hsi_start = 1500 * SIM_NS,
    .hse_start = 2 * SIM_MS,
    .pll_lock = 200 * SIM_US,
    .lsi_start = 85 * SIM_US,
    .csr_power_on = 0x0C000000,
    .pll_from_hse = from_hse,
    .pll = pll,
    .clk48 = clk48,
    .enables = enables,
    .resets = resets,
};

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    rcc_reset(b, &layout, cause);
}

static bool pll_on(struct stm32_block *b) {
    return stm32_get(b, RCC_CR) & RCC_CR_PLLON;
}

/* The PLL's fields can be written only while it is off (RM0008 7.3.2). */
static uint32_t keep_pll(struct stm32_block *b, uint32_t value) {
    uint32_t held = stm32_get(b, CFGR);
    if (!pll_on(b) || !((value ^ held) & CFGR_PLL))
        return value;
    stm32_misuse(b, "PLLSRC, PLLXTPRE or PLLMUL is written while the PLL is on: no effect");
    return (value & ~CFGR_PLL) | (held & CFGR_PLL);
}

static void write_cfgr2(struct stm32_block *b, uint32_t value) {
    uint32_t cfgr = stm32_get(b, CFGR) & ~CFGR_PLLXTPRE;
    if (pll_on(b)) {
        stm32_misuse(b, "PREDIV1 is written while the PLL is on: no effect");
        return;
    }
    if (is_f100(b))
        stm32_put(b, CFGR, cfgr | (stm32_store(b, CFGR2, value) & 1) << 17);
    else
        stm32_unmodelled(b, "this chip has no CFGR2");
}

static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    if (offset == CFGR) {
        value = keep_pll(b, value);
        uint32_t prediv1 = stm32_get(b, CFGR2) & ~1U;
        if (is_f100(b))
            stm32_put(b, CFGR2, prediv1 | (value & CFGR_PLLXTPRE) >> 17);
    }
    if (offset == CFGR2)
        write_cfgr2(b, value);
    else
        rcc_write(b, &layout, offset, value);
}

static void event(struct stm32_block *b, unsigned id) {
    rcc_event(b, &layout, id);
}

const struct stm32_ip stm32_ip_rcc_f1 = {
    .name = "rcc_f1",
    .state_size = sizeof(struct rcc_state),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .n_events = RCC_EVENTS,
    .reset = reset,
    .write = write,
    .event = event,
};
