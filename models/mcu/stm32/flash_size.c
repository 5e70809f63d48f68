/* The word with the flash memory's size in kB, which only reads.
 *
 * Sources: RM0368 section 24.2 (a half-word at 0x1FFF7A22: base 0x1FFF7A20, variant 16),
 * RM0041 section 26.1 (0x1FFFF7E0, variant 0). The variant is the shift of the size in its
 * word; the other half reads as ones, like what is not programmed.
 */
#include "models/mcu/stm32/ips.h"

static const struct stm32_reg REGS[] = {{.name = "F_SIZE", .offset = 0}};

static uint32_t size_read(struct stm32_block *b, uint32_t offset) {
    uint32_t shift = stm32_row(b)->variant, octets = 0;
    (void)offset;
    for (const struct stm32_memory *m = stm32_block_chip(b)->memories; m->name; m++)
        if (m->kind == STM32_FLASH)
            octets += m->size;
    return octets / 1024 << shift | 0xffffu << (16 - shift);
}

const struct stm32_ip stm32_ip_flash_size = {
    .name = "flash_size",
    .regs = REGS,
    .n_regs = sizeof REGS / sizeof *REGS,
    .read = size_read,
};
