#include "tests/firmware/wire.h"

#include <string.h>

static const uint8_t EVERYONE[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

void wire_put(uint8_t *p, uint32_t value, int octets) {
    for (int i = 0; i < octets; i++)
        p[i] = (uint8_t)(value >> 8 * (octets - 1 - i));
}

uint32_t wire_word(const uint8_t *p, int octets) {
    uint32_t value = 0;
    for (int i = 0; i < octets; i++)
        value = value << 8 | p[i];
    return value;
}

uint32_t wire_sum(const uint8_t *p, size_t n, uint32_t s) {
    for (size_t i = 0; i < n; i++)
        s += (uint32_t)p[i] << (i % 2 ? 0 : 8);
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return s;
}

uint32_t wire_pseudo(const uint8_t *ip, size_t length) {
    return wire_sum(ip + 12, 8, ip[9] + (uint32_t)length);
}

const uint8_t *wire_option(const uint8_t *frame, size_t length, int code) {
    for (const uint8_t *p = frame + WIRE_OPTIONS; p < frame + length && *p != 255; p += 2 + p[1])
        if (*p == code)
            return p + 2;
    return NULL;
}

static void ethernet(struct wire *w, const uint8_t *to, uint32_t type) {
    memset(w, 0, sizeof *w);
    memcpy(w->octets, to, 6);
    memcpy(w->octets + 6, WIRE_PEER, 6);
    wire_put(w->octets + 12, type, 2);
}

/* An IP header before `length` octets that stand at 34. */
static void ip(struct wire *w, uint32_t to, int protocol, size_t length) {
    uint8_t *p = w->octets + 14;
    wire_put(p, 0x4500, 2);
    wire_put(p + 2, (uint32_t)(20 + length), 2);
    p[8] = 64;
    p[9] = (uint8_t)protocol;
    wire_put(p + 12, WIRE_PEER_IP, 4);
    wire_put(p + 16, to, 4);
    wire_put(p + 10, ~wire_sum(p, 20, 0), 2);
    w->length = 34 + length;
}

static void arp(struct wire *w, const uint8_t *to, int operation, uint32_t asked) {
    static const uint8_t HEAD[7] = {0, 1, 8, 0, 6, 4, 0};
    ethernet(w, to, 0x0806);
    memcpy(w->octets + 14, HEAD, 7);
    w->octets[21] = (uint8_t)operation;
    memcpy(w->octets + 22, WIRE_PEER, 6);
    wire_put(w->octets + 28, WIRE_PEER_IP, 4);
    wire_put(w->octets + 38, asked, 4);
    w->length = 60;
}

void wire_arp(struct wire *w, uint32_t asked) {
    arp(w, EVERYONE, 1, asked);
}

void wire_arp_reply(struct wire *w) {
    arp(w, WIRE_US, 2, WIRE_OUR_IP);
    memcpy(w->octets + 32, WIRE_US, 6);
}

void wire_ping(struct wire *w, size_t data) {
    ethernet(w, WIRE_US, 0x0800);
    uint8_t *icmp = w->octets + 34;
    icmp[0] = 8;
    wire_put(icmp + 4, 0x12340001, 4);
    for (size_t i = 0; i < data; i++)
        icmp[8 + i] = (uint8_t)(i * 7);
    wire_put(icmp + 2, ~wire_sum(icmp, 8 + data, 0), 2);
    ip(w, WIRE_OUR_IP, 1, 8 + data);
}

void wire_dhcp(struct wire *w, uint32_t xid, int type, uint32_t address, uint32_t lease) {
    const uint8_t head[] = {53, 1, (uint8_t)type, 0, 54, 4, 192, 168, 1, 1, 1, 4, 255, 255, 255, 0};
    ethernet(w, WIRE_US, 0x0800);
    uint8_t *udp = w->octets + 34, *bootp = w->octets + WIRE_BOOTP;
    bootp[0] = 2;
    bootp[1] = 1;
    bootp[2] = 6;
    wire_put(bootp + 4, xid, 4);
    wire_put(bootp + 16, address, 4);
    memcpy(bootp + 28, WIRE_US, 6);
    wire_put(bootp + 236, 0x63825363, 4);
    memcpy(bootp + 240, head, sizeof head);
    bootp[256] = 51;
    bootp[257] = 4;
    wire_put(bootp + 258, lease, 4);
    bootp[262] = 255;
    wire_put(udp, 67u << 16 | 68, 4);
    wire_put(udp + 4, 8 + 300, 2);
    ip(w, address, 17, 8 + 300);
    wire_put(udp + 6, ~wire_sum(udp, 308, wire_pseudo(w->octets + 14, 308)), 2);
}

void wire_tcp(struct wire *w, uint32_t from, uint32_t to, int flags, uint32_t sequence,
              uint32_t ack, const char *data) {
    ethernet(w, WIRE_US, 0x0800);
    uint8_t *tcp = w->octets + 34;
    size_t length = 20 + strlen(data);
    wire_put(tcp, from << 16 | to, 4);
    wire_put(tcp + 4, sequence, 4);
    wire_put(tcp + 8, ack, 4);
    tcp[12] = 0x50;
    tcp[13] = (uint8_t)flags;
    wire_put(tcp + 14, 4096, 2);
    memcpy(tcp + 20, data, strlen(data));
    ip(w, WIRE_OUR_IP, 6, length);
    wire_put(tcp + 16, ~wire_sum(tcp, length, wire_pseudo(w->octets + 14, length)), 2);
}
