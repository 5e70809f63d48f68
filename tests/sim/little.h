/* A circuit of a few parts, for tests of the engine: part models with round figures, and
 * a netlist written part by part. Pins are numbered in the order of sim/part.h. */
#ifndef TESTS_SIM_LITTLE_H
#define TESTS_SIM_LITTLE_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/circuit.h"

#define LITTLE_VCC   5.0
#define LITTLE_MAX   8192 /* parts */
#define LITTLE_EDGES 400000

#define FIGURE(name, value)                                                                        \
    { name, NAN, value, NAN, "of this test" }

static const struct part_figure little_figures[] = {
    FIGURE("tpd", 10e-9),     FIGURE("vt_plus", 2.7),    FIGURE("vt_minus", 1.8),
    FIGURE("r_up", 100),      FIGURE("r_down", 50),      FIGURE("tpd_clk", 15e-9),
    FIGURE("tpd_set", 12e-9), FIGURE("tsu", 10e-9),      FIGURE("th", 3e-9),
    FIGURE("trec", 5e-9),     FIGURE("tw_clk", 8e-9),    FIGURE("tw_set", 9e-9),
    FIGURE("k", 0.7),         FIGURE("tpd_trig", 20e-9), FIGURE("tpd_reset", 18e-9),
    FIGURE("vgs_th", 2.0),    FIGURE("rds_on", 5),
};
/* The same without windows: nothing is left to a coin. */
static const struct part_figure little_calm[] = {FIGURE("tpd_clk", 15e-9), FIGURE("tpd_set", 12e-9),
                                                 FIGURE("r_up", 100), FIGURE("r_down", 50)};
#define N_LITTLE (sizeof little_figures / sizeof little_figures[0])

static const struct part_variant little_variants[] = {{"little", little_figures, N_LITTLE}};
static const char *const little_none[] = {NULL};
static const char *const little_power[] = {"V", NULL};
static const char *const little_ground[] = {"G", NULL};

#define LITTLE_MODEL(id, powered, ...)                                                             \
    static const struct part_unit id##_units[] = {__VA_ARGS__};                                    \
    static const struct part_model id = {                                                          \
        .name = #id,                                                                               \
        .summary = #id,                                                                            \
        .values = little_none,                                                                     \
        .footprints = little_none,                                                                 \
        .ref_prefixes = little_none,                                                               \
        .power_pins = (powered) ? little_power : little_none,                                      \
        .ground_pins = (powered) ? little_ground : little_none,                                    \
        .variants = little_variants,                                                               \
        .n_variants = 1,                                                                           \
        .units = id##_units,                                                                       \
        .n_units = 1,                                                                              \
    }

LITTLE_MODEL(little_not, true, {"", PART_LOGIC, 1, 0x1, {"1", "2"}});
LITTLE_MODEL(little_and, true, {"", PART_LOGIC, 2, 0x8, {"1", "2", "3"}});
LITTLE_MODEL(little_nand, true, {"", PART_LOGIC, 2, 0x7, {"1", "2", "3"}});
LITTLE_MODEL(little_xor, true, {"", PART_LOGIC, 2, 0x6, {"1", "2", "3"}});
LITTLE_MODEL(little_dff, true, {"", PART_DFF, 0, 0, {"1", "2", "3", "4", "5", "6"}});
LITTLE_MODEL(little_mono, true, {"", PART_MONO, 0, 0, {"1", "2", "3", "4", "5", "6", "7"}});
LITTLE_MODEL(little_receiver, true, {"", PART_RECEIVER, 0, 0, {"1", "2", "3"}});
LITTLE_MODEL(little_driver, true, {"", PART_DRIVER, 0, 0, {"1", "2", "3", "4"}});
LITTLE_MODEL(little_fet, false, {"", PART_FET, 0, 0, {"1", "2", "3"}});
LITTLE_MODEL(little_r, false, {"", PART_RESISTOR, 0, 0, {"1", "2"}});
LITTLE_MODEL(little_c, false, {"", PART_CAPACITOR, 0, 0, {"1", "2"}});
LITTLE_MODEL(little_selector, false, {"", PART_SELECTOR, 0, 0, {"1", "2", "3"}});

struct little {
    struct netlist *netlist;
    struct part_use *uses;
    struct circuit_config config;
    uint32_t inputs[16];
    struct circuit_record record;
    struct sim_err err;
};

static inline uint32_t little_net(struct little *l, const char *name) {
    return netlist_add_net(l->netlist, name);
}

