/* The macros of hot.c: how an operation ends, operands, flags, loads, stores and branches.
 *
 * Flags are in `nz`, `c` and `v`. In a block, `cycles` is what the counter will be at its end, as
 * far as is known, and `count` has all its instructions; `labels` is LABELS. A block of one goes
 * on with AGAIN instead, where every label begins the next block; an instruction near the limit
 * with STEPS, where it is the next instruction. REWIND takes off what is ahead of an operation,
 * SYNC writes counters and flags back before anything that can see them.
 */
#ifndef MODELS_MCU_ARMV7M_HOT_H
#define MODELS_MCU_ARMV7M_HOT_H

#include "models/mcu/armv7m/internal.h"

#define REWIND()                                                                                   \
    do {                                                                                           \
        cycles -= labels == LABELS ? op->ahead : op->cycles;                                       \
        count -= labels == LABELS ? op->left - 1u : 0;                                             \
    } while (0)
#define SYNC()                                                                                     \
    do {                                                                                           \
        core->op = op;                                                                             \
        core->cycles = cycles;                                                                     \
        core->instructions += count;                                                               \
        count = 0;                                                                                 \
        PUT_FLAGS();                                                                               \
    } while (0)
#define PUT_FLAGS()                                                                                \
    do {                                                                                           \
        core->nz = nz;                                                                             \
        core->c = c;                                                                               \
        core->v = v;                                                                               \
    } while (0)
#define GET_FLAGS()                                                                                \
    do {                                                                                           \
        nz = core->nz;                                                                             \
        c = core->c;                                                                               \
        v = core->v;                                                                               \
    } while (0)
/* The next operation of the block. */
#define NEXT() __extension__({ goto *labels[op->code]; })
/* The block at `op`, if all its instructions begin before the limit. */
#define BLOCK()                                                                                    \
    do {                                                                                           \
        if (UNLIKELY(cycles + op->worst >= core->limit))                                           \
            goto one;                                                                              \
        labels = LABELS;                                                                           \
        cycles += op->ahead;                                                                       \
        count += op->left;                                                                         \
        __extension__({ goto *LABELS[op->begin]; });                                               \
    } while (0)
/* Both widths of an operation. BODY must not contain a comma outside parentheses. */
#define HOT(name, ...)                                                                             \
    name##_N : __VA_ARGS__;                                                                        \
    op += 1;                                                                                       \
    NEXT();                                                                                        \
    name##_W : __VA_ARGS__;                                                                        \
    op += 2;                                                                                       \
    NEXT()

#define RD core->r[op->rd]
#define RN core->r[op->rn]
#define RM core->r[op->rm]
/* The result, and for the next operation at hand: what it stores takes the host long to load. */
#define PUT(value) RD = last = (value)
#define NZ(value)  nz = (int32_t)(value)

/* What those that can be predicated put into RD. */
#define VALUE_MOVI(n, m)    op->imm
#define VALUE_MOVR(n, m)    (m)
#define VALUE_MVNR(n, m)    ~(m)
#define VALUE_ADDI(n, m)    (n) + op->imm
#define VALUE_SUBI(n, m)    (n) - op->imm
#define VALUE_ADDR(n, m)    (n) + (m)
#define VALUE_SUBR(n, m)    (n) - (m)
#define VALUE_RSBI(n, m)    op->imm - (n)
#define VALUE_ANDI(n, m)    ((n)&op->imm)
#define VALUE_ANDR(n, m)    ((n) & (m))
#define VALUE_ORRI(n, m)    ((n) | op->imm)
#define VALUE_ORRR(n, m)    ((n) | (m))
#define VALUE_EORI(n, m)    ((n) ^ op->imm)
#define VALUE_EORR(n, m)    ((n) ^ (m))
#define VALUE_BICR(n, m)    ((n) & ~(m))
#define VALUE_LSLI(n, m)    (m) << op->sh
#define VALUE_LSRI(n, m)    (m) >> op->sh
#define VALUE_ADD_LSL(n, m) (n) + ((m) << op->sh)
#define VALUE_EOR_LSL(n, m) ((n) ^ (m) << op->sh)
#define VALUE_EOR_LSR(n, m) ((n) ^ (m) >> op->sh)
#define HOT_VALUE(name)     HOT(name, PUT(VALUE_##name(RN, RM)))

