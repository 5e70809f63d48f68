/* Ranking, verdicts and exit codes. */
#include <criterion/criterion.h>
#include <string.h>

#include "harness/gate/gate.h"

static struct board board;
static struct gate_result result;

static void run_gate(const char *name, const char *edit, const char *const *only) {
    struct sim_err err = SIM_ERR_INIT;
    struct board_request request = {.board = name, .edits = &edit, .n_edits = edit != NULL};
    cr_assert(board_load(&board, &request, &err), "%s", err.text);
    struct gate_request asked = {.board = &board, .only = only, .min_yield = 0.95};
    cr_assert(gate_run(&asked, &result, &err), "%s", err.text);
}

static void close_gate(void) {
    gate_finish(&result);
    board_finish(&board);
}

static const char *const statics[] = {"pin-one",    "floating-input", "constant-output",
                                      "dead-net",   "dead-enable",    "open-drain-pull-up",
                                      "decoupling", "value-range",    NULL};

Test(gate_run, a_good_board, .fini = close_gate) {
    run_gate("nucleo_shield", NULL, statics);
    cr_expect_eq(result.verdict, GATE_ORDER);
    cr_expect_eq(gate_exit_code(&result, true), 0);
    cr_expect_eq(result.n_reasons, 0);
    cr_expect(strstr(result.kind, "an adapter"), "%s", result.kind);
}

Test(gate_run, a_bad_one_names_the_cause_first, .fini = close_gate) {
    run_gate("nucleo_shield_rev1", NULL, statics);
    cr_expect_eq(result.verdict, GATE_DO_NOT_ORDER);
    cr_expect_eq(gate_exit_code(&result, true), 1);
    cr_assert_gt(result.report.n_findings, 0);
    cr_expect_str_eq(result.report.findings[0].check->id, "constant-output");
    cr_expect(strstr(result.reasons[0], "constant-output: U8 pins 1 and 2"));
}

Test(gate_run, reservations_alone, .fini = close_gate) {
    run_gate("nucleo_shield", "remove C7", statics);
    cr_expect_eq(result.verdict, GATE_RESERVATIONS);
    cr_expect_eq(gate_exit_code(&result, true), 0);
    result.fail_on_reservations = true;
    cr_expect_eq(gate_exit_code(&result, true), 1);
}

Test(gate_run, a_waived_finding_does_not_count, .fini = close_gate) {
    run_gate("nucleo_shield", "remove C7", statics);
    result.report.findings[0].waived = true;
    gate_judge(&result);
    cr_expect_eq(result.verdict, GATE_ORDER);
}

Test(gate_run, too_low_a_yield_is_a_reservation, .fini = close_gate) {
    run_gate("nucleo_shield", NULL, statics);
    struct sweep_yield overall = {.samples = 1000, .passed = 949};
    result.sweep.yields = &overall;
    result.sweep.n_yields = 1;
    gate_judge(&result);
    cr_expect_eq(result.verdict, GATE_RESERVATIONS);
    overall.passed = 950;
    gate_judge(&result);
    cr_expect_eq(result.verdict, GATE_ORDER);
    result.sweep = (struct sweep_result){0};
}

Test(gate_run, a_part_without_a_model, .fini = close_gate) {
    run_gate("nucleo_shield", "value U1=74XX99", statics);
    cr_expect_eq(result.verdict, GATE_ORDER, "%s", result.reasons[0]);
    cr_expect_eq(gate_exit_code(&result, true), SIM_ERR_UNMODELLED);
    cr_expect_eq(gate_exit_code(&result, false), 0);
    cr_expect_gt(result.report.n_not_run, 0);
}

Test(gate_run, an_unknown_check, .fini = close_gate) {
    static const char *const only[] = {"floating-inptu", NULL};
    struct sim_err err = SIM_ERR_INIT;
    struct board_request request = {.board = "nucleo_shield"};
    cr_assert(board_load(&board, &request, &err), "%s", err.text);
    struct gate_request asked = {.board = &board, .only = only};
    cr_expect(!gate_run(&asked, &result, &err));
    cr_expect(strstr(err.text, "floating-input"), "%s", err.text);
    cr_expect_eq(err.cls, SIM_ERR_INPUT);
}

/* Failures, then what was measured by how much of its limit it misses. */
Test(gate_run, the_order_of_findings) {
    struct gate_result made = {.report = {.profile = CHECK_FUNCTIONAL}};
    struct check_finding *f = check_found(&made.report, check_find("decoupling"), "a reservation");
    f = check_found(&made.report, check_find("dead-enable"), "a little");
    f->measured = true, f->slack = -1, f->limit = 10;
    f = check_found(&made.report, check_find("dead-enable"), "more");
    f->measured = true, f->slack = -2, f->limit = 10;
    check_found(&made.report, check_find("dead-enable"), "second");
    check_found(&made.report, check_find("pin-one"), "first");
    gate_judge(&made);
    static const char *const order[] = {"first", "second", "more", "a little", "a reservation"};
    for (int i = 0; i < 5; i++)
        cr_expect_str_eq(made.report.findings[i].text, order[i]);
    cr_expect_eq(made.n_reasons, 4);
    check_report_finish(&made.report);
}
