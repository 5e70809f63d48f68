/* The transmit path, engine and modes, against ngspice on the exported deck; and the figures
 * this board is known by, from both. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/line/clause14.h"
#include "line_bench.h"

#define EDGE_LIMIT (3 * SIM_NS)
#define SHIFT      (2 * SIM_NS) /* of the waveform, by what its edges may differ */
#define OCTETS     14
#define MAX_POINTS 2000000

struct wave { /* of ngspice */
    sim_time *time;
    double *volt;
    size_t n;
};

static void require(bool good, const struct sim_err *err) {
    cr_assert(good, "%s", err->text);
}

static bool have_ngspice(void) {
    if (system("command -v ngspice >/dev/null 2>&1") == 0)
        return true;
    cr_skip("not run: ngspice is not installed");
    return false;
}

static void read_wave(const char *path, struct wave *wave) {
    FILE *file = fopen(path, "r");
    char text[128];
    cr_assert(file, "ngspice left no waveform");
    *wave = (struct wave){.time = malloc(MAX_POINTS * sizeof(sim_time)),
                          .volt = malloc(MAX_POINTS * sizeof(double))};
    while (fgets(text, sizeof text, file) && wave->n < MAX_POINTS) {
        char *end;
        double time = strtod(text, &end);
        wave->time[wave->n] = (sim_time)(time * 1e12 + 0.5);
        wave->volt[wave->n++] = strtod(end, NULL);
    }
    fclose(file);
    cr_assert_gt(wave->n, (size_t)1000, "ngspice wrote hardly anything");
}

static void free_wave(struct wave *wave) {
    free(wave->time);
    free(wave->volt);
}

/* Rises and falls of D and DE in ngspice's VCD: codes of w0_ and w1_. */
static void read_edges(const char *path, struct driver_edge *edges, size_t *n) {
    FILE *file = fopen(path, "r");
    char text[256], codes[2][16] = {{0}}, code[16];
    unsigned index;
    sim_time scale = 1; /* with coarse steps ngspice writes nanoseconds */
    struct driver_edge now = {0, false, false};
    cr_assert(file, "ngspice left no edges");
    *n = 0;
    while (fgets(text, sizeof text, file)) {
        text[strcspn(text, "\n")] = 0;
        if (sscanf(text, "$var wire 1 %15s w%u_", code, &index) == 2 && index < 2)
            memcpy(codes[index], code, sizeof code);
        if (strcmp(text, "$timescale 1 ns $end") == 0)
            scale = SIM_NS;
        if (text[0] == '#')
            now.time = strtoll(text + 1, NULL, 10) * scale;
        bool d = strcmp(text + 1, codes[0]) == 0, de = strcmp(text + 1, codes[1]) == 0;
        if ((text[0] != '0' && text[0] != '1') || (!d && !de))
            continue;
        *(d ? &now.d : &now.de) = text[0] == '1';
        edges[(*n)++] = now;
    }
    fclose(file);
}

static struct driver_edge spice_edges[8192];
static size_t n_spice_edges;

/* With another "tran" line when `tran` is given, and then without a waveform. */
static void run_deck(const struct line_bench *t, const char *tran, struct wave *wave) {
    char dir[] = "/tmp/linkpulse-transmit-XXXXXX", path[100], command[300];
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/deck.cir", dir);
    FILE *deck = fopen(path, "w");
    cr_assert(deck);
    require(export_spice_transmit(&t->board, &t->stimulus, "edges.vcd", "line.txt", deck, &err),
            &err);
    cr_assert_eq(fclose(deck), 0);
    if (tran) {
        snprintf(command, sizeof command, "sed -i -e 's/^tran .*/%s/' -e '/^wrdata/d' %s", tran,
                 path);
        cr_assert_eq(system(command), 0);
    }
    snprintf(command, sizeof command, "cd %s && timeout 300 ngspice -b deck.cir >log 2>&1", dir);
    cr_assert_eq(system(command), 0, "ngspice failed, see %s/log", dir);
    snprintf(path, sizeof path, "%s/line.txt", dir);
    if (!tran)
        read_wave(path, wave);
    snprintf(path, sizeof path, "%s/edges.vcd", dir);
    read_edges(path, spice_edges, &n_spice_edges);
    snprintf(command, sizeof command, "rm -r %s", dir);
    cr_assert_eq(system(command), 0);
}

