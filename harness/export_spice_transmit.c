/* The transmit path as a deck: the pins of the MCU, the gates, and the analog end. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/export_spice_deck.h"

#define BIT          (100 * SIM_NS)
#define PULSE_LEAD   (3 * SIM_US)
#define PULSE_ROOM   (5 * SIM_US) /* for a link pulse and what follows it */
#define PULSE_SEARCH (200 * SIM_MS)
#define PREAMBLE     8 /* octets, SFD included */

static void watch(struct spice_setup *setup, uint32_t net) {
    for (size_t i = 0; i < setup->n_nets; i++)
        if (setup->nets[i] == net)
            return;
    if (net != NETLIST_NONE)
        setup->nets[setup->n_nets++] = net;
}

static bool plan_nets(const struct board *board, struct spice_transmit *plan, struct sim_err *err) {
    struct spice_setup *setup = &plan->setup;
    if (!transmitter_setup(board, &plan->transmitter, err) ||
        !replay_setup_nets(board, &setup->attached, err) ||
        !replay_setup_circuit(board, &setup->attached, 1, &setup->config, err))
        return false;
    watch(setup, plan->transmitter.d);
    watch(setup, plan->transmitter.de);
    for (size_t i = 0; i < setup->attached.n_inputs; i++)
        watch(setup, setup->attached.inputs[i]);
    const struct mcu_net *mcu = setup->attached.mcu.nets;
    if (mcu[MCU_NETS_TX_CLK].net == NETLIST_NONE || mcu[MCU_NETS_TX_MOSI].net == NETLIST_NONE)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "the board states no sending SPI: attach.tx_clk, attach.tx_mosi");
    setup->scope = (struct circuit_scope){CIRCUIT_ANCESTORS, setup->nets, setup->n_nets};
    return true;
}

/* With the MCU at rest, whatever moves D or DE after a pause is a link pulse. */
static sim_time find_pulse(struct circuit *circuit, const struct transmitter_setup *setup,
                           unsigned number) {
    struct circuit_edge edges[4];
    struct circuit_record record = {.edges = edges, .capacity = 4};
    sim_time last = -SIM_MS;
    struct transmitter_pins pins = transmitter_setup_pins(setup, circuit);
    circuit_set_record(circuit, &record);
    circuit_watch(circuit, pins.d, true);
    circuit_watch(circuit, pins.de, true);
    while (circuit_next(circuit) < PULSE_SEARCH) {
        record.n = 0;
        circuit_run_until(circuit, circuit_next(circuit) + 1);
        if (record.n && edges[0].time - last > SIM_US && number-- == 0)
            return edges[0].time;
        last = record.n ? edges[0].time : last;
    }
    return SIM_NEVER;
}

bool export_spice_transmit_plan(const struct board *board, const struct spice_stimulus *stimulus,
                                struct spice_transmit *plan, struct sim_err *err) {
    *plan = (struct spice_transmit){.pulse = SIM_NEVER};
    if (!plan_nets(board, plan, err))
        return false;
    struct circuit *circuit =
        circuit_create(board->netlist, board->uses, &plan->setup.config, &plan->setup.scope, err);
    if (!circuit)
        return false;
    sim_time pulse = find_pulse(circuit, &plan->transmitter, stimulus->pulse);
    circuit_destroy(circuit);
    bool pulses = pulse != SIM_NEVER && pulse > PULSE_LEAD;
    plan->origin = pulses ? pulse - PULSE_LEAD : 0;
    plan->pulse = pulses ? PULSE_LEAD : SIM_NEVER;
    plan->frame = stimulus->lead + (pulses ? PULSE_LEAD + PULSE_ROOM : 0);
    plan->end = plan->frame + (sim_time)(PREAMBLE + stimulus->n) * 8 * BIT + stimulus->tail;
    return true;
}

static int octet_at(const struct spice_stimulus *stimulus, size_t i) {
    return i + 1 < PREAMBLE ? 0x55 : i < PREAMBLE ? 0xd5 : stimulus->octets[i - PREAMBLE];
}

