/* The transmitter's modes against plain integration of the same network, and what a driver
 * and a transformer must do whatever their figures. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/line/transmitter.h"

#define MAX_PIECES 4096

struct tape { /* the pieces of a run */
    struct transmitter_piece pieces[MAX_PIECES];
    size_t n;
};

static void store(void *self, const struct transmitter_piece *piece) {
    struct tape *tape = self;
    cr_assert_lt(tape->n, (size_t)MAX_PIECES);
    if (tape->n)
        cr_assert_eq(tape->pieces[tape->n - 1].end, piece->start, "a gap between pieces");
    tape->pieces[tape->n++] = *piece;
}

static double volt(const struct tape *tape, sim_time time) {
    for (size_t i = 0; i < tape->n; i++)
        if (time < tape->pieces[i].end)
            return transmitter_piece_value(&tape->pieces[i], time);
    cr_assert_fail("no piece at %lld", (long long)time);
    return NAN;
}

/* The shield's: 75C1168, 470 ohm, a 10/100 jack. */
static struct transmitter_config shield(void) {
    return (struct transmitter_config){.swing = 4.35,
                                       .r_driver = 40,
                                       .rise = 5e-9,
                                       .delay = 4.5e-9,
                                       .enable = 6.5e-9,
                                       .disable = 4.5e-9,
                                       .c_driver = 6e-12,
                                       .c_jack = 2e-12,
                                       .r_series = 470,
                                       .r_shunt = INFINITY,
                                       .l_open = 350e-6,
                                       .l_leak = 0.2e-6,
                                       .r_winding = 0.9,
                                       .i_sat = INFINITY,
                                       .l_sat = 350e-6,
                                       .r_line = 100};
}

static struct transmitter *make(const struct transmitter_config *config, struct tape *tape) {
    struct sim_err err = SIM_ERR_INIT;
    struct transmitter_sink sink = {tape, store};
    tape->n = 0;
    struct transmitter *t = transmitter_create(config, &sink, &err);
    cr_assert(t, "%s", err.text);
    return t;
}

/* What the test does at the pins. */
struct step {
    double ns;
    bool d, de;
};
static const struct step steps[] = {{20, 1, 0},  {30, 1, 1},   {60, 0, 1},  {110, 1, 1},
                                    {160, 0, 1}, {210, 1, 1},  {300, 0, 1}, {301.5, 0, 0},
                                    {400, 1, 0}, {5000, 1, 1}, {5100, 0, 0}};
#define N_STEPS (sizeof steps / sizeof *steps)

/* The same network by the classical Runge-Kutta method, 5 ps a step. */
struct plain {
    double source, pins, jack, leakage, core;
};
struct drive {
    double target, g;
};

static struct plain slope(const struct transmitter_config *c, struct drive drive, struct plain x) {
    double in = (x.pins - x.jack) / c->r_series;
    double behind = (x.leakage - x.core) * (c->r_winding + c->r_line);
    double core = fabs(x.core) >= c->i_sat ? c->l_sat : c->l_open;
    return (struct plain){(drive.target - x.source) * log(9) / c->rise,
                          (drive.g * (x.source - x.pins) - in) / c->c_driver,
                          (in - x.jack / c->r_shunt - x.leakage) / c->c_jack,
                          (x.jack - c->r_winding * x.leakage - behind) / c->l_leak, behind / core};
}

static struct plain move(struct plain x, struct plain k, double h) {
    return (struct plain){x.source + h * k.source, x.pins + h * k.pins, x.jack + h * k.jack,
                          x.leakage + h * k.leakage, x.core + h * k.core};
}

static struct plain runge_kutta(const struct transmitter_config *c, struct drive d, struct plain x,
                                double h) {
    struct plain a = slope(c, d, x), b = slope(c, d, move(x, a, h / 2));
    struct plain e = slope(c, d, move(x, b, h / 2)), f = slope(c, d, move(x, e, h));
    return move(move(move(move(x, a, h / 6), b, h / 3), e, h / 3), f, h / 6);
}

/* The driver's levels behind its delays at `ns`. */
static struct drive drive_at(const struct transmitter_config *c, double ns) {
    double half = log(2) / log(9) * c->rise * 1e9;
    bool d = false, de = false;
    for (size_t i = 0; i < N_STEPS; i++) {
        d = steps[i].ns + c->delay * 1e9 - half <= ns + 1e-6 ? steps[i].d : d;
        double to = steps[i].de ? c->enable * 1e9 - half : c->disable * 1e9;
        de = steps[i].ns + to <= ns + 1e-6 ? steps[i].de : de;
    }
    return (struct drive){de ? d ? c->swing : -c->swing : 0, de ? 1 / c->r_driver : 0};
}