static void run_ngspice(const struct line_bench *t, struct wave *wave) {
    run_deck(t, NULL, wave);
}

/* How far a point of ngspice lies outside what the modes are within SHIFT of it. */
static double outside(const struct line_bench *t, sim_time time, double volt) {
    double low = INFINITY, high = -INFINITY;
    for (sim_time at = time - SHIFT; at <= time + SHIFT; at += SHIFT / 4) {
        double v = line_bench_volt(t, at < 0 ? 0 : at);
        low = fmin(low, v);
        high = fmax(high, v);
    }
    return volt < low ? low - volt : volt > high ? volt - high : 0;
}

/* The worst such distance in volt; its time in `at`. */
static double worst_of(const struct line_bench *t, const struct wave *wave, sim_time *at) {
    double worst = 0;
    sim_time last = -SIM_US;
    for (size_t i = 0; i < wave->n; i++) {
        if (wave->time[i] < SIM_US || wave->time[i] - last < SIM_NS)
            continue;
        last = wave->time[i];
        double d = outside(t, last, wave->volt[i]);
        if (d > worst) {
            worst = d;
            *at = last;
        }
    }
    return worst;
}

static double spice_extreme(const struct wave *wave, sim_time from, sim_time to, bool highest) {
    double best = highest ? -INFINITY : INFINITY;
    for (size_t i = 0; i < wave->n; i++)
        if (wave->time[i] >= from && wave->time[i] < to)
            best = highest ? fmax(best, wave->volt[i]) : fmin(best, wave->volt[i]);
    return best;
}

/* How long the line stays above half of `peak` from its last rise before `until` on, ns. */
static double high_for(const struct line_bench *t, sim_time from, sim_time until, double level) {
    sim_time end = until;
    while (end > from && line_bench_volt(t, end) < level)
        end -= 50;
    sim_time begin = end;
    while (begin > from && line_bench_volt(t, begin) >= level)
        begin -= 50;
    return (double)(end - begin) * 1e-3;
}

static double spice_high_for(const struct wave *wave, sim_time from, sim_time until, double level) {
    sim_time begin = 0, end = 0;
    for (size_t i = 1; i < wave->n; i++) {
        if (wave->time[i] < from || wave->time[i] > until)
            continue;
        if (wave->volt[i - 1] < level && wave->volt[i] >= level)
            begin = wave->time[i];
        if (wave->volt[i] >= level)
            end = wave->time[i];
    }
    return (double)(end - begin) * 1e-3;
}

struct figures { /* volt, ns */
    double pulse, after_pulse, frame, tail, last_high, pulse_width;
    double tp_idl; /* from the last bit's end at the MCU's pins to half the peak */
};

static struct figures of_engine(const struct line_bench *t) {
    sim_time at, end = line_bench_data_end(t), pulse = t->plan.pulse, frame = t->plan.frame;
    struct figures f;
    f.pulse = line_bench_extreme(t, pulse - SIM_US, pulse + SIM_US, true, &at);
    f.after_pulse = line_bench_extreme(t, at, frame, false, &at);
    f.frame = line_bench_extreme(t, frame, end, true, &at);
    f.tail = line_bench_extreme(t, end + 150 * SIM_NS, t->plan.end, false, &at);
    f.last_high = high_for(t, frame, t->plan.end - SIM_NS, f.frame / 2);
    sim_time fall = t->plan.end - SIM_NS;
    while (fall > frame && line_bench_volt(t, fall) < f.frame / 2)
        fall -= 50;
    f.tp_idl = (double)(fall - end) * 1e-3;
    f.pulse_width = high_for(t, SIM_US, frame - SIM_US, f.pulse / 2);
    return f;
}

