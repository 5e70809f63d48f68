/* A board on the bench: tests put settings, edits and frames on it, and get back what a run
 * of the program would find, and what single nets did.
 */
#ifndef TESTS_HARNESS_BENCH_H
#define TESTS_HARNESS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board.h"
#include "harness/run.h"

#define BENCH_LIST   8
#define BENCH_TEXT   64
#define BENCH_OCTETS 60 /* per frame, without FCS: the shortest Ethernet knows */

/* What to try. Lists end at the first empty text. */
struct bench_case {
    const char *board; /* NULL: nucleo_shield */
    char sets[BENCH_LIST][BENCH_TEXT], edits[BENCH_LIST][BENCH_TEXT];
    uint64_t seed;   /* 0: 1 */
    size_t n_frames; /* 0: 1 */
    uint8_t first;   /* the frames' first octet; 0: 0x06 */
};
/* Appends to a case: bench_set(&c, "delay.scale=%g", 0.65). */
void bench_set(struct bench_case *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void bench_edit(struct bench_case *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Frame number `index`, BENCH_OCTETS octets; its first octet is `first`, the others are
 * fixed but for the number. */
void bench_frame(uint8_t *octets, uint8_t first, size_t index);
/* A capture of such frames in a new temporary file; the caller unlinks `path` (64 chars). */
void bench_capture(char *path, size_t n_frames, uint8_t first);

/* The board of a case; NULL-safe errors end the test. board_finish() frees it. */
void bench_load(struct board *board, const struct bench_case *c);

struct bench {
    struct board board;
    struct options options;
    struct run run; /* as `linkpulse run` leaves it before printing */
};
/* Runs a capture through run_captures(); whatever keeps it from running ends the test. */
void bench_run(struct bench *bench, const struct bench_case *c);
void bench_finish(struct bench *bench);
bool bench_passes(const struct bench_case *c); /* run, verdict, finish */

/* The first listed failure; NULL when there is none. */
const struct run_failure *bench_failure(const struct bench *bench);
const struct run_capture *bench_counts(const struct bench *bench);

/* For sampling without byte sync: /line at /sck, selected by the frame detector. */
void bench_without_sync(struct bench_case *c);

/* What a net did in the last frame and 4 us beyond. Free `edges`. */
struct bench_trace {
    struct line_edge *edges;
    size_t n;
    uint8_t initial;
    struct line_burst burst;
};
void bench_trace(struct bench *bench, const char *net, struct bench_trace *trace);
/* The first change to `level` at or after `time`; SIM_NEVER when there is none. */
sim_time bench_next(const struct bench_trace *trace, sim_time time, uint8_t level);
sim_time bench_last(const struct bench_trace *trace, uint8_t level); /* the last such change */
/* Changes to `level` in [from, to). */
size_t bench_count(const struct bench_trace *trace, sim_time from, sim_time to, uint8_t level);

/* The whole board, transmitter and oscillator included, in one circuit. */
struct circuit *bench_circuit(const struct board *board, struct circuit_record *record);
/* Engine net by name; an unknown one ends the test. */
uint32_t bench_net(const struct board *board, const struct circuit *circuit, const char *name);

#endif
