/* AFIO of the F1, as in RM0041 section 7.4. */
#ifndef FIRMWARE_REGISTERS_AFIO_H
#define FIRMWARE_REGISTERS_AFIO_H

#include <stdint.h>

struct afio_registers {
    volatile uint32_t EVCR, MAPR, EXTICR[4];
};

#endif
