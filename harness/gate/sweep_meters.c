#include "harness/gate/sweep_meters.h"

#include <string.h>

#define BIT (100 * SIM_NS)
/* Between two edges of a bit stream lie half a bit or a whole one: three quarters tell them
 * apart at any jitter that a receiver can bear. */
#define DUE (3 * BIT / 4)

/* Within what the states below remember. */
static void least(sim_time *kept, sim_time slack) {
    slack = slack < SWEEP_MEMORY ? slack : SWEEP_MEMORY;
    slack = slack > -BIT ? slack : -BIT;
    if (slack < *kept)
        *kept = slack;
}

/* --- flip-flops ---------------------------------------------------------------------------- */

static bool is_kept(const struct circuit *circuit, uint32_t part, unsigned unit) {
    for (size_t i = 0; i < circuit_elements(circuit); i++) {
        struct circuit_element_info e = circuit_element(circuit, i);
        if (e.part == part && e.unit == unit && e.kept)
            return true;
    }
    return false;
}

size_t sweep_find_flipflops(const struct board *board, const struct circuit *circuit,
                            struct sweep_flipflop *out, size_t max) {
    size_t n = 0;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        for (unsigned u = 0; model && u < model->n_units && n < max; u++) {
            if (model->units[u].kind != PART_DFF || !is_kept(circuit, part, u))
                continue;
            out[n] = (struct sweep_flipflop){.part = part, .unit = u};
            for (unsigned pin = 0; pin < SWEEP_FF_PINS; pin++)
                out[n].nets[pin] = circuit_input_net(circuit, part, u, pin);
            n++;
        }
    }
    return n;
}

static sim_time demanded(const struct part_use *use, unsigned unit, const char *figure) {
    double speed = use->spread ? use->spread[unit].delay : 1;
    double ps = part_use_typ(use, figure, 0) * speed * 1e12;
    return (sim_time)(ps < 0 ? ps - 0.5 : ps + 0.5);
}

/* An open set or reset counts as high. */
void sweep_flipflop_begin(struct sweep_flipflop *f, const struct part_use *use,
                          const struct circuit *circuit) {
    f->tsu = demanded(use, f->unit, "tsu");
    f->th = demanded(use, f->unit, "th");
    f->trec = demanded(use, f->unit, "trec");
    f->tw_clk = demanded(use, f->unit, "tw_clk");
    f->tw_set = demanded(use, f->unit, "tw_set");
    f->levels = 0;
    f->least = INT32_MAX;
    for (unsigned pin = 0; pin < SWEEP_FF_PINS; pin++) {
        f->changed[pin] = -SIM_S;
        bool open = f->nets[pin] == CIRCUIT_NO_NET;
        if (open ? pin >= SWEEP_RD : circuit_level(circuit, f->nets[pin]))
            f->levels |= (uint8_t)(1u << pin);
    }
}

static bool is_enabled(const struct sweep_flipflop *f) {
    return f->levels >> SWEEP_RD & f->levels >> SWEEP_SD & 1;
}

static void clocked(struct sweep_flipflop *f, sim_time time) {
    least(&f->least, time - f->changed[SWEEP_D] - f->tsu);
    least(&f->least, time - f->changed[SWEEP_RD] - f->trec);
    least(&f->least, time - f->changed[SWEEP_SD] - f->trec);
}

/* `changed` of the clock is its latest edge: at a fall the rise, at a rise the fall. */
void sweep_flipflop_edge(struct sweep_flipflop *f, unsigned pin, sim_time time, int level) {
    sim_time since = time - f->changed[pin];
    bool clock_high = f->levels >> SWEEP_CP & 1;
    if (pin == SWEEP_CP && is_enabled(f)) {
        least(&f->least, since - f->tw_clk);
        if (level)
            clocked(f, time);
    } else if (pin == SWEEP_D && is_enabled(f) && clock_high) {
        least(&f->least, time - f->changed[SWEEP_CP] - f->th);
    } else if (pin >= SWEEP_RD && level) {
        least(&f->least, since - f->tw_set);
    }
    f->levels = (uint8_t)((f->levels & ~(1u << pin)) | (unsigned)level << pin);
    f->changed[pin] = time;
}

/* --- one-shots ----------------------------------------------------------------------------- */

static size_t element_of(const struct circuit *circuit, uint32_t part, unsigned unit,
                         const char *kind) {
    size_t i = 0;
    for (; i < circuit_elements(circuit); i++) {
        struct circuit_element_info e = circuit_element(circuit, i);
        if (e.part == part && e.unit == unit && e.kept && strcmp(e.kind, kind) == 0)
            break;
    }
    return i;
}

