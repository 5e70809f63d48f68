/* The analog nets of a Verilog top: a node each, with the resistors and FETs on it. A net
 * that nothing listens to (an LED's) stays out. */
#include "harness/export_verilog_top.h"

#include <stdlib.h>
#include <string.h>

#define FET_CHAIN 4

/* Through a threshold; a receiver's input is on the line. */
static bool listens(const struct part_unit *unit, int pin) {
    return unit->kind != PART_FET && unit->kind != PART_RECEIVER && pin < part_unit_inputs(unit);
}

/* By an input, or by the gate of a FET whose drain is: `depth` such steps at most, for two FETs
 * may hold each other. */
static bool is_heard(const struct verilog_top *top, uint32_t net, int depth) {
    const struct board *board = top->board;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        for (size_t u = 0; model && u < model->n_units; u++)
            for (int pin = 0; verilog_is_kept(top, part, u) && pin < 4; pin++) {
                const struct part_unit *unit = &model->units[u];
                if (circuit_pin_net(top->circuit, part, unit, pin) != net)
                    continue;
                uint32_t drain = circuit_pin_net(top->circuit, part, unit, 1);
                if (listens(unit, pin) || (unit->kind == PART_FET && pin == 0 && depth &&
                                           drain != net && is_heard(top, drain, depth - 1)))
                    return true;
            }
    }
    return false;
}

struct branches { /* of the net being written */
    char sum_g[2048], sum_i[2048], sum_kick[2048], any_moving[2048];
};

static void add_term(char *sum, size_t size, const char *sign, const char *name, const char *what) {
    size_t n = strlen(sum);
    snprintf(sum + n, size - n, " %s %s_%s", sign, name, what);
}

static void write_resistor(struct verilog_top *top, uint32_t part, uint32_t other,
                           struct branches *branches) {
    const struct verilog_net *end = &top->nets[other];
    char name[80];
    verilog_instance(top, part, &top->board->uses[part].model->units[0], name, sizeof name);
    fprintf(top->out,
            "    wire signed [63:0] %s_g, %s_i;\n"
            "    resistor #(.MOHM(64'sd%lld), .R_UP_MOHM(64'sd%lld), .R_DOWN_MOHM(64'sd%lld), "
            ".VCC_MV(64'sd%lld))\n"
            "        %s (.level(%s), .siemens(%s_g), .ampere(%s_i));\n",
            name, name, verilog_scaled(top->board->uses[part].quantity, 1e-3),
            end->driven ? verilog_scaled(end->r_up, 1e-3) : 0,
            end->driven ? verilog_scaled(end->r_down, 1e-3) : 0,
            verilog_scaled(top->config->vcc, 1e-3), name,
            end->driven  ? end->name
            : end->power ? "1'b1"
                         : "1'b0",
            name, name);
    add_term(branches->sum_g, sizeof branches->sum_g, "+", name, "g");
    add_term(branches->sum_i, sizeof branches->sum_i, "+", name, "i");
}

/* With a source on the supply VGS never is above 0: only its body diode would conduct. */
static bool check_source(const struct verilog_top *top, uint32_t part,
                         const struct part_unit *unit) {
    uint32_t source = circuit_pin_net(top->circuit, part, unit, 2);
    const struct netlist_part *p = &top->board->netlist->parts[part];
    return (source != CIRCUIT_NO_NET && top->nets[source].low) ||
           sim_err_set(top->err, SIM_ERR_UNMODELLED,
                       "%s (%s): its source is not on ground: no gate voltage up to the supply "
                       "turns it on for certain, and the rtl engine does not guess",
                       p->ref, p->value);
}

static void fet_parameters(const struct verilog_top *top, uint32_t part) {
    fprintf(top->out,
            "#(.TICK_PS(TICK_PS), .STEP_PS(STEP_PS), .VCC_MV(64'sd%lld), .VGS_TH_UV(64'sd%lld),\n"
            "        .RDS_ON_MOHM(64'sd%lld)",
            verilog_scaled(top->config->vcc, 1e-3),
            verilog_scaled(verilog_figure(top, part, "vgs_th", 2), 1e-6),
            verilog_scaled(verilog_figure(top, part, "rds_on", 5), 1e-3));
}

/* Its gate is driven: between levels it goes as the driver's resistance lets it. */
static void write_driven_fet(struct verilog_top *top, uint32_t part, const char *name,
                             uint32_t gate, uint32_t net, struct branches *branches) {
    const struct verilog_net *g = gate == CIRCUIT_NO_NET ? NULL : &top->nets[gate];
    bool driven = g && g->driven;
    fprintf(top->out, "    wire signed [63:0] %s_kick;\n    fet_2n7002 ", name);
    fet_parameters(top, part);
    fprintf(
        top->out,
        ", .CRSS_FF(64'sd%lld), .R_UP_MOHM(64'sd%lld), .R_DOWN_MOHM(64'sd%lld),\n"
        "        .GATE_FF(64'sd%lld), .DRAIN_FF(64'sd%lld))\n"
        "        %s (.clk(clk), .last(last), .now(now), .gate(%s), .drain(node%u_volt),\n"
        "            .ampere(node%u_ampere), .moving(%s_moving), .siemens(%s_g), .kick(%s_kick),\n"
        "            .due(%s_due));\n",
        verilog_scaled(verilog_figure(top, part, "crss", 0), 1e-15),
        driven ? verilog_scaled(g->r_up, 1e-3) : 0, driven ? verilog_scaled(g->r_down, 1e-3) : 0,
        g ? verilog_scaled(g->farad, 1e-15) : 0, verilog_scaled(top->nets[net].farad, 1e-15), name,
        driven          ? g->name
        : g && g->power ? "1'b1"
                        : "1'b0",
        (unsigned)net, (unsigned)net, name, name, name, name);
    add_term(branches->sum_kick, sizeof branches->sum_kick, "+", name, "kick");
}

