/* A loop of known cycles by CYCCNT: prints the cycles of one round. With no wait states
 * and no alignment penalty SUBS takes 1, a taken BNE 1 + P with P = 1 to 3 (DDI0337I,
 * table 3-1). */
#include "test.h"

__attribute__((noinline)) static uint32_t rounds(uint32_t n) {
    uint32_t before = REG(0xe0001004);
    __asm__ volatile(".p2align 3\n1: subs %0, #1\n bne 1b" : "+l"(n)::"cc");
    return REG(0xe0001004) - before;
}

int main(void) {
    REG(0xe000edfc) |= 1u << 24;
    REG(0xe0001000) |= 1;
    uint32_t few = rounds(1000), many = rounds(2000);
    uint32_t each = (many - few) / 1000;
    itm_char((char)('0' + each));
    itm_char('\n');
    return (many - few) % 1000 == 0 ? 0 : 1;
}
