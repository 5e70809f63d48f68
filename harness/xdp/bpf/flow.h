/* SPDX-License-Identifier: MIT OR GPL-2.0
 *
 * Which flow a PPPoE session frame belongs to: from the frame to a class and a tuple. Compiled
 * for bpf (flow.bpf.c) and for the host (xdp/native.c), so that one text decides in both.
 *
 * A frame is hashed when it is untagged or carries one or two VLAN tags (IEEE 802.1Q, 802.1ad),
 * then a PPPoE session packet (RFC 2516) with IPv4 or IPv6 in it, every length field within the
 * one around it. Whatever else comes is passed up as it is. Padding behind the PPPoE payload and
 * behind the IP packet is never read.
 *
 * Reads go through memcpy, for the packet may lie anywhere; pointers into the packet are compared
 * and never subtracted under bpf, which the verifier allows to the privileged alone. Words of a
 * tuple hold octets as they stand on the wire; little-endian hosts only, as bpfel.
 */
#ifndef HARNESS_XDP_BPF_FLOW_H
#define HARNESS_XDP_BPF_FLOW_H

#include <linux/types.h>

#define FLOW_INLINE static inline __attribute__((always_inline))

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tuples are little-endian words");

enum flow_class {
    /* Hashed: */
    FLOW_PORTS,     /* addresses and ports */
    FLOW_ADDRESSES, /* addresses alone: a protocol without ports */
    FLOW_FRAGMENT,  /* addresses alone: the first fragment of a datagram as all others */
    /* Passed up: */
    FLOW_NOT_PPPOE, /* some other Ethernet type, or more than two tags */
    FLOW_DISCOVERY, /* PPPoE discovery */
    FLOW_BAD_PPPOE, /* version, type, code or length */
    FLOW_NOT_IP,    /* a PPP protocol other than IPv4 and IPv6: LCP, IPCP, a compressed field */
    FLOW_BAD_IP,    /* version or a length */
    FLOW_NO_CPU,    /* no CPU was given to spread over */
    FLOW_CLASSES,
};
#define FLOW_IS_HASHED(of) ((of) <= FLOW_FRAGMENT)

/* Source address, destination address, then both ports (source first) where there are: 1 or 4
 * words each, and 1. Words beyond `n` are 0. */
#define FLOW_WORDS 9
struct flow_tuple {
    __u32 words[FLOW_WORDS];
    __u32 n; /* 2 or 3 for IPv4, 8 or 9 for IPv6 */
};

/* What is left of the packet, and of it what the lengths seen so far allow. */
struct flow_view {
    const __u8 *at, *end;
    __u32 left;
};

#ifdef __bpf__
#define FLOW_HOLDS(view, n) ((view)->at + (n) <= (view)->end)
#else
#define FLOW_HOLDS(view, n) ((view)->at <= (view)->end && (__u32)((view)->end - (view)->at) >= (n))
#endif

FLOW_INLINE int flow_has(const struct flow_view *view, __u32 n) {
    return view->left >= n && FLOW_HOLDS(view, n);
}

FLOW_INLINE void flow_skip(struct flow_view *view, __u32 n) {
    view->at += n;
    view->left -= n;
}

FLOW_INLINE __u16 flow_be16(const __u8 *at) {
    __u16 raw;
    __builtin_memcpy(&raw, at, sizeof raw);
    return __builtin_bswap16(raw);
}

enum {
    FLOW_TYPE_C_TAG = 0x8100, /* IEEE 802.1Q */
    FLOW_TYPE_S_TAG = 0x88a8, /* IEEE 802.1ad */
    FLOW_TYPE_DISCOVERY = 0x8863,
    FLOW_TYPE_SESSION = 0x8864,
    FLOW_PPP_IPV4 = 0x0021,
    FLOW_PPP_IPV6 = 0x0057,
    FLOW_MAX_TAGS = 2,
};

/* --- above IP ------------------------------------------------------------------------------ */