/* `inputs`: names of the nets driven from outside, with a blank between. */
static inline void little_init(struct little *l, const char *inputs) {
    *l = (struct little){.netlist = netlist_create()};
    l->uses = calloc(LITTLE_MAX, sizeof *l->uses);
    l->record.edges = malloc(LITTLE_EDGES * sizeof *l->record.edges);
    l->record.capacity = LITTLE_EDGES;
    cr_assert(l->uses && l->record.edges);
    l->config = (struct circuit_config){.vcc = LITTLE_VCC,
                                        .power_net = little_net(l, "VCC"),
                                        .ground_net = little_net(l, "GND"),
                                        .delay_scale = 1,
                                        .inputs = l->inputs,
                                        .line_p = NETLIST_NONE,
                                        .line_n = NETLIST_NONE};
    char text[200];
    sim_format(text, sizeof text, "%s", inputs);
    for (char *save, *name = strtok_r(text, " ", &save); name; name = strtok_r(NULL, " ", &save))
        l->inputs[l->config.n_inputs++] = little_net(l, name);
}

static inline void little_finish(struct little *l) {
    netlist_destroy(l->netlist);
    free(l->uses);
    free(l->record.edges);
}

/* Add a part with its pins 1, 2, ... on the nets named, "-" for an open pin. */
static inline struct part_use *little_part(struct little *l, const char *ref,
                                           const struct part_model *model, double quantity,
                                           const char *nets) {
    uint32_t part = netlist_add_part(l->netlist, ref, model->name, "", "");
    cr_assert(part != NETLIST_NONE && part < LITTLE_MAX);
    char text[200], number[] = "1";
    sim_format(text, sizeof text, "%s", nets);
    for (char *save, *name = strtok_r(text, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        netlist_add_pin(l->netlist, part, number, "",
                        strcmp(name, "-") == 0 ? NETLIST_NONE : little_net(l, name));
        number[0]++;
    }
    if (model->power_pins[0]) {
        netlist_add_pin(l->netlist, part, "V", "", l->config.power_net);
        netlist_add_pin(l->netlist, part, "G", "", l->config.ground_net);
    }
    l->uses[part] = (struct part_use){.model = model,
                                      .variant = &little_variants[0],
                                      .figures = little_figures,
                                      .n_figures = N_LITTLE,
                                      .quantity = quantity};
    return &l->uses[part];
}

static inline struct circuit *little_try(struct little *l, const struct circuit_scope *scope) {
    l->err = SIM_ERR_INIT;
    return circuit_create(l->netlist, l->uses, &l->config, scope, &l->err);
}

/* The whole circuit, every net of the netlist watched. */
static inline struct circuit *little_create(struct little *l) {
    struct circuit *c = little_try(l, &(struct circuit_scope){.part_of = CIRCUIT_ALL});
    cr_assert(c, "%s", l->err.text);
    for (uint32_t net = 0; net < l->netlist->n_nets; net++)
        circuit_watch(c, circuit_net(c, net), true);
    l->record.n = 0;
    circuit_set_record(c, &l->record);
    return c;
}

static inline uint32_t little_id(struct little *l, const struct circuit *c, const char *name) {
    uint32_t net = netlist_find_net(l->netlist, name);
    cr_assert(net != NETLIST_NONE, "no net %s", name);
    return circuit_net(c, net);
}

static inline void little_set(struct little *l, struct circuit *c, const char *name, sim_time time,
                              int level) {
    circuit_input(c, little_id(l, c, name), time, level);
}

static inline int little_level(struct little *l, const struct circuit *c, const char *name) {
    return circuit_level(c, little_id(l, c, name));
}

/* Edge number `i` of a net, or NULL. */
static inline const struct circuit_edge *little_edge(struct little *l, const struct circuit *c,
                                                     const char *name, size_t i) {
    uint32_t net = little_id(l, c, name);
    for (size_t k = 0; k < l->record.n; k++)
        if (l->record.edges[k].net == net && i-- == 0)
            return &l->record.edges[k];
    return NULL;
}

static inline size_t little_edges(struct little *l, const struct circuit *c, const char *name) {
    size_t n = 0;
    while (little_edge(l, c, name, n))
        n++;
    return n;
}

static inline void little_expect(struct little *l, const struct circuit *c, const char *name,
                                 size_t i, sim_time time, int level) {
    const struct circuit_edge *edge = little_edge(l, c, name, i);
    cr_assert(edge, "%s: no edge %zu", name, i);
    cr_expect(edge->time == time && edge->level == level,
              "%s: edge %zu to %d at %lld ps, expected to %d at %lld ps", name, i, edge->level,
              (long long)edge->time, level, (long long)time);
}

/* The counter of that name; fails when there is none. */
static inline uint32_t little_count(const struct circuit *c, const char *name) {
    char text[100];
    for (size_t i = 0; i < circuit_counters(c); i++) {
        circuit_counter_name(c, i, text, sizeof text);
        if (strcmp(text, name) == 0)
            return circuit_counts(c)[i];
    }
    cr_assert_fail("no counter \"%s\"", name);
    return 0;
}

static inline uint32_t little_counts(const struct circuit *c) {
    uint32_t sum = 0;
    for (size_t i = 0; i < circuit_counters(c); i++)
        sum += circuit_counts(c)[i];
    return sum;
}

#endif
