// SPDX-License-Identifier: MIT OR GPL-2.0
/* Frames that a CPU map's queue had no room for, which the kernel tells at a tracepoint alone. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u64); /* frames that were queued, and that were dropped */
} frames SEC(".maps");

const volatile __u32 cpu_map_id = 0;

static __attribute__((always_inline)) void add(__u32 key, __u64 n) {
    __u64 *value = bpf_map_lookup_elem(&frames, &key);
    if (value)
        __sync_fetch_and_add(value, n);
}

/* xdp_cpumap_enqueue(map_id, processed, drops, to_cpu): include/trace/events/xdp.h */
SEC("raw_tp/xdp_cpumap_enqueue")
int drops(struct bpf_raw_tracepoint_args *context) {
    if ((__u32)context->args[0] != cpu_map_id)
        return 0;
    add(0, (__u32)context->args[1]);
    add(1, (__u32)context->args[2]);
    return 0;
}

char licence[] SEC("license") = "Dual MIT/GPL";
