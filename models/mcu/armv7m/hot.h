/* The macros of hot.c: how an operation ends, operands, flags, loads, stores and branches.
 *
 * Flags are in `nz`, `c` and `v`. In a block, `cycles` is what the counter will be at its end, as
 * far as is known, and `count` has all its instructions; `labels` is LABELS. An instruction by
 * itself goes on with AGAIN instead, where every label begins the next block. REWIND takes off what
 * is ahead of an operation, SYNC writes the counters back before anything that can see them.
 */
#ifndef MODELS_MCU_ARMV7M_HOT_H
#define MODELS_MCU_ARMV7M_HOT_H

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
        __extension__({ goto *LABELS[op->code]; });                                                \
    } while (0)
/* Both widths of an operation. BODY must not contain a comma outside parentheses. */
#define HOT(name, ...)                                                                             \
    name##_N : __VA_ARGS__;                                                                        \
    op += 1;                                                                                       \
    NEXT();                                                                                        \
    name##_W : __VA_ARGS__;                                                                        \
    op += 2;                                                                                       \
    NEXT()

#define RD        core->r[op->rd]
#define RN        core->r[op->rn]
#define RM        core->r[op->rm]
#define NZ(value) nz = (int32_t)(value)

/* What those that can be predicated put into RD. */
#define VALUE_MOVI      op->imm
#define VALUE_MOVR      RM
#define VALUE_MVNR      ~RM
#define VALUE_ADDI      RN + op->imm
#define VALUE_SUBI      RN - op->imm
#define VALUE_ADDR      RN + RM
#define VALUE_SUBR      RN - RM
#define VALUE_RSBI      op->imm - RN
#define VALUE_ANDI      (RN & op->imm)
#define VALUE_ANDR      (RN & RM)
#define VALUE_ORRI      (RN | op->imm)
#define VALUE_ORRR      (RN | RM)
#define VALUE_EORI      (RN ^ op->imm)
#define VALUE_EORR      (RN ^ RM)
#define VALUE_BICR      (RN & ~RM)
#define VALUE_LSLI      RM << op->sh
#define VALUE_LSRI      RM >> op->sh
#define VALUE_ADD_LSL   RN + (RM << op->sh)
#define VALUE_EOR_LSL   (RN ^ RM << op->sh)
#define VALUE_EOR_LSR   (RN ^ RM >> op->sh)
#define HOT_VALUE(name) HOT(name, RD = VALUE_##name)

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
        RD = old_ ^ ((old_ ^ (VALUE_##name)) & -run_);                                             \
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
        RD = old_ ^ ((old_ ^ (VALUE_##name)) & -(uint32_t)(it ^ op->taken));                       \
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
            RD = r_;                                                                               \
    } while (0)
#define SUB_FLAGS(x, y, store)                                                                     \
    do {                                                                                           \
        uint32_t a_ = (x), b_ = (y), r_ = a_ - b_;                                                 \
        NZ(r_);                                                                                    \
        c = a_ >= b_;                                                                              \
        v = (a_ ^ b_) & (a_ ^ r_);                                                                 \
        if (store)                                                                                 \
            RD = r_;                                                                               \
    } while (0)
#define ADC_FLAGS(x, y)                                                                            \
    do {                                                                                           \
        uint32_t a_ = (x), b_ = (y);                                                               \
        uint64_t sum_ = (uint64_t)a_ + b_ + c;                                                     \
        NZ((uint32_t)sum_);                                                                        \
        c = (uint32_t)(sum_ >> 32);                                                                \
        v = ~(a_ ^ b_) & (a_ ^ (uint32_t)sum_);                                                    \
        RD = (uint32_t)sum_;                                                                       \
    } while (0)
#define SET(value)                                                                                 \
    do {                                                                                           \
        uint32_t r_ = (value);                                                                     \
        RD = r_;                                                                                   \
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
#define DO_CMPI  SUB_FLAGS(RN, op->imm, false)
#define DO_CMPR  SUB_FLAGS(RN, RM, false)
#define DO_SUBSI SUB_FLAGS(RN, op->imm, true)
#define DO_TSTR  NZ(RN &RM)
#define DO_LSLSI                                                                                   \
    c = RM >> (32 - op->sh) & 1;                                                                   \
    SET(RM << op->sh)

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
        RD = (uint32_t)value_;                                                                     \
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
        RD = value_;                                                                               \
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
        bool line_ = op->sh;                                                                       \
        cycles += op->taken;                                                                       \
        op += (int32_t)op->imm;                                                                    \
        if (line_)                                                                                 \
            goto taken;                                                                            \
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
            next_ = to_;                                                                           \
        }                                                                                          \
        op = next_;                                                                                \
    }                                                                                              \
    NEXT();
#define HOT_WITH_BRANCH(first, name)                                                               \
    first##_##name : DO_##first;                                                                   \
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
