/* lwIP's compiler and platform: GCC for Cortex-M without a C library. */
#ifndef FIRMWARE_LWIP_ARCH_CC_H
#define FIRMWARE_LWIP_ARCH_CC_H

#include <stdint.h>

#define LWIP_NO_INTTYPES_H 1
#define LWIP_NO_CTYPE_H    1
#define LWIP_NO_LIMITS_H   1
#define LWIP_NO_UNISTD_H   1
#define X8_F               "x"
#define U16_F              "u"
#define S16_F              "d"
#define X16_F              "x"
#define U32_F              "lu"
#define S32_F              "ld"
#define X32_F              "lx"
#define SZT_F              "u"

/* No text: an assertion that fails is found by its address. */
#define LWIP_PLATFORM_DIAG(x)   ((void)0)
#define LWIP_PLATFORM_ASSERT(x) __builtin_trap()

/* The heap and the pools are made by lwip_init(): cleared at the reset, they would cost a
 * millisecond at 16 MHz before the receiver runs. */
#define LWIP_DECLARE_MEMORY_ALIGNED(name, size)                                                    \
    __attribute__((section(".noinit"), aligned(4))) u8_t name[LWIP_MEM_ALIGN_BUFFER(size)]

uint32_t lwip_port_random(void);
#define LWIP_RAND() lwip_port_random()

#endif
