/* The instances of a Verilog top: gates, flip-flops, one-shots, receivers and drivers, each
 * with thresholds before its inputs that listen to a voltage. */
#include "harness/export_verilog_top.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

struct instance { /* one unit of one part */
    struct verilog_top *top;
    uint32_t part;
    const struct part_unit *unit;
    char name[80];
    unsigned parameters; /* written so far */
};

void verilog_instance(const struct verilog_top *top, uint32_t part, const struct part_unit *unit,
                      char *out, size_t size) {
    snprintf(out, size, "%.40s%s%.20s", top->board->netlist->parts[part].ref,
             unit->name[0] ? "_" : "", unit->name);
    for (char *p = out; *p; p++)
        if (!isalnum((unsigned char)*p))
            *p = '_';
}

static bool refuse(const struct instance *i, const char *why) {
    const struct netlist_part *p = &i->top->board->netlist->parts[i->part];
    return sim_err_set(i->top->err, SIM_ERR_UNMODELLED, "%s (%s): %s", p->ref, p->value, why);
}

static double figure(const struct instance *i, const char *name, double fallback) {
    return verilog_figure(i->top, i->part, name, fallback);
}

static void parameter(struct instance *i, const char *name, double value, double unit) {
    long long steps = verilog_scaled(value, unit);
    fprintf(i->top->out, "%s.%s(%s64'sd%lld)", i->parameters++ % 4 ? ", " : ",\n        ", name,
            steps < 0 ? "-" : "", steps < 0 ? -steps : steps);
}

static void delay_parameter(struct instance *i, const char *name, const char *figure_name) {
    parameter(i, name, figure(i, figure_name, figure(i, "tpd", 0)), 1e-12);
}

static void port(struct instance *i, const char *name, const char *wire) {
    fprintf(i->top->out, ", .%s(%s)", name, wire);
}

static struct verilog_net *net_at(const struct instance *i, int pin) {
    uint32_t net = circuit_pin_net(i->top->circuit, i->part, i->unit, pin);
    return net == CIRCUIT_NO_NET ? NULL : &i->top->nets[net];
}

/* "U5_D_13": what the input sees of its analog net. */
static void threshold_name(const struct instance *i, int pin, char *out, size_t size) {
    snprintf(out, size, "%s_%.20s", i->name, i->unit->pins[pin]);
    for (char *p = out; *p; p++)
        if (!isalnum((unsigned char)*p))
            *p = '_';
}

static void write_threshold(struct instance *i, int pin, struct verilog_net *net) {
    char name[sizeof net->threshold];
    double middle = i->top->config->vcc / 2;
    bool fet = i->unit->kind == PART_FET;
    threshold_name(i, pin, name, sizeof name);
    if (!net->threshold[0])
        snprintf(net->threshold, sizeof net->threshold, "%s", name);
    verilog_add_due(i->top, name);
    fprintf(i->top->out, "    wire %s;\n    threshold #(.TICK_PS(TICK_PS)", name);
    i->parameters = 1;
    parameter(i, "VT_PLUS_UV", figure(i, fet ? "vgs_th" : "vt_plus", middle), 1e-6);
    parameter(i, "VT_MINUS_UV", figure(i, fet ? "vgs_th" : "vt_minus", middle), 1e-6);
    unsigned n = (unsigned)(net - i->top->nets);
    fprintf(
        i->top->out,
        ")\n        %s_in (.clk(clk), .last(last), .now(now), .volt(node%u_volt), .at(node%u_at),\n"
        "            .toward(node%u_toward), .tau(node%u_tau), .stamp(node%u_stamp), "
        ".ready(node%u_ready), .out(%s),\n"
        "            .due(%s_due));\n",
        name, n, n, n, n, n, n, name, name);
}

static void write_thresholds(struct instance *i, int n_in) {
    for (int pin = 0; pin < n_in; pin++) {
        struct verilog_net *net = net_at(i, pin);
        if (net && net->analog)
            write_threshold(i, pin, net);
    }
}

/* An input: a net's level, a rail, or low where nothing drives it. A pin the cell has and
 * this part lacks is inactive. */
static void input(struct instance *i, const char *name, int pin, bool active_low) {
    char wire[VERILOG_NAME_MAX + 4];
    const struct verilog_net *net = net_at(i, pin);
    if (net && net->analog)
        threshold_name(i, pin, wire, sizeof wire);
    else if (net && net->driven)
        snprintf(wire, sizeof wire, "%s", net->name);
    else
        snprintf(wire, sizeof wire, "1'b%d",
                 (net && net->power) || (active_low && !i->unit->pins[pin]));
    port(i, name, wire);
}

static void output(struct instance *i, const char *name, int pin) {
    const struct verilog_net *net = net_at(i, pin);
    port(i, name, net && net->driven ? net->name : "");
}

