/* Packets as octets: numbers in network order, headers of Ethernet and IP, checksums. */
#ifndef FIRMWARE_TINY_PACKET_H
#define FIRMWARE_TINY_PACKET_H

#include "firmware/tiny/tiny.h"

enum { ETHERNET = 14, IP = 20, UDP = 8, TCP = 20 }; /* header octets */
enum { IP_ICMP = 1, IP_TCP = 6, IP_UDP = 17 };
#define IP_BROADCAST 0xffffffffu

static inline uint16_t get16(const uint8_t *p) {
    return (uint16_t)(p[0] << 8 | p[1]);
}
static inline uint32_t get32(const uint8_t *p) {
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}
static inline void put16(uint8_t *p, uint32_t value) {
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}
static inline void put32(uint8_t *p, uint32_t value) {
    put16(p, value >> 16);
    put16(p + 2, value);
}

/* An IP datagram whose header was checked. */
struct datagram {
    const uint8_t *frame;
    uint32_t source, destination;
    uint8_t protocol;
    const uint8_t *data; /* behind the IP header */
    size_t length;
};

/* False when the frame holds no whole, unfragmented datagram with a good header. */
bool datagram_parse(struct datagram *datagram, const uint8_t *frame, size_t length);

/* The Internet checksum of `length` octets, begun with `sum`; 0 when it is included and right. */
uint16_t packet_checksum(const uint8_t *data, size_t length, uint32_t sum);
/* What TCP and UDP begin their checksum with. */
uint32_t packet_pseudo_header(uint32_t source, uint32_t destination, uint8_t protocol,
                              size_t length);

void packet_ethernet(uint8_t *frame, const uint8_t *to, const uint8_t *from, uint16_t type);
/* Ethernet and IP headers before `length` octets that follow. Returns the frame's length. */
size_t packet_ip(uint8_t *frame, const struct tiny *tiny, const uint8_t *to, uint32_t destination,
                 uint8_t protocol, size_t length);

size_t tiny_dhcp_input(struct tiny *tiny, const struct datagram *datagram, uint32_t now_ms,
                       uint8_t *reply);
size_t tiny_tcp_input(struct tiny *tiny, const struct datagram *datagram, uint8_t *reply);

#endif
