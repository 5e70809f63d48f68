/* 74x32: four two-input OR gates.
 *
 * Sources: Philips 74HC/HCT32, December 1990, quick reference data; TI CD74HC32.
 * Pins: nA, nB, nY = 1,2,3  4,5,6  9,10,8  12,13,11; GND 7, VCC 14.
 * Not modelled: the delay's dependence on which input switches.
 */
#include "models/parts/family.h"

static const struct part_figure hc_figures[] = {
    {"tpd", NAN, HC_UNLOADED_TYP(6.5e-9, 15e-12), HC_UNLOADED_MAX(20e-9),
     "mean of Philips 74HC32 (6 ns at 5 V, 15 pF) and CD74HC32 (7 ns, from memory, check); max "
     "20 ns at 4.5 V, 50 pF from memory of SN74HC32, check; unloaded"},
    HC_INPUT_FIGURES,
    HC_OUTPUT_FIGURES,
    {"cpd", NAN, 16e-12, NAN, "Philips 74HC/HCT32, quick reference data"},
};

static const struct part_figure hct_figures[] = {
    {"tpd", NAN, HC_UNLOADED_TYP(9e-9, 15e-12), HC_UNLOADED_MAX(24e-9),
     "Philips 74HCT32, quick reference data: 9 ns at 5 V, 15 pF; max 24 ns at 4.5 V, 50 pF from "
     "memory, check; unloaded"},
    HCT_INPUT_FIGURES,
    HC_OUTPUT_FIGURES,
    {"cpd", NAN, 28e-12, NAN, "Philips 74HC/HCT32, quick reference data"},
};

static const struct part_variant variants[] = {
    {"74HC32", hc_figures, N_OF(hc_figures)},
    {"74HCT32", hct_figures, N_OF(hct_figures)},
};

static const struct part_unit units[] = {
    {"A", PART_LOGIC, 2, 0xe, {"1", "2", "3"}},
    {"B", PART_LOGIC, 2, 0xe, {"4", "5", "6"}},
    {"C", PART_LOGIC, 2, 0xe, {"9", "10", "8"}},
    {"D", PART_LOGIC, 2, 0xe, {"12", "13", "11"}},
};

static const struct part_vector vectors[] = {
    {"00", "0"},
    {"10", "1"},
    {"11", "1"},
    {"01", "1"},
};

static const struct part_limit limits[] = {
    HC_VCC_LIMIT("74HC32"),
    HCT_VCC_LIMIT("74HCT32"),
};

static const char *const values[] = {"74HC32", "74HCT32", NULL};
static const char *const none[] = {NULL};
static const char *const power[] = {"14", NULL};
static const char *const ground[] = {"7", NULL};

const struct part_model part_hc32 = {
    .name = "hc32",
    .summary = "four two-input OR gates",
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