struct unit_at {
    uint32_t part;
    const struct part_unit *unit; /* NULL: none */
    unsigned index;
};

/* The kept logic gate that drives a net. */
static struct unit_at driver_of(const struct board *board, const struct circuit *circuit,
                                uint32_t net) {
    for (size_t i = 0; net != CIRCUIT_NO_NET && i < circuit_elements(circuit); i++) {
        struct circuit_element_info e = circuit_element(circuit, i);
        if (e.net != net || !e.kept || e.part == NETLIST_NONE || strcmp(e.kind, "gate") != 0)
            continue;
        const struct part_unit *unit = &board->uses[e.part].model->units[e.unit];
        if (unit->kind == PART_LOGIC)
            return (struct unit_at){e.part, unit, e.unit};
    }
    return (struct unit_at){NETLIST_NONE, NULL, 0};
}

/* Through gates alone, `depth` of them at most. */
static bool descends(const struct board *board, const struct circuit *circuit, uint32_t net,
                     uint32_t from, int depth) {
    if (net == from)
        return true;
    struct unit_at at = driver_of(board, circuit, net);
    for (int pin = 0; depth > 0 && at.unit && pin < at.unit->n_in; pin++)
        if (descends(board, circuit, circuit_pin_net(circuit, at.part, at.unit, pin), from,
                     depth - 1))
            return true;
    return false;
}

/* The one input pattern that gives high; -1 when there is none, or more than one. */
static int firing_pattern(uint16_t truth) {
    unsigned used = truth & 15u;
    return __builtin_popcount(used) == 1 ? __builtin_ctz(used) : -1;
}

static bool find_shot(const struct board *board, const struct circuit *circuit, uint32_t fet,
                      const struct part_unit *unit, struct sweep_shot *out) {
    enum { DEPTH = 6 };
    struct unit_at at = driver_of(board, circuit, circuit_pin_net(circuit, fet, unit, 0));
    uint32_t node = circuit_pin_net(circuit, fet, unit, 1);
    int pattern = at.unit && at.unit->n_in == 2 ? firing_pattern(at.unit->truth) : -1;
    size_t channel =
        element_of(circuit, fet, (unsigned)(unit - board->uses[fet].model->units), "FET");
    if (pattern < 0 || channel == circuit_elements(circuit) ||
        !circuit_net_is_analog(circuit, node))
        return false;
    for (int ready = 0; ready < 2; ready++) {
        if (!descends(board, circuit, circuit_pin_net(circuit, at.part, at.unit, ready), node,
                      DEPTH) ||
            descends(board, circuit, circuit_pin_net(circuit, at.part, at.unit, !ready), node,
                     DEPTH))
            continue;
        *out = (struct sweep_shot){
            .part = at.part,
            .unit = at.index,
            .gate = element_of(circuit, at.part, at.index, "gate"),
            .fet = channel,
            .nets = {circuit_input_net(circuit, at.part, at.index, (unsigned)!ready),
                     circuit_input_net(circuit, at.part, at.index, (unsigned)ready)},
            .active = {(uint8_t)(pattern >> !ready & 1), (uint8_t)(pattern >> ready & 1)},
        };
        return true;
    }
    return false;
}

size_t sweep_find_shots(const struct board *board, const struct circuit *circuit,
                        struct sweep_shot *out, size_t max) {
    size_t n = 0;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        for (unsigned u = 0; model && u < model->n_units && n < max; u++)
            if (model->units[u].kind == PART_FET && is_kept(circuit, part, u) &&
                find_shot(board, circuit, part, &model->units[u], &out[n]))
                n++;
    }
    return n;
}

static sim_time needed(const struct sweep_shot *s, const struct circuit *circuit) {
    struct circuit_element_info gate = circuit_element(circuit, s->gate);
    struct circuit_element_info fet = circuit_element(circuit, s->fet);
    return gate.rise + (fet.rise > gate.fall ? fet.rise - gate.fall : 0);
}

void sweep_shot_begin(struct sweep_shot *s, const struct circuit *circuit) {
    s->levels = 0;
    for (unsigned pin = 0; pin < 2; pin++)
        if (circuit_level(circuit, s->nets[pin]) == s->active[pin])
            s->levels |= (uint8_t)(1u << pin);
    s->pulse = SWEEP_NO_PULSE;
    s->ended = true;
    s->need = needed(s, circuit);
    s->ready = s->start = s->end = s->due = -SIM_S;
    s->recovery = s->holdoff = INT32_MAX;
}

