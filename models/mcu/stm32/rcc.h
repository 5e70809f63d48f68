/* What the reset and clock controllers of the F1 and F4 have in common: the oscillators and
 * the PLL with their ready flags, the switch, the prescalers, gates, resets and causes.
 * RCC_CR, RCC_CIR and RCC_CSR have the same bits in both; the rest is in the layout. */
#ifndef MODELS_MCU_STM32_RCC_H
#define MODELS_MCU_STM32_RCC_H

#include "models/mcu/soc/stm32_block.h"

enum rcc_event { RCC_HSI_READY, RCC_HSE_READY, RCC_PLL_READY, RCC_LSI_READY, RCC_EVENTS };

enum rcc_cr_bit {
    RCC_CR_HSION = 1 << 0,
    RCC_CR_HSIRDY = 1 << 1,
    RCC_CR_HSITRIM = 0x1F << 3,
    RCC_CR_HSEON = 1 << 16,
    RCC_CR_HSERDY = 1 << 17,
    RCC_CR_HSEBYP = 1 << 18,
    RCC_CR_CSSON = 1 << 19,
    RCC_CR_PLLON = 1 << 24,
    RCC_CR_PLLRDY = 1 << 25,
};
enum { RCC_CR = 0x00 };

struct rcc_state {
    uint32_t bdcr, flags; /* what outlives a system reset */
};

/* An enable or reset register, and its bits that belong to no row of the chip. */
struct rcc_gate {
    uint16_t offset; /* 0 ends a list */
    uint32_t extra, at_reset;
};

struct rcc_layout {
    uint16_t cfgr, cir, csr, bdcr;
    uint8_t ppre1, ppre2;                               /* positions in CFGR */
    sim_time hsi_start, hse_start, pll_lock, lsi_start; /* ps */
    uint32_t csr_power_on;
    bool (*pll_from_hse)(struct stm32_block *b);
    /* The PLL's output from its source; hz 0 and a report when it cannot lock. */
    struct stm32_rate (*pll)(struct stm32_block *b, struct stm32_rate source);
    struct stm32_rate (*clk48)(struct stm32_block *b, struct stm32_rate source);
    bool (*timers_by_hclk)(struct stm32_block *b); /* F4: TIMPRE; NULL: never */
    const struct rcc_gate *(*enables)(struct stm32_block *b);
    const struct rcc_gate *(*resets)(struct stm32_block *b);
};

void rcc_reset(struct stm32_block *b, const struct rcc_layout *layout, enum stm32_cause cause);
/* CR, CFGR, CIR, CSR, BDCR, gates and resets; false when the offset is none of them. */
bool rcc_write(struct stm32_block *b, const struct rcc_layout *layout, uint32_t offset,
               uint32_t value);
void rcc_event(struct stm32_block *b, const struct rcc_layout *layout, unsigned id);
/* Every clock from the registers as they are. */
void rcc_update(struct stm32_block *b, const struct rcc_layout *layout);

#endif
