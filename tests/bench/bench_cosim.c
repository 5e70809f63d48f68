/* Real-time factor of the co-simulation on a saturated line: board, pins, SPI, DMA and the
 * images' cores at 80 MHz, frames of 64 and 1518 octets back to back, with edges delivered in
 * groups and one by one. "and then" is the second half of the line's time, by when the board's
 * answers to these octets are known. CPU time, as others may use the machine; both figures of a row
 * are of the same run, so their ratio means something. Only a run that delivers nothing fails:
 * `rearm` loses most of such a line. The core of `netif_f401_awake` never sleeps, and is parked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/board.h"
#include "harness/cosim.h"
#include "harness/replay.h"
#include "sim/rng.h"

#define BOOT      (5 * SIM_MS)
#define GAP       (9600 * SIM_NS)
#define LINE_TIME (500 * SIM_MS)
#define FRAMES    64

static const char *const IMAGES[] = {"netif_f401",       "netif_f401_bits",
                                     "netif_f401_rearm", "netif_f401_rearm_bits",
                                     "netif_f401_awake", "rxdump_f401"};
static uint8_t wires[FRAMES][1600];

struct figures {
    double factor, later, mips; /* times real time: of LINE_TIME, and of the next */
    uint64_t delivered;
};

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Random content, half of it for the images' own address. */
static size_t make_frames(size_t size) {
    static const uint8_t OWN[6] = {0x06, 0x22, 0x33, 0x44, 0x55, 0x66};
    uint8_t frame[1600];
    size_t n = 0;
    for (uint64_t k = 0; k < FRAMES; k++) {
        for (size_t i = 0; i < size - 4; i += 8) {
            uint64_t word = rng_u64(1, k, i);
            memcpy(frame + i, &word, sizeof word);
        }
        if (k % 2)
            memcpy(frame, OWN, sizeof OWN);
        n = line_frame_finish(frame, size - 4, wires[k]);
    }
    return n;
}

static void on_pins(void *user, sim_time start, const struct pin_list *list) {
    cosim_pins(*(struct cosim **)user, start, list);
}

/* CPU seconds for LINE_TIME of line; 0 with `err`. */
static double send(struct replay *replay, struct cosim *cosim, size_t n, sim_time start,
                   struct sim_err *err) {
    double begin = cpu_s();
    bool ok = true;
    uint64_t frame = 0;
    for (sim_time next = start; ok && next < start + LINE_TIME; frame++) {
        replay_frame(replay, wires[frame % FRAMES], n, next);
        ok = cosim_run_until(cosim, replay_now(replay), err);
        next = replay_burst(replay)->data_end + GAP;
    }
    return ok ? cpu_s() - begin : 0;
}

static bool run(struct replay *replay, struct cosim *cosim, size_t size, struct figures *out) {
    struct sim_err err = SIM_ERR_INIT;
    cosim_boot(cosim, replay_sampler(replay));
    size_t n = make_frames(size);
    double seconds = (double)LINE_TIME / (double)SIM_S;
    double first = send(replay, cosim, n, BOOT, &err);
    double second = first > 0 ? send(replay, cosim, n, replay_now(replay) + GAP, &err) : 0;
    if (second <= 0) {
        fprintf(stderr, "%s\n", err.text);
        return false;
    }
    out->factor = seconds / first;
    out->later = seconds / second;
    out->mips = (double)cosim_figures(cosim).instructions / seconds / 2e6;
    out->delivered = cosim_figures(cosim).delivered;
    return out->delivered > 0;
}

static bool measure(const struct board *board, const char *image, size_t size, bool one_by_one,
                    struct figures *out) {
    struct sim_err err = SIM_ERR_INIT;
    struct cosim *cosim = NULL;
    const struct cosim_settings settings = {.board = board,
                                            .image = image,
                                            .deliver_symbol = COSIM_DELIVER,
                                            .seed = 1,
                                            .edge_by_edge = one_by_one};
    const struct replay_settings listen = {
        .seed = 1, .cache = true, .user = &cosim, .on_pins = on_pins};
    cosim = cosim_create(&settings, &err);
    struct replay *replay = cosim ? replay_create(board, &listen, &err) : NULL;
    bool ok = replay && run(replay, cosim, size, out);
    if (!replay)
        fprintf(stderr, "%s\n", err.text);
    replay_destroy(replay);
    cosim_destroy(cosim);
    return ok;
}

static bool row(const struct board *board, const char *name, size_t size, bool both) {
    struct figures group, single;
    char path[512];
    snprintf(path, sizeof path, "%s/%s.elf", FIRMWARE_DIR, name);
    if (access(path, R_OK) != 0) {
        printf("%-22s not built\n", name);
        return true;
    }
    if (!measure(board, path, size, false, &group) || !measure(board, path, size, both, &single))
        return false;
    printf("%-22s %6zu %10.2f %8.2f %11.2f %7.2f %9.1f %10lu\n", name, size, group.factor,
           group.later, single.factor, group.factor / single.factor, group.mips,
           (unsigned long)group.delivered);
    return group.delivered == single.delivered;
}

static bool rows(const struct board *board, const char *image, size_t only, bool both) {
    static const size_t SIZES[] = {64, 1518};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof SIZES / sizeof *SIZES; i++)
        if (!only || only == SIZES[i])
            ok = row(board, image, SIZES[i], both);
    return ok;
}

/* With arguments: the image of that name alone, with frames of 64 or 1518 octets alone, twice in
 * groups, for a profile. */
int main(int argc, char **argv) {
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    const struct board_request request = {.board = "nucleo_shield"};
    if (!board_load(&board, &request, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    printf("times real time        octets  in groups  and then  one by one  ratio  MIPS run  "
           "delivered\n");
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof IMAGES / sizeof *IMAGES; i++)
        if (argc < 2 || strcmp(argv[1], IMAGES[i]) == 0)
            ok = rows(&board, IMAGES[i], argc < 3 ? 0 : strtoul(argv[2], NULL, 10), argc < 2);
    board_finish(&board);
    return ok ? 0 : 1;
}
