/* Source: the pcapng draft, draft-ietf-opsawg-pcapng: section header, interface description
 * and enhanced packet blocks. */
#include "harness/taps.h"

#include <stdlib.h>
#include <string.h>

#include "harness/outfile.h"

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { OPTION_COMMENT = 1, OPTION_NAME = 2, OPTION_RESOLUTION = 9, OPTION_FCS_LENGTH = 13 };
enum { LINKTYPE_ETHERNET = 1, NANOSECONDS = 9, FCS = 4 };
#define MAX_COMMENT 512

struct frame {
    sim_time time;
    enum tap tap;
    size_t n;
    char comment[MAX_COMMENT];
    uint8_t octets[];
};

struct taps {
    struct outfile file;
    struct frame *waiting[TAPS_WAITING]; /* by time */
    size_t n;
};

static const char *const NAMES[TAPS] = {"line-in", "mcu-rx", "mcu-tx", "line-out"};

/* --- blocks, in the byte order of this machine ----------------------------------------- */

static void put32(FILE *out, uint32_t value) {
    fwrite(&value, sizeof value, 1, out);
}

static uint32_t padded(size_t n) {
    return (uint32_t)(n + 3) & ~3u;
}

static void put_padded(FILE *out, const void *octets, size_t n) {
    static const uint8_t zero[4];
    fwrite(octets, 1, n, out);
    fwrite(zero, 1, padded(n) - n, out);
}

static uint32_t option_size(size_t n) {
    return 4 + padded(n);
}

static void put_option(FILE *out, uint16_t code, const void *value, size_t n) {
    const uint16_t head[2] = {code, (uint16_t)n};
    fwrite(head, sizeof head, 1, out);
    put_padded(out, value, n);
}

static void put_section(FILE *out) {
    const uint32_t length = 28;
    put32(out, BLOCK_SECTION);
    put32(out, length);
    put32(out, 0x1a2b3c4d);
    put32(out, 1); /* version 1.0 */
    put32(out, 0xffffffff);
    put32(out, 0xffffffff); /* length of the section: not given */
    put32(out, length);
}

static void put_interface(FILE *out, const char *name) {
    const uint8_t resolution = NANOSECONDS, fcs = FCS;
    uint32_t length = 20 + option_size(strlen(name)) + 2 * option_size(1) + 4;
    put32(out, BLOCK_INTERFACE);
    put32(out, length);
    put32(out, LINKTYPE_ETHERNET);
    put32(out, 0); /* no limit to the length of packets */
    put_option(out, OPTION_NAME, name, strlen(name));
    put_option(out, OPTION_RESOLUTION, &resolution, 1);
    put_option(out, OPTION_FCS_LENGTH, &fcs, 1);
    put32(out, 0);
    put32(out, length);
}

static void put_packet(FILE *out, const struct frame *frame) {
    size_t comment = strlen(frame->comment);
    uint64_t time = (uint64_t)(frame->time / SIM_NS);
    uint32_t options = comment ? option_size(comment) + 4 : 0;
    uint32_t length = 32 + padded(frame->n) + options;
    put32(out, BLOCK_PACKET);
    put32(out, length);
    put32(out, (uint32_t)frame->tap);
    put32(out, (uint32_t)(time >> 32));
    put32(out, (uint32_t)time);
    put32(out, (uint32_t)frame->n);
    put32(out, (uint32_t)frame->n);
    put_padded(out, frame->octets, frame->n);
    if (comment) {
        put_option(out, OPTION_COMMENT, frame->comment, comment);
        put32(out, 0);
    }
    put32(out, length);
}

/* --- order ----------------------------------------------------------------------------- */

struct taps *taps_create(const char *path, struct sim_err *err) {
    struct taps *taps = calloc(1, sizeof *taps);
    if (!taps) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    if (!outfile_open(&taps->file, path, err)) {
        free(taps);
        return NULL;
    }
    put_section(taps->file.stream);
    for (int i = 0; i < TAPS; i++)
        put_interface(taps->file.stream, NAMES[i]);
    return taps;
}

void taps_destroy(struct taps *taps) {
    if (!taps)
        return;
    outfile_abandon(&taps->file);
    for (size_t i = 0; i < taps->n; i++)
        free(taps->waiting[i]);
    free(taps);
}

/* At one time, the place that stands first on the path. */
static bool after(const struct frame *a, const struct frame *b) {
    return a->time != b->time ? a->time > b->time : a->tap > b->tap;
}

static void write_until(struct taps *taps, sim_time time) {
    size_t done = 0;
    for (; done < taps->n && taps->waiting[done]->time < time; done++) {
        put_packet(taps->file.stream, taps->waiting[done]);
        free(taps->waiting[done]);
    }
    taps->n -= done;
    if (done)
        memmove(taps->waiting, taps->waiting + done, taps->n * sizeof *taps->waiting);
}

bool taps_frame(struct taps *taps, enum tap tap, sim_time time, const uint8_t *octets, size_t n,
                const char *comment, struct sim_err *err) {
    struct frame *frame = taps->n < TAPS_WAITING ? calloc(1, sizeof *frame + n) : NULL;
    if (!frame)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "--taps-out: too many frames within %d ms",
                           (int)(TAPS_LATEST / SIM_MS));
    frame->time = time > 0 ? time : 0;
    frame->tap = tap;
    frame->n = n;
    if (n)
        memcpy(frame->octets, octets, n);
    sim_format(frame->comment, MAX_COMMENT, "%s", comment ? comment : "");
    size_t at = taps->n++;
    for (; at > 0 && after(taps->waiting[at - 1], frame); at--)
        taps->waiting[at] = taps->waiting[at - 1];
    taps->waiting[at] = frame;
    return true;
}

bool taps_comment(struct taps *taps, enum tap tap, sim_time time, const char *comment) {
    for (size_t i = 0; i < taps->n; i++) {
        struct frame *frame = taps->waiting[i];
        if (frame->tap != tap || frame->time != time || frame->comment[0])
            continue;
        sim_format(frame->comment, MAX_COMMENT, "%s", comment);
        return true;
    }
    return false;
}

bool taps_crowded(const struct taps *taps) {
    return taps->n > TAPS_WAITING / 2;
}

void taps_now(struct taps *taps, sim_time now) {
    write_until(taps, now - TAPS_LATEST);
}

bool taps_commit(struct taps *taps, struct sim_err *err) {
    write_until(taps, SIM_NEVER);
    return outfile_commit(&taps->file, err);
}
