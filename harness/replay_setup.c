#include "harness/replay_setup.h"

#include <string.h>

#define GAP_BITS 96 /* IEEE 802.3 4.4.2: interpacket gap in bit times */

static bool find(const struct board *board, const char *key, const char *name, uint32_t *net,
                 struct sim_err *err) {
    *net = NETLIST_NONE;
    if (!name[0])
        return true;
    *net = netlist_find_net(board->netlist, name);
    return *net != NETLIST_NONE ||
           sim_err_set(err, SIM_ERR_INPUT, "%s: %s: the board has no net %s", board->path, key,
                       name);
}

bool replay_setup_limits(const struct board *board, const struct spi_limits **limits,
                         struct sim_err *err) {
    const char *chip = board->config.mcu_chip;
    const struct spi_limits *row;
    char known[128] = "";
    *limits = spi_limits_of(chip);
    if (*limits || !chip[0])
        return true;
    for (size_t i = 0; (row = spi_limits_at(i)); i++) {
        size_t used = strlen(known);
        sim_format(known + used, (unsigned)(sizeof known - used), "%s%s", i ? ", " : "", row->chip);
    }
    return sim_err_set(err, SIM_ERR_INPUT,
                       "%s: mcu.chip = %s: no such chip's pin limits are known; expected one of %s",
                       board->path, chip, known);
}

size_t replay_setup_stages(const struct board *board, uint32_t nets[REPLAY_STAGES]) {
    const struct board_stages *s = &board->config.stages;
    const char *names[REPLAY_STAGES] = {s->line, s->edge_in, s->idle_n,
                                        s->edge, s->sck,     s->bytesync};
    size_t n = 0;
    for (int i = 0; i < REPLAY_STAGES; i++) {
        uint32_t net = names[i][0] ? netlist_find_net(board->netlist, names[i]) : NETLIST_NONE;
        if (net != NETLIST_NONE)
            nets[n++] = net;
    }
    return n;
}

bool replay_setup_nets(const struct board *board, struct replay_nets *nets, struct sim_err *err) {
    const struct board_attach *attach = &board->config.attach;
    *nets = (struct replay_nets){.nss_active_high = attach->spi_nss[0] == '!'};
    const char *nss = attach->spi_nss + nets->nss_active_high;
    uint32_t clk, mosi;
    if (!find(board, "attach.spi_clk", attach->spi_clk, &nets->sck, err) ||
        !find(board, "attach.spi_mosi", attach->spi_mosi, &nets->mosi, err) ||
        !find(board, "attach.spi_nss", nss, &nets->nss, err) ||
        !find(board, "attach.tx_clk", attach->tx_clk, &clk, err) ||
        !find(board, "attach.tx_mosi", attach->tx_mosi, &mosi, err) ||
        !mcu_nets_find(board, &nets->mcu, err))
        return false;
    for (size_t i = 0; i < nets->mcu.n; i++)
        if (nets->mcu.nets[i].net != NETLIST_NONE)
            nets->inputs[nets->n_inputs++] = nets->mcu.nets[i].net;
    return true;
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

bool replay_setup_circuit(const struct board *board, const struct replay_nets *nets, uint64_t seed,
                          struct circuit_config *config, struct sim_err *err) {
    const struct board_config *c = &board->config;
    *config = (struct circuit_config){
        .vcc = c->supply.vcc,
        .delay_scale = c->delay_scale,
        .stray = c->stray_pf * 1e-12,
        .idle = idle_of(c->receiver_idle),
        .inputs = nets->inputs,
        .n_inputs = nets->n_inputs,
        .seed = seed,
    };
    return find(board, "supply.power", c->supply.power, &config->power_net, err) &&
           find(board, "supply.ground", c->supply.ground, &config->ground_net, err) &&
           find(board, "attach.line_rx_p", c->attach.line_rx_p, &config->line_p, err) &&
           find(board, "attach.line_rx_n", c->attach.line_rx_n, &config->line_n, err);
}

bool replay_setup_whole(const struct board *board, uint64_t seed, struct replay_whole *whole,
                        struct sim_err *err) {
    const struct circuit_scope all = {.part_of = CIRCUIT_ALL};
    whole->circuit = NULL;
    if (!board_require_models(board, err) || !replay_setup_nets(board, &whole->nets, err) ||
        !replay_setup_circuit(board, &whole->nets, seed, &whole->config, err))
        return false;
    whole->circuit = circuit_create(board->netlist, board->uses, &whole->config, &all, err);
    return whole->circuit != NULL;
}

/* The thresholds are those of the board's line receiver; a board without one gets 0 V. */
static const struct part_use *receiver_of(const struct board *board) {
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_use *use = &board->uses[part];
        for (size_t u = 0; use->model && u < use->model->n_units; u++)
            if (use->model->units[u].kind == PART_RECEIVER)
                return use;
    }
    return NULL;
}

/* A termination across the pair halves what an unterminated receiver would see. */
static bool terminated(const struct board *board) {
    const struct netlist *netlist = board->netlist;
    uint32_t ends[2] = {netlist_find_net(netlist, board->config.attach.line_rx_p),
                        netlist_find_net(netlist, board->config.attach.line_rx_n)};
    for (uint32_t part = 0; part < netlist->n_parts; part++) {
        const struct part_use *use = &board->uses[part];
        if (!use->model || netlist->parts[part].removed ||
            use->model->units[0].kind != PART_RESISTOR)
            continue;
        unsigned found = 0;
        for (uint32_t pin = netlist->parts[part].first_pin; pin != NETLIST_NONE;
             pin = netlist->pins[pin].next)
            for (unsigned i = 0; i < 2; i++)
                found |= netlist->pins[pin].net == ends[i] ? 1u << i : 0;
        if (found == 3)
            return true;
    }
    return false;
}

void replay_setup_line(const struct board *board, uint64_t seed, struct line_settings *line) {
    const struct board_line *c = &board->config.line;
    const struct part_use *receiver = receiver_of(board);
    *line = (struct line_settings){
        .ppm = c->ppm,
        .jitter_rms_ps = c->jitter_rms_ns * 1e3,
        .jitter_peak_ps = c->jitter_peak_ns * 1e3,
        .swapped = c->swapped,
        .preamble_bits = c->preamble_bits,
        .amplitude_v = c->amplitude_v * (terminated(board) ? 1 : 2),
        .rise_ps = c->rise_ns * 1e3,
        .cable_m = c->cable_m,
        .category = c->category == BOARD_CAT3 ? CABLE_CAT3 : CABLE_CAT5,
        .noise_rms_v = c->noise_mv * 1e-3,
        .crosstalk_v = c->crosstalk_mv * 1e-3,
        .tp_idl_ps = c->tp_idl_ns * 1e3,
        .seed = seed,
    };
    if (receiver) {
        line->vit_plus = part_use_typ(receiver, "vit_plus", 0);
        line->vit_minus = part_use_typ(receiver, "vit_minus", 0);
    }
}

sim_time replay_setup_start(const struct board_line *line, double bit_ps, sim_time last,
                            int64_t capture_ns, sim_time capture_start) {
    double gap = line->gap == BOARD_GAP_FIXED ? line->gap_ns * 1e3 : GAP_BITS * bit_ps;
    sim_time start = last + (sim_time)(gap + 0.5);
    if (line->gap != BOARD_GAP_CAPTURE)
        return start;
    double at = (double)capture_ns * 1e3 * line->gap_scale;
    sim_time wanted = capture_start;
    if (at > 0)
        wanted = at < 4e18 ? wanted + (sim_time)at : SIM_NEVER; /* for the caller to refuse */
    return wanted > start ? wanted : start;
}
