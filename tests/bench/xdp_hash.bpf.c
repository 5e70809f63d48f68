// SPDX-License-Identifier: MIT OR GPL-2.0
/* One hash many times over, on twelve octets that never repeat: what it costs in the kernel. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "harness/xdp/bpf/hash.h"
#include "harness/xdp/bpf/reference.h"
#include "tests/bench/xdp_hash.h"

const volatile __u32 config = 0; /* enum bench_hash */

/* Where the last run stopped, and a sum that keeps the hashes from being left out. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct bench_state);
} state SEC(".maps");

static __attribute__((always_inline)) __u32 next(__u32 *x) {
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

SEC("xdp")
int hash_often(struct xdp_md *context) {
    __u32 zero = 0;
    const __u32 key[2] = {0x01234567, 0x89abcdef};
    struct bench_state *s = bpf_map_lookup_elem(&state, &zero);
    if (!s)
        return XDP_ABORTED;
    __u32 x = s->next | 1, sum = 0;
    for (int i = 0; i < BENCH_HASHES; i++) {
        struct flow_tuple tuple = {.n = 3};
        tuple.words[0] = next(&x);
        tuple.words[1] = x * 5;
        tuple.words[2] = x ^ 0x5a5a5a5a;
        if (config == BENCH_BITWISE)
            sum += reference_crc(tuple.words);
        else if (config == BENCH_NOTHING)
            sum += tuple.words[0] + tuple.words[1] + tuple.words[2];
        else
            sum += flow_hash(&tuple, config - BENCH_FIRST, 1, key);
    }
    s->next = x;
    s->sum += sum;
    return XDP_PASS;
}

char licence[] SEC("license") = "Dual MIT/GPL";
