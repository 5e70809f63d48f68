/* What a run found: the one structure behind text, JSON and JUnit. */
#ifndef HARNESS_RUN_RESULT_H
#define HARNESS_RUN_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/simtime.h"

struct run_skip {
    uint64_t frame; /* 1-based number in its capture */
    char why[96];
};

enum run_failure_kind { RUN_LOST, RUN_CORRUPT, RUN_EXTRA };

struct run_failure {
    enum run_failure_kind kind;
    uint64_t frame; /* 1-based number in its capture; 0 for an extra one */
    char stage[32]; /* "line receiver", "edge detector", ..., "firmware" */
    char cause[32]; /* with firmware: "DMA not armed", ... (causes.h); "" when it is not its */
    char net[128];
    sim_time time; /* simulated, ps from the start of the run */
    char detail[256];
};

struct run_capture {
    char file[512];
    uint64_t frames, sent, recovered, lost, corrupt, extra; /* frames = read from the file */
    uint64_t delivered, refused; /* with firmware: frames it delivered; too long for it */
    uint64_t dropped_after;      /* of delivered: for someone else, or without room */
    bool partial;                /* the file was damaged; what stood before it was replayed */
    char damage[256];            /* the one clear line about the damage */
    struct run_skip *skipped;
    size_t n_skipped;
    struct run_failure *failures; /* the first RUN_MAX_FAILURES in full */
    size_t n_failures;
    uint64_t more_failures; /* those not listed */
};
#define RUN_MAX_FAILURES 100

struct run_margin {
    char name[64]; /* "spi setup" */
    char net[128];
    double worst_ns, limit_ns, slack_ns;
    char source[160]; /* datasheet row */
    sim_time time;    /* where the worst was */
    bool present;     /* false: nothing to measure (no edge) */
};

struct run_counter {
    char name[96]; /* "swallowed pulses U4.11", "setup violations U6A" */
    uint64_t count;
};

struct run_not_run {
    char name[64], why[192];
};

/* A measurement of the line behind the driver; see models/line/clause14.h. */
struct run_measure {
    char name[32], unit[8], source[96];
    bool present;  /* false: nothing to measure */
    bool at_least; /* the limit is a lower one */
    double limit, worst, slack;
    sim_time time; /* of the worst */
};

/* A frame as the port at the other end of the line heard it. */
struct run_heard {
    sim_time time;   /* of its first edge, at the board */
    size_t octets;   /* with FCS, as far as it was decoded */
    const char *why; /* it was not taken, static; NULL: it was */
    double tp_idl_ns, rate_ppm;
};
#define RUN_MAX_HEARD 100

/* That port; see harness/run_partner.h. Its link stands at the start. */
struct run_port {
    bool present;
    char profile[16];
    bool link_up; /* at the end */
    uint64_t link_downs, pulses, inverted_pulses;
    uint64_t odd_pulses; /* of a width or shape that it does not take for one */
    uint64_t frames, taken;
    uint64_t unheard;        /* good frames at the driver that made no carrier here */
    struct run_heard *heard; /* the first RUN_MAX_HEARD */
    size_t n_heard;
};

/* What left the board; see harness/transmit.h. */
struct run_transmit {
    bool present;    /* the board states its transmit pair */
    char driver[64]; /* "U3 D1"; "" when none leads there */
    uint64_t sent;   /* frames with a good FCS that the MCU clocked out */
    uint64_t frames, good_fcs, octets, damaged, link_pulses; /* at the driver */
    double pulse_least_ns, pulse_most_ns;                    /* widths of the link pulses */
    uint64_t swallowed;                                      /* pulses at MCU pins */
    char dead[512];         /* why nothing left it although the MCU sent; "" otherwise */
    char first_damage[160]; /* what is wrong with the first damaged, and when; "" without any */
    bool feedback;          /* MCU outputs reach MCU inputs on this board, */
    double quantum_ns;      /* which were run together in steps of this; otherwise 0 */
    struct run_measure *measures; /* NULL when the line was not modelled, */
    size_t n_measures;
    char unmodelled[256];                              /* and why */
    uint64_t line_frames, line_pulses, line_fragments; /* on the line; fragments: neither */
    uint64_t line_different, line_missing;             /* not what was sent; sent and not there */
    struct run_port port; /* not present when the line was not modelled */
};

/* Arming the receiver again between two frames, counted from the rise of its select. */
struct run_rearm {
    uint64_t gaps, rearmed, late; /* all; in which it was switched off; of these too late */
    double hclk_hz;
    uint64_t window_cycles; /* the shortest gap, to the next frame's first clock edge */
    uint64_t worst_cycles;  /* the longest until it was armed */
};

/* The flow-hash program on recovered frames beside those sent; see harness/run_xdp.h. */
struct run_xdp_result {
    bool present;
    uint64_t frames, different; /* recovered; whose decision is another than the sent one's */
    uint64_t disagreed;         /* on which the ways to decide differ among themselves */
    char first[160];            /* the first different one */
};

#define RUN_MAX_REPEAT 32768 /* a few hundred captures by name */

struct run_result {
    bool pass;
    uint64_t seed;
    char board[256], engine[16], firmware[256]; /* firmware "" when none */
    struct run_capture *captures;
    size_t n_captures;
    bool tells_drops; /* the firmware says what it drops: dropped_after is known */
    struct run_rearm rearm;
    struct run_margin *margins;
    size_t n_margins;
    struct run_counter *counters;
    size_t n_counters;
    struct run_not_run *not_run;
    size_t n_not_run;
    struct run_transmit transmit;
    struct run_xdp_result xdp;
    double simulated_s;
    double wall_s;               /* host */
    bool interrupted;            /* Ctrl-C: partial */
    char reason[256];            /* the verdict's reason, one line */
    char repeat[RUN_MAX_REPEAT]; /* the command that repeats it */
};

/* The counts of all captures together; the rest of `total` is empty. */
void run_result_total(const struct run_result *result, struct run_capture *total);

#endif