static struct figures of_spice(const struct line_bench *t, const struct wave *wave) {
    sim_time end = line_bench_data_end(t), pulse = t->plan.pulse, frame = t->plan.frame;
    struct figures f;
    f.pulse = spice_extreme(wave, pulse - SIM_US, pulse + SIM_US, true);
    f.after_pulse = spice_extreme(wave, pulse + 60 * SIM_NS, frame, false);
    f.frame = spice_extreme(wave, frame, end, true);
    f.tail = spice_extreme(wave, end + 150 * SIM_NS, t->plan.end, false);
    f.last_high = spice_high_for(wave, frame, t->plan.end - SIM_NS, f.frame / 2);
    f.tp_idl = -INFINITY;
    for (size_t i = 0; i < wave->n; i++)
        if (wave->volt[i] >= f.frame / 2)
            f.tp_idl = (double)(wave->time[i] - end) * 1e-3;
    f.pulse_width = spice_high_for(wave, SIM_US, frame - SIM_US, f.pulse / 2);
    return f;
}

static void print(const char *what, const struct figures *f) {
    printf("  %-8s pulse %.3f V, %.1f ns; after it %+.3f V; frame %.3f V; tail %+.3f V; last high "
           "%.1f ns\n",
           what, f->pulse, f->pulse_width, f->after_pulse, f->frame, f->tail, f->last_high);
}

struct compared {
    struct figures engine, spice;
    double worst;                   /* volt */
    struct driver_edge first, last; /* of DE in the frame, the engine's */
};

static bool alike(double a, double b, double absolute) {
    return fabs(a - b) <= absolute + 0.05 * fabs(b);
}

static void compare_edges(const struct line_bench *t) {
    size_t k = 0, n = 0;
    sim_time worst = 0;
    for (size_t i = 0; i < n_spice_edges; i++) {
        if (spice_edges[i].time < SIM_US)
            continue;
        for (k++; k < t->n_edges && t->edges[k].time < SIM_US;)
            k++;
        if (k >= t->n_edges)
            break;
        sim_time d = llabs(t->edges[k].time - spice_edges[i].time);
        worst = d > worst ? d : worst;
        n++;
    }
    printf("  %zu edges at the driver, the worst %.2f ns apart\n", n, (double)worst * 1e-3);
    cr_expect_lt(worst, EDGE_LIMIT);
    cr_expect_gt(n, (size_t)200);
    cr_expect_eq(k + 1, t->n_edges, "%zu edges in the engine, %zu in ngspice", t->n_edges, k + 1);
}

static struct compared compare(const char *title, const struct bench_case *c, bool last_bit) {
    struct line_bench t;
    struct wave wave;
    struct compared result;
    sim_time at = 0;
    line_bench_load(&t, c, OCTETS, last_bit);
    line_bench_run(&t);
    run_ngspice(&t, &wave);
    printf("%s\n", title);
    compare_edges(&t);
    result.engine = of_engine(&t);
    result.spice = of_spice(&t, &wave);
    print("engine", &result.engine);
    print("ngspice", &result.spice);
    result.worst = worst_of(&t, &wave, &at);
    printf("  waveforms: %.1f mV beyond %d ns, at %.3f us\n", result.worst * 1e3,
           (int)(SHIFT / SIM_NS), (double)at * 1e-6);
    fflush(stdout);
    cr_expect_lt(result.worst, 0.03 * result.spice.frame, "%s: %g V at %g us", title, result.worst,
                 (double)at * 1e-6);
    const struct figures *e = &result.engine, *s = &result.spice;
    cr_expect(alike(e->pulse, s->pulse, 0.01), "%s: pulse", title);
    cr_expect(alike(e->after_pulse, s->after_pulse, 0.05), "%s: after the pulse", title);
    cr_expect(alike(e->tail, s->tail, 0.02), "%s: tail", title);
    cr_expect(alike(e->last_high, s->last_high, 3), "%s: last high", title);
    cr_expect(alike(e->pulse_width, s->pulse_width, 3), "%s: pulse width", title);
    free_wave(&wave);
    line_bench_finish(&t);
    return result;
}

