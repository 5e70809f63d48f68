/* What `linkpulse xdp` found, as text and as JSON. */
#ifndef HARNESS_XDP_REPORT_H
#define HARNESS_XDP_REPORT_H

#include "harness/xdp/check.h"

#define XDP_MODES 2

struct xdp_report {
    struct xdp_setup setup;
    struct xdp_checked checked;
    char kernel_why[256];             /* why the kernel was not asked; "" */
    struct xdp_trip trips[XDP_MODES]; /* by enum xdp_mode */
    char trip_why[XDP_MODES][256];    /* why it was not made; "" */
    uint32_t cpus[FLOW_MAX_CPUS];     /* of this machine, which the trips used */
    unsigned n_cpus;
    uint64_t skipped; /* packets of the captures that are no whole frames */
    bool partial;     /* interrupted, or a capture was damaged */
    char repeat[2048];
};

/* Every question whose answer is bad, in `why`: "2 flows split, ..."; "" when all is well. */
bool xdp_report_passes(const struct xdp_report *report, char *why, size_t size);
void xdp_report_text(const struct xdp_report *report);
bool xdp_report_json(const struct xdp_report *report, const char *path, struct sim_err *err);

#endif
