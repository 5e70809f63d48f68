/* 74HC14: six inverters with Schmitt-trigger inputs.
 *
 * Sources: Nexperia 74HC_HCT14, transfer characteristics (from memory; the single-gate
 * 74HC1G14, table 7, agrees within 0.15 V); TI SN74HC14 SCLS085; onsemi MC74HC14A, DC
 * characteristics; TI CD74HC14, switching specifications.
 * Pins: nA, nY = 1,2  3,4  5,6  9,8  11,10  13,12; GND 7, VCC 14.
 * Thresholds are stated at 4.5 and 6 V; 5 V is a third of the way on a straight line.
 * Not modelled: the delay's dependence on how far a slow input overshoots a threshold.
 */
#include "models/parts/family.h"

#define AT_5V(at_4v5, at_6v) ((at_4v5) + ((at_6v) - (at_4v5)) / 3.0)

#define DELAY_FIGURES(typ_15pf, text)                                                              \
    {"tpd", NAN, HC_UNLOADED_TYP(typ_15pf, 15e-12), HC_UNLOADED_MAX(27e-9), text}, HC_CIN_FIGURE,  \
        HC_OUTPUT_FIGURES, {                                                                       \
        "cpd", NAN, 20e-12, NAN, "CD74HC14, switching specifications"                              \
    }

static const struct part_figure generic_figures[] = {
    DELAY_FIGURES(11.5e-9,
                  "mean of CD74HC14 (11 ns at 5 V, 15 pF) and Nexperia 74HC14 (12 ns, from memory, "
                  "check); max CD74HC14 27 ns at 4.5 V, 50 pF; unloaded"),
    {"vt_plus", AT_5V(1.7, 2.1), AT_5V(2.38, 3.14), AT_5V(3.15, 4.2),
     "Nexperia 74HC14, transfer characteristics, 4.5 and 6 V; from memory, check"},
    {"vt_minus", AT_5V(0.9, 1.2), AT_5V(1.40, 1.89), AT_5V(2.0, 2.6),
     "Nexperia 74HC14, transfer characteristics, 4.5 and 6 V; from memory, check"},
    {"vh", AT_5V(0.4, 0.6), AT_5V(0.98, 1.25), AT_5V(1.4, 1.6),
     "Nexperia 74HC14, hysteresis, 4.5 and 6 V; typ from memory, limits as 74HC1G14, table 7"},
};

static const struct part_figure ti_figures[] = {
    DELAY_FIGURES(11e-9, "CD74HC14: 11 ns at 5 V, 15 pF; max 27 ns at 4.5 V, 50 pF; unloaded"),
    {"vt_plus", AT_5V(1.55, 2.1), AT_5V(2.5, 3.3), AT_5V(3.15, 4.2),
     "SN74HC14 SCLS085, 4.5 and 6 V; from memory, check"},
    {"vt_minus", AT_5V(0.9, 1.2), AT_5V(1.6, 2.0), AT_5V(2.45, 3.2),
     "SN74HC14 SCLS085, 4.5 and 6 V; from memory, check"},
    {"vh", AT_5V(0.4, 0.5), AT_5V(0.9, 1.3), AT_5V(2.1, 2.5),
     "SN74HC14 SCLS085, hysteresis, 4.5 and 6 V; from memory, check"},
};

/* The onsemi sheet states limits only: the typical part is taken midway between them. */
#define MIDWAY(low, high) (0.5 * ((low) + (high)))

static const struct part_figure onsemi_figures[] = {
    DELAY_FIGURES(11e-9, "as CD74HC14, 11 ns at 5 V, 15 pF (MC74HC14A states no typical delay); "
                         "max 27 ns at 4.5 V, 50 pF; unloaded"),
    {"vt_plus", AT_5V(2.3, 3.0), MIDWAY(AT_5V(2.3, 3.0), AT_5V(3.15, 4.2)), AT_5V(3.15, 4.2),
     "MC74HC14A, DC characteristics, 25 C limits at 4.5 and 6 V; typ midway between them"},
    {"vt_minus", AT_5V(0.9, 1.2), MIDWAY(AT_5V(0.9, 1.2), AT_5V(2.0, 2.6)), AT_5V(2.0, 2.6),
     "MC74HC14A, DC characteristics, 25 C limits at 4.5 and 6 V; typ midway between them"},
    {"vh", AT_5V(0.40, 0.50), MIDWAY(AT_5V(0.40, 0.50), AT_5V(2.25, 3.0)), AT_5V(2.25, 3.0),
     "MC74HC14A, DC characteristics, hysteresis, 4.5 and 6 V; typ midway between them"},
};

static const struct part_variant variants[] = {
    {"74HC14", generic_figures, N_OF(generic_figures)},
    {"74HC14 ti", ti_figures, N_OF(ti_figures)},
    {"74HC14 onsemi", onsemi_figures, N_OF(onsemi_figures)},
};

static const struct part_unit units[] = {
    {"A", PART_LOGIC, 1, 0x1, {"1", "2"}},   {"B", PART_LOGIC, 1, 0x1, {"3", "4"}},
    {"C", PART_LOGIC, 1, 0x1, {"5", "6"}},   {"D", PART_LOGIC, 1, 0x1, {"9", "8"}},
    {"E", PART_LOGIC, 1, 0x1, {"11", "10"}}, {"F", PART_LOGIC, 1, 0x1, {"13", "12"}},
};

static const struct part_vector vectors[] = {{"0", "1"}, {"1", "0"}, {"0", "1"}};

static const struct part_limit limits[] = {
    HC_VCC_LIMIT(NULL),
};

static const char *const values[] = {"74HC14", NULL};
static const char *const none[] = {NULL};
static const char *const power[] = {"14", NULL};
static const char *const ground[] = {"7", NULL};

const struct part_model part_hc14 = {
    .name = "hc14",
    .summary = "six inverters with Schmitt-trigger inputs",
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
