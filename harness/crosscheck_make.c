/* From a board to both engines on it: which nets are compared, and what each depends on. */
#include <stdlib.h>
#include <string.h>

#include "harness/crosscheck_internal.h"

#define RECORD_EDGES (1u << 17)

static void name_driver(const struct crosscheck_run *run, uint32_t net, char *out, size_t size) {
    for (size_t i = 0; i < circuit_elements(run->event); i++) {
        struct circuit_element_info e = circuit_element(run->event, i);
        if (e.net != net || e.part == NETLIST_NONE)
            continue;
        const struct netlist_part *part = &run->board->netlist->parts[e.part];
        const char *unit = run->board->uses[e.part].model->units[e.unit].name;
        sim_format(out, (unsigned)size, "%s%s (%s)", part->ref, unit, part->value);
        return;
    }
    sim_format(out, (unsigned)size, "the MCU");
}

/* Driven from outside, by what both engines are given. */
static bool is_input(const struct crosscheck_run *run, uint32_t net) {
    for (size_t i = 0; i < run->config.n_inputs; i++)
        if (circuit_net(run->event, run->config.inputs[i]) == net)
            return true;
    return false;
}

/* Does nothing from outside reach the nets of this circuit? Then an oscillator drives them, or
 * nothing does. */
static bool is_reached(const struct crosscheck_run *run, const struct circuit *c) {
    for (size_t i = 0; i < circuit_elements(c); i++) {
        struct circuit_element_info e = circuit_element(c, i);
        if (e.kept && strcmp(e.kind, "receiver") == 0)
            return true;
    }
    for (size_t i = 0; i < run->config.n_inputs; i++)
        if (circuit_net_is_heard(c, circuit_net(c, run->config.inputs[i])))
            return true;
    return false;
}

/* What the net depends on: a circuit of that alone, which numbers nets alike. */
static void find_ancestors(struct crosscheck_run *run, size_t at, uint32_t netlist_net) {
    struct sim_err ignored = SIM_ERR_INIT;
    const struct circuit_scope scope = {CIRCUIT_ANCESTORS, &netlist_net, 1};
    struct circuit *c =
        circuit_create(run->board->netlist, run->uses, &run->config, &scope, &ignored);
    for (size_t i = 0; c && i < circuit_elements(c); i++) {
        struct circuit_element_info e = circuit_element(c, i);
        if (e.kept && e.net < circuit_nets(run->event) && run->compared_of[e.net] != CIRCUIT_NO_NET)
            run->reached[at * run->n_compared + run->compared_of[e.net]] = true;
    }
    run->compared[at].self_timed = c && !is_reached(run, c);
    circuit_destroy(c);
}

static void find_gates(struct crosscheck_run *run) {
    for (size_t i = 0; i < circuit_elements(run->event); i++) {
        struct circuit_element_info e = circuit_element(run->event, i);
        uint32_t at = e.net < circuit_nets(run->event) ? run->compared_of[e.net] : CIRCUIT_NO_NET;
        if (at == CIRCUIT_NO_NET)
            continue;
        if (strcmp(e.kind, "gate") == 0 || strcmp(e.kind, "driver") == 0)
            memcpy(run->compared[at].delay, (sim_time[2]){e.fall, e.rise}, 2 * sizeof(sim_time));
    }
}

/* Nets that have levels in both engines and are driven by the board. */
static bool make_compared(struct crosscheck_run *run) {
    const struct netlist *netlist = run->board->netlist;
    uint32_t n = circuit_nets(run->event);
    run->compared = calloc(netlist->n_nets + 1, sizeof *run->compared);
    run->compared_of = malloc(n * sizeof *run->compared_of);
    run->netlist_nets = calloc(netlist->n_nets + 1, sizeof *run->netlist_nets);
    if (!run->compared || !run->compared_of || !run->netlist_nets)
        return false;
    memset(run->compared_of, 0xff, n * sizeof *run->compared_of);
    for (uint32_t i = 0; i < netlist->n_nets; i++) {
        uint32_t net = circuit_net(run->event, i);
        if (run->compared_of[net] != CIRCUIT_NO_NET || !rtl_engine_has(run->rtl, net) ||
            !circuit_net_is_live(run->event, net) || is_input(run, net))
            continue;
        run->compared_of[net] = (uint32_t)run->n_compared;
        run->netlist_nets[run->n_compared] = i;
        struct crosscheck_net *compared = &run->compared[run->n_compared++];
        compared->name = netlist->nets[i].name;
        name_driver(run, net, compared->driver, sizeof compared->driver);
        circuit_watch(run->event, net, true);
        rtl_engine_watch(run->rtl, net, true);
    }
    return true;
}

