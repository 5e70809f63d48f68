/* What the program made of many frames: where frames and flows went, and whether what belongs
 * together stayed together. */
#ifndef HARNESS_XDP_SURVEY_H
#define HARNESS_XDP_SURVEY_H

#include "harness/xdp/program.h"

struct xdp_apart {
    uint64_t frame, other; /* two frames that should have met, by their running numbers */
    uint32_t slot, other_slot;
    bool datagram;  /* fragments of one datagram; otherwise one flow, */
    bool by_kernel; /* by the kernel's flow dissector */
};

#define XDP_MAX_APART 20

struct xdp_survey {
    uint64_t frames, redirected;
    uint64_t by_slot[FLOW_MAX_CPUS], flows_by_slot[FLOW_MAX_CPUS];
    uint64_t by_class[FLOW_CLASSES], aborted;
    uint64_t flows, flows_split, datagrams, datagrams_split;
    uint64_t kernel_flows, kernel_split;   /* by the kernel's dissector, each direction apart */
    struct xdp_apart apart[XDP_MAX_APART]; /* the first */
    size_t n_apart;
    struct xdp_meeting *meetings; /* open addressing; private */
    size_t capacity, used;
};

/* Frames are numbered from 1 in the order of calls. `kernel_hash`: xdp_kernel_hash() of the frame,
 * NULL: not known. */
void xdp_survey_add(struct xdp_survey *survey, const uint8_t *frame, size_t n,
                    const struct xdp_inside *inside, const struct xdp_decision *decision,
                    const uint32_t *kernel_hash);
void xdp_survey_finish(struct xdp_survey *survey); /* accepts a zeroed one */

/* Chi-square of the flows over the first `cpus` slots against an even spread, and the value that
 * a random spread exceeds once in a million times (Wilson and Hilferty's approximation). False
 * with fewer than 5 flows a CPU, where it means nothing, or a single CPU. */
bool xdp_survey_spread(const struct xdp_survey *survey, unsigned cpus, double *chi_square,
                       double *bound);

#endif
