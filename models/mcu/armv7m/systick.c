/* SysTick, computed from the cycle counter rather than counted. Source: DDI0403E B3.3.
 *
 * `zero` is the cycle at which the counter last was 0, `next` the one at which it will be;
 * in between it is what is left to `next`.
 */
#include "models/mcu/armv7m/internal.h"

enum { CSR = 0x0, RVR = 0x4, CVR = 0x8, CALIB = 0xC };
enum { ENABLE = 1, TICKINT = 2, CLKSOURCE = 4, COUNTFLAG = 1 << 16 };

static uint64_t clock_cycles(const struct armv7m *core) {
    bool own = core->systick.csr & CLKSOURCE || !core->config.reference_div;
    return own ? 1 : core->config.reference_div;
}

static uint32_t value_at(const struct armv7m *core, uint64_t now) {
    const struct systick *s = &core->systick;
    uint64_t clock = clock_cycles(core);
    if (!(s->csr & ENABLE))
        return s->stopped;
    if (s->next == ARMV7M_NEVER || (now >= s->zero && now - s->zero < clock))
        return 0;
    return (uint32_t)((s->next - now + clock - 1) / clock);
}

static void reload_from(struct armv7m *core, uint64_t zero) {
    struct systick *s = &core->systick;
    s->zero = zero;
    s->next = s->rvr ? zero + (s->rvr + UINT64_C(1)) * clock_cycles(core) : ARMV7M_NEVER;
}

/* Starts counting at `value`. */
static void start(struct armv7m *core, uint32_t value) {
    if (value == 0) {
        reload_from(core, core->cycles);
        return;
    }
    core->systick.zero = UINT64_MAX;
    core->systick.next = core->cycles + value * clock_cycles(core);
}

void armv7m_systick_expire(struct armv7m *core) {
    struct systick *s = &core->systick;
    if (core->cycles >= s->next && s->csr & TICKINT)
        armv7m_unpark(core);
    while (core->cycles >= s->next) {
        s->csr |= COUNTFLAG;
        if (s->csr & TICKINT)
            armv7m_pend_exception(core, EXC_SYSTICK, true);
        reload_from(core, s->next);
    }
}

uint64_t armv7m_next_wake(const struct armv7m *core) {
    uint64_t tick = core->systick.csr & TICKINT ? core->systick.next : ARMV7M_NEVER;
    return armv7m_parked(core) && core->park.until < tick ? core->park.until : tick;
}

uint32_t armv7m_systick_read(struct armv7m *core, uint32_t offset, bool debug) {
    struct systick *s = &core->systick;
    uint32_t value;
    armv7m_systick_expire(core);
    switch (offset) {
    case CSR:
        value = s->csr;
        if (!debug)
            s->csr &= ~(uint32_t)COUNTFLAG;
        return value;
    case RVR:
        return s->rvr;
    case CVR:
        return value_at(core, core->cycles);
    default:
        return core->config.calib | (core->config.reference_div ? 0 : 1u << 31);
    }
}

static void write_csr(struct armv7m *core, uint32_t value) {
    struct systick *s = &core->systick;
    uint32_t now = value_at(core, core->cycles);
    bool was = s->csr & ENABLE, clocked = (s->csr ^ value) & CLKSOURCE;
    s->csr = (s->csr & COUNTFLAG) | (value & (ENABLE | TICKINT | CLKSOURCE));
    if (!core->config.reference_div)
        s->csr |= CLKSOURCE;
    if (!(value & ENABLE)) {
        s->stopped = now;
        s->next = ARMV7M_NEVER;
    } else if (!was || clocked) {
        start(core, now);
    }
}

void armv7m_systick_write(struct armv7m *core, uint32_t offset, uint32_t value) {
    struct systick *s = &core->systick;
    armv7m_systick_expire(core);
    if (offset == CSR) {
        write_csr(core, value);
    } else if (offset == RVR) {
        bool idle = s->next == ARMV7M_NEVER;
        s->rvr = value & 0xFFFFFF;
        if (s->csr & ENABLE && idle)
            reload_from(core, core->cycles);
    } else if (offset == CVR) {
        s->csr &= ~(uint32_t)COUNTFLAG;
        s->stopped = 0;
        if (s->csr & ENABLE)
            reload_from(core, core->cycles);
    }
    armv7m_attend(core, ATT_IRQ); /* the hot loop's limit may be nearer now */
}
