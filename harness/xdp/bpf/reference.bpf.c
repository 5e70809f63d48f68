// SPDX-License-Identifier: MIT OR GPL-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "harness/xdp/bpf/reference.h"

struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, REFERENCE_CPUS);
    __type(key, __u32);
    __type(value, __u64); /* queue size, and a program of the slot's own */
} cpu_map SEC(".maps");

SEC("xdp")
int reference(struct xdp_md *context) {
    __u32 words[3];
    if (!reference_classify((const __u8 *)(long)context->data,
                            (const __u8 *)(long)context->data_end, words))
        return XDP_PASS;
    return bpf_redirect_map(&cpu_map, reference_crc(words) % REFERENCE_CPUS, 0);
}

char licence[] SEC("license") = "Dual MIT/GPL";
