/* The engine against ngspice: one frame through the same receive path, edge by edge. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/board.h"
#include "harness/export_spice.h"
#include "models/line/source.h"

#define LIMIT_PS   3000         /* the two may differ by less */
#define SETTLED    (1 * SIM_US) /* before that lies power-up */
#define MAX_EDGES  4000         /* per net; a 64-octet frame has about 1200 on /line */
#define MAX_OCTETS 64

struct trace {
    sim_time time[MAX_EDGES];
    uint8_t level[MAX_EDGES];
    size_t n;
};

struct waves {
    struct trace nets[SPICE_MAX_WATCHED];
    size_t n;
};

static void require(bool good, const struct sim_err *err) {
    cr_assert(good, "%s:%ld: %s", err->file, err->line, err->text);
}

static bool have_ngspice(void) {
    if (system("command -v ngspice >/dev/null 2>&1") == 0)
        return true;
    cr_skip("not run: ngspice is not installed");
    return false;
}

static void load(struct board *board, const char *const *sets, size_t n_sets,
                 const char *const *edits, size_t n_edits) {
    struct sim_err err = SIM_ERR_INIT;
    const struct board_request request = {.board = "nucleo_shield",
                                          .sets = sets,
                                          .n_sets = n_sets,
                                          .edits = edits,
                                          .n_edits = n_edits};
    require(board_load(board, &request, &err), &err);
}

static void append(struct trace *trace, sim_time time, int level) {
    if (time < SETTLED)
        return;
    cr_assert(trace->n < MAX_EDGES, "more than %d edges on one net", MAX_EDGES);
    trace->time[trace->n] = time;
    trace->level[trace->n++] = (uint8_t)level;
}

/* Index of the watched net that is engine net `net`, or n_nets. */
static void record_edges(const struct circuit *c, const struct spice_setup *setup,
                         const struct circuit_record *record, struct waves *waves) {
    waves->n = setup->n_nets;
    for (size_t i = 0; i < record->n; i++)
        for (size_t k = 0; k < setup->n_nets; k++)
            if (circuit_net(c, setup->nets[k]) == record->edges[i].net)
                append(&waves->nets[k], record->edges[i].time, record->edges[i].level);
}

static struct waves *run_engine(const struct board *board, const struct spice_stimulus *stimulus) {
    static struct circuit_edge buffer[MAX_EDGES * SPICE_MAX_WATCHED];
    struct sim_err err = SIM_ERR_INIT;
    struct spice_setup setup;
    size_t n;
    sim_time end;
    require(export_spice_setup(board, &setup, &err), &err);
    struct line_edge *line = export_spice_line(board, stimulus, &n, &end, &err);
    require(line != NULL, &err);
    struct circuit *c =
        circuit_create(board->netlist, board->uses, &setup.config, &setup.scope, &err);
    require(c != NULL, &err);
    struct circuit_record record = {.edges = buffer, .capacity = MAX_EDGES * SPICE_MAX_WATCHED};
    circuit_set_record(c, &record);
    for (size_t k = 0; k < setup.n_nets; k++)
        circuit_watch(c, circuit_net(c, setup.nets[k]), true);
    for (size_t i = 0; i < n; i++)
        circuit_line(c, line[i].time, line[i].level);
    circuit_run_until(c, end);
    cr_assert_not(record.overflow);
    struct waves *waves = calloc(1, sizeof *waves);
    record_edges(c, &setup, &record, waves);
    circuit_destroy(c);
    free(line);
    return waves;
}

/* "$var wire 1 ! w0_line $end": the code of each watched net; then "#123" and "1!". */
static void read_vcd(FILE *file, const struct board *board, const struct spice_setup *setup,
                     struct waves *waves) {
    char text[256], codes[SPICE_MAX_WATCHED][16] = {{0}}, code[16];
    unsigned index;
    bool scaled = false, started = false;
    sim_time now = 0;
    waves->n = setup->n_nets;
    while (fgets(text, sizeof text, file)) {
        text[strcspn(text, "\n")] = 0;
        scaled = scaled || strcmp(text, "$timescale 1 ps $end") == 0;
        if (sscanf(text, "$var wire 1 %15s w%u_", code, &index) == 2 && index < setup->n_nets)
            memcpy(codes[index], code, sizeof code);
        if (text[0] == '#') {
            now = strtoll(text + 1, NULL, 10);
            started = now > 0;
        }
        if (started && text[0] != '#')
            for (size_t k = 0; k < setup->n_nets; k++)
                if (strcmp(codes[k], text + 1) == 0)
                    append(&waves->nets[k], now, text[0] == '1');
    }
    cr_assert(scaled, "ngspice wrote no VCD in picoseconds");
    for (size_t k = 0; k < setup->n_nets; k++)
        cr_assert(codes[k][0], "%s is not in ngspice's VCD",
                  board->netlist->nets[setup->nets[k]].name);
}

