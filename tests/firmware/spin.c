/* Never ends; counts in a variable for the debugger. */
#include "test.h"

volatile uint32_t counter;
volatile float ratio = 1.5f;

__attribute__((noinline)) void tick(void) {
    counter++;
}

int main(void) {
    for (;;)
        tick();
}
