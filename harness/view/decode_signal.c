/* What decoders share on the side of the signals: times, levels, segments, guesses. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "harness/view/decoders/decoder.h"

/* --- times --------------------------------------------------------------------------------- */

static double power_of_ten(int exponent) {
    double power = 1;
    for (int i = exponent < 0 ? -exponent : exponent; i > 0; i--)
        power *= 10;
    return power;
}

double decode_ticks(const struct store *store, double ns) {
    int exponent = -9 - store_exponent(store);
    return exponent >= 0 ? ns * power_of_ten(exponent) : ns / power_of_ten(exponent);
}

double decode_ns(const struct store *store, double ticks) {
    int exponent = -9 - store_exponent(store);
    return exponent >= 0 ? ticks / power_of_ten(exponent) : ticks * power_of_ten(exponent);
}

int64_t decode_later(int64_t time, uint64_t ticks) {
    uint64_t left = (uint64_t)INT64_MAX - (uint64_t)time;
    return ticks < left ? (int64_t)((uint64_t)time + ticks) : INT64_MAX;
}

void decode_time_text(const struct store *store, double ticks, char out[DECODE_TIME]) {
    static const struct {
        double ns;
        const char *unit;
    } units[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
    double ns = decode_ns(store, ticks);
    size_t i = 0;
    while (i < 3 && (ns < 0 ? -ns : ns) >= 1000 * units[i].ns)
        i++;
    snprintf(out, DECODE_TIME, "%.4g %s", ns / units[i].ns, units[i].unit);
}

/* --- signals ------------------------------------------------------------------------------- */

int decode_level(const struct store_cursor *cursor) {
    switch (store_bit(cursor)) {
    case '0':
    case 'l':
        return 0;
    case '1':
    case 'h':
        return 1;
    default:
        return -1;
    }
}

int decode_level_before(struct decode_follow *follow, const struct store *store, int64_t time) {
    if (follow->signal == STORE_NONE)
        return -1;
    if (!follow->started || (follow->any && follow->at.time >= time)) {
        follow->any = store_seek(store, follow->signal, time - 1, &follow->at);
        follow->next = follow->at;
        follow->is_next = store_next(&follow->next);
        follow->started = true;
    }
    while (follow->is_next && follow->next.time < time) {
        follow->at = follow->next;
        follow->any = true;
        follow->is_next = store_next(&follow->next);
    }
    return follow->any ? decode_level(&follow->at) : -1;
}

/* --- segments ------------------------------------------------------------------------------ */

/* The number of the change at which a segment that begins with change `start` is cut. */
static uint64_t cut_at(uint64_t start) {
    return (start + SEGMENT_MOST + SEGMENT_CHUNK - 1) / SEGMENT_CHUNK * SEGMENT_CHUNK;
}

bool segment_seek(struct segments *segments, int64_t time, struct segment *segment) {
    struct store_cursor at, before, chunk;
    bool in_chunk = false;
    if (!store_seek(segments->store, segments->signal, time, &at)) {
        segment->cut = false;
        segment->start = at;
        return store_next(&segment->start);
    }
    uint64_t from = at.index;
    for (;; at = before) {
        before = at;
        if (!in_chunk && at.index % SEGMENT_CHUNK == 0) {
            chunk = at;
            in_chunk = true;
        }
        if (from - at.index > SEGMENT_MOST + SEGMENT_CHUNK)
            break;
        if (!store_previous(&before) || segments->begins(segments, &before, &at)) {
            *segment = (struct segment){.start = at};
            if (from < cut_at(at.index))
                return true;
            break;
        }
    }
    *segment = (struct segment){.start = chunk, .cut = true};
    return true;
}

bool segment_goes_on(struct segments *segments, const struct segment *segment,
                     const struct store_cursor *at, const struct store_cursor *next) {
    if (segments->begins(segments, at, next))
        return false;
    return next->index % SEGMENT_CHUNK != 0 ||
           (!segment->cut && next->index < cut_at(segment->start.index));
}

/* --- guessing ------------------------------------------------------------------------------ */

/* The word stands in the name, with neither letter nor figure beside it. */
static bool has_word(const char *name, const char *word) {
    size_t length = strlen(word);
    for (const char *at = name; *at; at++) {
        size_t n = 0;
        while (n < length && at[n] && tolower((unsigned char)at[n]) == word[n])
            n++;
        if (n == length && !isalnum((unsigned char)at[n]) &&
            (at == name || !isalnum((unsigned char)at[-1])))
            return true;
    }
    return false;
}

uint32_t decode_guess(const struct store *store, uint32_t scope, const char *const *words) {
    for (; *words; words++)
        for (uint32_t i = 0; i < store_n_signals(store); i++) {
            const struct store_signal *signal = store_signal(store, i);
            if (signal->kind == STORE_BIT && (scope == STORE_NONE || signal->scope == scope) &&
                has_word(signal->name, *words))
                return i;
        }
    return STORE_NONE;
}

static bool is_vector(const struct store_signal *signal, const char *name) {
    size_t length = strlen(name);
    bool number = signal->kind == STORE_VECTOR || signal->kind == STORE_REAL; /* of a VCD of ours */
    return number && !strncmp(signal->name, name, length) &&
           (!signal->name[length] || signal->name[length] == '[' || signal->name[length] == ' ');
}

uint32_t decode_guess_vector(const struct store *store, const char *scope, const char *name) {
    for (uint32_t i = 0; i < store_n_signals(store); i++) {
        const struct store_signal *signal = store_signal(store, i);
        if (is_vector(signal, name) && signal->scope != STORE_NONE &&
            !strcmp(store_scope(store, signal->scope)->name, scope))
            return i;
    }
    return STORE_NONE;
}