static void write_deck(const struct board *board, const struct spice_stimulus *stimulus,
                       const char *path) {
    struct sim_err err = SIM_ERR_INIT;
    FILE *deck = fopen(path, "w");
    cr_assert(deck);
    require(export_spice(board, stimulus, "edges.vcd", deck, &err), &err);
    cr_assert_eq(fclose(deck), 0);
}

static struct waves *run_ngspice(const struct board *board, const struct spice_stimulus *stimulus) {
    char dir[] = "/tmp/linkpulse-spice-XXXXXX", path[100], command[300];
    struct sim_err err = SIM_ERR_INIT;
    struct spice_setup setup;
    cr_assert(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/deck.cir", dir);
    write_deck(board, stimulus, path);
    snprintf(command, sizeof command, "cd %s && timeout 300 ngspice -b deck.cir >log 2>&1", dir);
    cr_assert_eq(system(command), 0, "ngspice failed, see %s/log", dir);
    snprintf(path, sizeof path, "%s/edges.vcd", dir);
    FILE *vcd = fopen(path, "r");
    cr_assert(vcd, "ngspice left no edges, see %s/log", dir);
    require(export_spice_setup(board, &setup, &err), &err);
    struct waves *waves = calloc(1, sizeof *waves);
    read_vcd(vcd, board, &setup, waves);
    fclose(vcd);
    snprintf(command, sizeof command, "rm -r %s", dir);
    cr_assert_eq(system(command), 0);
    return waves;
}

/* The worst difference of the edges both have, ps; its time in `at`. */
static sim_time worst_difference(const struct trace *a, const struct trace *b, sim_time *at) {
    sim_time worst = 0;
    *at = 0;
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        sim_time d = a->time[i] - b->time[i];
        if (llabs(d) > llabs(worst)) {
            worst = d;
            *at = b->time[i];
        }
    }
    return worst;
}

static bool same_levels(const struct trace *a, const struct trace *b) {
    return a->n == b->n && memcmp(a->level, b->level, a->n) == 0;
}

/* How long the net was high on average, ns; 0 without a whole pulse. */
static double mean_high(const struct trace *trace) {
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i + 1 < trace->n; i++)
        if (trace->level[i] && !trace->level[i + 1]) {
            sum += (double)(trace->time[i + 1] - trace->time[i]) * 1e-3;
            n++;
        }
    return n ? sum / (double)n : 0;
}

/* Compares net by net and prints a line for each; returns how many of them differ. */
static unsigned compare(const struct board *board, const struct waves *engine,
                        const struct waves *spice, const char *title) {
    struct sim_err err = SIM_ERR_INIT;
    struct spice_setup setup;
    unsigned bad = 0;
    require(export_spice_setup(board, &setup, &err), &err);
    printf("%s\n%-12s %7s %8s %11s %11s  %s\n", title, "net", "edges", "ngspice", "mean high",
           "ngspice", "engine - ngspice, worst");
    for (size_t k = 0; k < setup.n_nets; k++) {
        const struct trace *e = &engine->nets[k], *s = &spice->nets[k];
        sim_time at, worst = worst_difference(e, s, &at);
        bool good = same_levels(e, s) && llabs(worst) < LIMIT_PS;
        printf("%-12s %7zu %8zu %8.1f ns %8.1f ns  %+.3f ns at %.3f us%s\n",
               board->netlist->nets[setup.nets[k]].name, e->n, s->n, mean_high(e), mean_high(s),
               (double)worst * 1e-3, (double)at * 1e-6, good ? "" : "  DIFFERS");
        bad += !good;
    }
    fflush(stdout);
    return bad;
}

