/* ARJM11D7-009: RJ45 jack with 1:1 magnetics for two pairs and two LEDs.
 *
 * Sources: the footprint of the reference board (8 signal, 4 LED, 2 shield pads); figures
 * of generic 10/100 jacks (OCL from ANSI X3.263 as quoted by vendors' lists). The part's
 * own sheet was not found.
 * Pins: TD+ 1, TD- 2, RD+ 3, RD- 6; 4, 5, 7, 8 taps and common; LEDs 9 to 12.
 * Not modelled: common mode, capacitance between windings, the LEDs' light.
 */
#include "models/parts/jack.h"

static const struct part_figure figures[] = {JACK_FIGURES};

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
