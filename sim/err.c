#include "sim/err.h"

#include <float.h>
#include <stdint.h>
#include <string.h>

struct text {
    char *out;
    unsigned size, length;
};

static void put(struct text *text, char c) {
    if (text->length + 1 < text->size)
        text->out[text->length++] = c;
}

static void put_string(struct text *text, const char *string) {
    for (const char *p = string ? string : "?"; *p; p++)
        put(text, (unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p);
}

static void put_unsigned(struct text *text, uint64_t value) {
    char digits[20];
    int n = 0;
    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    while (n)
        put(text, digits[--n]);
}

static void put_signed(struct text *text, int64_t value) {
    if (value < 0)
        put(text, '-');
    put_unsigned(text, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

/* Up to six significant digits; exponents by hand outside 1e-4 .. 1e9. */
static void put_double(struct text *text, double value) {
    if (value != value) {
        put_string(text, "nan");
        return;
    }
    if (value < 0) {
        put(text, '-');
        value = -value;
    }
    if (value > DBL_MAX) {
        put_string(text, "inf");
        return;
    }
    int exponent = 0;
    if (value > 0 && (value < 1e-4 || value >= 1e9)) {
        for (; value >= 10; exponent++)
            value /= 10;
        for (; value < 1; exponent--)
            value *= 10;
        if (value >= 9.999995) { /* rounds up to 10 */
            value = 1;
            exponent++;
        }
    }
    int decimals = 6;
    for (double limit = 1; limit <= value && decimals > 0; limit *= 10)
        decimals--;
    for (double limit = 0.1; value < limit && decimals < 9; limit /= 10)
        decimals++;
    uint64_t power = 1;
    for (int i = 0; i < decimals; i++)
        power *= 10;
    uint64_t scaled = (uint64_t)(value * (double)power + 0.5);
    put_unsigned(text, scaled / power);
    uint64_t fraction = scaled % power;
    if (fraction)
        put(text, '.');
    while (fraction) {
        power /= 10;
        put(text, (char)('0' + fraction / power));
        fraction %= power;
    }
    if (exponent) {
        put(text, 'e');
        put_signed(text, exponent);
    }
}

static void put_conversion(struct text *text, const char **format, va_list *args) {
    switch (**format) {
    case 's':
        put_string(text, va_arg(*args, const char *));
        break;
    case 'c':
        put(text, (char)va_arg(*args, int));
        break;
    case 'd':
        put_signed(text, va_arg(*args, int));
        break;
    case 'u':
        put_unsigned(text, va_arg(*args, unsigned));
        break;
    case 'g':
        put_double(text, va_arg(*args, double));
        break;
    case 'l':
        (*format)++;
        put_signed(text, va_arg(*args, long));
        break;
    default:
        put(text, **format);
    }
}

unsigned sim_vformat(char *out, unsigned size, const char *format, va_list args) {
    struct text text = {.out = out, .size = size};
    va_list copy;
    va_copy(copy, args);
    for (; *format; format++) {
        if (*format != '%') {
            put(&text, *format);
            continue;
        }
        if (!*++format)
            break;
        put_conversion(&text, &format, &copy);
    }
    va_end(copy);
    if (size)
        out[text.length] = '\0';
    return text.length;
}

unsigned sim_format(char *out, unsigned size, const char *format, ...) {
    va_list args;
    va_start(args, format);
    unsigned n = sim_vformat(out, size, format, args);
    va_end(args);
    return n;
}

bool sim_err_vset(struct sim_err *err, enum sim_err_class cls, const char *format, va_list args) {
    err->cls = cls;
    err->file[0] = '\0';
    err->line = 0;
    err->offset = -1;
    sim_vformat(err->text, sizeof err->text, format, args);
    return false;
}

bool sim_err_set(struct sim_err *err, enum sim_err_class cls, const char *format, ...) {
    va_list args;
    va_start(args, format);
    sim_err_vset(err, cls, format, args);
    va_end(args);
    return false;
}

bool sim_err_at(struct sim_err *err, enum sim_err_class cls, const char *file, long line,
                const char *format, ...) {
    va_list args;
    va_start(args, format);
    sim_err_vset(err, cls, format, args);
    va_end(args);
    sim_format(err->file, sizeof err->file, "%s", file ? file : "");
    err->line = line;
    return false;
}
