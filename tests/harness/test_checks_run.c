/* Each check on a nominal run, planted: silent on a good one, a finding on one spoiled for it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "planted.h"

static struct board board;

static void load(void) {
    const struct bench_case c = {0};
    bench_load(&board, &c);
}

static void unload(void) {
    board_finish(&board);
}

TestSuite(checks_run, .init = load, .fini = unload, .timeout = 60);

static void spoil_margin(struct planted *p, const char *name) {
    planted_margin(p, name)->slack_ns = -0.5;
}

static void spoil_setup(struct planted *p) {
    spoil_margin(p, "spi setup");
}
static void spoil_hold(struct planted *p) {
    spoil_margin(p, "spi hold");
}
static void spoil_period(struct planted *p) {
    spoil_margin(p, "spi period, 2 PCLK");
}
static void spoil_duty(struct planted *p) {
    spoil_margin(p, "spi sck low");
}
static void spoil_pulse(struct planted *p) {
    p->spi.worst[SPI_LOW].value = 14 * SIM_NS; /* of 14.3 */
}
static void spoil_window(struct planted *p) {
    p->flop.windows[SURVEY_RECOVERY].least = 9;
}
static void spoil_sheet(struct planted *p) {
    p->flop.windows[SURVEY_HOLD].least = 29;
}
static void spoil_gate(struct planted *p) {
    p->gate.narrowest = 8.5;
}
static void spoil_recovery(struct planted *p) {
    p->oneshots[0].recovery = 101;
}
static void spoil_hold_time(struct planted *p) {
    p->oneshots[1].hold = 90;
}
static void count(struct planted *p, const char *name) {
    p->counter.count = 7;
    snprintf(p->counter.name, sizeof p->counter.name, "%s", name);
    p->run.counters = &p->counter;
    p->run.n_counters = 1;
}
static void spoil_counted(struct planted *p) {
    count(p, "setup violation U6.2");
}
static void spoil_swallowed(struct planted *p) {
    count(p, "swallowed pulse U4.3");
}
static void lose(struct planted *p, const char *stage) {
    p->capture.recovered--;
    p->capture.lost++;
    p->capture.failures = &p->failure;
    p->capture.n_failures = 1;
    p->failure = (struct run_failure){.kind = RUN_LOST, .frame = 3};
    snprintf(p->failure.stage, sizeof p->failure.stage, "%s", stage);
    snprintf(p->failure.net, sizeof p->failure.net, "/sck");
}
static void spoil_recovered(struct planted *p) {
    lose(p, "bit clock");
}
static void spoil_delivered(struct planted *p) {
    lose(p, "firmware");
    count(p, "cause: DMA not armed");
}
static void spoil_sent(struct planted *p) {
    p->run.transmit.good_fcs--;
    p->run.transmit.port.taken = p->run.transmit.port.frames = 2;
}
static void spoil_dead(struct planted *p) {
    p->run.transmit.frames = p->run.transmit.good_fcs = 0;
    snprintf(p->run.transmit.dead, sizeof p->run.transmit.dead,
             "/tx_ena never rises: the dead stage is U8A (74ACT86)");
}
static void spoil_heard(struct planted *p) {
    p->run.transmit.port.taken--;
    p->heard.why = "too few bits before the SFD";
}
static void spoil_link(struct planted *p) {
    p->run.transmit.port.link_up = false;
}
static void spoil_dhcp(struct planted *p) {
    p->nominal.dhcp.answered = false;
}
static void spoil_ping(struct planted *p) {
    p->nominal.ping.answered = false;
}
static void spoil_page(struct planted *p) {
    p->nominal.page.answered = false;
}
static void spoil_end(struct planted *p) {
    snprintf(p->nominal.ended, sizeof p->nominal.ended, "a lockup after a fault");
}
static void spoil_rest(struct planted *p) {
    snprintf(p->nominal.unsound, sizeof p->nominal.unsound, "U1A oscillates");
    p->nominal.run = NULL;
}
static void spoil_unmodelled(struct planted *p) {
    p->nominal.firmware.unmodelled = 1;
}
static void spoil_misuse(struct planted *p) {
    p->nominal.firmware.misuses = 1;
}
static void spoil_lost(struct planted *p) {
    p->nominal.firmware.lost = 1;
}
static void spoil_rearm(struct planted *p) {
    p->run.rearm.worst_cycles = 1257;
}
static void spoil_stack(struct planted *p) {
    p->nominal.stack_free = 103;
}
static void spoil_clock(struct planted *p) {
    p->nominal.hsi_share = 1;
}

