/* What a board's transmitter does, measured against IEEE 802.3 clause 14 (10BASE-T), at the
 * line side of its transformer into 100 ohm.
 *
 * Fed with the waveform, piece by piece, and with the edges at the line driver's inputs; with
 * the frames the MCU clocked out, in order, it also says whether they are what is on the line.
 * Frames are decoded from the waveform itself. Figures of the standard that were not read in
 * the standard are marked so in `source`.
 *
 * Not measured: harmonics, return loss, common mode, the twisted-pair model's templates.
 */
#ifndef MODELS_LINE_CLAUSE14_H
#define MODELS_LINE_CLAUSE14_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/line/transmitter_piece.h"
#include "sim/err.h"

enum clause14_id {
    CLAUSE14_PEAK_LEAST,    /* differential peak of a frame, the smaller polarity */
    CLAUSE14_PEAK_MOST,     /* the larger */
    CLAUSE14_JITTER,        /* of zero crossings, from the frame's own bit clock */
    CLAUSE14_BIT_RATE,      /* error, either way */
    CLAUSE14_PREAMBLE,      /* bits up to and with the SFD */
    CLAUSE14_GAP,           /* between two frames */
    CLAUSE14_TP_IDL,        /* high after the last rise of a frame */
    CLAUSE14_TP_IDL_DECAY,  /* from there to +-50 mV */
    CLAUSE14_TP_IDL_UNDER,  /* lowest voltage after it */
    CLAUSE14_MEAN,          /* of a frame */
    CLAUSE14_REST,          /* of the line ahead of a frame or pulse */
    CLAUSE14_PULSE_PEAK,    /* link pulse, at least */
    CLAUSE14_PULSE_WIDTH,   /* at 300 mV, at least */
    CLAUSE14_PULSE_WIDEST,  /* at most */
    CLAUSE14_PULSE_UNDER,   /* lowest voltage after it */
    CLAUSE14_PULSE_DECAY,   /* until +-50 mV */
    CLAUSE14_PULSE_SOONEST, /* from link pulse to link pulse, at least */
    CLAUSE14_SILENCE,       /* between any two transmissions, at most */
    CLAUSE14_ENCODER,       /* shortest pulse at D while enabled */
    CLAUSE14_ENABLE,        /* driver enabled ahead of the first edge of a frame at D */
    CLAUSE14_DISABLE,       /* and how long after the last bit */
    CLAUSE14_ROWS
};

struct clause14_row {
    const char *id, *unit, *source;
    double limit;
    bool at_least; /* else at most */
    bool seen;     /* false: nothing to measure */
    double worst;
    sim_time time; /* of the worst */
};
/* Below 0: missed. */
double clause14_slack(const struct clause14_row *row);

struct clause14_counts {
    uint64_t frames;    /* bursts that decode to an SFD and octets */
    uint64_t pulses;    /* link pulses */
    uint64_t fragments; /* bursts that are neither */
    uint64_t bad_fcs;
    uint64_t different; /* frames on the line that nobody sent */
    uint64_t missing;   /* frames sent that did not come out like that */
};

/* A frame as it is on the line. `octets` (destination to FCS) is borrowed. */
struct clause14_frame {
    const uint8_t *octets;
    size_t n;
    bool fcs_ok;
    sim_time start, end; /* first edge; end of the last bit */
    double bit_ps;       /* its own bit period */
    double phase;        /* a mid-bit time, ps from `start` */
};
struct clause14_sink {
    void *self; /* either may be NULL */
    void (*frame)(void *self, const struct clause14_frame *frame);
    void (*pulse)(void *self, sim_time start);
};

struct clause14;

/* NULL with `err` when out of memory. Nothing is allocated afterwards. */
struct clause14 *clause14_create(const struct clause14_sink *sink, struct sim_err *err);
void clause14_destroy(struct clause14 *c); /* accepts NULL */

/* A transmitter_sink.piece with self = the struct clause14. */
void clause14_piece(void *self, const struct transmitter_piece *piece);
/* Levels at the driver's inputs from `time` on; ahead of the pieces they cause. */
void clause14_driver(struct clause14 *c, sim_time time, bool d, bool de);
/* A frame the MCU has clocked out, destination to FCS; before or after it is on the line. */
void clause14_sent(struct clause14 *c, const uint8_t *octets, size_t n);
/* Ends the measurement at `time`; what was on the line just then is cut, and not judged. */
void clause14_finish(struct clause14 *c, sim_time time);

const struct clause14_row *clause14_rows(const struct clause14 *c); /* [CLAUSE14_ROWS] */
struct clause14_counts clause14_counts(const struct clause14 *c);

#endif
