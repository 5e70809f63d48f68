/* Tolerances: what is drawn, what a sample shows, what is made of many. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/sweep_stats.h"
#include "harness/gate/sweep_study.h"
#include "tests/allocations.h"

static struct board board;
static struct sweep_plan plan;

static void load(const char *const *sets, size_t n_sets, const char *edit) {
    struct sim_err err = SIM_ERR_INIT;
    struct board_request request = {.board = "nucleo_shield",
                                    .sets = sets,
                                    .n_sets = n_sets,
                                    .edits = &edit,
                                    .n_edits = edit != NULL};
    cr_assert(board_load(&board, &request, &err), "%s", err.text);
    cr_assert(sweep_plan_create(&board, 7, -1, &plan, &err), "%s", err.text);
}

static void unload(void) {
    sweep_plan_destroy(&plan);
    board_finish(&board);
}

static struct sweep_worker *worker(void) {
    struct sim_err err = SIM_ERR_INIT;
    struct sweep_worker *w = sweep_worker_create(&plan, &err);
    cr_assert(w, "%s", err.text);
    return w;
}

static size_t parameter(const char *name) {
    for (size_t i = 0; i < plan.n_parameters; i++)
        if (strcmp(plan.parameters[i].name, name) == 0)
            return i;
    cr_assert_fail("no parameter %s", name);
    return 0;
}

/* --- figures ------------------------------------------------------------------------------- */

/* Against R's prop.test without continuity correction, and Brown, Cai, DasGupta 2001. */
Test(sweep_stats, wilson) {
    static const struct {
        uint64_t passed, n;
        double low, high;
    } rows[] = {
        {0, 10, 0, 0.277533},          {10, 10, 0.722467, 1}, {5, 10, 0.236593, 0.763407},
        {81, 263, 0.255258, 0.366206}, {0, 0, 0, 1},          {950, 1000, 0.934659, 0.961876},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double low, high;
        sweep_wilson(rows[i].passed, rows[i].n, &low, &high);
        cr_expect_float_eq(low, rows[i].low, 2e-4, "row %zu: %.6f", i, low);
        cr_expect_float_eq(high, rows[i].high, 2e-4, "row %zu: %.6f", i, high);
    }
}

Test(sweep_stats, ranks_and_their_correlation) {
    const double x[] = {3, 1, 4, 1, 5}, up[] = {30, 10, 40, 10, 50}, down[] = {3, 5, 2, 5, 1};
    const double flat[] = {7, 7, 7, 7, 7}, right[] = {3, 1.5, 4, 1.5, 5};
    uint32_t order[10];
    double of_x[5], other[5];
    sweep_ranks(x, 5, order, of_x);
    for (int i = 0; i < 5; i++)
        cr_expect_float_eq(of_x[i], right[i], 0);
    sweep_ranks(up, 5, order, other);
    cr_expect_float_eq(sweep_correlation(of_x, other, 5), 1, 1e-12);
    sweep_ranks(down, 5, order, other);
    cr_expect_float_eq(sweep_correlation(of_x, other, 5), -1, 1e-12);
    sweep_ranks(flat, 5, order, other);
    cr_expect_float_eq(sweep_correlation(of_x, other, 5), 0, 0);
}

/* --- parameters ---------------------------------------------------------------------------- */

static void expect_limits(const char *name, double low, double nominal, double high) {
    const struct sweep_parameter *p = &plan.parameters[parameter(name)];
    cr_expect(fabs(p->low - low) < 1e-3 * nominal && fabs(p->nominal - nominal) < 1e-3 * nominal &&
                  fabs(p->high - high) < 1e-3 * nominal,
              "%s: %g %g %g", name, p->low, p->nominal, p->high);
}

