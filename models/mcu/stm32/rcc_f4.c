/* Reset and clock control of the STM32F4: RM0368 6.3 (F401), RM0090 6.3 (F42x, F43x).
 *
 * Start-up times: HSI 2.2 us, LSI 15 us, PLL lock 100 us typical (DS10086, oscillator and PLL
 * characteristics), a crystal 2 ms; from memory.
 * Not modelled, loud: HSITRIM, CSS, LSE, RTC clock, MCO, PLLI2S, PLLSAI, spread spectrum. Low-power
 * enable registers are stored and have no effect: a sleeping core's blocks go on.
 */
#include "models/mcu/stm32/rcc.h"

enum {
    PLLCFGR = 0x04,
    CFGR = 0x08,
    CIR = 0x0C,
    AHB1RSTR = 0x10,
    AHB2RSTR = 0x14,
    AHB3RSTR = 0x18,
    APB1RSTR = 0x20,
    APB2RSTR = 0x24,
    AHB1ENR = 0x30,
    AHB2ENR = 0x34,
    AHB3ENR = 0x38,
    APB1ENR = 0x40,
    APB2ENR = 0x44,
    AHB1LPENR = 0x50,
    AHB2LPENR = 0x54,
    AHB3LPENR = 0x58,
    APB1LPENR = 0x60,
    APB2LPENR = 0x64,
    BDCR = 0x70,
    CSR = 0x74,
    SSCGR = 0x80,
    PLLI2SCFGR = 0x84,
    PLLSAICFGR = 0x88,
    DCKCFGR = 0x8C,
};
enum { VARIANT_F401 = 401, VARIANT_F439 = 439 };

#define DCKCFGR_TIMPRE (1U << 24)
#define PLLCFGR_PLLSRC (1U << 22)

static const struct stm32_reg regs[] = {
    {.name = "CR",
     .offset = RCC_CR,
     .reset = 0x00000083,
     .writable = 0x010500F9,
     .loud = RCC_CR_HSITRIM | RCC_CR_CSSON | 1U << 26 | 1U << 28},
    {.name = "PLLCFGR", .offset = PLLCFGR, .reset = 0x24003010, .writable = 0x0F437FFF},
    {.name = "CFGR", .offset = CFGR, .writable = 0xFFFFFCF3, .loud = 0xFF600000},
    {.name = "CIR", .offset = CIR},
    {.name = "AHB1RSTR", .offset = AHB1RSTR},
    {.name = "AHB2RSTR", .offset = AHB2RSTR},
    {.name = "AHB3RSTR", .offset = AHB3RSTR},
    {.name = "APB1RSTR", .offset = APB1RSTR},
    {.name = "APB2RSTR", .offset = APB2RSTR},
    {.name = "AHB1ENR", .offset = AHB1ENR},
    {.name = "AHB2ENR", .offset = AHB2ENR},
    {.name = "AHB3ENR", .offset = AHB3ENR},
    {.name = "APB1ENR", .offset = APB1ENR},
    {.name = "APB2ENR", .offset = APB2ENR},
    {.name = "AHB1LPENR", .offset = AHB1LPENR, .reset = 0x0061900F, .writable = 0xFFFFFFFF},
    {.name = "AHB2LPENR", .offset = AHB2LPENR, .reset = 0x00000080, .writable = 0xFFFFFFFF},
    {.name = "AHB3LPENR", .offset = AHB3LPENR, .writable = 0xFFFFFFFF},
    {.name = "APB1LPENR", .offset = APB1LPENR, .reset = 0x10E2C80F, .writable = 0xFFFFFFFF},
    {.name = "APB2LPENR", .offset = APB2LPENR, .reset = 0x00077930, .writable = 0xFFFFFFFF},
    {.name = "BDCR", .offset = BDCR, .writable = 0x0001830D, .loud = 0x0000830D},
    {.name = "CSR", .offset = CSR, .reset = 0x0E000000},
    {.name = "SSCGR", .offset = SSCGR, .writable = 0xCFFFFFFF, .loud = 0xCFFFFFFF},
    {.name = "PLLI2SCFGR", .offset = PLLI2SCFGR, .reset = 0x24003000, .writable = 0x7F007FC0},
    {.name = "PLLSAICFGR", .offset = PLLSAICFGR, .reset = 0x24003000, .writable = 0x7F007FC0},
    {.name = "DCKCFGR", .offset = DCKCFGR, .writable = DCKCFGR_TIMPRE, .loud = 0x00F3FFFF},
};

/* Bits of no block of ours: on the F439 the CCM's and ADC2's and 3's, and
 * the Ethernet's and USB's further clocks. */
