#include <criterion/criterion.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/err.h"

#define expect_text(expected, ...)                                                                 \
    do {                                                                                           \
        char text[200];                                                                            \
        unsigned n = sim_format(text, sizeof text, __VA_ARGS__);                                   \
        cr_expect_str_eq(text, expected);                                                          \
        cr_expect_eq(n, strlen(text));                                                             \
    } while (0)

Test(err, conversions) {
    expect_text("a b", "%s %s", "a", "b");
    expect_text("?", "%s", (char *)NULL);
    expect_text("a?b?", "%s", "a\nb\x7f"); /* one line, whatever a file says */
    expect_text("\xc3\xa4", "%s", "\xc3\xa4");
    expect_text("-2147483648 0 2147483647", "%d %d %d", INT_MIN, 0, INT_MAX);
    expect_text("4294967295", "%u", UINT_MAX);
    expect_text("-9223372036854775808", "%ld", LONG_MIN);
    expect_text("x%", "%c%%", 'x');
    expect_text("end ", "end %");
}

Test(err, numbers) {
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0, "0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.65, "0.65"},
        {1.0 / 3, "0.333333"},
        {2.0 / 3, "0.666667"},
        {123456, "123456"},
        {1234567, "1234567"},
        {12.34567, "12.3457"},
        {999999.5, "1000000"},
        {0.999999999, "1"},
        {1e-4, "0.0001"},
        {4.7e-11, "4.7e-11"},
        {2e-7, "2e-7"},
        {1e9, "1e9"},
        {2.5e12, "2.5e12"},
        {123456789, "123456789"},
        {9.9999999e-5, "1e-4"},
        {0.00010034, "0.00010034"},
        {0.0333333333, "0.0333333"},
        {9.99999999e12, "1e13"},
        {DBL_MAX, "1.79769e308"},
        {NAN, "nan"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[40];
        sim_format(text, sizeof text, "%g", rows[i].value);
        cr_expect_str_eq(text, rows[i].text, "%.17g: %s, not %s", rows[i].value, text,
                         rows[i].text);
    }
}

/* Whatever is written reads back as the value, to six digits. */
Test(err, numbers_read_back) {
    for (int exponent = -320; exponent < 308; exponent++)
        for (int i = 1; i < 60; i++) {
            double value = i * 0.173 * pow(10, exponent);
            char text[40];
            sim_format(text, sizeof text, "%g", value);
            cr_assert_lt(strlen(text), 20, "%.17g: %s", value, text);
            cr_assert_float_eq(strtod(text, NULL), value, fmax(value * 6e-6, 5e-324), "%.17g: %s",
                               value, text);
        }
}

Test(err, what_does_not_fit_is_cut) {
    char text[6] = "#####";
    cr_expect_eq(sim_format(text, 4, "%s%d", "ab", 12345), 3);
    cr_expect_str_eq(text, "ab1");
    cr_expect_eq(text[4], '#');
    cr_expect_eq(sim_format(text, 1, "abc"), 0);
    cr_expect_str_eq(text, "");
    text[0] = '!';
    cr_expect_eq(sim_format(text, 0, "abc"), 0);
    cr_expect_eq(text[0], '!');
}

Test(err, errors_have_a_class_and_a_place) {
    struct sim_err err = SIM_ERR_INIT;
    cr_expect_eq(err.cls, SIM_ERR_NONE);
    cr_expect_not(sim_err_at(&err, SIM_ERR_INPUT, "a.net", 7, "found %s", "x"));
    cr_expect(err.cls == SIM_ERR_INPUT && err.line == 7 && err.offset == -1);
    cr_expect_str_eq(err.file, "a.net");
    cr_expect_str_eq(err.text, "found x");
    cr_expect_not(sim_err_set(&err, SIM_ERR_UNMODELLED, "plain"));
    cr_expect(err.cls == SIM_ERR_UNMODELLED && err.line == 0);
    cr_expect_str_eq(err.file, "");
    cr_expect_not(sim_err_at(&err, SIM_ERR_INPUT, NULL, 0, "no file"));
    cr_expect_str_eq(err.file, "");
    static char longer[5000];
    memset(longer, 'x', sizeof longer - 1);
    sim_err_at(&err, SIM_ERR_INPUT, longer, 1, "%s", longer);
    cr_expect_eq(strlen(err.text), sizeof err.text - 1);
    cr_expect_eq(strlen(err.file), sizeof err.file - 1);
}
