/* Values of command line options: each fills its result, or `err` with one line that names
 * the option, what was found and what was expected. */
#ifndef HARNESS_OPTIONS_VALUES_H
#define HARNESS_OPTIONS_VALUES_H

#include "harness/options.h"

/* Decimal or 0x, 64 bits; no sign, no spaces. No `err`: false when it is none. */
bool options_u64(const char *text, uint64_t *value);
bool options_octets(const char *text, unsigned *octets, struct sim_err *err);
bool options_jobs(const char *text, unsigned *jobs, struct sim_err *err);
bool options_window(const char *text, struct options_window *window, struct sim_err *err);
bool options_seed(const char *text, uint64_t *seed, struct sim_err *err);
bool options_engine(const char *value, struct sim_err *err);
/* Of a row of the table that nothing takes: false. */
bool options_no_meaning(const char *name, struct sim_err *err);

#endif
