/* Pairing of edges, and faults planted in the event engine's models. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "harness/crosscheck_run.h"

static void add(struct crosscheck_net *net, enum crosscheck_side side, sim_time time, int level) {
    crosscheck_add(net, side, &(struct circuit_edge){.time = time, .level = (uint8_t)level});
}

/* Ten edges 100 ns apart, the rtl engine's `late` behind. */
static void add_train(struct crosscheck_net *net, sim_time late) {
    for (int i = 0; i < 10; i++) {
        add(net, CROSSCHECK_EVENT, i * 100 * SIM_NS, !(i & 1));
        add(net, CROSSCHECK_RTL, i * 100 * SIM_NS + late, !(i & 1));
    }
}

/* Every difference is counted. */
static void pair_until(struct crosscheck_net *net, sim_time time) {
    struct crosscheck_drift drift = {0};
    struct crosscheck_difference difference;
    while (crosscheck_pair(net, time, SIM_NEVER, &drift, &difference))
        crosscheck_count(net, &difference, &drift);
}

static void finish(struct crosscheck_net *net) {
    pair_until(net, SIM_MS);
}

Test(crosscheck, equal_edges_agree) {
    struct crosscheck_net net = {.name = "/a"};
    add_train(&net, 900);
    finish(&net);
    cr_assert(crosscheck_agrees(&net));
    cr_assert(net.tally.pairs == 10 && net.tally.worst == -900 && crosscheck_median(&net) == -900);
    crosscheck_net_finish(&net);
}

Test(crosscheck, a_shift_of_every_edge_is_seen_in_the_median) {
    struct crosscheck_net net = {.name = "/a"};
    add_train(&net, 1200);
    finish(&net);
    cr_assert(!crosscheck_agrees(&net));
    crosscheck_net_finish(&net);
}

Test(crosscheck, one_edge_too_far_is_found_where_it_is) {
    struct crosscheck_net net = {.name = "/a"};
    add_train(&net, 0);
    net.queues[CROSSCHECK_RTL].edges[4].time += 3100;
    finish(&net);
    cr_assert(!crosscheck_agrees(&net));
    cr_assert(net.tally.apart == 1 && net.tally.first.what == CROSSCHECK_APART);
    cr_assert(net.tally.first.time == 400 * SIM_NS);
    crosscheck_net_finish(&net);
}

Test(crosscheck, an_edge_in_one_engine_only_is_a_finding) {
    struct crosscheck_net net = {.name = "/a"};
    add_train(&net, 0);
    add(&net, CROSSCHECK_RTL, SIM_US, 1);
    add(&net, CROSSCHECK_RTL, SIM_US + 5 * SIM_NS, 0);
    finish(&net);
    cr_assert(!crosscheck_agrees(&net));
    cr_assert(net.tally.pairs == 10 && net.tally.only[CROSSCHECK_RTL] == 2 &&
              !net.tally.only[CROSSCHECK_EVENT]);
    cr_assert(net.tally.first.what == CROSSCHECK_ONLY_RTL &&
              net.tally.first.n[CROSSCHECK_RTL] == 2);
    crosscheck_net_finish(&net);
}

Test(crosscheck, an_edge_near_the_end_waits_for_the_other_engine) {
    struct crosscheck_net net = {.name = "/a"};
    add(&net, CROSSCHECK_EVENT, SIM_US, 1);
    pair_until(&net, SIM_US + 5 * SIM_NS);
    cr_assert(!net.tally.only[CROSSCHECK_EVENT]);
    add(&net, CROSSCHECK_RTL, SIM_US + SIM_NS, 1);
    finish(&net);
    cr_assert(net.tally.pairs == 1 && crosscheck_agrees(&net));
    crosscheck_net_finish(&net);
}

