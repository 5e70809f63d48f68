/* Analog nodes against closed forms: crossing times to a picosecond or two. */
#include <criterion/criterion.h>

#include "little.h"
#include "sim/rng.h"

static struct little l;

static void stop(struct circuit *c) {
    circuit_destroy(c);
    little_finish(&l);
}

static void expect_near(const char *net, const struct circuit *c, size_t i, double time, int level,
                        double within) {
    const struct circuit_edge *edge = little_edge(&l, c, net, i);
    cr_assert(edge, "%s: no edge %zu", net, i);
    cr_expect(fabs((double)edge->time - time) <= within && edge->level == level,
              "%s: edge %zu to %d at %lld ps, expected to %d at %.2f ps", net, i, edge->level,
              (long long)edge->time, level, time);
}

#define OHM_UP   (1e3 + 40) /* with the resistance of an outside driver */
#define FARAD    100e-12
#define TAU      (OHM_UP * FARAD * 1e12)
#define STEP     (10 * SIM_US)
#define INVERTER 10000 /* ps */

/* An RC between input and Schmitt inverter: t = RC ln((V0 - Vinf) / (VT - Vinf)). */
Test(node, charges_and_discharges) {
    little_init(&l, "a");
    little_part(&l, "R1", &little_r, 1e3, "a m");
    little_part(&l, "C1", &little_c, FARAD, "m GND");
    little_part(&l, "U1", &little_not, NAN, "m y");
    struct circuit *c = little_create(&l);
    cr_assert(circuit_net_is_analog(c, little_id(&l, c, "m")));
    cr_expect(isnan(circuit_voltage(c, little_id(&l, c, "y"), 0)));
    little_set(&l, c, "a", STEP, 1);
    circuit_run_until(c, STEP + 50000);
    cr_expect_float_eq(circuit_voltage(c, little_id(&l, c, "m"), STEP + 50000),
                       5 * (1 - exp(-50000 / TAU)), 1e-5);
    little_set(&l, c, "a", 2 * STEP, 0);
    circuit_run_until(c, 3 * STEP);
    double up = STEP + TAU * log(5 / (5 - 2.7)), down = 2 * STEP + TAU * log(5 / 1.8);
    expect_near("m", c, 0, up, 1, 1);
    expect_near("m", c, 1, down, 0, 1);
    expect_near("y", c, 0, up + INVERTER, 0, 1);
    expect_near("y", c, 1, down + INVERTER, 1, 1);
    cr_expect_eq(little_edges(&l, c, "m"), 2);
    stop(c);
}

/* Both inputs of a gate on one node pass their threshold at once. */
Test(node, two_inputs_of_a_gate_change_together) {
    little_init(&l, "a");
    little_part(&l, "R1", &little_r, 1e3, "a m");
    little_part(&l, "C1", &little_c, FARAD, "m GND");
    little_part(&l, "U1", &little_xor, NAN, "m m y");
    little_part(&l, "U2", &little_and, NAN, "m m z");
    struct circuit *c = little_create(&l);
    little_set(&l, c, "a", STEP, 1);
    little_set(&l, c, "a", 2 * STEP, 0);
    circuit_run_until(c, 3 * STEP);
    cr_expect_eq(little_edges(&l, c, "y"), 0);
    cr_expect_eq(little_edges(&l, c, "z"), 2);
    uint32_t swallowed = little_counts(c);
    cr_expect_eq(swallowed, 0, "%u", swallowed);
    stop(c);
}

/* Turned round on the way up, before the threshold and after it. */
Test(node, may_turn_back) {
    little_init(&l, "a");
    little_part(&l, "R1", &little_r, 1e3, "a m");
    little_part(&l, "C1", &little_c, FARAD, "m GND");
    little_part(&l, "U1", &little_not, NAN, "m y");
    struct circuit *c = little_create(&l);
    little_set(&l, c, "a", STEP, 1);
    little_set(&l, c, "a", STEP + 70000, 0); /* 2.7 V would be there after 80.8 ns */
    circuit_run_until(c, 2 * STEP);
    cr_expect_eq(little_edges(&l, c, "m"), 0);
    little_set(&l, c, "a", 2 * STEP, 1);
    little_set(&l, c, "a", 2 * STEP + 90000, 0);
    circuit_run_until(c, 3 * STEP);
    double v = 5 * (1 - exp(-90000 / TAU));
    expect_near("m", c, 0, 2 * STEP + TAU * log(5 / (5 - 2.7)), 1, 1);
    expect_near("m", c, 1, 2 * STEP + 90000 + TAU * log(v / 1.8), 0, 1);
    stop(c);
}

