/* Every static check fails on a board made for it and passes on a good one. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/wiring.h"
#include "sim/rng.h"

#define SHIELD "nucleo_shield"
#define TWO    SOURCE_ROOT "/tests/harness/checks/two_supplies.net"

/* A board that a check fails, by the file, one edit and settings. */
struct bad {
    const char *id, *board;
    const char *edits[2], *sets[3];
    const char *part, *net, *text; /* of the finding; NULL: not looked at */
    enum check_severity severity;
};

static const struct bad rows[] = {
    {"pin-one",
     SHIELD,
     {"tie U4.14 GND"},
     {0},
     "U4",
     "GND",
     "supply pin U4.14 is on GND",
     CHECK_FAILURE},
    {"pin-one",
     SHIELD,
     {"tie U4.14 GND", "tie U4.7 VCC"},
     {0},
     "U4",
     NULL,
     "half a turn",
     CHECK_FAILURE},
    {"pin-one", SHIELD, {"open U6.7"}, {0}, "U6", "", "ground pin U6.7 is open", CHECK_FAILURE},
    {"pin-one", SHIELD, {"short U4.14 /sck"}, {0}, "U4", "/sck", "on /sck", CHECK_FAILURE},
    {"pin-one", SHIELD, {"open J2.+5V"}, {0}, "", "VCC", "no connector is on VCC", CHECK_FAILURE},
    {"output-conflict",
     SHIELD,
     {"short U4.6 /sck"},
     {0},
     NULL,
     "/sck",
     "both drive",
     CHECK_FAILURE},
    {"output-conflict", SHIELD, {"tie U8.11 GND"}, {0}, "U8", "GND", "supply net", CHECK_FAILURE},
    {"output-conflict", SHIELD, {"short Q2.3 /sck"}, {0}, "Q2", "/sck", "U2.10", CHECK_FAILURE},
    {"floating-input", SHIELD, {"open U5.12"}, {0}, "U5", "", "U5.12 is open", CHECK_FAILURE},
    {"floating-input",
     SHIELD,
     {"open U8.3"},
     {0},
     "Q3",
     NULL,
     "nothing drives Q3.1 (G)",
     CHECK_FAILURE},
    {"floating-input", SHIELD, {"remove C2"}, {0}, "U3", NULL, "the line", CHECK_FAILURE},
    {"floating-input", SHIELD, {"open J2.PC12"}, {0}, "U8", "/mosi_tx", "", CHECK_FAILURE},
    {"floating-input",
     SHIELD,
     {"open U5.3"},
     {0},
     "U3",
     "/driver_in",
     "nothing but a test point drives U3.15 (D)",
     CHECK_FAILURE},
    {"floating-input",
     SHIELD,
     {"open U9.12"},
     {0},
     "U9",
     "",
     "U9.12 (A) is open",
     CHECK_RESERVATION},
    {"loose-end", SHIELD, {"open R5.1"}, {0}, "R5", NULL, "R5.1 is open", CHECK_FAILURE},
    {"loose-end", SHIELD, {"tie C9.2 VCC"}, {0}, "C9", "VCC", "both on VCC", CHECK_FAILURE},
    {"loose-end", SHIELD, {"open J1.3"}, {0}, "J1", "", "J1.3 (RD+)", CHECK_FAILURE},
    {"loose-end", SHIELD, {"open R9.2"}, {0}, "R9", NULL, "R9.2", CHECK_RESERVATION},
    {"constant-output",
     "nucleo_shield_rev1",
     {0},
     {0},
     "U8",
     "/sck_tx",
     "U8 pins 1 and 2 are both on /sck_tx, so that pin 3 of U8 is constant 0; Q3 never conducts, "
     "/tx_ena never rises",
     CHECK_FAILURE},
    {"constant-output",
     SHIELD,
     {"short U8.2 /sck_tx"},
     {0},
     "U8",
     NULL,
     "no frame leaves the board",
     CHECK_FAILURE},
    {"constant-output",
     SHIELD,
     {"tie U4.10 GND"},
     {0},
     "U4",
     "GND",
     "U4.10 is on GND",
     CHECK_FAILURE},
    {"constant-output",
     SHIELD,
     {"tie U7.13 GND"},
     {0},
     "U7",
     "GND",
     "no frame reaches the MCU",
     CHECK_FAILURE},
    {"constant-output",
     SHIELD,
     {"tie Q1.2 VCC"},
     {0},
     "Q1",
     "VCC",
     "the source Q1.2 (S)",
     CHECK_FAILURE},
    {"constant-output", SHIELD, {"open Q1.3"}, {0}, "U2", NULL, "stays high", CHECK_FAILURE},
    {"constant-output", SHIELD, {"tie U9.13 GND"}, {0}, "U9", NULL, "/led_tx", CHECK_RESERVATION},
    {"dead-net",
     SHIELD,
     {"open U4.6"},
     {0},
     NULL,
     "/sck_rx",
     "clock of the MCU's receiving SPI",
     CHECK_FAILURE},
    {"dead-net",
     SHIELD,
     {"short U3.1 Net-(C2-Pad2)"},
     {0},
     "U3",
     NULL,
     "no line reaches",
     CHECK_FAILURE},
    {"dead-net",
     SHIELD,
     {"tie U8.13 GND"},
     {0},
     NULL,
     "/mosi_tx",
     "data of the MCU's sending SPI",
     CHECK_FAILURE},
    {"dead-enable",
     SHIELD,
     {"tie Q3.1 GND"},
     {0},
     "Q3",
     "GND",
     "Q3 can never conduct",
     CHECK_FAILURE},
    {"dead-enable",
     SHIELD,
     {"tie U3.4 GND"},
     {0},
     "U3",
     "GND",
     "U3 D1 can never drive the line",
     CHECK_FAILURE},
    {"dead-enable",
     "nucleo_shield_rev1",
     {0},
     {0},
     "U3",
     "/driver_ena",
     "link pulses alone",
     CHECK_FAILURE},
    {"dead-enable", SHIELD, {"tie U3.4 VCC"}, {0}, "U3", "VCC", "never lets go", CHECK_RESERVATION},
    {"line-pair", SHIELD, {"tie U3.2 VCC"}, {0}, "U3", "VCC", "one wire", CHECK_FAILURE},
    {"line-pair",
     SHIELD,
     {"open U3.13"},
     {0},
     "U3",
     NULL,
     "U3.13 (Z) leads nowhere",
     CHECK_FAILURE},
    {"line-pair", SHIELD, {"tie J1.6 GND"}, {0}, "J1", "GND", "supply net", CHECK_FAILURE},
    {"line-pair", SHIELD, {"tie U5.9 GND"}, {0}, "U3", NULL, "link pulse", CHECK_FAILURE},
    {"line-pair", SHIELD, {"tie U3.15 VCC"}, {0}, "U3", "VCC", "nothing is sent", CHECK_FAILURE},
    {"open-drain-pull-up",
     SHIELD,
     {"remove R5"},
     {0},
     "Q2",
     NULL,
     "nothing pulls Q2.3 (D) up",
     CHECK_FAILURE},
    {"input-over-supply",
     TWO,
     {0},
     {0},
     "U2",
     "/high",
     "U2.1 runs on 3.3 V and U1.2 brings 5 V",
     CHECK_FAILURE},
    {"input-over-supply", TWO, {0}, {0}, "U2", "/pulled", "the resistor R1.2", CHECK_RESERVATION},
    {"five-volt-tolerance",
     SHIELD,
     {0},
     {"mcu.chip=f100rb", "mcu.pin_nss=PA4"},
     "J2",
     "/nss_rx",
     "PA4 of f100rb, which is not five-volt tolerant",
     CHECK_FAILURE},
    {"mcu-pin-function",
     SHIELD,
     {0},
     {"mcu.pin_clk=PA1"},
     "J2",
     "/sck_rx",
     "cannot be SCK",
     CHECK_FAILURE},
    {"mcu-pin-function",
     SHIELD,
     {0},
     {"mcu.pin_mosi=PA7"},
     "J2",
     NULL,
     "not one SPI",
     CHECK_FAILURE},
    {"mcu-pin-function",
     SHIELD,
     {0},
     {"mcu.pin_nss=PE7"},
     "J2",
     "/nss_rx",
     "does not have",
     CHECK_FAILURE},
    {"mcu-pin-function",
     SHIELD,
     {0},
     {"mcu.pin_tx_clk=PB13", "mcu.pin_tx_mosi=PB15"},
     "J2",
     "/sck_tx",
     "receives already",
     CHECK_FAILURE},
    {"mcu-pin-function",
     SHIELD,
     {"open J2.PC10"},
     {0},
     NULL,
     "/sck_tx",
     "on no pin of an MCU",
     CHECK_FAILURE},
    {"logic-level", SHIELD, {"value U8=74HC86"}, {0}, "U8", "/sck_tx", "3.3 V", CHECK_RESERVATION},
    {"logic-level",
     SHIELD,
     {"value U8=74HC86"},
     {"part.U8.vt_plus=3.4"},
     "U8",
     "/mosi_tx",
     "3.3 V",
     CHECK_FAILURE},
    {"value-range", SHIELD, {"value R7=68M"}, {0}, "R7", "", "68 Mohm", CHECK_RESERVATION},
    {"value-range",
     SHIELD,
     {"value C19=100p"},
     {0},
     "C19",
     "",
     "timing capacitor",
     CHECK_RESERVATION},
    {"value-range", SHIELD, {0}, {"supply.vcc=3.3"}, "U8", "", "a supply of 3.3 V", CHECK_FAILURE},
    {"value-range",
     SHIELD,
     {0},
     {"part.74HC14.vt_plus=4.5"},
     "U2",
     "",
     "stated vt_plus",
     CHECK_RESERVATION},
    {"value-range",
     TWO,
     {0},
     {"supply.power=+5V", "supply.vcc=3.3"},
     "",
     "+5V",
     "simulated with 3.3 V",
     CHECK_RESERVATION},
    {"decoupling", SHIELD, {"remove C7"}, {0}, "", "VCC", "8 capacitors", CHECK_RESERVATION},
    {"unused-unit-tied", SHIELD, {"open U3.9"}, {0}, "U3", "", "U3.9 (D)", CHECK_RESERVATION},
};
#define N_ROWS (sizeof rows / sizeof *rows)