/* The worst difference, volt, over 6 us, of the modes of `c` and the integral of `other`. */
static double compare(const struct transmitter_config *c, const struct transmitter_config *other,
                      double *peak) {
    const sim_time end = 6 * SIM_US;
    static struct tape tape;
    struct transmitter *t = make(c, &tape);
    struct plain x = {0};
    double worst = 0;
    transmitter_start(t, 0, false, false);
    for (size_t i = 0; i < N_STEPS; i++)
        transmitter_edge(t, (sim_time)(steps[i].ns * 1000 + 0.5), steps[i].d, steps[i].de);
    transmitter_until(t, end);
    *peak = 0;
    for (sim_time now = 0; now < end; now += 5) {
        double v = (x.leakage - x.core) * other->r_line;
        if (now % 100 == 0) {
            double d = fabs(volt(&tape, now) - v);
            worst = d > worst ? d : worst;
            *peak = fabs(v) > *peak ? fabs(v) : *peak;
        }
        x = runge_kutta(other, drive_at(other, (double)now * 1e-3), x, 5e-12);
    }
    transmitter_destroy(t);
    return worst;
}

/* Delays end on whole ps in one and not in the other: an edge of 5 ns moves 1 mV per ps. */
#define LIMIT 0.004

static void agree(const char *what, const struct transmitter_config *c) {
    double peak, worst = compare(c, c, &peak);
    printf("%-28s peak %.3f V, worst difference %.2f mV\n", what, peak, worst * 1e3);
    cr_expect_lt(worst, LIMIT, "%s: %g V", what, worst);
    cr_expect_gt(peak, 0.3);
}

Test(transmitter, agrees_with_plain_integration) {
    struct transmitter_config c = shield();
    agree("the shield", &c);
    c.r_series = 15;
    agree("15 ohm, ringing when off", &c);
    c.r_shunt = 120;
    agree("120 ohm across the pair", &c);
    c = shield();
    c.c_jack = 100e-12;
    c.l_leak = 2e-6;
    agree("100 pF, 2 uH leakage", &c);
    c = shield();
    c.l_open = 20e-6;
    agree("20 uH, droop", &c);
}

Test(transmitter, agrees_with_a_saturating_core) {
    struct transmitter_config c = shield();
    c.r_series = 15;
    c.i_sat = 3e-4;
    c.l_sat = 20e-6;
    agree("saturating at 0.3 mA", &c);
    struct transmitter_config linear = c;
    double peak;
    linear.i_sat = INFINITY;
    cr_expect_gt(compare(&linear, &c, &peak), 10 * LIMIT, "the core never saturated");
}

/* The comparison itself must see a wrong figure. */
Test(transmitter, comparison_sees_a_wrong_figure) {
    struct transmitter_config c = shield(), wrong = shield();
    double peak;
    wrong.r_winding = 3;
    cr_expect_gt(compare(&wrong, &c, &peak), LIMIT * 0.5);
    wrong = shield();
    wrong.l_open = 250e-6;
    cr_expect_gt(compare(&wrong, &c, &peak), LIMIT);
    wrong = shield();
    wrong.disable = 5.5e-9;
    cr_expect_gt(compare(&wrong, &c, &peak), LIMIT);
}

/* From the divider of all resistances; 3.1 V is the 75C1168's own row at 100 ohm. */
Test(transmitter, amplitude_is_the_divider) {
    static struct tape tape;
    static const double ohms[] = {0, 10, 47, 220, 470, 1000};
    for (size_t i = 0; i < sizeof ohms / sizeof *ohms; i++) {
        struct transmitter_config c = shield();
        c.r_series = ohms[i];
        struct transmitter *t = make(&c, &tape);
        transmitter_edge(t, 0, true, true);
        transmitter_until(t, SIM_US);
        double peak = 0, expected = 4.35 * 100 / (40 + ohms[i] + 1.8 + 100);
        for (sim_time at = 0; at < SIM_US; at += 10)
            peak = fmax(peak, volt(&tape, at));
        cr_expect_float_eq(peak, expected, 0.015 * expected, "%g ohm: %g V, expected %g", ohms[i],
                           peak, expected);
        transmitter_destroy(t);
    }
}

/* Whatever the figures: refused, or no more on the line than the driver's swing and what its
 * current leaves in the core make of it; and it ends. */
