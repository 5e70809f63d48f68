/* SN75C1168: two RS-422 line receivers and two drivers with enables.
 *
 * Sources: TI SLLS159F, driver section; SLLS159G, section 5.8; SLLS740A (the E part; its
 * receiver thresholds are the same).
 * Pins: receivers 1B 1, 1A 2, 1R 3 and 2B 7, 2A 6, 2R 5; drivers 1D 15, 1DE 4, 1Y 14,
 * 1Z 13 and 2D 9, 2DE 12, 2Y 10, 2Z 11; GND 8, VCC 16.
 * Not modelled: the inputs' bias and resistance, common mode, the bend in the driver's
 * upper side (3.4 V at 20 mA in the sheet, 3.75 V here), current limits; when D changes while
 * ten goes by, the new level comes after tpd. Within the hysteresis the receiver's output holds
 * or, as the board states it, idles: the sheet leaves it open.
 */
#include "models/parts/family.h"

/* Output resistance of the receiver from its transition time, 2.2 R C = 4 ns (9 ns at
 * most) at 50 pF. The static rows (0.8 V drop at 6 mA upwards, 0.1 V downwards) include
 * a junction and would make the edges slower than the sheet measures them. */
#define R_TYP           (4e-9 / (2.2 * 50e-12))
#define R_MAX           (9e-9 / (2.2 * 50e-12))
#define UNLOADED(tpd)   ((tpd)-0.69 * R_TYP * 50e-12)
#define UNLOADED_MAX(t) ((t)-0.69 * R_MAX * 50e-12)

static const struct part_figure figures[] = {
    {"vit_plus", NAN, 0.030, 0.2, "SLLS740A: max 0.2 V; typ half of the 60 mV hysteresis"},
    {"vit_minus", -0.2, -0.030, NAN, "SLLS740A: min -0.2 V; typ half of the 60 mV hysteresis"},
    {"tplh", UNLOADED(9e-9), UNLOADED(17e-9), UNLOADED_MAX(27e-9),
     "SLLS159G, section 5.8: 9/17/27 ns at 50 pF; unloaded"},
    {"tphl", UNLOADED(9e-9), UNLOADED(17e-9), UNLOADED_MAX(27e-9),
     "SLLS159G, section 5.8: 9/17/27 ns at 50 pF; unloaded"},
    {"r_up", NAN, R_TYP, R_MAX, "SLLS159G, section 5.8: tTLH 4 ns, max 9 ns, over 2.2 x 50 pF"},
    {"r_down", NAN, R_TYP, R_MAX, "SLLS159G, section 5.8: tTHL 4 ns, max 9 ns, over 2.2 x 50 pF"},
    {"tt", NAN, 4e-9, 9e-9, "SLLS159G, section 5.8 (loaded, 50 pF)"},
    {"tpd", NAN, 7e-9, 12e-9, "SLLS159F: 7 ns, max 12 ns, with 40 pF at each output, not reduced"},
    {"ten", NAN, 10e-9, 19e-9, "SLLS159 family, tPZH and tPZL; from memory, check"},
    {"tdis", NAN, 7e-9, 16e-9, "SLLS159 family, tPHZ and tPLZ; from memory, check"},
    {"voh", NAN, 4.35, NAN, "the supply less one junction, estimate; see r_out_up"},
    {"vol", NAN, 0.0, NAN, "SLLS159F: 0.2 V at 20 mA, brought to no load over r_out"},
    {"r_out", NAN, 10.0, 20.0, "SLLS159F: VOL 0.2 V, max 0.4 V, at 20 mA; the lower side"},
    {"r_out_up", NAN, 30.0, NAN, "SLLS159F: with voh, vol and r_out, VOD2 of 3.1 V into 100 ohm"},
    {"tr", NAN, 5e-9, 10e-9, "SLLS159 family, differential tr and tf; from memory, check"},
    {"cout", NAN, 8e-12, NAN, "of a disabled output; estimate, the sheet has no such row"},
    {"cin", NAN, 6e-12, NAN, "SLLS159F: driver inputs"},
    {"vt_plus", 0.8, 1.5, 2.0, "SLLS159F: driver VIL and VIH; typ midway, estimate"},
    {"vt_minus", 0.8, 1.5, 2.0, "SLLS159F: driver VIL and VIH; typ midway, estimate"},
};

static const struct part_variant variants[] = {
    {"75C1168", figures, N_OF(figures)},
};

static const struct part_unit units[] = {
    {"R1", PART_RECEIVER, 0, 0, {"2", "1", "3"}},
    {"R2", PART_RECEIVER, 0, 0, {"6", "7", "5"}},
    {"D1", PART_DRIVER, 0, 0, {"15", "4", "14", "13"}},
    {"D2", PART_DRIVER, 0, 0, {"9", "12", "10", "11"}},
};

/* One character: the sign of A - B. Two: D DE -> Y Z. */
static const struct part_vector vectors[] = {
    {"1", "1"},   {"0", "0"},   {"1", "1"},   {"00", "zz"}, {"01", "01"},
    {"11", "10"}, {"10", "zz"}, {"11", "10"}, {"01", "01"},
};

static const struct part_limit limits[] = {
    {NULL, "vcc", 4.5, 5.5, "SLLS159, recommended operating conditions; from memory, check"},
};

static const char *const values[] = {"75C1168", NULL};
static const char *const none[] = {NULL};
static const char *const power[] = {"16", NULL};
static const char *const ground[] = {"8", NULL};

const struct part_model part_sn75c1168 = {
    .name = "sn75c1168",
    .summary = "two RS-422 line receivers and two line drivers",
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
