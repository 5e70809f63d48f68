/* The deck as a whole: which nets it has, its head, its stimulus and its results. */
#include "harness/export_spice_deck.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "models/line/source.h"

/* What a file holds must not become a line of its own in the deck. */
void spice_put(const struct spice_deck *deck, const char *text) {
    for (; *text; text++)
        fputc(iscntrl((unsigned char)*text) ? '?' : *text, deck->out);
}

/* "edge_in" for /edge_in, "idle_n" for /~{idle}, "net_c9_pad2" for Net-(C9-Pad2). */
static void simple_name(const char *net, char *out, size_t size) {
    size_t n = 0;
    bool bar = strncmp(net, "/~{", 3) == 0 || strncmp(net, "~{", 2) == 0;
    for (const char *p = net; *p && n + 4 < size; p++) {
        if (isalnum((unsigned char)*p))
            out[n++] = (char)tolower((unsigned char)*p);
        else if (n && out[n - 1] != '_' && p[1])
            out[n++] = '_';
    }
    while (n && out[n - 1] == '_')
        n--;
    memcpy(out + n, bar ? "_n" : "", bar ? 3 : 1);
}

bool spice_unit_kept(const struct spice_deck *deck, uint32_t part, size_t unit) {
    return unit < deck->max_units && deck->kept_unit[part * deck->max_units + unit];
}

double spice_figure(const struct spice_deck *deck, uint32_t part, const char *name,
                    double fallback) {
    return part_use_typ(&deck->board->uses[part], name, fallback);
}

