#include "harness/checks/mcu_pins.h"

#include <ctype.h>
#include <stdlib.h>

#include "harness/mcu_nets.h"
#include "models/mcu/soc/stm32.h"

const struct stm32_chip *mcu_pins_chip(const struct check *check,
                                       const struct check_context *context,
                                       struct check_report *report) {
    const char *name = context->board->config.mcu_chip;
    const struct stm32_chip *chip = *name ? stm32_chip_find(name) : NULL;
    if (!*name)
        check_not_run(report, check, "the board states no mcu.chip");
    else if (!chip)
        check_not_run(report, check, "no pin table of mcu.chip = %s", name);
    return chip;
}

bool mcu_pins_parse(const char *name, unsigned *port, unsigned *pin) {
    if (name[0] != 'P' || name[1] < 'A' || name[1] > 'K' || !isdigit((unsigned char)name[2]))
        return false;
    char *end;
    *port = (unsigned)(name[1] - 'A');
    *pin = (unsigned)strtoul(name + 2, &end, 10);
    return !*end && *pin < 16;
}

bool mcu_pins_find(const struct board *board, enum mcu_pin_use use, struct mcu_pin *pin) {
    const struct board_config *c = &board->config;
    const struct {
        const char *net, *pin, *what;
    } uses[MCU_PIN_USES] = {
        {c->attach.spi_clk, c->mcu_pin_clk, "clock of the receiving SPI"},
        {c->attach.spi_mosi, c->mcu_pin_mosi, "data of the receiving SPI"},
        {c->attach.spi_nss, c->mcu_pin_nss, "select of the receiving SPI"},
        {c->attach.tx_clk, c->mcu_pin_tx_clk, "clock of the sending SPI"},
        {c->attach.tx_mosi, c->mcu_pin_tx_mosi, "data of the sending SPI"},
    };
    *pin = (struct mcu_pin){.net = uses[use].net, .what = uses[use].what};
    if (!*pin->net)
        return false;
    pin->net += *pin->net == '!';
    pin->name = *uses[use].pin ? uses[use].pin : mcu_nets_pin(board, pin->net);
    if (pin->name && !mcu_pins_parse(pin->name, &pin->port, &pin->pin))
        pin->name = NULL;
    return true;
}
