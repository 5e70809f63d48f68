/* lwIP on the adapter: the network interface, the clock, and what it serves. */
#ifndef FIRMWARE_LWIP_PORT_H
#define FIRMWARE_LWIP_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/tcp.h"

/* SysTick and lwIP; asks for an address by DHCP. */
void port_init(const uint8_t mac[6]);
/* Hands lwIP a received frame if there is one, and lets its timers run. False when there was
 * nothing to do. */
bool port_poll(void);
/* Milliseconds since port_init(). */
uint32_t port_ms(void);

/* Nothing listens when there is no memory for it. */
void port_listen(uint16_t port, tcp_accept_fn accepted);

/* The page and /volume on port 80. */
void http_init(void);
/* Echo on port 7, discard on port 9. */
void services_init(void);

#endif
