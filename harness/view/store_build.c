#include "harness/view/store_build.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

bool store_octets_put(struct store_octets *octets, const void *from, size_t n) {
    if (n > octets->room - octets->n) {
        size_t room = octets->room ? octets->room : FIRST_ROOM;
        while (n > room - octets->n)
            room *= 2;
        uint8_t *at = realloc(octets->at, room);
        if (!at)
            return false;
        octets->at = at;
        octets->room = room;
    }
    if (n)
        memcpy(octets->at + octets->n, from, n);
    octets->n += n;
    return true;
}

bool store_build_no_memory(struct store_build *build) {
    return sim_err_set(build->err, SIM_ERR_ENVIRONMENT, "out of memory for the waves");
}

static bool refuse(struct store_build *build, const char *text) {
    return sim_err_set(build->err, SIM_ERR_INPUT, "%s", text);
}

void store_build_init(struct store_build *build, FILE *stream, struct sim_err *err) {
    static const struct layout_head none;
    *build = (struct store_build){.sink.stream = stream,
                                  .err = err,
                                  .scope = STORE_NONE,
                                  .when = -1,
                                  .clock = {.kind = STORE_EVENT, .width = 1}};
    store_sink_put(&build->sink, &none, sizeof none);
}

static void finish_texts(struct store_texts *texts) {
    if (texts) {
        free(texts->current.at);
        free(texts->committed.at);
        free(texts->block.at);
    }
    free(texts);
}

static void finish_data(struct store_data *data) {
    free(data->block);
    free(data->times.at);
    free(data->places.at);
    free(data->seen.at);
    free(data->ranges.at);
    finish_texts(data->texts);
}

void store_build_finish(struct store_build *build) {
    for (uint32_t i = 0; i < build->n_datas; i++)
        finish_data(&build->datas[i]);
    finish_data(&build->clock);
    free(build->datas);
    free(build->names.at);
    free(build->scopes.at);
    free(build->signals.at);
    free(build->packed.at);
    build->datas = NULL;
    build->n_datas = 0;
}

/* --- scopes and signals --------------------------------------------------------------------- */

/* Puts a name away, NUL-terminated; *place is where. */
static bool keep_name(struct store_build *build, const char *name, size_t n, uint64_t *place) {
    *place = build->names.n;
    if (build->names.n + n + 1 > STORE_BUILD_NAMES)
        return refuse(build, "the names are more than 256 MB long together");
    bool kept = store_octets_put(&build->names, name, n) && store_octets_put(&build->names, "", 1);
    return kept || store_build_no_memory(build);
}

bool store_build_scope(struct store_build *build, const char *name, size_t n) {
    struct layout_scope scope = {.parent = build->scope};
    if (build->n_scopes >= STORE_BUILD_SCOPES)
        return refuse(build, "more than 4194304 scopes");
    if (build->depth >= STORE_BUILD_DEPTH)
        return refuse(build, "scopes nested deeper than 1000");
    if (!keep_name(build, name, n, &scope.name))
        return false;
    if (!store_octets_put(&build->scopes, &scope, sizeof scope))
        return store_build_no_memory(build);
    build->scope = build->n_scopes++;
    build->depth++;
    return true;
}

bool store_build_upscope(struct store_build *build) {
    struct layout_scope scope;
    if (build->scope == STORE_NONE)
        return refuse(build, "the end of a scope where none is open");
    memcpy(&scope, build->scopes.at + build->scope * sizeof scope, sizeof scope);
    build->scope = scope.parent;
    build->depth--;
    return true;
}

static bool grow_datas(struct store_build *build) {
    uint32_t room = build->room_datas ? build->room_datas * 2 : 64;
    struct store_data *datas = realloc(build->datas, room * sizeof *datas);
    if (!datas)
        return store_build_no_memory(build);
    build->datas = datas;
    build->room_datas = room;
    return true;
}

uint32_t store_build_data(struct store_build *build, enum store_kind kind, uint32_t width) {
    if (kind == STORE_VECTOR && (width < 1 || width > STORE_MAX_WIDTH)) {
        sim_err_set(build->err, SIM_ERR_INPUT, "a signal of %ld bits; expected 1 to %d",
                    (long)width, STORE_MAX_WIDTH);
        return STORE_NONE;
    }
    if (build->n_datas >= STORE_BUILD_SIGNALS) {
        refuse(build, "more than 4194304 signals");
        return STORE_NONE;
    }
    if (build->n_datas == build->room_datas && !grow_datas(build))
        return STORE_NONE;
    if (kind == STORE_VECTOR && width == 1)
        kind = STORE_BIT;
    static const uint8_t widths[] = {
        [STORE_BIT] = 1, [STORE_REAL] = 64, [STORE_STRING] = 0, [STORE_EVENT] = 1};
    struct store_data data = {.kind = (uint8_t)kind,
                              .width = kind == STORE_VECTOR ? width : widths[kind]};
    build->datas[build->n_datas] = data;
    return build->n_datas++;
}

bool store_build_signal(struct store_build *build, const char *name, size_t n, uint32_t data) {
    struct layout_signal signal = {.scope = build->scope, .data = data};
    if (build->n_signals >= STORE_BUILD_SIGNALS)
        return refuse(build, "more than 4194304 signals");
    if (!keep_name(build, name, n, &signal.name))
        return false;
    if (!store_octets_put(&build->signals, &signal, sizeof signal))
        return store_build_no_memory(build);
    build->n_signals++;
    return true;
}

/* --- changes -------------------------------------------------------------------------------- */

static bool grow_block(struct store_build *build, struct store_data *data) {
    uint32_t room = data->room ? LAYOUT_BLOCK : 8; /* most signals of a big design hardly change */
    struct store_change *block = realloc(data->block, room * sizeof *block);
    if (!block)
        return store_build_no_memory(build);
    data->block = block;
    data->room = room;
    return true;
}

