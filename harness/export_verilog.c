/* The top as a whole: its nets and their capacitances, head, probes, time. */
#include "harness/export_verilog_top.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/replay_setup.h"
#include "harness/rtl_build.h"

void verilog_put(FILE *out, const char *text) {
    for (; *text; text++)
        fputc(iscntrl((unsigned char)*text) ? '?' : *text, out);
}

static void *zeroed(size_t n, size_t size) {
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        abort();
    return memory;
}

long long verilog_scaled(double value, double unit) {
    double steps = value / unit;
    return steps > 9e17 ? 900000000000000000 : (long long)floor(steps + 0.5);
}

uint32_t verilog_pin_net(const struct verilog_top *top, uint32_t part, const struct part_unit *unit,
                         int pin) {
    const struct netlist *netlist = top->board->netlist;
    const char *number = pin < PART_MAX_UNIT_PINS ? unit->pins[pin] : NULL;
    uint32_t p = number ? netlist_find_pin(netlist, part, number) : NETLIST_NONE;
    if (p == NETLIST_NONE || netlist->pins[p].net == NETLIST_NONE)
        return CIRCUIT_NO_NET;
    return circuit_net(top->circuit, netlist->pins[p].net);
}

bool verilog_is_kept(const struct verilog_top *top, uint32_t part, size_t unit) {
    return top->kept[part * top->max_units + unit];
}

double verilog_figure(const struct verilog_top *top, uint32_t part, const char *name,
                      double fallback) {
    return part_use_typ(&top->board->uses[part], name, fallback);
}

static void remember(char ***names, uint32_t *n, const char *name) {
    char **more = realloc(*names, (*n + 1) * sizeof *more);
    char *copy = strdup(name);
    if (!more || !copy)
        abort();
    *names = more;
    more[(*n)++] = copy;
}

void verilog_add_due(struct verilog_top *top, const char *name) {
    fprintf(top->out, "    wire signed [63:0] %s_due;\n", name);
    remember(&top->dues, &top->n_dues, name);
}

void verilog_add_doubts(struct verilog_top *top, const char *name) {
    fprintf(top->out, "    wire [31:0] %s_doubts;\n", name);
    remember(&top->doubts, &top->n_doubts, name);
}

/* A letter or underscore, then letters, digits and underscores. */
static bool is_plain(const char *name) {
    bool plain = isalpha((unsigned char)name[0]) || name[0] == '_';
    for (const char *p = name; *p; p++)
        plain = plain && (isalnum((unsigned char)*p) || *p == '_');
    return plain;
}

/* The board's name as an escaped identifier: a backslash, anything printable, a blank. What
 * is not printable, or too long, or there already, gets the net's number. */
static void name_net(struct verilog_top *top, uint32_t net, const char *board_name) {
    char *name = top->nets[net].name;
    bool fits = strlen(board_name) < VERILOG_NAME_MAX - 4;
    for (const char *p = board_name; *p; p++)
        fits = fits && isgraph((unsigned char)*p) && (unsigned char)*p < 127;
    if (!fits || !*board_name || is_plain(board_name)) /* a plain one may be a keyword or a port */
        snprintf(name, VERILOG_NAME_MAX, "\\net%u:", (unsigned)net);
    else
        snprintf(name, VERILOG_NAME_MAX, "\\");
    size_t n = strlen(name);
    for (const char *p = board_name; *p && n < VERILOG_NAME_MAX - 2; p++)
        name[n++] = (char)(isgraph((unsigned char)*p) && (unsigned char)*p < 127 ? *p : '_');
    name[n++] = ' ';
    name[n] = 0;
}

