#include "harness/view/decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/decoders/decoder.h"
#include "harness/words.h"

/* Finer than a pixel of the widest screens, so that pauses stay seen. */
#define OVERVIEW_COLUMNS 16384

void decode_items_finish(struct decode_items *items) {
    free(items->items);
    *items = (struct decode_items){0};
}

const struct decoder *decoder_find(const char *name) {
    for (size_t i = 0; i < n_decoders; i++)
        if (!strcmp(decoders[i]->name, name))
            return decoders[i];
    return NULL;
}

const char *decoder_near(const char *name, char *hint, size_t size) {
    struct words_near near = {.wanted = name};
    for (size_t i = 0; i < n_decoders; i++)
        words_near_offer(&near, decoders[i]->name);
    return words_near_hint(&near, hint, size);
}

unsigned decoder_n_inputs(const struct decoder *decoder) {
    unsigned n = 0;
    while (n < DECODE_MAX_INPUTS && decoder->inputs[n].name)
        n++;
    return n;
}

unsigned decoder_n_lines(const struct decoder *decoder) {
    unsigned n = 0;
    while (n < DECODE_MAX_LINES && decoder->lines[n])
        n++;
    return n;
}

void decoder_disconnect(uint32_t inputs[DECODE_MAX_INPUTS]) {
    for (size_t i = 0; i < DECODE_MAX_INPUTS; i++)
        inputs[i] = STORE_NONE;
}

bool decoder_connect(const struct decoder *decoder, const struct store *store,
                     uint32_t inputs[DECODE_MAX_INPUTS]) {
    decoder_disconnect(inputs);
    if (decoder->guess && decoder->guess(store, inputs))
        return true;
    decoder_disconnect(inputs);
    return false;
}

static uint64_t changes_until(const struct store *store, uint32_t signal, int64_t time) {
    struct store_cursor cursor;
    return store_seek(store, signal, time, &cursor) ? cursor.index + 1 : 0;
}

uint64_t decode_work(const struct decode_request *request) {
    uint64_t n = 0;
    for (size_t i = 0; i < DECODE_MAX_INPUTS; i++)
        if (request->inputs[i] != STORE_NONE)
            n += changes_until(request->store, request->inputs[i], request->to) -
                 changes_until(request->store, request->inputs[i], request->from);
    return n;
}

static bool connected(const struct decoder *decoder, const struct decode_request *request) {
    bool any = false;
    for (unsigned i = 0; i < decoder_n_inputs(decoder); i++) {
        bool here = request->inputs[i] < store_n_signals(request->store);
        if (!here && !decoder->inputs[i].optional)
            return false;
        any |= here;
    }
    return any;
}

bool decode_run(const struct decoder *decoder, const struct decode_request *request,
                struct decode_items *items) {
    items->n = 0;
    items->more = false;
    items->left_out = 0;
    if (request->to < request->from || !connected(decoder, request))
        return true;
    if (!decoder->decode(request, items))
        return false;
    decode_sort(items);
    return true;
}

/* --- items --------------------------------------------------------------------------------- */

uint64_t decode_changes(const struct decode_request *request, uint32_t signal) {
    struct store_cursor first, last;
    if (!store_seek(request->store, signal, request->to, &last))
        return 0;
    bool any = store_seek(request->store, signal, request->from, &first);
    return last.index - (any ? first.index : 0) + 1;
}

bool decode_out_init(struct decode_out *out, const struct decode_request *request,
                     struct decode_items *items, uint32_t signal) {
    uint64_t n = decode_changes(request, signal), budget = request->budget;
    *out = (struct decode_out){
        .request = request, .items = items, .octets = n <= budget / 4, .bits = n <= budget / 32};
    return n <= budget;
}

void decode_leave_out(struct decode_out *out, unsigned octets_line, unsigned bits_line) {
    unsigned left_out = (out->octets ? 0 : 1u << octets_line) | (out->bits ? 0 : 1u << bits_line);
    out->items->left_out |= left_out & ~(1u << DECODE_NO_LINE);
    out->items->more = out->items->more || out->items->left_out != 0;
}

