/* What varies on a board, within which limits, and what sample k draws.
 *
 * Limits of a figure are its datasheet's; one that a sheet leaves open lies as far from the
 * typical value as the other, as a ratio. A resistor's and a capacitor's come from the board's
 * [tolerance], by reference, else by letter, else by kind. No HC sheet guarantees a minimum
 * delay, and the maximum holds at 4.5 V behind the test's guard band, 1.7 times the typical
 * one: gate delays have a width of their own, [tolerance] delay.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/sweep_internal.h"
#include "sim/rng.h"

/* Of a unit's deviation, what it does not share with its package: sheets state a match for
 * precision parts alone (CD74HC4538: halves within 1 %, parts within 10 %); for gates an
 * estimate. */
#define RESIDUAL 0.3

/* Defaults by kind. Chip resistors of today; C0G up to 10 nF, X7R up to 10 uF, electrolytic
 * above; a supply from USB; crystals. Assumptions, but for the partner's 100 ppm (802.3). */
#define R_TOLERANCE          0.01
#define C0G_TOLERANCE        0.05
#define X7R_TOLERANCE        0.10
#define BULK_TOLERANCE       0.20
#define SUPPLY_TOLERANCE     0.05
#define OSCILLATOR_TOLERANCE 100e-6
#define HSI_TOLERANCE        0.01 /* STM32 datasheets, 25 C; from memory */
#define PARTNER_TOLERANCE    100e-6

/* SLLS159 states 4 ns at most for the driver's pulse skew (from memory) and nothing for the
 * receiver's. */
#define RECEIVER_SKEW 4e-9

/* Nothing is drawn to be less of its nominal value: 0 ohm would be a wire. */
#define LEAST_SHARE 0.01

/* Below this share of the supply an input's threshold is TTL's and does not move with it. */
#define CMOS_SHARE 0.36

struct maker {
    struct sweep_plan *plan;
    const struct circuit *circuit; /* the whole board */
    double width;
    size_t capacity;
};

/* --- the list ------------------------------------------------------------------------------ */

static struct sweep_parameter *add(struct maker *m, const struct sweep_role *role,
                                   const char *name) {
    struct sweep_plan *plan = m->plan;
    if (plan->n_parameters == m->capacity) {
        m->capacity = m->capacity ? 2 * m->capacity : 128;
        plan->parameters = realloc(plan->parameters, m->capacity * sizeof *plan->parameters);
        plan->roles = realloc(plan->roles, m->capacity * sizeof *plan->roles);
        if (!plan->parameters || !plan->roles)
            abort(); /* as netlist_create() does */
    }
    struct sweep_parameter *p = &plan->parameters[plan->n_parameters];
    *p = (struct sweep_parameter){0};
    snprintf(p->name, sizeof p->name, "%s", name);
    plan->roles[plan->n_parameters] = *role;
    plan->roles[plan->n_parameters++].stream = rng_stream(p->name);
    return p;
}

static const struct netlist_part *part_at(const struct maker *m, uint32_t part) {
    return &m->plan->board->netlist->parts[part];
}

/* "U2E vt_plus", or without a unit "U3 tplh"; its package's stream is that of `shared`. */
static struct sweep_parameter *add_of_part(struct maker *m, struct sweep_role role, bool unit,
                                           const char *what, const char *shared) {
    char name[64], package[64];
    const char *ref = part_at(m, role.part)->ref;
    const struct part_model *model = m->plan->board->uses[role.part].model;
    snprintf(name, sizeof name, "%s%s%s%s", ref, unit ? model->units[role.unit].name : "",
             *what ? " " : "", what);
    if (shared) {
        snprintf(package, sizeof package, "package %s %s", ref, shared);
        role.package = rng_stream(package);
    }
    return add(m, &role, name);
}

static void set_limits(struct sweep_parameter *p, const char *unit, double low, double nominal,
                       double high) {
    p->nominal = nominal;
    p->low = low < nominal ? low : nominal;
    p->high = high > nominal ? high : nominal;
    snprintf(p->unit, sizeof p->unit, "%s", unit);
}

/* --- values -------------------------------------------------------------------------------- */