Test(crosscheck, an_oscillator_may_drift_but_not_by_a_thousandth) {
    for (int bad = 0; bad < 2; bad++) {
        struct crosscheck_net net = {.name = "/osc", .self_timed = true};
        sim_time period = 14 * SIM_MS;
        for (int i = 1; i < 6; i++) {
            add(&net, CROSSCHECK_EVENT, i * period, i & 1);
            add(&net, CROSSCHECK_RTL, i * (period + period / (bad ? 900 : 1100)), i & 1);
        }
        pair_until(&net, SIM_S);
        cr_assert(crosscheck_agrees(&net) == !bad, "bad %d", bad);
        crosscheck_net_finish(&net);
    }
}

/* --- the built-in board ---------------------------------------------------------------- */

static void load(struct board *board) {
    struct sim_err err = SIM_ERR_INIT;
    const struct board_request request = {.board = "nucleo_shield"};
    cr_assert(board_load(board, &request, &err), "%s", err.text);
}

static bool all_agree(const struct crosscheck_run *run) {
    size_t n;
    const struct crosscheck_net *nets = crosscheck_run_nets(run, &n);
    bool agree = n > 0;
    for (size_t i = 0; i < n; i++)
        agree = agree && crosscheck_agrees(&nets[i]);
    return agree;
}

static const struct crosscheck_net *net_named(const struct crosscheck_run *run, const char *name) {
    size_t n;
    const struct crosscheck_net *nets = crosscheck_run_nets(run, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(nets[i].name, name) == 0)
            return &nets[i];
    cr_assert_fail("no net %s", name);
    return NULL;
}

/* The case is skipped where there is no verilator. */
static struct crosscheck_run *run_frames(const struct board *board, const struct part_use *uses,
                                         unsigned n) {
    struct sim_err err = SIM_ERR_INIT;
    uint8_t octets[60];
    const struct crosscheck_settings settings = {.seed = 1, .event_uses = uses};
    struct crosscheck_run *run = crosscheck_run_create(board, &settings, &err);
    if (!run && err.cls == SIM_ERR_ENVIRONMENT)
        cr_skip("not run: %s", err.text);
    cr_assert(run, "%s", err.text);
    for (unsigned frame = 0; frame < n; frame++) {
        for (unsigned i = 0; i < sizeof octets; i++)
            octets[i] = (uint8_t)(37 * i + frame);
        cr_assert(crosscheck_run_frame(run, octets, sizeof octets, 0, &err), "%s", err.text);
    }
    cr_assert(crosscheck_run_finish(run, &err), "%s", err.text);
    return run;
}

Test(crosscheck_board, both_engines_agree, .timeout = 120) {
    struct board board;
    load(&board);
    struct crosscheck_run *run = run_frames(&board, NULL, 1);
    const struct crosscheck_figures *f = crosscheck_run_figures(run);
    cr_assert(all_agree(run));
    cr_assert(f->frames == 1 && f->recovered[0] == 1 && f->recovered[1] == 1 && !f->different);
    cr_assert(net_named(run, "/sck")->tally.pairs > 500);
    crosscheck_run_destroy(run);
    board_finish(&board);
}

/* `part` gets a model of its own, which `spoil` changes; the caller frees nothing. */
static struct part_use *uses_with(const struct board *board, const char *ref,
                                  struct part_model *model, struct part_unit *units) {
    struct part_use *uses = malloc(board->netlist->n_parts * sizeof *uses);
    uint32_t part = netlist_find_part(board->netlist, ref);
    cr_assert(uses && part != NETLIST_NONE);
    memcpy(uses, board->uses, board->netlist->n_parts * sizeof *uses);
    *model = *uses[part].model;
    memcpy(units, model->units, model->n_units * sizeof *units);
    model->units = units;
    uses[part].model = model;
    return uses;
}

Test(crosscheck_board, a_wrong_truth_table_in_c_is_named, .timeout = 120) {
    struct board board;
    struct part_model model;
    struct part_unit units[8];
    load(&board);
    struct part_use *uses = uses_with(&board, "U4", &model, units);
    units[3].truth = 0xe; /* U4D ORs */
    struct crosscheck_run *run = run_frames(&board, uses, 1);
    const struct crosscheck_net *edge = net_named(run, "/edge");
    cr_assert(!all_agree(run));
    cr_assert(!crosscheck_agrees(edge) &&
              edge->tally.only[CROSSCHECK_EVENT] + edge->tally.only[CROSSCHECK_RTL]);
    cr_assert_str_eq(edge->driver, "U4D (74HC08)");
    cr_assert(crosscheck_agrees(net_named(run, "/edge_in")), "what stands before it");
    crosscheck_run_destroy(run);
    free(uses);
    board_finish(&board);
}

