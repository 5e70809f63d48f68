/* The settings a deck shares with the engine, and what stands on the line. */
#include "harness/export_spice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/line/source.h"

static uint32_t find_net(const struct board *board, const char *name) {
    name += *name == '!'; /* a select that is active high */
    return *name ? netlist_find_net(board->netlist, name) : NETLIST_NONE;
}

static void watch(struct spice_setup *setup, uint32_t net) {
    if (net == NETLIST_NONE || setup->n_nets == SPICE_MAX_WATCHED)
        return;
    for (size_t i = 0; i < setup->n_nets; i++)
        if (setup->nets[i] == net)
            return;
    setup->nets[setup->n_nets++] = net;
}

static enum circuit_idle idle_of(enum board_idle idle) {
    switch (idle) {
    case BOARD_IDLE_LOW:
        return CIRCUIT_IDLE_LOW;
    case BOARD_IDLE_HOLD:
        return CIRCUIT_IDLE_HOLD;
    case BOARD_IDLE_NOISE:
        return CIRCUIT_IDLE_NOISE;
    case BOARD_IDLE_HIGH:
        break;
    }
    return CIRCUIT_IDLE_HIGH;
}

bool export_spice_setup(const struct board *board, struct spice_setup *setup, struct sim_err *err) {
    const struct board_config *c = &board->config;
    const char *const watched[] = {c->stages.line,    c->stages.edge_in,  c->stages.idle_n,
                                   c->stages.edge,    c->stages.sck,      c->stages.bytesync,
                                   c->attach.spi_clk, c->attach.spi_mosi, c->attach.spi_nss};
    *setup = (struct spice_setup){0};
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        watch(setup, find_net(board, watched[i]));
    if (find_net(board, c->attach.spi_clk) == NETLIST_NONE)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "the board states no SPI clock; see linkpulse board, or give "
                           "--set attach.spi_clk=NET");
    if (c->receiver_idle == BOARD_IDLE_NOISE)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "receiver.idle = noise: a deck has one fixed line; expected high, low "
                           "or hold");
    size_t n = 0;
    const uint32_t inputs[2] = {find_net(board, c->attach.tx_clk),
                                find_net(board, c->attach.tx_mosi)};
    for (int i = 0; i < 2; i++)
        if (inputs[i] != NETLIST_NONE)
            setup->inputs[n++] = inputs[i];
    setup->config = (struct circuit_config){
        .vcc = c->supply.vcc,
        .power_net = find_net(board, c->supply.power),
        .ground_net = find_net(board, c->supply.ground),
        .delay_scale = c->delay_scale,
        .stray = c->stray_pf * 1e-12,
        .idle = idle_of(c->receiver_idle),
        .inputs = setup->inputs,
        .n_inputs = n,
        .line_p = find_net(board, c->attach.line_rx_p),
        .line_n = find_net(board, c->attach.line_rx_n),
        .seed = 1,
    };
    setup->scope = (struct circuit_scope){CIRCUIT_ANCESTORS, setup->nets, setup->n_nets};
    return true;
}

/* The thresholds of the board's receiver; all receivers on a board are one part. */
static double receiver_figure(const struct board *board, const char *name, double fallback) {
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_use *use = &board->uses[part];
        if (use->model && use->model->n_units && use->model->units[0].kind == PART_RECEIVER)
            return part_use_typ(use, name, fallback);
    }
    return fallback;
}

static struct line_source *make_source(const struct board *board) {
    const struct board_line *line = &board->config.line;
    const struct line_settings settings = {
        .ppm = line->ppm,
        .jitter_rms_ps = line->jitter_rms_ns * 1e3,
        .jitter_peak_ps = line->jitter_peak_ns * 1e3,
        .swapped = line->swapped,
        .preamble_bits = line->preamble_bits,
        .amplitude_v = line->amplitude_v,
        .rise_ps = line->rise_ns * 1e3,
        .vit_plus = receiver_figure(board, "vit_plus", 0.03),
        .vit_minus = receiver_figure(board, "vit_minus", -0.03),
        .tp_idl_ps = line->tp_idl_ns * 1e3,
        .seed = 1,
    };
    return line_source_create(&settings);
}

struct line_edge *export_spice_line(const struct board *board,
                                    const struct spice_stimulus *stimulus, size_t *n, sim_time *end,
                                    struct sim_err *err) {
    struct line_source *source = make_source(board);
    struct line_burst burst;
    struct line_edge *copy = NULL;
    if (!source)
        sim_err_set(err, SIM_ERR_INPUT, "the settings of [line] make no sense together");
    else if (!line_source_frame(source, stimulus->octets, stimulus->n, stimulus->lead, &burst))
        sim_err_set(err, SIM_ERR_INPUT, "a frame of %u octets; expected 1 to %u",
                    (unsigned)stimulus->n, (unsigned)LINE_MAX_FRAME);
    else {
        const struct line_edge *edges;
        *n = line_source_edges(source, &burst, &edges);
        *end = burst.end + stimulus->tail;
        copy = malloc((*n + 1) * sizeof *copy);
        if (!copy)
            abort();
        memcpy(copy, edges, *n * sizeof *copy);
    }
    line_source_destroy(source);
    return copy;
}

/* Broadcast from a local address, with the type of local experiments. The payload has
 * runs of equal bits, alternating ones, and the rest at random. */
size_t export_spice_frame(size_t n, uint8_t *octets) {
    static const uint8_t header[14] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
                                       0x00, 0x00, 0x00, 0x00, 0x01, 0x88, 0xb5};
    static const uint8_t patterns[6] = {0x00, 0xff, 0x55, 0xaa, 0x33, 0xcc};
    uint32_t random = 1;
    for (size_t i = 0; i < n; i++) {
        random = random * 1664525u + 1013904223u; /* the constants of Numerical Recipes */
        octets[i] = i < 14 ? header[i] : i < 20 ? patterns[i - 14] : (uint8_t)(random >> 24);
    }
    uint32_t fcs = line_fcs(octets, n);
    for (int i = 0; i < 4; i++)
        octets[n + (size_t)i] = (uint8_t)(fcs >> 8 * i);
    return n + 4;
}
