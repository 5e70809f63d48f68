#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "harness/values.h"
#include "harness/words.h"

static const struct board_values picofarad = {1e-12, 1e-6};

static const struct {
    const char *text;
    enum part_quantity quantity;
    double value;
} good[] = {
    {"200", PART_FARAD, 200e-12},
    {"0.68", PART_FARAD, 0.68e-6},
    {"1.0", PART_FARAD, 1e-6},
    {"0", PART_FARAD, 0},
    {"33.0x10V", PART_FARAD, 33e-6},
    {"100n", PART_FARAD, 100e-9},
    {"100nF/50V", PART_FARAD, 100e-9},
    {"100nF 50V X7R 10%", PART_FARAD, 100e-9},
    {"1nF/2kV", PART_FARAD, 1e-9},
    {"220uF 6.3V", PART_FARAD, 220e-6},
    {"10uF", PART_FARAD, 10e-6},
    {"10 uF", PART_FARAD, 10e-6},
    {"4u7", PART_FARAD, 4.7e-6},
    {"2p2", PART_FARAD, 2.2e-12},
    {"10\xc2\xb5"
     "F",
     PART_FARAD, 10e-6},
    {"10\xce\xbc", PART_FARAD, 10e-6},
    {"200p", PART_FARAD, 200e-12},
    {"4k7", PART_OHM, 4700},
    {"4R7", PART_OHM, 4.7},
    {"0R", PART_OHM, 0},
    {"0", PART_OHM, 0},
    {"0R15", PART_OHM, 0.15},
    {"1M", PART_OHM, 1e6},
    {"57.6k", PART_OHM, 57600},
    {"560R 1%", PART_OHM, 560},
    {"560 1%", PART_OHM, 560},
    {"560 ohm", PART_OHM, 560},
    {"4.7 kohm", PART_OHM, 4700},
    {"560\xce\xa9", PART_OHM, 560},
    {"1k\xe2\x84\xa6", PART_OHM, 1000},
    {"10K", PART_OHM, 10000},
    {"10k/1%/1/4W", PART_OHM, 10000},
    {"10m", PART_OHM, 0.01},
};

Test(values, reads) {
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char why[256] = "";
        double value = -1;
        cr_assert(value_read(good[i].text, good[i].quantity, &picofarad, &value, why, sizeof why),
                  "%s: %s", good[i].text, why);
        cr_expect_eq(value, good[i].value, "%s: %.17g", good[i].text, value);
    }
}

static const struct {
    const char *text;
    enum part_quantity quantity;
} bad[] = {
    {"", PART_OHM},       {"abc", PART_OHM},       {"-5", PART_OHM},
    {"4k7k", PART_OHM},   {"4.7k7", PART_OHM},     {"1.2.3", PART_OHM},
    {"100nF", PART_OHM},  {"560R", PART_FARAD},    {"10k NTC", PART_OHM},
    {"1..2", PART_OHM},   {"5.", PART_OHM},        {"100V", PART_FARAD},
    {"1e-7", PART_FARAD}, {"10MF", PART_FARAD},    {"33x", PART_FARAD},
    {"68x", PART_OHM},    {"LED", PART_OHM},       {"10k\n", PART_OHM},
    {"1 2", PART_OHM},    {"100n50V", PART_FARAD}, {"9999999999999999999999999999", PART_OHM},
};

Test(values, refuses) {
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char why[256] = "";
        double value;
        cr_expect(!value_read(bad[i].text, bad[i].quantity, &picofarad, &value, why, sizeof why),
                  "%s read as %g", bad[i].text, value);
        cr_expect(strstr(why, "expected"), "%s: %s", bad[i].text, why);
    }
}

Test(values, convention_decides_bare_capacitors) {
    struct board_values nano = {1e-9, 1e-9};
    char why[256];
    double value;
    cr_assert(value_read("200", PART_FARAD, &nano, &value, why, sizeof why));
    cr_expect_eq(value, 200e-9);
    cr_assert(value_read("200p", PART_FARAD, &nano, &value, why, sizeof why));
    cr_expect_eq(value, 200e-12, "a letter overrules it");
    cr_assert(value_read("200", PART_OHM, &nano, &value, why, sizeof why));
    cr_expect_eq(value, 200);
}

Test(values, si_numbers) {
    static const struct {
        const char *text;
        double value;
    } si[] = {{"50p", 50e-12}, {"2.70", 2.7},   {"4k7", 4700},  {"-0.2", -0.2},  {"+3", 3},
              {"1e-9", 1e-9},  {"13ns", 13e-9}, {"2.5 V", 2.5}, {"1.5E3", 1500}, {"0", 0}};
    static const char *const refused[] = {"",     "-",   "5x",  "1e", "1e9999",
                                          "0x10", "nan", "inf", "1 2"};
    char why[256];
    double value;
    for (size_t i = 0; i < sizeof si / sizeof *si; i++) {
        cr_assert(value_read_si(si[i].text, &value, why, sizeof why), "%s: %s", si[i].text, why);
        cr_expect_eq(value, si[i].value, "%s: %.17g", si[i].text, value);
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        cr_expect(!value_read_si(refused[i], &value, why, sizeof why), "%s", refused[i]);
}

Test(values, shows) {
    char out[40];
    cr_expect_str_eq(value_show(200e-12, PART_FARAD, out, sizeof out), "200 pF");
    cr_expect_str_eq(value_show(0.68e-6, PART_FARAD, out, sizeof out), "680 nF");
    cr_expect_str_eq(value_show(57600, PART_OHM, out, sizeof out), "57.6 kohm");
    cr_expect_str_eq(value_show(0, PART_OHM, out, sizeof out), "0 ohm");
    cr_expect_str_eq(value_show(1e6, PART_OHM, out, sizeof out), "1 Mohm");
    cr_expect_str_eq(value_show_unit(13e-9, "s", out, sizeof out), "13 ns");
    cr_expect_str_eq(value_show(NAN, PART_OHM, out, sizeof out), "?");
}

Test(words, nearest_and_natural_order) {
    cr_expect_eq(words_distance("scale", "SCALE"), 0);
    cr_expect_eq(words_distance("scal", "scale"), 1);
    cr_expect_eq(words_distance("", "abc"), 3);
    cr_expect_eq(words_distance("kitten", "sitting"), 3);
    cr_expect(words_natural_compare("C2", "C10") < 0);
    cr_expect(words_natural_compare("C10", "C2") > 0);
    cr_expect(words_natural_compare("C2", "R1") < 0);
    cr_expect(words_natural_compare("C2", "C2") == 0);
    cr_expect(words_natural_compare("C02", "C2") != 0);
    cr_expect(words_natural_compare("C", "C1") < 0);
    cr_expect(words_contain_nocase("/MOSI_rx", "mosi"));
    cr_expect(!words_contain_nocase("/mos", "mosi"));
}
