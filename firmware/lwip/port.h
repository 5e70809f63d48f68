/* lwIP on the adapter: the network interface, the clock, and the web page. */
#ifndef FIRMWARE_LWIP_PORT_H
#define FIRMWARE_LWIP_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* SysTick and lwIP; asks for an address by DHCP. */
void port_init(const uint8_t mac[6]);
/* Hands lwIP a received frame if there is one, and lets its timers run. False when there was
 * nothing to do. */
bool port_poll(void);
/* Milliseconds since port_init(). */
uint32_t port_ms(void);

/* Serves the page on port 80. */
void http_init(void);

#endif
