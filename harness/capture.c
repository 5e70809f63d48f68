#define _DEFAULT_SOURCE /* pcap.h uses u_char */

#include "harness/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/capture_fcs.h"
#include "models/line/source.h"

#define FCS_OCTETS 4
#define NS_PER_S   INT64_C(1000000000)
#define MAX_TIME   (INT64_MAX / 2)

struct capture {
    pcap_t *pcap;
    char name[256];
    unsigned fcs; /* octets stated at the end of every frame */
    uint64_t frames;
    struct timeval first; /* tv_usec holds nanoseconds, as libpcap has it */
    bool ended;
};

/* An input error about `name`; always false. */
static bool bad(struct sim_err *err, const char *name, const char *what) {
    return sim_err_at(err, SIM_ERR_INPUT, name, 0, "%s", what);
}

/* --- opening ------------------------------------------------------------------------- */

/* Copies a pipe into an unnamed file, since the header is looked at twice. */
static FILE *spool(int fd, const char *name, struct sim_err *err) {
    char block[65536];
    int64_t total = 0;
    ssize_t n = 0;
    FILE *file = tmpfile();
    if (!file) {
        sim_err_at(err, SIM_ERR_ENVIRONMENT, name, 0, "no temporary file for a pipe's input: %s",
                   strerror(errno));
        return NULL;
    }
    while (total <= CAPTURE_MAX_PIPE && (n = read(fd, block, sizeof block)) > 0) {
        if (fwrite(block, 1, (size_t)n, file) != (size_t)n)
            break;
        total += n;
    }
    if (n == 0 && fflush(file) == 0) {
        rewind(file);
        return file;
    }
    if (total > CAPTURE_MAX_PIPE)
        bad(err, name, "more than 1 GiB through a pipe: write it to a file first");
    else
        sim_err_at(err, SIM_ERR_INPUT, name, 0, "cannot read the pipe: %s", strerror(errno));
    fclose(file);
    return NULL;
}

/* A seekable stream over an open descriptor, which it takes over; NULL with err set. */
static FILE *stream_of(int fd, const char *name, struct sim_err *err) {
    struct stat st;
    FILE *stream = NULL;
    if (fstat(fd, &st) != 0)
        sim_err_at(err, SIM_ERR_INPUT, name, 0, "cannot read: %s", strerror(errno));
    else if (S_ISDIR(st.st_mode))
        bad(err, name, "is a directory, expected a pcap or pcapng file");
    else if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
        stream = spool(fd, name, err);
    else if (!S_ISREG(st.st_mode))
        bad(err, name, "is a device, expected a pcap or pcapng file");
    else if ((stream = fdopen(fd, "rb")))
        return stream;
    else
        sim_err_at(err, SIM_ERR_INPUT, name, 0, "cannot read: %s", strerror(errno));
    close(fd);
    return stream;
}

struct capture *capture_open(const char *path, struct sim_err *err) {
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    /* Without O_NONBLOCK a FIFO nobody writes to would hang the run. */
    int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        sim_err_at(err, SIM_ERR_INPUT, name, 0, "cannot open: %s", strerror(errno));
        return NULL;
    }
    if (!standard)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    FILE *stream = stream_of(fd, name, err);
    return stream ? capture_open_stream(stream, name, err) : NULL;
}

/* Says what stands at the start when libpcap knows no format for it. */
static bool explain_header(FILE *stream, const char *name, const char *pcap_text,
                           struct sim_err *err) {
    static const char digits[] = "0123456789abcdef";
    uint8_t head[4];
    char hex[12];
    clearerr(stream);
    rewind(stream);
    size_t n = fread(head, 1, sizeof head, stream);
    for (size_t i = 0; i < n; i++) {
        hex[3 * i] = digits[head[i] >> 4];
        hex[3 * i + 1] = digits[head[i] & 15];
        hex[3 * i + 2] = i + 1 < n ? ' ' : '\0';
    }
    if (n == 0)
        bad(err, name, "empty file, expected a pcap or pcapng capture");
    else if (n >= 2 && head[0] == 0x1f && head[1] == 0x8b)
        bad(err, name, "gzip data, expected a pcap or pcapng capture: unpack it first");
    else
        sim_err_at(err, SIM_ERR_INPUT, name, 0,
                   "file header at offset 0 begins %s, expected a pcap or pcapng capture (%s)", hex,
                   pcap_text);
    err->offset = 0;
    return false;
}

static bool check_link(pcap_t *pcap, const char *name, struct sim_err *err) {
    int link = pcap_datalink(pcap);
    if (link == DLT_EN10MB)
        return true;
    return sim_err_at(
        err, SIM_ERR_INPUT, name, 0, "file header: link type %d (%s), expected 1 (Ethernet)", link,
        pcap_datalink_val_to_name(link) ? pcap_datalink_val_to_name(link) : "unknown to libpcap");
}

