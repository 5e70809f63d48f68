/* What to change: other values and tighter classes of the passives that a failing check hangs
 * on, tried on the same draws. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/sweep_study.h"
#include "harness/values.h"
#include "sim/fpmath.h"

#define TRIED       1000 /* samples behind a yield that is reported, */
#define SCREENED    200  /* and behind one that only leads to it */
#define MOST_CHECKS 3
#define PER_CHECK   2
#define MOST_PARTS  (MOST_CHECKS * PER_CHECK)
#define MOST_ADVICE (2 * MOST_PARTS + 1)
#define STEPS       5     /* of E24, either way */
#define REACH       0.05  /* by which a part is probed */
#define WORTH       0.005 /* less yield is not worth a change */

/* IEC 60063. */
static const double e24[] = {1.0, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2.0, 2.2, 2.4, 2.7, 3.0,
                             3.3, 3.6, 3.9, 4.3, 4.7, 5.1, 5.6, 6.2, 6.8, 7.5, 8.2, 9.1};

static uint64_t lesser(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

bool sweep_try(const struct sweep_study *study, const struct board *board, double width, uint64_t n,
               struct sweep_yield *out, struct sim_err *err) {
    struct sweep_plan plan;
    struct sweep_study trial = {.request = study->request, .plan = &plan};
    struct sweep_result result = {0};
    struct sweep_sample *samples = calloc((size_t)n + 1, sizeof *samples);
    struct sweep_yield yields[1 + SWEEP_CHECKS] = {{.check = ""}};
    bool good = samples || sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (good && sweep_plan_create(board, study->plan->seed, width, &plan, err)) {
        const struct sweep_batch batch = {
            .plan = &plan, .n = n, .out = samples, .jobs = study->request->jobs};
        good = sweep_batch_run(&batch, &trial.n, err);
        trial.samples = samples;
        result.yields = yields;
        if (good)
            sweep_count(&trial, &result);
        *out = yields[0];
        sweep_plan_destroy(&plan);
    } else {
        good = false;
    }
    free(samples);
    return good;
}

/* --- another board -----------------------------------------------------------------------------
 */

/* The same netlist with values changed, and the tolerance of the first of these parts. */
struct variant {
    struct board board;
    struct part_use *uses;
};

struct change {
    uint32_t part;
    double quantity;
};

static bool make_variant(struct variant *v, const struct board *board, const struct change *changes,
                         size_t n_changes, double tolerance) {
    size_t n = board->netlist->n_parts;
    v->board = *board;
    v->uses = malloc(n * sizeof *v->uses);
    if (!v->uses)
        return false;
    memcpy(v->uses, board->uses, n * sizeof *v->uses);
    v->board.uses = v->uses;
    for (size_t i = 0; i < n_changes; i++)
        v->uses[changes[i].part].quantity = changes[i].quantity;
    if (tolerance > 0) {
        struct board_config *c = &v->board.config;
        const char *ref = board->netlist->parts[changes->part].ref;
        unsigned i = 0, most = sizeof c->tolerances / sizeof *c->tolerances;
        while (i < c->n_tolerances && strcmp(c->tolerances[i].what, ref) != 0)
            i++;
        i = i < most ? i : most - 1;
        c->n_tolerances += i == c->n_tolerances;
        snprintf(c->tolerances[i].what, sizeof c->tolerances[i].what, "%s", ref);
        c->tolerances[i].fraction = tolerance;
    }
    return true;
}

struct searching {
    const struct sweep_study *study;
    uint32_t part;
    size_t parameter;
    struct sim_err *err;
    bool failed;
    struct change good[MOST_ADVICE]; /* values that became advice */
    size_t n_good;
};

/* The yield with these changes; -1 on an error. */
static double yield_with(struct searching *s, const struct change *changes, size_t n_changes,
                         double tolerance, uint64_t n, struct sweep_yield *out) {
    struct variant v;
    struct sweep_yield y = {.samples = 0};
    if (!make_variant(&v, s->study->plan->board, changes, n_changes, tolerance) ||
        !sweep_try(s->study, &v.board, -1, n, &y, s->err))
        s->failed = true;
    free(v.uses);
    if (out)
        *out = y;
    return s->failed || !y.samples ? -1 : (double)y.passed / (double)y.samples;
}

static double yield_at(struct searching *s, double quantity, double tolerance, uint64_t n,
                       struct sweep_yield *out) {
    return yield_with(s, &(struct change){s->part, quantity}, 1, tolerance, n, out);
}

/* --- values -------------------------------------------------------------------------------- */

/* The power of ten at or below `value`; femto to giga. */
static double decade_of(double value) {
    static const double tens[] = {1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7,
                                  1e-6,  1e-5,  1e-4,  1e-3,  1e-2,  1e-1,  1e0,  1e1,  1e2,
                                  1e3,   1e4,   1e5,   1e6,   1e7,   1e8,   1e9};
    size_t i = sizeof tens / sizeof *tens - 1;
    while (i > 0 && tens[i] > value * (1 + 1e-9))
        i--;
    return tens[i];
}

/* The member of a series `steps` away from the one nearest to `value`. */
static double along(const double *series, int n, double value, int steps) {
    double decade = decade_of(value), mantissa = value / decade;
    int nearest = 0;
    for (int i = 1; i < n; i++)
        if (fabs(mantissa - series[i]) < fabs(mantissa - series[nearest]))
            nearest = i;
    int at = nearest + steps;
    for (; at < 0; at += n)
        decade /= 10;
    for (; at >= n; at -= n)
        decade *= 10;
    return decade * series[at];
}

static double neighbour(double value, int steps) {
    return along(e24, 24, value, steps);
}

/* E96: 10^(i/96), rounded to three digits (IEC 60063). */
static double neighbour96(double value, int steps) {
    double e96[96];
    for (int i = 0; i < 96; i++)
        e96[i] = floor(sim_exp(i * 2.302585092994045684 / 96) * 100 + 0.5) / 100;
    return along(e96, 96, value, steps);
}

/* As an edit has it: "470", "57.6k", "82p". */
static void value_text(double value, enum part_quantity quantity, char *out, size_t size) {
    static const char *const ohms[] = {"", "k", "M", "G"};
    static const char *const farads[] = {"p", "n", "u", "m"};
    double scaled = quantity == PART_FARAD ? value * 1e12 : value;
    int i = 0;
    for (; scaled >= 999.5 && i < 3; i++)
        scaled /= 1000;
    snprintf(out, size, "%.4g%s", scaled, (quantity == PART_FARAD ? farads : ohms)[i]);
}

/* As the edit will be read. */
static double as_written(const struct searching *s, double value) {
    const struct board *board = s->study->plan->board;
    enum part_quantity quantity = board->uses[s->part].model->quantity;
    char text[32], why[128];
    value_text(value, quantity, text, sizeof text);
    return value_read(text, quantity, &board->config.values, &value, why, sizeof why) ? value : 0;
}

/* Along a series from the present value, until it gets worse twice; the best quantity. */
static double climb(struct searching *s, double (*next)(double, int), int steps, double from,
                    double *best_yield, uint64_t n) {
    double best = from;
    for (int way = -1; way <= 1; way += 2) {
        int worse = 0;
        for (int i = 1; i <= steps && worse < 2 && !s->failed; i++) {
            double quantity = as_written(s, next(from, way * i));
            double y = quantity > 0 ? yield_at(s, quantity, -1, n, NULL) : -1;
            worse = y > *best_yield ? 0 : worse + 1;
            best = y > *best_yield ? quantity : best;
            *best_yield = y > *best_yield ? y : *best_yield;
        }
    }
    return best;
}

/* --- one part ------------------------------------------------------------------------------ */

static double share(const struct sweep_yield *y) {
    return y->samples ? (double)y->passed / (double)y->samples : 0;
}

static bool note(struct searching *s, struct sweep_result *out, const char *change,
                 const struct sweep_yield *y, bool is_set) {
    double before = share(&out->untouched), after = share(y);
    const char *ref = s->study->plan->board->netlist->parts[s->part].ref;
    if (after < before + WORTH || out->n_advice == MOST_ADVICE)
        return false;
    struct sweep_advice *a = &out->advice[out->n_advice++];
    *a = (struct sweep_advice){.yield = after, .low = y->low, .high = y->high, .is_set = is_set};
    snprintf(a->part, sizeof a->part, "%s", ref);
    snprintf(a->edit, sizeof a->edit, is_set ? "tolerance.%s=%s" : "value %s=%s", ref, change);
    snprintf(a->text, sizeof a->text,
             is_set ? "%s of %s: yield %.1f %%, now %.1f %%"
                    : "%s for %s: yield %.1f %%, now %.1f %%",
             change, ref, 100 * after, 100 * before);
    snprintf(a->options, sizeof a->options, "%s '%s'", is_set ? "--set" : "--edit", a->edit);
    return true;
}

static void try_values(struct searching *s, struct sweep_result *out, uint64_t screened) {
    const struct sweep_plan *plan = s->study->plan;
    const struct sweep_parameter *p = &plan->parameters[s->parameter];
    enum part_quantity quantity = plan->board->uses[s->part].model->quantity;
    double best_yield = yield_at(s, p->nominal, -1, screened, NULL);
    double best = climb(s, neighbour, STEPS, p->nominal, &best_yield, screened);
    bool precise = quantity == PART_OHM && p->high <= p->nominal * 1.011;
    if (precise)
        best = climb(s, neighbour96, 3, best, &best_yield, screened);
    struct sweep_yield y;
    char text[32];
    if (s->failed || fabs(best / p->nominal - 1) < 1e-6 ||
        yield_at(s, best, -1, out->tried, &y) < 0)
        return;
    value_text(best, quantity, text, sizeof text);
    if (note(s, out, text, &y, false))
        s->good[s->n_good++] = (struct change){s->part, best};
}

/* The class that costs little more: a fifth of the tolerance, as from 5 % to 1 %. */
static void try_class(struct searching *s, struct sweep_result *out) {
    const struct sweep_parameter *p = &s->study->plan->parameters[s->parameter];
    double fraction = (p->high / p->nominal - 1) / (p->high > p->nominal * 1.011 ? 5 : 10);
    struct sweep_yield y;
    char text[32];
    if (s->failed || !(fraction > 0) || yield_at(s, p->nominal, fraction, out->tried, &y) < 0)
        return;
    snprintf(text, sizeof text, "%.3g %%", 100 * fraction);
    note(s, out, text, &y, true);
}

/* --- which parts --------------------------------------------------------------------------- */

struct lever {
    size_t parameter;
    double gain; /* ps of the check's slack, either way */
};

/* The check's slack with one passive moved by REACH, on the otherwise nominal board. */
static double moved(struct sweep_worker *worker, size_t i, double factor, enum sweep_check check) {
    const struct sweep_plan *plan = worker->plan;
    struct sweep_sample sample;
    for (size_t k = 0; k < plan->n_parameters; k++)
        worker->values[k] = plan->parameters[k].nominal;
    worker->values[i] *= factor;
    sweep_worker_run(worker, false, &sample);
    return sample.slack[check];
}

static size_t find_levers(struct sweep_worker *worker, enum sweep_check check,
                          struct lever best[PER_CHECK]) {
    const struct sweep_plan *plan = worker->plan;
    size_t n = 0;
    for (size_t i = 0; i < plan->n_parameters; i++) {
        if (plan->roles[i].target != SWEEP_QUANTITY)
            continue;
        double gain = fabs(moved(worker, i, 1 + REACH, check) - moved(worker, i, 1 - REACH, check));
        if (!(gain > 0) || gain > SWEEP_AMPLE)
            continue;
        size_t at = n < PER_CHECK ? n++ : PER_CHECK;
        for (; at > 0 && best[at - 1].gain < gain; at--)
            if (at < PER_CHECK)
                best[at] = best[at - 1];
        if (at < PER_CHECK)
            best[at] = (struct lever){i, gain};
    }
    return n;
}

/* The checks that failed most, each with a slack of its own. */
static size_t worst_checks(const struct sweep_result *out, enum sweep_check checks[MOST_CHECKS]) {
    size_t n = 0;
    bool taken[SWEEP_CHECKS] = {false};
    while (n < MOST_CHECKS) {
        int worst = -1;
        for (int i = 0; i < SWEEP_CHECKS; i++) {
            const struct sweep_yield *y = &out->yields[1 + i];
            bool outcome = i == SWEEP_RECEIVE || i == SWEEP_TRANSMIT;
            if (!taken[i] && !y->apart && !outcome && y->passed < y->samples &&
                (worst < 0 || y->passed < out->yields[1 + worst].passed))
                worst = i;
        }
        if (worst < 0)
            break;
        taken[worst] = true;
        checks[n++] = (enum sweep_check)worst;
    }
    return n;
}

static bool is_listed(const size_t *list, size_t n, size_t parameter) {
    for (size_t i = 0; i < n; i++)
        if (list[i] == parameter)
            return true;
    return false;
}

static size_t find_parts(struct sweep_worker *worker, const struct sweep_result *out,
                         size_t parts[MOST_PARTS]) {
    enum sweep_check checks[MOST_CHECKS];
    size_t n = 0, n_checks = worst_checks(out, checks);
    for (size_t c = 0; c < n_checks; c++) {
        struct lever levers[PER_CHECK];
        size_t n_levers = find_levers(worker, checks[c], levers);
        for (size_t i = 0; i < n_levers && n < MOST_PARTS; i++)
            if (!is_listed(parts, n, levers[i].parameter))
                parts[n++] = levers[i].parameter;
    }
    return n;
}

/* --- together ------------------------------------------------------------------------------ */

static const struct sweep_advice *advice_of(const struct searching *s,
                                            const struct sweep_result *out, uint32_t part) {
    const char *ref = s->study->plan->board->netlist->parts[part].ref;
    for (size_t i = 0; i < out->n_advice; i++)
        if (!out->advice[i].is_set && strcmp(out->advice[i].part, ref) == 0)
            return &out->advice[i];
    return NULL;
}

static size_t best_value(const struct searching *s, const struct sweep_result *out) {
    size_t best = 0;
    for (size_t i = 1; i < s->n_good; i++)
        if (advice_of(s, out, s->good[i].part)->yield >
            advice_of(s, out, s->good[best].part)->yield)
            best = i;
    return best;
}

static void append(struct sweep_advice *a, const struct sweep_advice *more) {
    size_t part = strlen(a->part), options = strlen(a->options);
    snprintf(a->part + part, sizeof a->part - part, ", %s", more->part);
    snprintf(a->options + options, sizeof a->options - options, " %s", more->options);
}

/* The best value, and on top of it each other that still gains. */
static void try_together(struct searching *s, struct sweep_result *out) {
    if (s->failed || s->n_good < 2 || out->n_advice == MOST_ADVICE)
        return;
    struct change chosen[MOST_ADVICE];
    size_t n = 1, best = best_value(s, out);
    chosen[0] = s->good[best];
    struct sweep_advice all = *advice_of(s, out, chosen[0].part);
    for (size_t i = 0; i < s->n_good && !s->failed; i++) {
        struct sweep_yield y;
        chosen[n] = s->good[i];
        if (i == best || yield_with(s, chosen, n + 1, -1, out->tried, &y) < all.yield + WORTH)
            continue;
        append(&all, advice_of(s, out, chosen[n++].part));
        all.yield = share(&y);
        all.low = y.low;
        all.high = y.high;
    }
    if (n == 1)
        return;
    all.edit[0] = 0;
    snprintf(all.text, sizeof all.text, "%zu values together: yield %.1f %%, now %.1f %%", n,
             100 * all.yield, 100 * share(&out->untouched));
    out->advice[out->n_advice++] = all;
}

static int by_yield(const void *a, const void *b) {
    const struct sweep_advice *x = a, *y = b;
    if (x->yield > y->yield || x->yield < y->yield)
        return x->yield > y->yield ? -1 : 1;
    return strcmp(x->edit, y->edit);
}

bool sweep_find_advice(const struct sweep_study *study, struct sweep_result *out,
                       struct sim_err *err) {
    uint64_t asked = study->request->samples;
    size_t parts[MOST_PARTS], n;
    out->tried = lesser(asked, TRIED);
    out->advice = calloc(MOST_ADVICE, sizeof *out->advice);
    struct sweep_worker *worker = sweep_worker_create(study->plan, err);
    if (!worker || !out->advice ||
        !sweep_try(study, study->plan->board, -1, out->tried, &out->untouched, err)) {
        sweep_worker_destroy(worker);
        return false;
    }
    n = find_parts(worker, out, parts);
    sweep_worker_destroy(worker);
    struct searching s = {.study = study, .err = err};
    for (size_t i = 0; i < n && !s.failed; i++) {
        s.part = study->plan->roles[parts[i]].part;
        s.parameter = parts[i];
        try_values(&s, out, lesser(asked, SCREENED));
        try_class(&s, out);
    }
    try_together(&s, out);
    if (s.failed)
        return false;
    qsort(out->advice, out->n_advice, sizeof *out->advice, by_yield);
    return true;
}

/* --- the width of the gate delays ---------------------------------------------------------- */

bool sweep_try_widths(const struct sweep_study *study, struct sweep_result *out,
                      struct sim_err *err) {
    static const double widths[] = {0, 0.1, 0.2, 0.3, 0.4};
    enum { WIDTHS = sizeof widths / sizeof *widths };
    out->tried = lesser(study->request->samples, TRIED);
    out->widths = calloc(WIDTHS, sizeof *out->widths);
    if (!out->widths)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    for (int i = 0; i < WIDTHS; i++) {
        struct sweep_yield y;
        if (!sweep_try(study, study->plan->board, widths[i], out->tried, &y, err))
            return false;
        double share = y.samples ? (double)y.passed / (double)y.samples : 0;
        out->widths[out->n_widths++] = (struct sweep_width){widths[i], share, y.low, y.high};
    }
    return true;
}
