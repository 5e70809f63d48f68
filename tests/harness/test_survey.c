/* The survey of a receive path, against what the board is known to do and what edits do to it. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "bench.h"
#include "harness/checks/survey.h"
#include "sim/err.h"

TestSuite(survey, .timeout = 120);

static struct check_survey *survey_of(const char *set, const char *edit) {
    struct bench_case c = {0};
    struct board board;
    struct sim_err err = SIM_ERR_INIT;
    if (set)
        bench_set(&c, "%s", set);
    if (edit)
        bench_edit(&c, "%s", edit);
    bench_load(&board, &c);
    struct check_survey *survey = survey_run(&board, 1, &err);
    cr_assert_not_null(survey, "%s", err.text);
    board_finish(&board);
    return survey;
}

static const struct survey_oneshot *oneshot(const struct check_survey *s, const char *name) {
    for (size_t i = 0; i < s->n_oneshots; i++)
        if (strcmp(s->oneshots[i].name, name) == 0)
            return &s->oneshots[i];
    cr_assert_fail("no one-shot %s", name);
    return NULL;
}

static const struct survey_flop *flop(const struct check_survey *s, const char *name) {
    for (size_t i = 0; i < s->n_flops; i++)
        if (strcmp(s->flops[i].name, name) == 0)
            return &s->flops[i];
    cr_assert_fail("no flip-flop %s", name);
    return NULL;
}

static const struct survey_gate *gate(const struct check_survey *s, const char *name) {
    for (size_t i = 0; i < s->n_gates; i++)
        if (strcmp(s->gates[i].name, name) == 0)
            return &s->gates[i];
    cr_assert_fail("no gate %s", name);
    return NULL;
}

/* ngspice on the board: edges are taken from 96 ns on, /edge_in is 13.2 ns wide, /~{idle} falls
 * 398 ns after the last edge, which its trigger follows by some nanoseconds. */
Test(survey, agrees_with_the_analog_truth) {
    struct check_survey *s = survey_of(NULL, NULL);
    const struct survey_oneshot *clock = oneshot(s, "U2E"), *idle = oneshot(s, "U2F");
    cr_expect(clock->gated && clock->ready_seen && clock->busy_seen);
    cr_expect_str_eq(clock->net, "Net-(C9-Pad2)");
    cr_expect(fabs(clock->recovery - 96) < 3, "recovers after %g ns", clock->recovery);
    cr_expect(fabs(clock->period - 100) < 1, "triggers %g ns apart", clock->period);
    cr_expect(!idle->gated && idle->held);
    cr_expect(fabs(idle->hold - 390) < 15, "holds %g ns", idle->hold);
    cr_expect(fabs(idle->interval - 100) < 1, "edges %g ns apart", idle->interval);
    cr_expect(fabs(gate(s, "U1B")->narrowest - 13.2) < 1.5, "%g ns", gate(s, "U1B")->narrowest);
    cr_expect(gate(s, "U4A")->swallows && gate(s, "U4A")->clocks);
    cr_expect_not(gate(s, "U1B")->swallows);
    survey_destroy(s);
}

/* A flip-flop of a shift register sees the next one's output change one delay after the clock. */
Test(survey, a_shift_registers_hold_is_a_flip_flops_delay) {
    struct check_survey *s = survey_of(NULL, NULL);
    const struct survey_flop *u6b = flop(s, "U6B");
    cr_assert(u6b->windows[SURVEY_HOLD].seen);
    double scaled = 14 * 0.65; /* tpd_clk of the 74HC74, the board's scale */
    cr_expect(fabs(u6b->windows[SURVEY_HOLD].least - scaled) < 1.5, "%g ns",
              u6b->windows[SURVEY_HOLD].least);
    cr_expect(u6b->windows[SURVEY_SETUP].least > 80, "it stands nearly a bit");
    cr_expect_not(u6b->windows[SURVEY_SET].seen && u6b->windows[SURVEY_SET].least < 100);
    survey_destroy(s);
}

Test(survey, follows_the_parts) {
    struct check_survey *s = survey_of(NULL, NULL), *fast = survey_of(NULL, "value R5=400"),
                        *brief = survey_of(NULL, "value R4=1k");
    cr_expect_lt(oneshot(fast, "U2E")->recovery, oneshot(s, "U2E")->recovery - 10);
    cr_expect_lt(oneshot(fast, "U2E")->busy, oneshot(s, "U2E")->busy - 10);
    double ratio = oneshot(brief, "U2F")->hold / oneshot(s, "U2F")->hold;
    cr_expect(ratio > 0.45 && ratio < 0.6, "half the resistor holds %g of the time", ratio);
    survey_destroy(s);
    survey_destroy(fast);
    survey_destroy(brief);
}

Test(survey, a_clock_that_recovers_late_has_no_slack) {
    struct check_survey *s = survey_of("delay.scale=1", NULL);
    const struct survey_oneshot *clock = oneshot(s, "U2E");
    cr_expect_gt(clock->recovery, clock->period);
    survey_destroy(s);
}
