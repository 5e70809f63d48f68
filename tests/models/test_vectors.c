/* The function table of every part in the catalogue, run through the engine on a netlist
 * built around the single part. The rules of the strings stand in sim/part.h. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

#include "models/parts/catalogue.h"
#include "sim/circuit.h"

#define SETTLE   SIM_US /* longer than any gate, shorter than the pulse below */
#define R_TIMING 10e3
#define C_TIMING 1e-9

struct bench {
    const struct part_model *model;
    struct netlist *netlist;
    struct part_use uses[3];
    uint32_t inputs[64];
    struct circuit_config config;
    struct circuit *c;
    sim_time now;
    unsigned failures;
    char first[200];
};

static int n_inputs(const struct part_unit *unit) {
    switch (unit->kind) {
    case PART_LOGIC:
        return unit->n_in;
    case PART_DFF:
        return 4;
    case PART_MONO:
        return 3;
    case PART_RECEIVER:
        return 1; /* the sign of VID */
    case PART_DRIVER:
        return 2;
    default:
        return 0;
    }
}

static int first_output(const struct part_unit *unit) {
    return unit->kind == PART_MONO ? 5 : unit->kind == PART_RECEIVER ? 2 : n_inputs(unit);
}

static int n_outputs(const struct part_unit *unit) {
    return unit->kind == PART_LOGIC || unit->kind == PART_RECEIVER ? 1 : 2;
}

/* Every pin on a net of its own name, but for those that the line or the RC wants. */
static const char *net_name(const struct part_unit *unit, int pin, const char *number) {
    if (unit->kind == PART_RECEIVER && pin < 2)
        return pin ? "line_n" : "line_p";
    if (unit->kind == PART_MONO && pin == 3)
        return "GND";
    if (unit->kind == PART_MONO && pin == 4)
        return "rc";
    return number;
}

static void add_unit(struct bench *b, const struct part_unit *unit) {
    bool digital = unit->kind != PART_RECEIVER;
    for (int pin = 0; pin < PART_MAX_UNIT_PINS && unit->pins[pin]; pin++) {
        uint32_t net = netlist_add_net(b->netlist, net_name(unit, pin, unit->pins[pin]));
        netlist_add_pin(b->netlist, 0, unit->pins[pin], "", net);
        if (digital && pin < n_inputs(unit))
            b->inputs[b->config.n_inputs++] = net;
    }
}

static void add_passive(struct bench *b, uint32_t index, const char *name, double quantity,
                        uint32_t rail) {
    for (size_t i = 0; i < part_catalogue_size; i++)
        if (strcmp(part_catalogue[i]->name, name) == 0)
            b->uses[index] = (struct part_use){.model = part_catalogue[i],
                                               .variant = &part_catalogue[i]->variants[0],
                                               .quantity = quantity};
    cr_assert(b->uses[index].model, "no %s in the catalogue", name);
    uint32_t part = netlist_add_part(b->netlist, name, "", "", "");
    netlist_add_pin(b->netlist, part, "1", "", netlist_add_net(b->netlist, "rc"));
    netlist_add_pin(b->netlist, part, "2", "", rail);
}

static void add_supply(struct bench *b, const char *const *pins, uint32_t net) {
    for (; *pins; pins++)
        netlist_add_pin(b->netlist, 0, *pins, "", net);
}