static bool any_value(const struct store_build *build) {
    for (uint32_t i = 0; i < build->n_datas; i++)
        if (build->datas[i].dirty)
            return true;
    return false;
}

static bool next_time(struct store_build *build, int64_t time) {
    struct store_data *clock = &build->clock;
    if (clock->n == clock->room && clock->n < LAYOUT_BLOCK && !grow_block(build, clock))
        return false;
    clock->block[clock->n++] = (struct store_change){.when = time};
    build->now = time;
    build->when++;
    return clock->n < LAYOUT_BLOCK || store_pack(build, clock);
}

/* Values before the first time are at 0. */
bool store_build_begin(struct store_build *build) {
    return next_time(build, 0);
}

bool store_build_time(struct store_build *build, int64_t time) {
    if (!build->timed && !any_value(build))
        build->begin = time;
    build->timed = true;
    return time > build->now ? next_time(build, time) : time == build->now;
}

static bool same_text(const struct store_octets *a, const struct store_octets *b) {
    return a->n == b->n && (!a->n || memcmp(a->at, b->at, a->n) == 0);
}

static bool unchanged(const struct store_data *data) {
    if (data->kind == STORE_EVENT || data->current_form != data->committed_form)
        return false;
    return data->current_form == STORE_FORM_WORD
               ? data->current == data->committed
               : same_text(&data->texts->current, &data->texts->committed);
}

/* Texts stay until their block is full. A little room for each signal is not counted: there are
 * only so many signals. */
static bool put_text(struct store_build *build, struct store_octets *octets, const void *text,
                     size_t n) {
    size_t room = octets->room ? octets->room : FIRST_ROOM;
    if (!store_octets_put(octets, text, n))
        return store_build_no_memory(build);
    if (octets->room > room)
        build->texts += octets->room - room;
    return build->texts <= STORE_BUILD_TEXTS ||
           refuse(build, "values too long for so many signals: more than 512 MB of memory");
}

/* The current text goes behind those of the open block. */
static bool keep_text(struct store_build *build, struct store_data *data) {
    struct store_texts *texts = data->texts;
    texts->is_text[data->n / 64] |= UINT64_C(1) << data->n % 64;
    data->current = texts->block.n;
    texts->committed.n = 0;
    return put_text(build, &texts->block, texts->current.at, texts->current.n) &&
           put_text(build, &texts->block, "", 1) &&
           put_text(build, &texts->committed, texts->current.at, texts->current.n);
}

bool store_build_commit(struct store_build *build, struct store_data *data) {
    data->dirty = false;
    if (unchanged(data))
        return true;
    if (data->n == data->room && data->n < LAYOUT_BLOCK && !grow_block(build, data))
        return false;
    if (data->current_form == STORE_FORM_TEXT && !keep_text(build, data))
        return false;
    data->block[data->n++] = (struct store_change){data->when, data->current};
    data->committed = data->current;
    data->committed_form = data->current_form;
    return data->n < LAYOUT_BLOCK || store_pack(build, data);
}

bool store_build_event(struct store_build *build, uint32_t index) {
    struct store_data *data = &build->datas[index];
    data->current_form =
        data->dirty && data->when == build->when ? data->current_form : STORE_FORM_NONE;
    return store_build_word(build, data, '1');
}

bool store_build_real(struct store_build *build, uint32_t index, double value) {
    uint64_t word;
    memcpy(&word, &value, sizeof word);
    return store_build_word(build, &build->datas[index], word);
}

bool store_build_text(struct store_build *build, uint32_t index, const char *text, size_t n) {
    struct store_data *data = &build->datas[index];
    if (data->dirty && data->when != build->when && !store_build_commit(build, data))
        return false;
    if (!data->texts)
        data->texts = calloc(1, sizeof *data->texts);
    if (!data->texts)
        return store_build_no_memory(build);
    data->texts->current.n = 0;
    if (!put_text(build, &data->texts->current, text, n))
        return false;
    data->current_form = STORE_FORM_TEXT;
    data->when = build->when;
    data->dirty = true;
    return true;
}

/* IEEE 1364 18.2.1: what is left out on the left is 0 before 0 and 1, else the leftmost. What
 * may be left out so, is. */
static size_t redundant(const char *bits, size_t n) {
    size_t i = 0;
    while (i + 1 < n && bits[i] == '0' && (bits[i + 1] == '0' || bits[i + 1] == '1'))
        i++;
    if (!i && bits[0] != '1' && bits[0] != '0')
        while (i + 1 < n && bits[i + 1] == bits[0])
            i++;
    return i;
}

/* Up to 64 characters as a number; false: another than 0 and 1. */
static bool to_word(const char *bits, size_t n, uint64_t *word) {
    uint64_t value = 0;
    unsigned other = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned bit = (unsigned)(unsigned char)bits[i] ^ '0';
        other |= bit;
        value = value << 1 | (bit & 1);
    }
    *word = value;
    return other <= 1;
}

bool store_build_bits(struct store_build *build, uint32_t index, const char *bits, size_t n) {
    struct store_data *data = &build->datas[index];
    size_t skip = redundant(bits, n);
    uint64_t word;
    bits += skip;
    n -= skip;
    if (n > data->width)
        return sim_err_set(build->err, SIM_ERR_INPUT, "a value of %ld bits of a signal of %ld",
                           (long)n, (long)data->width);
    if (data->kind == STORE_BIT)
        return store_build_word(build, data, (unsigned char)bits[0]);
    if (n <= 64 && to_word(bits, n, &word))
        return store_build_word(build, data, word);
    return store_build_text(build, index, bits, n);
}
