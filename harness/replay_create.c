/* From a board to a replay that is ready to run. */
#include <stdlib.h>
#include <string.h>

#include "harness/replay_internal.h"

static bool create_circuits(struct replay *r, struct sim_err *err) {
    const struct board *board = r->board;
    uint32_t named[3 + REPLAY_STAGES];
    size_t n = replay_setup_stages(board, named + 3);
    memcpy(named, (uint32_t[3]){r->nets.sck, r->nets.mosi, r->nets.nss}, 3 * sizeof *named);
    struct circuit_scope scope = {CIRCUIT_ALL, named, 3 + n};
    if (!r->settings.trace)
        scope.part_of = CIRCUIT_ANCESTORS;
    r->main = circuit_create(board->netlist, board->uses, &r->config, &scope, err);
    r->probe = circuit_create(board->netlist, board->uses, &r->config, &scope, err);
    if (!r->main || !r->probe)
        return false;
    for (int pin = 0; pin < 3; pin++)
        r->pins[pin] = circuit_net(r->main, named[pin]);
    r->crossing = calloc(circuit_nets(r->main), sizeof *r->crossing);
    if (r->settings.trace)
        return r->crossing != NULL;
    scope.part_of = CIRCUIT_REST;
    r->rest = circuit_create(board->netlist, board->uses, &r->config, &scope, err);
    return r->rest && r->crossing;
}

/* Watch the SPI pins, and the nets that feed the rest or are asked for; both circuits number
 * nets alike. */
static void watch_nets(struct replay *r) {
    for (uint32_t net = 0; net < circuit_nets(r->main); net++) {
        bool live = circuit_net_is_live(r->main, net);
        bool feeds = r->rest && live && circuit_net_is_live(r->rest, net) &&
                     !circuit_net_is_analog(r->main, net);
        r->crossing[net] = feeds || (r->wanted[net] & WANTED_PASSING);
        circuit_watch(r->main, net,
                      r->crossing[net] || ((r->settings.trace || r->feedback) && live));
        r->wanted[net] |= r->crossing[net] ? WANTED_MAIN : 0;
        if (feeds)
            circuit_input(r->rest, net, 0, circuit_level(r->main, net));
    }
    for (int pin = 0; pin < 3; pin++) {
        circuit_watch(r->main, r->pins[pin], true);
        r->wanted[r->pins[pin]] |= WANTED_MAIN;
    }
    circuit_set_record(r->main, &r->record);
    circuit_set_record(r->probe, &r->rerun);
}

/* The Verilog design is of the whole board; what is watched in `main` is watched in it. */
static bool create_rtl(struct replay *r, struct sim_err *err) {
    const struct board *board = r->board;
    if (!r->settings.rtl)
        return true;
    if (r->feedback)
        return sim_err_set(err, SIM_ERR_UNMODELLED,
                           "%s: the MCU's outputs reach its inputs; the rtl engine does not follow "
                           "that",
                           board->path);
    struct circuit *whole = circuit_create(board->netlist, board->uses, &r->config,
                                           &(struct circuit_scope){.part_of = CIRCUIT_ALL}, err);
    r->rtl = whole ? rtl_engine_create(board, &r->config, whole, err) : NULL;
    circuit_destroy(whole);
    for (uint32_t net = 0; r->rtl && net < circuit_nets(r->main); net++)
        rtl_engine_watch(r->rtl, net, r->settings.trace || (r->wanted[net] & WANTED_MAIN));
    if (r->rtl)
        rtl_engine_set_record(r->rtl, &r->record);
    return r->rtl;
}

