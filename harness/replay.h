/* Replay: frames as line symbols into the board's receive path, the SPI slave's octets
 * out. Exact traffic goes through the response cache; jitter, noise and whole-run waves
 * drive the engine directly. Both give the same edges.
 *
 * The board is simulated as two circuits: what the MCU's pins depend on, and the rest
 * (LED one-shots, link-pulse oscillator, transmitter), which is fed by the edges that
 * cross over and by the MCU's outputs. Time goes in quanta: the first circuit, then the MCU,
 * then the rest. Results do not depend on the quantum, for every edge keeps its picosecond.
 * Where the first circuit hears the MCU's outputs, a quantum is as short as the quickest pin.
 */
#ifndef HARNESS_REPLAY_H
#define HARNESS_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board.h"
#include "harness/rtl_engine.h"
#include "models/line/source.h"
#include "models/mcu/pin_edge.h"
#include "models/mcu/spi_sampler.h"
#include "sim/circuit.h"

/* One select of the SPI slave. Pointers hold during the call only. */
struct replay_burst {
    const uint8_t *octets;
    size_t n;
    unsigned dribble_bits;
    sim_time select_fell, select_rose;
};

/* What an MCU pin does from `time` on. */
enum { REPLAY_RELEASED = 2 };
struct replay_pin {
    sim_time time;
    int level;      /* 0, 1 or REPLAY_RELEASED */
    int pull;       /* the chip's own resistor: +1 up, -1 down, 0 none */
    double ohms;    /* of the driver; released: of that resistor */
    double edge_ns; /* 10-90 % into 30 pF */
};

#define REPLAY_MAX_HEARD 40 /* every net that an MCU drives, and a driver's */

struct replay_settings {
    uint64_t seed;
    bool cache;               /* use the response cache where it applies */
    bool rtl;                 /* the whole board by the rtl engine, without the cache */
    enum rtl_waves rtl_waves; /* which replay_waves() is to write */
    bool trace;               /* the whole board in one circuit, every edge to on_edge */
    void *user;
    void (*on_burst)(void *user, const struct replay_burst *burst);
    /* Every edge of the SPI pins up to replay_now(), in lists that follow in time; `pin` is an
     * enum spi_pin; a digest holds until replay_destroy(). NULL: not wanted. */
    void (*on_pins)(void *user, sim_time start, const struct pin_list *list);
    /* Trace only, in time order; net CIRCUIT_NO_NET: the line itself. */
    void (*on_edge)(void *user, const struct circuit_edge *edge);
    /* What analog nodes do, with replay_rerun() too. Trace: told before the edges of the same
     * stretch of time. */
    bool curves;
    void (*on_curve)(void *user, const struct circuit_curve *curve);
    /* The MCU runs up to `time`, telling its outputs to replay_drive(); every edge of its
     * inputs up to then was given to on_pin. NULL: no MCU. */
    void (*follow)(void *user, sim_time time);
    /* When the MCU may next do something by itself; NULL: at any time. */
    sim_time (*next)(void *user);
    sim_time quantum; /* the longest time between two calls of follow; 0: 1 ms */
    sim_time lag;     /* how far the MCU stays behind the line; 0: 10 us */
    /* Nets of the netlist whose edges are wanted, in time order, up to where the MCU stands. */
    const uint32_t *heard;
    size_t n_heard; /* REPLAY_MAX_HEARD at most */
    void (*on_heard)(void *user, size_t i, sim_time time, int level);
};

struct replay;

/* `board` outlives the replay. NULL with `err` when the board cannot be simulated. */
struct replay *replay_create(const struct board *board, const struct replay_settings *settings,
                             struct sim_err *err);
void replay_destroy(struct replay *replay); /* accepts NULL */

/* Send one frame, destination address to FCS (line_frame_finish() makes one), whose
 * preamble starts at `start`, or replay_lead() from now when that is later. The board then
 * stands at the end of TP_IDL, which is returned. False sizes (0, above LINE_MAX_FRAME)
 * send nothing. */
