/* Gates, wires, loads, order, and what the engine refuses. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <time.h>

#include "little.h"

static struct little l;

static void start(const char *inputs) {
    little_init(&l, inputs);
}

static void stop(struct circuit *c) {
    circuit_destroy(c);
    little_finish(&l);
}

Test(circuit, inertial_delay) {
    start("a");
    little_part(&l, "U1", &little_not, NAN, "a y");
    struct circuit *c = little_create(&l);
    cr_assert_eq(little_level(&l, c, "y"), 1);
    static const struct {
        sim_time width;
        bool passes;
    } pulses[] = {{1, false},
                  {9999, false},
                  {10000, false}, /* its end is applied before the transition due then */
                  {10001, true},
                  {50000, true}};
    sim_time t = 100 * SIM_NS;
    size_t edges = 0;
    for (size_t i = 0; i < sizeof pulses / sizeof *pulses; i++, t += 200 * SIM_NS) {
        little_set(&l, c, "a", t, 1);
        little_set(&l, c, "a", t + pulses[i].width, 0);
        circuit_run_until(c, t + 100 * SIM_NS);
        if (pulses[i].passes) {
            little_expect(&l, c, "y", edges++, t + 10000, 0);
            little_expect(&l, c, "y", edges++, t + pulses[i].width + 10000, 1);
        }
        cr_expect_eq(little_edges(&l, c, "y"), edges, "pulse of %lld ps",
                     (long long)pulses[i].width);
    }
    cr_expect_eq(little_count(c, "swallowed pulse U1.2"), 3);
    cr_expect_eq(little_counts(c), 3);
    stop(c);
}

static sim_time loaded(double tpd, double ohm, double farad) {
    return (sim_time)((tpd + 0.69 * ohm * farad) * 1e12 + 0.5);
}

Test(circuit, delay_grows_with_the_load) {
    static const struct part_figure input[] = {FIGURE("cin", 5e-12)};
    start("a");
    l.config.stray = 2e-12;
    l.config.delay_scale = 0.65; /* of the gate's own delay, not of what its load adds */
    little_part(&l, "U1", &little_not, NAN, "a y");
    struct part_use *u2 = little_part(&l, "U2", &little_not, NAN, "y z");
    u2->figures = input;
    u2->n_figures = 1;
    little_part(&l, "C1", &little_c, 50e-12, "y GND");
    struct circuit *c = little_create(&l);
    double farad = 5e-12 + 50e-12 + 3 * 2e-12;
    cr_expect_float_eq(circuit_element(c, 0).load, farad, 1e-18);
    little_set(&l, c, "a", 1000, 1);
    little_set(&l, c, "a", 900000, 0);
    circuit_run_until(c, SIM_US * 2);
    little_expect(&l, c, "y", 0, 1000 + loaded(0.65 * 10e-9, 50, farad), 0);
    little_expect(&l, c, "y", 1, 900000 + loaded(0.65 * 10e-9, 100, farad), 1);
    stop(c);
}

Test(circuit, ties_in_element_order) {
    for (int swapped = 0; swapped < 2; swapped++) {
        start("a");
        little_part(&l, "U1", &little_not, NAN, swapped ? "a y2" : "a y1");
        little_part(&l, "U2", &little_not, NAN, swapped ? "a y1" : "a y2");
        struct circuit *c = little_create(&l);
        little_set(&l, c, "a", 1000, 1);
        circuit_run_until(c, 100000);
        cr_assert_eq(l.record.n, 3); /* the input's own edge comes first */
        cr_expect_eq(l.record.edges[0].net, little_id(&l, c, "a"));
        cr_expect_eq(l.record.edges[1].net, little_id(&l, c, swapped ? "y2" : "y1"));
        cr_expect_eq(l.record.edges[2].net, little_id(&l, c, swapped ? "y1" : "y2"));
        cr_expect_eq(l.record.edges[1].time, l.record.edges[2].time);
        stop(c);
    }
}

