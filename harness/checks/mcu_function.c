/* mcu-pin-function: the MCU's pins can do what the board wants of them: clock and data of one
 * SPI each way, of two different ones, and pins that the package has. The select may be any pin:
 * firmware watches it by an interrupt. */
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/mcu_pins.h"
#include "harness/checks/wiring.h"
#include "harness/mcu_nets.h"
#include "models/mcu/soc/stm32.h"

struct judge {
    const struct check *check;
    const struct check_context *context;
    const struct stm32_chip *chip;
    struct check_report *report;
};

static void place(const struct judge *j, struct check_finding *finding, const struct mcu_pin *pin) {
    const struct wiring *w = j->context->wiring;
    uint32_t node = wiring_named(w, pin->net);
    for (uint32_t i = 0; node != NETLIST_NONE && i < w->nodes[node].n; i++) {
        uint32_t at = w->by_node[w->nodes[node].first + i];
        if (w->roles[at] == WIRING_OUTSIDE)
            check_place_pin(finding, w, at);
    }
    check_place_node(finding, w, node);
}

/* Whether pads of the board are named after the MCU's pins at all. */
static bool has_names(const struct judge *j) {
    const struct netlist *netlist = j->context->board->netlist;
    for (uint32_t pin = 0; pin < netlist->n_pins; pin++)
        if (mcu_nets_port_pin(&netlist->pins[pin]))
            return true;
    return false;
}

/* Whether the pin is there at all. */
static bool exists(const struct judge *j, const struct mcu_pin *pin) {
    if (!pin->name && !has_names(j)) {
        check_not_run(j->report, j->check,
                      "%.80s, the %s: no pad is named after an MCU's pin, and none is stated",
                      pin->net, pin->what);
        return false;
    }
    if (!pin->name) {
        place(j,
              check_found(j->report, j->check, "%s, the %s, is on no pin of an MCU", pin->net,
                          pin->what),
              pin);
        return false;
    }
    if (stm32_chip_has_pin(j->chip, pin->port, pin->pin))
        return true;
    place(j,
          check_found(j->report, j->check, "%s is on %s, which the package of %s does not have",
                      pin->net, pin->name, stm32_chip_name(j->chip)),
          pin);
    return false;
}

/* The SPI, by its place in the list of the pin's, that has both signals on these pins. */
static const char *common_spi(const struct judge *j, const struct mcu_pin *clk,
                              const struct mcu_pin *mosi, unsigned index) {
    const char *spi;
    for (unsigned i = 0; (spi = stm32_chip_spi(j->chip, clk->port, clk->pin, "SCK", i)); i++) {
        const char *other;
        for (unsigned k = 0; (other = stm32_chip_spi(j->chip, mosi->port, mosi->pin, "MOSI", k));
             k++)
            if (strcmp(spi, other) == 0 && index-- == 0)
                return spi;
    }
    return NULL;
}

static void tell_none(const struct judge *j, const struct mcu_pin *clk,
                      const struct mcu_pin *mosi) {
    const char *sck = stm32_chip_spi(j->chip, clk->port, clk->pin, "SCK", 0);
    const char *data = stm32_chip_spi(j->chip, mosi->port, mosi->pin, "MOSI", 0);
    const struct mcu_pin *guilty = sck ? mosi : clk;
    struct check_finding *finding =
        sck && data
            ? check_found(j->report, j->check,
                          "%s (%s) is SCK of %s and %s (%s) is MOSI of %s: not one SPI", clk->name,
                          clk->net, sck, mosi->name, mosi->net, data)
            : check_found(j->report, j->check, "%s (%s), the %s, cannot be %s of any SPI of %s",
                          guilty->name, guilty->net, guilty->what, sck ? "MOSI" : "SCK",
                          stm32_chip_name(j->chip));
    place(j, finding, guilty);
}

/* The SPI of a pair of pins; NULL when there is none (told) or the board has no such pair. */
static const char *judge_pair(const struct judge *j, enum mcu_pin_use clk_use,
                              enum mcu_pin_use mosi_use, const char *taken) {
    struct mcu_pin clk, mosi;
    const struct board *board = j->context->board;
    bool a = mcu_pins_find(board, clk_use, &clk), b = mcu_pins_find(board, mosi_use, &mosi);
    a = a && exists(j, &clk);
    b = b && exists(j, &mosi);
    if (!a || !b)
        return NULL;
    const char *spi, *first = common_spi(j, &clk, &mosi, 0);
    if (!first)
        tell_none(j, &clk, &mosi);
    for (unsigned i = 0; (spi = common_spi(j, &clk, &mosi, i)); i++)
        if (!taken || strcmp(spi, taken) != 0)
            return spi;
    if (first)
        place(j,
              check_found(j->report, j->check, "%s and %s are %s, which receives already", clk.name,
                          mosi.name, first),
              &clk);
    return NULL;
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    struct judge j = {check, context, NULL, report};
    struct mcu_pin nss;
    (void)err;
    j.chip = mcu_pins_chip(check, context, report);
    if (!j.chip)
        return true;
    const char *receiving = judge_pair(&j, MCU_PIN_CLK, MCU_PIN_MOSI, NULL);
    judge_pair(&j, MCU_PIN_TX_CLK, MCU_PIN_TX_MOSI, receiving);
    if (mcu_pins_find(context->board, MCU_PIN_NSS, &nss))
        exists(&j, &nss);
    return true;
}

const struct check check_mcu_function = {
    .id = "mcu-pin-function",
    .title = "the MCU's pins carry the functions needed",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "the chips' tables of alternate functions (RM0368, RM0041, RM0008, RM0090)",
    .run = run,
};