/* 8 ns more in the C model of each kind of part: what it drives differs, what stands before it
 * agrees. */
static const struct {
    const char *ref, *net, *driver, *before;
} slow_parts[] = {
    {"U1", "/line", "U1A (74HC86)", "Net-(U1-Pad2)"},
    {"U8", "/xor_tx", "U8D (74ACT86)", "/line"},
    {"U5", "/driver_in", "U5A (74HC32)", "/xor_tx"},
    {"U3", "Net-(R2-Pad2)", "U3D1 (75C1168)", "/driver_in"},
};

static void add_to(struct part_use *use, struct part_figure figures[PART_MAX_FIGURES],
                   const char *name, double seconds) {
    memcpy(figures, use->figures, use->n_figures * sizeof *figures);
    for (size_t i = 0; i < use->n_figures; i++)
        if (strcmp(figures[i].name, name) == 0)
            figures[i].typ += seconds;
    use->figures = figures;
}

static struct part_use *copy_uses(const struct board *board) {
    struct part_use *uses = malloc(board->netlist->n_parts * sizeof *uses);
    cr_assert(uses);
    memcpy(uses, board->uses, board->netlist->n_parts * sizeof *uses);
    return uses;
}

Test(crosscheck_board, a_wrong_delay_in_c_is_named, .timeout = 240) {
    for (size_t i = 0; i < sizeof slow_parts / sizeof *slow_parts; i++) {
        struct board board;
        struct part_figure figures[PART_MAX_FIGURES];
        load(&board);
        struct part_use *uses = copy_uses(&board);
        add_to(&uses[netlist_find_part(board.netlist, slow_parts[i].ref)], figures, "tpd", 8e-9);
        struct crosscheck_run *run = run_frames(&board, uses, 1);
        const struct crosscheck_net *net = net_named(run, slow_parts[i].net);
        cr_assert(!crosscheck_agrees(net), "%s", slow_parts[i].ref);
        cr_assert_str_eq(net->driver, slow_parts[i].driver);
        cr_assert(crosscheck_agrees(net_named(run, slow_parts[i].before)), "%s", slow_parts[i].ref);
        crosscheck_run_destroy(run);
        free(uses);
        board_finish(&board);
    }
}

/* A hundredth more on its capacitor; the receive path does not hear it. */
Test(crosscheck_board, a_wrong_oscillator_in_c_is_named, .timeout = 120) {
    struct board board;
    struct sim_err err = SIM_ERR_INIT;
    const char *sets[] = {"line.gap=fixed", "line.gap_ns=90000000", "line.link_pulses=no"};
    const struct board_request request = {.board = "nucleo_shield", .sets = sets, .n_sets = 3};
    for (int wrong = 0; wrong < 2; wrong++) {
        cr_assert(board_load(&board, &request, &err), "%s", err.text);
        struct part_use *uses = copy_uses(&board);
        uses[netlist_find_part(board.netlist, "C13")].quantity *= wrong ? 1.01 : 1;
        struct crosscheck_run *run = run_frames(&board, uses, 2);
        const struct crosscheck_net *net = net_named(run, "Net-(R7-Pad2)");
        cr_assert(net->self_timed && (wrong || net->tally.periods >= 2));
        cr_assert(crosscheck_agrees(net) == !wrong, "%d", wrong);
        cr_assert_str_eq(net->driver, "U2A (74HC14)");
        cr_assert(crosscheck_agrees(net_named(run, "/sck_rx")));
        cr_assert(net_named(run, "/~{nlp}")->tally.pairs || wrong, "link pulses are paired");
        crosscheck_run_destroy(run);
        free(uses);
        board_finish(&board);
    }
}