/* Two branches from driven nets and one to a rail, in parallel. */
Test(node, branches_in_parallel) {
    little_init(&l, "a b");
    little_part(&l, "R1", &little_r, 1e3, "a m");
    little_part(&l, "R2", &little_r, 2e3, "b m");
    little_part(&l, "R3", &little_r, 10e3, "m GND");
    little_part(&l, "C1", &little_c, FARAD, "m GND");
    little_part(&l, "U1", &little_not, NAN, "m y");
    struct circuit *c = little_create(&l);
    double g1 = 1 / 1040.0, g2 = 1 / 2040.0, g = g1 + g2 + 1e-4;
    double tau = FARAD / g * 1e12;
    little_set(&l, c, "b", STEP, 1); /* alone it does not reach the threshold */
    circuit_run_until(c, 2 * STEP);
    double v = 5 * g2 / g, both = 5 * (g1 + g2) / g;
    cr_expect_float_eq(circuit_voltage(c, little_id(&l, c, "m"), 2 * STEP), v, 1e-5);
    cr_expect_eq(little_edges(&l, c, "m"), 0);
    little_set(&l, c, "a", 2 * STEP, 1);
    circuit_run_until(c, 3 * STEP);
    expect_near("m", c, 0, 2 * STEP + tau * log((both - v) / (both - 2.7)), 1, 1);
    stop(c);
}

/* FETs to both rails; with both off nothing conducts and the charge stays. */
static struct circuit *two_fets(double crss) {
    static struct part_figure figures[N_LITTLE + 1];
    memcpy(figures, little_figures, sizeof little_figures);
    figures[N_LITTLE] = (struct part_figure)FIGURE("crss", crss);
    little_init(&l, "up down");
    struct part_use *q1 = little_part(&l, "Q1", &little_fet, NAN, "up m VCC");
    struct part_use *q2 = little_part(&l, "Q2", &little_fet, NAN, "down m GND");
    q1->figures = q2->figures = figures;
    q1->n_figures = q2->n_figures = N_LITTLE + 1;
    little_part(&l, "C1", &little_c, FARAD, "m GND");
    little_part(&l, "U1", &little_not, NAN, "m y");
    return little_create(&l);
}

Test(node, holds_its_charge_when_nothing_conducts) {
    struct circuit *c = two_fets(0);
    uint32_t m = little_id(&l, c, "m");
    little_set(&l, c, "up", STEP, 1);
    little_set(&l, c, "up", 2 * STEP, 0);
    circuit_run_until(c, SIM_S);
    cr_expect_float_eq(circuit_voltage(c, m, SIM_S), 5, 1e-5);
    little_set(&l, c, "down", SIM_S, 1);
    circuit_run_until(c, SIM_S + STEP);
    cr_expect_float_eq(circuit_voltage(c, m, SIM_S + STEP), 0, 1e-5);
    cr_expect_eq(little_edges(&l, c, "m"), 2);
    stop(c);
}

/* Crss takes the drain along: down by crss x vgs_th / C when the channel turns off. */
Test(node, gate_charge_kicks_the_drain) {
    struct circuit *c = two_fets(5e-12);
    uint32_t m = little_id(&l, c, "m");
    little_set(&l, c, "up", STEP, 1);
    little_set(&l, c, "up", 2 * STEP, 0);
    circuit_run_until(c, 3 * STEP);
    cr_expect_float_eq(circuit_voltage(c, m, 3 * STEP), 5 - 5e-12 * 2.0 / FARAD, 1e-5);
    stop(c);
}

