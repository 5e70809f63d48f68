/* Sent against recovered frames, streamed: what was sent, how the SPI slave saw it, and
 * a verdict per frame, in bounded memory (one frame is pending at a time).
 *
 * A burst (one select of the SPI slave) belongs to the frame in whose window, from the
 * start of its preamble to the start of the next frame's, its select fell. Bursts are
 * handed over before the next frame is. A frame is judged when the next one is handed
 * over, or at the end:
 *   recovered  a burst has exactly its octets, and their FCS is right;
 *   corrupt    no burst has, but there is one with octets: the first is reported;
 *   lost       no burst with octets.
 * Each further burst with octets in the window, and each one outside any window, is
 * extra: a frame that comes twice is recovered once and extra once. Dribble bits after
 * the last octet do not spoil a frame; they are counted.
 *
 * A burst without a whole octet is extra only when it stands alone in idle time: between a
 * frame's start and 5 us after its end it is a side effect of the frame (the select's
 * glitches, a late clock). With framing "preamble" it never is: there the select is the
 * frame detector, which every link pulse raises.
 */
#ifndef HARNESS_COMPARE_H
#define HARNESS_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/run_result.h"

enum compare_framing {
    COMPARE_SYNC,     /* octets begin with the first data bit */
    COMPARE_PREAMBLE, /* preamble and SFD still stand in front; see compare_strip() */
};

/* A frame that failed. Pointers hold during the call only. */
struct compare_failure {
    enum run_failure_kind kind;
    size_t capture;
    uint64_t frame;                    /* 0 for an extra burst */
    sim_time window_start, window_end; /* an extra burst: its select; end may be SIM_NEVER */
    const uint8_t *sent;               /* NULL for an extra burst */
    size_t n_sent;
    const uint8_t *received; /* NULL when lost; as clocked, preamble included */
    size_t n_received;
    unsigned dribble_bits;
    sim_time select_fell, select_rose; /* SIM_NEVER when lost */
    size_t bad_octet;                  /* first difference, in sent octets; SIZE_MAX: none */
    unsigned bad_bit;
    bool listed; /* it goes into the run_capture; false beyond RUN_MAX_FAILURES */
};

/* Called once per failure. `out` holds kind, frame, time and a detail on the octets; the
 * callee may set stage, net, time and detail. */
typedef void compare_failed(void *user, const struct compare_failure *failure,
                            struct run_failure *out);

struct compare;

/* `result` stays the caller's; counts and failures go into result->captures[index]. NULL
 * when out of memory; `failed` may be NULL. */
struct compare *compare_create(struct run_result *result, enum compare_framing framing,
                               compare_failed *failed, void *user);
void compare_destroy(struct compare *compare); /* accepts NULL */

/* A frame, FCS included, is being sent (octets are copied). window_end may be SIM_NEVER:
 * the next frame's start ends the window. Frames ascend in time. */
void compare_sent(struct compare *compare, size_t capture, uint64_t frame, const uint8_t *octets,
                  size_t n, sim_time window_start, sim_time window_end);

/* The slave was deselected after n_octets and dribble_bits more bits. */
void compare_received(struct compare *compare, const uint8_t *octets, size_t n_octets,
                      unsigned dribble_bits, sim_time select_fell, sim_time select_rose);

/* Judge the pending frame. More frames may follow. */
void compare_finish(struct compare *compare);

struct compare_counts {
    uint64_t bursts, empty, dribbled; /* all; without an octet; with bits left over */
};
struct compare_counts compare_counts(const struct compare *compare);

/* Octets behind an octet-aligned SFD: the first 0xD5 after 0x55 only (the first octet may
 * be anything, the clock starts somewhere in it). Returns their offset, or 0 when there is
 * no such SFD; `*sfd_bit` is then the number of bits before and with the first "11" that
 * ends an alternating run of 8 bits or more, 0 when there is none either. */
size_t compare_strip(const uint8_t *octets, size_t n, size_t *sfd_bit);

/* Whether nothing but the first bit is wrong: a driver may mend that. */
bool compare_only_first_bit(const struct compare_failure *failure);

/* How many bits `received` lags behind (+, bits too many in front) or leads (-) `sent`,
 * within 7 either way, judged on at least 16 octets' worth of bits; 0 when not shifted. */
int compare_shift(const uint8_t *sent, size_t n_sent, const uint8_t *received, size_t n_received);

/* Free what compare put into a run_capture. */
void compare_free_failures(struct run_capture *capture);

#endif
