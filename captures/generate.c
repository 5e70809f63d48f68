/* Generates the captures that no network stack would send.
 *
 *   generate DIRECTORY          writes all of them there
 *   generate --tag VID IN OUT   copies a capture with an 802.1Q tag in every frame
 *   generate --count FILE       prints how many frames can be sent, and how many not */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "captures/frames.h"
#include "harness/capture.h"

#define MIN_FRAME 60   /* octets without FCS: IEEE 802.3 3.2.8 */
#define MAX_FRAME 1514 /* the same, untagged */
#define HEADER    14
#define ADDRESSES 12
#define OCTET_PS  (800 * SIM_NS)  /* 8 bits of 100 ns */
#define GAP_PS    (9600 * SIM_NS) /* 96 bit times, IEEE 802.3 4.4.2 */
#define AROUND    12              /* preamble, SFD and FCS, octets */

void writer_frame(struct writer *writer, const uint8_t *octets, size_t n) {
    size_t sent = (n < MIN_FRAME ? MIN_FRAME : n) + AROUND;
    writer->ok = writer->ok && pcap_out_frame(writer->out, octets, n, writer->time, writer->err);
    writer->time += (sim_time)sent * OCTET_PS + GAP_PS;
}

/* xorshift32 (Marsaglia 2003): any fixed, well mixed octets would do. */
static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

/* Locally administered addresses, and IEEE 802's local experimental EtherType 1. */
static void header(uint8_t *frame) {
    static const uint8_t from[6] = {2, 0, 0, 0, 0, 2}, to[6] = {2, 0, 0, 0, 0, 1};
    memcpy(frame, to, sizeof to);
    memcpy(frame + sizeof to, from, sizeof from);
    frame[12] = 0x88;
    frame[13] = 0xb5;
}

static void random_frame(struct writer *writer, size_t n, uint32_t seed) {
    uint8_t frame[FRAMES_MAX];
    uint32_t state = seed * 2654435761u + 1; /* spread; never 0 for the seeds used */
    header(frame);
    for (size_t i = HEADER; i < n; i++)
        frame[i] = (uint8_t)(next_random(&state) >> 16);
    writer_frame(writer, frame, n);
}

static void write_sizes(struct writer *writer) {
    for (size_t n = MIN_FRAME; n <= MAX_FRAME; n++)
        random_frame(writer, n, (uint32_t)n);
}

static void write_short(struct writer *writer) {
    for (size_t n = HEADER; n < MIN_FRAME; n++)
        random_frame(writer, n, (uint32_t)n);
}

static void write_jumbo(struct writer *writer) {
    static const size_t sizes[] = {1515, 1518, 1522, 2000, 4096, 9000, 9018, 16380};
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        random_frame(writer, sizes[i], (uint32_t)sizes[i]);
}

static void write_burst(struct writer *writer) {
    const sim_time pause = 5 * SIM_MS;
    for (uint32_t i = 0; i < 200; i++)
        random_frame(writer, MIN_FRAME, i);
    writer->time += pause;
    for (uint32_t i = 0; i < 40; i++)
        random_frame(writer, MAX_FRAME, i);
    writer->time += pause;
    for (uint32_t i = 0; i < 80; i++)
        random_frame(writer, i % 2 ? MAX_FRAME : MIN_FRAME, i);
}

/* --- bit patterns -------------------------------------------------------------------- */

/* The same octets (or two in turn) from the first address octet to the last. */
static void write_constant(struct writer *writer) {
    static const uint8_t pairs[][2] = {{0x00, 0x00}, {0xff, 0xff}, {0x55, 0x55}, {0xaa, 0xaa},
                                       {0x55, 0xaa}, {0x00, 0xff}, {0x33, 0x33}, {0xcc, 0xcc},
                                       {0x0f, 0xf0}, {0x7f, 0xfe}, {0x80, 0x01}, {0xd5, 0x55}};
    static const size_t sizes[] = {60, 61, 511, 1514};
    uint8_t frame[MAX_FRAME];
    for (unsigned p = 0; p < sizeof pairs / sizeof pairs[0]; p++) {
        for (size_t i = 0; i < MAX_FRAME; i++)
            frame[i] = pairs[p][i % 2];
        for (unsigned s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
            writer_frame(writer, frame, sizes[s]);
    }
}

/* Every first octet: bits 0 and 1 equal and unequal, in every company. */
static void write_first_octet(struct writer *writer) {
    uint8_t frame[MIN_FRAME] = {0};
    header(frame);
    for (unsigned first = 0; first < 256; first++) {
        frame[0] = (uint8_t)first;
        writer_frame(writer, frame, MIN_FRAME);
    }
}

/* Runs of equal bits and of alternating bits, 1 to 64 long, at drifting bit positions. */
static void write_runs(struct writer *writer) {
    for (unsigned length = 1; length <= 64; length++) {
        uint8_t frame[300] = {0};
        header(frame);
        for (unsigned bit = 0; bit < 8 * (sizeof frame - HEADER); bit++) {
            unsigned phase = bit % (3 * length);
            if (phase / length == 1 || (phase / length == 2 && bit % 2))
                frame[HEADER + bit / 8] |= (uint8_t)(1u << bit % 8);
        }
        writer_frame(writer, frame, sizeof frame);
    }
}

/* Sets the last 4 octets so that the FCS (reflected CRC-32) has the value wanted: the
 * register is run backwards over 32 zero bits, and what it then differs by is the data. */
static void force_fcs(uint8_t *frame, size_t n, uint32_t fcs) {
    uint32_t before = ~(uint32_t)crc32(0, frame, (unsigned)n - 4);
    uint32_t back = ~fcs;
    for (int bit = 0; bit < 32; bit++)
        back = back & 0x80000000u ? (back ^ 0xedb88320u) << 1 | 1 : back << 1;
    for (int i = 0; i < 4; i++)
        frame[n - 4 + (size_t)i] = (uint8_t)((back ^ before) >> 8 * i);
}

static void write_fcs_extremes(struct writer *writer) {
    static const uint32_t values[] = {0x00000000, 0xffffffff, 0x55555555, 0xaaaaaaaa,
                                      0x00000001, 0x80000000, 0x7fffffff, 0xfffffffe,
                                      0x0000ffff, 0xffff0000, 0x00ff00ff, 0xff00ff00,
                                      0xd5555555, 0x555555d5, 0xc704dd7b, 0xdebb20e3};
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++)
        for (size_t n = MIN_FRAME; n < MIN_FRAME + 2; n++) {
            uint8_t frame[MIN_FRAME + 1] = {0};
            header(frame);
            frame[HEADER] = (uint8_t)i;
            force_fcs(frame, n, values[i]);
            writer_frame(writer, frame, n);
        }
}

