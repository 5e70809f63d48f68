/* The chips, one row each in models/mcu/soc/meson.build. */
#include <strings.h>

#include "models/mcu/soc/stm32_block.h"

#define CHIP_ROW(row) extern const struct stm32_chip stm32_chip_##row;
#include "models/mcu/soc/chip_rows.h"
#undef CHIP_ROW

#define CHIP_ROW(row) &stm32_chip_##row,
const struct stm32_chip *const stm32_chips[] = {
#include "models/mcu/soc/chip_rows.h"
};
#undef CHIP_ROW

const size_t stm32_n_chips = sizeof(stm32_chips) / sizeof(stm32_chips[0]);

const struct stm32_chip *stm32_chip_find(const char *name) {
    for (size_t i = 0; i < stm32_n_chips; i++)
        if (strcasecmp(stm32_chips[i]->name, name) == 0)
            return stm32_chips[i];
    return NULL;
}

const char *stm32_chip_name(const struct stm32_chip *chip) {
    return chip->name;
}

const struct stm32_memory *stm32_chip_memories(const struct stm32_chip *chip) {
    return chip->memories;
}
