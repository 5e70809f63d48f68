#include "harness/xdp/report.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/xdp/kernel.h"

static const char *const mode_names[XDP_MODES] = {
    [XDP_NATIVE] = "native XDP", [XDP_GENERIC] = "generic XDP"};

/* --- the verdict -------------------------------------------------------------------------- */

static void complain(char *why, size_t size, uint64_t n, const char *what) {
    size_t used = strlen(why);
    if (n)
        snprintf(why + used, size - used, "%s%" PRIu64 " %s", used ? ", " : "", n, what);
}

bool xdp_report_passes(const struct xdp_report *report, char *why, size_t size) {
    const struct xdp_survey *s = report->checked.survey;
    double chi_square, bound;
    why[0] = 0;
    complain(why, size, report->checked.disagreed, "frames decided differently");
    complain(why, size, s->aborted, "frames lost to an empty slot");
    complain(why, size, s->flows_split, "flows over several CPUs");
    complain(why, size, s->datagrams_split, "datagrams with fragments apart");
    complain(why, size, s->kernel_split, "of the kernel's flows over several CPUs");
    if (xdp_survey_spread(s, report->setup.config.cpus, &chi_square, &bound))
        complain(why, size, chi_square > bound, "uneven spread");
    for (int mode = 0; mode < XDP_MODES; mode++) {
        const struct xdp_trip *t = &report->trips[mode];
        complain(why, size, t->lost + t->dropped, "frames lost end to end");
        complain(why, size, t->elsewhere, "frames on another CPU end to end");
        complain(why, size, t->overtaken, "frames overtaken end to end");
    }
    return !why[0] && !report->partial;
}

/* --- text --------------------------------------------------------------------------------- */

static void print_cpus(const struct xdp_report *report) {
    const struct xdp_survey *s = report->checked.survey;
    puts("           frames    flows");
    for (unsigned i = 0; i < report->setup.config.cpus; i++)
        printf("CPU %-4u %8" PRIu64 " %8" PRIu64 "\n", i, s->by_slot[i], s->flows_by_slot[i]);
    printf("passed   %8" PRIu64 "           ", s->frames - s->redirected - s->aborted);
    const char *comma = "stay on the interrupt's CPU: ";
    for (unsigned of = 0; of < FLOW_CLASSES; of++) {
        bool passed = !FLOW_IS_HASHED(of) && s->by_class[of];
        if (passed)
            printf("%s%s %" PRIu64, comma, xdp_class_name(of), s->by_class[of]);
        comma = passed ? ", " : comma;
    }
    putchar('\n');
    if (s->aborted)
        printf("lost     %8" PRIu64 "           the slot was empty\n", s->aborted);
}

static void print_hashed(const struct xdp_survey *s) {
    printf("hashed by");
    for (unsigned of = 0; of < FLOW_CLASSES; of++)
        if (FLOW_IS_HASHED(of))
            printf("%s %s: %" PRIu64, of ? "," : "",
                   of == FLOW_FRAGMENT ? "addresses of fragments" : xdp_class_name(of),
                   s->by_class[of]);
    putchar('\n');
}

static void print_spread(const struct xdp_report *report) {
    double chi_square, bound;
    if (xdp_survey_spread(report->checked.survey, report->setup.config.cpus, &chi_square, &bound))
        printf("spread of the flows: chi-square %.1f, at most %.1f expected\n", chi_square, bound);
    else
        puts("spread of the flows: fewer than 5 a CPU, not judged");
}

static void print_together(const struct xdp_report *report) {
    const struct xdp_survey *s = report->checked.survey;
    printf("%" PRIu64 " flows, %" PRIu64 " split over CPUs; %" PRIu64
           " datagrams in fragments, %" PRIu64 " apart",
           s->flows, s->flows_split, s->datagrams, s->datagrams_split);
    if (report->checked.kernel)
        printf("; the kernel's dissector sees %" PRIu64 " flows, %" PRIu64 " split",
               s->kernel_flows, s->kernel_split);
    putchar('\n');
    for (size_t i = 0; i < s->n_apart; i++) {
        const struct xdp_apart *a = &s->apart[i];
        printf("  %s: frame %" PRIu64 " to CPU %u, frame %" PRIu64 " to CPU %u\n",
               a->datagram    ? "one datagram"
               : a->by_kernel ? "one flow of the kernel's"
                              : "one flow",
               a->other, a->other_slot, a->frame, a->slot);
    }
}

