/* The whole co-simulation with edges in groups against edges one by one, and with cores that are
 * parked in a loop against cores that execute it: what an image delivers and drops, what its SPI
 * and DMA do, its interrupts and outputs, each at its time, and the core's cycles and instructions
 * in the end. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/board.h"
#include "harness/capture.h"
#include "harness/cosim.h"
#include "harness/replay.h"

#define LEAST_GAP  (4700 * SIM_NS) /* 47 bit times: 802.3 4.4.2 */
#define BOOT       (5 * SIM_MS)
#define MOST       150 /* frames of a capture */
#define MAX_SETS   4
#define ANY_NUMBER 1

static const struct variant {
    const char *image, *capture;
    sim_time gap;
    unsigned least; /* frames delivered */
    const char *sets[MAX_SETS];
} VARIANTS[] = {
    {"rxdump_f401", "burst", 0, 150, {0}},
    {"rxdump_f401", "sizes", LEAST_GAP, 100, {"receiver.idle=low"}},
    {"rxdump_f401_spe", "patterns", 0, ANY_NUMBER, {"receiver.idle=low"}},
    {"rxdump_f401_bits", "sizes", LEAST_GAP, ANY_NUMBER, {"receiver.idle=hold"}},
    {"rxdump_f401_rearm", "burst", LEAST_GAP, ANY_NUMBER, {0}},
    {"rxdump_f401_rearm", "sizes", 0, ANY_NUMBER, {"receiver.idle=low"}},
    {"rxdump_f401_rearm_slow", "burst", 0, ANY_NUMBER, {0}},
    {"rxdump_f401_strict", "dns", 0, 0, {"jumper.JP1=A"}},
    {"rxdump_f401", "dns", 30 * SIM_US, ANY_NUMBER, {"line.jitter_peak_ns=2"}},
    {"netif_f401", "arp_ping", 0, ANY_NUMBER, {0}},
    {"netif_f401_bits", "burst", 0, ANY_NUMBER, {0}},
    {"netif_f401_awake", "arp_ping", 0, ANY_NUMBER, {0}},
    {"netif_f401_awake", "burst", 0, ANY_NUMBER, {0}},
    {"netif_f401_awake", "sizes", LEAST_GAP, ANY_NUMBER, {"receiver.idle=low"}},
    {"netif_f401_awake", "dns", 0, ANY_NUMBER, {"mcu.fetch_latency=3", "mcu.entry_latency=5"}},
    {"netif_f401_hsi", "dns", 100 * SIM_US, ANY_NUMBER, {"mcu.hsi_ppm=7000"}},
    {"netif_f401_rearm_bits", "burst", LEAST_GAP, ANY_NUMBER, {"mcu.entry_latency=9"}},
    {"netif_f100", "arp_ping", SIM_MS, ANY_NUMBER, {"mcu.chip=f100rb", "mcu.hse_bypass=no"}},
    {"rxdump_f401", "dns", 0, 0, {"mcu.hse_hz=0"}},
};
enum { N_VARIANTS = sizeof VARIANTS / sizeof *VARIANTS };
static size_t variants[N_VARIANTS];
enum { EDGES, PASSES }; /* what happens one by one */

struct log {
    struct cosim *cosim;
    uint64_t digest, n, delivered;
    struct cosim_figures figures;
};

static void note(struct log *log, uint64_t value) {
    log->digest = (log->digest ^ value) * UINT64_C(0x100000001b3);
    log->n++;
}

static void on_deliver(void *user, const uint8_t *octets, size_t n, sim_time time) {
    struct log *log = user;
    note(log, (uint64_t)time);
    for (size_t i = 0; i < n; i++)
        note(log, octets[i]);
    log->delivered++;
}

static void on_drop(void *user, enum cosim_drop drop, uint32_t address, sim_time time) {
    note(user, (uint64_t)time);
    note(user, (uint64_t)drop << 32 | address);
}

static void on_rx(void *user, const struct stm32_rx *rx) {
    note(user, (uint64_t)rx->time);
    note(user, (uint64_t)rx->kind << 32 | rx->value);
    note(user, rx->address);
}

static void on_nss_interrupt(void *user, sim_time time) {
    note(user, (uint64_t)time);
}

static void on_output(void *user, size_t output, const struct replay_pin *pin) {
    note(user, (uint64_t)pin->time);
    note(user, output * 4 + (unsigned)pin->level);
}

static void on_pins(void *user, sim_time start, const struct pin_list *list) {
    struct log *log = user;
    cosim_pins(log->cosim, start, list);
}

