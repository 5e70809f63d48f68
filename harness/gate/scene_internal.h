/* Private to the two scene files. */
#ifndef HARNESS_GATE_SCENE_INTERNAL_H
#define HARNESS_GATE_SCENE_INTERNAL_H

#include "harness/gate/scene.h"
#include "harness/transmit.h"
#include "harness/transmit_line.h"
#include "sim/circuit.h"

struct gate_scene {
    const struct board *board;
    struct circuit *circuit;
    uint8_t *first; /* levels at the start, by engine net */
    struct circuit_record record;
    size_t n_kept; /* edges of the frame; the record may hold newer ones behind */
    bool keeping;
    sim_time origin, end; /* of the frame */
    struct transmit_line *line;
    uint32_t d, de; /* engine nets, CIRCUIT_NO_NET: not connected */
    bool d_level, de_level;
    char *eye, *pulse;
};

#endif
