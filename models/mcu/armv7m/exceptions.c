/* Exceptions: faults and their escalation, entry, return, tail-chaining, late arrival,
 * lockup. Source: DDI0403E B1.5; latencies: see armv7m.h.
 *
 * An entry takes its 12 cycles in simulated time: registers are stacked at its beginning,
 * and the exception is chosen at its end, so that what arrives meanwhile is taken instead
 * (late arrival). A return is given up for an exception that arrives within its 10 cycles
 * (it is chained), and pops at the end.
 */
#include "models/mcu/armv7m/internal.h"

#define FRAME_BASIC    0x20u
#define FRAME_EXTENDED 0x68u
#define FP_STACKING    17 /* cycles, when not lazy */
#define BRANCH_REFILL  2  /* of the return instruction, part of the latencies */
#define XPSR_ALIGNED   (1u << 9)

void armv7m_lockup(struct armv7m *core) {
    core->fault.exception = 0;
    armv7m_attend(core, ATT_LOCKUP);
}

/* --- faults -------------------------------------------------------------------------- */

static bool fault_enabled(const struct armv7m *core, unsigned exception) {
    switch (exception) {
    case EXC_MEM:
        return core->shcsr_enable & SHCSR_MEM;
    case EXC_BUS:
        return core->shcsr_enable & SHCSR_BUS;
    case EXC_USAGE:
        return core->shcsr_enable & SHCSR_USAGE;
    default:
        return true;
    }
}

/* Pends a synchronous exception, or HardFault where it cannot preempt. */
void armv7m_pend_sync(struct armv7m *core, unsigned exception) {
    int priority = armv7m_group(core, armv7m_priority_of(core, exception));
    if (!fault_enabled(core, exception) || priority >= core->priority) {
        core->hfsr |= HFSR_FORCED;
        exception = EXC_HARD;
    }
    core->fault.exception = exception == EXC_SVC ? core->fault.exception : exception;
    if (exception == EXC_HARD && core->priority <= -1)
        armv7m_lockup(core);
    else
        armv7m_pend_exception(core, exception, true);
}

static unsigned exception_of(uint32_t cfsr) {
    return cfsr & 0xFF ? EXC_MEM : cfsr & 0xFF00 ? EXC_BUS : EXC_USAGE;
}

enum flow armv7m_raise_at(struct armv7m *core, uint32_t cfsr, uint32_t pc) {
    core->pc = pc;
    core->cfsr |= cfsr;
    core->fault.count++;
    core->fault.pc = pc;
    armv7m_pend_sync(core, exception_of(cfsr));
    return FLOW_LEAVE;
}

enum flow armv7m_raise(struct armv7m *core, uint32_t cfsr) {
    if (core->op && core->op->pre & PRE_IT)
        core->it = core->it_before;
    return armv7m_raise_at(core, cfsr, armv7m_pc(core));
}

struct armv7m_fault armv7m_fault(const struct armv7m *core) {
    struct armv7m_fault fault = core->fault;
    fault.cfsr = core->cfsr;
    fault.hfsr = core->hfsr;
    fault.mmfar = core->mmfar;
    fault.bfar = core->bfar;
    return fault;
}

/* A fault of stacking or unstacking: it has no instruction of its own. */
static void derived(struct armv7m *core, uint32_t cfsr) {
    core->cfsr |= cfsr;
    core->fault.count++;
    core->fault.pc = core->pc;
    armv7m_pend_sync(core, exception_of(cfsr));
}

/* --- entry --------------------------------------------------------------------------- */

static bool push_fp(struct armv7m *core, uint32_t at) {
    bool ok = true;
    for (unsigned i = 0; i < 16; i++)
        ok &= armv7m_bus_write(core, at + 4 * i, 4, core->s[i]);
    return ok & armv7m_bus_write(core, at + 0x40, 4, core->fpscr);
}

/* FPCCR's record of the context that lazy stacking would save. */
static void note_lazy(struct armv7m *core, uint32_t at) {
    int priority = core->priority;
    core->fpcar = at & ~7u;
    core->lspact = true;
    core->fpccr &= ~0x17Bu;
    core->fpccr |= !armv7m_privileged(core) ? 2 : 0;
    core->fpccr |= !core->handler ? 8 : 0;
    core->fpccr |= priority > -1 ? 1 << 4 : 0;
    core->fpccr |= core->shcsr_enable & SHCSR_BUS &&
                           armv7m_group(core, armv7m_priority_of(core, EXC_BUS)) < priority
                       ? 1 << 6
                       : 0;
    core->fpccr |= core->shcsr_enable & SHCSR_MEM &&
                           armv7m_group(core, armv7m_priority_of(core, EXC_MEM)) < priority
                       ? 1 << 5
                       : 0;
}

