/* State save and load, scopes, and memory: one circuit with every kind of cell, driven at
 * random. */
#include <criterion/criterion.h>

#include "little.h"
#include "sim/rng.h"
#include "tests/allocations.h"

#define STIMULI 6000
#define SHIFT   (SIM_S + 12345)

static struct little l;

/* The flip-flop without windows unless `coins`: a coin depends on absolute time. */
static void build(bool coins, enum circuit_idle idle) {
    static struct part_figure figures[N_LITTLE + 1];
    memcpy(figures, little_figures, sizeof little_figures);
    figures[N_LITTLE] = (struct part_figure)FIGURE("crss", 3e-12);
    little_init(&l, "a b clk rd en");
    l.config.idle = idle;
    l.config.line_p = little_net(&l, "p");
    l.config.line_n = little_net(&l, "n");
    little_part(&l, "U1", &little_xor, NAN, "a b x");
    little_part(&l, "U2", &little_not, NAN, "x nx");
    struct part_use *ff = little_part(&l, "U3", &little_dff, NAN, "clk nx rd VCC q qn");
    if (!coins) {
        ff->figures = little_calm;
        ff->n_figures = sizeof little_calm / sizeof *little_calm;
    }
    little_part(&l, "U4", &little_mono, NAN, "q VCC rd GND rc os osn");
    little_part(&l, "R4", &little_r, 1e3, "rc VCC");
    little_part(&l, "C4", &little_c, 100e-12, "rc GND");
    struct part_use *fet = little_part(&l, "Q1", &little_fet, NAN, "os d GND");
    fet->figures = figures;
    fet->n_figures = N_LITTLE + 1;
    little_part(&l, "R5", &little_r, 1e3, "d VCC");
    little_part(&l, "R6", &little_r, 2e3, "d q");
    little_part(&l, "C5", &little_c, 100e-12, "d GND");
    little_part(&l, "U5", &little_not, NAN, "d s");
    little_part(&l, "R7", &little_r, 330, "x m"); /* a filter */
    little_part(&l, "C7", &little_c, 47e-12, "m GND");
    little_part(&l, "U6", &little_not, NAN, "m t");
    little_part(&l, "U7", &little_nand, NAN, "en o osc"); /* a gated oscillator */
    little_part(&l, "R8", &little_r, 2.2e3, "osc o");
    little_part(&l, "C8", &little_c, 33e-12, "o GND");
    struct part_use *held = little_part(&l, "Q2", &little_fet, NAN, "t h VCC"); /* a charge held */
    struct part_use *drain = little_part(&l, "Q3", &little_fet, NAN, "en h GND");
    held->figures = drain->figures = figures;
    held->n_figures = drain->n_figures = N_LITTLE + 1;
    little_part(&l, "C9", &little_c, 10e-12, "h GND");
    little_part(&l, "U11", &little_not, NAN, "h hn");
    little_part(&l, "U8", &little_receiver, NAN, "p n r");
    little_part(&l, "U9", &little_xor, NAN, "r a rx");
    little_part(&l, "U10", &little_driver, NAN, "s en y z");
}

struct step {
    sim_time time;
    uint8_t what; /* input number; 5: the line */
    uint8_t level;
};

static struct step steps[STIMULI];

/* Intervals from 1 ps to 100 ns, now and then 2 us; times are odd, so that nothing outside
 * ties with something inside. */
static void make_steps(uint64_t seed) {
    static const uint32_t spans[] = {100000, 20000, 5000, 100000, 60000, 100, 2000000, 40000};
    sim_time t = SIM_US;
    for (uint64_t i = 0; i < STIMULI; i++) {
        t += 1 + (sim_time)(rng_u64(seed, 1, i) % spans[rng_u64(seed, 2, i) % 8]);
        uint8_t what = (uint8_t)(rng_u64(seed, 3, i) % 6);
        if (what == 3 && rng_u64(seed, 5, i) % 4)
            what = 2; /* more clocks than resets */
        steps[i] = (struct step){t, what, (uint8_t)(rng_u64(seed, 4, i) % (what == 5 ? 3 : 2))};
        if (what == 3)
            steps[i].level = rng_u64(seed, 4, i) % 3 > 0;
    }
}

static void apply(struct circuit *c, size_t i, sim_time shift) {
    if (steps[i].what == 5)
        circuit_line(c, steps[i].time + shift, steps[i].level);
    else
        circuit_input(c, circuit_net(c, l.inputs[steps[i].what]), steps[i].time + shift,
                      steps[i].level);
}

