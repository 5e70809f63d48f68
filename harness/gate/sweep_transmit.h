/* The transmit path of one sample: a short frame clocked in at the MCU's pins, and the board's
 * own link pulses, seen at the line driver's inputs. */
#ifndef HARNESS_GATE_SWEEP_TRANSMIT_H
#define HARNESS_GATE_SWEEP_TRANSMIT_H

#include "harness/board.h"
#include "harness/gate/sweep_receive.h"

struct sweep_transmit_result {
    bool refused;
    bool framed;        /* the frame decodes, octet for octet */
    bool sent;          /* the rest was measured; times in ps */
    sim_time deviation; /* of an edge's distance to the one before from a half or whole bit, most */
    sim_time opened;    /* driver enabled after the clock's first edge */
    sim_time closed;    /* and disabled after the last bit cell */
    sim_time tp_idl;    /* high after the last rise */
    unsigned pulses;
    sim_time narrowest, widest, soonest, latest; /* widths, and starts apart; with 2 pulses */
};

struct sweep_transmit;

/* NULL without an error when the board has no line driver behind its transmit pair; NULL with
 * `err` filled when it cannot be simulated. The SPI mode in which a frame comes out of the typical
 * board is found out here. */
struct sweep_transmit *sweep_transmit_create(const struct sweep_setup *setup,
                                             const struct part_use *uses, struct sim_err *err);
void sweep_transmit_destroy(struct sweep_transmit *transmit); /* accepts NULL */
/* The MCU's pins to send by are stated. */
bool sweep_transmit_frames(const struct sweep_transmit *transmit);
/* The typical board makes link pulses by itself. */
bool sweep_transmit_pulses(const struct sweep_transmit *transmit);

void sweep_transmit_run(struct sweep_transmit *transmit, const struct part_use *uses,
                        const struct sweep_conditions *conditions,
                        struct sweep_transmit_result *result);

#endif
