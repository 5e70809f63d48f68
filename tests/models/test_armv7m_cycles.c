/* Cycles: one case per row of the tables of the Cortex-M3 TRM (DDI0337I 3.3.1) and the
 * Cortex-M4 TRM (100166 3.3.1 and 7.2.3), zero wait states. What the tables leave open
 * (P = 1..3, early termination) is as models/mcu/armv7m/armv7m.h states it.
 *
 * A case is a program of halfwords that ends at its end; its cycles are those from before
 * the first instruction to behind the last.
 */
#include "tests/models/armv7m_rig.h"

static struct rig rig;

enum { M3 = 1, M4 = 2, BOTH = 3 };
struct row {
    const char *name;
    uint16_t code[8];
    uint8_t n, kinds;
    uint8_t cycles;
    uint8_t to; /* where it ends, in halfwords from the start; 0: behind the code */
};

/* R0 = 0x20000100, R1 = 0x20000200, R2 = 3, R3 = 1000, R4 = 0x12345678, R5 = START + 16 | 1,
 * R7 = 0x30 */
static const struct row ROWS[] = {
    {"MOV", {0x2001}, 1, BOTH, 1, 0},
    {"ADD", {0x18D2}, 1, BOTH, 1, 0},
    {"AND.W shifted", {0xEA02, 0x1203}, 2, BOTH, 1, 0},
    {"LSL register", {0x4093}, 1, BOTH, 1, 0},
    {"CMP", {0x2A00}, 1, BOTH, 1, 0},
    {"UXTB", {0xB2D2}, 1, BOTH, 1, 0},
    {"UBFX", {0xF3C3, 0x0307}, 2, BOTH, 1, 0},
    {"BFI", {0xF362, 0x0307}, 2, BOTH, 1, 0},
    {"REV", {0xBA12}, 1, BOTH, 1, 0},
    {"CLZ", {0xFAB2, 0xF282}, 2, BOTH, 1, 0},
    {"MOVW", {0xF241, 0x2234}, 2, BOTH, 1, 0},
    {"SSAT", {0xF302, 0x0207}, 2, BOTH, 1, 0},
    {"MUL", {0x435A}, 1, BOTH, 1, 0},
    {"MLA", {0xFB02, 0x3203}, 2, M3, 2, 0},
    {"MLA", {0xFB02, 0x3203}, 2, M4, 1, 0},
    {"MLS", {0xFB02, 0x3213}, 2, M3, 2, 0},
    {"MLS", {0xFB02, 0x3213}, 2, M4, 1, 0},
    {"UMULL small", {0xFBA2, 0x6703}, 2, M3, 3, 0},
    {"UMULL one large", {0xFBA2, 0x6704}, 2, M3, 4, 0},
    {"UMULL large", {0xFBA4, 0x6704}, 2, M3, 5, 0},
    {"UMULL", {0xFBA4, 0x6704}, 2, M4, 1, 0},
    {"UMLAL small", {0xFBE2, 0x6803}, 2, M3, 4, 0},
    {"UMLAL large", {0xFBE4, 0x2404}, 2, M3, 7, 0},
    {"SMLAL", {0xFBC4, 0x6704}, 2, M4, 1, 0},
    {"UDIV 3/1000", {0xFBB2, 0xF2F3}, 2, BOTH, 2, 0},
    {"UDIV 0x12345678/3", {0xFBB4, 0xF2F2}, 2, BOTH, 11, 0},
    {"SADD16", {0xFA92, 0xF203}, 2, M4, 1, 0},
    {"SMLAD", {0xFB22, 0x4203}, 2, M4, 1, 0},
    {"QADD", {0xFA82, 0xF283}, 2, M4, 1, 0},
    {"USAD8", {0xFB72, 0xF203}, 2, M4, 1, 0},
    {"SMMUL", {0xFB52, 0xF203}, 2, M4, 1, 0},
    {"LDR", {0x6802}, 1, BOTH, 2, 0},
    {"LDR LDR", {0x6802, 0x680B}, 2, BOTH, 3, 0},
    {"LDR LDR LDR LDR", {0x6802, 0x680B, 0x6846, 0x684F}, 4, BOTH, 5, 0},
    {"LDR used as an address", {0x6800, 0x6802}, 2, BOTH, 4, 0},
    {"LDRB", {0x7802}, 1, BOTH, 2, 0},
    {"LDR literal", {0x4A01}, 1, BOTH, 2, 0},
    {"LDR post-indexed", {0xF850, 0x2B04}, 2, BOTH, 2, 0},
    {"STR", {0x6002}, 1, BOTH, 1, 0},
    {"STR register offset", {0x51C2}, 1, BOTH, 2, 0},
    {"LDR STR register offset", {0x680A, 0x51C3}, 2, BOTH, 3, 0},
    {"address from an ALU result", {0x3004, 0x6802}, 2, BOTH, 4, 0},
    {"ALU result not an address", {0x3204, 0x6803}, 2, BOTH, 3, 0},
    {"LDR unaligned by 1", {0xF8D0, 0x2001}, 2, BOTH, 4, 0},
    {"LDR unaligned by 2", {0xF8D0, 0x2002}, 2, BOTH, 3, 0},
    {"STRH unaligned", {0xF8A0, 0x2001}, 2, BOTH, 2, 0},
    {"LDRD", {0xE9D0, 0x2300}, 2, BOTH, 3, 0},
    {"STRD", {0xE9C0, 0x2300}, 2, BOTH, 3, 0},
    {"LDM 4", {0xC8CC}, 1, BOTH, 5, 0},
    {"STM 4", {0xC1CC}, 1, BOTH, 5, 0},
    {"PUSH 3", {0xB41C}, 1, BOTH, 4, 0},
    {"POP 2 and PC", {0xBDC0}, 1, BOTH, 7, 8},
    {"LDR PC", {0xF8D1, 0xF000}, 2, BOTH, 5, 8},
    {"LDREX", {0xE850, 0x2F00}, 2, BOTH, 2, 0},
    {"STREX", {0xE840, 0x2300}, 2, BOTH, 2, 0},
    {"B", {0xE006}, 1, BOTH, 2, 8},
    {"B to a straddling target", {0xE007, NOP, NOP, NOP, NOP, NOP, NOP, NOP}, 8, BOTH, 3, 9},
    {"BEQ taken", {0xD006}, 1, BOTH, 2, 8},
    {"BNE not taken", {0xD106}, 1, BOTH, 1, 0},
    {"CBZ not taken", {0xB132}, 1, BOTH, 1, 0},
    {"CBNZ taken", {0xB932}, 1, BOTH, 2, 8},
    {"BL", {0xF000, 0xF806}, 2, BOTH, 2, 8},
    {"BX", {0x4728}, 1, BOTH, 3, 8},
    {"BLX", {0x47A8}, 1, BOTH, 3, 8},
    {"MOV PC", {0x46AF}, 1, BOTH, 3, 8},
    {"TBB", {0xE8D0, 0xF007}, 2, BOTH, 5, 8},
    {"IT and one executed", {0xBF08, 0x3201}, 2, BOTH, 2, 0},
    {"IT and one skipped", {0xBF18, 0x3201}, 2, BOTH, 2, 0},
    {"NOP", {NOP}, 1, BOTH, 1, 0},
    {"CPS", {0xB662}, 1, BOTH, 1, 0},
    {"MRS", {0xF3EF, 0x8200}, 2, BOTH, 2, 0},
    {"MSR", {0xF382, 0x8800}, 2, BOTH, 2, 0},
    {"VADD", {0xEE30, 0x0A01}, 2, M4, 1, 0},
    {"VMUL", {0xEE20, 0x0A01}, 2, M4, 1, 0},
    {"VADD of a result", {0xEE30, 0x0A01, 0xEE30, 0x1A01}, 4, M4, 3, 0},
    {"VADD VADD", {0xEE30, 0x0A01, 0xEE31, 0x1A01}, 4, M4, 2, 0},
    {"VMLA", {0xEE00, 0x0A01}, 2, M4, 3, 0},
    {"VFMA", {0xEEA0, 0x0A01}, 2, M4, 3, 0},
    {"VDIV", {0xEE80, 0x0A01}, 2, M4, 14, 0},
    {"VSQRT", {0xEEB1, 0x0AC1}, 2, M4, 14, 0},
    {"VCVT", {0xEEB8, 0x0AC1}, 2, M4, 1, 0},
    {"VCMP", {0xEEB4, 0x0A41}, 2, M4, 1, 0},
    {"VABS", {0xEEB0, 0x0AC1}, 2, M4, 1, 0},
    {"VLDR single", {0xED90, 0x0A00}, 2, M4, 2, 0},
    {"VLDR double", {0xED90, 0x0B00}, 2, M4, 3, 0},
    {"VSTR single", {0xED80, 0x0A00}, 2, M4, 2, 0},
    {"VLDM 4", {0xEC90, 0x0A04}, 2, M4, 5, 0},
    {"VPUSH 2 doubles", {0xED2D, 0x0B04}, 2, M4, 5, 0},
    {"VMOV to the core", {0xEE10, 0x2A10}, 2, M4, 1, 0},
    {"VMOV two", {0xEC53, 0x2A10}, 2, M4, 2, 0},
    {"VMRS", {0xEEF1, 0xFA10}, 2, M4, 1, 0},
};
#define N_ROWS (sizeof ROWS / sizeof *ROWS)

