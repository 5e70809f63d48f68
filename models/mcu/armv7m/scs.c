/* The private peripheral bus and the system control space. Source: DDI0403E B3.2 (SCB and
 * its registers), B3.5 (MPU), B4 (identification); TRM 100166 4.1 for reset values.
 *
 * Octet and halfword accesses are to lanes of the word; registers the manual declares
 * word-only accept them too.
 */
#include "models/mcu/armv7m/internal.h"

#define SCS 0xE000E000u

static const struct {
    uint8_t exception, active, pended; /* bit numbers of SHCSR; 32: none */
} HANDLERS[] = {{EXC_MEM, 0, 13},   {EXC_BUS, 1, 14},     {EXC_USAGE, 3, 12},   {EXC_SVC, 7, 15},
                {EXC_DEBUG, 8, 32}, {EXC_PENDSV, 10, 32}, {EXC_SYSTICK, 11, 32}};
#define N_HANDLERS (sizeof HANDLERS / sizeof *HANDLERS)

static uint32_t read_shcsr(const struct armv7m *core) {
    uint32_t value = core->shcsr_enable;
    for (unsigned i = 0; i < N_HANDLERS; i++) {
        value |= (uint32_t)armv7m_is_active(core, HANDLERS[i].exception) << HANDLERS[i].active;
        if (HANDLERS[i].pended < 32)
            value |= (uint32_t)armv7m_is_pending(core, HANDLERS[i].exception) << HANDLERS[i].pended;
    }
    return value;
}

static void write_shcsr(struct armv7m *core, uint32_t value) {
    core->shcsr_enable = value & (SHCSR_MEM | SHCSR_BUS | SHCSR_USAGE);
    for (unsigned i = 0; i < N_HANDLERS; i++) {
        armv7m_activate(core, HANDLERS[i].exception, value >> HANDLERS[i].active & 1);
        if (HANDLERS[i].pended < 32)
            armv7m_pend_exception(core, HANDLERS[i].exception, value >> HANDLERS[i].pended & 1);
    }
}

static uint32_t read_icsr(const struct armv7m *core) {
    uint32_t value = core->ipsr, others = 0, external = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint32_t own = i == core->ipsr / 32 ? 1u << core->ipsr % 32 : 0;
        others |= core->active[i] & ~own;
        external |= core->pending[i] & (i ? 0xFFFFFFFF : 0xFFFF0000);
    }
    value |= others ? 0 : 1u << 11;
    value |= armv7m_highest_pending(core) << 12;
    value |= external ? 1u << 22 : 0;
    value |= (uint32_t)armv7m_is_pending(core, EXC_SYSTICK) << 26;
    value |= (uint32_t)armv7m_is_pending(core, EXC_PENDSV) << 28;
    return value | (uint32_t)armv7m_is_pending(core, EXC_NMI) << 31;
}

static void write_icsr(struct armv7m *core, uint32_t value) {
    if (value >> 31)
        armv7m_nmi(core);
    if (value >> 28 & 1)
        armv7m_pend_exception(core, EXC_PENDSV, true);
    else if (value >> 27 & 1)
        armv7m_pend_exception(core, EXC_PENDSV, false);
    if (value >> 26 & 1)
        armv7m_pend_exception(core, EXC_SYSTICK, true);
    else if (value >> 25 & 1)
        armv7m_pend_exception(core, EXC_SYSTICK, false);
}

static void write_aircr(struct armv7m *core, uint32_t value) {
    if (value >> 16 != 0x05FA)
        return;
    core->aircr = value & 0x700;
    armv7m_update_priority(core);
    if (value & 2)
        armv7m_unmodelled(core, SCS + 0xD0C, true, value, "AIRCR.VECTCLRACTIVE");
    if (value & 5) {
        core->stop = ARMV7M_RESET_REQUEST;
        if (core->config.hooks.reset_request)
            core->config.hooks.reset_request(core->config.user);
        armv7m_attend(core, ATT_STOP);
    }
}

