/* What the port at the other end makes of what the firmware sends, in a run. It listens: the
 * capture is sent at its own times, whether the link is up or not. */
#ifndef HARNESS_RUN_PARTNER_H
#define HARNESS_RUN_PARTNER_H

#include "harness/board.h"
#include "harness/run_result.h"
#include "models/line/transmitter.h"

struct run_partner;

/* `profile` NULL: tolerant. NULL with `err` as far_end_init(). */
struct run_partner *run_partner_open(const struct board *board, const char *profile,
                                     struct sim_err *err);
void run_partner_close(struct run_partner *partner); /* accepts NULL */
struct transmitter_sink run_partner_sink(struct run_partner *partner);
/* The end of the run; `heard` is the caller's to free. */
void run_partner_finish(struct run_partner *partner, sim_time time, struct run_port *out);

#endif
