/* Time goes on: frames, link pulses, silence, and a second look at the last frame. */
#include <string.h>

#include "harness/replay_internal.h"

/* A remembered step of silence that shifts nothing; false when there is none. */
static bool known_silence(struct replay *r) {
    struct response *response = r->response;
    if (response->state == RESPONSE_NONE)
        return false;
    size_t at = (size_t)response->state * response->n_symbols + r->n_symbols;
    if (response->short_next[at] == RESPONSE_NO_SHORT || response->shorts[at].n_bits)
        return false;
    response->shorts[at].uses++;
    response->state = response->short_next[at];
    response->live = false;
    r->now += IDLE_STEP;
    return true;
}

/* Silence: the same state again, and nothing done, means that it stays so. */
static void idle_cached(struct replay *r, sim_time time) {
    struct response *response = r->response;
    while (r->now + IDLE_STEP <= time) {
        uint32_t before = response->state;
        bool nothing = known_silence(r) || replay_step(r, (uint32_t)r->n_symbols);
        if (nothing && before != RESPONSE_NONE && response->state == before) {
            response->live = false; /* the engine is brought to `time` when needed */
            r->now = time;
        }
    }
    if (r->now < time) {
        response_leave(response, r->now);
        replay_run_directly(r, time);
        response_enter(response, time);
    }
}

/* At the end the MCU stands where the board does, whatever the quantum. */
void replay_idle_until(struct replay *r, sim_time time) {
    /* With feedback shorter steps are made within. */
    const sim_time longest = r->settings.follow && !r->feedback ? r->quantum : SIM_S;
    while (r->now < time) {
        sim_time end = time - r->now > longest ? r->now + longest : time;
        if (r->response)
            idle_cached(r, end);
        else
            replay_run_directly(r, end);
        replay_settle(r);
    }
    replay_settle_all(r);
}

/* The state before the burst's first edge, for replay_rerun(). */
static void take_checkpoint(struct replay *r) {
    r->checkpoint_time = r->now;
    r->log.n = 0;
    if (r->rtl) {
        r->rerun.n = 0;
        r->rerun.overflow = false;
        for (uint32_t net = 0; net < circuit_nets(r->main); net++)
            r->then[net] = (uint8_t)rtl_engine_level(r->rtl, net);
        return;
    }
    r->checkpoint_state = r->response ? r->response->state : RESPONSE_NONE;
    if (r->checkpoint_state == RESPONSE_NONE)
        circuit_state_save(r->main, r->now, r->checkpoint);
}

static const uint8_t *checkpoint_of(const struct replay *r) {
    if (r->checkpoint_state == RESPONSE_NONE)
        return r->checkpoint;
    return r->response->states + r->checkpoint_state * r->response->machine.state_size;
}

/* Stand `lead` before `start`; returns when the burst starts. */
sim_time replay_approach(struct replay *r, sim_time start) {
    replay_idle_until(r, start - r->lead);
    take_checkpoint(r);
    return r->now + r->lead;
}

sim_time replay_frame(struct replay *r, const uint8_t *octets, size_t n, sim_time start) {
    if (!line_source_frame(r->source, octets, n, replay_approach(r, start), &r->burst))
        return r->now;
    replay_send(r, &r->burst);
    return r->now;
}

sim_time replay_link_pulse(struct replay *r, sim_time start) {
    if (!line_source_link_pulse(r->source, replay_approach(r, start), &r->burst))
        return r->now;
    replay_send(r, &r->burst);
    return r->now;
}

void replay_finish(struct replay *r) {
    replay_close_burst(r, r->now);
    replay_settle_all(r);
}

/* What the MCU did before `until`, from number `next` on; returns the next. */
static size_t rerun_mcu(struct replay *r, size_t next, sim_time until) {
    for (; next < r->log.n && r->log.edges[next].time < until; next++)
        circuit_input(r->probe, r->log.edges[next].net, r->log.edges[next].time,
                      r->log.edges[next].level);
    return next;
}

/* In the Verilog design nothing can be run again: what was kept is shown. */
static void show_kept(struct replay *r, sim_time until, const uint32_t *nets, size_t n,
                      uint8_t *levels, struct replay_rerun *out) {
    for (size_t i = 0; levels && i < n; i++)
        levels[i] = nets[i] == CIRCUIT_NO_NET ? 0 : r->then[nets[i]];
    out->edges = r->rerun.edges;
    for (out->n_edges = r->rerun.n; out->n_edges && out->edges[out->n_edges - 1].time >= until;)
        out->n_edges--;
    out->overflow = r->rerun.overflow;
}

