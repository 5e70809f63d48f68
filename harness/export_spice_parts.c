/* The parts of a deck: one device per unit, with what its pins need around it. */
#include "harness/export_spice_deck.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define NODE_MAX SPICE_NODE_MAX

struct device { /* one unit of one part */
    struct spice_deck *deck;
    uint32_t part;
    const struct part_unit *unit;
    char name[48]; /* "U4C", "Q1" */
};

static const char *ref_of(const struct device *d) {
    return d->deck->board->netlist->parts[d->part].ref;
}

static bool refuse(const struct device *d, const char *why) {
    return sim_err_set(d->deck->err, SIM_ERR_UNMODELLED, "%s (%s): %s", d->name,
                       d->deck->board->netlist->parts[d->part].value, why);
}

static struct spice_net *net_at(const struct device *d, int pin) {
    uint32_t net = circuit_pin_net(d->deck->circuit, d->part, d->unit, pin);
    return net == CIRCUIT_NO_NET ? NULL : &d->deck->nets[net];
}

/* "pin_u4_13": the event node of a pin that meets an analog net. */
static void pin_node(const struct device *d, int pin, char *out) {
    snprintf(out, NODE_MAX, "pin_%.40s_%.40s", ref_of(d), d->unit->pins[pin]);
    for (char *p = out; *p; p++)
        *p = isalnum((unsigned char)*p) ? (char)tolower((unsigned char)*p) : '_';
}

static double figure(const struct device *d, const char *name, double fallback) {
    return spice_figure(d->deck, d->part, name, fallback);
}

/* What the capacitance of output `pin`'s net adds to a delay, seconds. An analog net adds
 * its own in the simulation. */
static double load_delay(const struct device *d, int pin, bool rising) {
    const struct spice_net *net = net_at(d, pin);
    double ohm = rising ? figure(d, "r_up", 75) : figure(d, "r_down", 50);
    return !net || net->analog ? 0 : 0.69 * ohm * net->farad;
}

static double scaled(const struct device *d, const char *name) {
    return d->deck->board->config.delay_scale * figure(d, name, figure(d, "tpd", 0));
}

/* XSPICE takes no delay below 1 ps. */
static double at_least_1p(double seconds) {
    return (seconds < 1e-12 ? 1e-12 : seconds) * 1e9;
}

static void write_delays(const struct device *d, double rise, double fall) {
    fprintf(d->deck->out, "rise_delay=%.3fn fall_delay=%.3fn)\n", at_least_1p(rise),
            at_least_1p(fall));
}

static void write_bridge(const struct device *d, const char *from, const char *to, double volt) {
    fprintf(d->deck->out,
            "A_%s [%s] [%s] M_%s\n"
            ".model M_%s adc_bridge(in_low=%g in_high=%g rise_delay=1p fall_delay=1p)\n",
            to, from, to, to, to, volt, volt);
}

/* What the engine's threshold at this pin has seen last. */
static bool was_high(const struct device *d, int pin) {
    const struct part_model *model = d->deck->board->uses[d->part].model;
    unsigned unit = (unsigned)(d->unit - model->units);
    uint32_t net = circuit_input_net(d->deck->circuit, d->part, unit, (unsigned)pin);
    return circuit_level(d->deck->circuit, net) == CIRCUIT_HIGH;
}

/* A Schmitt input: set above VT+, reset below VT-, between them as it was. */
static void write_schmitt(const struct device *d, int pin, const char *from, const char *to,
                          double plus, double minus) {
    char high[NODE_MAX + 8], low[NODE_MAX + 8];
    snprintf(high, sizeof high, "%s_plus", to);
    snprintf(low, sizeof low, "%s_minus", to);
    write_bridge(d, from, high, plus);
    write_bridge(d, from, low, minus);
    fprintf(d->deck->out,
            "A_%s_not %s %s_below M_NOT\n"
            "A_%s zero zero %s %s_below %s NULL M_%s\n"
            ".model M_%s d_dff(clk_delay=1p set_delay=1p reset_delay=1p rise_delay=1p "
            "fall_delay=1p%s)\n",
            to, low, to, to, high, to, to, to, to,
            !d->deck->resumed  ? ""
            : was_high(d, pin) ? " ic=1"
                               : " ic=0");
}