static void load(struct board *board, const char *name, const char *const *edits, size_t n_edits,
                 const char *const *sets, size_t n_sets) {
    struct sim_err err = SIM_ERR_INIT;
    struct board_request request = {
        .board = name, .edits = edits, .n_edits = n_edits, .sets = sets, .n_sets = n_sets};
    cr_assert(board_load(board, &request, &err), "%s: %s", name, err.text);
}

static size_t length(const char *const *list, size_t most) {
    size_t n = 0;
    while (n < most && list[n])
        n++;
    return n;
}

static void judge(const struct board *board, const char *id, enum check_profile profile,
                  struct check_report *report) {
    struct sim_err err = SIM_ERR_INIT;
    struct check_context context = {.board = board};
    const char *const only[] = {id, NULL};
    *report = (struct check_report){.profile = profile};
    cr_assert(check_all(&context, only, report, &err), "%s: %s", id, err.text);
}

static const struct check_finding *find(const struct check_report *report, const struct bad *bad) {
    for (size_t i = 0; i < report->n_findings; i++) {
        const struct check_finding *f = &report->findings[i];
        if ((!bad->part || strcmp(f->part, bad->part) == 0) &&
            (!bad->net || strcmp(f->net, bad->net) == 0) && strstr(f->text, bad->text))
            return f;
    }
    return NULL;
}