static bool allocate(struct replay *r) {
    r->record.edges = malloc(RECORD_EDGES * sizeof *r->record.edges);
    r->rerun.edges = malloc(RECORD_EDGES * sizeof *r->rerun.edges);
    r->record.capacity = r->rerun.capacity = RECORD_EDGES;
    r->octets = malloc(BURST_OCTETS);
    r->lengths = malloc(r->n_symbols * sizeof *r->lengths);
    r->checkpoint = malloc(circuit_state_size(r->main) + SPI_SAMPLER_STATE);
    r->ops = malloc(MAX_OPS * sizeof *r->ops);
    r->details = malloc(MAX_DETAILS * sizeof *r->details);
    r->deltas = malloc(MAX_DELTAS * sizeof *r->deltas);
    r->counts_before = calloc(circuit_counters(r->main) + 1, sizeof *r->counts_before);
    for (size_t i = 0; r->lengths && i < r->n_symbols; i++)
        r->lengths[i] = r->symbols[i].length_ps;
    return r->lengths && r->record.edges && r->rerun.edges && r->octets && r->checkpoint &&
           r->ops && r->details && r->deltas && r->counts_before && replay_pins_create(r);
}

/* Jitter makes every edge a new one, a cable all but every, and noise every state: nothing
 * would repeat. */
static bool create_response(struct replay *r) {
    if (!r->settings.cache || r->settings.trace || r->rtl || r->feedback ||
        !line_source_repeats(r->source) || r->config.idle == CIRCUIT_IDLE_NOISE)
        return true;
    struct response_machine machine = replay_machine(r);
    r->response = response_create(&machine, (uint32_t)r->n_symbols + 1, MAX_STATES);
    if (r->response)
        response_enter(r->response, r->now);
    return r->response != NULL;
}

static bool create(struct replay *r, struct sim_err *err) {
    struct line_settings line;
    const struct spi_limits *limits;
    replay_setup_line(r->board, r->settings.seed, &line);
    if (!replay_setup_limits(r->board, &limits, err) ||
        !replay_setup_nets(r->board, &r->nets, err) ||
        !replay_setup_circuit(r->board, &r->nets, r->settings.seed, &r->config, err) ||
        !create_circuits(r, err))
        return false;
    r->source = line_source_create(&line);
    if (!r->source)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "the [line] settings make no signal, or the receiver's vit_plus is "
                           "below its vit_minus");
    r->lead = (sim_time)(line.jitter_peak_ps + JITTER_SIGMAS * line.jitter_rms_ps);
    r->symbols = line_source_symbols(r->source, &r->n_symbols);
    if (!allocate(r))
        return sim_err_set(err, SIM_ERR_UNMODELLED, "out of memory");
    if (!replay_rest_create(r))
        return sim_err_set(err, SIM_ERR_UNMODELLED, "out of memory");
    watch_nets(r);
    if (!create_rtl(r, err))
        return false;
    spi_sampler_init(&r->sampler, limits, r->nets.nss_active_high,
                     circuit_level(r->main, r->pins[0]), circuit_level(r->main, r->pins[1]),
                     circuit_level(r->main, r->pins[2]));
    if (r->sampler.selected)
        replay_open_burst(r, 0);
    return create_response(r) || sim_err_set(err, SIM_ERR_UNMODELLED, "out of memory");
}

struct replay *replay_create(const struct board *board, const struct replay_settings *settings,
                             struct sim_err *err) {
    struct replay *r = calloc(1, sizeof *r);
    if (!r) {
        sim_err_set(err, SIM_ERR_UNMODELLED, "out of memory");
        return NULL;
    }
    r->board = board;
    r->settings = *settings;
    if (!create(r, err)) {
        replay_destroy(r);
        return NULL;
    }
    return r;
}

void replay_destroy(struct replay *r) {
    if (!r)
        return;
    circuit_destroy(r->main);
    circuit_destroy(r->rest);
    circuit_destroy(r->probe);
    rtl_engine_destroy(r->rtl);
    line_source_destroy(r->source);
    response_destroy(r->response);
    replay_rest_destroy(r);
    replay_pins_destroy(r);
    void *owned[] = {r->lengths, r->record.edges, r->rerun.edges, r->octets,        r->checkpoint,
                     r->ops,     r->details,      r->deltas,      r->counts_before, r->crossing};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free(r);
}
