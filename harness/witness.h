/* What the MCU saw of each frame, whatever its firmware: collected from the edges at its pins
 * and from what its SPI slave, its DMA and its interrupts did. causes.h makes names of it.
 *
 * A frame's time goes from the start of its preamble to that of the next frame; the gap behind
 * it from the rise of its select to the next frame's first clock edge: the window in which a
 * driver must have armed its receiver again. Pins may run ahead of the chip by a frame or two;
 * on each side times ascend.
 */
#ifndef HARNESS_WITNESS_H
#define HARNESS_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/mcu/soc/stm32.h"
#include "models/mcu/spi_sampler.h"

#define WITNESS_FRAMES 512 /* remembered; no fewer than delivered.h keeps pending */

/* The receiver at one time. */
struct witness_state {
    bool listens, rxdma; /* the SPI: enabled and selected; with RXDMAEN */
    bool stream;         /* a DMA stream that reads its DR is enabled */
    bool ran_out;        /* or was, until NDTR came to 0 */
    bool by_dma;         /* the firmware has used DMA here */
};
/* Would an octet that comes now reach memory (or, without DMA, the firmware)? */
bool witness_armed(const struct witness_state *state);

struct witness_piece { /* of memory */
    uint32_t address, n;
};

struct witness_frame {
    uint64_t ordinal;                /* of the run, 1-based */
    sim_time start, end;             /* on the line; end 0: it is still being sent */
    sim_time clocked;                /* first clock edge at the MCU's pin, SIM_NEVER: none */
    size_t n_sent, n_got, n_stored;  /* octets sent; that reached DR; that DMA put away */
    struct witness_state at_clock;   /* the receiver then */
    uint32_t overruns;               /* octets */
    struct witness_state at_overrun; /* when the first octet since the last good one was lost */
    sim_time overrun;                /* the first of this frame */
    size_t bad;                      /* first octet that differs; SIZE_MAX: none */
    uint8_t bad_sent, bad_got;       /* 0 where there is none */
    bool first_bit;                  /* nothing differs but the first bit */
    int shift;                       /* bits too many in front (+), missing (-) */
    struct witness_piece memory[2];  /* where it was put, in two pieces when it wrapped */
    sim_time overwritten;            /* SIM_NEVER: not, or not before the driver was past it */
    bool told;                       /* the firmware says that it had no room */
    bool ran_out;                    /* its stream came to NDTR 0 in its time */
    sim_time rose;                   /* its select, last; SIM_NEVER: not yet */
    sim_time taken;                  /* the interrupt of that edge; SIM_NEVER: not yet */
    sim_time rearmed;                /* last time in the gap behind it, or after that */
};

struct witness;

/* `preamble`: octets begin before the SFD; what stands in front of the frame is left out of the
 * comparison. NULL: memory is out. */
struct witness *witness_create(bool preamble);
void witness_destroy(struct witness *witness); /* accepts NULL */

/* The next frame (with FCS) goes out at `start`; before its first edge. Its end is told later. */
void witness_sending(struct witness *witness, const uint8_t *octets, size_t n, sim_time start);
void witness_sent(struct witness *witness, sim_time end);
/* An edge at a pin of the MCU. `selected`: what this level of NSS means. */
void witness_pin(struct witness *witness, enum spi_pin pin, sim_time time, bool selected);
/* Whether the last frame's first clock edge was told; later ones need not be. */
bool witness_clocked(const struct witness *witness);
/* The chip. */
void witness_rx(struct witness *witness, const struct stm32_rx *rx);
/* The interrupt of the select's pin was taken. */
void witness_interrupt(struct witness *witness, sim_time time);
/* The firmware delivered a frame (0: one that was not sent); it has no room for the one that
 * begins at `address`. */
void witness_delivered(struct witness *witness, uint64_t ordinal, sim_time time);
void witness_no_room(struct witness *witness, uint32_t address, sim_time time);
/* Nothing more will come: the last frames are complete. */
void witness_finish(struct witness *witness);

/* NULL: never sent, or forgotten. Valid until the next call. */
const struct witness_frame *witness_frame(const struct witness *witness, uint64_t ordinal);
/* Whether the driver has not come to the frame: what it delivered since were older ones. */
bool witness_behind(const struct witness *witness, const struct witness_frame *frame);
/* Whether what has come of the last frame differs from what was sent, beyond its first bit. */
bool witness_damaged(const struct witness *witness);
/* "SPI2", "DMA1"; "" before any was used. `stream`: its number. */
const char *witness_spi(const struct witness *witness);
const char *witness_dma(const struct witness *witness, unsigned *stream);
bool witness_takes_interrupts(const struct witness *witness); /* of the select's pin */

/* Arming again over all gaps in which the receiver was switched off. */
struct witness_gaps {
    uint64_t gaps, rearmed, late; /* all; switched off and on; of these too late */
    sim_time window;              /* the shortest; SIM_NEVER: no gap */
    sim_time worst;               /* the longest from the rise to armed; 0: never off */
};
struct witness_gaps witness_gaps(const struct witness *witness);

#endif