static bool push_frame(struct armv7m *core) {
    bool align = core->ccr & CCR_STKALIGN || core->fpca;
    uint32_t sp = core->r[13], mark = align && sp & 4 ? XPSR_ALIGNED : 0;
    sp = (sp - (core->fpca ? FRAME_EXTENDED : FRAME_BASIC)) & ~(align ? 7u : 3u);
    const uint32_t frame[8] = {core->r[0],  core->r[1],  core->r[2], core->r[3],
                               core->r[12], core->r[14], core->pc,   armv7m_xpsr(core) | mark};
    bool ok = true;
    for (unsigned i = 0; i < 8; i++)
        ok &= armv7m_bus_write(core, sp + 4 * i, 4, frame[i]);
    if (core->fpca && core->fpccr & FPCCR_LSPEN)
        note_lazy(core, sp + FRAME_BASIC);
    else if (core->fpca)
        ok &= push_fp(core, sp + FRAME_BASIC);
    core->r[13] = sp;
    return ok;
}

static void begin_phase(struct armv7m *core, enum phase phase, unsigned cycles) {
    armv7m_unpark(core);
    core->phase = phase;
    core->phase_end = 0; /* counted from the end of the present instruction */
    core->phase_length = cycles;
    armv7m_attend(core, ATT_PHASE);
}

void armv7m_begin_entry(struct armv7m *core) {
    bool eager = core->fpca && !(core->fpccr & FPCCR_LSPEN);
    uint32_t back = core->handler ? 0xFFFFFFF1 : core->control & 2 ? 0xFFFFFFFD : 0xFFFFFFF9;
    core->exc_return = core->fpca ? back & ~0x10u : back;
    core->entered = armv7m_best(core);
    uint64_t start = core->cycles;
    bool ok = push_frame(core);
    unsigned waits = (unsigned)(core->cycles - start);
    core->cycles = start;
    begin_phase(core, PHASE_ENTRY,
                ARMV7M_ENTRY_CYCLES + core->config.entry_latency + waits +
                    (eager ? FP_STACKING : 0));
    if (!ok)
        derived(core, CFSR_STKERR);
}

void armv7m_begin_tail(struct armv7m *core, unsigned cycles) {
    core->entered = armv7m_best(core);
    begin_phase(core, PHASE_ENTRY, cycles + core->config.entry_latency);
}

static void report(struct armv7m *core, bool entered) {
    if (core->config.hooks.exception)
        core->config.hooks.exception(core->config.user, core->ipsr, entered);
}

static void become_handler(struct armv7m *core, unsigned exception) {
    armv7m_switch_stack(core, false);
    core->handler = true;
    core->ipsr = exception;
    core->control &= 1;
    core->fpca = false;
    core->it = 0;
    core->thumb = true;
    core->event = true;
    core->exclusive = false;
    core->r[14] = core->exc_return;
    armv7m_pend_exception(core, exception, false);
    armv7m_activate(core, exception, true);
    armv7m_fp_update(core);
}

static void finish_entry(struct armv7m *core) {
    unsigned exception = armv7m_best(core);
    uint32_t vector;
    core->phase = PHASE_NONE;
    core->attention &= ~(unsigned)ATT_PHASE;
    if (!exception)
        exception = core->entered;
    int before = core->priority;
    become_handler(core, exception);
    report(core, true);
    if (!armv7m_bus_read(core, core->vtor + 4 * exception, 4, &vector)) {
        core->hfsr |= HFSR_VECTTBL;
        core->fault.count++;
        core->fault.exception = EXC_HARD;
        if (before <= -1 || core->priority <= -1) {
            armv7m_lockup(core);
            return;
        }
        armv7m_pend_exception(core, EXC_HARD, true);
        core->pc = 0xFFFFFFFE;
        return;
    }
    core->pc = vector & ~1u;
    core->thumb = vector & 1;
    if (!core->thumb)
        armv7m_attend(core, ATT_STATE);
}

/* --- return -------------------------------------------------------------------------- */

static unsigned count_active(const struct armv7m *core) {
    unsigned n = 0;
    for (unsigned i = 0; i < 8; i++)
        n += (unsigned)__builtin_popcount(core->active[i]);
    return n;
}

/* Whether EXC_RETURN fits what is active (B1.5.8). */
static bool return_allowed(const struct armv7m *core, uint32_t value) {
    uint32_t form = value | 0x10;
    bool fp = core->config.kind == ARMV7M_M4F;
    unsigned active = count_active(core);
    if (!armv7m_is_active(core, core->ipsr) || (!fp && !(value & 0x10)))
        return false;
    if (form == 0xFFFFFFF1)
        return active > 1;
    if (form == 0xFFFFFFF9 || form == 0xFFFFFFFD)
        return active == 1 || core->ccr & CCR_NONBASETHRDENA;
    return false;
}

static void deactivate(struct armv7m *core, unsigned exception) {
    armv7m_activate(core, exception, false);
    if (exception != EXC_NMI)
        core->faultmask = false;
    armv7m_update_priority(core);
    if (exception >= EXC_IRQ && core->level[exception / 32] >> (exception % 32) & 1)
        armv7m_pend_exception(core, exception, true);
}

