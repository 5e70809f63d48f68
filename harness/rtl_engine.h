/* A board as Verilog under Verilator: the second engine, with the face of sim/circuit.h.
 *
 * The design is exported, compiled once (a few seconds) and loaded. The built-in boards are
 * compiled with the project; any other, and any with other values, on first use into
 * $XDG_CACHE_HOME/linkpulse (~/.cache/linkpulse), under a name that depends on the design
 * and on the cells. Delay scale and idle level are inputs, the same design serves them all.
 */
#ifndef HARNESS_RTL_ENGINE_H
#define HARNESS_RTL_ENGINE_H

#include "harness/board.h"
#include "sim/circuit.h"

struct rtl_engine;

/* To be compared with another engine. `whole` is the board elaborated with `config` and
 * CIRCUIT_ALL; nets are its numbers. Both may go afterwards. NULL with `err`: SIM_ERR_ENVIRONMENT
 * when verilator is missing, SIM_ERR_UNMODELLED for a part without a cell, SIM_ERR_INPUT for
 * receiver.idle = noise. The board is settled for a millisecond before time 0. */
struct rtl_engine *rtl_engine_create(const struct board *board, const struct circuit_config *config,
                                     const struct circuit *whole, struct sim_err *err);
/* The same by itself: with noise, and able to write waves of one kind by Verilator's tracing. */
enum rtl_waves { RTL_NO_WAVES, RTL_VCD, RTL_FST };
struct rtl_engine *rtl_engine_create_traced(const struct board *board,
                                            const struct circuit_config *config,
                                            const struct circuit *whole, enum rtl_waves waves,
                                            struct sim_err *err);
void rtl_engine_destroy(struct rtl_engine *engine); /* accepts NULL */

/* Waves from now on, from `from` on if that is later, into `path`; to the time `to` at most.
 * Times in the file are the board's, 0 and later. A closed one may be opened again. */
bool rtl_engine_waves(struct rtl_engine *engine, const char *path, sim_time from,
                      struct sim_err *err);
void rtl_engine_waves_until(struct rtl_engine *engine, sim_time to);
void rtl_engine_waves_close(struct rtl_engine *engine, sim_time time);

/* As circuit_watch() and the like; nets that have no level are not watched. An analog net has
 * that of the first input that listens to it. */
void rtl_engine_watch(struct rtl_engine *engine, uint32_t net, bool on);
void rtl_engine_set_record(struct rtl_engine *engine, struct circuit_record *record);
void rtl_engine_line(struct rtl_engine *engine, sim_time time, int level);
void rtl_engine_input(struct rtl_engine *engine, uint32_t net, sim_time time, int level);
void rtl_engine_run_until(struct rtl_engine *engine, sim_time time);
sim_time rtl_engine_next(const struct rtl_engine *engine); /* as circuit_next() */
int rtl_engine_level(const struct rtl_engine *engine, uint32_t net);
bool rtl_engine_has(const struct rtl_engine *engine, uint32_t net); /* a driven net */
uint32_t rtl_engine_doubts(const struct rtl_engine *engine);        /* windows violated so far */
/* Pulses swallowed and windows violated by pin, as circuit_counter_name() calls them, since time
 * 0; NULL behind the last. */
const char *rtl_engine_count(const struct rtl_engine *engine, size_t i, uint64_t *n);
uint64_t rtl_engine_steps(const struct rtl_engine *engine);
/* False with `err` when the design ran into a loop of no delay. */
bool rtl_engine_sound(const struct rtl_engine *engine, struct sim_err *err);

#endif
