/* The four functions the compiler may call in a freestanding program. By words: a frame is
 * copied while others arrive. */
#include "firmware/lib/memory.h"

/* Neither side need be aligned: the Cortex-M3 and M4 access odd words themselves. */
void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    uint8_t *d = to;
    const uint8_t *s = from;
    uint32_t word;
    for (; n >= sizeof word; n -= sizeof word, d += sizeof word, s += sizeof word) {
        __builtin_memcpy(&word, s, sizeof word);
        __builtin_memcpy(d, &word, sizeof word);
    }
    while (n-- > 0)
        *d++ = *s++;
    return to;
}

void *memmove(void *to, const void *from, size_t n) {
    uint8_t *d = to;
    const uint8_t *s = from;
    if (d <= s || d >= s + n)
        return memcpy(to, from, n);
    while (n-- > 0)
        d[n] = s[n];
    return to;
}

void *memset(void *to, int value, size_t n) {
    uint8_t *d = to;
    while (n-- > 0)
        *d++ = (uint8_t)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t n) {
    const uint8_t *p = a, *q = b;
    for (; n > 0; n--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

size_t strlen(const char *text) {
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}
