/* The smallest image that receives and delivers: every frame with a good FCS comes to
 * lp_deliver_frame(), rx_counters tells of the others. */
#include "firmware/drivers/clock.h"
#include "firmware/drivers/rx.h"
#include "firmware/registers/armv7m.h"

void rx_frame(const uint8_t *frame, uint16_t length) {
    (void)frame, (void)length;
}

bool rx_wanted(const uint8_t *frame, uint16_t length) {
    (void)frame, (void)length;
    return false;
}

int main(void) {
    clock_init();
    rx_init();
    for (;;)
        wait_for_interrupt();
}