static struct spice_stimulus stimulus_of(size_t n, uint8_t *octets) {
    return (struct spice_stimulus){.octets = octets,
                                   .n = export_spice_frame(n, octets),
                                   .lead = 2 * SIM_US,
                                   .tail = 2 * SIM_US};
}

Test(spice, engine_and_ngspice_agree_edge_by_edge) {
    uint8_t octets[MAX_OCTETS + 4];
    struct board board;
    if (!have_ngspice())
        return;
    struct spice_stimulus stimulus = stimulus_of(40, octets);
    load(&board, NULL, 0, NULL, 0);
    struct waves *engine = run_engine(&board, &stimulus), *spice = run_ngspice(&board, &stimulus);
    cr_assert_eq(compare(&board, engine, spice, "nucleo_shield"), 0);
    free(engine);
    free(spice);
    board_finish(&board);
}

struct variant {
    const char *title;
    const char *sets[4], *edits[2]; /* NULL-terminated */
};

/* The same board with other parts, delays and line: each must agree as well. */
static const struct variant variants[] = {
    {"generic 74HC14 and 2N7002",
     {"part.74HC14.vt_plus=2.63", "part.74HC14.vt_minus=1.56", "part.2N7002.vgs_th=1.6",
      "part.2N7002.ciss=22p"},
     {NULL}},
    {"delay.scale=0.5", {"delay.scale=0.5"}, {NULL}},
    {"R5=270", {NULL}, {"value R5=270"}},
    {"R5=620", {NULL}, {"value R5=620"}},
    {"R5=680", {NULL}, {"value R5=680"}},
    {"vt_plus=2.9", {"part.74HC14.vt_plus=2.9"}, {NULL}},
    {"vt_plus=3.05", {"part.74HC14.vt_plus=3.05"}, {NULL}},
    {"C8=100", {NULL}, {"value C8=100"}},
    {"receiver idles low", {"receiver.idle=low"}, {NULL}},
    {"JP1=A", {"jumper.JP1=A"}, {NULL}},
    {"line and switch swapped", {"line.swapped=true", "switch.SW1=C"}, {NULL}},
    {"receiver's inputs swapped",
     {"line.swapped=true"},
     {"short U3.2 Net-(C3-Pad2)", "short U3.1 Net-(C2-Pad2)"}},
    {"no first-edge filter", {NULL}, {"tie U4.12 VCC", "remove C10"}},
    {"bit period 96 ns", {"line.ppm=41667"}, {NULL}},
    {"jitter 3 ns", {"line.jitter_peak_ns=3"}, {NULL}},
};

static size_t count(const char *const *list, size_t most) {
    size_t n = 0;
    while (n < most && list[n])
        n++;
    return n;
}

/* A resistor that only one of the two has must be seen. */
Test(spice, a_part_changed_on_one_side_differs) {
    uint8_t octets[MAX_OCTETS + 4];
    static const char *const edits[] = {"value R5=620"};
    struct board board, changed;
    if (!have_ngspice())
        return;
    struct spice_stimulus stimulus = stimulus_of(16, octets);
    load(&board, NULL, 0, NULL, 0);
    load(&changed, NULL, 0, edits, 1);
    struct waves *engine = run_engine(&changed, &stimulus), *spice = run_ngspice(&board, &stimulus);
    cr_assert_gt(compare(&board, engine, spice, "R5 = 620 in the engine alone: must differ"), 0);
    free(engine);
    free(spice);
    board_finish(&board);
    board_finish(&changed);
}

ParameterizedTestParameters(spice, variants_agree) {
    static size_t index[sizeof variants / sizeof *variants];
    for (size_t i = 0; i < sizeof index / sizeof *index; i++)
        index[i] = i;
    return cr_make_param_array(size_t, index, sizeof index / sizeof *index);
}

ParameterizedTest(size_t *index, spice, variants_agree) {
    uint8_t octets[MAX_OCTETS + 4];
    const struct variant *v = &variants[*index];
    struct board board;
    if (!have_ngspice())
        return;
    struct spice_stimulus stimulus = stimulus_of(16, octets);
    load(&board, v->sets, count(v->sets, 4), v->edits, count(v->edits, 2));
    struct waves *engine = run_engine(&board, &stimulus), *spice = run_ngspice(&board, &stimulus);
    cr_expect_eq(compare(&board, engine, spice, v->title), 0, "%s", v->title);
    free(engine);
    free(spice);
    board_finish(&board);
}

