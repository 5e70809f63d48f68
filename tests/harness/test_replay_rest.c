/* MCU outputs on their way to the nets: when an edge arrives, in which order things go on, and
 * that nothing depends on how often the MCU is asked to follow. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "harness/mcu_nets.h"
#include "harness/replay.h"
#include "sim/rng.h"

enum { CLK, MOSI }; /* places in struct mcu_nets, and in what is heard */
#define FAST(when, to)                                                                             \
    (struct replay_pin) {                                                                          \
        .time = (when), .level = (to), .ohms = 40, .edge_ns = 3                                    \
    }
#define SLOW(when, to)                                                                             \
    (struct replay_pin) {                                                                          \
        .time = (when), .level = (to), .ohms = 250, .edge_ns = 60                                  \
    }

struct bench {
    struct board board;
    struct replay *replay;
    struct {
        size_t output;
        struct replay_pin pin;
    } script[4096]; /* what the MCU does */
    size_t n, done;
    sim_time followed; /* the MCU stands here */
    size_t follows;
    struct {
        size_t net;
        sim_time time;
        int level;
    } heard[8192];
    size_t n_heard;
    sim_time clocked[4096]; /* edges at the slave's clock */
    size_t n_clocked;
    uint64_t hash, bursts; /* of each in their order; which of the two comes first may differ */
    bool early;            /* something behind the MCU went on before it */
};

static void follow(void *user, sim_time time) {
    struct bench *b = user;
    cr_assert_gt(time, b->followed);
    for (; b->done < b->n && b->script[b->done].pin.time < time; b->done++)
        replay_drive(b->replay, b->script[b->done].output, &b->script[b->done].pin);
    b->followed = time;
    b->follows++;
}

static void on_heard(void *user, size_t i, sim_time time, int level) {
    struct bench *b = user;
    const uint64_t words[] = {i, (uint64_t)time, (uint64_t)level};
    for (size_t k = 0; k < 3; k++)
        b->hash = (b->hash ^ words[k]) * UINT64_C(0x100000001b3);
    b->early |= time >= b->followed;
    if (b->n_heard < sizeof b->heard / sizeof *b->heard) {
        b->heard[b->n_heard].net = i;
        b->heard[b->n_heard].time = time;
        b->heard[b->n_heard++].level = level;
    }
}

static void on_burst(void *user, const struct replay_burst *burst) {
    struct bench *b = user;
    b->bursts = (b->bursts ^ burst->n ^ (uint64_t)burst->select_rose) * UINT64_C(0x100000001b3);
}

static void on_pins(void *user, sim_time start, const struct pin_list *list) {
    struct bench *b = user;
    for (size_t i = 0; i < list->n; i++)
        if (list->edges[i].pin == SPI_SCK && b->n_clocked < 4096)
            b->clocked[b->n_clocked++] = start + list->edges[i].dt;
}

static void open_with(struct bench *b, const char *const *edits, size_t n_edits, sim_time quantum,
                      bool cache) {
    static const char *const NETS[] = {"/sck_tx", "/mosi_tx", "/driver_in", "/driver_ena"};
    uint32_t nets[4];
    struct sim_err err = SIM_ERR_INIT;
    memset(b, 0, sizeof *b);
    struct board_request request = {.board = "nucleo_shield", .edits = edits, .n_edits = n_edits};
    cr_assert(board_load(&b->board, &request, &err), "%s", err.text);
    for (size_t i = 0; i < 4; i++)
        nets[i] = netlist_find_net(b->board.netlist, NETS[i]);
    struct replay_settings settings = {.seed = 1,
                                       .cache = cache,
                                       .user = b,
                                       .on_burst = on_burst,
                                       .on_pins = on_pins,
                                       .follow = follow,
                                       .quantum = quantum,
                                       .heard = nets,
                                       .n_heard = 4,
                                       .on_heard = on_heard};
    b->replay = replay_create(&b->board, &settings, &err);
    cr_assert(b->replay, "%s", err.text);
}

static void open_bench(struct bench *b) {
    open_with(b, NULL, 0, 0, true);
}

