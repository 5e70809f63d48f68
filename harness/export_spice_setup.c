/* The settings a deck shares with the engine, and what stands on the line. */
#include "harness/export_spice.h"

#include <stdlib.h>
#include <string.h>

#include "models/line/source.h"

static void watch(struct spice_setup *setup, uint32_t net) {
    if (net == NETLIST_NONE || setup->n_nets == SPICE_MAX_WATCHED)
        return;
    for (size_t i = 0; i < setup->n_nets; i++)
        if (setup->nets[i] == net)
            return;
    setup->nets[setup->n_nets++] = net;
}

bool export_spice_setup(const struct board *board, struct spice_setup *setup, struct sim_err *err) {
    uint32_t stages[REPLAY_STAGES];
    *setup = (struct spice_setup){0};
    if (!replay_setup_nets(board, &setup->attached, err) ||
        !replay_setup_circuit(board, &setup->attached, 1, &setup->config, err))
        return false;
    size_t n = replay_setup_stages(board, stages);
    for (size_t i = 0; i < n; i++)
        watch(setup, stages[i]);
    watch(setup, setup->attached.sck);
    watch(setup, setup->attached.mosi);
    watch(setup, setup->attached.nss);
    if (setup->attached.sck == NETLIST_NONE)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "the board states no SPI clock; see linkpulse board, or give "
                           "--set attach.spi_clk=NET");
    if (setup->config.idle == CIRCUIT_IDLE_NOISE)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "receiver.idle = noise: a deck has one fixed line; expected high, low "
                           "or hold");
    setup->scope = (struct circuit_scope){CIRCUIT_ANCESTORS, setup->nets, setup->n_nets};
    return true;
}

struct line_edge *export_spice_line(const struct board *board,
                                    const struct spice_stimulus *stimulus, size_t *n, sim_time *end,
                                    struct sim_err *err) {
    struct line_settings settings;
    replay_setup_line(board, 1, &settings);
    struct line_source *source = line_source_create(&settings);
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
