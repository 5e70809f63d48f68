/* 74x86: four two-input exclusive-OR gates.
 *
 * Sources: NXP 74HC_HCT86 rev 4, tables 6 and 7; TI SN74HC86 SCLS100E, switching
 * characteristics; TI CD74ACT86 SCHS322.
 * Pins: nA, nB, nY = 1,2,3  4,5,6  9,10,8  12,13,11; GND 7, VCC 14.
 * Not modelled: the delay's dependence on which input switches and on the other's level.
 */
#include "models/parts/family.h"

/* Two makers' typical parts differ by a nanosecond; the generic part is their mean. */
#define HC86_TPD (0.5 * (HC_UNLOADED_TYP(11e-9, 15e-12) + HC_AT_5V(HC_UNLOADED_TYP(12e-9, 50e-12))))

static const struct part_figure hc_figures[] = {
    {"tpd", NAN, HC86_TPD, HC_UNLOADED_MAX(24e-9),
     "mean of 74HC_HCT86 rev 4, table 7 (11 ns at 5 V, 15 pF) and SCLS100E (12 ns at 4.5 V, 50 pF, "
     "brought to 5 V); max 24 ns at 4.5 V, 50 pF; unloaded"},
    HC_INPUT_FIGURES,
    HC_OUTPUT_FIGURES,
    {"cpd", NAN, 30e-12, NAN, "74HC_HCT86 rev 4, table 7"},
};

static const struct part_figure hct_figures[] = {
    {"tpd", NAN, HC_UNLOADED_TYP(14e-9, 15e-12), HC_UNLOADED_MAX(32e-9),
     "74HC_HCT86 rev 3, table 7: 14 ns at 5 V, 15 pF; max 32 ns at 4.5 V, 50 pF; unloaded"},
    HCT_INPUT_FIGURES,
    HC_OUTPUT_FIGURES,
    {"cpd", NAN, 30e-12, NAN, "74HC_HCT86 rev 3, table 7"},
};

/* ACT outputs are rated 24 mA; 15 ohm on average takes half a nanosecond off at 50 pF. */
#define ACT_UNLOADED(tpd) ((tpd)-0.69 * 15.0 * 50e-12)

static const struct part_figure act_figures[] = {
    {"tpd", ACT_UNLOADED(1e-9), ACT_UNLOADED(6.5e-9), ACT_UNLOADED(9e-9),
     "from memory of 74ACT86 (onsemi): 1/6.5/9 ns at 5 V, 50 pF, check; unloaded"},
    {"cin", NAN, 4.5e-12, 10e-12, "from memory of the ACT family, check"},
    {"vt_plus", 0.8, 1.5, 2.0, "TTL input levels; from memory of the ACT family, check"},
    {"vt_minus", 0.8, 1.5, 2.0, "TTL input levels; from memory of the ACT family, check"},
    {"r_up", NAN, 18.0, NAN, "estimate from the 24 mA rating of SCHS322, check"},
    {"r_down", NAN, 12.0, NAN, "estimate from the 24 mA rating of SCHS322, check"},
    {"tt", NAN, 2.5e-9, NAN, "estimate, check"},
    {"cpd", NAN, 35e-12, NAN, "from memory of the ACT family, check"},
};

static const struct part_variant variants[] = {
    {"74HC86", hc_figures, N_OF(hc_figures)},
    {"74HCT86", hct_figures, N_OF(hct_figures)},
    {"74ACT86", act_figures, N_OF(act_figures)},
};

static const struct part_unit units[] = {
    {"A", PART_LOGIC, 2, 0x6, {"1", "2", "3"}},
    {"B", PART_LOGIC, 2, 0x6, {"4", "5", "6"}},
    {"C", PART_LOGIC, 2, 0x6, {"9", "10", "8"}},
    {"D", PART_LOGIC, 2, 0x6, {"12", "13", "11"}},
};

static const struct part_vector vectors[] = {
    {"00", "0"},
    {"10", "1"},
    {"11", "0"},
    {"01", "1"},
};

static const struct part_limit limits[] = {
    HC_VCC_LIMIT("74HC86"),
    HCT_VCC_LIMIT("74HCT86"),
    HCT_VCC_LIMIT("74ACT86"),
};

static const char *const values[] = {"74HC86", "74HCT86", "74ACT86", NULL};
static const char *const none[] = {NULL};
static const char *const power[] = {"14", NULL};
static const char *const ground[] = {"7", NULL};

const struct part_model part_x86 = {
    .name = "x86",
    .summary = "four two-input exclusive-OR gates",
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
