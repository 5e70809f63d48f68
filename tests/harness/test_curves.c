/* The receiver's requirements as curves: each check on a board that meets it and on one that
 * does not; the points lie where a slower look finds the end, too. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "harness/checks/curve.h"
#include "planted.h"
#include "sim/err.h"

TestSuite(curves, .timeout = 300);

static struct check_report report_of(const struct board *board, const char *id) {
    const char *const only[] = {id, NULL};
    struct planted p;
    struct check_report report = {.profile = CHECK_STANDARD};
    struct sim_err err = SIM_ERR_INIT;
    planted_good(&p);
    const struct check_context context = {.board = board, .nominal = &p.nominal};
    cr_assert_not_null(check_find(id), "no check %s", id);
    /* What is ignored in a profile is not run there. */
    if (check_find(id)->severity[CHECK_STANDARD] == CHECK_IGNORED)
        report.profile = CHECK_FUNCTIONAL;
    cr_assert(check_all(&context, only, &report, &err), "%s: %s", id, err.text);
    return report;
}

/* Settings and edits; what the first finding says, NULL: there is none. */
static const struct board_case {
    const char *id, *set, *set2, *edit;
    const char *says;
} CASES[] = {
    {"jitter-tolerance", NULL, NULL, NULL, "largest jitter taken"},
    {"amplitude-range", NULL, NULL, NULL, NULL},
    {"amplitude-range", "part.U3.vit_plus=0.8", NULL, NULL, "smallest amplitude taken"},
    {"squelch", NULL, NULL, NULL, "largest amplitude rejected"},
    {"squelch", "part.U3.vit_plus=0.35", "part.U3.vit_minus=-0.35", NULL, NULL},
    {"clock-offset", NULL, NULL, NULL, NULL},
    /* The bit clock recovers some picoseconds before the next bit. */
    {"clock-offset", "delay.scale=0.92890625", NULL, NULL, "fastest clock understood"},
    {"preamble-length", NULL, NULL, NULL, NULL},
    {"preamble-length", "receiver.idle=low", NULL, NULL, "preamble understood"},
    {"gap-shrink", NULL, NULL, NULL, NULL},
    {"gap-shrink", NULL, NULL, "value R4=36k", "smallest gap taken"},
    {"cable-length", NULL, NULL, NULL, NULL},
    {"cable-length", NULL, NULL, "value R5=620", "longest cable taken"},
    {"receiver-idle", NULL, NULL, NULL, NULL},
    {"receiver-idle", "line.preamble_bits=1", NULL, NULL, "idles low"},
    {"swapped-pair", NULL, NULL, NULL, NULL},
    {"swapped-pair", NULL, NULL, "remove SW1", "swapped is not heard"},
};

Test(curves, each_check_passes_one_board_and_fails_another) {
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct board_case *c = &CASES[i];
        struct bench_case bench = {0};
        struct board board;
        if (c->set)
            bench_set(&bench, "%s", c->set);
        if (c->set2)
            bench_set(&bench, "%s", c->set2);
        if (c->edit)
            bench_edit(&bench, "%s", c->edit);
        bench_load(&board, &bench);
        struct check_report report = report_of(&board, c->id);
        const char *text = report.n_findings ? report.findings[0].text : "";
        cr_expect_eq(report.n_not_run, (size_t)0, "%s, case %zu: %s", c->id, i,
                     report.n_not_run ? report.not_run[0].why : "");
        cr_expect_eq(report.n_findings > 0, c->says != NULL, "%s, case %zu: \"%s\"", c->id, i,
                     text);
        if (c->says)
            cr_expect_not_null(strstr(text, c->says), "%s, case %zu: \"%s\"", c->id, i, text);
        check_report_finish(&report);
        board_finish(&board);
    }
}

static void jitter(struct board_line *line, double x) {
    line->jitter_peak_ns = x;
}

/* A coarse grid, bisected, against every step of a fine one. */
Test(curves, the_end_is_where_a_fine_grid_finds_it) {
    static const double grid[] = {0, 5, 10};
    const struct curve_spec spec = {.name = "jitter",
                                    .most = "most",
                                    .x_unit = "ns",
                                    .grid = grid,
                                    .n_grid = 3,
                                    .low = NAN,
                                    .high = 1,
                                    .step = 0.25,
                                    .frames = 6,
                                    .apply = jitter};
    const struct check tried = {
        .id = "tried", .source = "a test", .of = CHECK_LINE, .curve = &spec};
    const struct bench_case c = {0};
    struct board board;
    struct sim_err err = SIM_ERR_INIT;
    struct check_report report = {.profile = CHECK_STANDARD};
    bench_load(&board, &c);
    const struct check_context context = {.board = &board};
    cr_assert(curve_run(&tried, &context, &report, &err), "%s", err.text);
    cr_assert_eq(report.n_margins, (size_t)1);
    cr_assert_eq(report.n_findings, (size_t)0, "the end is beyond 1 ns");
    double end = report.margins[0].value, last = 0;
    for (double x = 0; x <= 10; x += 0.25) {
        struct board_line line = board.config.line;
        struct curve_score score;
        jitter(&line, x);
        cr_assert(curve_probe(&board, &line, spec.frames, &score, &err), "%s", err.text);
        if (score.recovered + score.mended < score.sent)
            break;
        last = x;
    }
    cr_expect_leq(fabs(end - last), 2 * spec.step, "bisected %g, step by step %g", end, last);
    const struct check_curve *curve = &report.curves[0];
    for (size_t i = 1; i < curve->n; i++)
        cr_expect_lt(curve->x[i - 1], curve->x[i]);
    check_report_finish(&report);
    board_finish(&board);
}

Test(curves, a_board_that_loses_every_frame_is_not_judged) {
    struct bench_case c = {0};
    struct board board;
    bench_edit(&c, "tie U4.12 GND");
    bench_load(&board, &c);
    struct check_report report = report_of(&board, "jitter-tolerance");
    cr_expect_eq(report.n_findings, (size_t)0);
    cr_expect_eq(report.n_curves, (size_t)0);
    cr_assert_eq(report.n_not_run, (size_t)1);
    cr_expect_not_null(strstr(report.not_run[0].why, "good line"));
    check_report_finish(&report);
    board_finish(&board);
}

/* The same points on every call: seeds are fixed. */
Test(curves, are_the_same_each_time) {
    const struct bench_case c = {0};
    struct board board;
    bench_load(&board, &c);
    struct check_report a = report_of(&board, "jitter-tolerance");
    struct check_report b = report_of(&board, "jitter-tolerance");
    cr_assert_eq(a.n_curves, (size_t)2, "plain, and with the first bit mended");
    for (size_t i = 0; i < a.n_curves; i++) {
        cr_assert_eq(a.curves[i].n, b.curves[i].n);
        for (size_t k = 0; k < a.curves[i].n; k++) {
            cr_expect_eq(a.curves[i].x[k], b.curves[i].x[k]);
            cr_expect_eq(a.curves[i].y[k], b.curves[i].y[k]);
        }
    }
    check_report_finish(&a);
    check_report_finish(&b);
    board_finish(&board);
}
