/* A network stack for 8 kB of RAM: ARP, ping, a DHCP client and a web server of one page.
 *
 * Everything it sends answers a frame or a tick, and goes back where the frame came from, so
 * it keeps no ARP table. TCP is without connections: what a reply needs stands in the segment
 * it answers, and whoever misses a reply asks again. Hence the whole request must be in one
 * segment, and the page in one reply.
 *
 * Sources: RFC 826 (ARP), 791 (IP), 792 (ICMP), 2131 and 2132 (DHCP), 9293 (TCP).
 * Not there: fragments, IP options in replies, DHCP's unicast renewal (it broadcasts). */
#ifndef FIRMWARE_TINY_TINY_H
#define FIRMWARE_TINY_TINY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TINY_REPLY = 1514 }; /* octets that a reply may need, without FCS */

enum tiny_dhcp { TINY_DISCOVER, TINY_REQUEST, TINY_BOUND, TINY_RENEW };

struct tiny {
    uint8_t mac[6];
    uint32_t ip; /* 0 without a lease; the first octet in the upper bits, as all here */
    uint32_t mask, router, server;
    uint32_t offered;
    uint32_t xid;       /* of the DHCP exchange under way */
    uint32_t secret;    /* of TCP's initial sequence numbers */
    uint32_t next_ms;   /* when DHCP speaks again, */
    uint32_t expiry_ms; /* and when the lease ends */
    uint32_t wait_ms;   /* between attempts, doubling */
    enum tiny_dhcp dhcp;
    uint32_t pings, pages, arps; /* answered */
};

/* `seed` makes the exchange's id and the sequence numbers. */
void tiny_init(struct tiny *tiny, const uint8_t mac[6], uint32_t seed);

/* A frame without FCS, which may hold anything. Returns the reply's length without FCS and
 * padding, or 0. `reply` is TINY_REPLY octets elsewhere. */
size_t tiny_input(struct tiny *tiny, const uint8_t *frame, size_t length, uint32_t now_ms,
                  uint8_t *reply);
/* To be called every 100 ms or so. Returns a frame to send as above. */
size_t tiny_tick(struct tiny *tiny, uint32_t now_ms, uint8_t *reply);

#endif