static const struct board_tolerance *tolerance_of(const struct board *board, const char *what) {
    for (unsigned i = 0; i < board->config.n_tolerances; i++)
        if (strcmp(board->config.tolerances[i].what, what) == 0)
            return &board->config.tolerances[i];
    return NULL;
}

/* The board's tolerance of `what`, or the default; says which in `source`. */
static double stated(const struct board *board, const char *what, double otherwise, const char *why,
                     char *source, size_t size) {
    const struct board_tolerance *t = tolerance_of(board, what);
    double fraction = t ? t->fraction : otherwise;
    snprintf(source, size, t ? "[tolerance] %s = %.4g %%" : "default %s %.4g %%", t ? what : why,
             100 * fraction);
    return fraction;
}

static double default_of(const struct part_use *use, const char **why) {
    if (use->model->quantity == PART_OHM) {
        *why = "of resistors";
        return R_TOLERANCE;
    }
    if (use->quantity <= 10e-9) {
        *why = "of C0G, up to 10 nF";
        return C0G_TOLERANCE;
    }
    *why = use->quantity < 10e-6 ? "of X7R, up to 10 uF" : "of electrolytic capacitors";
    return use->quantity < 10e-6 ? X7R_TOLERANCE : BULK_TOLERANCE;
}

static void add_value(struct maker *m, uint32_t part) {
    const struct board *board = m->plan->board;
    const struct part_use *use = &board->uses[part];
    const char *ref = part_at(m, part)->ref, *why;
    char letter[2] = {ref[0], 0}, source[96];
    if (use->model->quantity == PART_NO_QUANTITY || !(use->quantity > 0))
        return;
    double otherwise = default_of(use, &why);
    const char *what = tolerance_of(board, ref) ? ref : letter;
    double t = stated(board, what, otherwise, why, source, sizeof source);
    const struct sweep_role role = {.target = SWEEP_QUANTITY, .part = part};
    struct sweep_parameter *p = add_of_part(m, role, false, "", NULL);
    memcpy(p->source, source, sizeof p->source);
    set_limits(p, use->model->quantity == PART_OHM ? "ohm" : "F", use->quantity * (1 - t),
               use->quantity, use->quantity * (1 + t));
    p->low = fmax(p->low, LEAST_SHARE * p->nominal);
}

/* --- figures ------------------------------------------------------------------------------- */

