#include "harness/crosscheck_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/crosscheck_internal.h"
#include "harness/interrupt.h"

#define FIRST_FRAME     (20 * SIM_US) /* the board has settled before time 0 */
#define SETTLE          (3 * SIM_US)  /* after a frame: one-shots return */
#define SETTLE_FIRMWARE (20 * SIM_MS) /* it may still have something to send */
#define END             (10 * SIM_US)
#define TRANSMIT_LAG    (1234 * SIM_NS) /* the transmitter begins so long after the receiver */
#define HALF_BIT        (50 * SIM_NS)
#define DATA_SKEW       SIM_NS          /* of MOSI behind SCK */
#define PULSE_PERIOD    (16 * SIM_MS)   /* link test pulses: 16 +-8 ms, 14.2.1.1 */
#define PULSE_LEAST     SIM_MS          /* a pulse needs idle time before the next frame */
#define BATCH           64              /* inputs between two comparisons */
#define LAST_START      (SIM_NEVER / 2) /* simulated time must not overflow */

/* --- what was received ---------------------------------------------------------------- */

static void shift_in(struct received *r, uint32_t bit) {
    r->shift |= bit << r->n_shift;
    if (++r->n_shift < 8)
        return;
    if (r->n < CROSSCHECK_BURST_MAX)
        r->octets[r->n++] = (uint8_t)r->shift;
    r->shift = r->n_shift = 0;
}

static void sample(struct received *r, enum spi_pin pin, const struct circuit_edge *edge) {
    struct spi_op op;
    if (pin == SPI_MOSI) {
        r->mosi_changed = edge->time;
        r->narrow += r->sampler.selected && edge->time - r->sck_rose < CROSSCHECK_SLACK;
    } else if (pin == SPI_SCK && edge->level) {
        r->sck_rose = edge->time;
        r->narrow += r->sampler.selected && edge->time - r->mosi_changed < CROSSCHECK_SLACK;
    }
    if (!spi_sampler_edge(&r->sampler, pin, edge->time, edge->level, &op))
        return;
    if (op.kind == SPI_BIT)
        shift_in(r, op.bit);
    else if (op.kind == SPI_SELECT)
        r->shift = r->n_shift = 0;
    else
        r->bursts = true;
}

static void take(struct crosscheck_run *run, enum crosscheck_side side) {
    struct circuit_record *record = &run->records[side];
    for (size_t i = 0; i < record->n; i++) {
        const struct circuit_edge *edge = &record->edges[i];
        for (int pin = 0; pin < 3; pin++)
            if (edge->net == run->pins[pin])
                sample(&run->received[side], (enum spi_pin)pin, edge);
        crosscheck_window_edge(run, side, edge);
        uint32_t at = run->compared_of[edge->net];
        if (at != CIRCUIT_NO_NET)
            crosscheck_add(&run->compared[at], side, edge);
    }
    record->n = 0;
}

/* --- waves ---------------------------------------------------------------------------- */

static sim_time edge_time(const struct circuit_record *record, size_t i) {
    return i < record->n ? record->edges[i].time : SIM_NEVER;
}

/* The three lists in one order of time; an input before what it causes. */
static void draw(struct crosscheck_run *run, const struct input *inputs, size_t n) {
    size_t in = 0, at[2] = {0, 0};
    for (;;) {
        int side = edge_time(&run->records[1], at[1]) < edge_time(&run->records[0], at[0]);
        sim_time time = edge_time(&run->records[side], at[side]);
        if (in < n && inputs[in].time <= time) {
            uint32_t net = inputs[in].net;
            size_t signal = net == CIRCUIT_NO_NET ? 0 : run->input_signals[net];
            crosscheck_wave_edge(run->wave, CROSSCHECK_INPUTS, signal, inputs[in].time,
                                 inputs[in].level);
            in++;
        } else if (time != SIM_NEVER) {
            const struct circuit_edge *edge = &run->records[side].edges[at[side]++];
            uint32_t net = run->compared_of[edge->net];
            if (net != CIRCUIT_NO_NET)
                crosscheck_wave_edge(run->wave, CROSSCHECK_OF_EVENT + side, net, time, edge->level);
        } else
            return;
    }
}

