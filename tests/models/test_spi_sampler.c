#include <criterion/criterion.h>
#include <string.h>

#include "models/mcu/spi_sampler.h"
#include "sim/rng.h"

static struct spi_sampler s;

/* Bits and selects so far, in order: '0' '1' '[' ']'. */
static char log_text[2000];
static size_t logged;

static void edge(enum spi_pin pin, sim_time time, int level) {
    struct spi_op op;
    if (!spi_sampler_edge(&s, pin, time, level, &op))
        return;
    cr_assert_eq(op.time, time);
    cr_assert_lt(logged, sizeof log_text - 1);
    log_text[logged++] = op.kind == SPI_SELECT     ? '['
                         : op.kind == SPI_DESELECT ? ']'
                                                   : (char)('0' + op.bit);
}

static void start(bool active_high) {
    memset(log_text, 0, sizeof log_text);
    logged = 0;
    spi_sampler_init(&s, spi_limits_of("f401re"), active_high, 0, 0, !active_high);
}

static void expect_worst(enum spi_measure what, sim_time value, sim_time time) {
    cr_expect(s.worst[what].seen, "measure %d not seen", what);
    cr_expect(s.worst[what].value == value && s.worst[what].time == time,
              "measure %d: %lld at %lld, expected %lld at %lld", what,
              (long long)s.worst[what].value, (long long)s.worst[what].time, (long long)value,
              (long long)time);
}

/* Data 40 ns before each rise, 60 ns high, 40 ns low. */
static sim_time send(const char *bits, sim_time t) {
    for (; *bits; bits++, t += 100000) {
        edge(SPI_MOSI, t, *bits == '1');
        edge(SPI_SCK, t + 40000, 1);
        edge(SPI_SCK, t + 100000, 0);
    }
    return t;
}

Test(spi_sampler, samples_on_the_rising_edge_while_selected) {
    for (int active_high = 0; active_high < 2; active_high++) {
        start(active_high);
        send("11", 0);
        edge(SPI_NSS, 500000, active_high);
        edge(SPI_NSS, 510000, active_high); /* no change */
        sim_time end = send("10110", 600000);
        edge(SPI_NSS, end, !active_high);
        send("11", end + 100000);
        edge(SPI_NSS, end + 400000, active_high);
        edge(SPI_NSS, end + 500000, !active_high);
        cr_expect_str_eq(log_text, "[10110][]", "%s", log_text); /* five bits dribble */
    }
}

Test(spi_sampler, selected_from_the_start) {
    spi_sampler_init(&s, NULL, false, 1, 1, 0);
    logged = 0;
    memset(log_text, 0, sizeof log_text);
    edge(SPI_SCK, 1000, 0);
    edge(SPI_SCK, 2000, 1);
    edge(SPI_NSS, 3000, 1);
    cr_expect_str_eq(log_text, "1]");
    cr_expect_not(s.worst[SPI_DUTY_LOW].seen, "duty without limits");
}

Test(spi_sampler, the_old_level_counts_at_the_edge_itself) {
    start(false);
    edge(SPI_NSS, 0, 0);
    edge(SPI_SCK, 1000, 1); /* as the edges come: SCK first */
    edge(SPI_MOSI, 1000, 1);
    cr_expect_str_eq(log_text, "[0");
    expect_worst(SPI_HOLD, 0, 1000);
}

Test(spi_sampler, measures_the_worst_of_each) {
    start(false);
    edge(SPI_NSS, 0, 0);
    edge(SPI_MOSI, 1000, 1);
    edge(SPI_SCK, 8000, 1);    /* setup 7000 */
    edge(SPI_MOSI, 18000, 0);  /* hold 10000 */
    edge(SPI_MOSI, 19000, 1);  /* the second change says nothing of hold */
    edge(SPI_SCK, 58000, 0);   /* high 50000 */
    edge(SPI_MOSI, 100000, 0); /* no rise since: hold is 10000 still */
    edge(SPI_SCK, 105000, 1);  /* setup 5000, low 47000, period 97000 */
    edge(SPI_SCK, 150000, 0);  /* high 45000 */
    edge(SPI_SCK, 190000, 1);  /* setup 90000, low 40000, period 85000 */
    expect_worst(SPI_SETUP, 5000, 105000);
    expect_worst(SPI_HOLD, 10000, 18000);
    expect_worst(SPI_HIGH, 45000, 150000);
    expect_worst(SPI_LOW, 40000, 190000);
    expect_worst(SPI_PERIOD, 85000, 190000);
    /* slack to 30 % of the period: low 47000 - 29100 and 40000 - 25500 */
    expect_worst(SPI_DUTY_LOW, 40000 - 25500, 190000);
    expect_worst(SPI_DUTY_HIGH, 45000 - 25500, 190000);
    cr_expect_eq(s.worst[SPI_DUTY_LOW].asked, 25500);
    cr_expect_eq(s.worst[SPI_LOW].asked, 0);
}

