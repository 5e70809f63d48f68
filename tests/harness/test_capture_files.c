/* The generated captures are what their rows say, and all captures together are short
 * enough on the line. */
#include <criterion/criterion.h>
#include <glob.h>
#include <zlib.h>

#include "harness/capture.h"

#define CAPTURES SOURCE_ROOT "/captures/"

static struct capture *must_open(const char *path) {
    struct sim_err err = SIM_ERR_INIT;
    struct capture *capture = capture_open(path, &err);
    cr_assert(capture, "%s: %s", path, err.text);
    return capture;
}

static bool next(struct capture *capture, struct capture_frame *frame) {
    struct sim_err err = SIM_ERR_INIT;
    enum capture_status status = capture_next(capture, frame, &err);
    cr_assert(status == CAPTURE_FRAME || status == CAPTURE_END, "%s%s", err.text, frame->skip);
    return status == CAPTURE_FRAME;
}

/* ns from the start of the preamble to the next frame at the minimum gap of 96 bits:
 * 8 octets in front, the frame padded to 60, 4 of FCS, 800 ns each. */
static int64_t slot_ns(size_t length) {
    return (int64_t)(8 + (length < 60 ? 60 : length) + 4) * 800 + 9600;
}

Test(capture_files, sizes_are_there_once_each) {
    static const struct {
        const char *path;
        size_t first, last;
    } files[] = {{CAPTURES "sizes.pcap", 60, 1514}, {CAPTURES "short.pcap", 14, 59}};
    for (int i = 0; i < 2; i++) {
        struct capture *capture = must_open(files[i].path);
        struct capture_frame frame;
        for (size_t n = files[i].first; n <= files[i].last; n++)
            cr_assert(next(capture, &frame) && frame.length == n, "%zu octets", n);
        cr_expect(!next(capture, &frame));
        capture_close(capture);
    }
}

Test(capture_files, bursts_keep_the_minimum_gap) {
    struct capture *capture = must_open(CAPTURES "burst.pcap");
    struct capture_frame frame;
    int64_t free_at = 0;
    unsigned touching = 0, pauses = 0;
    while (next(capture, &frame)) {
        cr_assert_geq(frame.time_ns, free_at, "frame %u comes too early", (unsigned)frame.number);
        touching += frame.time_ns == free_at;
        pauses += frame.time_ns >= free_at + 5000000;
        free_at = frame.time_ns + slot_ns(frame.length);
    }
    cr_expect_eq(touching, 318);
    cr_expect_eq(pauses, 2);
    capture_close(capture);
}

/* The last frames of patterns.pcap are there for their FCS. */
Test(capture_files, fcs_extremes) {
    static const uint32_t wanted[] = {0, 0xffffffff, 0x55555555, 0xaaaaaaaa, 1, 0x80000000};
    bool seen[sizeof wanted / sizeof wanted[0]] = {false};
    bool first_octets[256] = {false};
    struct capture *capture = must_open(CAPTURES "patterns.pcap");
    struct capture_frame frame;
    while (next(capture, &frame)) {
        uint32_t fcs = (uint32_t)crc32(0, frame.octets, (unsigned)frame.length);
        for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
            seen[i] |= fcs == wanted[i];
        first_octets[frame.octets[0]] = true;
    }
    for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        cr_expect(seen[i], "no frame with FCS %08x", wanted[i]);
    for (unsigned i = 0; i < 256; i++)
        cr_expect(first_octets[i], "no frame begins with %02x", i);
    capture_close(capture);
}

/* A replay of all of them must stay a matter of seconds. */
Test(capture_files, line_time_of_all) {
    glob_t found;
    int64_t total = 0;
    struct capture_frame frame;
    cr_assert_eq(glob(CAPTURES "*.pcap*", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct capture *capture = must_open(found.gl_pathv[i]);
        while (next(capture, &frame))
            total += slot_ns(frame.length);
        capture_close(capture);
    }
    globfree(&found);
    cr_log_info("%.2f s of line time", (double)total / 1e9);
    cr_expect_gt(total, INT64_C(1000000000));
    cr_expect_lt(total, INT64_C(3000000000));
}
