/* A recursion without end: the stack grows down, out of the RAM. */
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#include "test.h"

__attribute__((noinline)) int deeper(volatile int *from) {
    volatile int here[64];
    here[0] = from[0] + 1;
    return deeper(here) + here[0];
}

int main(void) {
    volatile int start = 0;
    return deeper(&start);
}
