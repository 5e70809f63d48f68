/* Waves of a run: which signals, under which names, and where their edges come from. */
#include <stdlib.h>
#include <string.h>

#include "harness/run.h"

#define TAIL (4 * SIM_US)

struct run_wave {
    const struct board *board;
    struct options_window window;
    char vcd[4096], fst[4096];
    struct wave *wave; /* NULL until the first edge's circuit is known */
    struct trace_signal *signals;
    uint32_t n;
    uint32_t *signal_of; /* per engine net [n_engine], TRACE_OWN: none */
    uint32_t *nets;      /* engine nets with a signal, and their levels */
    uint8_t *levels;
    uint32_t n_nets, n_engine;
    sim_time end;
};

#define LINE_SIGNAL 0

static bool copy_path(const struct options *options, const char *path, char out[4096],
                      struct sim_err *err) {
    return !path || options_out_path(options, path, out, 4096) ||
           sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", path);
}

struct run_wave *run_wave_open(const struct options *options, const struct board *board,
                               struct sim_err *err) {
    struct run_wave *w = calloc(1, sizeof *w);
    uint32_t n = board->netlist->n_nets;
    if (!w)
        abort();
    w->board = board;
    w->window = options->window;
    w->signals = calloc(2 * (size_t)n + 4, sizeof *w->signals);
    w->nets = malloc((n + 1) * sizeof *w->nets);
    w->levels = calloc(n + 1, 1);
    if (!w->signals || !w->nets || !w->levels)
        abort();
    if (copy_path(options, options->vcd, w->vcd, err) &&
        copy_path(options, options->fst, w->fst, err))
        return w;
    run_wave_abandon(w);
    return NULL;
}

bool run_wave_whole(const struct run_wave *w) {
    return w->window.kind == OPTIONS_WINDOW_ALL;
}

static void add_signal(struct run_wave *w, const struct circuit *circuit, const char *scope,
                       uint32_t netlist_net) {
    uint32_t net = circuit_net(circuit, netlist_net);
    struct trace_signal *signal = &w->signals[w->n];
    *signal = (struct trace_signal){.scope = scope,
                                    .name = w->board->netlist->nets[netlist_net].name,
                                    .same_as = w->signal_of[net]};
    if (signal->same_as == TRACE_OWN) {
        w->signal_of[net] = w->n;
        w->nets[w->n_nets++] = net;
        signal->initial = circuit_level(circuit, net) ? '1' : '0';
    }
    w->n++;
}

/* The reference of the part that drives a net. */
static const char *driver_ref(const struct run_wave *w, const struct circuit *circuit,
                              uint32_t net) {
    for (size_t i = 0; i < circuit_elements(circuit); i++) {
        struct circuit_element_info info = circuit_element(circuit, i);
        if (info.net == net && info.part != NETLIST_NONE)
            return w->board->netlist->parts[info.part].ref;
    }
    return "board";
}

static void add_named(struct run_wave *w, const struct circuit *circuit, const char *name) {
    uint32_t net = netlist_find_net(w->board->netlist, name + (name[0] == '!'));
    if (net != NETLIST_NONE)
        add_signal(w, circuit, "spi", net);
}

/* The engine knows more nets than the netlist: each threshold drives one of its own. */
static void number_nets(struct run_wave *w, const struct circuit *circuit) {
    w->n_engine = circuit_nets(circuit);
    w->signal_of = malloc(w->n_engine * sizeof *w->signal_of);
    if (!w->signal_of)
        abort();
    for (uint32_t i = 0; i < w->n_engine; i++)
        w->signal_of[i] = TRACE_OWN;
}

static void list_signals(struct run_wave *w, const struct circuit *circuit) {
    const struct board_attach *attach = &w->board->config.attach;
    number_nets(w, circuit);
    w->signals[w->n++] = (struct trace_signal){
        .scope = "line", .name = "line", .same_as = TRACE_OWN, .initial = 'z'};
    add_named(w, circuit, attach->spi_clk);
    add_named(w, circuit, attach->spi_mosi);
    add_named(w, circuit, attach->spi_nss);
    for (uint32_t i = 0; i < w->board->netlist->n_nets; i++) {
        uint32_t net = circuit_net(circuit, i);
        if (!circuit_net_is_live(circuit, net))
            continue;
        bool analog = circuit_net_is_analog(circuit, net);
        add_signal(w, circuit, analog ? "one-shots" : driver_ref(w, circuit, net), i);
    }
}

