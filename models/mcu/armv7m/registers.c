/* The registers as debuggers and MRS/MSR see them. Source: DDI0403E B1.4. */
#include "models/mcu/armv7m/internal.h"

uint32_t armv7m_pc(const struct armv7m *core) {
    if (armv7m_parked(core))
        armv7m_unpark(core->self);
    return core->op ? armv7m_op_pc(core->code, core->op) : core->pc;
}

uint32_t armv7m_xpsr(const struct armv7m *core) {
    uint32_t psr = (uint32_t)(core->nz < 0) << 31 | (uint32_t)((uint32_t)core->nz == 0) << 30 |
                   core->c << 29 | core->v >> 31 << 28 | (uint32_t)core->q << 27;
    psr |= (uint32_t)core->ge << 16 | (core->it & 3u) << 25 | (uint32_t)(core->it >> 2) << 10;
    return psr | (uint32_t)core->thumb << 24 | core->ipsr;
}

/* N and Z can both be set by writing them. */
void armv7m_set_flags(struct armv7m *core, uint32_t psr) {
    core->nz = psr >> 31 ? (psr >> 30 & 1 ? INT64_MIN : -1) : psr >> 30 & 1 ? 0 : 1;
    core->c = psr >> 29 & 1;
    core->v = psr << 3;
    core->q = psr >> 27 & 1;
}

static bool on_process_stack(const struct armv7m *core) {
    return !core->handler && core->control & 2;
}

static uint32_t *stack(struct armv7m *core, bool process) {
    return on_process_stack(core) == process ? &core->r[13] : &core->sp_other;
}

/* Makes SP the process or the main stack pointer; the caller has not yet changed what says
 * which it is. */
void armv7m_switch_stack(struct armv7m *core, bool process) {
    if (on_process_stack(core) == process)
        return;
    uint32_t sp = core->r[13];
    core->r[13] = core->sp_other;
    core->sp_other = sp;
}

uint32_t armv7m_msp(const struct armv7m *core) {
    return on_process_stack(core) ? core->sp_other : core->r[13];
}
uint32_t armv7m_psp(const struct armv7m *core) {
    return on_process_stack(core) ? core->r[13] : core->sp_other;
}
void armv7m_set_msp(struct armv7m *core, uint32_t value) {
    *stack(core, false) = value & ~3u;
}
void armv7m_set_psp(struct armv7m *core, uint32_t value) {
    *stack(core, true) = value & ~3u;
}

uint32_t armv7m_control(const struct armv7m *core) {
    return core->control | (uint32_t)core->fpca << 2;
}
void armv7m_set_control(struct armv7m *core, uint32_t value) {
    if (!core->handler)
        armv7m_switch_stack(core, value & 2);
    /* In handler mode SPSEL cannot be written. */
    core->control = (uint8_t)((value & 1) | ((core->handler ? core->control : value) & 2));
    if (core->config.kind == ARMV7M_M4F)
        core->fpca = value >> 2 & 1;
    armv7m_fp_update(core);
}

static void set_xpsr(struct armv7m *core, uint32_t value) {
    armv7m_set_flags(core, value);
    core->ge = value >> 16 & 15;
    core->it = (uint8_t)((value >> 25 & 3) | (value >> 8 & 0xFC));
    core->thumb = value >> 24 & 1;
    if (!core->thumb)
        armv7m_attend(core, ATT_STATE);
    struct memory *code = armv7m_find(core, core->pc);
    if (core->it && code->ops)
        armv7m_decode_block(core, code, core->pc, core->it);
}

uint32_t armv7m_get(const struct armv7m *core, enum armv7m_reg reg) {
    if (armv7m_parked(core))
        armv7m_unpark(core->self);
    if (reg >= ARMV7M_S0)
        return reg < ARMV7M_REGS ? core->s[reg - ARMV7M_S0] : 0;
    if (reg < ARMV7M_PC)
        return core->r[reg];
    switch (reg) {
    case ARMV7M_PC:
        return armv7m_pc(core);
    case ARMV7M_XPSR:
        return armv7m_xpsr(core);
    case ARMV7M_MSP:
        return armv7m_msp(core);
    case ARMV7M_PSP:
        return armv7m_psp(core);
    case ARMV7M_PRIMASK:
        return core->primask;
    case ARMV7M_BASEPRI:
        return core->basepri;
    case ARMV7M_FAULTMASK:
        return core->faultmask;
    case ARMV7M_CONTROL:
        return armv7m_control(core);
    case ARMV7M_FPSCR:
        return core->fpscr;
    default:
        return 0;
    }
}

/* Masks may let something in. */
static void set_mask(struct armv7m *core, enum armv7m_reg reg, uint32_t value) {
    if (reg == ARMV7M_PRIMASK)
        core->primask = value & 1;
    else if (reg == ARMV7M_FAULTMASK)
        core->faultmask = value & 1;
    else
        core->basepri = (uint8_t)(value & core->priority_mask);
    armv7m_update_priority(core);
}

void armv7m_set(struct armv7m *core, enum armv7m_reg reg, uint32_t value) {
    armv7m_unpark(core);
    if (reg >= ARMV7M_S0) {
        if (reg < ARMV7M_REGS && core->config.kind == ARMV7M_M4F)
            core->s[reg - ARMV7M_S0] = value;
        return;
    }
    if (reg < ARMV7M_PC) {
        core->r[reg] = reg == ARMV7M_SP ? value & ~3u : value;
        return;
    }
    switch (reg) {
    case ARMV7M_PC:
        core->pc = value & ~1u;
        core->it = 0;
        core->skip_break = 1;
        break;
    case ARMV7M_XPSR:
        set_xpsr(core, value);
        break;
    case ARMV7M_MSP:
        armv7m_set_msp(core, value);
        break;
    case ARMV7M_PSP:
        armv7m_set_psp(core, value);
        break;
    case ARMV7M_PRIMASK:
    case ARMV7M_BASEPRI:
    case ARMV7M_FAULTMASK:
        set_mask(core, reg, value);
        break;
    case ARMV7M_CONTROL:
        armv7m_set_control(core, value);
        break;
    case ARMV7M_FPSCR:
        core->fpscr = value & FPSCR_MASK;
        break;
    default:
        break;
    }
}
