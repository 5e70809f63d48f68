/* Waves of a run: which signals, under which names, and where their edges come from. */
#include "harness/run_wave.h"

#include <stdlib.h>
#include <string.h>

static bool copy_path(const struct options *options, const char *path, char out[4096],
                      struct sim_err *err) {
    return !path || options_out_path(options, path, out, 4096) ||
           sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", path);
}

static void allocate(struct run_wave *w) {
    uint32_t n = w->board->netlist->n_nets;
    size_t most = 3 * (size_t)n + 8;
    w->signals = calloc(most, sizeof *w->signals);
    w->nets = malloc((n + 1) * sizeof *w->nets);
    w->levels = calloc(n + 1, 1);
    w->mix = wave_mix_create(most);
    w->sidecar = wave_sidecar_create();
    if (!w->signals || !w->nets || !w->levels || !w->mix || !w->sidecar)
        abort();
}

struct run_wave *run_wave_open(const struct options *options, const struct board *board,
                               const struct run_image *image, struct sim_err *err) {
    struct run_wave *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    w->board = board;
    w->window = options->window;
    w->elf = image->name[0] ? image->path : NULL;
    w->drawn = INT64_MIN;
    allocate(w);
    if (w->elf)
        wave_sidecar_firmware(w->sidecar, w->elf, board->config.mcu_chip);
    if (copy_path(options, options->vcd, w->vcd, err) &&
        copy_path(options, options->fst, w->fst, err))
        return w;
    run_wave_abandon(w);
    return NULL;
}

bool run_wave_whole(const struct run_wave *w) {
    return w->window.kind == OPTIONS_WINDOW_ALL;
}

/* --- signals ------------------------------------------------------------------------------ */

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

/* The thresholds on an analog net, for the sidecar. */
static void add_thresholds(struct run_wave *w, const struct circuit *circuit, uint32_t net,
                           const struct trace_signal *signal) {
    struct circuit_threshold th;
    char name[256];
    wave_full_name(signal, name, sizeof name);
    for (size_t i = 0; circuit_threshold(circuit, net, i, &th); i++)
        wave_sidecar_threshold(w->sidecar, name, w->board->netlist->parts[th.part].ref, th.minus,
                               th.plus);
}

