/* The chip an image is built for. */
#ifndef FIRMWARE_CHIPS_CHIP_H
#define FIRMWARE_CHIPS_CHIP_H

#if defined CHIP_F401RE
#include "firmware/chips/f401re.h"
#elif defined CHIP_F439ZI
#include "firmware/chips/f439zi.h"
#elif defined CHIP_F100RB
#include "firmware/chips/f100rb.h"
#else
#error "no chip: -DCHIP_F401RE, -DCHIP_F439ZI or -DCHIP_F100RB"
#endif

#endif
