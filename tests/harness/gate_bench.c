#include "gate_bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BOARDS SOURCE_ROOT "/models/boards/"

static const struct check_finding planted[] = {
    {.severity = CHECK_FAILURE,
     .part = "U8",
     .net = "/tx_ena",
     .text = "U8 pins 1 and 2 are both on /sck_tx, so pin 3 is constant 0 (Net-(Q3-Pad1)), Q3 "
             "never conducts, /tx_ena never rises, and no frame leaves",
     .advice = "put U8.2 on GND",
     .line = 812},
    {.severity = CHECK_FAILURE,
     .net = "/sck",
     .text = "the bit clock recovers after the next bit",
     .measured = true,
     .value = 105.2,
     .limit = 100,
     .slack = -5.2,
     .unit = "ns"},
    {.severity = CHECK_RESERVATION, .part = "C1", .text = GATE_BENCH_NASTY, .line = 3},
    {.severity = CHECK_RESERVATION,
     .net = "/sck_rx",
     .text = "SCK is high for less of its period than the slave allows",
     .measured = true,
     .value = 27.5,
     .limit = 30,
     .slack = -2.5,
     .unit = "%"},
    {.severity = CHECK_FAILURE,
     .waived = true,
     .part = "U4",
     .text = "input 12 of U4 has no driver",
     .line = 99},
};

static const struct check_margin margins[] = {
    {.name = "spi setup",
     .net = "/mosi_rx",
     .unit = "ns",
     .source = "DS10086 table 61",
     .value = 23.535,
     .limit = 2.5,
     .slack = 21.035},
    {.name = "spi hold",
     .net = "/mosi_rx",
     .unit = "ns",
     .source = "DS10086 table 61",
     .value = 2.915,
     .limit = 2.5,
     .slack = 0.415},
    {.name = "peak, least",
     .unit = "V",
     .source = "14.3.1.2.1",
     .value = 0.718,
     .limit = 2.2,
     .slack = -1.482},
    {.name = "sck duty",
     .net = "/sck_rx",
     .unit = "%",
     .source = "DS10086 table 61",
     .value = 27.5,
     .limit = 30,
     .slack = -2.5},
};

static const struct sweep_parameter parameters[] = {
    {.name = "R5", .unit = "ohm", .nominal = 560, .low = 554.4, .high = 565.6, .source = "1 %"},
    {.name = "C9",
     .unit = "F",
     .nominal = 1e-10,
     .low = 9.5e-11,
     .high = 1.05e-10,
     .source = "C0G 5 %"},
    {.name = "U2 vt_plus",
     .unit = "V",
     .nominal = 2.7,
     .low = 2.1,
     .high = 3.15,
     .source = "datasheet limits"},
    {.name = "U4 delay", .unit = "", .nominal = 1, .low = 0.8, .high = 1.2, .source = "20 %"},
};

static const struct sweep_blame blame[] = {
    {2, -0.91, 21.5, -6.25}, {0, -0.34, 2.6, 1.1}, {1, -0.33, 3.5, -0.4}, {3, 0.05, 1.9, 1.8}};

static void plant_lists(struct gate_bench *b) {
    struct check_report *report = &b->result.report;
    size_t n_checks = 0;
    while (checks[n_checks])
        n_checks++;
    memcpy(b->findings, planted, sizeof planted);
    memcpy(b->margins, margins, sizeof margins);
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++)
        b->findings[i].check = checks[i % n_checks];
    for (size_t i = 0; i < 4; i++)
        b->margins[i].check = checks[i % n_checks];
    b->not_run[0] = (struct check_not_run){checks[n_checks - 1], "the board has no <line>"};
    report->findings = b->findings;
    report->n_findings = sizeof planted / sizeof *planted;
    report->margins = b->margins;
    report->n_margins = 4;
    report->not_run = b->not_run;
    report->n_not_run = 1;
}

static void plant_curves(struct gate_bench *b) {
    for (int c = 0; c < 2; c++) {
        struct check_curve *curve = &b->curves[c];
        *curve = (struct check_curve){.check = checks[0],
                                      .name = "jitter tolerance",
                                      .x_name = "jitter, peak",
                                      .x_unit = "ns",
                                      .y_name = "frames recovered",
                                      .y_unit = "%",
                                      .n = 15,
                                      .required_low = 0,
                                      .required_high = 13.5};
        for (size_t i = 0; i < curve->n; i++) {
            curve->x[i] = (double)i * (c ? 1e-3 : 1);
            curve->y[i] = c ? 7 : i < 8 ? 100 : 100 - 13.0 * (double)(i - 7);
            curve->passed[i] = curve->y[i] >= 100 || c;
        }
    }
    snprintf(b->curves[1].name, sizeof b->curves[1].name, "amplitude");
    b->curves[1].required_low = b->curves[1].required_high = NAN;
    b->curves[1].y[3] = NAN;
    b->result.report.curves = b->curves;
    b->result.report.n_curves = 2;
}

