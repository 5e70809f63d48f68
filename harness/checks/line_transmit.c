/* What leaves the board against IEEE 802.3 clause 14: a check for each row that a run measures
 * at the line side of the transformer (models/line/clause14.h, which has limits and sources). */
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"
#include "harness/transmit.h"

static const struct line_row {
    const char *id, *row, *advice;
} ROWS[] = {
    {"tx-amplitude", "peak, least", "a smaller resistor in series with the driver"},
    {"tx-amplitude-most", "peak, most", "a larger resistor in series with the driver"},
    {"tx-jitter", "edge jitter", NULL},
    {"tx-bit-rate", "bit rate error", "clock the transmitter from a crystal"},
    {"tx-preamble", "preamble", NULL},
    {"tx-gap", "interframe gap", "a longer pause in the firmware"},
    {"tx-idl", "TP_IDL", "hold the driver enabled and high for longer behind the last bit"},
    {"tx-idl-decay", "TP_IDL decay", NULL},
    {"tx-idl-undershoot", "TP_IDL undershoot", NULL},
    {"tx-frame-mean", "frame mean", NULL},
    {"tx-idle-line", "idle line", NULL},
    {"link-pulse-peak", "link pulse peak", "a smaller resistor in series with the driver"},
    {"link-pulse-narrow", "link pulse, narrowest",
     "a larger resistor or capacitor in the pulse former"},
    {"link-pulse-wide", "link pulse, widest",
     "a smaller resistor or capacitor in the pulse former"},
    {"link-pulse-undershoot", "link pulse undershoot", "enable the driver for the pulse alone"},
    {"link-pulse-decay", "link pulse decay", NULL},
    {"link-pulse-interval", "link pulse to pulse",
     "a larger resistor or capacitor in the oscillator"},
    {"tx-silence", "longest silence", "a smaller resistor or capacitor in the oscillator"},
    {"tx-encoder-pulse", "encoder pulse", "let clock and data reach the encoder together"},
    {"tx-enable-early", "enable before data", "a faster start of the enable"},
    {"tx-enable-late", "enable after data", "a longer one-shot for the enable"},
};

static const struct line_row *row_of(const struct check *check) {
    size_t i = 0;
    while (strcmp(ROWS[i].id, check->id) != 0)
        i++;
    return &ROWS[i];
}

static const struct run_measure *find(const struct run_transmit *transmit, const char *name) {
    for (size_t i = 0; i < transmit->n_measures; i++)
        if (strcmp(transmit->measures[i].name, name) == 0)
            return &transmit->measures[i];
    return NULL;
}

/* In series with the driver: what sets the amplitude. NULL when there is none, or no driver. */
static const char *series_resistor(const struct board *board) {
    struct transmit_driver driver;
    char why[160];
    if (!transmit_find_driver(board, &driver, why, sizeof why))
        return NULL;
    const struct board_attach *attach = &board->config.attach;
    const uint32_t pair[2] = {netlist_find_net(board->netlist, attach->line_tx_p),
                              netlist_find_net(board->netlist, attach->line_tx_n)};
    for (int side = 0; side < 2; side++)
        for (int net = TRANSMIT_Y; net <= TRANSMIT_Z; net++) {
            const char *ref = pair[side] == NETLIST_NONE || driver.nets[net] == NETLIST_NONE ||
                                      pair[side] == driver.nets[net]
                                  ? NULL
                                  : measure_resistor_between(board, pair[side], driver.nets[net]);
            if (ref)
                return ref;
        }
    return NULL;
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct run_transmit *transmit = &context->nominal->run->transmit;
    const struct line_row *row = row_of(check);
    const struct run_measure *m = find(transmit, row->row);
    if (!m || !m->present) {
        const char *why = transmit->unmodelled[0] ? transmit->unmodelled
                          : !transmit->present    ? "the board states no transmit pair"
                                                  : "nothing of the kind was on the line";
        check_not_run(report, check, "%.180s", why);
        return true;
    }
    measure(report, check,
            &(struct measure){.name = m->name,
                              .net = context->board->config.attach.line_tx_p,
                              .part = strcmp(m->unit, "V") == 0 ? series_resistor(context->board)
                                                                : NULL,
                              .unit = m->unit,
                              .source = m->source,
                              .advice = row->advice,
                              .value = m->worst,
                              .limit = m->limit,
                              .slack = m->slack});
    return true;
}

#define CHECK_OF_ROW(symbol, name, what)                                                           \
    const struct check check_##symbol = {                                                          \
        .id = name,                                                                                \
        .title = what,                                                                             \
        .of = CHECK_LINE,                                                                          \
        .severity = {CHECK_RESERVATION, CHECK_FAILURE},                                            \
        .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_LINE,                                           \
        .source = "IEEE 802.3 clause 14",                                                          \
        .run = run,                                                                                \
    }

CHECK_OF_ROW(tx_amplitude, "tx-amplitude", "a frame is strong enough");
CHECK_OF_ROW(tx_amplitude_most, "tx-amplitude-most", "a frame is not too strong");
CHECK_OF_ROW(tx_jitter, "tx-jitter", "the encoder adds no more jitter than is allowed");
CHECK_OF_ROW(tx_bit_rate, "tx-bit-rate", "the bit rate is right");
CHECK_OF_ROW(tx_preamble, "tx-preamble", "the preamble is whole");
CHECK_OF_ROW(tx_gap, "tx-gap", "frames keep their distance");
CHECK_OF_ROW(tx_idl, "tx-idl", "TP_IDL is long enough");
CHECK_OF_ROW(tx_idl_decay, "tx-idl-decay", "TP_IDL ends in time");
CHECK_OF_ROW(tx_idl_undershoot, "tx-idl-undershoot", "TP_IDL does not swing back");
CHECK_OF_ROW(tx_frame_mean, "tx-frame-mean", "a frame has no mean");
CHECK_OF_ROW(tx_idle_line, "tx-idle-line", "the idle line is silent");
CHECK_OF_ROW(link_pulse_peak, "link-pulse-peak", "a link pulse is strong enough");
CHECK_OF_ROW(link_pulse_narrow, "link-pulse-narrow", "a link pulse is wide enough");
CHECK_OF_ROW(link_pulse_wide, "link-pulse-wide", "a link pulse is not too wide");
CHECK_OF_ROW(link_pulse_undershoot, "link-pulse-undershoot", "a link pulse does not swing back");
CHECK_OF_ROW(link_pulse_decay, "link-pulse-decay", "a link pulse ends in time");
CHECK_OF_ROW(link_pulse_interval, "link-pulse-interval", "link pulses keep their distance");
CHECK_OF_ROW(tx_silence, "tx-silence", "the line is never silent for too long");
CHECK_OF_ROW(tx_encoder_pulse, "tx-encoder-pulse", "the encoder makes no glitches");
CHECK_OF_ROW(tx_enable_early, "tx-enable-early", "the driver is enabled ahead of the first edge");
CHECK_OF_ROW(tx_enable_late, "tx-enable-late", "the driver stays enabled through TP_IDL");
