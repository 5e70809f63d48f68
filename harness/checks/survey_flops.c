/* The windows of the flip-flops: the least distance of each kind there was. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checks/survey_internal.h"

enum { CP, D, RD, SD };

static void take(struct survey_flop *flop, enum survey_window window, sim_time from, sim_time to) {
    if (from == UNSEEN)
        return;
    double ns = (double)(to - from) * 1e-3;
    if (!flop->windows[window].seen || ns < flop->windows[window].least)
        flop->windows[window].least = ns;
    flop->windows[window].seen = true;
}

static void limits(const struct survey_work *w, struct survey_flop *flop) {
    static const char *const FIGURES[SURVEY_WINDOWS] = {"tsu", "th", "trec", "tw_clk", "tw_set"};
    const struct part_use *use = &w->board->uses[flop->part];
    for (int window = 0; window < SURVEY_WINDOWS; window++) {
        flop->windows[window].typ = NAN;
        flop->windows[window].most = NAN;
        flop->windows[window].source = "";
        for (size_t i = 0; i < use->n_figures; i++) {
            const struct part_figure *figure = &use->figures[i];
            if (strcmp(figure->name, FIGURES[window]) != 0)
                continue;
            flop->windows[window].typ = figure->typ * 1e9;
            flop->windows[window].most = figure->max * 1e9;
            flop->windows[window].source = figure->source ? figure->source : "";
        }
    }
}

void survey_flops_find(struct survey_work *w) {
    size_t n = survey_units(w->board, PART_DFF, NULL);
    struct survey_unit *units = calloc(n + 1, sizeof *units);
    w->flops = calloc(n + 1, sizeof *w->flops);
    w->out->flops = calloc(n + 1, sizeof *w->out->flops);
    if (!units || !w->flops || !w->out->flops)
        abort();
    survey_units(w->board, PART_DFF, units);
    for (size_t i = 0; i < n; i++) {
        struct survey_flop *flop = &w->out->flops[i];
        flop->part = units[i].part;
        survey_name(w, units[i].part, units[i].unit, flop->name, sizeof flop->name);
        snprintf(flop->net, sizeof flop->net, "%s",
                 survey_net_name(w, units[i].part, units[i].is, CP));
        for (unsigned pin = CP; pin <= SD; pin++)
            w->flops[i].nets[pin] = circuit_pin_net(w->circuit, units[i].part, units[i].is, pin);
        limits(w, flop);
    }
    w->out->n_flops = n;
    free(units);
}

void survey_flops_begin(struct survey_work *w) {
    for (size_t i = 0; i < w->out->n_flops; i++) {
        struct flop_watch *f = &w->flops[i];
        f->d_changed = f->cp_rose = f->cp_fell = UNSEEN;
        for (int pin = 0; pin < 2; pin++)
            f->fell[pin] = f->rose[pin] = UNSEEN;
    }
}

static bool is_low(const struct survey_work *w, uint32_t net) {
    return net != CIRCUIT_NO_NET && !w->levels[net];
}

static void clock_edge(struct survey_work *w, size_t i, sim_time time) {
    struct flop_watch *f = &w->flops[i];
    struct survey_flop *out = &w->out->flops[i];
    bool active = !is_low(w, f->nets[RD]) && !is_low(w, f->nets[SD]);
    bool rises = w->levels[f->nets[CP]];
    *(rises ? &f->cp_rose : &f->cp_fell) = time;
    if (!active)
        return;
    take(out, SURVEY_CLOCK, rises ? f->cp_fell : f->cp_rose, time);
    if (!rises)
        return;
    take(out, SURVEY_SETUP, f->d_changed, time);
    take(out, SURVEY_RECOVERY, f->rose[0], time);
    take(out, SURVEY_RECOVERY, f->rose[1], time);
}

static void data_edge(struct survey_work *w, size_t i, sim_time time) {
    struct flop_watch *f = &w->flops[i];
    f->d_changed = time;
    if (!is_low(w, f->nets[RD]) && !is_low(w, f->nets[SD]))
        take(&w->out->flops[i], SURVEY_HOLD, f->cp_rose, time);
}

static void set_edge(struct survey_work *w, size_t i, int pin, sim_time time) {
    struct flop_watch *f = &w->flops[i];
    if (is_low(w, f->nets[RD + pin])) {
        f->fell[pin] = time;
    } else {
        f->rose[pin] = time;
        take(&w->out->flops[i], SURVEY_SET, f->fell[pin], time);
    }
}

void survey_flops_edge(struct survey_work *w, sim_time time, uint32_t net) {
    for (size_t i = 0; i < w->out->n_flops; i++) {
        const struct flop_watch *f = &w->flops[i];
        if (f->nets[D] == net)
            data_edge(w, i, time);
        for (int pin = 0; pin < 2; pin++)
            if (f->nets[RD + pin] == net)
                set_edge(w, i, pin, time);
        if (f->nets[CP] == net)
            clock_edge(w, i, time);
    }
}
