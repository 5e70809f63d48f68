/* The frame writers behind captures/generate: every file is a function of nothing, so
 * that it comes out as the same octets everywhere. */
#ifndef CAPTURES_FRAMES_H
#define CAPTURES_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/pcap_out.h"

#define FRAMES_MAX 16384

/* Frames follow each other at the wire rate of 10 Mbit/s and the minimum gap. */
struct writer {
    struct pcap_out *out;
    sim_time time; /* start of the next frame */
    struct sim_err *err;
    bool ok; /* false once a frame could not be written */
};

/* Writes a frame (n octets, no FCS) and moves the time past it and the minimum gap. */
void writer_frame(struct writer *writer, const uint8_t *octets, size_t n);

/* Tagged PPPoE sessions with IPv4 and IPv6 flows of TCP and UDP inside. */
void write_pppoe(struct writer *writer);
/* What a parser of such frames gets wrong: fragments, lying lengths, other tags. */
void write_pppoe_odd(struct writer *writer);

#endif
