/* A nominal run as a good board would make it, for tests to spoil in one place. */
#ifndef TESTS_HARNESS_PLANTED_H
#define TESTS_HARNESS_PLANTED_H

#include "harness/board.h"
#include "harness/checks/check.h"
#include "harness/checks/nominal.h"

enum { PLANTED_MARGINS = 6, PLANTED_MEASURES = 32 };
struct planted {
    struct check_nominal nominal;
    struct run_result run;
    struct run_capture capture;
    struct run_failure failure;
    struct run_margin margins[PLANTED_MARGINS];
    struct run_counter counter;
    struct run_measure measures[PLANTED_MEASURES];
    struct run_heard heard;
    struct spi_sampler spi;
    struct check_survey survey;
    struct survey_flop flop;
    struct survey_gate gate;
    struct survey_oneshot oneshots[2]; /* gated; holding */
};

void planted_good(struct planted *p);
/* How many findings the check makes of it, in the standard's profile. The first one's text is put
 * into `text` (512), "" without any; *not_run: how often the check said that it cannot judge. */
size_t planted_findings(const struct board *board, const struct planted *p, const char *id,
                        char *text, size_t *not_run);
/* The margin of that name, NAN when the run has none; exits when there is none to spoil. */
struct run_margin *planted_margin(struct planted *p, const char *name);

#endif