static bool make_doubt(struct crosscheck_run *run) {
    size_t n = run->n_compared + 1;
    run->reached = calloc(n, n);
    run->doubt =
        (struct doubt){SIM_NEVER, false, calloc(n, 1), calloc(n, sizeof *run->doubt.before)};
    if (!run->reached || !run->doubt.nets || !run->doubt.before)
        return false;
    for (size_t i = 0; i < run->n_compared; i++)
        find_ancestors(run, i, run->netlist_nets[i]);
    for (size_t i = 0; i < run->n_compared; i++)
        for (size_t from = 0; from < run->n_compared; from++)
            run->compared[i].drifts |=
                run->reached[i * run->n_compared + from] && run->compared[from].self_timed;
    find_gates(run);
    return true;
}

static bool make_memory(struct crosscheck_run *run) {
    for (int side = 0; side < 2; side++) {
        run->records[side].edges = malloc(RECORD_EDGES * sizeof *run->records[side].edges);
        run->records[side].capacity = RECORD_EDGES;
        run->received[side].octets = malloc(CROSSCHECK_BURST_MAX);
        if (!run->records[side].edges || !run->received[side].octets)
            return false;
    }
    circuit_set_record(run->event, &run->records[CROSSCHECK_EVENT]);
    rtl_engine_set_record(run->rtl, &run->records[CROSSCHECK_RTL]);
    return true;
}

/* The pins at rest, by each engine's own levels. */
static void make_samplers(struct crosscheck_run *run) {
    for (int side = 0; side < 2; side++) {
        int level[3];
        for (int pin = 0; pin < 3; pin++) {
            level[pin] = side == CROSSCHECK_EVENT ? circuit_level(run->event, run->pins[pin])
                                                  : rtl_engine_level(run->rtl, run->pins[pin]);
            rtl_engine_watch(run->rtl, run->pins[pin], true);
            circuit_watch(run->event, run->pins[pin], true);
        }
        spi_sampler_init(&run->received[side].sampler, NULL, run->nets.nss_active_high, level[0],
                         level[1], level[2]);
        run->received[side].mosi_changed = run->received[side].sck_rose = -SIM_S;
    }
}

static uint32_t engine_net(const struct crosscheck_run *run, const char *name) {
    uint32_t net = name[0] ? netlist_find_net(run->board->netlist, name) : NETLIST_NONE;
    return net == NETLIST_NONE ? CIRCUIT_NO_NET : circuit_net(run->event, net);
}

static bool make_pins(struct crosscheck_run *run, struct sim_err *err) {
    const struct board_attach *attach = &run->board->config.attach;
    run->tx_clk = engine_net(run, attach->tx_clk);
    run->tx_mosi = engine_net(run, attach->tx_mosi);
    run->pins[SPI_SCK] = engine_net(run, attach->spi_clk);
    run->pins[SPI_MOSI] = engine_net(run, attach->spi_mosi);
    run->pins[SPI_NSS] = engine_net(run, attach->spi_nss + run->nets.nss_active_high);
    for (int pin = 0; pin < 3; pin++)
        if (run->pins[pin] == CIRCUIT_NO_NET)
            return sim_err_set(err, SIM_ERR_INPUT,
                               "%s: the SPI pins are not stated: attach.spi_clk, attach.spi_mosi, "
                               "attach.spi_nss",
                               run->board->path);
    return true;
}