static int figure_at(const struct part_use *use, const char *name) {
    for (size_t i = 0; i < use->n_figures; i++)
        if (strcmp(use->figures[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* The limits of a figure as it is used; a ratio for an open side from the sheet's own row.
 * False when the sheet states none. */
static bool limits_of(const struct part_use *use, const char *name, double *low, double *high) {
    int i = figure_at(use, name);
    const struct part_figure *sheet = part_variant_figure(use->variant, name);
    if (i < 0 || !sheet || isnan(use->figures[i].typ))
        return false;
    const struct part_figure *f = &use->figures[i];
    bool above = !isnan(sheet->max), below = !isnan(sheet->min);
    if (!above && !below)
        return false;
    *high = above ? f->max : f->typ * sheet->typ / sheet->min;
    *low = below ? f->min : f->typ * sheet->typ / sheet->max;
    return true;
}

struct figure_of {
    const char *name, *unit;
    double per_kelvin;
};

/* Temperature: VGS(th) -4 mV/K (onsemi 2N7002W) over a typical 2 V, RDS(on) 1 %/K (Supertex,
 * at most). */
static const struct figure_of fet_figures[] = {
    {"vgs_th", "V", -0.002}, {"rds_on", "ohm", 0.01}, {"ciss", "F", 0},
    {"coss", "F", 0},        {"crss", "F", 0},
};
static const struct figure_of input_figures[] = {{"cin", "F", 0}};
static const struct figure_of mono_figures[] = {{"k", "", 0}};

static void add_figure(struct maker *m, uint32_t part, const struct figure_of *of) {
    const struct part_use *use = &m->plan->board->uses[part];
    double low, high;
    if (!limits_of(use, of->name, &low, &high))
        return;
    const struct part_figure *f = &use->figures[figure_at(use, of->name)];
    const struct sweep_role role = {.target = SWEEP_FIGURE,
                                    .part = part,
                                    .figure = (unsigned)figure_at(use, of->name),
                                    .scale = 1,
                                    .per_kelvin = of->per_kelvin};
    struct sweep_parameter *p = add_of_part(m, role, false, of->name, NULL);
    snprintf(p->source, sizeof p->source, "%s", f->source);
    set_limits(p, of->unit, low, f->typ, high);
}

static void add_figures(struct maker *m, uint32_t part, const struct figure_of *of, size_t n) {
    for (size_t i = 0; i < n; i++)
        add_figure(m, part, &of[i]);
}

/* --- thresholds ---------------------------------------------------------------------------- */

static void add_threshold(struct maker *m, uint32_t part, unsigned unit, enum sweep_target target) {
    const struct board *board = m->plan->board;
    const struct part_use *use = &board->uses[part];
    const char *figure = target == SWEEP_VT_MINUS ? "vt_minus" : "vt_plus";
    double low, high, vcc = board->config.supply.vcc;
    if (!limits_of(use, figure, &low, &high))
        return;
    double plus = part_use_typ(use, "vt_plus", 0), minus = part_use_typ(use, "vt_minus", 0);
    const struct sweep_role role = {.target = target,
                                    .part = part,
                                    .unit = unit,
                                    .tracks = (plus + minus) / 2 > CMOS_SHARE * vcc};
    struct sweep_parameter *p =
        add_of_part(m, role, true, target == SWEEP_VT ? "vt" : figure, figure);
    snprintf(p->source, sizeof p->source, "%s", use->figures[figure_at(use, figure)].source);
    set_limits(p, "V", low, use->figures[figure_at(use, figure)].typ, high);
}

/* Sheets limit VT+, VT- and their difference: the difference is drawn, so that the two
 * thresholds of an input move together as far as the sheet says. */
static void add_hysteresis(struct maker *m, uint32_t part, unsigned unit, double nominal) {
    const struct part_figure *sheet = part_variant_figure(m->plan->board->uses[part].variant, "vh");
    const struct sweep_role role = {
        .target = SWEEP_HYSTERESIS, .part = part, .unit = unit, .tracks = true};
    struct sweep_parameter *p = add_of_part(m, role, true, "hysteresis", "hysteresis");
    snprintf(p->source, sizeof p->source, "%s", sheet->source);
    set_limits(p, "V", sheet->min, nominal, sheet->max);
}

/* Only an input on an analog node has a threshold that shows. */
static void add_thresholds(struct maker *m, uint32_t part, unsigned unit) {
    const struct part_use *use = &m->plan->board->uses[part];
    const struct part_unit *u = &use->model->units[unit];
    bool analog = false;
    for (int pin = 0; pin < PART_MAX_UNIT_PINS && u->pins[pin]; pin++) {
        uint32_t net = circuit_pin_net(m->circuit, part, u, (unsigned)pin);
        analog |= net != CIRCUIT_NO_NET && circuit_net_is_analog(m->circuit, net);
    }
    double plus = part_use_typ(use, "vt_plus", NAN), minus = part_use_typ(use, "vt_minus", NAN);
    if (!analog || isnan(plus) || isnan(minus))
        return;
    if (plus > minus) {
        add_threshold(m, part, unit, SWEEP_VT_PLUS);
        if (part_variant_figure(use->variant, "vh"))
            add_hysteresis(m, part, unit, plus - minus);
        else
            add_threshold(m, part, unit, SWEEP_VT_MINUS);
    } else {
        add_threshold(m, part, unit, SWEEP_VT);
    }
}

/* Both thresholds of a line receiver move together; its hysteresis has no limits in the sheet. */
static void add_offset(struct maker *m, uint32_t part) {
    const struct part_use *use = &m->plan->board->uses[part];
    int plus = figure_at(use, "vit_plus"), minus = figure_at(use, "vit_minus");
    if (plus < 0 || minus < 0)
        return;
    const struct part_figure *p = &use->figures[plus], *n = &use->figures[minus];
    struct sweep_parameter *offset = add_of_part(
        m, (struct sweep_role){.target = SWEEP_OFFSET, .part = part}, false, "offset", NULL);
    snprintf(offset->source, sizeof offset->source, "%s", p->source);
    set_limits(offset, "V", isnan(n->min) ? 0 : n->min - n->typ, 0,
               isnan(p->max) ? 0 : p->max - p->typ);
}

/* The delay scale is about typical parts: the limits stay the sheet's. */
static void add_receiver(struct maker *m, uint32_t part) {
    const struct part_use *use = &m->plan->board->uses[part];
    double low, high, scale = m->plan->board->config.delay_scale;
    if (!limits_of(use, "tplh", &low, &high) || figure_at(use, "tphl") < 0)
        return;
    struct sweep_role role = {.target = SWEEP_RECEIVER,
                              .part = part,
                              .figure = (unsigned)figure_at(use, "tplh"),
                              .scale = scale};
    struct sweep_parameter *p = add_of_part(m, role, false, "receiver delay", NULL);
    snprintf(p->source, sizeof p->source, "%s", use->figures[role.figure].source);
    set_limits(p, "s", low, scale * use->figures[role.figure].typ, high);
    role.target = SWEEP_SKEW;
    role.figure = (unsigned)figure_at(use, "tphl");
    p = add_of_part(m, role, false, "receiver skew", NULL);
    snprintf(p->source, sizeof p->source, "no row in the sheet: as its driver's tsk(p), 4 ns");
    set_limits(p, "s", -RECEIVER_SKEW, 0, RECEIVER_SKEW);
}

/* --- units and parts ----------------------------------------------------------------------- */

static bool is_used(const struct maker *m, uint32_t part, unsigned unit) {
    for (size_t i = 0; i < circuit_elements(m->circuit); i++) {
        struct circuit_element_info e = circuit_element(m->circuit, i);
        if (e.part == part && e.unit == unit)
            return true;
    }
    return false;
}

static void add_delay(struct maker *m, uint32_t part, unsigned unit) {
    struct sweep_parameter *p =
        add_of_part(m, (struct sweep_role){.target = SWEEP_DELAY, .part = part, .unit = unit}, true,
                    "delay", "delay");
    double width = m->width;
    if (width < 0)
        width = stated(m->plan->board, "delay", SWEEP_DELAY_WIDTH, "of gate delays", p->source,
                       sizeof p->source);
    set_limits(p, "x", fmax(1 - width, LEAST_SHARE), 1, 1 + width);
}

#define FIGURES(list) list, sizeof(list) / sizeof *(list)

static void add_unit(struct maker *m, uint32_t part, unsigned unit) {
    switch (m->plan->board->uses[part].model->units[unit].kind) {
    case PART_LOGIC:
    case PART_DFF:
    case PART_MONO:
    case PART_DRIVER:
        if (is_used(m, part, unit))
            add_delay(m, part, unit);
        add_thresholds(m, part, unit);
        break;
    case PART_FET:
        add_figures(m, part, FIGURES(fet_figures));
        break;
    default:
        break;
    }
}

static bool has_kind(const struct part_model *model, enum part_unit_kind kind) {
    for (size_t u = 0; u < model->n_units; u++)
        if (model->units[u].kind == kind)
            return true;
    return false;
}

static void add_part(struct maker *m, uint32_t part) {
    const struct part_model *model = m->plan->board->uses[part].model;
    add_value(m, part);
    for (unsigned u = 0; u < model->n_units && u < SWEEP_MAX_UNITS; u++)
        add_unit(m, part, u);
    if (has_kind(model, PART_LOGIC) || has_kind(model, PART_DFF) || has_kind(model, PART_MONO))
        add_figures(m, part, FIGURES(input_figures));
    if (has_kind(model, PART_MONO))
        add_figures(m, part, FIGURES(mono_figures));
    if (has_kind(model, PART_RECEIVER)) {
        add_offset(m, part);
        add_receiver(m, part);
    }
}

/* --- what is not a part ------------------------------------------------------------------------
 */

static void add_ppm(struct maker *m, enum sweep_target target, const char *name, double nominal,
                    double otherwise, const char *why) {
    struct sweep_parameter *p = add(m, &(struct sweep_role){.target = target}, name);
    double ppm = 1e6 * stated(m->plan->board, name, otherwise, why, p->source, sizeof p->source);
    set_limits(p, "ppm", nominal - ppm, nominal, nominal + ppm);
}

static void add_surroundings(struct maker *m) {
    const struct board_config *c = &m->plan->board->config;
    struct sweep_parameter *p = add(m, &(struct sweep_role){.target = SWEEP_SUPPLY}, "supply");
    double t = stated(m->plan->board, "supply", SUPPLY_TOLERANCE, "of a supply", p->source,
                      sizeof p->source);
    set_limits(p, "V", c->supply.vcc * (1 - t), c->supply.vcc, c->supply.vcc * (1 + t));
    p = add(m, &(struct sweep_role){.target = SWEEP_TEMPERATURE}, "temperature");
    snprintf(p->source, sizeof p->source, "[tolerance] temperature = %.4g", c->tolerance_kelvin);
    set_limits(p, "C", 25 - c->tolerance_kelvin, 25, 25 + c->tolerance_kelvin);
    bool crystal = c->mcu_hse_hz > 0;
    add_ppm(m, SWEEP_OSCILLATOR, "oscillator", crystal ? 0 : c->mcu_hsi_ppm,
            crystal ? OSCILLATOR_TOLERANCE : HSI_TOLERANCE,
            crystal ? "of the MCU's crystal" : "of the MCU's HSI");
    add_ppm(m, SWEEP_PARTNER, "partner", c->line.ppm, PARTNER_TOLERANCE, "of 802.3");
}

bool sweep_plan_create(const struct board *board, uint64_t seed, double width,
                       struct sweep_plan *plan, struct sim_err *err) {
    *plan = (struct sweep_plan){
        .board = board, .seed = seed, .uniform = board->config.distribution == BOARD_UNIFORM};
    struct maker m = {.plan = plan, .width = width};
    if (!sweep_setup(board, seed, &plan->setup, err))
        return false;
    struct circuit *circuit = circuit_create(board->netlist, board->uses, &plan->setup.config,
                                             &(struct circuit_scope){.part_of = CIRCUIT_ALL}, err);
    if (!circuit)
        return false;
    m.circuit = circuit;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++)
        if (board->uses[part].model && !board->netlist->parts[part].removed)
            add_part(&m, part);
    add_surroundings(&m);
    circuit_destroy(circuit);
    return true;
}

void sweep_plan_destroy(struct sweep_plan *plan) {
    free(plan->parameters);
    free(plan->roles);
    plan->parameters = NULL;
    plan->roles = NULL;
    plan->n_parameters = 0;
}

/* --- draws -------------------------------------------------------------------------------------
 */

static double uniform(const struct sweep_plan *plan, uint64_t stream, uint64_t k) {
    return 3 * (2 * rng_uniform(plan->seed, stream, k) - 1);
}

double sweep_deviation(const struct sweep_plan *plan, uint64_t k, size_t i) {
    const struct sweep_role *role = &plan->roles[i];
    if (k == 0)
        return 0;
    if (plan->uniform) {
        double own = uniform(plan, role->stream, k);
        return role->package ? (1 - RESIDUAL) * uniform(plan, role->package, k) + RESIDUAL * own
                             : own;
    }
    double z = rng_normal(plan->seed, role->stream, k);
    if (role->package)
        z = RESIDUAL * z + sqrt(1 - RESIDUAL * RESIDUAL) * rng_normal(plan->seed, role->package, k);
    return z < -3 ? -3 : z > 3 ? 3 : z;
}

double sweep_value(const struct sweep_parameter *p, double deviation) {
    double reach = deviation < 0 ? p->nominal - p->low : p->high - p->nominal;
    return p->nominal + reach * deviation / 3;
}

void sweep_draw(const struct sweep_plan *plan, uint64_t k, double *values) {
    for (size_t i = 0; i < plan->n_parameters; i++)
        values[i] = sweep_value(&plan->parameters[i], sweep_deviation(plan, k, i));
}