void replay_rerun(struct replay *r, sim_time until, const uint32_t *nets, size_t n, uint8_t *levels,
                  struct replay_rerun *out) {
    struct circuit *probe = r->probe;
    *out = (struct replay_rerun){.circuit = probe, .burst = r->burst, .start = r->checkpoint_time};
    out->n_line = line_source_edges(r->source, &out->burst, &out->line);
    if (r->rtl) {
        show_kept(r, until, nets, n, levels, out);
        return;
    }
    circuit_state_load(probe, r->checkpoint_time, checkpoint_of(r));
    for (uint32_t net = 0; net < circuit_nets(probe); net++)
        circuit_watch(probe, net, n == 0);
    for (size_t i = 0; i < n; i++) {
        circuit_watch(probe, nets[i], true);
        if (levels)
            levels[i] = (uint8_t)circuit_level(probe, nets[i]);
    }
    r->rerun.n = r->rerun_curves.n = 0;
    r->rerun.overflow = r->rerun_curves.overflow = false;
    for (uint32_t net = 0; r->settings.curves && net < circuit_nets(probe); net++)
        r->rerun_curves.n += circuit_curve(probe, net, &r->rerun_curves.curves[r->rerun_curves.n]);
    size_t done = 0;
    for (size_t i = 0; i < out->n_line && out->line[i].time < until; i++) {
        done = rerun_mcu(r, done, out->line[i].time);
        circuit_line(probe, out->line[i].time, out->line[i].level);
    }
    rerun_mcu(r, done, until);
    circuit_run_until(probe, until);
    out->edges = r->rerun.edges;
    out->n_edges = r->rerun.n;
    out->curves = r->rerun_curves.curves;
    out->n_curves = r->rerun_curves.n;
    out->overflow = r->rerun.overflow || r->rerun_curves.overflow;
}

size_t replay_line_volts(struct replay *r, struct line_volt *volts, size_t most, bool *cut) {
    return line_source_volts(r->source, &r->burst, volts, most, cut);
}

sim_time replay_lead(const struct replay *r) {
    return r->lead;
}

sim_time replay_now(const struct replay *r) {
    return r->now;
}

bool replay_sound(const struct replay *r, struct sim_err *err) {
    if (r->jammed)
        return sim_err_set(err, SIM_ERR_UNMODELLED,
                           "%s: more than %u edges behind the MCU within %g us", r->board->path,
                           QUEUE_EDGES, (double)r->quantum / (double)SIM_US);
    return !circuit_storm(r->main, err) && (!r->rtl || rtl_engine_sound(r->rtl, err)) &&
           !(r->rest && circuit_storm(r->rest, err));
}

const struct line_burst *replay_burst(const struct replay *r) {
    return &r->burst;
}

double replay_bit_ps(const struct replay *r) {
    return line_source_bit_ps(r->source);
}

const struct circuit *replay_circuit(const struct replay *r, int which) {
    return which ? r->rest : r->main;
}

const struct spi_sampler *replay_sampler(const struct replay *r) {
    return &r->sampler;
}

/* The engine counted each answer once, when it was run; the cache repeated it. */
static void add_repeats(const struct replay *r, uint64_t *totals) {
    const struct response *response = r->response;
    size_t n = (size_t)response->n_states * response->n_symbols;
    for (size_t i = 0; i < n; i++) {
        const struct response_entry *entry = &response->table[i];
        if (!entry->uses || !(entry->flags & ENTRY_COUNTS))
            continue;
        const struct detail *detail = &r->details[entry->detail];
        uint64_t repeats = (uint64_t)entry->uses - 1 + response->shorts[i].uses;
        for (uint32_t k = 0; k < detail->n_deltas; k++) {
            const struct delta *delta = &r->deltas[detail->first_delta + k];
            totals[delta->counter] += (uint64_t)delta->count * repeats;
        }
    }
}

void replay_counts(const struct replay *r, int which, uint64_t *totals) {
    const struct circuit *circuit = which ? r->rest : r->main;
    for (size_t i = 0; circuit && i < circuit_counters(circuit); i++)
        totals[i] = circuit_counts(circuit)[i];
    if (!which && r->response)
        add_repeats(r, totals);
}

struct replay_figures replay_figures(const struct replay *r) {
    return (struct replay_figures){
        .symbols = r->symbols_sent,
        .misses = r->response ? r->response->misses : 0,
        .states = r->response ? r->response->n_states : 0,
        .events = circuit_events(r->main) + (r->rest ? circuit_events(r->rest) : 0),
        .swallowed = r->swallowed,
        .cached = r->response != NULL,
    };
}
