/* GPIO of the F4, as in RM0368 section 8.4. */
#ifndef FIRMWARE_REGISTERS_GPIO_F4_H
#define FIRMWARE_REGISTERS_GPIO_F4_H

#include <stdint.h>

struct gpio_registers {
    volatile uint32_t MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR, LCKR, AFRL, AFRH;
};

enum gpio_mode { GPIO_INPUT, GPIO_OUTPUT, GPIO_ALTERNATE, GPIO_ANALOG };
/* OSPEEDR: drive strength and edge time of an output. */
enum gpio_speed { GPIO_SPEED_LOW, GPIO_SPEED_MEDIUM, GPIO_SPEED_FAST, GPIO_SPEED_HIGH };

static inline void gpio_field(volatile uint32_t *reg, unsigned width, unsigned pin,
                              uint32_t value) {
    unsigned shift = pin * width;
    uint32_t mask = ((1u << width) - 1) << shift;
    *reg = (*reg & ~mask) | value << shift;
}

/* Speed and function before the mode, so that the pin never drives with the wrong ones. */
static inline void gpio_alternate(struct gpio_registers *port, unsigned pin, unsigned function,
                                  enum gpio_speed speed) {
    gpio_field(&port->OSPEEDR, 2, pin, speed);
    gpio_field(pin < 8 ? &port->AFRL : &port->AFRH, 4, pin % 8, function);
    gpio_field(&port->MODER, 2, pin, GPIO_ALTERNATE);
}

static inline void gpio_mode(struct gpio_registers *port, unsigned pin, enum gpio_mode mode) {
    gpio_field(&port->MODER, 2, pin, mode);
}

#endif
