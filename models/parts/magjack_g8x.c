/* G8X-188S7-BP: RJ45 jack with 1:1 magnetics for two pairs and two LEDs.
 *
 * Sources: the wiring of the prototype receiver board that carries it (driver outputs at
 * 1 and 2, receiver inputs at 7 and 8, ground at 3 and 6); figures of generic 10/100
 * jacks. The part's own sheet was not found; which pin of a pair is the positive one
 * follows the board's receiver A and driver Y.
 * Pins: TD+ 1, TD- 2, RD+ 7, RD- 8; 3 to 6 taps and common; LEDs 9 to 12.
 * Not modelled: common mode, capacitance between windings, the LEDs' light.
 */
#include "models/parts/jack.h"

static const struct part_figure figures[] = {JACK_FIGURES};

static const struct part_variant variants[] = {
    {"G8X-188S7-BP", figures, N_OF(figures)},
};

static const struct part_unit units[] = {
    {"line", PART_JACK, 0, 0, {"1", "2", "7", "8"}},
    {"taps", PART_PASSIVE, 0, 0, {"3", "4", "5", "6"}},
    {"leds", PART_PASSIVE, 0, 0, {"9", "10", "11", "12"}},
};

static const char *const patterns[] = {"G8X-188S7-BP", NULL};
static const char *const none[] = {NULL};

const struct part_model part_magjack_g8x = {
    .name = "magjack_g8x",
    .summary = "RJ45 jack with magnetics, pairs on 1, 2 and 7, 8",
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
