/* Behind the MCU: its outputs on their way to the nets, and the circuit that follows them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/replay_internal.h"

#define QUANTUM SIM_MS
/* The MCU stays so far behind the main circuit, since it does not cut its instructions: one
 * that begins in time still meets every edge. More than any takes, some 50 cycles. */
#define LAG (10 * SIM_US)

/* The quickest pin of the chips: 40 ohm, 3 ns (models/mcu/stm32/gpio_f4.c, OSPEEDR 3). */
#define QUICK_OHMS    40.0
#define QUICK_EDGE_NS 3.0

/* --- pins -------------------------------------------------------------------------- */

/* Half way up: the pin's own ramp, and its ohms into the net. The datasheet's transition into
 * 30 pF is both together; what the ohms do not explain of it is the ramp (squares add up,
 * 2.2 RC is 10-90 % of an exponential, 0.69 RC its half, 0.8 of a ramp lies in 10-90 %). */
static double delay_ps(double ohms, double edge_ns, double load) {
    double edge = edge_ns * 1e-9, charge = 2.2 * ohms * 30e-12;
    double ramp = edge > charge ? sqrt(edge * edge - charge * charge) / 0.8 : 0;
    return (0.69 * ohms * load + ramp / 2) * 1e12;
}

static sim_time pin_delay(const struct replay *r, const struct mcu_output *out,
                          const struct replay_pin *pin) {
    sim_time delay = (sim_time)(delay_ps(pin->ohms, pin->edge_ns, out->load) + 0.5);
    return delay > r->pin_least ? delay : r->pin_least;
}

/* Released, the resistors decide; without any the net is low, as inputs left open are. */
static int level_of(const struct mcu_output *out, const struct replay_pin *pin) {
    if (pin->level != REPLAY_RELEASED)
        return pin->level;
    return (pin->pull ? pin->pull : out->pull) > 0;
}

/* --- queues ------------------------------------------------------------------------ */

static bool is_full(const struct edge_queue *q) {
    return q->n == QUEUE_EDGES;
}

static void compact(struct edge_queue *q) {
    memmove(q->edges, q->edges + q->head, (q->n - q->head) * sizeof *q->edges);
    q->n -= q->head;
    q->head = 0;
}

static void insert(struct edge_queue *q, struct queued_edge edge) {
    size_t at = q->n++;
    for (; at > q->head && q->edges[at - 1].time > edge.time; at--)
        q->edges[at] = q->edges[at - 1];
    q->edges[at] = edge;
}

static void withdraw(struct edge_queue *q, uint32_t net) {
    for (size_t i = q->n; i-- > q->head;)
        if (q->edges[i].net == net) {
            memmove(&q->edges[i], &q->edges[i + 1], (--q->n - i) * sizeof *q->edges);
            return;
        }
}

static sim_time first_time(const struct edge_queue *q) {
    return q->head < q->n ? q->edges[q->head].time : SIM_NEVER;
}

/* The next edge before `until`, of the main circuit first at one time. */
static bool take(struct edge_queue *a, struct edge_queue *b, sim_time until,
                 struct queued_edge *edge) {
    struct edge_queue *q = first_time(a) <= first_time(b) ? a : b;
    if (first_time(q) >= until)
        return false;
    *edge = q->edges[q->head++];
    return true;
}

/* --- who listens -------------------------------------------------------------------- */

static void tell(const struct replay *r, uint32_t net, sim_time time, int level) {
    for (size_t i = 0; i < r->settings.n_heard; i++)
        if (r->heard[i] == net)
            r->settings.on_heard(r->settings.user, i, time, level);
}

/* Once is enough for those nobody wants: after that they cost nothing. */
static void note_moved(struct replay *r, uint32_t net, uint8_t wanted) {
    r->moved[net] = true;
    if (r->wanted[net] & wanted)
        return;
    if (wanted == WANTED_REST)
        circuit_watch(r->rest, net, false);
    else
        replay_main_watch(r, net, false);
}

void replay_heard(struct replay *r, const struct circuit_edge *edge) {
    if (!r->moved[edge->net] && !r->settings.trace)
        note_moved(r, edge->net, WANTED_MAIN | WANTED_LOG);
    r->moved[edge->net] = true;
    if (!r->rest)
        tell(r, edge->net, edge->time, edge->level);
}

