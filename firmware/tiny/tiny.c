#include "firmware/tiny/tiny.h"

#include "firmware/lib/memory.h"
#include "firmware/tiny/packet.h"

enum { ARP = 28, ICMP = 8 };

void tiny_init(struct tiny *tiny, const uint8_t mac[6], uint32_t seed) {
    *tiny = (struct tiny){.xid = seed * 2654435761u + 1, .secret = seed ^ 0x9e3779b9u};
    memcpy(tiny->mac, mac, sizeof tiny->mac);
}

static bool arp_asks_us(const struct tiny *tiny, const uint8_t *arp, size_t length) {
    static const uint8_t REQUEST[8] = {0, 1, 8, 0, 6, 4, 0, 1}; /* Ethernet, IPv4, request */
    return length >= ARP && memcmp(arp, REQUEST, sizeof REQUEST) == 0 && tiny->ip != 0 &&
           get32(arp + 24) == tiny->ip;
}

static size_t arp_input(struct tiny *tiny, const uint8_t *frame, size_t length, uint8_t *reply) {
    const uint8_t *arp = frame + ETHERNET;
    if (!arp_asks_us(tiny, arp, length - ETHERNET))
        return 0;
    packet_ethernet(reply, frame + 6, tiny->mac, 0x0806);
    uint8_t *answer = reply + ETHERNET;
    memcpy(answer, arp, 8);
    answer[7] = 2;
    memcpy(answer + 8, tiny->mac, 6);
    put32(answer + 14, tiny->ip);
    memcpy(answer + 18, arp + 8, 10); /* whoever asked */
    tiny->arps++;
    return ETHERNET + ARP;
}

/* An echo reply is the request with another type. */
static size_t icmp_input(struct tiny *tiny, const struct datagram *in, uint8_t *reply) {
    const uint8_t *icmp = in->data;
    if (in->length < ICMP || in->length > TINY_REPLY - ETHERNET - IP || icmp[0] != 8 ||
        icmp[1] != 0 || packet_checksum(icmp, in->length, 0) != 0)
        return 0;
    uint8_t *echo = reply + ETHERNET + IP;
    memcpy(echo, icmp, in->length);
    echo[0] = 0;
    put16(echo + 2, 0);
    put16(echo + 2, packet_checksum(echo, in->length, 0));
    tiny->pings++;
    return packet_ip(reply, tiny, in->frame + 6, in->source, IP_ICMP, in->length);
}

static size_t ip_input(struct tiny *tiny, const uint8_t *frame, size_t length, uint32_t now_ms,
                       uint8_t *reply) {
    struct datagram in;
    if (!datagram_parse(&in, frame, length))
        return 0;
    if (in.protocol == IP_UDP)
        return tiny_dhcp_input(tiny, &in, now_ms, reply);
    if (tiny->ip == 0 || in.destination != tiny->ip)
        return 0;
    if (in.protocol == IP_ICMP)
        return icmp_input(tiny, &in, reply);
    return in.protocol == IP_TCP ? tiny_tcp_input(tiny, &in, reply) : 0;
}

size_t tiny_input(struct tiny *tiny, const uint8_t *frame, size_t length, uint32_t now_ms,
                  uint8_t *reply) {
    static const uint8_t EVERYONE[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    if (length < ETHERNET)
        return 0;
    if (memcmp(frame, tiny->mac, 6) != 0 && memcmp(frame, EVERYONE, 6) != 0)
        return 0;
    switch (get16(frame + 12)) {
    case 0x0806:
        return arp_input(tiny, frame, length, reply);
    case 0x0800:
        return ip_input(tiny, frame, length, now_ms, reply);
    }
    return 0;
}