/* --- time ----------------------------------------------------------------------------- */

static void drive_event(struct crosscheck_run *run, const struct input *inputs, size_t n,
                        sim_time until) {
    for (size_t i = 0; i < n; i++)
        if (inputs[i].net == CIRCUIT_NO_NET)
            circuit_line(run->event, inputs[i].time, inputs[i].level);
        else
            circuit_input(run->event, inputs[i].net, inputs[i].time, inputs[i].level);
    circuit_run_until(run->event, until);
}

static void drive_rtl(struct crosscheck_run *run, const struct input *inputs, size_t n,
                      sim_time until) {
    for (size_t i = 0; i < n; i++)
        if (inputs[i].net == CIRCUIT_NO_NET)
            rtl_engine_line(run->rtl, inputs[i].time, inputs[i].level);
        else
            rtl_engine_input(run->rtl, inputs[i].net, inputs[i].time, inputs[i].level);
    rtl_engine_run_until(run->rtl, until);
}

/* Of this process: other programs on the machine do not count. */
static double cpu_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Both up to `until`, with what comes in before; then what is settled is compared. */
static bool advance(struct crosscheck_run *run, const struct input *inputs, size_t n,
                    sim_time until, struct sim_err *err) {
    double t0 = cpu_now();
    drive_event(run, inputs, n, until);
    double t1 = cpu_now();
    drive_rtl(run, inputs, n, until);
    run->figures.seconds[CROSSCHECK_EVENT] += t1 - t0;
    run->figures.seconds[CROSSCHECK_RTL] += cpu_now() - t1;
    run->now = until;
    if (run->wave)
        draw(run, inputs, n);
    if (run->records[0].overflow || run->records[1].overflow)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "more edges at once than can be compared");
    for (int side = 0; side < 2; side++)
        take(run, (enum crosscheck_side)side);
    crosscheck_windows(run, until);
    return crosscheck_pair_all(run, until, err) && !circuit_storm(run->event, err) &&
           rtl_engine_sound(run->rtl, err);
}

static void push(struct crosscheck_run *run, sim_time time, uint32_t net, int level) {
    if (run->n_inputs == run->inputs_capacity) {
        run->inputs_capacity = run->inputs_capacity ? 2 * run->inputs_capacity : 1 << 16;
        run->inputs = realloc(run->inputs, run->inputs_capacity * sizeof *run->inputs);
        if (!run->inputs)
            abort();
    }
    run->inputs[run->n_inputs++] = (struct input){time, net, (uint8_t)level};
}

static int by_time(const void *x, const void *y) {
    const struct input *a = x, *b = y;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return a->net < b->net ? -1 : a->net > b->net;
}

/* With what was pushed, and what the firmware does meanwhile. */
static bool advance_until(struct crosscheck_run *run, sim_time until, struct sim_err *err) {
    struct circuit_edge edge;
    if (run->firmware && !crosscheck_firmware_until(run->firmware, until, err))
        return false;
    while (run->firmware && crosscheck_firmware_edge(run->firmware, until, &edge))
        push(run, edge.time, circuit_net(run->event, edge.net), edge.level);
    if (run->n_inputs)
        qsort(run->inputs, run->n_inputs, sizeof *run->inputs, by_time);
    size_t n_inputs = run->n_inputs;
    run->n_inputs = 0;
    for (size_t i = 0; i < n_inputs; i += BATCH) {
        size_t n = n_inputs - i < BATCH ? n_inputs - i : BATCH;
        if (!advance(run, run->inputs + i, n, run->inputs[i + n - 1].time + 1, err))
            return false;
    }
    /* In steps, so that Ctrl-C ends a silence of days. */
    while (run->now < until && !interrupted)
        if (!advance(run, NULL, 0, until - run->now > SIM_S ? run->now + SIM_S : until, err))
            return false;
    return true;
}

