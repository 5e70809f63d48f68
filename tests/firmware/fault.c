/* Faults in a function with a name; WHAT says how. */
#include "test.h"

__attribute__((noinline)) void go_wrong(void) {
#if WHAT == 1 /* undefined instruction */
    __asm__ volatile("udf #0");
#elif WHAT == 2 /* a read where nothing is */
    (void)REG(0x30000000);
#elif WHAT == 3 /* to ARM state */
    __asm__ volatile("mov r0, #0\n bx r0");
#elif WHAT == 4 /* division by zero, trapped */
    REG(0xe000ed14) |= 0x10;
    __asm__ volatile("mov r0, #0\n udiv r0, r0, r0" ::: "r0");
#endif
}

int main(void) {
    go_wrong();
    return 0;
}
