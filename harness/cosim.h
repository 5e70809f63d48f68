/* The firmware in the loop: an image on the board's MCU, clocked bit by bit by the edges
 * that the simulated board makes at its pins; what its outputs do is handed back.
 */
#ifndef HARNESS_COSIM_H
#define HARNESS_COSIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board.h"
#include "harness/mcu_trace.h"
#include "harness/replay.h"
#include "models/mcu/soc/stm32.h"
#include "models/mcu/spi_sampler.h"

#define COSIM_DELIVER "lp_deliver_frame"

/* Functions that an image may have, counted where they are called (docs/firmware.md). */
enum cosim_drop {
    COSIM_FILTER, /* lp_drop_filter(): the frame delivered last was not for it */
    COSIM_QUEUE,  /* lp_drop_queue(): it found no room */
    COSIM_LOSE,   /* lp_lose_frame(frame): that one will not be delivered */
    COSIM_DROPS
};

struct cosim_settings {
    const struct board *board;
    const char *image;          /* ELF */
    const char *deliver_symbol; /* of deliver(const uint8_t *frame, uint16_t length) */
    uint64_t seed;
    bool strict;
    bool edge_by_edge;       /* see struct stm32_config: slow, for tests */
    bool pass_by_pass;       /* likewise */
    struct mcu_trace *trace; /* where ITM goes; NULL: nobody listens */
    void *user;
    /* NULL where nobody wants to know. The firmware delivers a frame (without FCS); the octets hold
     * during the call. */
    void (*on_deliver)(void *user, const uint8_t *octets, size_t n, sim_time time);
    /* It says what became of a frame otherwise; `address` of one that is lost. */
    void (*on_drop)(void *user, enum cosim_drop drop, uint32_t address, sim_time time);
    void (*on_rx)(void *user, const struct stm32_rx *rx);
    void (*on_nss_interrupt)(void *user, sim_time time); /* of the select's pin: taken */
    /* What waves show: the exception that is run from now on, 0 for none; what a DMA stream has
     * before it; and, while cosim_trace() is on, each instruction. Of each in the order of time. */
    void (*on_exception)(void *user, unsigned number, sim_time time);
    void (*on_ndtr)(void *user, const struct stm32_ndtr *ndtr);
    void (*on_step)(void *user, uint32_t pc, sim_time time);
    /* The pin on a net that the MCU drives changes; `output` is its place in struct mcu_nets.
     * Of one pin in the order of time, and never before what cosim_run_until() reached. */
    void (*on_output)(void *user, size_t output, const struct replay_pin *pin);
};

struct cosim;

/* "PB13": the MCU's pin, stated as [mcu] pin_..., or the name of the connector's pad on the
 * attached net; NULL when neither says it. */
const char *cosim_pin_name(const struct board *board, enum spi_pin pin);

/* NULL with `err` (class INPUT: the image, the symbol, the pins; UNMODELLED: the chip). */
struct cosim *cosim_create(const struct cosim_settings *settings, struct sim_err *err);
void cosim_destroy(struct cosim *cosim); /* accepts NULL */

/* GDB on 127.0.0.1:*port, set to the port taken. The first connection is waited for, and
 * while GDB holds the core the board stands too. */
bool cosim_debug(struct cosim *cosim, unsigned *port, struct sim_err *err);

/* The levels before the first edge: of the pins, as the board's sampler has them, and of the
 * outputs, told to on_output; once, when whoever listens is ready. */
void cosim_boot(struct cosim *cosim, const struct spi_sampler *sampler);
/* A list of edges; `pin` is an enum spi_pin. Its digest is kept. */
void cosim_pins(struct cosim *cosim, sim_time start, const struct pin_list *list);
/* The MCU catches up. False with `err` when the firmware ended: fault, lockup, breakpoint,
 * or, in a strict run, something not modelled (register, PC and source line named). */
bool cosim_run_until(struct cosim *cosim, sim_time time, struct sim_err *err);

/* on_step from now on, or no more (as at first): slow, and to the same effect. */
void cosim_trace(struct cosim *cosim, bool on);

/* When the MCU next does something if no pin changes: stm32_next_time(). */
sim_time cosim_next(const struct cosim *cosim);

/* Whether the image has a function that tells of frames dropped after they were delivered. */
bool cosim_tells_drops(const struct cosim *cosim);

/* The firmware's first mistake (a clock that is off, a forbidden write), NULL without one. */
const char *cosim_misuse(const struct cosim *cosim, char *out, size_t size);

/* The first access that is not modelled, in words; NULL without one. */
const char *cosim_unmodelled(const struct cosim *cosim, char *out, size_t size);

/* How far the stack is from what lies below it: the most octets in a row, between the image's
 * data and the stack's top, that nothing has written since the image was loaded. UINT32_MAX: the
 * image's vector table puts the stack into no RAM. */
uint32_t cosim_stack_free(const struct cosim *cosim);

struct cosim_figures {
    uint64_t instructions, cycles, delivered, misuses, unmodelled, lost;
    double hclk_hz;
    double slave_hz; /* of the bus behind the receiving SPI; 0: the pin is no SPI's */
};
struct cosim_figures cosim_figures(const struct cosim *cosim);

#endif