static void drain_rest(struct replay *r) {
    struct circuit_record *record = &r->rest_record;
    for (size_t i = 0; i < record->n; i++) {
        const struct circuit_edge *edge = &record->edges[i];
        if (!r->moved[edge->net])
            note_moved(r, edge->net, WANTED_REST);
        if (r->wanted[edge->net] & WANTED_REST)
            tell(r, edge->net, edge->time, edge->level);
    }
    r->jammed |= record->overflow;
    record->n = 0;
}

/* --- time ---------------------------------------------------------------------------- */

static void pass(struct replay *r, const struct queued_edge *edge) {
    circuit_input(r->rest, edge->net, edge->time, edge->level);
    if (r->rest_record.n > QUEUE_EDGES / 2)
        drain_rest(r);
    if (r->wanted[edge->net] & WANTED_PASSING) {
        drain_rest(r); /* so that edges are told in the order of time */
        tell(r, edge->net, edge->time, edge->level);
    }
}

static void advance_rest(struct replay *r, sim_time until) {
    struct edge_queue none = {0};
    struct queued_edge edge;
    if (!r->rest)
        return;
    while (take(&r->crossed, r->feedback ? &none : &r->driven, until, &edge))
        pass(r, &edge);
    circuit_run_until(r->rest, until);
    drain_rest(r);
    compact(&r->crossed);
    if (!r->feedback)
        compact(&r->driven);
}

static void settle_until(struct replay *r, sim_time until) {
    if (until <= r->settled)
        return;
    if (r->settings.follow)
        r->settings.follow(r->settings.user, until);
    advance_rest(r, until);
    r->settled = until;
}

void replay_settle(struct replay *r) {
    r->quantum_end = r->now + r->quantum;
    sim_time lag = r->settings.lag > 0 ? r->settings.lag : LAG;
    settle_until(r, r->settings.follow && !r->feedback ? r->now - lag : r->now);
}

void replay_settle_all(struct replay *r) {
    settle_until(r, r->now);
}

void replay_cross(struct replay *r, uint32_t net, sim_time time, int level) {
    if (is_full(&r->crossed))
        settle_until(r, time);
    if (is_full(&r->crossed))
        r->jammed = true;
    else
        insert(&r->crossed, (struct queued_edge){time, net, (uint8_t)level});
}

void replay_drive(struct replay *r, size_t output, const struct replay_pin *pin) {
    struct mcu_output *out = &r->outputs[output];
    int level = level_of(out, pin);
    if (out->net == CIRCUIT_NO_NET || level == out->level)
        return;
    out->level = (uint8_t)level;
    if (out->last > pin->time) { /* the pin turned back before it was half way */
        withdraw(&r->driven, out->net);
        out->last = pin->time;
        r->swallowed++;
        return;
    }
    out->last = pin->time + pin_delay(r, out, pin);
    if (is_full(&r->driven) && !r->feedback)
        advance_rest(r, pin->time); /* whatever the MCU still does comes later */
    if (is_full(&r->driven))
        r->jammed = true;
    else
        insert(&r->driven, (struct queued_edge){out->last, out->net, (uint8_t)level});
}

static sim_time earlier(sim_time a, sim_time b) {
    return a < b ? a : b;
}

/* As far as nothing can come back: a quantum behind the first thing that may happen. */
static sim_time next_step(const struct replay *r, sim_time until) {
    sim_time next = earlier(replay_main_next(r), first_time(&r->driven));
    if (r->settings.follow)
        next = earlier(next, r->settings.next ? r->settings.next(r->settings.user) : r->now);
    next = next < r->now ? r->now : next;
    return until - next > r->quantum ? next + r->quantum : until;
}

/* What the main circuit hears comes to the rest by its record, in order. */
static void enter(struct replay *r, const struct queued_edge *edge) {
    if (r->rest && !circuit_net_is_heard(r->main, edge->net)) {
        replay_cross(r, edge->net, edge->time, edge->level);
        return;
    }
    replay_main_input(r, edge->net, edge->time, edge->level);
    if (!is_full(&r->log))
        r->log.edges[r->log.n++] = *edge;
}

void replay_run_together(struct replay *r, sim_time until) {
    struct edge_queue none = {0};
    struct queued_edge edge;
    while (r->now < until) {
        sim_time step = next_step(r, until);
        while (take(&r->driven, &none, step, &edge))
            enter(r, &edge);
        replay_main_run_until(r, step);
        replay_drain(r);
        compact(&r->driven);
        r->now = step;
        settle_until(r, step);
    }
}