static void find_nets(struct verilog_top *top) {
    const struct netlist *netlist = top->board->netlist;
    for (uint32_t i = 0; i < netlist->n_nets; i++)
        if (circuit_net(top->circuit, i) >= top->n_nets)
            top->n_nets = circuit_net(top->circuit, i) + 1;
    top->nets = zeroed(top->n_nets, sizeof *top->nets);
    for (uint32_t i = 0; i < netlist->n_nets; i++) {
        uint32_t net = circuit_net(top->circuit, i);
        if (!top->nets[net].name[0])
            name_net(top, net, netlist->nets[i].name);
        top->nets[net].analog = circuit_net_is_analog(top->circuit, net);
    }
    const struct circuit_config *config = top->config;
    if (config->power_net != NETLIST_NONE)
        top->nets[circuit_net(top->circuit, config->power_net)].power = true;
    if (config->ground_net != NETLIST_NONE)
        top->nets[circuit_net(top->circuit, config->ground_net)].low = true;
    for (size_t i = 0; i < config->n_inputs; i++) {
        struct verilog_net *net = &top->nets[circuit_net(top->circuit, config->inputs[i])];
        net->driven = !net->power && !net->low;
        net->r_up = net->r_down = 40; /* a fast MCU pin; the engine's figure */
    }
}

static void find_units(struct verilog_top *top) {
    const struct netlist *netlist = top->board->netlist;
    for (uint32_t part = 0; part < netlist->n_parts; part++) {
        const struct part_model *model = top->board->uses[part].model;
        if (model && model->n_units > top->max_units)
            top->max_units = model->n_units;
    }
    top->kept = zeroed(netlist->n_parts * top->max_units, 1);
    for (size_t i = 0; i < circuit_elements(top->circuit); i++) {
        struct circuit_element_info e = circuit_element(top->circuit, i);
        if (e.part == NETLIST_NONE)
            continue;
        top->kept[e.part * top->max_units + e.unit] = true;
        if (e.net >= top->n_nets || strcmp(e.kind, "threshold") == 0)
            continue;
        top->nets[e.net].driven = true;
        top->nets[e.net].r_up = verilog_figure(top, e.part, "r_up", 75);
        top->nets[e.net].r_down = verilog_figure(top, e.part, "r_down", 50);
    }
}

static void add_load(struct verilog_top *top, uint32_t part, const struct part_unit *unit, int pin,
                     double farad) {
    uint32_t net = verilog_pin_net(top, part, unit, pin);
    if (net != CIRCUIT_NO_NET)
        top->nets[net].farad += farad;
}

/* Every pad of a connector, whatever its number. */
static void load_pads(struct verilog_top *top, uint32_t part, double farad) {
    const struct netlist *netlist = top->board->netlist;
    for (uint32_t pin = netlist->parts[part].first_pin; pin != NETLIST_NONE;
         pin = netlist->pins[pin].next)
        if (netlist->pins[pin].net != NETLIST_NONE)
            top->nets[circuit_net(top->circuit, netlist->pins[pin].net)].farad += farad;
}

static void load_unit(struct verilog_top *top, uint32_t part, const struct part_unit *unit) {
    static const uint8_t inputs[] = {[PART_DFF] = 4,
                                     [PART_MONO] = 3,
                                     [PART_RECEIVER] = 2,
                                     [PART_DRIVER] = 2,
                                     [PART_PASSIVE] = 0};
    double cin = verilog_figure(top, part, "cin", 0);
    int n = unit->kind == PART_LOGIC ? unit->n_in : inputs[unit->kind];
    for (int pin = 0; pin < n; pin++)
        add_load(top, part, unit, pin, cin);
    if (unit->kind == PART_PASSIVE)
        load_pads(top, part, cin);
    if (unit->kind == PART_FET) {
        add_load(top, part, unit, 0, verilog_figure(top, part, "ciss", 0));
        add_load(top, part, unit, 1, verilog_figure(top, part, "coss", 0));
    }
    if (unit->kind == PART_CAPACITOR)
        for (int pin = 0; pin < 2; pin++) {
            uint32_t other = verilog_pin_net(top, part, unit, !pin);
            if (other != CIRCUIT_NO_NET && (top->nets[other].power || top->nets[other].low))
                add_load(top, part, unit, pin, top->board->uses[part].quantity);
        }
}

