/* The MCU's pins as the board attaches them: private to the checks of MCU pins. */
#ifndef HARNESS_CHECKS_MCU_PINS_H
#define HARNESS_CHECKS_MCU_PINS_H

#include "harness/checks/check.h"

struct stm32_chip;

enum mcu_pin_use { MCU_PIN_CLK, MCU_PIN_MOSI, MCU_PIN_NSS, MCU_PIN_TX_CLK, MCU_PIN_TX_MOSI };
#define MCU_PIN_USES 5

struct mcu_pin {
    const char *net, *name; /* "PB13"; NULL: no pad on the net is named after one */
    const char *what;       /* "clock of the receiving SPI" */
    unsigned port, pin;
};

/* The chip the board states, or NULL with the reason told by check_not_run(). */
const struct stm32_chip *mcu_pins_chip(const struct check *check,
                                       const struct check_context *context,
                                       struct check_report *report);
/* False when the board does not state that net. */
bool mcu_pins_find(const struct board *board, enum mcu_pin_use use, struct mcu_pin *pin);
/* "PB13" into port and number; false for anything else. */
bool mcu_pins_parse(const char *name, unsigned *port, unsigned *pin);

#endif
