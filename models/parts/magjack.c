/* ARJM11D7-009: RJ45 jack with 1:1 magnetics for two pairs and two LEDs.
 *
 * Sources: the footprint of the reference board (8 signal, 4 LED, 2 shield pads); figures
 * of generic 10/100 jacks (OCL from ANSI X3.263 as quoted by vendors' lists). The part's
 * own sheet was not found.
 * Pins: TD+ 1, TD- 2, RD+ 3, RD- 6; 4, 5, 7, 8 taps and common; LEDs 9 to 12.
 * Not modelled: common mode, capacitance between windings, the LEDs' light.
 */
#include "models/parts/family.h"

static const struct part_figure figures[] = {
    {"l_open", 350e-6, 350e-6, NAN, "henry, at 8 mA bias; ANSI X3.263 requirement, typ not stated"},
    {"l_leak", NAN, 0.2e-6, 0.4e-6, "henry; generic 10/100 jack, from memory, check"},
    {"r_winding", NAN, 0.9, 1.2, "generic 10/100 jack, from memory, check"},
    {"i_sat", NAN, 1.0, NAN, "ampere; more than any driver gives: linear unless stated"},
    {"l_sat", NAN, 25e-6, NAN, "henry, beyond i_sat; estimate, 7 % of l_open"},
    {"cin", NAN, 0.0, NAN, "LED and tap pins: a pad is in the stray capacitance per pin already"},
};

static const struct part_variant variants[] = {
    {"ARJM11D7-009", figures, N_OF(figures)},
};

static const struct part_unit units[] = {
    {"line", PART_JACK, 0, 0, {"1", "2", "3", "6"}},
    {"taps", PART_PASSIVE, 0, 0, {"4", "5", "7", "8"}},
    {"leds", PART_PASSIVE, 0, 0, {"9", "10", "11", "12"}},
};

static const char *const patterns[] = {"ARJM11D7-009", NULL};
static const char *const none[] = {NULL};

const struct part_model part_magjack = {
    .name = "magjack",
    .summary = "RJ45 jack with magnetics, pairs on 1, 2 and 3, 6",
    .values = patterns,
    .footprints = patterns,
    .ref_prefixes = none,
    .power_pins = none,
    .ground_pins = none,
    .variants = variants,
    .n_variants = N_OF(variants),
    .units = units,
    .n_units = N_OF(units),
};
