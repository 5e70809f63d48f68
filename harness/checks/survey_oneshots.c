/* One-shots: a FET that discharges an RC node, a Schmitt trigger that tells when it is charged.
 *
 * One whose output closes the gate before its FET must be open again when the next trigger
 * comes; one without that is triggered anew by each, and must not end between two.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checks/survey_internal.h"

enum { FET_G, FET_D };

/* --- finding them ------------------------------------------------------------------------ */

struct finder {
    struct survey_work *w;
    struct survey_unit *logic;
    size_t n_logic;
    bool *reached; /* per engine net */
};

static uint32_t output_of(const struct finder *f, const struct survey_unit *unit) {
    return circuit_pin_net(f->w->circuit, unit->part, unit->is, unit->is->n_in);
}

static uint32_t input_of(const struct finder *f, const struct survey_unit *unit, unsigned pin) {
    return circuit_input_net(f->w->circuit, unit->part, unit->unit, pin);
}

/* Every net that the node's trigger leads to through gates. */
static void reach(struct finder *f, uint32_t node) {
    memset(f->reached, 0, circuit_nets(f->w->circuit) * sizeof *f->reached);
    f->reached[node] = true;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < f->n_logic; i++) {
            uint32_t out = output_of(f, &f->logic[i]);
            if (out == CIRCUIT_NO_NET || f->reached[out])
                continue;
            for (unsigned pin = 0; pin < f->logic[i].is->n_in && !f->reached[out]; pin++) {
                uint32_t in = input_of(f, &f->logic[i], pin);
                more = more || (in != CIRCUIT_NO_NET && f->reached[in]);
                f->reached[out] = in != CIRCUIT_NO_NET && f->reached[in];
            }
        }
    }
}

/* The level of input `pin` at which the others count, when they do not at the opposite one. */
static bool opening_level(const struct part_unit *unit, unsigned pin, int *level) {
    bool ever[2] = {false, false}, always[2] = {true, true};
    for (unsigned pattern = 0; pattern < 1U << unit->n_in; pattern++) {
        int side = pattern >> pin & 1;
        bool high = unit->truth >> pattern & 1;
        ever[side] = ever[side] || high;
        always[side] = always[side] && high;
    }
    for (int side = 0; side < 2; side++)
        if (ever[side] && !always[side] && !ever[!side]) {
            *level = side;
            return true;
        }
    return false;
}

/* Does the unit that drives the FET's gate hear the one-shot's own output? */
static void find_feedback(const struct finder *f, struct oneshot_watch *shot, bool *gated) {
    for (size_t i = 0; i < f->n_logic; i++) {
        const struct survey_unit *unit = &f->logic[i];
        if (output_of(f, unit) != shot->trigger || unit->is->n_in > ONESHOT_OTHERS)
            continue;
        for (unsigned pin = 0; pin < unit->is->n_in; pin++) {
            uint32_t in = input_of(f, unit, pin);
            if (in == CIRCUIT_NO_NET || !f->reached[in] ||
                !opening_level(unit->is, pin, &shot->open_level))
                continue;
            *gated = true;
            shot->feedback = pin;
            shot->n_in = unit->is->n_in;
            shot->truth = unit->is->truth;
            for (unsigned k = 0; k < shot->n_in; k++)
                shot->nets[k] = input_of(f, unit, k);
            return;
        }
    }
}

/* The first unit that listens to the RC node with a threshold of its own. */
static const struct survey_unit *listener(const struct finder *f, uint32_t drain, uint32_t *node) {
    for (size_t i = 0; i < f->n_logic; i++)
        for (unsigned pin = 0; pin < f->logic[i].is->n_in; pin++)
            if (circuit_pin_net(f->w->circuit, f->logic[i].part, f->logic[i].is, pin) == drain) {
                *node = input_of(f, &f->logic[i], pin);
                return *node == drain ? NULL : &f->logic[i];
            }
    return NULL;
}

static void add(struct finder *f, const struct survey_unit *fet) {
    struct survey_work *w = f->w;
    struct oneshot_watch *shot = &w->oneshots[w->out->n_oneshots];
    struct survey_oneshot *out = &w->out->oneshots[w->out->n_oneshots];
    uint32_t drain = circuit_pin_net(w->circuit, fet->part, fet->is, FET_D);
    shot->trigger = circuit_pin_net(w->circuit, fet->part, fet->is, FET_G);
    if (shot->trigger == CIRCUIT_NO_NET || !circuit_net_is_analog(w->circuit, drain))
        return;
    const struct survey_unit *unit = listener(f, drain, &shot->node);
    if (!unit)
        return;
    w->out->n_oneshots++;
    out->part = unit->part;
    survey_name(w, unit->part, unit->unit, out->name, sizeof out->name);
    snprintf(out->net, sizeof out->net, "%s", survey_net_name(w, fet->part, fet->is, FET_D));
    shot->hold = shot->interval = UNSEEN;
    reach(f, shot->node);
    find_feedback(f, shot, &out->gated);
}

void survey_oneshots_find(struct survey_work *w) {
    size_t n = survey_units(w->board, PART_FET, NULL);
    struct finder f = {.w = w, .n_logic = survey_units(w->board, PART_LOGIC, NULL)};
    struct survey_unit *fets = calloc(n + 1, sizeof *fets);
    f.logic = calloc(f.n_logic + 1, sizeof *f.logic);
    f.reached = calloc(circuit_nets(w->circuit) + 1, sizeof *f.reached);
    w->oneshots = calloc(n + 1, sizeof *w->oneshots);
    w->out->oneshots = calloc(n + 1, sizeof *w->out->oneshots);
    if (!fets || !f.logic || !f.reached || !w->oneshots || !w->out->oneshots)
        abort();
    survey_units(w->board, PART_FET, fets);
    survey_units(w->board, PART_LOGIC, f.logic);
    for (size_t i = 0; i < n; i++)
        add(&f, &fets[i]);
    free(fets);
    free(f.logic);
    free(f.reached);
}

