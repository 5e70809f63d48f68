/* Faults in words. Bits: ARMv7-M Architecture Reference Manual (DDI0403E) B3.2.15 (CFSR) and
 * B3.2.16 (HFSR); the stacked frame: B1.5.6 to B1.5.8. */
#include "harness/mcu.h"

#include "harness/hex32.h"

#define VTOR        0xe000ed08u
#define BRANCH_SELF 0xe7feu
#define LENGTH(a)   (sizeof(a) / sizeof((a)[0]))

struct cause {
    uint32_t bit;
    const char *name, *meaning;
};

static const struct cause cfsr_causes[] = {
    {1u << 0, "IACCVIOL", "an instruction was fetched where none may be executed"},
    {1u << 1, "DACCVIOL", "a data access the memory protection forbids"},
    {1u << 3, "MUNSTKERR", "memory protection while returning from an exception"},
    {1u << 4, "MSTKERR", "memory protection while stacking for an exception"},
    {1u << 5, "MLSPERR", "memory protection while saving floating-point registers"},
    {1u << 8, "IBUSERR", "bus error of an instruction fetch"},
    {1u << 9, "PRECISERR", "bus error of a data access"},
    {1u << 10, "IMPRECISERR", "bus error of an earlier write"},
    {1u << 11, "UNSTKERR", "bus error while returning from an exception"},
    {1u << 12, "STKERR", "bus error while stacking for an exception"},
    {1u << 13, "LSPERR", "bus error while saving floating-point registers"},
    {1u << 16, "UNDEFINSTR", "undefined instruction"},
    {1u << 17, "INVSTATE", "not in Thumb state: a branch to an address without bit 0"},
    {1u << 18, "INVPC", "an exception return that is not valid"},
    {1u << 19, "NOCP", "a coprocessor that is absent or off (the FPU: CPACR)"},
    {1u << 24, "UNALIGNED", "unaligned access"},
    {1u << 25, "DIVBYZERO", "division by zero"},
};

static const struct cause hfsr_causes[] = {
    {1u << 1, "VECTTBL", "the vector table could not be read"},
    {1u << 30, "FORCED", "a fault whose own handler is off or cannot run"},
    {1u << 31, "DEBUGEVT", "a BKPT without a debugger"},
};

enum { MMARVALID = 1 << 7, BFARVALID = 1 << 15, UNDEFINSTR = 1 << 16 };

static const char *fault_name(unsigned exception) {
    static const char *const names[] = {"lockup", [3] = "HardFault", "MemManage fault", "BusFault",
                                        "UsageFault"};
    return exception < LENGTH(names) && names[exception] ? names[exception] : "fault";
}

/* --- at the moment of entry --------------------------------------------------------------------
 */

static bool frame_word(struct mcu *mcu, uint32_t frame, unsigned n, uint32_t *value) {
    return mcu_in_memory(mcu, frame + 4 * n, 4, 1u << STM32_SRAM | 1u << STM32_CCM) &&
           armv7m_read(mcu->core, frame + 4 * n, 4, value);
}

/* r0-r3, r12, lr, pc and xPSR of the code that faulted, and its stack pointer. */
static bool read_frame(struct mcu *mcu, uint32_t exc_return) {
    static const unsigned order[] = {0, 1, 2, 3, 12, 14, 15};
    struct mcu_fault_state *fault = &mcu->fault;
    uint32_t frame = armv7m_get(mcu->core, exc_return & 4 ? ARMV7M_PSP : ARMV7M_MSP);
    for (unsigned i = 0; i < LENGTH(order); i++)
        if (!frame_word(mcu, frame, i, &fault->r[order[i]]))
            return false;
    if (!frame_word(mcu, frame, 7, &fault->xpsr))
        return false;
    fault->r[13] = frame + (exc_return & 16 ? 0x20 : 0x68) + (fault->xpsr >> 7 & 4);
    return true;
}

static void take_registers(struct mcu *mcu) {
    struct mcu_fault_state *fault = &mcu->fault;
    uint32_t exc_return = armv7m_get(mcu->core, ARMV7M_LR);
    for (unsigned i = 0; i < 16; i++)
        fault->r[i] = armv7m_get(mcu->core, (enum armv7m_reg)(ARMV7M_R0 + i));
    fault->xpsr = armv7m_get(mcu->core, ARMV7M_XPSR);
    fault->frame = exc_return >= 0xffffffe1u && read_frame(mcu, exc_return);
}

/* Most programs' handler is "b ."; there is nothing to wait for then. */
static bool handler_spins(struct mcu *mcu, unsigned number) {
    uint32_t table, handler, instruction;
    return armv7m_read(mcu->core, VTOR, 4, &table) &&
           mcu_in_memory(mcu, table + 4 * number, 4, UINT32_MAX) &&
           armv7m_read(mcu->core, table + 4 * number, 4, &handler) &&
           mcu_in_memory(mcu, handler & ~1u, 2, UINT32_MAX) &&
           armv7m_read(mcu->core, handler & ~1u, 2, &instruction) && instruction == BRANCH_SELF;
}

