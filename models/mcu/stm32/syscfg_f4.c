/* System configuration of the F4: RM0368 7.2, RM0090 9.2, 9.3.
 *
 * Modelled: MEMRMP (flash, system memory, SRAM at address 0) and EXTICR1..4.
 * Not modelled, loud: the FMC at 0, bank swap, PMC, the compensation cell.
 */
#include "models/mcu/soc/stm32_block.h"

enum { MEMRMP = 0x00, PMC = 0x04, EXTICR1 = 0x08, EXTICR4 = 0x14, CMPCR = 0x20 };

static const struct stm32_reg regs[] = {
    {.name = "MEMRMP", .offset = MEMRMP, .writable = 0x00000003, .loud = 0x00000F04},
    {.name = "PMC", .offset = PMC, .writable = 0x00870000, .loud = 0x00870000},
    {.name = "EXTICR", .offset = EXTICR1, .writable = 0x0000FFFF, .count = 4, .stride = 4},
    {.name = "CMPCR", .offset = CMPCR, .writable = 0x00000001, .loud = 0x00000001},
};

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    (void)cause;
    stm32_put(
        b, MEMRMP,
        stm32_block_config(b)->boot == STM32_BOOT_SRAM ? 3 : (uint32_t)stm32_block_config(b)->boot);
}

static void remap(struct stm32_block *b, uint32_t mode) {
    static const enum stm32_boot boots[] = {STM32_BOOT_FLASH, STM32_BOOT_SYSTEM, STM32_BOOT_FLASH,
                                            STM32_BOOT_SRAM};
    if (mode == 2)
        stm32_unmodelled(b, "the external memory controller at address 0");
    else if (!stm32_map_zero(b, boots[mode]))
        stm32_unmodelled(b, "a memory that the model of this chip lacks");
}

static void select(struct stm32_block *b, uint32_t offset, uint32_t value) {
    for (unsigned i = 0; i < 4; i++)
        stm32_exti_select(b, (offset - EXTICR1) + i, value >> 4 * i & 15);
}

static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    uint32_t before = stm32_get(b, offset);
    value = stm32_store(b, offset, value);
    if (offset == MEMRMP && value != before)
        remap(b, value & 3);
    else if (offset >= EXTICR1 && offset <= EXTICR4)
        select(b, offset, value);
}

const struct stm32_ip stm32_ip_syscfg_f4 = {
    .name = "syscfg_f4",
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
    .write = write,
};
