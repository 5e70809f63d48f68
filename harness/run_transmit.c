/* What a run makes of the way out: the driver's nets are listened to, the MCU's pins beside
 * them, and both go into the result and the taps. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/mcu_nets.h"
#include "harness/run.h"
#include "harness/run_line.h"
#include "harness/transmit.h"

struct run_transmit_side {
    bool has_driver; /* or why not */
    char why[160];
    struct transmit_driver driver;
    struct transmit *transmit;
    struct run_line *line;                 /* NULL: not modelled, */
    char line_why[256];                    /* and why */
    uint32_t heard[TRANSMIT_NETS];         /* the driver's connected nets, */
    enum transmit_net role[TRANSMIT_NETS]; /* and what each is to it */
    size_t n_heard;
};

/* --- taps ------------------------------------------------------------------------------ */

static void abandon_taps(struct run *run) {
    taps_destroy(run->taps);
    run->taps = NULL;
}

void run_tap(struct run *run, enum taps_place tap, sim_time time, const uint8_t *octets, size_t n,
             const char *comment) {
    const struct taps_packet packet = {tap, time, octets, n, 0, comment};
    if (run->taps && n && !taps_frame(run->taps, &packet, &run->err))
        abandon_taps(run);
}

void run_tap_failed(struct run *run, sim_time start, const struct run_failure *failure) {
    char comment[400];
    if (!run->taps)
        return;
    snprintf(comment, sizeof comment, "%s, first at %s: %s",
             failure->kind == RUN_LOST ? "lost" : "corrupt", failure->stage, failure->detail);
    taps_comment(run->taps, TAP_LINE_IN, start, start, comment);
}

/* A frame that is not judged yet may still get its comment. */
void run_taps_now(struct run *run) {
    sim_time now = replay_now(run->replay);
    if (!run->taps)
        return;
    if (run->transmit) /* the MCU may be a quantum behind */
        transmit_until(run->transmit->transmit, now - TAPS_LATEST / 2);
    taps_now(run->taps, run->unjudged < now && !taps_crowded(run->taps) ? run->unjudged : now);
}

static void on_line(void *user, const struct transmit_burst *burst) {
    run_tap(user, TAP_LINE_OUT, burst->start, burst->octets, burst->n, burst->why);
}

static void on_sent(void *user, const struct transmit_burst *burst) {
    struct run *run = user;
    run_tap(run, TAP_MCU_TX, burst->start, burst->octets, burst->n, burst->why);
    run_line_sent(run->transmit->line, burst);
}

static void on_edge(void *user, sim_time time, enum transmit_net net, int level) {
    struct run *run = user;
    run_line_edge(run->transmit->line, time, net, level);
}

/* --- the driver's nets ------------------------------------------------------------------- */

static void on_heard(void *user, size_t i, sim_time time, int level) {
    struct run *run = user;
    transmit_edge(run->transmit->transmit, time, run->transmit->role[i], level);
}

static void listen(struct run_transmit_side *side, struct replay_settings *settings) {
    for (int i = 0; i < TRANSMIT_NETS; i++)
        if (side->driver.nets[i] != NETLIST_NONE) {
            side->role[side->n_heard] = (enum transmit_net)i;
            side->heard[side->n_heard++] = side->driver.nets[i];
        }
    settings->heard = side->heard;
    settings->n_heard = side->n_heard;
    settings->on_heard = on_heard;
}

bool run_transmit_open(struct run *run, struct replay_settings *settings) {
    const struct board_attach *attach = &run->board->config.attach;
    if (!attach->line_tx_p[0] || !attach->line_tx_n[0])
        return true;
    struct run_transmit_side *side = calloc(1, sizeof *side);
    if (!side)
        abort();
    run->transmit = side;
    side->has_driver = transmit_find_driver(run->board, &side->driver, side->why, sizeof side->why);
    if (side->has_driver) {
        listen(side, settings);
        side->line = run_line_open(run->board, run->options->live.partner, side->line_why,
                                   sizeof side->line_why);
    }
    side->transmit = transmit_create(&(struct transmit_settings){.swapped = side->driver.swapped,
                                                                 .user = run,
                                                                 .on_edge = on_edge,
                                                                 .on_line = on_line,
                                                                 .on_sent = on_sent});
    return side->transmit || sim_err_set(&run->err, SIM_ERR_ENVIRONMENT, "out of memory");
}