Test(sweep_parameters, come_from_the_board_the_sheets_and_defaults) {
    const char *sets[] = {"tolerance.C9=2 %", "tolerance.oscillator=50 ppm", "tolerance.delay=0.1"};
    load(sets, 3, NULL);
    expect_limits("R5", 554.4, 560, 565.6);         /* R = 1 % */
    expect_limits("C9", 98e-12, 100e-12, 102e-12);  /* by reference */
    expect_limits("C8", 190e-12, 200e-12, 210e-12); /* C = 5 % */
    expect_limits("U2E vt_plus", 1.8333, 2.7, 3.5); /* the board's value, the sheet's limits */
    expect_limits("U2E hysteresis", 0.4667, 0.9, 1.4667);
    expect_limits("Q2 ciss", 22e-12, 50e-12, 50e-12); /* stated at the sheet's limit */
    expect_limits("U4C delay", 0.9, 1, 1.1);
    expect_limits("supply", 4.75, 5, 5.25);
    expect_limits("U3 receiver delay", 7.745e-9, 10.23e-9, 24.18e-9); /* the scale: typ alone */
    const struct sweep_parameter *p = &plan.parameters[parameter("oscillator")];
    cr_expect_float_eq(p->high, 50, 1e-9);
    for (size_t i = 0; i < plan.n_parameters; i++)
        cr_expect(plan.parameters[i].source[0], "%s", plan.parameters[i].name);
    unload();
}

static double spread(size_t i, size_t k, double *mean, double *most) {
    double sum = 0, squares = 0, n = (double)k;
    *most = 0;
    for (uint64_t s = 1; s <= k; s++) {
        double z = sweep_deviation(&plan, s, i);
        sum += z;
        squares += z * z;
        *most = fmax(*most, fabs(z));
    }
    *mean = sum / n;
    return sqrt(squares / n);
}

static double together(const char *a, const char *b, size_t k) {
    size_t x = parameter(a), y = parameter(b);
    double xy = 0, xx = 0, yy = 0;
    for (uint64_t s = 1; s <= k; s++) {
        double of_x = sweep_deviation(&plan, s, x), of_y = sweep_deviation(&plan, s, y);
        xy += of_x * of_y;
        xx += of_x * of_x;
        yy += of_y * of_y;
    }
    return xy / sqrt(xx * yy);
}

Test(sweep_draws, are_normal_and_within_limits) {
    load(NULL, 0, NULL);
    for (size_t i = 0; i < plan.n_parameters; i++) {
        double mean, most, sigma = spread(i, 4000, &mean, &most);
        cr_expect(fabs(mean) < 0.08 && fabs(sigma - 1) < 0.05 && most <= 3,
                  "%s: mean %.3f, sigma %.3f, most %.3f", plan.parameters[i].name, mean, sigma,
                  most);
        cr_expect_float_eq(sweep_deviation(&plan, 0, i), 0, 0);
    }
    cr_expect_float_eq(together("U4A delay", "U4C delay", 4000), 0.91, 0.03); /* one package */
    cr_expect_float_eq(together("U2E vt_plus", "U2F vt_plus", 4000), 0.91, 0.03);
    cr_expect_float_eq(together("U4A delay", "U5A delay", 4000), 0, 0.05);
    cr_expect_float_eq(together("U2E vt_plus", "U2E delay", 4000), 0, 0.05);
    cr_expect_float_eq(together("R5", "R6", 4000), 0, 0.05);
    const struct sweep_parameter *p = &plan.parameters[parameter("U2E vt_plus")];
    cr_expect_float_eq(sweep_value(p, -3), p->low, 1e-12);
    cr_expect_float_eq(sweep_value(p, 3), p->high, 1e-12);
    cr_expect_float_eq(sweep_value(p, 0), p->nominal, 0);
    unload();
}

Test(sweep_draws, are_uniform_when_asked) {
    const char *sets[] = {"tolerance.distribution=uniform"};
    load(sets, 1, NULL);
    double mean, most, sigma = spread(parameter("R5"), 4000, &mean, &most);
    cr_expect_float_eq(sigma, sqrt(3), 0.05);
    cr_expect(most <= 3 && most > 2.95);
    sigma = spread(parameter("U2E vt_plus"), 4000, &mean, &most);
    cr_expect(most <= 3 && most > 2.7, "%g %g", sigma, most);
    unload();
}