static void close_bench(struct bench *b) {
    struct sim_err err = SIM_ERR_INIT;
    cr_expect(replay_sound(b->replay, &err), "%s", err.text);
    cr_expect(!b->early);
    replay_destroy(b->replay);
    board_finish(&b->board);
}

static void script(struct bench *b, size_t output, struct replay_pin pin) {
    b->script[b->n].output = output;
    b->script[b->n++].pin = pin;
}

/* When the net changed first; SIM_NEVER when it did not. */
static sim_time arrival(const struct bench *b, size_t net) {
    for (size_t i = 0; i < b->n_heard; i++)
        if (b->heard[i].net == net)
            return b->heard[i].time;
    return SIM_NEVER;
}

static sim_time delay_of(struct replay_pin pin) {
    static struct bench b;
    open_bench(&b);
    script(&b, CLK, pin);
    replay_idle_until(b.replay, 10 * SIM_US);
    replay_finish(b.replay);
    sim_time delay = arrival(&b, CLK) - pin.time;
    cr_expect_eq(replay_level(b.replay, netlist_find_net(b.board.netlist, "/sck_tx")), 1);
    cr_expect(replay_moved(b.replay, netlist_find_net(b.board.netlist, "/sck_tx")));
    cr_expect(!replay_moved(b.replay, netlist_find_net(b.board.netlist, "/mosi_tx")));
    close_bench(&b);
    return delay;
}

/* 40 ohm explain 2.64 of the 3 ns, so the ramp is 1.42 ns from 10 to 90 % and half way after
 * 0.89; the net's two inputs, four pads and 0.69 x 40 ohm come on top. The slow one: 16.5 of
 * 60 ns, a ramp of 57.7. */
Test(replay_rest, an_edge_comes_after_the_pins_transition) {
    sim_time fast = delay_of(FAST(SIM_US, 1)), slow = delay_of(SLOW(SIM_US, 1));
    cr_expect(fast > 890 && fast < 890 + 1200, "%d ps", (int)fast);
    cr_expect(slow > 36050 && slow < 36050 + 7500, "%d ps", (int)slow);
    cr_expect_eq(delay_of(FAST(SIM_US + 12345, 1)), fast);
}

Test(replay_rest, a_pulse_shorter_than_the_pins_delay_is_swallowed) {
    static struct bench b;
    open_bench(&b);
    script(&b, CLK, SLOW(SIM_US, 1));
    script(&b, CLK, SLOW(SIM_US + 20 * SIM_NS, 0));
    script(&b, CLK, SLOW(2 * SIM_US, 1));
    script(&b, CLK, SLOW(2 * SIM_US + 60 * SIM_NS, 0));
    replay_idle_until(b.replay, 10 * SIM_US);
    replay_finish(b.replay);
    cr_expect_gt(arrival(&b, CLK), 2 * SIM_US);
    cr_expect_eq(replay_figures(b.replay).swallowed, 1);
    close_bench(&b);
}

/* The slow pin's edge is made first and arrives last. */
Test(replay_rest, edges_arrive_in_their_own_order) {
    static struct bench b;
    open_bench(&b);
    script(&b, CLK, SLOW(SIM_US, 1));
    script(&b, MOSI, FAST(SIM_US + 5 * SIM_NS, 1));
    replay_idle_until(b.replay, 10 * SIM_US);
    replay_finish(b.replay);
    cr_expect_lt(arrival(&b, MOSI), arrival(&b, CLK));
    for (size_t i = 1; i < b.n_heard; i++)
        cr_expect_geq(b.heard[i].time, b.heard[i - 1].time);
    close_bench(&b);
}

Test(replay_rest, a_released_pin_goes_where_its_resistor_pulls) {
    static struct bench b;
    open_bench(&b);
    script(&b, CLK, (struct replay_pin){SIM_US, REPLAY_RELEASED, +1, 40000, 0});
    script(&b, MOSI, (struct replay_pin){SIM_US, REPLAY_RELEASED, -1, 40000, 0});
    replay_idle_until(b.replay, 10 * SIM_US);
    replay_finish(b.replay);
    cr_expect_gt(arrival(&b, CLK), SIM_US + 100 * SIM_NS); /* 40 kohm into some 20 pF */
    cr_expect_eq(arrival(&b, MOSI), SIM_NEVER);
    close_bench(&b);
}

