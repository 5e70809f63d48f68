#include "tests/harness/decode_bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_set(struct bench_waves *waves, unsigned signal, int64_t time, uint64_t value) {
    if (waves->n == waves->size) {
        waves->size = waves->size ? 2 * waves->size : 1024;
        waves->changes = realloc(waves->changes, waves->size * sizeof *waves->changes);
        if (!waves->changes)
            abort();
    }
    waves->changes[waves->n] = (struct bench_change){time, value, signal, waves->n};
    waves->n++;
}

static int compare(const void *a, const void *b) {
    const struct bench_change *left = a, *right = b;
    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    return left->order < right->order ? -1 : 1;
}

static void put_header(const struct bench_waves *waves, FILE *file) {
    static const char *const units[] = {"s", "ms", "us", "ns", "ps", "fs"};
    int exponent = -waves->exponent, unit = (exponent + 2) / 3, zeros = unit * 3 - exponent;
    fprintf(file, "$timescale 1%.*s %s $end\n", zeros, "00", units[unit]);
    for (unsigned i = 0; i < BENCH_SIGNALS; i++)
        fprintf(file, "$var wire %u %c %c $end\n", waves->widths[i] ? waves->widths[i] : 1,
                'a' + (int)i, 'a' + (int)i);
    fprintf(file, "$enddefinitions $end\n");
}

static void put_change(const struct bench_waves *waves, const struct bench_change *change,
                       FILE *file) {
    unsigned width = waves->widths[change->signal];
    if (width <= 1) {
        fprintf(file, "%c", (int)change->value);
    } else {
        fputc('b', file);
        for (unsigned bit = width; bit-- > 0;)
            fputc('0' + (int)(change->value >> bit & 1), file);
        fputc(' ', file);
    }
    fprintf(file, "%c\n", 'a' + (int)change->signal);
}

struct store *bench_store(struct bench_waves *waves) {
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    struct sim_err err = SIM_ERR_INIT;
    if (!file)
        abort();
    put_header(waves, file);
    if (waves->n)
        qsort(waves->changes, waves->n, sizeof *waves->changes, compare);
    for (size_t i = 0; i < waves->n; i++) {
        if (i == 0 || waves->changes[i].time != waves->changes[i - 1].time)
            fprintf(file, "#%" PRId64 "\n", waves->changes[i].time);
        put_change(waves, &waves->changes[i], file);
    }
    fclose(file);
    const struct store_settings settings = {.quiet = true, .no_index = true};
    struct store *store = store_open_memory("bench.vcd", text, size, &settings, &err);
    if (!store)
        fprintf(stderr, "bench.vcd: %s\n", err.text);
    free(text);
    bench_finish(waves);
    return store;
}

void bench_finish(struct bench_waves *waves) {
    free(waves->changes);
    waves->changes = NULL;
    waves->n = waves->size = 0;
}

void bench_decode(const char *decoder, const struct store *store, int64_t from, int64_t to,
                  uint64_t budget, struct decode_items *items) {
    const struct decode_request request = {
        .store = store, .inputs = {0, 1, 2, 3}, .from = from, .to = to, .budget = budget};
    if (!decode_run(decoder_find(decoder), &request, items))
        abort();
}

const struct decode_item *bench_item(const struct decode_items *items, unsigned line, size_t n) {
    for (size_t i = 0; i < items->n; i++)
        if (items->items[i].line == line && n-- == 0)
            return &items->items[i];
    return NULL;
}

size_t bench_count(const struct decode_items *items, unsigned line) {
    size_t n = 0;
    for (size_t i = 0; i < items->n; i++)
        n += items->items[i].line == line;
    return n;
}

static bool equal(const struct decode_item *a, const struct decode_item *b) {
    return a->from == b->from && a->to == b->to && a->class == b->class && a->line == b->line &&
           strcmp(a->text, b->text) == 0;
}

bool bench_same(const struct decode_items *whole, const struct decode_items *part, int64_t from,
                int64_t to) {
    size_t n = 0;
    for (size_t i = 0; i < whole->n; i++) {
        const struct decode_item *item = &whole->items[i];
        if (item->from > to || item->to <= from)
            continue;
        if (n >= part->n || !equal(item, &part->items[n])) {
            fprintf(stderr, "%" PRId64 "-%" PRId64 ": item %zu should be %" PRId64 " %s, is %s\n",
                    from, to, n, item->from, item->text,
                    n < part->n ? part->items[n].text : "missing");
            return false;
        }
        n++;
    }
    if (n < part->n)
        fprintf(stderr, "%" PRId64 "-%" PRId64 ": one too many: %" PRId64 " %s\n", from, to,
                part->items[n].from, part->items[n].text);
    return n == part->n;
}
