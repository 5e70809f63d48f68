#include "harness/live_dhcp.h"

#include <string.h>

#define ETHERNET  14
#define IP_HEADER 20
#define UDP       8
#define BOOTP     240 /* up to and with the magic cookie (RFC 2131, figure 1; 2132, 2) */
#define REPLY_IP  (LIVE_DHCP_REPLY - ETHERNET)

enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK };
enum {
    OPTION_PAD = 0,
    OPTION_MASK = 1,
    OPTION_ROUTER = 3,
    OPTION_REQUESTED = 50,
    OPTION_LEASE = 51,
    OPTION_TYPE = 53,
    OPTION_SERVER = 54,
    OPTION_END = 255,
};

static const uint8_t cookie[4] = {99, 130, 83, 99};

static uint16_t get16(const uint8_t *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

static void put16(uint8_t *at, unsigned value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* The BOOTP message of a UDP datagram to port 67; NULL when it is none. */
static const uint8_t *bootp_of(const uint8_t *frame, size_t size, size_t *n) {
    if (size < ETHERNET + IP_HEADER + UDP || get16(frame + 12) != 0x0800)
        return NULL;
    const uint8_t *ip = frame + ETHERNET;
    size_t header = (size_t)(ip[0] & 15) * 4, total = get16(ip + 2);
    if (ip[0] >> 4 != 4 || header < IP_HEADER || total > size - ETHERNET ||
        total < header + UDP + BOOTP || ip[9] != 17 || (get16(ip + 6) & 0x3fff) != 0)
        return NULL;
    const uint8_t *udp = ip + header;
    const uint8_t *bootp = udp + UDP;
    *n = total - header - UDP;
    bool asks = get16(udp + 2) == 67 && bootp[0] == 1 && memcmp(bootp + 236, cookie, 4) == 0;
    return asks ? bootp : NULL;
}

/* The option's value, NULL when it is not there or shorter than `least`. */
static const uint8_t *option_of(const uint8_t *bootp, size_t n, uint8_t wanted, size_t least) {
    for (size_t at = BOOTP; at + 1 < n && bootp[at] != OPTION_END;) {
        if (bootp[at] == OPTION_PAD) {
            at++;
            continue;
        }
        size_t length = bootp[at + 1];
        if (at + 2 + length > n)
            return NULL;
        if (bootp[at] == wanted)
            return length >= least ? bootp + at + 2 : NULL;
        at += 2 + length;
    }
    return NULL;
}

static uint8_t *add_option(uint8_t *at, uint8_t code, const uint8_t *value, uint8_t length) {
    *at++ = code;
    *at++ = length;
    memcpy(at, value, length);
    return at + length;
}

static void fill_options(const struct live_dhcp *dhcp, uint8_t type, uint8_t *at) {
    const uint8_t mask[4] = {255, 255, 255, 0};
    const uint8_t lease[4] = {(uint8_t)(dhcp->lease_s >> 24), (uint8_t)(dhcp->lease_s >> 16),
                              (uint8_t)(dhcp->lease_s >> 8), (uint8_t)dhcp->lease_s};
    at = add_option(at, OPTION_TYPE, &type, 1);
    at = add_option(at, OPTION_SERVER, dhcp->server, 4);
    if (type != NAK) {
        at = add_option(at, OPTION_LEASE, lease, 4);
        at = add_option(at, OPTION_MASK, mask, 4);
        at = add_option(at, OPTION_ROUTER, dhcp->server, 4);
    }
    *at = OPTION_END;
}

static uint16_t ip_checksum(const uint8_t *ip) {
    uint32_t sum = 0;
    for (int i = 0; i < IP_HEADER; i += 2)
        sum += get16(ip + i);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

/* Broadcast: the client has no address yet. UDP goes without its optional checksum. */
static void fill_headers(const struct live_dhcp *dhcp, uint8_t *frame) {
    uint8_t *ip = frame + ETHERNET, *udp = ip + IP_HEADER;
    memset(frame, 0xff, 6);
    memcpy(frame + 6, dhcp->mac, 6);
    put16(frame + 12, 0x0800);
    ip[0] = 0x45;
    put16(ip + 2, REPLY_IP);
    ip[8] = 64;
    ip[9] = 17;
    memcpy(ip + 12, dhcp->server, 4);
    memset(ip + 16, 0xff, 4);
    put16(ip + 10, ip_checksum(ip));
    put16(udp, 67);
    put16(udp + 2, 68);
    put16(udp + 4, REPLY_IP - IP_HEADER);
}

static size_t answer(const struct live_dhcp *dhcp, uint8_t type, const uint8_t *asked,
                     uint8_t *frame) {
    uint8_t *bootp = frame + ETHERNET + IP_HEADER + UDP;
    memset(frame, 0, LIVE_DHCP_REPLY);
    fill_headers(dhcp, frame);
    memcpy(bootp, asked, 44); /* op to chaddr: transaction, flags, hardware address */
    bootp[0] = 2;
    bootp[3] = 0;
    memset(bootp + 12, 0, 16);
    if (type != NAK)
        memcpy(bootp + 16, dhcp->address, 4);
    memcpy(bootp + 20, dhcp->server, 4);
    memcpy(bootp + 236, cookie, 4);
    fill_options(dhcp, type, bootp + BOOTP);
    return LIVE_DHCP_REPLY;
}

/* What is asked for: the option, or the address the client has. */
static bool asks_for_ours(const struct live_dhcp *dhcp, const uint8_t *bootp, size_t n) {
    const uint8_t *wanted = option_of(bootp, n, OPTION_REQUESTED, 4);
    return memcmp(wanted ? wanted : bootp + 12, dhcp->address, 4) == 0;
}

bool live_dhcp_take(struct live_dhcp *dhcp, const uint8_t *frame, size_t size, uint8_t *reply,
                    size_t *n) {
    size_t length;
    const uint8_t *bootp = bootp_of(frame, size, &length);
    *n = 0;
    if (!bootp)
        return false;
    const uint8_t *type = option_of(bootp, length, OPTION_TYPE, 1);
    const uint8_t *server = option_of(bootp, length, OPTION_SERVER, 4);
    bool other = server && memcmp(server, dhcp->server, 4) != 0;
    if (!type || other)
        return true;
    if (*type == DISCOVER) {
        dhcp->offers++;
        *n = answer(dhcp, OFFER, bootp, reply);
    } else if (*type == REQUEST) {
        bool ours = asks_for_ours(dhcp, bootp, length);
        dhcp->leases += ours;
        *n = answer(dhcp, ours ? ACK : NAK, bootp, reply);
    }
    return true;
}
