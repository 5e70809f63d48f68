/* DWT and FPB: the cycle counter is modelled, comparators and profiling counters are loud
 * when enabled. Source: DDI0403E C1.8, C1.11; TRM 100166 8 and 10.
 *
 * CYCCNT stands still while the core sleeps, as its clock does without a debugger (from
 * memory of STM32 devices).
 */
#include "models/mcu/armv7m/internal.h"

#define DWT_BASE 0xE0001000u
#define FPB_BASE 0xE0002000u
enum { CTRL = 0, CYCCNT = 4, PCSR = 0x1C, COMPARE = 0x20, COMPARE_END = 0x60 };
enum { CYCCNTENA = 1, COUNTERS = 0x003F0000 | 1 << 12 | 1 << 10 }; /* events, PC samples */
#define COMPARATORS 0x40000000u

static bool counting(const struct armv7m *core) {
    return core->demcr & DEMCR_TRCENA && core->dwt.ctrl & CYCCNTENA;
}

static uint32_t cyccnt(const struct armv7m *core) {
    return core->dwt.cyccnt + (counting(core) ? (uint32_t)(core->cycles - core->dwt.base) : 0);
}

/* Call before what counting() depends on changes. */
void armv7m_dwt_settle(struct armv7m *core) {
    core->dwt.cyccnt = cyccnt(core);
    core->dwt.base = core->cycles;
}

bool armv7m_dwt_read(struct armv7m *core, uint32_t offset, uint32_t *value) {
    *value = 0;
    if (offset == CTRL)
        *value = core->dwt.ctrl | COMPARATORS;
    else if (offset == CYCCNT)
        *value = cyccnt(core);
    else if (offset == PCSR)
        *value = armv7m_pc(core);
    else if (offset >= COMPARE && offset < COMPARE_END)
        *value = core->dwt.registers[(offset - COMPARE) / 4];
    return true;
}

static void write_compare(struct armv7m *core, uint32_t offset, uint32_t value) {
    core->dwt.registers[(offset - COMPARE) / 4] = value;
    if ((offset & 12) == 8 && value & 0xF)
        armv7m_unmodelled(core, DWT_BASE + offset, true, value, "a DWT comparator");
}

bool armv7m_dwt_write(struct armv7m *core, uint32_t offset, uint32_t value) {
    if (offset == CTRL) {
        armv7m_dwt_settle(core);
        core->dwt.ctrl = value & 0x0FFFFFFF;
        if (value & COUNTERS)
            armv7m_unmodelled(core, DWT_BASE, true, value, "DWT_CTRL: profiling events");
    } else if (offset == CYCCNT) {
        core->dwt.cyccnt = value;
        core->dwt.base = core->cycles;
    } else if (offset >= COMPARE && offset < COMPARE_END) {
        write_compare(core, offset, value);
    }
    return true;
}

/* --- FPB: 6 instruction and 2 literal comparators, revision 1 --------------------------- */

bool armv7m_fpb_read(struct armv7m *core, uint32_t offset, uint32_t *value) {
    *value = offset == 0 ? core->fpb[0] | 0x260 : offset < 0x40 ? core->fpb[offset / 4] : 0;
    return true;
}

bool armv7m_fpb_write(struct armv7m *core, uint32_t offset, uint32_t value) {
    if (offset == 0) {
        core->fpb[0] = value & 2 ? value & 1 : core->fpb[0];
        if ((value & 3) == 3)
            armv7m_unmodelled(core, FPB_BASE, true, value, "FP_CTRL.ENABLE: flash patch");
    } else if (offset < 0x40) {
        core->fpb[offset / 4] = value;
    }
    return true;
}
