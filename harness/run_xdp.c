#include "harness/run_xdp.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "harness/xdp/check.h"

#define CPUS    8
#define WAITING 4096 /* frames sent and not yet recovered; older ones were lost */

struct waiting {
    uint32_t crc; /* of the frame as it goes onto the line, without FCS */
    size_t n;     /* 0: free */
    uint64_t frame;
    struct xdp_decision decision; /* on the capture's own octets */
};

struct run_xdp {
    struct xdp_setup setup;
    struct xdp_check *check; /* of the recovered frames */
    struct waiting waiting[WAITING];
    uint64_t sent;
    uint64_t next; /* the one behind the last that came back */
    struct run_xdp_result result;
};

struct run_xdp *run_xdp_open(uint64_t seed, struct sim_err *err) {
    struct run_xdp *x = calloc(1, sizeof *x);
    char why[256];
    if (!x)
        abort();
    x->setup = xdp_setup_of(XDP_FLOW, FLOW_XXH32, CPUS);
    x->setup.config.seed = (uint32_t)seed;
    x->check = xdp_check_create(&x->setup, why, sizeof why, err);
    if (x->check)
        return x;
    free(x);
    return NULL;
}

void run_xdp_close(struct run_xdp *x) {
    if (!x)
        return;
    xdp_check_destroy(x->check);
    free(x);
}

static uint32_t crc_of(const uint8_t *octets, size_t n) {
    return (uint32_t)crc32(0, octets, (unsigned)n);
}

void run_xdp_sent(struct run_xdp *x, uint64_t frame, const uint8_t *octets, size_t n,
                  const uint8_t *wire, size_t n_wire) {
    if (!x)
        return;
    x->waiting[x->sent++ % WAITING] =
        (struct waiting){.crc = crc_of(wire, n_wire - 4),
                         .n = n_wire - 4,
                         .frame = frame,
                         .decision = xdp_native(&x->setup, octets, n, NULL)};
}

/* Frames come back in the order of sending, so the next one is tried first; the older ones last,
 * for what came back twice. */
static struct waiting *find(struct run_xdp *x, const uint8_t *octets, size_t n) {
    uint32_t crc = crc_of(octets, n);
    uint64_t first = x->sent > WAITING ? x->sent - WAITING : 0;
    uint64_t behind = x->next > first ? x->next - first : 0, all = x->sent - first;
    for (uint64_t i = 0; i < all; i++) {
        uint64_t at = first + (behind + i) % all;
        struct waiting *w = &x->waiting[at % WAITING];
        if (w->n != n || w->crc != crc)
            continue;
        x->next = at + 1;
        return w;
    }
    return NULL;
}

static const char *words(const struct xdp_decision *d, char *out, size_t size) {
    if (d->action == XDP_REDIRECT)
        snprintf(out, size, "CPU %u", d->slot);
    else
        snprintf(out, size, "passed");
    return out;
}

static void compare(struct run_xdp *x, const struct waiting *w, const struct xdp_decision *now) {
    struct run_xdp_result *r = &x->result;
    char before[32], after[32];
    r->frames++;
    if (w->decision.action == now->action && w->decision.slot == now->slot)
        return;
    if (!r->different++)
        snprintf(r->first, sizeof r->first, "frame %" PRIu64 ": sent %s, recovered %s", w->frame,
                 words(&w->decision, before, sizeof before), words(now, after, sizeof after));
}

bool run_xdp_recovered(struct run_xdp *x, const uint8_t *octets, size_t n, struct sim_err *err) {
    struct waiting *w = x ? find(x, octets, n) : NULL;
    if (!w)
        return true;
    struct xdp_decision now = xdp_native(&x->setup, octets, n, NULL);
    compare(x, w, &now);
    w->n = 0;
    return xdp_check_frame(x->check, octets, n, err);
}

void run_xdp_conclude(const struct run_xdp *x, struct run_result *result) {
    if (!x)
        return;
    result->xdp = x->result;
    result->xdp.present = true;
    result->xdp.disagreed = xdp_checked(x->check).disagreed;
}