struct spice_pin_edge *export_spice_transmit_edges(const struct board *board,
                                                   const struct spice_transmit *plan,
                                                   const struct spice_stimulus *stimulus,
                                                   size_t *n) {
    size_t bits = (PREAMBLE + stimulus->n) * 8;
    struct spice_pin_edge *edges = malloc(3 * bits * sizeof *edges);
    uint32_t clk = netlist_find_net(board->netlist, board->config.attach.tx_clk);
    uint32_t mosi = netlist_find_net(board->netlist, board->config.attach.tx_mosi);
    int level = 0;
    if (!edges)
        abort();
    *n = 0;
    for (size_t i = 0; i < bits; i++) {
        sim_time at = plan->frame + (sim_time)i * BIT;
        int bit = octet_at(stimulus, i / 8) >> i % 8 & 1;
        edges[(*n)++] = (struct spice_pin_edge){at, clk, 1};
        if (bit != level)
            edges[(*n)++] = (struct spice_pin_edge){at, mosi, (uint8_t)bit};
        edges[(*n)++] = (struct spice_pin_edge){at + BIT / 2, clk, 0};
        level = bit;
    }
    return edges;
}

static void write_head(const struct spice_deck *deck, const struct spice_transmit *plan,
                       const struct spice_stimulus *stimulus) {
    const struct board_config *config = &deck->board->config;
    fputs("* linkpulse: transmit path of ", deck->out);
    spice_put(deck, deck->board->path);
    fprintf(deck->out,
            "\n* delays: datasheet typical x %g, plus 0.69 R C of each net; stray %g pF per pin\n"
            "* supply %g V; the deck begins %.6f ms after power-up\n",
            config->delay_scale, config->stray_pf, config->supply.vcc, (double)plan->origin * 1e-9);
    if (plan->pulse != SIM_NEVER)
        fprintf(deck->out, "* link pulse at %.3f us\n", (double)plan->pulse * 1e-6);
    fprintf(deck->out, "* frame of %u octets with FCS, preamble from %.3f us\n",
            (unsigned)stimulus->n, (double)plan->frame * 1e-6);
}

/* A pin of the MCU: an event node, or behind 40 ohm where its net is analog. */
static void write_pin(const struct spice_deck *deck, uint32_t netlist_net,
                      const struct spice_pin_edge *edges, size_t n) {
    const struct spice_net *net = &deck->nets[circuit_net(deck->circuit, netlist_net)];
    double volt = net->analog ? deck->setup.config.vcc : 1;
    int level = 0;
    size_t written = 0;
    fprintf(deck->out, "\n* MCU pin on ");
    spice_put(deck, net->board_name);
    fprintf(deck->out, "\nV_mcu_%s mcu_%s 0 PWL(0 0", net->name, net->name);
    for (size_t i = 0; i < n; i++) {
        if (edges[i].net != netlist_net)
            continue;
        fprintf(deck->out, "%s%.3fn %g %.3fn %g", written++ % 3 ? " " : "\n+ ",
                (double)edges[i].time * 1e-3, level * volt, (double)(edges[i].time + 2) * 1e-3,
                edges[i].level * volt);
        level = edges[i].level;
    }
    fputs(")\n", deck->out);
    if (net->analog)
        fprintf(deck->out, "R_mcu_%s mcu_%s %s 40\n", net->name, net->name, net->name);
    else
        fprintf(deck->out,
                "A_mcu_%s [mcu_%s] [%s] M_mcu_%s\n"
                ".model M_mcu_%s adc_bridge(in_low=0.5 in_high=0.5 rise_delay=1p fall_delay=1p)\n",
                net->name, net->name, net->name, net->name, net->name);
}

static bool write_pins(struct spice_deck *deck, const struct spice_transmit *plan,
                       const struct spice_stimulus *stimulus) {
    size_t n;
    struct spice_pin_edge *edges = export_spice_transmit_edges(deck->board, plan, stimulus, &n);
    for (size_t i = 0; i < plan->setup.attached.n_inputs; i++)
        write_pin(deck, plan->setup.attached.inputs[i], edges, n);
    free(edges);
    return true;
}

static double nano_at_least_1p(double seconds) {
    return (seconds < 1e-12 ? 1e-12 : seconds) * 1e9;
}

/* D and DE behind the driver's delays, as voltages of 0 and 1; half of the transition is
 * in the sheet's delays. */
