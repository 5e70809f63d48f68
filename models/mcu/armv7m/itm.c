/* ITM stimulus ports and the TPIU's registers. Source: DDI0403E C1.7 and C1.10; TRM 100166 9
 * and 11.
 *
 * What a port takes goes out at once: the FIFO is always ready, so firmware is never slowed
 * by SWO. The owner makes packets of it. Timestamps and DWT packets are not modelled.
 */
#include "models/mcu/armv7m/internal.h"

enum { TER = 0xE00, TPR = 0xE40, TCR = 0xE80, LAR = 0xFB0, LSR = 0xFB4 };
enum { TCR_ITMENA = 1, TCR_TSENA = 2 };
#define LOCK_KEY 0xC5ACCE55u

static bool port_enabled(const struct armv7m *core, unsigned port) {
    return core->demcr & DEMCR_TRCENA && core->itm.tcr & TCR_ITMENA && core->itm.ter >> port & 1 &&
           (armv7m_privileged(core) || !(core->itm.tpr >> (port / 8) & 1));
}

bool armv7m_itm_read(struct armv7m *core, uint32_t offset, uint32_t *value) {
    static const uint8_t IDS[] = {4, 0, 0, 0, 0, 0, 0, 0, 1, 0xB0, 0x3B, 0, 0xD, 0xE0, 5, 0xB1};
    *value = 0;
    if (offset < 0x80)
        *value = 1; /* FIFOREADY */
    else if (offset == TER)
        *value = core->itm.ter;
    else if (offset == TPR)
        *value = core->itm.tpr;
    else if (offset == TCR)
        *value = core->itm.tcr;
    else if (offset == LSR)
        *value = 1u | (uint32_t)core->itm.locked << 1;
    else if (offset >= 0xFD0)
        *value = IDS[(offset - 0xFC0) / 4 & 15];
    return true;
}

static void write_tcr(struct armv7m *core, uint32_t value) {
    core->itm.tcr = value & 0x007F0F1F;
    if (value & TCR_TSENA)
        armv7m_unmodelled(core, 0xE0000000 + TCR, true, value, "ITM_TCR.TSENA: timestamps");
}

bool armv7m_itm_write(struct armv7m *core, uint32_t offset, unsigned size, uint32_t value) {
    if (offset < 0x80) {
        if (port_enabled(core, offset / 4) && core->config.hooks.itm)
            core->config.hooks.itm(core->config.user, offset / 4, size, value);
        return true;
    }
    if (offset == LAR) {
        core->itm.locked = value != LOCK_KEY;
        return true;
    }
    if (core->itm.locked)
        return true;
    if (offset == TER)
        core->itm.ter = value;
    else if (offset == TPR)
        core->itm.tpr = value & 15;
    else if (offset == TCR)
        write_tcr(core, value);
    return true;
}

/* --- TPIU ---------------------------------------------------------------------------- */

enum { SSPSR = 0, CSPSR = 4, ACPR = 0x10, SPPR = 0xF0, FFSR = 0x300, FFCR = 0x304, TYPE = 0xFC8 };

bool armv7m_tpiu_read(struct armv7m *core, uint32_t offset, uint32_t *value) {
    *value = 0;
    switch (offset) {
    case SSPSR:
        *value = 0xB;
        break;
    case CSPSR:
        *value = core->itm.cspsr;
        break;
    case ACPR:
        *value = core->itm.acpr;
        break;
    case SPPR:
        *value = core->itm.sppr;
        break;
    case FFSR:
        *value = 8; /* FtNonStop */
        break;
    case FFCR:
        *value = core->itm.ffcr;
        break;
    case TYPE:
        *value = 0xCA1;
        break;
    default:
        break;
    }
    return true;
}

bool armv7m_tpiu_write(struct armv7m *core, uint32_t offset, uint32_t value) {
    switch (offset) {
    case CSPSR:
        core->itm.cspsr = value;
        break;
    case ACPR:
        core->itm.acpr = value & 0x1FFF;
        break;
    case SPPR:
        core->itm.sppr = value & 3;
        break;
    case FFCR:
        core->itm.ffcr = (value & 2) | 0x100;
        break;
    default:
        break;
    }
    return true;
}
