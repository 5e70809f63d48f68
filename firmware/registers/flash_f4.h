/* The flash interface of the F4, as in RM0368 section 3.8. */
#ifndef FIRMWARE_REGISTERS_FLASH_F4_H
#define FIRMWARE_REGISTERS_FLASH_F4_H

#include <stdint.h>

struct flash_registers {
    volatile uint32_t ACR, KEYR, OPTKEYR, SR, CR, OPTCR;
};

#define FLASH_ACR_LATENCY(n)   ((uint32_t)(n))
#define FLASH_ACR_LATENCY_MASK 0xfu
#define FLASH_ACR_PRFTEN       (1u << 8)
#define FLASH_ACR_ICEN         (1u << 9)
#define FLASH_ACR_DCEN         (1u << 10)

#endif
