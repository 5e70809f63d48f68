/* A port of the F4: RM0368 8.4, RM0090 8.4.
 *
 * A write reaches the pin one HCLK cycle after the access. Inputs pass a synchroniser of two
 * HCLK cycles (the frame's). Drive impedance and edge times by OSPEEDR are estimates: DS10086,
 * I/O AC characteristics, states 100, 20, 6 (10) and 4 (6) ns at 30 to 50 pF; 40 ohm when fast
 * follows from VOL at 20 mA. From memory.
 * Not modelled: the debug port on PA13 to PA15, PB3 and PB4 (AF0).
 */
#include "models/mcu/soc/stm32_block.h"

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
#define LCKK (1U << 16)

static const struct stm32_reg regs[] = {
    {.name = "MODER", .offset = MODER, .writable = 0xFFFFFFFF, .steady = STM32_STEADY},
    {.name = "OTYPER", .offset = OTYPER, .writable = 0x0000FFFF, .steady = STM32_STEADY},
    {.name = "OSPEEDR", .offset = OSPEEDR, .writable = 0xFFFFFFFF, .steady = STM32_STEADY},
    {.name = "PUPDR", .offset = PUPDR, .writable = 0xFFFFFFFF, .steady = STM32_STEADY},
    {.name = "IDR", .offset = IDR, .steady = STM32_PINS},
    {.name = "ODR", .offset = ODR, .writable = 0x0000FFFF, .steady = STM32_STEADY},
    {.name = "BSRR", .offset = BSRR, .steady = STM32_STEADY},
    {.name = "LCKR", .offset = LCKR},
    {.name = "AFRL", .offset = AFRL, .writable = 0xFFFFFFFF, .steady = STM32_STEADY},
    {.name = "AFRH", .offset = AFRH, .writable = 0xFFFFFFFF, .steady = STM32_STEADY},
};

static const struct speed {
    float ohms, edge_ns;
} speeds[] = {{250, 60}, {120, 15}, {60, 6}, {40, 3}};

struct state {
    uint32_t locked;   /* pins whose set-up is frozen */
    unsigned sequence; /* of the lock key */
};

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

static void set_up(struct stm32_block *b, uint32_t pins, sim_time time) {
    for (unsigned pin = 0; pin < 16; pin++) {
        if (!(pins >> pin & 1))
            continue;
        struct stm32_pin_setup setup = setup_of(b, pin);
        stm32_pin_setup(b, pin, &setup, time);
    }
}

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    struct state *s = stm32_state(b);
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
    set_up(b, 0xFFFF, stm32_now(b));
}

static uint32_t read(struct stm32_block *b, uint32_t offset) {
    struct state *s = stm32_state(b);
    if (offset == IDR)
        return stm32_port_sample(b);
    if (offset == LCKR && s->sequence == 3)
        s->sequence = 0; /* the read that ends the sequence; LCKK was set by its third write */
    return stm32_get(b, offset);
}

/* The key: LCKK 1, 0, 1 with the same pins, then a read (RM0368 8.4.8). */
static void write_lock(struct stm32_block *b, uint32_t value) {
    struct state *s = stm32_state(b);
    uint32_t pins = value & 0xFFFF, held = stm32_get(b, LCKR) & 0xFFFF;
    bool key = value & LCKK;
    if (s->locked)
        return;
    bool next = s->sequence == 0 ? key : pins == held && key == (s->sequence == 2);
    s->sequence = next ? s->sequence + 1 : 0;
    stm32_put(b, LCKR, pins);
    if (s->sequence == 3) {
        s->locked = pins;
        stm32_put(b, LCKR, pins | LCKK);
    }
}

static uint32_t spread(uint32_t pins, unsigned width, unsigned first) {
    uint32_t mask = 0;
    for (unsigned i = 0; i < 32 / width; i++)
        if (pins >> (first + i) & 1)
            mask |= ((1U << width) - 1) << width * i;
    return mask;
}

/* Bits of locked pins keep their value; ODR is not locked. */
static uint32_t frozen(const struct state *s, uint32_t offset) {
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
    struct state *s = stm32_state(b);
    uint32_t before = stm32_get(b, offset);
    if (offset == LCKR) {
        write_lock(b, value);
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
    set_up(
        b, pins,
        stm32_clock_tick_time(b, STM32_HCLK, stm32_clock_tick_at(b, STM32_HCLK, stm32_now(b)) + 1));
}

const struct stm32_ip stm32_ip_gpio_f4 = {
    .name = "gpio_f4",
    .state_size = sizeof(struct state),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
    .read = read,
    .write = write,
};
