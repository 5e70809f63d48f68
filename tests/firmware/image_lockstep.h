/* A firmware image on our chip and, instruction by instruction, in Unicorn: registers and
 * flags are compared before every instruction, and every access that Unicorn makes to RAM or a
 * peripheral with what our core made. What a peripheral answers is ours: Unicorn has none, and
 * no NVIC. Exception entries and returns, sleep, and the instructions that look at either are
 * done by our core alone, and Unicorn goes on from its state; they are counted apart.
 *
 * They share the RAM. Our core is first, so that a load finds what ours found, and a store
 * what it is about to write.
 */
#ifndef TESTS_FIRMWARE_IMAGE_LOCKSTEP_H
#define TESTS_FIRMWARE_IMAGE_LOCKSTEP_H

#include <unicorn/unicorn.h>

#include "models/mcu/armv7m/decode.h"
#include "tests/firmware/bench.h"

enum { IMAGE_ACCESSES = 32 }; /* of one instruction, at most */

struct image_access {
    uint32_t address, value;
    unsigned size;
    bool write;
};

struct image_lockstep {
    struct bench *bench;
    struct armv7m *core;
    uc_engine *uc;
    sim_time until;
    bool stopping; /* what Unicorn does until it has stopped does not count */
    bool jumped;   /* our core entered or left an exception */
    bool plant;    /* falsify a register at the next instruction, for a test of the comparison */
    struct image_access ours[IMAGE_ACCESSES]; /* to peripherals, of the instruction at hand */
    struct image_access undo[IMAGE_ACCESSES]; /* of RAM, what stores made while stopping hid */
    unsigned n_ours, n_theirs, n_undo;
    uint64_t compared, alone, exceptions, stores, reads, writes;
    char failure[512]; /* "" while all is well */
};

/* For struct bench_chip's `run`: up to 1 us before `until`, so that it is not overrun. Begins at
 * the first call after image_lockstep_begin(). */
enum stm32_stop image_lockstep_run(struct bench *b, sim_time until);
/* There is one at a time. */
struct image_lockstep *image_lockstep_begin(void);
void image_lockstep_end(void);

#endif
