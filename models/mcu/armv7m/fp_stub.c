#include "models/mcu/armv7m/decode.h"
#define S(n)                                                                                       \
    enum flow exec_##n(struct armv7m *core, const struct op *op) {                                 \
        return exec_undefined(core, op);                                                           \
    }
S(sat16)
S(parallel) S(sel) S(saturating) S(pkh) S(extend16) S(umaal) S(smla_half) S(smlal_half) S(smul_word)
    S(dual_mul) S(dual_mull) S(smmul) S(usad8) S(fp_arith) S(fp_unary) S(fp_cmp) S(fp_movi)
        S(fp_convert) S(fp_fixed) S(fp_half) S(fp_load) S(fp_store) S(fp_load_multiple)
            S(fp_store_multiple) S(fp_move_core) S(fp_move_two) S(fp_mrs) S(fp_msr) S(fp_div)
                S(fp_mac) void armv7m_fp_update(struct armv7m *core) {
    (void)core;
}
void armv7m_decode_fp(const struct decoding *d, struct op *op) {
    (void)d;
    op->inner = OP_undefined;
}