/* Within 10 % of a known figure, both. */
static void known(const char *what, double engine, double spice, double figure) {
    printf("  %-28s known %.3g: engine %.3g, ngspice %.3g\n", what, figure, engine, spice);
    cr_expect_leq(fabs(engine - figure), 0.1 * fabs(figure), "%s: engine %g, known %g", what,
                  engine, figure);
    cr_expect_leq(fabs(spice - figure), 0.1 * fabs(figure), "%s: ngspice %g, known %g", what, spice,
                  figure);
}

/* Data and enable end together at U3: a spike of -0.1 to -0.4 V, with the same 10 %. */
static void race(double volt) {
    cr_expect(volt < -0.09 && volt > -0.44, "race at U3: %g V", volt);
}

Test(transmit_line, the_board_and_ngspice) {
    struct bench_case c = {0};
    if (!have_ngspice())
        return;
    struct compared one = compare("as built, last bit 1", &c, true);
    known("link pulse, V", one.engine.pulse, one.spice.pulse, 0.71);
    known("frame, V", one.engine.frame, one.spice.frame, 0.71);
    /* About 70 ns: 63 beyond the bit's own end on the line, 78 beyond its end at the pins. */
    cr_expect_float_eq(one.engine.last_high - 50, 70, 9, "TP_IDL %g ns", one.engine.last_high - 50);
    cr_expect_float_eq(one.spice.tp_idl, 70, 9, "TP_IDL %g ns", one.spice.tp_idl);
    race(one.engine.after_pulse);
    race(one.spice.after_pulse);
}

Test(transmit_line, a_last_bit_0_has_no_tp_idl) {
    struct bench_case c = {0};
    if (!have_ngspice())
        return;
    struct compared zero = compare("as built, last bit 0", &c, false);
    cr_expect_lt(zero.engine.tp_idl, 0, "high %g ns after the last bit", zero.engine.tp_idl);
    cr_expect_lt(zero.spice.tp_idl, 0);
}

/* O4: the driver enabled for ever, pin 4 of U3 on the supply. */
Test(transmit_line, driver_always_on) {
    struct bench_case c = {0};
    if (!have_ngspice())
        return;
    bench_edit(&c, "tie U3.4 VCC");
    struct compared on = compare("driver always on, last bit 0", &c, false);
    known("link pulse, V", on.engine.pulse, on.spice.pulse, 1.39);
    cr_expect(on.engine.after_pulse > -0.06 && on.engine.after_pulse < -0.03, "%g V",
              on.engine.after_pulse);
    cr_expect(on.spice.after_pulse > -0.06 && on.spice.after_pulse < -0.03, "%g V",
              on.spice.after_pulse);
    /* The frame ends in 0 and the driver holds that: -0.7 V, going down with L / R. */
    cr_expect(on.engine.tail < -0.54 && on.engine.tail > -0.75, "%g V", on.engine.tail);
    cr_expect(on.spice.tail < -0.54 && on.spice.tail > -0.75, "%g V", on.spice.tail);
}

/* The jack's sheet tells no saturation; at 20 mA and down to 7 % it gives the negative pulse
 * that a linear core does not. */
Test(transmit_line, saturating_core) {
    struct bench_case c = {0};
    if (!have_ngspice())
        return;
    bench_set(&c, "part.J1.i_sat=20m");
    bench_edit(&c, "value R2=0");
    bench_edit(&c, "tie U3.4 VCC");
    struct compared on = compare("saturating core, R2=0, always on", &c, false);
    known("after the pulse, V", on.engine.after_pulse, on.spice.after_pulse, -0.9);
}

