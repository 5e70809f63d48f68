#define _DEFAULT_SOURCE /* pcap.h uses u_char; realpath */

#include "harness/pcap_out.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct pcap_out {
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    char path[PATH_MAX];
    char temporary[PATH_MAX + 32]; /* "" when there is none on the disk */
};

static bool fails(struct sim_err *err, const char *path, const char *what) {
    return sim_err_at(err, SIM_ERR_INPUT, path, 0, "%s: %s", what, strerror(errno));
}

/* Where the file is to stand: `path`, or what it links to, since a rename would replace
 * the link. */
static bool resolve(struct pcap_out *out, const char *path, struct sim_err *err) {
    struct stat st;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return sim_err_at(err, SIM_ERR_INPUT, path, 0, "is a directory, expected a file");
        if (!S_ISREG(st.st_mode))
            return sim_err_at(err, SIM_ERR_INPUT, path, 0, "is not a regular file");
        return realpath(path, out->path) || fails(err, path, "cannot write");
    }
    if (path[0] == '\0' || strlen(path) >= sizeof out->path)
        return sim_err_at(err, SIM_ERR_INPUT, path, 0, "is no file name of 1 to %d octets",
                          (int)sizeof out->path - 1);
    memcpy(out->path, path, strlen(path) + 1);
    return true;
}

static bool open_file(struct pcap_out *out, const char *path, struct sim_err *err) {
    snprintf(out->temporary, sizeof out->temporary, "%s.%ld.tmp", out->path, (long)getpid());
    int fd = open(out->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        out->temporary[0] = '\0';
        return fails(err, path, "cannot write");
    }
    FILE *file = fdopen(fd, "wb");
    if (!file) {
        close(fd);
        return fails(err, path, "cannot write");
    }
    out->dumper = pcap_dump_fopen(out->pcap, file);
    if (out->dumper)
        return true;
    fclose(file);
    return sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot write: %s", pcap_geterr(out->pcap));
}

struct pcap_out *pcap_out_create(const char *path, struct sim_err *err) {
    struct pcap_out *out = calloc(1, sizeof *out);
    if (out)
        out->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, PCAP_OUT_MAX_FRAME,
                                                         PCAP_TSTAMP_PRECISION_NANO);
    if (!out || !out->pcap)
        sim_err_at(err, SIM_ERR_ENVIRONMENT, path, 0, "out of memory");
    else if (resolve(out, path, err) && open_file(out, path, err))
        return out;
    pcap_out_destroy(out);
    return NULL;
}

bool pcap_out_frame(struct pcap_out *out, const uint8_t *octets, size_t n, sim_time time,
                    struct sim_err *err) {
    if (n > PCAP_OUT_MAX_FRAME)
        return sim_err_at(err, SIM_ERR_INPUT, out->path, 0,
                          "a frame of %ld octets, a capture holds at most %d", (long)n,
                          PCAP_OUT_MAX_FRAME);
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = time / SIM_S, .tv_usec = time % SIM_S / SIM_NS},
        .caplen = (uint32_t)n,
        .len = (uint32_t)n,
    };
    pcap_dump((unsigned char *)out->dumper, &header, octets);
    return !ferror(pcap_dump_file(out->dumper)) || fails(err, out->path, "cannot write");
}

bool pcap_out_commit(struct pcap_out *out, struct sim_err *err) {
    FILE *file = pcap_dump_file(out->dumper);
    if (pcap_dump_flush(out->dumper) != 0 || ferror(file))
        return fails(err, out->path, "cannot write");
    if (rename(out->temporary, out->path) != 0)
        return fails(err, out->path, "cannot write");
    out->temporary[0] = '\0';
    return true;
}

void pcap_out_destroy(struct pcap_out *out) {
    if (!out)
        return;
    if (out->dumper)
        pcap_dump_close(out->dumper);
    if (out->temporary[0])
        unlink(out->temporary);
    if (out->pcap)
        pcap_close(out->pcap);
    free(out);
}
