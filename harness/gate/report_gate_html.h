/* Private to the report_gate_html files. */
#ifndef HARNESS_GATE_REPORT_GATE_HTML_H
#define HARNESS_GATE_REPORT_GATE_HTML_H

#include <stdio.h>

#include "harness/gate/report_gate.h"

extern const char report_gate_html_style[];

/* Sections; each writes nothing when there is nothing to tell. */
void report_gate_html_margins(FILE *out, const struct gate_result *result);
void report_gate_html_sweep(FILE *out, const struct gate_result *result);
void report_gate_html_curves(FILE *out, const struct gate_result *result);

#endif
