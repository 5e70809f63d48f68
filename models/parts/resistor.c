/* A resistor. Its ohms are the board's; a footprint or reference makes it one.
 * Pins: 1, 2. Not modelled: parasitic inductance and capacitance, networks of several.
 */
#include "models/parts/family.h"

static const struct part_variant variants[] = {{"resistor", NULL, 0}};

static const struct part_unit units[] = {
    {"", PART_RESISTOR, 0, 0, {"1", "2"}},
};

static const struct part_limit limits[] = {
    {NULL, "r", 0.0, 1e7,
     "above 10 Mohm leakage (up to 1 uA per CMOS input) decides, not modelled"},
};

static const char *const footprints[] = {"R_", NULL};
static const char *const ref_prefixes[] = {"R", NULL};
static const char *const none[] = {NULL};

const struct part_model part_resistor = {
    .name = "resistor",
    .summary = "resistor",
    .values = none,
    .footprints = footprints,
    .ref_prefixes = ref_prefixes,
    .quantity = PART_OHM,
    .power_pins = none,
    .ground_pins = none,
    .variants = variants,
    .n_variants = N_OF(variants),
    .units = units,
    .n_units = N_OF(units),
    .limits = limits,
    .n_limits = N_OF(limits),
};
