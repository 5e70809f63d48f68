#include "bench.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/replay_setup.h"

#define TAIL (4 * SIM_US) /* beyond a frame: every one-shot has returned */

static void require(bool good, const struct sim_err *err) {
    cr_assert(good, "%s", err->text);
}

static void append(char list[BENCH_LIST][BENCH_TEXT], const char *format, va_list args) {
    size_t i = 0;
    while (i < BENCH_LIST && list[i][0])
        i++;
    cr_assert_lt(i, (size_t)BENCH_LIST, "more than %d settings or edits", BENCH_LIST);
    int n = vsnprintf(list[i], BENCH_TEXT, format, args);
    cr_assert_lt(n, BENCH_TEXT, "%s... is too long", list[i]);
}

void bench_set(struct bench_case *c, const char *format, ...) {
    va_list args;
    va_start(args, format);
    append(c->sets, format, args);
    va_end(args);
}

void bench_edit(struct bench_case *c, const char *format, ...) {
    va_list args;
    va_start(args, format);
    append(c->edits, format, args);
    va_end(args);
}

void bench_frame(uint8_t *octets, uint8_t first, size_t index) {
    static const uint8_t head[14] = {0x06, 0x22, 0x33, 0x44, 0x55, 0x66, 0x02,
                                     0,    0,    0,    0,    1,    0x88, 0xb5};
    memcpy(octets, head, sizeof head);
    octets[0] = first;
    for (size_t i = sizeof head; i < BENCH_OCTETS; i++)
        octets[i] = (uint8_t)(i * 37 + 11 + index);
}

void bench_capture(char *path, size_t n_frames, uint8_t first) {
    struct sim_err err = SIM_ERR_INIT;
    uint8_t octets[BENCH_OCTETS];
    strcpy(path, "/tmp/linkpulse_bench_XXXXXX");
    int file = mkstemp(path);
    cr_assert_geq(file, 0, "no temporary file");
    close(file);
    struct pcap_out *out = pcap_out_create(path, &err);
    require(out != NULL, &err);
    for (size_t i = 0; i < n_frames; i++) {
        bench_frame(octets, first, i);
        require(pcap_out_frame(out, octets, sizeof octets, (sim_time)i * SIM_US, &err), &err);
    }
    require(pcap_out_commit(out, &err), &err);
    pcap_out_destroy(out);
}

static size_t pointers(const char list[BENCH_LIST][BENCH_TEXT], const char *out[BENCH_LIST]) {
    size_t n = 0;
    for (; n < BENCH_LIST && list[n][0]; n++)
        out[n] = list[n];
    return n;
}

void bench_load(struct board *board, const struct bench_case *c) {
    struct sim_err err = SIM_ERR_INIT;
    const char *sets[BENCH_LIST], *edits[BENCH_LIST];
    struct board_request request = {.board = c->board ? c->board : "nucleo_shield",
                                    .sets = sets,
                                    .n_sets = pointers(c->sets, sets),
                                    .edits = edits,
                                    .n_edits = pointers(c->edits, edits)};
    require(board_load(board, &request, &err), &err);
    require(board_require_models(board, &err), &err);
}

void bench_run(struct bench *bench, const struct bench_case *c) {
    char path[64];
    const char *files[1] = {path};
    *bench = (struct bench){0};
    bench_load(&bench->board, c);
    bench_capture(path, c->n_frames ? c->n_frames : 1, c->first ? c->first : 0x06);
    bench->options = (struct options){
        .files = files, .n_files = 1, .seed = c->seed ? c->seed : 1, .quiet = true};
    bench->run =
        (struct run){.options = &bench->options, .board = &bench->board, .err = SIM_ERR_INIT};
    bool ran = run_captures(&bench->run);
    unlink(path);
    bench->options.files = NULL;
    require(ran, &bench->run.err);
    run_conclude(&bench->run);
}

void bench_finish(struct bench *bench) {
    run_finish(&bench->run);
    board_finish(&bench->board);
}

bool bench_passes(const struct bench_case *c) {
    struct bench bench;
    bench_run(&bench, c);
    bool pass = bench.run.result.pass;
    bench_finish(&bench);
    return pass;
}

const struct run_capture *bench_counts(const struct bench *bench) {
    return &bench->run.result.captures[0];
}

const struct run_failure *bench_failure(const struct bench *bench) {
    const struct run_capture *capture = bench_counts(bench);
    return capture->n_failures ? &capture->failures[0] : NULL;
}

void bench_without_sync(struct bench_case *c) {
    bench_set(c, "attach.spi_clk=/sck");
    bench_set(c, "attach.spi_mosi=/line");
    bench_set(c, "attach.spi_nss=!/~{idle}");
    bench_set(c, "attach.framing=preamble");
}

void bench_trace(struct bench *bench, const char *name, struct bench_trace *trace) {
    struct replay *replay = bench->run.replay;
    struct replay_rerun rerun;
    uint32_t net = bench_net(&bench->board, replay_circuit(replay, 0), name);
    replay_rerun(replay, replay_burst(replay)->end + TAIL, &net, 1, &trace->initial, &rerun);
    cr_assert_not(rerun.overflow);
    trace->burst = rerun.burst;
    trace->n = rerun.n_edges;
    trace->edges = malloc((rerun.n_edges + 1) * sizeof *trace->edges);
    for (size_t i = 0; i < rerun.n_edges; i++)
        trace->edges[i] = (struct line_edge){rerun.edges[i].time, rerun.edges[i].level};
}

sim_time bench_next(const struct bench_trace *trace, sim_time time, uint8_t level) {
    for (size_t i = 0; i < trace->n; i++)
        if (trace->edges[i].time >= time && trace->edges[i].level == level)
            return trace->edges[i].time;
    return SIM_NEVER;
}

sim_time bench_last(const struct bench_trace *trace, uint8_t level) {
    for (size_t i = trace->n; i-- > 0;)
        if (trace->edges[i].level == level)
            return trace->edges[i].time;
    return SIM_NEVER;
}

size_t bench_count(const struct bench_trace *trace, sim_time from, sim_time to, uint8_t level) {
    size_t n = 0;
    for (size_t i = 0; i < trace->n; i++)
        n += trace->edges[i].time >= from && trace->edges[i].time < to &&
             trace->edges[i].level == level;
    return n;
}

struct circuit *bench_circuit(const struct board *board, struct circuit_record *record) {
    struct sim_err err = SIM_ERR_INIT;
    struct replay_nets nets;
    struct circuit_config config;
    struct circuit_scope scope = {.part_of = CIRCUIT_ALL};
    require(replay_setup_nets(board, &nets, &err), &err);
    require(replay_setup_circuit(board, &nets, 1, &config, &err), &err);
    struct circuit *circuit = circuit_create(board->netlist, board->uses, &config, &scope, &err);
    require(circuit != NULL, &err);
    circuit_set_record(circuit, record);
    return circuit;
}

uint32_t bench_net(const struct board *board, const struct circuit *circuit, const char *name) {
    uint32_t net = netlist_find_net(board->netlist, name);
    cr_assert_neq(net, NETLIST_NONE, "the board has no net %s", name);
    return circuit_net(circuit, net);
}