Test(transmitter, far_figures_give_no_nonsense, .timeout = 30) {
    static struct tape tape;
    static const struct far {
        double r_driver, rise, c_driver, c_jack, r_series, l_open, l_leak, r_winding, i_sat, l_sat;
    } far[] = {
        {20, 7.5e-9, 7e-12, 0, 0, 350e-6, 200e-9, 0.5, INFINITY, 20e-6},
        {5, 16e-9, 23.5e-12, 1.2e-12, 0, 4.1e-3, 1.6e-6, 0.12, 0.49, 4.3e-6},
        {0.19, 0, 1e-6, 0, 0.027, 1.2e-3, 70e-6, 0.018, 0.055, 420e-6},
        {0.21, 0.4e-9, 0.2e-6, 0.43e-6, 2.07, 97e-6, 0, 0.14, 0.0117, 13.7e-6},
        {8, 318e-9, 1e-6, 0, 1.3, 0.2, 100e-6, 0.00085, 0.0036, 0.2},
        {200, 60e-9, 0.3e-12, 1e-12, 0, 12e-6, 1e-6, 10, 1, 40e-6},
        {1, 0, 0, 0, 0, 1, 0, 0, 1e-4, 1e-8},
    };
    size_t made = 0;
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        const struct far *f = &far[i];
        struct transmitter_config c = shield();
        struct sim_err err = SIM_ERR_INIT;
        c.r_driver = f->r_driver, c.rise = f->rise, c.c_driver = f->c_driver;
        c.c_jack = f->c_jack, c.r_series = f->r_series, c.l_open = f->l_open;
        c.l_leak = f->l_leak, c.r_winding = f->r_winding, c.i_sat = f->i_sat, c.l_sat = f->l_sat;
        const struct transmitter_sink sink = {&tape, store};
        tape.n = 0;
        struct transmitter *t = transmitter_create(&c, &sink, &err);
        if (!t) {
            cr_expect_eq(err.cls, SIM_ERR_UNMODELLED, "%zu: %s", i, err.text);
            continue;
        }
        made++;
        for (int edge = 0; edge < 40; edge++)
            transmitter_edge(t, (1 + edge) * 100 * SIM_NS, edge & 1, edge < 30);
        transmitter_until(t, 100 * SIM_US);
        double most = 2 * c.swing + c.swing / (c.r_driver + c.r_series) * c.r_line;
        for (size_t k = 0; k < tape.n; k++)
            cr_assert_leq(fabs(transmitter_piece_value(&tape.pieces[k], tape.pieces[k].start)),
                          most, "%zu: piece %zu", i, k);
        transmitter_destroy(t);
    }
    cr_expect_geq(made, 4, "%zu of them have a model", made);
}

/* v over the core for 100 ns leaves v t / L in it; off, that current has only the line. */
Test(transmitter, core_is_released_into_the_line) {
    static struct tape tape;
    struct transmitter_config c = shield();
    struct transmitter *t = make(&c, &tape);
    transmitter_edge(t, 0, true, true);
    transmitter_edge(t, 100 * SIM_NS, true, false);
    transmitter_until(t, 20 * SIM_US);
    double v = 0.71 * 1.009, current = v * 98e-9 / 350e-6;
    double early = volt(&tape, 200 * SIM_NS), late = volt(&tape, 3668 * SIM_NS);
    cr_expect_float_eq(early, -current * 100, 0.1 * current * 100, "%g V", early);
    cr_expect_float_eq(late / early, exp(-1), 0.02, "decay %g", late / early);
    cr_expect_lt(fabs(volt(&tape, 19 * SIM_US)), 1e-3);
    transmitter_destroy(t);
}

Test(transmitter, disabled_is_silent) {
    static struct tape tape;
    struct transmitter_config c = shield();
    struct transmitter *t = make(&c, &tape);
    for (int i = 1; i < 50; i++)
        transmitter_edge(t, i * 50 * SIM_NS, i & 1, false);
    transmitter_until(t, 5 * SIM_US);
    for (sim_time at = 0; at < 5 * SIM_US; at += SIM_NS)
        cr_assert_eq(volt(&tape, at), 0.0);
    transmitter_destroy(t);
}

/* Enabled for ever, the line is at rest: the core takes the whole current. */
Test(transmitter, enabled_at_rest_is_silent) {
    static struct tape tape;
    struct transmitter_config c = shield();
    struct transmitter *t = make(&c, &tape);
    transmitter_start(t, 0, false, true);
    transmitter_until(t, SIM_MS);
    for (sim_time at = 0; at < SIM_MS; at += 7 * SIM_US)
        cr_assert_lt(fabs(volt(&tape, at)), 1e-6);
    transmitter_edge(t, SIM_MS, true, true);
    transmitter_until(t, SIM_MS + SIM_US);
    cr_expect_float_eq(volt(&tape, SIM_MS + 40 * SIM_NS), 2 * 0.705, 0.02, "both swings: %g V",
                       volt(&tape, SIM_MS + 40 * SIM_NS));
    transmitter_destroy(t);
}

