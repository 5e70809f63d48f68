/* How much of the stack a firmware leaves unused: the RAM below the stack's top is painted when
 * the image is loaded, and looked at later. The firmware's timing does not change. */
#ifndef HARNESS_COSIM_STACK_H
#define HARNESS_COSIM_STACK_H

#include <stdint.h>

#include "harness/image.h"
#include "models/mcu/armv7m/armv7m.h"
#include "models/mcu/soc/stm32.h"

/* What lies between the image's data and the initial stack pointer; empty: not known. */
struct cosim_stack {
    uint32_t low, top;
};

/* Before the chip's reset, which reads the stack pointer from the image's vector table. */
void cosim_stack_paint(struct cosim_stack *stack, const struct stm32_chip *chip,
                       struct armv7m *core, const struct image *image);
/* The longest stretch that still bears the paint, octets; UINT32_MAX: not known. */
uint32_t cosim_stack_untouched(const struct cosim_stack *stack, struct armv7m *core);

#endif
