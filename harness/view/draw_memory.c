#include <stdlib.h>
#include <string.h>

#include "harness/view/draw.h"

#define HATCH 5 /* points between the strokes of x */

void draw_memory_destroy(struct draw_memory *memory) {
    if (!memory)
        return;
    for (size_t i = 0; i < DRAW_DECODED; i++)
        decode_items_finish(&memory->decoded[i].items);
    free(memory->columns);
    free(memory);
}

static struct draw_memory *memory_of(struct draw *draw) {
    if (!draw->paint->memory)
        draw->paint->memory = calloc(1, sizeof *draw->paint->memory);
    return draw->paint->memory;
}

struct store_column *draw_columns(struct draw *draw, size_t n) {
    struct draw_memory *memory = memory_of(draw);
    if (!memory)
        return NULL;
    if (memory->n_columns < n) {
        struct store_column *columns = realloc(memory->columns, n * sizeof *columns);
        if (!columns)
            return NULL;
        memory->columns = columns;
        memory->n_columns = n;
    }
    return memory->columns;
}

static struct draw_decoded *slot_of(struct draw_memory *memory, uint64_t serial,
                                    const struct view_row *row) {
    for (size_t i = 0; i < DRAW_DECODED; i++) {
        struct draw_decoded *slot = &memory->decoded[i];
        if (slot->decoder == row->decoder && slot->serial == serial &&
            memcmp(slot->inputs, row->inputs, sizeof slot->inputs) == 0)
            return slot;
    }
    struct draw_decoded *slot = &memory->decoded[memory->next];
    memory->next = (memory->next + 1) % DRAW_DECODED;
    slot->decoder = NULL;
    return slot;
}

/* A quarter of a picture to either side, so that panning decodes once per such step. */
static int64_t margin(const struct view *view, int64_t time, int64_t step) {
    int64_t beyond;
    return __builtin_add_overflow(time, step * (view->span / 4), &beyond) ? time : beyond;
}

static bool is_decoded(const struct draw_decoded *slot, const struct view *view) {
    return slot->decoder && slot->span == view->span && slot->from <= view->from &&
           slot->to >= view->from + view->span && slot->end == store_end(view->store);
}

const struct decode_items *draw_decode(struct draw *draw, const struct view_row *row) {
    const struct view *view = draw->view;
    struct draw_memory *memory = memory_of(draw);
    struct decode_request request = {
        .store = view->store,
        .from = margin(view, view->from, -1),
        .to = margin(view, view->from + view->span, 1),
        .budget = DECODE_BUDGET,
        .function = view->code ? code_function : NULL,
        .code = view->code,
    };
    if (!memory)
        return NULL;
    struct draw_decoded *slot = slot_of(memory, view->serial, row);
    if (is_decoded(slot, view))
        return &slot->items;
    memcpy(request.inputs, row->inputs, sizeof request.inputs);
    slot->decoder = NULL;
    if (!decode_run(row->decoder, &request, &slot->items))
        return NULL;
    slot->decoder = row->decoder;
    slot->serial = view->serial;
    slot->from = request.from;
    slot->to = request.to;
    slot->span = view->span;
    slot->end = store_end(view->store);
    memcpy(slot->inputs, row->inputs, sizeof slot->inputs);
    return &slot->items;
}

void draw_batch_begin(struct draw_batch *batch, struct paint *paint, struct paint_colour colour) {
    batch->paint = paint;
    batch->colour = colour;
    batch->n = 0;
}

void draw_batch_end(struct draw_batch *batch) {
    if (batch->n)
        batch->paint->ops->fill(batch->paint, batch->rects, batch->n, batch->colour);
    batch->n = 0;
}

void draw_batch_add(struct draw_batch *batch, int x, int y, int w, int h) {
    struct paint_rect *last = batch->n ? &batch->rects[batch->n - 1] : NULL;
    if (last && last->y == y && last->h == h && last->x + last->w == x) {
        last->w += w;
        return;
    }
    if (batch->n == DRAW_BATCH)
        draw_batch_end(batch);
    batch->rects[batch->n++] = (struct paint_rect){x, y, w, h};
}

void draw_hatch(const struct draw *draw, struct draw_batch *under, struct draw_batch *strokes,
                struct paint_rect r) {
    int stroke = draw->layout.stroke, step = layout_pixels(&draw->layout, HATCH);
    int offset = (r.x - draw->layout.traces.x) % step;
    draw_batch_add(under, r.x, r.y, r.w, r.h);
    draw_batch_add(strokes, r.x, r.y, r.w, stroke);
    draw_batch_add(strokes, r.x, r.y + r.h - stroke, r.w, stroke);
    for (int x = r.x + (offset ? step - offset : 0); x < r.x + r.w; x += step)
        draw_batch_add(strokes, x, r.y, stroke, r.h - stroke);
}