static const char *action_name(int action) {
    static const char *const names[] = {"aborted", "dropped", "passed", "sent back"};
    return action >= 0 && action < 4 ? names[action] : "an unknown action";
}

static void print_decision(const char *by, const struct xdp_decision *d, enum flow_class of) {
    if (d->action == XDP_REDIRECT)
        printf("; %s: CPU %u", by, d->slot);
    else
        printf("; %s: %s", by, action_name(d->action));
    printf(" (%s)", of < FLOW_CLASSES ? xdp_class_name(of) : "not counted");
}

static void print_agreement(const struct xdp_checked *checked) {
    printf("decided by native code, by the interpreter%s: %" PRIu64 " frames, %" PRIu64
           " differently\n",
           checked->kernel ? " and by the kernel" : "", checked->frames, checked->disagreed);
    for (size_t i = 0; i < checked->n_disagreements; i++) {
        const struct xdp_disagreement *d = &checked->disagreements[i];
        printf("  frame %" PRIu64, d->frame);
        print_decision("native", &d->by[XDP_BY_NATIVE], d->of[XDP_BY_NATIVE]);
        print_decision("interpreter", &d->by[XDP_BY_INTERPRETER], d->of[XDP_BY_INTERPRETER]);
        if (checked->kernel)
            print_decision("kernel", &d->by[XDP_BY_KERNEL], d->of[XDP_BY_KERNEL]);
        putchar('\n');
    }
}

static void print_trip(const struct xdp_report *report, int mode) {
    const struct xdp_trip *t = &report->trips[mode];
    if (report->trip_why[mode][0])
        return;
    printf("end to end, %s: %" PRIu64 " sent, %" PRIu64 " arrived", mode_names[mode], t->sent,
           t->arrived);
    for (unsigned i = 0; i < report->n_cpus; i++)
        printf(", CPU %u %" PRIu64 " of %" PRIu64, report->cpus[i], t->observed[report->cpus[i]],
               t->predicted[report->cpus[i]]);
    printf("; %" PRIu64 " lost, %" PRIu64 " elsewhere, %" PRIu64 " overtaken\n",
           t->lost + t->dropped, t->elsewhere, t->overtaken);
}

void xdp_report_text(const struct xdp_report *report) {
    char why[512];
    bool pass = xdp_report_passes(report, why, sizeof why);
    bool reference = report->setup.program == XDP_REFERENCE;
    printf("%s, %s, %u CPUs%s\n", reference ? "reference" : "flow",
           reference ? "bitwise CRC" : xdp_hash_name(report->setup.config.hash),
           report->setup.config.cpus,
           report->setup.config.symmetric ? ", both directions alike" : "");
    print_cpus(report);
    print_hashed(report->checked.survey);
    print_spread(report);
    print_together(report);
    print_agreement(&report->checked);
    for (int mode = 0; mode < XDP_MODES; mode++)
        print_trip(report, mode);
    if (report->kernel_why[0])
        printf("not run: the kernel's answer: %s\n", report->kernel_why);
    if (report->checked.not_asked)
        printf("not run: the kernel's answer to %" PRIu64 " frames outside %d to %d octets\n",
               report->checked.not_asked, XDP_KERNEL_SHORTEST, XDP_KERNEL_LONGEST);
    for (int mode = 0; mode < XDP_MODES; mode++)
        if (report->trip_why[mode][0])
            printf("not run: end to end, %s: %s\n", mode_names[mode], report->trip_why[mode]);
    if (report->skipped)
        printf("not run: %" PRIu64 " packets that are no whole Ethernet frames\n", report->skipped);
    printf("%s: %s%s; repeat: %s\n", pass ? "PASS" : "FAIL",
           why[0] ? why : "every frame went where it belongs", report->partial ? ", partial" : "",
           report->repeat);
}
