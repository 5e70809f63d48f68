/* The common half of the reset and clock controllers; see rcc.h.
 *
 * Sources: RM0368 chapter 6, RM0090 chapter 6, RM0008 chapter 7, RM0041 chapter 6. A switch
 * of SYSCLK and a new prescaler take effect at the write; the chip takes a few cycles more.
 * Not modelled, loud: CSS, LSE and RTC clocks, MCO.
 */
#include "models/mcu/stm32/rcc.h"

enum { SW_HSI, SW_HSE, SW_PLL };
enum {
    CSR_LSION = 1 << 0,
    CSR_LSIRDY = 1 << 1,
    CSR_RMVF = 1 << 24,
    CSR_PINRSTF = 1 << 26,
    CSR_SFTRSTF = 1 << 28,
    CSR_IWDGRSTF = 1 << 29,
    CSR_WWDGRSTF = 1 << 30,
};
#define CSR_FLAGS  0xFE000000U
#define CIR_FLAGS  0x000000FFU
#define CIR_ENABLE 0x00007F00U
#define BDCR_BDRST (1U << 16)
#define PWR_CR_DBP (1U << 8)

/* --- rates --- */

static struct stm32_rate hsi_rate(struct stm32_block *b) {
    return stm32_rate(stm32_block_chip(b)->hsi_hz, stm32_block_config(b)->hsi_ppm);
}

static struct stm32_rate hse_rate(struct stm32_block *b) {
    return stm32_rate(stm32_block_config(b)->hse_hz, stm32_block_config(b)->hse_ppm);
}

static struct stm32_rate pll_source(struct stm32_block *b, const struct rcc_layout *layout) {
    return layout->pll_from_hse(b) ? hse_rate(b) : hsi_rate(b);
}

static unsigned switch_now(struct stm32_block *b, const struct rcc_layout *layout) {
    return stm32_get(b, layout->cfgr) >> 2 & 3;
}

static struct stm32_rate sysclk_rate(struct stm32_block *b, const struct rcc_layout *layout) {
    switch (switch_now(b, layout)) {
    case SW_HSE:
        return hse_rate(b);
    case SW_PLL:
        return layout->pll(b, pll_source(b, layout));
    default:
        return hsi_rate(b);
    }
}

static uint32_t ahb_divider(uint32_t hpre) {
    static const uint16_t dividers[] = {2, 4, 8, 16, 64, 128, 256, 512};
    return hpre & 8 ? dividers[hpre & 7] : 1;
}

static uint32_t apb_divider(uint32_t ppre) {
    return ppre & 4 ? 2U << (ppre & 3) : 1;
}

/* Timers run at PCLK when it is HCLK, at twice that otherwise (RM0368 6.2); with TIMPRE at
 * HCLK up to a divider of 4, then at four times PCLK (RCC_DCKCFGR). */
static struct stm32_rate timer_rate(struct stm32_block *b, const struct rcc_layout *layout,
                                    struct stm32_rate hclk, uint32_t divider) {
    bool fast = layout->timers_by_hclk && layout->timers_by_hclk(b);
    uint32_t times = fast ? 4 : 2;
    return stm32_rate_scale(hclk, times < divider ? times : divider, divider);
}

static double in_hz(struct stm32_rate rate) {
    return rate.per ? (double)rate.hz / (double)rate.per : 0;
}

/* Limits are for nominal frequencies: an oscillator's error is not the firmware's fault. */
static void check_limit(struct stm32_block *b, struct stm32_rate rate, uint32_t limit,
                        const char *text) {
    const struct stm32_config *config = stm32_block_config(b);
    double worst = config->hsi_ppm > config->hse_ppm ? config->hsi_ppm : config->hse_ppm;
    double slack = worst > 0 ? worst * 1e-6 : 0;
    if (limit && in_hz(rate) > limit * (1 + slack) + 1)
        stm32_misuse(b, text);
}

static void check_limits(struct stm32_block *b, struct stm32_rate hclk, struct stm32_rate pclk1,
                         struct stm32_rate pclk2) {
    const struct stm32_chip *chip = stm32_block_chip(b);
    check_limit(b, hclk, chip->max_hclk_hz, "HCLK is above the chip's maximum");
    check_limit(b, pclk1, chip->max_pclk1_hz, "PCLK1 is above the chip's maximum");
    check_limit(b, pclk2, chip->max_pclk2_hz, "PCLK2 is above the chip's maximum");
}