bool decode_wanted(const struct decode_out *out, int64_t from, int64_t to) {
    return from <= out->request->to && to > out->request->from;
}

static struct decode_item *new_item(struct decode_out *out) {
    struct decode_items *items = out->items;
    if (items->n == items->size) {
        size_t size = items->size ? 2 * items->size : 64;
        struct decode_item *grown = realloc(items->items, size * sizeof *grown);
        out->failed = !grown;
        if (!grown)
            return NULL;
        items->items = grown;
        items->size = size;
    }
    return &items->items[items->n++];
}

void decode_add(struct decode_out *out, enum decode_class class, unsigned line, int64_t from,
                int64_t to, const char *format, ...) {
    if (to <= from)
        to = decode_later(from, 1);
    struct decode_item *item = out->failed || !decode_wanted(out, from, to) ? NULL : new_item(out);
    if (!item)
        return;
    *item = (struct decode_item){.from = from, .to = to, .class = class, .line = line};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(item->text, sizeof item->text, format, arguments);
    va_end(arguments);
}

static int64_t column_time(const struct decode_request *request, uint64_t span, size_t i) {
    return request->from +
           (int64_t)(span / OVERVIEW_COLUMNS * i + span % OVERVIEW_COLUMNS * i / OVERVIEW_COLUMNS);
}

static void take_block(const struct decode_request *request, uint32_t signal, int64_t from,
                       int64_t to, decode_block *take, void *self) {
    struct store_cursor first, last;
    bool before = store_seek(request->store, signal, from, &first);
    if ((!before || first.time < from) && !store_next(&first))
        return;
    if (store_seek(request->store, signal, to, &last) && last.index >= first.index)
        take(self, &first, &last);
}

void decode_each_block(struct decode_out *out, uint32_t signal, decode_block *take, void *self) {
    const struct decode_request *request = out->request;
    uint64_t span = (uint64_t)request->to - (uint64_t)request->from;
    span += span < INT64_MAX - 1 && request->to < INT64_MAX; /* `to` is in the range */
    struct store_column *columns = malloc(OVERVIEW_COLUMNS * sizeof *columns);
    out->failed |= !columns;
    out->items->more = true;
    if (columns && span > 0 && span < INT64_MAX) {
        store_columns(request->store, signal, request->from, (int64_t)span, OVERVIEW_COLUMNS,
                      columns);
        for (size_t i = 0, first; i < OVERVIEW_COLUMNS; i++) {
            for (first = i; i < OVERVIEW_COLUMNS && columns[i].changes; i++)
                ;
            if (i > first)
                take_block(request, signal, column_time(request, span, first),
                           column_time(request, span, i) - 1, take, self);
        }
    }
    free(columns);
}

struct block_items {
    struct decode_out *out;
    unsigned line;
    enum decode_class class;
};

/* A change alone is where a wave file begins, or what a block ends with. */
static void add_block(void *self, const struct store_cursor *first,
                      const struct store_cursor *last) {
    const struct block_items *items = self;
    if (last->index > first->index)
        decode_add(items->out, items->class, items->line, first->time, last->time,
                   "%llu changes: zoom in", (unsigned long long)(last->index - first->index + 1));
}

void decode_blocks(struct decode_out *out, uint32_t signal, unsigned line,
                   enum decode_class class) {
    decode_each_block(out, signal, add_block, &(struct block_items){out, line, class});
}

/* By line, then time; of those that begin together the longest first, then by text. */
static int compare_items(const void *a, const void *b) {
    const struct decode_item *left = a, *right = b;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    return left->to != right->to ? (left->to > right->to ? -1 : 1)
                                 : strcmp(left->text, right->text);
}

void decode_sort(struct decode_items *items) {
    for (size_t i = 1; i < items->n; i++)
        if (compare_items(&items->items[i - 1], &items->items[i]) > 0) {
            qsort(items->items, items->n, sizeof *items->items, compare_items);
            return;
        }
}
