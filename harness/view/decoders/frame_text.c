/* Frames in words. Types and protocols are those of IANA's registries: "IEEE 802 Numbers",
 * "Protocol Numbers", RFC 826 (ARP), 2516 (PPPoE), 792 and 4443 (ICMP). */
#include "harness/view/decoders/frame_text.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>

#include "models/line/decode.h"

#define FCS_OCTETS  4
#define LEAST_FRAME 64   /* 802.3 4.4.2, minFrameSize */
#define MOST_FRAME  1518 /* maxBasicFrameSize */
#define MOST_TAGS   4    /* longest envelope: 2000 octets; more tags are no more news */

struct text {
    char *out;
    size_t n, size;
};

/* What is left of a frame; reading behind its end gives zeros and is remembered. */
struct octets {
    const uint8_t *at;
    size_t n;
    bool cut;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text->out + text->n, text->size - text->n, format, arguments);
    va_end(arguments);
    if (n > 0)
        text->n = text->n + (size_t)n < text->size ? text->n + (size_t)n : text->size - 1;
}

static const uint8_t *take(struct octets *o, size_t n) {
    static const uint8_t zeros[64];
    if (n > o->n) {
        o->cut = true;
        o->n = 0;
        return zeros;
    }
    const uint8_t *at = o->at;
    o->at += n;
    o->n -= n;
    return at;
}

/* What a length field says is all there is; the rest is padding. */
static void limit(struct octets *o, size_t n) {
    if (n < o->n)
        o->n = n;
}

static unsigned word(const uint8_t *at) {
    return (unsigned)at[0] << 8 | at[1];
}

static void say_mac(struct text *text, const uint8_t *at) {
    say(text, "%02x:%02x:%02x:%02x:%02x:%02x", at[0], at[1], at[2], at[3], at[4], at[5]);
}

/* An address, and the port behind it when the protocol has one. */
struct end {
    const uint8_t *address;
    int family;
    int port; /* -1: none */
};

static void say_end(struct text *text, struct end end) {
    char address[INET6_ADDRSTRLEN];
    if (!inet_ntop(end.family, end.address, address, sizeof address))
        return;
    if (end.port < 0)
        say(text, "%s", address);
    else
        say(text, end.family == AF_INET6 ? "[%s]:%d" : "%s:%d", address, end.port);
}

static void say_flags(struct text *text, unsigned flags) {
    static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
    for (unsigned i = 0; i < 8; i++)
        if (flags >> i & 1)
            say(text, " %s", names[i]);
}

static const char *icmp_name(unsigned type) {
    switch (type) {
    case 0:
        return "echo reply";
    case 3:
        return "destination unreachable";
    case 5:
        return "redirect";
    case 8:
        return "echo request";
    case 11:
        return "time exceeded";
    default:
        return NULL;
    }
}

static const char *icmpv6_name(unsigned type) {
    switch (type) {
    case 1:
        return "destination unreachable";
    case 2:
        return "packet too big";
    case 3:
        return "time exceeded";
    case 128:
        return "echo request";
    case 129:
        return "echo reply";
    case 133:
        return "router solicitation";
    case 134:
        return "router advertisement";
    case 135:
        return "neighbor solicitation";
    case 136:
        return "neighbor advertisement";
    case 143:
        return "multicast listener report";
    default:
        return NULL;
    }
}

enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_ICMPV6 = 58 };

/* `cut`: the type is not there, as in all fragments but the first. */
static void say_icmp(struct text *text, unsigned protocol, unsigned type, bool cut) {
    const char *name = protocol == PROTOCOL_ICMP ? icmp_name(type) : icmpv6_name(type);
    say(text, protocol == PROTOCOL_ICMP ? " ICMP" : " ICMPv6");
    if (cut)
        return;
    if (name)
        say(text, " %s", name);
    else
        say(text, " type %u", type);
}

