#include "harness/gate/waivers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/words.h"

static const struct check unused = {
    .id = "waiver-unused",
    .title = "every waiver is for a finding",
    .of = CHECK_STATIC,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .source = "the board's waivers",
};
static const struct check expired = {
    .id = "waiver-expired",
    .title = "no waiver has expired",
    .of = CHECK_STATIC,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .source = "the board's waivers",
};
const struct check *const waivers_checks[] = {&unused, &expired, NULL};

static void copy(struct gate_waiver *to, const struct board_waiver *from, const char *file) {
    *to = (struct gate_waiver){.line = from->line};
    memcpy(to->id, from->id, sizeof to->id);
    memcpy(to->subject, from->subject, sizeof to->subject);
    memcpy(to->reason, from->reason, sizeof to->reason);
    memcpy(to->author, from->author, sizeof to->author);
    memcpy(to->expires, from->expires, sizeof to->expires);
    snprintf(to->file, sizeof to->file, "%s", file);
}

static bool known(const struct gate_waiver *waiver, struct sim_err *err) {
    struct words_near near = {.wanted = waiver->id};
    char hint[160];
    if (check_find(waiver->id))
        return true;
    for (size_t i = 0; checks[i]; i++)
        words_near_offer(&near, checks[i]->id);
    return sim_err_at(err, SIM_ERR_INPUT, waiver->file, waiver->line,
                      "a waiver of \"%s\", which is no check%s", waiver->id,
                      words_near_hint(&near, hint, sizeof hint));
}

bool waivers_load(const struct board *board, const char *file, struct gate_waiver **out, size_t *n,
                  struct sim_err *err) {
    const struct board_config *own = &board->config;
    struct board_config *other = calloc(1, sizeof *other);
    bool good = other != NULL && (!file || board_config_read_waivers(other, file, err));
    *n = good ? own->n_waivers + other->n_waivers : 0;
    *out = good ? calloc(*n + 1, sizeof **out) : NULL;
    for (size_t i = 0; *out && i < *n; i++)
        if (i < own->n_waivers)
            copy(&(*out)[i], &own->waivers[i], own->file);
        else
            copy(&(*out)[i], &other->waivers[i - own->n_waivers], file);
    free(other);
    if (good && !*out)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    for (size_t i = 0; good && i < *n; i++)
        good = known(&(*out)[i], err);
    if (!good) {
        free(*out);
        *out = NULL;
        *n = 0;
    }
    return good;
}

bool waivers_match(const struct gate_waiver *waiver, const struct check_finding *finding) {
    if (strcmp(waiver->id, finding->check->id) != 0)
        return false;
    if (!waiver->subject[0])
        return !finding->part[0] && !finding->net[0];
    return strcmp(waiver->subject, finding->part) == 0 ||
           strcmp(waiver->subject, finding->net) == 0;
}

/* Nothing can be said about a waiver whose check did not run. */
static bool did_run(const struct gate_waiver *waiver, const char *const *only,
                    const struct check_report *report) {
    bool wanted = !only;
    for (; only && *only; only++)
        wanted = wanted || strcmp(*only, waiver->id) == 0;
    for (size_t i = 0; i < report->n_not_run; i++)
        if (strcmp(report->not_run[i].check->id, waiver->id) == 0)
            return false;
    return wanted;
}

static void place(struct check_finding *finding, const struct gate_waiver *waiver) {
    snprintf(finding->file, sizeof finding->file, "%s", waiver->file);
    finding->line = waiver->line;
    snprintf(finding->advice, sizeof finding->advice, "remove the waiver or renew it");
}

/* Dates of one length compare as texts. */
static void apply(struct gate_waiver *waiver, const char *date, bool ran,
                  struct check_report *report) {
    const char *about = waiver->subject[0] ? waiver->subject : "no one part or net";
    waiver->expired = waiver->expires[0] && strcmp(date, waiver->expires) > 0;
    for (size_t i = 0; !waiver->expired && i < report->n_findings; i++)
        if (waivers_match(waiver, &report->findings[i]))
            waiver->used = report->findings[i].waived = true;
    if (waiver->expired)
        place(check_found(report, &expired, "the waiver of %s about %s expired on %s", waiver->id,
                          about, waiver->expires),
              waiver);
    else if (!waiver->used && ran)
        place(check_found(report, &unused, "the waiver of %s about %s is for nothing found",
                          waiver->id, about),
              waiver);
}

void waivers_apply(struct gate_waiver *waivers, size_t n, const char *date, const char *const *only,
                   struct check_report *report) {
    for (size_t i = 0; i < n; i++)
        apply(&waivers[i], date, did_run(&waivers[i], only, report), report);
}

void waivers_today(char date[WAIVERS_DATE]) {
    time_t now = time(NULL);
    struct tm utc;
    if (!gmtime_r(&now, &utc) || strftime(date, WAIVERS_DATE, "%Y-%m-%d", &utc) != 10)
        memcpy(date, "9999-12-31", WAIVERS_DATE);
}
