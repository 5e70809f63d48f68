#include "harness/crosscheck_firmware.h"

#include <stdlib.h>
#include <string.h>

#include "harness/cosim.h"
#include "harness/mcu_nets.h"
#include "harness/replay.h"

struct crosscheck_firmware {
    struct cosim *cosim;
    struct replay *replay;
    struct mcu_nets nets;
    uint32_t heard[MCU_NETS_MAX];
    size_t n_heard;
    struct crosscheck_queue edges;
    bool ended;
    struct sim_err err; /* why it ended */
};

static void add(struct crosscheck_firmware *f, uint32_t net, sim_time time, int level) {
    struct crosscheck_queue *q = &f->edges;
    if (q->head == q->n)
        q->head = q->n = 0;
    if (q->n == q->capacity) {
        q->capacity = q->capacity ? 2 * q->capacity : 4096;
        q->edges = realloc(q->edges, q->capacity * sizeof *q->edges);
        if (!q->edges)
            abort();
    }
    q->edges[q->n++] = (struct circuit_edge){.time = time, .net = net, .level = (uint8_t)level};
}

static void on_heard(void *user, size_t i, sim_time time, int level) {
    struct crosscheck_firmware *f = user;
    add(f, f->heard[i], time, level);
}

static void on_pins(void *user, sim_time start, const struct pin_list *list) {
    struct crosscheck_firmware *f = user;
    cosim_pins(f->cosim, start, list);
}

static void on_output(void *user, size_t output, const struct replay_pin *pin) {
    struct crosscheck_firmware *f = user;
    if (f->replay) /* told again when there is one */
        replay_drive(f->replay, output, pin);
}

static void follow(void *user, sim_time time) {
    struct crosscheck_firmware *f = user;
    f->ended = f->ended || !cosim_run_until(f->cosim, time, &f->err);
}

static sim_time next(void *user) {
    const struct crosscheck_firmware *f = user;
    return f->ended ? SIM_NEVER : cosim_next(f->cosim);
}

/* What the board's resistors make of the nets before the chip starts comes first. */
static void boot(struct crosscheck_firmware *f) {
    for (size_t i = 0; i < f->n_heard; i++)
        if (replay_level(f->replay, f->heard[i]))
            add(f, f->heard[i], 0, 1);
    cosim_boot(f->cosim, replay_sampler(f->replay));
}

static bool create(struct crosscheck_firmware *f, const struct board *board,
                   const struct crosscheck_firmware_settings *settings, struct sim_err *err) {
    if (!mcu_nets_find(board, &f->nets, err))
        return false;
    for (size_t i = 0; i < f->nets.n; i++)
        if (f->nets.nets[i].net != NETLIST_NONE)
            f->heard[f->n_heard++] = f->nets.nets[i].net;
    const struct cosim_settings cosim = {.board = board,
                                         .image = settings->image,
                                         .deliver_symbol = settings->symbol,
                                         .seed = settings->seed,
                                         .strict = settings->strict,
                                         .user = f,
                                         .on_output = on_output};
    f->cosim = cosim_create(&cosim, err);
    const struct replay_settings replay = {
        .seed = settings->seed,
        .cache = true,
        .quantum = (sim_time)(board->config.mcu_quantum_us * (double)SIM_US),
        .user = f,
        .on_pins = on_pins,
        .follow = follow,
        .next = next,
        .heard = f->heard,
        .n_heard = f->n_heard,
        .on_heard = on_heard};
    f->replay = f->cosim ? replay_create(board, &replay, err) : NULL;
    if (f->replay)
        boot(f);
    return f->replay;
}

struct crosscheck_firmware *
crosscheck_firmware_create(const struct board *board,
                           const struct crosscheck_firmware_settings *settings,
                           struct sim_err *err) {
    struct crosscheck_firmware *f = calloc(1, sizeof *f);
    if (!f) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    if (create(f, board, settings, err))
        return f;
    crosscheck_firmware_destroy(f);
    return NULL;
}

void crosscheck_firmware_destroy(struct crosscheck_firmware *f) {
    if (!f)
        return;
    replay_destroy(f->replay);
    cosim_destroy(f->cosim);
    free(f->edges.edges);
    free(f);
}

static bool is_sound(const struct crosscheck_firmware *f, struct sim_err *err) {
    if (f->ended)
        *err = f->err;
    return !f->ended && replay_sound(f->replay, err);
}

bool crosscheck_firmware_frame(struct crosscheck_firmware *f, const uint8_t *octets, size_t n,
                               sim_time start, struct sim_err *err) {
    replay_frame(f->replay, octets, n, start);
    return is_sound(f, err);
}

bool crosscheck_firmware_pulse(struct crosscheck_firmware *f, sim_time start, struct sim_err *err) {
    replay_link_pulse(f->replay, start);
    return is_sound(f, err);
}

bool crosscheck_firmware_until(struct crosscheck_firmware *f, sim_time time, struct sim_err *err) {
    replay_idle_until(f->replay, time);
    return is_sound(f, err);
}

bool crosscheck_firmware_edge(struct crosscheck_firmware *f, sim_time time,
                              struct circuit_edge *edge) {
    struct crosscheck_queue *q = &f->edges;
    if (q->head == q->n || q->edges[q->head].time >= time)
        return false;
    *edge = q->edges[q->head++];
    return true;
}
