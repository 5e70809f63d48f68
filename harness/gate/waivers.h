/* Findings that somebody answers for: [waiver.NAME] sections of the board's .ini, or of a file
 * of its own.
 *
 * A waiver takes the findings of one check about one part or net, or, without a part or net,
 * those of the check that are about none. It holds to the end of the day it expires.
 */
#ifndef HARNESS_GATE_WAIVERS_H
#define HARNESS_GATE_WAIVERS_H

#include "harness/gate/gate.h"

#define WAIVERS_DATE 11 /* "2026-12-31" */

/* "waiver-unused", "waiver-expired", NULL: checks that only waivers_apply() runs. */
extern const struct check *const waivers_checks[];

/* The board's, then those of `file` (NULL: none); the caller frees *out. False with `err`: a file
 * that cannot be read, an unknown check. */
bool waivers_load(const struct board *board, const char *file, struct gate_waiver **out, size_t *n,
                  struct sim_err *err);

/* Marks the findings of `report` that are waived, and adds one for each waiver that is expired,
 * or whose check ran and found nothing of the kind. `date`: today, YYYY-MM-DD; `only` the ids
 * that ran, NULL: all. */
void waivers_apply(struct gate_waiver *waivers, size_t n, const char *date, const char *const *only,
                   struct check_report *report);

/* Whether this waiver is for this finding, expired or not. */
bool waivers_match(const struct gate_waiver *waiver, const struct check_finding *finding);

void waivers_today(char date[WAIVERS_DATE]); /* UTC */

#endif
