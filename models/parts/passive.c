/* What only hangs on its nets: test points, holes, fiducials, logos, LEDs, connectors,
 * wire pads. It adds the capacitance stated and nothing else; what stands behind a
 * connector is the board configuration's business.
 * Not modelled: an LED's forward voltage (nothing on its net is timed by it).
 */
#include "models/parts/family.h"

static const struct part_figure passive_figures[] = {
    {"cin", NAN, 0.0, NAN, "a pad is in the stray capacitance per pin already"},
};

static const struct part_figure nucleo_figures[] = {
    {"cin", NAN, 5e-12, NAN, "STM32 I/O pin capacitance CIO, typ; from memory of DS10086, check"},
};

static const struct part_variant variants[] = {
    {"passive", passive_figures, N_OF(passive_figures)},
    {"partial-nucleo64", nucleo_figures, N_OF(nucleo_figures)},
};

static const struct part_unit units[] = {
    {"", PART_PASSIVE, 0, 0, {NULL}},
};

static const char *const values[] = {"partial-nucleo64", NULL};
static const char *const footprints[] = {
    "partial-nucleo64", "SolderWire", "TestPoint", "MountingHole", "Fiducial", "LED_", "LOGO",
    "OSHW-Logo",        "KiCad-Logo", NULL};
static const char *const ref_prefixes[] = {"TP", "H", "MH", "FID", "LOGO", "G", "J", "P", NULL};
static const char *const none[] = {NULL};

const struct part_model part_passive = {
    .name = "passive",
    .summary = "test point, hole, logo, LED or connector",
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
