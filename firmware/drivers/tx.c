#include "firmware/drivers/tx.h"

#include "firmware/drivers/clock.h"
#include "firmware/drivers/rx_check.h"
#include "firmware/drivers/tx_port.h"
#include "firmware/lib/crc32.h"
#include "firmware/lib/memory.h"

/* Eight octets 55 where the standard has seven: the board's transmitter loses the beginning
 * of the first, while it switches on its driver. */
static const uint8_t PREAMBLE[9] = {0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5};
enum { FCS = 4, GAP_CYCLES = CLOCK_HCLK / 10000 * 96 / 1000 /* 96 bits of 100 ns */ };

__attribute__((section(".noinit"))) static uint8_t buffer[sizeof PREAMBLE + TX_LONGEST + FCS];
static uint32_t free_since; /* cycles */

void tx_init(void) {
    rx_cycles_init();
    memcpy(buffer, PREAMBLE, sizeof PREAMBLE);
    tx_port_init();
}

uint8_t *tx_begin(void) {
    tx_port_finish();
    free_since = rx_cycles();
    return buffer + sizeof PREAMBLE;
}

/* Until nobody has sent for a gap. Not seen is a frame whose preamble has just begun: the select
 * falls behind it. */
static void wait_for_line(void) {
#ifdef TX_SENSES_CARRIER
    uint32_t busy = rx_cycles();
    while (rx_cycles() - busy < GAP_CYCLES)
        if (tx_port_line_busy())
            busy = rx_cycles();
#endif
}

void tx_commit(uint16_t length) {
    uint8_t *frame = buffer + sizeof PREAMBLE;
    if (length < TX_SHORTEST) {
        memset(frame + length, 0, TX_SHORTEST - length);
        length = TX_SHORTEST;
    }
    uint32_t fcs = crc32_by_table(frame, length);
    for (int i = 0; i < FCS; i++)
        frame[length + i] = (uint8_t)(fcs >> 8 * i);
    while (rx_cycles() - free_since < GAP_CYCLES)
        ;
    wait_for_line();
    tx_port_start(buffer, (uint16_t)(sizeof PREAMBLE + length + FCS));
}
