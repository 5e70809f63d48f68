/* Who decides: rank correlation over the samples, the slack with one parameter at its limits,
 * and with all of a class. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/gate/sweep_stats.h"
#include "harness/gate/sweep_study.h"

#define MOST_RANKED 20000 /* samples: more change the third digit */

struct probe {
    struct sweep_worker *worker;
    double *deviations; /* per parameter */
};

static double slack_of(struct probe *p) {
    const struct sweep_plan *plan = p->worker->plan;
    struct sweep_sample sample;
    for (size_t i = 0; i < plan->n_parameters; i++)
        p->worker->values[i] = sweep_value(&plan->parameters[i], p->deviations[i]);
    sweep_worker_run(p->worker, false, &sample);
    return sweep_least(&sample) * 1e-3;
}

static void limits_alone(struct probe *p, struct sweep_blame *blame) {
    size_t i = blame->parameter;
    p->deviations[i] = -3;
    blame->slack_low = slack_of(p);
    p->deviations[i] = 3;
    blame->slack_high = slack_of(p);
    p->deviations[i] = 0;
}

/* --- classes -----------------------------------------------------------------------------------
 */

struct class {
    const char *name;
    unsigned targets; /* set of 1 << enum sweep_target; 0: all */
    enum part_quantity quantity;
};
static const struct class classes[] = {
    {"resistors", 1u << SWEEP_QUANTITY, PART_OHM},
    {"capacitors", 1u << SWEEP_QUANTITY, PART_FARAD},
    {"figures of parts", 1u << SWEEP_FIGURE, PART_NO_QUANTITY},
    {"gate delays", 1u << SWEEP_DELAY, PART_NO_QUANTITY},
    {"thresholds", 1u << SWEEP_VT | 1u << SWEEP_VT_PLUS | 1u << SWEEP_VT_MINUS, PART_NO_QUANTITY},
    {"hysteresis", 1u << SWEEP_HYSTERESIS, PART_NO_QUANTITY},
    {"line receiver's offset", 1u << SWEEP_OFFSET, PART_NO_QUANTITY},
    {"supply", 1u << SWEEP_SUPPLY, PART_NO_QUANTITY},
    {"temperature", 1u << SWEEP_TEMPERATURE, PART_NO_QUANTITY},
    {"clocks", 1u << SWEEP_OSCILLATOR | 1u << SWEEP_PARTNER, PART_NO_QUANTITY},
    {"everything", 0, PART_NO_QUANTITY},
};
enum { CLASSES = sizeof classes / sizeof *classes };

static bool belongs(const struct sweep_plan *plan, size_t i, const struct class *class) {
    const struct sweep_role *role = &plan->roles[i];
    if (!class->targets)
        return true;
    return class->targets >> role->target & 1 &&
           (role->target != SWEEP_QUANTITY ||
            plan->board->uses[role->part].model->quantity == class->quantity);
}

static double class_at(struct probe *p, const struct class *class, double deviation) {
    const struct sweep_plan *plan = p->worker->plan;
    for (size_t i = 0; i < plan->n_parameters; i++)
        p->deviations[i] = belongs(plan, i, class) ? deviation : 0;
    double slack = slack_of(p);
    for (size_t i = 0; i < plan->n_parameters; i++)
        p->deviations[i] = 0;
    return slack;
}

static bool find_corners(struct probe *p, struct sweep_result *out) {
    out->corners = calloc(CLASSES, sizeof *out->corners);
    if (!out->corners)
        return false;
    for (int i = 0; i < CLASSES; i++) {
        struct sweep_corner *corner = &out->corners[out->n_corners++];
        snprintf(corner->name, sizeof corner->name, "%s", classes[i].name);
        corner->low = class_at(p, &classes[i], -3);
        corner->high = class_at(p, &classes[i], 3);
    }
    return true;
}

/* --- correlation --------------------------------------------------------------------------------
 */

static bool correlate(const struct sweep_study *study, struct sweep_blame *blame) {
    size_t n = study->n < MOST_RANKED ? (size_t)study->n : MOST_RANKED;
    uint32_t *order = malloc(2 * n * sizeof *order + 1);
    double *x = malloc(n * sizeof *x + 1), *rank_x = malloc(n * sizeof *x + 1);
    double *rank_y = malloc(n * sizeof *x + 1);
    bool good = order && x && rank_x && rank_y;
    for (size_t k = 0; good && k < n; k++)
        x[k] = sweep_least(&study->samples[k]);
    if (good)
        sweep_ranks(x, n, order, rank_y);
    for (size_t i = 0; good && i < study->plan->n_parameters; i++) {
        for (size_t k = 0; k < n; k++)
            x[k] = sweep_deviation(study->plan, study->first + k, i);
        sweep_ranks(x, n, order, rank_x);
        blame[i].correlation = sweep_correlation(rank_x, rank_y, n);
    }
    free(order);
    free(x);
    free(rank_x);
    free(rank_y);
    return good;
}

/* --- the list -----------------------------------------------------------------------------------
 */

static double swing(const struct sweep_blame *b) {
    return fabs(b->slack_high - b->slack_low);
}

/* What moves the slack furthest by itself, then what goes with it in the samples. */
static int by_swing(const void *a, const void *b) {
    const struct sweep_blame *x = a, *y = b;
    double of_x = swing(x), of_y = swing(y);
    if (of_x > of_y || of_x < of_y)
        return of_x > of_y ? -1 : 1;
    of_x = fabs(x->correlation);
    of_y = fabs(y->correlation);
    if (of_x > of_y || of_x < of_y)
        return of_x > of_y ? -1 : 1;
    return x->parameter < y->parameter ? -1 : x->parameter > y->parameter;
}

bool sweep_find_blame(const struct sweep_study *study, struct sweep_result *out,
                      struct sim_err *err) {
    size_t n = study->plan->n_parameters;
    struct probe probe = {sweep_worker_create(study->plan, err), calloc(n, sizeof(double))};
    out->blame = calloc(n, sizeof *out->blame);
    bool good = probe.worker && probe.deviations && out->blame;
    for (size_t i = 0; good && i < n; i++) {
        out->blame[i].parameter = (uint32_t)i;
        limits_alone(&probe, &out->blame[i]);
    }
    good = good && find_corners(&probe, out) && correlate(study, out->blame);
    if (good) {
        out->n_blame = n;
        qsort(out->blame, n, sizeof *out->blame, by_swing);
    } else if (err->cls == SIM_ERR_NONE) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    }
    sweep_worker_destroy(probe.worker);
    free(probe.deviations);
    return good;
}
