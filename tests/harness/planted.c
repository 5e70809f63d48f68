#include "planted.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/line/clause14.h"
#include "sim/err.h"

static void good_margins(struct planted *p) {
    static const char *const NAMES[PLANTED_MARGINS] = {
        "spi setup", "spi hold", "spi period", "spi sck low", "spi period, 2 PCLK", "spi sck high"};
    for (size_t i = 0; i < PLANTED_MARGINS; i++) {
        struct run_margin *m = &p->margins[i];
        *m = (struct run_margin){.present = true, .worst_ns = 50, .limit_ns = 40, .slack_ns = 10};
        snprintf(m->name, sizeof m->name, "%s", NAMES[i]);
        snprintf(m->net, sizeof m->net, "/sck_rx");
    }
    p->run.margins = p->margins;
    p->run.n_margins = PLANTED_MARGINS;
}

/* Every row that the line's measurement has, by its own names. */
static void good_measures(struct planted *p) {
    struct sim_err err = SIM_ERR_INIT;
    struct clause14 *c = clause14_create(&(struct clause14_sink){0}, &err);
    cr_assert_not_null(c, "%s", err.text);
    cr_assert_leq((int)CLAUSE14_ROWS, (int)PLANTED_MEASURES);
    for (size_t i = 0; i < CLAUSE14_ROWS; i++) {
        const struct clause14_row *row = &clause14_rows(c)[i];
        struct run_measure *m = &p->measures[i];
        *m = (struct run_measure){.present = true, .limit = row->limit, .worst = 1, .slack = 1};
        snprintf(m->name, sizeof m->name, "%s", row->id);
        snprintf(m->unit, sizeof m->unit, "%s", row->unit);
    }
    clause14_destroy(c);
    p->run.transmit.measures = p->measures;
    p->run.transmit.n_measures = CLAUSE14_ROWS;
}

static void good_transmit(struct planted *p) {
    struct run_transmit *t = &p->run.transmit;
    t->present = true;
    t->sent = t->frames = t->good_fcs = 3;
    t->port.present = t->port.link_up = true;
    t->port.frames = t->port.taken = 3;
    t->port.heard = &p->heard;
    t->port.n_heard = 1;
    snprintf(t->port.profile, sizeof t->port.profile, "tolerant");
    good_measures(p);
}

static void good_survey(struct planted *p) {
    struct check_survey *s = &p->survey;
    *s = (struct check_survey){&p->flop, 1, &p->gate, 1, p->oneshots, 2, 100, 9};
    snprintf(p->flop.name, sizeof p->flop.name, "U6A");
    for (int i = 0; i < SURVEY_WINDOWS; i++) {
        p->flop.windows[i].seen = true;
        p->flop.windows[i].least = 40;
        p->flop.windows[i].typ = 10;
        p->flop.windows[i].most = 30;
        p->flop.windows[i].source = "a sheet";
    }
    p->gate = (struct survey_gate){
        .name = "U4A", .net = "Net-(TP5-Pad1)", .passes = true, .narrowest = 12, .delay = 9};
    p->oneshots[0] = (struct survey_oneshot){.name = "U2E",
                                             .net = "Net-(C9-Pad2)",
                                             .gated = true,
                                             .ready_seen = true,
                                             .busy_seen = true,
                                             .recovery = 90,
                                             .period = 100,
                                             .busy = 20};
    p->oneshots[1] = (struct survey_oneshot){
        .name = "U2F", .net = "Net-(C8-Pad2)", .held = true, .hold = 400, .interval = 100};
    p->nominal.survey = s;
}

static void good_spi(struct planted *p) {
    p->spi.limits = spi_limits_of("f401re");
    for (int i = 0; i < SPI_MEASURES; i++)
        p->spi.worst[i] = (struct spi_worst){.value = 50 * SIM_NS, .seen = true};
    p->nominal.spi = &p->spi;
}

static void good_talk(struct check_talk *talk) {
    *talk = (struct check_talk){.asked = true, .answered = true, .seconds = 1};
}

void planted_good(struct planted *p) {
    *p = (struct planted){0};
    p->capture = (struct run_capture){.frames = 10, .sent = 10, .recovered = 10, .delivered = 10};
    p->run.captures = &p->capture;
    p->run.n_captures = 1;
    snprintf(p->run.firmware, sizeof p->run.firmware, "netif_f401");
    p->run.rearm =
        (struct run_rearm){.gaps = 9, .hclk_hz = 80e6, .window_cycles = 1256, .worst_cycles = 69};
    p->nominal.run = &p->run;
    p->nominal.stack_free = 4096;
    p->nominal.has_clock = true;
    good_margins(p);
    good_transmit(p);
    good_survey(p);
    good_spi(p);
    good_talk(&p->nominal.dhcp);
    good_talk(&p->nominal.ping);
    good_talk(&p->nominal.page);
}

struct run_margin *planted_margin(struct planted *p, const char *name) {
    size_t i = 0;
    while (i < PLANTED_MARGINS && strcmp(p->margins[i].name, name) != 0)
        i++;
    cr_assert_lt(i, (size_t)PLANTED_MARGINS, "no margin %s", name);
    return &p->margins[i];
}

size_t planted_findings(const struct board *board, const struct planted *p, const char *id,
                        char *text, size_t *not_run) {
    const char *const only[] = {id, NULL};
    struct check_report report = {.profile = CHECK_STANDARD};
    struct sim_err err = SIM_ERR_INIT;
    const struct check_context context = {.board = board, .nominal = &p->nominal};
    cr_assert_not_null(check_find(id), "no check %s", id);
    cr_assert(check_all(&context, only, &report, &err), "%s: %s", id, err.text);
    size_t n = report.n_findings;
    snprintf(text, 512, "%s", n ? report.findings[0].text : "");
    *not_run = report.n_not_run;
    check_report_finish(&report);
    return n;
}
