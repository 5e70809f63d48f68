/* Encodings of x86-64; see x86_64.h. */
#include "models/mcu/armv7m/x86_64.h"

#include <string.h>

static void put(struct x86 *x, const void *from, size_t n) {
    x->full = x->full || (size_t)(x->end - x->at) < n;
    if (x->full)
        return;
    memcpy(x->at, from, n);
    x->at += n;
}
static void put8(struct x86 *x, unsigned octet) {
    uint8_t value = (uint8_t)octet;
    put(x, &value, 1);
}
static void put32(struct x86 *x, uint32_t value) {
    put(x, &value, 4);
}

/* An octet of RSP and up is one of the low halves only with a REX prefix, even an empty one. */
static void put_prefixes(struct x86 *x, unsigned opcode, unsigned field,
                         struct x86_operand operand) {
    unsigned rex = (opcode & X86_64 ? 8 : 0) | (field >> 3) << 2 | operand.reg >> 3;
    bool octet =
        opcode & X86_8 && (field >= X86_RSP || (!operand.memory && operand.reg >= X86_RSP));
    if (opcode & X86_16)
        put8(x, 0x66);
    if (rex || octet)
        put8(x, 0x40 | rex);
}

void x86_op(struct x86 *x, unsigned opcode, unsigned field, struct x86_operand operand) {
    bool near = operand.at >= INT8_MIN && operand.at <= INT8_MAX;
    unsigned mode = !operand.memory ? 3 : near ? 1 : 2;
    put_prefixes(x, opcode, field, operand);
    if ((opcode & 0xFF00) == X86_0F)
        put8(x, 0x0F);
    put8(x, opcode & 0xFF);
    put8(x, mode << 6 | (field & 7) << 3 | (operand.reg & 7));
    if (operand.memory && (operand.reg & 7) == X86_RSP)
        put8(x, 0x24); /* SIB: that register and no index */
    if (mode == 1)
        put8(x, (uint8_t)operand.at);
    else if (mode == 2)
        put32(x, (uint32_t)operand.at);
}

void x86_op_number(struct x86 *x, unsigned opcode, struct x86_operand to, int32_t number) {
    bool small = number >= INT8_MIN && number <= INT8_MAX;
    x86_op(x, (small ? 0x83 : 0x81) | (opcode & X86_64), opcode >> 3 & 7, to);
    if (small)
        put8(x, (uint8_t)number);
    else
        put32(x, (uint32_t)number);
}

void x86_test_number(struct x86 *x, struct x86_operand operand, uint32_t number) {
    x86_op(x, X86_UNARY, 0, operand);
    put32(x, number);
}

void x86_shift(struct x86 *x, unsigned which, unsigned reg, unsigned by) {
    x86_op(x, 0xC1 | (by > 31 ? X86_64 : 0), which, x86_in(reg));
    put8(x, by);
}

void x86_carry_of(struct x86 *x, struct x86_operand from) {
    x86_op(x, X86_0F | 0xBA, 4, from);
    put8(x, 0);
}

void x86_complement(struct x86 *x) {
    put8(x, 0xF5);
}

void x86_load_number(struct x86 *x, unsigned reg, uint32_t number) {
    if (reg >= X86_R8)
        put8(x, 0x41);
    put8(x, 0xB8 | (reg & 7));
    put32(x, number);
}

void x86_load_address(struct x86 *x, unsigned reg, uint64_t address) {
    put8(x, 0x48 | reg >> 3);
    put8(x, 0xB8 | (reg & 7));
    put(x, &address, sizeof address);
}

void x86_store_number(struct x86 *x, struct x86_operand to, uint32_t number) {
    x86_op(x, 0xC7, 0, to);
    put32(x, number);
}

void x86_push(struct x86 *x, unsigned reg) {
    if (reg >= X86_R8)
        put8(x, 0x41);
    put8(x, 0x50 | (reg & 7));
}

void x86_pop(struct x86 *x, unsigned reg) {
    if (reg >= X86_R8)
        put8(x, 0x41);
    put8(x, 0x58 | (reg & 7));
}

void x86_return(struct x86 *x) {
    put8(x, 0xC3);
}

void x86_call(struct x86 *x, unsigned reg) {
    x86_op(x, 0xFF, 2, x86_in(reg));
}

void x86_jump_to(struct x86 *x, unsigned reg) {
    x86_op(x, 0xFF, 4, x86_in(reg));
}

uint8_t *x86_jump(struct x86 *x, unsigned cc) {
    if (cc != X86_ALWAYS)
        put8(x, 0x0F);
    put8(x, cc == X86_ALWAYS ? 0xE9 : 0x80 | cc);
    uint8_t *jump = x->at;
    put32(x, 0);
    return jump;
}

void x86_land(const struct x86 *x, uint8_t *jump, const uint8_t *target) {
    int32_t distance = (int32_t)(target - (jump + 4));
    if (!x->full)
        memcpy(jump, &distance, 4);
}
