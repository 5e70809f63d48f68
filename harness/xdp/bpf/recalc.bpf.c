// SPDX-License-Identifier: MIT OR GPL-2.0
/* The kernel's own flow hash of a frame, for comparison: frames of one flow have one. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("tc")
int recalc(struct __sk_buff *skb) {
    return (int)bpf_get_hash_recalc(skb);
}

char licence[] SEC("license") = "Dual MIT/GPL";
