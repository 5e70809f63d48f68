/* The views before, on one list: entries[0, at) are behind the present one, the rest are what
 * an undo took back. Rows are shared between entries, since most steps only move the range. */
#include "harness/view/undo.h"

#include <stdlib.h>
#include <string.h>

#define PAST_ROWS 100000 /* kept rows in all, so that long lists do not fill the memory */

struct kept_rows {
    size_t refs, n;
    struct view_row rows[];
};

struct kept {
    struct kept_rows *rows;
    int64_t from, span;
    size_t top, active;
    unsigned kind;
};

struct view_past {
    struct kept entries[PAST_MOST + 1];
    size_t n, at, n_rows;
};

static bool same_row(const struct view_row *a, const struct view_row *b) {
    return a->kind == b->kind && a->signal == b->signal && a->radix == b->radix &&
           a->style == b->style && a->height == b->height && a->decoder == b->decoder &&
           memcmp(a->inputs, b->inputs, sizeof a->inputs) == 0 && strcmp(a->label, b->label) == 0;
}

static bool same_rows(const struct kept_rows *kept, const struct view *view) {
    if (kept->n != view->n_rows)
        return false;
    for (size_t i = 0; i < kept->n; i++)
        if (!same_row(&kept->rows[i], &view->rows[i]))
            return false;
    return true;
}

static bool same(const struct kept *kept, const struct view *view) {
    return kept->from == view->from && kept->span == view->span && same_rows(kept->rows, view);
}

static void drop(struct view_past *past, struct kept *kept) {
    if (--kept->rows->refs == 0) {
        past->n_rows -= kept->rows->n;
        free(kept->rows);
    }
}

static void drop_from(struct view_past *past, size_t from) {
    while (past->n > from)
        drop(past, &past->entries[--past->n]);
}

static void drop_oldest(struct view_past *past) {
    drop(past, &past->entries[0]);
    past->n--;
    past->at -= past->at > 0;
    memmove(past->entries, past->entries + 1, past->n * sizeof *past->entries);
}

static struct kept_rows *copy_rows(struct view_past *past, const struct view *view) {
    for (size_t i = past->at; i-- > 0 && i + 2 > past->at;)
        if (same_rows(past->entries[i].rows, view)) {
            past->entries[i].rows->refs++;
            return past->entries[i].rows;
        }
    struct kept_rows *rows = malloc(sizeof *rows + view->n_rows * sizeof *rows->rows);
    if (!rows)
        return NULL;
    rows->refs = 1;
    rows->n = view->n_rows;
    if (rows->n)
        memcpy(rows->rows, view->rows, rows->n * sizeof *rows->rows);
    past->n_rows += rows->n;
    return rows;
}

/* The present as the last entry. Without memory there is no undo of this step. */
static bool push(struct view *view, unsigned kind) {
    struct view_past *past = view->past;
    struct kept_rows *rows = copy_rows(past, view);
    if (!rows)
        return false;
    past->entries[past->n++] =
        (struct kept){rows, view->from, view->span, view->top, view->active, kind};
    return true;
}

void past_keep(struct view *view, unsigned kind) {
    if (!view->past)
        view->past = calloc(1, sizeof *view->past);
    struct view_past *past = view->past;
    if (!past)
        return;
    struct kept *last = past->at ? &past->entries[past->at - 1] : NULL;
    if (last && ((kind && kind == last->kind && past->at == past->n) || same(last, view))) {
        drop_from(past, past->at);
        last->kind = kind;
        return;
    }
    drop_from(past, past->at);
    if (push(view, kind))
        past->at++;
    while (past->n > 1 && (past->n >= PAST_MOST || past->n_rows > PAST_ROWS))
        drop_oldest(past);
}

static bool apply(struct view *view, const struct kept *kept) {
    while (view->n_rows)
        view_remove(view, view->n_rows - 1);
    for (size_t i = 0; i < kept->rows->n; i++)
        if (!view_add(view, i, &kept->rows->rows[i]))
            return false;
    view->from = kept->from;
    view->span = kept->span;
    view->top = kept->top;
    view->active = kept->active;
    return true;
}

bool past_undo(struct view *view) {
    struct view_past *past = view->past;
    if (!past)
        return false;
    while (past->at && same(&past->entries[past->at - 1], view))
        past->at--; /* kept before something that then changed nothing */
    if (!past->at || (past->at == past->n && !push(view, 0)))
        return false;
    return apply(view, &past->entries[--past->at]);
}

bool past_redo(struct view *view) {
    struct view_past *past = view->past;
    if (!past || past->at + 1 >= past->n)
        return false;
    return apply(view, &past->entries[++past->at]);
}

void past_clear(struct view *view) {
    past_destroy(view->past);
    view->past = NULL;
}

void past_destroy(struct view_past *past) {
    if (past)
        drop_from(past, 0);
    free(past);
}
