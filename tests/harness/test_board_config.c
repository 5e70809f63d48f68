#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/board_config.h"

static struct sim_err err;
static struct board_config config;

static bool parse(const char *text) {
    err = SIM_ERR_INIT;
    board_config_defaults(&config);
    return board_config_parse(&config, text, "b.ini", &err);
}

static bool set(const char *assignment) {
    err = SIM_ERR_INIT;
    return board_config_set(&config, assignment, &err);
}

Test(board_config, defaults) {
    board_config_defaults(&config);
    cr_expect_eq(config.delay_scale, 1.0, "a board that states no scale gets 1.0");
    cr_expect_eq(config.values.capacitor_integer, 1e-12);
    cr_expect_str_eq(config.attach.framing, "sync");
    cr_expect_str_eq(config.attach.spi_clk, "");
    cr_expect_eq(config.line.gap, BOARD_GAP_MINIMUM);
}

Test(board_config, reads_every_kind) {
    cr_assert(parse("\xef\xbb\xbf; comment\n[board]\nname = x y ; inline\n  \n"
                    "[attach]\nspi_nss = !/nss\nframing=preamble\n"
                    "[values]\ncapacitor_integer = nF\n"
                    "[delay]\n  scale = 0.65\n  reason = because\n"
                    "[receiver]\nidle = noise\n"
                    "[line]\nswapped = yes\npreamble_bits = -3\ngap = capture\nppm=-50\n"
                    "[switch]\nSW1 = C\n[jumper]\nJP1 = B\n"
                    "[part.74HC14]\nvt_plus = 2.70\nciss = 50p\nvariant = 74HC14 ti\n"
                    "[tolerance]\nR = 1 %\nC = 0.05\n[mcu]\nchip = f401re"),
              "%ld %s", err.line, err.text);
    cr_expect_str_eq(config.name, "x y");
    cr_expect_str_eq(config.attach.spi_nss, "!/nss");
    cr_expect_str_eq(config.attach.framing, "preamble");
    cr_expect_eq(config.values.capacitor_integer, 1e-9);
    cr_expect_eq(config.delay_scale, 0.65);
    cr_expect_str_eq(config.delay_reason, "because");
    cr_expect_eq(config.receiver_idle, BOARD_IDLE_NOISE);
    cr_expect(config.line.swapped);
    cr_expect_eq(config.line.preamble_bits, -3);
    cr_expect_eq(config.line.gap, BOARD_GAP_CAPTURE);
    cr_expect_eq(config.n_positions, 2);
    cr_expect_str_eq(config.positions[0].ref, "SW1");
    cr_expect_str_eq(config.positions[1].position, "B");
    cr_expect_eq(config.n_figures, 3);
    cr_expect_str_eq(config.figures[0].part, "74HC14");
    cr_expect_eq(config.figures[1].value, 50e-12);
    cr_expect(isnan(config.figures[2].value));
    cr_expect_str_eq(config.figures[2].text, "74HC14 ti");
    cr_expect_float_eq(config.tolerances[0].fraction, 0.01, 1e-12);
    cr_expect_eq(config.tolerances[1].fraction, 0.05);
    cr_expect_str_eq(config.mcu_chip, "f401re");
    cr_expect_str_eq(config.file, "b.ini");
}

#define LONG "0123456789012345678901234567890123456789012345678901234567890123456789"

static const struct {
    const char *text, *message;
    long line;
} bad[] = {
    {"[delay]\n\nscal = 1", "[delay] has no key \"scal\"; nearest is \"scale\"", 3},
    {"[gate]\nmin_yield = 95", "min_yield = \"95\"; expected 0 % to 100 %, or 0 to 1", 2},
    {"[waiver.1]\nidd = x", "[waiver.1] has no key \"idd\"; nearest is \"id\"", 2},
    {"[waiver.1]\nid = x\nid = y", "[waiver.1] states id twice", 3},
    {"[waiver.1]\nnet = /a\npart = U1", "states part twice, as a net or as a part", 3},
    {"\n[waiver.1]\nid = x\nauthor = me", "[waiver.1] lacks reason", 3},
    {"[waiver.]\nid = x", "needs a name of 1 to 31 characters", 2},
    {"[waiver.1]\nexpires = 2026-02-29", "expires = 2026-02-29; expected a date, YYYY-MM-DD", 2},
    {"[delya]\nscale = 1", "no section [delya]; nearest is \"delay\"", 2},
    {"scale = 1", "outside any section", 1},
    {"[delay]\nscale = 1x", "\"1x\"", 2},
    {"[delay]\nscale = 1000", "out of range; expected 0.01 to 100", 2},
    {"[delay]\nscale = nan", "expected a number", 2},
    {"[delay]\nscale =", "expected a number", 2},
    {"[delay]\nscale = 1\nscale = 1", "stated twice, first at line 2", 3},
    {"[receiver]\nidle = up", "expected one of high, low, hold, noise", 2},
    {"[line]\nswapped = 2", "expected yes or no", 2},
    {"[line]\npreamble_bits = 1.5", "whole number", 2},
    {"[values]\ncapacitor_integer = pf", "expected pF", 2},
    {"[attach]\nframing = x", "one of sync, preamble", 2},
    {"[tolerance]\nR = 200 %", "expected 0 % to 100 %", 2},
    {"[tolerance]\nR = 1 % x", "expected 0 % to 100 %", 2},
    {"[switch]\nSW1 = A\nSW1 = C", "SW1 is stated twice", 3},
    {"[part.]\nx = 1", "names no part", 2},
    {"[part.U1]\nvt_plus = high", "vt_plus: cannot read", 2},
    {"[delay]\njust words", "neither a [section] nor", 2},
    {"[delay\nscale = 1", "neither a [section] nor", 1},
    {"[delay]\nreason = " LONG LONG LONG, "line is too long", 2},
    {"[" LONG "]", "section's name is too long", 1},
    {"[mcu]\nchip = " LONG, "chip is too long; expected at most 31", 2},
};

