/* How far a long run is, on stderr: one redrawn line on a terminal, otherwise a line
 * every 10 s at most. */
#ifndef HARNESS_PROGRESS_H
#define HARNESS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *out; /* NULL: silent */
    bool terminal;
    const char *unit; /* "frames" */
    uint64_t total;   /* 0: unknown */
    double started_s, shown_s;
    unsigned width; /* characters on the redrawn line */
};

/* `unit` must outlive the progress. Quiet: nothing is printed. */
void progress_begin(struct progress *progress, const char *unit, uint64_t total, bool quiet);
/* Cheap enough for every frame: prints only when due (0.1 s on a terminal, else 10 s). */
#define PROGRESS_NO_FAILURES UINT64_MAX /* there are none to count: nothing is said of them */
void progress_update(struct progress *progress, uint64_t done, uint64_t failures);
/* Wipes the redrawn line, so that results follow on a clean one. */
void progress_end(struct progress *progress);

/* The same with the clock handed in, in seconds from any origin, and the stream. */
void progress_begin_at(struct progress *progress, const char *unit, uint64_t total, FILE *out,
                       bool terminal, double now_s);
void progress_update_at(struct progress *progress, uint64_t done, uint64_t failures, double now_s);

/* Host time in seconds, monotonic. */
double progress_now(void);

#endif
