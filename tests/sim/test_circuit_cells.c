/* Flip-flop, monostable, line receiver and driver. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "little.h"

static struct little l;

static struct circuit *flipflop(uint64_t seed) {
    little_init(&l, "cp d rd sd");
    l.config.seed = seed;
    little_part(&l, "U1", &little_dff, NAN, "cp d rd sd q qn");
    struct circuit *c = little_create(&l);
    little_set(&l, c, "sd", 100000, 1);
    little_set(&l, c, "rd", 200000, 1); /* released last: Q is low */
    return c;
}

static void stop(struct circuit *c) {
    circuit_destroy(c);
    little_finish(&l);
}

static void expect_outputs(struct circuit *c, sim_time until, int q, int q_n) {
    circuit_run_until(c, until);
    cr_expect(little_level(&l, c, "q") == q && little_level(&l, c, "qn") == q_n,
              "at %lld ps: %d %d, expected %d %d", (long long)until, little_level(&l, c, "q"),
              little_level(&l, c, "qn"), q, q_n);
}

Test(flipflop, clocks_on_the_rising_edge_after_its_delay) {
    struct circuit *c = flipflop(0);
    expect_outputs(c, 400000, 0, 1);
    l.record.n = 0;
    little_set(&l, c, "d", 500000, 1);
    little_set(&l, c, "cp", 600000, 1);
    little_set(&l, c, "d", 700000, 0);
    little_set(&l, c, "cp", 800000, 0);
    little_set(&l, c, "cp", 900000, 1);
    circuit_run_until(c, SIM_US);
    little_expect(&l, c, "q", 0, 615000, 1);
    little_expect(&l, c, "qn", 0, 615000, 0);
    little_expect(&l, c, "q", 1, 915000, 0);
    little_expect(&l, c, "qn", 1, 915000, 1);
    cr_expect_eq(little_edges(&l, c, "q"), 2);
    cr_expect_eq(circuit_coins(c), 0);
    stop(c);
}

Test(flipflop, set_and_reset) {
    struct circuit *c = flipflop(0);
    little_set(&l, c, "sd", 300000, 0);
    circuit_run_until(c, 312000);
    cr_expect_eq(little_level(&l, c, "q"), 0);
    expect_outputs(c, 312001, 1, 0); /* after tpd_set */
    little_set(&l, c, "rd", 400000, 0);
    expect_outputs(c, 450000, 1, 1); /* both low: both high */
    little_set(&l, c, "sd", 500000, 1);
    expect_outputs(c, 550000, 0, 1);
    little_set(&l, c, "d", 600000, 1);
    little_set(&l, c, "cp", 650000, 1); /* in reset: no clock */
    expect_outputs(c, 690000, 0, 1);
    little_set(&l, c, "rd", 700000, 1); /* released: stays */
    expect_outputs(c, 750000, 0, 1);
    cr_expect_eq(circuit_coins(c), 0);
    stop(c);
}

/* Each row: what happens before and at the clock edge (at T), and what follows where no
 * window is violated. Times in ps from T; the edges are in order of time. */
#define T     (2 * SIM_US)
#define SEEDS 400

struct stimulus {
    const char *net;
    sim_time at;
    int level;
};
struct window {
    const char *name, *counter; /* NULL: nothing is violated */
    struct stimulus edges[8];
    int q; /* then */
};

