/* The debug support's registers: RM0368 23.16, RM0090 38.16, RM0008 31.16, RM0041 25.16. The row's
 * variant is the device id with its revision. The freeze bits are stored: only a debugger halts
 * the core, and then time stops for every block.
 */
#include "models/mcu/soc/stm32_block.h"

enum { IDCODE = 0x00, CR = 0x04, APB1_FZ = 0x08, APB2_FZ = 0x0C };

static const struct stm32_reg regs[] = {
    {.name = "IDCODE", .offset = IDCODE},
    {.name = "CR", .offset = CR, .writable = 0xFFFFFFFF},
    {.name = "APB1_FZ", .offset = APB1_FZ, .writable = 0xFFFFFFFF},
    {.name = "APB2_FZ", .offset = APB2_FZ, .writable = 0xFFFFFFFF},
};

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    (void)cause;
    stm32_put(b, IDCODE, stm32_row(b)->variant);
}

const struct stm32_ip stm32_ip_dbgmcu = {
    .name = "dbgmcu",
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
};