static void find_loads(struct verilog_top *top) {
    const struct netlist *netlist = top->board->netlist;
    for (uint32_t part = 0; part < netlist->n_parts; part++) {
        const struct part_model *model = top->board->uses[part].model;
        if (netlist->parts[part].removed)
            continue;
        load_pads(top, part, top->config->stray);
        for (size_t u = 0; model && u < model->n_units; u++)
            load_unit(top, part, &model->units[u]);
    }
}

static void write_about(const struct board *board, FILE *out) {
    const char *name = strrchr(board->path, '/');
    fputs("// ", out);
    verilog_put(out, name ? name + 1 : board->path);
    fprintf(
        out,
        " as a Verilog design, written by linkpulse export --verilog.\n"
        "// Its cells are in rtl/parts. Nets have the board's names; figures are the datasheets'\n"
        "// typical ones and the board's own. The board states delay.scale %g: scale_ppm = %lld.\n"
        "//\n"
        "// Time is counted in ticks. At each rising edge of `clk` it is `now`; the next edge "
        "must\n"
        "// not come later than `due`. `line`, `idle` and `mcu` count from the edge that takes\n"
        "// them. `configure` rises once, before. line: 0, 1, 2 idle; idle: 0 low, 1 high, 2 "
        "hold.\n",
        board->config.delay_scale, verilog_scaled(board->config.delay_scale, 1e-6));
}

static void write_head(const struct verilog_top *top) {
    fprintf(top->out,
            "`default_nettype none\n"
            "/* verilator lint_off PINCONNECTEMPTY */ // a Q_n that goes nowhere\n"
            "/* verilator lint_off DECLFILENAME */\n"
            "module board #(\n"
            "    parameter signed [63:0] TICK_PS = 1,\n"
            "    parameter signed [63:0] STEP_PS = 500   // of a FET's gate on its way\n"
            ") (\n"
            "    input  wire               clk,\n"
            "    input  wire               configure,\n"
            "    input  wire signed [63:0] scale_ppm,\n"
            "    input  wire signed [63:0] now,\n"
            "    input  wire         [1:0] line,\n"
            "    input  wire         [1:0] idle,\n"
            "    input  wire        [31:0] mcu,\n"
            "    output reg  signed [63:0] due,\n"
            "    output wire       [255:0] probe,\n"
            "    output wire        [31:0] doubts\n"
            ");\n"
            "    reg signed [63:0] last;\n"
            "    reg [1:0] line_now, idle_now;\n"
            "    reg [31:0] mcu_now;\n"
            "    initial {last, line_now, idle_now, mcu_now} = {64'sd0, 2'd2, 2'd0, 32'd0};\n"
            "    always @(posedge clk) {last, line_now, idle_now, mcu_now} <= {now, line, idle, "
            "mcu};\n\n");
}

/* The MCU's outputs, a bit of `mcu` each, in the order of config->inputs. */
static bool write_mcu(struct verilog_top *top, struct verilog_layout *layout) {
    uint32_t nets[VERILOG_MCU_BITS], n = 0;
    for (size_t i = 0; i < top->config->n_inputs; i++) {
        uint32_t net = circuit_net(top->circuit, top->config->inputs[i]);
        bool there = !top->nets[net].driven || top->nets[net].power || top->nets[net].low;
        for (uint32_t k = 0; k < n; k++)
            there = there || nets[k] == net; /* two pins joined by a wire */
        if (there)
            continue;
        if (n == VERILOG_MCU_BITS)
            return sim_err_set(top->err, SIM_ERR_UNMODELLED, "more than %u nets driven by the MCU",
                               (unsigned)n);
        fprintf(top->out, "    assign %s = mcu_now[%u];\n", top->nets[net].name, (unsigned)n);
        nets[n++] = net;
    }
    if (n < VERILOG_MCU_BITS)
        fprintf(top->out, "    wire unused = &{1'b0, mcu_now[31:%u]};\n", (unsigned)n);
    fputc('\n', top->out);
    if (layout)
        memcpy(layout->mcu, nets, n * sizeof *nets);
    if (layout)
        layout->n_mcu = n;
    return true;
}