static void write_patterns(struct writer *writer) {
    write_constant(writer);
    write_first_octet(writer);
    write_runs(writer);
    write_fcs_extremes(writer);
}

/* --- program ------------------------------------------------------------------------- */

static const struct {
    const char *file;
    void (*write)(struct writer *writer);
} files[] = {
    {"sizes.pcap", write_sizes}, {"patterns.pcap", write_patterns},
    {"burst.pcap", write_burst}, {"pppoe.pcap", write_pppoe},
    {"short.pcap", write_short}, {"pppoe_odd.pcap", write_pppoe_odd},
    {"jumbo.pcap", write_jumbo},
};

static bool generate(const char *directory, unsigned i, struct sim_err *err) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", directory, files[i].file);
    struct writer writer = {.out = pcap_out_create(path, err), .err = err, .ok = true};
    if (!writer.out)
        return false;
    files[i].write(&writer);
    bool ok = writer.ok && pcap_out_commit(writer.out, err);
    pcap_out_destroy(writer.out);
    return ok;
}

static bool write_tagged(struct pcap_out *out, const struct capture_frame *frame, unsigned vid,
                         struct sim_err *err) {
    uint8_t octets[FRAMES_MAX + 4];
    memcpy(octets, frame->octets, ADDRESSES);
    octets[ADDRESSES] = 0x81;
    octets[ADDRESSES + 1] = 0x00;
    octets[ADDRESSES + 2] = (uint8_t)(vid >> 8 & 15);
    octets[ADDRESSES + 3] = (uint8_t)vid;
    memcpy(octets + ADDRESSES + 4, frame->octets + ADDRESSES, frame->length - ADDRESSES);
    return pcap_out_frame(out, octets, frame->length + 4, frame->time_ns * SIM_NS, err);
}

static bool tag(unsigned vid, const char *from, const char *to, struct sim_err *err) {
    struct capture *in = capture_open(from, err);
    struct pcap_out *out = in ? pcap_out_create(to, err) : NULL;
    bool ok = in && out;
    enum capture_status status = CAPTURE_END;
    struct capture_frame frame;
    while (ok && (status = capture_next(in, &frame, err)) != CAPTURE_END)
        if (status == CAPTURE_DAMAGED)
            ok = false;
        else if (status == CAPTURE_FRAME)
            ok = write_tagged(out, &frame, vid, err);
    ok = ok && pcap_out_commit(out, err);
    pcap_out_destroy(out);
    capture_close(in);
    return ok;
}

static bool count(const char *file, struct sim_err *err) {
    struct capture *in = capture_open(file, err);
    struct capture_frame frame;
    unsigned long counts[4] = {0}; /* by status */
    enum capture_status status;
    if (!in)
        return false;
    while ((status = capture_next(in, &frame, err)) != CAPTURE_END)
        counts[status]++;
    capture_close(in);
    if (counts[CAPTURE_DAMAGED] == 0)
        printf("%lu %lu\n", counts[CAPTURE_FRAME], counts[CAPTURE_SKIPPED]);
    return counts[CAPTURE_DAMAGED] == 0;
}

int main(int argc, char **argv) {
    struct sim_err err = SIM_ERR_INIT;
    bool ok = true;
    if (argc == 5 && strcmp(argv[1], "--tag") == 0)
        ok = tag((unsigned)strtoul(argv[2], NULL, 10), argv[3], argv[4], &err);
    else if (argc == 3 && strcmp(argv[1], "--count") == 0)
        ok = count(argv[2], &err);
    else if (argc == 2 && argv[1][0] != '-')
        for (unsigned i = 0; ok && i < sizeof files / sizeof files[0]; i++)
            ok = generate(argv[1], i, &err);
    else
        ok = sim_err_set(&err, SIM_ERR_INPUT,
                         "usage: generate DIRECTORY | --tag VID IN OUT | --count FILE");
    if (!ok)
        fprintf(stderr, "%s%s%s\n", err.file, err.file[0] ? ": " : "", err.text);
    return ok ? 0 : (int)err.cls;
}
