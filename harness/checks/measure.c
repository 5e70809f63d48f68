#include "harness/checks/check.h"
#include "harness/checks/measure.h"

#include <stdio.h>
#include <string.h>

void measure(struct check_report *report, const struct check *check, const struct measure *m) {
    size_t before = report->n_findings;
    struct check_margin *margin =
        check_measured(report, check, m->name, m->value, m->limit, m->slack, m->unit);
    snprintf(margin->net, sizeof margin->net, "%s", m->net);
    snprintf(margin->source, sizeof margin->source, "%s", m->source ? m->source : check->source);
    if (report->n_findings == before)
        return;
    struct check_finding *finding = &report->findings[report->n_findings - 1];
    snprintf(finding->net, sizeof finding->net, "%s", m->net);
    snprintf(finding->part, sizeof finding->part, "%s", m->part ? m->part : "");
    snprintf(finding->advice, sizeof finding->advice, "%s", m->advice ? m->advice : "");
}

/* Of "U8" and "U80" the longer one, when both begin the name. */
void measure_part_of(const struct board *board, const char *unit, char *part, size_t size) {
    size_t longest = 0;
    snprintf(part, size, "%s", "");
    for (uint32_t i = 0; i < board->netlist->n_parts; i++) {
        const char *ref = board->netlist->parts[i].ref;
        size_t n = strlen(ref);
        if (n <= longest || strncmp(unit, ref, n) != 0)
            continue;
        longest = n;
        snprintf(part, size, "%s", ref);
    }
}
