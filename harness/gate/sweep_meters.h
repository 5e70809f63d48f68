/* Figures with a slack, measured from edges: the windows of flip-flops, and the recovery of
 * one-shots that are not retriggerable. What a meter remembers ends after SWEEP_MEMORY, so that
 * states repeat; slacks beyond it are given as that much. All times ps. */
#ifndef HARNESS_GATE_SWEEP_METERS_H
#define HARNESS_GATE_SWEEP_METERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board.h"
#include "sim/circuit.h"

#define SWEEP_MEMORY (60 * SIM_NS)

/* The pins of sim/part.h, in their order. */
enum { SWEEP_CP, SWEEP_D, SWEEP_RD, SWEEP_SD, SWEEP_FF_PINS };
struct sweep_flipflop {
    uint32_t part;
    unsigned unit;
    uint32_t nets[SWEEP_FF_PINS]; /* engine nets; CIRCUIT_NO_NET: open */
    sim_time tsu, th, trec, tw_clk, tw_set;
    sim_time changed[SWEEP_FF_PINS];
    uint8_t levels; /* a bit per pin */
    sim_time least; /* slack seen */
};

/* A gate of two inputs that fires a FET, one of them coming back from the node the FET
 * discharges: it holds the gate until the node has recovered. A pulse fires that lasts, from
 * when both stand, `need` or longer: neither the gate nor the FET then swallows it. */
enum { SWEEP_TRIGGER, SWEEP_READY };
enum sweep_pulse { SWEEP_NO_PULSE, SWEEP_DUE, SWEEP_IGNORED }; /* has to fire; must not */
struct sweep_shot {
    uint32_t part; /* the gate */
    unsigned unit;
    size_t gate, fet; /* elements */
    uint32_t nets[2];
    uint8_t active[2]; /* the levels at which the gate fires */
    uint8_t levels;    /* a bit per input: it stands at `active` */
    uint8_t pulse;     /* the latest, until it is judged */
    bool ended;
    sim_time need;
    sim_time ready, start, end, due; /* since when; of the pulse; of the latest that was due */
    sim_time recovery, holdoff;      /* least slacks */
};

/* Those in `circuit` among the kept elements. Return the count, at most `max`. */
size_t sweep_find_flipflops(const struct board *board, const struct circuit *circuit,
                            struct sweep_flipflop *out, size_t max);
size_t sweep_find_shots(const struct board *board, const struct circuit *circuit,
                        struct sweep_shot *out, size_t max);

/* Before a sample: levels as they stand, requirements of the part in use, nothing seen. */
void sweep_flipflop_begin(struct sweep_flipflop *f, const struct part_use *use,
                          const struct circuit *circuit);
void sweep_shot_begin(struct sweep_shot *s, const struct circuit *circuit);

void sweep_flipflop_edge(struct sweep_flipflop *f, unsigned pin, sim_time time, int level);
void sweep_shot_edge(struct sweep_shot *s, unsigned pin, sim_time time, int level);

/* States relative to `now`; the least slacks are not in them. */
#define SWEEP_FLIPFLOP_STATE (SWEEP_FF_PINS * 4 + 1)
#define SWEEP_SHOT_STATE     (4 * 4 + 3)
uint8_t *sweep_flipflop_save(const struct sweep_flipflop *f, sim_time now, uint8_t *state);
const uint8_t *sweep_flipflop_load(struct sweep_flipflop *f, sim_time now, const uint8_t *state);
uint8_t *sweep_shot_save(const struct sweep_shot *s, sim_time now, uint8_t *state);
const uint8_t *sweep_shot_load(struct sweep_shot *s, sim_time now, const uint8_t *state);

#endif
