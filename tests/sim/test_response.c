/* The response cache over a small machine: a number that each symbol moves along, with a
 * clock of its own so that time must be brought along as well. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/response.h"
#include "sim/rng.h"

#define SYMBOLS 8
#define COIN    7 /* its answer is a matter of luck */

struct machine {
    uint64_t value, modulus;
    sim_time due; /* something pending, relative to now in the state */
    uint64_t runs, coins;
    size_t loads;
};

static void save(void *self, sim_time now, uint8_t *state) {
    const struct machine *m = self;
    sim_time in = m->due - now;
    memcpy(state, &m->value, 8);
    memcpy(state + 8, &in, 8);
}

static void load(void *self, sim_time now, const uint8_t *state) {
    struct machine *m = self;
    sim_time in;
    memcpy(&m->value, state, 8);
    memcpy(&in, state + 8, 8);
    m->due = now + in;
    m->loads++;
}

static sim_time length(uint32_t symbol) {
    return 1000 + symbol;
}

static bool run(void *self, uint32_t symbol, sim_time start, struct response_entry *entry,
                sim_time *end) {
    struct machine *m = self;
    m->runs++;
    *end = start + length(symbol);
    entry->bits = (uint16_t)(m->value ^ symbol);
    entry->n_bits = (uint8_t)(m->value % 9);
    entry->detail = (uint32_t)(m->due - start);
    m->value = (m->value * 5 + symbol) % m->modulus;
    m->due = *end + (sim_time)(m->value % 13);
    if (symbol != COIN)
        return true;
    m->value = (m->value + (rng_u64(1, 1, m->coins++) & 1)) % m->modulus;
    return false;
}

static struct response *create(struct machine *m, uint64_t modulus, uint32_t max_states) {
    *m = (struct machine){.modulus = modulus};
    struct response_machine machine = {
        .self = m, .state_size = 16, .save = save, .load = load, .run = run};
    struct response *r = response_create(&machine, SYMBOLS, max_states);
    cr_assert(r);
    return r;
}

/* Both ways with the same symbols; returns how often the cached machine ran. */
static uint64_t compare(uint64_t modulus, uint32_t max_states, uint32_t n, bool coins) {
    struct machine cached, plain;
    struct response *r = create(&cached, modulus, max_states);
    plain = cached;
    sim_time t = 100;
    cached.due = plain.due = 103;
    response_enter(r, t);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t symbol = (uint32_t)(rng_u64(1, 2, i) % (coins ? SYMBOLS : COIN));
        struct response_entry right = {0};
        sim_time end;
        run(&plain, symbol, t, &right, &end);
        const struct response_entry *entry = response_step(r, symbol, t);
        cr_assert(entry->bits == right.bits && entry->n_bits == right.n_bits &&
                      entry->detail == right.detail,
                  "step %u", i);
        t = end;
        if (i % 1000 == 500) { /* driven directly for a while */
            response_leave(r, t);
            cr_assert(cached.value == plain.value && cached.due == plain.due, "step %u", i);
            cached.value = plain.value = i % modulus;
            t += 77;
            cached.due = plain.due = t + 1;
            response_enter(r, t);
        }
    }
    response_leave(r, t);
    cr_expect(cached.value == plain.value && cached.due == plain.due);
    cr_expect_eq(cached.runs, r->misses);
    cr_expect_eq(plain.runs, n);
    cr_expect_leq(r->n_states, max_states);
    response_destroy(r);
    return cached.runs;
}

Test(response, hits_answer_like_misses) {
    uint64_t runs = compare(50, 1000, 20000, false);
    /* at most one run for each state and symbol: 50 values x 13 clocks at the most, and
     * the states that the direct stretches made */
    cr_expect_lt(runs, 1000, "%llu", (unsigned long long)runs);
}

Test(response, full_tables_just_run) {
    uint64_t all = compare(10007, 16384, 20000, false);
    uint64_t few = compare(10007, 20, 20000, false);
    cr_expect_gt(few, all);
    cr_expect_gt(few, 19000, "%llu", (unsigned long long)few);
    cr_expect_eq(compare(50, 1, 2000, false) > 0, true);
}

Test(response, coins_are_not_kept) {
    compare(50, 1000, 20000, true);
    struct machine m;
    struct response *r = create(&m, 50, 100);
    response_enter(r, 0);
    for (int i = 0; i < 10; i++) {
        uint64_t before = m.runs;
        m.value = 3;
        m.due = i * 10000;
        response_enter(r, i * 10000);
        response_step(r, COIN, i * 10000);
        cr_expect_eq(m.runs, before + 1);
    }
    for (uint32_t state = 0; state < r->n_states; state++)
        cr_expect_eq(r->table[state * r->n_symbols + COIN].uses, 0, "a coin's answer was kept");
    response_destroy(r);
}

/* The second time nothing runs; the machine stands where it stood, until it is needed. */
Test(response, a_hit_does_not_touch_the_machine) {
    struct machine m;
    struct response *r = create(&m, 50, 100);
    m.due = 5;
    response_enter(r, 0);
    response_step(r, 1, 0);
    uint64_t value = m.value;
    m.value = 0;
    m.due = 5005;
    response_enter(r, 5000);
    const struct response_entry *entry = response_step(r, 1, 5000);
    cr_expect_eq(m.runs, 1);
    cr_expect_eq(entry->uses, 2);
    cr_expect_eq(m.value, 0);
    cr_expect_eq(m.loads, 0);
    response_leave(r, 6001);
    cr_expect_eq(m.loads, 1);
    cr_expect_eq(m.value, value);
    response_leave(r, 6001); /* once is enough */
    cr_expect_eq(m.loads, 1);
    response_destroy(r);
    response_destroy(NULL);
}

/* After a reset another machine's answers are its own, as from a new cache. */
Test(response, reset_forgets_everything) {
    struct machine m, other;
    struct response *r = create(&m, 97, 200), *fresh = create(&other, 61, 200);
    for (uint64_t i = 0; i < 2000; i++)
        response_step(r, (uint32_t)(rng_u64(5, 1, i) % SYMBOLS), (sim_time)i * 1000);
    cr_assert_gt(r->n_states, 20);
    m = (struct machine){.modulus = 61};
    response_reset(r);
    cr_expect_eq(r->n_states, 0);
    cr_expect_eq(r->misses, 0);
    sim_time now = 0;
    response_enter(r, now);
    response_enter(fresh, now);
    for (uint64_t i = 0; i < 3000; i++) {
        uint32_t symbol = (uint32_t)(rng_u64(6, 1, i) % (SYMBOLS - 1)); /* no coins */
        struct response_entry got = *response_step(r, symbol, now);
        struct response_entry right = *response_step(fresh, symbol, now);
        cr_assert(got.bits == right.bits && got.n_bits == right.n_bits &&
                      got.detail == right.detail && got.uses == right.uses,
                  "step %d", (int)i);
        now += length(symbol);
    }
    cr_expect_eq(r->misses, fresh->misses);
    response_destroy(r);
    response_destroy(fresh);
}