/* The rest of an IP packet that begins with its transport's header. */
static void say_transport(struct text *text, struct octets o, unsigned protocol, struct end from,
                          struct end to) {
    bool tcp = protocol == PROTOCOL_TCP, ports = tcp || protocol == PROTOCOL_UDP;
    const uint8_t *at = take(&o, tcp ? 14 : ports ? 4 : 1);
    if (ports && !o.cut) {
        from.port = (int)word(at);
        to.port = (int)word(at + 2);
    }
    say(text, " ");
    say_end(text, from);
    say(text, " > ");
    say_end(text, to);
    if (ports)
        say(text, tcp ? " TCP" : " UDP");
    else if (protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMPV6)
        say_icmp(text, protocol, at[0], o.cut);
    else
        say(text, " protocol %u", protocol);
    if (tcp)
        say_flags(text, at[13]);
}

static void say_ipv4(struct text *text, struct octets o) {
    const uint8_t *at = take(&o, 20);
    unsigned header = (at[0] & 15u) * 4, offset = (word(at + 6) & 0x1FFF) * 8;
    struct end from = {at + 12, AF_INET, -1}, to = {at + 16, AF_INET, -1};
    say(text, "IPv4");
    if (o.cut || at[0] >> 4 != 4 || header < 20) {
        say(text, ", a broken header");
        return;
    }
    take(&o, header - 20);
    limit(&o, word(at + 2) > header ? word(at + 2) - header : 0);
    if (offset)
        o.n = 0; /* no transport header in it */
    say_transport(text, o, at[9], from, to);
    if (offset || word(at + 6) & 0x2000)
        say(text, " fragment at %u", offset);
}

/* Header number of what stands behind the extension headers, RFC 8200. */
static unsigned skip_extensions(struct octets *o, unsigned next, unsigned *fragment) {
    while ((next == 0 || next == 43 || next == 44 || next == 60) && !o->cut) {
        const uint8_t *at = take(o, 8);
        if (next == 44)
            *fragment = (word(at + 2) & 0xFFF8u) | 1;
        else
            take(o, at[1] * (size_t)8 > o->n ? o->n + 1 : at[1] * (size_t)8);
        next = at[0];
    }
    return next;
}

static void say_ipv6(struct text *text, struct octets o) {
    const uint8_t *at = take(&o, 40);
    unsigned fragment = 0;
    say(text, "IPv6");
    if (o.cut || at[0] >> 4 != 6) {
        say(text, ", a broken header");
        return;
    }
    limit(&o, word(at + 4));
    unsigned next = skip_extensions(&o, at[6], &fragment);
    if (fragment > 1)
        o.n = 0;
    say_transport(text, o, next, (struct end){at + 8, AF_INET6, -1},
                  (struct end){at + 24, AF_INET6, -1});
    if (fragment)
        say(text, " fragment at %u", fragment & ~1u);
}

static void say_arp(struct text *text, struct octets o) {
    const uint8_t *at = take(&o, 28);
    struct end sender = {at + 14, AF_INET, -1}, target = {at + 24, AF_INET, -1};
    unsigned operation = word(at + 6);
    say(text, "ARP");
    if (o.cut || word(at + 2) != 0x0800 || at[4] != 6 || at[5] != 4 || operation < 1 ||
        operation > 2) {
        say(text, " operation %u", operation);
        return;
    }
    say(text, operation == 1 ? " who has " : " ");
    say_end(text, operation == 1 ? target : sender);
    say(text, operation == 1 ? ", asks " : " is at ");
    if (operation == 1)
        say_end(text, sender);
    else
        say_mac(text, at + 8);
}

static void say_ppp(struct text *text, struct octets o, unsigned protocol) {
    switch (protocol) {
    case 0x0021:
        say_ipv4(text, o);
        break;
    case 0x0057:
        say_ipv6(text, o);
        break;
    case 0xC021:
        say(text, "LCP");
        break;
    case 0x8021:
        say(text, "IPCP");
        break;
    case 0x8057:
        say(text, "IPV6CP");
        break;
    case 0xC023:
        say(text, "PAP");
        break;
    case 0xC223:
        say(text, "CHAP");
        break;
    default:
        say(text, "PPP 0x%04x", protocol);
        break;
    }
}

