#include "harness/checks/check.h"
#include "harness/checks/curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checks/measure.h"
#include "harness/compare.h"
#include "harness/replay.h"
#include "sim/rng.h"

#define OCTETS 60
#define SEED   1  /* of every curve: it is the same on each machine */
#define BISECT 12 /* halvings at each end, at most */
#define START  (20 * SIM_US)
#define SETTLE (10 * SIM_US)

/* --- frames on a line --------------------------------------------------------------------- */

struct probe {
    struct compare *compare;
    struct curve_score *score;
    bool came; /* an octet of the frame under way */
};

static void on_burst(void *user, const struct replay_burst *burst) {
    struct probe *p = user;
    p->came = p->came || burst->n > 0;
    compare_received(p->compare, burst->octets, burst->n, burst->dribble_bits, burst->select_fell,
                     burst->select_rose);
}

static void on_failure(void *user, const struct compare_failure *failure, struct run_failure *out) {
    struct probe *p = user;
    (void)out;
    p->score->mended += failure->kind == RUN_CORRUPT && compare_only_first_bit(failure);
}

/* Random octets: every run of bits there is, in some frame. */
static size_t make_frame(size_t number, uint8_t *wire) {
    uint8_t octets[OCTETS];
    uint64_t stream = rng_stream("curve");
    for (size_t i = 0; i < OCTETS; i++)
        octets[i] = (uint8_t)rng_u64(number, stream, i);
    return line_frame_finish(octets, sizeof octets, wire);
}

static double gap_ps(const struct board_line *line, double bit_ps) {
    return line->gap == BOARD_GAP_FIXED ? line->gap_ns * 1e3 : 96 * bit_ps;
}

static bool send_frames(struct replay *replay, struct probe *p, const struct board_line *line,
                        size_t frames, struct sim_err *err) {
    uint8_t wire[OCTETS + 8];
    sim_time start = START, gap = (sim_time)(gap_ps(line, replay_bit_ps(replay)) + 0.5);
    for (size_t i = 0; i < frames; i++) {
        size_t n = make_frame(i, wire);
        replay_idle_until(replay, start - replay_lead(replay));
        p->score->heard += p->came;
        p->came = false;
        compare_sent(p->compare, 0, i + 1, wire, n, start, SIM_NEVER);
        replay_frame(replay, wire, n, start);
        if (!replay_sound(replay, err))
            return false;
        start = replay_burst(replay)->data_end + gap;
        sim_time earliest = replay_now(replay) + replay_lead(replay);
        start = start > earliest ? start : earliest;
    }
    replay_idle_until(replay, replay_now(replay) + SETTLE);
    replay_finish(replay);
    p->score->heard += p->came;
    return true;
}

bool curve_probe(const struct board *board, const struct board_line *line, size_t frames,
                 struct curve_score *score, struct sim_err *err) {
    struct board other = *board;
    struct run_capture capture = {0};
    struct run_result result = {.captures = &capture, .n_captures = 1};
    struct probe probe = {.score = score};
    bool preamble = strcmp(board->config.attach.framing, "preamble") == 0;
    other.config.line = *line;
    *score = (struct curve_score){.sent = frames};
    probe.compare =
        compare_create(&result, preamble ? COMPARE_PREAMBLE : COMPARE_SYNC, on_failure, &probe);
    if (!probe.compare)
        abort();
    struct replay *replay =
        replay_create(&other,
                      &(struct replay_settings){
                          .seed = SEED, .cache = true, .user = &probe, .on_burst = on_burst},
                      err);
    bool ok = replay && send_frames(replay, &probe, line, frames, err);
    compare_finish(probe.compare);
    score->recovered = capture.recovered;
    compare_free_failures(&capture);
    compare_destroy(probe.compare);
    replay_destroy(replay);
    return ok;
}

/* --- points ------------------------------------------------------------------------------- */

struct tracing {
    const struct check_context *context;
    const struct curve_spec *spec;
    const struct check *check;
    struct check_report *report;
    struct check_curve *curve;
    bool mended;     /* frames that a driver mends count as recovered */
    double plain[2]; /* the low and high end without that; NAN: not looked for */
    struct sim_err *err;
};

/* Sorted into the curve; a point that is there is not asked again. */
static bool trace_point(struct tracing *t, double x, bool *passed) {
    struct check_curve *c = t->curve;
    struct board_line line = t->context->board->config.line;
    struct curve_score score;
    size_t at = 0;
    while (at < c->n && c->x[at] < x)
        at++;
    if (at < c->n && c->x[at] == x) {
        *passed = c->passed[at];
        return true;
    }
    t->spec->apply(&line, x);
    if (!curve_probe(t->context->board, &line, t->spec->frames, &score, t->err))
        return false;
    size_t shown = score.recovered + (t->mended ? score.mended : 0);
    if (t->spec->rejects)
        shown = score.heard;
    *passed = t->spec->rejects ? shown == 0 : shown == score.sent;
    if (c->n == CHECK_MAX_POINTS)
        return true;
    for (size_t i = c->n++; i > at; i--) {
        c->x[i] = c->x[i - 1];
        c->y[i] = c->y[i - 1];
        c->passed[i] = c->passed[i - 1];
    }
    c->x[at] = x;
    c->y[at] = 100.0 * (double)shown / (double)score.sent;
    c->passed[at] = *passed;
    return true;
}