/* A kick over the threshold while the voltage falls: the input goes high and low again. */
Test(node, a_kick_past_a_threshold_is_followed_by_the_way_back) {
    struct circuit *c = two_fets(100e-12); /* 2 V */
    little_set(&l, c, "up", STEP, 1);
    little_set(&l, c, "up", 2 * STEP, 0); /* 5 V less 2 V */
    little_set(&l, c, "down", 3 * STEP, 1);
    circuit_run_until(c, 4 * STEP);
    cr_expect_eq(little_level(&l, c, "y"), 1);
    little_set(&l, c, "down", 4 * STEP, 0); /* 0 V less 2 V */
    little_set(&l, c, "up", 5 * STEP, 1);
    little_set(&l, c, "up", 6 * STEP, 0);
    circuit_run_until(c, 7 * STEP);
    double v = circuit_voltage(c, little_id(&l, c, "m"), 7 * STEP);
    cr_expect_float_eq(v, 3, 1e-4, "%g V", v);
    cr_expect_eq(little_level(&l, c, "y"), 0, "above 2.7 V");
    stop(c);
}

/* The same, with a threshold between where the voltage is and where a turn-on kicks it. */
Test(node, a_kick_up_on_the_way_down) {
    static struct part_figure figures[N_LITTLE + 1];
    memcpy(figures, little_figures, sizeof little_figures);
    figures[N_LITTLE] = (struct part_figure)FIGURE("crss", 25e-12); /* 0.5 V */
    little_init(&l, "a down");
    little_part(&l, "R1", &little_r, 100e3, "a m");
    little_part(&l, "R2", &little_r, 100e3, "m GND"); /* at rest: half the supply, 2.5 V */
    struct part_use *q = little_part(&l, "Q1", &little_fet, NAN, "down m GND");
    q->figures = figures;
    q->n_figures = N_LITTLE + 1;
    little_part(&l, "C1", &little_c, FARAD, "m GND");
    little_part(&l, "U1", &little_not, NAN, "m y");
    struct circuit *c = little_create(&l);
    little_set(&l, c, "a", STEP, 1);
    circuit_run_until(c, 100 * STEP);
    cr_assert_eq(little_edges(&l, c, "m"), 0); /* 2.5 V: still low */
    little_set(&l, c, "down", 100 * STEP, 1);
    circuit_run_until(c, 200 * STEP);
    cr_expect_lt(circuit_voltage(c, little_id(&l, c, "m"), 200 * STEP), 0.1);
    cr_expect_eq(little_edges(&l, c, "m"), 2, "up with the kick, and down");
    cr_expect_eq(little_level(&l, c, "y"), 1);
    stop(c);
}

/* The node's voltage when a closing channel has lost its hold: its conductance falls with
 * the gate, in steps so small that the plainest integration will do. */
static double released(double v, double k, double vth, double tau_gate) {
    enum { STEPS = 100000 };
    double end = tau_gate * log(LITTLE_VCC / vth), dt = end / STEPS;
    for (int i = 0; i < STEPS; i++) {
        double gate = LITTLE_VCC * exp(-(i + 0.5) * dt / tau_gate);
        v += dt / FARAD * ((LITTLE_VCC - v) / 1e3 - k * (gate - vth) * v);
    }
    return v;
}

