/* The analog nets of a Verilog top: a node each, with the resistors and FETs on it. A net
 * that nothing listens to (an LED's) stays out. */
#include "harness/export_verilog_top.h"

#include <string.h>

/* To a voltage: a FET's gate is in its cell, a receiver's input on the line. */
static bool listens(const struct part_unit *unit, int pin) {
    return unit->kind != PART_FET && unit->kind != PART_RECEIVER && pin < part_unit_inputs(unit);
}

static bool is_heard(const struct verilog_top *top, uint32_t net) {
    const struct board *board = top->board;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        for (size_t u = 0; model && u < model->n_units; u++)
            for (int pin = 0; verilog_is_kept(top, part, u) && pin < 4; pin++)
                if (listens(&model->units[u], pin) &&
                    verilog_pin_net(top, part, &model->units[u], pin) == net)
                    return true;
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

/* A gate on an analog net hears it at VGS(th), and then goes at once. */
static bool write_fet(struct verilog_top *top, uint32_t part, const struct part_unit *unit,
                      uint32_t net, struct branches *branches) {
    uint32_t gate = verilog_pin_net(top, part, unit, 0);
    uint32_t source = verilog_pin_net(top, part, unit, 2);
    const struct netlist_part *p = &top->board->netlist->parts[part];
    if (gate != CIRCUIT_NO_NET && top->nets[gate].analog)
        return sim_err_set(
            top->err, SIM_ERR_UNMODELLED,
            "%s (%s): its gate is on an analog net; the Verilog cell has a driven one", p->ref,
            p->value);
    if (source == CIRCUIT_NO_NET || !top->nets[source].low)
        return sim_err_set(top->err, SIM_ERR_UNMODELLED,
                           "%s (%s): its source is not on ground; the Verilog cell's is", p->ref,
                           p->value);
    const struct verilog_net *g = gate == CIRCUIT_NO_NET ? NULL : &top->nets[gate];
    char name[80];
    verilog_instance(top, part, unit, name, sizeof name);
    verilog_add_due(top, name);
    fprintf(
        top->out,
        "    wire signed [63:0] %s_g, %s_kick;\n    wire %s_moving;\n"
        "    fet_2n7002 #(.TICK_PS(TICK_PS), .STEP_PS(STEP_PS), .VCC_MV(64'sd%lld), "
        ".VGS_TH_UV(64'sd%lld),\n"
        "        .RDS_ON_MOHM(64'sd%lld), .CRSS_FF(64'sd%lld), .R_UP_MOHM(64'sd%lld), "
        ".R_DOWN_MOHM(64'sd%lld),\n"
        "        .GATE_FF(64'sd%lld), .DRAIN_FF(64'sd%lld))\n"
        "        %s (.clk(clk), .last(last), .now(now), .gate(%s), .drain(node%u_volt),\n"
        "            .ampere(node%u_ampere), .moving(%s_moving), .siemens(%s_g), .kick(%s_kick),\n"
        "            .due(%s_due));\n",
        name, name, name, verilog_scaled(top->config->vcc, 1e-3),
        verilog_scaled(verilog_figure(top, part, "vgs_th", 2), 1e-6),
        verilog_scaled(verilog_figure(top, part, "rds_on", 5), 1e-3),
        verilog_scaled(verilog_figure(top, part, "crss", 0), 1e-15),
        g && g->driven ? verilog_scaled(g->r_up, 1e-3) : 0,
        g && g->driven ? verilog_scaled(g->r_down, 1e-3) : 0,
        g ? verilog_scaled(g->farad, 1e-15) : 0, verilog_scaled(top->nets[net].farad, 1e-15), name,
        g && g->driven  ? g->name
        : g && g->power ? "1'b1"
                        : "1'b0",
        (unsigned)net, (unsigned)net, name, name, name, name);
    add_term(branches->sum_g, sizeof branches->sum_g, "+", name, "g");
    add_term(branches->sum_kick, sizeof branches->sum_kick, "+", name, "kick");
    add_term(branches->any_moving, sizeof branches->any_moving, "|", name, "moving");
    return true;
}

static bool write_branch(struct verilog_top *top, uint32_t part, size_t u, uint32_t net,
                         struct branches *branches) {
    const struct part_unit *unit = &top->board->uses[part].model->units[u];
    if (unit->kind == PART_FET)
        return verilog_pin_net(top, part, unit, 1) != net || !verilog_is_kept(top, part, u) ||
               write_fet(top, part, unit, net, branches);
    if (unit->kind != PART_RESISTOR)
        return true;
    for (int pin = 0; pin < 2; pin++) {
        uint32_t other = verilog_pin_net(top, part, unit, !pin);
        if (verilog_pin_net(top, part, unit, pin) != net || other == CIRCUIT_NO_NET || other == net)
            continue;
        const struct verilog_net *end = &top->nets[other];
        if (end->power || end->low || end->driven)
            write_resistor(top, part, other, branches);
    }
    return true;
}

static bool write_node(struct verilog_top *top, uint32_t net) {
    const struct verilog_net *n = &top->nets[net];
    const struct board *board = top->board;
    struct branches branches = {{0}, {0}, {0}, {0}};
    char name[32];
    snprintf(name, sizeof name, "node%u", (unsigned)net);
    if (n->farad > 9e-6)
        return sim_err_set(top->err, SIM_ERR_UNMODELLED,
                           "net %s: %g uF; a Verilog node has up to 9 uF", n->name, n->farad * 1e6);
    fprintf(top->out,
            "    // %s\n"
            "    wire signed [63:0] %s_volt, %s_at, %s_toward, %s_tau, %s_ampere;\n"
            "    wire %s_stamp, %s_ready;\n",
            n->name, name, name, name, name, name, name, name);
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
    for (uint32_t net = 0; net < top->n_nets; net++)
        if (top->nets[net].analog && is_heard(top, net) && !write_node(top, net))
            return false;
    return true;
}