static void write_node_fet(struct verilog_top *top, uint32_t part, const char *name, uint32_t gate,
                           uint32_t net) {
    unsigned g = (unsigned)gate;
    fputs("    fet_2n7002_node ", top->out);
    fet_parameters(top, part);
    fprintf(
        top->out,
        ")\n        %s (.clk(clk), .last(last), .now(now), .volt(node%u_volt), .at(node%u_at),\n"
        "            .toward(node%u_toward), .tau(node%u_tau), .stamp(node%u_stamp), "
        ".ready(node%u_ready),\n"
        "            .drain(node%u_volt), .moving(%s_moving), .siemens(%s_g), .due(%s_due));\n",
        name, g, g, g, g, g, g, (unsigned)net, name, name, name);
}

static bool write_fet(struct verilog_top *top, uint32_t part, const struct part_unit *unit,
                      uint32_t net, struct branches *branches) {
    uint32_t gate = circuit_pin_net(top->circuit, part, unit, 0);
    char name[80];
    if (!check_source(top, part, unit))
        return false;
    verilog_instance(top, part, unit, name, sizeof name);
    verilog_add_due(top, name);
    fprintf(top->out, "    wire signed [63:0] %s_g;\n    wire %s_moving;\n", name, name);
    if (gate != CIRCUIT_NO_NET && top->nets[gate].analog)
        write_node_fet(top, part, name, gate, net);
    else
        write_driven_fet(top, part, name, gate, net, branches);
    add_term(branches->sum_g, sizeof branches->sum_g, "+", name, "g");
    add_term(branches->any_moving, sizeof branches->any_moving, "|", name, "moving");
    return true;
}

static bool write_branch(struct verilog_top *top, uint32_t part, size_t u, uint32_t net,
                         struct branches *branches) {
    const struct part_unit *unit = &top->board->uses[part].model->units[u];
    if (unit->kind == PART_FET)
        return circuit_pin_net(top->circuit, part, unit, 1) != net ||
               !verilog_is_kept(top, part, u) || write_fet(top, part, unit, net, branches);
    if (unit->kind != PART_RESISTOR)
        return true;
    for (int pin = 0; pin < 2; pin++) {
        uint32_t other = circuit_pin_net(top->circuit, part, unit, !pin);
        if (circuit_pin_net(top->circuit, part, unit, pin) != net || other == CIRCUIT_NO_NET ||
            other == net)
            continue;
        const struct verilog_net *end = &top->nets[other];
        if (end->power || end->low || end->driven)
            write_resistor(top, part, other, branches);
    }
    return true;
}

/* Before all of them, for the gate of a FET may be on one that comes later. */
static void declare_node(const struct verilog_top *top, uint32_t net) {
    unsigned n = (unsigned)net;
    fprintf(top->out,
            "    wire signed [63:0] node%u_volt, node%u_at, node%u_toward, node%u_tau, "
            "node%u_ampere;\n    wire node%u_stamp, node%u_ready;\n",
            n, n, n, n, n, n, n);
}

static bool write_node(struct verilog_top *top, uint32_t net) {
    const struct verilog_net *n = &top->nets[net];
    const struct board *board = top->board;
    struct branches branches = {{0}, {0}, {0}, {0}};
    char name[32];
    snprintf(name, sizeof name, "node%u", (unsigned)net);
    if (n->farad > 9e-3)
        return sim_err_set(top->err, SIM_ERR_UNMODELLED,
                           "net %s: %g mF; a Verilog node has up to 9 mF", n->name, n->farad * 1e3);
    fprintf(top->out, "    // %s\n", n->name);
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        for (size_t u = 0; model && !board->netlist->parts[part].removed && u < model->n_units; u++)
            if (!write_branch(top, part, u, net, &branches))
                return false;
    }
    verilog_add_due(top, name);
    fprintf(top->out,
            "    rc_node #(.TICK_PS(TICK_PS), .CAPACITANCE_FF(64'sd%lld))\n"
            "        %s (.clk(clk), .last(last), .now(now), .moving(1'b0%s),\n"
            "            .siemens(64'sd0%s), .ampere(%s_ampere), .kick(64'sd0%s),\n"
            "            .volt(%s_volt), .at(%s_at), .toward(%s_toward), .tau(%s_tau), "
            ".stamp(%s_stamp),\n            .ready(%s_ready), .due(%s_due));\n"
            "    assign %s_ampere = 64'sd0%s;\n\n",
            verilog_scaled(n->farad, 1e-15), name, branches.any_moving, branches.sum_g, name,
            branches.sum_kick, name, name, name, name, name, name, name, name, branches.sum_i);
    return true;
}

bool verilog_write_nodes(struct verilog_top *top) {
    fputs("    // The nets that have voltages, and what conducts into them.\n", top->out);
    bool *heard = calloc(top->n_nets + 1, sizeof *heard);
    if (!heard)
        abort();
    for (uint32_t net = 0; net < top->n_nets; net++) {
        heard[net] = top->nets[net].analog && is_heard(top, net, FET_CHAIN);
        if (heard[net])
            declare_node(top, net);
    }
    bool good = true;
    for (uint32_t net = 0; good && net < top->n_nets; net++)
        good = !heard[net] || write_node(top, net);
    free(heard);
    return good;
}
