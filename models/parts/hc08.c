/* 74x08: four two-input AND gates.
 *
 * Sources: TI CD74HC08/CD74HCT08, switching specifications; NXP 74HC_HCT08 rev 4, table 7.
 * Pins: nA, nB, nY = 1,2,3  4,5,6  9,10,8  12,13,11; GND 7, VCC 14.
 * Not modelled: the delay's dependence on which input switches.
 */
#include "models/parts/family.h"

static const struct part_figure hc_figures[] = {
    {"tpd", NAN, HC_UNLOADED_TYP(7e-9, 15e-12), HC_UNLOADED_MAX(18e-9),
     "CD74HC08, switching: 7 ns at 5 V, 15 pF; max 18 ns at 4.5 V, 50 pF; unloaded"},
    HC_INPUT_FIGURES,
    HC_OUTPUT_FIGURES,
    {"cpd", NAN, 10e-12, NAN, "74HC_HCT08 rev 4, table 7 (CD74HC08 states 37 pF)"},
};

static const struct part_figure hct_figures[] = {
    {"tpd", NAN, HC_UNLOADED_TYP(11e-9, 15e-12), HC_UNLOADED_MAX(24e-9),
     "74HC_HCT08 rev 4, table 7: 11 ns at 5 V, 15 pF; max 24 ns at 4.5 V, 50 pF; unloaded"},
    HCT_INPUT_FIGURES,
    HC_OUTPUT_FIGURES,
    {"cpd", NAN, 20e-12, NAN, "74HC_HCT08 rev 4, table 7"},
};

static const struct part_variant variants[] = {
    {"74HC08", hc_figures, N_OF(hc_figures)},
    {"74HCT08", hct_figures, N_OF(hct_figures)},
};

static const struct part_unit units[] = {
    {"A", PART_LOGIC, 2, 0x8, {"1", "2", "3"}},
    {"B", PART_LOGIC, 2, 0x8, {"4", "5", "6"}},
    {"C", PART_LOGIC, 2, 0x8, {"9", "10", "8"}},
    {"D", PART_LOGIC, 2, 0x8, {"12", "13", "11"}},
};

static const struct part_vector vectors[] = {
    {"00", "0"},
    {"10", "0"},
    {"11", "1"},
    {"01", "0"},
};

static const struct part_limit limits[] = {
    HC_VCC_LIMIT("74HC08"),
    HCT_VCC_LIMIT("74HCT08"),
};

static const char *const values[] = {"74HC08", "74HCT08", NULL};
static const char *const none[] = {NULL};
static const char *const power[] = {"14", NULL};
static const char *const ground[] = {"7", NULL};

const struct part_model part_hc08 = {
    .name = "hc08",
    .summary = "four two-input AND gates",
    .values = values,
    .footprints = none,
    .ref_prefixes = none,
    .power_pins = power,
    .ground_pins = ground,
    .variants = variants,
    .n_variants = N_OF(variants),
    .units = units,
    .n_units = N_OF(units),
    .limits = limits,
    .n_limits = N_OF(limits),
    .vectors = vectors,
    .n_vectors = N_OF(vectors),
};
