/* The 96 bits of unique id: three words that only read.
 *
 * Sources: RM0368 section 24.1 (base 0x1FFF7A10), RM0041 section 26.2 (0x1FFFF7E8). The
 * value is the configuration's; without one a fixed id that looks like a real one: wafer
 * coordinates, wafer number, lot in ASCII.
 */
#include "models/mcu/stm32/ips.h"

static const struct stm32_reg REGS[] = {
    {.name = "U_ID", .offset = 0, .count = 3, .stride = 4},
};

static const uint32_t FIXED[3] = {0x0017002a, 0x4c505311, 0x20363834};

static uint32_t uid_read(struct stm32_block *b, uint32_t offset) {
    const uint32_t *uid = stm32_block_config(b)->uid;
    bool given = uid[0] | uid[1] | uid[2];
    return (given ? uid : FIXED)[offset / 4];
}

const struct stm32_ip stm32_ip_uid = {
    .name = "uid",
    .regs = REGS,
    .n_regs = sizeof REGS / sizeof *REGS,
    .read = uid_read,
};
