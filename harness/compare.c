#include "harness/compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/line/decode.h"

#define RECEIVED_MAX    (LINE_MAX_FRAME + 1024) /* a longer burst is cut: it differs anyway */
#define OCTET_PS        (800 * SIM_NS)
#define PREAMBLE_OCTETS 8
#define EMPTY_TAIL_PS   (5 * SIM_US) /* half the minimum gap: no frame can follow so soon */
#define SHIFT_MIN_BITS  128          /* chance equality 2^-128 per candidate */
#define SFD_RUN_BITS    8

struct burst {
    const uint8_t *octets;
    size_t n;
    unsigned dribble;
    sim_time fell, rose;
};

struct compare {
    struct run_result *result;
    enum compare_framing framing;
    compare_failed *failed;
    void *user;
    struct compare_counts counts;
    size_t capture;
    uint64_t frame;
    sim_time start, end; /* the pending frame's window */
    size_t n_sent;
    bool pending;
    bool matched; /* a burst had the pending frame's octets */
    bool bad;     /* `first_bad` holds a burst which had not */
    bool empty;   /* a burst without octets fell in the window */
    unsigned empty_bits;
    struct burst first_bad;
    uint8_t sent[LINE_MAX_FRAME];
    uint8_t received[RECEIVED_MAX];
};

static unsigned bit_at(const uint8_t *octets, size_t bit) {
    return octets[bit / 8] >> bit % 8 & 1;
}

static size_t find_sfd_bit(const uint8_t *octets, size_t n) {
    unsigned run = 1;
    for (size_t i = 1; i < 8 * n; i++) {
        unsigned bit = bit_at(octets, i);
        if (bit != bit_at(octets, i - 1))
            run++;
        else if (bit && run >= SFD_RUN_BITS)
            return i + 1;
        else
            run = 1;
    }
    return 0;
}

size_t compare_strip(const uint8_t *octets, size_t n, size_t *sfd_bit) {
    *sfd_bit = 0;
    for (size_t i = 0; i < n && (i < 2 || octets[i - 1] == 0x55); i++)
        if (octets[i] == 0xD5)
            return i + 1;
    *sfd_bit = find_sfd_bit(octets, n);
    return 0;
}

/* True when a, from bit `skip`, equals b from its start. */
static bool equal_from(const uint8_t *a, size_t n_a, unsigned skip, const uint8_t *b, size_t n_b) {
    size_t bits = 8 * n_a - skip < 8 * n_b ? 8 * n_a - skip : 8 * n_b;
    if (bits < SHIFT_MIN_BITS)
        return false;
    for (size_t i = 0; i < bits; i++)
        if (bit_at(a, i + skip) != bit_at(b, i))
            return false;
    return true;
}

int compare_shift(const uint8_t *sent, size_t n_sent, const uint8_t *received, size_t n_received) {
    if (n_sent == 0 || n_received == 0)
        return 0;
    for (unsigned skip = 1; skip < 8; skip++) {
        if (equal_from(received, n_received, skip, sent, n_sent))
            return (int)skip;
        if (equal_from(sent, n_sent, skip, received, n_received))
            return -(int)skip;
    }
    return 0;
}

struct compare *compare_create(struct run_result *result, enum compare_framing framing,
                               compare_failed *failed, void *user) {
    struct compare *compare = calloc(1, sizeof *compare);
    if (!compare)
        return NULL;
    compare->result = result;
    compare->framing = framing;
    compare->failed = failed;
    compare->user = user;
    return compare;
}

void compare_destroy(struct compare *compare) {
    free(compare);
}

struct compare_counts compare_counts(const struct compare *compare) {
    return compare->counts;
}

void compare_free_failures(struct run_capture *capture) {
    free(capture->failures);
    capture->failures = NULL;
    capture->n_failures = 0;
}

/* The room for one more listed failure; NULL when the list is full (or memory is). */
static struct run_failure *failure_slot(struct run_capture *capture) {
    if (!capture->failures)
        capture->failures = calloc(RUN_MAX_FAILURES, sizeof *capture->failures);
    if (!capture->failures || capture->n_failures >= RUN_MAX_FAILURES)
        return NULL;
    return &capture->failures[capture->n_failures];
}

static void count_failure(struct run_capture *capture, enum run_failure_kind kind) {
    if (kind == RUN_LOST)
        capture->lost++;
    else if (kind == RUN_CORRUPT)
        capture->corrupt++;
    else
        capture->extra++;
}

