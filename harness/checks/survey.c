#include "harness/checks/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checks/survey_internal.h"
#include "harness/replay.h"
#include "sim/rng.h"

#define OCTETS 96
#define GAP    (10 * SIM_US)
#define TAIL   (5 * SIM_US) /* the one-shots return; no more than the gap */

const char *survey_window_name(enum survey_window window) {
    static const char *const NAMES[SURVEY_WINDOWS] = {"setup", "hold", "recovery", "clock width",
                                                      "set or reset width"};
    return NAMES[window];
}

/* --- the netlist ------------------------------------------------------------------------- */

size_t survey_units(const struct board *board, enum part_unit_kind kind, struct survey_unit *out) {
    size_t n = 0;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        for (unsigned u = 0; model && u < model->n_units; u++) {
            if (model->units[u].kind != kind)
                continue;
            if (out)
                out[n] = (struct survey_unit){part, u, &model->units[u]};
            n++;
        }
    }
    return n;
}

const char *survey_net_name(const struct survey_work *w, uint32_t part,
                            const struct part_unit *unit, unsigned pin) {
    const char *number = pin < PART_MAX_UNIT_PINS ? unit->pins[pin] : NULL;
    uint32_t net = netlist_pin_net(w->board->netlist, part, number);
    return net == NETLIST_NONE ? "" : w->board->netlist->nets[net].name;
}

void survey_name(const struct survey_work *w, uint32_t part, unsigned unit, char *name,
                 size_t size) {
    snprintf(name, size, "%s%s", w->board->netlist->parts[part].ref,
             w->board->uses[part].model->units[unit].name);
}

/* --- frames ------------------------------------------------------------------------------ */

/* What Manchester makes extremes of: runs, alternations, and both mixed. */
static void fill(uint8_t *octets, size_t frame) {
    static const uint8_t RUNS[] = {0x00, 0xff, 0x55, 0xaa, 0xcc, 0x0f};
    uint64_t stream = rng_stream("survey");
    for (size_t i = 0; i < OCTETS; i++)
        octets[i] = frame < sizeof RUNS ? RUNS[frame] : (uint8_t)rng_u64(frame, stream, i);
}
#define FRAMES 9

static void edge(struct survey_work *w, const struct circuit_edge *e) {
    w->levels[e->net] = e->level;
    survey_flops_edge(w, e->time, e->net);
    survey_gates_edge(w, e->time, e->net);
    survey_oneshots_edge(w, e->time, e->net);
}

static bool survey_frame(struct survey_work *w, struct replay *replay, const uint32_t *nets,
                         size_t n_nets, struct sim_err *err) {
    uint8_t octets[OCTETS], wire[LINE_MAX_FRAME];
    struct replay_rerun rerun;
    fill(octets, w->out->frames++);
    size_t n = line_frame_finish(octets, sizeof octets, wire);
    sim_time end = replay_frame(replay, wire, n, replay_now(replay) + GAP);
    if (!replay_sound(replay, err))
        return false;
    replay_rerun(replay, end + TAIL, nets, n_nets, w->levels, &rerun);
    if (rerun.overflow)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "a frame makes more edges than can be kept");
    w->data_end = rerun.burst.data_end;
    survey_flops_begin(w);
    survey_gates_begin(w);
    survey_oneshots_begin(w);
    for (size_t i = 0; i < rerun.n_edges; i++)
        edge(w, &rerun.edges[i]);
    return true;
}

static bool survey_frames(struct survey_work *w, struct replay *replay, struct sim_err *err) {
    size_t n = circuit_nets(w->circuit);
    uint32_t *nets = malloc((n + 1) * sizeof *nets);
    w->levels = calloc(n + 1, 1);
    if (!nets || !w->levels)
        abort();
    for (size_t i = 0; i < n; i++)
        nets[i] = (uint32_t)i;
    survey_flops_find(w);
    survey_gates_find(w);
    survey_oneshots_find(w);
    bool ok = true;
    while (ok && w->out->frames < FRAMES)
        ok = survey_frame(w, replay, nets, n, err);
    survey_oneshots_finish(w);
    free(nets);
    return ok;
}

struct check_survey *survey_run(const struct board *board, uint64_t seed, struct sim_err *err) {
    struct survey_work w = {.board = board};
    struct replay *replay =
        replay_create(board, &(struct replay_settings){.seed = seed, .cache = true}, err);
    if (!replay)
        return NULL;
    w.circuit = replay_circuit(replay, 0);
    w.out = calloc(1, sizeof *w.out);
    if (!w.out)
        abort();
    w.out->bit_ns = replay_bit_ps(replay) * 1e-3;
    bool ok = survey_frames(&w, replay, err);
    free(w.flops);
    free(w.gates);
    free(w.oneshots);
    free(w.levels);
    replay_destroy(replay);
    if (ok)
        return w.out;
    survey_destroy(w.out);
    return NULL;
}

void survey_destroy(struct check_survey *survey) {
    if (!survey)
        return;
    free(survey->flops);
    free(survey->gates);
    free(survey->oneshots);
    free(survey);
}
