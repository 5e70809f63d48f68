/* Strategy `ring`: see rx.h. The DMA never stops, so nothing is lost while the interrupt at a
 * frame's end runs; it only has to resynchronise the SPI before the next frame's first data
 * bit, 9.6 us of gap and 6.4 us of preamble after the last bit, less the 0.4 us after which
 * PC6 rises: 1,250 cycles at 80 MHz, 310 at 20 MHz. Checking the FCS takes PendSV as long as
 * it takes, while later frames wait in the ring. */
#include "firmware/drivers/ring.h"
#include "firmware/drivers/rx.h"
#include "firmware/drivers/rx_check.h"
#include "firmware/drivers/rx_port.h"
#include "firmware/lib/memory.h"

#ifdef CHIP_F100RB
enum { RING_SIZE = 3072 }; /* of 8 kB */
#else
enum { RING_SIZE = 16384 };
#endif

#ifndef RX_CHECK_CYCLES
#define RX_CHECK_CYCLES 0 /* lengthens each check, to see the ring come round */
#endif

static struct ring ring;
/* Behind the ring there is room for the end of a frame that wrapped. */
__attribute__((section(".noinit"), aligned(4))) static uint8_t octets[RING_SIZE + RX_LONGEST];

/* NDTR of the turn that the ring believes to be in. */
static uint32_t remaining(void) {
    uint32_t left = rx_port_remaining();
    while (rx_port_wrapped()) {
        rx_port_clear_wrapped();
        ring_turn(&ring);
        left = rx_port_remaining();
    }
    return left;
}

void rx_init(void) {
    rx_cycles_init();
    rx_port_pins();
    ring_init(&ring, RING_SIZE);
    rx_port_dma_start(octets, RING_SIZE, true);
    rx_port_spi_on();
    exception_priority(EXCEPTION_PENDSV, RX_CHECK_PRIORITY);
    irq_enable(IRQ_RX_DMA, RX_EDGE_PRIORITY);
    rx_port_edge_on(RX_EDGE_PRIORITY);
}

void EXTI9_5_IRQHandler(void);
void EXTI9_5_IRQHandler(void) {
    uint32_t begin = rx_cycles();
    rx_port_clear_edge();
    if (!rx_port_idle()) {
        rx_counters.false_edges++;
        data_barrier(); /* else the interrupt may begin again at once */
        return;
    }
#ifndef RX_NO_RESYNC
    rx_port_resync();
#endif
    const uint8_t *frame = octets + ring.begin_offset;
    if (!ring_end(&ring, remaining())) {
        rx_counters.no_descriptor++;
        lp_lose_frame(frame);
    }
    SCB->ICSR = SCB_ICSR_PENDSVSET;
    rx_cycles_note(begin);
}

/* Once per turn of the ring. As urgent as the frame end, so that neither sees the other's
 * work half done. */
void RX_DMA_IRQHandler(void);
void RX_DMA_IRQHandler(void) {
    if (rx_port_dma_failed()) {
        rx_counters.dma_errors++;
        rx_port_dma_stop();
        rx_port_clear_wrapped();
        ring_restart(&ring);
        rx_port_dma_start(octets, RING_SIZE, true);
    }
    remaining();
    data_barrier();
}

bool rx_overwritten(void) {
    interrupts_off();
    const struct ring_frame *frame = ring_oldest(&ring);
    bool overwritten = !frame || ring_overwritten(&ring, frame, remaining());
    interrupts_on();
    return overwritten;
}

/* A frame that wraps continues behind the ring, where it is in one piece. */
static uint8_t *in_one_piece(const struct ring_frame *frame) {
    uint32_t wrapped = ring_wrapped(&ring, frame);
    if (wrapped > 0 && wrapped <= RX_LONGEST)
        memcpy(octets + RING_SIZE, octets, wrapped);
    return octets + frame->offset;
}

static void wait(uint32_t cycles) {
    for (uint32_t begin = rx_cycles(); cycles && rx_cycles() - begin < cycles;)
        ;
}

void PendSV_Handler(void);
void PendSV_Handler(void) {
    const struct ring_frame *frame;
    while ((frame = ring_oldest(&ring)) != NULL) {
        uint8_t *first = in_one_piece(frame);
        wait(RX_CHECK_CYCLES);
        if (rx_overwritten()) {
            rx_counters.overwritten++;
            lp_lose_frame(first);
        } else if (rx_check(first, frame->length))
            rx_frame(first, (uint16_t)(frame->length - RX_FCS));
        ring_drop(&ring);
    }
}
