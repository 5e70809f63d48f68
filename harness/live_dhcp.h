/* Hands one address to whoever asks: a DHCP server for the board alone (RFC 2131), so that a
 * live session needs nothing else. Frames in, frames out; no state but the figures below. */
#ifndef HARNESS_LIVE_DHCP_H
#define HARNESS_LIVE_DHCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIVE_DHCP_REPLY 342 /* octets without FCS: a BOOTP message of 300 */

struct live_dhcp {
    uint8_t mac[6];                /* of the server */
    uint8_t server[4], address[4]; /* IPv4 */
    uint32_t lease_s;
    uint64_t offers, leases;
};

/* True when the frame (without FCS) is a message to a DHCP server: it is answered here, and the
 * answer, if there is one, is in reply[LIVE_DHCP_REPLY] with *n octets (0: none). */
bool live_dhcp_take(struct live_dhcp *dhcp, const uint8_t *frame, size_t size, uint8_t *reply,
                    size_t *n);

#endif
