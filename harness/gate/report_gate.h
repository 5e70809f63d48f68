/* What the gate found, for people and for machines. Nothing here decides anything: the verdict
 * is in the result, and findings are told in its order, those waived apart and last.
 *
 * The char * are malloc'ed, NULL when out of memory; the same result gives the same bytes.
 */
#ifndef HARNESS_GATE_REPORT_GATE_H
#define HARNESS_GATE_REPORT_GATE_H

#include <stdio.h>

#include "harness/gate/gate.h"

/* Readable text; the last line is the verdict and the command that repeats it. */
void report_gate_text(const struct gate_result *result, FILE *out, bool colour);
/* Schema linkpulse.gate/1; `no_host`: without what differs between machines. */
char *report_gate_json(const struct gate_result *result, bool no_host);
/* A test case per check. */
char *report_gate_junit(const struct gate_result *result);
/* SARIF 2.1.0: findings with file and line, the catalogue as its rules. */
char *report_gate_sarif(const struct gate_result *result, const char *version);
/* For the summary of a CI job (GitHub's dialect). */
char *report_gate_markdown(const struct gate_result *result);
/* One file without outside resources. `scene` may be NULL: without waveforms and pictures. */
struct gate_scene;
char *report_gate_html(const struct gate_result *result, const struct gate_scene *scene);

/* "order", "order with reservations", "do not order". */
const char *report_gate_verdict(enum gate_verdict verdict);
const char *report_gate_name(const struct gate_result *result); /* the board's */
const char *report_gate_profile(enum check_profile profile);    /* "function", "standard" */
const char *report_gate_severity(enum check_severity severity); /* "failure", "reservation" */
const char *report_gate_class(enum check_class of);             /* "static", "timing", ... */

/* "U8, /sck_tx", "" when the finding is about no one part or net. */
const char *report_gate_place(const struct check_finding *finding, char *out, size_t size);
/* "board.net:12"; "" when the line is unknown. */
const char *report_gate_source(const struct gate_result *result,
                               const struct check_finding *finding, char *out, size_t size);
/* "71.2 %, limit 70 %, slack -1.2 %"; "" when not measured. */
const char *report_gate_figures(const struct check_finding *finding, char *out, size_t size);
/* "95 pF", "2.1 V", "0.8", "27.5 %": a multiple of the unit where that is usual. */
const char *report_gate_value(double value, const char *unit, char *out, size_t size);
/* The verdict at the delay scale in use and at 1.0, one line. */
const char *report_gate_scale(const struct gate_result *result, char *out, size_t size);
/* Slack as a share of its limit, for comparing units: below 0 when missed. */
double report_gate_share(const struct check_margin *margin);
/* Indices of report.margins, the least share first; free() it. NULL: no memory, or none. */
size_t *report_gate_margins(const struct gate_result *result);
/* Findings that count: not waived, of this severity. */
size_t report_gate_count(const struct gate_result *result, enum check_severity severity);
/* Waived findings are told by whom and why; NULL when nothing in the result says. */
const struct gate_waiver *report_gate_waiver(const struct gate_result *result,
                                             const struct check_finding *finding);
/* What the verdict does not speak of: checks not run, classes without a check, parts without a
 * model, the yield. False behind the last. */
struct report_gate_gap {
    const struct check *check; /* NULL: no one check */
    bool part;                 /* a part that has no model; `why` names it */
    const char *id;            /* of the check, the class, "yield"; "" for a part */
    char why[512];
};
bool report_gate_gap(const struct gate_result *result, size_t i, struct report_gate_gap *gap);
/* The same for people: those with one reason together, their ids in `ids`, "a, b". `i` is where
 * to begin, from 0, and becomes where to go on. */
bool report_gate_gaps(const struct gate_result *result, size_t *i, struct report_gate_gap *gap,
                      char *ids, size_t size);
/* Checks that can be in a report: the catalogue's, then those of waivers; NULL behind the last. */
const struct check *report_gate_check(size_t i);

#endif
