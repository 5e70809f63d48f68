/* What the MCU drives while a firmware answers the frames: the board by the event engine and
 * the image on the emulated core, once; the edges then go into both engines.
 */
#ifndef HARNESS_CROSSCHECK_FIRMWARE_H
#define HARNESS_CROSSCHECK_FIRMWARE_H

#include "harness/board.h"
#include "harness/crosscheck.h"

struct crosscheck_firmware_settings {
    const char *image;  /* ELF */
    const char *symbol; /* of its deliver function */
    uint64_t seed;
    bool strict;
};

struct crosscheck_firmware;

/* NULL with `err`: the board or the image cannot be run. The board outlives it. */
struct crosscheck_firmware *
crosscheck_firmware_create(const struct board *board,
                           const struct crosscheck_firmware_settings *settings,
                           struct sim_err *err);
void crosscheck_firmware_destroy(struct crosscheck_firmware *firmware); /* accepts NULL */

/* A frame from its destination address to its FCS, whose preamble starts at `start`. */
bool crosscheck_firmware_frame(struct crosscheck_firmware *firmware, const uint8_t *octets,
                               size_t n, sim_time start, struct sim_err *err);
bool crosscheck_firmware_pulse(struct crosscheck_firmware *firmware, sim_time start,
                               struct sim_err *err); /* a link test pulse */
/* The firmware goes on to `time`; every edge before it is then known. */
bool crosscheck_firmware_until(struct crosscheck_firmware *firmware, sim_time time,
                               struct sim_err *err);
/* The next edge before `time` of a net that the MCU drives, by its netlist net, in the order of
 * time; false when there is none. */
bool crosscheck_firmware_edge(struct crosscheck_firmware *firmware, sim_time time,
                              struct circuit_edge *edge);

#endif
