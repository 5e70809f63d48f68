/* The windows of the board's flip-flops, watched from outside in both engines' edges: what
 * either engine says of a window is not asked for, so that one that is wrong there is found.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/crosscheck_internal.h"

#define MARGIN   (2 * CROSSCHECK_SLACK) /* a window is between two edges */
#define NEAR_MAX 512                    /* on one side, between two comparisons */

enum { CLOCK, DATA, RESET, SET, PINS }; /* in the order of sim/part.h */

struct near_list {
    sim_time times[NEAR_MAX];
    size_t n;
};

struct flipflop_side {
    uint8_t level[PINS];
    sim_time changed[PINS], rose, released;
    struct near_list near;
};

struct flipflop_watch {
    uint32_t pins[PINS]; /* engine nets */
    uint32_t outputs[2]; /* of the compared nets */
    sim_time setup, hold, recovery, width_clock, width_set;
    struct flipflop_side sides[2];
};

static void note_near(struct flipflop_side *side, sim_time time) {
    struct near_list *near = &side->near;
    if (near->n == NEAR_MAX)
        memmove(near->times, near->times + 1, --near->n * sizeof *near->times);
    near->times[near->n++] = time;
}

/* Where `time` stands within a window from `from` to `to`, or as near to it as the engines may
 * differ. An empty window decides all the same, at its one place. */
static bool is_near(sim_time time, sim_time from, sim_time to) {
    return time > from - MARGIN && time < to + MARGIN;
}

static bool clock_is_near(const struct flipflop_watch *f, const struct flipflop_side *side,
                          sim_time time, int level) {
    bool narrow = is_near(time - side->changed[CLOCK], 0, f->width_clock);
    if (!level)
        return narrow;
    return narrow || is_near(time - side->released, 0, f->recovery) ||
           is_near(side->changed[DATA], time - f->setup, time + f->hold);
}

static void set_edge(const struct flipflop_watch *f, struct flipflop_side *side, int pin,
                     sim_time time, int level) {
    if (level && is_near(time - side->changed[pin], 0, f->width_set))
        note_near(side, time);
    if (level)
        side->released = time;
    if (level && is_near(side->rose, time - MARGIN, time))
        note_near(side, time); /* the clock may as well have come behind it */
}

static void pin_edge(const struct flipflop_watch *f, struct flipflop_side *side, int pin,
                     const struct circuit_edge *edge) {
    bool held = !side->level[RESET] || !side->level[SET];
    if (pin == CLOCK && !held && clock_is_near(f, side, edge->time, edge->level))
        note_near(side, edge->time);
    else if (pin == DATA && !held &&
             is_near(edge->time, side->rose - f->setup, side->rose + f->hold))
        note_near(side, edge->time);
    else if (pin == RESET || pin == SET)
        set_edge(f, side, pin, edge->time, edge->level);
    if (pin == CLOCK && edge->level)
        side->rose = edge->time;
    side->level[pin] = edge->level;
    side->changed[pin] = edge->time;
}

void crosscheck_window_edge(struct crosscheck_run *run, enum crosscheck_side side,
                            const struct circuit_edge *edge) {
    if (!run->window_pins[edge->net])
        return;
    for (size_t i = 0; i < run->n_flipflops; i++)
        for (int pin = 0; pin < PINS; pin++)
            if (run->flipflops[i].pins[pin] == edge->net)
                pin_edge(&run->flipflops[i], &run->flipflops[i].sides[side], pin, edge);
}

static void forget_before(struct near_list *near, sim_time time) {
    size_t n = 0;
    while (n < near->n && near->times[n] < time)
        n++;
    memmove(near->times, near->times + n, (near->n - n) * sizeof *near->times);
    near->n -= n;
}

/* The first moment at which both engines were near, SIM_NEVER: none. */
static sim_time first_common(const struct near_list *a, const struct near_list *b) {
    for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
        sim_time apart = a->times[i] - b->times[j];
        if (apart >= -CROSSCHECK_WINDOW && apart <= CROSSCHECK_WINDOW)
            return apart < 0 ? a->times[i] : b->times[j];
        if (apart < 0)
            i++;
        else
            j++;
    }
    return SIM_NEVER;
}

void crosscheck_windows(struct crosscheck_run *run, sim_time time) {
    for (size_t i = 0; i < run->n_flipflops; i++) {
        struct flipflop_watch *f = &run->flipflops[i];
        sim_time doubt = first_common(&f->sides[0].near, &f->sides[1].near);
        for (int out = 0; doubt != SIM_NEVER && out < 2; out++)
            if (f->outputs[out] != CIRCUIT_NO_NET)
                crosscheck_doubt(run, f->outputs[out], doubt);
        for (int side = 0; side < 2; side++)
            forget_before(&f->sides[side].near, time - 2 * CROSSCHECK_WINDOW);
    }
}

/* --- making --------------------------------------------------------------------------- */

static sim_time figure(const struct crosscheck_run *run, uint32_t part, const char *name) {
    return (sim_time)(part_use_typ(&run->board->uses[part], name, 0) * 1e12);
}

static void watch_pins(struct crosscheck_run *run, struct flipflop_watch *f) {
    for (int pin = 0; pin < PINS; pin++) {
        uint32_t net = f->pins[pin];
        bool seen = net != CIRCUIT_NO_NET && rtl_engine_has(run->rtl, net);
        for (int side = 0; side < 2; side++) {
            f->sides[side].level[pin] = 1; /* a set or reset that is not connected is released */
            f->sides[side].changed[pin] = f->sides[side].rose = f->sides[side].released = -SIM_S;
            if (net != CIRCUIT_NO_NET)
                f->sides[side].level[pin] =
                    (uint8_t)(side && seen ? rtl_engine_level(run->rtl, net)
                                           : circuit_level(run->event, net));
        }
        if (!seen)
            continue;
        run->window_pins[net] = true;
        circuit_watch(run->event, net, true);
        rtl_engine_watch(run->rtl, net, true);
    }
}

static void add_flipflop(struct crosscheck_run *run, uint32_t part, const struct part_unit *unit) {
    struct flipflop_watch *f = &run->flipflops[run->n_flipflops++];
    f->setup = figure(run, part, "tsu");
    f->hold = figure(run, part, "th");
    f->recovery = figure(run, part, "trec");
    f->width_clock = figure(run, part, "tw_clk");
    f->width_set = figure(run, part, "tw_set");
    for (int pin = 0; pin < PINS; pin++)
        f->pins[pin] = circuit_pin_net(run->event, part, unit, pin);
    for (int out = 0; out < 2; out++) {
        uint32_t net = circuit_pin_net(run->event, part, unit, PINS + out);
        f->outputs[out] = net == CIRCUIT_NO_NET ? CIRCUIT_NO_NET : run->compared_of[net];
    }
    watch_pins(run, f);
}

static size_t each_flipflop(struct crosscheck_run *run, bool add) {
    const struct board *board = run->board;
    size_t n = 0;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        for (size_t u = 0; model && !board->netlist->parts[part].removed && u < model->n_units;
             u++) {
            if (model->units[u].kind != PART_DFF)
                continue;
            n++;
            if (add)
                add_flipflop(run, part, &model->units[u]);
        }
    }
    return n;
}

bool crosscheck_windows_make(struct crosscheck_run *run) {
    run->flipflops = calloc(each_flipflop(run, false) + 1, sizeof *run->flipflops);
    run->window_pins = calloc(circuit_nets(run->event), sizeof *run->window_pins);
    if (!run->flipflops || !run->window_pins)
        return false;
    each_flipflop(run, true);
    return true;
}