/* A port of 32 bits that counts what `what` says of the part's pin. */
static void count(struct instance *i, const char *name, const char *what, int pin) {
    char text[160], bits[40];
    snprintf(text, sizeof text, "%s %.60s.%.20s", what, i->top->board->netlist->parts[i->part].ref,
             i->unit->pins[pin] ? i->unit->pins[pin] : "?");
    snprintf(bits, sizeof bits, "counts[32*%u+:32]", (unsigned)verilog_add_count(i->top, text));
    port(i, name, bits);
}

/* On an output that is on a net. */
static void count_swallowed(struct instance *i, const char *name, int pin) {
    const struct verilog_net *net = net_at(i, pin);
    if (net && net->driven)
        count(i, name, "swallowed pulse", pin);
    else
        port(i, name, "");
}

static double load_of(const struct instance *i, int pin) {
    const struct verilog_net *net = net_at(i, pin);
    return net ? net->farad : 0;
}

static void drive_parameters(struct instance *i, int pin) {
    parameter(i, "R_UP_MOHM", figure(i, "r_up", 75), 1e-3);
    parameter(i, "R_DOWN_MOHM", figure(i, "r_down", 50), 1e-3);
    parameter(i, "LOAD_FF", load_of(i, pin), 1e-15);
}

static void begin(struct instance *i, const char *cell) {
    verilog_add_due(i->top, i->name);
    fprintf(i->top->out, "    %s #(.TICK_PS(TICK_PS)", cell);
    i->parameters = 1;
}

static void begin_ports(struct instance *i) {
    fprintf(i->top->out,
            ")\n        %s (.clk(clk), .configure(configure), .scale_ppm(scale_ppm), .last(last), "
            ".now(now)",
            i->name);
    fputs(",\n            .due(", i->top->out);
    fprintf(i->top->out, "%s_due)", i->name);
}

static void end(struct instance *i) {
    fputs(");\n", i->top->out);
}

static bool write_gate(struct instance *i) {
    static const char *const cells[] = {"x86", "hc08", "hc14", "hc32"};
    static const char *const names[] = {"a", "b", "c", "d"};
    const char *model = i->top->board->uses[i->part].model->name, *cell = NULL;
    for (size_t k = 0; k < sizeof cells / sizeof *cells; k++)
        if (strcmp(model, cells[k]) == 0)
            cell = cells[k];
    if (!cell)
        return refuse(i, "this part has no Verilog cell in rtl/parts");
    write_thresholds(i, i->unit->n_in);
    begin(i, cell);
    delay_parameter(i, "TPLH_PS", "tplh");
    delay_parameter(i, "TPHL_PS", "tphl");
    drive_parameters(i, i->unit->n_in);
    begin_ports(i);
    for (int pin = 0; pin < i->unit->n_in; pin++)
        input(i, names[pin], pin, false);
    output(i, "y", i->unit->n_in);
    count_swallowed(i, "swallowed", i->unit->n_in);
    end(i);
    return true;
}

static bool write_flipflop(struct instance *i) {
    static const struct {
        const char *parameter, *figure;
    } rows[] = {{"TPD_CLK_PS", "tpd_clk"}, {"TPD_SET_PS", "tpd_set"}, {"TSU_PS", "tsu"},
                {"TH_PS", "th"},           {"TREC_PS", "trec"},       {"TW_CLK_PS", "tw_clk"},
                {"TW_SET_PS", "tw_set"}};
    static const char *const names[] = {"cp", "d", "rd_n", "sd_n"};
    static const struct {
        const char *port, *what;
        int pin;
    } windows[] = {{"setups", "setup violation", 1},
                   {"holds", "hold violation", 1},
                   {"recoveries", "recovery violation", 2},
                   {"clock_widths", "short clock pulse", 0},
                   {"set_widths", "short set or reset pulse", 2}};
    write_thresholds(i, 4);
    verilog_add_doubts(i->top, i->name);
    begin(i, "hc74");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        parameter(i, rows[k].parameter, figure(i, rows[k].figure, 0), 1e-12);
    drive_parameters(i, 4);
    parameter(i, "LOAD_N_FF", load_of(i, 5), 1e-15);
    begin_ports(i);
    for (int pin = 0; pin < 4; pin++)
        input(i, names[pin], pin, pin >= 2);
    output(i, "q", 4);
    output(i, "q_n", 5);
    count_swallowed(i, "swallowed", 4);
    count_swallowed(i, "swallowed_n", 5);
    for (size_t k = 0; k < sizeof windows / sizeof *windows; k++)
        count(i, windows[k].port, windows[k].what, windows[k].pin);
    fprintf(i->top->out, ", .doubts(%s_doubts)", i->name);
    end(i);
    return true;
}