Test(circuit, two_inputs_on_one_net_change_together) {
    start("a");
    little_part(&l, "U1", &little_xor, NAN, "a a y");
    struct circuit *c = little_create(&l);
    for (int i = 1; i < 100; i++)
        little_set(&l, c, "a", i * 7777, i & 1);
    circuit_run_until(c, SIM_MS);
    cr_expect_eq(little_edges(&l, c, "y"), 0);
    cr_expect_eq(little_counts(c), 0);
    cr_expect_eq(circuit_events(c), 0);
    stop(c);
}

Test(circuit, next_and_until) {
    start("a");
    little_part(&l, "U1", &little_not, NAN, "a y");
    struct circuit *c = little_create(&l);
    cr_expect_eq(circuit_next(c), SIM_NEVER);
    little_set(&l, c, "a", 5000, 1);
    cr_expect_eq(circuit_next(c), 15000);
    circuit_run_until(c, 15000); /* before, not at */
    cr_expect_eq(little_level(&l, c, "y"), 1);
    circuit_run_until(c, 15001);
    cr_expect_eq(little_level(&l, c, "y"), 0);
    cr_expect_eq(circuit_next(c), SIM_NEVER);
    little_set(&l, c, "a", 20000, 1); /* no change */
    little_set(&l, c, "y", 20000, 1); /* not an input */
    cr_expect_eq(circuit_next(c), SIM_NEVER);
    cr_expect_eq(little_level(&l, c, "y"), 0);
    stop(c);
}

Test(circuit, a_full_record_says_so) {
    start("a");
    little_part(&l, "U1", &little_not, NAN, "a y");
    l.record.capacity = 3;
    struct circuit *c = little_create(&l);
    little_set(&l, c, "a", 1000, 1);
    little_set(&l, c, "a", 50000, 0);
    cr_expect_not(l.record.overflow);
    circuit_run_until(c, 100000);
    cr_expect(l.record.overflow);
    cr_expect_eq(l.record.n, 3);
    stop(c);
}

Test(circuit, wires_merge_nets) {
    for (uint8_t position = 0; position < 3; position++) {
        start("a b");
        little_part(&l, "SW1", &little_selector, NAN, "x a b")->position = position;
        little_part(&l, "R1", &little_r, 0, "x w");
        little_part(&l, "U1", &little_not, NAN, "w y");
        struct circuit *c = little_create(&l);
        cr_expect_eq(little_id(&l, c, "x"), little_id(&l, c, "w"));
        cr_expect_eq(little_id(&l, c, "x") == little_id(&l, c, "a"), position == 1);
        cr_expect_eq(little_id(&l, c, "x") == little_id(&l, c, "b"), position == 2);
        little_set(&l, c, "a", 100000, 1);
        little_set(&l, c, "b", 300000, 1);
        circuit_run_until(c, SIM_US);
        cr_expect_eq(little_edges(&l, c, "y"), position ? 1 : 0);
        if (position)
            little_expect(&l, c, "y", 0, position == 1 ? 110000 : 310000, 0);
        cr_expect_eq(circuit_floating(c), position ? 0 : 1);
        stop(c);
    }
}

Test(circuit, removed_and_unpowered_parts_are_not_there) {
    start("a");
    little_part(&l, "U1", &little_not, NAN, "a y");
    l.netlist->parts[0].removed = true;
    little_part(&l, "U2", &little_not, NAN, "a z");
    uint32_t power = netlist_find_pin(l.netlist, 1, "V");
    l.netlist->pins[power].net = little_net(&l, "elsewhere");
    little_part(&l, "U3", &little_not, NAN, "a w");
    struct circuit *c = little_create(&l);
    little_set(&l, c, "a", 1000, 1);
    circuit_run_until(c, SIM_US);
    cr_expect_not(circuit_net_is_live(c, little_id(&l, c, "y")));
    cr_expect_not(circuit_net_is_live(c, little_id(&l, c, "z")));
    cr_expect(circuit_net_is_live(c, little_id(&l, c, "w")));
    cr_expect_eq(little_edges(&l, c, "y") + little_edges(&l, c, "z"), 0);
    cr_expect_eq(little_edges(&l, c, "w"), 1);
    stop(c);
}