static void report(struct compare *compare, struct compare_failure *failure, const char *detail) {
    struct run_failure out = {.kind = failure->kind, .frame = failure->frame};
    if (failure->capture >= compare->result->n_captures)
        return;
    struct run_capture *capture = &compare->result->captures[failure->capture];
    struct run_failure *slot = failure_slot(capture);
    count_failure(capture, failure->kind);
    out.time = failure->select_fell != SIM_NEVER ? failure->select_fell : failure->window_start;
    snprintf(out.detail, sizeof out.detail, "%s", detail);
    failure->listed = slot != NULL;
    if (compare->failed)
        compare->failed(compare->user, failure, &out);
    if (!slot) {
        capture->more_failures++;
        return;
    }
    *slot = out;
    capture->n_failures++;
}

static void report_extra(struct compare *compare, const struct burst *burst, bool in_window) {
    struct compare_failure failure = {
        .kind = RUN_EXTRA,
        .capture = compare->capture,
        .window_start = burst->fell,
        .window_end = burst->rose,
        .received = burst->octets,
        .n_received = burst->n,
        .dribble_bits = burst->dribble,
        .select_fell = burst->fell,
        .select_rose = burst->rose,
        .bad_octet = SIZE_MAX,
    };
    char detail[160], where[64] = "outside any frame's window";
    if (in_window)
        snprintf(where, sizeof where, "in the window of frame %" PRIu64, compare->frame);
    snprintf(detail, sizeof detail, "one burst too many, of %zu octets and %u bits, %s", burst->n,
             burst->dribble, where);
    report(compare, &failure, detail);
}

static void find_difference(const struct compare *compare, const uint8_t *octets, size_t n,
                            struct compare_failure *failure) {
    size_t i = 0;
    failure->bad_octet = SIZE_MAX;
    while (i < n && i < compare->n_sent && octets[i] == compare->sent[i])
        i++;
    if (i == n && i == compare->n_sent)
        return;
    failure->bad_octet = i;
    if (i < n && i < compare->n_sent)
        while (bit_at(octets + i, failure->bad_bit) == bit_at(compare->sent + i, failure->bad_bit))
            failure->bad_bit++;
}

static void describe_octets(const struct compare *compare, const uint8_t *octets, size_t n,
                            const struct compare_failure *failure, char *detail, size_t size) {
    size_t bad = failure->bad_octet;
    int shift = compare_shift(compare->sent, compare->n_sent, octets, n);
    if (bad == SIZE_MAX)
        snprintf(detail, size, "octets as sent, but their FCS is wrong");
    else if (bad == n)
        snprintf(detail, size, "cut: %zu of %zu octets and %u bits", n, compare->n_sent,
                 failure->dribble_bits);
    else if (bad == compare->n_sent)
        snprintf(detail, size, "%zu octets too many", n - bad);
    else if (shift)
        snprintf(detail, size, "octets shifted by %d bits (%s in front)", abs(shift),
                 shift > 0 ? "too many" : "missing");
    else
        snprintf(detail, size, "octet %zu bit %u: received %u, sent %u; %zu octets of %zu", bad,
                 failure->bad_bit, bit_at(octets + bad, failure->bad_bit),
                 bit_at(compare->sent + bad, failure->bad_bit), n, compare->n_sent);
}

static void describe_no_sfd(size_t sfd_bit, char *detail, size_t size) {
    if (sfd_bit % 8)
        snprintf(detail, size,
                 "no SFD on an octet boundary: it ends after bit %zu, octets shifted by %zu bits",
                 sfd_bit, sfd_bit % 8);
    else
        snprintf(detail, size, "no SFD after a clean preamble");
}

static void report_corrupt(struct compare *compare, struct compare_failure *failure) {
    const struct burst *burst = &compare->first_bad;
    size_t offset = 0, sfd_bit = 0;
    char detail[200];
    failure->kind = RUN_CORRUPT;
    failure->received = burst->octets;
    failure->n_received = burst->n;
    failure->dribble_bits = burst->dribble;
    failure->select_fell = burst->fell;
    failure->select_rose = burst->rose;
    if (compare->framing == COMPARE_PREAMBLE)
        offset = compare_strip(burst->octets, burst->n, &sfd_bit);
    if (compare->framing == COMPARE_PREAMBLE && offset == 0) {
        failure->bad_octet = 0;
        describe_no_sfd(sfd_bit, detail, sizeof detail);
    } else {
        find_difference(compare, burst->octets + offset, burst->n - offset, failure);
        describe_octets(compare, burst->octets + offset, burst->n - offset, failure, detail,
                        sizeof detail);
    }
    report(compare, failure, detail);
}