/* The resistor or capacitor that has an end on a one-shot's timing pin. */
static double timing_part(const struct instance *i, enum part_unit_kind kind) {
    uint32_t rxcx = circuit_pin_net(i->top->circuit, i->part, i->unit, 4);
    const struct board *board = i->top->board;
    for (uint32_t part = 0; rxcx != CIRCUIT_NO_NET && part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        if (!model || board->netlist->parts[part].removed || !model->n_units ||
            model->units[0].kind != kind)
            continue;
        for (int pin = 0; pin < 2; pin++)
            if (circuit_pin_net(i->top->circuit, part, &model->units[0], pin) == rxcx)
                return board->uses[part].quantity;
    }
    return 0;
}

static bool write_mono(struct instance *i) {
    write_thresholds(i, 3);
    begin(i, "hc4538");
    parameter(i, "LENGTH_PS",
              figure(i, "k", 0.7) * timing_part(i, PART_RESISTOR) * timing_part(i, PART_CAPACITOR),
              1e-12);
    parameter(i, "TPD_TRIG_PS", figure(i, "tpd_trig", 0), 1e-12);
    parameter(i, "TPD_RESET_PS", figure(i, "tpd_reset", 0), 1e-12);
    drive_parameters(i, 5);
    parameter(i, "LOAD_N_FF", load_of(i, 6), 1e-15);
    begin_ports(i);
    input(i, "a", 0, false);
    input(i, "b_n", 1, false);
    input(i, "r_n", 2, true);
    output(i, "q", 5);
    output(i, "q_n", 6);
    count_swallowed(i, "swallowed", 5);
    count_swallowed(i, "swallowed_n", 6);
    end(i);
    return true;
}

/* Does a receiver's input hang on the jack's net, directly or through a capacitor? */
static bool reaches(const struct instance *i, int pin, uint32_t jack) {
    const struct board *board = i->top->board;
    uint32_t net = circuit_pin_net(i->top->circuit, i->part, i->unit, pin);
    if (jack == NETLIST_NONE || net == CIRCUIT_NO_NET)
        return false;
    uint32_t wanted = circuit_net(i->top->circuit, jack);
    for (uint32_t part = 0; net != wanted && part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        if (!model || board->netlist->parts[part].removed || !model->n_units ||
            model->units[0].kind != PART_CAPACITOR)
            continue;
        uint32_t x = circuit_pin_net(i->top->circuit, part, &model->units[0], 0);
        uint32_t y = circuit_pin_net(i->top->circuit, part, &model->units[0], 1);
        if ((x == net && y == wanted) || (y == net && x == wanted))
            return true;
    }
    return net == wanted;
}

static bool write_receiver(struct instance *i) {
    const struct circuit_config *config = i->top->config;
    bool straight = reaches(i, 0, config->line_p) && reaches(i, 1, config->line_n);
    bool crossed = reaches(i, 0, config->line_n) && reaches(i, 1, config->line_p);
    begin(i, "sn75c1168_receiver");
    delay_parameter(i, "TPLH_PS", "tplh");
    delay_parameter(i, "TPHL_PS", "tphl");
    drive_parameters(i, 2);
    fprintf(i->top->out, ", .SALT(64'd%u), .CROSSED(%d)", (unsigned)(0x10001 * (i->part + 1)),
            crossed);
    begin_ports(i);
    port(i, "line", straight || crossed ? "line_now" : "2'd2");
    port(i, "idle", "idle_now");
    port(i, "seed", "seed");
    output(i, "r", 2);
    count_swallowed(i, "swallowed", 2);
    end(i);
    return true;
}

static bool write_driver(struct instance *i) {
    write_thresholds(i, 2);
    begin(i, "sn75c1168_driver");
    delay_parameter(i, "TPD_PS", "tpd");
    delay_parameter(i, "TEN_PS", "ten");
    delay_parameter(i, "TDIS_PS", "tdis");
    begin_ports(i);
    input(i, "d", 0, false);
    input(i, "de", 1, false);
    output(i, "y", 2);
    output(i, "z", 3);
    count_swallowed(i, "swallowed_y", 2);
    count_swallowed(i, "swallowed_z", 3);
    end(i);
    return true;
}

static bool write_unit(struct instance *i) {
    switch (i->unit->kind) {
    case PART_LOGIC:
        return write_gate(i);
    case PART_DFF:
        return write_flipflop(i);
    case PART_MONO:
        return write_mono(i);
    case PART_RECEIVER:
        return write_receiver(i);
    case PART_DRIVER:
        return write_driver(i);
    default:
        return true; /* wires, loads, and what stands with its analog net */
    }
}

bool verilog_write_parts(struct verilog_top *top) {
    const struct board *board = top->board;
    fputs("    // Parts.\n", top->out);
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        for (size_t u = 0; model && u < model->n_units; u++) {
            struct instance i = {.top = top, .part = part, .unit = &model->units[u]};
            if (!verilog_is_kept(top, part, u) || i.unit->kind == PART_FET)
                continue;
            verilog_instance(top, part, i.unit, i.name, sizeof i.name);
            if (!write_unit(&i))
                return false;
        }
    }
    fputc('\n', top->out);
    return true;
}