/* --- making -------------------------------------------------------------------------- */

static void set_level(struct replay *r, uint32_t net, int level) {
    if (r->rtl)
        rtl_engine_input(r->rtl, net, 0, level);
    struct circuit *circuits[] = {r->main, r->probe, r->rest};
    for (int i = 0; i < 3; i++)
        if (circuits[i])
            circuit_input(circuits[i], net, 0, level);
}

/* Before the chip starts, the board's resistors decide. */
static void make_outputs(struct replay *r) {
    const struct mcu_nets *nets = &r->nets.mcu;
    const struct circuit *behind = r->rest ? r->rest : r->main;
    double least = INFINITY;
    for (size_t i = 0; i < nets->n; i++) {
        struct mcu_output *out = &r->outputs[i];
        out->net = circuit_net(r->main, nets->nets[i].net);
        if (out->net == CIRCUIT_NO_NET)
            continue;
        out->pull = nets->nets[i].pull;
        out->level = out->pull > 0;
        out->load = circuit_net_load(behind, out->net);
        r->feedback |= r->settings.follow && (r->whole || circuit_net_is_heard(r->main, out->net));
        r->loops |=
            r->settings.follow && !r->settings.trace && circuit_net_is_heard(r->probe, out->net);
        least = fmin(least, delay_ps(QUICK_OHMS, QUICK_EDGE_NS, out->load));
        set_level(r, out->net, out->level);
    }
    r->pin_least = r->feedback ? (sim_time)least : 0;
}

static void make_heard(struct replay *r) {
    for (size_t i = 0; i < r->settings.n_heard; i++) {
        uint32_t net = r->heard[i] = circuit_net(r->main, r->settings.heard[i]);
        if (net == CIRCUIT_NO_NET)
            continue;
        bool behind = r->rest && circuit_net_is_live(r->rest, net);
        r->wanted[net] |= behind ? WANTED_REST : r->rest ? WANTED_PASSING : WANTED_MAIN;
    }
    for (uint32_t net = 0; r->rest && net < circuit_nets(r->rest); net++)
        circuit_watch(r->rest, net, circuit_net_is_live(r->rest, net));
}

bool replay_rest_create(struct replay *r) {
    size_t n = circuit_nets(r->main);
    r->wanted = calloc(n, 1);
    r->moved = calloc(n, 1);
    r->then = calloc(n, 1);
    r->crossed.edges = malloc(QUEUE_EDGES * sizeof *r->crossed.edges);
    r->driven.edges = malloc(QUEUE_EDGES * sizeof *r->driven.edges);
    r->log.edges = malloc(QUEUE_EDGES * sizeof *r->log.edges);
    r->rest_record.edges = malloc(QUEUE_EDGES * sizeof *r->rest_record.edges);
    r->rest_record.capacity = QUEUE_EDGES;
    if (!r->wanted || !r->moved || !r->then || !r->crossed.edges || !r->driven.edges ||
        !r->log.edges || !r->rest_record.edges)
        return false;
    make_outputs(r);
    make_heard(r);
    r->quantum = r->settings.quantum > 0 ? r->settings.quantum : QUANTUM;
    if (r->feedback && r->quantum > r->pin_least)
        r->quantum = r->pin_least;
    r->quantum_end = r->quantum;
    if (r->rest)
        circuit_set_record(r->rest, &r->rest_record);
    return true;
}

void replay_rest_destroy(struct replay *r) {
    free(r->wanted);
    free(r->moved);
    free(r->then);
    free(r->crossed.edges);
    free(r->driven.edges);
    free(r->log.edges);
    free(r->rest_record.edges);
}

/* --- questions ----------------------------------------------------------------------- */

int replay_level(const struct replay *r, uint32_t net) {
    uint32_t at = circuit_net(r->main, net);
    bool behind = r->rest && circuit_net_is_live(r->rest, at);
    return behind ? circuit_level(r->rest, at) : replay_main_level(r, at);
}

bool replay_moved(const struct replay *r, uint32_t net) {
    uint32_t at = circuit_net(r->main, net);
    return at != CIRCUIT_NO_NET && r->moved[at];
}

sim_time replay_quantum(const struct replay *r) {
    return r->quantum;
}

bool replay_feedback(const struct replay *r) {
    return r->loops;
}