static struct circuit *observed(struct circuit_scope scope, struct circuit_record *record) {
    struct circuit *c = little_try(&l, &scope);
    cr_assert(c, "%s", l.err.text);
    for (uint32_t net = 0; net < circuit_nets(c); net++)
        circuit_watch(c, net, true);
    record->capacity = LITTLE_EDGES;
    record->n = 0;
    circuit_set_record(c, record);
    return c;
}

static const struct circuit_scope all = {.part_of = CIRCUIT_ALL};

static void expect_same(const struct circuit_record *got, const struct circuit_edge *right,
                        size_t n, sim_time shift, size_t at) {
    cr_assert_eq(got->n, n, "saved at step %zu: %zu edges, expected %zu", at, got->n, n);
    for (size_t i = 0; i < n; i++)
        cr_assert(got->edges[i].time == right[i].time + shift &&
                      got->edges[i].net == right[i].net && got->edges[i].level == right[i].level,
                  "saved at step %zu: edge %zu", at, i);
}

/* Saved by one circuit, continued by another `shift` later; then both stand alike. */
static size_t continue_elsewhere(bool coins, enum circuit_idle idle, sim_time shift) {
    enum { EVERY = 37, LENGTH = 60 };
    static struct circuit_edge edges[LITTLE_EDGES];
    build(coins, idle);
    struct circuit_record record = {.edges = edges};
    struct circuit *a = observed(all, &record), *b = observed(all, &l.record);
    size_t size = circuit_state_size(a), n = STIMULI / EVERY;
    uint8_t *states = malloc((n + 3) * 2 * size), *end = malloc(size);
    size_t *first = calloc(STIMULI + 1, sizeof *first);
    for (size_t i = 0; i < STIMULI; i++) {
        circuit_run_until(a, steps[i].time);
        first[i] = record.n;
        if (i % EVERY == 0)
            circuit_state_save(a, steps[i].time, states + i / EVERY * 2 * size);
        if (i >= LENGTH && (i - LENGTH) % EVERY == 0)
            circuit_state_save(a, steps[i].time, states + ((i - LENGTH) / EVERY * 2 + 1) * size);
        apply(a, i, 0);
    }
    cr_assert_not(record.overflow);
    for (size_t from = 0; from + LENGTH < STIMULI; from += EVERY) {
        circuit_state_load(b, steps[from].time + shift, states + from / EVERY * 2 * size);
        l.record.n = 0;
        for (size_t i = from; i < from + LENGTH; i++)
            apply(b, i, shift);
        circuit_run_until(b, steps[from + LENGTH].time + shift);
        expect_same(&l.record, edges + first[from], first[from + LENGTH] - first[from], shift,
                    from);
        circuit_state_save(b, steps[from + LENGTH].time + shift, end);
        cr_assert_arr_eq(end, states + (from / EVERY * 2 + 1) * size, size,
                         "from step %zu: states differ", from);
    }
    cr_expect(coins ? circuit_coins(a) > 20 : circuit_coins(a) == 0, "%llu coins",
              (unsigned long long)circuit_coins(a));
    size_t total = record.n;
    circuit_destroy(a);
    circuit_destroy(b);
    little_finish(&l);
    free(states);
    free(end);
    free(first);
    return total;
}

Test(state, goes_on_elsewhere_at_another_time) {
    static const enum circuit_idle idles[] = {CIRCUIT_IDLE_LOW, CIRCUIT_IDLE_HIGH,
                                              CIRCUIT_IDLE_HOLD};
    for (uint64_t seed = 0; seed < 3; seed++) {
        make_steps(seed);
        size_t n = continue_elsewhere(false, idles[seed], SHIFT);
        cr_expect_gt(n, 10000, "%zu edges", n);
    }
}

Test(state, goes_on_elsewhere_with_coins_and_noise) {
    make_steps(9);
    continue_elsewhere(true, CIRCUIT_IDLE_HIGH, 0);
    continue_elsewhere(true, CIRCUIT_IDLE_NOISE, 0);
}

