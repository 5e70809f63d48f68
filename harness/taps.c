/* Source: the pcapng draft, draft-ietf-opsawg-pcapng: section header, interface description
 * and enhanced packet blocks. */
#include "harness/taps.h"

#include <stdlib.h>
#include <string.h>

#include "harness/outfile.h"
#include "harness/taps_fifo.h"

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { OPTION_COMMENT = 1, OPTION_NAME = 2, OPTION_RESOLUTION = 9, OPTION_FCS_LENGTH = 13 };
enum { LINKTYPE_ETHERNET = 1, NANOSECONDS = 9, FCS = 4 };
#define MAX_COMMENT 512

struct frame {
    sim_time time;
    enum taps_place tap;
    size_t n, whole;
    char comment[MAX_COMMENT];
    uint8_t octets[];
};

struct taps {
    struct outfile file; /* not open with a FIFO, */
    struct taps_fifo fifo;
    FILE *stream; /* which takes whole blocks from `block`, where this writes them */
    char *block;
    size_t block_size;
    int places;
    struct frame *waiting[TAPS_WAITING]; /* by time */
    size_t n;
};

static const char *const NAMES[TAPS] = {"line-in", "mcu-rx", "mcu-tx", "line-out", "host"};

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

static void put_interface(FILE *out, enum taps_place tap) {
    const uint8_t resolution = NANOSECONDS, fcs = tap == TAP_HOST ? 0 : FCS;
    const char *name = NAMES[tap];
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
    put32(out, (uint32_t)(frame->whole > frame->n ? frame->whole : frame->n));
    put_padded(out, frame->octets, frame->n);
    if (comment) {
        put_option(out, OPTION_COMMENT, frame->comment, comment);
        put32(out, 0);
    }
    put32(out, length);
}

static void put_head(struct taps *taps) {
    put_section(taps->stream);
    for (int i = 0; i < taps->places; i++)
        put_interface(taps->stream, (enum taps_place)i);
}

/* --- to a FIFO ------------------------------------------------------------------------- */

static bool send_block(struct taps *taps) {
    bool whole = fflush(taps->stream) == 0 && !ferror(taps->stream);
    bool sent = whole && taps_fifo_send(&taps->fifo, taps->block, taps->block_size);
    rewind(taps->stream);
    return sent;
}

bool taps_read(struct taps *taps) {
    if (!taps->fifo.path[0] || taps->fifo.fd >= 0)
        return true;
    if (!taps_fifo_open(&taps->fifo))
        return false;
    put_head(taps); /* a new pipe has room for it */
    send_block(taps);
    return taps->fifo.fd >= 0;
}

static void put_frame(struct taps *taps, const struct frame *frame) {
    if (!taps_read(taps))
        return;
    put_packet(taps->stream, frame);
    if (taps->fifo.path[0] && !send_block(taps) && taps->fifo.fd >= 0)
        taps->fifo.dropped++;
}

uint64_t taps_dropped(const struct taps *taps) {
    return taps->fifo.dropped;
}

/* --- life ------------------------------------------------------------------------------ */

static bool open_fifo(struct taps *taps, const char *path, struct sim_err *err) {
    taps->stream = open_memstream(&taps->block, &taps->block_size);
    return (taps->stream && taps_fifo_init(&taps->fifo, path)) ||
           sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
}

static bool open_file(struct taps *taps, const char *path, struct sim_err *err) {
    if (!outfile_open(&taps->file, path, err))
        return false;
    taps->stream = taps->file.stream;
    put_head(taps);
    return true;
}

struct taps *taps_create(const char *path, bool live, struct sim_err *err) {
    struct taps *taps = calloc(1, sizeof *taps);
    if (!taps) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    taps->fifo.fd = -1;
    taps->places = live ? TAPS : TAP_HOST;
    bool fifo = live && taps_fifo_is(path);
    if (fifo ? open_fifo(taps, path, err) : open_file(taps, path, err))
        return taps;
    taps_destroy(taps);
    return NULL;
}

static void close_fifo(struct taps *taps) {
    taps_fifo_close(&taps->fifo);
    if (taps->stream && taps->stream != taps->file.stream)
        fclose(taps->stream);
    free(taps->block);
    taps->stream = NULL;
    taps->block = NULL;
}

void taps_destroy(struct taps *taps) {
    if (!taps)
        return;
    close_fifo(taps);
    outfile_abandon(&taps->file);
    for (size_t i = 0; i < taps->n; i++)
        free(taps->waiting[i]);
    free(taps);
}

/* --- order ----------------------------------------------------------------------------- */

/* At one time, the place that stands first on the path: the host's frames leave at once. */
static bool after(const struct frame *a, const struct frame *b) {
    int rank_a = (a->tap + 1) % TAPS, rank_b = (b->tap + 1) % TAPS;
    return a->time != b->time ? a->time > b->time : rank_a > rank_b;
}

static void write_until(struct taps *taps, sim_time time) {
    size_t done = 0;
    for (; done < taps->n && taps->waiting[done]->time < time; done++) {
        put_frame(taps, taps->waiting[done]);
        free(taps->waiting[done]);
    }
    taps->n -= done;
    if (done)
        memmove(taps->waiting, taps->waiting + done, taps->n * sizeof *taps->waiting);
}

bool taps_frame(struct taps *taps, const struct taps_packet *packet, struct sim_err *err) {
    size_t n = packet->n;
    struct frame *frame = taps->n < TAPS_WAITING ? calloc(1, sizeof *frame + n) : NULL;
    if (!frame)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "--taps-out: too many frames within %d ms",
                           (int)(TAPS_LATEST / SIM_MS));
    frame->time = packet->time > 0 ? packet->time : 0;
    frame->tap = packet->tap;
    frame->n = n;
    frame->whole = packet->whole;
    if (n)
        memcpy(frame->octets, packet->octets, n);
    sim_format(frame->comment, MAX_COMMENT, "%s", packet->comment ? packet->comment : "");
    size_t at = taps->n++;
    for (; at > 0 && after(taps->waiting[at - 1], frame); at--)
        taps->waiting[at] = taps->waiting[at - 1];
    taps->waiting[at] = frame;
    return true;
}

bool taps_comment(struct taps *taps, enum taps_place tap, sim_time from, sim_time to,
                  const char *comment) {
    for (size_t i = 0; i < taps->n; i++) {
        struct frame *frame = taps->waiting[i];
        if (frame->tap != tap || frame->time < from || frame->time > to || frame->comment[0])
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
    bool fifo = taps->fifo.path[0];
    close_fifo(taps);
    return fifo || outfile_commit(&taps->file, err);
}