/* --- doubts ---------------------------------------------------------------------------- */

/* A pulse that its gate just so lets through, in one engine only, is a runt; a longer one is
 * a difference like any other. */
Test(crosscheck, a_pulse_at_the_limit_of_its_gate_is_a_runt) {
    for (int width = 5; width < 9; width++) {
        struct crosscheck_net net = {.name = "/a", .delay = {6 * SIM_NS, 20 * SIM_NS}};
        struct crosscheck_difference difference;
        struct crosscheck_drift drift = {0};
        add(&net, CROSSCHECK_RTL, SIM_US, 1);
        add(&net, CROSSCHECK_RTL, SIM_US + width * SIM_NS, 0);
        cr_assert(crosscheck_pair(&net, SIM_MS, SIM_NEVER, &drift, &difference));
        cr_assert(difference.what == CROSSCHECK_ONLY_RTL && difference.time == SIM_US);
        cr_assert(difference.runt == (width < 7), "%d ns", width);
        crosscheck_net_finish(&net);
    }
}

Test(crosscheck, a_difference_waits_until_it_is_counted) {
    struct crosscheck_net net = {.name = "/a"};
    struct crosscheck_difference difference;
    struct crosscheck_drift drift = {0};
    add_train(&net, 0);
    net.queues[CROSSCHECK_RTL].edges[4].time += 3100;
    for (int twice = 0; twice < 2; twice++)
        cr_assert(crosscheck_pair(&net, SIM_MS, SIM_NEVER, &drift, &difference));
    cr_assert(difference.what == CROSSCHECK_APART && net.tally.pairs == 4 && !net.tally.apart);
    cr_assert(!crosscheck_pair(&net, SIM_MS, 300 * SIM_NS, &drift, &difference), "a limit");
    crosscheck_count(&net, &difference, &drift);
    crosscheck_net_finish(&net);
}

/* With more jitter than the board decodes, frames are lost at pulses of a few ns: undecided,
 * and no difference. A slow gate beside it is one all the same. */
Test(crosscheck_board, doubt_hides_no_fault, .timeout = 240) {
    const char *sets[] = {"line.jitter_peak_ns=6"};
    const struct board_request request = {.board = "nucleo_shield", .sets = sets, .n_sets = 1};
    for (int wrong = 0; wrong < 2; wrong++) {
        struct board board;
        struct sim_err err = SIM_ERR_INIT;
        struct part_figure figures[PART_MAX_FIGURES];
        cr_assert(board_load(&board, &request, &err), "%s", err.text);
        struct part_use *uses = copy_uses(&board);
        if (wrong)
            add_to(&uses[netlist_find_part(board.netlist, "U4")], figures, "tpd", 8e-9);
        struct crosscheck_run *run = run_frames(&board, uses, 8);
        const struct crosscheck_figures *f = crosscheck_run_figures(run);
        cr_assert(f->recovered[0] + f->recovered[1] < 16);
        cr_assert(wrong || (f->undecided && !f->different));
        cr_assert(all_agree(run) == !wrong, "%d", wrong);
        crosscheck_run_destroy(run);
        free(uses);
        board_finish(&board);
    }
}

/* An engine that sees its windows violated where they are not decides by a coin: that is a
 * fault, and no doubt. */
Test(crosscheck_board, a_wrong_window_is_no_doubt, .timeout = 120) {
    struct board board;
    struct part_figure figures[PART_MAX_FIGURES];
    load(&board);
    struct part_use *uses = copy_uses(&board);
    add_to(&uses[netlist_find_part(board.netlist, "U7")], figures, "tw_clk", 60e-9);
    struct crosscheck_run *run = run_frames(&board, uses, 4);
    const struct crosscheck_figures *f = crosscheck_run_figures(run);
    cr_assert(f->different && !f->undecided, "%d different, %d undecided", (int)f->different,
              (int)f->undecided);
    cr_assert(!crosscheck_agrees(net_named(run, "/bytesync")));
    crosscheck_run_destroy(run);
    free(uses);
    board_finish(&board);
}