Test(board_config, refuses_with_line) {
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert(!parse(bad[i].text), "%s", bad[i].text);
        cr_expect(strstr(err.text, bad[i].message), "%s: %s", bad[i].text, err.text);
        cr_expect_eq(err.line, bad[i].line, "%s: line %ld", err.text, err.line);
        cr_expect_str_eq(err.file, "b.ini");
        cr_expect_eq(err.cls, SIM_ERR_INPUT);
    }
}

Test(board_config, indented_lines_are_no_continuation) {
    cr_assert(parse("[attach]\nspi_clk = /a\n  spi_mosi = /b\n"));
    cr_expect_str_eq(config.attach.spi_clk, "/a");
    cr_expect_str_eq(config.attach.spi_mosi, "/b");
}

Test(board_config, set_overrides_the_file) {
    cr_assert(parse("[delay]\nscale = 0.65\n[part.U2]\nvt_plus = 1\n[switch]\nSW1 = A\n"));
    cr_assert(set("delay.scale=1.0"));
    cr_assert(set("delay.scale = 2.0"));
    cr_assert(set("part.74HC14.vt_plus=2.9"));
    cr_assert(set("part.U2.vt_plus=3"));
    cr_assert(set("switch.SW1=C"));
    cr_expect_eq(config.delay_scale, 2.0);
    cr_expect_eq(config.n_figures, 2);
    cr_expect_eq(config.figures[1].value, 3); /* in the order of statement */
    cr_expect_str_eq(config.figures[0].part, "74HC14");
    cr_expect_eq(config.n_positions, 1);
    cr_expect_str_eq(config.positions[0].position, "C");
}

Test(board_config, set_refuses) {
    static const char *const wrong[] = {"",
                                        "x",
                                        "x=1",
                                        ".=",
                                        "a.b",
                                        "delay.=1",
                                        "delay.scal=1",
                                        "delay.scale=",
                                        "=a.b",
                                        "part.U1=3x",
                                        "delay.scale=1 2"};
    board_config_defaults(&config);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect(!set(wrong[i]), "%s", wrong[i]);
        cr_expect(strncmp(err.text, "--set ", 6) == 0, "%s", err.text);
    }
}

Test(board_config, counts_are_limited) {
    board_config_defaults(&config);
    char text[64];
    bool good = true;
    for (int i = 0; i < 200 && good; i++) {
        snprintf(text, sizeof text, "switch.SW%d=1", i);
        good = set(text);
    }
    cr_expect(!good && config.n_positions == 32, "%u", config.n_positions);
    good = true;
    for (int i = 0; i < 200 && good; i++) {
        snprintf(text, sizeof text, "tolerance.R%d=1%%", i);
        good = set(text);
    }
    cr_expect(!good && config.n_tolerances == 64);
    good = true;
    for (int i = 0; i < 200 && good; i++) {
        snprintf(text, sizeof text, "part.U%d.tpd=1n", i);
        good = set(text);
    }
    cr_expect(!good && config.n_figures == 128);
}

Test(board_config, missing_file) {
    board_config_defaults(&config);
    cr_expect(!board_config_read(&config, "/absent.ini", &err));
    cr_expect_eq(err.cls, SIM_ERR_INPUT);
}

/* --- [attach.CHIP] ----------------------------------------------------------------------- */

#define FOR_F100                                                                                   \
    "[attach.f100rb]\npin_tx_clk = PA5\nhse_bypass = no\ntx_clk = /other\n"                        \
    "[attach]\ntx_clk = /sck_tx\n[mcu]\nhse_bypass = yes\npin_tx_clk = PC10\nchip = "