/* At a transition's very time, and between: every boundary there is. */
Test(state, may_be_saved_at_any_transition) {
    make_steps(4);
    build(false, CIRCUIT_IDLE_HIGH);
    static struct circuit_edge edges[LITTLE_EDGES];
    struct circuit_record record = {.edges = edges};
    struct circuit *a = observed(all, &record), *b = observed(all, &l.record);
    uint8_t *state = malloc(circuit_state_size(a));
    for (size_t i = 0; i < 300; i++) {
        circuit_run_until(a, steps[i].time);
        apply(a, i, 0);
        for (sim_time t = circuit_next(a); t < steps[i + 1].time; t = circuit_next(a)) {
            circuit_run_until(a, t);
            circuit_state_save(a, t, state);
            record.n = l.record.n = 0;
            circuit_state_load(b, t + SHIFT, state);
            circuit_run_until(b, t + SHIFT + 1);
            circuit_run_until(a, t + 1);
            expect_same(&l.record, edges, record.n, SHIFT, i);
            cr_assert_eq(circuit_next(b),
                         circuit_next(a) == SIM_NEVER ? SIM_NEVER : circuit_next(a) + SHIFT);
        }
    }
    circuit_destroy(a);
    circuit_destroy(b);
    little_finish(&l);
    free(state);
}

/* Put back a picosecond late, or with one byte changed, it does not go on the same way. */
Test(state, a_wrong_state_is_noticed) {
    make_steps(4);
    for (int plant = 0; plant < 3; plant++) {
        build(false, CIRCUIT_IDLE_HIGH);
        static struct circuit_edge edges[LITTLE_EDGES];
        struct circuit_record record = {.edges = edges};
        struct circuit *a = observed(all, &record), *b = observed(all, &l.record);
        uint8_t *state = malloc(circuit_state_size(a));
        for (size_t i = 0; i < 100; i++)
            apply(a, i, 0);
        circuit_state_save(a, steps[100].time, state);
        if (plant == 2)
            state[circuit_state_size(a) - 1] ^= 0x50; /* the last element changes, at once */
        circuit_state_load(b, steps[100].time + (plant == 1), state);
        record.n = l.record.n = 0;
        for (size_t i = 100; i < 200; i++) {
            apply(a, i, 0);
            apply(b, i, 0);
        }
        bool same = record.n == l.record.n;
        for (size_t i = 0; same && i < record.n; i++)
            same = edges[i].time == l.record.edges[i].time;
        cr_expect_eq(same, plant == 0, "plant %d", plant);
        circuit_destroy(a);
        circuit_destroy(b);
        little_finish(&l);
        free(state);
    }
}

/* What lies far back leaves no trace: two histories, one state. */
Test(state, forgets) {
    build(true, CIRCUIT_IDLE_HIGH);
    struct circuit *a = observed(all, &l.record), *b = little_try(&l, &all);
    size_t size = circuit_state_size(a);
    uint8_t *of_a = malloc(size), *of_b = malloc(size);
    circuit_input(a, circuit_net(a, l.inputs[0]), SIM_MS, 1); /* a pulse on one of them */
    circuit_input(a, circuit_net(a, l.inputs[0]), SIM_MS + 300000, 0);
    circuit_run_until(a, SIM_MS + 350000);
    circuit_run_until(b, SIM_MS + 350000);
    circuit_state_save(a, SIM_MS + 350000, of_a);
    circuit_state_save(b, SIM_MS + 350000, of_b);
    cr_expect_neq(memcmp(of_a, of_b, size), 0, "the pulse is still there");
    circuit_run_until(a, 2 * SIM_MS);
    circuit_run_until(b, 2 * SIM_MS);
    circuit_state_save(a, 2 * SIM_MS, of_a);
    circuit_state_save(b, 2 * SIM_MS, of_b);
    cr_expect_arr_eq(of_a, of_b, size);
    circuit_state_save(a, 3 * SIM_MS, of_a); /* nor does the time itself */
    cr_expect_arr_eq(of_a, of_b, size);
    circuit_destroy(a);
    circuit_destroy(b);
    little_finish(&l);
    free(of_a);
    free(of_b);
}

/* --- scopes ----------------------------------------------------------------------- */

static bool feeds_rest(const struct circuit *main, const struct circuit *rest, uint32_t net) {
    return circuit_net_is_live(main, net) && circuit_net_is_live(rest, net) &&
           !circuit_net_is_analog(main, net);
}

static void hand_over(struct circuit *main, struct circuit *rest, struct circuit_record *made,
                      size_t *done) {
    for (; *done < made->n; ++*done) {
        const struct circuit_edge *edge = &made->edges[*done];
        if (feeds_rest(main, rest, edge->net))
            circuit_input(rest, edge->net, edge->time, edge->level);
    }
}

