/* Captures that are none, or broken: one clear line each, and what stood before holds. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_bytes.h"

/* Reads to the end; the last thing that happened in `last`. */
static unsigned drain(struct capture *capture, enum capture_status *last, struct sim_err *err) {
    struct capture_frame frame;
    unsigned frames = 0;
    while ((*last = capture_next(capture, &frame, err)) <= CAPTURE_SKIPPED)
        cr_assert_lt(++frames, 100000u, "no end");
    return frames;
}

static void must_be_clear(const struct sim_err *err) {
    cr_expect_eq(err->cls, SIM_ERR_INPUT);
    cr_expect_gt(strlen(err->text), 5u);
    cr_expect(!strchr(err->text, '\n'), "%s", err->text);
    cr_expect_gt(strlen(err->file), 0u);
}

static void must_refuse(const char *path, const char *expected) {
    struct sim_err err = SIM_ERR_INIT;
    struct capture *capture = capture_open(path, &err);
    cr_assert_null(capture, "%s", path);
    must_be_clear(&err);
    cr_expect_str_eq(err.file, path);
    cr_expect(strstr(err.text, expected), "%s: \"%s\" lacks \"%s\"", path, err.text, expected);
}

static void must_refuse_octets(const void *octets, size_t n, const char *expected) {
    char path[] = "/tmp/capture_bad_XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, octets, n) == (ssize_t)n);
    close(fd);
    must_refuse(path, expected);
    unlink(path);
}

Test(capture_bad, paths, .timeout = 20) {
    char fifo[64];
    must_refuse("/nowhere/at/all.pcap", "No such file");
    must_refuse("/tmp", "is a directory, expected a pcap or pcapng file");
    must_refuse("/dev/null", "is a device");
    must_refuse("/dev/zero", "is a device");
    snprintf(fifo, sizeof fifo, "/tmp/capture_fifo_%ld", (long)getpid());
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    must_refuse(fifo, "empty"); /* and does not wait for a writer */
    unlink(fifo);
}

Test(capture_bad, unreadable) {
    char path[] = "/tmp/capture_bad_XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && fchmod(fd, 0) == 0);
    close(fd);
    if (geteuid() == 0 && seteuid(65534) != 0) {
        unlink(path);
        cr_skip_test("root may read everything, and cannot become nobody here");
    }
    must_refuse(path, "Permission denied");
    if (getuid() == 0)
        cr_assert_eq(seteuid(0), 0);
    unlink(path);
}

Test(capture_bad, contents) {
    must_refuse_octets("", 0, "empty file, expected a pcap or pcapng capture");
    must_refuse_octets("\xd4\xc3", 2, "begins d4 c3, expected a pcap or pcapng capture");
    must_refuse_octets("PK\3\4 and more octets than a header has", 38, "begins 50 4b 03 04");
    must_refuse_octets("\x1f\x8b\x08\x00 compressed, as often found", 30, "gzip data");
}

Test(capture_bad, link_types) {
    for (int ng = 0; ng < 2; ng++) {
        struct bytes b = {0};
        struct sim_err err = SIM_ERR_INIT;
        if (ng) {
            bytes_section(&b);
            bytes_interface(&b, 113, 0, 0, 0, 0);
            bytes_packet(&b, 0, 0, 1, 60, 60);
        } else {
            bytes_pcap(&b, MAGIC_MICRO, 65535, 113);
            bytes_record(&b, 0, 0, 1, 60, 60);
        }
        cr_assert_null(bytes_open(&b, b.n, &err));
        must_be_clear(&err);
        cr_expect(strstr(err.text, "113 (LINUX_SLL), expected 1 (Ethernet)"), "%s", err.text);
    }
}

/* A second interface of another link type shows up in the middle. */
Test(capture_bad, mixed_link_types) {
    struct bytes b = {0};
    struct sim_err err = SIM_ERR_INIT;
    enum capture_status last;
    bytes_section(&b);
    bytes_interface(&b, ETHERNET, 0, 0, 0, 0);
    bytes_packet(&b, 0, 0, 1, 60, 60);
    bytes_interface(&b, 113, 0, 0, 0, 0);
    bytes_packet(&b, 1, 0, 2, 60, 60);
    struct capture *capture = bytes_open(&b, b.n, &err);
    cr_assert(capture, "%s", err.text);
    cr_expect_eq(drain(capture, &last, &err), 1);
    cr_expect_eq(last, CAPTURE_DAMAGED);
    must_be_clear(&err);
    cr_expect(strstr(err.text, "type 113"), "%s", err.text);
    capture_close(capture);
}

Test(capture_bad, no_frame) {
    for (int ng = 0; ng < 2; ng++) {
        struct bytes b = {0};
        struct sim_err err = SIM_ERR_INIT;
        enum capture_status last;
        if (ng) {
            bytes_section(&b);
            bytes_interface(&b, ETHERNET, 0, 0, 0, 0);
        } else {
            bytes_pcap(&b, MAGIC_MICRO, 65535, ETHERNET);
        }
        struct capture *capture = bytes_open(&b, b.n, &err);
        cr_assert(capture, "%s", err.text);
        cr_expect_eq(drain(capture, &last, &err), 0);
        cr_expect_eq(last, CAPTURE_DAMAGED);
        must_be_clear(&err);
        cr_expect(strstr(err.text, "no frame"), "%s", err.text);
        cr_expect_eq(drain(capture, &last, &err), 0);
        cr_expect_eq(last, CAPTURE_END, "reported once");
        capture_close(capture);
    }
}

