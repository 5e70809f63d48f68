/* A three-pad solder jumper: the middle pad joins one of the outer ones.
 * Pins (KiCad SolderJumper_3): common 2 (C), throws 1 (A) and 3 (B).
 * The position is the board configuration's. Not modelled: all three bridged.
 */
#include "models/parts/family.h"

static const struct part_variant variants[] = {{"solder_jumper", NULL, 0}};

static const struct part_unit units[] = {
    {"", PART_SELECTOR, 0, 0, {"2", "1", "3"}},
};

static const char *const values[] = {"SolderJumper_3", "Jumper_3", NULL};
static const char *const footprints[] = {"SolderJumper-3", NULL};
static const char *const ref_prefixes[] = {"JP", NULL};
static const char *const none[] = {NULL};

const struct part_model part_solder_jumper = {
    .name = "solder_jumper",
    .summary = "three-pad solder jumper",
    .values = values,
    .footprints = footprints,
    .ref_prefixes = ref_prefixes,
    .power_pins = none,
    .ground_pins = none,
    .variants = variants,
    .n_variants = N_OF(variants),
    .units = units,
    .n_units = N_OF(units),
};