ParameterizedTestParameters(checks, a_bad_board) {
    static int indices[N_ROWS];
    for (size_t i = 0; i < N_ROWS; i++)
        indices[i] = (int)i;
    return cr_make_param_array(int, indices, N_ROWS);
}

ParameterizedTest(const int *index, checks, a_bad_board) {
    const struct bad *bad = &rows[*index];
    struct board board;
    struct check_report report;
    load(&board, bad->board, bad->edits, length(bad->edits, 2), bad->sets, length(bad->sets, 3));
    judge(&board, bad->id, CHECK_FUNCTIONAL, &report);
    const struct check_finding *found = find(&report, bad);
    cr_assert_not_null(found, "%s (row %d) found %zu things, the first: %s %s: %s", bad->id, *index,
                       report.n_findings, report.n_findings ? report.findings[0].part : "",
                       report.n_findings ? report.findings[0].net : "",
                       report.n_findings ? report.findings[0].text : "");
    cr_expect_eq(found->severity, bad->severity, "%s (row %d)", bad->id, *index);
    cr_expect(found->line > 0 || !found->part[0] || !found->net[0], "%s (row %d): no line", bad->id,
              *index);
    check_report_finish(&report);
    board_finish(&board);
}

Test(checks, each_has_a_board_that_fails) {
    for (size_t i = 0; checks[i]; i++) {
        bool found = checks[i]->of != CHECK_STATIC;
        for (size_t k = 0; k < N_ROWS; k++)
            found |= strcmp(rows[k].id, checks[i]->id) == 0;
        cr_expect(found, "%s has no row", checks[i]->id);
    }
}

