/* Each measurement passes a good transmitter and fails one with a planted fault. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/line/clause14.h"
#include "models/line/source.h"
#include "models/line/transmitter.h"

#define OCTETS 60

/* A transmitter and what it sends: two frames and three link pulses. Times in ns. */
struct sender {
    double ohm;            /* behind the driver */
    double bit;            /* length */
    double shifted_edge;   /* one edge of the first frame late by so much */
    int preamble_bits;     /* 64: all */
    double gap;            /* from the end of a frame's last bit */
    double tp_idl;         /* high, and enabled, after the last bit */
    double enable_early;   /* before the first edge */
    double glitch;         /* a pulse of that length in the first frame; 0: none */
    double pulse, period;  /* width; ns from pulse to pulse */
    double silence;        /* at the end */
    double l_open, offset; /* H; V added to the waveform */
    bool wrong_octet, always_on, no_frames, late_news;
};

static const struct sender good = {.ohm = 39,
                                   .bit = 100,
                                   .preamble_bits = 64,
                                   .gap = 10000,
                                   .tp_idl = 300,
                                   .enable_early = 20,
                                   .pulse = 100,
                                   .period = 16e6,
                                   .silence = 16e6,
                                   .l_open = 3e-3};

struct rig {
    struct sender s;
    struct transmitter *transmitter;
    struct clause14 *clause14;
    double now; /* ns */
    bool d, de;
    uint64_t frames_seen;
    struct clause14_frame frame;
};

static void add_offset(void *self, const struct transmitter_piece *piece) {
    struct rig *rig = self;
    struct transmitter_piece copy = *piece;
    copy.constant += rig->s.offset;
    clause14_piece(rig->clause14, &copy);
}

static void drive(struct rig *rig, double at, bool d, bool de) {
    sim_time time = (sim_time)(at * 1000 + 0.5);
    rig->d = d;
    rig->de = de || rig->s.always_on;
    clause14_driver(rig->clause14, time, rig->d, rig->de);
    transmitter_edge(rig->transmitter, time, rig->d, rig->de);
}

static void send_bits(struct rig *rig, const uint8_t *octets, size_t n, bool faults) {
    double at = rig->now + 1000;
    size_t bits = n * 8, lost = (size_t)(64 - rig->s.preamble_bits);
    drive(rig, at - rig->s.enable_early, rig->d, true);
    for (size_t i = lost; i < bits; i++, at += rig->s.bit) {
        bool bit = octets[i / 8] >> i % 8 & 1;
        double late = faults && i == 200 ? rig->s.shifted_edge : 0;
        drive(rig, at, !bit, true);
        if (faults && i == 300 && rig->s.glitch > 0) {
            drive(rig, at + 10, bit, true);
            drive(rig, at + 10 + rig->s.glitch, !bit, true);
        }
        drive(rig, at + rig->s.bit / 2 + late, bit, true);
    }
    if (rig->s.tp_idl > 0)
        drive(rig, at, true, true);
    drive(rig, at + rig->s.tp_idl, rig->s.tp_idl > 0, false);
    drive(rig, at + rig->s.tp_idl + 50, false, false);
    rig->now = at - 1000; /* the next begins 1000 ns later */
}

static void send_frame(struct rig *rig, uint8_t fill, bool faults) {
    uint8_t octets[8 + OCTETS + 4];
    memset(octets, 0x55, 7);
    octets[7] = 0xd5;
    for (size_t i = 0; i < OCTETS; i++)
        octets[8 + i] = (uint8_t)(fill + i * 37);
    uint32_t fcs = line_fcs(octets + 8, OCTETS);
    for (int i = 0; i < 4; i++)
        octets[8 + OCTETS + i] = (uint8_t)(fcs >> 8 * i);
    if (!rig->s.late_news)
        clause14_sent(rig->clause14, octets + 8, OCTETS + 4);
    octets[20] ^= faults && rig->s.wrong_octet ? 0x10 : 0;
    send_bits(rig, octets, sizeof octets, faults);
    if (rig->s.late_news) {
        transmitter_until(rig->transmitter, (sim_time)((rig->now + 5000) * 1000));
        clause14_sent(rig->clause14, octets + 8, OCTETS + 4);
    }
}

static void send_pulse(struct rig *rig) {
    drive(rig, rig->now, true, true);
    drive(rig, rig->now + rig->s.pulse + 2, true, false); /* the driver's end is slower */
    drive(rig, rig->now + rig->s.pulse + 50, false, false);
}

