/* A measurement of a check: a margin, and when it is missed a finding that says where and what
 * to change. */
#ifndef HARNESS_CHECKS_MEASURE_H
#define HARNESS_CHECKS_MEASURE_H

#include "harness/checks/check.h"

struct measure {
    const char *name, *net;
    const char *part;   /* a reference; NULL: none */
    const char *unit;   /* "ns" */
    const char *source; /* of the limit; NULL: the check's */
    const char *advice; /* NULL: none */
    double value, limit, slack;
};

void measure(struct check_report *report, const struct check *check, const struct measure *m);

/* The windows of the flip-flops that were surveyed, if they were: against what a typical part
 * asks for, or what its datasheet guarantees. */
void measure_windows(struct check_report *report, const struct check *check,
                     const struct check_context *context, bool guaranteed);

/* The part of the board that a unit belongs to: "U8A" is U8's; "" when there is none. */
void measure_part_of(const struct board *board, const char *unit, char *part, size_t size);

/* The fitted resistors and capacitors with a pin on a net, "R5, C9"; "" without any. */
void measure_passives_at(const struct board *board, const char *net, char *out, size_t size);
/* The first resistor between two nets, by its reference; NULL: none. */
const char *measure_resistor_between(const struct board *board, uint32_t a, uint32_t b);

#endif