/* The voltage beside the level of an analog net, under the net's name. */
static void add_volts(struct run_wave *w, const struct circuit *circuit, uint32_t level) {
    uint32_t net =
        circuit_net(circuit, netlist_find_net(w->board->netlist, w->signals[level].name));
    struct trace_signal *signal = &w->signals[w->n];
    struct circuit_curve now;
    if (!circuit_curve(circuit, net, &now))
        return;
    *signal = (struct trace_signal){.scope = "volts",
                                    .name = w->signals[level].name,
                                    .same_as = TRACE_OWN,
                                    .kind = TRACE_REAL,
                                    .real = wave_mix_analog(w->mix, &now, w->n, level)};
    w->n++;
    add_thresholds(w, circuit, net, signal);
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

/* In the order of enum run_wave_signal. */
static void add_fixed(struct run_wave *w) {
    static const struct trace_signal FIXED[] = {
        {.scope = "line", .name = "line", .same_as = TRACE_OWN, .initial = 'z'},
        {.scope = "volts", .name = "line", .same_as = TRACE_OWN, .kind = TRACE_REAL},
        {"cpu", "pc", TRACE_OWN, 'x', TRACE_VECTOR, 32, 0},
        {"cpu", "exception", TRACE_OWN, 'x', TRACE_VECTOR, 9, 0},
        {"dma", "ndtr", TRACE_OWN, 'x', TRACE_VECTOR, 16, 0},
    };
    w->n = w->elf ? sizeof FIXED / sizeof *FIXED : RUN_WAVE_PC;
    memcpy(w->signals, FIXED, w->n * sizeof *FIXED);
    wave_mix_line(w->mix, RUN_WAVE_LINE_VOLT);
}

static void list_signals(struct run_wave *w, const struct circuit *circuit) {
    const struct board_attach *attach = &w->board->config.attach;
    number_nets(w, circuit);
    add_fixed(w);
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
    for (uint32_t i = 0, n = w->n; i < n; i++)
        if (strcmp(w->signals[i].scope, "one-shots") == 0 && w->signals[i].same_as == TRACE_OWN)
            add_volts(w, circuit, i);
}

bool run_wave_start(struct run_wave *w, const struct circuit *circuit, sim_time from, sim_time to,
                    struct sim_err *err) {
    wave_mix_begin(w->mix, from);
    list_signals(w, circuit);
    struct wave_settings settings = {
        .vcd = w->vcd[0] ? w->vcd : NULL, .fst = w->fst[0] ? w->fst : NULL, .from = from, .to = to};
    w->wave = wave_open(&settings, w->signals, w->n, err);
    w->from = w->end = from;
    return w->wave != NULL;
}

/* --- the board ---------------------------------------------------------------------------- */

static void put_edge(struct run_wave *w, const struct circuit_edge *edge) {
    static const char LEVEL[] = "01z";
    uint32_t signal = edge->net == CIRCUIT_NO_NET ? RUN_WAVE_LINE : w->signal_of[edge->net];
    if (signal != TRACE_OWN)
        wave_mix_put(w->mix, WAVE_BOARD, edge->time, signal, (uint64_t)LEVEL[edge->level]);
}

static void draw_line(struct run *run) {
    struct run_wave *w = run->wave;
    bool cut;
    size_t most;
    struct line_volt *volts = wave_mix_volts(w->mix, &most);
    size_t n = replay_line_volts(run->replay, volts, most, &cut);
    wave_mix_volts_added(w->mix, n, cut);
}

/* The first edge of a burst brings its voltage: waves are written so far behind the edges told
 * that the ramp before them is still in time. */
void run_wave_edge(struct run *run, const struct circuit_edge *edge) {
    struct run_wave *w = run->wave;
    if (edge->net == CIRCUIT_NO_NET) {
        const struct line_burst *burst = replay_burst(run->replay);
        if (burst->start != w->drawn)
            draw_line(run);
        w->drawn = burst->start;
        if (!run->pulse_going) {
            wave_sidecar_data(w->sidecar, burst->sfd_end, burst->data_end);
            wave_sidecar_line(w->sidecar, edge->time);
        }
    }
    put_edge(w, edge);
    if (!w->elf)
        wave_mix_write(w->mix, w->wave, edge->time - RUN_WAVE_BEHIND);
}

void run_wave_curve(struct run *run, const struct circuit_curve *curve) {
    if (run->wave->wave)
        wave_mix_curve(run->wave->mix, curve);
}

/* --- windows ------------------------------------------------------------------------------ */

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
static void put_rerun(struct run_wave *w, const struct replay_rerun *rerun, sim_time until) {
    size_t line = 0;
    for (size_t i = 0; i < rerun->n_curves; i++)
        wave_mix_curve(w->mix, &rerun->curves[i]);
    for (size_t i = 0; i <= rerun->n_edges; i++) {
        sim_time time = i < rerun->n_edges ? rerun->edges[i].time : until;
        for (; line < rerun->n_line && rerun->line[line].time <= time; line++)
            put_edge(w, &(struct circuit_edge){rerun->line[line].time, CIRCUIT_NO_NET,
                                               rerun->line[line].level});
        if (i < rerun->n_edges)
            put_edge(w, &rerun->edges[i]);
    }
}

static void keep_packet(struct run_wave *w, const struct replay_rerun *rerun) {
    wave_sidecar_data(w->sidecar, rerun->burst.sfd_end, rerun->burst.data_end);
    if (rerun->n_line > 0) {
        wave_sidecar_line(w->sidecar, rerun->line[0].time);
        wave_sidecar_line(w->sidecar, rerun->line[rerun->n_line - 1].time);
    }
    wave_sidecar_keep(w->sidecar);
}

/* A window goes on until the frame is delivered, if that is before the next one begins. */
static sim_time window_end(const struct run *run, uint64_t frame) {
    sim_time now = replay_now(run->replay), until = replay_burst(run->replay)->end + RUN_WAVE_TAIL;
    sim_time delivered = wave_sidecar_delivery(run->wave->sidecar, frame);
    if (delivered != SIM_NEVER && delivered + RUN_WAVE_TAIL > until)
        until = delivered + RUN_WAVE_TAIL;
    return until < now ? until : now;
}

bool run_wave_frame(struct run *run, uint64_t frame, bool failed) {
    struct run_wave *w = run->wave;
    const struct line_burst *burst = replay_burst(run->replay);
    sim_time until = replay_now(run->replay);
    if (!wants(w, frame, failed, burst->start, until))
        return true;
    bool timed = w->window.kind == OPTIONS_WINDOW_TIME;
    if (!timed)
        until = window_end(run, frame);
    const struct circuit *circuit = replay_circuit(run->replay, 0);
    struct replay_rerun rerun;
    sim_time from = burst->start - replay_lead(run->replay);
    if (!w->wave && !run_wave_start(w, circuit, timed ? w->window.start : from,
                                    timed ? w->window.end : SIM_NEVER, &run->err))
        return false;
    draw_line(run);
    replay_rerun(run->replay, until, w->nets, w->n_nets, w->levels, &rerun);
    for (uint32_t i = 0; i < w->n_nets; i++)
        put_edge(w, &(struct circuit_edge){rerun.start, w->nets[i], w->levels[i]});
    put_rerun(w, &rerun, until);
    w->cut |= rerun.overflow;
    if (frame > 0)
        keep_packet(w, &rerun);
    w->end = until;
    run_wave_passed(run, w->elf ? w->passed : SIM_NEVER);
    return true;
}

bool run_wave_empty(const struct run_wave *w) {
    return !w->wave;
}

/* --- the end ------------------------------------------------------------------------------ */

/* The first signal with the net's name: pins of the SPI stand in front. */
static bool signal_of(void *user, const char *net, char *out, size_t size) {
    const struct run_wave *w = user;
    net += net[0] == '!';
    for (uint32_t i = w->elf ? RUN_WAVE_NDTR + 1 : RUN_WAVE_PC; i < w->n; i++)
        if (strcmp(w->signals[i].name, net) == 0) {
            wave_full_name(&w->signals[i], out, size);
            return true;
        }
    return false;
}

static bool write_sidecars(struct run_wave *w, sim_time end, struct sim_err *err) {
    bool cut = w->window.kind == OPTIONS_WINDOW_TIME && end > w->window.end;
    const struct wave_sidecar_facts facts = {.from = w->from,
                                             .to = cut ? w->window.end : end,
                                             .firmware = w->elf != NULL,
                                             .signal_of = signal_of,
                                             .user = w};
    return (!w->vcd[0] || wave_sidecar_write(w->sidecar, w->vcd, &facts, err)) &&
           (!w->fst[0] || wave_sidecar_write(w->sidecar, w->fst, &facts, err));
}

bool run_wave_close(struct run_wave *w, sim_time end, const char **lack, struct sim_err *err) {
    bool ok = true;
    *lack = NULL;
    if (w->wave) {
        end = run_wave_whole(w) ? end : w->end;
        if (!w->finished) {
            wave_mix_write(w->mix, w->wave, end + 1);
            wave_mix_end(w->mix, w->wave, end);
        }
        *lack = w->cut ? "edges of the board" : wave_mix_cut(w->mix);
        ok = wave_close(w->wave, end, err) && write_sidecars(w, end, err);
    }
    w->wave = NULL;
    run_wave_abandon(w);
    return ok;
}

void run_wave_abandon(struct run_wave *w) {
    if (!w)
        return;
    wave_abandon(w->wave);
    wave_mix_destroy(w->mix);
    wave_sidecar_destroy(w->sidecar);
    free(w->signals);
    free(w->signal_of);
    free(w->nets);
    free(w->levels);
    free(w);
}
