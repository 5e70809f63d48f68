#include "models/mcu/stm32/gpio.h"

#define LCKK (1U << 16)

void gpio_write_lock(struct stm32_block *b, uint32_t lckr, uint32_t value) {
    struct gpio *s = stm32_state(b);
    uint32_t pins = value & 0xFFFF, held = stm32_get(b, lckr) & 0xFFFF;
    bool key = value & LCKK;
    if (s->locked)
        return;
    bool next = s->sequence == 0 ? key : pins == held && key == (s->sequence == 2);
    s->sequence = next ? s->sequence + 1 : 0;
    stm32_put(b, lckr, pins);
    if (s->sequence == 3) {
        s->locked = pins;
        stm32_put(b, lckr, pins | LCKK);
    }
}

static void set_up(struct stm32_block *b, uint32_t pins, gpio_setup_of *setup_of, sim_time time) {
    for (unsigned pin = 0; pin < 16; pin++) {
        if (!(pins >> pin & 1))
            continue;
        struct stm32_pin_setup setup = setup_of(b, pin);
        stm32_pin_setup(b, pin, &setup, time);
    }
}

void gpio_set_up(struct stm32_block *b, uint32_t pins, gpio_setup_of *setup_of) {
    set_up(b, pins, setup_of, stm32_now(b));
}

void gpio_set_up_written(struct stm32_block *b, uint32_t pins, gpio_setup_of *setup_of) {
    uint64_t tick = stm32_clock_tick_at(b, STM32_HCLK, stm32_now(b)) + 1;
    set_up(b, pins, setup_of, stm32_clock_tick_time(b, STM32_HCLK, tick));
}
