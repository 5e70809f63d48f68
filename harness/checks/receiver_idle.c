/* Between its thresholds a line receiver's output is undefined: high, low, or what it was last.
 * One board's receiver does this, the next one's that; the frames must come with each. */
#include "harness/checks/check.h"
#include "harness/checks/curve.h"

#define FRAMES 6

static const struct {
    enum board_idle idle;
    const char *name;
} MODES[] = {
    {BOARD_IDLE_HIGH, "high"},
    {BOARD_IDLE_LOW, "low"},
    {BOARD_IDLE_HOLD, "as it was last"},
};
enum { N_MODES = sizeof MODES / sizeof *MODES };

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    struct board other = *context->board;
    size_t passed = 0;
    bool passes[N_MODES];
    for (int i = 0; i < N_MODES; i++) {
        struct curve_score score;
        other.config.receiver_idle = MODES[i].idle;
        if (!curve_probe(&other, &other.config.line, FRAMES, &score, err))
            return false;
        passes[i] = score.recovered + score.mended == score.sent;
        passed += passes[i];
    }
    if (!passed)
        check_not_run(report, check, "frames are lost even on a good line");
    for (int i = 0; passed && i < N_MODES; i++)
        if (!passes[i])
            check_found(report, check,
                        "frames are lost when the line receiver idles %s, which its datasheet "
                        "leaves open",
                        MODES[i].name);
    return true;
}

const struct check check_receiver_idle = {
    .id = "receiver-idle",
    .title = "frames come whatever the line receiver does in silence",
    .of = CHECK_LINE,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .needs = CHECK_NEEDS_CURVES,
    .source = "SN75C1168 function table: undefined within +-200 mV; from memory, check",
    .run = run,
};