static uint32_t read_identification(const struct armv7m *core, uint32_t offset) {
    /* PFR0..ISAR4 from 0xD40, from memory of the TRMs. */
    static const uint32_t M3[] = {0x30,       0x200, 0x100000,   0,          0x30,       0,
                                  0x1000000,  0,     0x01101110, 0x02111000, 0x21112231, 0x01111110,
                                  0x01310132, 0,     0,          0};
    static const uint32_t M4[] = {0x30,       0x200, 0x100000,   0,          0x100030,   0,
                                  0x1000000,  0,     0x01101110, 0x02112000, 0x21232231, 0x01111131,
                                  0x01310132, 0,     0,          0};
    return (core->config.kind == ARMV7M_M4F ? M4 : M3)[(offset - 0xD40) / 4];
}

static uint32_t read_shpr(const struct armv7m *core, uint32_t offset) {
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value |= (uint32_t)core->ipr[offset - 0xD18 + 4 + i] << (8 * i);
    return value;
}
static void write_shpr(struct armv7m *core, uint32_t offset, uint32_t value, uint32_t mask) {
    for (unsigned i = 0; i < 4; i++)
        if (mask >> (8 * i) & 0xFF)
            core->ipr[offset - 0xD18 + 4 + i] = (uint8_t)(value >> (8 * i)) & core->priority_mask;
    armv7m_update_priority(core);
}

static bool read_fp(const struct armv7m *core, uint32_t offset, uint32_t *value) {
    static const uint32_t MVFR0 = 0x10110021, MVFR1 = 0x11000011;
    if (core->config.kind != ARMV7M_M4F)
        return true;
    switch (offset) {
    case 0xF34:
        *value = core->fpccr | core->lspact;
        break;
    case 0xF38:
        *value = core->fpcar;
        break;
    case 0xF3C:
        *value = core->fpdscr;
        break;
    case 0xF40:
        *value = MVFR0;
        break;
    case 0xF44:
        *value = MVFR1;
        break;
    default:
        break;
    }
    return true;
}

static bool unknown(struct armv7m *core, uint32_t address, bool write, uint32_t value) {
    armv7m_unmodelled(core, address, write, value, "private peripheral bus");
    return true;
}

/* Blocks of registers; false when there is none of these. */
static bool read_block(struct armv7m *core, uint32_t offset, uint32_t *value, bool debug) {
    if (offset >= 0x10 && offset < 0x20) {
        *value = armv7m_systick_read(core, offset - 0x10, debug);
        return true;
    }
    if (offset >= 0x100 && offset < 0x500)
        return armv7m_nvic_read(core, offset - 0x100, value);
    if (offset >= 0xD18 && offset < 0xD24) {
        *value = read_shpr(core, offset);
        return true;
    }
    if (offset >= 0xD40 && offset < 0xD80) {
        *value = read_identification(core, offset);
        return true;
    }
    if (offset >= 0xD90 && offset < 0xDC0) {
        *value = offset == 0xD90 ? (core->config.kind == ARMV7M_M4F ? 0x800 : 0)
                                 : core->mpu[(offset - 0xD90) / 4];
        return true;
    }
    return offset >= 0xF34 && offset <= 0xF44 && read_fp(core, offset, value);
}

/* Registers that read as they were stored. */
static const uint32_t *stored(const struct armv7m *core, uint32_t offset) {
    switch (offset) {
    case 0x008:
        return &core->actlr;
    case 0xD08:
        return &core->vtor;
    case 0xD10:
        return &core->scr;
    case 0xD14:
        return &core->ccr;
    case 0xD28:
        return &core->cfsr;
    case 0xD2C:
        return &core->hfsr;
    case 0xD30:
        return &core->dfsr;
    case 0xD34:
        return &core->mmfar;
    case 0xD38:
        return &core->bfar;
    case 0xD88:
        return &core->cpacr;
    case 0xDFC:
        return &core->demcr;
    default:
        return NULL;
    }
}

