#include "harness/live_board.h"

#include <stdlib.h>

#include "harness/mcu_nets.h"
#include "harness/progress.h"
#include "harness/replay.h"
#include "harness/run_probe.h"
#include "harness/transmitter_setup.h"
#include "models/line/cable_piece.h"
#include "models/line/partner_input.h"

/* The MCU's instructions are not cut, so it stays behind the line by more than any takes at the
 * clock of a running driver. The partner hears the board that much later: as if the way there
 * were 600 m longer. */
#define LAG (3 * SIM_US)

/* Behind the last edge; 350 uH into 50 ohm have 7 us. */
#define DECAY (100 * SIM_US)

enum { HEARD_D, HEARD_DE, HEARD }; /* the line driver's inputs */

struct live_rig {
    struct live_board_settings settings;
    struct run_probe probe;
    struct replay *replay;
    struct cosim *cosim;
    struct live *live;      /* NULL: nobody listens yet */
    struct live_taps *taps; /* NULL: not wanted */
    struct transmitter_setup driver;
    struct transmitter *transmitter;
    struct cable cable;
    struct cable_piece far; /* its end */
    struct partner_input input;
    uint32_t heard[HEARD];
    unsigned role[HEARD];
    size_t n_heard;
    bool levels[HEARD];
    int spi[MCU_NETS_OTHERS];  /* what the MCU sends with, and how it stands */
    uint64_t clocked;          /* changes of the first of them */
    sim_time last_edge, drawn; /* the waveform as far as it was handed on */
    double frames_s;           /* of the host's clock, spent on frames to the board */
    sim_time frames;           /* their own length */
    bool ended;                /* the firmware: `err` says why */
    struct sim_err err;
    struct asking {
        struct live *live;
        size_t (*whole)(struct live *live, sim_time now);
        bool cut;
        size_t sent; /* octets before the cut */
    } asking;
};

/* --- MCU and board ------------------------------------------------------------------------ */

static void on_output(void *user, size_t output, const struct replay_pin *pin) {
    struct live_rig *rig = user;
    if (rig->replay)
        replay_drive(rig->replay, output, pin);
    if (output >= MCU_NETS_OTHERS || pin->level == REPLAY_RELEASED)
        return;
    rig->clocked += output == MCU_NETS_TX_CLK && rig->spi[output] != pin->level;
    rig->spi[output] = pin->level;
    live_taps_spi(rig->taps, pin->time, output == MCU_NETS_TX_CLK, pin->level);
}

static void on_pins(void *user, sim_time start, const struct pin_list *list) {
    struct live_rig *rig = user;
    cosim_pins(rig->cosim, start, list);
}

static void follow(void *user, sim_time time) {
    struct live_rig *rig = user;
    rig->ended = rig->ended || !cosim_run_until(rig->cosim, time, &rig->err);
}

static sim_time next(void *user) {
    struct live_rig *rig = user;
    return cosim_next(rig->cosim);
}

/* A cut frame's burst ends behind the cut, and before anything else is sent. */
static void on_burst(void *user, const struct replay_burst *burst) {
    struct live_rig *rig = user;
    bool cut = rig->asking.cut && burst->select_fell >= replay_burst(rig->replay)->start;
    live_taps_received(rig->taps, burst, cut);
}

/* --- the transmit pair ------------------------------------------------------------------ */

static void on_level(void *user, sim_time time, int level) {
    struct live_rig *rig = user;
    live_edge(rig->live, time + LAG, level);
    rig->input.open = live_carrier(rig->live);
}

static void on_piece(void *user, const struct transmitter_piece *piece) {
    struct live_rig *rig = user;
    struct transmitter_piece far;
    if (rig->cable.delay > 0)
        cable_piece_pass(&rig->far, piece, &far);
    if (rig->live)
        partner_input_piece(&rig->input, rig->cable.delay > 0 ? &far : piece);
}

static void on_heard(void *user, size_t i, sim_time time, int level) {
    struct live_rig *rig = user;
    rig->last_edge = time;
    rig->levels[rig->role[i]] = level;
    live_taps_driver(rig->taps, time, rig->role[i] == HEARD_DE, level);
    transmitter_edge(rig->transmitter, time, rig->levels[HEARD_D],
                     rig->levels[HEARD_DE] && rig->driver.powered);
}

