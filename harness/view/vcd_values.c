#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/vcd_internal.h"

/* Below 2^53 and up to 10^22 a double divides exactly: the quotient is the nearest double. */
static bool plain_real(const char *text, size_t n, double *value) {
    static const double powers[] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7, 1e8,
                                    1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16};
    uint64_t digits = 0;
    size_t i = text[0] == '-', point = n;
    if (n - i > 17 || n == i)
        return false;
    for (size_t k = i; k < n; k++) {
        if (text[k] == '.' && point == n && n - i > 1)
            point = k;
        else if (text[k] >= '0' && text[k] <= '9')
            digits = digits * 10 + (uint64_t)(text[k] - '0');
        else
            return false;
    }
    if (digits >= UINT64_C(1) << 53)
        return false;
    double number = (double)digits / powers[point == n ? 0 : n - point - 1];
    *value = i ? -number : number;
    return true;
}

bool vcd_real(const char *text, size_t n, double *value) {
    char *end;
    if (!n)
        return false;
    if (plain_real(text, n, value))
        return true;
    *value = strtod(text, &end);
    return end == text + n;
}

static int digit_of(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* A number of up to `most` digits at text[*i]; *i moves behind. */
static char escaped_number(const char *text, size_t n, size_t *i, int base, size_t most) {
    int value = 0;
    for (size_t k = 0; k < most && *i < n && digit_of(text[*i]) < base; k++)
        value = value * base + digit_of(text[(*i)++]);
    value &= 0xff;
    return value ? (char)value : ' '; /* no NUL within a text */
}

size_t vcd_unescape(char *text, size_t n) {
    static const char letters[] = "a\ab\bf\fn\nr\rt\tv\v";
    size_t out = 0;
    for (size_t i = 0; i < n;) {
        char c = text[i++];
        if (c != '\\' || i == n) {
            text[out++] = c;
            continue;
        }
        const char *letter = strchr(letters, text[i]);
        if (text[i] == 'x' && i + 1 < n && digit_of(text[i + 1]) < 16)
            text[out++] = (i++, escaped_number(text, n, &i, 16, 2));
        else if (digit_of(text[i]) < 8)
            text[out++] = escaped_number(text, n, &i, 8, 3);
        else if (letter && (letter - letters) % 2 == 0)
            text[out++] = (i++, letter[1]);
        else
            text[out++] = text[i++];
    }
    return out;
}
