/* The operations a decoded instruction can be. Hot ones are labels of hot.c, in a narrow and
 * a wide form (the next instruction is one or two slots on); the rest are functions. */
#ifndef MODELS_MCU_ARMV7M_OPS_H
#define MODELS_MCU_ARMV7M_OPS_H

/* clang-format off */
/* I: immediate operand. R: register. S: sets the flags. X: register offset. L: literal. */
#define ARMV7M_HOT_OPS(X)                                                                          \
    X(NOP) X(MOVI) X(MOVSI) X(MOVR) X(MOVSR) X(MVNR) X(MVNSR) X(ADDI) X(ADDSI) X(SUBSI) X(RSBI)    \
    X(RSBSI) X(CMPI) X(CMNI) X(ADDR) X(ADDSR) X(SUBR) X(SUBSR) X(CMPR) X(CMNR) X(ADCR) X(ADCSR)    \
    X(SBCR) X(SBCSR) X(ANDI) X(ANDSI) X(ORRI) X(EORI) X(TSTI) X(ANDR) X(ANDSR) X(ORRR) X(ORRSR)    \
    X(EORR) X(EORSR) X(BICR) X(BICSR) X(TSTR) X(ADD_LSL) X(SUB_LSL) X(AND_LSL) X(ORR_LSL)          \
    X(EOR_LSL) X(ADD_LSR) X(SUB_LSR) X(AND_LSR) X(ORR_LSR) X(EOR_LSR) X(LSLI) X(LSLSI) X(LSRI)     \
    X(LSRSI) X(ASRI) X(ASRSI) X(RORI) X(LSLR) X(LSLSR) X(LSRR) X(LSRSR) X(ASRR) X(ASRSR) X(RORR)   \
    X(RORSR) X(MUL) X(MULS) X(MLA) X(MLS) X(UXTB) X(UXTH) X(SXTB) X(SXTH) X(UBFX) X(SBFX) X(BFI)   \
    X(LDR) X(LDRB) X(LDRH) X(LDRSB) X(LDRSH) X(STR) X(STRB) X(STRH) X(LDRX) X(LDRBX) X(LDRHX)      \
    X(LDRSBX) X(LDRSHX) X(STRX) X(STRBX) X(STRHX) X(LDRL) X(B) X(BEQ) X(BNE) X(BCS) X(BCC)         \
    X(BMI) X(BPL) X(BVS) X(BVC) X(BHI) X(BLS) X(BGE) X(BLT) X(BGT) X(BLE) X(BL) X(BX) X(BLX)       \
    X(CBZ) X(CBNZ) X(IT) X(VADD) X(VSUB) X(VMUL) X(VMLA) X(VFMA) X(VLDR) X(VSTR)

/* Functions `exec_<name>`. */
#define ARMV7M_SLOW_OPS(X)                                                                         \
    X(alu_shift) X(alu_imm) X(add_sp) X(movt) X(clz) X(rbit) X(rev) X(rev16) X(revsh) X(extend)    \
    X(extend_add) X(umull) X(smull) X(umlal) X(smlal) X(div) X(ssat) X(usat) X(indexed) X(dual)    \
    X(ldm) X(stm) X(ldrex) X(strex) X(clrex) X(table) X(mov_pc) X(far_branch) X(undefined)         \
    X(nocp) X(svc) X(bkpt) X(mrs) X(msr) X(cps) X(wfi) X(wfe) X(sev) X(barrier) X(fetch_fault)     \
    X(sat16) X(parallel) X(sel) X(saturating) X(pkh) X(extend16) X(umaal) X(smla_half)             \
    X(smlal_half) X(smul_word) X(dual_mul) X(dual_mull) X(smmul) X(usad8) X(fp_arith)              \
    X(fp_unary) X(fp_cmp) X(fp_movi) X(fp_convert) X(fp_fixed) X(fp_half) X(fp_load) X(fp_store)   \
    X(fp_load_multiple) X(fp_store_multiple) X(fp_move_core) X(fp_move_two) X(fp_mrs) X(fp_msr)    \
    X(fp_div) X(fp_mac) X(fp_undefined)

/* The rest stands in a block alone, in place of the above, when blocks.c finds that it may. */

/* X(first, condition): in the order of the encoding. */
#define ARMV7M_BY_CONDITION(X, first)                                                              \
    X(first, EQ) X(first, NE) X(first, CS) X(first, CC) X(first, MI) X(first, PL) X(first, VS)     \
    X(first, VC) X(first, HI) X(first, LS) X(first, GE) X(first, LT) X(first, GT) X(first, LE)
/* A branch forward within its block. */
#define ARMV7M_SKIP_OPS(X)                                                                         \
    ARMV7M_BY_CONDITION(X, SKIP) X(SKIP, ZR) X(SKIP, NZ)
/* A narrow operation and the narrow branch behind it. */
#define ARMV7M_BRANCH_OPS(X)                                                                       \
    ARMV7M_BY_CONDITION(X, CMPI) ARMV7M_BY_CONDITION(X, CMPR) ARMV7M_BY_CONDITION(X, SUBSI)        \
    ARMV7M_BY_CONDITION(X, TSTR) ARMV7M_BY_CONDITION(X, LSLSI)
/* A branch over one operation, or an IT with one: X(how, operation). */
#define ARMV7M_PREDICATED(X, how)                                                                  \
    X(how, MOVI) X(how, MOVR) X(how, MVNR) X(how, ADDI) X(how, SUBI) X(how, ADDR) X(how, SUBR)     \
    X(how, RSBI) X(how, ANDI) X(how, ANDR) X(how, ORRI) X(how, ORRR) X(how, EORI) X(how, EORR)     \
    X(how, BICR) X(how, LSLI) X(how, LSRI) X(how, ADD_LSL) X(how, EOR_LSL) X(how, EOR_LSR)
