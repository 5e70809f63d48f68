/* Line source: Ethernet frames as the edges of a 10BASE-T differential signal at the
 * input of the board's line receiver.
 *
 * A frame leaves as a burst of symbols: one per octet (preamble and SFD, data, FCS),
 * one for a preamble with bits added or lost, then TP_IDL. Equal symbols have equal
 * edges, so that a consumer may remember its response to a symbol. Levels are what a
 * receiver with thresholds sees: 0 (below VIT-), 1 (above VIT+), LINE_IDLE (between).
 *
 * Manchester per IEEE 802.3 7.3.1.1: '1' is low-high, '0' is high-low, LSB first.
 */
#ifndef MODELS_LINE_SOURCE_H
#define MODELS_LINE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/line/cable.h"
#include "sim/simtime.h"

#define LINE_IDLE             2
#define LINE_SYMBOL_MAX_EDGES 20
#define LINE_MAX_FRAME        16384   /* octets with FCS; jumbo frames are sent as they are */
#define LINE_MAX_RISE_PS      36000.0 /* ramps end within half a bit at any allowed rate */

struct line_settings {
    double ppm;                 /* bit rate error of the partner */
    double jitter_rms_ps;       /* gaussian, per edge */
    double jitter_peak_ps;      /* bounded, uniform in +-peak, per edge; both may be set */
    bool swapped;               /* pair swapped: levels inverted */
    int preamble_bits;          /* added (+) or lost (-) bits in front of the 62 + "11" */
    double amplitude_v;         /* differential peak */
    double rise_ps;             /* 10-90 % */
    double vit_plus, vit_minus; /* receiver thresholds, volt (hysteresis band) */
    /* The cable before the receiver, and what disturbs it; 0 m: amplitude and rise are the
     * receiver's own, otherwise those at the cable's near end. */
    double cable_m;
    enum cable_category category;
    double noise_rms_v; /* gaussian, at each edge */
    double crosstalk_v; /* peak of a foreign carrier of unknown phase */
    double tp_idl_ps;   /* high after the last bit cell, >= 250 ns (clause 14.2.1.1) */
    uint64_t seed;
};

/* A symbol: edges relative to its start, in ascending order, all in [0, length). */
struct line_symbol {
    int32_t length_ps;
    uint8_t n_edges;
    uint8_t level[LINE_SYMBOL_MAX_EDGES];
    int32_t dt_ps[LINE_SYMBOL_MAX_EDGES];
};

struct line_edge {
    sim_time time;
    uint8_t level; /* 0, 1 or LINE_IDLE */
};

/* The differential voltage at the receiver at a time. */
struct line_volt {
    sim_time time;
    double volt;
};

/* One frame on the line. The arrays belong to the source and hold until the next call. */
struct line_burst {
    sim_time start;          /* start of the first preamble bit cell */
    sim_time sfd_end;        /* start of the first data bit cell */
    sim_time data_end;       /* end of the last FCS bit cell */
    sim_time end;            /* end of TP_IDL: the line is idle from here */
    const uint16_t *symbols; /* in order, gapless from `start` to `end` */
    size_t n_symbols;
};

struct line_source;

/* NULL when out of memory or a setting makes no sense: ppm beyond +-10 %, jitter beyond
 * 50 ns, preamble_bits outside -62..4096, no amplitude, rise_ps above LINE_MAX_RISE_PS,
 * vit_plus below vit_minus, tp_idl_ps outside 70 ns..10 us, a cable of over CABLE_MAX_M,
 * noise or crosstalk above 10 V. */
struct line_source *line_source_create(const struct line_settings *settings);
void line_source_destroy(struct line_source *source); /* accepts NULL */

/* The bit period in ps, and the level of a line at rest (0 V): LINE_IDLE, or 0 or 1 when
 * both thresholds stand on the same side of 0 V. Bursts begin and end at that level. */
double line_source_bit_ps(const struct line_source *source);
uint8_t line_source_rest_level(const struct line_source *source);

/* True when equal symbols have equal edges at their bursts' starts: no jitter, no cable (its
 * edges depend on many bits before them), no noise. Otherwise only line_source_edges() tells
 * the edges, and the symbols but what was sent. */
bool line_source_repeats(const struct line_source *source);

/* The symbol table; ids are dense, 0 .. n-1, fixed for the life of the source. */
const struct line_symbol *line_source_symbols(const struct line_source *source, size_t *n);

/* Encode `octets` (destination address up to and including the FCS) beginning at `start`.
 * Symbols carry no jitter. Ramps begin at the nominal times, so with rise_ps above 0 an
 * edge comes up to 1.25 rise_ps after its bit boundary or middle, and `end` holds the
 * last ramp. No allocation. False when n is 0 or above LINE_MAX_FRAME. */
bool line_source_frame(struct line_source *source, const uint8_t *octets, size_t n, sim_time start,
                       struct line_burst *burst);

/* The edges of the latest burst in absolute time, with jitter when set. Always ascending:
 * an edge that would overtake its predecessor comes 1 ps after it. Jitter is a function of
 * the seed and the edge's number in the run (symbols encoded since the source was made
 * count, whether or not their edges were asked for), so asking again gives the same. A
 * jittered first edge may precede `start`. Returns the count; the array belongs to the
 * source. */
size_t line_source_edges(struct line_source *source, const struct line_burst *burst,
                         const struct line_edge **edges);

/* The voltage of the latest burst, `most` samples at the most (*cut: there were more): straight
 * lines between them are true to some millivolt, a step has two samples 1 ps apart. With jitter
 * a stretch between two edges is drawn out or pushed together as its edges are. Noise and
 * crosstalk, which move thresholds, are not in it. Returns their number. */
size_t line_source_volts(struct line_source *source, const struct line_burst *burst,
                         struct line_volt *volts, size_t most, bool *cut);

/* A link test pulse (100 ns positive) as symbols, or edges; same rules. */
bool line_source_link_pulse(struct line_source *source, sim_time start, struct line_burst *burst);

/* The same signal bit by bit, for a consumer that remembers its response to ever so few
 * symbols: cells[2 * previous bit + bit], and from LINE_CELL_FIRST on the first bit of a frame,
 * 0 or 1, and TP_IDL after a 0 or 1. Gapless, they have the edges of line_source_frame(). False
 * when the settings make no sense, equal symbols would not have equal edges, or a bit does not
 * last whole picoseconds: at the ppm that line_whole_ppm() gives, the nearest, it does. */
enum { LINE_CELL_FIRST = 4, LINE_CELL_TP_IDL = 6, LINE_CELLS = 8 };
bool line_source_cells(const struct line_settings *settings, struct line_symbol *cells);
double line_whole_ppm(double ppm);

/* IEEE 802.3 FCS (CRC-32) of n octets, and a frame padded to 60 octets plus FCS, LSB
 * octet first. `out` holds at least max(n, 60) + 4. Returns the new length. */
uint32_t line_fcs(const uint8_t *octets, size_t n);
size_t line_frame_finish(const uint8_t *octets, size_t n, uint8_t *out);

#endif
