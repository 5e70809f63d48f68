/* What stands between the transmit pair and its driver, on the shield and on variants of it;
 * and the way out as a run has it. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/transmit_line.h"
#include "harness/transmitter_setup.h"
#include "line_bench.h"

static bool set_up(struct bench_case *c, struct transmitter_setup *setup, struct sim_err *err) {
    struct board board;
    bench_load(&board, c);
    *err = SIM_ERR_INIT;
    bool good = transmitter_setup(&board, setup, err);
    board_finish(&board);
    return good;
}

Test(transmitter_setup, the_shield) {
    struct bench_case c = {0};
    struct transmitter_setup s;
    struct sim_err err;
    cr_assert(set_up(&c, &s, &err), "%s", err.text);
    cr_expect_float_eq(s.config.r_series, 470, 1e-9);
    cr_expect_float_eq(s.config.r_driver, 40, 1e-9);
    cr_expect_float_eq(s.config.l_open, 350e-6, 1e-12);
    cr_expect_float_eq(s.config.delay, 0.65 * 7e-9, 1e-12);
    cr_expect(isinf(s.config.r_shunt));
    cr_expect_not(s.config.crossed);
    cr_expect(s.powered);
}

Test(transmitter_setup, variants) {
    struct transmitter_setup s;
    struct sim_err err;
    struct bench_case wire = {0}, crossed = {0}, dead = {0}, guessed = {0}, swapped = {0};
    bench_edit(&wire, "value R2=0");
    cr_assert(set_up(&wire, &s, &err), "%s", err.text);
    cr_expect_float_eq(s.config.r_series, 0, 1e-9);
    cr_expect_float_eq(s.config.c_jack, 0, 1e-15, "the jack is the driver's net, counted there");
    bench_edit(&crossed, "short U3.13 Net-(R2-Pad2)");
    bench_edit(&crossed, "short U3.14 Net-(J1-Pad2)");
    cr_assert(set_up(&crossed, &s, &err), "%s", err.text);
    cr_expect(s.config.crossed, "Y behind TD-");
    bench_edit(&dead, "open U3.16");
    cr_assert(set_up(&dead, &s, &err), "%s", err.text);
    cr_expect_not(s.powered);
    bench_set(&guessed, "attach.line_tx_p=");
    cr_assert(set_up(&guessed, &s, &err), "%s", err.text);
    cr_expect_float_eq(s.config.r_series, 470, 1e-9);
    cr_expect_not(s.config.crossed);
    bench_set(&swapped, "attach.line_tx_p=Net-(J1-Pad2)");
    bench_set(&swapped, "attach.line_tx_n=Net-(J1-Pad1)");
    cr_assert(set_up(&swapped, &s, &err), "%s", err.text);
    cr_expect(s.config.crossed);
}

static const struct refused {
    const char *set, *edit, *text;
} refusals[] = {
    {"attach.line_tx_p=/line", NULL, "no jack"},
    {NULL, "remove R2", "no line driver stands behind pin TD+"},
    {NULL, "open U3.14", "no line driver"},
    {NULL, "short R9.1 Net-(J1-Pad1)", "R9"},
    {NULL, "remove J1", "no jack"},
};

Test(transmitter_setup, refuses_by_name) {
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refused *r = &refusals[i];
        struct bench_case c = {0};
        struct transmitter_setup s;
        struct sim_err err;
        if (r->set)
            bench_set(&c, "%s", r->set);
        if (r->edit)
            bench_edit(&c, "%s", r->edit);
        cr_expect_not(set_up(&c, &s, &err), "%s%s", r->set ? r->set : "", r->edit ? r->edit : "");
        cr_expect(strstr(err.text, r->text), "\"%s\" lacks \"%s\"", err.text, r->text);
    }
}

/* A delayed enable: DE on an analog net is read through its own threshold. */
Test(transmitter_setup, an_enable_behind_an_rc) {
    struct bench_case c = {0};
    struct line_bench t;
    bench_edit(&c, "short U3.4 Net-(C14-Pad2)"); /* high at rest, low while the clock runs */
    line_bench_load(&t, &c, 14, true);
    line_bench_run(&t);
    bool on = false, off = false;
    for (size_t i = 0; i < t.n_edges; i++) {
        on = on || t.edges[i].de;
        off = off || (on && !t.edges[i].de);
    }
    cr_expect(on && off, "DE never moved");
    line_bench_finish(&t);
}

static void feed(struct line_bench *t, struct transmit_line *line) {
    transmit_line_start(line, 0, t->edges[0].d, t->edges[0].de);
    transmit_line_sent(line, t->octets, t->stimulus.n);
    for (size_t i = 1; i < t->n_edges; i++)
        transmit_line_edge(line, t->edges[i].time, t->edges[i].d, t->edges[i].de);
    transmit_line_finish(line, t->plan.end);
}

Test(transmit_line, measures_and_draws) {
    struct bench_case c = {0};
    struct line_bench t;
    struct sim_err err = SIM_ERR_INIT;
    char dir[] = "/tmp/linkpulse-line-XXXXXX", eye[64], pulse[64];
    line_bench_load(&t, &c, 14, true);
    line_bench_run(&t);
    struct transmit_line *line = transmit_line_create(&t.board, &err);
    cr_assert(line, "%s", err.text);
    feed(&t, line);
    const struct clause14_row *rows = transmit_line_rows(line);
    cr_expect_float_eq(rows[CLAUSE14_PEAK_LEAST].worst, 0.71, 0.03);
    cr_expect_eq(transmit_line_counts(line).frames, (uint64_t)1);
    cr_expect_eq(transmit_line_counts(line).missing, (uint64_t)0);
    cr_assert(mkdtemp(dir));
    snprintf(eye, sizeof eye, "%s/eye.svg", dir);
    snprintf(pulse, sizeof pulse, "%s/pulse.svg", dir);
    cr_expect(transmit_line_draw(line, eye, pulse, &err), "%s", err.text);
    cr_expect_eq(access(eye, R_OK), 0);
    cr_expect_eq(access(pulse, R_OK), 0);
    transmit_line_destroy(line);
    /* a line that was silent has no picture, and leaves none */
    line = transmit_line_create(&t.board, &err);
    cr_assert(line, "%s", err.text);
    cr_expect(transmit_line_draw(line, eye, pulse, &err), "%s", err.text);
    cr_expect_neq(access(eye, F_OK), 0);
    cr_expect_neq(access(pulse, F_OK), 0);
    cr_expect_eq(rmdir(dir), 0);
    transmit_line_destroy(line);
    line_bench_finish(&t);
}

/* The mistake of revision 1: nothing but link pulses. */
Test(transmit_line, revision_1_sends_no_frame) {
    struct bench_case c = {.board = "nucleo_shield_rev1"};
    struct line_bench t;
    struct sim_err err = SIM_ERR_INIT;
    line_bench_load(&t, &c, 14, true);
    line_bench_run(&t);
    struct transmit_line *line = transmit_line_create(&t.board, &err);
    cr_assert(line, "%s", err.text);
    feed(&t, line);
    cr_expect_eq(transmit_line_counts(line).frames, (uint64_t)0);
    cr_expect_eq(transmit_line_counts(line).missing, (uint64_t)1);
    cr_expect_not(transmit_line_rows(line)[CLAUSE14_PEAK_LEAST].seen);
    transmit_line_destroy(line);
    line_bench_finish(&t);
}