static size_t rises(const struct trace *trace) {
    size_t n = 0;
    for (size_t i = 0; i < trace->n; i++)
        n += trace->level[i];
    return n;
}

static size_t watched(const struct board *board, const char *name) {
    struct sim_err err = SIM_ERR_INIT;
    struct spice_setup setup;
    size_t k = 0;
    require(export_spice_setup(board, &setup, &err), &err);
    while (k < setup.n_nets && strcmp(board->netlist->nets[setup.nets[k]].name, name) != 0)
        k++;
    cr_assert_lt(k, setup.n_nets, "%s is not watched", name);
    return k;
}

/* With unscaled delays the bit clock recovers too late and data bits are lost in both.
 * Their edges cannot be compared one by one: U4C meets pulses shorter than it passes, which
 * the engine swallows and ngspice's transport delays let through late. */
Test(spice, unscaled_delays_lose_the_bit_clock_in_both) {
    static const char *const sets[] = {"delay.scale=1.0"};
    uint8_t octets[MAX_OCTETS + 4];
    struct board board;
    if (!have_ngspice())
        return;
    struct spice_stimulus stimulus = stimulus_of(14, octets);
    load(&board, sets, 1, NULL, 0);
    struct waves *engine = run_engine(&board, &stimulus), *spice = run_ngspice(&board, &stimulus);
    size_t clock = watched(&board, "/sck_rx"), line = watched(&board, "/line");
    printf("unscaled: %zu bits sent, %zu clocked in the engine, %zu in ngspice\n", stimulus.n * 8,
           rises(&engine->nets[clock]), rises(&spice->nets[clock]));
    cr_expect_lt(rises(&engine->nets[clock]), stimulus.n * 8);
    cr_expect_lt(rises(&spice->nets[clock]), stimulus.n * 8);
    cr_expect_gt(rises(&engine->nets[line]), stimulus.n * 4, "the line itself is there");
    cr_expect(same_levels(&engine->nets[line], &spice->nets[line]));
    free(engine);
    free(spice);
    board_finish(&board);
}

/* What a deck cannot hold is refused by name, and nothing is left half said. */
static void refused(const char *set, enum sim_err_class cls, const char *text) {
    uint8_t octets[MAX_OCTETS + 4];
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    struct spice_stimulus stimulus = stimulus_of(14, octets);
    FILE *out = fopen("/dev/null", "w");
    load(&board, &set, 1, NULL, 0);
    cr_expect_not(export_spice(&board, &stimulus, "edges.vcd", out, &err), "%s", set);
    cr_expect_eq(err.cls, cls, "%s: class %d", set, err.cls);
    cr_expect(strstr(err.text, text), "%s: \"%s\" lacks \"%s\"", set, err.text, text);
    fclose(out);
    board_finish(&board);
}

Test(spice, refuses_what_a_deck_cannot_hold) {
    refused("attach.spi_clk=/led_rx", SIM_ERR_UNMODELLED, "U9");
    refused("receiver.idle=noise", SIM_ERR_INPUT, "receiver.idle");
    refused("part.2N7002.vgs_th=5", SIM_ERR_UNMODELLED, "Q");
    refused("attach.spi_clk=", SIM_ERR_INPUT, "attach.spi_clk");
}

/* Whatever a board file holds stays within comments and names. */
Test(spice, hostile_names_make_no_line_of_their_own) {
    uint8_t octets[MAX_OCTETS + 4];
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    char *text = NULL;
    size_t size = 0;
    struct spice_stimulus stimulus = stimulus_of(14, octets);
    load(&board, NULL, 0, NULL, 0);
    uint32_t u4 = netlist_find_part(board.netlist, "U4");
    netlist_set_value(board.netlist, u4, "74HC08\n.control\nshell touch planted\n.endc");
    FILE *out = open_memstream(&text, &size);
    require(export_spice(&board, &stimulus, "edges.vcd", out, &err), &err);
    fclose(out);
    cr_expect(strstr(text, "74HC08?.control?shell"));
    cr_expect_null(strstr(text, "\nshell"));
    free(text);
    board_finish(&board);
}
