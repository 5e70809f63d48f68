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

uint32_t verilog_add_count(struct verilog_top *top, const char *what) {
    if (top->layout)
        remember(&top->layout->counts, &top->layout->n_counts, what);
    return top->n_counts++;
}

/* A letter or underscore, then letters, digits and underscores. */
static bool is_plain(const char *name) {
    bool plain = isalpha((unsigned char)name[0]) || name[0] == '_';
    for (const char *p = name; *p; p++)
        plain = plain && (isalnum((unsigned char)*p) || *p == '_');
    return plain;
}

/* Escaped, a plain name is no keyword, but still what it is without the backslash: a port, a
 * register of the top's own, "U4_A", "U4_A_due", "node5_volt". */
static bool is_taken(const struct verilog_top *top, const char *name) {
    static const char *const own[] = {"board",    "clk",     "configure", "scale_ppm", "now",
                                      "line",     "idle",    "seed",      "mcu",       "due",
                                      "probe",    "doubts",  "counts",    "last",      "unused",
                                      "line_now", "TICK_PS", "STEP_PS",   "idle_now",  "mcu_now"};
    const struct netlist *netlist = top->board->netlist;
    bool taken = strncmp(name, "node", 4) == 0;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        taken = taken || strcmp(name, own[i]) == 0;
    for (uint32_t part = 0; part < netlist->n_parts; part++) {
        size_t n = strlen(netlist->parts[part].ref);
        taken = taken || (strncmp(name, netlist->parts[part].ref, n) == 0 &&
                          (name[n] == 0 || name[n] == '_'));
    }
    return taken;
}

/* The board's name as an escaped identifier: a backslash, anything printable, a blank. What
 * is not printable, or too long, or there already, gets the net's number. */
static void write_name(const struct verilog_top *top, uint32_t netlist_net,
                       char name[VERILOG_NAME_MAX]) {
    const char *board_name = top->board->netlist->nets[netlist_net].name;
    bool fits = strlen(board_name) < VERILOG_NAME_MAX - 4;
    for (const char *p = board_name; *p; p++)
        fits = fits && isgraph((unsigned char)*p) && (unsigned char)*p < 127;
    if (!fits || !*board_name || (is_plain(board_name) && is_taken(top, board_name)))
        snprintf(name, VERILOG_NAME_MAX, "\\net%u:", (unsigned)netlist_net);
    else
        snprintf(name, VERILOG_NAME_MAX, "\\");
    size_t n = strlen(name);
    for (const char *p = board_name; *p && n < VERILOG_NAME_MAX - 2; p++)
        name[n++] = (char)(isgraph((unsigned char)*p) && (unsigned char)*p < 127 ? *p : '_');
    name[n++] = ' ';
    name[n] = 0;
}

/* Of the names of one net the SPI pins' are the ones asked for. */
static bool is_spi(const struct board *board, uint32_t netlist_net) {
    const struct board_attach *a = &board->config.attach;
    const char *names[] = {a->spi_clk, a->spi_mosi, a->spi_nss + (a->spi_nss[0] == '!')};
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found = found || strcmp(board->netlist->nets[netlist_net].name, names[i]) == 0;
    return found;
}

static void find_nets(struct verilog_top *top) {
    const struct netlist *netlist = top->board->netlist;
    for (uint32_t i = 0; i < netlist->n_nets; i++)
        if (circuit_net(top->circuit, i) >= top->n_nets)
            top->n_nets = circuit_net(top->circuit, i) + 1;
    top->nets = zeroed(top->n_nets, sizeof *top->nets);
    for (uint32_t i = 0; i < netlist->n_nets; i++) {
        uint32_t net = circuit_net(top->circuit, i);
        if (!top->nets[net].name[0] || is_spi(top->board, i))
            write_name(top, i, top->nets[net].name);
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
    uint32_t net = circuit_pin_net(top->circuit, part, unit, pin);
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
            uint32_t other = circuit_pin_net(top->circuit, part, unit, !pin);
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
        "hold,\n"
        "// 3 noise of `seed`. `doubts` counts timing windows that were not kept.\n",
        board->config.delay_scale, verilog_scaled(board->config.delay_scale, 1e-6));
}

/* At least 256 bits: who drives the top by himself has one width for most boards. */
static uint32_t probe_words(const struct verilog_top *top) {
    uint32_t n = (top->n_probes + 31) / 32;
    return n < 8 ? 8 : n;
}

/* At least three, so that Verilator makes an array of them whatever the board. */
static uint32_t count_words(const struct verilog_top *top) {
    return top->n_counts < 3 ? 3 : top->n_counts;
}

static void write_head(const struct verilog_top *top) {
    fprintf(top->out,
            "`default_nettype none\n"
            "/* verilator lint_off PINCONNECTEMPTY */ // a Q_n that goes nowhere\n"
            "/* verilator lint_off DECLFILENAME */\n"
            "/* verilator tracing_off */\n"
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
            "    output wire    [32*%u-1:0] probe,\n"
            "    output wire        [31:0] doubts,\n"
            "    input  wire        [63:0] seed,\n"
            "    output wire   [32*%u-1:0] counts\n"
            ");\n"
            "    reg signed [63:0] last;\n"
            "    reg [1:0] line_now, idle_now;\n"
            "    reg [31:0] mcu_now;\n"
            "    initial {last, line_now, idle_now, mcu_now} = {64'sd0, 2'd2, 2'd0, 32'd0};\n"
            "    always @(posedge clk) {last, line_now, idle_now, mcu_now} <= {now, line, idle, "
            "mcu};\n\n",
            (unsigned)probe_words(top), (unsigned)count_words(top));
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
    fputs("    wire unused = &{1'b0, \\line:high , \\line:idle , idle_now, seed",
          top->out); /* by some boards */
    if (n < VERILOG_MCU_BITS)
        fprintf(top->out, ", mcu_now[31:%u]", (unsigned)n);
    fputs("};\n\n", top->out);
    if (layout)
        memcpy(layout->mcu, nets, n * sizeof *nets);
    if (layout)
        layout->n_mcu = n;
    return true;
}