/* --- watching them ----------------------------------------------------------------------- */

static bool asks(const struct survey_work *w, const struct oneshot_watch *shot) {
    unsigned pattern = 0;
    for (unsigned pin = 0; pin < shot->n_in; pin++) {
        bool high = shot->nets[pin] != CIRCUIT_NO_NET && w->levels[shot->nets[pin]];
        if (pin == shot->feedback ? shot->open_level : high)
            pattern |= 1U << pin;
    }
    return shot->truth >> pattern & 1;
}

static bool is_open(const struct survey_work *w, const struct oneshot_watch *shot) {
    return w->levels[shot->nets[shot->feedback]] == shot->open_level;
}

void survey_oneshots_begin(struct survey_work *w) {
    for (size_t i = 0; i < w->out->n_oneshots; i++) {
        struct oneshot_watch *shot = &w->oneshots[i];
        shot->opened = shot->accepted = shot->missed = shot->triggered = shot->ended = UNSEEN;
        shot->asked = w->out->oneshots[i].gated && asks(w, shot);
    }
}

/* Ready `ready` after the last trigger, the next one came at `next`. */
static void take_ready(struct survey_oneshot *out, sim_time last, sim_time ready, sim_time next) {
    double recovery = (double)(ready - last) * 1e-3, period = (double)(next - last) * 1e-3;
    if (out->ready_seen && period - recovery >= out->period - out->recovery)
        return;
    out->ready_seen = true;
    out->recovery = recovery;
    out->period = period;
}

static void opens(struct survey_work *w, size_t i, sim_time time) {
    struct oneshot_watch *shot = &w->oneshots[i];
    struct survey_oneshot *out = &w->out->oneshots[i];
    shot->opened = time;
    if (shot->missed != UNSEEN) {
        double ns = (double)(time - shot->missed) * 1e-3;
        out->busy = !out->busy_seen || ns < out->busy ? ns : out->busy;
        out->busy_seen = true;
    }
    shot->missed = UNSEEN;
}

/* `since`: when the trigger that stands came; the one-shot may open too late for it. */
static void accept(struct survey_work *w, size_t i, sim_time since, sim_time time) {
    struct oneshot_watch *shot = &w->oneshots[i];
    if (shot->accepted != UNSEEN && shot->opened > shot->accepted)
        take_ready(&w->out->oneshots[i], shot->accepted, shot->opened, since);
    shot->accepted = time;
}

static void gated_edge(struct survey_work *w, size_t i, sim_time time, uint32_t net) {
    struct oneshot_watch *shot = &w->oneshots[i];
    bool was = shot->asked;
    bool heard = false;
    for (unsigned pin = 0; pin < shot->n_in; pin++)
        heard = heard || shot->nets[pin] == net;
    if (!heard)
        return;
    shot->asked = asks(w, shot);
    if (shot->nets[shot->feedback] == net && is_open(w, shot)) {
        opens(w, i, time);
        if (shot->asked)
            accept(w, i, shot->triggered, time);
        return;
    }
    if (shot->asked && !was) {
        shot->triggered = time;
        if (is_open(w, shot))
            accept(w, i, time, time);
    } else if (was && !shot->asked && shot->triggered != UNSEEN && !is_open(w, shot) &&
               shot->triggered != shot->accepted) {
        shot->missed = time;
    }
}

static void holding_edge(struct survey_work *w, size_t i, sim_time time, uint32_t net) {
    struct oneshot_watch *shot = &w->oneshots[i];
    bool in_frame = time < w->data_end;
    if (net == shot->trigger && w->levels[net]) {
        sim_time interval = shot->triggered == UNSEEN ? UNSEEN : time - shot->triggered;
        if (in_frame)
            shot->interval = interval > shot->interval ? interval : shot->interval;
        shot->triggers += in_frame;
        shot->triggered = time;
    } else if (net == shot->node && w->levels[net] && shot->triggered != UNSEEN) {
        sim_time hold = time - shot->triggered;
        shot->hold = shot->hold == UNSEEN || hold < shot->hold ? hold : shot->hold;
        shot->ends += in_frame;
    }
}

void survey_oneshots_edge(struct survey_work *w, sim_time time, uint32_t net) {
    for (size_t i = 0; i < w->out->n_oneshots; i++) {
        if (w->out->oneshots[i].gated)
            gated_edge(w, i, time, net);
        else
            holding_edge(w, i, time, net);
    }
}

/* One that mostly ends between two triggers forms pulses, and is not there to hold. */
void survey_oneshots_finish(struct survey_work *w) {
    for (size_t i = 0; i < w->out->n_oneshots; i++) {
        const struct oneshot_watch *shot = &w->oneshots[i];
        struct survey_oneshot *out = &w->out->oneshots[i];
        out->held = !out->gated && shot->hold != UNSEEN && shot->interval != UNSEEN &&
                    2 * shot->ends < shot->triggers;
        out->hold = (double)shot->hold * 1e-3;
        out->interval = (double)shot->interval * 1e-3;
    }
}