static const struct window windows[] = {
    {"setup kept", NULL, {{"d", -10000, 1}, {"cp", 0, 1}}, 1},
    {"setup short by 1 ps", "setup violation U1.2", {{"d", -9999, 1}, {"cp", 0, 1}}, 0},
    {"setup and clock at once", "setup violation U1.2", {{"d", 0, 1}, {"cp", 0, 1}}, 0},
    {"hold kept", NULL, {{"d", -500000, 1}, {"cp", 0, 1}, {"d", 3000, 0}}, 1},
    {"hold short by 1 ps",
     "hold violation U1.2",
     {{"d", -500000, 1}, {"cp", 0, 1}, {"d", 2999, 0}},
     0},
    {"recovery kept",
     NULL,
     {{"d", -500000, 1}, {"rd", -400000, 0}, {"rd", -5000, 1}, {"cp", 0, 1}},
     1},
    {"recovery short by 1 ps",
     "recovery violation U1.3",
     {{"d", -500000, 1}, {"rd", -400000, 0}, {"rd", -4999, 1}, {"cp", 0, 1}},
     0},
    {"recovery from set",
     "recovery violation U1.3",
     {{"sd", -400000, 0}, {"sd", -4999, 1}, {"cp", 0, 1}},
     0},
    {"high pulse kept", NULL, {{"d", -500000, 1}, {"cp", 0, 1}, {"cp", 8000, 0}}, 1},
    {"high pulse short by 1 ps",
     "short clock pulse U1.1",
     {{"d", -500000, 1}, {"cp", 0, 1}, {"cp", 7999, 0}},
     0},
    {"low pulse kept",
     NULL,
     {{"cp", -500000, 1}, {"d", -300000, 1}, {"cp", -8000, 0}, {"cp", 0, 1}},
     1},
    {"low pulse short by 1 ps",
     "short clock pulse U1.1",
     {{"cp", -500000, 1}, {"d", -300000, 1}, {"cp", -7999, 0}, {"cp", 0, 1}},
     0},
    {"set pulse kept", NULL, {{"sd", -9000, 0}, {"sd", 0, 1}}, 1},
    {"set pulse short by 1 ps",
     "short set or reset pulse U1.3",
     {{"sd", -8999, 0}, {"sd", 0, 1}},
     0},
};
#define N_WINDOWS (sizeof windows / sizeof *windows)

static void free_params(struct criterion_test_params *params) {
    cr_free(params->params);
}

ParameterizedTestParameters(flipflop, windows) {
    size_t *rows = cr_malloc(N_WINDOWS * sizeof *rows);
    for (size_t i = 0; i < N_WINDOWS; i++)
        rows[i] = i;
    return cr_make_param_array(size_t, rows, N_WINDOWS, free_params);
}

/* Runs the row with one seed; returns Q afterwards. */
static int run_window(const struct window *w, uint64_t seed) {
    struct circuit *c = flipflop(seed);
    for (size_t i = 0; i < 8 && w->edges[i].net; i++)
        little_set(&l, c, w->edges[i].net, T + w->edges[i].at, w->edges[i].level);
    circuit_run_until(c, T + SIM_US);
    int q = little_level(&l, c, "q");
    cr_assert_eq(little_level(&l, c, "qn"), !q);
    cr_assert_eq(circuit_coins(c), w->counter ? 1 : 0, "%s: %llu coins", w->name,
                 (unsigned long long)circuit_coins(c));
    if (w->counter)
        cr_assert_eq(little_count(c, w->counter), 1, "%s", w->name);
    stop(c);
    return q;
}

ParameterizedTest(size_t *row, flipflop, windows) {
    const struct window *w = &windows[*row];
    int ones = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        ones += run_window(w, seed);
    if (!w->counter)
        cr_expect_eq(ones, w->q ? SEEDS : 0, "%s: %d of %d", w->name, ones, SEEDS);
    else /* five deviations of a fair coin */
        cr_expect(ones > SEEDS / 2 - 50 && ones < SEEDS / 2 + 50, "%s: %d of %d", w->name, ones,
                  SEEDS);
    cr_expect_eq(run_window(w, 77), run_window(w, 77), "%s: the same seed", w->name);
}

/* --- monostable ------------------------------------------------------------------- */

#define LENGTH 70000 /* 0.7 x 1 kohm x 100 pF, ps */

