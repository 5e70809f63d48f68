/* System instructions: status registers, masks, sleep, supervisor calls, breakpoints.
 * Source: DDI0403E B5.2. */
#include "models/mcu/armv7m/decode.h"

static uint32_t next_pc(const struct armv7m *core, const struct op *op) {
    return armv7m_op_pc(core->code, op) + armv7m_op_length(op) * 2;
}

enum flow exec_undefined(struct armv7m *core, const struct op *op) {
    (void)op;
    return armv7m_raise(core, CFSR_UNDEFINSTR);
}

enum flow exec_nocp(struct armv7m *core, const struct op *op) {
    (void)op;
    return armv7m_raise(core, CFSR_NOCP);
}

/* The slot was decoded where no second halfword is. */
enum flow exec_fetch_fault(struct armv7m *core, const struct op *op) {
    (void)op;
    return armv7m_raise(core, CFSR_IBUSERR);
}

enum flow exec_svc(struct armv7m *core, const struct op *op) {
    core->pc = next_pc(core, op);
    armv7m_pend_sync(core, EXC_SVC);
    return FLOW_LEAVE;
}

/* Without a debugger's answer the core stops at the BKPT: nothing runs past one unnoticed. */
enum flow exec_bkpt(struct armv7m *core, const struct op *op) {
    enum armv7m_semihost answer = ARMV7M_SEMIHOST_UNSUPPORTED;
    armv7m_unpark(core);
    if (op->imm == 0xAB && core->config.hooks.semihost)
        answer = core->config.hooks.semihost(core->config.user, core);
    if (answer == ARMV7M_SEMIHOST_DONE)
        return FLOW_NEXT;
    bool end = answer == ARMV7M_SEMIHOST_STOP;
    core->pc = end ? next_pc(core, op) : armv7m_op_pc(core->code, op);
    if (!end && op->pre & PRE_IT)
        core->it = core->it_before;
    core->stop = end ? ARMV7M_SEMIHOST_END : ARMV7M_BKPT;
    armv7m_attend(core, ATT_STOP);
    return FLOW_LEAVE;
}

static uint32_t special(const struct armv7m *core, unsigned which) {
    uint32_t psr = armv7m_xpsr(core), apsr = psr & 0xF80F0000, value = 0;
    if (which < 8) {
        value = which & 1 ? psr & 0x1FF : 0;
        return value | (which & 4 ? 0 : apsr);
    }
    if (which == 20)
        return armv7m_control(core);
    if (!armv7m_privileged(core))
        return 0;
    switch (which) {
    case 8:
        return armv7m_msp(core);
    case 9:
        return armv7m_psp(core);
    case 16:
        return core->primask;
    case 17:
    case 18:
        return core->basepri;
    case 19:
        return core->faultmask;
    default:
        return 0;
    }
}

enum flow exec_mrs(struct armv7m *core, const struct op *op) {
    core->r[op->rd] = special(core, op->imm);
    return FLOW_NEXT;
}

static void write_special(struct armv7m *core, unsigned which, uint32_t value) {
    uint8_t priority = (uint8_t)(value & core->priority_mask);
    switch (which) {
    case 8:
        armv7m_set_msp(core, value);
        break;
    case 9:
        armv7m_set_psp(core, value);
        break;
    case 16:
        core->primask = value & 1;
        break;
    case 17:
        core->basepri = priority;
        break;
    case 18:
        if (priority && (!core->basepri || priority < core->basepri))
            core->basepri = priority;
        break;
    case 19:
        if (!(value & 1) || core->priority > -1)
            core->faultmask = value & 1;
        break;
    case 20:
        armv7m_set_control(core, value);
        break;
    default:
        break;
    }
    armv7m_update_priority(core);
}

enum flow exec_msr(struct armv7m *core, const struct op *op) {
    uint32_t value = core->r[op->rn];
    if (op->imm < 4) {
        if (op->sh & 2)
            armv7m_set_flags(core, value);
        if (op->sh & 1 && core->config.kind == ARMV7M_M4F)
            core->ge = value >> 16 & 15;
    } else if (op->imm >= 8 && armv7m_privileged(core)) {
        write_special(core, op->imm, value);
    }
    return FLOW_NEXT;
}

enum flow exec_cps(struct armv7m *core, const struct op *op) {
    bool set = op->imm & 0x10;
    if (!armv7m_privileged(core))
        return FLOW_NEXT;
    if (op->imm & 2)
        core->primask = set;
    if (op->imm & 1 && (!set || core->priority > -1))
        core->faultmask = set;
    armv7m_update_priority(core);
    return FLOW_NEXT;
}

static enum flow sleep(struct armv7m *core, const struct op *op) {
    armv7m_unpark(core);
    core->pc = next_pc(core, op);
    core->sleeping = true;
    armv7m_attend(core, ATT_SLEEP);
    return FLOW_LEAVE;
}

enum flow exec_wfi(struct armv7m *core, const struct op *op) {
    if (armv7m_wakes(core))
        return FLOW_NEXT;
    core->sleep_wfe = false;
    return sleep(core, op);
}

enum flow exec_wfe(struct armv7m *core, const struct op *op) {
    if (core->event || armv7m_wakes(core)) {
        core->event = false;
        return FLOW_NEXT;
    }
    core->sleep_wfe = true;
    return sleep(core, op);
}

enum flow exec_sev(struct armv7m *core, const struct op *op) {
    (void)op;
    core->event = true;
    return FLOW_NEXT;
}

enum flow exec_barrier(struct armv7m *core, const struct op *op) {
    (void)core, (void)op;
    return FLOW_NEXT;
}