/* Turn-on and turn-off, by the formulas stated in circuit_nodes.c. */
Test(node, fet_delays) {
    static struct part_figure figures[N_LITTLE + 1];
    memcpy(figures, little_figures, sizeof little_figures);
    figures[N_LITTLE] = (struct part_figure)FIGURE("ciss", 50e-12);
    little_init(&l, "a");
    little_part(&l, "U1", &little_not, NAN, "a g");
    struct part_use *q = little_part(&l, "Q1", &little_fet, NAN, "g m GND");
    q->figures = figures;
    q->n_figures = N_LITTLE + 1;
    little_part(&l, "R1", &little_r, 1e3, "VCC m");
    little_part(&l, "C1", &little_c, FARAD, "m GND");
    little_part(&l, "U2", &little_not, NAN, "m y");
    struct circuit *c = little_create(&l);
    const double vth = 2.0, vcc = 5.0, tau_up = 100 * 50e-12, tau_down = 50 * 50e-12;
    double slope = (vcc - vth) / tau_up, k = 1 / (5 * (vcc - vth));
    double on = tau_up * (log(vcc / (vcc - vth)) - log(2)) +
                cbrt(6 * 0.64 * FARAD * vcc / (k * slope * slope));
    double off = tau_down * log(vcc / 2 / vth);
    struct circuit_element_info fet = {0};
    for (size_t i = 0; i < circuit_elements(c); i++)
        if (strcmp(circuit_element(c, i).kind, "FET") == 0)
            fet = circuit_element(c, i);
    cr_expect_float_eq((double)fet.rise, on * 1e12, 1, "%lld, not %.1f ps", (long long)fet.rise,
                       on * 1e12);
    cr_expect_float_eq((double)fet.fall, off * 1e12, 1);
    /* off at 1 STEP: the gate falls 10 ns + 0.69 r C later, then the RC charges */
    little_set(&l, c, "a", STEP, 1);
    little_set(&l, c, "a", 2 * STEP, 0);
    circuit_run_until(c, 3 * STEP);
    double v0 = 5 * 5 / 1005.0, tau_on = 1e12 * FARAD * 5 * 1000 / 1005;
    double gate_off = STEP + INVERTER + 0.69 * 50 * 50, gate_on = 2 * STEP + INVERTER + 0.69 * 5000;
    double v1 = released(v0, k, vth, tau_down); /* the engine takes 256 steps: within 1 mV */
    cr_expect_gt(v1, v0 + 0.01);
    expect_near("m", c, 0, gate_off + off * 1e12 + 1e5 * log((5 - v1) / (5 - 2.7)), 1, 20);
    expect_near("m", c, 1, gate_on + on * 1e12 + tau_on * log((5 - v0) / (1.8 - v0)), 0, 2);
    stop(c);
}

/* Two channels in one package have a gate each. */
Test(node, a_dual_fet) {
    static const struct part_unit units[] = {{"A", PART_FET, 0, 0, {"1", "2", "3"}},
                                             {"B", PART_FET, 0, 0, {"4", "5", "6"}}};
    struct part_model dual = little_fet;
    dual.units = units;
    dual.n_units = 2;
    little_init(&l, "a b");
    little_part(&l, "Q1", &dual, NAN, "a m GND b n GND");
    little_part(&l, "R1", &little_r, 1e3, "VCC m");
    little_part(&l, "R2", &little_r, 1e3, "VCC n");
    little_part(&l, "C1", &little_c, FARAD, "m GND");
    little_part(&l, "C2", &little_c, FARAD, "n GND");
    struct circuit *c = little_create(&l);
    for (int i = 0; i < 4; i++) {
        little_set(&l, c, "a", (i + 1) * STEP, i & 1);
        little_set(&l, c, "b", (i + 1) * STEP, i >> 1);
        circuit_run_until(c, (i + 2) * STEP);
        cr_expect_eq(little_level(&l, c, "m"), !(i & 1), "row %d", i);
        cr_expect_eq(little_level(&l, c, "n"), !(i >> 1), "row %d", i);
    }
    stop(c);
}

/* A gate behind an RC of its own switches when that reaches VGS(th). */
Test(node, a_fet_gate_on_an_analog_node) {
    little_init(&l, "a");
    little_part(&l, "R1", &little_r, 1e3, "a g");
    little_part(&l, "C1", &little_c, FARAD, "g GND");
    little_part(&l, "Q1", &little_fet, NAN, "g m GND");
    little_part(&l, "R2", &little_r, 1e3, "VCC m");
    little_part(&l, "C2", &little_c, FARAD, "m GND");
    little_part(&l, "U1", &little_not, NAN, "m y");
    struct circuit *c = little_create(&l);
    cr_expect_eq(little_level(&l, c, "y"), 0);
    little_set(&l, c, "a", STEP, 1);
    circuit_run_until(c, 2 * STEP);
    cr_expect_eq(little_level(&l, c, "y"), 1, "the FET conducts");
    expect_near("g", c, 0, STEP + TAU * log(5 / (5 - 2.0)), 1, 1);
    stop(c);
}

