/* SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): who does not know
 * the key cannot choose texts that collide. */
#ifndef HARNESS_VIEW_SIPHASH_H
#define HARNESS_VIEW_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* A key nobody knows. Where the host has no random octets at hand it is what stood there before:
 * nothing but speed may hang on it. */
void siphash_new_key(uint64_t key[2]);
uint64_t siphash(const uint64_t key[2], const void *octets, size_t n);

#endif