/* Where each whole record ends; the file's header counts as the first. */
struct file {
    struct bytes b;
    size_t ends[8];
    unsigned n_ends;
};

static void make(struct file *file, int form) {
    struct bytes *b = &file->b;
    memset(file, 0, sizeof *file);
    b->big = form & 1;
    if (form & 2) {
        bytes_section(b);
        bytes_interface(b, ETHERNET, 9, 9, 13, 4);
    } else {
        bytes_pcap(b, form & 4 ? MAGIC_NANO : MAGIC_MICRO, 65535, ETHERNET);
    }
    file->ends[file->n_ends++] = b->n;
    for (unsigned frame = 1; frame <= 3; frame++) {
        uint32_t n = 60 + frame;
        if (form & 2)
            bytes_packet(b, 0, frame * 1000, frame, n, n);
        else
            bytes_record(b, frame, 0, frame, n, n);
        file->ends[file->n_ends++] = b->n;
    }
}

static void check_prefix(struct file *file, size_t n) {
    struct sim_err err = SIM_ERR_INIT;
    enum capture_status last;
    unsigned whole = 0;
    char place[64];
    bool boundary = false;
    struct capture *capture = bytes_open(&file->b, n, &err);
    for (unsigned i = 0; i < file->n_ends; i++) {
        whole += file->ends[i] <= n;
        boundary |= file->ends[i] == n;
    }
    if (whole == 0) {
        cr_assert_null(capture, "%zu octets", n);
        must_be_clear(&err);
        return;
    }
    cr_assert(capture, "%zu octets: %s", n, err.text);
    cr_expect_eq(drain(capture, &last, &err), whole - 1, "%zu octets", n);
    cr_expect_eq(last, boundary && whole > 1 ? CAPTURE_END : CAPTURE_DAMAGED, "%zu octets", n);
    if (last == CAPTURE_DAMAGED)
        must_be_clear(&err);
    snprintf(place, sizeof place, "at offset %zu, expected the whole of frame %u", n, whole);
    if (!boundary)
        cr_expect(strstr(err.text, place), "%s lacks %s", err.text, place);
    capture_close(capture);
}

Test(capture_bad, every_prefix) {
    struct file file;
    for (int form = 0; form < 6; form++) {
        make(&file, form);
        for (size_t n = 1; n <= file.b.n; n++)
            check_prefix(&file, n);
    }
}

/* No octet, whatever its value, does more than end the reading. */
Test(capture_bad, every_octet_replaced) {
    static const uint8_t values[] = {0x00, 0x01, 0x0a, 0x7f, 0x80, 0xff};
    struct file file;
    struct sim_err err;
    enum capture_status last;
    for (int form = 0; form < 4; form++)
        for (size_t at = 0; make(&file, form), at < file.b.n; at++)
            for (unsigned v = 0; v < sizeof values; v++) {
                err = SIM_ERR_INIT;
                file.b.o[at] = values[v];
                struct capture *capture = bytes_open(&file.b, file.b.n, &err);
                if (capture)
                    drain(capture, &last, &err);
                if (!capture || last == CAPTURE_DAMAGED)
                    must_be_clear(&err);
                capture_close(capture);
            }
}

/* Length fields in the header of the second record of the files of make(), where lies
 * above all bounds must be found out before they are believed. */
Test(capture_bad, hostile_lengths) {
    static const uint32_t lengths[] = {0x01000001, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};
    static const struct {
        int form;
        size_t field; /* octets from the start of the record */
    } fields[] = {{0, 8}, {1, 8}, {2, 4}, {3, 4}, {2, 20}, {3, 20}};
    struct file file;
    for (unsigned f = 0; f < sizeof fields / sizeof fields[0]; f++)
        for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            struct sim_err err = SIM_ERR_INIT;
            enum capture_status last;
            make(&file, fields[f].form);
            struct bytes field = {.big = file.b.big};
            bytes_32(&field, lengths[i]);
            memcpy(file.b.o + file.ends[1] + fields[f].field, field.o, 4);
            struct capture *capture = bytes_open(&file.b, file.b.n, &err);
            cr_assert(capture, "%s", err.text);
            cr_expect_eq(drain(capture, &last, &err), 1, "field %u length %u", f, lengths[i]);
            cr_expect_eq(last, CAPTURE_DAMAGED);
            must_be_clear(&err);
            capture_close(capture);
        }
}

/* libpcap's own limit, reported as what it is. */
Test(capture_bad, interfaces_of_different_snap_lengths) {
    struct bytes b = {0};
    struct sim_err err = SIM_ERR_INIT;
    enum capture_status last;
    bytes_section(&b);
    bytes_interface(&b, ETHERNET, 0, 0, 0, 0);
    bytes_packet(&b, 0, 0, 1, 60, 60);
    size_t second = b.n;
    bytes_interface(&b, ETHERNET, 0, 0, 0, 0);
    b.o[second + 12] = 96;
    b.o[second + 13] = 0;
    bytes_packet(&b, 1, 0, 2, 60, 60);
    struct capture *capture = bytes_open(&b, b.n, &err);
    cr_assert(capture, "%s", err.text);
    cr_expect_eq(drain(capture, &last, &err), 1);
    cr_expect_eq(last, CAPTURE_DAMAGED);
    must_be_clear(&err);
    cr_expect(strstr(err.text, "snapshot length"), "%s", err.text);
    capture_close(capture);
}
