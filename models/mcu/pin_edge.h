/* Edges at the pins of an MCU, many at a time. */
#ifndef MODELS_MCU_PIN_EDGE_H
#define MODELS_MCU_PIN_EDGE_H

#include <stdint.h>

/* One of a list of edges in ascending order of `pin`, those of one pin in order of time. `dt` ps
 * after a start that goes with the list; of edges of one time that with the lower `rank`, less
 * than their number, is first; `pin` counts in a list of pins. */
struct pin_edge {
    int32_t dt;
    uint16_t rank;
    uint8_t pin, level;
};

#endif
