/* The DHCP client: discover, request, bound, and from half of the lease on requests again. */
#include "firmware/lib/memory.h"
#include "firmware/tiny/packet.h"

enum { BOOTP = 236, COOKIE = 4, CLIENT_PORT = 68, SERVER_PORT = 67 };
#define MAGIC 0x63825363u
enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, NAK = 6 };
enum { OPTION_MASK = 1, OPTION_ROUTER = 3, OPTION_REQUESTED = 50, OPTION_LEASE = 51 };
enum { OPTION_TYPE = 53, OPTION_SERVER = 54, OPTION_WANTED = 55, OPTION_END = 255 };
/* RFC 2131 section 4.1: 4 s, doubling to 64. A lease longer than this is as good as for ever;
 * it keeps milliseconds within 31 bits. */
enum { FIRST_WAIT_MS = 4000, LONGEST_WAIT_MS = 64000, LONGEST_LEASE_S = 2000000 };

struct lease {
    uint8_t type;
    uint32_t mask, router, server, seconds;
};

/* An option that is shorter than it should be is passed over. */
static void read_option(struct lease *lease, const uint8_t *option) {
    const uint8_t *value = option + 2;
    if (option[0] == OPTION_TYPE && option[1] >= 1)
        lease->type = value[0];
    if (option[1] < 4)
        return;
    switch (option[0]) {
    case OPTION_MASK:
        lease->mask = get32(value);
        break;
    case OPTION_ROUTER:
        lease->router = get32(value);
        break;
    case OPTION_SERVER:
        lease->server = get32(value);
        break;
    case OPTION_LEASE:
        lease->seconds = get32(value);
        break;
    }
}

static void read_options(struct lease *lease, const uint8_t *p, const uint8_t *end) {
    while (p < end && *p != OPTION_END) {
        if (*p == 0) { /* padding */
            p++;
            continue;
        }
        if (end - p < 2 || end - p - 2 < p[1])
            return;
        read_option(lease, p);
        p += 2 + p[1];
    }
}

static uint8_t *add_option(uint8_t *p, uint8_t code, uint32_t value) {
    p[0] = code;
    p[1] = 4;
    put32(p + 2, value);
    return p + 6;
}

static uint8_t *add_options(const struct tiny *tiny, uint8_t *p) {
    const uint8_t head[] = {OPTION_TYPE,   1, tiny->dhcp == TINY_DISCOVER ? DISCOVER : REQUEST,
                            OPTION_WANTED, 2, OPTION_MASK,
                            OPTION_ROUTER};
    memcpy(p, head, sizeof head);
    p += sizeof head;
    if (tiny->dhcp == TINY_REQUEST) {
        p = add_option(p, OPTION_REQUESTED, tiny->offered);
        p = add_option(p, OPTION_SERVER, tiny->server);
    }
    *p++ = OPTION_END;
    return p;
}

