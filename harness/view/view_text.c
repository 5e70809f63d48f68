/* Times and values as text, and times from text. All in whole decimals: a tick is never lost. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/view/view.h"

/* --- times --------------------------------------------------------------------------------- */

const struct view_unit view_units[VIEW_UNITS] = {
    {"s", 0},    {"ms", -3},  {"us", -6},  {"ns", -9},
    {"ps", -12}, {"fs", -15}, {"as", -18}, {"\xc2\xb5s", -6},
};

static size_t unit_for(int magnitude) {
    size_t i = 0;
    while (i < VIEW_LEAST_UNIT && view_units[i].exponent > magnitude)
        i++;
    return i;
}

static void drop_zeros(char *fraction) {
    size_t n = strlen(fraction);
    while (n && fraction[n - 1] == '0')
        fraction[--n] = 0;
}

void view_time_text(const struct view *view, int64_t ticks, char *out, size_t size) {
    char digits[200];
    int exponent = store_exponent(view->store);
    uint64_t n = ticks < 0 ? -(uint64_t)ticks : (uint64_t)ticks;
    if (!n) {
        snprintf(out, size, "0 s");
        return;
    }
    int length = snprintf(digits, sizeof digits, "%" PRIu64, n);
    size_t unit = unit_for(length - 1 + exponent);
    int places = view_units[unit].exponent - exponent; /* behind the point */
    char padded[420] = "";
    memset(padded, '0', 200);
    snprintf(padded + 200, sizeof padded - 200, "%s", digits);
    for (; places < 0; places++)
        strncat(padded, "0", sizeof padded - strlen(padded) - 1);
    char *point = padded + strlen(padded) - (places < 199 ? places : 199);
    char *whole = padded;
    while (whole < point - 1 && *whole == '0')
        whole++;
    drop_zeros(point);
    snprintf(out, size, "%s%.*s%s%s %s", ticks < 0 ? "-" : "", (int)(point - whole), whole,
             *point ? "." : "", point, view_units[unit].name);
}

/* A decimal number n * 10^exponent. */
struct decimal {
    bool negative;
    uint64_t n;
    int exponent;
};

static const char *read_digits(const char *at, struct decimal *number, bool fraction, bool *any) {
    for (; isdigit((unsigned char)*at); at++) {
        *any = true;
        if (number->n > (UINT64_MAX - 9) / 10) {
            number->exponent += !fraction; /* beyond 19 digits: below a tick, or too much anyway */
            continue;
        }
        number->n = number->n * 10 + (uint64_t)(*at - '0');
        number->exponent -= fraction;
    }
    return at;
}

static const char *read_exponent(const char *at, struct decimal *number) {
    int e = 0;
    if (*at != 'e' && *at != 'E')
        return at;
    const char *digits = at + 1 + (at[1] == '+' || at[1] == '-');
    if (!isdigit((unsigned char)*digits))
        return at;
    for (; isdigit((unsigned char)*digits); digits++)
        e = e < 1000 ? e * 10 + *digits - '0' : e;
    number->exponent += at[1] == '-' ? -e : e;
    return digits;
}

/* NULL: no number. */
static const char *read_decimal(const char *at, struct decimal *number) {
    bool any = false;
    *number = (struct decimal){.negative = *at == '-'};
    at = read_digits(at + (*at == '-' || *at == '+'), number, false, &any);
    if (*at == '.')
        at = read_digits(at + 1, number, true, &any);
    return any ? read_exponent(at, number) : NULL;
}

