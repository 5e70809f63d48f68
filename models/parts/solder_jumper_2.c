/* A two-pad solder jumper: open, or its pads joined.
 * Pins (KiCad SolderJumper_2): common 1, its one throw 2; position 0 is open.
 */
#include "models/parts/family.h"

static const struct part_variant variants[] = {{"solder_jumper_2", NULL, 0}};

static const struct part_unit units[] = {
    {"", PART_SELECTOR, 0, 0, {"1", "2"}},
};

static const char *const values[] = {"SolderJumper_2", "Jumper_2", NULL};
static const char *const footprints[] = {"SolderJumper-2", NULL};
static const char *const none[] = {NULL};

const struct part_model part_solder_jumper_2 = {
    .name = "solder_jumper_2",
    .summary = "two-pad solder jumper",
    .values = values,
    .footprints = footprints,
    .ref_prefixes = none,
    .power_pins = none,
    .ground_pins = none,
    .variants = variants,
    .n_variants = N_OF(variants),
    .units = units,
    .n_units = N_OF(units),
};
