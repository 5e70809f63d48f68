/* SYS_EXIT, with the reason in R1. */
#include "test.h"

int main(void) {
    semihost(0x18, (const void *)REASON);
    return 0;
}