static bool scs_read(struct armv7m *core, uint32_t offset, uint32_t *value, bool debug) {
    const uint32_t *plain = stored(core, offset);
    *value = plain ? *plain : 0;
    if (plain || read_block(core, offset, value, debug))
        return true;
    switch (offset) {
    case 0x004:
        *value = (core->config.n_irq - 1) / 32;
        break;
    case 0xD00:
        *value = core->config.cpuid;
        break;
    case 0xD04:
        *value = read_icsr(core);
        break;
    case 0xD0C:
        *value = core->aircr | 0xFA050000;
        break;
    case 0xD24:
        *value = read_shcsr(core);
        break;
    case 0xD3C: /* AFSR */
    case 0xDF0: /* DHCSR: no halting debugger */
    case 0xDF8: /* DCRDR */
    case 0xF00: /* STIR, write only */
        break;
    default:
        return offset >= 0xFD0 || unknown(core, SCS + offset, false, 0);
    }
    return true;
}

static void write_mpu(struct armv7m *core, uint32_t offset, uint32_t value) {
    core->mpu[(offset - 0xD90) / 4] = value;
    if (offset == 0xD94 && value & 1)
        armv7m_unmodelled(core, SCS + offset, true, value, "MPU_CTRL.ENABLE");
}

static void write_fp(struct armv7m *core, uint32_t offset, uint32_t value) {
    if (core->config.kind != ARMV7M_M4F)
        return;
    if (offset == 0xF34) {
        core->fpccr = value & 0xC000017A;
        core->lspact = value & 1;
    } else if (offset == 0xF38) {
        core->fpcar = value & ~7u;
    } else if (offset == 0xF3C) {
        core->fpdscr = value & 0x07C00000;
    }
    armv7m_fp_update(core);
}

static bool write_block(struct armv7m *core, uint32_t offset, uint32_t value, uint32_t mask) {
    if (offset >= 0x10 && offset < 0x20) {
        armv7m_systick_write(core, offset - 0x10, value);
        return true;
    }
    if (offset >= 0x100 && offset < 0x500)
        return armv7m_nvic_write(core, offset - 0x100, value, mask);
    if (offset >= 0xD18 && offset < 0xD24) {
        write_shpr(core, offset, value, mask);
        return true;
    }
    if (offset >= 0xD90 && offset < 0xDC0) {
        write_mpu(core, offset, value);
        return true;
    }
    if (offset >= 0xF34 && offset <= 0xF44) {
        write_fp(core, offset, value);
        return true;
    }
    return false;
}

/* Fault status, cleared by ones, and fault addresses; false when it is neither. */
static bool write_fault(struct armv7m *core, uint32_t offset, uint32_t value, uint32_t mask) {
    switch (offset) {
    case 0xD28:
        core->cfsr &= ~(value & mask);
        return true;
    case 0xD2C:
        core->hfsr &= ~(value & mask);
        return true;
    case 0xD30:
        core->dfsr &= ~(value & mask);
        return true;
    case 0xD34:
        core->mmfar = value;
        return true;
    case 0xD38:
        core->bfar = value;
        return true;
    default:
        return false;
    }
}

