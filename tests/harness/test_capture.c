/* Capture formats as they should be, and which frames are sent. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture_bytes.h"
#include "models/line/source.h"

static struct capture *must_open(struct bytes *b) {
    struct sim_err err = SIM_ERR_INIT;
    struct capture *capture = bytes_open(b, b->n, &err);
    cr_assert(capture, "%s", err.text);
    return capture;
}

static struct capture_frame must_frame(struct capture *capture) {
    struct sim_err err = SIM_ERR_INIT;
    struct capture_frame frame;
    cr_assert_eq(capture_next(capture, &frame, &err), CAPTURE_FRAME, "%s %s", err.text, frame.skip);
    return frame;
}

static void must_skip(struct capture *capture, uint64_t number, const char *why) {
    struct sim_err err = SIM_ERR_INIT;
    struct capture_frame frame;
    cr_assert_eq(capture_next(capture, &frame, &err), CAPTURE_SKIPPED, "%s", err.text);
    cr_expect_eq(frame.number, number);
    cr_expect_str_eq(frame.skip, why);
}

static void must_end(struct capture *capture) {
    struct sim_err err = SIM_ERR_INIT;
    struct capture_frame frame;
    cr_assert_eq(capture_next(capture, &frame, &err), CAPTURE_END, "%s", err.text);
    cr_assert_eq(capture_next(capture, &frame, &err), CAPTURE_END);
    capture_close(capture);
}

/* Both octet orders, both resolutions. */
Test(capture, pcap_formats) {
    for (int form = 0; form < 4; form++) {
        bool nano = form & 1;
        struct bytes b = {.big = form & 2};
        bytes_pcap(&b, nano ? MAGIC_NANO : MAGIC_MICRO, 65535, ETHERNET);
        bytes_record(&b, 1000, 999999, 1, 60, 60);
        bytes_record(&b, 1001, 0, 2, 1514, 1514);
        bytes_record(&b, 999, 999998, 3, 14, 14);
        struct capture *capture = must_open(&b);
        struct capture_frame frame = must_frame(capture);
        cr_expect(bytes_same(&frame, 1, 60) && frame.number == 1 && frame.time_ns == 0);
        frame = must_frame(capture);
        cr_expect(bytes_same(&frame, 2, 1514) && frame.number == 2);
        cr_expect_eq(frame.time_ns, nano ? 1000000000 - 999999 : 1000);
        frame = must_frame(capture);
        cr_expect(bytes_same(&frame, 3, 14));
        cr_expect_eq(frame.time_ns, -1000000000 - (nano ? 1 : 1000));
        must_end(capture);
    }
}

/* Two interfaces, the first in the default microseconds, the second in nanoseconds, and a
 * block libpcap has to step over. */
Test(capture, pcapng_interfaces) {
    for (int big = 0; big < 2; big++) {
        struct bytes b = {.big = big};
        bytes_section(&b);
        bytes_interface(&b, ETHERNET, 0, 0, 0, 0);
        bytes_interface(&b, ETHERNET, 9, 9, 0, 0);
        bytes_packet(&b, 0, 5000000, 1, 61, 61);
        bytes_32(&b, 0x0bad);
        bytes_32(&b, 16);
        bytes_32(&b, 0);
        bytes_32(&b, 16);
        bytes_packet(&b, 1, 5000000123, 2, 62, 62);
        bytes_packet(&b, 0, 5000001, 3, 63, 63);
        struct capture *capture = must_open(&b);
        struct capture_frame frame = must_frame(capture);
        cr_expect(bytes_same(&frame, 1, 61) && frame.time_ns == 0);
        frame = must_frame(capture);
        cr_expect(bytes_same(&frame, 2, 62) && frame.time_ns == 123);
        frame = must_frame(capture);
        cr_expect(bytes_same(&frame, 3, 63) && frame.time_ns == 1000);
        must_end(capture);
    }
}

