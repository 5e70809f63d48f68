/* SPDX-License-Identifier: MIT OR GPL-2.0
 *
 * The logic of the published flow-hash program, written anew from its description, faults
 * included: single-tagged 802.1Q frames with PPPoE session data, TCP or UDP directly behind
 * IPv4 or IPv6, twelve octets (IPv6 addresses folded by XOR), CRC-32 bit by bit, modulo 8. It
 * looks at no length, version, fragment or PPPoE code. */
#ifndef HARNESS_XDP_BPF_REFERENCE_H
#define HARNESS_XDP_BPF_REFERENCE_H

#include "harness/xdp/bpf/flow.h"

#define REFERENCE_CPUS 8

/* Keeps the compiler from turning a step into a mask of the sign, on which the verifier's
 * states multiply. */
#ifdef __bpf__
#define REFERENCE_OPAQUE(x) __asm__ volatile("" : "+r"(x))
#else
#define REFERENCE_OPAQUE(x) ((void)0)
#endif

FLOW_INLINE __u32 reference_crc(const __u32 words[3]) {
    __u32 c = 0xffffffff;
    for (int i = 0; i < 3; i++) {
        c ^= words[i];
        for (int bit = 0; bit < 32; bit++) {
            __u32 low = c & 1;
            REFERENCE_OPAQUE(low);
            c = c >> 1 ^ low * 0xedb88320u;
        }
    }
    return ~c;
}

FLOW_INLINE int reference_ipv4(struct flow_view *view, __u32 words[3]) {
    if (!flow_has(view, 20) || (view->at[9] != FLOW_TCP && view->at[9] != FLOW_UDP))
        return 0;
    __builtin_memcpy(words, view->at + 12, 8);
    flow_skip(view, (view->at[0] & 15) * 4u);
    return 1;
}

FLOW_INLINE int reference_ipv6(struct flow_view *view, __u32 words[3]) {
    if (!flow_has(view, 40) || (view->at[6] != FLOW_TCP && view->at[6] != FLOW_UDP))
        return 0;
    __u32 address[8];
    __builtin_memcpy(address, view->at + 8, sizeof address);
    words[0] = address[0] ^ address[1] ^ address[2] ^ address[3];
    words[1] = address[4] ^ address[5] ^ address[6] ^ address[7];
    flow_skip(view, 40);
    return 1;
}

/* 1: hashed, with the twelve octets in `words`. */
FLOW_INLINE int reference_classify(const __u8 *data, const __u8 *end, __u32 words[3]) {
    struct flow_view view = {.at = data, .end = end, .left = 0xffff};
    if (!flow_has(&view, 26) || flow_be16(data + 12) != FLOW_TYPE_C_TAG ||
        flow_be16(data + 16) != FLOW_TYPE_SESSION)
        return 0;
    __u16 protocol = flow_be16(data + 24);
    flow_skip(&view, 26);
    if (protocol == FLOW_PPP_IPV4 ? !reference_ipv4(&view, words)
                                  : protocol != FLOW_PPP_IPV6 || !reference_ipv6(&view, words))
        return 0;
    if (!flow_has(&view, 4))
        return 0;
    __builtin_memcpy(&words[2], view.at, 4);
    return 1;
}

#endif
