/* The core beside Unicorn, an emulator nobody here wrote: a million random instructions for
 * each kind of core, all registers and flags compared before every one, memory after every
 * 64; then once more at a go, and once translated. LINKPULSE_LOCKSTEP sets another number of
 * instructions.
 *
 * Where Unicorn 2.0.1 differs by a fault of its own, and what is left out for it:
 *   it keeps the two low bits of SP, which ARMv7-M reads as 0 (B1.4.1): results that have any
 *   YIELD ends its emulation
 *   VCVT from fixed point obeys FPSCR.RMode; A7.7.229 rounds to nearest: other modes
 *   ISB, MSR and VMSR end its translated block and with it an IT block: not inside one
 *   it does not call its hook for instructions an IT block skips: those are passed over
 *   it crashes when its translations overflow: it is opened anew every million
 *   it clears all of FPSCR when a floating point context begins: one is active all along
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/models/armv7m_lockstep.h"

static struct lockstep lockstep;

static uint64_t wanted(void) {
    const char *text = getenv("LINKPULSE_LOCKSTEP");
    return text ? strtoull(text, NULL, 0) : 1000000;
}

static void compare(enum armv7m_kind kind, uint64_t seed) {
    cr_assert(lockstep_init(&lockstep, kind, seed));
    while (lockstep.instructions < wanted())
        cr_assert(lockstep_sequence(&lockstep), "%s", lockstep.failure);
    for (unsigned code = 0; code < OP_CODES; code++)
        if (lockstep_covers(kind, code))
            cr_expect_gt(lockstep.seen[code], 20, "operation %u: only %u times", code,
                         lockstep.seen[code]);
    if (lockstep.core->translator)
        cr_expect_gt(lockstep.core->translated, wanted() / 4);
    lockstep_finish(&lockstep);
}

Test(armv7m_lockstep, m3, .timeout = 3000) {
    compare(ARMV7M_M3, 0x1001);
}

Test(armv7m_lockstep, m4f, .timeout = 3000) {
    compare(ARMV7M_M4F, 0x2002);
}

/* One wrong bit in one register is seen. */
Test(armv7m_lockstep, sees_a_difference) {
    cr_assert(lockstep_init(&lockstep, ARMV7M_M4F, 1));
    lockstep.plant = true;
    cr_expect_not(lockstep_sequence(&lockstep));
    cr_expect_neq(lockstep.failure[0], 0);
    lockstep_finish(&lockstep);
}