static int by_time_and_net(const void *x, const void *y) {
    const struct circuit_edge *a = x, *b = y;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return a->net < b->net ? -1 : a->net > b->net;
}

/* Edges of nets the circuit itself drives, sorted; those it is fed are another's. */
static size_t collect(const struct circuit *but, const struct circuit_record *record,
                      struct circuit_edge *out) {
    size_t n = 0;
    for (size_t i = 0; i < record->n; i++)
        if (!but || !circuit_net_is_live(but, record->edges[i].net))
            out[n++] = record->edges[i];
    return n;
}

static void split(const char *observed_net, uint64_t seed) {
    static struct circuit_edge edges[3][LITTLE_EDGES], both[2 * LITTLE_EDGES];
    make_steps(seed);
    build(true, CIRCUIT_IDLE_HIGH);
    uint32_t net = little_net(&l, observed_net);
    struct circuit_record of[3] = {{.edges = edges[0]}, {.edges = edges[1]}, {.edges = edges[2]}};
    struct circuit *whole = observed(all, &of[0]);
    struct circuit *main = observed((struct circuit_scope){CIRCUIT_ANCESTORS, &net, 1}, &of[1]);
    struct circuit *rest = observed((struct circuit_scope){CIRCUIT_REST, &net, 1}, &of[2]);
    for (uint32_t k = 0; k < circuit_nets(main); k++)
        if (feeds_rest(main, rest, k))
            circuit_input(rest, k, 0, circuit_level(main, k));
    circuit_run_until(rest, SIM_US); /* it settles with them */
    of[2].n = 0;
    circuit_run_until(main, SIM_US);
    circuit_run_until(whole, SIM_US);
    of[0].n = of[1].n = 0;
    size_t done = 0;
    for (size_t i = 0; i < STIMULI; i++) {
        apply(whole, i, 0);
        apply(main, i, 0);
        hand_over(main, rest, &of[1], &done);
        apply(rest, i, 0);
    }
    circuit_run_until(whole, steps[STIMULI - 1].time);
    circuit_run_until(main, steps[STIMULI - 1].time);
    hand_over(main, rest, &of[1], &done);
    circuit_run_until(rest, steps[STIMULI - 1].time);
    size_t n = collect(NULL, &of[1], both);
    n += collect(main, &of[2], both + n);
    qsort(both, n, sizeof *both, by_time_and_net);
    qsort(edges[0], of[0].n, sizeof *both, by_time_and_net);
    cr_expect_gt(of[1].n, 100);
    cr_expect_gt(of[2].n, 100);
    for (size_t i = 0; i < n && i < of[0].n; i++)
        cr_assert(both[i].time == edges[0][i].time && both[i].net == edges[0][i].net &&
                      both[i].level == edges[0][i].level,
                  "%s: edge %zu: net %u to %d at %lld, whole: net %u to %d at %lld", observed_net,
                  i, both[i].net, both[i].level, (long long)both[i].time, edges[0][i].net,
                  edges[0][i].level, (long long)edges[0][i].time);
    cr_expect_eq(n, of[0].n, "%s: %zu edges in parts, %zu whole", observed_net, n, of[0].n);
    circuit_destroy(whole);
    circuit_destroy(main);
    circuit_destroy(rest);
    little_finish(&l);
}

Test(scope, parts_together_are_the_whole) {
    static const char *const nets[] = {"q", "x", "os", "d", "t", "rx", "osc"};
    for (uint64_t i = 0; i < sizeof nets / sizeof *nets; i++)
        split(nets[i], 20 + i);
}

/* --- memory ------------------------------------------------------------------------ */

Test(memory, nothing_is_allocated_while_running) {
    make_steps(1);
    size_t before = allocations;
    build(true, CIRCUIT_IDLE_NOISE);
    struct circuit *c = observed(all, &l.record);
    cr_assert_gt(allocations, before); /* the counter works */
    uint8_t *state = malloc(circuit_state_size(c));
    before = allocations;
    for (size_t i = 0; i < STIMULI; i++) {
        apply(c, i, 0);
        circuit_run_until(c, steps[i].time + 1);
        if (i % 50 == 0) {
            circuit_state_save(c, steps[i].time + 1, state);
            circuit_state_load(c, steps[i].time + 1, state);
        }
    }
    cr_expect_eq(allocations, before);
    free(state);
    circuit_destroy(c);
    little_finish(&l);
}

