/* Priorities, pending and active exceptions, and the NVIC's registers. Source: DDI0403E
 * B1.5.4 (priority), B3.4 (NVIC). */
#include "models/mcu/armv7m/internal.h"

#define LOWEST 256

static bool bit(const uint32_t *set, unsigned n) {
    return set[n / 32] >> (n % 32) & 1;
}
static void set_bit(uint32_t *set, unsigned n, bool on) {
    if (on)
        set[n / 32] |= 1u << (n % 32);
    else
        set[n / 32] &= ~(1u << (n % 32));
}

int armv7m_priority_of(const struct armv7m *core, unsigned exception) {
    return exception <= EXC_HARD ? (int)exception - 4 : core->ipr[exception];
}

/* The part that decides preemption. */
int armv7m_group(const struct armv7m *core, int priority) {
    unsigned split = (core->aircr >> 8 & 7) + 1;
    return priority < 0 ? priority : priority & (0xFF << split & 0xFF);
}

static int active_priority(const struct armv7m *core) {
    int best = LOWEST;
    for (unsigned word = 0; word < 8; word++)
        for (uint32_t left = core->active[word]; left; left &= left - 1) {
            unsigned exception = word * 32 + (unsigned)__builtin_ctz(left);
            int priority = armv7m_group(core, armv7m_priority_of(core, exception));
            if (priority < best)
                best = priority;
        }
    return best;
}

static int masked(const struct armv7m *core, int priority, bool primask) {
    int base = core->basepri ? armv7m_group(core, core->basepri) : LOWEST;
    if (base < priority)
        priority = base;
    if (primask && priority > 0)
        priority = 0;
    if (core->faultmask && priority > -1)
        priority = -1;
    return priority;
}

void armv7m_update_priority(struct armv7m *core) {
    core->priority = masked(core, active_priority(core), core->primask);
    armv7m_attend(core, ATT_IRQ);
}

/* The pending, enabled exception of the highest priority, if above `than`; else 0. */
static unsigned choose(const struct armv7m *core, int than) {
    unsigned best = 0;
    int best_priority = LOWEST;
    for (unsigned word = 0; word < 8; word++)
        for (uint32_t left = core->pending[word] & core->enabled[word]; left; left &= left - 1) {
            unsigned exception = word * 32 + (unsigned)__builtin_ctz(left);
            int priority = armv7m_priority_of(core, exception);
            if (priority < best_priority) {
                best_priority = priority;
                best = exception;
            }
        }
    return best && armv7m_group(core, best_priority) < than ? best : 0;
}

unsigned armv7m_highest_pending(const struct armv7m *core) {
    return choose(core, LOWEST + 1);
}

unsigned armv7m_best(const struct armv7m *core) {
    return choose(core, core->priority);
}

/* WFI wakes for what would preempt if PRIMASK were clear (B1.5.19). */
bool armv7m_wakes(const struct armv7m *core) {
    return choose(core, masked(core, active_priority(core), false)) != 0;
}

void armv7m_pend_exception(struct armv7m *core, unsigned exception, bool on) {
    armv7m_unpark(core);
    if (on && !bit(core->pending, exception) && core->scr & SCR_SEVONPEND)
        core->event = true;
    set_bit(core->pending, exception, on);
    if (on)
        armv7m_attend(core, ATT_IRQ);
}

void armv7m_activate(struct armv7m *core, unsigned exception, bool on) {
    set_bit(core->active, exception, on);
    armv7m_update_priority(core);
}
bool armv7m_is_active(const struct armv7m *core, unsigned exception) {
    return bit(core->active, exception);
}
bool armv7m_is_pending(const struct armv7m *core, unsigned exception) {
    return bit(core->pending, exception);
}

/* --- inputs -------------------------------------------------------------------------- */

void armv7m_set_irq(struct armv7m *core, unsigned irq, bool level) {
    unsigned exception = irq + EXC_IRQ;
    if (irq >= core->config.n_irq || bit(core->level, exception) == level)
        return;
    set_bit(core->level, exception, level);
    if (level)
        armv7m_pend_exception(core, exception, true);
}

