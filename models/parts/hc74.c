/* 74HC74: two positive-edge D flip-flops with set and reset.
 *
 * Sources: Philips 74HC/HCT74, quick reference data (delays, capacitances); the dynamic
 * tables of Nexperia 74HC_HCT74 and TI SN74HC74 SCLS094 (from memory).
 * Pins: CP 3, D 2, RD_n 1, SD_n 4, Q 5, Q_n 6; CP 11, D 12, RD_n 13, SD_n 10, Q 9, Q_n 8;
 * GND 7, VCC 14. tpd_set serves set and reset alike: the mean of 15 ns (set) and
 * 16 ns (reset).
 * Not modelled: the clock input's small Schmitt action; metastability's settling time
 * (no sheet states one; a violated window resolves by the engine's coin at once).
 */
#include "models/parts/family.h"

static const struct part_figure hc_figures[] = {
    {"tpd_clk", NAN, HC_UNLOADED_TYP(14e-9, 15e-12), HC_UNLOADED_MAX(35e-9),
     "Philips 74HC74: 14 ns at 5 V, 15 pF; max 35 ns at 4.5 V, 50 pF from memory, check; unloaded"},
    {"tpd_set", NAN, HC_UNLOADED_TYP(15.5e-9, 15e-12), HC_UNLOADED_MAX(46e-9),
     "Philips 74HC74: 15 and 16 ns at 5 V, 15 pF (the 16 from a poor copy, check); max SN74HC74 46 "
     "ns at 4.5 V, 50 pF from memory, "
     "check; unloaded"},
    {"tsu", NAN, 2e-9, 20e-9, "typ Nexperia 74HC74, max SN74HC74, 4.5 V; from memory, check"},
    {"th", NAN, -2e-9, 3e-9, "Nexperia 74HC74, 4.5 V; from memory, check"},
    {"trec", NAN, 1e-9, 6e-9, "Nexperia 74HC74, 4.5 V; from memory, check"},
    {"tw_clk", NAN, 7e-9, 16e-9, "Nexperia 74HC74, 4.5 V; from memory, check"},
    {"tw_set", NAN, 6e-9, 20e-9, "typ Nexperia 74HC74, max SN74HC74, 4.5 V; from memory, check"},
    HC_INPUT_FIGURES,
    HC_OUTPUT_FIGURES,
    {"cpd", NAN, 24e-12, NAN, "Philips 74HC/HCT74, quick reference data, per flip-flop"},
};

static const struct part_variant variants[] = {
    {"74HC74", hc_figures, N_OF(hc_figures)},
};

static const struct part_unit units[] = {
    {"A", PART_DFF, 0, 0, {"3", "2", "1", "4", "5", "6"}},
    {"B", PART_DFF, 0, 0, {"11", "12", "13", "10", "9", "8"}},
};

/* CP D RD_n SD_n -> Q Q_n */
static const struct part_vector vectors[] = {
    {"0001", "01"},                                 /* reset */
    {"0011", "=="},                                 /* and released */
    {"^111", "10"}, {"0111", "=="}, {"0011", "=="}, /* D alone does nothing */
    {"^011", "01"}, {"1111", "=="},                 /* nor at a high clock, */
    {"v111", "=="},                                 /* nor does a falling edge */
    {"^111", "10"}, {"1101", "01"},                 /* reset overrides */
    {"0101", "=="}, {"^101", "=="},                 /* the clock as well */
    {"0110", "10"},                                 /* set */
    {"0010", "=="}, {"^010", "=="}, {"0000", "11"}, /* both: both outputs high */
    {"0001", "01"},
};

static const struct part_limit limits[] = {
    HC_VCC_LIMIT(NULL),
};

static const char *const values[] = {"74HC74", NULL};
static const char *const none[] = {NULL};
static const char *const power[] = {"14", NULL};
static const char *const ground[] = {"7", NULL};

const struct part_model part_hc74 = {
    .name = "hc74",
    .summary = "two positive-edge D flip-flops with set and reset",
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
