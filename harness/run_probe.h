/* What `run` and `live` offer a developer of the firmware: the text of ITM to a file and to
 * TCP, the raw SWO stream, and GDB. --gdb, --itm, --swo, --itm-port.
 */
#ifndef HARNESS_RUN_PROBE_H
#define HARNESS_RUN_PROBE_H

#include "harness/cosim.h"
#include "harness/mcu_trace.h"
#include "harness/options.h"

struct run_probe {
    struct mcu_trace trace;
    bool traced; /* somebody listens to ITM */
};

/* Before the MCU is made: files are opened. False with `err`; call run_probe_close() in either
 * case. */
bool run_probe_open(struct run_probe *probe, const struct options *options, struct sim_err *err);
/* Once it is made: the servers, and what they listen on is told on stderr. */
bool run_probe_serve(struct run_probe *probe, const struct options *options, struct cosim *cosim,
                     struct sim_err *err);
/* The files become whole. */
bool run_probe_commit(struct run_probe *probe, struct sim_err *err);
void run_probe_close(struct run_probe *probe); /* accepts a zeroed one */

/* ITM text on TCP as `mcu` and `run` offer it: with --gdb too, but only asked for by name is a
 * taken port an error. */
bool run_probe_itm(struct mcu_trace *trace, const struct options_mcu *o, struct sim_err *err);
/* --out before `name`; NULL stays NULL. `path` takes 1024 octets. */
bool run_probe_place(const struct options *options, const char *name, char *path, const char **out,
                     struct sim_err *err);

#endif