/* The event node that input `pin` reads, and what makes it. */
static void read_pin(const struct device *d, int pin, char *node) {
    const struct spice_net *net = d->unit->pins[pin] ? net_at(d, pin) : NULL;
    double middle = d->deck->setup.config.vcc / 2;
    double plus = figure(d, "vt_plus", middle), minus = figure(d, "vt_minus", middle);
    if (!net || !net->live) {
        strcpy(node, !d->unit->pins[pin] || (net && net->power) ? "one" : "zero");
        return;
    }
    if (!net->analog) {
        memcpy(node, net->name, sizeof net->name);
        return;
    }
    pin_node(d, pin, node);
    if (plus > minus)
        write_schmitt(d, pin, net->name, node, plus, minus);
    else
        write_bridge(d, net->name, node, plus);
}

void spice_read_pin(struct spice_deck *deck, uint32_t part, const struct part_unit *unit, int pin,
                    char *node) {
    struct device d = {.deck = deck, .part = part, .unit = unit};
    read_pin(&d, pin, node);
}

/* The event node that output `pin` drives; on an analog net a node of its own. */
static void output_node(const struct device *d, int pin, char *node) {
    const struct spice_net *net = net_at(d, pin);
    if (net && !net->analog)
        memcpy(node, net->name, sizeof net->name);
    else
        pin_node(d, pin, node);
}

/* The output stage on an analog net: its swing behind r_up to the supply or r_down to
 * ground. */
static void write_drive(const struct device *d, int pin, const char *node) {
    const struct spice_net *net = net_at(d, pin);
    double vcc = d->deck->setup.config.vcc;
    double up = 1 / fmax(figure(d, "r_up", 75), 1e-3); /* siemens; 0 ohm has none */
    double down = 1 / fmax(figure(d, "r_down", 50), 1e-3);
    if (!net || !net->analog)
        return;
    fprintf(d->deck->out,
            "A_%s_out [%s] [%s_out] M_%s_out\n"
            ".model M_%s_out dac_bridge(out_low=0 out_high=%g out_undef=0 t_rise=20p t_fall=20p)\n"
            "B_%s %s 0 I=(V(%s)-V(%s_out))*(%.6g+(%.6g)*V(%s_out))\n",
            node, node, node, node, node, vcc, node, net->name, net->name, node, down,
            (up - down) / vcc, node);
}

static void write_title(const struct device *d, const int *pins, int n) {
    const struct spice_deck *deck = d->deck;
    fprintf(deck->out, "\n* %s ", d->name);
    spice_put(deck, deck->board->netlist->parts[d->part].value);
    for (int i = 0; i < n; i++) {
        const char *number = d->unit->pins[pins[i]];
        const struct spice_net *net = number ? net_at(d, pins[i]) : NULL;
        if (!number)
            continue;
        fprintf(deck->out, "%s%s ", i ? ", " : ": ", number);
        spice_put(deck, net ? net->board_name : "open");
    }
    fputc('\n', deck->out);
}

/* AND, OR and XOR of n inputs and their inverses; NULL: a table. */
static const char *gate_model(const struct part_unit *unit) {
    unsigned rows = 1u << unit->n_in, all = (1u << rows) - 1, odd = 0;
    for (unsigned i = 0; i < rows; i++)
        odd |= (unsigned)(__builtin_popcount(i) & 1) << i;
    unsigned is_and = 1u << (rows - 1), is_or = all & ~1u;
    if (unit->n_in == 1)
        return unit->truth == 1 ? "d_inverter" : unit->truth == 2 ? "d_buffer" : NULL;
    return unit->truth == is_and            ? "d_and"
           : unit->truth == is_or           ? "d_or"
           : unit->truth == odd             ? "d_xor"
           : unit->truth == (all & ~is_and) ? "d_nand"
           : unit->truth == (all & ~is_or)  ? "d_nor"
           : unit->truth == (all & ~odd)    ? "d_xnor"
                                            : NULL;
}

static bool write_gate(const struct device *d) {
    const int pins[] = {0, 1, 2, 3, 4};
    int n = d->unit->n_in, out = n;
    char in[4][NODE_MAX], to[NODE_MAX];
    const char *model = gate_model(d->unit);
    write_title(d, pins, n + 1);
    for (int i = 0; i < n; i++)
        read_pin(d, i, in[i]);
    output_node(d, out, to);
    fprintf(d->deck->out, "A_%s %s", d->name, n == 1 && model ? "" : "[");
    for (int i = 0; i < n; i++)
        fprintf(d->deck->out, "%s%s", i ? " " : "", in[i]);
    fprintf(d->deck->out, "%s %s M_%s\n.model M_%s %s(", n == 1 && model ? "" : "]", to, d->name,
            d->name, model ? model : "d_lut");
    if (!model) { /* character i: the output for input pattern i, the first input lowest */
        fputs("table_values=\"", d->deck->out);
        for (unsigned i = 0; i < 1u << n; i++)
            fputc('0' + (d->unit->truth >> i & 1), d->deck->out);
        fputs("\" ", d->deck->out);
    }
    write_delays(d, scaled(d, "tplh") + load_delay(d, out, true),
                 scaled(d, "tphl") + load_delay(d, out, false));
    write_drive(d, out, to);
    return true;
}