static void on_frame(void *self, const struct clause14_frame *frame) {
    struct rig *rig = self;
    rig->frames_seen++;
    rig->frame = *frame;
}

static struct rig run(const struct sender *s) {
    struct rig rig = {.s = *s};
    struct sim_err err = SIM_ERR_INIT;
    struct transmitter_config c = {.swing = 4.35,
                                   .r_driver = 40,
                                   .rise = 5e-9,
                                   .delay = 4e-9,
                                   .enable = 4e-9,
                                   .disable = 4e-9,
                                   .c_driver = 40e-12,
                                   .c_jack = 2e-12,
                                   .r_series = s->ohm,
                                   .r_shunt = INFINITY,
                                   .l_open = s->l_open,
                                   .l_leak = 0.2e-6,
                                   .r_winding = 0.9,
                                   .i_sat = INFINITY,
                                   .l_sat = s->l_open,
                                   .r_line = 100};
    static struct rig *held;
    static struct rig storage;
    storage = rig;
    held = &storage;
    struct transmitter_sink sink = {held, add_offset};
    struct clause14_sink frames = {held, on_frame, NULL};
    held->clause14 = clause14_create(&frames, &err);
    held->transmitter = transmitter_create(&c, &sink, &err);
    cr_assert(held->clause14 && held->transmitter, "%s", err.text);
    transmitter_start(held->transmitter, 0, false, s->always_on);
    held->now = 1e6;
    for (int i = 0; i < 3; i++, held->now += s->period)
        send_pulse(held);
    held->now += -s->period + 10e6; /* frames 10 ms after the last pulse */
    for (int i = 0; i < 2 && !s->no_frames; i++) {
        send_frame(held, (uint8_t)(7 * i), i == 0);
        held->now += s->gap;
    }
    held->now += s->silence;
    sim_time end = (sim_time)(held->now * 1000);
    transmitter_until(held->transmitter, end);
    clause14_finish(held->clause14, end);
    transmitter_destroy(held->transmitter);
    return *held;
}

static void print(const struct rig *rig) {
    const struct clause14_row *rows = clause14_rows(rig->clause14);
    for (size_t i = 0; i < CLAUSE14_ROWS; i++)
        printf("  %-22s %s %9.3f %-4s worst %9.3f slack %9.3f at %.3f us%s\n", rows[i].id,
               rows[i].at_least ? ">=" : "<=", rows[i].limit, rows[i].unit, rows[i].worst,
               clause14_slack(&rows[i]), (double)rows[i].time * 1e-6,
               !rows[i].seen                  ? "  not measured"
               : clause14_slack(&rows[i]) < 0 ? "  MISSED"
                                              : "");
}

Test(clause14, a_good_transmitter_passes_everything) {
    struct rig rig = run(&good);
    const struct clause14_row *rows = clause14_rows(rig.clause14);
    struct clause14_counts n = clause14_counts(rig.clause14);
    print(&rig);
    for (size_t i = 0; i < CLAUSE14_ROWS; i++) {
        cr_expect(rows[i].seen, "%s was not measured", rows[i].id);
        cr_expect_geq(clause14_slack(&rows[i]), 0, "%s: %g", rows[i].id, rows[i].worst);
    }
    cr_expect_eq(n.frames, (uint64_t)2);
    cr_expect_eq(n.pulses, (uint64_t)3);
    cr_expect_eq(n.fragments + n.bad_fcs + n.different + n.missing, (uint64_t)0);
    cr_expect_eq(rig.frames_seen, (uint64_t)2);
    cr_expect_eq(rig.frame.n, (size_t)OCTETS + 4);
    cr_expect(rig.frame.fcs_ok);
    cr_expect_float_eq(rig.frame.bit_ps, 100000, 5);
    clause14_destroy(rig.clause14);
}

