/* Frames through every way there is to decide, all of which must agree, and what the decisions
 * are worth: the pieces of `linkpulse xdp`. */
#ifndef HARNESS_XDP_CHECK_H
#define HARNESS_XDP_CHECK_H

#include "harness/xdp/endtoend.h"
#include "harness/xdp/survey.h"

enum xdp_way { XDP_BY_NATIVE, XDP_BY_INTERPRETER, XDP_BY_KERNEL, XDP_WAYS };

/* A frame on which the ways differ. */
struct xdp_disagreement {
    uint64_t frame; /* running number */
    struct xdp_decision by[XDP_WAYS];
    enum flow_class of[XDP_WAYS]; /* the kernel's is not seen: the native one */
};
#define XDP_MAX_DISAGREEMENTS 20

struct xdp_check;

/* `kernel_why` receives why the kernel is not asked, "" when it is. NULL with `err` when there is
 * no program to check. */
struct xdp_check *xdp_check_create(const struct xdp_setup *setup, char *kernel_why, size_t size,
                                   struct sim_err *err);
void xdp_check_destroy(struct xdp_check *check); /* accepts NULL */

/* One frame, 14 octets or more. False with `err` when a way broke down over it. */
bool xdp_check_frame(struct xdp_check *check, const uint8_t *frame, size_t n, struct sim_err *err);

struct xdp_checked {
    uint64_t frames, disagreed;
    bool kernel;        /* it was asked, too, */
    uint64_t not_asked; /* but not of these frames */
    const struct xdp_disagreement *disagreements;
    size_t n_disagreements;
    const struct xdp_survey *survey; /* of the native decisions */
};
struct xdp_checked xdp_checked(const struct xdp_check *check);

#endif
