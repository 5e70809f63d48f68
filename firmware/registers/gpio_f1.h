/* GPIO of the F1, as in RM0041 section 7.2: four configuration bits per pin. */
#ifndef FIRMWARE_REGISTERS_GPIO_F1_H
#define FIRMWARE_REGISTERS_GPIO_F1_H

#include <stdint.h>

struct gpio_registers {
    volatile uint32_t CRL, CRH, IDR, ODR, BSRR, BRR, LCKR;
};

/* CNF[1:0] MODE[1:0] */
enum gpio_configuration {
    GPIO_INPUT_FLOATING = 0x4,
    GPIO_OUTPUT_2MHZ = 0x2,
    GPIO_ALTERNATE_50MHZ = 0xb
};

static inline void gpio_configure(struct gpio_registers *port, unsigned pin,
                                  enum gpio_configuration configuration) {
    volatile uint32_t *reg = pin < 8 ? &port->CRL : &port->CRH;
    unsigned shift = pin % 8 * 4;
    *reg = (*reg & ~(0xfu << shift)) | (uint32_t)configuration << shift;
}

#endif
