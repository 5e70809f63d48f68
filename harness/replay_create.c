/* From a board to a replay that is ready to run. */
#include <stdlib.h>
#include <string.h>

#include "harness/replay_internal.h"

/* The probe of the rtl engine runs nothing: it knows what the receive path hears. */
static bool create_circuits(struct replay *r, struct sim_err *err) {
    const struct board *board = r->board;
    uint32_t named[3 + REPLAY_STAGES];
    size_t n = replay_setup_stages(board, named + 3);
    memcpy(named, (uint32_t[3]){r->nets.sck, r->nets.mosi, r->nets.nss}, 3 * sizeof *named);
    struct circuit_scope path = {CIRCUIT_ANCESTORS, named, 3 + n}, all = {.part_of = CIRCUIT_ALL};
    struct circuit_scope rest = {CIRCUIT_REST, named, 3 + n};
    r->whole = r->settings.trace || r->settings.rtl;
    r->main = circuit_create(board->netlist, board->uses, &r->config, r->whole ? &all : &path, err);
    r->probe = circuit_create(board->netlist, board->uses, &r->config,
                              r->settings.trace ? &all : &path, err);
    if (!r->main || !r->probe)
        return false;
    for (int pin = 0; pin < 3; pin++)
        r->pins[pin] = circuit_net(r->main, named[pin]);
    r->crossing = calloc(circuit_nets(r->main), sizeof *r->crossing);
    if (!r->whole)
        r->rest = circuit_create(board->netlist, board->uses, &r->config, &rest, err);
    return (r->rest || r->whole) && r->crossing;
}

/* Behind create_circuits(): nets have the numbers of `main`. */
static bool create_rtl(struct replay *r, struct sim_err *err) {
    if (!r->settings.rtl)
        return true;
    r->rtl = rtl_engine_create_traced(r->board, &r->config, r->main, r->settings.rtl_waves, err);
    return r->rtl != NULL;
}

/* Watch the SPI pins, and the nets that feed the rest or are asked for; both circuits number
 * nets alike. */
static void watch_nets(struct replay *r) {
    for (uint32_t net = 0; net < circuit_nets(r->main); net++) {
        bool live = circuit_net_is_live(r->main, net);
        bool feeds = r->rest && live && circuit_net_is_live(r->rest, net) &&
                     !circuit_net_is_analog(r->main, net);
        r->crossing[net] = feeds || (r->wanted[net] & WANTED_PASSING);
        replay_main_watch(r, net,
                          r->crossing[net] || r->wanted[net] ||
                              ((r->settings.trace || r->feedback) && live));
        r->wanted[net] |= r->crossing[net] ? WANTED_MAIN : 0;
        if (feeds)
            circuit_input(r->rest, net, 0, circuit_level(r->main, net));
    }
    for (int pin = 0; pin < 3; pin++) {
        replay_main_watch(r, r->pins[pin], true);
        r->wanted[r->pins[pin]] |= WANTED_MAIN;
    }
    circuit_set_record(r->main, &r->record);
    if (r->rtl)
        rtl_engine_set_record(r->rtl, &r->record);
    else
        circuit_set_record(r->probe, &r->rerun);
}

/* What a diagnosis looks at. */
static void want_log(struct replay *r) {
    uint32_t stages[REPLAY_STAGES];
    size_t n = replay_setup_stages(r->board, stages);
    for (size_t i = 0; r->rtl && i < n; i++)
        r->wanted[circuit_net(r->main, stages[i])] |= WANTED_LOG;
    for (int pin = 0; r->rtl && pin < 3; pin++)
        r->wanted[r->pins[pin]] |= WANTED_LOG;
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
        !create_circuits(r, err) || !create_rtl(r, err))
        return false;
    r->source = line_source_create(&line);
    if (!r->source)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "the [line] settings make no signal, or the receiver's vit_plus is "
                           "below its vit_minus");
    r->lead = (sim_time)(line.jitter_peak_ps + JITTER_SIGMAS * line.jitter_rms_ps);
    r->symbols = line_source_symbols(r->source, &r->n_symbols);
    if (!allocate(r))
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (!replay_rest_create(r))
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    want_log(r);
    watch_nets(r);
    spi_sampler_init(&r->sampler, limits, r->nets.nss_active_high, replay_main_level(r, r->pins[0]),
                     replay_main_level(r, r->pins[1]), replay_main_level(r, r->pins[2]));
    if (r->sampler.selected)
        replay_open_burst(r, 0);
    return create_response(r) || sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
}

struct replay *replay_create(const struct board *board, const struct replay_settings *settings,
                             struct sim_err *err) {
    struct replay *r = calloc(1, sizeof *r);
    if (!r) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
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