static void update_clk48(struct stm32_block *b, const struct rcc_layout *layout) {
    struct stm32_rate off = {0, 1};
    bool locked = stm32_get(b, RCC_CR) & RCC_CR_PLLRDY;
    stm32_set_rate(b, STM32_CLK48, locked ? layout->clk48(b, pll_source(b, layout)) : off);
}

void rcc_update(struct stm32_block *b, const struct rcc_layout *layout) {
    uint32_t cfgr = stm32_get(b, layout->cfgr);
    uint32_t div1 = apb_divider(cfgr >> layout->ppre1 & 7);
    uint32_t div2 = apb_divider(cfgr >> layout->ppre2 & 7);
    struct stm32_rate sysclk = sysclk_rate(b, layout);
    struct stm32_rate hclk = stm32_rate_scale(sysclk, 1, ahb_divider(cfgr >> 4 & 15));
    struct stm32_rate pclk1 = stm32_rate_scale(hclk, 1, div1);
    struct stm32_rate pclk2 = stm32_rate_scale(hclk, 1, div2);
    check_limits(b, hclk, pclk1, pclk2);
    stm32_set_rate(b, STM32_HCLK, hclk);
    stm32_set_rate(b, STM32_PCLK1, pclk1);
    stm32_set_rate(b, STM32_PCLK2, pclk2);
    stm32_set_rate(b, STM32_TIMCLK1, timer_rate(b, layout, hclk, div1));
    stm32_set_rate(b, STM32_TIMCLK2, timer_rate(b, layout, hclk, div2));
    update_clk48(b, layout);
    stm32_clocks_changed(b);
}

/* --- oscillators --- */

static void set_bits(struct stm32_block *b, uint32_t offset, uint32_t bits, bool on) {
    uint32_t value = stm32_get(b, offset);
    stm32_put(b, offset, on ? value | bits : value & ~bits);
}

static void update_interrupt(struct stm32_block *b, const struct rcc_layout *layout) {
    uint32_t cir = stm32_get(b, layout->cir);
    stm32_irq(b, 0, (cir & cir >> 8 & 0x7F) != 0);
}

/* `flag`: position in CIR. */
static void ready_flag(struct stm32_block *b, const struct rcc_layout *layout, unsigned flag) {
    uint32_t cir = stm32_get(b, layout->cir);
    if (cir >> (8 + flag) & 1)
        stm32_put(b, layout->cir, cir | 1U << flag);
    update_interrupt(b, layout);
}

static bool source_ready(struct stm32_block *b, unsigned sw) {
    static const uint32_t ready[] = {RCC_CR_HSIRDY, RCC_CR_HSERDY, RCC_CR_PLLRDY, 0};
    return stm32_get(b, RCC_CR) & ready[sw & 3];
}

/* A switch waits until its target is ready (RM0368 6.2.6). */
static void try_switch(struct stm32_block *b, const struct rcc_layout *layout) {
    uint32_t cfgr = stm32_get(b, layout->cfgr);
    if (source_ready(b, cfgr & 3))
        stm32_put(b, layout->cfgr, (cfgr & ~0xCU) | (cfgr & 3) << 2);
    rcc_update(b, layout);
}

static void start_pll(struct stm32_block *b, const struct rcc_layout *layout) {
    uint32_t cr = stm32_get(b, RCC_CR);
    uint32_t needed = layout->pll_from_hse(b) ? RCC_CR_HSERDY : RCC_CR_HSIRDY;
    bool waiting = stm32_pending(b, RCC_PLL_READY) != SIM_NEVER;
    if (!(cr & RCC_CR_PLLON) || cr & RCC_CR_PLLRDY || !(cr & needed) || waiting)
        return;
    if (layout->pll(b, pll_source(b, layout)).hz)
        stm32_schedule(b, RCC_PLL_READY, stm32_now(b) + layout->pll_lock);
}