Test(board_config, a_chip_has_attachments_of_its_own) {
    cr_assert(parse(FOR_F100 "f401re\n"), "%ld %s", err.line, err.text);
    cr_assert(board_config_choose_chip(&config, &err));
    cr_expect_str_eq(config.mcu_pin_tx_clk, "PC10");
    cr_expect(config.mcu_hse_bypass);
    cr_assert(parse(FOR_F100 "F100RB\n"), "%ld %s", err.line, err.text);
    cr_assert(board_config_choose_chip(&config, &err));
    cr_expect_str_eq(config.mcu_pin_tx_clk, "PA5");
    cr_expect_str_eq(config.attach.tx_clk, "/other");
    cr_expect(!config.mcu_hse_bypass);
}

Test(board_config, what_is_set_by_hand_goes_over_it) {
    cr_assert(parse(FOR_F100 "f401re\n"));
    cr_assert(set("mcu.chip=f100rb"));
    cr_assert(set("attach.f100rb.pin_tx_mosi=PA7"));
    cr_assert(board_config_choose_chip(&config, &err));
    cr_expect_str_eq(config.mcu_pin_tx_clk, "PA5");
    cr_expect_str_eq(config.mcu_pin_tx_mosi, "PA7");
    cr_assert(set("mcu.pin_tx_clk=PB3")); /* as board_load() repeats it */
    cr_expect_str_eq(config.mcu_pin_tx_clk, "PB3");
}

Test(board_config, mistakes_for_a_chip_have_their_line) {
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"[attach.f100rb]\npin_tx_ckl = PA5\n", "pin_tx_clk"},
        {"[attach.f100rb]\nchip = f401re\n", "has no key"},
        {"[attach.f999zz]\npin_tx_clk = PA5\n", "not a chip"},
        {"[attach.f100rb]\nhse_bypass = maybe\n", "expected yes or no"},
        {"[attach.f100rb]\nhse_hz = 1e9\n", "out of range"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect(!parse(wrong[i].text), "%s", wrong[i].text);
        cr_expect_eq(err.line, 2, "%s", wrong[i].text);
        cr_expect_not_null(strstr(err.text, wrong[i].message), "%s: %s", wrong[i].text, err.text);
    }
    cr_expect(!parse("[attach.f100rb]\npin_tx_clk = PA5\npin_tx_clk = PA5\n"));
    cr_expect_eq(err.line, 3);
}

Test(board_config, waivers) {
    cr_assert(parse("[gate]\nmin_yield = 90 %\n[waiver.b]\nid = sck-duty\nnet = /sck\n"
                    "reason = measured\nauthor = me\nexpires = 2028-02-29\n"
                    "[waiver.a]\nid = dead-net\npart = U8\nreason = r\nauthor = a\n"),
              "%ld %s", err.line, err.text);
    cr_expect_float_eq(config.min_yield, 0.9, 1e-12);
    cr_assert_eq(config.n_waivers, 2);
    cr_expect_str_eq(config.waivers[0].name, "b");
    cr_expect_str_eq(config.waivers[0].id, "sck-duty");
    cr_expect_str_eq(config.waivers[0].subject, "/sck");
    cr_expect_str_eq(config.waivers[0].reason, "measured");
    cr_expect_str_eq(config.waivers[0].author, "me");
    cr_expect_str_eq(config.waivers[0].expires, "2028-02-29");
    cr_expect(config.waivers[0].net);
    cr_expect_eq(config.waivers[0].line, 4);
    cr_expect_str_eq(config.waivers[1].subject, "U8");
    cr_expect_str_eq(config.waivers[1].expires, "");
    cr_expect(!config.waivers[1].net);
    cr_expect(!set("waiver.a.id=x"));
    cr_expect(strstr(err.text, "waivers stand in a file"), "%s", err.text);
    cr_expect(set("gate.min_yield=0.5"));
    cr_expect_eq(config.min_yield, 0.5);
}

Test(board_config, more_waivers_than_there_is_room_for) {
    char text[4096];
    size_t n = 0;
    for (int i = 0; i < 33; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "[waiver.%d]\nid = x\nreason = r\nauthor = a\n", i);
    cr_assert(!parse(text));
    cr_expect(strstr(err.text, "more than 32 waivers"), "%s", err.text);
}

Test(board_config, dates) {
    static const char *const good[] = {"2000-01-01", "2026-12-31", "2024-02-29", "2400-02-29"};
    static const char *const not [] = {"",           "2026-1-1",   "2026-13-01", "2026-00-10",
                                       "2026-04-31", "2100-02-29", "1999-12-31", "2026-12-00",
                                       "20261-1-31", "2026/12/31", "2026-12-3x"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect(board_config_is_date(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
        cr_expect(!board_config_is_date(not [i]), "%s", not [i]);
}
