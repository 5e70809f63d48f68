/* The reference board with and without the response cache: bursts, counters, margins and
 * every edge of the observed nets must be the same to the picosecond. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

#include "harness/board.h"
#include "harness/replay.h"
#include "harness/replay_setup.h"
#include "sim/response.h"
#include "sim/rng.h"

static const char *const idles[] = {"idle=high", "idle=low", "idle=hold"};
static const char *const rates[] = {"ppm=0", "ppm=50"};

struct variant {
    const char *idle, *rate;
};
#define N_VARIANTS 6

static struct variant variant_of(size_t i) {
    return (struct variant){idles[i % 3], rates[i / 3]};
}

static void load(struct board *board, struct variant v) {
    char idle[40], rate[40];
    sim_format(idle, sizeof idle, "receiver.%s", v.idle);
    sim_format(rate, sizeof rate, "line.%s", v.rate);
    const char *sets[] = {idle, rate};
    struct board_request request = {.board = "nucleo_shield", .sets = sets, .n_sets = 2};
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(board_load(board, &request, &err), "%s", err.text);
}

/* Frames of random size and content; every eighth repeats the last, every third is of one
 * octet value, so that there is something to look up. */
static size_t random_frame(uint64_t seed, uint64_t i, uint8_t *frame) {
    size_t n = 1 + rng_u64(seed, 1, i) % (i % 5 ? 120 : 1514);
    for (size_t k = 0; k < n; k++)
        frame[k] = (uint8_t)(i % 3 ? rng_u64(seed, 2, i % 8 ? i * 4096 + k : k) : i);
    return line_frame_finish(frame, n, frame);
}

/* Gaps from the minimum to some milliseconds, of any number of picoseconds. */
static sim_time random_gap(uint64_t seed, uint64_t i) {
    static const sim_time spans[] = {1, SIM_NS, SIM_US, 30 * SIM_US, 5 * SIM_MS};
    return 9600 * SIM_NS + (sim_time)(rng_u64(seed, 3, i) % (uint64_t)spans[i % 5]);
}

/* --- bursts, counters, margins ---------------------------------------------------- */

struct log {
    uint64_t hash; /* of every burst's octets and times, in order */
    size_t bursts, octets;
    sim_time worst[8];
};