/* Where the MCU has caught up, nothing more will be heard from before. */
static void settled(struct live_rig *rig) {
    sim_time time = replay_now(rig->replay) - LAG, decayed = rig->last_edge + DECAY;
    time = time < decayed ? time : decayed;
    if (time <= rig->drawn)
        return;
    transmitter_until(rig->transmitter, time);
    rig->drawn = time;
}

static bool find_driver(struct live_rig *rig, struct sim_err *err) {
    if (!transmitter_setup(rig->settings.board, &rig->driver, err))
        return false;
    const struct board_line *line = &rig->settings.board->config.line;
    if (!cable_init(&rig->cable, line->cable_m,
                    line->category == BOARD_CAT3 ? CABLE_CAT3 : CABLE_CAT5))
        return sim_err_set(err, SIM_ERR_INPUT, "line.cable_m: no such cable");
    cable_piece_init(&rig->far, &rig->cable);
    const uint32_t nets[HEARD] = {rig->driver.d, rig->driver.de};
    for (unsigned i = 0; i < HEARD; i++)
        if (nets[i] != NETLIST_NONE) {
            rig->role[rig->n_heard] = i;
            rig->heard[rig->n_heard++] = nets[i];
        }
    const struct transmitter_sink sink = {rig, on_piece};
    rig->transmitter = transmitter_create(&rig->driver.config, &sink, err);
    return rig->transmitter != NULL;
}

/* --- making ---------------------------------------------------------------------------------- */

static bool make_cosim(struct live_rig *rig, struct sim_err *err) {
    const struct options *o = rig->settings.options;
    if (!run_probe_open(&rig->probe, o, err))
        return false;
    rig->cosim = cosim_create(
        &(struct cosim_settings){
            .board = rig->settings.board,
            .image = rig->settings.image,
            .deliver_symbol = o->deliver_symbol ? o->deliver_symbol : COSIM_DELIVER,
            .seed = o->seed,
            .strict = o->strict,
            .trace = rig->probe.traced ? &rig->probe.trace : NULL,
            .user = rig,
            .on_output = on_output,
        },
        err);
    return rig->cosim && run_probe_serve(&rig->probe, o, rig->cosim, err);
}

static bool make_replay(struct live_rig *rig, struct sim_err *err) {
    const struct live_board_settings *s = &rig->settings;
    rig->replay =
        replay_create(s->board,
                      &(struct replay_settings){
                          .seed = s->options->seed,
                          .cache = !s->options->no_cache,
                          .rtl = options_is_rtl(s->options),
                          .quantum = (sim_time)(s->board->config.mcu_quantum_us * (double)SIM_US),
                          .lag = LAG,
                          .user = rig,
                          .on_burst = on_burst,
                          .on_pins = on_pins,
                          .follow = follow,
                          .next = next,
                          .heard = rig->heard,
                          .n_heard = rig->n_heard,
                          .on_heard = on_heard,
                      },
                      err);
    return rig->replay != NULL;
}

/* Levels before the first edge, both ways. */
static void boot(struct live_rig *rig) {
    cosim_boot(rig->cosim, replay_sampler(rig->replay));
    for (size_t i = 0; i < rig->n_heard; i++)
        rig->levels[rig->role[i]] = replay_level(rig->replay, rig->heard[i]);
    transmitter_start(rig->transmitter, 0, rig->levels[HEARD_D],
                      rig->levels[HEARD_DE] && rig->driver.powered);
}

struct live_rig *live_rig_create(const struct live_board_settings *settings, struct sim_err *err) {
    struct live_rig *rig = calloc(1, sizeof *rig);
    if (!rig) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    rig->settings = *settings;
    rig->err = SIM_ERR_INIT;
    if (find_driver(rig, err) && make_cosim(rig, err) && make_replay(rig, err)) {
        boot(rig);
        return rig;
    }
    live_rig_destroy(rig);
    return NULL;
}

void live_rig_destroy(struct live_rig *rig) {
    if (!rig)
        return;
    replay_destroy(rig->replay);
    transmitter_destroy(rig->transmitter);
    cosim_destroy(rig->cosim);
    run_probe_close(&rig->probe);
    free(rig);
}