static sim_time reach(const struct tape *tape, sim_time from, double level, bool above) {
    for (size_t i = 0; i < tape->n; i++) {
        const struct transmitter_piece *piece = &tape->pieces[i];
        if (piece->end <= from)
            continue;
        sim_time at =
            transmitter_piece_reach(piece, from > piece->start ? from : piece->start, level, above);
        if (at != SIM_NEVER)
            return at;
    }
    return SIM_NEVER;
}

Test(transmitter, delays_and_crossings) {
    static struct tape tape;
    struct transmitter_config c = shield();
    c.r_series = 0;
    c.c_driver = c.c_jack = 0.1e-12;
    c.l_leak = 1e-9;
    struct transmitter *t = make(&c, &tape);
    transmitter_edge(t, 10 * SIM_NS, true, false);
    transmitter_edge(t, 20 * SIM_NS, true, true);
    transmitter_edge(t, 60 * SIM_NS, false, true);
    transmitter_until(t, 200 * SIM_NS);
    double top = volt(&tape, 59 * SIM_NS);
    cr_expect_float_eq((double)reach(&tape, 0, top / 2, true), 26.5e3, 100, "half swing");
    cr_expect_float_eq((double)reach(&tape, 60 * SIM_NS, 0, false), 64.5e3, 150, "zero crossing");
    sim_time at = reach(&tape, 0, 1.0, true);
    cr_expect_geq(volt(&tape, at), 1.0);
    cr_expect_lt(volt(&tape, at - 1), 1.0, "the first ps");
    cr_expect_eq(reach(&tape, 0, 10, true), SIM_NEVER);
    transmitter_destroy(t);
}

/* An enable shorter than the driver takes never comes out; Y and Z exchanged invert. */
Test(transmitter, short_enable_and_crossed_pair) {
    static struct tape tape, other;
    struct transmitter_config c = shield();
    struct transmitter *t = make(&c, &tape);
    transmitter_edge(t, 10 * SIM_NS, true, true);
    transmitter_edge(t, 12 * SIM_NS, true, false);
    transmitter_until(t, 100 * SIM_NS);
    cr_expect_eq(reach(&tape, 0, 0.001, true), SIM_NEVER);
    transmitter_destroy(t);
    c.crossed = true;
    struct transmitter *crossed = make(&c, &other);
    transmitter_edge(crossed, 10 * SIM_NS, true, true);
    transmitter_until(crossed, 100 * SIM_NS);
    cr_expect_lt(volt(&other, 60 * SIM_NS), -0.6);
    transmitter_destroy(crossed);
}

Test(transmitter, a_storm_at_d_is_swallowed) {
    static struct tape tape;
    struct transmitter_config c = shield();
    c.delay = 50e-9;
    struct transmitter *t = make(&c, &tape);
    transmitter_edge(t, 0, false, true);
    for (int i = 1; i <= 40; i++)
        transmitter_edge(t, i * SIM_NS, i & 1, true);
    transmitter_until(t, SIM_US);
    cr_expect_gt(transmitter_swallowed(t), (uint64_t)0);
    cr_expect_lt(volt(&tape, 500 * SIM_NS), -0.5, "ends low, as D does: %g V",
                 volt(&tape, 500 * SIM_NS));
    transmitter_destroy(t);
}

Test(transmitter, refuses_what_makes_no_sense) {
    struct sim_err err = SIM_ERR_INIT;
    struct transmitter_sink sink = {0};
    struct transmitter_config c = shield();
    c.l_open = NAN;
    cr_expect_null(transmitter_create(&c, &sink, &err));
    cr_expect(strstr(err.text, "l_open"), "%s", err.text);
    c = shield();
    c.r_line = -1;
    cr_expect_null(transmitter_create(&c, &sink, &err));
    c = shield();
    c.rise = 1;
    cr_expect_null(transmitter_create(&c, &sink, &err));
}

/* A lag exactly as fast as another mode of the network. */
Test(transmitter, modes_that_coincide_are_parted) {
    static struct tape tape;
    struct transmitter_config c = shield();
    c.r_series = 1;
    c.c_driver = c.c_jack = c.l_leak = 0; /* the least: modes of one size */
    c.rise = 0;
    struct transmitter *t = make(&c, &tape);
    transmitter_edge(t, 0, true, true);
    transmitter_until(t, SIM_US);
    cr_expect_gt(volt(&tape, 50 * SIM_NS), 2.9);
    transmitter_destroy(t);
}
