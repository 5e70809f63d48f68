/* Waves made change by change, and what decoders say of them, for tests. */
#ifndef TESTS_HARNESS_DECODE_BENCH_H
#define TESTS_HARNESS_DECODE_BENCH_H

#include "harness/view/decode.h"

#define BENCH_SIGNALS 4

/* Signals "a" to "d" of one bit each; `widths` other than 0 or 1 make them vectors. 1 tick is
 * 10^exponent s. */
struct bench_waves {
    struct bench_change {
        int64_t time;
        uint64_t value; /* of bits a character */
        unsigned signal;
        size_t order;
    } * changes;
    size_t n, size;
    unsigned widths[BENCH_SIGNALS];
    int exponent;
};
void bench_set(struct bench_waves *waves, unsigned signal, int64_t time, uint64_t value);
/* The waves as a store, and empties them. Times may have been given in any order. */
struct store *bench_store(struct bench_waves *waves);
void bench_finish(struct bench_waves *waves); /* of waves that no store was made of */

/* A decoder on signals 0, 1, 2, ...; `items` are those of the range. */
void bench_decode(const char *decoder, const struct store *store, int64_t from, int64_t to,
                  uint64_t budget, struct decode_items *items);
/* The n-th item of a line, from 0; NULL: there are fewer. */
const struct decode_item *bench_item(const struct decode_items *items, unsigned line, size_t n);
size_t bench_count(const struct decode_items *items, unsigned line);
/* Whether `part`, decoded for [from, to], is what `whole` has there. */
bool bench_same(const struct decode_items *whole, const struct decode_items *part, int64_t from,
                int64_t to);

#endif
