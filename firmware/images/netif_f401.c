/* The adapter on a Nucleo-F401RE: lwIP with DHCP, ping, a web page, echo and discard. Receives on
 * SPI2 (PB13, PB15, PC6), sends on SPI3 (PC10, PC12); the green LED (PA5) changes with each frame
 * for us, the blue button (PC13, low when pressed) logs the counters. */
#include "firmware/chips/chip.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/rx.h"
#include "firmware/drivers/tx.h"
#include "firmware/images/address.h"
#include "firmware/lib/itm.h"
#include "firmware/lib/memory.h"
#include "firmware/lwip/port.h"

#ifndef SLEEPS /* 0: for measurements */
#define SLEEPS 1
#endif

enum { BAUD = 2000000, LED = 5, BUTTON = 13, DEBOUNCE_MS = 20 };

/* Us or everybody; no multicast. In an interrupt. */
bool rx_wanted(const uint8_t *frame, uint16_t length) {
    static const uint8_t EVERYONE[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    (void)length;
    return memcmp(frame, MAC_ADDRESS, 6) == 0 || memcmp(frame, EVERYONE, 6) == 0;
}

static void board_init(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOCEN;
    (void)RCC->AHB1ENR;
    gpio_mode(GPIOA, LED, GPIO_OUTPUT);
    gpio_field(&GPIOC->PUPDR, 2, BUTTON, 1); /* pull-up, where the board has none */
}

static void led_toggle(void) {
    GPIOA->BSRR = GPIOA->ODR >> LED & 1 ? 1u << (LED + 16) : 1u << LED;
}

/* True once per press that lasts. */
static bool button_pressed(void) {
    static uint32_t since;
    static bool pressed;
    bool now = !(GPIOC->IDR >> BUTTON & 1);
    if (now == pressed) {
        since = port_ms();
        return false;
    }
    if (port_ms() - since < DEBOUNCE_MS)
        return false;
    pressed = now;
    return pressed;
}

static void log_counter(const char *name, uint32_t value) {
    itm_puts(name);
    itm_number(value);
}

static void log_counters(void) {
    log_counter("delivered ", rx_counters.delivered);
    log_counter(" bad ", rx_counters.bad_fcs);
    log_counter(" filtered ", rx_counters.filtered);
    log_counter(" queue full ", rx_counters.queue_full);
    log_counter(" isr ", rx_counters.isr_longest);
    itm_puts("\n");
}

static void log_link(void) {
    static bool up;
    if (!up && rx_counters.delivered > 0) {
        up = true;
        itm_puts("link: first frame\n");
    }
}

/* Masked, an interrupt still ends the wait: none is missed between the look and the sleep. */
static void sleep(void) {
    uint16_t length;
    interrupts_off();
    if (!rx_take(&length))
        wait_for_interrupt();
    interrupts_on();
}

int main(void) {
    clock_init();
    itm_init(CLOCK_HCLK, BAUD);
    itm_puts("netif_f401\n");
    board_init();
    rx_init();
    tx_init();
    port_init(MAC_ADDRESS);
    http_init();
    services_init();
    for (;;) {
        bool busy = port_poll();
        if (busy)
            led_toggle();
        log_link();
        if (button_pressed())
            log_counters();
        if (SLEEPS && !busy)
            sleep();
    }
}
