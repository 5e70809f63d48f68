/* 74HC4538: two retriggerable precision monostables with reset.
 *
 * Sources: TI CD74HC4538 SCHS123, switching specifications; Nexperia 74HC4538 rev 4
 * (T = 0.7 R C); onsemi MC74HC4538A, function table.
 * Pins: Cx 1, RxCx 2, R_n 3, A 4 (rising edge), B_n 5 (falling edge), Q 6, Q_n 7;
 * Cx 15, RxCx 14, R_n 13, A 12, B_n 11, Q 10, Q_n 9; GND 8, VCC 16.
 * Not modelled: the rise of k below 1 nF, the minimum retrigger time.
 */
#include "models/parts/family.h"

static const struct part_figure hc_figures[] = {
    {"k", 0.63, 0.70, 0.77,
     "CD74HC4538: 10 kohm, 0.1 uF, 5 V, 25 C; typ Nexperia rev 4, T = 0.7 R C"},
    {"tpd_trig", NAN, HC_UNLOADED_TYP(24e-9, 15e-12), HC_UNLOADED_MAX(53e-9),
     "from memory of TI and Nexperia: 21 and 27 ns at 5 V, 15 pF, max 53 ns at 4.5 V, 50 pF, "
     "check; unloaded"},
    {"tpd_reset", NAN, HC_UNLOADED_TYP(19e-9, 15e-12), HC_UNLOADED_MAX(50e-9),
     "CD74HC4538: 17 ns to Q, 21 ns to Q_n at 5 V, 15 pF; max 50 ns at 4.5 V, 50 pF; unloaded"},
    {"tw_trig", NAN, 6.5e-9, 16e-9, "A, B_n and R_n at 4.5 V; from memory, check"},
    HC_INPUT_FIGURES,
    HC_OUTPUT_FIGURES,
    {"cpd", NAN, 134e-12, NAN, "CD74HC4538, switching specifications, per monostable"},
};

static const struct part_variant variants[] = {
    {"74HC4538", hc_figures, N_OF(hc_figures)},
};

static const struct part_unit units[] = {
    {"A", PART_MONO, 0, 0, {"4", "5", "3", "1", "2", "6", "7"}},
    {"B", PART_MONO, 0, 0, {"12", "11", "13", "15", "14", "10", "9"}},
};

/* A B_n R_n -> Q Q_n */
static const struct part_vector vectors[] = {
    {"010", "01"}, {"011", "=="}, /* reset, and released */
    {"^11", "pp"},                /* A rises while B_n is high */
    {"011", "=="}, {"0v1", "pp"}, /* B_n falls while A is low */
    {"^01", "=="},                /* A rises while B_n is low: not triggered */
    {"111", "=="}, {"1v1", "=="}, /* B_n falls while A is high: not triggered */
    {"011", "=="}, {"010", "01"}, /* in reset */
    {"^10", "01"}, {"111", "=="}, /* no trigger; nor by its release */
};

static const struct part_limit limits[] = {
    HC_VCC_LIMIT(NULL),
    {NULL, "rx", 2e3, 1e6,
     "Nexperia 74HC4538: 2 kohm at least at 5 V; from memory, check; above 1 Mohm the input's 0.5 "
     "uA decides"},
    {NULL, "cx", 1e-9, NAN,
     "T = k R C holds from 1 nF on; below it k rises, which is not modelled"},
};

static const char *const values[] = {"74HC4538", NULL};
static const char *const none[] = {NULL};
static const char *const power[] = {"16", NULL};
static const char *const ground[] = {"8", NULL};

const struct part_model part_hc4538 = {
    .name = "hc4538",
    .summary = "two retriggerable monostables with reset",
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
