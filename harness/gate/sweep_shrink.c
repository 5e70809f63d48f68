/* A failing sample, shrunk: the fewest deviations that still fail. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/sweep_study.h"

struct shrinking {
    struct sweep_worker *worker;
    const double *deviations;
    bool *kept; /* per parameter: it deviates */
    enum sweep_check check;
};

/* The others are nominal. */
static bool still_fails(const struct shrinking *s) {
    const struct sweep_plan *plan = s->worker->plan;
    struct sweep_sample sample;
    for (size_t i = 0; i < plan->n_parameters; i++)
        s->worker->values[i] = sweep_value(&plan->parameters[i], s->kept[i] ? s->deviations[i] : 0);
    sweep_worker_run(s->worker, false, &sample);
    return sample.slack[s->check] < 0;
}

/* Put back to nominal what can be, `length` parameters at a time; true when any was. */
static bool put_back(struct shrinking *s, size_t length) {
    size_t n = s->worker->plan->n_parameters;
    bool before[SWEEP_MAX_CHUNK], any = false;
    for (size_t from = 0; from < n; from += length) {
        size_t end = from + length < n ? from + length : n, kept = 0;
        for (size_t i = from; i < end; i++) {
            kept += s->kept[i];
            before[i - from] = s->kept[i];
            s->kept[i] = false;
        }
        if (!kept)
            continue;
        if (still_fails(s))
            any = true;
        else
            memcpy(&s->kept[from], before, end - from);
    }
    return any;
}

void sweep_shrink(struct sweep_worker *worker, const double *deviations, enum sweep_check check,
                  bool *kept) {
    struct shrinking s = {worker, deviations, kept, check};
    size_t n = worker->plan->n_parameters, length = 1;
    for (size_t i = 0; i < n; i++)
        kept[i] = fabs(deviations[i]) > 0;
    while (length < SWEEP_MAX_CHUNK && length < n)
        length *= 2;
    for (; length > 1; length /= 2)
        put_back(&s, length);
    while (put_back(&s, 1))
        ;
}

/* In the unit of the parameter when that is a factor of its nominal value, else as it is. */
static int put_deviation(char *out, size_t size, const struct sweep_parameter *p,
                         double deviation) {
    double value = sweep_value(p, deviation);
    if (p->nominal > 0 && strcmp(p->unit, "ppm") != 0 && strcmp(p->unit, "C") != 0)
        return snprintf(out, size, "%s %+.1f %%", p->name, 100 * (value / p->nominal - 1));
    return snprintf(out, size, "%s %+.3g %s", p->name, value, p->unit);
}

void sweep_shrunk_text(const struct sweep_plan *plan, const double *deviations, const bool *kept,
                       char *out, size_t size) {
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < plan->n_parameters; i++) {
        char one[96];
        if (!kept[i])
            continue;
        put_deviation(one, sizeof one, &plan->parameters[i], deviations[i]);
        if (used + strlen(one) + sizeof ", ..." > size) {
            snprintf(out + used, size - used, ", ...");
            return;
        }
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "", one);
    }
}
