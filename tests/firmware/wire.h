/* Frames of the network's other side, 192.168.1.1, written octet by octet after the RFCs, not
 * by the functions under test. Frames are without preamble, FCS and padding. */
#ifndef TESTS_FIRMWARE_WIRE_H
#define TESTS_FIRMWARE_WIRE_H

#include <stddef.h>
#include <stdint.h>

static const uint8_t WIRE_US[6] = {0x06, 0x22, 0x33, 0x44, 0x55, 0x66};
static const uint8_t WIRE_PEER[6] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
#define WIRE_OUR_IP  0xc0a80107u /* 192.168.1.7, what DHCP gives */
#define WIRE_PEER_IP 0xc0a80101u

enum { WIRE_BOOTP = 42, WIRE_OPTIONS = WIRE_BOOTP + 240 };
enum { WIRE_FIN = 1, WIRE_SYN = 2, WIRE_RST = 4, WIRE_PSH = 8, WIRE_ACK = 16 };

struct wire {
    uint8_t octets[1514];
    size_t length;
};

/* Numbers of `octets` octets in network order. */
void wire_put(uint8_t *p, uint32_t value, int octets);
uint32_t wire_word(const uint8_t *p, int octets);
/* One's complement sum of 16-bit words, as RFC 1071 has it; 0xffff when a checksum is in it. */
uint32_t wire_sum(const uint8_t *p, size_t n, uint32_t s);
uint32_t wire_pseudo(const uint8_t *ip, size_t length);
/* The value of a DHCP option, or NULL. */
const uint8_t *wire_option(const uint8_t *frame, size_t length, int code);

void wire_arp(struct wire *w, uint32_t asked);
void wire_arp_reply(struct wire *w);
void wire_ping(struct wire *w, size_t data);
/* A server's answer: lease in seconds. */
void wire_dhcp(struct wire *w, uint32_t xid, int type, uint32_t address, uint32_t lease);
/* From a port of the partner to one of the adapter. */
void wire_tcp(struct wire *w, uint32_t from, uint32_t to, int flags, uint32_t sequence,
              uint32_t ack, const char *data);

#endif
