/* The board as a graph: part units are boxes, nets are edges from what drives them to what
 * hears them. What is joined through levels and voltages stands in one cluster. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/export_verilog.h"
#include "harness/replay_setup.h"

struct dot {
    const struct board *board;
    const struct circuit *circuit;
    uint32_t *island; /* [part * max_units + unit]: 1 + its island, 0: not drawn */
    size_t max_units;
    uint32_t n_islands;
    FILE *out;
};

static void put(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(iscntrl((unsigned char)*text) ? '?' : *text, out);
    }
}

static bool drives(const struct part_unit *unit, int pin) {
    return unit->kind == PART_FET ? pin == 1 : part_unit_is_output(unit, pin); /* the drain */
}

/* A receiver's input is the line's. */
static bool hears(const struct part_unit *unit, int pin) {
    return unit->kind != PART_RECEIVER && pin < part_unit_inputs(unit);
}

static uint32_t *island_of(const struct dot *dot, uint32_t part, size_t unit) {
    return &dot->island[part * dot->max_units + unit];
}

static void node_name(const struct dot *dot, uint32_t part, size_t unit) {
    const struct part_model *model = dot->board->uses[part].model;
    put(dot->out, dot->board->netlist->parts[part].ref);
    put(dot->out, model->units[unit].name);
}

static void draw_units(const struct dot *dot, uint32_t island) {
    fprintf(dot->out, "  subgraph cluster_%u {\n", (unsigned)island);
    for (uint32_t part = 0; part < dot->board->netlist->n_parts; part++) {
        const struct part_model *model = dot->board->uses[part].model;
        for (size_t u = 0; model && u < model->n_units; u++) {
            if (*island_of(dot, part, u) != island)
                continue;
            fputs("    \"", dot->out);
            node_name(dot, part, u);
            fputs("\" [label=\"", dot->out);
            node_name(dot, part, u);
            fputs("\\n", dot->out);
            put(dot->out, dot->board->netlist->parts[part].value);
            fputs("\"];\n", dot->out);
        }
    }
    fputs("  }\n", dot->out);
}

/* A net's name stands once per net: many edges of one name would hide the graph. */
static const char *net_name(const struct dot *dot, uint32_t net) {
    for (uint32_t i = 0; i < dot->board->netlist->n_nets; i++)
        if (circuit_net(dot->circuit, i) == net)
            return dot->board->netlist->nets[i].name;
    return "?";
}

static void draw_edge(const struct dot *dot, uint32_t from, size_t from_unit, uint32_t net) {
    bool named = false;
    for (uint32_t part = 0; part < dot->board->netlist->n_parts; part++) {
        const struct part_model *model = dot->board->uses[part].model;
        for (size_t u = 0; model && u < model->n_units; u++)
            for (int pin = 0; *island_of(dot, part, u) && pin < PART_MAX_UNIT_PINS; pin++) {
                if (!hears(&model->units[u], pin) ||
                    circuit_pin_net(dot->circuit, part, &model->units[u], pin) != net)
                    continue;
                fputs("  \"", dot->out);
                node_name(dot, from, from_unit);
                fputs("\" -> \"", dot->out);
                node_name(dot, part, u);
                fputs("\" [label=\"", dot->out);
                put(dot->out, named ? "" : net_name(dot, net));
                fputs("\"];\n", dot->out);
                named = true;
            }
    }
}

static void draw_edges(const struct dot *dot) {
    for (uint32_t part = 0; part < dot->board->netlist->n_parts; part++) {
        const struct part_model *model = dot->board->uses[part].model;
        for (size_t u = 0; model && u < model->n_units; u++)
            for (int pin = 0; *island_of(dot, part, u) && pin < PART_MAX_UNIT_PINS; pin++) {
                uint32_t net = circuit_pin_net(dot->circuit, part, &model->units[u], pin);
                if (drives(&model->units[u], pin) && net != CIRCUIT_NO_NET)
                    draw_edge(dot, part, u, net);
            }
    }
}

static void find_islands(struct dot *dot) {
    const struct board *board = dot->board;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++)
        if (board->uses[part].model && board->uses[part].model->n_units > dot->max_units)
            dot->max_units = board->uses[part].model->n_units;
    dot->island = calloc(board->netlist->n_parts * dot->max_units + 1, sizeof *dot->island);
    if (!dot->island)
        abort();
    for (size_t i = 0; i < circuit_elements(dot->circuit); i++) {
        struct circuit_element_info e = circuit_element(dot->circuit, i);
        if (e.part == NETLIST_NONE)
            continue;
        *island_of(dot, e.part, e.unit) = e.island + 1;
        if (e.island >= dot->n_islands)
            dot->n_islands = e.island + 1;
    }
}

static void draw(struct dot *dot) {
    find_islands(dot);
    fputs("// ", dot->out);
    const char *name = strrchr(dot->board->path, '/');
    put(dot->out, name ? name + 1 : dot->board->path);
    fputs(", written by linkpulse export --dot.\ndigraph board {\n  rankdir=LR;\n"
          "  node [shape=box];\n",
          dot->out);
    for (uint32_t island = 1; island <= dot->n_islands; island++)
        draw_units(dot, island);
    draw_edges(dot);
    fputs("}\n", dot->out);
    free(dot->island);
}

bool export_dot(const struct board *board, FILE *out, struct sim_err *err) {
    struct replay_whole whole;
    if (!replay_setup_whole(board, 1, &whole, err))
        return false;
    struct dot dot = {.board = board, .circuit = whole.circuit, .out = out};
    draw(&dot);
    circuit_destroy(whole.circuit);
    return true;
}