static struct circuit *mono(void) {
    little_init(&l, "a b r");
    little_part(&l, "U1", &little_mono, NAN, "a b r GND rc q qn");
    little_part(&l, "R1", &little_r, 1e3, "rc VCC");
    little_part(&l, "C1", &little_c, 100e-12, "rc GND");
    struct circuit *c = little_create(&l);
    little_set(&l, c, "r", 1000, 1);
    little_set(&l, c, "b", 2000, 1);
    circuit_run_until(c, 500000);
    cr_expect(little_level(&l, c, "q") == 0 && little_level(&l, c, "qn") == 1);
    cr_expect_eq(little_edges(&l, c, "q"), 0);
    return c;
}

Test(mono, triggers_on_either_edge) {
    struct circuit *c = mono();
    l.record.n = 0;
    little_set(&l, c, "a", SIM_US, 1);
    little_set(&l, c, "a", 2 * SIM_US, 0);
    little_set(&l, c, "b", 3 * SIM_US, 0);
    little_set(&l, c, "a", 4 * SIM_US, 1); /* B is low: no trigger */
    little_set(&l, c, "b", 5 * SIM_US, 1); /* rising B: none */
    little_set(&l, c, "b", 6 * SIM_US, 0); /* A is high: none */
    circuit_run_until(c, 8 * SIM_US);
    cr_expect_eq(little_edges(&l, c, "q"), 4);
    for (size_t i = 0; i < 2; i++) {
        sim_time trigger = i ? 3 * SIM_US : SIM_US;
        little_expect(&l, c, "q", 2 * i, trigger + 20000, 1);
        little_expect(&l, c, "q", 2 * i + 1, trigger + LENGTH + 20000, 0);
        little_expect(&l, c, "qn", 2 * i, trigger + 20000, 0);
        little_expect(&l, c, "qn", 2 * i + 1, trigger + LENGTH + 20000, 1);
    }
    stop(c);
}

Test(mono, retriggers) {
    struct circuit *c = mono();
    l.record.n = 0;
    for (int i = 0; i < 10; i++) {
        little_set(&l, c, "a", SIM_US + i * 60000, 1);
        little_set(&l, c, "a", SIM_US + i * 60000 + 30000, 0);
    }
    circuit_run_until(c, 3 * SIM_US);
    cr_expect_eq(little_edges(&l, c, "q"), 2);
    little_expect(&l, c, "q", 0, SIM_US + 20000, 1);
    little_expect(&l, c, "q", 1, SIM_US + 9 * 60000 + LENGTH + 20000, 0);
    stop(c);
}

/* A trigger after the end of the pulse, before the output fell: the gap is swallowed. */
Test(mono, a_gap_shorter_than_the_delay_is_swallowed) {
    struct circuit *c = mono();
    l.record.n = 0;
    little_set(&l, c, "a", SIM_US, 1);
    little_set(&l, c, "a", SIM_US + 30000, 0);
    little_set(&l, c, "a", SIM_US + LENGTH + 10000, 1);
    circuit_run_until(c, 3 * SIM_US);
    cr_expect_eq(little_edges(&l, c, "q"), 2);
    little_expect(&l, c, "q", 1, SIM_US + 2 * LENGTH + 10000 + 20000, 0);
    cr_expect_eq(little_count(c, "swallowed pulse U1.6"), 1);
    cr_expect_eq(little_count(c, "swallowed pulse U1.7"), 1);
    stop(c);
}

Test(mono, reset_ends_the_pulse) {
    struct circuit *c = mono();
    l.record.n = 0;
    little_set(&l, c, "a", SIM_US, 1);
    little_set(&l, c, "r", SIM_US + 40000, 0);
    little_set(&l, c, "r", SIM_US + 50000, 1); /* its release triggers nothing */
    little_set(&l, c, "a", 2 * SIM_US, 0);
    little_set(&l, c, "r", 3 * SIM_US, 0);
    little_set(&l, c, "a", 4 * SIM_US, 1); /* no trigger in reset */
    little_set(&l, c, "r", 5 * SIM_US, 1);
    circuit_run_until(c, 6 * SIM_US);
    cr_expect_eq(little_edges(&l, c, "q"), 2);
    little_expect(&l, c, "q", 0, SIM_US + 20000, 1);
    little_expect(&l, c, "q", 1, SIM_US + 40000 + 18000, 0);
    stop(c);
}