/* --- other figures ------------------------------------------------------------------- */

/* Variation `k` of every value and figure there is; 0 leaves them. */
static void vary(uint64_t k) {
    static struct part_figure figures[LITTLE_MAX][N_LITTLE + 1];
    static struct part_spread spreads[LITTLE_MAX];
    l.config.vcc = LITTLE_VCC * (1 + 0.02 * (double)k);
    l.config.delay_scale = 1 - 0.1 * (double)k;
    l.config.stray = 1e-12 * (double)k;
    for (uint32_t part = 0; part < l.netlist->n_parts; part++) {
        struct part_use *use = &l.uses[part];
        use->quantity *= 1 + 0.1 * (rng_uniform(k, 1, part) - 0.5);
        spreads[part] = (struct part_spread){0.8 + 0.4 * rng_uniform(k, 2, part),
                                             1 + 0.05 * rng_uniform(k, 3, part),
                                             1 - 0.05 * rng_uniform(k, 4, part)};
        memcpy(figures[part], use->figures, use->n_figures * sizeof **figures);
        for (size_t i = 0; i < use->n_figures; i++)
            figures[part][i].typ *= 1 + 0.1 * (rng_uniform(k, 5 + part, i) - 0.5);
        use->figures = figures[part];
        use->spread = &spreads[part];
    }
}

static void run_steps(struct circuit *c) {
    for (size_t i = 0; i < 1000; i++)
        apply(c, i, 0);
    circuit_run_until(c, steps[1000].time);
}

static void refilled_is_created(struct circuit_scope scope, uint64_t seed) {
    static struct circuit_edge edges[LITTLE_EDGES];
    make_steps(seed);
    build(true, CIRCUIT_IDLE_HIGH);
    struct circuit_record record = {.edges = edges};
    struct circuit *old = observed(scope, &record);
    size_t size = circuit_state_size(old), differ = 0;
    uint8_t *of_old = malloc(size), *of_new = malloc(size);
    run_steps(old);
    for (uint64_t k = 1; k < 5; k++) { /* it has a past each time */
        size_t n_before = record.n;
        vary(k);
        size_t before = allocations;
        cr_assert(circuit_refill(old, l.uses, &l.config, &l.err), "%s", l.err.text);
        cr_expect_eq(allocations, before);
        cr_expect_eq(record.n, n_before, "power-up is not recorded");
        record.n = 0;
        struct circuit *fresh = observed(scope, &l.record);
        run_steps(fresh);
        run_steps(old);
        differ += record.n != n_before;
        expect_same(&record, l.record.edges, l.record.n, 0, k);
        circuit_state_save(old, steps[1000].time, of_old);
        circuit_state_save(fresh, steps[1000].time, of_new);
        cr_expect_arr_eq(of_old, of_new, size);
        cr_expect_eq(circuit_coins(old), circuit_coins(fresh));
        for (size_t i = 0; i < circuit_elements(old); i++) {
            struct circuit_element_info x = circuit_element(old, i), y = circuit_element(fresh, i);
            cr_expect(!x.kept || (x.rise == y.rise && x.fall == y.fall), "delays of %zu", i);
        }
        circuit_destroy(fresh);
    }
    cr_expect_gt(differ, 0, "the variations show");
    circuit_destroy(old);
    little_finish(&l);
    free(of_old);
    free(of_new);
}

Test(refill, is_as_created) {
    refilled_is_created(all, 31);
    build(true, CIRCUIT_IDLE_HIGH);
    uint32_t net = little_net(&l, "q");
    little_finish(&l);
    refilled_is_created((struct circuit_scope){CIRCUIT_ANCESTORS, &net, 1}, 32);
}

/* What creation refuses a refill refuses; the next one is good again. */
Test(refill, refuses_what_creation_refuses) {
    build(true, CIRCUIT_IDLE_HIGH);
    struct circuit *c = little_create(&l);
    struct part_spread crossed = {1, 0.5, 2};
    uint32_t schmitt = netlist_find_part(l.netlist, "U5");
    l.uses[schmitt].spread = &crossed;
    cr_assert_not(circuit_refill(c, l.uses, &l.config, &l.err));
    cr_expect(strstr(l.err.text, "U5") && strstr(l.err.text, "VT-"), "%s", l.err.text);
    l.uses[schmitt].spread = NULL;
    cr_assert(circuit_refill(c, l.uses, &l.config, &l.err));
    circuit_destroy(c);
    little_finish(&l);
}
