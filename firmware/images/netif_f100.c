/* The adapter on an STM32F100RB, 8 kB of RAM: DHCP, ping and one page. Receives on SPI2 (PB13,
 * PB15, PC6), sends on SPI1 (PA5, PA7). The stack answers a frame where it lies in the ring;
 * it and its clock run at one priority, so that they share the transmit buffer. */
#include "firmware/chips/chip.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/rx.h"
#include "firmware/drivers/tx.h"
#include "firmware/images/address.h"
#include "firmware/lib/itm.h"
#include "firmware/lib/memory.h"
#include "firmware/tiny/tiny.h"

enum { BAUD = 2000000, TICK_MS = 10 };
/* The 96-bit unique identifier: RM0041 section 26.2. */
#define UID ((const volatile uint32_t *)0x1ffff7e8u)

_Static_assert((int)TINY_REPLY <= (int)TX_LONGEST, "replies are built in the transmit buffer");

static struct tiny tiny;
static volatile uint32_t now_ms;

static void send(uint8_t *frame, size_t length) {
    (void)frame; /* where tx_begin() said */
    if (length > 0)
        tx_commit((uint16_t)length);
}

/* In PendSV. Frames for others need no transmit buffer to wait for. */
void rx_frame(const uint8_t *frame, uint16_t length) {
    if (!(frame[0] & 1) && memcmp(frame, tiny.mac, sizeof tiny.mac) != 0) {
        lp_drop_filter();
        return;
    }
    uint8_t *reply = tx_begin();
    send(reply, tiny_input(&tiny, frame, length, now_ms, reply));
}

void SysTick_Handler(void);
void SysTick_Handler(void) {
    now_ms += TICK_MS;
    uint8_t *reply = tx_begin();
    send(reply, tiny_tick(&tiny, now_ms, reply));
}

/* What a log can be printed from the main loop, which holds nobody up. */
static void log_changes(void) {
    static uint32_t ip, pings, pages;
    if (ip != tiny.ip) {
        ip = tiny.ip;
        itm_puts("ip ");
        itm_address(__builtin_bswap32(ip));
        itm_puts("\n");
    }
    if (pings != tiny.pings) {
        pings = tiny.pings;
        itm_puts("ping ");
        itm_number(pings);
        itm_puts("\n");
    }
    if (pages != tiny.pages) {
        pages = tiny.pages;
        itm_puts("page ");
        itm_number(pages);
        itm_puts("\n");
    }
}

int main(void) {
    clock_init();
    itm_init(CLOCK_HCLK, BAUD);
    itm_puts("netif_f100\n");
    tiny_init(&tiny, MAC_ADDRESS, UID[0] ^ UID[1] ^ UID[2]);
    tx_init();
    rx_init();
    exception_priority(EXCEPTION_SYSTICK, RX_CHECK_PRIORITY);
    SYSTICK->RVR = CLOCK_HCLK / 1000 * TICK_MS - 1;
    SYSTICK->CVR = 0;
    SYSTICK->CSR = SYSTICK_CSR_CORE | SYSTICK_CSR_TICKINT | SYSTICK_CSR_ENABLE;
    for (;;) {
        log_changes();
        wait_for_interrupt();
    }
}
