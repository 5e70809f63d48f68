/* PPPoE session frames (RFC 2516) in 802.1Q tags, with IP inside. One description, one
 * builder: a frame is a row. Addresses are the documentation ranges. */
#include <string.h>

#include "captures/frames.h"

enum { TCP = 6, UDP = 17, ICMP = 1, GRE = 47, ESP = 50, ICMPV6 = 58, SCTP = 132 };
enum { HOP_BY_HOP = 0, FRAGMENT = 44 };
enum { TAG_C = 0x8100, TAG_S = 0x88a8, PPPOE = 0x8864, IPV4 = 0x0800, IPV6 = 0x86dd };
enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, LCP = 0xc021, IPCP = 0x8021, IPV6CP = 0x8057 };

struct row {
    uint16_t outer, inner; /* tag types, 0: none */
    bool plain;            /* no PPPoE: IP stands behind the tags */
    uint8_t version_type;  /* PPPoE octet 0; 0 means the right one, 0x11 */
    uint8_t code;          /* PPPoE code; 0 is session data */
    uint16_t ppp;          /* PPP protocol; 0: the one of the IP version */
    bool compressed;       /* protocol field of one octet */
    uint8_t ip;            /* 4, 6; 0: `payload` octets of a control protocol */
    uint8_t protocol;      /* above IP */
    uint8_t extension;     /* IPv6: this extension header first (with `ip` 6), 0xff none */
    uint8_t first;         /* replaces the first octet of the IP header unless 0 */
    uint16_t fragment;     /* IPv4 flags and offset field */
    uint16_t more;         /* octets of a UDP datagram in later fragments */
    int16_t pppoe_lie;     /* added to the PPPoE length field */
    int16_t ip_lie;        /* added to the IP length field */
    uint8_t padding;       /* octets behind everything */
    uint8_t flow;          /* picks addresses and ports */
    bool back;             /* the other direction of the flow */
    uint16_t payload;      /* octets above the transport header */
};
#define NO_EXTENSION 0xff

struct packet {
    uint8_t octets[1600];
    size_t n;
};

static void put8(struct packet *p, unsigned v) {
    p->octets[p->n++] = (uint8_t)v;
}

static void put16(struct packet *p, unsigned v) {
    put8(p, v >> 8);
    put8(p, v);
}

static void put32(struct packet *p, uint32_t v) {
    put16(p, v >> 16);
    put16(p, v & 0xffff);
}

static void set16(struct packet *p, size_t at, unsigned v) {
    p->octets[at] = (uint8_t)(v >> 8);
    p->octets[at + 1] = (uint8_t)v;
}

