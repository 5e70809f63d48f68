/* qemu-system-arm beside the core, on a machine with a Cortex-M4 and an STM32F4's memory map. */
#ifndef TESTS_BENCH_BENCH_QEMU_H
#define TESTS_BENCH_BENCH_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CPU seconds it takes over a flash image of `size` octets that ends by SYS_EXIT, its own
 * start included; negative when it is not installed or fails. icount: with -icount, that is
 * counting instructions. */
double qemu_seconds(const uint8_t *image, size_t size, bool icount);

#endif