static void write_nets(struct verilog_top *top) {
    fputs("    // The nets that have levels, and are in waves.\n"
          "    /* verilator tracing_on */\n"
          "    wire \\line:high  = line_now == 2'd1;\n"
          "    wire \\line:idle  = line_now[1];\n",
          top->out);
    for (uint32_t net = 0; net < top->n_nets; net++)
        if (top->nets[net].driven)
            fprintf(top->out, "    wire %s;\n", top->nets[net].name);
    fputs("    /* verilator tracing_off */\n", top->out);
}

/* What shows the net's level; NULL: nothing does. */
static const char *level_of(const struct verilog_net *net) {
    if (net->driven)
        return net->name;
    return net->threshold[0] ? net->threshold : NULL;
}

/* One bit per net that has a level, in the engine's order. */
static bool write_probes(struct verilog_top *top, struct verilog_layout *layout) {
    fputs("    // What an observer sees.\n", top->out);
    if (layout) {
        layout->n_nets = top->n_nets;
        layout->bits = zeroed(top->n_nets, sizeof *layout->bits);
        layout->analog = zeroed(top->n_nets, sizeof *layout->analog);
    }
    uint32_t n = 0;
    for (uint32_t net = 0; net < top->n_nets; net++) {
        if (layout)
            layout->bits[net] = CIRCUIT_NO_NET;
        const char *level = level_of(&top->nets[net]);
        if (!level)
            continue;
        fprintf(top->out, "    assign probe[%u] = %s;\n", (unsigned)n, level);
        if (layout) {
            layout->bits[net] = n;
            layout->analog[net] = !top->nets[net].driven;
        }
        n++;
    }
    if (layout)
        layout->n_bits = n;
    top->n_probes = n;
    if (n < 32 * probe_words(top))
        fprintf(top->out, "    assign probe[%u:%u] = 0;\n\n", (unsigned)(32 * probe_words(top) - 1),
                (unsigned)n);
    return n <= UINT16_MAX ||
           sim_err_set(top->err, SIM_ERR_UNMODELLED, "%u nets with levels", (unsigned)n);
}

/* Analog nets have no level of their own, and nets joined by wires several names. These stand in
 * a scope behind the others: a reader of waves may take the first of names that are one signal. */
static void write_aliases(const struct verilog_top *top) {
    fputs("    // Further names, in waves.\n"
          "    /* verilator lint_off UNUSEDSIGNAL */\n    /* verilator tracing_on */\n",
          top->out);
    for (uint32_t net = 0; net < top->n_nets; net++)
        if (!top->nets[net].driven && top->nets[net].threshold[0])
            fprintf(top->out, "    wire %s = %s;\n", top->nets[net].name, top->nets[net].threshold);
    fputs("    generate if (1) begin : joined\n", top->out);
    for (uint32_t i = 0; i < top->board->netlist->n_nets; i++) {
        char name[VERILOG_NAME_MAX];
        const struct verilog_net *net = &top->nets[circuit_net(top->circuit, i)];
        write_name(top, i, name);
        if (level_of(net) && strcmp(name, net->name) != 0)
            fprintf(top->out, "        wire %s = %s;\n", name, level_of(net));
    }
    fputs("    end endgenerate\n"
          "    /* verilator tracing_off */\n    /* verilator lint_on UNUSEDSIGNAL */\n\n",
          top->out);
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

static bool write_body(struct verilog_top *top, struct verilog_layout *layout) {
    find_nets(top);
    find_units(top);
    find_loads(top);
    write_nets(top);
    if (!write_mcu(top, layout) || !verilog_write_nodes(top) || !verilog_write_parts(top) ||
        !write_probes(top, layout))
        return false;
    if (top->n_counts < count_words(top))
        fprintf(top->out, "    assign counts[32*%u-1:32*%u] = 0;\n", (unsigned)count_words(top),
                (unsigned)top->n_counts);
    write_aliases(top);
    write_time(top);
    return true;
}

/* How wide the ports are is known at the end. */
static bool write_top(struct verilog_top *top, struct verilog_layout *layout) {
    FILE *out = top->out;
    char *body = NULL;
    size_t size = 0;
    top->out = open_memstream(&body, &size);
    if (!top->out)
        abort();
    bool good = write_body(top, layout);
    if (fclose(top->out) != 0)
        abort();
    top->out = out;
    if (good) {
        write_head(top);
        fwrite(body, 1, size, out);
    }
    free(body);
    return good;
}

static void free_names(char **names, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

void verilog_layout_finish(struct verilog_layout *layout) {
    free_names(layout->counts, layout->n_counts);
    free(layout->bits);
    free(layout->analog);
    *layout = (struct verilog_layout){0};
}

bool export_verilog_top(const struct board *board, const struct circuit_config *config,
                        const struct circuit *circuit, FILE *out, struct verilog_layout *layout,
                        struct sim_err *err) {
    struct verilog_top top = {.board = board,
                              .config = config,
                              .circuit = circuit,
                              .layout = layout,
                              .out = out,
                              .err = err};
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