static void write_driver_inputs(struct spice_deck *deck) {
    const struct transmitter_setup *s = deck->transmit;
    const struct transmitter_config *c = &s->config;
    const struct part_unit *unit = &deck->board->uses[s->driver].model->units[s->unit];
    double half = log(2) / log(9) * c->rise;
    char d[SPICE_NODE_MAX], de[SPICE_NODE_MAX];
    fprintf(deck->out, "\n* line driver ");
    spice_put(deck, deck->board->netlist->parts[s->driver].ref);
    fputc('\n', deck->out);
    spice_read_pin(deck, s->driver, unit, 0, d);
    spice_read_pin(deck, s->driver, unit, 1, de);
    fprintf(deck->out,
            "A_tx_d %s tx_d M_tx_d\n"
            ".model M_tx_d d_buffer(rise_delay=%.3fn fall_delay=%.3fn)\n"
            "A_tx_de %s tx_de M_tx_de\n"
            ".model M_tx_de d_buffer(rise_delay=%.3fn fall_delay=%.3fn)\n"
            "A_tx_dac [tx_d tx_de] [tx_dv tx_dev] M_tx_dac\n"
            ".model M_tx_dac dac_bridge(out_low=0 out_high=1 out_undef=0 t_rise=2p t_fall=2p)\n",
            d, nano_at_least_1p(c->delay - half), nano_at_least_1p(c->delay - half), de,
            nano_at_least_1p(c->enable - half), nano_at_least_1p(c->disable));
}

/* Y, Z: a lag from 0 to 1, which sets the voltage and mixes the two sides' conductances;
 * floating, the lag stands in the middle. */
static void write_output(const struct spice_deck *deck, char name, const char *level) {
    const struct transmitter_setup *s = deck->transmit;
    const struct part_use *use = &deck->board->uses[s->driver];
    double low = part_use_typ(use, "vol", 0), high = part_use_typ(use, "voh", 0);
    double down = 1 / fmax(part_use_typ(use, "r_out", 10), 1e-3);
    double up = 1 / fmax(part_use_typ(use, "r_out_up", 10), 1e-3);
    fprintf(deck->out,
            "B_tx_%c tx_%c_in 0 V=0.5+(%s-0.5)*V(tx_dev)\n"
            "R_tx_%c tx_%c_in tx_%c_lag 1k\n"
            "C_tx_%c tx_%c_lag 0 %.6gp\n"
            "B_tx_%c_out tx_%c 0 I=(V(tx_%c)-(%.6g+(%.6g)*V(tx_%c_lag)))*V(tx_dev)*(%.6g+(%.6g)*"
            "V(tx_%c_lag))\n"
            "C_tx_%c_pin tx_%c 0 %.6gp\n"
            "R_tx_%c_pin tx_%c 0 1G\n",
            name, name, level, name, name, name, name, name, s->config.rise / log(9) * 1e9, name,
            name, name, low, high - low, name, down, up - down, name, name, name,
            2 * s->config.c_driver * 1e12, name, name);
}

/* The core's flux in uWb is the voltage of a node; its current a function of that, bent at
 * i_sat. At the beginning it is what a driver at rest has driven into it. */
static void write_transformer(const struct spice_deck *deck) {
    const struct transmitter_setup *s = deck->transmit;
    const struct transmitter_config *c = &s->config;
    double bend = c->l_open * c->i_sat * 1e6, rest = 0;
    if (transmitter_setup_de(s, deck->circuit)) {
        double ohm = c->r_driver + c->r_series + c->r_winding;
        double current = c->swing / ohm, flux = c->l_open * current * 1e6;
        if (current > c->i_sat)
            flux = bend + c->l_sat * (current - c->i_sat) * 1e6;
        rest = transmitter_setup_d(s, deck->circuit) != c->crossed ? flux : -flux;
    }
    fprintf(deck->out,
            "\n* transformer 1:1, and the line\n"
            "R_tx_w1 tx_jp tx_1 %.6g\n"
            "L_tx_leak tx_1 tx_core %.6gu\n"
            "G_tx_flux 0 tx_flux tx_core tx_jn 1\n"
            "C_tx_flux tx_flux 0 1u\n"
            "R_tx_flux tx_flux 0 1T\n"
            ".ic V(tx_flux)=%.9g\n"
            "B_tx_core tx_core tx_jn I=abs(V(tx_flux)) < %.9g ? V(tx_flux)*%.9g : "
            "(V(tx_flux) > 0 ? 1 : -1)*(%.9g+(abs(V(tx_flux))-%.9g)*%.9g)\n"
            "E_tx_line tx_2 0 tx_core tx_jn 1\n"
            "V_tx_line tx_2 tx_3 0\n"
            "F_tx_line tx_core tx_jn V_tx_line 1\n"
            "R_tx_w2 tx_3 line_out %.6g\n"
            "R_tx_line line_out 0 %.6g\n",
            fmax(c->r_winding, 1e-3), fmax(c->l_leak, 1e-9) * 1e6, rest, bend, 1e-6 / c->l_open,
            c->i_sat, bend, 1e-6 / c->l_sat, fmax(c->r_winding, 1e-3), c->r_line);
}

