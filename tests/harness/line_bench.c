#include "line_bench.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define MAX_EDGES  16384
#define MAX_PIECES (4 * MAX_EDGES)

static void require(bool good, const struct sim_err *err) {
    cr_assert(good, "%s", err->text);
}

/* Another last payload octet until the FCS ends as wished: its last bit is the top one. */
void line_bench_load(struct line_bench *t, const struct bench_case *c, size_t n, bool last_bit) {
    struct sim_err err = SIM_ERR_INIT;
    *t = (struct line_bench){0};
    bench_load(&t->board, c);
    size_t total = export_spice_frame(n, t->octets);
    for (int i = 0; i < 256 && (t->octets[total - 1] >> 7) != last_bit; i++) {
        t->octets[n - 1] = (uint8_t)i;
        uint32_t fcs = line_fcs(t->octets, n);
        for (size_t k = 0; k < 4; k++)
            t->octets[n + k] = (uint8_t)(fcs >> 8 * k);
    }
    t->stimulus = (struct spice_stimulus){
        .octets = t->octets, .n = total, .lead = 2 * SIM_US, .tail = 7 * SIM_US};
    require(export_spice_transmit_plan(&t->board, &t->stimulus, &t->plan, &err), &err);
}

void line_bench_pulse(struct line_bench *t, unsigned pulse) {
    struct sim_err err = SIM_ERR_INIT;
    t->stimulus.pulse = pulse;
    require(export_spice_transmit_plan(&t->board, &t->stimulus, &t->plan, &err), &err);
}

static void store(void *self, const struct transmitter_piece *piece) {
    struct line_bench *t = self;
    cr_assert_lt(t->n_pieces, (size_t)MAX_PIECES);
    t->pieces[t->n_pieces++] = *piece;
    if (t->also.piece)
        t->also.piece(t->also.self, piece);
}

static int by_time(const void *x, const void *y) {
    const struct spice_pin_edge *a = x, *b = y;
    return a->time < b->time ? -1 : a->time > b->time;
}

/* Half the swing at the net comes after 0.69 R C. */
static void slow_pins(const struct line_bench *t, const struct circuit *circuit,
                      struct spice_pin_edge *pins, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double load = circuit_net_load(circuit, circuit_net(circuit, pins[i].net));
        pins[i].time += (sim_time)(0.69 * t->pin_ohm * load * 1e12);
        pins[i].time += pins[i].net == pins[0].net ? 0 : t->skew; /* the first is the clock's */
    }
    qsort(pins, n, sizeof *pins, by_time);
}

static void run_circuit(struct line_bench *t, struct circuit *circuit) {
    size_t n;
    struct spice_pin_edge *pins =
        export_spice_transmit_edges(&t->board, &t->plan, &t->stimulus, &n);
    if (t->pin_ohm > 0 || t->skew)
        slow_pins(t, circuit, pins, n);
    for (size_t i = 0; i < n; i++)
        circuit_input(circuit, circuit_net(circuit, pins[i].net), t->plan.origin + pins[i].time,
                      pins[i].level);
    circuit_run_until(circuit, t->plan.origin + t->plan.end);
    free(pins);
}

static void take_edges(struct line_bench *t, struct circuit *circuit) {
    static struct circuit_edge buffer[MAX_EDGES];
    struct circuit_record record = {.edges = buffer, .capacity = MAX_EDGES};
    const struct transmitter_setup *setup = &t->plan.transmitter;
    struct transmitter_pins pins = transmitter_setup_pins(setup, circuit);
    circuit_run_until(circuit, t->plan.origin);
    t->edges = calloc(MAX_EDGES + 1, sizeof *t->edges);
    t->edges[0] = (struct driver_edge){0, transmitter_setup_d(setup, circuit),
                                       transmitter_setup_de(setup, circuit)};
    t->n_edges = 1;
    circuit_set_record(circuit, &record);
    circuit_watch(circuit, pins.d, true);
    circuit_watch(circuit, pins.de, true);
    run_circuit(t, circuit);
    cr_assert_not(record.overflow);
    for (size_t i = 0; i < record.n; i++) {
        struct driver_edge edge = t->edges[t->n_edges - 1];
        edge.time = buffer[i].time - t->plan.origin;
        edge.d = buffer[i].net == pins.d ? buffer[i].level : edge.d;
        edge.de = setup->powered && (buffer[i].net == pins.de ? buffer[i].level : edge.de);
        t->edges[t->n_edges++] = edge;
    }
}

void line_bench_run(struct line_bench *t) {
    struct sim_err err = SIM_ERR_INIT;
    struct transmitter_sink sink = {t, store};
    t->plan.setup.config.inputs = t->plan.setup.attached.inputs;
    t->plan.setup.scope.observed = t->plan.setup.nets;
    struct circuit *circuit = circuit_create(t->board.netlist, t->board.uses, &t->plan.setup.config,
                                             &t->plan.setup.scope, &err);
    require(circuit != NULL, &err);
    take_edges(t, circuit);
    circuit_destroy(circuit);
    struct transmitter *line = transmitter_create(&t->plan.transmitter.config, &sink, &err);
    require(line != NULL, &err);
    t->pieces = malloc(MAX_PIECES * sizeof *t->pieces);
    transmitter_start(line, 0, t->edges[0].d, t->edges[0].de);
    for (size_t i = 1; i < t->n_edges; i++)
        transmitter_edge(line, t->edges[i].time, t->edges[i].d, t->edges[i].de);
    transmitter_until(line, t->plan.end);
    cr_assert_eq(transmitter_swallowed(line), (uint64_t)0);
    transmitter_destroy(line);
}

void line_bench_finish(struct line_bench *t) {
    free(t->pieces);
    free(t->edges);
    board_finish(&t->board);
}

double line_bench_volt(const struct line_bench *t, sim_time time) {
    size_t low = 0, high = t->n_pieces - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (t->pieces[middle].end > time)
            high = middle;
        else
            low = middle + 1;
    }
    return transmitter_piece_value(&t->pieces[low], time);
}

double line_bench_extreme(const struct line_bench *t, sim_time from, sim_time to, bool highest,
                          sim_time *at) {
    double best = line_bench_volt(t, from);
    *at = from;
    for (sim_time time = from; time < to; time += 50) {
        double v = line_bench_volt(t, time);
        if (highest ? v > best : v < best) {
            best = v;
            *at = time;
        }
    }
    return best;
}

sim_time line_bench_data_end(const struct line_bench *t) {
    return t->plan.frame + (sim_time)(8 + t->stimulus.n) * 800 * SIM_NS;
}