/* IANA protocol numbers. */
enum {
    FLOW_HOP_BY_HOP = 0,
    FLOW_TCP = 6,
    FLOW_UDP = 17,
    FLOW_DCCP = 33,
    FLOW_ROUTING = 43,
    FLOW_FRAGMENT_HEADER = 44,
    FLOW_AUTHENTICATION = 51,
    FLOW_DESTINATION = 60,
    FLOW_SCTP = 132,
    FLOW_MOBILITY = 135,
    FLOW_UDPLITE = 136,
    FLOW_HIP = 139,
    FLOW_SHIM6 = 140,
};

/* All of these begin with source and destination port. In a mask, for which of them it is
 * changes from frame to frame and would be guessed wrong. */
FLOW_INLINE int flow_has_ports(__u8 protocol) {
    const __u64 low = 1ull << FLOW_TCP | 1ull << FLOW_UDP | 1ull << FLOW_DCCP;
    if (protocol < 64)
        return low >> protocol & 1;
    return protocol == FLOW_SCTP || protocol == FLOW_UDPLITE;
}

/* At the transport header; too short a one leaves the addresses. */
FLOW_INLINE enum flow_class flow_transport(struct flow_view *view, __u8 protocol,
                                           struct flow_tuple *tuple) {
    if (!flow_has_ports(protocol) || !flow_has(view, 4))
        return FLOW_ADDRESSES;
    __builtin_memcpy(&tuple->words[tuple->n == 2 ? 2 : 8], view->at, 4);
    tuple->n++;
    return FLOW_PORTS;
}

/* --- IP ------------------------------------------------------------------------------------ */

/* RFC 791. */
FLOW_INLINE enum flow_class flow_ipv4(struct flow_view *view, struct flow_tuple *tuple) {
    if (!flow_has(view, 20))
        return FLOW_BAD_IP;
    const __u8 *header = view->at;
    __u32 length = (header[0] & 15) * 4u, total = flow_be16(header + 2);
    if (header[0] >> 4 != 4 || length < 20 || total < length || total > view->left)
        return FLOW_BAD_IP;
    __builtin_memcpy(&tuple->words[0], header + 12, 8);
    tuple->n = 2;
    __u8 protocol = header[9];
    if (flow_be16(header + 6) & 0x3fff) /* MF, or an offset */
        return FLOW_FRAGMENT;
    view->left = total;
    flow_skip(view, length);
    return flow_transport(view, protocol, tuple);
}

FLOW_INLINE int flow_is_extension(__u8 next) {
    return next == FLOW_HOP_BY_HOP || next == FLOW_ROUTING || next == FLOW_DESTINATION ||
           next == FLOW_MOBILITY || next == FLOW_HIP || next == FLOW_SHIM6 ||
           next == FLOW_AUTHENTICATION;
}

#define FLOW_MAX_EXTENSIONS 8

/* RFC 8200 section 4, RFC 4302 section 2.2. More headers than FLOW_MAX_EXTENSIONS leave the
 * addresses. */
FLOW_INLINE enum flow_class flow_extensions(struct flow_view *view, __u8 next,
                                            struct flow_tuple *tuple) {
    for (int i = 0; i < FLOW_MAX_EXTENSIONS; i++) {
        if (next == FLOW_FRAGMENT_HEADER)
            return flow_has(view, 8) ? FLOW_FRAGMENT : FLOW_BAD_IP;
        if (!flow_is_extension(next))
            return flow_transport(view, next, tuple);
        if (!flow_has(view, 8))
            return FLOW_BAD_IP;
        __u32 length = next == FLOW_AUTHENTICATION ? view->at[1] * 4u + 8 : view->at[1] * 8u + 8;
        next = view->at[0];
        if (length > view->left)
            return FLOW_BAD_IP;
        flow_skip(view, length);
    }
    return FLOW_ADDRESSES;
}

