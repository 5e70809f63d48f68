#include "test.h"

int main(void) {
    __asm__ volatile("bkpt 1");
    itm_text("passed\n");
    return 0;
}
