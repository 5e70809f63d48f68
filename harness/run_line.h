/* The line behind the driver, for run_transmit.c. All functions accept NULL: nothing. */
#ifndef HARNESS_RUN_LINE_H
#define HARNESS_RUN_LINE_H

#include "harness/board.h"
#include "harness/options.h"
#include "harness/run_result.h"
#include "harness/transmit.h"

struct run_line;

/* NULL with one line in `why` when the board's way out has no model. `partner`: a profile, NULL:
 * tolerant. */
struct run_line *run_line_open(const struct board *board, const char *partner, char *why,
                               size_t size);
void run_line_close(struct run_line *line);

/* Edges before the start are the levels at rest. */
void run_line_edge(struct run_line *line, sim_time time, enum transmit_net net, int level);
void run_line_start(struct run_line *line);
void run_line_sent(struct run_line *line, const struct transmit_burst *burst);
/* Fills the measurements, the line's counts and the port; `measures` and `port.heard` are the
 * caller's to free. */
void run_line_finish(struct run_line *line, sim_time time, struct run_transmit *out);
/* eye.svg and link_pulse.svg below --out DIR, when that is given and there is something; else an
 * earlier run's are deleted. */
bool run_line_draw(const struct run_line *line, const struct options *options, struct sim_err *err);

#endif