static bool make_engines(struct crosscheck_run *run, uint64_t seed, struct sim_err *err) {
    struct line_settings line;
    const struct board *board = run->board;
    replay_setup_line(board, seed, &line);
    if (!board_require_models(board, err) || !replay_setup_nets(board, &run->nets, err) ||
        !replay_setup_circuit(board, &run->nets, seed, &run->config, err))
        return false;
    const struct circuit_scope all = {.part_of = CIRCUIT_ALL};
    run->event = circuit_create(board->netlist, run->uses, &run->config, &all, err);
    run->rtl = run->event ? rtl_engine_create(board, &run->config, run->event, err) : NULL;
    if (!run->rtl)
        return false;
    run->source = line_source_create(&line);
    return run->source ||
           sim_err_set(err, SIM_ERR_INPUT, "the settings of [line] make no sense together");
}

/* Signal 0 of the inputs is the line. */
static bool make_wave(struct crosscheck_run *run, const struct crosscheck_settings *settings,
                      struct sim_err *err) {
    size_t n_inputs = 1 + run->config.n_inputs, n = run->n_compared;
    const char **names = calloc(n_inputs + n, sizeof *names);
    uint8_t *levels = calloc(n_inputs + 2 * n + 1, 1);
    run->input_signals = calloc(circuit_nets(run->event), sizeof *run->input_signals);
    if (!names || !levels || !run->input_signals)
        abort();
    names[0] = "line";
    levels[0] = line_source_rest_level(run->source);
    for (size_t i = 1; i < n_inputs; i++) {
        names[i] = run->board->netlist->nets[run->config.inputs[i - 1]].name;
        run->input_signals[circuit_net(run->event, run->config.inputs[i - 1])] = (uint32_t)i;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t net = circuit_net(run->event, run->netlist_nets[i]);
        names[n_inputs + i] = run->compared[i].name;
        levels[n_inputs + i] = (uint8_t)circuit_level(run->event, net);
        levels[n_inputs + n + i] = (uint8_t)rtl_engine_level(run->rtl, net);
    }
    const struct crosscheck_wave_settings wave = {
        .stem = settings->waves,
        .whole = settings->whole,
        .from = settings->from,
        .to = settings->to,
        .names = names,
        .n_inputs = n_inputs,
        .n_nets = n,
        .levels = {levels, levels + n_inputs, levels + n_inputs + n}};
    run->wave = crosscheck_wave_create(&wave, err);
    free(names);
    free(levels);
    return run->wave;
}

bool crosscheck_make(struct crosscheck_run *run, const struct crosscheck_settings *settings,
                     struct sim_err *err) {
    run->uses = settings->event_uses ? settings->event_uses : run->board->uses;
    if (!make_engines(run, settings->seed, err) || !make_pins(run, err))
        return false;
    if (!make_compared(run) || !make_memory(run) || !make_doubt(run) ||
        !crosscheck_windows_make(run))
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    make_samplers(run);
    if (settings->firmware) {
        run->firmware = crosscheck_firmware_create(run->board, settings->firmware, err);
        if (!run->firmware)
            return false;
    }
    return !settings->waves || make_wave(run, settings, err);
}

void crosscheck_unmake(struct crosscheck_run *run) {
    circuit_destroy(run->event);
    rtl_engine_destroy(run->rtl);
    crosscheck_firmware_destroy(run->firmware);
    crosscheck_wave_abandon(run->wave);
    line_source_destroy(run->source);
    for (size_t i = 0; i < run->n_compared; i++)
        crosscheck_net_finish(&run->compared[i]);
    for (int side = 0; side < 2; side++) {
        free(run->records[side].edges);
        free(run->received[side].octets);
    }
    void *owned[] = {run->compared,  run->compared_of,  run->netlist_nets, run->reached,
                     run->flipflops, run->window_pins,  run->doubt.nets,   run->doubt.before,
                     run->inputs,    run->input_signals};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}