bool run_wave_start(struct run_wave *w, const struct circuit *circuit, sim_time from, sim_time to,
                    struct sim_err *err) {
    list_signals(w, circuit);
    struct wave_settings settings = {
        .vcd = w->vcd[0] ? w->vcd : NULL, .fst = w->fst[0] ? w->fst : NULL, .from = from, .to = to};
    w->wave = wave_open(&settings, w->signals, w->n, err);
    w->end = from;
    return w->wave != NULL;
}

void run_wave_edge(struct run_wave *w, const struct circuit_edge *edge) {
    static const char LEVEL[] = "01z";
    uint32_t signal = edge->net == CIRCUIT_NO_NET ? LINE_SIGNAL : w->signal_of[edge->net];
    if (signal != TRACE_OWN)
        wave_change(w->wave, edge->time, signal, LEVEL[edge->level]);
}

static bool wants(const struct run_wave *w, uint64_t frame, bool failed, sim_time start,
                  sim_time end) {
    switch (w->window.kind) {
    case OPTIONS_WINDOW_AUTO:
        return failed && !w->wave;
    case OPTIONS_WINDOW_FRAME:
        return frame == w->window.frame;
    case OPTIONS_WINDOW_TIME:
        return start <= w->window.end && end >= w->window.start;
    case OPTIONS_WINDOW_ALL:
        break;
    }
    return false;
}

/* Both lists ascend; an edge of the line stands before what it causes. */
static void write_rerun(struct run_wave *w, const struct replay_rerun *rerun, sim_time until) {
    size_t line = 0;
    for (size_t i = 0; i <= rerun->n_edges; i++) {
        sim_time time = i < rerun->n_edges ? rerun->edges[i].time : until;
        for (; line < rerun->n_line && rerun->line[line].time <= time; line++)
            run_wave_edge(w, &(struct circuit_edge){rerun->line[line].time, CIRCUIT_NO_NET,
                                                    rerun->line[line].level});
        if (i < rerun->n_edges)
            run_wave_edge(w, &rerun->edges[i]);
    }
}

bool run_wave_frame(struct run *run, uint64_t frame, bool failed) {
    struct run_wave *w = run->wave;
    const struct line_burst *burst = replay_burst(run->replay);
    sim_time until = replay_now(run->replay);
    if (!wants(w, frame, failed, burst->start, until))
        return true;
    bool timed = w->window.kind == OPTIONS_WINDOW_TIME;
    if (!timed && until > burst->end + TAIL)
        until = burst->end + TAIL;
    const struct circuit *circuit = replay_circuit(run->replay, 0);
    struct replay_rerun rerun;
    sim_time from = burst->start - replay_lead(run->replay);
    if (!w->wave && !run_wave_start(w, circuit, timed ? w->window.start : from,
                                    timed ? w->window.end : SIM_NEVER, &run->err))
        return false;
    replay_rerun(run->replay, until, w->nets, w->n_nets, w->levels, &rerun);
    for (uint32_t i = 0; i < w->n_nets; i++)
        run_wave_edge(w, &(struct circuit_edge){rerun.start, w->nets[i], w->levels[i]});
    write_rerun(w, &rerun, until);
    w->end = until;
    return true;
}

bool run_wave_empty(const struct run_wave *w) {
    return !w->wave;
}

bool run_wave_close(struct run_wave *w, sim_time end, struct sim_err *err) {
    bool ok = true;
    if (w->wave)
        ok = wave_close(w->wave, run_wave_whole(w) ? end : w->end, err);
    w->wave = NULL;
    run_wave_abandon(w);
    return ok;
}

void run_wave_abandon(struct run_wave *w) {
    if (!w)
        return;
    wave_abandon(w->wave);
    free(w->signals);
    free(w->signal_of);
    free(w->nets);
    free(w->levels);
    free(w);
}