/* Internet checksum (RFC 1071) of the octets from `from` to `to`, begun with `sum`. */
static unsigned checksum(const struct packet *p, size_t from, size_t to, uint32_t sum) {
    for (size_t i = from; i < to; i++)
        sum += (uint32_t)p->octets[i] << ((i - from) % 2 ? 0 : 8);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static void put_payload(struct packet *p, const struct row *row) {
    for (unsigned i = 0; i < row->payload; i++)
        put8(p, 0x20 + (i + row->flow) % 95);
}

/* The transport header and payload; the checksum's place, or 0 where there is none. */
static size_t put_transport(struct packet *p, const struct row *row) {
    unsigned port = 40000u + row->flow * 7u, service = row->flow % 2 ? 443 : 9;
    unsigned from = row->back ? service : port, to = row->back ? port : service;
    size_t start = p->n, sum = 0;
    if (row->fragment & 0x1fff) /* a later fragment: data only */
        sum = 0;
    else if (row->protocol == TCP) {
        put32(p, (uint32_t)from << 16 | to);
        put32(p, 1000u + row->flow);
        put32(p, 2000u + row->flow);
        put32(p, 0x50180400); /* 5 words, PSH and ACK, window 1024 */
        put32(p, 0);
        sum = start + 16;
    } else if (row->protocol == UDP) {
        put32(p, (uint32_t)from << 16 | to);
        put32(p, (8u + row->payload + row->more) << 16);
        sum = start + 6;
    } else if (row->protocol == ICMP || row->protocol == ICMPV6) {
        put32(p, row->protocol == ICMP ? 0x08000000 : 0x80000000); /* echo request */
        put32(p, (uint32_t)row->flow << 16 | 1);
        sum = start + 2;
    } else { /* SPI, GRE header or SCTP ports: any 8 octets */
        put32(p, 0x00001000u + row->flow);
        put32(p, 1);
    }
    put_payload(p, row);
    return row->fragment ? 0 : sum; /* a first fragment's would span the others, too */
}

static void set_transport_checksum(struct packet *p, const struct row *row, size_t at, size_t start,
                                   size_t addresses, size_t address_octets) {
    uint32_t pseudo = row->protocol + (uint32_t)(p->n - start);
    if (!at)
        return;
    if (row->protocol == ICMP)
        pseudo = 0;
    else
        pseudo += ~checksum(p, addresses, addresses + address_octets, 0) & 0xffff;
    set16(p, at, checksum(p, start, p->n, pseudo));
}

static void put_ipv4(struct packet *p, const struct row *row) {
    size_t head = p->n;
    uint32_t inside = 0xc0000200u + 1 + row->flow, outside = 0xc6336400u + 1 + row->flow / 2;
    put32(p, 0x45000000);
    put32(p, (uint32_t)row->flow << 16 | row->fragment);
    put32(p, 64u << 24 | (uint32_t)row->protocol << 16);
    put32(p, row->back ? outside : inside);
    put32(p, row->back ? inside : outside);
    size_t start = p->n, at = put_transport(p, row);
    set_transport_checksum(p, row, at, start, head + 12, 8);
    set16(p, head + 2, (unsigned)((int)(p->n - head) + row->ip_lie));
    if (row->first)
        p->octets[head] = row->first;
    set16(p, head + 10, checksum(p, head, head + 20, 0));
}

static void put_address6(struct packet *p, unsigned net, unsigned host) {
    put32(p, 0x20010db8);
    put32(p, net);
    put32(p, 0);
    put32(p, host);
}

static void put_ipv6(struct packet *p, const struct row *row) {
    size_t head = p->n;
    bool extended = row->extension != NO_EXTENSION;
    put32(p, 0x60000000);
    put16(p, 0);
    put8(p, extended ? row->extension : row->protocol);
    put8(p, 64);
    put_address6(p, row->back ? 0xff : 1u + row->flow / 4, row->back ? 1 : 1u + row->flow);
    put_address6(p, row->back ? 1u + row->flow / 4 : 0xff, row->back ? 1u + row->flow : 1);
    if (extended) {
        put16(p, (unsigned)row->protocol << 8);
        put16(p, row->extension == FRAGMENT ? 1 : 0x0104); /* first of several; PadN of 4 */
        put32(p, row->extension == FRAGMENT ? 0x1234 : 0);
    }
    size_t start = p->n, at = put_transport(p, row);
    set_transport_checksum(p, row, at, start, head + 8, 32);
    set16(p, head + 4, (unsigned)((int)(p->n - head - 40) + row->ip_lie));
    if (row->first)
        p->octets[head] = row->first;
}

static void put_inside(struct packet *p, const struct row *row) {
    if (row->ip == 4)
        put_ipv4(p, row);
    else if (row->ip == 6)
        put_ipv6(p, row);
    else {
        put32(p, 0x01010000u + row->payload + 4); /* Configure-Request, RFC 1661 */
        put_payload(p, row);
    }
}

static void put_pppoe(struct packet *p, const struct row *row) {
    unsigned ppp = row->ppp ? row->ppp : row->ip == 4 ? PPP_IPV4 : PPP_IPV6;
    put16(p, PPPOE);
    size_t head = p->n;
    put8(p, row->version_type ? row->version_type : 0x11);
    put8(p, row->code);
    put16(p, 0x0042); /* session */
    put16(p, 0);
    if (row->compressed)
        put8(p, ppp);
    else
        put16(p, ppp);
    put_inside(p, row);
    set16(p, head + 4, (unsigned)((int)(p->n - head - 6) + row->pppoe_lie));
}

static void write_row(struct writer *writer, const struct row *row) {
    struct packet p = {.n = 0};
    put32(&p, 0x02000000);
    put16(&p, row->back ? 2 : 1);
    put32(&p, 0x02000000);
    put16(&p, row->back ? 1 : 2);
    if (row->outer)
        put32(&p, (uint32_t)row->outer << 16 | 100);
    if (row->inner)
        put32(&p, (uint32_t)row->inner << 16 | 7);
    if (row->plain) {
        put16(&p, row->ip == 4 ? IPV4 : IPV6);
        put_inside(&p, row);
    } else {
        put_pppoe(&p, row);
    }
    memset(p.octets + p.n, 0xee, row->padding);
    writer_frame(writer, p.octets, p.n + row->padding);
}

void write_pppoe(struct writer *writer) {
    static const uint16_t sizes[] = {0, 100, 1300};
    for (uint8_t flow = 0; flow < 64; flow++)
        for (unsigned i = 0; i < 3; i++) {
            struct row row = {.outer = TAG_C,
                              .ip = flow & 16 ? 6 : 4,
                              .protocol = flow & 32 ? UDP : TCP,
                              .extension = NO_EXTENSION,
                              .flow = flow,
                              .back = i == 1,
                              .payload = i == 2 && flow % 8 ? 400 : sizes[i]};
            write_row(writer, &row);
        }
}

/* In the order captures.tsv names them. */
static const struct row odd[] = {
    /* one datagram in three fragments: only the first has ports */
    {.outer = TAG_C,
     .ip = 4,
     .protocol = UDP,
     .fragment = 0x2000,
     .more = 500,
     .flow = 1,
     .payload = 392},
    {.outer = TAG_C, .ip = 4, .protocol = UDP, .fragment = 0x2032, .flow = 1, .payload = 400},
    {.outer = TAG_C, .ip = 4, .protocol = UDP, .fragment = 0x0064, .flow = 1, .payload = 100},
    /* headers that lie */
    {.outer = TAG_C, .ip = 4, .protocol = TCP, .first = 0x44, .flow = 2, .payload = 50},
    {.outer = TAG_C, .ip = 4, .protocol = TCP, .first = 0x65, .flow = 2, .payload = 50},
    {.outer = TAG_C, .ip = 6, .protocol = TCP, .extension = 0xff, .first = 0x45, .flow = 2},
    {.outer = TAG_C, .ip = 4, .protocol = TCP, .version_type = 0x21, .flow = 3, .payload = 50},
    {.outer = TAG_C, .ip = 4, .protocol = TCP, .version_type = 0x12, .flow = 3, .payload = 50},
    {.outer = TAG_C, .ip = 4, .protocol = TCP, .code = 0x09, .flow = 3, .payload = 50},
    {.outer = TAG_C, .ip = 4, .protocol = UDP, .pppoe_lie = -12, .flow = 4, .payload = 4},
    {.outer = TAG_C, .ip = 4, .protocol = UDP, .pppoe_lie = 200, .flow = 4, .payload = 50},
    {.outer = TAG_C, .ip = 4, .protocol = UDP, .ip_lie = -12, .flow = 4, .payload = 4},
    {.outer = TAG_C, .ip = 4, .protocol = UDP, .ip_lie = 200, .flow = 4, .payload = 50},
    {.outer = TAG_C, .ip = 6, .protocol = UDP, .extension = 0xff, .ip_lie = -8, .flow = 4},
    {.outer = TAG_C, .ip = 4, .protocol = UDP, .padding = 18, .flow = 5, .payload = 4},
    /* transports without ports, or with others */
    {.outer = TAG_C, .ip = 4, .protocol = ICMP, .flow = 6, .payload = 56},
    {.outer = TAG_C, .ip = 4, .protocol = ESP, .flow = 6, .payload = 56},
    {.outer = TAG_C, .ip = 4, .protocol = GRE, .flow = 6, .payload = 56},
    {.outer = TAG_C, .ip = 4, .protocol = SCTP, .flow = 6, .payload = 56},
    {.outer = TAG_C, .ip = 6, .protocol = ICMPV6, .extension = 0xff, .flow = 6, .payload = 56},
    {.outer = TAG_C, .ip = 6, .protocol = UDP, .extension = HOP_BY_HOP, .flow = 7, .payload = 56},
    {.outer = TAG_C, .ip = 6, .protocol = UDP, .extension = FRAGMENT, .flow = 7, .payload = 56},
    /* other tags */
    {.outer = TAG_S, .inner = TAG_C, .ip = 4, .protocol = TCP, .flow = 8, .payload = 50},
    {.outer = TAG_C, .inner = TAG_C, .ip = 4, .protocol = TCP, .flow = 8, .payload = 50},
    {.ip = 4, .protocol = TCP, .flow = 8, .payload = 50},
    {.ip = 6, .protocol = TCP, .extension = 0xff, .flow = 8, .payload = 50},
    {.outer = TAG_C, .plain = true, .ip = 4, .protocol = TCP, .flow = 9, .payload = 50},
    {.plain = true, .ip = 6, .protocol = UDP, .extension = 0xff, .flow = 9, .payload = 50},
    /* PPP's own protocols, and a protocol field of one octet */
    {.outer = TAG_C, .ppp = LCP, .payload = 10},
    {.outer = TAG_C, .ppp = IPCP, .payload = 6},
    {.outer = TAG_C, .ppp = IPV6CP, .payload = 10},
    {.outer = TAG_C, .compressed = true, .ip = 4, .protocol = TCP, .flow = 10, .payload = 50},
};

void write_pppoe_odd(struct writer *writer) {
    for (unsigned i = 0; i < sizeof odd / sizeof odd[0]; i++)
        write_row(writer, &odd[i]);
}
