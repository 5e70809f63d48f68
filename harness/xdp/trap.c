#include "harness/xdp/trap.h"

#define REACH 3 /* instructions between the mask and its use */

static bool is_alu(const struct bpf_insn *insn, unsigned op) {
    unsigned class = BPF_CLASS(insn->code);
    return (class == BPF_ALU || class == BPF_ALU64) && BPF_OP(insn->code) == op;
}

/* -x, or the sign of x in every bit. */
static bool makes_mask(const struct bpf_insn *insn) {
    bool shifted = is_alu(insn, BPF_ARSH) && BPF_SRC(insn->code) == BPF_K &&
                   (insn->imm == 63 || insn->imm == 31);
    return is_alu(insn, BPF_NEG) || shifted;
}

static bool masks_with(const struct bpf_insn *insn, unsigned reg) {
    bool from = BPF_SRC(insn->code) == BPF_X && insn->src_reg == reg;
    return is_alu(insn, BPF_AND) && (insn->dst_reg == reg || from);
}

static bool is_trap(const struct bpf_insn *insns, size_t n, size_t at) {
    if (!makes_mask(&insns[at]))
        return false;
    for (size_t i = at + 1; i < n && i <= at + REACH; i++)
        if (masks_with(&insns[i], insns[at].dst_reg))
            return true;
    return false;
}

unsigned xdp_traps(const struct bpf_insn *insns, size_t n, size_t *first) {
    unsigned traps = 0;
    for (size_t i = n; i-- > 0;)
        if (is_trap(insns, n, i)) {
            traps++;
            *first = i;
        }
    return traps;
}

bool xdp_trap_free(const struct xdp_object *object, struct sim_err *err) {
    size_t first = 0;
    unsigned traps = xdp_traps(object->insns, object->n_insns, &first);
    return !traps ||
           sim_err_set(err, SIM_ERR_UNMODELLED,
                       "instruction %u (and %u more like it): a mask of a bit's sign, as in a "
                       "branchless CRC; verifying such steps can take the process down, so the "
                       "kernel is not given the program",
                       (unsigned)first, traps - 1);
}