static void write_analog_end(struct spice_deck *deck) {
    const struct transmitter_config *c = &deck->transmit->config;
    const char *p = c->crossed ? "tx_z" : "tx_y", *n = c->crossed ? "tx_y" : "tx_z";
    write_driver_inputs(deck);
    write_output(deck, 'y', "V(tx_dv)");
    write_output(deck, 'z', "(1-V(tx_dv))");
    fprintf(deck->out,
            "\n* the pair up to the jack\nR_tx_series %s tx_jp %.6g\nV_tx_n %s tx_jn 0\n"
            "C_tx_jack tx_jp tx_jn %.6gp\n",
            p, fmax(c->r_series, 0.1), n, fmax(c->c_jack, 0.1e-12) * 1e12);
    if (c->r_shunt < 1e9)
        fprintf(deck->out, "R_tx_shunt tx_jp tx_jn %.6g\n", c->r_shunt);
    write_transformer(deck);
}

/* Where the engine stands at the deck's beginning. */
static void write_state(const struct spice_deck *deck, sim_time origin) {
    fputs("\n* The analog nets at the deck's beginning\n", deck->out);
    for (uint32_t i = 0; i < deck->n_nets; i++)
        if (deck->nets[i].analog && circuit_net_is_analog(deck->circuit, i))
            fprintf(deck->out, ".ic V(%s)=%.12g\n", deck->nets[i].name,
                    circuit_voltage(deck->circuit, i, origin));
}

static void write_run(const struct spice_deck *deck, sim_time end, const char *results,
                      const char *waveform) {
    char names[SPICE_MAX_WATCHED][SPICE_NAME_MAX + 8];
    spice_write_watch(deck, names);
    fprintf(
        deck->out,
        "\n* An input is seen at the first time step beyond its threshold, so the longest step\n"
        "* bounds the error of an edge.\n.control\nsave line_out\ntran 1n %.3fn 0 0.5n\n"
        "set wr_singlescale\nset numdgt=8\nwrdata %s v(line_out)\neprvcd",
        (double)end * 1e-3, waveform);
    for (size_t i = 0; i < deck->setup.n_nets; i++)
        fprintf(deck->out, " %s", names[i]);
    fprintf(deck->out, " > %s\nquit 0\n.endc\n.end\n", results);
}

static bool write_deck(struct spice_deck *deck, const struct spice_transmit *plan,
                       const struct spice_stimulus *stimulus, const char *results,
                       const char *waveform) {
    circuit_run_until(deck->circuit, plan->origin);
    spice_find(deck);
    write_head(deck, plan, stimulus);
    spice_write_constants(deck);
    if (!write_pins(deck, plan, stimulus) || !spice_write_parts(deck))
        return false;
    write_analog_end(deck);
    write_state(deck, plan->origin);
    write_run(deck, plan->end, results, waveform);
    return true;
}

bool export_spice_transmit(const struct board *board, const struct spice_stimulus *stimulus,
                           const char *results, const char *waveform, FILE *out,
                           struct sim_err *err) {
    struct spice_transmit plan;
    if (!export_spice_transmit_plan(board, stimulus, &plan, err))
        return false;
    struct spice_deck deck = {
        .board = board, .out = out, .err = err, .transmit = &plan.transmitter, .resumed = true};
    deck.setup = plan.setup;
    deck.setup.config.inputs = deck.setup.attached.inputs;
    deck.setup.scope.observed = deck.setup.nets;
    deck.circuit =
        circuit_create(board->netlist, board->uses, &deck.setup.config, &deck.setup.scope, err);
    bool good = deck.circuit && write_deck(&deck, &plan, stimulus, results, waveform);
    spice_finish(&deck);
    return good;
}