static struct sender changed(size_t fault) {
    struct sender s = good;
    switch ((enum clause14_id)fault) {
    case CLAUSE14_PEAK_LEAST:
        s.ohm = 470;
        break;
    case CLAUSE14_PEAK_MOST:
        s.ohm = 0;
        break;
    case CLAUSE14_JITTER:
        s.shifted_edge = 9;
        break;
    case CLAUSE14_BIT_RATE:
        s.bit = 100.02;
        break;
    case CLAUSE14_PREAMBLE:
        s.preamble_bits = 60;
        break;
    case CLAUSE14_GAP:
        s.gap = 9000;
        break;
    case CLAUSE14_TP_IDL:
        s.tp_idl = 150;
        break;
    case CLAUSE14_TP_IDL_DECAY:
        s.l_open = 350e-6;
        break;
    case CLAUSE14_PULSE_DECAY:
        s.l_open = 350e-6;
        s.pulse = 270;
        break;
    case CLAUSE14_TP_IDL_UNDER:
    case CLAUSE14_PULSE_UNDER:
        s.l_open = 40e-6;
        break;
    case CLAUSE14_MEAN:
    case CLAUSE14_REST:
        s.offset = 0.08;
        break;
    case CLAUSE14_PULSE_PEAK:
        s.ohm = 800;
        break;
    case CLAUSE14_PULSE_WIDTH:
        s.pulse = 45;
        break;
    case CLAUSE14_PULSE_WIDEST:
        s.pulse = 230;
        break;
    case CLAUSE14_PULSE_SOONEST:
        s.period = 7e6;
        break;
    case CLAUSE14_SILENCE:
        s.silence = 25e6;
        break;
    case CLAUSE14_ENCODER:
        s.glitch = 6;
        break;
    case CLAUSE14_ENABLE:
        s.enable_early = -60;
        break;
    case CLAUSE14_DISABLE:
        s.tp_idl = 240;
        break;
    case CLAUSE14_ROWS:
        break;
    }
    return s;
}

ParameterizedTestParameters(clause14, each_fault_is_seen) {
    static size_t index[CLAUSE14_ROWS];
    for (size_t i = 0; i < CLAUSE14_ROWS; i++)
        index[i] = i;
    return cr_make_param_array(size_t, index, CLAUSE14_ROWS);
}

ParameterizedTest(size_t *index, clause14, each_fault_is_seen) {
    struct sender s = changed(*index);
    struct rig rig = run(&s);
    const struct clause14_row *row = &clause14_rows(rig.clause14)[*index];
    printf("%s: %g %s, limit %g\n", row->id, row->worst, row->unit, row->limit);
    cr_expect(row->seen, "%s was not measured", row->id);
    cr_expect_lt(clause14_slack(row), 0, "%s: %g passes", row->id, row->worst);
    clause14_destroy(rig.clause14);
}

/* A figure that is exactly known. */
Test(clause14, figures_are_right) {
    struct sender s = good;
    s.shifted_edge = 5;
    s.bit = 100.005;
    struct rig rig = run(&s);
    const struct clause14_row *rows = clause14_rows(rig.clause14);
    cr_expect_float_eq(rows[CLAUSE14_PEAK_LEAST].worst, 4.35 * 100 / 180.8, 0.05);
    cr_expect_float_eq(rows[CLAUSE14_JITTER].worst, 5, 0.4, "%g", rows[CLAUSE14_JITTER].worst);
    cr_expect_float_eq(rows[CLAUSE14_BIT_RATE].worst, 50, 10, "%g", rows[CLAUSE14_BIT_RATE].worst);
    cr_expect_float_eq(rows[CLAUSE14_PREAMBLE].worst, 64, 0);
    cr_expect_float_eq(rows[CLAUSE14_GAP].worst, 10, 0.03, "%g", rows[CLAUSE14_GAP].worst);
    cr_expect_float_eq(rows[CLAUSE14_TP_IDL].worst, 300, 60, "%g", rows[CLAUSE14_TP_IDL].worst);
    cr_expect_float_eq(rows[CLAUSE14_PULSE_WIDTH].worst, 100, 15);
    cr_expect_float_eq(rows[CLAUSE14_PULSE_SOONEST].worst, 16, 0.001);
    clause14_destroy(rig.clause14);
}

Test(clause14, a_frame_that_is_not_what_was_sent) {
    struct sender s = good;
    s.wrong_octet = true;
    struct rig rig = run(&s);
    struct clause14_counts n = clause14_counts(rig.clause14);
    cr_expect_eq(n.bad_fcs, (uint64_t)1);
    cr_expect_eq(n.different, (uint64_t)1);
    cr_expect_eq(n.missing, (uint64_t)1, "%d missing", (int)n.missing);
    clause14_destroy(rig.clause14);
}

