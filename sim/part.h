/* The contract of a part model: a part knows its pins, its units and its datasheet
 * figures, and nothing else. A model file is data: the engine (sim/circuit) owns what
 * a logic gate, a flip-flop or a FET does; the wiring lives in the board.
 */
#ifndef SIM_PART_H
#define SIM_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PART_MAX_UNIT_PINS 8
#define PART_MAX_FIGURES   40

/* A datasheet figure. Times in seconds, volts, farads, ohms. NAN where the sheet has
 * no such column. `name` is one of the names in the table at PART_UNIT kinds below. */
struct part_figure {
    const char *name;
    double min, typ, max;
    const char *source; /* document and table; "from memory" where it is */
};

/* What a unit does, and the order of its pins. Figures used (all typical unless said):
 *
 * LOGIC     up to 4 inputs, then the output. `truth` bit i is the output for input
 *           pattern i (input 0 = bit 0). tpd, or tplh and tphl: unloaded (0 pF) delay;
 *           vt_plus/vt_minus: input thresholds (equal for a plain gate: vth), vh: the
 *           limits of their difference, for tolerances;
 *           cin; r_up, r_down: output resistances.
 * DFF       CP, D, RD_n, SD_n, then Q, Q_n (positive edge). tpd_clk, tpd_set, tsu, th,
 *           trec, tw_clk, tw_set. An unused pin may be NULL.
 * MONO      A (Clk+), B_n (Clk-), R_n, Cx, RxCx, then Q, Q_n: retriggerable monostable.
 *           k (T = k R C), tpd_trig, tpd_reset, tw_trig.
 * RECEIVER  A, B, then R: line receiver. vit_plus, vit_minus, tplh, tphl.
 * DRIVER    D, DE, then Y, Z: line driver. tpd, ten, tdis, voh, vol (no load), r_out (lower
 *           side), r_out_up, tr (10-90 % of the differential output), cout (disabled).
 * FET       G, D, S: N-channel enhancement. vgs_th, rds_on, ciss, coss, crss.
 * RESISTOR  1, 2.     CAPACITOR 1, 2.   (the part's quantity: ohms, farads)
 * SELECTOR  common, throw 1, throw 2, ...: joined by the position the board states.
 * JACK      TD+, TD-, RD+, RD-: magnetics towards the line. l_open, l_leak (henry),
 *           r_winding; beyond i_sat in the core (ampere) l_open falls to l_sat.
 * PASSIVE   any pins (none listed: all of the part's): mechanical, connectors, LEDs; puts
 *           only `cin` on its nets.
 *
 * Outputs also state tt (transition time, loaded) and cpd. A requirement (tsu, th, trec,
 * tw_...) has in `max` what the sheet demands: no good part needs more.
 */
enum part_unit_kind {
    PART_LOGIC,
    PART_DFF,
    PART_MONO,
    PART_RECEIVER,
    PART_DRIVER,
    PART_FET,
    PART_RESISTOR,
    PART_CAPACITOR,
    PART_SELECTOR,
    PART_JACK,
    PART_PASSIVE,
};

struct part_unit {
    const char *name; /* "A"; "" for a part of one unit */
    enum part_unit_kind kind;
    uint8_t n_in;                         /* LOGIC: number of inputs; otherwise 0 */
    uint16_t truth;                       /* LOGIC */
    const char *pins[PART_MAX_UNIT_PINS]; /* pad numbers in the order above */
};

/* A row of the function table. `in` has one character per input pin of the unit (LOGIC:
 * inputs; DFF: CP D RD_n SD_n; MONO: A B_n R_n; RECEIVER: one character, the sign of VID;
 * DRIVER: D DE): '0' '1' or '^' (a rising edge after the others are applied), 'v' a
 * falling one. `out` has one per output: '0' '1' 'z', '=' unchanged, 'p' a pulse of the
 * timed width. Rows run in order on one instance, each unit alike. */
struct part_vector {
    const char *in, *out;
};

/* One make of the part: which value texts select it, and its figures. The first variant
 * of a model is its generic typical part. */
struct part_variant {
    const char *name; /* "74HC86", "74HCT86", "74HC14 ti" */
    const struct part_figure *figures;
    size_t n_figures;
};

/* Within which figures the model holds; outside of them it computes something, but nobody
 * looked. Names: vcc (volt), r (ohm), c (farad), rx, cx (timing parts of a MONO). */
struct part_limit {
    const char *variant; /* a variant's name, NULL: of every one */
    const char *name;
    double min, max; /* NAN: open */
    const char *source;
};

enum part_quantity { PART_NO_QUANTITY, PART_OHM, PART_FARAD };

struct part_model {
    const char *name; /* "x86" */
    const char *summary;
    /* Patterns matched, without regard to case, against the start of the board's value
     * ("74HC86", "SN74HC86"), the library part, or the footprint; NULL ends each list.
     * Families of value texts choose the variant of the same name. A `ref_prefix` ("R",
     * "C", "TP") matches reference letters when nothing else matched. */
    const char *const *values;
    const char *const *footprints;
    const char *const *ref_prefixes;
    enum part_quantity quantity;
    const char *const *power_pins; /* pad numbers on the supply, NULL-terminated */
    const char *const *ground_pins;
    const struct part_variant *variants;
    size_t n_variants;
    const struct part_unit *units;
    size_t n_units;
    const struct part_vector *vectors;
    size_t n_vectors;
    const struct part_limit *limits;
    size_t n_limits;
};

/* How far a unit is from its part's typical figures: factors, 1 for a typical unit. `delay`
 * stands for the speed of its transistors: propagation delays, the timing it demands, and
 * output resistances. */
struct part_spread {
    double delay, vt_plus, vt_minus;
};

/* One part of a board, resolved: what the engine elaborates. One per netlist part. */
struct part_use {
    const struct part_model *model; /* NULL: removed or not fitted */
    const struct part_variant *variant;
    const struct part_figure *figures; /* the variant's, with the board's overrides in */
    size_t n_figures;
    double quantity;                  /* ohm or farad, NAN otherwise */
    uint8_t position;                 /* SELECTOR: throw joined with common, 1 = first; 0 = none */
    const struct part_spread *spread; /* per unit of the model; NULL: all typical */
};

/* A unit's pins, as the table above orders them: inputs are [0, inputs), outputs
 * [first_output, first_output + outputs). A FET's gate is an input; its drain is no output. */
int part_unit_inputs(const struct part_unit *unit);
int part_unit_first_output(const struct part_unit *unit);
int part_unit_outputs(const struct part_unit *unit);
bool part_unit_is_output(const struct part_unit *unit, int pin);

/* The typical value of figure `name`, or `fallback` when the part has none. */
double part_use_typ(const struct part_use *use, const char *name, double fallback);

/* The figure `name` of a variant, or NULL. */
const struct part_figure *part_variant_figure(const struct part_variant *variant, const char *name);

#endif