/* The time between selects is no period, and edges outside count for nothing. */
Test(spi_sampler, measures_only_within_a_select) {
    start(false);
    edge(SPI_NSS, 0, 0);
    edge(SPI_MOSI, 10000, 1);
    edge(SPI_SCK, 60000, 1);
    edge(SPI_SCK, 110000, 0);
    edge(SPI_NSS, 120000, 1);
    edge(SPI_SCK, 121000, 1);
    edge(SPI_MOSI, 121500, 0);
    edge(SPI_SCK, 122000, 0);
    edge(SPI_NSS, 123000, 0);
    edge(SPI_SCK, 221000, 1);
    cr_expect_str_eq(log_text, "[1][0");
    expect_worst(SPI_SETUP, 50000, 60000);
    expect_worst(SPI_HIGH, 50000, 110000);
    cr_expect_not(s.worst[SPI_PERIOD].seen);
    cr_expect_not(s.worst[SPI_LOW].seen);
    cr_expect_not(s.worst[SPI_HOLD].seen);
}

Test(spi_sampler, the_first_worst_is_kept) {
    start(false);
    edge(SPI_NSS, 0, 0);
    send("10101010", 100000);
    expect_worst(SPI_SETUP, 40000, 140000);
    expect_worst(SPI_HIGH, 60000, 200000);
}

Test(spi_sampler, chips) {
    cr_expect_null(spi_limits_of("z80"));
    cr_expect_str_eq(spi_limits_of("f401re")->chip, "f401re");
    cr_expect_str_eq(spi_limits_of("f100rb")->chip, "f100rb");
    cr_expect_neq(spi_limits_of("f401re")->setup, spi_limits_of("f100rb")->setup);
}

struct random_edge {
    enum spi_pin pin;
    sim_time time;
    int level;
};

static void make_edges(struct random_edge *edges, size_t n, uint64_t seed) {
    int levels[3] = {0, 0, 1};
    sim_time t = 0;
    for (size_t i = 0; i < n; i++) {
        enum spi_pin pin =
            rng_u64(seed, 1, i) % 12 == 0 ? SPI_NSS : (enum spi_pin)(rng_u64(seed, 2, i) % 2);
        t += 1 + (sim_time)(rng_u64(seed, 3, i) % (i % 40 ? 60000 : 5000000));
        edges[i] = (struct random_edge){pin, t, levels[pin] ^= 1};
    }
}

/* A clock that stands still: times are given as 2 us at most, and have no duty. */
Test(spi_sampler, longer_than_its_memory) {
    start(false);
    edge(SPI_NSS, 0, 0);
    edge(SPI_SCK, 5 * SIM_US, 1);
    edge(SPI_SCK, 8 * SIM_US, 0);
    edge(SPI_MOSI, 9 * SIM_US, 1);
    edge(SPI_SCK, 12 * SIM_US, 1);
    expect_worst(SPI_SETUP, 2 * SIM_US, 5 * SIM_US);
    expect_worst(SPI_HIGH, 2 * SIM_US, 8 * SIM_US);
    expect_worst(SPI_LOW, 2 * SIM_US, 12 * SIM_US);
    expect_worst(SPI_PERIOD, 2 * SIM_US, 12 * SIM_US);
    cr_expect_not(s.worst[SPI_DUTY_LOW].seen || s.worst[SPI_HOLD].seen);
}

/* Saved anywhere and put back at another time, it does and measures the same. */
Test(spi_sampler, goes_on_elsewhere) {
    enum { N = 3000, SAVED = 30 };
    static struct random_edge edges[N];
    for (uint64_t seed = 0; seed < 20; seed++) {
        make_edges(edges, N, seed);
        start(false);
        struct spi_sampler other = s;
        const sim_time shift = 7 * SIM_S + 1;
        for (size_t i = 0; i < N; i++) {
            struct spi_op a = {0}, b = {0};
            if (i % SAVED == 0) {
                uint8_t state[SPI_SAMPLER_STATE], again[SPI_SAMPLER_STATE];
                spi_sampler_save(&s, edges[i].time, state);
                spi_sampler_load(&other, edges[i].time + shift, state);
                spi_sampler_save(&other, edges[i].time + shift, again);
                cr_assert_arr_eq(state, again, sizeof state);
            }
            bool did = spi_sampler_edge(&s, edges[i].pin, edges[i].time, edges[i].level, &a);
            bool does =
                spi_sampler_edge(&other, edges[i].pin, edges[i].time + shift, edges[i].level, &b);
            cr_assert_eq(did, does);
            cr_assert(!did || (a.kind == b.kind && a.bit == b.bit && a.time + shift == b.time));
        }
        for (int i = 0; i < SPI_MEASURES; i++) {
            cr_assert_eq(s.worst[i].seen, other.worst[i].seen);
            cr_assert(!s.worst[i].seen || (s.worst[i].value == other.worst[i].value &&
                                           s.worst[i].time + shift == other.worst[i].time),
                      "seed %d, measure %d: %lld and %lld", (int)seed, i,
                      (long long)s.worst[i].value, (long long)other.worst[i].value);
        }
    }
}

/* Long silence: all states alike, whenever it began. */
Test(spi_sampler, forgets) {
    uint8_t a[SPI_SAMPLER_STATE], b[SPI_SAMPLER_STATE];
    start(false);
    spi_sampler_save(&s, SIM_MS, a);
    edge(SPI_SCK, SIM_MS, 1);
    edge(SPI_SCK, SIM_MS + 50000, 0);
    spi_sampler_save(&s, SIM_MS + 60000, b);
    cr_expect_neq(memcmp(a, b, sizeof a), 0);
    spi_sampler_save(&s, 2 * SIM_MS, b);
    cr_expect_arr_eq(a, b, sizeof a);
}
