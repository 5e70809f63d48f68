/* A capacitor. Its farads are the board's; a footprint or reference makes it one.
 * Pins: 1, 2. Not modelled: series resistance and inductance, voltage dependence.
 */
#include "models/parts/family.h"

static const struct part_variant variants[] = {{"capacitor", NULL, 0}};

static const struct part_unit units[] = {
    {"", PART_CAPACITOR, 0, 0, {"1", "2"}},
};

static const struct part_limit limits[] = {
    {NULL, "c", 1e-12, 1e-2,
     "below 1 pF the stray capacitance decides; above 10 mF nothing on such a board"},
};

static const char *const footprints[] = {"C_", "CP_", NULL};
static const char *const ref_prefixes[] = {"C", NULL};
static const char *const none[] = {NULL};

const struct part_model part_capacitor = {
    .name = "capacitor",
    .summary = "capacitor",
    .values = none,
    .footprints = footprints,
    .ref_prefixes = ref_prefixes,
    .quantity = PART_FARAD,
    .power_pins = none,
    .ground_pins = none,
    .variants = variants,
    .n_variants = N_OF(variants),
    .units = units,
    .n_units = N_OF(units),
    .limits = limits,
    .n_limits = N_OF(limits),
};