Test(capture, what_is_skipped) {
    struct bytes b = {0};
    bytes_pcap(&b, MAGIC_MICRO, 65535, ETHERNET);
    bytes_record(&b, 0, 0, 1, 96, 1514);
    bytes_record(&b, 0, 0, 2, 13, 13);
    bytes_record(&b, 0, 0, 3, 0, 0);
    bytes_record(&b, 0, 0, 4, 10, 60);
    bytes_record(&b, 0, 0, 5, LINE_MAX_FRAME - 4, LINE_MAX_FRAME - 4);
    bytes_record(&b, 0, 0, 6, LINE_MAX_FRAME - 3, LINE_MAX_FRAME - 3);
    bytes_record(&b, 0, 0, 7, 100, 60);
    bytes_record(&b, 0, 7, 8, 60, 60);
    struct capture *capture = must_open(&b);
    must_skip(capture, 1, "cut by the snap length: 96 of 1514 octets");
    must_skip(capture, 2, "shorter than an Ethernet header: 13 of 14 octets");
    must_skip(capture, 3, "shorter than an Ethernet header: 0 of 14 octets");
    must_skip(capture, 4, "cut by the snap length: 10 of 60 octets");
    struct capture_frame frame = must_frame(capture);
    cr_expect(bytes_same(&frame, 5, LINE_MAX_FRAME - 4));
    must_skip(capture, 6, "longer than a frame may be here: 16381 octets, at most 16380");
    must_skip(capture, 7, "more captured than was on the wire: 100 of 60 octets");
    frame = must_frame(capture);
    cr_expect(frame.number == 8 && frame.time_ns == 7000);
    must_end(capture);
}

/* A record longer than the file's own snap length is cut by libpcap. */
Test(capture, file_snap_length) {
    struct bytes b = {0};
    bytes_pcap(&b, MAGIC_MICRO, 64, ETHERNET);
    bytes_record(&b, 0, 0, 1, 100, 100);
    bytes_record(&b, 0, 0, 2, 64, 64);
    struct capture *capture = must_open(&b);
    must_skip(capture, 1, "cut by the snap length: 64 of 100 octets");
    struct capture_frame frame = must_frame(capture);
    cr_expect(bytes_same(&frame, 2, 64));
    must_end(capture);
}

/* Link type 1 with an FCS of 2 x 16 bits: LT_FCS_DATALINK_EXT of libpcap's pcap.h. */
Test(capture, fcs_stated_in_pcap) {
    for (int big = 0; big < 2; big++) {
        struct bytes b = {.big = big};
        bytes_pcap(&b, MAGIC_NANO, 65535, ETHERNET | 0x24000000u);
        bytes_record(&b, 0, 0, 1, 64, 64);
        bytes_record(&b, 0, 0, 2, 60, 64); /* the FCS alone was cut off */
        bytes_record(&b, 0, 0, 3, 59, 64);
        bytes_record(&b, 0, 0, 4, 17, 17);
        bytes_record(&b, 0, 0, 5, 3, 3);
        struct capture *capture = must_open(&b);
        struct capture_frame frame = must_frame(capture);
        cr_expect(bytes_same(&frame, 1, 60));
        frame = must_frame(capture);
        cr_expect(bytes_same(&frame, 2, 60));
        must_skip(capture, 3, "cut by the snap length: 59 of 64 octets");
        must_skip(capture, 4, "shorter than an Ethernet header: 13 of 14 octets");
        must_skip(capture, 5, "shorter than an Ethernet header: 0 of 14 octets");
        must_end(capture);
    }
}

Test(capture, fcs_stated_in_pcapng) {
    static const struct {
        unsigned before, code, value;
        size_t length;
    } cases[] = {{0, 13, 4, 60}, {9, 13, 4, 60}, {0, 13, 32, 60}, {0, 13, 0, 64},
                 {0, 13, 7, 64}, {9, 0, 0, 64},  {0, 12, 4, 64}};
    for (unsigned i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        struct bytes b = {.big = i % 2};
        unsigned before = cases[i / 2].before;
        bytes_section(&b);
        bytes_interface(&b, ETHERNET, before, 6, cases[i / 2].code, cases[i / 2].value);
        bytes_packet(&b, 0, 0, 1, 64, 64);
        struct capture *capture = must_open(&b);
        struct capture_frame frame = must_frame(capture);
        cr_expect(bytes_same(&frame, 1, cases[i / 2].length), "case %u: %zu octets", i,
                  frame.length);
        must_end(capture);
    }
}

/* 64 bits of seconds do not fit in nanoseconds: held, not overflown. */
Test(capture, absurd_times) {
    struct bytes b = {0};
    bytes_section(&b);
    bytes_interface(&b, ETHERNET, 9, 0, 0, 0);
    bytes_packet(&b, 0, 5, 1, 60, 60);
    bytes_packet(&b, 0, UINT64_C(0x7fffffffffffffff), 2, 60, 60);
    bytes_packet(&b, 0, UINT64_C(0x8000000000000000), 3, 60, 60);
    bytes_packet(&b, 0, UINT64_C(0xc000000000000000), 4, 60, 60);
    bytes_packet(&b, 0, 6, 5, 60, 60);
    struct capture *capture = must_open(&b);
    cr_expect_eq(must_frame(capture).time_ns, 0);
    cr_expect_eq(must_frame(capture).time_ns, INT64_MAX / 2);
    cr_expect_eq(must_frame(capture).time_ns, -(INT64_MAX / 2));
    cr_expect_eq(must_frame(capture).time_ns, -(INT64_MAX / 2));
    cr_expect_eq(must_frame(capture).time_ns, 1000000000);
    must_end(capture);
}