static void build(struct bench *b, const struct part_model *model, size_t variant) {
    *b = (struct bench){.model = model, .netlist = netlist_create()};
    b->config = (struct circuit_config){.vcc = 5,
                                        .power_net = netlist_add_net(b->netlist, "VCC"),
                                        .ground_net = netlist_add_net(b->netlist, "GND"),
                                        .delay_scale = 1,
                                        .stray = 3e-12,
                                        .idle = CIRCUIT_IDLE_HIGH,
                                        .inputs = b->inputs,
                                        .line_p = netlist_add_net(b->netlist, "line_p"),
                                        .line_n = netlist_add_net(b->netlist, "line_n")};
    const struct part_variant *make = &model->variants[variant];
    netlist_add_part(b->netlist, "U1", make->name, "", "");
    b->uses[0] = (struct part_use){model, make, make->figures, make->n_figures, NAN, 0, NULL};
    for (size_t u = 0; u < model->n_units; u++)
        add_unit(b, &model->units[u]);
    add_supply(b, model->power_pins, b->config.power_net);
    add_supply(b, model->ground_pins, b->config.ground_net);
    add_passive(b, 1, "resistor", R_TIMING, b->config.power_net);
    add_passive(b, 2, "capacitor", C_TIMING, b->config.ground_net);
    struct sim_err err = SIM_ERR_INIT;
    b->c = circuit_create(b->netlist, b->uses, &b->config,
                          &(struct circuit_scope){.part_of = CIRCUIT_ALL}, &err);
    cr_assert(b->c, "%s", err.text);
    b->now = SIM_US;
}

static void finish(struct bench *b) {
    circuit_destroy(b->c);
    netlist_destroy(b->netlist);
}

static uint32_t pin_net(const struct bench *b, const struct part_unit *unit, int pin) {
    return circuit_net(b->c, netlist_find_net(b->netlist, net_name(unit, pin, unit->pins[pin])));
}

static void drive(struct bench *b, const struct part_unit *unit, int pin, int level) {
    if (unit->kind == PART_RECEIVER)
        circuit_line(b->c, b->now, level);
    else
        circuit_input(b->c, pin_net(b, unit, pin), b->now, level);
}

/* Levels first, one every microsecond (no window is violated), then the edges. */
static void apply(struct bench *b, const struct part_unit *unit, const char *in) {
    static const char *const order[] = {"0", "1", "^v", "^v"};
    for (int phase = 0; phase < 4; phase++)
        for (int pin = 0; in[pin]; pin++) {
            bool edge = in[pin] == '^' || in[pin] == 'v';
            if (!strchr(order[phase], in[pin]))
                continue;
            int level = edge ? (in[pin] == '^') == (phase == 3) : in[pin] == '1';
            drive(b, unit, pin, level);
            b->now += edge && phase == 3 ? 0 : SETTLE;
        }
    b->now += SETTLE;
    circuit_run_until(b->c, b->now);
}

static void fail(struct bench *b, const struct part_unit *unit, const struct part_vector *vector,
                 int output, const char *what) {
    if (b->failures++ == 0)
        sim_format(b->first, sizeof b->first, "%s %s: in %s, out %s: output %d %s", b->model->name,
                   unit->name, vector->in, vector->out, output, what);
}

static int output(const struct bench *b, const struct part_unit *unit, int i) {
    return circuit_level(b->c, pin_net(b, unit, first_output(unit) + i));
}

/* A pulse began; it ends k R C later, not before. */
static void check_pulse(struct bench *b, const struct part_unit *unit,
                        const struct part_vector *vector, const int *before) {
    double length = part_use_typ(&b->uses[0], "k", NAN) * R_TIMING * C_TIMING * 1e12;
    sim_time triggered = b->now - SETTLE;
    for (int i = 0; i < 2; i++)
        if (output(b, unit, i) != (i == 0))
            fail(b, unit, vector, i, "has no pulse");
    circuit_run_until(b->c, triggered + (sim_time)(length * 0.999));
    for (int i = 0; i < 2; i++)
        if (output(b, unit, i) != (i == 0))
            fail(b, unit, vector, i, "pulse is too short");
    b->now = triggered + (sim_time)(length * 1.001) + SETTLE;
    circuit_run_until(b->c, b->now);
    for (int i = 0; i < 2; i++)
        if (output(b, unit, i) != before[i])
            fail(b, unit, vector, i, "pulse is too long");
}