static bool scs_write(struct armv7m *core, uint32_t offset, uint32_t value, uint32_t mask) {
    if (write_block(core, offset, value, mask) || write_fault(core, offset, value, mask))
        return true;
    switch (offset) {
    case 0x008: /* IT folding, write buffer: timing this core does not model */
        core->actlr = value & 0x307;
        break;
    case 0xD04:
        write_icsr(core, value);
        break;
    case 0xD08:
        core->vtor = value & 0xFFFFFF80;
        break;
    case 0xD0C:
        write_aircr(core, value);
        break;
    case 0xD10:
        core->scr = value & (SCR_SLEEPONEXIT | SCR_SLEEPDEEP | SCR_SEVONPEND);
        break;
    case 0xD14:
        core->ccr = value & 0x31B;
        if (value & 0x100)
            armv7m_unmodelled(core, SCS + offset, true, value, "CCR.BFHFNMIGN");
        break;
    case 0xD24:
        write_shcsr(core, (read_shcsr(core) & ~mask) | (value & mask));
        break;
    case 0xD88:
        core->cpacr = core->config.kind == ARMV7M_M4F ? value & 0x00F00000 : 0;
        armv7m_fp_update(core);
        break;
    case 0xDFC:
        armv7m_dwt_settle(core);
        core->demcr = value & 0x010F07F1;
        if (value & 0x000F07F1)
            armv7m_unmodelled(core, SCS + offset, true, value, "DEMCR: monitor, vector catch");
        break;
    case 0xF00:
        armv7m_pend(core, value & 0x1FF);
        break;
    case 0x004: /* ICTR, CPUID, AFSR and the debug registers take no writes from here */
    case 0xD00:
    case 0xD3C:
    case 0xDF0:
    case 0xDF4:
    case 0xDF8:
        break;
    default:
        return unknown(core, SCS + offset, true, value);
    }
    return true;
}

/* Unprivileged code reaches the stimulus ports, and STIR when CCR allows it. */
static bool may(const struct armv7m *core, uint32_t address, bool write) {
    if (armv7m_privileged(core) || address < 0xE0000080)
        return true;
    return write && address == SCS + 0xF00 && core->ccr & CCR_USERSETMPEND;
}

/* From 0xE0042000 the bus is the chip's (debug unit), but for the ROM table. */
static bool external(uint32_t address) {
    return address >= 0xE0042000 && address < 0xE00FF000;
}

static bool word_read(struct armv7m *core, uint32_t address, uint32_t *value, bool debug) {
    uint32_t offset = address & 0xFFF;
    switch (address >> 12) {
    case 0xE0000:
        return armv7m_itm_read(core, offset, value);
    case 0xE0001:
        return armv7m_dwt_read(core, offset, value);
    case 0xE0002:
        return armv7m_fpb_read(core, offset, value);
    case 0xE000E:
        return scs_read(core, offset, value, debug);
    case 0xE0040:
        return armv7m_tpiu_read(core, offset, value);
    default:
        *value = 0;
        return unknown(core, address, false, 0);
    }
}

bool armv7m_ppb_read(struct armv7m *core, uint32_t address, unsigned size, uint32_t *value,
                     bool debug) {
    if (!debug && !may(core, address, false))
        return false;
    if (external(address))
        return core->config.hooks.read &&
               core->config.hooks.read(core->config.user, address, size, value) >= 0;
    uint32_t word;
    if (!word_read(core, address & ~3u, &word, debug))
        return false;
    word >>= 8 * (address & 3);
    *value = size == 4 ? word : word & ((1u << 8 * size) - 1);
    return true;
}

bool armv7m_ppb_write(struct armv7m *core, uint32_t address, unsigned size, uint32_t value,
                      bool debug) {
    uint32_t offset = address & 0xFFC, lane = 8 * (address & 3);
    uint32_t mask = (size == 4 ? 0xFFFFFFFF : (1u << 8 * size) - 1) << lane;
    if (!debug && !may(core, address, true))
        return false;
    if (external(address))
        return core->config.hooks.write &&
               core->config.hooks.write(core->config.user, address, size, value) >= 0;
    switch (address >> 12) {
    case 0xE0000:
        return armv7m_itm_write(core, offset, size, value);
    case 0xE0001:
        return armv7m_dwt_write(core, offset, value << lane);
    case 0xE0002:
        return armv7m_fpb_write(core, offset, value << lane);
    case 0xE000E:
        return scs_write(core, offset, value << lane, mask);
    case 0xE0040:
        return armv7m_tpiu_write(core, offset, value << lane);
    default:
        return unknown(core, address, true, value);
    }
}
