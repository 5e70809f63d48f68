/* Addresses in messages: sim_err_set's format knows no %x. */
#ifndef HARNESS_HEX32_H
#define HARNESS_HEX32_H

#include <stdint.h>

#define HEX32_SIZE 11

/* "0x08000130", in `out`, which it returns. */
static inline const char *hex32(uint32_t value, char out[HEX32_SIZE]) {
    out[0] = '0';
    out[1] = 'x';
    for (int i = 0; i < 8; i++)
        out[2 + i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
    out[10] = 0;
    return out;
}

/* The same with a buffer that lives as long as the enclosing block. */
#define HEX32(value) hex32((value), (char[HEX32_SIZE]){0})

#endif
