/* Strategy `rearm`: see rx.h; the reference firmware's way. Four buffers; the interrupt at a
 * frame's end waits out false edges, stops SPI and DMA, takes the length from NDTR, checks the
 * FCS and only then starts the DMA anew. A frame whose first data bit comes before that is
 * damaged or lost: the window is 1,250 cycles at the standard's gap. */
#include <stddef.h>

#include "firmware/drivers/rx.h"
#include "firmware/drivers/rx_check.h"
#include "firmware/drivers/rx_port.h"

#ifndef RX_BUFFER_OCTETS
#define RX_BUFFER_OCTETS 1600
#endif
enum { BUFFERS = 4, BUFFER_OCTETS = RX_BUFFER_OCTETS, FALSE_EDGE_CYCLES = 150 };
#ifndef RX_EXTRA_CYCLES
#define RX_EXTRA_CYCLES 0 /* lengthens the interrupt, to see frames being lost */
#endif

__attribute__((section(".noinit"), aligned(4))) static uint8_t buffers[BUFFERS][BUFFER_OCTETS];
static uint16_t lengths[BUFFERS];
/* Buffers out..in-1 are the main loop's, `in` is the DMA's. */
static volatile uint32_t in, out;

static void arm(void) {
    rx_port_dma_start(buffers[in % BUFFERS], BUFFER_OCTETS, false);
    rx_port_resync();
}

void rx_init(void) {
    rx_cycles_init();
    rx_port_pins();
    arm();
    rx_port_edge_on(RX_EDGE_PRIORITY);
}

static void wait(uint32_t begin, uint32_t cycles) {
    while (rx_cycles() - begin < cycles)
        ;
}

static void keep(uint8_t *frame, uint32_t length) {
    if (!rx_wanted(frame, (uint16_t)length)) {
        lp_drop_filter();
    } else if (in - out == BUFFERS - 1) {
        lp_drop_queue();
    } else {
        lengths[in % BUFFERS] = (uint16_t)length;
        in++;
    }
}

void EXTI9_5_IRQHandler(void);
void EXTI9_5_IRQHandler(void) {
    uint32_t begin = rx_cycles();
    rx_port_clear_edge();
    wait(begin, FALSE_EDGE_CYCLES);
    if (!rx_port_idle()) {
        rx_counters.false_edges++;
        return;
    }
    rx_port_dma_stop();
    uint8_t *frame = buffers[in % BUFFERS];
    uint32_t length = BUFFER_OCTETS - rx_port_remaining();
    if (rx_check(frame, length))
        keep(frame, length - RX_FCS);
    if (RX_EXTRA_CYCLES)
        wait(rx_cycles(), RX_EXTRA_CYCLES);
    arm();
    rx_cycles_note(begin);
}

const uint8_t *rx_take(uint16_t *length) {
    if (in == out)
        return NULL;
    *length = lengths[out % BUFFERS];
    return buffers[out % BUFFERS];
}

void rx_release(void) {
    out++;
}