static bool write_receiver(const struct device *d) {
    const int pins[] = {0, 1, 2};
    char to[NODE_MAX];
    write_title(d, pins, 3);
    output_node(d, 2, to);
    fprintf(d->deck->out, "A_%s line_level %s M_%s\n.model M_%s d_buffer(", d->name, to, d->name,
            d->name);
    write_delays(d, scaled(d, "tplh") + load_delay(d, 2, true),
                 scaled(d, "tphl") + load_delay(d, 2, false));
    write_drive(d, 2, to);
    return true;
}

/* Set and reset are active low on the part and active high in XSPICE. */
static void invert_pin(const struct device *d, int pin, char *node) {
    char from[NODE_MAX];
    read_pin(d, pin, from);
    if (strcmp(from, "one") == 0 || strcmp(from, "zero") == 0) {
        strcpy(node, from[0] == 'o' ? "zero" : "one");
        return;
    }
    pin_node(d, pin, node);
    strcat(node, "_n");
    fprintf(d->deck->out, "A_%s %s %s M_NOT\n", node, from, node);
}

static void write_ff_output(const struct device *d, int pin, const char *from) {
    char to[NODE_MAX];
    if (!d->unit->pins[pin] || !net_at(d, pin))
        return;
    output_node(d, pin, to);
    fprintf(d->deck->out, "A_%s_%s %s %s M_%s_%s\n.model M_%s_%s d_buffer(", d->name,
            d->unit->pins[pin], from, to, d->name, d->unit->pins[pin], d->name, d->unit->pins[pin]);
    write_delays(d, load_delay(d, pin, true), load_delay(d, pin, false));
    write_drive(d, pin, to);
}

/* The flip-flop's own delay stands in it; each output's load in a buffer behind. */
static bool write_flipflop(const struct device *d) {
    const int pins[] = {0, 1, 2, 3, 4, 5};
    char clock[NODE_MAX], data[NODE_MAX], reset[NODE_MAX], set[NODE_MAX];
    char q[64], q_n[64];
    write_title(d, pins, 6);
    read_pin(d, 0, clock);
    read_pin(d, 1, data);
    invert_pin(d, 2, reset);
    invert_pin(d, 3, set);
    snprintf(q, sizeof q, "%s_q", d->name);
    snprintf(q_n, sizeof q_n, "%s_qn", d->name);
    double clocked = scaled(d, "tpd_clk") - 1e-12, forced = scaled(d, "tpd_set") - 1e-12;
    fprintf(d->deck->out,
            "A_%s %s %s %s %s %s %s M_%s\n"
            ".model M_%s d_dff(clk_delay=%.3fn set_delay=%.3fn reset_delay=%.3fn rise_delay=1p "
            "fall_delay=1p ic=0)\n",
            d->name, data, clock, set, reset, q, q_n, d->name, d->name, at_least_1p(clocked),
            at_least_1p(forced), at_least_1p(forced));
    write_ff_output(d, 4, q);
    write_ff_output(d, 5, q_n);
    return true;
}

static const char *node_of(const struct spice_net *net) {
    return net->power ? "vcc" : net->low ? "0" : net->name;
}

/* Level 1 in its linear region: 1 / RDS(on) = KP (VGS - VTO) at the supply. The sheet's
 * capacitances stand outside it, constant: Ciss = Cgs + Cgd, Coss = Cds + Cgd, Crss = Cgd. */
