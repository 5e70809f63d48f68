#include "harness/values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/words.h"
#include "sim/err.h"

#define MAX_DIGITS 15 /* what a double holds exactly */

struct number {
    char digits[MAX_DIGITS + 1];
    int n_digits;
    int exponent; /* decimal, of the last digit */
    bool point;   /* written with a decimal point */
    bool letter;  /* an SI letter or R was given */
    char unit;    /* 'F', 'O' (ohm), 'V', ..., 0 when none was written */
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool take(const char **at, const char *text) {
    size_t n = strlen(text);
    if (strncmp(*at, text, n) != 0)
        return false;
    *at += n;
    return true;
}

static bool take_digits(const char **at, struct number *number, int step) {
    const char *start = *at;
    for (; is_digit(**at); (*at)++) {
        if (number->n_digits == 0 && **at == '0') {
            number->exponent += step;
            continue; /* leading zeros carry nothing */
        }
        if (number->n_digits == MAX_DIGITS)
            return false;
        number->digits[number->n_digits++] = **at;
        number->exponent += step;
    }
    return *at > start;
}

/* SI letters; micro also as U+00B5 and U+03BC. */
static bool take_prefix(const char **at, int *exponent) {
    static const struct {
        const char *text;
        int exponent;
    } prefixes[] = {
        {"p", -12}, {"n", -9}, {"u", -6}, {"\xc2\xb5", -6}, {"\xce\xbc", -6},
        {"m", -3},  {"k", 3},  {"K", 3},  {"M", 6},         {"G", 9},
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (take(at, prefixes[i].text)) {
            *exponent = prefixes[i].exponent;
            return true;
        }
    return false;
}

/* Units; ohm also as U+03A9 and U+2126. */
static char take_unit(const char **at) {
    static const struct {
        const char *text;
        char unit;
    } units[] = {
        {"Ohms", 'O'},     {"ohms", 'O'},         {"Ohm", 'O'}, {"ohm", 'O'}, {"OHM", 'O'},
        {"\xce\xa9", 'O'}, {"\xe2\x84\xa6", 'O'}, {"R", 'O'},   {"F", 'F'},   {"V", 'V'},
        {"s", 's'},        {"Hz", 'z'},           {"A", 'A'},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (take(at, units[i].text))
            return units[i].unit;
    return 0;
}

/* "4k7", "4R7": the letter stands for the decimal point; then perhaps a unit. */
static bool take_letter(const char **at, struct number *number) {
    int exponent = 0;
    number->letter = take_prefix(at, &exponent);
    number->exponent += exponent;
    if (!number->letter)
        number->unit = take_unit(at);
    if (is_digit(**at) && (number->letter || number->unit == 'O') &&
        (number->point || !take_digits(at, number, -1)))
        return false;
    if (!number->unit)
        number->unit = take_unit(at);
    return true;
}

static bool word_ends(char c) {
    return c == '\0' || c == ' ' || c == '/' || c == ',' || c == '_';
}

/* " uF", " kohm" behind a blank; put back when it is something else (a rating). */
static void take_spaced_letter(const char **at, struct number *number) {
    const char *p = *at;
    int exponent = 0;
    while (*p == ' ')
        p++;
    if (p == *at || number->letter || number->unit)
        return;
    bool letter = take_prefix(&p, &exponent);
    char unit = take_unit(&p);
    if ((!letter && !unit) || !word_ends(*p))
        return;
    number->letter = letter;
    number->unit = unit;
    number->exponent += exponent;
    *at = p;
}

static bool take_mantissa(const char **at, struct number *number) {
    *number = (struct number){0};
    if (!take_digits(at, number, 0))
        return false;
    number->point = **at == '.';
    if (!number->point)
        return true;
    (*at)++;
    return take_digits(at, number, -1);
}

/* strtod on "DIGITSeEXP": rounds correctly, and no locale has a say in it. */
static double number_value(const struct number *number) {
    char text[MAX_DIGITS + 16];
    sim_format(text, sizeof text, "%se%d", number->n_digits ? number->digits : "0",
               number->exponent);
    return strtod(text, NULL);
}

/* One rating behind the value: 10V, 2kV, 1%, +-5%, 1/4W, X7R, 0805. */
static bool take_rating(const char **at) {
    static const char *const words[] = {"X7R", "X5R",  "X7S",  "Y5V",  "C0G",  "COG",
                                        "NP0", "NPO",  "MLP",  "MKP",  "MKT",  "pol",
                                        "bip", "0402", "0603", "0805", "1206", "1210"};
    const char *start = *at;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (take(at, words[i])) {
            if (word_ends(**at))
                return true;
            *at = start;
        }
    if (!take(at, "\xc2\xb1") && !take(at, "+-") && !take(at, "+/-"))
        take(at, "x");
    bool digits = false;
    for (; is_digit(**at) || (digits && **at == '.'); (*at)++)
        digits = true;
    return digits &&
           (take(at, "VDC") || take(at, "V") || take(at, "kV") || take(at, "KV") || take(at, "W") ||
            take(at, "%")) &&
           word_ends(**at);
}

static bool take_ratings(const char **at) {
    while (**at) {
        bool parted = word_ends(**at) || **at == 'x';
        while (**at == ' ' || **at == '/' || **at == ',' || **at == '_')
            (*at)++;
        if (!**at)
            return true;
        if (!parted)
            return false;
        const char *start = *at;
        /* "1/4W": the slash parts numbers here, not ratings. */
        if (is_digit(**at) && (*at)[1] == '/' && is_digit((*at)[2]))
            *at += 2;
        if (!take_rating(at)) {
            *at = start;
            return false;
        }
    }
    return true;
}

static bool refuse(char *why, size_t size, const char *text, const char *found,
                   const char *expected) {
    sim_format(why, (unsigned)size, "cannot read \"%s\"%s%s%s; expected %s", text,
               found && *found ? " from \"" : "", found ? found : "",
               found && *found ? "\" on" : "", expected);
    return false;
}

static const char *expected_for(enum part_quantity quantity) {
    return quantity == PART_FARAD ? "a capacitance such as 200, 0.68, 100n, 10uF, 33.0x10V"
                                  : "a resistance such as 560, 4k7, 4R7, 1M, 560R 1%";
}

/* A capacitor without letter or unit follows the board's convention. */
static double in_si(const struct number *number, enum part_quantity quantity,
                    const struct board_values *values) {
    if (quantity != PART_FARAD || number->letter || number->unit)
        return number_value(number);
    double factor = number->point ? values->capacitor_decimal : values->capacitor_integer;
    struct number scaled = *number;
    scaled.exponent += (int)lround(log10(factor));
    return number_value(&scaled);
}

bool value_read(const char *text, enum part_quantity quantity, const struct board_values *values,
                double *out, char *why, size_t why_size) {
    const char *expected = expected_for(quantity), *at = text;
    struct number number;
    while (*at == ' ')
        at++;
    if (!take_mantissa(&at, &number) || !take_letter(&at, &number))
        return refuse(why, why_size, text, NULL, expected);
    take_spaced_letter(&at, &number);
    if (!take_ratings(&at))
        return refuse(why, why_size, text, at, expected);
    if (number.unit && number.unit != (quantity == PART_FARAD ? 'F' : 'O'))
        return refuse(why, why_size, text, NULL, expected);
    *out = in_si(&number, quantity, values);
    if (*out > (quantity == PART_FARAD ? 10.0 : 1e12))
        return refuse(why, why_size, text, NULL,
                      quantity == PART_FARAD ? "at most 10 F" : "at most 1e12 ohm");
    return true;
}

/* "e-9"; nothing there is fine too. */
static bool take_exponent(const char **at, struct number *number) {
    if (**at != 'e' && **at != 'E')
        return true;
    (*at)++;
    bool minus = take(at, "-");
    if (!minus)
        take(at, "+");
    int exponent = 0, n = 0;
    for (; is_digit(**at) && n < 3; (*at)++, n++)
        exponent = exponent * 10 + (**at - '0');
    number->exponent += minus ? -exponent : exponent;
    return n > 0 && !is_digit(**at);
}

bool value_read_si(const char *text, double *out, char *why, size_t why_size) {
    const char *at = text;
    struct number number;
    bool minus = take(&at, "-");
    if (!minus)
        take(&at, "+");
    if (!take_mantissa(&at, &number) || !take_exponent(&at, &number) || !take_letter(&at, &number))
        return refuse(why, why_size, text, NULL, "a number such as 2.70, 50p, 4k7, 13n");
    take_spaced_letter(&at, &number);
    if (*at)
        return refuse(why, why_size, text, at, "the end of the number");
    double value = number_value(&number);
    if (!isfinite(value))
        return refuse(why, why_size, text, NULL, "a finite number");
    *out = minus ? -value : value;
    return true;
}

const char *value_show_unit(double value, const char *unit, char *out, size_t size) {
    static const struct {
        double factor;
        const char *prefix;
    } steps[] = {{1e9, "G"},  {1e6, "M"},  {1e3, "k"},  {1, ""},
                 {1e-3, "m"}, {1e-6, "u"}, {1e-9, "n"}, {1e-12, "p"}};
    size_t step = 3;
    if (value != 0)
        for (step = 0; step < 7 && fabs(value) < steps[step].factor * 0.9999995;)
            step++;
    if (isnan(value))
        sim_format(out, (unsigned)size, "?");
    else
        sim_format(out, (unsigned)size, "%g%s%s%s", value / steps[step].factor,
                   *unit || *steps[step].prefix ? " " : "", steps[step].prefix, unit);
    return out;
}

const char *value_show(double value, enum part_quantity quantity, char *out, size_t size) {
    const char *unit = quantity == PART_OHM ? "ohm" : quantity == PART_FARAD ? "F" : "";
    return value_show_unit(value, unit, out, size);
}

bool value_is_not_fitted(const char *text) {
    static const char *const words[] = {"DNP", "DNF",  "NC",         "N/C",
                                        "NF",  "n.c.", "not fitted", "do not fit"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words_equal_nocase(text, words[i]))
            return true;
    return false;
}
