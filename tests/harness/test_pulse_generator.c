/* The generator of link pulses by itself: an oscillator of one inverter, a pulse at each of its
 * edges, no driver. Values decide whether a driver behind it would send link pulses. */
#include <criterion/criterion.h>
#include <string.h>

#include "harness/checks/check.h"
#include "sim/err.h"

#define GENERATOR SOURCE_ROOT "/tests/harness/checks/pulse_generator.net"

static const struct generator_case {
    const char *board, *edit;
    const char *says;    /* in the first finding; NULL: there is none */
    const char *not_run; /* NULL: it was judged */
} CASES[] = {
    {GENERATOR, NULL, NULL, NULL},
    {GENERATOR, "value R1=400k", "latest", NULL},
    {GENERATOR, "value R1=50k", "soonest", NULL},
    {GENERATOR, "value C2=1n", "widest", NULL},
    {GENERATOR, "value C2=33p", "narrowest", NULL},
    {GENERATOR, "tie U1.1 GND", NULL, "no net at a connector"},
    {GENERATOR, "value C1=10p", NULL, "no net at a connector"}, /* megahertz */
    {"nucleo_shield", NULL, NULL, NULL},                        /* measured on the line */
};

Test(pulse_generator, is_judged_by_its_pulses) {
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct generator_case *c = &CASES[i];
        static const char *const only[] = {"link-pulse-generator", NULL};
        const struct board_request request = {
            .board = c->board, .edits = &c->edit, .n_edits = c->edit != NULL};
        struct check_report report = {.profile = CHECK_STANDARD};
        struct sim_err err = SIM_ERR_INIT;
        struct board board;
        cr_assert(board_load(&board, &request, &err), "%s", err.text);
        const struct check_context context = {.board = &board};
        cr_assert(check_all(&context, only, &report, &err), "%s", err.text);
        const char *text = report.n_findings ? report.findings[0].text : "";
        const char *why = report.n_not_run ? report.not_run[0].why : "";
        cr_expect_eq(report.n_findings > 0, c->says != NULL, "case %zu: \"%s\"", i, text);
        cr_expect(!c->says || strstr(text, c->says), "case %zu: \"%s\"", i, text);
        cr_expect_eq(report.n_not_run > 0, c->not_run != NULL, "case %zu: \"%s\"", i, why);
        cr_expect(!c->not_run || strstr(why, c->not_run), "case %zu: \"%s\"", i, why);
        check_report_finish(&report);
        board_finish(&board);
    }
}
