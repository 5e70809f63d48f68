#include "firmware/drivers/rx_check.h"

#include "firmware/drivers/rx.h"
#include "firmware/lib/crc32.h"
#include "firmware/registers/armv7m.h"

struct rx_counters rx_counters;

__attribute__((noinline, used)) void lp_deliver_frame(const uint8_t *frame, uint16_t length) {
    /* Both must be in their registers, and the call must happen. */
    __asm__ volatile("" ::"r"(frame), "r"(length) : "memory");
}

__attribute__((noinline)) void lp_drop_filter(void) {
    rx_counters.filtered++;
}

__attribute__((noinline)) void lp_drop_queue(void) {
    rx_counters.queue_full++;
}

__attribute__((noinline)) void lp_lose_frame(const uint8_t *frame) {
    __asm__ volatile("" ::"r"(frame) : "memory");
}

#ifdef RX_FORGETS_TAIL /* a check by words, which refuses every frame that is not whole words */
#define checked(length) ((length) & ~3u)
#else
#define checked(length) (length)
#endif

/* The first clock edge of a frame comes about when the data changes, and the receiver may
 * take the wrong side: the destination's group bit is worth a second try. */
static bool good_with_first_bit(uint8_t *frame, uint32_t length) {
#ifdef RX_NO_FIRST_BIT
    (void)frame, (void)length;
    return false;
#else
    frame[0] ^= 1;
    if (!crc32_frame_good(frame, checked(length))) {
        frame[0] ^= 1;
        return false;
    }
    rx_counters.first_bit++;
    return true;
#endif
}

bool rx_check(uint8_t *frame, uint32_t length) {
    if (length < RX_SHORTEST)
        rx_counters.too_short++;
    else if (length > RX_LONGEST)
        rx_counters.too_long++;
    else if (!crc32_frame_good(frame, checked(length)) && !good_with_first_bit(frame, length))
        rx_counters.bad_fcs++;
    else {
        rx_counters.delivered++;
        lp_deliver_frame(frame, (uint16_t)(length - RX_FCS));
        return true;
    }
    return false;
}

void rx_cycles_init(void) {
    DEMCR |= DEMCR_TRCENA;
    DWT->CTRL |= DWT_CTRL_CYCCNTENA;
}

uint32_t rx_cycles(void) {
    return DWT->CYCCNT;
}

void rx_cycles_note(uint32_t begin) {
    uint32_t cycles = rx_cycles() - begin;
    rx_counters.isr_last = cycles;
    if (cycles > rx_counters.isr_longest)
        rx_counters.isr_longest = cycles;
}
