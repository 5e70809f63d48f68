/* five-volt-tolerance: what the board drives above the MCU's own supply goes to pins that stand
 * it. Judged where a pad of an MCU is named after its pin, and where the board states a pin. */
#include <math.h>

#include "harness/checks/check.h"
#include "harness/checks/mcu_pins.h"
#include "harness/checks/wiring.h"
#include "harness/mcu_nets.h"
#include "models/mcu/soc/stm32.h"

#define MCU_V  3.3
#define OVER_V 0.3 /* STM32: VDD + 0.3 V at a pin that is not FT */

/* The highest supply of an output on the node; 0: none. */
static double driven_to(const struct wiring *w, uint32_t node) {
    double volt = 0;
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        uint32_t pin = w->by_node[w->nodes[node].first + i];
        double here = w->roles[pin] == WIRING_DRIVES
                          ? wiring_supply(w, w->board->netlist->pins[pin].part)
                          : 0;
        volt = here > volt ? here : volt; /* not when unknown */
    }
    return volt;
}

/* What a resistor brings from its other end. */
static double through(const struct wiring *w, uint32_t pin) {
    const struct wiring_unit *u =
        w->unit_of[pin] == NETLIST_NONE ? NULL : &w->units[w->unit_of[pin]];
    uint32_t other =
        u && u->unit->kind == PART_RESISTOR ? u->nodes[1 - w->place_of[pin]] : NETLIST_NONE;
    if (other == NETLIST_NONE || w->nodes[other].rail == WIRING_IS_GROUND)
        return 0;
    return w->nodes[other].rail ? w->nodes[other].volt : driven_to(w, other);
}

/* What the board brings to the node by an output, or by a resistor (`weak`); 0: nothing. */
static double volt_brought(const struct wiring *w, uint32_t node, bool *weak, uint32_t *by) {
    double volt = 0;
    *weak = false;
    for (uint32_t i = 0; i < w->nodes[node].n && !wiring_is_rail(w, node); i++) {
        uint32_t pin = w->by_node[w->nodes[node].first + i];
        bool direct = w->roles[pin] == WIRING_DRIVES;
        double here =
            direct ? wiring_supply(w, w->board->netlist->pins[pin].part) : through(w, pin);
        if (here > volt) {
            *weak = !direct;
            *by = pin;
            volt = here;
        }
    }
    return volt;
}

/* What the board brings to a node. */
struct brought {
    double volt;
    bool weak;
    uint32_t by;
};

static void judge(const struct check *check, const struct wiring *w, uint32_t pad, uint32_t node,
                  const char *name, const struct brought *brought, const struct stm32_chip *chip,
                  struct check_report *report) {
    unsigned port, pin;
    char source[96];
    if (!mcu_pins_parse(name, &port, &pin) || !stm32_chip_has_pin(chip, port, pin) ||
        stm32_chip_takes_5v(chip, port, pin))
        return;
    struct check_finding *finding = check_found(
        report, check, "%s brings %g V on %s to %s of %s, which is not five-volt tolerant%s",
        wiring_pin_name(w, brought->by, source, sizeof source), brought->volt,
        wiring_net_name(w, node), name, stm32_chip_name(chip),
        brought->weak ? " (through a resistor: as much as that limits)" : "");
    if (brought->weak)
        finding->severity = CHECK_RESERVATION;
    check_place_pin(finding, w, pad);
    check_place_node(finding, w, node);
    check_advise(finding, "a divider, or another pin");
}

/* The pins that the board states count instead of what the pad is called. */
static const char *stated(const struct wiring *w, const struct mcu_pin *pins, uint32_t node) {
    for (int use = 0; use < MCU_PIN_USES; use++)
        if (pins[use].name && wiring_named(w, pins[use].net) == node)
            return pins[use].name;
    return NULL;
}

static void look_at(const struct check *check, const struct wiring *w, const struct mcu_pin *pins,
                    uint32_t node, const struct stm32_chip *chip, struct check_report *report) {
    struct brought brought = {.by = NETLIST_NONE};
    brought.volt = volt_brought(w, node, &brought.weak, &brought.by);
    if (!(brought.volt > MCU_V + OVER_V))
        return;
    const char *other = stated(w, pins, node);
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        uint32_t pad = w->by_node[w->nodes[node].first + i];
        const char *name = mcu_nets_port_pin(&w->board->netlist->pins[pad]);
        if (w->roles[pad] == WIRING_OUTSIDE && name)
            judge(check, w, pad, node, other ? other : name, &brought, chip, report);
    }
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    struct mcu_pin pins[MCU_PIN_USES];
    (void)err;
    const struct stm32_chip *chip = mcu_pins_chip(check, context, report);
    for (int use = 0; use < MCU_PIN_USES; use++)
        mcu_pins_find(context->board, (enum mcu_pin_use)use, &pins[use]);
    for (uint32_t node = 0; chip && node < w->board->netlist->n_nets; node++)
        look_at(check, w, pins, node, chip, report);
    return true;
}

const struct check check_five_volt = {
    .id = "five-volt-tolerance",
    .title = "no MCU pin gets more than it stands",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "the chips' pin tables: FT pins stand 5.5 V, others VDD + 0.3 V",
    .run = run,
};