void run_transmit_start(struct run *run) {
    struct run_transmit_side *side = run->transmit;
    for (size_t i = 0; side && i < side->n_heard; i++)
        transmit_edge(side->transmit, 0, side->role[i], replay_level(run->replay, side->heard[i]));
    if (side)
        run_line_start(side->line);
}

void run_transmit_pin(struct run *run, size_t output, const struct replay_pin *pin) {
    if (run->transmit && output < MCU_NETS_OTHERS && pin->level != REPLAY_RELEASED)
        transmit_spi(run->transmit->transmit, pin->time, output == MCU_NETS_TX_CLK, pin->level);
}

static void name_driver(const struct run *run, struct run_transmit *out) {
    const struct run_transmit_side *side = run->transmit;
    if (side->has_driver)
        snprintf(out->driver, sizeof out->driver, "%s %s",
                 run->board->netlist->parts[side->driver.part].ref,
                 run->board->uses[side->driver.part].model->units[side->driver.unit].name);
}

/* When every stage moves, what leaves the board is damaged, or else never was a frame. */
static void find_dead(const struct run *run, struct run_transmit *out) {
    const struct run_transmit_side *side = run->transmit;
    if (side->has_driver)
        transmit_find_dead(run->board, run->replay, &side->driver, out->dead, sizeof out->dead);
    else
        snprintf(out->dead, sizeof out->dead, "%s", side->why);
    if (!out->dead[0] && !out->damaged)
        snprintf(out->dead, sizeof out->dead, "every stage from the MCU to the driver moves");
}

void run_transmit_finish(struct run *run) {
    struct run_transmit_side *side = run->transmit;
    struct run_transmit *out = &run->result.transmit;
    if (!side)
        return;
    transmit_finish(side->transmit, replay_now(run->replay));
    struct transmit_counts c = transmit_counts(side->transmit);
    *out = (struct run_transmit){
        .present = true,
        .sent = c.sent,
        .frames = c.frames,
        .good_fcs = c.good_fcs,
        .octets = c.octets,
        .damaged = c.damaged,
        .link_pulses = c.pulses,
        .pulse_least_ns = (double)c.narrowest * 1e-3,
        .pulse_most_ns = (double)c.widest * 1e-3,
        .swallowed = replay_figures(run->replay).swallowed,
        .quantum_ns = replay_feedback(run->replay) ? (double)replay_quantum(run->replay) * 1e-3 : 0,
        .feedback = replay_feedback(run->replay),
    };
    if (c.why)
        snprintf(out->first_damage, sizeof out->first_damage, "%s, from %.6f us", c.why,
                 (double)c.when / (double)SIM_US);
    run_line_finish(side->line, replay_now(run->replay), out);
    if (out->port.present && c.good_fcs > out->port.frames)
        out->port.unheard = c.good_fcs - out->port.frames;
    snprintf(out->unmodelled, sizeof out->unmodelled, "%s", side->line_why);
    name_driver(run, out);
    if (c.clocked && !c.frames)
        find_dead(run, out);
}

bool run_transmit_draw(struct run *run) {
    const struct run_line *line = run->transmit ? run->transmit->line : NULL;
    return run_line_draw(line, run->options, &run->err);
}

void run_transmit_close(struct run *run) {
    if (!run->transmit)
        return;
    transmit_destroy(run->transmit->transmit);
    run_line_close(run->transmit->line);
    free(run->transmit);
    run->transmit = NULL;
}