/* Without it: a twentieth. */
Test(transmit_line, linear_core_has_no_negative_pulse) {
    struct bench_case c = {0};
    struct line_bench t;
    bench_edit(&c, "value R2=0");
    bench_edit(&c, "tie U3.4 VCC");
    line_bench_load(&t, &c, OCTETS, false);
    line_bench_run(&t);
    struct figures f = of_engine(&t);
    print("linear", &f);
    cr_expect_gt(f.after_pulse, -0.12, "%g V", f.after_pulse);
    line_bench_finish(&t);
}

/* When the driver is enabled, and for how long, in `edges` from `from` on. */
static size_t enables(const struct driver_edge *edges, size_t n, sim_time from, sim_time *rises,
                      double *widths, size_t most) {
    size_t found = 0;
    sim_time rose = from;
    for (size_t i = 1; i < n && found < most; i++) {
        if (edges[i].time < from || edges[i].de == edges[i - 1].de)
            continue;
        if (edges[i].de) {
            rose = edges[i].time;
            continue;
        }
        rises[found] = rose;
        widths[found] = (double)(edges[i].time - rose) * 1e-3;
        found++;
    }
    return found;
}

/* One at each edge of the oscillator: 111 and 140 ns. */
Test(transmit_line, link_pulse_widths) {
    struct bench_case c = {0};
    double engine[2], spice[2];
    sim_time rises[1];
    if (!have_ngspice())
        return;
    for (unsigned i = 0; i < 2; i++) {
        struct line_bench t;
        struct wave wave;
        line_bench_load(&t, &c, OCTETS, true);
        line_bench_pulse(&t, i);
        line_bench_run(&t);
        run_ngspice(&t, &wave);
        cr_assert_eq(enables(t.edges, t.n_edges, SIM_US, rises, &engine[i], 1), (size_t)1);
        cr_assert_eq(enables(spice_edges, n_spice_edges, SIM_US, rises, &spice[i], 1), (size_t)1);
        free_wave(&wave);
        line_bench_finish(&t);
    }
    known("shorter pulse, ns", fmin(engine[0], engine[1]), fmin(spice[0], spice[1]), 111);
    known("longer pulse, ns", fmax(engine[0], engine[1]), fmax(spice[0], spice[1]), 140);
}

/* Three periods, in coarse steps: 12.96 ms high and 15.92 ms low. */
Test(transmit_line, link_pulse_spacing) {
    struct bench_case c = {0};
    struct line_bench t;
    double widths[4];
    sim_time spice[4], from = SIM_MS, engine[4] = {0};
    if (!have_ngspice())
        return;
    line_bench_load(&t, &c, OCTETS, true);
    run_deck(&t, "tran 1u 60m 0 20u", NULL);
    cr_assert_eq(enables(spice_edges, n_spice_edges, from, spice, widths, 4), (size_t)4);
    for (unsigned i = 0; i < 4; i++) {
        line_bench_pulse(&t, i);
        engine[i] = t.plan.origin;
    }
    double e[2] = {0}, s[2] = {0};
    for (int i = 0; i < 3; i++) {
        double ms = (double)(engine[i + 1] - engine[i]) * 1e-9;
        e[ms > 14.4] = ms;
        ms = (double)(spice[i + 1] - spice[i]) * 1e-9;
        s[ms > 14.4] = ms;
    }
    known("oscillator high, ms", e[0], s[0], 12.96);
    known("oscillator low, ms", e[1], s[1], 15.92);
    line_bench_finish(&t);
}