/* RFC 8200 section 3. A jumbogram's payload length of 0 cannot be: PPPoE's length has 16 bits. */
FLOW_INLINE enum flow_class flow_ipv6(struct flow_view *view, struct flow_tuple *tuple) {
    if (!flow_has(view, 40))
        return FLOW_BAD_IP;
    const __u8 *header = view->at;
    __u32 payload = flow_be16(header + 4);
    if (header[0] >> 4 != 6 || payload > view->left - 40)
        return FLOW_BAD_IP;
    __builtin_memcpy(&tuple->words[0], header + 8, 32);
    tuple->n = 8;
    __u8 next = header[6];
    view->left = 40 + payload;
    flow_skip(view, 40);
    return flow_extensions(view, next, tuple);
}

/* --- below IP ------------------------------------------------------------------------------ */

/* RFC 2516 section 4: version 1, type 1, code 0, a length that the frame has room for. */
FLOW_INLINE enum flow_class flow_pppoe(struct flow_view *view, struct flow_tuple *tuple) {
    if (!flow_has(view, 8))
        return FLOW_BAD_PPPOE;
    __u32 length = flow_be16(view->at + 4), protocol = flow_be16(view->at + 6);
    if (view->at[0] != 0x11 || view->at[1] != 0 || length < 2)
        return FLOW_BAD_PPPOE;
    flow_skip(view, 6);
    if (!FLOW_HOLDS(view, length))
        return FLOW_BAD_PPPOE;
    view->left = length;
    flow_skip(view, 2);
    if (protocol == FLOW_PPP_IPV4)
        return flow_ipv4(view, tuple);
    if (protocol == FLOW_PPP_IPV6)
        return flow_ipv6(view, tuple);
    return FLOW_NOT_IP;
}

/* The whole frame, destination address first, without FCS. */
FLOW_INLINE enum flow_class flow_classify(const __u8 *data, const __u8 *end,
                                          struct flow_tuple *tuple) {
    struct flow_view view = {.at = data, .end = end, .left = 0xffff};
    __builtin_memset(tuple, 0, sizeof *tuple);
    if (!flow_has(&view, 14))
        return FLOW_NOT_PPPOE;
    __u16 type = flow_be16(data + 12);
    flow_skip(&view, 14);
    for (int i = 0; i < FLOW_MAX_TAGS; i++) {
        if (type != FLOW_TYPE_C_TAG && type != FLOW_TYPE_S_TAG)
            break;
        if (!flow_has(&view, 4))
            return FLOW_NOT_PPPOE;
        type = flow_be16(view.at + 2);
        flow_skip(&view, 4);
    }
    if (type == FLOW_TYPE_SESSION)
        return flow_pppoe(&view, tuple);
    return type == FLOW_TYPE_DISCOVERY ? FLOW_DISCOVERY : FLOW_NOT_PPPOE;
}

/* --- both directions alike ----------------------------------------------------------------- */

FLOW_INLINE __u32 flow_swap_ports(__u32 ports) {
    return ports << 16 | ports >> 16;
}

/* Put the lesser end first, as little-endian words, so that both directions have one tuple. */
FLOW_INLINE void flow_make_symmetric(struct flow_tuple *tuple) {
    __u32 wide = tuple->n >= 8, swap = 0, decided = 0;
    for (int i = 0; i < 4; i++) {
        __u32 a = tuple->words[i], b = tuple->words[wide ? i + 4 : i + 1];
        if (i > 0 && !wide)
            break;
        if (!decided && a != b) {
            decided = 1;
            swap = a > b;
        }
    }
    __u32 ports = wide ? tuple->words[8] : tuple->words[2];
    if (!decided)
        swap = (ports & 0xffff) > ports >> 16;
    if (!swap)
        return;
    if (!wide) {
        __u32 a = tuple->words[0];
        tuple->words[0] = tuple->words[1];
        tuple->words[1] = a;
        tuple->words[2] = flow_swap_ports(ports);
        return;
    }
    for (int i = 0; i < 4; i++) {
        __u32 a = tuple->words[i];
        tuple->words[i] = tuple->words[i + 4];
        tuple->words[i + 4] = a;
    }
    tuple->words[8] = flow_swap_ports(ports);
}

#endif
