/* A port of the F1: RM0008 9.2, RM0041 7.2.
 *
 * A write reaches the pin one HCLK cycle after the access (the port stands on APB2, which the
 * F1's usual set-ups run at HCLK). Inputs pass a synchroniser of two HCLK cycles (the frame's).
 * Drive impedance and edge times by MODE are estimates from DocID16455, I/O AC
 * characteristics: 125, 25 and 8 ns (5 ns at 30 pF) for 2, 10 and 50 MHz. From memory.
 * Not modelled: the debug port on PA13 to PA15, PB3 and PB4, which the F1 holds until
 * AFIO_MAPR.SWJ_CFG gives them back.
 */
#include "models/mcu/soc/stm32_block.h"

enum { CRL = 0x00, CRH = 0x04, IDR = 0x08, ODR = 0x0C, BSRR = 0x10, BRR = 0x14, LCKR = 0x18 };
enum { CNF_ANALOG = 0, CNF_FLOATING = 1, CNF_PULL = 2 };
#define LCKK (1U << 16)

static const struct stm32_reg regs[] = {
    {.name = "CRL",
     .offset = CRL,
     .reset = 0x44444444,
     .writable = 0xFFFFFFFF,
     .steady = STM32_STEADY},
    {.name = "CRH",
     .offset = CRH,
     .reset = 0x44444444,
     .writable = 0xFFFFFFFF,
     .steady = STM32_STEADY},
    {.name = "IDR", .offset = IDR, .steady = STM32_PINS},
    {.name = "ODR", .offset = ODR, .writable = 0x0000FFFF, .steady = STM32_STEADY},
    {.name = "BSRR", .offset = BSRR, .steady = STM32_STEADY},
    {.name = "BRR", .offset = BRR, .steady = STM32_STEADY},
    {.name = "LCKR", .offset = LCKR},
};

/* By MODE: input, 10 MHz, 2 MHz, 50 MHz. */
static const struct speed {
    float ohms, edge_ns;
} speeds[] = {{0, 0}, {100, 20}, {250, 80}, {40, 5}};

struct state {
    uint32_t locked;
    unsigned sequence; /* of the lock key */
};

static struct stm32_pin_setup input_setup(unsigned cnf, bool odr) {
    struct stm32_pin_setup setup = {.mode = STM32_PIN_IN};
    if (cnf == CNF_ANALOG)
        setup.mode = STM32_PIN_ANALOG;
    if (cnf == CNF_PULL)
        setup.pull = odr ? 1 : -1;
    return setup;
}

static struct stm32_pin_setup setup_of(const struct stm32_block *b, unsigned pin) {
    uint32_t bits = stm32_get(b, pin < 8 ? CRL : CRH) >> 4 * (pin % 8) & 15;
    unsigned mode = bits & 3, cnf = bits >> 2;
    bool odr = stm32_get(b, ODR) >> pin & 1;
    if (mode == 0)
        return input_setup(cnf, odr);
    return (struct stm32_pin_setup){
        .mode = cnf & 2 ? STM32_PIN_AF : STM32_PIN_OUT,
        .open_drain = cnf & 1,
        .odr = odr,
        .ohms = speeds[mode].ohms,
        .edge_ns = speeds[mode].edge_ns,
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
    set_up(b, 0xFFFF, stm32_now(b));
}

static uint32_t read(struct stm32_block *b, uint32_t offset) {
    return offset == IDR ? stm32_port_sample(b) : stm32_get(b, offset);
}

/* The key: LCKK 1, 0, 1 with the same pins (RM0008 9.2.7). */
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

static uint32_t write_config(struct stm32_block *b, uint32_t offset, uint32_t value) {
    const struct state *s = stm32_state(b);
    uint32_t before = stm32_get(b, offset), pins = 0, keep = 0;
    unsigned first = offset == CRL ? 0 : 8;
    for (unsigned i = 0; i < 8; i++)
        keep |= (s->locked >> (first + i) & 1) * 15U << 4 * i;
    uint32_t changed = before ^ stm32_store(b, offset, (value & ~keep) | (before & keep));
    for (unsigned i = 0; i < 8; i++)
        pins |= (uint32_t)((changed >> 4 * i & 15) != 0) << (first + i);
    return pins;
}

static uint32_t write_output(struct stm32_block *b, uint32_t offset, uint32_t value) {
    uint32_t before = stm32_get(b, ODR);
    if (offset == BSRR)
        value = (before & ~(value >> 16)) | (value & 0xFFFF); /* set wins */
    else if (offset == BRR)
        value = before & ~value;
    return before ^ stm32_store(b, ODR, value);
}

static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    uint64_t tick = stm32_clock_tick_at(b, STM32_HCLK, stm32_now(b)) + 1;
    uint32_t pins = 0;
    if (offset == LCKR)
        write_lock(b, value);
    else if (offset == CRL || offset == CRH)
        pins = write_config(b, offset, value);
    else if (offset != IDR)
        pins = write_output(b, offset, value);
    set_up(b, pins, stm32_clock_tick_time(b, STM32_HCLK, tick));
}

const struct stm32_ip stm32_ip_gpio_f1 = {
    .name = "gpio_f1",
    .state_size = sizeof(struct state),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
    .read = read,
    .write = write,
};