/* By any condition, by carry, by negative, by zero. */
#define ARMV7M_PREDICATED_OPS(X)                                                                   \
    ARMV7M_PREDICATED(X, OVER) ARMV7M_PREDICATED(X, OVER_C) ARMV7M_PREDICATED(X, OVER_N)           \
    ARMV7M_PREDICATED(X, OVER_Z) ARMV7M_PREDICATED(X, IF) ARMV7M_PREDICATED(X, IF_C)               \
    ARMV7M_PREDICATED(X, IF_N) ARMV7M_PREDICATED(X, IF_Z)
/* One of more in an IT block, with others behind it or the last. */
#define ARMV7M_GUARDED_OPS(X) ARMV7M_PREDICATED(X, MORE) ARMV7M_PREDICATED(X, LAST)
/* RN or RM is the result of the operation before, at hand: X(operand, operation). */
#define ARMV7M_FORWARD_N(X) \
    X(N, ADDI) X(N, SUBI) X(N, ADDR) X(N, SUBR) X(N, ANDI) X(N, ANDR) X(N, ORRR) X(N, EORR) \
    X(N, BICR) X(N, ADDSI) X(N, SUBSI) X(N, ADDSR) X(N, SUBSR) X(N, ANDSI) X(N, ANDSR) \
    X(N, ORRSR) X(N, EORSR) X(N, ADD_LSL) X(N, SUB_LSL) X(N, EOR_LSL) X(N, EOR_LSR) X(N, MUL) \
    X(N, UBFX) X(N, LDR) X(N, LDRB) X(N, LDRH) X(N, LDRX) X(N, LDRBX) X(N, LDRHX)
#define ARMV7M_FORWARD_M(X) \
    X(M, MOVR) X(M, ADDR) X(M, SUBR) X(M, ANDR) X(M, ORRR) X(M, EORR) X(M, BICR) X(M, ADDSR) \
    X(M, SUBSR) X(M, ANDSR) X(M, ORRSR) X(M, EORSR) X(M, LSLI) X(M, LSRI) X(M, ASRI) \
    X(M, LSLSI) X(M, LSRSI) X(M, ASRSI) X(M, ADD_LSL) X(M, SUB_LSL) X(M, EOR_LSL) \
    X(M, EOR_LSR) X(M, UXTB) X(M, UXTH) X(M, SXTB) X(M, SXTH) X(M, MUL) X(M, LDRX) \
    X(M, LDRBX) X(M, LDRHX)
#define ARMV7M_FORWARD_OPS(X) ARMV7M_FORWARD_N(X) ARMV7M_FORWARD_M(X)
/* One register at a base that is written back: X(operation, mode). */
#define ARMV7M_INDEXED_OPS(X)                                                                      \
    X(LDR, POST) X(LDRB, POST) X(LDRH, POST) X(STR, POST) X(STRB, POST) X(STRH, POST)              \
    X(LDR, PRE) X(LDRB, PRE) X(LDRH, PRE) X(STR, PRE) X(STRB, PRE) X(STRH, PRE)
/* clang-format on */

#define ARMV7M_HOT_CODE(name)         OP_##name, OP_##name##_W,
#define ARMV7M_SLOW_CODE(name)        OP_##name,
#define ARMV7M_PAIR_CODE(first, next) OP_##first##_##next,
#define ARMV7M_WIDE_CODE(how, name)   OP_##how##_##name, OP_##how##_##name##_W,
enum armv7m_code {
    OP_DECODE, /* not decoded yet; also the two slots behind a region */
    OP_SINGLE, /* a block of its own: see enum pre; the operation is in `inner` */
    OP_LINE,   /* fetches a line, then does `then`; narrow and wide */
    OP_LINE_W,
    OP_HOT_FIRST, /* even */
    OP_HOT_BEFORE = OP_HOT_FIRST - 1,
    ARMV7M_HOT_OPS(ARMV7M_HOT_CODE) OP_SLOW_FIRST,
    OP_SLOW_BEFORE = OP_SLOW_FIRST - 1,
    ARMV7M_SLOW_OPS(ARMV7M_SLOW_CODE) OP_CODES, /* `inner` is below */
    OP_CODES_BEFORE = OP_CODES - 1,
    OP_SUBI, /* SUBS whose flags nothing reads */
    OP_SUBI_W,
    OP_LITERAL, /* LDR from where nothing but time can happen */
    OP_LITERAL_W,
    OP_HOST,    /* see translate.c */
    OP_IT_RUN,  /* an IT with its block */
    OP_IT_PASS, /* the same when it is of predicated operations; by carry and so on */
    OP_IT_PASS_C,
    OP_IT_PASS_N,
    OP_IT_PASS_Z,
    ARMV7M_SKIP_OPS(ARMV7M_PAIR_CODE) ARMV7M_BRANCH_OPS(ARMV7M_PAIR_CODE)
        ARMV7M_PREDICATED_OPS(ARMV7M_WIDE_CODE) ARMV7M_GUARDED_OPS(ARMV7M_WIDE_CODE)
            ARMV7M_FORWARD_OPS(ARMV7M_WIDE_CODE) ARMV7M_INDEXED_OPS(ARMV7M_PAIR_CODE) OP_ALL
};
#undef ARMV7M_HOT_CODE
#undef ARMV7M_SLOW_CODE
#undef ARMV7M_PAIR_CODE
#undef ARMV7M_WIDE_CODE

#endif