Test(checks, each_row_is_of_a_check) {
    for (size_t k = 0; k < N_ROWS; k++)
        cr_expect_not_null(check_find(rows[k].id), "%s", rows[k].id);
}

/* The good boards, in either profile: every static check runs and finds nothing. */
static void expect_good(const char *name, const char *set) {
    struct board board;
    struct check_report report;
    load(&board, name, NULL, 0, &set, set != NULL);
    for (size_t i = 0; checks[i]; i++)
        for (int profile = 0; checks[i]->of == CHECK_STATIC && profile < CHECK_PROFILES;
             profile++) {
            judge(&board, checks[i]->id, (enum check_profile)profile, &report);
            cr_expect_eq(report.n_findings, 0, "%s %s: %s", name, checks[i]->id,
                         report.n_findings ? report.findings[0].text : "");
            cr_expect_eq(report.n_not_run, 0, "%s %s was not run", name, checks[i]->id);
            check_report_finish(&report);
        }
    board_finish(&board);
}

Test(checks, the_shield_passes_them_all) {
    expect_good(SHIELD, NULL);
}

Test(checks, the_shield_passes_with_another_chip) {
    expect_good(SHIELD, "mcu.chip=f100rb");
}

/* Boards of other kinds, on which each check once claimed too much or well could. */
Test(checks, other_boards_pass_them_all) {
    static const char *const names[] = {
        "mono",   /* two one-shots that trigger each other */
        "series", /* resistors in the way of everything, a filtered supply, a blinker */
        "single", /* a single-ended receiver, a biased input, a divider */
        "switch", /* a switch and a jumper whose position nobody states */
        "wired",  /* open drains on one net, parallel gates, a gated oscillator */
    };
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        for (size_t i = 0; checks[i]; i++) {
            char path[512];
            struct board board;
            struct check_report report;
            snprintf(path, sizeof path, "%s/tests/harness/checks/%s.net", SOURCE_ROOT, names[n]);
            if (checks[i]->of != CHECK_STATIC)
                continue;
            load(&board, path, NULL, 0, NULL, 0);
            judge(&board, checks[i]->id, CHECK_STANDARD, &report);
            cr_expect_eq(report.n_findings, 0, "%s %s: %s", names[n], checks[i]->id,
                         report.n_findings ? report.findings[0].text : "");
            check_report_finish(&report);
            board_finish(&board);
        }
}

Test(checks, an_id_is_said_once) {
    for (size_t i = 0; checks[i]; i++) {
        cr_expect(checks[i]->id && checks[i]->title && checks[i]->source && checks[i]->run);
        cr_expect_eq(check_find(checks[i]->id), checks[i], "%s", checks[i]->id);
    }
    cr_expect_null(check_find("no-such-check"));
}

/* --- boards of no sense ---------------------------------------------------------------------- */

static uint64_t draw(uint64_t seed, uint64_t of, uint64_t n) {
    return rng_u64(seed, 0, of) % n;
}

