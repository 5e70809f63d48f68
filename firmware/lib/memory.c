/* The four functions the compiler may call in a freestanding program. By words where both
 * sides allow it: a frame is copied while others arrive. */
#include "firmware/lib/memory.h"

/* Words that alias anything. */
typedef uint32_t __attribute__((may_alias)) any_word;

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    uint8_t *d = to;
    const uint8_t *s = from;
    if ((((uintptr_t)d | (uintptr_t)s) & 3) == 0)
        for (; n >= 4; n -= 4, d += 4, s += 4)
            *(any_word *)d = *(const any_word *)s;
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