static const struct spoiled {
    const char *id;
    void (*spoil)(struct planted *p);
    const char *says; /* in the first finding */
} CASES[] = {
    {"spi-setup", spoil_setup, "spi setup"},
    {"spi-hold", spoil_hold, "spi hold"},
    {"spi-period", spoil_period, "2 PCLK"},
    {"spi-pulse", spoil_pulse, "SCK low"},
    {"sck-duty", spoil_duty, "spi sck low"},
    {"flip-flop-window", spoil_window, "U6A recovery"},
    {"flip-flop-window", spoil_counted, "U6.2: setup violation, 7 times"},
    {"flip-flop-sheet", spoil_sheet, "U6A hold"},
    {"gate-slack", spoil_gate, "U4A"},
    {"one-shot-recovery", spoil_recovery, "U2E recovery"},
    {"one-shot-recovery", spoil_hold_time, "U2F hold"},
    {"swallowed-pulse", spoil_swallowed, "U4.3 swallows"},
    {"frames-recovered", spoil_recovered, "1 of 10"},
    {"frames-delivered", spoil_delivered, "netif_f401"},
    {"frames-sent", spoil_sent, "2 of 3"},
    {"frames-sent", spoil_dead, "the dead stage is U8A"},
    {"frames-heard", spoil_heard, "too few bits"},
    {"frames-heard", spoil_link, "loses the link"},
    {"dhcp", spoil_dhcp, "no address"},
    {"ping", spoil_ping, "no ping"},
    {"page", spoil_page, "no page"},
    {"endless-oscillation", spoil_rest, "U1A oscillates"},
    {"firmware-ends", spoil_end, "lockup"},
    {"firmware-unmodelled", spoil_unmodelled, "not modelled"},
    {"firmware-misuse", spoil_misuse, "mistakes"},
    {"firmware-data-lost", spoil_lost, "lost data"},
    {"rearm", spoil_rearm, "armed again"},
    {"stack-headroom", spoil_stack, "stack"},
    {"clock-source", spoil_clock, "internal oscillator"},
};

Test(checks_run, each_finds_what_was_spoiled_for_it) {
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct planted p;
        char text[512];
        size_t not_run;
        planted_good(&p);
        cr_expect_eq(planted_findings(&board, &p, CASES[i].id, text, &not_run), (size_t)0,
                     "%s on a good run: %s", CASES[i].id, text);
        cr_expect_eq(not_run, (size_t)0, "%s cannot judge a good run", CASES[i].id);
        CASES[i].spoil(&p);
        cr_expect_eq(planted_findings(&board, &p, CASES[i].id, text, &not_run), (size_t)1, "%s: %s",
                     CASES[i].id, text);
        cr_expect_not_null(strstr(text, CASES[i].says), "%s says \"%s\", not %s", CASES[i].id, text,
                           CASES[i].says);
    }
}

/* Whatever is spoiled, no other check speaks of it but those that also look at it. */
Test(checks_run, a_spoiled_place_is_found_by_its_check_alone) {
    struct planted p;
    char text[512];
    size_t not_run;
    planted_good(&p);
    spoil_stack(&p);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (strcmp(CASES[i].id, "stack-headroom") != 0)
            cr_expect_eq(planted_findings(&board, &p, CASES[i].id, text, &not_run), (size_t)0,
                         "%s: %s", CASES[i].id, text);
}

/* One check for each row on the line, which fails when its row is missed and not otherwise. */
Test(checks_run, each_row_on_the_line_has_a_check) {
    struct planted p;
    size_t rows = 0;
    planted_good(&p);
    for (size_t i = 0; i < p.run.transmit.n_measures; i++) {
        size_t found = 0;
        for (size_t k = 0; checks[k]; k++) {
            char text[512];
            size_t not_run;
            if (checks[k]->of != CHECK_LINE || !(checks[k]->needs & CHECK_NEEDS_LINE))
                continue;
            cr_expect_eq(planted_findings(&board, &p, checks[k]->id, text, &not_run), (size_t)0);
            p.measures[i].slack = -0.1;
            found += planted_findings(&board, &p, checks[k]->id, text, &not_run);
            p.measures[i].slack = 1;
        }
        cr_expect_eq(found, (size_t)1, "%s: %zu checks", p.measures[i].name, found);
        rows += found;
    }
    cr_expect_eq(rows, p.run.transmit.n_measures);
}

/* What nothing measured is told as not run, and never as passed. */
Test(checks_run, what_was_not_measured_is_not_run) {
    static const char *const IDS[] = {"spi-setup",  "spi-pulse",         "tx-amplitude",
                                      "rearm",      "stack-headroom",    "clock-source",
                                      "gate-slack", "one-shot-recovery", "frames-sent",
                                      "dhcp",       "frames-heard"};
    struct planted p;
    char text[512];
    size_t not_run;
    planted_good(&p);
    p.run.n_margins = 0;
    p.spi.limits = NULL;
    p.run.transmit = (struct run_transmit){0};
    p.run.rearm = (struct run_rearm){0};
    p.nominal.stack_free = UINT32_MAX;
    p.nominal.has_clock = false;
    p.nominal.survey = NULL;
    p.nominal.dhcp = (struct check_talk){.detail = "the firmware does not talk"};
    for (size_t i = 0; i < sizeof IDS / sizeof *IDS; i++) {
        cr_expect_eq(planted_findings(&board, &p, IDS[i], text, &not_run), (size_t)0, "%s: %s",
                     IDS[i], text);
        cr_expect_eq(not_run, (size_t)1, "%s", IDS[i]);
    }
}

Test(checks_run, without_a_firmware_its_checks_are_not_run) {
    struct planted p;
    char text[512];
    size_t not_run;
    planted_good(&p);
    spoil_delivered(&p);
    spoil_ping(&p);
    p.nominal.no_firmware = "--firmware none";
    cr_expect_eq(planted_findings(&board, &p, "frames-delivered", text, &not_run), (size_t)0);
    cr_expect_eq(not_run, (size_t)1);
    cr_expect_eq(planted_findings(&board, &p, "ping", text, &not_run), (size_t)0);
    cr_expect_eq(not_run, (size_t)1);
}