static void plant_sweep(struct gate_bench *b) {
    struct sweep_result *s = &b->result.sweep;
    memcpy(b->parameters, parameters, sizeof parameters);
    memcpy(b->blame, blame, sizeof blame);
    b->yields[0] = (struct sweep_yield){
        .check = "", .samples = 1000, .passed = 870, .low = 0.8477, .high = 0.8894};
    b->yields[1] = (struct sweep_yield){
        .check = "receive", .samples = 1000, .passed = 871, .low = 0.8487, .high = 0.8903};
    b->yields[2] = (struct sweep_yield){
        .check = "spi setup", .samples = 1000, .passed = 1000, .low = 0.9962, .high = 1};
    b->advice[0] = (struct sweep_advice){.part = "R5",
                                         .edit = "value R5=510",
                                         .options = "--edit \"value R5=510\"",
                                         .text = "510 ohm for R5 instead of 560 ohm",
                                         .yield = 0.985,
                                         .low = 0.9754,
                                         .high = 0.9909};
    b->failures[0] = (struct sweep_failure){.sample = 17,
                                            .check = "receive",
                                            .repeat = "linkpulse sweep nucleo_shield --sample 17",
                                            .shrunk = "U2 vt_plus +12.0 %"};
    b->widths[0] = (struct sweep_width){0.2, 0.87, 0.8477, 0.8894};
    b->widths[1] = (struct sweep_width){0.4, 0.79, 0.763, 0.814};
    *s = (struct sweep_result){.samples = 1000,
                               .parameters = b->parameters,
                               .n_parameters = 4,
                               .yields = b->yields,
                               .n_yields = 3,
                               .blame = b->blame,
                               .n_blame = 4,
                               .advice = b->advice,
                               .n_advice = 1,
                               .failures = b->failures,
                               .n_failures = 1,
                               .widths = b->widths,
                               .n_widths = 2,
                               .scale = 0.65,
                               .nominal_slack = 2.5,
                               .nominal_at_scale = true};
}

static void plant_waiver(struct gate_bench *b) {
    b->waivers[0] = (struct gate_waiver){.subject = "U4",
                                         .reason = "the firmware drives it",
                                         .author = "i. mihajlow",
                                         .expires = "2027-01-31",
                                         .file = "board.ini",
                                         .line = 70,
                                         .used = true};
    snprintf(b->waivers[0].id, sizeof b->waivers[0].id, "%s", b->findings[4].check->id);
    b->result.waivers = b->waivers;
    b->result.n_waivers = 1;
}

bool gate_bench_load(struct gate_bench *b, int verdict, struct sim_err *err) {
    static const char *const reasons[] = {"/tx_ena never rises: no frame leaves the board",
                                          "the yield is 87.00 %, below 95 %"};
    *b = (struct gate_bench){0};
    if (!board_load(&b->board,
                    &(struct board_request){.board = verdict == GATE_DO_NOT_ORDER
                                                         ? BOARDS "nucleo_shield_rev1.net"
                                                         : BOARDS "nucleo_shield.net"},
                    err))
        return false;
    struct gate_result *r = &b->result;
    r->board = &b->board;
    r->min_yield = 0.95;
    snprintf(r->kind, sizeof r->kind, "a receiver and a transmitter");
    r->verdict = (enum gate_verdict)verdict;
    r->seed = UINT64_MAX - 1;
    r->wall_s = 1.5;
    snprintf(r->repeat, sizeof r->repeat, "linkpulse gate nucleo_shield_rev1 --seed 1");
    plant_lists(b);
    plant_curves(b);
    plant_sweep(b);
    plant_waiver(b);
    r->n_reasons = 2;
    for (size_t i = 0; i < 2; i++)
        snprintf(r->reasons[i], sizeof r->reasons[i], "%s", reasons[i]);
    if (verdict < GATE_DO_NOT_ORDER) { /* neither failures nor, for order, anything */
        memmove(b->findings, b->findings + 2, 3 * sizeof *b->findings);
        r->report.n_findings = verdict == GATE_ORDER ? 0 : 3;
        snprintf(r->reasons[0], sizeof r->reasons[0], "%s", reasons[1]);
        r->n_reasons = verdict == GATE_ORDER ? 0 : 1;
    }
    return true;
}

void gate_bench_finish(struct gate_bench *b) {
    board_finish(&b->board);
}