bool live_rig_commit(struct live_rig *rig, struct sim_err *err) {
    return run_probe_commit(&rig->probe, err);
}

void live_rig_attach(struct live_rig *rig, struct live *live, const struct partner_limits *limits) {
    rig->live = live;
    rig->input = (struct partner_input){.limits = limits, .user = rig, .on_level = on_level};
}

void live_rig_tap(struct live_rig *rig, struct live_taps *taps) {
    rig->taps = taps;
    for (unsigned i = 0; i < HEARD; i++)
        live_taps_driver(taps, 0, i == HEARD_DE, rig->levels[i]);
    for (unsigned i = 0; i < MCU_NETS_OTHERS; i++)
        live_taps_spi(taps, 0, i == MCU_NETS_TX_CLK, rig->spi[i]);
}

void live_rig_judged(struct live_rig *rig, const struct partner_frame *frame) {
    live_taps_judged(rig->taps, frame->start - LAG - rig->cable.delay, frame->damage);
}

/* --- what a session asks for -------------------------------------------------------------- */

static bool sound(struct live_rig *rig, struct sim_err *err) {
    settled(rig);
    if (rig->ended) {
        *err = rig->err;
        return false;
    }
    return replay_sound(rig->replay, err);
}

static bool idle_until(void *user, sim_time time, struct sim_err *err) {
    struct live_rig *rig = user;
    replay_idle_until(rig->replay, time);
    return sound(rig, err);
}

/* Sending ends without a look at the MCU; waiting for any time has one. */
static void catch_up(struct live_rig *rig) {
    replay_idle_until(rig->replay, replay_now(rig->replay) + 1);
}

static bool pulse(void *user, sim_time start, struct sim_err *err) {
    struct live_rig *rig = user;
    rig->asking.cut = false;
    replay_link_pulse(rig->replay, start);
    catch_up(rig);
    return sound(rig, err);
}

static bool go_on(void *user, sim_time now, size_t sent) {
    struct live_rig *rig = user;
    settled(rig);
    rig->asking.sent = sent;
    rig->asking.cut = rig->asking.whole(rig->asking.live, now) <= sent;
    return !rig->asking.cut;
}

static bool frame(void *user, const uint8_t *octets, size_t n, sim_time start,
                  size_t (*whole)(struct live *live, sim_time now), struct live *live,
                  struct sim_err *err) {
    struct live_rig *rig = user;
    rig->asking = (struct asking){.live = live, .whole = whole};
    double began = progress_now();
    if (whole)
        replay_frame_asking(rig->replay, octets, n, start, go_on, rig);
    else
        replay_frame(rig->replay, octets, n, start);
    rig->frames_s += progress_now() - began;
    rig->frames += replay_now(rig->replay) - replay_burst(rig->replay)->start;
    live_taps_sent(rig->taps, replay_burst(rig->replay)->start, octets,
                   rig->asking.cut ? rig->asking.sent : n, n);
    catch_up(rig);
    return sound(rig, err);
}

static sim_time now(void *user) {
    struct live_rig *rig = user;
    return replay_now(rig->replay);
}

struct live_board live_rig_board(struct live_rig *rig) {
    return (struct live_board){rig, idle_until, pulse, frame, now};
}

sim_time live_rig_delay(const struct live_rig *rig) {
    return rig->cable.delay;
}

const struct cosim *live_rig_cosim(const struct live_rig *rig) {
    return rig->cosim;
}

bool live_rig_ended(const struct live_rig *rig) {
    return rig->ended;
}

uint64_t live_rig_sent(const struct live_rig *rig) {
    return rig->clocked;
}

double live_rig_slowness(const struct live_rig *rig) {
    return rig->frames > 0 ? rig->frames_s * (double)SIM_S / (double)rig->frames : 0;
}

struct cosim_figures live_rig_figures(const struct live_rig *rig) {
    return cosim_figures(rig->cosim);
}

const char *live_rig_misuse(const struct live_rig *rig, char *out, size_t size) {
    return cosim_misuse(rig->cosim, out, size);
}
