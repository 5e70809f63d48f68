/* The contract of a check: one pass/fail question about a board.
 *
 * One file per check, one row in checks/catalogue.c and in checks/meson.build. A check looks at
 * what the gate has (the netlist, a nominal run, the line, the firmware), adds a finding for
 * each place where the board fails it, and margins where it measured something. It decides
 * nothing else: profile, waivers and verdict are the gate's.
 */
#ifndef HARNESS_CHECKS_CHECK_H
#define HARNESS_CHECKS_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/board.h"

enum check_class { CHECK_STATIC, CHECK_TIMING, CHECK_LINE, CHECK_FUNCTION, CHECK_FIRMWARE };

/* Whether the board works with a tolerant partner, or meets IEEE 802.3 clause 14. */
enum check_profile { CHECK_FUNCTIONAL, CHECK_STANDARD, CHECK_PROFILES };

/* CHECK_IGNORED: the profile does not ask. A reservation does not keep a board from being
 * ordered, a failure does. */
enum check_severity { CHECK_IGNORED, CHECK_RESERVATION, CHECK_FAILURE };

/* What a check needs beside the netlist, which is always there. */
enum {
    CHECK_NEEDS_NOMINAL = 1,      /* a run of the regression captures at nominal values */
    CHECK_NEEDS_FIRMWARE = 2,     /* an image in that run */
    CHECK_NEEDS_LINE = 4,         /* the transmit pair and its modelled line */
    CHECK_NEEDS_CONVERSATION = 8, /* DHCP, ping and page with the firmware */
    CHECK_NEEDS_CURVES = 16,      /* the receiver swept over the line's figures */
};

struct check;
struct curve_spec;

struct check_finding {
    const struct check *check;
    enum check_severity severity; /* in the gate's profile */
    bool waived;
    char part[64], net[128]; /* what it is about; "" when it is not one part or net */
    char text[512];          /* one sentence without an end stop */
    char advice[256];        /* what to change; "" when the check knows nothing */
    bool measured;           /* slack and limit hold */
    double value, limit, slack;
    char unit[8];
    char file[256]; /* "": the board's */
    long line;      /* of that file, 0 when unknown */
};

/* A figure with its distance to its limit, failed or not. */
struct check_margin {
    const struct check *check;
    char name[64], net[128], unit[8], source[160];
    double value, limit, slack; /* slack < 0: failed */
};

/* A curve: y over x, both with units. `passed` per point, NULL when the curve has no limit. */
#define CHECK_MAX_POINTS 64
struct check_curve {
    const struct check *check;
    char name[64], x_name[48], x_unit[8], y_name[48], y_unit[8];
    double x[CHECK_MAX_POINTS], y[CHECK_MAX_POINTS];
    bool passed[CHECK_MAX_POINTS];
    size_t n;
    double required_low, required_high; /* the range of x in which it must pass; NAN: none */
};

struct check_not_run {
    const struct check *check;
    char why[192];
};

/* What the checks found; grows outside of any simulation. */
struct check_report {
    enum check_profile profile;
    struct check_finding *findings;
    size_t n_findings;
    struct check_margin *margins;
    size_t n_margins;
    struct check_curve *curves;
    size_t n_curves;
    struct check_not_run *not_run;
    size_t n_not_run;
    bool full;                    /* some check found more than CHECK_MAX_FINDINGS */
    struct check_finding dropped; /* the last beyond them */
};
#define CHECK_MAX_FINDINGS 200

struct check_nominal; /* checks/nominal.h: what one run at nominal values showed */
struct wiring;

struct check_context {
    const struct board *board;
    const struct check_nominal *nominal; /* NULL: not wanted, or the board cannot be simulated */
    const struct wiring *wiring;         /* checks/wiring.h; NULL: check_all() makes it */
};

struct check {
    const char *id;    /* "floating-input": in reports, waivers and SARIF */
    const char *title; /* "every CMOS input is driven" */
    enum check_class of;
    enum check_severity severity[CHECK_PROFILES];
    unsigned needs;                 /* CHECK_NEEDS_..., or'ed */
    const char *source;             /* where the limit comes from: datasheet row, clause */
    const struct curve_spec *curve; /* what curve_run() draws; NULL when `run` is another */
    /* False with `err` on an internal error only. What cannot be judged on this board is told
     * by check_not_run(). */
    bool (*run)(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err);
};

extern const struct check *const checks[]; /* ends with NULL; in the order of reports */
const struct check *check_find(const char *id);

/* The new finding, its text formatted; the severity is the check's own in the profile, the
 * rest zero and to be filled. Valid until the next call. */
struct check_finding *check_found(struct check_report *report, const struct check *check,
                                  const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A margin, and when its slack is negative a finding. */
struct check_margin *check_measured(struct check_report *report, const struct check *check,
                                    const char *name, double value, double limit, double slack,
                                    const char *unit);
struct check_curve *check_draw(struct check_report *report, const struct check *check,
                               const char *name);
/* True when the check has CHECK_MAX_FINDINGS: what is found from here on is not kept. */
bool check_is_full(struct check_report *report, const struct check *check);
void check_not_run(struct check_report *report, const struct check *check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Every check whose needs are met, in catalogue order; the others become not run. NULL `only`:
 * all; else the ids, NULL at the end. */
bool check_all(const struct check_context *context, const char *const *only,
               struct check_report *report, struct sim_err *err);
void check_report_finish(struct check_report *report);

/* What part, net and line of the file a finding is about. NETLIST_NONE: left as it is. */
void check_place_pin(struct check_finding *finding, const struct wiring *wiring, uint32_t pin);
void check_place_part(struct check_finding *finding, const struct wiring *wiring, uint32_t part);
void check_place_node(struct check_finding *finding, const struct wiring *wiring, uint32_t node);
void check_advise(struct check_finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* " so that ..." (`out` of `size`): what follows from a dead node, led by `joint`; "" if nothing.
 */
const char *check_consequence(const struct wiring *wiring, uint32_t node, const char *joint,
                              char *out, size_t size);
/* A failure of what leads to no driver, MCU or connector is a reservation only. */
void check_weigh(struct check_finding *finding, const struct wiring *wiring, uint32_t node);

/* "timing", "line", ... */
const char *check_class_name(enum check_class of);

#endif
