/* Captures in: Ethernet frames from a pcap or pcapng file, one at a time, through libpcap
 * (both byte orders, micro and nanoseconds, pcapng with several interfaces). Memory does
 * not grow with the file.
 *
 * A frame begins at its destination address and has no FCS: captures rarely hold one.
 * Where the file states a length of the FCS (pcap: the upper bits of the link type;
 * pcapng: if_fcslen of the first interface), that many octets are taken off; without
 * such a statement nothing is. The per-packet flags of pcapng are not looked at.
 *
 * Several inputs are opened one after the other by the caller. */
#ifndef HARNESS_CAPTURE_H
#define HARNESS_CAPTURE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/err.h"

#define CAPTURE_MIN_FRAME 14 /* Ethernet header: two addresses and the type */

struct capture;

enum capture_status {
    CAPTURE_FRAME,   /* octets, length, number, time_ns are set */
    CAPTURE_SKIPPED, /* number, time_ns and skip are set: not a frame that can be sent */
    CAPTURE_END,     /* nothing left; also for ever after CAPTURE_DAMAGED */
    CAPTURE_DAMAGED, /* err is set, class SIM_ERR_INPUT; what came before holds. Reported once */
};

struct capture_frame {
    const uint8_t *octets; /* owned by the capture, hold until its next call */
    size_t length;         /* octets without FCS, CAPTURE_MIN_FRAME .. LINE_MAX_FRAME - 4 */
    uint64_t number;       /* 1-based, skipped ones counted: as Wireshark numbers them */
    int64_t time_ns;       /* since the first frame; below 0 where the file runs backwards,
                            * held at +-(INT64_MAX / 2) where it is absurd */
    char skip[96];         /* "cut by the snap length: 96 of 1514 octets" */
};

/* Opens a regular file, a pipe or "-" (standard input). Pipes are first copied into an
 * unnamed temporary file, CAPTURE_MAX_PIPE octets at most. NULL with err filled (class
 * SIM_ERR_INPUT) when the path cannot be read, is empty, is not a capture, or its first
 * link type is not Ethernet. */
#define CAPTURE_MAX_PIPE (INT64_C(1) << 30)
struct capture *capture_open(const char *path, struct sim_err *err);

/* The same from a stream at its start, which must be seekable; `name` stands in messages.
 * Takes the stream over, also on failure. */
struct capture *capture_open_stream(FILE *stream, const char *name, struct sim_err *err);

/* A file that holds no packet at all ends in CAPTURE_DAMAGED ("no frame"), too. */
enum capture_status capture_next(struct capture *capture, struct capture_frame *frame,
                                 struct sim_err *err);

void capture_close(struct capture *capture); /* accepts NULL */

#endif
