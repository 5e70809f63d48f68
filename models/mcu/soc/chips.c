/* The chips, one row each in models/mcu/soc/meson.build. */
#include <string.h>
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

bool stm32_chip_has_pin(const struct stm32_chip *chip, unsigned port, unsigned pin) {
    return port < 16 && pin < 16 && (chip->pins[port] >> pin & 1);
}

bool stm32_chip_takes_5v(const struct stm32_chip *chip, unsigned port, unsigned pin) {
    return stm32_chip_has_pin(chip, port, pin) && !(chip->not_5v[port] >> pin & 1);
}

static const char *signal_name(unsigned role) {
    switch (role) {
    case STM32_SCK:
        return "SCK";
    case STM32_MISO:
        return "MISO";
    case STM32_MOSI:
        return "MOSI";
    case STM32_NSS:
        return "NSS";
    default:
        return "";
    }
}

const char *stm32_chip_spi(const struct stm32_chip *chip, unsigned port, unsigned pin,
                           const char *signal, unsigned index) {
    for (const struct stm32_af *af = chip->afs; af->block; af++)
        if (af->port == port && af->pin == pin && strncmp(af->block, "SPI", 3) == 0 &&
            strcmp(signal_name(af->role), signal) == 0 && index-- == 0)
            return af->block;
    return NULL;
}