static struct cosim *open_mcu(const struct variant *v, const struct board *board, const bool how[],
                              struct log *log) {
    struct sim_err err = SIM_ERR_INIT;
    static char path[512];
    snprintf(path, sizeof path, "%s/%s.elf", FIRMWARE_DIR, v->image);
    const struct cosim_settings settings = {
        .board = board,
        .image = path,
        .deliver_symbol = COSIM_DELIVER,
        .seed = 1,
        .strict = true,
        .edge_by_edge = how[EDGES],
        .pass_by_pass = how[PASSES],
        .user = log,
        .on_deliver = on_deliver,
        .on_drop = on_drop,
        .on_rx = on_rx,
        .on_nss_interrupt = on_nss_interrupt,
        .on_output = on_output,
    };
    struct cosim *cosim = cosim_create(&settings, &err);
    cr_assert(cosim, "%s", err.text);
    return cosim;
}

static struct replay *open_board(const struct board *board, struct log *log) {
    struct sim_err err = SIM_ERR_INIT;
    const struct replay_settings settings = {
        .seed = 1, .cache = true, .user = log, .on_pins = on_pins};
    struct replay *replay = replay_create(board, &settings, &err);
    cr_assert(replay, "%s", err.text);
    cosim_boot(log->cosim, replay_sampler(replay));
    return replay;
}

static void catch_up(struct log *log, sim_time time) {
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(cosim_run_until(log->cosim, time, &err), "%s", err.text);
}

static void send_all(const struct variant *v, struct replay *replay, struct log *log) {
    struct sim_err err = SIM_ERR_INIT;
    struct capture_frame frame;
    uint8_t wire[LINE_MAX_FRAME];
    char path[512];
    snprintf(path, sizeof path, "%s/captures/%s.pcap", SOURCE_ROOT, v->capture);
    struct capture *capture = capture_open(path, &err);
    cr_assert(capture, "%s", err.text);
    sim_time next = BOOT;
    for (unsigned i = 0; i < MOST && capture_next(capture, &frame, &err) == CAPTURE_FRAME; i++) {
        replay_idle_until(replay, next - replay_lead(replay));
        catch_up(log, replay_now(replay));
        replay_frame(replay, wire, line_frame_finish(frame.octets, frame.length, wire), next);
        catch_up(log, replay_now(replay));
        next = replay_burst(replay)->data_end + (v->gap ? v->gap : 9600 * SIM_NS);
    }
    capture_close(capture);
    replay_idle_until(replay, next + 20 * SIM_MS);
    catch_up(log, replay_now(replay));
}

static void run(const struct variant *v, const bool how[], struct log *log) {
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    const char *sets[MAX_SETS];
    struct board_request request = {.board = "nucleo_shield", .sets = sets};
    for (; request.n_sets < MAX_SETS && v->sets[request.n_sets]; request.n_sets++)
        sets[request.n_sets] = v->sets[request.n_sets];
    cr_assert(board_load(&board, &request, &err), "%s", err.text);
    *log = (struct log){0};
    log->cosim = open_mcu(v, &board, how, log);
    struct replay *replay = open_board(&board, log);
    send_all(v, replay, log);
    log->figures = cosim_figures(log->cosim);
    replay_destroy(replay);
    cosim_destroy(log->cosim);
    board_finish(&board);
}

static void compare(const struct variant *v, const struct log *group, const bool how[]) {
    struct log single;
    run(v, how, &single);
    cr_assert_eq(group->delivered, single.delivered);
    cr_assert_eq(group->n, single.n, "%s, %s: other things happened", v->image, v->capture);
    cr_assert_eq(group->digest, single.digest, "%s, %s: not the same", v->image, v->capture);
    cr_assert_eq(group->figures.cycles, single.figures.cycles);
    cr_assert_eq(group->figures.instructions, single.figures.instructions);
    cr_assert_eq(group->figures.lost, single.figures.lost);
}

ParameterizedTestParameters(cosim, edges_in_groups_or_one_by_one) {
    for (size_t i = 0; i < N_VARIANTS; i++)
        variants[i] = i;
    return cr_make_param_array(size_t, variants, N_VARIANTS);
}

ParameterizedTest(size_t *i, cosim, edges_in_groups_or_one_by_one, .timeout = 120) {
    const struct variant *v = &VARIANTS[*i];
    char path[512];
    snprintf(path, sizeof path, "%s/%s.elf", FIRMWARE_DIR, v->image);
    if (access(path, R_OK) != 0)
        cr_skip_test("%s was not built", v->image);
    struct log group;
    run(v, (const bool[]){false, false}, &group);
    cr_assert_geq(group.delivered, v->least, "%s, %s: %lu frames delivered", v->image, v->capture,
                  (unsigned long)group.delivered);
    compare(v, &group, (const bool[]){true, false});
    compare(v, &group, (const bool[]){false, true});
}
