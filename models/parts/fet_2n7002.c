/* 2N7002: N-channel enhancement FET in SOT-23.
 *
 * Sources: Supertex DSFP-2N7002, Diodes DS30026, Transys 2N7002W (classic parts); onsemi
 * 2N7002W (trench). Makers differ a lot.
 * Pins: G 1, S 2, D 3. Body to source inside.
 * Not modelled: the body diode, the rise of the output capacitance towards 0 V (the
 * sheets' figures hold at 20 to 25 V; at 0 to 5 V two to three times as much is likely).
 */
#include "models/parts/family.h"

static const struct part_figure classic_figures[] = {
    {"vgs_th", 1.0, 1.6, 2.5, "Supertex DSFP-2N7002 limits at 250 uA; typ Transys, Diodes 1.5-1.6"},
    {"rds_on", NAN, 3.2, 7.5, "Diodes DS30026: VGS 5 V, 50 mA"},
    {"ciss", NAN, 22e-12, 50e-12, "Diodes DS30026: VDS 25 V"},
    {"coss", NAN, 11e-12, 25e-12, "Diodes DS30026: VDS 25 V"},
    {"crss", NAN, 2e-12, 5e-12, "Diodes DS30026: VDS 25 V"},
};

static const struct part_figure onsemi_figures[] = {
    {"vgs_th", 1.0, 1.75, 2.5, "onsemi 2N7002W limits at 250 uA; typ midway between them"},
    {"rds_on", NAN, 1.33, 2.5, "onsemi 2N7002W: VGS 4.5 V, 200 mA"},
    {"ciss", NAN, 24.5e-12, NAN, "onsemi 2N7002W: VDS 20 V"},
    {"coss", NAN, 4.2e-12, NAN, "onsemi 2N7002W: VDS 20 V"},
    {"crss", NAN, 2.2e-12, NAN, "onsemi 2N7002W: VDS 20 V"},
};

static const struct part_variant variants[] = {
    {"2N7002", classic_figures, N_OF(classic_figures)},
    {"2N7002 onsemi", onsemi_figures, N_OF(onsemi_figures)},
};

static const struct part_unit units[] = {
    {"", PART_FET, 0, 0, {"1", "3", "2"}},
};

static const char *const values[] = {"2N7002", NULL};
static const char *const none[] = {NULL};

const struct part_model part_fet_2n7002 = {
    .name = "fet_2n7002",
    .summary = "N-channel enhancement FET",
    .values = values,
    .footprints = none,
    .ref_prefixes = none,
    .power_pins = none,
    .ground_pins = none,
    .variants = variants,
    .n_variants = N_OF(variants),
    .units = units,
    .n_units = N_OF(units),
};