static void add(struct log *log, const void *bytes, size_t n) {
    for (size_t i = 0; i < n; i++)
        log->hash = (log->hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
}

static void on_burst(void *user, const struct replay_burst *burst) {
    struct log *log = user;
    add(log, burst->octets, burst->n);
    add(log, &burst->n, sizeof burst->n);
    add(log, &burst->dribble_bits, sizeof burst->dribble_bits);
    add(log, &burst->select_fell, sizeof burst->select_fell);
    add(log, &burst->select_rose, sizeof burst->select_rose);
    log->bursts++;
    log->octets += burst->n;
}

static struct replay *start(const struct board *board, bool cache, struct log *log) {
    struct replay_settings settings = {
        .seed = 1, .cache = cache, .user = log, .on_burst = on_burst};
    struct sim_err err = SIM_ERR_INIT;
    struct replay *replay = replay_create(board, &settings, &err);
    cr_assert(replay, "%s", err.text);
    return replay;
}

static void send_all(struct replay *replay, uint64_t seed, uint64_t n) {
    static uint8_t frame[2000];
    sim_time t = 20 * SIM_US;
    for (uint64_t i = 0; i < n; i++) {
        if (i % 7 == 3)
            t = replay_link_pulse(replay, t) + random_gap(seed, 1000 + i);
        size_t octets = random_frame(seed, i, frame);
        t = replay_frame(replay, frame, octets, t) + random_gap(seed, i);
    }
    replay_idle_until(replay, t + SIM_MS);
    replay_finish(replay);
}

static void compare_counters(const struct replay *with, const struct replay *without) {
    static uint64_t cached[4096], plain[4096];
    for (int which = 0; which < 2; which++) {
        const struct circuit *circuit = replay_circuit(without, which);
        cr_assert_leq(circuit_counters(circuit), sizeof plain / sizeof *plain);
        replay_counts(with, which, cached);
        replay_counts(without, which, plain);
        for (size_t i = 0; i < circuit_counters(circuit); i++) {
            char name[60];
            circuit_counter_name(circuit, i, name, sizeof name);
            cr_expect_eq(cached[i], plain[i], "%s: %llu with the cache, %llu without", name,
                         (unsigned long long)cached[i], (unsigned long long)plain[i]);
        }
    }
}

static void compare_margins(const struct spi_sampler *with, const struct spi_sampler *without) {
    for (int i = 0; i < SPI_MEASURES; i++) {
        cr_expect_eq(with->worst[i].seen, without->worst[i].seen);
        cr_expect_eq(with->worst[i].value, without->worst[i].value, "measure %d: %lld, %lld", i,
                     (long long)with->worst[i].value, (long long)without->worst[i].value);
        cr_expect_eq(with->worst[i].time, without->worst[i].time, "measure %d", i);
    }
}

static void free_params(struct criterion_test_params *params) {
    cr_free(params->params);
}

static struct criterion_test_params variants(void) {
    size_t *rows = cr_malloc(N_VARIANTS * sizeof *rows);
    for (size_t i = 0; i < N_VARIANTS; i++)
        rows[i] = i;
    return cr_make_param_array(size_t, rows, N_VARIANTS, free_params);
}

ParameterizedTestParameters(replay, cache_changes_nothing) {
    return variants();
}

ParameterizedTest(size_t *row, replay, cache_changes_nothing) {
    struct board board;
    load(&board, variant_of(*row));
    struct log with = {0}, without = {0};
    struct replay *cached = start(&board, true, &with);
    struct replay *plain = start(&board, false, &without);
    send_all(cached, *row, 60);
    send_all(plain, *row, 60);
    cr_expect_geq(without.bursts, 50, "%zu bursts", without.bursts);
    cr_expect_eq(with.bursts, without.bursts, "%zu, %zu", with.bursts, without.bursts);
    cr_expect_eq(with.octets, without.octets);
    cr_expect_eq(with.hash, without.hash, "%s %s: bursts differ", variant_of(*row).idle,
                 variant_of(*row).rate);
    cr_expect_eq(replay_now(cached), replay_now(plain));
    compare_counters(cached, plain);
    compare_margins(replay_sampler(cached), replay_sampler(plain));
    /* and the cache was used: most symbols were looked up */
    struct replay_figures figures = replay_figures(cached);
    cr_expect(figures.cached && !replay_figures(plain).cached);
    cr_expect_lt(figures.misses * 2, figures.symbols, "%llu of %llu missed",
                 (unsigned long long)figures.misses, (unsigned long long)figures.symbols);
    replay_destroy(cached);
    replay_destroy(plain);
    board_finish(&board);
}

/* --- every edge ------------------------------------------------------------------- */

#define MAX_EDGES  (1u << 22)
#define MAX_STATES 4096
#define IDLE_STEP  SIM_US

/* The engine alone as a response machine; an answer is the edges it made, kept relative
 * to the start of the symbol. */
struct machine {
    struct circuit *c;
    struct circuit_record record; /* of the symbol being run */
    const struct line_symbol *symbols;
    size_t n_symbols;
    struct circuit_edge *kept; /* edges of all answers, times relative */
    uint32_t *first;           /* per answer, into kept */
    uint32_t n_kept, n_answers;
    sim_time late; /* planted: the state is put back so much later */
};

static sim_time length_of(const struct machine *m, uint32_t symbol) {
    return symbol < m->n_symbols ? m->symbols[symbol].length_ps : IDLE_STEP;
}

static void run_symbol(struct machine *m, uint32_t symbol, sim_time at) {
    if (symbol < m->n_symbols)
        for (unsigned i = 0; i < m->symbols[symbol].n_edges; i++)
            circuit_line(m->c, at + m->symbols[symbol].dt_ps[i], m->symbols[symbol].level[i]);
    circuit_run_until(m->c, at + length_of(m, symbol));
}

static void save(void *self, sim_time now, uint8_t *state) {
    circuit_state_save(((struct machine *)self)->c, now, state);
}

static void restore(void *self, sim_time now, const uint8_t *state) {
    struct machine *m = self;
    circuit_state_load(m->c, now + m->late, state);
}

static bool answer(void *self, uint32_t symbol, sim_time at, struct response_entry *entry,
                   sim_time *end) {
    struct machine *m = self;
    uint64_t coins = circuit_coins(m->c);
    m->record.n = 0;
    cr_assert_lt(m->n_answers, MAX_STATES * 64);
    run_symbol(m, symbol, at);
    *end = at + length_of(m, symbol);
    entry->detail = m->n_answers;
    for (size_t i = 0; i < m->record.n; i++) {
        cr_assert_lt(m->n_kept, MAX_EDGES);
        m->kept[m->n_kept] = m->record.edges[i];
        m->kept[m->n_kept++].time -= at;
    }
    m->first[++m->n_answers] = m->n_kept;
    return coins == circuit_coins(m->c);
}

static struct circuit *observed_circuit(const struct board *board, struct circuit_record *record) {
    struct replay_nets nets;
    struct circuit_config config;
    struct sim_err err = SIM_ERR_INIT;
    uint32_t observed[3 + REPLAY_STAGES];
    cr_assert(replay_setup_nets(board, &nets, &err) &&
              replay_setup_circuit(board, &nets, 1, &config, &err));
    size_t n = 3 + replay_setup_stages(board, observed + 3);
    memcpy(observed, (uint32_t[]){nets.sck, nets.mosi, nets.nss}, 3 * sizeof *observed);
    struct circuit_scope scope = {CIRCUIT_ANCESTORS, observed, n};
    struct circuit *c = circuit_create(board->netlist, board->uses, &config, &scope, &err);
    cr_assert(c, "%s", err.text);
    /* the observed nets, and all that leads to them */
    for (uint32_t net = 0; net < circuit_nets(c); net++)
        circuit_watch(c, net, circuit_net_is_live(c, net));
    *record = (struct circuit_record){.edges = malloc(100000 * sizeof *record->edges),
                                      .capacity = 100000};
    cr_assert(record->edges);
    circuit_set_record(c, record);
    return c;
}

struct tally {
    uint64_t symbols, edges, differing;
};

/* One symbol both ways: what the cache says, moved to its time, against the plain run. */
static void compare_symbol(struct machine *m, struct response *response, struct machine *plain,
                           uint32_t symbol, sim_time at, struct tally *tally) {
    const struct response_entry *entry = response_step(response, symbol, at);
    plain->record.n = 0;
    run_symbol(plain, symbol, at);
    uint32_t first = m->first[entry->detail], n = m->first[entry->detail + 1] - first;
    bool same = n == plain->record.n && !plain->record.overflow;
    for (uint32_t i = 0; same && i < n; i++) {
        const struct circuit_edge *kept = &m->kept[first + i], *edge = &plain->record.edges[i];
        same =
            kept->time + at == edge->time && kept->net == edge->net && kept->level == edge->level;
    }
    tally->symbols++;
    tally->edges += n;
    tally->differing += !same;
}

static void init_machine(struct machine *m, const struct board *board,
                         const struct line_source *source) {
    *m = (struct machine){.kept = malloc(MAX_EDGES * sizeof *m->kept),
                          .first = calloc(MAX_STATES * 64 + 2, sizeof *m->first)};
    cr_assert(m->kept && m->first);
    m->c = observed_circuit(board, &m->record);
    m->symbols = line_source_symbols(source, &m->n_symbols);
}

static void finish_machine(struct machine *m) {
    circuit_destroy(m->c);
    free(m->record.edges);
    free(m->kept);
    free(m->first);
}

/* Frames, silence of whole microseconds and link pulses through both. */
static void compare_all(struct machine *m, struct response *response, struct machine *plain,
                        struct line_source *source, uint64_t seed, struct tally *tally) {
    static uint8_t frame[2000];
    sim_time t = 0;
    response_enter(response, t);
    for (uint64_t i = 0; i < 40; i++) {
        struct line_burst burst;
        size_t n = random_frame(seed, i, frame);
        cr_assert(i % 6 == 5 ? line_source_link_pulse(source, t, &burst)
                             : line_source_frame(source, frame, n, t, &burst));
        for (size_t k = 0; k < burst.n_symbols; k++) {
            compare_symbol(m, response, plain, burst.symbols[k], t, tally);
            t += length_of(m, burst.symbols[k]);
        }
        cr_assert_eq(t, burst.end);
        for (uint64_t gap = 10 + rng_u64(seed, 5, i) % 300; gap; gap--, t += IDLE_STEP)
            compare_symbol(m, response, plain, (uint32_t)m->n_symbols, t, tally);
    }
}

static struct tally prove(size_t row, sim_time late) {
    struct board board;
    load(&board, variant_of(row));
    struct line_settings settings;
    replay_setup_line(&board, 1, &settings);
    struct line_source *source = line_source_create(&settings);
    struct machine m, plain;
    init_machine(&m, &board, source);
    init_machine(&plain, &board, source);
    m.late = late;
    struct response_machine vtable = {.self = &m,
                                      .state_size = circuit_state_size(m.c),
                                      .save = save,
                                      .load = restore,
                                      .run = answer};
    struct response *response = response_create(&vtable, (uint32_t)m.n_symbols + 1, MAX_STATES);
    cr_assert(response && source);
    struct tally tally = {0};
    compare_all(&m, response, &plain, source, row, &tally);
    cr_expect_gt(tally.edges, 100000, "%llu edges", (unsigned long long)tally.edges);
    cr_expect_lt(response->misses * 2, tally.symbols, "%llu of %llu symbols were run",
                 (unsigned long long)response->misses, (unsigned long long)tally.symbols);
    cr_log_info("%s %s: %llu symbols, %llu edges, %llu run, %u states", variant_of(row).idle,
                variant_of(row).rate, (unsigned long long)tally.symbols,
                (unsigned long long)tally.edges, (unsigned long long)response->misses,
                response->n_states);
    response_destroy(response);
    finish_machine(&m);
    finish_machine(&plain);
    line_source_destroy(source);
    board_finish(&board);
    return tally;
}

ParameterizedTestParameters(replay, cached_edges_are_the_engines) {
    return variants();
}

ParameterizedTest(size_t *row, replay, cached_edges_are_the_engines) {
    struct tally tally = prove(*row, 0);
    cr_expect_eq(tally.differing, 0, "%llu of %llu symbols differ",
                 (unsigned long long)tally.differing, (unsigned long long)tally.symbols);
}

/* A state that comes back one picosecond late is seen. */
Test(replay, one_picosecond_is_noticed) {
    cr_expect_gt(prove(0, 1).differing, 0);
}