static void write_nets(struct verilog_top *top) {
    fputs("    // The nets that have levels.\n", top->out);
    for (uint32_t net = 0; net < top->n_nets; net++)
        if (top->nets[net].driven)
            fprintf(top->out, "    wire %s;\n", top->nets[net].name);
}

/* One bit per driven net, in the engine's order; an analog net shows its first input. */
static bool write_probes(struct verilog_top *top, struct verilog_layout *layout) {
    fputs("    // What an observer sees.\n", top->out);
    if (layout) {
        layout->n_nets = top->n_nets;
        layout->bits = zeroed(top->n_nets, sizeof *layout->bits);
    }
    uint32_t n = 0;
    for (uint32_t net = 0; net < top->n_nets; net++) {
        if (layout)
            layout->bits[net] = CIRCUIT_NO_NET;
        if (!top->nets[net].driven)
            continue;
        fprintf(top->out, "    assign probe[%u] = %s;\n", (unsigned)n, top->nets[net].name);
        if (layout)
            layout->bits[net] = n;
        n++;
    }
    if (layout)
        layout->n_bits = n;
    if (n > 255)
        return sim_err_set(top->err, SIM_ERR_UNMODELLED,
                           "%u nets with levels; a Verilog top shows up to 255", (unsigned)n);
    fprintf(top->out, "    assign probe[255:%u] = 0;\n\n", (unsigned)n);
    return true;
}

static void write_time(const struct verilog_top *top) {
    fputs("    // When the next thing happens.\n    always @* begin\n"
          "        due = 64'sh7fff_ffff_ffff_ffff;\n",
          top->out);
    for (uint32_t i = 0; i < top->n_dues; i++)
        fprintf(top->out, "        if (%s_due < due) due = %s_due;\n", top->dues[i], top->dues[i]);
    fputs("    end\n    assign doubts = 0", top->out);
    for (uint32_t i = 0; i < top->n_doubts; i++)
        fprintf(top->out, " + %s_doubts", top->doubts[i]);
    fputs(";\nendmodule\n", top->out);
}

static bool write_top(struct verilog_top *top, struct verilog_layout *layout) {
    find_nets(top);
    find_units(top);
    find_loads(top);
    write_head(top);
    write_nets(top);
    if (!write_mcu(top, layout) || !verilog_write_nodes(top) || !verilog_write_parts(top) ||
        !write_probes(top, layout))
        return false;
    write_time(top);
    return true;
}

static void free_names(char **names, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

void verilog_layout_finish(struct verilog_layout *layout) {
    free(layout->bits);
    *layout = (struct verilog_layout){0};
}

bool export_verilog_top(const struct board *board, const struct circuit_config *config,
                        const struct circuit *circuit, FILE *out, struct verilog_layout *layout,
                        struct sim_err *err) {
    struct verilog_top top = {
        .board = board, .config = config, .circuit = circuit, .out = out, .err = err};
    if (layout)
        *layout = (struct verilog_layout){0};
    bool good = write_top(&top, layout);
    if (!good && layout)
        verilog_layout_finish(layout);
    free(top.nets);
    free(top.kept);
    free_names(top.dues, top.n_dues);
    free_names(top.doubts, top.n_doubts);
    return good;
}

/* The design's line is for rtl/compile.sh; without the cells at hand it is left out. */
static void write_text(const struct board *board, const char *text, size_t size, FILE *out) {
    char line[RTL_DESIGN_LINE];
    struct sim_err ignored = SIM_ERR_INIT;
    write_about(board, out);
    if (rtl_build_design(text, size, line, &ignored))
        fputs(line, out);
    fwrite(text, 1, size, out);
}

bool export_verilog(const struct board *board, FILE *out, struct sim_err *err) {
    struct replay_whole whole;
    if (!replay_setup_whole(board, 1, &whole, err))
        return false;
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        abort();
    bool good = export_verilog_top(board, &whole.config, whole.circuit, memory, NULL, err);
    if (fclose(memory) != 0)
        abort();
    if (good)
        write_text(board, text, size, out);
    free(text);
    circuit_destroy(whole.circuit);
    return good;
}