void armv7m_pend(struct armv7m *core, unsigned irq) {
    if (irq < core->config.n_irq)
        armv7m_pend_exception(core, irq + EXC_IRQ, true);
}

void armv7m_nmi(struct armv7m *core) {
    armv7m_pend_exception(core, EXC_NMI, true);
}

void armv7m_event(struct armv7m *core) {
    armv7m_unpark(core);
    core->event = true;
}

/* --- registers: offset from 0xE000E100 ------------------------------------------------ */

enum { ISER = 0, ICER = 0x80, ISPR = 0x100, ICPR = 0x180, IABR = 0x200, IPR = 0x300, END = 0x400 };

/* Interrupts 32 n to 32 n + 31 of a set that counts from exception 0, and back. */
static uint32_t window(const uint32_t *set, unsigned n) {
    uint32_t high = n + 1 < 8 ? set[n + 1] : 0;
    return set[n] >> EXC_IRQ | high << EXC_IRQ;
}
static uint32_t implemented(const struct armv7m *core, unsigned n) {
    unsigned irqs = core->config.n_irq, first = n * 32;
    return irqs <= first ? 0 : irqs - first >= 32 ? 0xFFFFFFFF : (1u << (irqs - first)) - 1;
}
static void change(uint32_t *set, unsigned n, uint32_t bits, bool on) {
    for (; bits; bits &= bits - 1)
        set_bit(set, EXC_IRQ + n * 32 + (unsigned)__builtin_ctz(bits), on);
}

static uint32_t read_ipr(const struct armv7m *core, unsigned first) {
    uint32_t value = 0;
    for (unsigned i = 0; i < 4 && first + i < core->config.n_irq; i++)
        value |= (uint32_t)core->ipr[EXC_IRQ + first + i] << (8 * i);
    return value;
}
static void write_ipr(struct armv7m *core, unsigned first, uint32_t value, uint32_t mask) {
    for (unsigned i = 0; i < 4 && first + i < core->config.n_irq; i++)
        if (mask >> (8 * i) & 0xFF)
            core->ipr[EXC_IRQ + first + i] = (uint8_t)(value >> (8 * i)) & core->priority_mask;
    armv7m_update_priority(core);
}

bool armv7m_nvic_read(struct armv7m *core, uint32_t offset, uint32_t *value) {
    unsigned n = offset >> 2 & 7;
    *value = 0;
    if (offset >= END)
        return false;
    if (offset >= IPR)
        *value = read_ipr(core, offset - IPR);
    else if (offset & 0x60)
        return true;
    else if (offset < ISPR)
        *value = window(core->enabled, n);
    else if (offset < IABR)
        *value = window(core->pending, n);
    else
        *value = window(core->active, n);
    return true;
}

/* A line that is high pends again at once when its pending bit is cleared. */
static void clear_pending(struct armv7m *core, unsigned n, uint32_t bits) {
    change(core->pending, n, bits & ~window(core->level, n), false);
}

bool armv7m_nvic_write(struct armv7m *core, uint32_t offset, uint32_t value, uint32_t mask) {
    unsigned n = offset >> 2 & 7;
    uint32_t bits = value & mask & implemented(core, n);
    if (offset >= END)
        return false;
    if (offset >= IPR) {
        write_ipr(core, offset - IPR, value, mask);
        return true;
    }
    if (offset & 0x60)
        return true;
    if (offset < ICER)
        change(core->enabled, n, bits, true);
    else if (offset < ISPR)
        change(core->enabled, n, bits, false);
    else if (offset < ICPR)
        for (; bits; bits &= bits - 1)
            armv7m_pend(core, n * 32 + (unsigned)__builtin_ctz(bits));
    else if (offset < IABR)
        clear_pending(core, n, bits);
    armv7m_attend(core, ATT_IRQ);
    return true;
}