/* A Schmitt inverter, R and C. Both thresholds are passed by the gate's delay. */
Test(node, relaxation_oscillator) {
    little_init(&l, "");
    little_part(&l, "U1", &little_not, NAN, "m y");
    little_part(&l, "R1", &little_r, 10e3, "y m");
    little_part(&l, "C1", &little_c, FARAD, "m GND");
    struct circuit *c = little_create(&l);
    double up = 10100 * FARAD * 1e12, down = 10050 * FARAD * 1e12, delay = INVERTER;
    double top = 5 - (5 - 2.7) * exp(-delay / up), bottom = 1.8 * exp(-delay / down);
    double period = 2 * delay + down * log(top / 1.8) + up * log((5 - bottom) / (5 - 2.7));
    circuit_run_until(c, 1100 * (sim_time)period);
    size_t first = 20, n = 0;
    sim_time last = 0;
    double begin = (double)little_edge(&l, c, "y", first)->time, end = begin;
    for (size_t i = 0; i < l.record.n; i++) {
        const struct circuit_edge *edge = &l.record.edges[i];
        if (edge->net != little_id(&l, c, "y") || edge->level != 1 || (double)edge->time < begin)
            continue;
        if (last)
            cr_assert_float_eq((double)(edge->time - last), period, 6, "period %zu: %lld ps", n,
                               (long long)(edge->time - last));
        if (last)
            n++;
        else
            begin = (double)edge->time;
        last = edge->time;
        end = (double)last;
    }
    cr_assert_geq(n, 1000);
    cr_expect_float_eq((end - begin) / (double)n, period, 3, "%.3f, not %.3f ps",
                       (end - begin) / (double)n, period);
    stop(c);
}

/* A thousand switches at any times, of an RC of any speed: short ways and long ones, far
 * crossings that are called off and such that are not, and settled nodes, all against the
 * closed form. A switch so late that a picosecond decides is not taken. */
static void walk(double ohm) {
    little_init(&l, "a");
    little_part(&l, "R1", &little_r, ohm, "a m");
    little_part(&l, "C1", &little_c, FARAD, "m GND");
    little_part(&l, "U1", &little_not, NAN, "m y");
    struct circuit *c = little_create(&l);
    double tau = (ohm + 40) * FARAD * 1e12, v = 0, expected[1000];
    size_t n = 0;
    int in = 0, out = 0;
    sim_time t = STEP;
    for (uint64_t i = 0; i < 1000; i++) {
        in = !in;
        little_set(&l, c, "a", t, in);
        double end = in ? 5 : 0, u = rng_uniform(1, 2, i);
        double wait = tau * (i % 7 == 0 ? 20 * u : i % 3 == 0 ? 0.1 * u : 2 * u);
        double cross = tau * log((v - end) / ((out ? 1.8 : 2.7) - end));
        if (fabs(wait - cross) < 20)
            wait += 100;
        if (in != out && cross < wait) {
            expected[n++] = (double)t + cross;
            out = in;
        }
        double stood = (double)(sim_time)wait;
        v = end + (v - end) * exp(-stood / tau);
        t += (sim_time)wait;
    }
    circuit_run_until(c, t);
    cr_assert_eq(little_edges(&l, c, "m"), n, "%g ohm: %zu edges, not %zu", ohm,
                 little_edges(&l, c, "m"), n);
    for (size_t i = 0; i < n; i++)
        expect_near("m", c, i, expected[i], i % 2 == 0, fmax(1.5, 1e-5 * tau));
    cr_expect_gt(n, 200);
    stop(c);
}

Test(node, random_walk) {
    const double ohms[] = {10, 100, 1e3, 10e3, 100e3, 1e6}; /* tau 5 ns to 100 us */
    for (size_t i = 0; i < sizeof ohms / sizeof *ohms; i++)
        walk(ohms[i]);
}
