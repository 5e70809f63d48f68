#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/waivers.h"

static struct check_report report;

static struct check_finding *plant(const struct check *check, const char *part, const char *net) {
    struct check_finding *f = check_found(&report, check, "planted");
    snprintf(f->part, sizeof f->part, "%s", part);
    snprintf(f->net, sizeof f->net, "%s", net);
    return f;
}

static struct gate_waiver waiver(const struct check *check, const char *subject,
                                 const char *expires) {
    struct gate_waiver w = {.reason = "r", .author = "a", .file = "b.ini", .line = 7};
    snprintf(w.id, sizeof w.id, "%s", check->id);
    snprintf(w.subject, sizeof w.subject, "%s", subject);
    snprintf(w.expires, sizeof w.expires, "%s", expires);
    return w;
}

static size_t of(const char *id) {
    size_t n = 0;
    for (size_t i = 0; i < report.n_findings; i++)
        n += strcmp(report.findings[i].check->id, id) == 0;
    return n;
}

Test(waivers, take_what_they_name_and_no_more) {
    struct gate_waiver w[] = {waiver(checks[0], "U8", ""), waiver(checks[1], "/sck", ""),
                              waiver(checks[0], "", "")};
    plant(checks[0], "U8", "/a");
    plant(checks[0], "U9", "/a");
    plant(checks[1], "", "/sck");
    plant(checks[1], "U8", "/b");
    plant(checks[0], "", "");
    waivers_apply(w, 3, "2026-01-01", NULL, &report);
    static const bool waived[] = {true, false, true, false, true};
    cr_assert_eq(report.n_findings, 5, "all were used");
    for (size_t i = 0; i < 5; i++)
        cr_expect_eq(report.findings[i].waived, waived[i], "finding %zu", i);
    for (size_t i = 0; i < 3; i++)
        cr_expect(w[i].used && !w[i].expired);
}

Test(waivers, unused_is_a_finding) {
    struct gate_waiver w = waiver(checks[0], "U8", "");
    plant(checks[1], "U8", "");
    waivers_apply(&w, 1, "2026-01-01", NULL, &report);
    cr_assert_eq(report.n_findings, 2);
    struct check_finding *f = &report.findings[1];
    cr_expect_str_eq(f->check->id, "waiver-unused");
    cr_expect_eq(f->severity, CHECK_RESERVATION);
    cr_expect_str_eq(f->file, "b.ini");
    cr_expect_eq(f->line, 7);
    cr_expect(strstr(f->text, "U8"), "%s", f->text);
    cr_expect(!report.findings[0].waived);
}

Test(waivers, expire_after_their_day) {
    static const struct {
        const char *date;
        bool expired;
    } rows[] = {
        {"2026-11-20", false}, {"2026-11-21", true}, {"2025-12-31", false}, {"2027-01-01", true}};
    for (size_t i = 0; i < 4; i++) {
        struct gate_waiver w = waiver(checks[0], "U8", "2026-11-20");
        report = (struct check_report){0};
        plant(checks[0], "U8", "");
        waivers_apply(&w, 1, rows[i].date, NULL, &report);
        cr_expect_eq(w.expired, rows[i].expired, "%s", rows[i].date);
        cr_expect_eq(report.findings[0].waived, !rows[i].expired);
        cr_expect_eq(of("waiver-expired"), rows[i].expired);
        cr_expect_eq(of("waiver-unused"), 0);
    }
}

/* Nothing is known of a check that did not run. */
Test(waivers, of_checks_that_did_not_run_are_left_alone) {
    struct check_not_run not_run = {checks[0], "no firmware"};
    struct gate_waiver w = waiver(checks[0], "U8", "");
    report.not_run = &not_run;
    report.n_not_run = 1;
    waivers_apply(&w, 1, "2026-01-01", NULL, &report);
    cr_expect_eq(report.n_findings, 0);
    report.n_not_run = 0;
    const char *const only[] = {checks[1]->id, NULL};
    waivers_apply(&w, 1, "2026-01-01", only, &report);
    cr_expect_eq(report.n_findings, 0);
    waivers_apply(&w, 1, "2026-01-01", NULL, &report);
    cr_expect_eq(report.n_findings, 1, "the same waiver, its check having run");
}

static bool load(const char *text, struct gate_waiver **out, size_t *n, struct sim_err *err) {
    char path[] = "/tmp/waivers-XXXXXX";
    static struct board board;
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    fputs(text, file);
    fclose(file);
    bool good = waivers_load(&board, path, out, n, err);
    remove(path);
    return good;
}

Test(waivers, unknown_checks_are_errors) {
    char text[512], id[64];
    struct gate_waiver *w;
    size_t n;
    struct sim_err err = SIM_ERR_INIT;
    snprintf(id, sizeof id, "%sx", checks[0]->id);
    snprintf(text, sizeof text, "\n[waiver.1]\nid = %s\nreason = r\nauthor = a\n", id);
    cr_expect(!load(text, &w, &n, &err));
    cr_expect_eq(err.cls, SIM_ERR_INPUT);
    cr_expect_eq(err.line, 3);
    cr_expect(strstr(err.text, checks[0]->id) && strstr(err.text, "nearest is"), "%s", err.text);
    cr_expect_null(w);
}

Test(waivers, a_file_of_waivers_holds_nothing_else) {
    struct gate_waiver *w;
    size_t n;
    struct sim_err err = SIM_ERR_INIT;
    cr_expect(!load("[delay]\nscale = 0.1\n", &w, &n, &err));
    cr_expect(strstr(err.text, "[delay]: expected [waiver.NAME] alone"), "%s", err.text);
}

Test(waivers, of_a_file) {
    char text[512];
    struct gate_waiver *w;
    size_t n;
    struct sim_err err = SIM_ERR_INIT;
    snprintf(text, sizeof text,
             "[waiver.1]\nid = %s\nnet = /x\nreason = why not\nauthor = me\nexpires = 2030-01-01\n",
             checks[0]->id);
    cr_assert(load(text, &w, &n, &err), "%s", err.text);
    cr_assert_eq(n, 1);
    cr_expect_str_eq(w->subject, "/x");
    cr_expect_str_eq(w->reason, "why not");
    cr_expect_str_eq(w->expires, "2030-01-01");
    free(w);
}

Test(waivers, today_is_a_date) {
    char date[WAIVERS_DATE];
    waivers_today(date);
    cr_expect(board_config_is_date(date), "%s", date);
}