Test(clause14, a_silent_transmitter_measures_nothing) {
    struct sim_err err = SIM_ERR_INIT;
    struct clause14_sink sink = {0};
    struct clause14 *c = clause14_create(&sink, &err);
    struct transmitter_piece flat = {.start = 0, .end = SIM_S};
    uint8_t octets[64] = {0};
    clause14_sent(c, octets, sizeof octets);
    clause14_piece(c, &flat);
    clause14_finish(c, SIM_S);
    for (size_t i = 0; i < CLAUSE14_ROWS; i++)
        cr_expect_not(clause14_rows(c)[i].seen, "%s", clause14_rows(c)[i].id);
    cr_expect_eq(clause14_counts(c).missing, (uint64_t)1);
    clause14_destroy(c);
}

/* A line at these voltages, each from its time to the next one's, the last to `end`. */
struct level {
    sim_time from;
    double volt;
};

static struct clause14 *levels(const struct level *level, size_t n, sim_time end) {
    struct sim_err err = SIM_ERR_INIT;
    struct clause14_sink sink = {0};
    struct clause14 *c = clause14_create(&sink, &err);
    cr_assert(c, "%s", err.text);
    for (size_t i = 0; i < n; i++) {
        struct transmitter_piece piece = {.start = level[i].from,
                                          .end = i + 1 < n ? level[i + 1].from : end,
                                          .constant = level[i].volt};
        clause14_piece(c, &piece);
    }
    clause14_finish(c, end);
    return c;
}

/* A driver that lets go fast takes the line from beyond +300 mV to beyond -300 mV at once. */
Test(clause14, a_pulse_that_ends_in_a_spike_has_its_width) {
    static const struct level pulse[] = {{0, 0},
                                         {10 * SIM_US, 2.4},
                                         {10 * SIM_US + 110 * SIM_NS, -0.6},
                                         {10 * SIM_US + 113 * SIM_NS, -0.05}};
    struct clause14 *c = levels(pulse, sizeof pulse / sizeof *pulse, SIM_MS);
    const struct clause14_row *rows = clause14_rows(c);
    cr_expect_eq(clause14_counts(c).pulses, (uint64_t)1);
    cr_expect_float_eq(rows[CLAUSE14_PULSE_WIDTH].worst, 110, 1e-9, "%g",
                       rows[CLAUSE14_PULSE_WIDTH].worst);
    cr_expect_float_eq(rows[CLAUSE14_PULSE_UNDER].worst, -0.6, 1e-9);
    clause14_destroy(c);
}

Test(clause14, a_line_that_stays_high_is_no_pulse) {
    static const struct level high[] = {{0, 0}, {10 * SIM_US, 2.4}};
    struct clause14 *c = levels(high, sizeof high / sizeof *high, SIM_MS);
    cr_expect_eq(clause14_counts(c).pulses, (uint64_t)0);
    cr_expect_eq(clause14_counts(c).fragments, (uint64_t)1);
    cr_expect_not(clause14_rows(c)[CLAUSE14_PULSE_WIDTH].seen);
    clause14_destroy(c);
}

/* Enabled for ever, a frame that ends in 0 leaves a tail of the driver's own; no crash, no
 * burst that never ends. */
Test(clause14, always_enabled) {
    struct sender s = good;
    s.always_on = true;
    s.l_open = 350e-6; /* settles within the preamble */
    struct rig rig = run(&s);
    struct clause14_counts n = clause14_counts(rig.clause14);
    print(&rig);
    cr_expect_eq(n.frames, (uint64_t)2);
    cr_expect_eq(n.pulses, (uint64_t)3);
    clause14_destroy(rig.clause14);
}

/* Told of the frame only when it is on the line already. */
Test(clause14, sent_and_seen_in_either_order) {
    struct sender s = good;
    s.late_news = true;
    struct rig rig = run(&s);
    struct clause14_counts n = clause14_counts(rig.clause14);
    cr_expect_eq(n.frames, (uint64_t)2);
    cr_expect_eq(n.different + n.missing, (uint64_t)0);
    clause14_destroy(rig.clause14);
}

Test(clause14, a_frame_cut_by_the_end_is_not_judged) {
    struct sender s = good;
    s.silence = 0;
    s.gap = 2000;
    struct rig rig = run(&s);
    struct clause14_counts n = clause14_counts(rig.clause14);
    cr_expect_eq(n.frames + n.fragments, (uint64_t)1, "%d frames", (int)n.frames);
    clause14_destroy(rig.clause14);
}
