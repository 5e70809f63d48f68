/* Power control of the STM32F1: RM0008 5.4 (F103), RM0041 4.4 (F100).
 *
 * Not modelled, loud: PVD, wake-up pin; Stop and Standby are reported when the core falls
 * asleep with SLEEPDEEP.
 */
#include "models/mcu/soc/stm32_block.h"

enum { CR = 0x00, CSR = 0x04 };

/* CWUF and CSBF read as 0. */
static const struct stm32_reg regs[] = {
    {.name = "CR", .offset = CR, .writable = 0x000001F3, .loud = 0x00000010},
    {.name = "CSR", .offset = CSR, .writable = 0x00000100, .loud = 0x00000100},
};

const struct stm32_ip stm32_ip_pwr_f1 = {
    .name = "pwr_f1",
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
};
