// SPDX-License-Identifier: MIT OR GPL-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "harness/xdp/bpf/hash.h"

struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, FLOW_MAX_CPUS);
    __type(key, __u32);
    __type(value, __u64); /* queue size, and a program of the slot's own */
} cpu_map SEC(".maps");

/* Frames by enum flow_class. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, FLOW_CLASSES);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

const volatile struct flow_config config = {0};

static __attribute__((always_inline)) void count(__u32 of) {
    __u64 *frames = bpf_map_lookup_elem(&counts, &of);
    if (frames)
        ++*frames;
}

SEC("xdp")
int flow(struct xdp_md *context) {
    struct flow_tuple tuple;
    __u32 of = flow_classify((const __u8 *)(long)context->data,
                             (const __u8 *)(long)context->data_end, &tuple);
    if (FLOW_IS_HASHED(of) && config.cpus == 0)
        of = FLOW_NO_CPU;
    count(of);
    if (!FLOW_IS_HASHED(of))
        return XDP_PASS;
    if (config.symmetric)
        flow_make_symmetric(&tuple);
    const __u32 key[2] = {config.key[0], config.key[1]};
    __u32 index = flow_index(flow_hash(&tuple, config.hash, config.seed, key), config.cpus);
    return bpf_redirect_map(&cpu_map, config.slots[index % FLOW_MAX_CPUS], XDP_PASS);
}

char licence[] SEC("license") = "Dual MIT/GPL";
