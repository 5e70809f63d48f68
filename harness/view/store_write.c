/* The end of an index: the tables behind the blocks, and the head. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/store_build.h"

static bool grow(struct store_sink *sink, size_t n) {
    uint64_t room = sink->room ? sink->room : 1 << 16;
    while (n > room - sink->size)
        room *= 2;
    if (room > STORE_BUILD_MEMORY)
        return false;
    uint8_t *memory = realloc(sink->memory, room);
    if (!memory)
        return false;
    sink->memory = memory;
    sink->room = room;
    return true;
}

void store_sink_put(struct store_sink *sink, const void *octets, size_t n) {
    if (sink->failed)
        return;
    if (sink->stream)
        sink->failed = fwrite(octets, 1, n, sink->stream) != n;
    else if (n > sink->room - sink->size && !grow(sink, n))
        sink->failed = true;
    else if (n)
        memcpy(sink->memory + sink->size, octets, n);
    sink->size += n;
}

void store_sink_pad(struct store_sink *sink) {
    static const uint8_t zeros[8];
    store_sink_put(sink, zeros, -sink->size & 7);
}

struct tables {
    struct store_sink *sink;
    uint64_t hash;
};

/* A table, padded to whole words: returns where it lies. */
static uint64_t table(struct tables *tables, const void *octets, uint64_t n) {
    static const uint8_t zeros[8];
    uint64_t place = tables->sink->size, whole = n & ~UINT64_C(7);
    uint8_t rest[8] = {0};
    if (!n)
        return place;
    memcpy(rest, (const uint8_t *)octets + whole, n - whole);
    store_sink_put(tables->sink, octets, n);
    tables->hash = layout_hash(tables->hash, octets, whole);
    if (n != whole) {
        store_sink_put(tables->sink, zeros, 8 - (n - whole));
        tables->hash = layout_hash(tables->hash, rest, sizeof rest);
    }
    return place;
}

/* The next level of the pyramid, from *level of n nodes on; replaces it. */
static uint64_t next_level(struct layout_range *level, uint64_t n) {
    uint64_t next = (n + LAYOUT_FAN - 1) / LAYOUT_FAN;
    for (uint64_t i = 0; i < next; i++) {
        struct layout_range range = {INFINITY, -INFINITY};
        for (uint64_t k = i * LAYOUT_FAN; k < n && k < (i + 1) * LAYOUT_FAN; k++) {
            range.low = fmin(range.low, level[k].low);
            range.high = fmax(range.high, level[k].high);
        }
        level[i] = range;
    }
    return next;
}

static uint64_t pyramid(struct tables *tables, struct store_data *data) {
    struct layout_range *level = (struct layout_range *)(void *)data->ranges.at;
    uint64_t n = layout_blocks(data->n_changes);
    uint64_t place = table(tables, level, n * sizeof *level);
    while (n > 1) {
        n = next_level(level, n);
        table(tables, level, n * sizeof *level);
    }
    return place;
}

static struct layout_data directory(struct tables *tables, struct store_data *data) {
    return (struct layout_data){
        .n_changes = data->n_changes,
        .times = table(tables, data->times.at, data->times.n),
        .places = table(tables, data->places.at, data->places.n),
        .seen = data->seen.n ? table(tables, data->seen.at, data->seen.n) : 0,
        .ranges = data->ranges.n ? pyramid(tables, data) : 0,
        .width = data->width,
        .kind = data->kind,
    };
}

/* The directories, then the list of them: returns where that lies. */
static bool put_datas(struct store_build *build, struct tables *tables, uint64_t *place) {
    struct store_octets rows = {0};
    bool good = true;
    for (uint32_t i = 0; i < build->n_datas && good; i++) {
        struct layout_data row = directory(tables, &build->datas[i]);
        good = store_octets_put(&rows, &row, sizeof row);
    }
    struct layout_data clock = directory(tables, &build->clock);
    good = good && store_octets_put(&rows, &clock, sizeof clock);
    *place = table(tables, rows.at, rows.n);
    free(rows.at);
    return good || store_build_no_memory(build);
}

static bool commit_all(struct store_build *build) {
    for (uint32_t i = 0; i < build->n_datas; i++) {
        struct store_data *data = &build->datas[i];
        if (data->dirty && !store_build_commit(build, data))
            return false;
        if (data->n && !store_pack(build, data))
            return false;
    }
    return !build->clock.n || store_pack(build, &build->clock);
}

static void put_head(struct store_sink *sink, const struct layout_head *head) {
    if (!sink->stream) {
        if (!sink->failed)
            memcpy(sink->memory, head, sizeof *head);
        return;
    }
    sink->failed = sink->failed || fseek(sink->stream, 0, SEEK_SET) != 0 ||
                   fwrite(head, 1, sizeof *head, sink->stream) != sizeof *head ||
                   fflush(sink->stream) != 0;
}

bool store_build_end(struct store_build *build) {
    struct store_sink *sink = &build->sink;
    struct tables tables = {.sink = sink};
    static const uint8_t pad[LAYOUT_PAD];
    if (!commit_all(build))
        return false;
    store_sink_put(sink, pad, sizeof pad);
    store_sink_pad(sink);
    struct layout_head head = {.magic = LAYOUT_MAGIC,
                               .version = LAYOUT_VERSION,
                               .exponent = build->exponent,
                               .source = build->source,
                               .begin = build->begin,
                               .end = build->now,
                               .tables = sink->size,
                               .n_scopes = build->n_scopes,
                               .n_signals = build->n_signals,
                               .n_datas = build->n_datas + 1,
                               .clock = build->n_datas,
                               .names_size = build->names.n};
    if (!put_datas(build, &tables, &head.datas))
        return false;
    head.scopes = table(&tables, build->scopes.at, build->scopes.n);
    head.signals = table(&tables, build->signals.at, build->signals.n);
    head.names = table(&tables, build->names.at, build->names.n);
    head.note = build->note ? table(&tables, build->note, strlen(build->note) + 1) : 0;
    head.size = sink->size;
    head.tables_hash = tables.hash;
    put_head(sink, &head);
    return !sink->failed ||
           sim_err_set(build->err, SIM_ERR_ENVIRONMENT, "no room for the index of the waves");
}
