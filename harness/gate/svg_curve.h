/* A check's curve as a small picture within an HTML page; see svg_strips.h for classes and
 * size. Points that failed are crosses, the range in which they must pass is shaded. */
#ifndef HARNESS_GATE_SVG_CURVE_H
#define HARNESS_GATE_SVG_CURVE_H

#include <stdio.h>

#include "harness/checks/check.h"

/* Nothing for a curve without a finite point. */
void svg_curve_draw(const struct check_curve *curve, FILE *out);

#endif