static bool write_fet(const struct device *d) {
    const int pins[] = {0, 1, 2};
    const struct spice_net *g = net_at(d, 0), *drain = net_at(d, 1), *s = net_at(d, 2);
    double vth = figure(d, "vgs_th", 2), vcc = d->deck->setup.config.vcc;
    double crss = figure(d, "crss", 0);
    if (!drain || !s)
        return refuse(d, "a FET with an open pin");
    if (vth >= vcc || figure(d, "rds_on", 5) <= 0)
        return refuse(d, "VGS(th) is not below the supply, or RDS(on) is not above 0");
    write_title(d, pins, 3);
    const char *gate = g && (g->live || g->power) ? node_of(g) : "0"; /* open: low */
    fprintf(d->deck->out,
            "M_%s %s %s %s %s N_%s L=1u W=1u\n"
            ".model N_%s NMOS(LEVEL=1 VTO=%g KP=%.6g)\n",
            d->name, node_of(drain), gate, node_of(s), node_of(s), d->name, d->name, vth,
            1 / (figure(d, "rds_on", 5) * (vcc - vth)));
    const double farad[3] = {figure(d, "ciss", 0) - crss, crss, figure(d, "coss", 0) - crss};
    const char *const from[3] = {gate, gate, node_of(drain)};
    const char *const to[3] = {node_of(s), node_of(drain), node_of(s)};
    const char *const names[3] = {"gs", "gd", "ds"};
    for (int i = 0; i < 3; i++)
        if (farad[i] > 0 && strcmp(from[i], to[i]) != 0)
            fprintf(d->deck->out, "C_%s_%s %s %s %.4gp\n", d->name, names[i], from[i], to[i],
                    farad[i] * 1e12);
    return true;
}

static bool write_two_terminal(const struct device *d) {
    const int pins[] = {0, 1};
    bool resistor = d->unit->kind == PART_RESISTOR;
    char letter = resistor ? 'R' : 'C';
    double value = d->deck->board->uses[d->part].quantity;
    write_title(d, pins, 2);
    fprintf(d->deck->out, "%s%s %s %s %.6g%s\n",
            toupper((unsigned char)d->name[0]) == letter ? ""
            : resistor                                   ? "R_"
                                                         : "C_",
            d->name, node_of(net_at(d, 0)), node_of(net_at(d, 1)), resistor ? value : value * 1e12,
            resistor ? "" : "p");
    return true;
}

static bool write_unit(const struct device *d) {
    switch (d->unit->kind) {
    case PART_LOGIC:
        return write_gate(d);
    case PART_RECEIVER:
        return d->deck->transmit ? refuse(d, "a line receiver in the transmit path")
                                 : write_receiver(d);
    case PART_DFF:
        return write_flipflop(d);
    case PART_FET:
        return write_fet(d);
    case PART_RESISTOR:
    case PART_CAPACITOR:
        return write_two_terminal(d);
    case PART_MONO:
        return refuse(d, "a monostable in the path has no counterpart in a deck");
    case PART_DRIVER:
        return refuse(d, "a line driver in the path has no counterpart in a deck");
    case PART_SELECTOR:
    case PART_JACK:
    case PART_PASSIVE:
        break;
    }
    return true;
}

/* What pins and wiring put on an analog net. */
static void write_net_capacitors(const struct spice_deck *deck) {
    fputs("\n* Pins and strays of the analog nets\n", deck->out);
    for (uint32_t i = 0; i < deck->n_nets; i++) {
        const struct spice_net *net = &deck->nets[i];
        if (net->analog)
            fprintf(deck->out, "C_net_%s %s 0 %.4gp\n", net->name, net->name, net->farad * 1e12);
    }
}

static void write_left_out(const struct spice_deck *deck) {
    const struct netlist *netlist = deck->board->netlist;
    size_t column = 0;
    fprintf(deck->out,
            "\n* Not in the %s path, or wires:", deck->transmit ? "transmit" : "receive");
    for (uint32_t part = 0; part < netlist->n_parts; part++) {
        bool any = false;
        for (size_t u = 0; u < deck->max_units; u++)
            any = any || spice_unit_kept(deck, part, u);
        if (!any && deck->board->uses[part].model) {
            fputs(column++ % 16 ? " " : "\n* ", deck->out);
            spice_put(deck, netlist->parts[part].ref);
        }
    }
    fputc('\n', deck->out);
}

bool spice_write_parts(struct spice_deck *deck) {
    const struct netlist *netlist = deck->board->netlist;
    for (uint32_t part = 0; part < netlist->n_parts; part++) {
        const struct part_model *model = deck->board->uses[part].model;
        for (size_t u = 0; model && u < model->n_units; u++) {
            if (!spice_unit_kept(deck, part, u))
                continue;
            struct device d = {.deck = deck, .part = part, .unit = &model->units[u]};
            snprintf(d.name, sizeof d.name, "%.30s%.10s", netlist->parts[part].ref,
                     model->units[u].name);
            for (char *p = d.name; *p; p++)
                *p = isalnum((unsigned char)*p) ? *p : '_';
            if (!write_unit(&d))
                return false;
        }
    }
    write_net_capacitors(deck);
    write_left_out(deck);
    return true;
}