Test(capture, through_a_pipe) {
    struct bytes b = {0};
    struct sim_err err = SIM_ERR_INIT;
    int ends[2];
    char path[32];
    bytes_pcap(&b, MAGIC_NANO, 65535, ETHERNET | 0x24000000u);
    bytes_record(&b, 0, 0, 1, 64, 64);
    for (int standard = 0; standard < 2; standard++) {
        cr_assert_eq(pipe(ends), 0);
        cr_assert_eq(write(ends[1], b.o, b.n), (ssize_t)b.n);
        close(ends[1]);
        snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
        if (standard)
            dup2(ends[0], STDIN_FILENO);
        struct capture *capture = capture_open(standard ? "-" : path, &err);
        cr_assert(capture, "%s", err.text);
        struct capture_frame frame = must_frame(capture);
        cr_expect(bytes_same(&frame, 1, 60), "the FCS is stripped here, too");
        must_end(capture);
        close(ends[0]);
    }
}

/* --- against tshark ------------------------------------------------------------------ */

static bool hex_is(const char *hex, const struct capture_frame *frame) {
    for (size_t i = 0; i < frame->length; i++) {
        char octet[3] = {hex[2 * i], hex[2 * i] ? hex[2 * i + 1] : 0, 0};
        if (strlen(octet) < 2 || strtoul(octet, NULL, 16) != frame->octets[i])
            return false;
    }
    return hex[2 * frame->length] == '"';
}

/* The next frame's hex digits from `tshark -T jsonraw`, up to a closing quote. */
static const char *tshark_frame(FILE *json, char *line, int size) {
    bool named = false;
    while (fgets(line, size, json)) {
        if (named)
            return strchr(line, '"') ? strchr(line, '"') + 1 : "";
        named = strstr(line, "\"frame_raw\"") != NULL;
    }
    return NULL;
}

static FILE *tshark(const char *file, const char *options) {
    char command[512];
    if (system("command -v tshark >/dev/null 2>&1") != 0)
        cr_skip_test("tshark is not installed");
    snprintf(command, sizeof command, "tshark -n -r '%s' %s 2>/dev/null", file, options);
    FILE *output = popen(command, "r");
    cr_assert(output);
    return output;
}

static int64_t nanoseconds(const char *decimal) {
    char *dot;
    int64_t seconds = strtoll(decimal, &dot, 10);
    char digits[10] = "000000000";
    for (int i = 0; i < 9 && *dot && dot[1 + i] >= '0'; i++)
        digits[i] = dot[1 + i];
    return seconds * 1000000000 + strtoll(digits, NULL, 10);
}

static void compare_with_tshark(const char *file) {
    static char line[100000];
    struct sim_err err = SIM_ERR_INIT;
    struct capture_frame frame;
    FILE *json = tshark(file, "-T jsonraw");
    FILE *times = tshark(file, "-T fields -e frame.time_relative");
    struct capture *capture = capture_open(file, &err);
    cr_assert(capture, "%s", err.text);
    unsigned frames = 0;
    const char *hex;
    for (; (hex = tshark_frame(json, line, sizeof line)); frames++) {
        cr_assert_eq(capture_next(capture, &frame, &err), CAPTURE_FRAME, "%s %s", file, err.text);
        cr_assert(hex_is(hex, &frame), "%s: frame %u differs", file, frames + 1);
        cr_assert(fgets(line, sizeof line, times));
        cr_assert_eq(nanoseconds(line), frame.time_ns, "%s: frame %u: %s", file, frames + 1, line);
    }
    cr_assert_gt(frames, 0u, "%s: tshark reads nothing", file);
    cr_assert_eq(capture_next(capture, &frame, &err), CAPTURE_END);
    capture_close(capture);
    pclose(json);
    pclose(times);
}

Test(capture, frames_as_tshark_reads_them) {
    compare_with_tshark(SOURCE_ROOT "/captures/arp_ping.pcap");
    compare_with_tshark(SOURCE_ROOT "/captures/tls.pcap");
    compare_with_tshark(SOURCE_ROOT "/captures/fragments.pcapng");
    compare_with_tshark(SOURCE_ROOT "/captures/pppoe_odd.pcap");
}