static void prepare(const struct row *row, enum armv7m_kind kind) {
    static const uint32_t VALUES[] = {RAM + 0x100, RAM + 0x200, 3,          1000,
                                      0x12345678,  START + 17,  0x11111111, 0x30};
    rig_init(&rig, kind);
    rig_poke(&rig, CPACR, 0xF00000);
    for (unsigned i = 0; i < 8; i++)
        armv7m_set(rig.core, (enum armv7m_reg)i, VALUES[i]);
    for (unsigned i = 0; i < 4; i++) {
        armv7m_set(rig.core, (enum armv7m_reg)(ARMV7M_S0 + i), 0x3F800000);
        rig_poke(&rig, RAM + 0x100 + 4 * i, RAM + 0x200 + 4 * i);
        rig_poke(&rig, RAM + 0x200 + 4 * i, START + 17);
        rig_poke(&rig, STACK - 16 + 4 * i, START + 17);
    }
    rig_poke(&rig, RAM + 0x100, RAM + 0x200);
    armv7m_write(rig.core, RAM + 0x130, 1, 6); /* for TBB */
    armv7m_set(rig.core, ARMV7M_SP, STACK - 12);
    armv7m_set(rig.core, ARMV7M_XPSR, 0x41000000);
    rig_put(&rig, START, row->code, row->n);
    if (row->to == 9) /* a 32-bit instruction at an odd halfword */
        PUT(&rig, START + 18, 0xF3AF, 0x8000);
}

