/* The engine against ngspice: one frame through the same receive path, edge by edge. */
#include <criterion/criterion.h>
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

/* "$var wire 1 ! w_line $end": the code of each watched net; then "#123" and "1!". */
static void read_vcd(FILE *file, const struct board *board, const struct spice_setup *setup,
                     struct waves *waves) {
    char text[256], codes[SPICE_MAX_WATCHED][16] = {{0}}, code[16], name[200], own[SPICE_NAME_MAX];
    bool scaled = false, started = false;
    sim_time now = 0;
    waves->n = setup->n_nets;
    while (fgets(text, sizeof text, file)) {
        text[strcspn(text, "\n")] = 0;
        scaled = scaled || strcmp(text, "$timescale 1 ps $end") == 0;
        if (sscanf(text, "$var wire 1 %15s w_%199s", code, name) == 2)
            for (size_t k = 0; k < setup->n_nets; k++) {
                export_spice_name(board->netlist->nets[setup->nets[k]].name, own, sizeof own);
                if (strcmp(own, name) == 0)
                    memcpy(codes[k], code, sizeof code);
            }
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

/* Compares net by net and prints a line for each; returns how many of them differ. */
static unsigned compare(const struct board *board, const struct waves *engine,
                        const struct waves *spice, const char *title) {
    struct sim_err err = SIM_ERR_INIT;
    struct spice_setup setup;
    unsigned bad = 0;
    require(export_spice_setup(board, &setup, &err), &err);
    printf("%s\n%-12s %7s %8s  %s\n", title, "net", "edges", "ngspice", "engine - ngspice, worst");
    for (size_t k = 0; k < setup.n_nets; k++) {
        sim_time at, worst = worst_difference(&engine->nets[k], &spice->nets[k], &at);
        bool good = same_levels(&engine->nets[k], &spice->nets[k]) && llabs(worst) < LIMIT_PS;
        printf("%-12s %7zu %8zu  %+.3f ns at %.3f us%s\n", board->netlist->nets[setup.nets[k]].name,
               engine->nets[k].n, spice->nets[k].n, (double)worst * 1e-3, (double)at * 1e-6,
               good ? "" : "  DIFFERS");
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
