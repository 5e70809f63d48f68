/* What the ports of the F1 and the F4 share: the lock of their set-up, and when a write reaches
 * the pins, one HCLK cycle after the access. */
#ifndef MODELS_MCU_STM32_GPIO_H
#define MODELS_MCU_STM32_GPIO_H

#include "models/mcu/soc/stm32_block.h"

/* The block's state. */
struct gpio {
    uint32_t locked;   /* pins whose set-up is frozen */
    unsigned sequence; /* of the lock key; 3: locked, and not read since */
};

/* A write of the lock register at `lckr`. The key: LCKK 1, 0, 1 with the same pins, then a read
 * (RM0008 9.2.7, RM0368 8.4.8). */
void gpio_write_lock(struct stm32_block *b, uint32_t lckr, uint32_t value);

typedef struct stm32_pin_setup gpio_setup_of(const struct stm32_block *b, unsigned pin);
/* The set-up of these pins, as the registers have it now: at once, or after a write. */
void gpio_set_up(struct stm32_block *b, uint32_t pins, gpio_setup_of *setup_of);
void gpio_set_up_written(struct stm32_block *b, uint32_t pins, gpio_setup_of *setup_of);

#endif
