#include "harness/xdp/survey.h"

#include <linux/bpf.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/xdp/dissect.h"

#define KERNEL 0xff /* as `version`: a flow by the kernel's dissector, its hash in `datagram` */

/* The first frame of a flow, or of a datagram in fragments. */
struct xdp_meeting {
    struct xdp_parties parties;
    uint64_t frame; /* 0: free */
    uint32_t slot;
    bool split;
};

static uint64_t hash_of(const struct xdp_parties *p) {
    const uint8_t *octets = (const uint8_t *)p;
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < sizeof *p; i++)
        h = (h ^ octets[i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 32;
}

/* The place of these parties; a free one when they are new. */
static struct xdp_meeting *find(struct xdp_meeting *meetings, size_t capacity,
                                const struct xdp_parties *parties) {
    size_t at = hash_of(parties) & (capacity - 1);
    while (meetings[at].frame && memcmp(&meetings[at].parties, parties, sizeof *parties) != 0)
        at = (at + 1) & (capacity - 1);
    return &meetings[at];
}

static void grow(struct xdp_survey *survey) {
    size_t capacity = survey->capacity ? 2 * survey->capacity : 1024;
    struct xdp_meeting *meetings = calloc(capacity, sizeof *meetings);
    if (!meetings)
        abort();
    for (size_t i = 0; i < survey->capacity; i++)
        if (survey->meetings[i].frame)
            *find(meetings, capacity, &survey->meetings[i].parties) = survey->meetings[i];
    free(survey->meetings);
    survey->meetings = meetings;
    survey->capacity = capacity;
}

static void note_apart(struct xdp_survey *survey, const struct xdp_meeting *met, uint32_t slot) {
    if (survey->n_apart == XDP_MAX_APART)
        return;
    survey->apart[survey->n_apart++] =
        (struct xdp_apart){.frame = survey->frames,
                           .other = met->frame,
                           .slot = slot,
                           .other_slot = met->slot,
                           .datagram = met->parties.fragment,
                           .by_kernel = met->parties.version == KERNEL};
}

static void count(struct xdp_survey *survey, const struct xdp_meeting *met, bool split) {
    uint64_t *all = met->parties.version == KERNEL ? &survey->kernel_flows
                    : met->parties.fragment        ? &survey->datagrams
                                                   : &survey->flows;
    uint64_t *apart = met->parties.version == KERNEL ? &survey->kernel_split
                      : met->parties.fragment        ? &survey->datagrams_split
                                                     : &survey->flows_split;
    ++*(split ? apart : all);
}

static void meet(struct xdp_survey *survey, const struct xdp_parties *parties, uint32_t slot) {
    if (2 * survey->used >= survey->capacity)
        grow(survey);
    struct xdp_meeting *met = find(survey->meetings, survey->capacity, parties);
    if (!met->frame) {
        survey->used++;
        *met = (struct xdp_meeting){.parties = *parties, .frame = survey->frames, .slot = slot};
        survey->flows_by_slot[slot] += parties->version != KERNEL && !parties->fragment;
        count(survey, met, false);
    } else if (met->slot != slot && !met->split) {
        met->split = true;
        count(survey, met, true);
        note_apart(survey, met, slot);
    }
}

/* Whether the kernel's dissector is sure to find the ports: it knows fewer protocols and
 * extension headers than the program, and a flow by addresses alone is wider. */
static bool kernels_too(const struct xdp_parties *p) {
    return !p->extended && (p->protocol == 6 || p->protocol == 17);
}

void xdp_survey_add(struct xdp_survey *survey, const uint8_t *frame, size_t n,
                    const struct xdp_inside *inside, const struct xdp_decision *decision,
                    const uint32_t *kernel_hash) {
    struct xdp_parties parties = xdp_dissect(frame, n);
    survey->frames++;
    survey->by_class[inside->of]++;
    survey->aborted += decision->action == XDP_ABORTED;
    if (decision->action != XDP_REDIRECT)
        return;
    survey->redirected++;
    survey->by_slot[decision->slot]++;
    bool known = inside->of == FLOW_PORTS && kernels_too(&parties);
    parties.extended = 0;
    if (parties.version)
        meet(survey, &parties, decision->slot);
    if (!kernel_hash || !known)
        return;
    /* Its flows have both directions; the program's need not. */
    struct xdp_parties kernel = {.version = KERNEL, .datagram = *kernel_hash};
    memcpy(kernel.from, parties.from, sizeof kernel.from);
    meet(survey, &kernel, decision->slot);
}

void xdp_survey_finish(struct xdp_survey *survey) {
    free(survey->meetings);
    *survey = (struct xdp_survey){0};
}

bool xdp_survey_spread(const struct xdp_survey *survey, unsigned cpus, double *chi_square,
                       double *bound) {
    double expected = (double)survey->flows / cpus, sum = 0;
    if (cpus < 2 || expected < 5)
        return false;
    for (unsigned i = 0; i < cpus; i++) {
        double difference = (double)survey->flows_by_slot[i] - expected;
        sum += difference * difference / expected;
    }
    const double sigmas = 4.753424; /* of a normal variable, exceeded once in a million times */
    double degrees = cpus - 1, part = 2 / (9 * degrees);
    *chi_square = sum;
    *bound = degrees * pow(1 - part + sigmas * sqrt(part), 3);
    return true;
}
