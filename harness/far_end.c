#include "harness/far_end.h"

static void on_level(void *user, sim_time time, int level) {
    struct far_end *end = user;
    partner_edge(end->partner, time + end->cable.delay, level);
    end->input.open = partner_carrier(end->partner);
}

static void on_piece(void *user, const struct transmitter_piece *piece) {
    struct far_end *end = user;
    struct transmitter_piece far;
    if (end->cable.delay > 0)
        cable_piece_pass(&end->passing, piece, &far);
    partner_input_piece(&end->input, end->cable.delay > 0 ? &far : piece);
}

bool far_end_init(struct far_end *end, const struct board_line *line,
                  const struct partner_limits *limits, struct partner *partner,
                  struct sim_err *err) {
    *end = (struct far_end){.partner = partner};
    end->input = (struct partner_input){.limits = limits, .user = end, .on_level = on_level};
    if (!cable_init(&end->cable, line->cable_m,
                    line->category == BOARD_CAT3 ? CABLE_CAT3 : CABLE_CAT5))
        return sim_err_set(err, SIM_ERR_INPUT, "line.cable_m: no such cable");
    cable_piece_init(&end->passing, &end->cable);
    return true;
}

struct transmitter_sink far_end_sink(struct far_end *end) {
    return (struct transmitter_sink){end, on_piece};
}
