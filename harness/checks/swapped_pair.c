/* Partners exist whose pair is swapped. A receiver need not mend that (clause 14 leaves it open);
 * one that can be switched over is as good. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/curve.h"

#define FRAMES 6

struct attempt {
    const struct check_context *context;
    struct part_use *uses;
    struct board board;
    struct board_line line;
    bool recovered;
};

static bool try_it(struct attempt *a, struct sim_err *err) {
    struct curve_score score;
    if (!curve_probe(&a->board, &a->line, FRAMES, &score, err))
        return false;
    a->recovered = score.recovered + score.mended == score.sent;
    return true;
}

static unsigned throws(const struct part_unit *unit) {
    unsigned n = 0;
    while (n + 1 < PART_MAX_UNIT_PINS && unit->pins[n + 1])
        n++;
    return n;
}

/* Each switch by itself to each of its throws, until one helps. */
static bool try_switch(struct attempt *a, uint32_t part, struct sim_err *err) {
    const struct part_model *model = a->uses[part].model;
    uint8_t stands = a->uses[part].position;
    if (!model || !model->n_units || model->units[0].kind != PART_SELECTOR)
        return true;
    for (unsigned throw = 1; throw <= throws(&model->units[0]) && !a->recovered; throw ++) {
        a->uses[part].position = (uint8_t) throw;
        if (throw != stands && !try_it(a, err))
            return false;
    }
    a->uses[part].position = stands;
    return true;
}

static bool try_all(struct attempt *a, struct sim_err *err) {
    const struct board *board = a->context->board;
    if (!try_it(a, err))
        return false;
    for (uint32_t part = 0; part < board->netlist->n_parts && !a->recovered; part++)
        if (!try_switch(a, part, err))
            return false;
    return true;
}

static void draw(struct check_report *report, const struct check *check, bool plain, bool swapped) {
    struct check_curve *c = check_draw(report, check, "polarity");
    snprintf(c->x_name, sizeof c->x_name, "the pair is swapped");
    snprintf(c->y_name, sizeof c->y_name, "frames recovered");
    snprintf(c->y_unit, sizeof c->y_unit, "%%");
    c->n = 2;
    c->x[1] = 1;
    c->y[0] = plain ? 100 : 0;
    c->y[1] = swapped ? 100 : 0;
    c->passed[0] = plain;
    c->passed[1] = swapped;
    c->required_low = 0;
    c->required_high = 1;
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct board *board = context->board;
    struct attempt a = {.context = context, .board = *board, .line = board->config.line};
    size_t size = board->netlist->n_parts * sizeof *a.uses;
    a.uses = malloc(size + 1);
    if (!a.uses)
        abort();
    memcpy(a.uses, board->uses, size);
    a.board.uses = a.uses;
    bool ok = try_it(&a, err);
    bool plain = a.recovered;
    a.line.swapped = !a.line.swapped;
    if (ok && plain)
        ok = try_all(&a, err);
    free(a.uses);
    if (!ok)
        return false;
    if (!plain) {
        check_not_run(report, check, "frames are lost even on a good line");
        return true;
    }
    draw(report, check, plain, a.recovered);
    if (!a.recovered)
        check_found(report, check,
                    "a partner whose pair is swapped is not heard, whatever the "
                    "board's switches say");
    return true;
}

const struct check check_swapped_pair = {
    .id = "swapped-pair",
    .title = "a swapped pair is heard, or can be switched over",
    .of = CHECK_LINE,
    .severity = {CHECK_RESERVATION, CHECK_IGNORED},
    .needs = CHECK_NEEDS_CURVES,
    .source = "partners with a swapped pair were observed; clause 14 leaves it to the receiver",
    .run = run,
};
