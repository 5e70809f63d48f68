#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "harness/gate/self_test.h"
#include "harness/json_value.h"
#include "harness/report.h"

static const char *const outcome_names[] = {
    [SELF_TEST_NOT_RUN] = "not run",   [SELF_TEST_CAUGHT] = "caught",
    [SELF_TEST_REFUSED] = "refused",   [SELF_TEST_EQUIVALENT] = "equivalent",
    [SELF_TEST_SURVIVED] = "survived",
};

static void print_kinds(const struct self_test *t) {
    printf("%-16s %7s", "fault", "planted");
    for (int o = SELF_TEST_CAUGHT; o <= SELF_TEST_SURVIVED; o++)
        printf(" %10s", outcome_names[o]);
    putchar('\n');
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        size_t n[SELF_TEST_SURVIVED + 1] = {0}, all = 0;
        for (size_t i = 0; i < t->n; i++)
            if ((int)t->faults[i].kind == kind) {
                n[t->rows[i].outcome]++;
                all++;
            }
        if (!all)
            continue;
        printf("%-16s %7zu", fault_kind_name((enum fault_kind)kind), all);
        for (int o = SELF_TEST_CAUGHT; o <= SELF_TEST_SURVIVED; o++)
            printf(" %10zu", n[o]);
        putchar('\n');
    }
}

static void print_rows(const struct self_test *t, enum self_test_outcome outcome,
                       const char *title) {
    if (t->outcomes[outcome])
        printf("\n%s\n", title);
    for (size_t i = 0; i < t->n; i++)
        if (t->rows[i].outcome == outcome)
            printf("  %-32s %s\n", t->faults[i].what, t->rows[i].text);
}

/* What each check is good for. */
static void print_checks(const struct self_test *t) {
    puts("\nfirst caught by");
    for (size_t i = 0; i < t->n; i++) {
        size_t n = 0, before = 0;
        for (size_t k = 0; k < t->n; k++)
            if (t->rows[k].outcome == SELF_TEST_CAUGHT && t->rows[i].outcome == SELF_TEST_CAUGHT &&
                strcmp(t->rows[k].by, t->rows[i].by) == 0) {
                n++;
                before += k < i;
            }
        if (n && !before)
            printf("  %-24s %5zu\n", t->rows[i].by, n);
    }
}

void self_test_report(const struct self_test *t, const char *repeat) {
    print_kinds(t);
    print_checks(t);
    print_rows(t, SELF_TEST_SURVIVED, "survivors: no check notices, and this differs");
    print_rows(t, SELF_TEST_EQUIVALENT,
               "equivalent: no observed net does anything else, at six corners");
    print_rows(t, SELF_TEST_NOT_RUN, "not run");
    printf("\nnot asked: the checks that sweep the line or hold a conversation\n");
    printf("%zu faults in %.0f s: raw %.1f %%, adjusted for the equivalent ones %.1f %%%s; repeat: "
           "%s\n",
           t->n, t->wall_s, 100 * t->raw, 100 * t->adjusted,
           t->interrupted ? " (partial, interrupted)" : "", repeat);
}

static json_t *json_fault(const struct fault *fault, const struct self_test_row *row) {
    json_t *edits = json_array();
    for (unsigned i = 0; i < fault->n_edits; i++)
        json_array_append_new(edits, json_value_text(fault->edits[i]));
    return json_pack("{s:s, s:o, s:o, s:s, s:s, s:o}", "kind", fault_kind_name(fault->kind),
                     "fault", json_value_text(fault->what), "edits", edits, "outcome",
                     outcome_names[row->outcome], "check", row->by, "text",
                     json_value_text(row->text));
}

bool self_test_json(const struct self_test *t, const char *path, struct sim_err *err) {
    json_t *faults = json_array();
    for (size_t i = 0; i < t->n; i++)
        json_array_append_new(faults, json_fault(&t->faults[i], &t->rows[i]));
    json_t *root =
        json_pack("{s:s, s:o, s:o, s:o, s:b, s:o}", "schema", "linkpulse.selftest/1", "board",
                  json_value_text(t->board->path), "raw", json_value_number(t->raw), "adjusted",
                  json_value_number(t->adjusted), "partial", (int)t->interrupted, "faults", faults);
    return report_write(json_value_dump(root), path, err);
}
