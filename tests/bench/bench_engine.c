/* Real-time factor of the event engine on the reference board's receive path, saturated
 * line: with and without the response cache, exact and jittered. All figures come from
 * one run on one machine, so their ratios mean something; nothing here passes or fails
 * on time, only on a frame that was not recovered. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "harness/board.h"
#include "harness/replay.h"
#include "sim/rng.h"

#define GAP_PS (96 * 100 * SIM_NS)

struct counted {
    uint64_t bursts, octets;
};

static void on_burst(void *user, const struct replay_burst *burst) {
    struct counted *counted = user;
    counted->bursts++;
    counted->octets += burst->n;
}

static double host_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct figure {
    double factor, ns_per_event, ns_per_bit, seconds;
};

/* Random payloads, so that the cache meets what real traffic would show it; made before the
 * clock starts. */
#define FRAMES 256
static uint8_t wires[FRAMES][1600];

static size_t make_frames(size_t size) {
    uint8_t payload[1600];
    size_t n = 0;
    for (uint64_t frame = 0; frame < FRAMES; frame++) {
        for (size_t i = 0; i < size - 4; i += 8) {
            uint64_t word = rng_u64(1, frame, i);
            memcpy(payload + i, &word, sizeof word);
        }
        n = line_frame_finish(payload, size - 4, wires[frame]);
    }
    return n;
}

static bool send_frames(struct replay *replay, size_t size, double budget_s, struct figure *figure,
                        struct counted *counted) {
    uint64_t frames = 0, bits = 0, events = replay_figures(replay).events;
    sim_time begin = replay_now(replay), start = begin + 20 * SIM_US;
    size_t n = make_frames(size);
    double started = host_s();
    while (frames < 20 || host_s() - started < budget_s) {
        replay_frame(replay, wires[frames % FRAMES], n, start);
        start = replay_burst(replay)->data_end + GAP_PS;
        frames++;
        bits += (n + 8) * 8;
    }
    replay_idle_until(replay, start);
    figure->seconds = host_s() - started;
    double simulated = (double)(replay_now(replay) - begin) / (double)SIM_S;
    figure->factor = simulated / figure->seconds;
    events = replay_figures(replay).events - events;
    figure->ns_per_event = events ? figure->seconds * 1e9 / (double)events : 0;
    figure->ns_per_bit = figure->seconds * 1e9 / (double)bits;
    return counted->bursts == frames && counted->octets == frames * size;
}

static bool measure(const struct board *board, const char *what, size_t size, bool cache,
                    bool must_recover, struct figure *figure) {
    struct sim_err err = SIM_ERR_INIT;
    struct counted counted = {0};
    struct replay_settings settings = {
        .seed = 1, .cache = cache, .user = &counted, .on_burst = on_burst};
    struct replay *replay = replay_create(board, &settings, &err);
    if (!replay) {
        fprintf(stderr, "%s\n", err.text);
        return false;
    }
    if (cache) { /* learn first, and say what that took */
        send_frames(replay, size, 0.3, figure, &counted);
        struct replay_figures f = replay_figures(replay);
        printf("%-22s %5zu  %llu symbols run by the engine, %llu states\n", "learning", size,
               (unsigned long long)f.misses, (unsigned long long)f.states);
        counted = (struct counted){0};
    }
    bool ok = send_frames(replay, size, 1.0, figure, &counted);
    printf("%-22s %5zu  %-5s %10.2f %10.1f %10.1f%s\n", what, size, cache ? "yes" : "no",
           figure->factor, figure->ns_per_event, figure->ns_per_bit, ok ? "" : "  frames lost");
    replay_destroy(replay);
    return ok || !must_recover;
}

static bool load(struct board *board, const char *const *sets, size_t n) {
    struct sim_err err = SIM_ERR_INIT;
    struct board_request request = {.board = "nucleo_shield", .sets = sets, .n_sets = n};
    if (board_load(board, &request, &err))
        return true;
    fprintf(stderr, "%s\n", err.text);
    return false;
}

int main(void) {
    static const size_t SIZES[] = {64, 1518};
    static const char *const JITTER[] = {"line.jitter_peak_ns=3"};
    struct board exact = {0}, jittered = {0};
    bool ok = load(&exact, NULL, 0) && load(&jittered, JITTER, 1);
    printf("%-22s %5s  %-5s %10s %10s %10s\n", "saturated line", "size", "cache", "x real",
           "ns/event", "ns/bit");
    for (size_t i = 0; ok && i < 2; i++) {
        struct figure with, without, noisy;
        ok = measure(&exact, "exact", SIZES[i], true, true, &with) &&
             measure(&exact, "exact", SIZES[i], false, true, &without) &&
             measure(&jittered, "3 ns peak jitter", SIZES[i], false, true, &noisy);
        if (ok)
            printf("%-22s %5zu  cache/plain %.0f, jittered/plain %.2f\n", "ratios", SIZES[i],
                   with.factor / without.factor, noisy.factor / without.factor);
    }
    board_finish(&exact);
    board_finish(&jittered);
    return ok ? 0 : 1;
}
