/* Writes x86-64 instructions into a buffer: the few that translate.c needs.
 *
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, by opcode.
 * Operands are of 32 bits unless a flag of the opcode says otherwise. Past its end nothing is
 * written and `full` is set.
 */
#ifndef MODELS_MCU_ARMV7M_X86_64_H
#define MODELS_MCU_ARMV7M_X86_64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum x86_reg {
    X86_RAX,
    X86_RCX,
    X86_RDX,
    X86_RBX,
    X86_RSP,
    X86_RBP,
    X86_RSI,
    X86_RDI,
    X86_R8,
    X86_R9,
    X86_R10,
    X86_R11,
    X86_R12,
    X86_R13,
    X86_R14,
    X86_R15,
    X86_REGS
};

/* Conditions as they are encoded. */
enum x86_cc {
    X86_O,
    X86_NO,
    X86_B, /* carry */
    X86_AE,
    X86_E,
    X86_NE,
    X86_BE,
    X86_A,
    X86_S,
    X86_NS,
    X86_L = 12,
    X86_GE,
    X86_LE,
    X86_G,
    X86_ALWAYS, /* of jumps alone */
    X86_NONE
};

/* Of opcodes: the second row, and the width of what is not 32 bits. */
#define X86_0F 0x0F00u
#define X86_64 0x10000u
#define X86_16 0x20000u
#define X86_8  0x40000u /* the register operands are octets */

/* The two-operand forms "register, register or memory" and the like. */
enum x86_opcode {
    X86_ADD = 0x03,
    X86_OR = 0x0B,
    X86_ADC = 0x13,
    X86_SBB = 0x1B,
    X86_AND = 0x23,
    X86_SUB = 0x2B,
    X86_XOR = 0x33,
    X86_CMP = 0x3B,
    X86_MOVSXD = 0x63 | X86_64,
    X86_TEST = 0x85,
    X86_STORE = 0x89,
    X86_STORE8 = 0x88 | X86_8,
    X86_MOV = 0x8B,
    X86_LEA = 0x8D,
    X86_UNARY = 0xF7, /* the register field tells which */
    X86_SHIFT_CL = 0xD3,
    X86_CMOV = X86_0F | 0x40, /* plus the condition */
    X86_SET = X86_0F | 0x90 | X86_8,
    X86_IMUL = X86_0F | 0xAF,
    X86_MOVZX8 = X86_0F | 0xB6 | X86_8,
    X86_MOVZX16 = X86_0F | 0xB7,
    X86_MOVSX8 = X86_0F | 0xBE | X86_8,
    X86_MOVSX16 = X86_0F | 0xBF
};
enum { X86_NOT = 2, X86_NEG = 3 };                           /* of X86_UNARY */
enum { X86_ROR = 1, X86_SHL = 4, X86_SHR = 5, X86_SAR = 7 }; /* of shifts */

/* A register, or the memory `at` behind one. */
struct x86_operand {
    uint8_t reg;
    bool memory;
    int32_t at;
};
static inline struct x86_operand x86_in(unsigned reg) {
    return (struct x86_operand){.reg = (uint8_t)reg};
}
static inline struct x86_operand x86_at(unsigned base, size_t at) {
    return (struct x86_operand){(uint8_t)base, true, (int32_t)at};
}

struct x86 {
    uint8_t *at, *end;
    bool full;
};

/* An instruction with a register field (a register, or which of a group) and an operand. */
void x86_op(struct x86 *x, unsigned opcode, unsigned field, struct x86_operand operand);
/* ADD and so on of a number, sign extended to 64 bits with X86_64. `opcode` as above. */
void x86_op_number(struct x86 *x, unsigned opcode, struct x86_operand to, int32_t number);
void x86_test_number(struct x86 *x, struct x86_operand operand, uint32_t number);
void x86_shift(struct x86 *x, unsigned which, unsigned reg, unsigned by); /* by 1..63 */
void x86_carry_of(struct x86 *x, struct x86_operand from);                /* CF = bit 0: BT */
void x86_complement(struct x86 *x);                                       /* CF: CMC */
/* Flags stay as they are. */
void x86_load_number(struct x86 *x, unsigned reg, uint32_t number);
void x86_load_address(struct x86 *x, unsigned reg, uint64_t address);
void x86_store_number(struct x86 *x, struct x86_operand to, uint32_t number);
void x86_push(struct x86 *x, unsigned reg);
void x86_pop(struct x86 *x, unsigned reg);
void x86_return(struct x86 *x);
void x86_call(struct x86 *x, unsigned reg);
void x86_jump_to(struct x86 *x, unsigned reg);
/* A jump whose target is given by x86_land(), which takes what this returns. */
uint8_t *x86_jump(struct x86 *x, unsigned cc);
void x86_land(const struct x86 *x, uint8_t *jump, const uint8_t *target);

#endif
