#include "models/mcu/stm32/flash.h"

#define KEY1 0x45670123U
#define KEY2 0xCDEF89ABU

void flash_reset(struct stm32_block *b, struct flash *flash) {
    flash->keys = 0;
    flash->lines.latency = 0;
    flash_changed(b);
}

void flash_changed(struct stm32_block *b) {
    stm32_flush_fetch(b);
}

void flash_write_key(struct stm32_block *b, struct flash *flash, uint32_t lock, uint32_t value) {
    flash->keys = value == KEY1 ? 1 : value == KEY2 && flash->keys == 1 ? 2 : 3;
    if (flash->keys == 2)
        stm32_put(b, FLASH_CR, stm32_get(b, FLASH_CR) & ~lock);
    else if (flash->keys == 3)
        stm32_misuse(b, "a wrong key: FLASH_CR stays locked until the next reset");
}

void flash_check_latency(struct stm32_block *b, unsigned latency, double hz_per_state,
                         const char *text) {
    const struct stm32_config *config = stm32_block_config(b);
    double worst = config->hsi_ppm > config->hse_ppm ? config->hsi_ppm : config->hse_ppm;
    double limit = hz_per_state * (latency + 1);
    if (stm32_hz(b) > limit * (1 + (worst > 0 ? worst * 1e-6 : 0)) + 1)
        stm32_misuse(b, text);
}
