/* A port of the F1: RM0008 9.2, RM0041 7.2.
 *
 * A write reaches the pin one HCLK cycle after the access (the port stands on APB2, which the
 * F1's usual set-ups run at HCLK). Inputs pass a synchroniser of two HCLK cycles (the frame's).
 * Drive impedance and edge times by MODE are estimates from DocID16455, I/O AC
 * characteristics: 125, 25 and 8 ns (5 ns at 30 pF) for 2, 10 and 50 MHz. From memory.
 * Not modelled: the debug port on PA13 to PA15, PB3 and PB4, which the F1 holds until
 * AFIO_MAPR.SWJ_CFG gives them back.
 */
#include "models/mcu/stm32/gpio.h"

enum { CRL = 0x00, CRH = 0x04, IDR = 0x08, ODR = 0x0C, BSRR = 0x10, BRR = 0x14, LCKR = 0x18 };
enum { CNF_ANALOG = 0, CNF_FLOATING = 1, CNF_PULL = 2 };

static const struct stm32_reg regs[] = {
    {.name = "CRL", .offset = CRL, .reset = 0x44444444, .writable = 0xFFFFFFFF},
    {.name = "CRH", .offset = CRH, .reset = 0x44444444, .writable = 0xFFFFFFFF},
    {.name = "IDR", .offset = IDR},
    {.name = "ODR", .offset = ODR, .writable = 0x0000FFFF},
    {.name = "BSRR", .offset = BSRR},
    {.name = "BRR", .offset = BRR},
    {.name = "LCKR", .offset = LCKR},
};

/* By MODE: input, 10 MHz, 2 MHz, 50 MHz. */
static const struct speed {
    float ohms, edge_ns;
} speeds[] = {{0, 0}, {100, 20}, {250, 80}, {40, 5}};

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

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    struct gpio *s = stm32_state(b);
    (void)cause;
    s->locked = s->sequence = 0;
    gpio_set_up(b, 0xFFFF, setup_of);
}

static uint32_t read(struct stm32_block *b, uint32_t offset) {
    return offset == IDR ? stm32_port_sample(b) : stm32_get(b, offset);
}

static uint32_t write_config(struct stm32_block *b, uint32_t offset, uint32_t value) {
    const struct gpio *s = stm32_state(b);
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
    uint32_t pins = 0;
    if (offset == LCKR)
        gpio_write_lock(b, LCKR, value);
    else if (offset == CRL || offset == CRH)
        pins = write_config(b, offset, value);
    else if (offset != IDR)
        pins = write_output(b, offset, value);
    gpio_set_up_written(b, pins, setup_of);
}

const struct stm32_ip stm32_ip_gpio_f1 = {
    .name = "gpio_f1",
    .state_size = sizeof(struct gpio),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
    .read = read,
    .write = write,
};
