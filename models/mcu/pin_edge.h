/* Edges at the pins of an MCU, many at a time. */
#ifndef MODELS_MCU_PIN_EDGE_H
#define MODELS_MCU_PIN_EDGE_H

#include <stdint.h>

/* `dt` ps after a start that goes with a list of them; `pin` counts within the list. */
struct pin_edge {
    int32_t dt;
    uint8_t pin, level;
};

#endif
