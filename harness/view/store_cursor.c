#include <math.h>
#include <string.h>

#include "harness/view/store_internal.h"

#define BEFORE_FIRST 1 /* cursor->state */

static const struct layout_data *data_of(const struct store_cursor *cursor) {
    return &cursor->store->datas[cursor->data];
}

static void open_at(const struct store_cursor *cursor, struct store_block *block) {
    store_block_open(cursor->store, data_of(cursor), cursor->block, block);
}

static void stand_at(struct store_cursor *cursor, uint64_t index) {
    struct store_block block;
    cursor->index = index;
    cursor->block = (uint32_t)(index / LAYOUT_BLOCK);
    cursor->place = (uint32_t)(index % LAYOUT_BLOCK);
    cursor->state = 0;
    open_at(cursor, &block);
    cursor->time = store_ticks(cursor->store, store_block_when(&block, cursor->place));
}

bool store_seek(const struct store *store, uint32_t signal, int64_t time,
                struct store_cursor *cursor) {
    uint32_t index = store->signals[signal].data;
    int64_t after = time == INT64_MAX ? INT64_MAX : store_when(store, time + 1);
    uint64_t n = store_before(store, &store->datas[index], after);
    *cursor = (struct store_cursor){
        .store = store, .data = index, .time = INT64_MIN, .state = BEFORE_FIRST};
    if (n)
        stand_at(cursor, n - 1);
    return n > 0;
}

bool store_next(struct store_cursor *cursor) {
    uint64_t next = cursor->state == BEFORE_FIRST ? 0 : cursor->index + 1;
    if (next >= data_of(cursor)->n_changes)
        return false;
    stand_at(cursor, next);
    return true;
}

bool store_previous(struct store_cursor *cursor) {
    if (cursor->state == BEFORE_FIRST || cursor->index == 0)
        return false;
    stand_at(cursor, cursor->index - 1);
    return true;
}

char store_bit(const struct store_cursor *cursor) {
    struct store_block block;
    if (cursor->state == BEFORE_FIRST)
        return 'x';
    open_at(cursor, &block);
    return store_block_char(&block, cursor->place);
}

void store_bits(const struct store_cursor *cursor, char *out) {
    const struct layout_data *data = data_of(cursor);
    struct store_block block;
    uint32_t width = data->width;
    out[width] = '\0';
    memset(out, 'x', width);
    if (cursor->state == BEFORE_FIRST)
        return;
    open_at(cursor, &block);
    if (data->kind == STORE_BIT)
        out[0] = store_block_char(&block, cursor->place);
    for (uint32_t k = 0; data->kind == STORE_VECTOR && k < width; k++)
        out[width - 1 - k] = store_block_state(&block, cursor->place, k);
}

static double word_as_real(uint64_t word) {
    double value;
    memcpy(&value, &word, sizeof value);
    return value;
}

bool store_number(const struct store_cursor *cursor, uint64_t *value) {
    struct store_block block;
    if (cursor->state == BEFORE_FIRST)
        return false;
    open_at(cursor, &block);
    if (data_of(cursor)->kind != STORE_REAL)
        return store_block_number(&block, cursor->place, value);
    double real = word_as_real(store_block_word(&block, cursor->place));
    if (!(real >= 0 && real < 0x1p64) || real != floor(real))
        return false;
    *value = (uint64_t)real;
    return true;
}

double store_real(const struct store_cursor *cursor) {
    struct store_block block;
    uint64_t number;
    if (cursor->state == BEFORE_FIRST)
        return NAN;
    if (data_of(cursor)->kind != STORE_REAL)
        return store_number(cursor, &number) ? (double)number : NAN;
    open_at(cursor, &block);
    return word_as_real(store_block_word(&block, cursor->place));
}

/* Texts stand behind the block's packed numbers. Whatever the place of one says, it ends within
 * the index at the latest in the zeros behind the blocks. */
const char *store_text(const struct store_cursor *cursor) {
    const struct store *store = cursor->store;
    struct store_block block;
    if (cursor->state == BEFORE_FIRST || data_of(cursor)->kind != STORE_STRING)
        return "";
    open_at(cursor, &block);
    if (block.encoding != LAYOUT_WORDS)
        return "";
    const uint8_t *texts = block.values + layout_octets(block.n, block.value_bits);
    uint64_t room = (uint64_t)(store->base + store->head.tables - 1 - texts);
    uint64_t place = store_block_word(&block, cursor->place);
    return place < room ? (const char *)texts + place : "";
}