/* What the driver is told: enabled around the clock, the window's one-shot longer. */
Test(transmit_line, driver_enable_around_the_frame) {
    struct bench_case c = {0};
    struct line_bench t;
    sim_time on = SIM_NEVER, off = SIM_NEVER;
    line_bench_load(&t, &c, OCTETS, true);
    line_bench_run(&t);
    for (size_t i = 1; i < t.n_edges; i++) {
        if (t.edges[i].de && !t.edges[i - 1].de && t.edges[i].time > t.plan.frame)
            on = t.edges[i].time;
        if (!t.edges[i].de && t.edges[i - 1].de)
            off = t.edges[i].time;
    }
    double first = (double)(on - t.plan.frame) * 1e-3;
    double last = (double)(off - line_bench_data_end(&t)) * 1e-3;
    printf("driver_ena %.1f ns after the first clock edge (18), %.1f after the last (118), %.1f "
           "after the last bit (69)\n",
           first, last + 50, last);
    cr_expect_float_eq(first, 18, 3, "%g ns", first); /* gates: within 3 ns, see test_figures.c */
    cr_expect_float_eq(last + 50, 118, 11.8, "%g ns", last + 50);
    cr_expect_float_eq(last, 69, 6.9, "%g ns", last);
    line_bench_finish(&t);
}

static const struct line_variant {
    const char *title, *sets[4], *edits[2];
    bool last_bit;
} variants[] = {
    {"R2=0", {0}, {"value R2=0"}, true},
    {"R2=39", {0}, {"value R2=39"}, false},
    {"delay.scale=1", {"delay.scale=1"}, {0}, true},
    {"leaky jack", {"part.J1.l_leak=2u", "part.J1.l_open=100u", "part.J1.r_winding=3"}, {0}, true},
    {"saturating core, R2=120",
     {"part.J1.i_sat=0.5m", "part.J1.l_sat=20u"},
     {"value R2=120"},
     true},
    {"slower driver", {"part.75C1168.tr=10n", "part.75C1168.tdis=16n"}, {0}, true},
};

ParameterizedTestParameters(transmit_line, variants) {
    static size_t index[sizeof variants / sizeof *variants];
    for (size_t i = 0; i < sizeof index / sizeof *index; i++)
        index[i] = i;
    return cr_make_param_array(size_t, index, sizeof index / sizeof *index);
}

ParameterizedTest(size_t *index, transmit_line, variants) {
    const struct line_variant *v = &variants[*index];
    struct bench_case c = {0};
    if (!have_ngspice())
        return;
    for (int i = 0; i < 4 && v->sets[i]; i++)
        bench_set(&c, "%s", v->sets[i]);
    for (int i = 0; i < 2 && v->edits[i]; i++)
        bench_edit(&c, "%s", v->edits[i]);
    compare(v->title, &c, v->last_bit);
}

/* A part that only one of the two has must be seen. */
Test(transmit_line, a_part_changed_on_one_side_differs) {
    struct bench_case c = {0}, changed = {0};
    struct line_bench t, other;
    struct wave wave;
    sim_time at = 0;
    if (!have_ngspice())
        return;
    bench_edit(&changed, "value R2=430");
    line_bench_load(&t, &c, OCTETS, true);
    line_bench_load(&other, &changed, OCTETS, true);
    line_bench_run(&t);
    run_ngspice(&other, &wave);
    cr_expect_gt(worst_of(&t, &wave, &at), 0.03 * 0.71);
    free_wave(&wave);
    line_bench_finish(&t);
    line_bench_finish(&other);
}