enum flow armv7m_exception_return(struct armv7m *core, uint32_t value) {
    bool allowed = return_allowed(core, value);
    core->pc = armv7m_pc(core);
    deactivate(core, core->ipsr);
    core->exc_return = value;
    if (!allowed) {
        derived(core, CFSR_INVPC);
        core->exc_return = 0xF0000000u | (value & 0x0FFFFFFF);
        armv7m_begin_tail(core, ARMV7M_TAIL_CYCLES);
        return FLOW_LEAVE;
    }
    if (armv7m_best(core)) {
        armv7m_begin_tail(core, ARMV7M_TAIL_CYCLES - BRANCH_REFILL);
        return FLOW_LEAVE;
    }
    bool unstack = !(value & 0x10) && !core->lspact;
    begin_phase(core, PHASE_EXIT, ARMV7M_EXIT_CYCLES - BRANCH_REFILL + (unstack ? FP_STACKING : 0));
    return FLOW_LEAVE;
}

static bool pop_fp(struct armv7m *core, uint32_t at) {
    uint32_t s[16], fpscr;
    if (core->lspact) { /* never stacked: the registers are still its own */
        core->lspact = false;
        return true;
    }
    for (unsigned i = 0; i < 16; i++)
        if (!armv7m_bus_read(core, at + 4 * i, 4, &s[i]))
            return false;
    if (!armv7m_bus_read(core, at + 0x40, 4, &fpscr))
        return false;
    for (unsigned i = 0; i < 16; i++)
        core->s[i] = s[i];
    core->fpscr = fpscr & FPSCR_MASK;
    return true;
}

/* Makes the mode and the stack those of EXC_RETURN. */
static void change_mode(struct armv7m *core, uint32_t value) {
    bool thread = value & 8, process = value & 4;
    if (!thread)
        return;
    armv7m_switch_stack(core, process);
    core->handler = false;
    core->control = (uint8_t)((core->control & 1) | (process ? 2 : 0));
}

static void restore(struct armv7m *core, const uint32_t *frame, uint32_t size) {
    static const uint8_t REGISTERS[] = {0, 1, 2, 3, 12, 14};
    uint32_t psr = frame[7];
    bool aligned = psr & XPSR_ALIGNED && (core->ccr & CCR_STKALIGN || size == FRAME_EXTENDED);
    for (unsigned i = 0; i < 6; i++)
        core->r[REGISTERS[i]] = frame[i];
    core->r[13] = (core->r[13] + size) | (aligned ? 4 : 0);
    core->ipsr = psr & 0x1FF;
    core->fpca = size == FRAME_EXTENDED;
    core->pc = frame[6] & ~1u;
    armv7m_set(core, ARMV7M_XPSR, psr);
    core->exclusive = false;
    core->event = true;
}

/* The frame could not be read, or does not fit: a fault in place of the code returned to. */
static void refuse(struct armv7m *core, uint32_t cfsr) {
    core->ipsr = core->handler ? core->ipsr : 0;
    derived(core, cfsr);
    armv7m_begin_tail(core, ARMV7M_TAIL_CYCLES);
}

static void finish_exit(struct armv7m *core) {
    uint32_t value = core->exc_return, frame[8];
    bool fp = !(value & 0x10), ok = true;
    uint32_t size = fp ? FRAME_EXTENDED : FRAME_BASIC;
    core->phase = PHASE_NONE;
    core->attention &= ~(unsigned)ATT_PHASE;
    change_mode(core, value);
    uint32_t sp = core->r[13];
    for (unsigned i = 0; i < 8; i++)
        ok = ok && armv7m_bus_read(core, sp + 4 * i, 4, &frame[i]);
    if (!ok || (fp && !pop_fp(core, sp + FRAME_BASIC))) {
        refuse(core, CFSR_UNSTKERR);
        return;
    }
    if (core->handler != ((frame[7] & 0x1FF) != 0)) {
        refuse(core, CFSR_INVPC);
        return;
    }
    restore(core, frame, size);
    armv7m_fp_update(core);
    armv7m_update_priority(core);
    report(core, false);
    if (!core->handler && core->scr & SCR_SLEEPONEXIT && !armv7m_wakes(core)) {
        core->sleeping = true;
        core->sleep_wfe = false;
        armv7m_attend(core, ATT_SLEEP);
    }
}

bool armv7m_phase(struct armv7m *core, uint64_t until) {
    if (core->phase_end == 0)
        core->phase_end = core->cycles + core->phase_length;
    for (;;) {
        if (core->phase == PHASE_EXIT && armv7m_best(core)) {
            armv7m_begin_tail(core, ARMV7M_TAIL_CYCLES);
            core->phase_end = core->cycles + core->phase_length;
        }
        uint64_t to = core->phase_end < until ? core->phase_end : until;
        if (core->systick.next < to)
            to = core->systick.next;
        if (core->cycles < to)
            core->cycles = to;
        if (core->cycles >= core->systick.next)
            armv7m_systick_expire(core);
        if (core->cycles >= core->phase_end && !(core->phase == PHASE_EXIT && armv7m_best(core)))
            break;
        if (core->cycles >= until)
            return true;
    }
    if (core->phase == PHASE_ENTRY)
        finish_entry(core);
    else
        finish_exit(core);
    return core->phase != PHASE_NONE;
}