static const char *skip_blanks(const char *at) {
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* Rounds to the nearest tick. */
static bool scale(struct decimal number, int64_t *ticks) {
    for (; number.exponent < 0 && number.n; number.exponent++)
        number.n = number.exponent == -1 ? (number.n + 5) / 10 : number.n / 10;
    for (; number.exponent > 0 && number.n; number.exponent--) {
        if (number.n > INT64_MAX / 10)
            return false;
        number.n *= 10;
    }
    if (number.n > INT64_MAX)
        return false;
    *ticks = number.negative ? -(int64_t)number.n : (int64_t)number.n;
    return true;
}

bool view_time_read(const struct view *view, const char *text, int64_t *ticks) {
    struct decimal number;
    const char *at = read_decimal(skip_blanks(text), &number);
    if (!at)
        return false;
    at = skip_blanks(at);
    size_t length = strcspn(at, " \t");
    if (*skip_blanks(at + length))
        return false;
    if (!length)
        return scale(number, ticks);
    for (size_t i = 0; i < VIEW_UNITS; i++) {
        if (strlen(view_units[i].name) != length || strncmp(at, view_units[i].name, length) != 0)
            continue;
        number.exponent += view_units[i].exponent - store_exponent(view->store);
        return scale(number, ticks);
    }
    return false;
}

/* --- values -------------------------------------------------------------------------------- */

#define SHOWN_BITS 1024 /* the uppermost bits of a vector that are looked at: a screen's width */

/* Groups of four from the right; one bit that is not 0 or 1 spoils its digit. */
static void put_hex(const char *bits, size_t n, char *out, size_t size) {
    size_t used = 0, first = n % 4 ? n % 4 : 4;
    used += (size_t)snprintf(out, size, "0x");
    for (size_t i = 0; i < n && used + 1 < size; i += i ? 4 : first) {
        unsigned digit = 0;
        char bad = 0;
        for (size_t j = i; j < (i ? i + 4 : first); j++) {
            digit = 2 * digit + (bits[j] == '1');
            bad = bits[j] == '0' || bits[j] == '1' ? bad : bits[j];
        }
        used +=
            (size_t)snprintf(out + used, size - used, "%c", bad ? bad : "0123456789abcdef"[digit]);
    }
}

static void put_ascii(const char *bits, size_t n, char *out, size_t size) {
    size_t used = 0, first = n % 8 ? n % 8 : 8;
    for (size_t i = 0; i < n && used + 1 < size; i += i ? 8 : first) {
        unsigned c = 0;
        for (size_t j = i; j < (i ? i + 8 : first); j++)
            c = 2 * c + (bits[j] == '1');
        if (c)
            out[used++] = c >= 0x20 && c < 0x7f ? (char)c : '.';
    }
    out[used] = 0;
}

static void put_number(uint64_t n, unsigned width, bool is_signed, char *out, size_t size) {
    if (is_signed && width < 64 && width && n >> (width - 1) & 1)
        n |= ~(uint64_t)0 << width;
    if (is_signed)
        snprintf(out, size, "%" PRId64, (int64_t)n);
    else
        snprintf(out, size, "%" PRIu64, n);
}

static bool all_of(const char *bits, char c) {
    return bits[strspn(bits, (char[]){c, 0})] == 0;
}

/* One that is whole may be shown as a number. */
static void put_real(const struct store_cursor *cursor, enum view_radix radix, char *out,
                     size_t size) {
    uint64_t n;
    if (radix == VIEW_REAL || !store_number(cursor, &n))
        snprintf(out, size, "%.6g", store_real(cursor));
    else if (radix == VIEW_HEX)
        snprintf(out, size, "0x%" PRIx64, n);
    else
        put_number(n, 64, radix == VIEW_SIGNED, out, size);
}

static void put_vector(const struct store_cursor *cursor, const struct store_signal *signal,
                       enum view_radix radix, char *out, size_t size) {
    static _Thread_local char bits[STORE_MAX_WIDTH + 1];
    uint64_t n;
    store_bits(cursor, bits);
    size_t width = strlen(bits);
    if (bits[0] && (all_of(bits, 'x') || all_of(bits, 'z')))
        snprintf(out, size, "%c", bits[0]);
    else if (radix == VIEW_BINARY)
        snprintf(out, size, "%.*s", SHOWN_BITS, bits);
    else if (radix == VIEW_ASCII)
        put_ascii(bits, width, out, size);
    else if (radix != VIEW_HEX && store_number(cursor, &n))
        put_number(n, signal->width, radix == VIEW_SIGNED, out, size);
    else
        put_hex(bits, width, out, size);
}

void view_cursor_text(const struct store_cursor *cursor, const struct store_signal *signal,
                      enum view_radix radix, char *out, size_t size) {
    const char *text;
    if (!size)
        return;
    switch (signal->kind) {
    case STORE_REAL:
        put_real(cursor, radix, out, size);
        break;
    case STORE_STRING:
        text = store_text(cursor);
        snprintf(out, size, "%s", text ? text : "");
        break;
    case STORE_BIT:
    case STORE_EVENT:
        snprintf(out, size, "%c", store_bit(cursor));
        break;
    case STORE_VECTOR:
        put_vector(cursor, signal, radix, out, size);
    }
}

void view_value_text(const struct view *view, uint32_t signal, enum view_radix radix, int64_t time,
                     char *out, size_t size) {
    struct store_cursor cursor;
    if (size)
        out[0] = 0;
    if (store_seek(view->store, signal, time, &cursor))
        view_cursor_text(&cursor, store_signal(view->store, signal), radix, out, size);
}
