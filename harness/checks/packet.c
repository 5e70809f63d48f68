#include "harness/checks/packet.h"

#include <string.h>

enum { ETHERNET = 14, ARP = 28, IP = 20, ECHO = 8, TCP = 20 };
enum { IP_ICMP = 1, IP_TCP = 6, ECHO_REPLY = 0, ECHO_REQUEST = 8 };
#define ECHO_ID 0x4c50

static uint16_t get16(const uint8_t *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at) {
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, unsigned value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value) {
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

/* RFC 1071, the complement left to the caller. */
static uint32_t sum_of(const uint8_t *octets, size_t n, uint32_t sum) {
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += get16(octets + i);
    if (n & 1)
        sum += (uint32_t)octets[n - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* Of a TCP segment, with its pseudo header. */
static uint32_t tcp_sum(const uint8_t *ip, size_t n) {
    return sum_of(ip + IP, n, sum_of(ip + 12, 8, IP_TCP + (uint32_t)n));
}

static struct packet read_arp(const struct packet_ends *ends, const uint8_t *frame, size_t n) {
    const uint8_t *arp = frame + ETHERNET;
    struct packet p = {.kind = PACKET_OTHER};
    if (n < ETHERNET + ARP || memcmp(arp + 24, ends->address, 4) != 0)
        return p;
    memcpy(p.mac, arp + 8, sizeof p.mac);
    if (get16(arp + 6) == 1)
        p.kind = PACKET_ARP_REQUEST;
    else if (get16(arp + 6) == 2 && memcmp(arp + 14, ends->peer_address, 4) == 0)
        p.kind = PACKET_ARP_REPLY;
    return p;
}

static struct packet read_echo(const uint8_t *ip, size_t n) {
    const uint8_t *icmp = ip + IP;
    struct packet p = {.kind = PACKET_OTHER};
    if (n < ECHO || icmp[0] != ECHO_REPLY || get16(icmp + 4) != ECHO_ID ||
        sum_of(icmp, n, 0) != 0xffff)
        return p;
    p.kind = PACKET_ECHO_REPLY;
    p.sequence = get16(icmp + 6);
    p.data = icmp + ECHO;
    p.n = n - ECHO;
    return p;
}

static struct packet read_tcp(const uint8_t *ip, size_t n) {
    const uint8_t *tcp = ip + IP;
    struct packet p = {.kind = PACKET_OTHER};
    size_t header = n < TCP ? 0 : (size_t)(tcp[12] >> 4) * 4;
    if (header < TCP || header > n || tcp_sum(ip, n) != 0xffff)
        return p;
    return (struct packet){.kind = PACKET_TCP,
                           .from = get16(tcp),
                           .to = get16(tcp + 2),
                           .seq = get32(tcp + 4),
                           .ack = get32(tcp + 8),
                           .flags = tcp[13],
                           .data = tcp + header,
                           .n = n - header};
}

struct packet packet_read(const struct packet_ends *ends, const uint8_t *frame, size_t n) {
    const struct packet other = {.kind = PACKET_OTHER};
    if (n < ETHERNET + IP)
        return other;
    if (get16(frame + 12) == 0x0806)
        return read_arp(ends, frame, n);
    const uint8_t *ip = frame + ETHERNET;
    size_t total = get16(ip + 2);
    /* Nothing here sends options or fragments to the host. */
    if (get16(frame + 12) != 0x0800 || ip[0] != 0x45 || (get16(ip + 6) & 0x3fff) || total < IP ||
        total > n - ETHERNET || sum_of(ip, IP, 0) != 0xffff ||
        memcmp(ip + 12, ends->peer_address, 4) != 0 || memcmp(ip + 16, ends->address, 4) != 0)
        return other;
    if (ip[9] == IP_ICMP)
        return read_echo(ip, total - IP);
    return ip[9] == IP_TCP ? read_tcp(ip, total - IP) : other;
}

static uint8_t *ethernet(const struct packet_ends *ends, const uint8_t *to, unsigned type,
                         uint8_t *frame) {
    memcpy(frame, to, 6);
    memcpy(frame + 6, ends->mac, 6);
    put16(frame + 12, type);
    return frame + ETHERNET;
}

size_t packet_arp(const struct packet_ends *ends, bool reply, uint8_t *frame) {
    static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, none[6] = {0};
    uint8_t *arp = ethernet(ends, reply ? ends->peer_mac : all, 0x0806, frame);
    put16(arp, 1); /* Ethernet, IPv4 */
    put16(arp + 2, 0x0800);
    arp[4] = 6;
    arp[5] = 4;
    put16(arp + 6, reply ? 2 : 1);
    memcpy(arp + 8, ends->mac, 6);
    memcpy(arp + 14, ends->address, 4);
    memcpy(arp + 18, reply ? ends->peer_mac : none, 6);
    memcpy(arp + 24, ends->peer_address, 4);
    return ETHERNET + ARP;
}

static uint8_t *ip_header(const struct packet_ends *ends, uint8_t protocol, size_t n,
                          uint8_t *frame) {
    uint8_t *ip = ethernet(ends, ends->peer_mac, 0x0800, frame);
    memset(ip, 0, IP);
    ip[0] = 0x45;
    put16(ip + 2, (unsigned)(IP + n));
    put16(ip + 6, 0x4000); /* not to be fragmented */
    ip[8] = 64;
    ip[9] = protocol;
    memcpy(ip + 12, ends->address, 4);
    memcpy(ip + 16, ends->peer_address, 4);
    put16(ip + 10, ~sum_of(ip, IP, 0) & 0xffff);
    return ip + IP;
}

size_t packet_echo(const struct packet_ends *ends, uint16_t sequence, size_t n_data,
                   uint8_t *frame) {
    uint8_t *icmp = ip_header(ends, IP_ICMP, ECHO + n_data, frame);
    memset(icmp, 0, ECHO);
    icmp[0] = ECHO_REQUEST;
    put16(icmp + 4, ECHO_ID);
    put16(icmp + 6, sequence);
    for (size_t i = 0; i < n_data; i++)
        icmp[ECHO + i] = (uint8_t)i;
    put16(icmp + 2, ~sum_of(icmp, ECHO + n_data, 0) & 0xffff);
    return ETHERNET + IP + ECHO + n_data;
}

size_t packet_tcp(const struct packet_ends *ends, const struct packet *p, uint8_t *frame) {
    uint8_t *tcp = ip_header(ends, IP_TCP, TCP + p->n, frame);
    memset(tcp, 0, TCP);
    put16(tcp, p->from);
    put16(tcp + 2, p->to);
    put32(tcp + 4, p->seq);
    put32(tcp + 8, p->ack);
    tcp[12] = (TCP / 4) << 4;
    tcp[13] = p->flags;
    put16(tcp + 14, 4096); /* window */
    if (p->n)
        memcpy(tcp + TCP, p->data, p->n);
    put16(tcp + 16, ~tcp_sum(frame + ETHERNET, TCP + p->n) & 0xffff);
    return ETHERNET + IP + TCP + p->n;
}