Test(replay_rest, the_same_strength_anew_is_no_edge) {
    static struct bench b;
    open_bench(&b);
    script(&b, CLK, FAST(SIM_US, 1));
    script(&b, CLK, SLOW(2 * SIM_US, 1));
    replay_idle_until(b.replay, 10 * SIM_US);
    replay_finish(b.replay);
    cr_expect_eq(b.n_heard >= 1 && b.heard[0].net == CLK, true);
    for (size_t i = 1; i < b.n_heard; i++)
        cr_expect_neq(b.heard[i].net, (size_t)CLK);
    close_bench(&b);
}

/* --- quanta ------------------------------------------------------------------------------- */

/* An MCU that sends all the while, with a clock of no round period. */
static void chatter(struct bench *b) {
    sim_time time = 17 * SIM_US;
    for (size_t i = 0; i + 3 < sizeof b->script / sizeof *b->script; time += 50021) {
        script(b, CLK, FAST(time, (int)(i & 1)));
        if (rng_u64(5, 1, i) & 1)
            script(b, MOSI, FAST(time + 777, (int)(rng_u64(5, 2, i) & 1)));
        i = b->n;
    }
}

/* Frames from the line meanwhile. */
static uint64_t traffic(const char *const *edits, size_t n_edits, sim_time quantum, bool cache,
                        size_t *follows) {
    static struct bench b;
    uint8_t frame[200];
    open_with(&b, edits, n_edits, quantum, cache);
    chatter(&b);
    for (unsigned i = 0; i < 4; i++) {
        for (size_t k = 0; k < 100; k++)
            frame[k] = (uint8_t)(k * 7 + i);
        size_t n = line_frame_finish(frame, 100, frame);
        replay_frame(b.replay, frame, n, replay_now(b.replay) + 20 * SIM_US);
    }
    replay_idle_until(b.replay, replay_now(b.replay) + SIM_MS);
    replay_finish(b.replay);
    cr_expect_eq(b.done, b.n);
    cr_expect_gt(b.n_heard, 1000);
    *follows = b.follows;
    close_bench(&b);
    return b.hash + 3 * b.bursts;
}

ParameterizedTestParameters(replay_rest, results_do_not_depend_on_the_quantum) {
    static size_t parts[] = {1, 2, 7, 1000};
    return cr_make_param_array(size_t, parts, 4);
}

ParameterizedTest(size_t *part, replay_rest, results_do_not_depend_on_the_quantum) {
    size_t once, often;
    uint64_t whole = traffic(NULL, 0, SIM_MS, true, &once);
    cr_expect_eq(traffic(NULL, 0, SIM_MS / (sim_time)*part, true, &often), whole);
    cr_expect(*part == 1 ? often == once : often > once);
    cr_expect_eq(traffic(NULL, 0, SIM_MS / (sim_time)*part, false, &often), whole, "no cache");
}

/* The polarity switch of the receive path is turned by the transmitter's enable. */
static const char *const LOOP[] = {"open U1.1", "short U1.1 /tx_ena"};

Test(replay_rest, with_feedback_both_go_together) {
    static struct bench b;
    open_with(&b, LOOP, 2, 0, true);
    cr_expect(replay_feedback(b.replay));
    cr_expect_lt(replay_quantum(b.replay), 3 * SIM_NS);
    replay_idle_until(b.replay, 10 * SIM_US);
    replay_finish(b.replay);
    cr_expect_eq(b.followed, 10 * SIM_US);
    close_bench(&b);
}

Test(replay_rest, without_feedback_they_do_not) {
    static struct bench b;
    open_bench(&b);
    cr_expect(!replay_feedback(b.replay));
    cr_expect_eq(replay_quantum(b.replay), SIM_MS);
    close_bench(&b);
}

