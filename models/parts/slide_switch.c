/* A slide switch, one pole, two throws (C&K OS102011MS2Q and its like).
 * Pins (KiCad SW_SPDT): common 2 (B), throws 1 (A) and 3 (C).
 * The position is the board configuration's. Not modelled: bounce.
 */
#include "models/parts/family.h"

static const struct part_variant variants[] = {{"slide_switch", NULL, 0}};

static const struct part_unit units[] = {
    {"", PART_SELECTOR, 0, 0, {"2", "1", "3"}},
};

static const char *const values[] = {"SW_Slide_1P2T", "SW_SPDT", "OS102011MS2Q", NULL};
static const char *const footprints[] = {"SW_Slide_1P2T", NULL};
static const char *const none[] = {NULL};

const struct part_model part_slide_switch = {
    .name = "slide_switch",
    .summary = "slide switch, one pole, two throws",
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