struct capture *capture_open_stream(FILE *stream, const char *name, struct sim_err *err) {
    char text[PCAP_ERRBUF_SIZE] = "";
    struct capture *capture = calloc(1, sizeof *capture);
    if (!capture) {
        sim_err_at(err, SIM_ERR_ENVIRONMENT, name, 0, "out of memory");
        fclose(stream);
        return NULL;
    }
    sim_format(capture->name, sizeof capture->name, "%s", name);
    capture->fcs = capture_fcs_length(stream);
    capture->pcap =
        pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, text);
    if (!capture->pcap) {
        explain_header(stream, name, text, err);
        fclose(stream);
    } else if (check_link(capture->pcap, name, err)) {
        return capture;
    }
    capture_close(capture);
    return NULL;
}

void capture_close(struct capture *capture) {
    if (capture && capture->pcap)
        pcap_close(capture->pcap);
    free(capture);
}

/* --- reading ------------------------------------------------------------------------- */

static int64_t since_first(const struct timeval *first, const struct timeval *now) {
    int64_t seconds, ns;
    if (__builtin_sub_overflow((int64_t)now->tv_sec, (int64_t)first->tv_sec, &seconds))
        return now->tv_sec < first->tv_sec ? -MAX_TIME : MAX_TIME;
    if (seconds >= MAX_TIME / NS_PER_S)
        return MAX_TIME;
    if (seconds <= -MAX_TIME / NS_PER_S)
        return -MAX_TIME;
    if (__builtin_sub_overflow((int64_t)now->tv_usec, (int64_t)first->tv_usec, &ns) ||
        ns < -MAX_TIME / 2 || ns > MAX_TIME / 2)
        return MAX_TIME;
    return seconds * NS_PER_S + ns;
}

/* Why a record is not a frame that can be sent; false when it is one. */
static bool skipped(const struct pcap_pkthdr *header, size_t wire, char *why, unsigned size) {
    if (header->caplen > header->len)
        sim_format(why, size, "more captured than was on the wire: %ld of %ld octets",
                   (long)header->caplen, (long)header->len);
    else if (header->caplen < wire)
        sim_format(why, size, "cut by the snap length: %ld of %ld octets", (long)header->caplen,
                   (long)header->len);
    else if (wire < CAPTURE_MIN_FRAME)
        sim_format(why, size, "shorter than an Ethernet header: %ld of %d octets", (long)wire,
                   CAPTURE_MIN_FRAME);
    else if (wire > LINE_MAX_FRAME - FCS_OCTETS)
        sim_format(why, size, "longer than a frame may be here: %ld octets, at most %d", (long)wire,
                   LINE_MAX_FRAME - FCS_OCTETS);
    else
        return false;
    return true;
}

static enum capture_status take(struct capture *capture, const struct pcap_pkthdr *header,
                                const uint8_t *data, struct capture_frame *frame) {
    size_t wire = header->len > capture->fcs ? header->len - capture->fcs : 0;
    if (capture->frames++ == 0)
        capture->first = header->ts;
    *frame = (struct capture_frame){.octets = data,
                                    .length = wire,
                                    .number = capture->frames,
                                    .time_ns = since_first(&capture->first, &header->ts)};
    if (!skipped(header, wire, frame->skip, sizeof frame->skip))
        return CAPTURE_FRAME;
    frame->octets = NULL;
    frame->length = 0;
    return CAPTURE_SKIPPED;
}

static enum capture_status damaged(struct capture *capture, const char *what, struct sim_err *err) {
    long offset = ftell(pcap_file(capture->pcap));
    capture->ended = true;
    sim_err_at(err, SIM_ERR_INPUT, capture->name, 0,
               "at offset %ld, expected the whole of frame %ld: %s", offset,
               (long)capture->frames + 1, what);
    err->offset = offset;
    return CAPTURE_DAMAGED;
}

enum capture_status capture_next(struct capture *capture, struct capture_frame *frame,
                                 struct sim_err *err) {
    struct pcap_pkthdr *header;
    const uint8_t *data;
    *frame = (struct capture_frame){0};
    if (capture->ended)
        return CAPTURE_END;
    switch (pcap_next_ex(capture->pcap, &header, &data)) {
    case 1:
        return take(capture, header, data, frame);
    case PCAP_ERROR_BREAK:
        capture->ended = true;
        if (capture->frames)
            return CAPTURE_END;
        bad(err, capture->name, "no frame in the file, expected at least one");
        return CAPTURE_DAMAGED;
    default:
        return damaged(capture, pcap_geterr(capture->pcap), err);
    }
}
