#include "tests/harness/wave_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t next(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void declare(FILE *out, struct wave_model_signal *signal, size_t i, uint32_t *random) {
    static const char *const types[] = {"wire", "reg", "real", "string", "event"};
    static const enum store_kind kinds[] = {STORE_BIT, STORE_VECTOR, STORE_REAL, STORE_STRING,
                                            STORE_EVENT};
    static const uint32_t widths[] = {2, 8, 32, 63, 64, 65, WAVE_MODEL_WIDTH};
    size_t kind = i < 5 ? i : next(random) % 5;
    signal->kind = kinds[kind];
    signal->width = kind == 1 ? widths[next(random) % 7] : 1;
    snprintf(signal->name, sizeof signal->name, "s%zu", i);
    snprintf(signal->id, sizeof signal->id, i % 3 ? "%c" : "%czz%%", (int)('!' + i));
    fprintf(out, "$var %s %u %s %s", types[kind], signal->width, signal->id, signal->name);
    fprintf(out, kind == 1 ? " [%u:0] $end\n" : " $end\n", signal->width - 1);
}

/* Short forms too: what is left out on the left is filled by the rule. */
static void random_bits(FILE *out, const struct wave_model_signal *signal, char *bits,
                        uint32_t *random) {
    static const char states[] = "0101010101xz";
    char text[WAVE_MODEL_WIDTH + 1];
    uint32_t n = 1 + next(random) % signal->width, most = next(random) % 3 ? 10 : 12;
    for (uint32_t i = 0; i < n; i++)
        text[i] = states[next(random) % most];
    text[n] = '\0';
    memset(bits, text[0] == '1' ? '0' : text[0], signal->width);
    memcpy(bits + signal->width - n, text, n + 1);
    if (signal->kind == STORE_BIT)
        fprintf(out, "%s%s\n", text, signal->id);
    else
        fprintf(out, "b%s %s\n", text, signal->id);
}

static void random_value(FILE *out, const struct wave_model_signal *signal,
                         struct wave_model_change *change, uint32_t *random) {
    switch (signal->kind) {
    case STORE_REAL:
        change->real = (double)(int)(next(random) % 2001 - 1000) / 8;
        fprintf(out, "r%.17g %s\n", change->real, signal->id);
        break;
    case STORE_STRING:
        snprintf(change->bits, sizeof change->bits, "text%u", next(random) % 4);
        fprintf(out, "s%s %s\n", change->bits, signal->id);
        break;
    case STORE_EVENT:
        strcpy(change->bits, "1");
        fprintf(out, "1%s\n", signal->id);
        break;
    default:
        random_bits(out, signal, change->bits, random);
    }
}

static void keep(struct wave_model_signal *signal, const struct wave_model_change *change) {
    const struct wave_model_change *last = signal->n ? &signal->changes[signal->n - 1] : NULL;
    if (last && signal->kind != STORE_EVENT && last->real == change->real &&
        strcmp(last->bits, change->bits) == 0)
        return;
    if (signal->n == signal->room) {
        signal->room = signal->room ? signal->room * 2 : 64;
        signal->changes = realloc(signal->changes, signal->room * sizeof *signal->changes);
    }
    signal->changes[signal->n++] = *change;
}

static void step(FILE *out, struct wave_model *model, int64_t time, uint32_t *random) {
    fprintf(out, "#%lld\n", (long long)time);
    for (size_t i = 0; i < model->n_signals; i++) {
        /* Some signals change often, some hardly ever. */
        if (next(random) % (1u << i % 6) != 0)
            continue;
        struct wave_model_change change = {.time = time};
        random_value(out, &model->signals[i], &change, random);
        keep(&model->signals[i], &change);
    }
}

struct wave_model wave_model_make(uint32_t seed, size_t signals, size_t steps, int jitter) {
    struct wave_model model = {.n_signals = signals};
    uint32_t random = seed * 2654435761u + 1;
    int64_t time = 0;
    model.signals = calloc(signals, sizeof *model.signals);
    FILE *out = open_memstream(&model.vcd, &model.vcd_n);
    fputs("$timescale 1 ps $end\n$scope module top $end\n", out);
    for (size_t i = 0; i < signals; i++)
        declare(out, &model.signals[i], i, &random);
    fputs("$upscope $end\n$enddefinitions $end\n", out);
    for (size_t i = 0; i < steps; i++) {
        time += jitter ? 1 + next(&random) % 1000000 : 50000 * (1 + next(&random) % 3);
        step(out, &model, time, &random);
    }
    model.end = time;
    fclose(out);
    return model;
}

void wave_model_free(struct wave_model *model) {
    for (size_t i = 0; i < model->n_signals; i++)
        free(model->signals[i].changes);
    free(model->signals);
    free(model->vcd);
}

double wave_model_number(const struct wave_model_signal *signal, size_t change) {
    const struct wave_model_change *at = &signal->changes[change];
    double value = 0;
    if (signal->kind == STORE_REAL)
        return at->real;
    if (signal->kind != STORE_VECTOR || strspn(at->bits, "01") < signal->width)
        return NAN;
    for (const char *c = at->bits; *c; c++)
        value = value * 2 + (*c - '0');
    size_t zeros = strspn(at->bits, "0");
    if (signal->width - zeros > 64)
        return NAN;
    uint64_t word = strtoull(at->bits + zeros, NULL, 2);
    return value > 9e15 ? (double)word : value;
}

static char letter(const struct wave_model_signal *signal, size_t change) {
    const char *bits = signal->changes[change].bits;
    if (signal->kind == STORE_BIT || signal->kind == STORE_EVENT)
        return bits[0];
    size_t plain = signal->kind == STORE_VECTOR ? strspn(bits, "01") : signal->width;
    return plain < signal->width ? bits[plain] : '=';
}

struct store_column wave_model_column(const struct wave_model_signal *signal, int64_t from,
                                      int64_t to) {
    struct store_column column = {.low = INFINITY, .high = -INFINITY};
    size_t n = 0;
    for (size_t i = 0; i < signal->n && signal->changes[i].time < to; i++) {
        bool last_before = i + 1 == signal->n || signal->changes[i + 1].time >= from;
        bool inside = signal->changes[i].time >= from;
        if (!inside && !last_before)
            continue;
        char c = letter(signal, i);
        double number = wave_model_number(signal, i);
        column.low = number < column.low ? number : column.low;
        column.high = number > column.high ? number : column.high;
        column.seen |= signal->kind == STORE_BIT ? (c == '0' ? 1 : c == '1' ? 2 : 4) : 0;
        column.first = inside ? column.first : c;
        column.last = c;
        n += inside;
    }
    column.changes = n > 2 ? 2 : (uint8_t)n;
    column.seen = n > 1 ? column.seen : 0;
    return column;
}
