/* Frames sent octet by octet: the same as at once, until they are cut. */
#include <criterion/criterion.h>
#include <string.h>

#include "harness/board.h"
#include "harness/replay.h"
#include "models/line/source.h"

#define OCTETS 200

struct seen {
    uint8_t octets[4][OCTETS + 16];
    size_t n[4], bursts;
    sim_time fell[4], rose[4];
};

static struct board board;
static uint8_t frame[OCTETS];
static size_t asked, cut_after;
static sim_time asked_at;

static void on_burst(void *user, const struct replay_burst *burst) {
    struct seen *seen = user;
    cr_assert_lt(seen->bursts, 4);
    cr_assert_leq(burst->n, sizeof seen->octets[0]);
    memcpy(seen->octets[seen->bursts], burst->octets, burst->n);
    seen->n[seen->bursts] = burst->n;
    seen->fell[seen->bursts] = burst->select_fell;
    seen->rose[seen->bursts++] = burst->select_rose;
}

/* Behind the SFD and behind each octet, at its end. */
static bool go_on(void *user, sim_time now, size_t sent) {
    (void)user;
    cr_assert_eq(sent, asked);
    cr_assert(asked == 0 || now - asked_at == 8 * 100 * SIM_NS, "octet %zu", sent);
    asked_at = now;
    return asked++ < cut_after;
}

static struct replay *start(bool cache, const char *set, struct seen *seen) {
    struct sim_err err = SIM_ERR_INIT;
    struct board_request request = {.board = "nucleo_shield", .sets = &set, .n_sets = set != NULL};
    cr_assert(board_load(&board, &request, &err), "%s", err.text);
    *seen = (struct seen){0};
    struct replay *replay = replay_create(
        &board,
        &(struct replay_settings){.seed = 1, .cache = cache, .user = seen, .on_burst = on_burst},
        &err);
    cr_assert(replay, "%s", err.text);
    for (size_t i = 0; i < OCTETS - 4; i++)
        frame[i] = (uint8_t)(i * 37);
    line_frame_finish(frame, OCTETS - 4, frame);
    asked = 0;
    return replay;
}

static void finish(struct replay *replay) {
    replay_idle_until(replay, replay_now(replay) + SIM_MS);
    replay_finish(replay);
    replay_destroy(replay);
    board_finish(&board);
}

static const char *const lines[] = {NULL, "line.cable_m=50"};

/* Twice the same frame, once at once and once octet by octet, with and without the cache. */
Test(asking, changes_nothing_when_the_answer_is_yes) {
    static struct seen whole, asking;
    for (int i = 0; i < 4; i++) {
        cut_after = SIZE_MAX;
        struct replay *replay = start(i % 2, lines[i / 2], &whole);
        sim_time end = replay_frame(replay, frame, OCTETS, 30 * SIM_US);
        finish(replay);
        replay = start(i % 2, lines[i / 2], &asking);
        sim_time end_asking = replay_frame_asking(replay, frame, OCTETS, 30 * SIM_US, go_on, NULL);
        finish(replay);
        cr_assert_eq(end_asking, end);
        cr_assert_eq(asking.bursts, whole.bursts);
        cr_assert_eq(whole.n[0], OCTETS);
        cr_assert_arr_eq(asking.octets[0], frame, OCTETS);
        cr_assert(asking.fell[0] == whole.fell[0] && asking.rose[0] == whole.rose[0]);
    }
}

Test(asking, a_no_cuts_the_frame_and_sends_jam) {
    static struct seen seen;
    for (int i = 0; i < 4; i++)
        for (size_t cut = 0; cut <= OCTETS; cut += 50) {
            struct replay *replay = start(i % 2, lines[i / 2], &seen);
            cut_after = cut;
            sim_time start_time = 30 * SIM_US;
            replay_frame_asking(replay, frame, OCTETS, start_time, go_on, NULL);
            sim_time end = replay_burst(replay)->data_end;
            finish(replay);
            cr_assert_eq(asked, cut + 1);
            cr_assert_eq(end, start_time + (64 + 8 * (sim_time)cut + 32) * 100 * SIM_NS);
            cr_assert_eq(seen.bursts, 1);
            cr_assert_eq(seen.n[0], cut + 4, "cut %zu: %zu octets", cut, seen.n[0]);
            cr_assert_arr_eq(seen.octets[0], frame, cut);
            cr_assert_arr_eq(seen.octets[0] + cut, "\x55\x55\x55\x55", 4);
        }
}