sim_time replay_frame(struct replay *replay, const uint8_t *octets, size_t n, sim_time start);
/* The same octet by octet: behind each, and behind the SFD, the MCU has caught up but for `lag`,
 * and go_on() is asked with the time and the octets sent. False cuts the frame: 32 bits of jam
 * follow, then TP_IDL. */
sim_time replay_frame_asking(struct replay *replay, const uint8_t *octets, size_t n, sim_time start,
                             bool (*go_on)(void *user, sim_time now, size_t sent), void *user);
/* A link test pulse from the partner. */
sim_time replay_link_pulse(struct replay *replay, sim_time start);
/* How far jitter may pull a burst's first edge before its start; 0 without jitter. */
sim_time replay_lead(const struct replay *replay);
/* Let time pass without a signal. */
void replay_idle_until(struct replay *replay, sim_time time);
sim_time replay_now(const struct replay *replay);
/* False with `err` when the board oscillates without end (circuit_storm()). */
bool replay_sound(const struct replay *replay, struct sim_err *err);
/* The end of a run: a select still open is handed over, the MCU and the rest catch up. */
void replay_finish(struct replay *replay);

/* Pin `output` (its place in struct mcu_nets) changes; from follow only, or before the first
 * frame. The net follows after the pin's own transition and its ohms into the net's load. */
void replay_drive(struct replay *replay, size_t output, const struct replay_pin *pin);
/* Of a net of the netlist: its level, and whether it ever changed behind the MCU. */
int replay_level(const struct replay *replay, uint32_t net);
bool replay_moved(const struct replay *replay, uint32_t net);
/* The quantum in use, and whether the MCU's outputs reach its inputs on the board. */
sim_time replay_quantum(const struct replay *replay);
bool replay_feedback(const struct replay *replay);

/* Times of the last frame or link pulse. */
const struct line_burst *replay_burst(const struct replay *replay);
double replay_bit_ps(const struct replay *replay);

/* The last frame's voltage on the line, or pulse's: see line_source_volts(). */
size_t replay_line_volts(struct replay *replay, struct line_volt *volts, size_t most, bool *cut);

/* Run the last frame or link pulse again from its start up to `until`, in a circuit of its own,
 * with the given engine nets watched (n = 0: all). The edges belong to the replay and hold until
 * the next call; `levels` receives each watched net's level at the start, NULL allowed. The rtl
 * engine shows what it kept of the stages' nets and the SPI pins, whatever `nets`. */
struct replay_rerun {
    struct line_burst burst;
    sim_time start; /* replay_lead() before the burst's */
    const struct line_edge *line;
    size_t n_line;
    const struct circuit_edge *edges;
    size_t n_edges;
    const struct circuit_curve *curves; /* with settings.curves: those at the start, then all */
    size_t n_curves;
    const struct circuit *circuit;
    bool overflow;
};
void replay_rerun(struct replay *replay, sim_time until, const uint32_t *nets, size_t n,
                  uint8_t *levels, struct replay_rerun *out);

/* For reports: circuit_counters() totals, with what the cache replayed. */
const struct circuit *replay_circuit(const struct replay *replay, int which); /* 0 main, 1 rest */
void replay_counts(const struct replay *replay, int which, uint64_t *totals); /* [counters] */
/* With settings.rtl and .rtl_waves: waves from now on, from `from` on if that is later, until the
 * time told or closed now. False with `err`: `path` cannot be written. */
bool replay_waves(struct replay *replay, const char *path, sim_time from, struct sim_err *err);
void replay_waves_until(struct replay *replay, sim_time to);
void replay_waves_close(struct replay *replay);
/* With the rtl engine, whose circuits stand still: the name of its counter `i`; NULL behind the
 * last. */
const char *replay_rtl_count(const struct replay *replay, size_t i, uint64_t *n);
const struct spi_sampler *replay_sampler(const struct replay *replay);
struct replay_figures {
    uint64_t symbols, misses, states, events;
    uint64_t swallowed; /* pulses of MCU pins shorter than the pin's delay */
    bool cached;
};
struct replay_figures replay_figures(const struct replay *replay);

#endif