/* A board with a part less draws the same for the others. */
Test(sweep_draws, do_not_depend_on_other_parts) {
    double all[3];
    const char *names[] = {"R5", "U2E vt_plus", "supply"};
    load(NULL, 0, NULL);
    for (int i = 0; i < 3; i++)
        all[i] = sweep_deviation(&plan, 1234, parameter(names[i]));
    unload();
    load(NULL, 0, "remove C10");
    for (int i = 0; i < 3; i++)
        cr_expect_float_eq(sweep_deviation(&plan, 1234, parameter(names[i])), all[i], 0);
    unload();
}

/* --- samples -----------------------------------------------------------------------------------
 */

static size_t differences(struct sweep_worker *w, uint64_t k) {
    struct sweep_sample cached, plain;
    size_t n = 0;
    sweep_draw(&plan, k, w->values);
    sweep_worker_run(w, false, &cached);
    sweep_worker_run(w, true, &plain);
    for (int i = 0; i < SWEEP_CHECKS; i++)
        n += cached.slack[i] != plain.slack[i];
    return n;
}

/* The cache answers to the picosecond what the engine does edge by edge. */
Test(sweep_sample, is_the_plain_engines) {
    static const char *const cases[][2] = {
        {"jumper.JP1=B", "receiver.idle=high"},
        {"jumper.JP1=A", "receiver.idle=high"},
        {"delay.scale=1.0", "line.ppm=100"},
        {"receiver.idle=low", "delay.scale=0.5"},
        {"line.swapped=yes", "switch.SW1=C"},
        {"line.preamble_bits=-3", "line.rise_ns=0"},
        {"line.amplitude_v=0.35", "line.preamble_bits=4"},
        {"mcu.chip=f100rb", "delay.scale=0.8"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        load(cases[c], 2, NULL);
        struct sweep_worker *w = worker();
        for (uint64_t k = 0; k < 25; k++)
            cr_expect_eq(differences(w, k), 0, "%s %s: sample %lu", cases[c][0], cases[c][1],
                         (unsigned long)k);
        sweep_worker_destroy(w);
        unload();
    }
}

/* Jitter has no equal bits: both ways are the engine's. */
Test(sweep_sample, goes_without_the_cache_where_nothing_repeats) {
    const char *sets[] = {"line.jitter_peak_ns=3"};
    struct sweep_sample sample;
    load(sets, 1, NULL);
    struct sweep_worker *w = worker();
    cr_expect_eq(differences(w, 0), 0);
    sweep_worker_sample(w, 0, &sample);
    cr_expect_lt(sample.slack[SWEEP_RECOVERY], 9000, "jitter takes some of the 9.6 ns");
    sweep_worker_destroy(w);
    unload();
}

/* A sample does not depend on those before it. */
Test(sweep_sample, has_no_past) {
    struct sweep_sample first, again;
    load(NULL, 0, NULL);
    struct sweep_worker *a = worker(), *b = worker();
    for (uint64_t k = 0; k < 40; k++)
        sweep_worker_sample(a, k, &first);
    sweep_worker_sample(b, 39, &again);
    cr_expect_arr_eq(&first, &again, sizeof first);
    sweep_worker_destroy(a);
    sweep_worker_destroy(b);
    unload();
}

Test(sweep_sample, allocates_nothing) {
    struct sweep_sample sample;
    load(NULL, 0, NULL);
    size_t before = allocations;
    struct sweep_worker *w = worker();
    cr_assert_gt(allocations, before); /* the counter works */
    before = allocations;
    for (uint64_t k = 0; k < 30; k++)
        sweep_worker_sample(w, k, &sample);
    cr_expect_eq(allocations, before);
    sweep_worker_destroy(w);
    unload();
}

/* The one-shot's slack tells the outcome beforehand: whether the board receives. */
Test(sweep_sample, slack_of_the_bit_clock_says_whether_frames_come) {
    enum { N = 400 };
    size_t failed = 0, agree = 0;
    load(NULL, 0, NULL);
    struct sweep_worker *w = worker();
    for (uint64_t k = 0; k < N; k++) {
        struct sweep_sample s;
        sweep_worker_sample(w, k, &s);
        bool late = s.slack[SWEEP_RECOVERY] < 0 || s.slack[SWEEP_HOLDOFF] < 0;
        failed += s.slack[SWEEP_RECEIVE] < 0;
        agree += late == (s.slack[SWEEP_RECEIVE] < 0);
    }
    cr_expect(failed > N / 20 && failed < N / 2, "%zu failed", failed);
    cr_expect_geq(agree, (size_t)(0.98 * N), "%zu of %d agree", agree, N);
    sweep_worker_destroy(w);
    unload();
}

/* Nominal slacks are those that `linkpulse run` prints for this board, but for the first bit. */
Test(sweep_sample, nominal_is_the_board_as_it_is) {
    struct sweep_sample s;
    load(NULL, 0, NULL);
    struct sweep_worker *w = worker();
    sweep_worker_sample(w, 0, &s);
    cr_expect(sweep_passed(&s));
    cr_expect_eq(s.slack[SWEEP_SPI_SETUP], 21035);
    cr_expect_eq(s.slack[SWEEP_FIRST_BIT], 415);
    cr_expect_eq(s.slack[SWEEP_RECEIVE], SWEEP_AMPLE);
    cr_expect_eq(s.slack[SWEEP_TRANSMIT], SWEEP_AMPLE);
    sweep_worker_destroy(w);
    unload();
}

struct fault {
    const char *set, *edit;
    enum sweep_check check;
};
/* Each check is seen to fail. */
Test(sweep_sample, faults_show_in_their_checks) {
    static const struct fault faults[] = {
        {"delay.scale=0.65", "value R5=680", SWEEP_RECOVERY},
        {"delay.scale=0.65", "value R5=680", SWEEP_RECEIVE},
        {"delay.scale=0.65", "value R5=150", SWEEP_HOLDOFF},
        {"delay.scale=0.65", "open U5.12", SWEEP_RECEIVE},
        {"delay.scale=1.6", NULL, SWEEP_WINDOWS},
        {"delay.scale=1.6", NULL, SWEEP_FIRST_BIT},
        {"mcu.chip=f100rb", NULL, SWEEP_SPI_PERIOD},
        {"mcu.chip=f401re", "value R4=20", SWEEP_RECEIVE},
        {"delay.scale=1.7", NULL, SWEEP_SPI_HOLD},
        {"mcu.chip=f401re", "value R5=640", SWEEP_SPI_DUTY},
        {"delay.scale=0.65", "short U8.2 /sck_tx", SWEEP_TRANSMIT},
        {"delay.scale=0.65", "value C14=56p", SWEEP_TRANSMIT},
        {"part.U2.tpd=350n", NULL, SWEEP_TX_OPENS},
        {"delay.scale=0.65", "value R8=1.5k", SWEEP_PULSE_WIDTH},
        {"delay.scale=0.65", "value R7=150k", SWEEP_PULSE_PERIOD},
        {"delay.scale=0.65", NULL, SWEEP_TP_IDL},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct sweep_sample s;
        load(&faults[i].set, 1, faults[i].edit);
        struct sweep_worker *w = worker();
        sweep_worker_sample(w, 0, &s);
        cr_expect(s.slack[faults[i].check] < 0, "%s %s: %s %d", faults[i].set,
                  faults[i].edit ? faults[i].edit : "", sweep_checks[faults[i].check].name,
                  s.slack[faults[i].check]);
        sweep_worker_destroy(w);
        unload();
    }
}

/* --- many ----------------------------------------------------------------------------------------
 */

Test(sweep_shrink, keeps_the_fewest_that_fail) {
    load(NULL, 0, NULL);
    struct sweep_worker *w = worker();
    double *deviations = calloc(plan.n_parameters, sizeof *deviations);
    bool *kept = calloc(plan.n_parameters, sizeof *kept);
    struct sweep_sample s;
    size_t done = 0;
    for (uint64_t k = 1; k < 60 && done < 5; k++) {
        sweep_worker_sample(w, k, &s);
        if (sweep_passed(&s))
            continue;
        enum sweep_check check = sweep_culprit(&s);
        size_t n = 0;
        for (size_t i = 0; i < plan.n_parameters; i++)
            deviations[i] = sweep_deviation(&plan, k, i);
        sweep_shrink(w, deviations, check, kept);
        for (size_t out = 0; out <= plan.n_parameters; out++) { /* out == n: none left out */
            if (out < plan.n_parameters && !kept[out])
                continue;
            for (size_t i = 0; i < plan.n_parameters; i++)
                w->values[i] =
                    sweep_value(&plan.parameters[i], kept[i] && i != out ? deviations[i] : 0);
            sweep_worker_run(w, false, &s);
            cr_expect_eq(s.slack[check] < 0, out == plan.n_parameters, "sample %lu without %zu",
                         (unsigned long)k, out);
            n++;
        }
        cr_expect_leq(n - 1, 8, "sample %lu: %zu deviations", (unsigned long)k, n - 1);
        done++;
    }
    cr_expect_eq(done, 5);
    free(deviations);
    free(kept);
    sweep_worker_destroy(w);
    unload();
}

static void run(uint64_t samples, unsigned jobs, bool all, struct sweep_result *out) {
    struct sim_err err = SIM_ERR_INIT;
    const struct sweep_request request = {.board = &board,
                                          .seed = 7,
                                          .samples = samples,
                                          .jobs = jobs,
                                          .blame = all,
                                          .advice = all,
                                          .repeat = "linkpulse sweep x"};
    cr_assert(sweep_run(&request, out, &err), "%s", err.text);
}

Test(sweep_run, is_the_same_whatever_the_jobs) {
    struct sweep_result one, three;
    load(NULL, 0, NULL);
    run(200, 1, false, &one);
    run(200, 3, false, &three);
    cr_expect_eq(one.samples, 200);
    cr_expect_arr_eq(one.yields, three.yields, one.n_yields * sizeof *one.yields);
    cr_expect_eq(one.n_failures, three.n_failures);
    cr_expect_arr_eq(one.failures, three.failures, one.n_failures * sizeof *one.failures);
    cr_expect(one.nominal_at_scale && !one.nominal_at_one);
    cr_expect_eq(strncmp(one.failures[0].repeat, "linkpulse sweep x --sample ", 27), 0);
    cr_expect(one.failures[0].shrunk[0]);
    sweep_finish(&one);
    sweep_finish(&three);
    unload();
}

/* From nothing but the netlist: the bit clock is the weak spot, and smaller values have room. */
Test(sweep_run, finds_the_bit_clock_and_what_to_change) {
    struct sweep_result r;
    bool resistor = false, capacitor = false;
    load(NULL, 0, NULL);
    run(300, 2, true, &r);
    cr_expect_str_eq(r.parameters[r.blame[0].parameter].name, "U2E vt_plus");
    cr_expect_lt(r.blame[0].correlation, -0.4);
    cr_expect_lt(r.blame[0].slack_high, -20);
    double now = (double)r.untouched.passed / (double)r.untouched.samples;
    for (size_t i = 0; i < r.n_advice; i++) {
        const struct sweep_advice *a = &r.advice[i];
        cr_expect_gt(a->yield, now, "%s", a->edit);
        resistor |= strncmp(a->edit, "value R5=", 9) == 0 && atof(a->edit + 9) < 560;
        capacitor |= strncmp(a->edit, "value C9=", 9) == 0 && atof(a->edit + 9) < 100;
    }
    cr_expect(resistor && capacitor, "%zu pieces of advice", r.n_advice);
    cr_expect_gt(r.advice[0].yield, now + 0.1);
    sweep_finish(&r);
    unload();
}
