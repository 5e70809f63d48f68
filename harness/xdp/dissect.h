/* Who talks to whom in a frame, read without any of the XDP programs' text: what the report
 * holds their decisions against. */
#ifndef HARNESS_XDP_DISSECT_H
#define HARNESS_XDP_DISSECT_H

#include <stddef.h>
#include <stdint.h>

/* Source and destination address, IPv4's in the first 4 octets. */
struct xdp_parties {
    uint8_t version; /* 4 or 6; 0: no IP in the frame */
    uint8_t protocol;
    uint8_t fragment;  /* 1: of a datagram in fragments */
    uint8_t extended;  /* 1: IPv6 extension headers stand in front of the protocol */
    uint16_t ports[2]; /* 0 where there are none, or a fragment hides them */
    uint32_t datagram; /* the identification of a fragment's datagram; otherwise 0 */
    uint8_t from[16], to[16];
};

/* Any number of VLAN tags, PPPoE or IP directly. Lengths are those of the headers. */
struct xdp_parties xdp_dissect(const uint8_t *frame, size_t n);

#endif
