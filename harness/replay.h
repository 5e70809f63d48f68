/* Replay: frames as line symbols into the board's receive path, the SPI slave's octets
 * out. Exact traffic goes through the response cache; jitter, noise and whole-run waves
 * drive the engine directly. Both give the same edges.
 *
 * The board is simulated as two circuits: what the MCU's pins depend on, and the rest
 * (LED one-shots, link-pulse oscillator, transmitter), which is fed by the edges that
 * cross over.
 */
#ifndef HARNESS_REPLAY_H
#define HARNESS_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board.h"
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

struct replay_settings {
    uint64_t seed;
    bool cache; /* use the response cache where it applies */
    bool trace; /* the whole board in one circuit, every edge to on_edge */
    void *user;
    void (*on_burst)(void *user, const struct replay_burst *burst);
    /* Every edge of the SPI pins, in time order up to replay_now(), `n` of them at a time; `pin`
     * is an enum spi_pin. NULL: not wanted. */
    void (*on_pins)(void *user, sim_time start, const struct pin_edge *edges, size_t n);
    /* Trace only, in time order; net CIRCUIT_NO_NET: the line itself. */
    void (*on_edge)(void *user, const struct circuit_edge *edge);
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
/* A link test pulse from the partner. */
sim_time replay_link_pulse(struct replay *replay, sim_time start);
/* How far jitter may pull a burst's first edge before its start; 0 without jitter. */
sim_time replay_lead(const struct replay *replay);
/* Let time pass without a signal. */
void replay_idle_until(struct replay *replay, sim_time time);
sim_time replay_now(const struct replay *replay);
/* False with `err` when the board oscillates without end (circuit_storm()). */
bool replay_sound(const struct replay *replay, struct sim_err *err);
/* A select still open at the end of a run is handed over. */
void replay_finish(struct replay *replay);

/* Times of the last frame or link pulse. */
const struct line_burst *replay_burst(const struct replay *replay);
double replay_bit_ps(const struct replay *replay);

/* Run the last frame or link pulse again from its start up to `until`, in a circuit of its own,
 * with the given engine nets watched (n = 0: all). The edges belong to the replay and hold until
 * the next call; `levels` receives each watched net's level at the start, NULL allowed. */
struct replay_rerun {
    struct line_burst burst;
    sim_time start; /* replay_lead() before the burst's */
    const struct line_edge *line;
    size_t n_line;
    const struct circuit_edge *edges;
    size_t n_edges;
    const struct circuit *circuit;
    bool overflow;
};
void replay_rerun(struct replay *replay, sim_time until, const uint32_t *nets, size_t n,
                  uint8_t *levels, struct replay_rerun *out);

/* For reports: circuit_counters() totals, with what the cache replayed. */
const struct circuit *replay_circuit(const struct replay *replay, int which); /* 0 main, 1 rest */
void replay_counts(const struct replay *replay, int which, uint64_t *totals); /* [counters] */
const struct spi_sampler *replay_sampler(const struct replay *replay);
struct replay_figures {
    uint64_t symbols, misses, states, events;
    bool cached;
};
struct replay_figures replay_figures(const struct replay *replay);

#endif
