/* What the flash interfaces of F1 and F4 have in common: the keys that unlock, the check of
 * wait states against the clock, and the wait states themselves. FLASH_ACR, KEYR, OPTKEYR, SR
 * and CR are at the same offsets in both. PM0075 3.1 to 3.5, RM0368 3.8, RM0090 3.9. */
#ifndef MODELS_MCU_STM32_FLASH_H
#define MODELS_MCU_STM32_FLASH_H

#include "models/mcu/soc/stm32_block.h"

enum {
    FLASH_ACR = 0x00,
    FLASH_KEYR = 0x04,
    FLASH_OPTKEYR = 0x08,
    FLASH_SR = 0x0C,
    FLASH_CR = 0x10
};

struct flash {
    struct armv7m_lines lines;
    unsigned keys; /* right ones so far; 3: a wrong one came */
};

/* Locked and without wait states; caches keep what they hold. */
void flash_reset(struct stm32_block *b, struct flash *flash);
/* LATENCY and the rest of ACR were taken into `lines`: from now on. */
void flash_changed(struct stm32_block *b);
/* A write to KEYR; `lock` is the bit of CR that the keys clear. */
void flash_write_key(struct stm32_block *b, struct flash *flash, uint32_t lock, uint32_t value);
/* Misuse `text` when HCLK, less what its oscillator is off, exceeds `hz_per_state` for each of
 * latency + 1 states. */
void flash_check_latency(struct stm32_block *b, unsigned latency, double hz_per_state,
                         const char *text);

#endif
