/* FILE.lpwave, written beside the waves FILE of a run: what the run knew and waves cannot say
 * (schema "linkpulse.wave/1", docs/wave.md; harness/view/sidecar.h reads it).
 *
 * Frames are told in the order they are sent. The one sent last is remembered; it stands in the
 * file when it is kept.
 */
#ifndef HARNESS_WAVE_SIDECAR_H
#define HARNESS_WAVE_SIDECAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/run_result.h"
#include "sim/err.h"

#define WAVE_SIDECAR_SUFFIX ".lpwave"

struct wave_sidecar;

struct wave_sidecar *wave_sidecar_create(void);          /* NULL: memory is out */
void wave_sidecar_destroy(struct wave_sidecar *sidecar); /* accepts NULL */

/* Frame `frame` of the run (from 1), `index` of the capture, goes out. */
void wave_sidecar_sending(struct wave_sidecar *sidecar, uint64_t frame, const char *capture,
                          uint64_t index, const uint8_t *octets, size_t n);
/* Of that frame: an edge on the line, its select, that it is kept. */
void wave_sidecar_line(struct wave_sidecar *sidecar, sim_time time);
void wave_sidecar_data(struct wave_sidecar *sidecar, sim_time from, sim_time to); /* its octets */
void wave_sidecar_select(struct wave_sidecar *sidecar, sim_time fell, sim_time rose);
void wave_sidecar_keep(struct wave_sidecar *sidecar);
/* Of any; 0 and others that are not kept are passed over. */
void wave_sidecar_delivered(struct wave_sidecar *sidecar, uint64_t frame, sim_time time);
/* When that frame was delivered; SIM_NEVER: not so far, or it is not known any more. */
sim_time wave_sidecar_delivery(const struct wave_sidecar *sidecar, uint64_t frame);
/* `frame` 0: nothing that was sent. */
void wave_sidecar_failed(struct wave_sidecar *sidecar, uint64_t frame,
                         const struct run_failure *failure);
/* Of the analog net shown by `signal` (its full name): that of pin `of`, V. */
void wave_sidecar_threshold(struct wave_sidecar *sidecar, const char *signal, const char *of,
                            double low, double high);
/* The image, as it is now: when the run begins. Nothing if it is no regular file. */
void wave_sidecar_firmware(struct wave_sidecar *sidecar, const char *elf, const char *chip);

struct wave_sidecar_facts {
    sim_time from, to; /* the waves' first and last time */
    bool firmware;     /* then what is not delivered is not recovered */
    /* The full name of the signal that shows a net; false: none does. */
    bool (*signal_of)(void *user, const char *net, char *out, size_t size);
    void *user;
};

/* For the waves `wave`, which are complete; as often as there are such. Nothing beside what is no
 * regular file. */
bool wave_sidecar_write(struct wave_sidecar *sidecar, const char *wave,
                        const struct wave_sidecar_facts *facts, struct sim_err *err);
/* One of other waves that had the name is not to be believed. */
void wave_sidecar_remove(const char *wave);

#endif