Test(circuit, floating_inputs_are_listed_and_low) {
    start("a");
    little_part(&l, "U1", &little_xor, NAN, "a - y"); /* no net */
    little_part(&l, "U2", &little_not, NAN, "n z");   /* a net nobody drives */
    struct circuit *c = little_create(&l);
    cr_assert_eq(circuit_floating(c), 2);
    char name[20];
    circuit_floating_name(c, 0, name, sizeof name);
    cr_expect_str_eq(name, "U1.2");
    circuit_floating_name(c, 1, name, sizeof name);
    cr_expect_str_eq(name, "U2.1");
    cr_expect_eq(little_level(&l, c, "y"), 0);
    cr_expect_eq(little_level(&l, c, "z"), 1);
    stop(c);
}

/* --- refusals: a circuit, the part or net to be named, and why -------------------- */

#define P(ref, model, quantity, nets)                                                              \
    { ref, &little_##model, quantity, nets }

static const struct refusal {
    const char *name, *why;
    struct {
        const char *ref;
        const struct part_model *model;
        double quantity;
        const char *nets;
    } parts[16];
} refusals[] = {
    {"U2 (", "two outputs drive one net", {P("U1", not, 0, "a y"), P("U2", not, 0, "b y")}},
    {"U1 (", "tied to a supply rail", {P("U1", not, 0, "a VCC")}},
    {"U1 (", "drives a net that the MCU drives", {P("U1", not, 0, "a b")}},
    {"R1 (",
     "couples two analog nodes",
     {P("U1", not, 0, "m y"), P("U2", not, 0, "n z"), P("R1", r, 1e3, "m n")}},
    {"R1 (", "two driven nets", {P("R1", r, 1e3, "a b")}},
    {"C1 (",
     "a capacitor that couples two signals",
     {P("U1", not, 0, "m y"), P("C1", c, 1e-12, "a m")}},
    {"Q1 (", "source is not on a supply rail", {P("U1", not, 0, "m y"), P("Q1", fet, 0, "a m n")}},
    {"Q1 (", "drain is on a driven net", {P("Q1", fet, 0, "a b GND")}},
    {"U1 (", "without a resistor and a capacitor", {P("U1", mono, 0, "a b VCC GND rc q qn")}},
    {"R0 (", "the supply is shorted", {P("R0", r, 0, "VCC GND")}},
    {"R13 (",
     "more than 12 branches",
     {P("R1", r, 1e3, "m GND"), P("R2", r, 1e3, "m GND"), P("R3", r, 1e3, "m GND"),
      P("R4", r, 1e3, "m GND"), P("R5", r, 1e3, "m GND"), P("R6", r, 1e3, "m GND"),
      P("R7", r, 1e3, "m GND"), P("R8", r, 1e3, "m GND"), P("R9", r, 1e3, "m GND"),
      P("R10", r, 1e3, "m GND"), P("R11", r, 1e3, "m GND"), P("R12", r, 1e3, "m GND"),
      P("R13", r, 1e3, "m GND")}},
    {"net m:",
     "more than 6 switched branches",
     {P("R1", r, 1e3, "m a"), P("R2", r, 1e3, "m b"), P("R3", r, 1e3, "m c"),
      P("R4", r, 1e3, "m d"), P("R5", r, 1e3, "m e"), P("R6", r, 1e3, "m f"),
      P("R7", r, 1e3, "m g")}},
    {"U9 (",
     "more than 8 inputs",
     {P("R1", r, 1e3, "m a"), P("C1", c, 1e-10, "m GND"), P("U1", not, 0, "m y1"),
      P("U2", not, 0, "m y2"), P("U3", not, 0, "m y3"), P("U4", not, 0, "m y4"),
      P("U5", not, 0, "m y5"), P("U6", not, 0, "m y6"), P("U7", not, 0, "m y7"),
      P("U8", not, 0, "m y8"), P("U9", not, 0, "m y9")}},
};
#define N_REFUSALS (sizeof refusals / sizeof *refusals)

static void free_params(struct criterion_test_params *params) {
    cr_free(params->params);
}

ParameterizedTestParameters(circuit, refuses_by_name) {
    size_t *rows = cr_malloc(N_REFUSALS * sizeof *rows);
    for (size_t i = 0; i < N_REFUSALS; i++)
        rows[i] = i;
    return cr_make_param_array(size_t, rows, N_REFUSALS, free_params);
}

static void add_parts(const struct refusal *row, size_t except) {
    for (size_t i = 0; i < 16 && row->parts[i].ref; i++)
        if (i != except)
            little_part(&l, row->parts[i].ref, row->parts[i].model, row->parts[i].quantity,
                        row->parts[i].nets);
}

ParameterizedTest(size_t *index, circuit, refuses_by_name) {
    const struct refusal *row = &refusals[*index];
    const struct circuit_scope all = {.part_of = CIRCUIT_ALL};
    start("a b c d e f g");
    add_parts(row, SIZE_MAX);
    cr_assert_null(little_try(&l, &all), "%s", row->why);
    cr_expect_eq(l.err.cls, SIM_ERR_UNMODELLED);
    cr_expect(strstr(l.err.text, row->why), "expected \"%s\", got \"%s\"", row->why, l.err.text);
    if (*index != 9) /* a shorted supply is nobody's */
        cr_expect(strstr(l.err.text, row->name), "expected %s in \"%s\"", row->name, l.err.text);
    little_finish(&l);
    /* and without its last part it is fine, so that it was that one */
    size_t last = 15;
    while (last > 0 && !row->parts[last].ref)
        last--;
    start("a b c d e f g");
    add_parts(row, last);
    struct circuit *c = little_try(&l, &all);
    cr_expect(c, "%s: %s", row->why, l.err.text);
    stop(c);
}

/* --- size --------------------------------------------------------------------------- */

static double seconds_to_create(void) {
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    struct circuit *c = little_try(&l, &(struct circuit_scope){.part_of = CIRCUIT_ALL});
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    cr_assert(c, "%s", l.err.text);
    circuit_destroy(c);
    return (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) * 1e-9;
}

/* A ring of 2000 gates; with `analog`, an RC before every fourth. Every net also has a
 * load, and LED resistors hang on nothing. */
static void big_board(bool analog) {
    start("a");
    char ref[20], nets[60];
    for (int i = 0; i < 2000; i++) {
        bool rc = analog && i % 4 == 0;
        sim_format(ref, sizeof ref, "U%d", i);
        sim_format(nets, sizeof nets, "%s%d a n%d", rc ? "m" : "n", i, (i + 1) % 2000);
        little_part(&l, ref, &little_nand, NAN, nets);
        sim_format(ref, sizeof ref, "R%d", i);
        sim_format(nets, sizeof nets, rc ? "n%d m%d" : "led%d d%d", i, i);
        if (analog || i % 4 == 0)
            little_part(&l, ref, &little_r, 1e3, nets);
        sim_format(ref, sizeof ref, "C%d", i);
        sim_format(nets, sizeof nets, "%s%d GND", rc ? "m" : "n", i);
        if (analog)
            little_part(&l, ref, &little_c, 1e-11, nets);
    }
}

Test(circuit, two_thousand_gates_take_less_than_a_second) {
    for (int analog = 0; analog < 2; analog++) {
        big_board(analog);
        double seconds = seconds_to_create();
        cr_expect_lt(seconds, 1.0, "%s: %g s", analog ? "with RCs" : "gates alone", seconds);
        cr_log_info("%s: %g s", analog ? "with RCs" : "gates alone", seconds);
        little_finish(&l);
    }
}
