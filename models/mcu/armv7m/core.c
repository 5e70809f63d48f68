/* Life of a core: creation, reset, the outer loop, registers. */
#include <stdlib.h>
#include <string.h>

#include "models/mcu/armv7m/internal.h"
#include "models/mcu/armv7m/translate.h"

#define CPUID_M3 0x412FC231u
#define CPUID_M4 0x410FC241u

static bool check(const struct armv7m_config *config, struct sim_err *err) {
    if (config->n_irq < 1 || config->n_irq > ARMV7M_MAX_IRQ)
        return sim_err_set(err, SIM_ERR_INPUT, "core: %u interrupts, expected 1 to %d",
                           config->n_irq, ARMV7M_MAX_IRQ);
    if (config->priority_bits < 3 || config->priority_bits > 8)
        return sim_err_set(err, SIM_ERR_INPUT, "core: %u priority bits, expected 3 to 8",
                           config->priority_bits);
    return true;
}

struct armv7m *armv7m_create(const struct armv7m_config *config, struct sim_err *err) {
    if (!check(config, err))
        return NULL;
    struct armv7m *core = calloc(1, sizeof *core);
    if (!core) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    core->config = *config;
    if (!core->config.cpuid)
        core->config.cpuid = config->kind == ARMV7M_M4F ? CPUID_M4 : CPUID_M3;
    core->priority_mask = (uint8_t)(0xFF00 >> config->priority_bits);
    core->nowhere = core->code = &core->memory[ARMV7M_MAX_REGIONS];
    core->near_read = core->near_write = core->nowhere;
    for (unsigned page = 0; page < PAGES; page++)
        core->page[page] = core->nowhere;
    core->skip_break = core->line = 1;
    core->systick.next = ARMV7M_NEVER;
    core->self = core;
    armv7m_park_init(core);
    if (armv7m_translator_create(core, err))
        return core;
    armv7m_destroy(core);
    return NULL;
}

void armv7m_destroy(struct armv7m *core) {
    if (!core)
        return;
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++)
        free(core->memory[i].ops);
    armv7m_translator_destroy(core->translator);
    free(core);
}

static void reset_registers(struct armv7m *core) {
    memset(core->r, 0, sizeof core->r);
    memset(core->s, 0, sizeof core->s);
    core->r[14] = 0xFFFFFFFF;
    core->c = core->v = 0;
    core->nz = 1;
    core->q = core->ge = core->it = core->it_before = 0;
    core->fpscr = 0;
    core->fpca = core->lspact = false;
    core->sp_other = 0;
    core->control = core->basepri = 0;
    core->primask = core->faultmask = core->handler = false;
    core->thumb = true;
    core->ipsr = 0;
    core->sleeping = core->event = core->exclusive = core->sleep_wfe = core->told = false;
    core->phase = PHASE_NONE;
    core->park.owes = false;
    core->attention = 0;
    core->line = core->skip_break = 1;
    core->stop = ARMV7M_UNTIL;
}

static void reset_system(struct armv7m *core, uint32_t vectors) {
    memset(core->pending, 0, sizeof core->pending);
    memset(core->active, 0, sizeof core->active);
    memset(core->enabled, 0, sizeof core->enabled);
    memset(core->ipr, 0, sizeof core->ipr);
    core->enabled[0] = 0xFFFF; /* system exceptions need no enable */
    core->vtor = vectors;
    core->aircr = core->scr = core->shcsr_enable = 0;
    core->ccr = CCR_STKALIGN;
    core->cfsr = core->hfsr = core->dfsr = core->mmfar = core->bfar = core->cpacr = 0;
    core->fpccr = core->config.kind == ARMV7M_M4F ? FPCCR_ASPEN | FPCCR_LSPEN : 0;
    core->fpcar = core->fpdscr = core->demcr = core->actlr = 0;
    memset(core->mpu, 0, sizeof core->mpu);
    memset(core->fpb, 0, sizeof core->fpb);
    core->systick = (struct systick){.next = ARMV7M_NEVER};
    core->dwt = (struct dwt){.base = core->cycles};
    core->itm = (struct itm){.cspsr = 1, .sppr = 1};
    core->fault = (struct armv7m_fault){0};
}

void armv7m_reset(struct armv7m *core, uint32_t vectors) {
    uint32_t stack, entry;
    armv7m_unpark(core);
    reset_registers(core);
    reset_system(core, vectors);
    armv7m_update_priority(core);
    armv7m_fp_update(core);
    if (!armv7m_bus_read(core, vectors, 4, &stack) ||
        !armv7m_bus_read(core, vectors + 4, 4, &entry)) {
        core->hfsr |= HFSR_VECTTBL;
        armv7m_lockup(core);
        return;
    }
    core->r[13] = stack & ~3u;
    core->pc = entry & ~1u;
    core->thumb = entry & 1;
    if (!core->thumb)
        armv7m_attend(core, ATT_STATE);
}

/* --- running ------------------------------------------------------------------------- */

static void bury_unmapped(struct armv7m *core) {
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++)
        if (core->memory[i].dying)
            armv7m_bury(core, &core->memory[i]);
}

static void pass_time(struct armv7m *core, uint64_t to) {
    if (core->cycles >= to)
        return;
    core->dwt.base += to - core->cycles;
    core->cycles = to;
}

/* Lets time pass without instructions, at most to `until`; false when nothing would end it. */
static bool idle(struct armv7m *core, uint64_t until) {
    uint64_t to = core->systick.next < until ? core->systick.next : until;
    if (to == ARMV7M_NEVER)
        return false;
    pass_time(core, to);
    if (core->cycles >= core->systick.next)
        armv7m_systick_expire(core);
    return true;
}