static void check(const struct row *row, enum armv7m_kind kind) {
    prepare(row, kind);
    uint32_t end = START + 2 * (row->to ? row->to : row->n);
    armv7m_break(rig.core, end, true);
    uint64_t start = armv7m_cycles(rig.core);
    enum armv7m_stop stop = armv7m_run(rig.core, start + 1000);
    uint64_t took = armv7m_cycles(rig.core) - start;
    cr_expect_eq(stop, ARMV7M_BREAKPOINT, "%s: stop %d", row->name, stop);
    cr_expect_eq(took, row->cycles, "%s on %s: %d cycles, expected %u", row->name,
                 kind == ARMV7M_M3 ? "M3" : "M4", (int)took, row->cycles);
    rig_finish(&rig);
}

Test(armv7m_cycles, table) {
    for (unsigned i = 0; i < N_ROWS; i++) {
        if (ROWS[i].kinds & M3)
            check(&ROWS[i], ARMV7M_M3);
        if (ROWS[i].kinds & M4)
            check(&ROWS[i], ARMV7M_M4F);
    }
}

/* subs; bne: 3 cycles a round, one less for the last. */
Test(armv7m_cycles, delay_loop) {
    rig_init(&rig, ARMV7M_M3);
    PUT(&rig, START, 0x3801, 0xD1FD);
    armv7m_set(rig.core, ARMV7M_R0, 1000);
    uint64_t start = armv7m_cycles(rig.core);
    rig_until(&rig, START);
    armv7m_break(rig.core, START + 4, true);
    armv7m_run(rig.core, start + 10000);
    cr_expect_eq(armv7m_cycles(rig.core) - start, 3 * 1000 - 1);
    rig_finish(&rig);
}

/* The same counted by the program itself: CYCCNT before and behind ten NOPs. */
Test(armv7m_cycles, cyccnt) {
    rig_init(&rig, ARMV7M_M4F);
    PUT(&rig, START, 0x6801, NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP, 0x6802, 0x1A53);
    armv7m_set(rig.core, ARMV7M_R0, 0xE0001004);
    rig_poke(&rig, 0xE000EDFC, 1 << 24);
    rig_poke(&rig, 0xE0001000, 1);
    armv7m_break(rig.core, START + 26, true);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_BREAKPOINT);
    cr_expect_eq(rig_get(&rig, 3), 2 + 10);
    rig_finish(&rig);
}

/* It stands still while its clock does. */
Test(armv7m_cycles, cyccnt_sleeps) {
    rig_init(&rig, ARMV7M_M4F);
    PUT(&rig, START, WFI);
    rig_poke(&rig, 0xE000EDFC, 1 << 24);
    rig_poke(&rig, 0xE0001000, 1);
    rig_run(&rig, 10);
    uint32_t before = rig_peek(&rig, 0xE0001004);
    rig_run(&rig, 1000);
    cr_expect_eq(rig_peek(&rig, 0xE0001004), before);
    rig_finish(&rig);
}

/* Whatever the slices, the same cycles and instructions. */
Test(armv7m_cycles, slices_do_not_matter) {
    uint64_t cycles[3], instructions[3];
    for (unsigned slice = 1; slice <= 3; slice++) {
        rig_init(&rig, ARMV7M_M4F);
        PUT(&rig, START, 0x6802, 0x3801, 0x3004, 0xB41C, 0xBC1C, 0x3B01, 0xD1F8, HERE);
        armv7m_set(rig.core, ARMV7M_R0, RAM + 0x100);
        armv7m_set(rig.core, (enum armv7m_reg)3, 50);
        armv7m_break(rig.core, START + 14, true);
        while (armv7m_run(rig.core, armv7m_cycles(rig.core) + slice * slice) != ARMV7M_BREAKPOINT)
            ;
        cycles[slice - 1] = armv7m_cycles(rig.core);
        instructions[slice - 1] = armv7m_instructions(rig.core);
        rig_finish(&rig);
    }
    cr_expect_eq(cycles[0], cycles[1]);
    cr_expect_eq(cycles[0], cycles[2]);
    cr_expect_eq(instructions[0], instructions[1]);
    cr_expect_eq(instructions[0], instructions[2]);
}
