/* A port of the F4: RM0368 8.4, RM0090 8.4.
 *
 * A write reaches the pin one HCLK cycle after the access. Inputs pass a synchroniser of two
 * HCLK cycles (the frame's). Drive impedance and edge times by OSPEEDR are estimates: DS10086,
 * I/O AC characteristics, states 100, 20, 6 (10) and 4 (6) ns at 30 to 50 pF; 40 ohm when fast
 * follows from VOL at 20 mA. From memory.
 * Not modelled: the debug port on PA13 to PA15, PB3 and PB4 (AF0).
 */
#include "models/mcu/stm32/gpio.h"

enum {
    MODER = 0x00,
    OTYPER = 0x04,
    OSPEEDR = 0x08,
    PUPDR = 0x0C,
    IDR = 0x10,
    ODR = 0x14,
    BSRR = 0x18,
    LCKR = 0x1C,
    AFRL = 0x20,
    AFRH = 0x24,
};

static const struct stm32_reg regs[] = {
    {.name = "MODER", .offset = MODER, .writable = 0xFFFFFFFF},
    {.name = "OTYPER", .offset = OTYPER, .writable = 0x0000FFFF},
    {.name = "OSPEEDR", .offset = OSPEEDR, .writable = 0xFFFFFFFF},
    {.name = "PUPDR", .offset = PUPDR, .writable = 0xFFFFFFFF},
    {.name = "IDR", .offset = IDR},
    {.name = "ODR", .offset = ODR, .writable = 0x0000FFFF},
    {.name = "BSRR", .offset = BSRR},
    {.name = "LCKR", .offset = LCKR},
    {.name = "AFRL", .offset = AFRL, .writable = 0xFFFFFFFF},
    {.name = "AFRH", .offset = AFRH, .writable = 0xFFFFFFFF},
};

static const struct speed {
    float ohms, edge_ns;
} speeds[] = {{250, 60}, {120, 15}, {60, 6}, {40, 3}};

static uint32_t field(const struct stm32_block *b, uint32_t offset, unsigned pin) {
    return stm32_get(b, offset) >> 2 * pin & 3;
}

static struct stm32_pin_setup setup_of(const struct stm32_block *b, unsigned pin) {
    static const enum stm32_pin_mode modes[] = {STM32_PIN_IN, STM32_PIN_OUT, STM32_PIN_AF,
                                                STM32_PIN_ANALOG};
    static const int8_t pulls[] = {0, 1, -1, 0};
    const struct speed *speed = &speeds[field(b, OSPEEDR, pin)];
    return (struct stm32_pin_setup){
        .mode = modes[field(b, MODER, pin)],
        .open_drain = stm32_get(b, OTYPER) >> pin & 1,
        .pull = pulls[field(b, PUPDR, pin)],
        .af = stm32_get(b, pin < 8 ? AFRL : AFRH) >> 4 * (pin % 8) & 15,
        .odr = stm32_get(b, ODR) >> pin & 1,
        .ohms = speed->ohms,
        .edge_ns = speed->edge_ns,
    };
}

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    struct gpio *s = stm32_state(b);
    (void)cause;
    s->locked = s->sequence = 0;
    if (stm32_row(b)->variant == 0) { /* port A: the debug port, RM0368 8.4.1 to 8.4.4 */
        stm32_put(b, MODER, 0xA8000000);
        stm32_put(b, OSPEEDR, 0x0C000000);
        stm32_put(b, PUPDR, 0x64000000);
    } else if (stm32_row(b)->variant == 1) {
        stm32_put(b, MODER, 0x00000280);
        stm32_put(b, OSPEEDR, 0x000000C0);
        stm32_put(b, PUPDR, 0x00000100);
    }
    gpio_set_up(b, 0xFFFF, setup_of);
}

static uint32_t read(struct stm32_block *b, uint32_t offset) {
    struct gpio *s = stm32_state(b);
    if (offset == IDR)
        return stm32_port_sample(b);
    if (offset == LCKR && s->sequence == 3)
        s->sequence = 0; /* the read that ends the sequence; LCKK was set by its third write */
    return stm32_get(b, offset);
}

static uint32_t spread(uint32_t pins, unsigned width, unsigned first) {
    uint32_t mask = 0;
    for (unsigned i = 0; i < 32 / width; i++)
        if (pins >> (first + i) & 1)
            mask |= ((1U << width) - 1) << width * i;
    return mask;
}

/* Bits of locked pins keep their value; ODR is not locked. */
static uint32_t frozen(const struct gpio *s, uint32_t offset) {
    switch (offset) {
    case OTYPER:
        return s->locked;
    case AFRL:
        return spread(s->locked, 4, 0);
    case AFRH:
        return spread(s->locked, 4, 8);
    case ODR:
        return 0;
    default:
        return spread(s->locked, 2, 0);
    }
}

static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    struct gpio *s = stm32_state(b);
    uint32_t before = stm32_get(b, offset);
    if (offset == LCKR) {
        gpio_write_lock(b, LCKR, value);
        return;
    }
    if (offset == BSRR) {
        offset = ODR;
        before = stm32_get(b, ODR);
        value = (before & ~(value >> 16)) | (value & 0xFFFF); /* set wins */
    }
    uint32_t keep = frozen(s, offset);
    uint32_t changed = before ^ stm32_store(b, offset, (value & ~keep) | (before & keep));
    uint32_t pins = 0;
    for (unsigned pin = 0; pin < 16; pin++)
        pins |= (uint32_t)(offset == ODR || offset == OTYPER ? changed >> pin & 1
                           : offset == AFRL                  ? pin < 8 && changed >> 4 * pin & 15
                           : offset == AFRH ? pin >= 8 && changed >> 4 * (pin - 8) & 15
                                            : (changed >> 2 * pin & 3) != 0)
                << pin;
    gpio_set_up_written(b, pins, setup_of);
}

const struct stm32_ip stm32_ip_gpio_f4 = {
    .name = "gpio_f4",
    .state_size = sizeof(struct gpio),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
    .read = read,
    .write = write,
};