static bool woken(const struct armv7m *core) {
    return (core->sleep_wfe && core->event) || armv7m_wakes(core);
}

/* A sleeping core; true when it woke. The first time it tells its owner at once. */
static bool slept(struct armv7m *core, uint64_t until) {
    bool tell = !core->told;
    core->told = true;
    while (!woken(core))
        if (tell || core->cycles >= until || !idle(core, until))
            return false;
    if (core->sleep_wfe)
        core->event = false;
    core->sleeping = core->told = false;
    core->attention &= ~(unsigned)ATT_SLEEP;
    return true;
}

static void locked(struct armv7m *core, uint64_t until) {
    bool tell = !core->told;
    core->told = true;
    while (!tell && core->cycles < until && idle(core, until))
        ;
}

/* What attention asks for at an instruction boundary. True: return *stop. */
static bool boundary(struct armv7m *core, uint64_t until, enum armv7m_stop *stop) {
    if (core->attention & ATT_REMAP)
        bury_unmapped(core);
    core->attention &= ~(unsigned)ATT_REMAP;
    if (core->attention & ATT_STOP) {
        core->attention &= ~(unsigned)ATT_STOP;
        *stop = core->stop;
        if (*stop == ARMV7M_BREAKPOINT)
            core->skip_break = core->pc;
        return true;
    }
    if (core->attention & ATT_LOCKUP) {
        locked(core, until);
        *stop = ARMV7M_LOCKUP;
        return true;
    }
    if (core->attention & ATT_PHASE && armv7m_phase(core, until)) {
        *stop = ARMV7M_UNTIL;
        return core->cycles >= until;
    }
    if (core->attention & ATT_SLEEP && !slept(core, until)) {
        *stop = ARMV7M_SLEEP;
        return true;
    }
    if (core->attention & ATT_IRQ) {
        core->attention &= ~(unsigned)ATT_IRQ;
        if (armv7m_best(core))
            armv7m_begin_entry(core);
    } else if (core->attention & ATT_STATE) {
        core->attention &= ~(unsigned)ATT_STATE;
        if (!core->thumb)
            armv7m_raise_at(core, CFSR_INVSTATE, core->pc);
    }
    return false;
}

/* One instruction and no more. */
static void execute_traced(struct armv7m *core) {
    core->limit = core->cycles + 1;
    core->config.hooks.step(core->config.user, core->pc);
    armv7m_execute(core);
}

/* Up to core->limit. */
static void execute(struct armv7m *core) {
    if (UNLIKELY(core->traced))
        execute_traced(core);
    else if (UNLIKELY(core->park.state == PARK_PARKED))
        armv7m_park_pass(core);
    else if (UNLIKELY(core->cycles >= core->park.search && core->park.state == PARK_OFF))
        armv7m_park_search(core);
    else
        armv7m_execute(core);
    if (UNLIKELY(core->cycles >= core->systick.next))
        armv7m_systick_expire(core);
}

/* Where it is now, it would have come to in the run before: what happened up to then comes first.
 */
static bool end_parking(struct armv7m *core, uint64_t until) {
    armv7m_unpark(core);
    return core->cycles >= until;
}

enum armv7m_stop armv7m_run(struct armv7m *core, uint64_t until) {
    enum armv7m_stop stop;
    for (;;) {
        if (UNLIKELY(core->park.owes))
            armv7m_park_pay(core);
        if (UNLIKELY(core->attention)) {
            if (armv7m_parked(core) && end_parking(core, until))
                return ARMV7M_UNTIL;
            if (boundary(core, until, &stop))
                return stop;
            if (core->attention)
                continue;
        }
        if (core->cycles >= until)
            return ARMV7M_UNTIL;
        core->limit = core->systick.next < until ? core->systick.next : until;
        execute(core);
    }
}

enum armv7m_stop armv7m_step(struct armv7m *core) {
    enum armv7m_stop stop;
    armv7m_unpark(core);
    uint64_t before = core->instructions;
    core->skip_break = core->pc;
    core->park.stepping = true;
    do
        stop = armv7m_run(core, core->cycles + 1);
    while (stop == ARMV7M_UNTIL && core->instructions == before);
    core->park.stepping = false;
    if (stop != ARMV7M_BREAKPOINT)
        core->skip_break = 1; /* it was meant for this step alone */
    return stop;
}

void armv7m_request_stop(struct armv7m *core) {
    core->stop = ARMV7M_REQUEST;
    armv7m_attend(core, ATT_STOP);
}

void armv7m_trace(struct armv7m *core, bool on) {
    armv7m_unpark(core);
    core->traced = on && core->config.hooks.step;
}

uint64_t armv7m_cycles(const struct armv7m *core) {
    return core->cycles;
}
uint64_t armv7m_instructions(const struct armv7m *core) {
    if (armv7m_parked(core))
        armv7m_unpark(core->self);
    return core->instructions;
}
bool armv7m_asleep(const struct armv7m *core) {
    return core->sleeping;
}
bool armv7m_rouses(const struct armv7m *core) {
    return core->sleeping && woken(core);
}
bool armv7m_deep_sleep(const struct armv7m *core) {
    return core->sleeping && core->scr & SCR_SLEEPDEEP;
}
void armv7m_stall(struct armv7m *core, unsigned cycles) {
    armv7m_unpark(core);
    core->cycles += cycles;
}

void armv7m_doze(struct armv7m *core, uint64_t cycle) {
    if (core->sleeping)
        pass_time(core, cycle);
}

void armv7m_unmodelled(struct armv7m *core, uint32_t address, bool write, uint32_t value,
                       const char *what) {
    if (core->config.hooks.unmodelled)
        core->config.hooks.unmodelled(core->config.user, address, write, value, armv7m_pc(core),
                                      what);
}
