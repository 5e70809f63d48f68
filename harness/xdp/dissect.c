#include "harness/xdp/dissect.h"

#include <string.h>

struct octets {
    const uint8_t *at;
    size_t n;
};

static struct octets skip(struct octets o, size_t n) {
    return n <= o.n ? (struct octets){o.at + n, o.n - n} : (struct octets){0};
}

static struct octets cut(struct octets o, size_t n) {
    return (struct octets){o.at, n < o.n ? n : o.n};
}

static unsigned get16(struct octets o, size_t at) {
    return at + 2 <= o.n ? (unsigned)(o.at[at] << 8 | o.at[at + 1]) : 0;
}

static void read_ports(struct octets o, struct xdp_parties *p) {
    static const uint8_t with_ports[] = {6, 17, 33, 132, 136}; /* TCP UDP DCCP SCTP UDP-Lite */
    if (o.n < 4 || !memchr(with_ports, p->protocol, sizeof with_ports))
        return;
    p->ports[0] = (uint16_t)get16(o, 0);
    p->ports[1] = (uint16_t)get16(o, 2);
}

static void read_ipv4(struct octets o, struct xdp_parties *p) {
    if (o.n < 20)
        return;
    p->version = 4;
    p->protocol = o.at[9];
    memcpy(p->from, o.at + 12, 4);
    memcpy(p->to, o.at + 16, 4);
    p->fragment = (get16(o, 6) & 0x3fff) != 0;
    if (p->fragment)
        p->datagram = get16(o, 4);
    else
        read_ports(skip(cut(o, get16(o, 2)), (o.at[0] & 15u) * 4), p);
}

/* The length of the extension header `next` at `o`; 0: it is none. */
static size_t extension(uint8_t next, struct octets o) {
    static const uint8_t in_eights[] = {0, 43, 60, 135, 139, 140};
    if (o.n < 8)
        return 0;
    if (next == 51)
        return (o.at[1] + 2u) * 4;
    return memchr(in_eights, next, sizeof in_eights) ? (o.at[1] + 1u) * 8 : 0;
}

static void read_ipv6(struct octets o, struct xdp_parties *p) {
    if (o.n < 40)
        return;
    p->version = 6;
    p->protocol = o.at[6];
    memcpy(p->from, o.at + 8, 16);
    memcpy(p->to, o.at + 24, 16);
    o = skip(cut(o, 40 + get16(o, 4)), 40);
    for (size_t length; (length = extension(p->protocol, o)) > 0; o = skip(o, length)) {
        p->protocol = o.at[0];
        p->extended = 1;
    }
    p->fragment = p->protocol == 44 && o.n >= 8;
    if (!p->fragment) {
        read_ports(o, p);
        return;
    }
    p->datagram = (uint32_t)get16(o, 4) << 16 | get16(o, 6);
    p->protocol = o.at[0];
}

struct xdp_parties xdp_dissect(const uint8_t *frame, size_t n) {
    struct xdp_parties p = {0};
    struct octets o = {frame, n};
    unsigned type = get16(o, 12);
    o = skip(o, 14);
    while ((type == 0x8100 || type == 0x88a8) && o.n >= 4) {
        type = get16(o, 2);
        o = skip(o, 4);
    }
    if (type == 0x8864 && o.n >= 8) {
        unsigned ppp = get16(o, 6);
        o = skip(cut(o, 6 + get16(o, 4)), 8);
        type = ppp == 0x0021 ? 0x0800 : ppp == 0x0057 ? 0x86dd : 0;
    }
    if (type == 0x0800)
        read_ipv4(o, &p);
    else if (type == 0x86dd)
        read_ipv6(o, &p);
    return p;
}
