/* What a freestanding program has of <string.h>: the same functions, in lib/memory.c. */
#ifndef FIRMWARE_LIB_MEMORY_H
#define FIRMWARE_LIB_MEMORY_H

#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *text);

#endif