/* --- line receiver and driver -------------------------------------------------------- */

static struct circuit *receiver(enum circuit_idle idle, bool crossed, bool coupled, uint64_t seed) {
    little_init(&l, "");
    l.config.idle = idle;
    l.config.seed = seed;
    l.config.line_p = little_net(&l, "p");
    l.config.line_n = little_net(&l, "n");
    if (coupled) {
        little_part(&l, "C1", &little_c, 1e-8, crossed ? "n ca" : "p ca");
        little_part(&l, "C2", &little_c, 1e-8, crossed ? "cb p" : "cb n");
        little_part(&l, "R1", &little_r, 100, "ca cb");
        little_part(&l, "U1", &little_receiver, NAN, "ca cb r");
    } else {
        little_part(&l, "U1", &little_receiver, NAN, crossed ? "n p r" : "p n r");
    }
    struct circuit *c = little_create(&l);
    cr_assert(circuit_has_line(c));
    return c;
}

/* Line high, idle, low, idle: the output's level after each, by idle behaviour. */
Test(receiver, idle_behaviours) {
    static const enum circuit_idle idles[] = {CIRCUIT_IDLE_LOW, CIRCUIT_IDLE_HIGH,
                                              CIRCUIT_IDLE_HOLD};
    static const int line[] = {CIRCUIT_HIGH, CIRCUIT_LINE_IDLE, CIRCUIT_LOW, CIRCUIT_LINE_IDLE};
    static const int straight[3][4] = {{1, 0, 0, 0}, {1, 1, 0, 1}, {1, 1, 0, 0}};
    static const int crossed[3][4] = {{0, 0, 1, 0}, {0, 1, 1, 1}, {0, 0, 1, 1}};
    for (int form = 0; form < 4; form++)
        for (int idle = 0; idle < 3; idle++) {
            struct circuit *c = receiver(idles[idle], form & 1, form & 2, 0);
            cr_expect_eq(little_level(&l, c, "r"), idle == 1, "at first");
            for (int i = 0; i < 4; i++) {
                circuit_line(c, (i + 1) * SIM_US, line[i]);
                circuit_run_until(c, (i + 1) * SIM_US + 10001);
                cr_expect_eq(little_level(&l, c, "r"), (form & 1 ? crossed : straight)[idle][i],
                             "form %d, idle %d, step %d", form, idle, i);
            }
            stop(c);
        }
}

Test(receiver, one_that_is_not_on_the_pair_hears_nothing) {
    little_init(&l, "");
    l.config.line_p = little_net(&l, "p");
    l.config.line_n = little_net(&l, "n");
    little_part(&l, "U1", &little_receiver, NAN, "p x r");
    struct circuit *c = little_create(&l);
    cr_expect_not(circuit_has_line(c));
    circuit_line(c, SIM_US, CIRCUIT_HIGH);
    circuit_run_until(c, 2 * SIM_US);
    cr_expect_eq(little_edges(&l, c, "r"), 0);
    stop(c);
}

static size_t noise_edges(uint64_t seed, uint64_t *hash) {
    struct circuit *c = receiver(CIRCUIT_IDLE_NOISE, false, false, seed);
    l.record.n = 0;
    circuit_run_until(c, 100 * SIM_US);
    *hash = 0;
    for (size_t i = 0; i < l.record.n; i++) {
        *hash = *hash * 31 + (uint64_t)l.record.edges[i].time;
        if (i == 0)
            continue;
        sim_time gap = l.record.edges[i].time - l.record.edges[i - 1].time;
        cr_assert(gap >= 20 * SIM_NS && gap <= 500 * SIM_NS, "%lld ps", (long long)gap);
        cr_assert_neq(l.record.edges[i].level, l.record.edges[i - 1].level);
    }
    size_t n = l.record.n;
    cr_expect_gt(circuit_coins(c), 0); /* so that no cache keeps it */
    stop(c);
    return n;
}