static size_t nearest(const struct check_curve *c, double x) {
    size_t best = 0;
    for (size_t i = 1; i < c->n; i++)
        if (fabs(c->x[i] - x) < fabs(c->x[best] - x))
            best = i;
    return best;
}

/* From the base in direction `way`: the last point that passes, without one between that does
 * not; between it and the next one the end is bisected. */
static bool trace_end(struct tracing *t, int way, double *end) {
    const struct check_curve *c = t->curve;
    size_t at = nearest(c, t->spec->base);
    size_t stop = way > 0 ? c->n - 1 : 0;
    *end = NAN;
    if (!c->passed[at])
        return true;
    while (at != stop && c->passed[way > 0 ? at + 1 : at - 1])
        at = way > 0 ? at + 1 : at - 1;
    double good = c->x[at], bad = at == stop ? good : c->x[way > 0 ? at + 1 : at - 1];
    for (int i = 0; i < BISECT && fabs(bad - good) > t->spec->step; i++) {
        double middle = (good + bad) / 2;
        bool passed;
        if (!trace_point(t, middle, &passed))
            return false;
        *(passed ? &good : &bad) = middle;
    }
    *end = good;
    return true;
}

static void name_curve(struct check_curve *c, const struct curve_spec *spec) {
    snprintf(c->x_name, sizeof c->x_name, "%s", spec->x_name);
    snprintf(c->x_unit, sizeof c->x_unit, "%s", spec->x_unit);
    snprintf(c->y_name, sizeof c->y_name, "frames %s", spec->rejects ? "heard" : "recovered");
    snprintf(c->y_unit, sizeof c->y_unit, "%%");
    c->required_low = isnan(spec->low) ? spec->base : spec->low;
    c->required_high = isnan(spec->high) ? spec->base : spec->high;
}

/* What a driver's mending is worth, when it is worth something. */
static void advise(const struct tracing *t, int way, double end, char *out, size_t size) {
    const struct curve_spec *spec = t->spec;
    double plain = t->plain[way > 0];
    int n = snprintf(out, size, "%s", spec->advice ? spec->advice : "");
    if (!isnan(plain) && plain != end && n >= 0 && (size_t)n < size)
        snprintf(out + n, size - (size_t)n,
                 "%swith a driver that does not mend a wrong first bit it is %.4g %s",
                 n ? "; " : "", plain, spec->x_unit);
}

static void judge_end(const struct tracing *t, int way, double end) {
    const struct curve_spec *spec = t->spec;
    double limit = way > 0 ? spec->high : spec->low;
    char advice[256];
    advise(t, way, end, advice, sizeof advice);
    measure(t->report, t->check,
            &(struct measure){.name = way > 0 ? spec->most : spec->least,
                              .net = "",
                              .value = end,
                              .limit = limit,
                              .slack = way > 0 ? end - limit : limit - end,
                              .unit = spec->x_unit,
                              .advice = advice});
}

static bool trace_grid(struct tracing *t) {
    bool passed;
    for (size_t i = 0; i < t->spec->n_grid; i++)
        if (!trace_point(t, t->spec->grid[i], &passed))
            return false;
    return true;
}

static bool trace(struct tracing *t) {
    const struct curve_spec *spec = t->spec;
    double end;
    if (!trace_grid(t))
        return false;
    for (int way = -1; way <= 1; way += 2) {
        if (isnan(way > 0 ? spec->high : spec->low))
            continue;
        if (!trace_end(t, way, &end))
            return false;
        if (t->mended || spec->rejects)
            judge_end(t, way, end);
        else
            t->plain[way > 0] = end;
    }
    return true;
}

static bool draw(struct tracing *t, bool mended) {
    struct check_curve draft = {.check = t->check};
    t->mended = mended;
    t->curve = &draft;
    name_curve(&draft, t->spec);
    if (!trace(t))
        return false;
    snprintf(draft.name, sizeof draft.name, "%s%s", t->spec->name,
             t->spec->mends && !mended ? ", first bit as it comes" : "");
    *check_draw(t->report, t->check, draft.name) = draft;
    return true;
}

/* False with `err`: there is nothing to follow from the base on. */
static bool try_base(const struct tracing *t, struct sim_err *err) {
    const struct curve_spec *spec = t->spec;
    struct board_line line = t->context->board->config.line;
    struct curve_score score;
    spec->apply(&line, spec->base);
    if (!curve_probe(t->context->board, &line, spec->frames, &score, err))
        return false;
    if (spec->rejects)
        return score.heard == 0 ||
               sim_err_set(err, SIM_ERR_INPUT, "octets come even without a signal");
    return score.recovered + score.mended == score.sent ||
           sim_err_set(err, SIM_ERR_INPUT, "frames are lost even on a good line");
}

bool curve_run(const struct check *check, const struct check_context *context,
               struct check_report *report, struct sim_err *err) {
    const struct curve_spec *spec = check->curve;
    struct tracing t = {.context = context,
                        .spec = spec,
                        .check = check,
                        .report = report,
                        .plain = {NAN, NAN},
                        .err = err};
    struct sim_err why = SIM_ERR_INIT;
    if (!try_base(&t, &why)) {
        check_not_run(report, check, "%.180s", why.text);
        return true;
    }
    return (!spec->mends || draw(&t, false)) && draw(&t, !spec->rejects);
}