/* The shield against clause 14: what the observations say of it. */
Test(transmit_line, the_board_against_clause_14) {
    struct bench_case c = {0};
    struct line_bench t;
    struct sim_err err = SIM_ERR_INIT;
    struct clause14_sink none = {0};
    struct clause14 *clause14 = clause14_create(&none, &err);
    cr_assert(clause14, "%s", err.text);
    line_bench_load(&t, &c, OCTETS, true);
    line_bench_run(&t);
    clause14_sent(clause14, t.octets, t.stimulus.n);
    size_t k = 0;
    for (size_t i = 0; i < t.n_pieces; i++) {
        for (; k < t.n_edges && t.edges[k].time <= t.pieces[i].end; k++)
            clause14_driver(clause14, t.edges[k].time, t.edges[k].d, t.edges[k].de);
        clause14_piece(clause14, &t.pieces[i]);
    }
    clause14_finish(clause14, t.plan.end);
    const struct clause14_row *rows = clause14_rows(clause14);
    struct clause14_counts n = clause14_counts(clause14);
    for (size_t i = 0; i < CLAUSE14_ROWS; i++)
        if (rows[i].seen)
            printf("  %-22s %s %7.3f %-4s worst %8.3f%s\n", rows[i].id,
                   rows[i].at_least ? ">=" : "<=", rows[i].limit, rows[i].unit, rows[i].worst,
                   clause14_slack(&rows[i]) < 0 ? "  MISSED" : "");
    cr_expect_eq(n.frames, (uint64_t)1);
    cr_expect_eq(n.pulses, (uint64_t)1);
    cr_expect_eq(n.different + n.missing + n.bad_fcs + n.fragments, (uint64_t)0);
    cr_expect_float_eq(rows[CLAUSE14_PEAK_LEAST].worst, 0.71, 0.071);
    /* 70.8 ns after the bit at the pins, and the bit takes 13.4 ns to the line */
    cr_expect_float_eq(rows[CLAUSE14_DISABLE].worst, 57.4, 3, "%g", rows[CLAUSE14_DISABLE].worst);
    static const enum clause14_id missed[] = {CLAUSE14_PEAK_LEAST, CLAUSE14_TP_IDL,
                                              CLAUSE14_DISABLE};
    static const enum clause14_id met[] = {
        CLAUSE14_PEAK_MOST,  CLAUSE14_JITTER,      CLAUSE14_BIT_RATE, CLAUSE14_PREAMBLE,
        CLAUSE14_PULSE_PEAK, CLAUSE14_PULSE_WIDTH, CLAUSE14_ENCODER,  CLAUSE14_ENABLE};
    for (size_t i = 0; i < sizeof missed / sizeof *missed; i++)
        cr_expect_lt(clause14_slack(&rows[missed[i]]), 0, "%s", rows[missed[i]].id);
    for (size_t i = 0; i < sizeof met / sizeof *met; i++)
        cr_expect_geq(clause14_slack(&rows[met[i]]), 0, "%s", rows[met[i]].id);
    clause14_destroy(clause14);
    line_bench_finish(&t);
}

/* O5. Q3's gate on the clock itself, without U8A between: how many short pulses the encoder
 * makes, and how short the shortest is, ns. */
static size_t false_pulses(bool buffered, double ohm, sim_time skew, double *shortest) {
    struct bench_case c = {0};
    struct line_bench t;
    size_t n = 0;
    if (!buffered)
        bench_edit(&c, "short Q3.1 /sck_tx");
    line_bench_load(&t, &c, OCTETS, true);
    t.pin_ohm = ohm;
    t.skew = skew;
    line_bench_run(&t);
    sim_time last = SIM_NEVER;
    *shortest = INFINITY;
    for (size_t i = 1; i < t.n_edges; i++) {
        if (t.edges[i].d == t.edges[i - 1].d || t.edges[i].time < t.plan.frame)
            continue;
        if (last != SIM_NEVER) {
            double width = (double)(t.edges[i].time - last) * 1e-3;
            *shortest = fmin(*shortest, width);
            n += width < 34;
        }
        last = t.edges[i].time;
    }
    line_bench_finish(&t);
    return n;
}

Test(transmit_line, encoder_without_u8a_needs_a_fast_pin) {
    static const struct {
        bool buffered;
        double ohm;
        bool pulses;
    } cases[] = {{true, 40, false},  {true, 220, false}, {true, 400, false},
                 {false, 40, false}, {false, 220, true}, {false, 400, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (sim_time skew = 0; skew <= 2 * SIM_NS; skew += SIM_NS) {
            double shortest;
            size_t n = false_pulses(cases[i].buffered, cases[i].ohm, skew, &shortest);
            printf("%s U8A, pins of %3.0f ohm, data %d ns after the clock: %3zu short pulses, "
                   "shortest %.1f ns\n",
                   cases[i].buffered ? "with" : "without", cases[i].ohm, (int)(skew / SIM_NS), n,
                   shortest);
            cr_expect_eq(n > 0, cases[i].pulses);
        }
}