void mcu_fault_entered(struct mcu *mcu, unsigned number) {
    mcu->fault.set = true;
    mcu->fault.exception = number;
    mcu->fault.first = armv7m_fault(mcu->core);
    take_registers(mcu);
    if (!handler_spins(mcu, number))
        return;
    mcu->spinning = true;
    stm32_request_stop(mcu->chip);
}

/* --- printing ------------------------------------------------------------------------------------
 */

static void print_causes(const struct cause *causes, size_t n, const char *reg, uint32_t value,
                         FILE *out) {
    for (size_t i = 0; i < n; i++)
        if (value & causes[i].bit)
            fprintf(out, "  %s.%s: %s\n", reg, causes[i].name, causes[i].meaning);
}

static void print_registers(const struct mcu_fault_state *fault, FILE *out) {
    static const char *const names[] = {"r0", "r1", "r2",  "r3",  "r4",  "r5", "r6", "r7",
                                        "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc"};
    for (unsigned i = 0; i < 16; i++)
        fprintf(out, "%s%-3s 0x%08x%s", i % 4 ? "  " : "  ", names[i], (unsigned)fault->r[i],
                i % 4 == 3 ? "\n" : "");
    fprintf(out, "  xpsr 0x%08x\n", (unsigned)fault->xpsr);
}

static void print_instruction(const struct mcu *mcu, uint32_t pc, FILE *out) {
    uint32_t first, second;
    if (mcu_in_memory(mcu, pc, 4, UINT32_MAX) && armv7m_read(mcu->core, pc, 2, &first) &&
        armv7m_read(mcu->core, pc + 2, 2, &second))
        fprintf(out, "  the halfwords there: 0x%04x 0x%04x\n", (unsigned)first, (unsigned)second);
}

/* Where the stack pointer must have been to make sense. */
static void print_stack(const struct mcu *mcu, uint32_t sp, FILE *out) {
    if (!mcu_in_memory(mcu, sp - 4, 4, 1u << STM32_SRAM | 1u << STM32_CCM))
        fprintf(out, "  the stack pointer 0x%08x lies in no RAM: a stack overflow?\n",
                (unsigned)sp);
}

static void print_vectors(const struct mcu *mcu, FILE *out) {
    uint32_t table = 0, sp = 0, pc = 0;
    if (armv7m_instructions(mcu->core) > 1)
        return;
    armv7m_read(mcu->core, VTOR, 4, &table);
    if (armv7m_read(mcu->core, table, 4, &sp) && armv7m_read(mcu->core, table + 4, 4, &pc) &&
        (!(pc & 1) || !mcu_in_memory(mcu, pc & ~1u, 2, UINT32_MAX)))
        fprintf(out,
                "  the vector table at 0x%08x begins with sp 0x%08x, pc 0x%08x: no code there\n",
                (unsigned)table, (unsigned)sp, (unsigned)pc);
}

/* Where the link register returns to: the call itself stands just before. */
static uint32_t caller(const struct mcu_fault_state *fault) {
    return (fault->r[14] & ~1u) - 2;
}

static bool is_code(const struct mcu *mcu, uint32_t address) {
    return image_function(&mcu->image, address) != NULL;
}

void mcu_fault_print(const struct mcu *mcu, FILE *out) {
    struct armv7m_fault fault = armv7m_fault(mcu->core);
    struct mcu_fault_state now = mcu->fault;
    char where[MCU_WHERE];
    if (!now.set) { /* lockup without any handler */
        for (unsigned i = 0; i < 16; i++)
            now.r[i] = armv7m_get(mcu->core, (enum armv7m_reg)(ARMV7M_R0 + i));
        now.xpsr = armv7m_get(mcu->core, ARMV7M_XPSR);
    }
    uint32_t pc = !now.set ? fault.pc : now.frame ? now.r[15] : now.first.pc;
    fprintf(out, "linkpulse: %s at %s\n", fault_name(now.set ? now.exception : fault.exception),
            mcu_where(mcu, pc, where, sizeof where));
    print_causes(cfsr_causes, LENGTH(cfsr_causes), "CFSR", fault.cfsr, out);
    if (fault.cfsr & MMARVALID)
        fprintf(out, "  address 0x%08x (MMFAR)\n", (unsigned)fault.mmfar);
    if (fault.cfsr & BFARVALID)
        fprintf(out, "  address 0x%08x (BFAR)\n", (unsigned)fault.bfar);
    print_causes(hfsr_causes, LENGTH(hfsr_causes), "HFSR", fault.hfsr, out);
    if (fault.cfsr & UNDEFINSTR)
        print_instruction(mcu, pc, out);
    if (is_code(mcu, caller(&now)))
        fprintf(out, "  called from %s\n", mcu_where(mcu, caller(&now), where, sizeof where));
    if (now.set && fault.count > now.first.count && fault.pc != pc)
        fprintf(out, "  then another fault at %s\n", mcu_where(mcu, fault.pc, where, sizeof where));
    print_stack(mcu, now.r[13], out);
    print_vectors(mcu, out);
    print_registers(&now, out);
}
