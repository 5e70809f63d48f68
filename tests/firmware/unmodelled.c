/* Touches a block that is not modelled: the CRC unit's neighbour in the map. */
#include "test.h"

__attribute__((noinline)) void touch(void) {
    REG(ADDRESS) = 1;
}

int main(void) {
    touch();
    itm_text("went on\n");
    return 0;
}