/* --- frames --------------------------------------------------------------------------- */

/* SPI mode 1, LSB first, 10 Mbit/s: data change with the rising clock. */
static void push_bit(struct crosscheck_run *run, sim_time time, int bit) {
    push(run, time, run->tx_clk, 1);
    if (bit != run->tx_level)
        push(run, time + DATA_SKEW, run->tx_mosi, bit);
    run->tx_level = (uint8_t)bit;
    push(run, time + HALF_BIT, run->tx_clk, 0);
}

static void push_transmitted(struct crosscheck_run *run, const uint8_t *wire, size_t n,
                             sim_time start) {
    static const uint8_t preamble[8] = {0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5};
    if (run->tx_clk == CIRCUIT_NO_NET || run->tx_mosi == CIRCUIT_NO_NET)
        return;
    for (size_t i = 0; i < n + sizeof preamble; i++) {
        unsigned octet = i < sizeof preamble ? preamble[i] : wire[i - sizeof preamble];
        for (unsigned bit = 0; bit < 8; bit++)
            push_bit(run, start + (sim_time)(8 * i + bit) * 2 * HALF_BIT, octet >> bit & 1);
    }
}

static bool same_octets(const struct received *a, const uint8_t *octets, size_t n) {
    return a->n == n && memcmp(a->octets, octets, n) == 0;
}

/* Octets before the first data bit (preamble and SFD) are for the firmware to strip. */
static bool is_recovered(const struct crosscheck_run *run, const struct received *r,
                         const uint8_t *wire, size_t n) {
    if (strcmp(run->board->config.attach.framing, "preamble") != 0)
        return same_octets(r, wire, n);
    for (size_t skip = 0; skip + n <= r->n; skip++)
        if (memcmp(r->octets + skip, wire, n) == 0)
            return true;
    return false;
}

static void judge(struct crosscheck_run *run, const uint8_t *wire, size_t n, sim_time start) {
    struct crosscheck_figures *f = &run->figures;
    struct received *a = &run->received[0], *b = &run->received[1];
    bool doubt = run->doubt.time != SIM_NEVER || a->narrow || b->narrow;
    bool same = same_octets(a, b->octets, b->n);
    bool good[2] = {is_recovered(run, a, wire, n), is_recovered(run, b, wire, n)};
    f->frames++;
    for (int side = 0; side < 2; side++)
        f->recovered[side] += good[side];
    f->undecided += doubt && !(good[0] && good[1]);
    f->doubts += doubt && good[0] && good[1];
    if (!same && !doubt && !f->different++) {
        f->first_different = f->frames;
        f->first_different_at = start;
    }
    crosscheck_doubt_end(run, good[0] && good[1]);
    for (int side = 0; side < 2; side++) {
        run->received[side].n = 0;
        run->received[side].narrow = 0;
    }
}

/* When the next frame's preamble starts. */
static sim_time next_start(const struct crosscheck_run *run, int64_t time_ns) {
    sim_time start = FIRST_FRAME;
    if (run->last_activity)
        start = replay_setup_start(&run->board->config.line, line_source_bit_ps(run->source),
                                   run->last_activity, time_ns, run->capture_start);
    else if (run->firmware)
        start += (sim_time)(run->board->config.mcu_boot_ms * (double)SIM_MS);
    return start > run->now + SETTLE ? start : run->now + SETTLE;
}

void crosscheck_run_capture(struct crosscheck_run *run) {
    run->capture_start = 0;
    run->capture_start = next_start(run, 0);
}