/* The pulse is over, and when the one-shot was ready is known. */
static void judge(struct sweep_shot *s) {
    sim_time left = s->end - s->ready;
    if (s->pulse == SWEEP_IGNORED)
        least(&s->holdoff, s->need - left);
    else if (s->pulse == SWEEP_DUE)
        least(&s->recovery, left - s->need);
    if (s->pulse == SWEEP_DUE && s->end - s->start < s->need)
        least(&s->recovery, s->end - s->start - s->need);
    s->pulse = SWEEP_NO_PULSE;
}

/* A trigger three quarters of a bit or more after the last one that had to fire has to fire
 * as well; one before that must be over when the one-shot is ready again. */
static void triggered(struct sweep_shot *s, sim_time time) {
    if (s->pulse == SWEEP_DUE) /* the one before has not fired until now */
        least(&s->recovery, s->end - time - s->need);
    s->pulse = time - s->due >= DUE ? SWEEP_DUE : SWEEP_IGNORED;
    s->start = time;
    s->ended = false;
    if (s->pulse == SWEEP_DUE)
        s->due = time;
}

static void pulse_ended(struct sweep_shot *s, sim_time time) {
    if (s->ended)
        return;
    s->ended = true;
    s->end = time;
    if (s->levels >> SWEEP_READY & 1)
        judge(s);
}

static void readied(struct sweep_shot *s, sim_time time) {
    s->ready = time;
    if (s->ended && s->pulse != SWEEP_NO_PULSE)
        judge(s);
}

/* Fired: the one-shot is no longer ready, and the pulse over. */
void sweep_shot_edge(struct sweep_shot *s, unsigned pin, sim_time time, int level) {
    bool active = level == s->active[pin];
    if (pin == SWEEP_TRIGGER && active)
        triggered(s, time);
    else if (pin == SWEEP_READY && active)
        readied(s, time);
    else
        pulse_ended(s, time);
    s->levels = (uint8_t)((s->levels & ~(1u << pin)) | (unsigned)active << pin);
}

/* --- states -------------------------------------------------------------------------------- */

/* An age in 4 octets, `most` at most. */
static uint8_t *put(uint8_t *p, sim_time now, sim_time then, sim_time most) {
    int32_t age = (int32_t)(now - then < most ? now - then : most);
    memcpy(p, &age, sizeof age);
    return p + sizeof age;
}

static const uint8_t *get(const uint8_t *p, sim_time now, sim_time *then) {
    int32_t age;
    memcpy(&age, p, sizeof age);
    *then = now - age;
    return p + sizeof age;
}

/* A window longer than the memory would be judged by what was forgotten: none is, the
 * demands of a part are within 30 ns, and what exceeds the memory has ample slack. */
uint8_t *sweep_flipflop_save(const struct sweep_flipflop *f, sim_time now, uint8_t *p) {
    const sim_time most[SWEEP_FF_PINS] = {SWEEP_MEMORY + f->tw_clk + (f->th > 0 ? f->th : 0),
                                          SWEEP_MEMORY + f->tsu, SWEEP_MEMORY + f->tw_set + f->trec,
                                          SWEEP_MEMORY + f->tw_set + f->trec};
    for (unsigned pin = 0; pin < SWEEP_FF_PINS; pin++)
        p = put(p, now, f->changed[pin], most[pin]);
    *p++ = f->levels;
    return p;
}

const uint8_t *sweep_flipflop_load(struct sweep_flipflop *f, sim_time now, const uint8_t *p) {
    for (unsigned pin = 0; pin < SWEEP_FF_PINS; pin++)
        p = get(p, now, &f->changed[pin]);
    f->levels = *p++;
    return p;
}

uint8_t *sweep_shot_save(const struct sweep_shot *s, sim_time now, uint8_t *p) {
    bool ready = s->levels >> SWEEP_READY & 1, open = s->pulse != SWEEP_NO_PULSE;
    sim_time most = SWEEP_MEMORY + BIT + s->need;
    p = put(p, now, ready ? s->ready : now, 2 * most);
    p = put(p, now, open ? s->start : now, 2 * most);
    p = put(p, now, open ? s->end : now, 2 * most);
    p = put(p, now, s->due, 2 * BIT);
    *p++ = s->levels;
    *p++ = s->pulse;
    *p++ = s->ended;
    return p;
}

const uint8_t *sweep_shot_load(struct sweep_shot *s, sim_time now, const uint8_t *p) {
    p = get(p, now, &s->ready);
    p = get(p, now, &s->start);
    p = get(p, now, &s->end);
    p = get(p, now, &s->due);
    s->levels = *p++;
    s->pulse = *p++;
    s->ended = *p++;
    return p;
}
