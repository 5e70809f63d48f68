/* SHA-256 (FIPS 180-4), for telling files apart. */
#ifndef HARNESS_SHA256_H
#define HARNESS_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_HEX 65 /* with its NUL */

/* As 64 small hexadecimal digits. */
void sha256_hex(const uint8_t *octets, size_t n, char out[SHA256_HEX]);

#endif