void rcc_event(struct stm32_block *b, const struct rcc_layout *layout, unsigned id) {
    static const struct {
        uint32_t bit;
        uint8_t flag;
    } ready[] = {{RCC_CR_HSIRDY, 2}, {RCC_CR_HSERDY, 3}, {RCC_CR_PLLRDY, 4}, {CSR_LSIRDY, 0}};
    set_bits(b, id == RCC_LSI_READY ? layout->csr : RCC_CR, ready[id].bit, true);
    ready_flag(b, layout, ready[id].flag);
    start_pll(b, layout);
    if (id != RCC_LSI_READY)
        try_switch(b, layout);
}

static void oscillator(struct stm32_block *b, uint32_t offset, uint32_t ready, bool on,
                       enum rcc_event event, sim_time start) {
    bool running = stm32_get(b, offset) & ready;
    bool starting = stm32_pending(b, event) != SIM_NEVER;
    if (on && !running && !starting)
        stm32_schedule(b, event, stm32_now(b) + start);
    if (!on) {
        stm32_cancel(b, event);
        set_bits(b, offset, ready, false);
    }
}

static sim_time hse_start(struct stm32_block *b, const struct rcc_layout *layout, uint32_t cr) {
    const struct stm32_config *config = stm32_block_config(b);
    bool bypass = cr & RCC_CR_HSEBYP;
    if (!config->hse_hz)
        return SIM_NEVER;
    if (bypass != config->hse_bypass && !config->hse_either) {
        stm32_misuse(b, bypass ? "HSEON with HSEBYP, but there is a crystal"
                               : "HSEON without HSEBYP, but a clock is fed in");
        return SIM_NEVER;
    }
    return bypass ? SIM_US : layout->hse_start;
}

/* What SYSCLK or the PLL that makes it needs cannot be switched off (RCC_CR, HSEON, PLLON). */
static uint32_t keep_needed(struct stm32_block *b, const struct rcc_layout *layout, uint32_t cr) {
    unsigned sw = switch_now(b, layout);
    uint32_t needed = sw == SW_HSE ? RCC_CR_HSEON : RCC_CR_HSION;
    if (sw == SW_PLL)
        needed = RCC_CR_PLLON | (layout->pll_from_hse(b) ? RCC_CR_HSEON : RCC_CR_HSION);
    if (~cr & needed)
        stm32_misuse(b, "an oscillator that makes SYSCLK cannot be switched off");
    return cr | needed;
}

static void schedule_hse(struct stm32_block *b, const struct rcc_layout *layout, uint32_t cr) {
    bool rise = cr & RCC_CR_HSEON && !(stm32_get(b, RCC_CR) & RCC_CR_HSEON);
    sim_time start = rise ? hse_start(b, layout, cr) : SIM_NEVER;
    if (rise && start != SIM_NEVER)
        stm32_schedule(b, RCC_HSE_READY, stm32_now(b) + start);
    if (!(cr & RCC_CR_HSEON)) {
        stm32_cancel(b, RCC_HSE_READY);
        set_bits(b, RCC_CR, RCC_CR_HSERDY, false);
    }
}

static void write_cr(struct stm32_block *b, const struct rcc_layout *layout, uint32_t value) {
    uint32_t cr = keep_needed(b, layout, value);
    schedule_hse(b, layout, cr);
    stm32_store(b, RCC_CR, cr);
    oscillator(b, RCC_CR, RCC_CR_HSIRDY, cr & RCC_CR_HSION, RCC_HSI_READY, layout->hsi_start);
    if (!(cr & RCC_CR_PLLON)) {
        stm32_cancel(b, RCC_PLL_READY);
        set_bits(b, RCC_CR, RCC_CR_PLLRDY, false);
    }
    start_pll(b, layout);
    rcc_update(b, layout);
}

/* --- the other registers --- */

static void write_csr(struct stm32_block *b, const struct rcc_layout *layout, uint32_t value) {
    struct rcc_state *s = stm32_state(b);
    if (value & CSR_RMVF)
        s->flags = 0;
    set_bits(b, layout->csr, CSR_FLAGS, false);
    set_bits(b, layout->csr, s->flags, true);
    set_bits(b, layout->csr, CSR_LSION, value & CSR_LSION);
    oscillator(b, layout->csr, CSR_LSIRDY, value & CSR_LSION, RCC_LSI_READY, layout->lsi_start);
}