static const struct rcc_gate enables_f401[] = {
    {AHB1ENR, 0, 0}, {AHB2ENR, 0, 0}, {APB1ENR, 0, 0}, {APB2ENR, 0, 0}, {0, 0, 0},
};
static const struct rcc_gate enables_f439[] = {
    {AHB1ENR, 0x5C100000, 0x00100000},
    {AHB2ENR, 0, 0},
    {AHB3ENR, 0, 0},
    {APB1ENR, 0, 0},
    {APB2ENR, 0x600, 0},
    {0, 0, 0},
};
static const struct rcc_gate resets_f4[] = {
    {AHB1RSTR, 0, 0}, {AHB2RSTR, 0, 0}, {AHB3RSTR, 0, 0},
    {APB1RSTR, 0, 0}, {APB2RSTR, 0, 0}, {0, 0, 0},
};

static bool is_f439(struct stm32_block *b) {
    return stm32_row(b)->variant == VARIANT_F439;
}

static const struct rcc_gate *enables(struct stm32_block *b) {
    return is_f439(b) ? enables_f439 : enables_f401;
}

static const struct rcc_gate *resets(struct stm32_block *b) {
    (void)b;
    return resets_f4;
}

static bool from_hse(struct stm32_block *b) {
    return stm32_get(b, PLLCFGR) & PLLCFGR_PLLSRC;
}

/* PLLCFGR's rules: M 2..63, VCO input 1 to 2 MHz (DS10086: 0.95 to 2.1), N 50..432, VCO 100 to
 * 432 MHz (older revisions of both manuals: from 192 on); for nominal frequencies, an
 * oscillator's error is not the firmware's fault. */
static bool vco_fits(struct stm32_block *b) {
    uint32_t cfg = stm32_get(b, PLLCFGR);
    uint32_t m = cfg & 0x3F, n = cfg >> 6 & 0x1FF;
    uint32_t source = from_hse(b) ? stm32_block_config(b)->hse_hz : stm32_block_chip(b)->hsi_hz;
    double input = m ? (double)source / m : 0;
    return m >= 2 && n >= 50 && n <= 432 && input >= 0.95e6 && input <= 2.1e6 &&
           input * n >= 100e6 && input * n <= 432e6;
}

static struct stm32_rate pll(struct stm32_block *b, struct stm32_rate source) {
    uint32_t cfg = stm32_get(b, PLLCFGR);
    struct stm32_rate off = {0, 1};
    if (!source.hz || !vco_fits(b)) {
        stm32_misuse(b, "PLLM, PLLN or the VCO's frequency is outside of what PLLCFGR allows");
        return off;
    }
    return stm32_rate_scale(source, cfg >> 6 & 0x1FF, (cfg & 0x3F) * 2 * ((cfg >> 16 & 3) + 1));
}

static struct stm32_rate clk48(struct stm32_block *b, struct stm32_rate source) {
    uint32_t cfg = stm32_get(b, PLLCFGR);
    uint32_t q = cfg >> 24 & 15;
    return stm32_rate_scale(source, q >= 2 ? cfg >> 6 & 0x1FF : 0, (cfg & 0x3F) * q);
}

static bool timers_by_hclk(struct stm32_block *b) {
    return stm32_get(b, DCKCFGR) & DCKCFGR_TIMPRE;
}

static const struct rcc_layout layout = {
    .cfgr = CFGR,
    .cir = CIR,
    .csr = CSR,
    .bdcr = BDCR,
    .ppre1 = 10,
    .ppre2 = 13,
    .hsi_start = 2200 * SIM_NS,
    .hse_start = 2 * SIM_MS,
    .pll_lock = 100 * SIM_US,
    .lsi_start = 15 * SIM_US,
    .csr_power_on = 0x0E000000,
    .pll_from_hse = from_hse,
    .pll = pll,
    .clk48 = clk48,
    .timers_by_hclk = timers_by_hclk,
    .enables = enables,
    .resets = resets,
};

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    if (is_f439(b)) { /* RM0090 6.3.16 to 6.3.20 */
        stm32_put(b, AHB1LPENR, 0x7EEF97FF);
        stm32_put(b, AHB2LPENR, 0x000000F1);
        stm32_put(b, AHB3LPENR, 0x00000001);
        stm32_put(b, APB1LPENR, 0xF6FEC9FF);
        stm32_put(b, APB2LPENR, 0x04777F33);
    }
    rcc_reset(b, &layout, cause);
}

static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    if (rcc_write(b, &layout, offset, value))
        return;
    if (offset == PLLCFGR && stm32_get(b, RCC_CR) & RCC_CR_PLLON) {
        if (value != stm32_get(b, PLLCFGR))
            stm32_misuse(b, "PLLCFGR is written while the PLL is on: no effect");
        return;
    }
    stm32_store(b, offset, value);
    if (offset == DCKCFGR)
        rcc_update(b, &layout);
}

static void event(struct stm32_block *b, unsigned id) {
    rcc_event(b, &layout, id);
}

const struct stm32_ip stm32_ip_rcc_f4 = {
    .name = "rcc_f4",
    .state_size = sizeof(struct rcc_state),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .n_events = RCC_EVENTS,
    .reset = reset,
    .write = write,
    .event = event,
};
