/* `linkpulse gate --git REPO PATH` */
#include <stdio.h>
#include <stdlib.h>

#include "harness/gate/history.h"
#include "harness/gate/report_gate.h"
#include "harness/report.h"
#include "harness/verb_gate.h"
#include "harness/verbs.h"

#define SHORT_HASH 10

static bool judge(void *user, const char *path, struct history_row *row, struct sim_err *err) {
    const struct options *options = user;
    struct gate_result result;
    struct board board;
    if (!verb_gate_load(options, path, &board, err))
        return false;
    bool good = verb_gate_run(options, &board, &result, err);
    if (good) {
        row->verdict = result.verdict;
        row->code = gate_exit_code(&result, options->strict);
        if (result.n_reasons)
            snprintf(row->reason, sizeof row->reason, "%s", result.reasons[0]);
        gate_finish(&result);
    }
    board_finish(&board);
    return good;
}

static const char *verdict_of(const struct history_row *row) {
    return row->read ? report_gate_verdict(row->verdict) : "cannot be read";
}

static void print(void *user, const struct history_row *row) {
    char reason[256];
    (void)user;
    report_clean(row->reason, reason, sizeof reason);
    printf("%-*.*s  %s  %-23s  %s\n", SHORT_HASH, SHORT_HASH, row->revision.hash,
           row->revision.date, verdict_of(row), reason);
    fflush(stdout);
}

/* The last line: the newest revision, for that is the one to be ordered. */
static void conclude(const struct options *options, const struct history_row *rows, size_t n,
                     bool partial) {
    static const char *const words[] = {
        [GATE_ORDER] = "ORDER",
        [GATE_RESERVATIONS] = "ORDER WITH RESERVATIONS",
        [GATE_DO_NOT_ORDER] = "DO NOT ORDER",
    };
    char repeat[1024];
    size_t counts[3] = {0}, unread = 0;
    for (size_t i = 0; i < n; i++) {
        counts[rows[i].verdict] += rows[i].read;
        unread += !rows[i].read;
    }
    options_repeat_gate(options, repeat, sizeof repeat);
    printf("%s%s: %.*s, the newest of %zu revisions: %zu order, %zu with reservations, %zu do not "
           "order, %zu cannot be read; repeat: %s\n",
           rows[0].read ? words[rows[0].verdict] : "CANNOT BE READ",
           partial ? " (partial, interrupted)" : "", SHORT_HASH, rows[0].revision.hash, n,
           counts[GATE_ORDER], counts[GATE_RESERVATIONS], counts[GATE_DO_NOT_ORDER], unread,
           repeat);
}

int verb_gate_history(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct history_row *rows;
    size_t n;
    bool partial;
    struct options nominal = *options; /* a table of years is not worth the hours of its yields */
    nominal.sweep.samples = 0;
    nominal.quiet = true;
    const struct history_request request = {
        .repo = options->gate.git,
        .path = options->board,
        .ini = !options->ini,
        .user = &nominal,
        .judge = judge,
        .done = print,
    };
    printf("%-*s  %-10s  %-23s  %s\n", SHORT_HASH, "revision", "date", "verdict", "first reason");
    int code = 0;
    if (!history_run(&request, &rows, &n, &partial, &err))
        code = verbs_fail(&err);
    else if (n)
        conclude(options, rows, n, partial);
    if (!code)
        code = !n ? SIM_ERR_INPUT : rows[0].code;
    free(rows);
    return code;
}