static void write_cir(struct stm32_block *b, const struct rcc_layout *layout, uint32_t value) {
    uint32_t cir = stm32_get(b, layout->cir) & CIR_FLAGS;
    cir &= ~(value >> 16 & CIR_FLAGS);
    stm32_put(b, layout->cir, cir | (value & CIR_ENABLE));
    update_interrupt(b, layout);
}

/* The backup domain is write protected after reset (RM0368 5.1.2: PWR_CR, DBP). */
static void write_bdcr(struct stm32_block *b, const struct rcc_layout *layout, uint32_t value) {
    struct rcc_state *s = stm32_state(b);
    struct stm32_block *pwr = stm32_peer(b, "PWR");
    if (pwr && !(stm32_get(pwr, 0) & PWR_CR_DBP)) {
        stm32_misuse(b, "the backup domain is write protected: PWR_CR.DBP is 0");
        return;
    }
    s->bdcr = value & BDCR_BDRST ? BDCR_BDRST : stm32_store(b, layout->bdcr, value);
    stm32_put(b, layout->bdcr, s->bdcr);
}

static uint32_t gate_mask(struct stm32_block *b, const struct rcc_gate *gate, bool enable) {
    uint32_t mask = gate->extra;
    for (const struct stm32_row *row = stm32_block_chip(b)->rows; row->name; row++) {
        const struct stm32_rcc_bit *bit = enable ? &row->enable : &row->reset;
        if (bit->offset == gate->offset)
            mask |= 1U << bit->bit;
    }
    return mask;
}

static bool write_gate(struct stm32_block *b, const struct rcc_gate *gate, bool enable,
                       uint32_t offset, uint32_t value) {
    for (; gate->offset; gate++) {
        if (gate->offset != offset)
            continue;
        value &= gate_mask(b, gate, enable);
        stm32_put(b, offset, value);
        if (enable)
            stm32_set_gates(b, offset, value);
        else
            stm32_set_resets(b, offset, value);
        return true;
    }
    return false;
}

bool rcc_write(struct stm32_block *b, const struct rcc_layout *layout, uint32_t offset,
               uint32_t value) {
    if (offset == RCC_CR)
        write_cr(b, layout, value);
    else if (offset == layout->cfgr) {
        stm32_store(b, offset, value);
        try_switch(b, layout);
    } else if (offset == layout->cir)
        write_cir(b, layout, value);
    else if (offset == layout->csr)
        write_csr(b, layout, value);
    else if (offset == layout->bdcr)
        write_bdcr(b, layout, value);
    else
        return write_gate(b, layout->enables(b), true, offset, value) ||
               write_gate(b, layout->resets(b), false, offset, value);
    return true;
}

/* --- reset --- */

static uint32_t cause_flag(const struct rcc_layout *layout, enum stm32_cause cause) {
    switch (cause) {
    case STM32_POWER_ON:
        return layout->csr_power_on;
    case STM32_SOFTWARE:
        return CSR_SFTRSTF | CSR_PINRSTF;
    case STM32_IWDG:
        return CSR_IWDGRSTF | CSR_PINRSTF;
    case STM32_WWDG:
        return CSR_WWDGRSTF | CSR_PINRSTF;
    default:
        return CSR_PINRSTF;
    }
}

void rcc_reset(struct stm32_block *b, const struct rcc_layout *layout, enum stm32_cause cause) {
    struct rcc_state *s = stm32_state(b);
    if (cause == STM32_POWER_ON)
        s->bdcr = s->flags = 0;
    s->flags |= cause_flag(layout, cause);
    stm32_put(b, layout->csr, s->flags);
    stm32_put(b, layout->bdcr, s->bdcr);
    for (const struct rcc_gate *gate = layout->enables(b); gate->offset; gate++) {
        stm32_put(b, gate->offset, gate->at_reset);
        stm32_set_gates(b, gate->offset, gate->at_reset);
    }
    /* The LSI counts always: the watchdog switches it on by itself (RM0368 6.2.5). */
    stm32_set_rate(b, STM32_LSI,
                   stm32_rate(stm32_block_chip(b)->lsi_hz, stm32_block_config(b)->lsi_ppm));
    rcc_update(b, layout);
}
