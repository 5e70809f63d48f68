/* Shared by the decoders. */
#ifndef MODELS_MCU_ARMV7M_DECODE_H
#define MODELS_MCU_ARMV7M_DECODE_H

#include "models/mcu/armv7m/internal.h"

struct decoding {
    const struct armv7m *core;
    const struct memory *code;
    uint32_t address;
    unsigned first, second; /* halfwords; second 0 for a narrow one */
    bool in_it;
};

static inline uint8_t armv7m_bits(unsigned from, unsigned low, unsigned n) { /* n <= 8 */
    return (uint8_t)(from >> low & ((1u << n) - 1));
}
/* The low n bits, sign extended, as a 32-bit two's complement. */
static inline uint32_t armv7m_signed(uint32_t from, unsigned n) {
    return (uint32_t)((int32_t)(from << (32 - n)) >> (32 - n));
}
static inline bool armv7m_bad(unsigned r) {
    return r == 13 || r == 15;
}

/* Data operations as DDI0403E table A5-10 numbers them. */
enum alu {
    ALU_AND = 0,
    ALU_BIC = 1,
    ALU_ORR = 2,
    ALU_ORN = 3,
    ALU_EOR = 4,
    ALU_PKH = 6,
    ALU_ADD = 8,
    ALU_ADC = 10,
    ALU_SBC = 11,
    ALU_SUB = 13,
    ALU_RSB = 14,
};
enum { SHIFT_LSL_TYPE, SHIFT_LSR_TYPE, SHIFT_ASR_TYPE, SHIFT_ROR_TYPE, SHIFT_RRX_TYPE };
enum { ALU_S = 1 << 8, ALU_TYPE = 12 };

/* exec_alu_shift: any operation with a shifted register and its carry. by: 0..32. */
static inline void armv7m_alu_shift(struct op *op, unsigned alu, bool s, unsigned type,
                                    unsigned by) {
    op->inner = OP_alu_shift;
    op->imm = alu | (s ? ALU_S : 0) | type << ALU_TYPE;
    op->sh = (uint8_t)by;
}

/* exec_indexed: `ra`. The offset is imm + (rm << sh). */
enum {
    INDEXED_SIZE = 3, /* log2 */
    INDEXED_SIGNED = 4,
    INDEXED_STORE = 8,
    INDEXED_PRE = 16,
    INDEXED_WRITEBACK = 32
};
/* exec_dual: `sh`. */
enum { DUAL_PRE = 1, DUAL_WRITEBACK = 2, DUAL_LOAD = 4 };
/* exec_ldm, exec_stm, and the floating point ones: `ra`. */
enum { MULTIPLE_WRITEBACK = 1, MULTIPLE_DOWN = 2, MULTIPLE_DOUBLE = 4 };

/* The slot of `address` without its block: `code` is not set. in_it: in an IT block. */
void armv7m_fill(struct armv7m *core, struct memory *code, uint32_t address, bool in_it);

/* --- blocks.c: what it knows of operations, by their narrow form ------------------------ */

unsigned armv7m_kind_of(const struct op *op);
/* A branch by a condition, and which. */
static inline bool armv7m_is_conditional(const struct op *op) {
    return armv7m_kind_of(op) >= OP_BEQ && armv7m_kind_of(op) <= OP_BLE;
}
static inline unsigned armv7m_condition_of(const struct op *op) {
    return (armv7m_kind_of(op) - OP_BEQ) / 2;
}
/* Changes nothing but a register and flags. */
bool armv7m_computes(const struct op *op);
struct armv7m_flags {
    uint16_t kind, plain; /* plain: the same without flags */
    uint8_t writes, reads;
};
/* What may end the block reads all flags: they must be there when it does. */
struct armv7m_flags armv7m_flags(unsigned kind);
uint8_t armv7m_condition_reads(unsigned condition);
/* A literal in the region that is executed, when no watchpoint can stop at it, and parking need
 * not know that it was read: it does if it can be written. */
bool armv7m_is_literal(const struct armv7m *core, const struct memory *code, const struct op *op);
/* The form of a load or store that writes its base back, or 0. */
unsigned armv7m_indexed_form(const struct op *op);

void armv7m_multiple(struct op *op, bool load, uint32_t list, unsigned how);
void armv7m_branch(const struct decoding *d, struct op *op, unsigned condition, uint32_t target);

void armv7m_decode_narrow(const struct decoding *d, struct op *op);
void armv7m_decode_wide(const struct decoding *d, struct op *op);
void armv7m_decode_multiply(const struct decoding *d, struct op *op);
void armv7m_decode_registers(const struct decoding *d, struct op *op);
void armv7m_decode_memory(const struct decoding *d, struct op *op);
void armv7m_decode_single(const struct decoding *d, struct op *op);
void armv7m_decode_control(const struct decoding *d, struct op *op);
void armv7m_decode_fp(const struct decoding *d, struct op *op);

#endif
