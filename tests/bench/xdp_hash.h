/* Shared by the benchmark of hashes and its program in the kernel. */
#ifndef TESTS_BENCH_XDP_HASH_H
#define TESTS_BENCH_XDP_HASH_H

#include <linux/types.h>

#define BENCH_HASHES 64 /* in one run */

enum bench_hash { BENCH_NOTHING, BENCH_BITWISE, BENCH_FIRST /* and on: enum flow_hash */ };

struct bench_state {
    __u32 next, sum;
};

#endif
