/* Random instruction sequences through the core and through Unicorn. */
#ifndef TESTS_MODELS_ARMV7M_LOCKSTEP_H
#define TESTS_MODELS_ARMV7M_LOCKSTEP_H

#include <stdbool.h>
#include <stdint.h>
#include <unicorn/unicorn.h>

#include "harness/host_code.h"
#include "models/mcu/armv7m/decode.h"
#include "models/mcu/armv7m/translate.h"

#define CODE_BASE 0x08000000u
#define CODE_SIZE 0x1800u
#define LITERALS  0x800u /* from here the code region holds data */
#define RAM_BASE  0x20000000u
#define RAM_SIZE  0x4000u
#define SEQUENCE  64 /* instructions */
#define N_STATE   50 /* R0..R12, SP, LR, PC, APSR, FPSCR, S0..S31 */
enum { STATE_SP = 13, STATE_PC = 15, STATE_PSR, STATE_FPSCR, STATE_S0 };

struct state {
    uint32_t r[N_STATE];
};

struct lockstep {
    enum armv7m_kind kind;
    struct armv7m *core;
    struct armv7m_host_code host_code;
    uc_engine *uc;
    uint64_t seed;
    uint8_t code[CODE_SIZE], ram[RAM_SIZE], ram_start[RAM_SIZE];
    struct state start, after[SEQUENCE + 8];            /* one more than instructions */
    uint32_t address[SEQUENCE + 8], word[SEQUENCE + 8]; /* of the instructions */
    bool skipped[SEQUENCE + 8];                         /* by an IT block */
    unsigned n, checked;
    uint64_t instructions, refused, opened;
    uint32_t seen[OP_CODES]; /* executed, by narrow operation code */
    bool plant;              /* falsify a register, for a test of the comparison */
    char failure[2048];      /* "" while all is well */
};

bool lockstep_init(struct lockstep *l, enum armv7m_kind kind, uint64_t seed);
void lockstep_finish(struct lockstep *l);
/* One sequence; false with `failure` when the two differ. */
bool lockstep_sequence(struct lockstep *l);

/* The narrow form of an operation's code. */
unsigned lockstep_code(const struct op *op);
/* Whether random sequences contain the operation at all. */
bool lockstep_covers(enum armv7m_kind kind, unsigned code);

#endif