/* Names the deck itself uses; "0" and "gnd" are ngspice's ground. */
static bool is_reserved(const char *name) {
    static const char *const names[] = {"", "gnd", "vcc", "one", "zero", "line_v", "line_level"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return isdigit((unsigned char)name[0]) || strncmp(name, "pin_", 4) == 0 ||
           strcmp(name, "null") == 0;
}

/* Two nets of the board may come to one name ("/a b", "/a_b"); numbers keep them apart. */
static void name_net(struct spice_deck *deck, uint32_t net, const char *board_name) {
    struct spice_net *n = &deck->nets[net];
    n->board_name = board_name;
    simple_name(board_name, n->name, sizeof n->name - 12);
    bool taken = is_reserved(n->name);
    for (uint32_t i = 0; i < deck->n_nets; i++)
        taken = taken || (i != net && strcmp(deck->nets[i].name, n->name) == 0);
    if (taken) {
        char base[SPICE_NAME_MAX];
        memcpy(base, n->name, sizeof base);
        snprintf(n->name, sizeof n->name, "n%u_%.120s", (unsigned)net, base);
    }
}

static void find_nets(struct spice_deck *deck) {
    const struct netlist *netlist = deck->board->netlist;
    for (uint32_t i = 0; i < netlist->n_nets; i++) {
        uint32_t net = circuit_net(deck->circuit, i);
        if (net >= deck->n_nets)
            deck->n_nets = net + 1;
    }
    for (uint32_t part = 0; part < netlist->n_parts; part++) {
        const struct part_model *model = deck->board->uses[part].model;
        if (model && model->n_units > deck->max_units)
            deck->max_units = model->n_units;
    }
    deck->nets = calloc(deck->n_nets + 1, sizeof *deck->nets);
    deck->kept_unit = calloc((size_t)netlist->n_parts + 1, deck->max_units + 1);
    if (!deck->nets || !deck->kept_unit)
        abort();
    for (uint32_t i = 0; i < netlist->n_nets; i++)
        if (!deck->nets[circuit_net(deck->circuit, i)].board_name)
            name_net(deck, circuit_net(deck->circuit, i), netlist->nets[i].name);
    const struct circuit_config *config = &deck->setup.config;
    if (config->power_net != NETLIST_NONE)
        deck->nets[circuit_net(deck->circuit, config->power_net)].power = true;
    if (config->ground_net != NETLIST_NONE)
        deck->nets[circuit_net(deck->circuit, config->ground_net)].low = true;
    for (size_t i = 0; i < config->n_inputs; i++) {
        struct spice_net *net = &deck->nets[circuit_net(deck->circuit, config->inputs[i])];
        net->low = !deck->transmit;
        net->live = deck->transmit;
    }
}

static void find_kept(struct spice_deck *deck) {
    for (size_t i = 0; i < circuit_elements(deck->circuit); i++) {
        struct circuit_element_info e = circuit_element(deck->circuit, i);
        if (!e.kept)
            continue;
        if (e.part != NETLIST_NONE)
            deck->kept_unit[e.part * deck->max_units + e.unit] = true;
        if (e.net < deck->n_nets)
            deck->nets[e.net].live = true;
    }
}

static void load_net(struct spice_deck *deck, uint32_t part, const struct part_unit *unit) {
    static const uint8_t inputs[] = {[PART_DFF] = 4, [PART_MONO] = 3, [PART_DRIVER] = 2};
    int n = unit->kind == PART_LOGIC             ? unit->n_in
            : unit->kind == PART_PASSIVE         ? PART_MAX_UNIT_PINS
            : (size_t)unit->kind < sizeof inputs ? inputs[unit->kind]
                                                 : 0;
    for (int pin = 0; pin < n; pin++) {
        uint32_t net = circuit_pin_net(deck->circuit, part, unit, pin);
        if (net != CIRCUIT_NO_NET)
            deck->nets[net].farad += spice_figure(deck, part, "cin", 0);
    }
}

/* Strays per pin and input capacitances: figures of the board and the datasheets. */
static void find_loads(struct spice_deck *deck) {
    const struct netlist *netlist = deck->board->netlist;
    for (uint32_t i = 0; i < netlist->n_pins; i++)
        if (netlist->pins[i].net != NETLIST_NONE && !netlist->parts[netlist->pins[i].part].removed)
            deck->nets[circuit_net(deck->circuit, netlist->pins[i].net)].farad +=
                deck->setup.config.stray;
    for (uint32_t part = 0; part < netlist->n_parts; part++) {
        const struct part_model *model = deck->board->uses[part].model;
        for (size_t u = 0; model && !netlist->parts[part].removed && u < model->n_units; u++)
            load_net(deck, part, &model->units[u]);
    }
}

static bool on_rail(const struct spice_deck *deck, uint32_t net) {
    return net != CIRCUIT_NO_NET && (deck->nets[net].power || deck->nets[net].low);
}

/* Is this two-terminal part within the receive path? One end lives; the other is a rail or
 * lives as well. A resistor from a gate to a rail changes no edge and stays out. */
static bool conducts(const struct spice_deck *deck, const struct part_unit *unit,
                     const uint32_t ends[2]) {
    bool live[2], node = false;
    for (int i = 0; i < 2; i++) {
        live[i] = ends[i] != CIRCUIT_NO_NET && deck->nets[ends[i]].live;
        node = node || (live[i] && circuit_net_is_analog(deck->circuit, ends[i]));
    }
    bool bound = (live[0] || on_rail(deck, ends[0])) && (live[1] || on_rail(deck, ends[1]));
    return ends[0] != ends[1] && bound && (live[0] || live[1]) &&
           (node || unit->kind == PART_CAPACITOR);
}

/* Marks what is analog, and the two-terminal parts that make it so. */
static void find_analog(struct spice_deck *deck) {
    for (uint32_t part = 0; part < deck->board->netlist->n_parts; part++) {
        const struct part_model *model = deck->board->uses[part].model;
        if (!model || deck->board->netlist->parts[part].removed || !model->n_units)
            continue;
        const struct part_unit *unit = &model->units[0];
        const uint32_t ends[2] = {circuit_pin_net(deck->circuit, part, unit, 0),
                                  circuit_pin_net(deck->circuit, part, unit, 1)};
        bool two = unit->kind == PART_RESISTOR || unit->kind == PART_CAPACITOR;
        bool kept = two ? conducts(deck, unit, ends)
                        : unit->kind == PART_FET && spice_unit_kept(deck, part, 0);
        if (!kept)
            continue;
        deck->kept_unit[part * deck->max_units] = true;
        for (int i = 0; i < 2; i++)
            if (ends[i] != CIRCUIT_NO_NET)
                deck->nets[ends[i]].analog = deck->nets[ends[i]].live;
    }
}

static void write_head(const struct spice_deck *deck, const struct spice_stimulus *stimulus) {
    const struct board_config *config = &deck->board->config;
    fputs("* linkpulse: receive path of ", deck->out);
    spice_put(deck, deck->board->path);
    fprintf(deck->out,
            "\n* delays: datasheet typical x %g, plus 0.69 R C of each net; stray %g pF per pin\n"
            "* supply %g V; receiver idles %s; frame of %u octets with FCS, first bit at %.3f us\n"
            "*\n"
            "* Gates and flip-flops are event-driven; their delays are pure transport, so that a\n"
            "* pulse shorter than a gate passes is seen here, where a real gate swallows it. A\n"
            "* flip-flop has no set-up and hold window. Nets with a resistor, a capacitor or a\n"
            "* FET are analog: a gate drives them through its output resistance, so that their\n"
            "* delay is not in the gate's. What lies before 1 us belongs to power-up.\n",
            config->delay_scale, config->stray_pf, config->supply.vcc,
            deck->setup.config.idle == CIRCUIT_IDLE_HIGH  ? "high"
            : deck->setup.config.idle == CIRCUIT_IDLE_LOW ? "low"
                                                          : "as it was",
            (unsigned)stimulus->n, (double)stimulus->lead * 1e-6);
}

void spice_write_constants(const struct spice_deck *deck) {
    fprintf(deck->out, "\n* Supply and constants\nVCC vcc 0 DC %g\n",
            deck->board->config.supply.vcc);
    fputs("A_ONE one M_ONE\n.model M_ONE d_pullup\n"
          "A_ZERO zero M_ZERO\n.model M_ZERO d_pulldown\n"
          ".model M_NOT d_inverter(rise_delay=1p fall_delay=1p)\n",
          deck->out);
}

/* Which way round the pair is wired to a receiver, from the engine's own answer. */
static bool find_polarity(struct spice_deck *deck) {
    bool found = false;
    circuit_line(deck->circuit, 0, CIRCUIT_HIGH);
    circuit_run_until(deck->circuit, SIM_US);
    for (size_t i = 0; i < circuit_elements(deck->circuit); i++) {
        struct circuit_element_info e = circuit_element(deck->circuit, i);
        if (!e.kept || strcmp(e.kind, "receiver") != 0)
            continue;
        bool inverted = !circuit_level(deck->circuit, e.net);
        if (found && inverted != deck->inverted)
            return sim_err_set(deck->err, SIM_ERR_UNMODELLED,
                               "two receivers of opposite polarity; a deck has one line");
        deck->inverted = inverted;
        found = true;
    }
    if (!found)
        return sim_err_set(deck->err, SIM_ERR_INPUT,
                           "the SPI nets do not depend on a line receiver: there is no receive "
                           "path (attach.line_rx_p, attach.line_rx_n)");
    return true;
}

/* The receiver's input as its output will be: 0 or 1, idle resolved. */
static int stimulus_level(const struct spice_deck *deck, int line, int before) {
    if (line != LINE_IDLE)
        return line ^ deck->inverted;
    if (deck->setup.config.idle == CIRCUIT_IDLE_HOLD)
        return before;
    return deck->setup.config.idle == CIRCUIT_IDLE_HIGH;
}

/* Ramps of 2 ps, so that half the swing passes 1 ps after the edge. */
static bool write_stimulus(struct spice_deck *deck, const struct spice_stimulus *stimulus,
                           sim_time *end) {
    size_t n, written = 0;
    struct line_edge *edges = export_spice_line(deck->board, stimulus, &n, end, deck->err);
    if (!edges)
        return false;
    int level = stimulus_level(deck, LINE_IDLE, 0);
    fprintf(deck->out, "\n* The line as the receiver's thresholds see it\nV_LINE line_v 0 PWL(0 %d",
            level);
    for (size_t i = 0; i < n; i++) {
        int next = stimulus_level(deck, edges[i].level, level);
        if (next == level || edges[i].time <= 0)
            continue;
        fprintf(deck->out, "%s%.3fn %d %.3fn %d", written++ % 3 ? " " : "\n+ ",
                (double)edges[i].time * 1e-3, level, (double)(edges[i].time + 2) * 1e-3, next);
        level = next;
    }
    fputs(")\nA_LINE [line_v] [line_level] M_LINE\n"
          ".model M_LINE adc_bridge(in_low=0.5 in_high=0.5 rise_delay=1p fall_delay=1p)\n",
          deck->out);
    free(edges);
    return true;
}

/* An analog net shows as an edge what crosses half the supply. */
void spice_write_watch(const struct spice_deck *deck, char names[][SPICE_NAME_MAX + 8]) {
    fputs("\n* Watched nets\n", deck->out);
    for (size_t i = 0; i < deck->setup.n_nets; i++) {
        uint32_t netlist_net = deck->setup.nets[i];
        const char *board_name = deck->board->netlist->nets[netlist_net].name;
        const struct spice_net *net = &deck->nets[circuit_net(deck->circuit, netlist_net)];
        char own[SPICE_NAME_MAX];
        simple_name(board_name, own, sizeof own);
        snprintf(names[i], SPICE_NAME_MAX + 8, "w%u_%s", (unsigned)i, own);
        fputs("* ", deck->out);
        spice_put(deck, board_name);
        fputc('\n', deck->out);
        if (net->analog)
            fprintf(deck->out, "A_%s [%s] [%s] M_WATCH\n", names[i], net->name, names[i]);
        else
            fprintf(deck->out, "A_%s %s %s M_WATCHED\n", names[i],
                    net->live    ? net->name
                    : net->power ? "one"
                                 : "zero",
                    names[i]);
    }
    fprintf(deck->out,
            ".model M_WATCHED d_buffer(rise_delay=1p fall_delay=1p)\n"
            ".model M_WATCH adc_bridge(in_low=%g in_high=%g rise_delay=1p fall_delay=1p)\n",
            deck->setup.config.vcc / 2, deck->setup.config.vcc / 2);
}

static void write_run(const struct spice_deck *deck, sim_time end, const char *results) {
    char names[SPICE_MAX_WATCHED][SPICE_NAME_MAX + 8];
    spice_write_watch(deck, names);
    fprintf(
        deck->out,
        "\n* An input is seen at the first time step beyond its threshold, so the longest step\n"
        "* bounds the error of an edge.\n.control\nsave vcc\ntran 1n %.3fn 0 0.2n\neprvcd",
        (double)end * 1e-3);
    for (size_t i = 0; i < deck->setup.n_nets; i++)
        fprintf(deck->out, " %s", names[i]);
    fprintf(deck->out, " > %s\nquit 0\n.endc\n.end\n", results);
}

void spice_find(struct spice_deck *deck) {
    find_nets(deck);
    find_kept(deck);
    find_loads(deck);
    find_analog(deck);
}

void spice_finish(struct spice_deck *deck) {
    circuit_destroy(deck->circuit);
    free(deck->nets);
    free(deck->kept_unit);
}

static bool write_deck(struct spice_deck *deck, const struct spice_stimulus *stimulus,
                       const char *results) {
    sim_time end;
    spice_find(deck);
    write_head(deck, stimulus);
    spice_write_constants(deck);
    if (!find_polarity(deck) || !write_stimulus(deck, stimulus, &end) || !spice_write_parts(deck))
        return false;
    write_run(deck, end, results);
    return true;
}

bool export_spice(const struct board *board, const struct spice_stimulus *stimulus,
                  const char *results, FILE *out, struct sim_err *err) {
    struct spice_deck deck = {.board = board, .out = out, .err = err};
    if (!board_require_models(board, err) || !export_spice_setup(board, &deck.setup, err))
        return false;
    deck.circuit =
        circuit_create(board->netlist, board->uses, &deck.setup.config, &deck.setup.scope, err);
    bool good = deck.circuit && write_deck(&deck, stimulus, results);
    spice_finish(&deck);
    return good;
}