Test(replay_rest, steps_with_feedback_do_not_matter_either) {
    size_t once, often;
    uint64_t whole = traffic(LOOP, 2, 0, true, &once);
    cr_expect_eq(traffic(LOOP, 2, 633, true, &often), whole);
    cr_expect_gt(often, once);
    cr_expect_neq(traffic(NULL, 0, 0, true, &often), whole, "the loop changes nothing");
}

/* What the MCU did meanwhile is done again, so that a frame it spoilt is explained. */
Test(replay_rest, a_second_look_has_the_same_edges) {
    static struct bench b;
    struct replay_rerun again;
    uint8_t frame[200] = {6};
    open_with(&b, LOOP, 2, 0, true);
    chatter(&b);
    size_t n = line_frame_finish(frame, 100, frame);
    replay_frame(b.replay, frame, n, 20 * SIM_US);
    uint32_t sck =
        circuit_net(replay_circuit(b.replay, 0), netlist_find_net(b.board.netlist, "/sck_rx"));
    replay_rerun(b.replay, replay_now(b.replay), &sck, 1, NULL, &again);
    size_t first = 0;
    while (first < b.n_clocked && b.clocked[first] < again.start)
        first++;
    cr_expect_gt(again.n_edges, (size_t)10);
    cr_assert_eq(again.n_edges, b.n_clocked - first);
    for (size_t i = 0; i < again.n_edges; i++)
        cr_assert_eq(again.edges[i].time, b.clocked[first + i]);
    close_bench(&b);
}

/* --- which nets the MCU drives ------------------------------------------------------------- */

static void find(struct board *board, struct mcu_nets *nets, const char *const *edits, size_t n) {
    struct sim_err err = SIM_ERR_INIT;
    struct board_request request = {.board = "nucleo_shield", .edits = edits, .n_edits = n};
    cr_assert(board_load(board, &request, &err), "%s", err.text);
    cr_assert(mcu_nets_find(board, nets, &err), "%s", err.text);
}

Test(replay_rest, the_reference_board_has_two_outputs) {
    struct board board;
    struct mcu_nets nets;
    find(&board, &nets, NULL, 0);
    cr_assert_eq(nets.n, (size_t)MCU_NETS_OTHERS);
    cr_expect_str_eq(nets.nets[MCU_NETS_TX_CLK].pin, "PC10");
    cr_expect_str_eq(nets.nets[MCU_NETS_TX_MOSI].pin, "PC12");
    cr_expect_eq(nets.nets[MCU_NETS_TX_CLK].pull, 0);
    board_finish(&board);
}

/* Link pulses by software: a pin at the input of an OR gate that nothing else drives, with the
 * resistor of an LED that is not there to the supply. */
Test(replay_rest, a_pin_that_something_listens_to_is_an_output) {
    static const char *const EDITS[] = {"open J2.PC12", "short J2.PC12 Net-(J1-Pad10)",
                                        "open U5.4",    "short U5.4 Net-(J1-Pad10)",
                                        "open R10.1",   "short R10.1 VCC"};
    struct board board;
    struct mcu_nets nets;
    find(&board, &nets, EDITS, 6);
    cr_assert_eq(nets.n, (size_t)MCU_NETS_OTHERS + 1);
    cr_expect_null(nets.nets[MCU_NETS_TX_MOSI].pin);
    const struct mcu_net *other = &nets.nets[MCU_NETS_OTHERS];
    cr_expect_str_eq(other->pin, "PC12");
    cr_expect_str_eq(board.netlist->nets[other->net].name, "Net-(J1-Pad10)");
    cr_expect_eq(other->pull, 1);
    board_finish(&board);
}

Test(replay_rest, a_pin_on_a_driven_net_is_none) {
    static const char *const EDITS[] = {"open J2.PC12", "short J2.PC12 /tx_ena"};
    struct board board;
    struct mcu_nets nets;
    find(&board, &nets, EDITS, 2);
    cr_expect_eq(nets.n, (size_t)MCU_NETS_OTHERS);
    board_finish(&board);
}