static void say_pppoe_discovery(struct text *text, unsigned code) {
    static const struct {
        unsigned code;
        const char *name;
    } codes[] = {{0x09, "PADI"}, {0x07, "PADO"}, {0x19, "PADR"}, {0x65, "PADS"}, {0xA7, "PADT"}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code) {
            say(text, "PPPoE %s", codes[i].name);
            return;
        }
    say(text, "PPPoE code 0x%02x", code);
}

static void say_pppoe(struct text *text, struct octets o, bool session) {
    const uint8_t *at = take(&o, 6);
    limit(&o, word(at + 4));
    if (!session || at[1]) {
        say_pppoe_discovery(text, at[1]);
        return;
    }
    say(text, "PPPoE session %u ", word(at + 2));
    /* of one octet, when that is odd, RFC 1661 2 */
    unsigned protocol = *take(&o, 1);
    if (protocol % 2 == 0)
        protocol = protocol << 8 | *take(&o, 1);
    say_ppp(text, o, protocol);
}

static void say_type(struct text *text, struct octets o, unsigned type) {
    switch (type) {
    case 0x0800:
        say_ipv4(text, o);
        break;
    case 0x0806:
        say_arp(text, o);
        break;
    case 0x86DD:
        say_ipv6(text, o);
        break;
    case 0x8863:
    case 0x8864:
        say_pppoe(text, o, type == 0x8864);
        break;
    case 0x88CC:
        say(text, "LLDP");
        break;
    case 0x8808:
        say(text, "MAC control");
        break;
    default:
        say(text, type < 0x600 ? "LLC" : "type 0x%04x", type);
        break;
    }
}

/* Tags: 802.1Q, 802.1ad. */
static void say_content(struct text *text, struct octets o) {
    unsigned type = word(take(&o, 2));
    for (int i = 0; (type == 0x8100 || type == 0x88A8) && i < MOST_TAGS && !o.cut; i++) {
        say(text, "VLAN %u ", word(take(&o, 2)) & 0xFFF);
        type = word(take(&o, 2));
    }
    if (o.cut)
        say(text, "cut off");
    else
        say_type(text, o, type);
}

static void say_trouble(struct text *text, const char *what) {
    say(text, "%s%s", text->n ? ", " : "", what);
}

static void say_troubles(struct text *text, size_t n, bool fcs_ok,
                         const struct frame_state *state) {
    if (state->trouble)
        say_trouble(text, state->trouble);
    if (!fcs_ok)
        say_trouble(text, "FCS bad");
    if (n < LEAST_FRAME)
        say_trouble(text, "runt");
    if (state->odd_bits) {
        say_trouble(text, "");
        say(text, "%u odd bit%s", state->odd_bits, state->odd_bits > 1 ? "s" : "");
    }
    if (state->inverted)
        say_trouble(text, "inverted pair");
}

bool frame_text(const uint8_t *octets, size_t n, const struct frame_state *state, char *out,
                size_t size) {
    struct text text = {out, 0, size};
    bool fcs_ok = line_fcs_ok(octets, n);
    out[0] = '\0';
    say_troubles(&text, n, fcs_ok, state);
    bool good = text.n == 0;
    if (!good)
        say(&text, ": ");
    if (n >= 14 + FCS_OCTETS) {
        say_content(&text, (struct octets){octets + 12, n - 12 - FCS_OCTETS, false});
        say(&text, ", ");
        say_mac(&text, octets);
        say(&text, " > ");
        say_mac(&text, octets + 6);
        say(&text, ", ");
    }
    say(&text, "%zu octets%s, FCS %s", n, n > MOST_FRAME ? " (long)" : "", fcs_ok ? "good" : "bad");
    return good;
}