static size_t message(const struct tiny *tiny, uint8_t *reply) {
    static const uint8_t EVERYONE[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint8_t *udp = reply + ETHERNET + IP, *bootp = udp + UDP;
    memset(bootp, 0, BOOTP + COOKIE + 64); /* RFC 951: at least 300 octets */
    bootp[0] = 1;                          /* request, */
    bootp[1] = 1;                          /* over Ethernet, */
    bootp[2] = 6;                          /* with such addresses */
    put32(bootp + 4, tiny->xid);
    put16(bootp + 10, 0x8000); /* answer by broadcast: we have no address yet */
    put32(bootp + 12, tiny->ip);
    memcpy(bootp + 28, tiny->mac, 6);
    put32(bootp + BOOTP, MAGIC);
    uint8_t *end = add_options(tiny, bootp + BOOTP + COOKIE);
    size_t length = (size_t)(end - udp);
    if (length < UDP + 300)
        length = UDP + 300;
    put16(udp, CLIENT_PORT);
    put16(udp + 2, SERVER_PORT);
    put16(udp + 4, (uint32_t)length);
    put16(udp + 6, 0);
    put16(udp + 6, packet_checksum(udp, length,
                                   packet_pseudo_header(tiny->ip, IP_BROADCAST, IP_UDP, length)));
    return packet_ip(reply, tiny, EVERYONE, IP_BROADCAST, IP_UDP, length);
}

static void begin(struct tiny *tiny) {
    tiny->dhcp = TINY_DISCOVER;
    tiny->ip = 0;
    tiny->xid = tiny->xid * 1664525u + 1013904223u;
    tiny->wait_ms = FIRST_WAIT_MS;
}

static void bind(struct tiny *tiny, const struct lease *lease, uint32_t ip, uint32_t now_ms) {
    uint32_t seconds = lease->seconds < LONGEST_LEASE_S ? lease->seconds : LONGEST_LEASE_S;
    tiny->dhcp = TINY_BOUND;
    tiny->ip = ip;
    tiny->mask = lease->mask;
    tiny->router = lease->router;
    tiny->next_ms = now_ms + seconds * 500;
    tiny->expiry_ms = now_ms + seconds * 1000;
    tiny->wait_ms = FIRST_WAIT_MS;
}

static bool is_for_us(const struct tiny *tiny, const struct datagram *in) {
    const uint8_t *udp = in->data, *bootp = udp + UDP;
    return in->length >= UDP + BOOTP + COOKIE && get16(udp + 2) == CLIENT_PORT &&
           get16(udp + 4) >= UDP + BOOTP + COOKIE && get16(udp + 4) <= in->length &&
           (get16(udp + 6) == 0 ||
            packet_checksum(
                udp, get16(udp + 4),
                packet_pseudo_header(in->source, in->destination, IP_UDP, get16(udp + 4))) == 0) &&
           bootp[0] == 2 && get32(bootp + 4) == tiny->xid &&
           memcmp(bootp + 28, tiny->mac, 6) == 0 && get32(bootp + BOOTP) == MAGIC;
}

size_t tiny_dhcp_input(struct tiny *tiny, const struct datagram *in, uint32_t now_ms,
                       uint8_t *reply) {
    if (!is_for_us(tiny, in))
        return 0;
    const uint8_t *bootp = in->data + UDP;
    struct lease lease = {0};
    read_options(&lease, bootp + BOOTP + COOKIE, in->data + get16(in->data + 4));
    uint32_t ip = get32(bootp + 16);
    if (tiny->dhcp == TINY_DISCOVER && lease.type == OFFER && ip != 0 && lease.server != 0) {
        tiny->dhcp = TINY_REQUEST;
        tiny->offered = ip;
        tiny->server = lease.server;
        tiny->wait_ms = FIRST_WAIT_MS;
        tiny->next_ms = now_ms + FIRST_WAIT_MS;
        return message(tiny, reply);
    }
    bool asked = tiny->dhcp == TINY_REQUEST || tiny->dhcp == TINY_RENEW;
    if (asked && lease.type == ACK && ip != 0 && lease.seconds != 0) {
        bind(tiny, &lease, ip, now_ms);
    } else if (asked && lease.type == NAK) {
        begin(tiny);
        tiny->next_ms = now_ms;
    }
    return 0;
}

/* Whether `time` is over: differences, since milliseconds wrap. */
static bool over(uint32_t time, uint32_t now_ms) {
    return (int32_t)(now_ms - time) >= 0;
}

static void give_up(struct tiny *tiny, uint32_t now_ms) {
    bool lapsed = tiny->ip != 0 && over(tiny->expiry_ms, now_ms);
    bool unanswered = tiny->dhcp == TINY_REQUEST && tiny->wait_ms > 4 * FIRST_WAIT_MS;
    if (lapsed || unanswered)
        begin(tiny);
}

size_t tiny_tick(struct tiny *tiny, uint32_t now_ms, uint8_t *reply) {
    if (!over(tiny->next_ms, now_ms))
        return 0;
    give_up(tiny, now_ms);
    if (tiny->dhcp == TINY_BOUND) {
        tiny->dhcp = TINY_RENEW;
        tiny->xid++;
    }
    if (tiny->wait_ms == 0)
        tiny->wait_ms = FIRST_WAIT_MS;
    tiny->next_ms = now_ms + tiny->wait_ms;
    if (tiny->wait_ms < LONGEST_WAIT_MS)
        tiny->wait_ms *= 2;
    return message(tiny, reply);
}