Test(receiver, noise_is_seeded_and_ends_with_the_signal) {
    uint64_t a, b, again;
    size_t n = noise_edges(1, &a);
    cr_expect(n > 100 * SIM_US / (500 * SIM_NS) && n < 100 * SIM_US / (20 * SIM_NS));
    noise_edges(2, &b);
    noise_edges(1, &again);
    cr_expect_neq(a, b);
    cr_expect_eq(a, again);
    struct circuit *c = receiver(CIRCUIT_IDLE_NOISE, false, false, 1);
    circuit_line(c, 10 * SIM_US, CIRCUIT_HIGH);
    circuit_run_until(c, 10 * SIM_US + 10001);
    l.record.n = 0;
    circuit_run_until(c, 20 * SIM_US);
    cr_expect_eq(l.record.n, 0);
    cr_expect_eq(little_level(&l, c, "r"), 1);
    circuit_line(c, 20 * SIM_US, CIRCUIT_LINE_IDLE);
    circuit_run_until(c, 30 * SIM_US);
    cr_expect_gt(l.record.n, 10);
    stop(c);
}

/* A line pulse shorter than the receiver's delay does not pass. */
Test(receiver, is_inertial) {
    struct circuit *c = receiver(CIRCUIT_IDLE_LOW, false, false, 0);
    circuit_line(c, SIM_US, CIRCUIT_HIGH);
    circuit_line(c, SIM_US + 9000, CIRCUIT_LOW);
    circuit_run_until(c, 2 * SIM_US);
    cr_expect_eq(little_edges(&l, c, "r"), 0);
    cr_expect_eq(little_count(c, "swallowed pulse U1.3"), 1);
    stop(c);
}

Test(driver, drives_both_lines_and_nothing_when_disabled) {
    little_init(&l, "d de");
    little_part(&l, "U1", &little_driver, NAN, "d de y z");
    struct circuit *c = little_create(&l);
    static const int table[4][4] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 1}, {1, 1, 1, 0}};
    for (int i = 0; i < 4; i++) {
        little_set(&l, c, "d", (i + 1) * SIM_US, table[i][0]);
        little_set(&l, c, "de", (i + 1) * SIM_US, table[i][1]);
        circuit_run_until(c, (i + 1) * SIM_US + 10001);
        cr_expect_eq(little_level(&l, c, "y"), table[i][2], "row %d", i);
        cr_expect_eq(little_level(&l, c, "z"), table[i][3], "row %d", i);
    }
    stop(c);
}

/* A change of D takes tpd, one of DE ten or tdis. */
Test(driver, enables_and_disables_at_its_own_pace) {
    static struct part_figure figures[N_LITTLE + 2];
    static const struct {
        const char *in;
        int set;
        const char *out;
        int level;
        sim_time delay;
    } rows[] = {{"d", 1, "z", 0, 0},
                {"de", 1, "y", 1, 14000},
                {"d", 0, "y", 0, 10000},
                {"de", 0, "z", 0, 6000}};
    memcpy(figures, little_figures, sizeof little_figures);
    figures[N_LITTLE] = (struct part_figure)FIGURE("ten", 14e-9);
    figures[N_LITTLE + 1] = (struct part_figure)FIGURE("tdis", 6e-9);
    little_init(&l, "d de");
    struct part_use *use = little_part(&l, "U1", &little_driver, NAN, "d de y z");
    use->figures = figures;
    use->n_figures = N_LITTLE + 2;
    struct circuit *c = little_create(&l);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sim_time at = (sim_time)(i + 1) * SIM_US;
        little_set(&l, c, rows[i].in, at, rows[i].set);
        circuit_run_until(c, at + rows[i].delay);
        if (rows[i].delay)
            cr_expect_eq(little_level(&l, c, rows[i].out), !rows[i].level, "too early, %zu", i);
        circuit_run_until(c, at + rows[i].delay + 1);
        cr_expect_eq(little_level(&l, c, rows[i].out), rows[i].level, "too late, %zu", i);
    }
    stop(c);
}
