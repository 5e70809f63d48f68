/* What a run knew of its waves and a wave file cannot say: FILE.lpwave beside FILE (JSON, schema
 * "linkpulse.wave/1"): the packets with the times of their edges, verdicts and causes, failures,
 * thresholds of analog nets, and the firmware image with its hash. A foreign file has none, and
 * everything here then says so.
 */
#ifndef HARNESS_VIEW_SIDECAR_H
#define HARNESS_VIEW_SIDECAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/view/store.h"
#include "sim/err.h"

struct sidecar_packet {
    uint64_t frame; /* of the run, from 1, as reports count */
    const char *capture;
    uint64_t index;               /* in the capture, from 1 */
    int64_t from, to;             /* first and last edge on the line, ticks of the wave file */
    int64_t data_from, data_to;   /* of its octets: after the SFD, up to TP_IDL */
    int64_t selected, deselected; /* NSS; INT64_MIN: none */
    int64_t delivered;            /* when firmware delivered it; INT64_MIN: it did not */
    const uint8_t *octets;        /* destination address to FCS as sent */
    size_t n_octets;
    const char *verdict, *cause; /* "recovered"; cause NULL: nothing failed */
};

struct sidecar_failure {
    int64_t time;       /* when the first difference shows */
    size_t packet;      /* index into packets, or SIZE_MAX */
    const char *signal; /* full name of the one that differs; NULL: not known, or not shown */
    const char *text;
};

struct sidecar_threshold {
    const char *signal; /* full name in the wave file */
    const char *of;     /* the part that reads it, "U2" */
    double low, high;   /* V; equal: a single one */
};

struct sidecar {
    const char *elf, *sha256; /* NULL: no firmware */
    const char *chip;
    bool cut;                         /* more packets, failures or thresholds than listed */
    struct sidecar_packet *packets;   /* in order of time */
    struct sidecar_failure *failures; /* in order of time */
    struct sidecar_threshold *thresholds;
    size_t n_packets, n_failures, n_thresholds;
    void *memory; /* private */
};

/* The one beside `wave`. No such file: true with *sidecar NULL. False: hostile, of another
 * version, or not of this wave file, with `err`; the waves can be shown without it. */
bool sidecar_load(const char *wave, const struct store *store, struct sidecar **sidecar,
                  struct sim_err *err);
/* The same from memory; `path` is for messages, `store` may be NULL. */
bool sidecar_parse(const char *path, const char *text, size_t size, const char *wave,
                   const struct store *store, struct sidecar **sidecar, struct sim_err *err);
void sidecar_close(struct sidecar *sidecar); /* accepts NULL */

/* The packet on the line, or on its way to delivery, at `time`; NULL: none. */
const struct sidecar_packet *sidecar_packet_at(const struct sidecar *sidecar, int64_t time);

/* --- the cursor over packet, edge and code ------------------------------------------------- */

struct code; /* the firmware's symbols and lines */
/* NULL when there is no image, it is gone, or its hash differs: `note` (of size) says which. */
struct code *code_open(const struct sidecar *sidecar, const char *wave, char *note, size_t size);
void code_close(struct code *code);
/* "spi2_rx_irq at firmware/driver/rx.c:120: NDTR = ...", the source line if the file is there. */
bool code_at(const struct code *code, uint32_t pc, char *out, size_t size);
/* The function alone; NULL: none. */
const char *code_function(const struct code *code, uint32_t pc);
/* That which the image's vector table has for an exception; NULL: none. */
const char *code_handler(const struct code *code, unsigned exception);

#define DETAIL_MOST 8
#define DETAIL_TEXT 256
struct detail {
    const char *title; /* "packet", "edge", "code", "interrupt", "DMA" */
    char text[DETAIL_TEXT];
    int64_t at; /* where to go for it; INT64_MIN: nowhere */
};
/* What there is to say of `time`, and of `signal` (STORE_NONE: none): returns how many. */
size_t details_at(const struct store *store, const struct sidecar *sidecar, const struct code *code,
                  uint32_t signal, int64_t time, struct detail out[DETAIL_MOST]);

#endif