/* The operation behind a branch or an IT happens or not, without a jump of the host. `ra` is the
 * condition, or of one by a single flag whether it is to be clear. */
#define PASSES   armv7m_passes(nz, c, v, op->ra)
#define PASSES_C (c ^ op->ra)
#define PASSES_N ((uint32_t)(nz < 0) ^ op->ra)
#define PASSES_Z ((uint32_t)((uint32_t)nz == 0) ^ op->ra)
#define PREDICATE(passes, counted, name)                                                           \
    do {                                                                                           \
        uint32_t run_ = passes, old_;                                                              \
        count -= (counted) & (1 - run_);                                                           \
        op += 1;                                                                                   \
        old_ = RD;                                                                                 \
        PUT(old_ ^ ((old_ ^ (VALUE_##name(RN, RM))) & -run_));                                     \
    } while (0)
/* A branch jumps over it: it does not count then. */
#define DO_OVER(name)   PREDICATE(PASSES, 1, name)
#define DO_OVER_C(name) PREDICATE(PASSES_C, 1, name)
#define DO_OVER_N(name) PREDICATE(PASSES_N, 1, name)
#define DO_OVER_Z(name) PREDICATE(PASSES_Z, 1, name)
#define DO_IF(name)     PREDICATE(PASSES, 0, name)
#define DO_IF_C(name)   PREDICATE(PASSES_C, 0, name)
#define DO_IF_N(name)   PREDICATE(PASSES_N, 0, name)
#define DO_IF_Z(name)   PREDICATE(PASSES_Z, 0, name)
#define HOT_PREDICATED(how, name)                                                                  \
    how##_##name##_N : DO_##how(name);                                                             \
    op += 1;                                                                                       \
    NEXT();                                                                                        \
    how##_##name##_W : DO_##how(name);                                                             \
    op += 2;                                                                                       \
    NEXT();

/* In an IT block `it` is whether the first is done; the others are, or are not, as it is. */
#define BEHIND_MORE __extension__({ goto *LABELS[op->then]; })
#define BEHIND_LAST NEXT()
#define GUARD(name)                                                                                \
    do {                                                                                           \
        uint32_t old_ = RD;                                                                        \
        PUT(old_ ^ ((old_ ^ (VALUE_##name(RN, RM))) & -(uint32_t)(it ^ op->taken)));               \
    } while (0)
#define HOT_GUARDED(how, name)                                                                     \
    how##_##name##_N : GUARD(name);                                                                \
    op += 1;                                                                                       \
    BEHIND_##how;                                                                                  \
    how##_##name##_W : GUARD(name);                                                                \
    op += 2;                                                                                       \
    BEHIND_##how;

#define ADD_FLAGS(x, y, store)                                                                     \
    do {                                                                                           \
        uint32_t a_ = (x), b_ = (y), r_ = a_ + b_;                                                 \
        NZ(r_);                                                                                    \
        c = r_ < a_;                                                                               \
        v = ~(a_ ^ b_) & (a_ ^ r_);                                                                \
        if (store)                                                                                 \
            PUT(r_);                                                                               \
    } while (0)
#define SUB_FLAGS(x, y, store)                                                                     \
    do {                                                                                           \
        uint32_t a_ = (x), b_ = (y), r_ = a_ - b_;                                                 \
        NZ(r_);                                                                                    \
        c = a_ >= b_;                                                                              \
        v = (a_ ^ b_) & (a_ ^ r_);                                                                 \
        if (store)                                                                                 \
            PUT(r_);                                                                               \
    } while (0)
#define ADC_FLAGS(x, y)                                                                            \
    do {                                                                                           \
        uint32_t a_ = (x), b_ = (y);                                                               \
        uint64_t sum_ = (uint64_t)a_ + b_ + c;                                                     \
        NZ((uint32_t)sum_);                                                                        \
        c = (uint32_t)(sum_ >> 32);                                                                \
        v = ~(a_ ^ b_) & (a_ ^ (uint32_t)sum_);                                                    \
        PUT((uint32_t)sum_);                                                                       \
    } while (0)
#define SET(value)                                                                                 \
    do {                                                                                           \
        uint32_t r_ = (value);                                                                     \
        PUT(r_);                                                                                   \
        NZ(r_);                                                                                    \
    } while (0)
/* Shift by the low octet of a register. */
#define BY (RM & 0xFF)
#define SHIFT_SET(value, carry)                                                                    \
    do {                                                                                           \
        uint32_t x_ = RN, by_ = BY;                                                                \
        if (by_)                                                                                   \
            c = (carry);                                                                           \
        SET(value);                                                                                \
    } while (0)
#define SHIFT_LSL(x, by) ((by) > 31 ? 0 : (x) << ((by)&31))
#define SHIFT_LSR(x, by) ((by) > 31 ? 0 : (x) >> ((by)&31))
#define SHIFT_ASR(x, by) ((uint32_t)((int32_t)(x) >> ((by) > 31 ? 31 : (by))))
#define SHIFT_ROR(x, by) ((x) >> ((by)&31) | (x) << (-(by)&31))
/* Those that have a branch with them too. */
#define DO_CMPI(n, m)  SUB_FLAGS((n), op->imm, false)
#define DO_CMPR(n, m)  SUB_FLAGS((n), (m), false)
#define DO_SUBSI(n, m) SUB_FLAGS((n), op->imm, true)
#define DO_TSTR(n, m)  NZ((n) & (m))
/* Those that can take an operand from the operation before, too. */
#define DO_ADDSI(n, m)   ADD_FLAGS((n), op->imm, true)
#define DO_ADDSR(n, m)   ADD_FLAGS((n), (m), true)
#define DO_SUBSR(n, m)   SUB_FLAGS((n), (m), true)
#define DO_ANDSI(n, m)   SET((n)&op->imm)
#define DO_ANDSR(n, m)   SET((n) & (m))
#define DO_ORRSR(n, m)   SET((n) | (m))
#define DO_EORSR(n, m)   SET((n) ^ (m))
#define DO_SUB_LSL(n, m) PUT((n) - ((m) << op->sh))
#define DO_LSLSI(n, m)                                                                             \
    c = (m) >> (32 - op->sh) & 1;                                                                  \
    SET((m) << op->sh)
#define DO_LSRSI(n, m)                                                                             \
    c = (m) >> (op->sh - 1) & 1;                                                                   \
    SET((m) >> op->sh)
#define DO_ASRI(n, m) PUT((uint32_t)((int32_t)(m) >> op->sh))
#define DO_ASRSI(n, m)                                                                             \
    c = (m) >> (op->sh - 1) & 1;                                                                   \
    SET((uint32_t)((int32_t)(m) >> op->sh))
#define DO_MUL(n, m)            PUT((n) * (m))
#define DO_UXTB(n, m)           PUT((m)&0xFF)
#define DO_UXTH(n, m)           PUT((m)&0xFFFF)
#define DO_SXTB(n, m)           PUT((uint32_t)(int8_t)(m))
#define DO_SXTH(n, m)           PUT((uint32_t)(int16_t)(m))
#define DO_UBFX(n, m)           PUT((n) << op->ra >> op->sh)
#define DO_LDR(n, m)            LOAD((n) + op->imm, uint32_t, 4)
#define DO_LDRB(n, m)           LOAD((n) + op->imm, uint8_t, 1)
#define DO_LDRH(n, m)           LOAD((n) + op->imm, uint16_t, 2)
#define DO_LDRX(n, m)           LOAD((n) + ((m) << op->sh), uint32_t, 4)
#define DO_LDRBX(n, m)          LOAD((n) + ((m) << op->sh), uint8_t, 1)
#define DO_LDRHX(n, m)          LOAD((n) + ((m) << op->sh), uint16_t, 2)
#define DO_MOVR(n, m)           PUT(VALUE_MOVR(n, m))
#define DO_ADDI(n, m)           PUT(VALUE_ADDI(n, m))
#define DO_SUBI(n, m)           PUT(VALUE_SUBI(n, m))
#define DO_ADDR(n, m)           PUT(VALUE_ADDR(n, m))
#define DO_SUBR(n, m)           PUT(VALUE_SUBR(n, m))
#define DO_ANDI(n, m)           PUT(VALUE_ANDI(n, m))
#define DO_ANDR(n, m)           PUT(VALUE_ANDR(n, m))
#define DO_ORRR(n, m)           PUT(VALUE_ORRR(n, m))
#define DO_EORR(n, m)           PUT(VALUE_EORR(n, m))
#define DO_BICR(n, m)           PUT(VALUE_BICR(n, m))
#define DO_LSLI(n, m)           PUT(VALUE_LSLI(n, m))
#define DO_LSRI(n, m)           PUT(VALUE_LSRI(n, m))
#define DO_ADD_LSL(n, m)        PUT(VALUE_ADD_LSL(n, m))
#define DO_EOR_LSL(n, m)        PUT(VALUE_EOR_LSL(n, m))
#define DO_EOR_LSR(n, m)        PUT(VALUE_EOR_LSR(n, m))
#define HOT_DO(name)            HOT(name, DO_##name(RN, RM))
#define HOT_FORWARD_N(name)     HOT(N_##name, DO_##name(last, RM));
#define HOT_FORWARD_M(name)     HOT(M_##name, DO_##name(RN, last));
#define HOT_FORWARD(side, name) HOT_FORWARD_##side(name)

/* A load or store that is not plain leaves the block. */
#define LOAD(at, type, size)                                                                       \
    do {                                                                                           \
        type value_;                                                                               \
        address = (at);                                                                            \
        const uint8_t *from_ = readable(core, address, size);                                      \
        if (UNLIKELY(!from_)) {                                                                    \
            octets = size;                                                                         \
            extends = (type)-1 < (type)1;                                                          \
            goto load;                                                                             \
        }                                                                                          \
        memcpy(&value_, from_, size);                                                              \
        PUT((uint32_t)value_);                                                                     \
    } while (0)
#define STORE(at, type, size)                                                                      \
    do {                                                                                           \
        type value_ = (type)RD;                                                                    \
        address = (at);                                                                            \
        uint8_t *to_ = writable(core, address, size);                                              \
        if (UNLIKELY(!to_)) {                                                                      \
            octets = size;                                                                         \
            goto store;                                                                            \
        }                                                                                          \
        memcpy(to_, &value_, size);                                                                \
    } while (0)
#define OFFSET  (RN + op->imm)
#define INDEXED (RN + (RM << op->sh))
/* The base is written back; what is not plain is a function's. */
#define AT_PRE  OFFSET
#define AT_POST RN
#define HOT_INDEXED_LOAD(name, mode, type)                                                         \
    name##_##mode : {                                                                              \
        type value_;                                                                               \
        const uint8_t *from_ = readable(core, AT_##mode, sizeof(type));                            \
        if (UNLIKELY(!from_))                                                                      \
            goto function;                                                                         \
        memcpy(&value_, from_, sizeof(type));                                                      \
        RN += op->imm;                                                                             \
        PUT(value_);                                                                               \
    }                                                                                              \
    op += 2;                                                                                       \
    NEXT()
#define HOT_INDEXED_STORE(name, mode, type)                                                        \
    name##_##mode : {                                                                              \
        type value_ = (type)RD;                                                                    \
        uint8_t *to_ = writable(core, AT_##mode, sizeof(type));                                    \
        if (UNLIKELY(!to_))                                                                        \
            goto function;                                                                         \
        memcpy(to_, &value_, sizeof(type));                                                        \
        RN += op->imm;                                                                             \
    }                                                                                              \
    op += 2;                                                                                       \
    NEXT()

#define TAKE()                                                                                     \
    do {                                                                                           \
        how = op->sh;                                                                              \
        cycles += op->taken;                                                                       \
        op += (int32_t)op->imm;                                                                    \
        if (how)                                                                                   \
            goto far;                                                                              \
        BLOCK();                                                                                   \
    } while (0)
#define HOT_BRANCH(name, condition)                                                                \
    name##_N : if (condition) TAKE();                                                              \
    op += 1;                                                                                       \
    BLOCK();                                                                                       \
    name##_W : if (condition) TAKE();                                                              \
    op += 2;                                                                                       \
    BLOCK()
#define HOT_BRANCH_BY(letter, name) HOT_BRANCH(letter##name, IS_##name);
/* Forward within the block: what is jumped over is not ahead any more. */
#define HOT_SKIP(skip, name)                                                                       \
    skip##_##name : {                                                                              \
        const struct op *next_ = op + 1;                                                           \
        if (IS_##name) {                                                                           \
            const struct op *to_ = op + op->imm;                                                   \
            cycles += op->taken + to_->ahead - (uint64_t)next_->ahead;                             \
            count += to_->left - (uint64_t)next_->left;                                            \
            op = to_;                                                                              \
            __extension__({ goto *LABELS[op->entry]; });                                           \
        }                                                                                          \
        op = next_;                                                                                \
    }                                                                                              \
    NEXT();
#define HOT_WITH_BRANCH(first, name)                                                               \
    first##_##name : DO_##first(RN, RM);                                                           \
    op += 1;                                                                                       \
    if (IS_##name)                                                                                 \
        TAKE();                                                                                    \
    op += 1;                                                                                       \
    BLOCK();
#define FLAG_N       (nz < 0)
#define FLAG_Z       ((uint32_t)nz == 0)
#define FLAG_V       (v >> 31)
#define IS_EQ        FLAG_Z
#define IS_NE        !FLAG_Z
#define IS_CS        c
#define IS_CC        !c
#define IS_MI        FLAG_N
#define IS_PL        !FLAG_N
#define IS_VS        FLAG_V
#define IS_VC        !FLAG_V
#define IS_HI        c && !FLAG_Z
#define IS_LS        !c || FLAG_Z
#define IS_GE        FLAG_N == FLAG_V
#define IS_LT        FLAG_N != FLAG_V
#define IS_GT        FLAG_N == FLAG_V && !FLAG_Z
#define IS_LE        FLAG_N != FLAG_V || FLAG_Z
#define IS_ZR        RN == 0
#define IS_NZ        RN != 0
#define LINK(length) core->r[14] = (armv7m_op_pc(code, op) + (length)) | 1
#define JUMP_TO(target)                                                                            \
    do {                                                                                           \
        uint32_t to_ = (target);                                                                   \
        uint32_t offset_ = to_ - 1 - code->base;                                                   \
        cycles += op->taken;                                                                       \
        if (LIKELY(to_ & 1 && offset_ < code->size)) {                                             \
            cycles += straddles(code, offset_);                                                    \
            op = code->ops + offset_ / 2;                                                          \
            goto taken;                                                                            \
        }                                                                                          \
        SYNC();                                                                                    \
        armv7m_branch_exchange(core, to_);                                                         \
        cycles = core->cycles;                                                                     \
        goto enter;                                                                                \
    } while (0)

#define SD core->s[op->rd]
#define SN core->s[op->rn]
#define SM core->s[op->rm]
/* The usual case here, all others by function. */
#define HOT_FP(name, usual, then)                                                                  \
    name##_N : name##_W : if (UNLIKELY(!core->fp_ready || !(usual))) goto fp_function;             \
    then;                                                                                          \
    op += 2;                                                                                       \
    NEXT()

#endif