/* Pins torn off or put elsewhere, parts left out. */
static void disturb(struct netlist *netlist, uint64_t seed) {
    for (uint64_t i = 0; i < 1 + seed % 40; i++) {
        struct netlist_pin *pin = &netlist->pins[draw(seed, 3 * i, netlist->n_pins)];
        uint64_t what = draw(seed, 3 * i + 1, 8);
        if (what == 0)
            netlist->parts[pin->part].removed = true;
        else if (what == 1)
            pin->net = NETLIST_NONE;
        else
            pin->net = (uint32_t)draw(seed, 3 * i + 2, netlist->n_nets);
    }
}

Test(checks, any_wiring_is_judged) {
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct board board;
        struct sim_err err = SIM_ERR_INIT;
        struct check_report report = {.profile = (enum check_profile)(seed & 1)};
        load(&board, SHIELD, NULL, 0, NULL, 0);
        disturb(board.netlist, seed);
        struct wiring *wiring = wiring_create(&board);
        struct check_context context = {.board = &board, .wiring = wiring};
        for (size_t i = 0; checks[i]; i++)
            if (checks[i]->of == CHECK_STATIC)
                cr_expect(checks[i]->run(checks[i], &context, &report, &err));
        for (size_t i = 0; i < report.n_findings; i++)
            cr_expect(report.findings[i].text[0] && report.findings[i].severity > CHECK_IGNORED,
                      "seed %u: %s", (unsigned)seed, report.findings[i].check->id);
        check_report_finish(&report);
        wiring_destroy(wiring);
        board_finish(&board);
    }
}

/* --- the report's own ---------------------------------------------------------------------- */

static bool nothing(const struct check *check, const struct check_context *context,
                    struct check_report *report, struct sim_err *err) {
    (void)check, (void)context, (void)report, (void)err;
    return true;
}

static const struct check sample = {
    .id = "sample",
    .title = "t",
    .of = CHECK_TIMING,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .source = "a sheet",
    .run = nothing,
};

Test(checks, a_margin_below_its_limit_is_a_finding) {
    struct check_report report = {.profile = CHECK_STANDARD};
    check_measured(&report, &sample, "setup", 7, 5, 2, "ns");
    cr_expect_eq(report.n_findings, 0);
    check_measured(&report, &sample, "hold", 1, 4, -3, "ns");
    cr_assert_eq(report.n_findings, 1);
    cr_expect_eq(report.findings[0].severity, CHECK_FAILURE);
    cr_expect_float_eq(report.findings[0].slack, -3, 1e-12);
    cr_expect_eq(report.n_margins, 2);
    cr_expect_str_eq(report.margins[1].source, "a sheet");
    check_report_finish(&report);
}

Test(checks, findings_of_one_check_are_limited) {
    struct check_report report = {0};
    for (int i = 0; i < CHECK_MAX_FINDINGS + 7; i++)
        check_found(&report, &sample, "%d", i);
    cr_expect_eq(report.n_findings, CHECK_MAX_FINDINGS);
    cr_expect(report.full && check_is_full(&report, &sample));
    cr_expect_str_eq(report.findings[CHECK_MAX_FINDINGS - 1].text, "199");
    check_report_finish(&report);
}

Test(checks, curves_and_what_was_not_run) {
    struct check_report report = {0};
    for (int i = 0; i < 5; i++) {
        check_draw(&report, &sample, "c")->n = (size_t)i;
        check_not_run(&report, &sample, "%s %d", "because", i);
    }
    cr_expect_eq(report.curves[4].n, 4);
    cr_expect_str_eq(report.not_run[3].why, "because 3");
    check_report_finish(&report);
}

/* --- what a board is connected to ------------------------------------------------------------ */

Test(checks, without_a_chip_its_pins_are_not_judged) {
    struct board board;
    struct check_report report;
    const char *set = "mcu.chip=";
    load(&board, SHIELD, NULL, 0, &set, 1);
    judge(&board, "mcu-pin-function", CHECK_FUNCTIONAL, &report);
    cr_expect_eq(report.n_not_run, 1);
    cr_expect_eq(report.n_findings, 0);
    check_report_finish(&report);
    board_finish(&board);
}