static void run_vector(struct bench *b, const struct part_unit *unit,
                       const struct part_vector *vector) {
    int n = n_outputs(unit), before[2] = {0};
    /* '=' is about what the last row left behind, before this one's levels are set */
    for (int i = 0; i < n; i++)
        before[i] = output(b, unit, i);
    apply(b, unit, vector->in);
    if (vector->out[0] == 'p') {
        check_pulse(b, unit, vector, before);
        return;
    }
    for (int i = 0; i < n; i++) {
        int got = output(b, unit, i);
        char want = vector->out[i];
        int expected = want == '=' ? before[i] : want == '1'; /* 'z': low, no differential */
        if (got != expected)
            fail(b, unit, vector, i, "differs");
    }
}

static void run_table(struct bench *b, const struct part_vector *vectors, size_t n) {
    for (size_t u = 0; u < b->model->n_units; u++) {
        const struct part_unit *unit = &b->model->units[u];
        for (size_t v = 0; v < n; v++)
            if (n_inputs(unit) && (int)strlen(vectors[v].in) == n_inputs(unit))
                run_vector(b, unit, &vectors[v]);
    }
}

static void free_params(struct criterion_test_params *params) {
    cr_free(params->params);
}

static struct criterion_test_params rows(void) {
    size_t *row = cr_malloc(part_catalogue_size * sizeof *row);
    for (size_t i = 0; i < part_catalogue_size; i++)
        row[i] = i;
    return cr_make_param_array(size_t, row, part_catalogue_size, free_params);
}

ParameterizedTestParameters(vectors, hold_in_the_engine) {
    return rows();
}

ParameterizedTest(size_t *row, vectors, hold_in_the_engine) {
    const struct part_model *model = part_catalogue[*row];
    for (size_t variant = 0; model->n_vectors && variant < model->n_variants; variant++) {
        struct bench b;
        build(&b, model, variant);
        run_table(&b, model->vectors, model->n_vectors);
        cr_expect_eq(b.failures, 0, "%u wrong, first: %s", b.failures, b.first);
        cr_expect_eq(circuit_coins(b.c), 0, "%s: a window was violated", model->name);
        finish(&b);
    }
}

/* Planted: every output character in turn says something else, and is noticed. */
ParameterizedTestParameters(vectors, a_wrong_one_is_noticed) {
    return rows();
}

static char opposite(const struct bench *b, char out) {
    if (b->model->units[0].kind == PART_MONO && out == 'p')
        return '=';
    return out == '0' || out == 'z' ? '1' : out == '=' ? 'x' : '0';
}

ParameterizedTest(size_t *row, vectors, a_wrong_one_is_noticed) {
    const struct part_model *model = part_catalogue[*row];
    struct part_vector table[40];
    for (size_t v = 0; v < model->n_vectors; v++) {
        memcpy(table, model->vectors, model->n_vectors * sizeof *table);
        struct bench b;
        build(&b, model, 0);
        char out[3] = {opposite(&b, table[v].out[0]), table[v].out[1], '\0'};
        if (out[0] != 'x') { /* an unchanged output may be either */
            table[v].out = out;
            run_table(&b, table, model->n_vectors);
            cr_expect_geq(b.failures, 1, "%s: row %zu, %s, passes as %s", model->name, v,
                          table[v].in, out);
        }
        finish(&b);
    }
}

/* Planted in the part: a truth table or a timing constant that is wrong. */
Test(vectors, a_wrong_part_is_noticed) {
    unsigned tried = 0;
    for (size_t i = 0; i < part_catalogue_size; i++) {
        const struct part_model *model = part_catalogue[i];
        if (!model->n_vectors || model->units[0].kind != PART_LOGIC)
            continue;
        struct part_unit units[8];
        memcpy(units, model->units, model->n_units * sizeof *units);
        units[model->n_units - 1].truth ^= 1;
        struct part_model wrong = *model;
        wrong.units = units;
        struct bench b;
        build(&b, &wrong, 0);
        run_table(&b, model->vectors, model->n_vectors);
        cr_expect_geq(b.failures, 1, "%s", model->name);
        tried++;
        finish(&b);
    }
    cr_expect_geq(tried, 4);
}