/* Returns when the last edge comes, or the burst's end. */
static sim_time push_burst(struct crosscheck_run *run, const struct line_burst *burst) {
    const struct line_edge *edges;
    size_t n = line_source_edges(run->source, burst, &edges);
    sim_time end = burst->end;
    for (size_t i = 0; i < n; i++) {
        push(run, edges[i].time, CIRCUIT_NO_NET, edges[i].level);
        end = edges[i].time > end ? edges[i].time : end;
    }
    return end;
}

/* The partner's link test pulses fill long silences. */
static bool wait_until(struct crosscheck_run *run, sim_time start, struct sim_err *err) {
    bool good = true;
    sim_time pulse = run->last_activity + PULSE_PERIOD;
    for (;
         good && run->board->config.line.link_pulses && pulse + PULSE_LEAST < start && !interrupted;
         pulse += PULSE_PERIOD) {
        struct line_burst burst;
        good = advance_until(run, pulse - SETTLE / 2, err);
        if (!good || !line_source_link_pulse(run->source, pulse, &burst))
            continue;
        sim_time end = push_burst(run, &burst);
        good = (!run->firmware || crosscheck_firmware_pulse(run->firmware, pulse, err)) &&
               advance_until(run, end + SETTLE, err);
    }
    return good && advance_until(run, start - SETTLE / 2, err);
}

bool crosscheck_run_frame(struct crosscheck_run *run, const uint8_t *octets, size_t n,
                          int64_t time_ns, struct sim_err *err) {
    uint8_t wire[LINE_MAX_FRAME];
    struct line_burst burst;
    size_t length = line_frame_finish(octets, n, wire);
    sim_time start = next_start(run, time_ns);
    if (start > LAST_START)
        return sim_err_set(err, SIM_ERR_INPUT, "a frame would be sent after more than 52 days");
    if (!wait_until(run, start, err))
        return false;
    if (!line_source_frame(run->source, wire, length, start, &burst))
        return sim_err_set(err, SIM_ERR_INPUT, "a frame of %u octets", (unsigned)length);
    run->received[0].n = run->received[1].n = 0; /* a link pulse is no frame */
    sim_time end = push_burst(run, &burst);
    if (run->firmware && !crosscheck_firmware_frame(run->firmware, wire, length, start, err))
        return false;
    if (!run->firmware) {
        push_transmitted(run, wire, length, start + TRANSMIT_LAG);
        sim_time last = run->inputs[run->n_inputs - 1].time;
        end = last > end ? last : end;
    }
    run->last_activity = burst.data_end;
    if (!advance_until(run, end + SETTLE, err))
        return false;
    judge(run, wire, length, start);
    return true;
}

bool crosscheck_run_finish(struct crosscheck_run *run, struct sim_err *err) {
    sim_time end = run->now + (run->firmware ? SETTLE_FIRMWARE : END);
    bool good = advance_until(run, end, err);
    struct crosscheck_wave *wave = run->wave;
    run->wave = NULL;
    if (wave && good)
        good = crosscheck_wave_close(wave, end, &run->figures.waves, err);
    else
        crosscheck_wave_abandon(wave);
    run->figures.simulated = run->now;
    run->figures.rtl_steps = rtl_engine_steps(run->rtl);
    return good;
}

const struct crosscheck_figures *crosscheck_run_figures(const struct crosscheck_run *run) {
    return &run->figures;
}

const struct crosscheck_net *crosscheck_run_nets(const struct crosscheck_run *run, size_t *n) {
    *n = run->n_compared;
    return run->compared;
}

struct crosscheck_run *crosscheck_run_create(const struct board *board,
                                             const struct crosscheck_settings *settings,
                                             struct sim_err *err) {
    struct crosscheck_run *run = calloc(1, sizeof *run);
    if (!run) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    run->board = board;
    if (crosscheck_make(run, settings, err))
        return run;
    crosscheck_run_destroy(run);
    return NULL;
}

void crosscheck_run_destroy(struct crosscheck_run *run) {
    if (run)
        crosscheck_unmake(run);
    free(run);
}