static void report_lost(struct compare *compare, struct compare_failure *failure) {
    char detail[120] = "the slave was never selected";
    failure->kind = RUN_LOST;
    failure->bad_octet = SIZE_MAX;
    failure->select_fell = failure->select_rose = SIM_NEVER;
    if (compare->empty)
        snprintf(detail, sizeof detail, "the slave was selected, but clocked %u bits only",
                 compare->empty_bits);
    report(compare, failure, detail);
}

void compare_finish(struct compare *compare) {
    if (!compare->pending)
        return;
    compare->pending = false;
    struct compare_failure failure = {
        .capture = compare->capture,
        .frame = compare->frame,
        .window_start = compare->start,
        .window_end = compare->end,
        .sent = compare->sent,
        .n_sent = compare->n_sent,
    };
    if (compare->matched) {
        if (compare->capture < compare->result->n_captures)
            compare->result->captures[compare->capture].recovered++;
    } else if (compare->bad) {
        report_corrupt(compare, &failure);
    } else {
        report_lost(compare, &failure);
    }
}

void compare_sent(struct compare *compare, size_t capture, uint64_t frame, const uint8_t *octets,
                  size_t n, sim_time window_start, sim_time window_end) {
    if (compare->end > window_start)
        compare->end = window_start;
    compare_finish(compare);
    if (capture < compare->result->n_captures)
        compare->result->captures[capture].sent++;
    compare->n_sent = n < LINE_MAX_FRAME ? n : LINE_MAX_FRAME;
    memcpy(compare->sent, octets, compare->n_sent);
    compare->capture = capture;
    compare->frame = frame;
    compare->start = window_start;
    compare->end = window_end;
    compare->pending = true;
    compare->matched = compare->bad = compare->empty = false;
    compare->empty_bits = 0;
}

static bool equals_sent(const struct compare *compare, const struct burst *burst) {
    size_t offset = 0, sfd_bit;
    if (compare->framing == COMPARE_PREAMBLE) {
        offset = compare_strip(burst->octets, burst->n, &sfd_bit);
        if (offset == 0)
            return false;
    }
    size_t n = burst->n - offset;
    return n == compare->n_sent && memcmp(burst->octets + offset, compare->sent, n) == 0 &&
           line_fcs_ok(burst->octets + offset, n);
}

static void keep_bad(struct compare *compare, const struct burst *burst) {
    compare->bad = true;
    compare->first_bad = *burst;
    if (compare->first_bad.n > RECEIVED_MAX)
        compare->first_bad.n = RECEIVED_MAX;
    memcpy(compare->received, burst->octets, compare->first_bad.n);
    compare->first_bad.octets = compare->received;
}

static void take_empty(struct compare *compare, const struct burst *burst, bool in_window) {
    sim_time length = ((sim_time)compare->n_sent + PREAMBLE_OCTETS) * OCTET_PS;
    bool near = in_window && burst->fell < compare->start + length + EMPTY_TAIL_PS;
    compare->counts.empty++;
    if (near && burst->dribble >= compare->empty_bits) {
        compare->empty = true;
        compare->empty_bits = burst->dribble;
    }
    if (!near && compare->framing != COMPARE_PREAMBLE)
        report_extra(compare, burst, in_window);
}

/* A burst with octets in the window: the first equal one recovers the frame; a wrong one
 * is kept until it is known whether an equal one follows. */
static void take_octets(struct compare *compare, const struct burst *burst) {
    bool equal = equals_sent(compare, burst);
    if (equal && !compare->matched) {
        compare->matched = true;
        if (compare->bad)
            report_extra(compare, &compare->first_bad, true);
    } else if (!equal && !compare->matched && !compare->bad) {
        keep_bad(compare, burst);
    } else {
        report_extra(compare, burst, true);
    }
}

void compare_received(struct compare *compare, const uint8_t *octets, size_t n_octets,
                      unsigned dribble_bits, sim_time select_fell, sim_time select_rose) {
    struct burst burst = {octets, n_octets, dribble_bits, select_fell, select_rose};
    bool in_window =
        compare->pending && select_fell >= compare->start && select_fell < compare->end;
    compare->counts.bursts++;
    compare->counts.dribbled += dribble_bits > 0;
    if (n_octets == 0)
        take_empty(compare, &burst, in_window);
    else if (in_window)
        take_octets(compare, &burst);
    else
        report_extra(compare, &burst, false);
}

bool compare_only_first_bit(const struct compare_failure *f) {
    return f->received && f->n_received == f->n_sent && f->n_sent > 1 &&
           (f->received[0] ^ f->sent[0]) == 1 &&
           memcmp(f->received + 1, f->sent + 1, f->n_sent - 1) == 0;
}
