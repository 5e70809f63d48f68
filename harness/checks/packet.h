/* Packets of the host that talks to the board: Ethernet, ARP (RFC 826), IPv4 (791), ICMP echo
 * (792) and TCP (9293) without options. Frames without FCS; sizes in octets. */
#ifndef HARNESS_CHECKS_PACKET_H
#define HARNESS_CHECKS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_MAX 1514

struct packet_ends {
    uint8_t mac[6], address[4];           /* the host's own */
    uint8_t peer_mac[6], peer_address[4]; /* the board's */
};

enum packet_kind {
    PACKET_OTHER,
    PACKET_ARP_REQUEST, /* for the host's address, */
    PACKET_ARP_REPLY,   /* from the board's */
    PACKET_ECHO_REPLY,
    PACKET_TCP,
};
enum { PACKET_FIN = 1, PACKET_SYN = 2, PACKET_RST = 4, PACKET_PSH = 8, PACKET_ACK = 16 };

struct packet {
    enum packet_kind kind;
    uint8_t mac[6];    /* ARP: the sender's */
    uint16_t sequence; /* echo */
    uint16_t from, to; /* TCP ports */
    uint32_t seq, ack;
    uint8_t flags;
    const uint8_t *data; /* of echo and TCP; inside the frame */
    size_t n;
};

/* What a frame from the board is; of wrong checksums or sizes: OTHER. */
struct packet packet_read(const struct packet_ends *ends, const uint8_t *frame, size_t n);

/* Each writes a frame of at most PACKET_MAX octets and returns its size. */
size_t packet_arp(const struct packet_ends *ends, bool reply, uint8_t *frame);
size_t packet_echo(const struct packet_ends *ends, uint16_t sequence, size_t n_data,
                   uint8_t *frame);
size_t packet_tcp(const struct packet_ends *ends, const struct packet *tcp, uint8_t *frame);

#endif
