/* Recovered frames out: whole or not at all. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/capture.h"
#include "harness/pcap_out.h"

static char folder[64], path[128];
static struct sim_err err;

static void begin(void) {
    snprintf(folder, sizeof folder, "/tmp/pcap_out_XXXXXX");
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out.pcap", folder);
    err = SIM_ERR_INIT;
}

static unsigned entries(bool remove_them) {
    unsigned n = 0;
    char name[512];
    DIR *open_folder = opendir(folder);
    for (struct dirent *entry; (entry = readdir(open_folder));)
        if (entry->d_name[0] != '.') {
            n++;
            snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
            if (remove_them)
                unlink(name);
        }
    closedir(open_folder);
    return n;
}

static void end(void) {
    entries(true);
    rmdir(folder);
}

TestSuite(pcap_out, .init = begin, .fini = end);

static void octets_of(uint8_t *octets, size_t n) {
    for (size_t i = 0; i < n; i++)
        octets[i] = (uint8_t)(n + i * 3);
}

static struct pcap_out *must_create(void) {
    struct pcap_out *out = pcap_out_create(path, &err);
    cr_assert(out, "%s", err.text);
    return out;
}

static const size_t sizes[] = {60, 14, 1514, 16380};
static const sim_time times[] = {0, 1999, 1234567890123456, 1234567890123999};

static void write_all(struct pcap_out *out) {
    uint8_t octets[16384];
    for (unsigned i = 0; i < 4; i++) {
        octets_of(octets, sizes[i]);
        cr_assert(pcap_out_frame(out, octets, sizes[i], times[i], &err), "%s", err.text);
    }
}

Test(pcap_out, read_back) {
    uint8_t octets[16384];
    struct capture_frame frame;
    struct pcap_out *out = must_create();
    write_all(out);
    cr_expect_neq(access(path, F_OK), 0, "stands there before it is whole");
    cr_assert(pcap_out_commit(out, &err), "%s", err.text);
    pcap_out_destroy(out);
    cr_expect_eq(entries(false), 1, "the temporary file is left");
    struct capture *capture = capture_open(path, &err);
    cr_assert(capture, "%s", err.text);
    for (unsigned i = 0; i < 4; i++) {
        octets_of(octets, sizes[i]);
        cr_assert_eq(capture_next(capture, &frame, &err), CAPTURE_FRAME);
        cr_expect(frame.length == sizes[i] && memcmp(frame.octets, octets, sizes[i]) == 0);
        cr_expect_eq(frame.time_ns, times[i] / 1000);
    }
    cr_expect_eq(capture_next(capture, &frame, &err), CAPTURE_END);
    capture_close(capture);
}

Test(pcap_out, not_committed_leaves_nothing) {
    struct pcap_out *out = must_create();
    write_all(out);
    pcap_out_destroy(out);
    cr_expect_eq(entries(false), 0);
    pcap_out_destroy(NULL);
}

static void put_old_file(void) {
    FILE *old = fopen(path, "w");
    cr_assert(old && fputs("old", old) >= 0 && fclose(old) == 0);
}

static long size_of(const char *file) {
    struct stat st;
    return stat(file, &st) == 0 ? (long)st.st_size : -1;
}

Test(pcap_out, old_file_stays_until_commit) {
    put_old_file();
    struct pcap_out *out = must_create();
    write_all(out);
    pcap_out_destroy(out);
    cr_expect_eq(size_of(path), 3);
    out = must_create();
    cr_assert(pcap_out_commit(out, &err));
    pcap_out_destroy(out);
    cr_expect_eq(size_of(path), 24, "a capture without frames is its header");
}

static void must_refuse(const char *where, const char *expected) {
    cr_expect_null(pcap_out_create(where, &err), "%s", where);
    cr_expect_eq(err.cls, SIM_ERR_INPUT);
    cr_expect_str_eq(err.file, where);
    cr_expect(strstr(err.text, expected), "%s: %s", where, err.text);
}

Test(pcap_out, impossible_paths) {
    char below[192], *longest = malloc(6000);
    struct stat st;
    put_old_file();
    snprintf(below, sizeof below, "%s/x.pcap", path);
    must_refuse("/nowhere/at/all.pcap", "cannot write: No such file");
    must_refuse(below, "cannot write: Not a directory");
    must_refuse(folder, "is a directory, expected a file");
    must_refuse("/dev/null", "is not a regular file");
    must_refuse("", "is no file name");
    memset(longest, 'x', 5999);
    longest[5999] = '\0';
    cr_expect_null(pcap_out_create(longest, &err));
    cr_expect(strstr(err.text, "is no file name"), "%s", err.text);
    cr_expect(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
    free(longest);
}

Test(pcap_out, follows_a_link) {
    char link[160];
    put_old_file();
    snprintf(link, sizeof link, "%s/link.pcap", folder);
    cr_assert_eq(symlink(path, link), 0);
    struct pcap_out *out = pcap_out_create(link, &err);
    cr_assert(out && pcap_out_commit(out, &err), "%s", err.text);
    pcap_out_destroy(out);
    cr_expect_eq(size_of(path), 24);
    struct stat st;
    cr_expect(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
}

/* A full disk, played by a limit on the size of files; `frames` decide whether it shows
 * while writing or only when what is buffered goes out at the end. */
static void fill_disk(int frames) {
    struct rlimit limit = {.rlim_cur = 2000, .rlim_max = RLIM_INFINITY};
    uint8_t octets[1514] = {0};
    bool ok = true;
    put_old_file();
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 2000;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct pcap_out *out = must_create();
    for (int i = 0; ok && i < frames; i++)
        ok = pcap_out_frame(out, octets, sizeof octets, i, &err);
    ok = ok && pcap_out_commit(out, &err);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
    cr_expect(!ok && strstr(err.text, "cannot write"), "%s", err.text);
    pcap_out_destroy(out);
    cr_expect_eq(size_of(path), 3);
    cr_expect_eq(entries(false), 1);
}

Test(pcap_out, disk_full) {
    fill_disk(2);
    fill_disk(8);
}

Test(pcap_out, frame_too_long) {
    struct pcap_out *out = must_create();
    uint8_t octet = 0;
    cr_expect(!pcap_out_frame(out, &octet, PCAP_OUT_MAX_FRAME + 1, 0, &err));
    cr_expect(strstr(err.text, "262145"), "%s", err.text);
    pcap_out_destroy(out);
}
