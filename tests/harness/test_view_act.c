/* What hands do to a view: zoom and pan, undo, cursors, jumps; each against brute force over the
 * changes where there is something to find. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/act_internal.h"
#include "harness/view/layout.h"
#include "harness/view/undo.h"
#include "tests/harness/act_bench.h"

TestSuite(view_act, .init = bench_begin, .fini = bench_end);

/* --- zoom ---------------------------------------------------------------------------------- */

Test(view_act, zoom_keeps_the_time_under_the_pointer) {
    for (int i = 0; i < 2000; i++) {
        if (bench_draw(12) == 0)
            view_act(&view, ACT_ZOOM_ALL, NULL);
        int64_t time = view.from + (int64_t)bench_draw((uint64_t)view.span);
        int64_t before_span = view.span;
        double before = (double)(time - view.from) / (double)view.span;
        struct act act = bench_at(time);
        view_act(&view, bench_draw(3) ? ACT_ZOOM_IN : ACT_ZOOM_OUT, &act);
        double after = (double)(time - view.from) / (double)view.span;
        /* half a tick of rounding; an eighth of the picture stays within the file */
        int64_t inside = view.span / 8;
        bool held = view.from == store_begin(view.store) + inside - view.span ||
                    view.from == store_end(view.store) - inside || view.span == before_span;
        cr_assert(held || fabs(before - after) * (double)view.span <= 0.51, "%d: %g %g", i, before,
                  after);
    }
}

Test(view_act, zoom_in_ends_at_the_least_span_and_out_beyond_the_file) {
    for (int i = 0; i < 200; i++)
        view_act(&view, ACT_ZOOM_IN, NULL);
    cr_assert_eq(view.span, VIEW_MIN_SPAN);
    cr_assert_not(view_act(&view, ACT_ZOOM_IN, NULL));
    for (int i = 0; i < 200; i++)
        view_act(&view, ACT_ZOOM_OUT, NULL);
    int64_t length = store_end(view.store) - store_begin(view.store);
    cr_assert(view.span >= length && view.span <= 2 * length);
}

Test(view_act, zoom_to_cursors_shows_both) {
    struct act a = bench_at(store_begin(view.store) + 100),
               b = bench_at(store_begin(view.store) + 900);
    cr_assert_not(view_act(&view, ACT_ZOOM_CURSORS, NULL));
    cr_assert(strstr(view.message, "both cursors"));
    view.snap = false;
    view_act(&view, ACT_CURSOR_A, &b);
    view_act(&view, ACT_CURSOR_B, &a);
    cr_assert(view_act(&view, ACT_ZOOM_CURSORS, NULL));
    cr_assert_eq(view.from, a.time - 40);
    cr_assert_eq(view.span, 880);
}

/* A file may fill what ticks hold, and times given go beyond it. */
Test(view_act, times_from_end_to_end_do_not_overflow) {
    view.cursors[0] = -INT64_C(9000000000000000000);
    view.cursors[1] = INT64_C(9000000000000000000);
    view_set_range(&view, store_begin(view.store), VIEW_MIN_SPAN);
    cr_expect(view_act(&view, ACT_ZOOM_CURSORS, NULL));
    cr_expect_geq(view.span, store_end(view.store) - store_begin(view.store));
    view.from = INT64_MAX - 1000;
    view.span = 1000;
    cr_expect_eq(layout_column_time(&view, 100, 300), INT64_MAX);
    view.from = -INT64_MAX;
    cr_expect_eq(layout_column_time(&view, 100, -300), -INT64_MAX);
    cr_expect_eq(view_difference(INT64_MIN, 1), -INT64_MAX);
    cr_expect_eq(view_difference(INT64_MAX, -1), INT64_MAX);
    cr_expect_eq(view_sum(INT64_MAX, 1), INT64_MAX);
    cr_expect_eq(view_sum(-INT64_MAX, -1), -INT64_MAX);
}

Test(view_act, the_detail_that_is_drawn_is_followed) {
    struct detail details[DETAIL_MOST];
    view_set_active(&view, bench_bit());
    cr_assert_geq(view_details(&view, details), 1); /* without a cursor: of the middle */
    cr_assert(view_act(&view, ACT_DETAIL_FOLLOW, NULL), "%s", view.message);
    cr_assert_eq(view.cursors[0], details[0].at);
}

Test(view_act, some_of_the_file_is_always_seen) {
    static const enum view_action MOVES[] = {ACT_PAN_LEFT,   ACT_PAN_RIGHT, ACT_PAGE_LEFT,
                                             ACT_PAGE_RIGHT, ACT_ZOOM_IN,   ACT_ZOOM_OUT,
                                             ACT_GO_BEGIN,   ACT_GO_END};
    for (int i = 0; i < 3000; i++) {
        view_act(&view, MOVES[bench_draw(sizeof MOVES / sizeof *MOVES)], NULL);
        cr_assert(view.from < store_end(view.store), "%d", i);
        cr_assert(view.from + view.span > store_begin(view.store), "%d", i);
        cr_assert_geq(view.span, VIEW_MIN_SPAN);
    }
}

/* --- undo ---------------------------------------------------------------------------------- */

struct seen {
    int64_t from, span;
    size_t n_rows;
    uint32_t signals[64];
    unsigned heights[64];
};

static struct seen see(void) {
    struct seen seen = {.from = view.from, .span = view.span, .n_rows = view.n_rows};
    for (size_t i = 0; i < view.n_rows && i < 64; i++) {
        seen.signals[i] = view.rows[i].signal;
        seen.heights[i] = view.rows[i].height;
    }
    return seen;
}

static void expect_seen(const struct seen *want, const char *what) {
    struct seen got = see();
    cr_assert_eq(memcmp(&got, want, sizeof got), 0, "%s: from %ld span %ld rows %zu", what,
                 (long)got.from, (long)got.span, got.n_rows);
}

static void random_change(void) {
    static const enum view_action CHANGES[] = {ACT_ZOOM_IN,      ACT_ROW_HIGHER, ACT_ZOOM_OUT,
                                               ACT_PAGE_LEFT,    ACT_ROW_REMOVE, ACT_PAGE_RIGHT,
                                               ACT_ROW_DUPLICATE};
    struct act act = bench_at(bench_time());
    view_act(&view, CHANGES[bench_draw(sizeof CHANGES / sizeof *CHANGES)], &act);
    past_keep(&view, 0); /* ends a turn of equal actions: each is its own step */
}

Test(view_act, undo_and_redo_return_exactly) {
    struct seen steps[60];
    size_t n = 1;
    steps[0] = see();
    for (int i = 0; i < 300 && n < 60; i++) {
        random_change();
        struct seen now = see();
        if (memcmp(&now, &steps[n - 1], sizeof now) != 0)
            steps[n++] = now;
    }
    for (size_t i = n - 1; i > 0; i--) {
        cr_assert(view_act(&view, ACT_UNDO, NULL), "step %zu", i);
        expect_seen(&steps[i - 1], "undo");
    }
    cr_assert_not(view_act(&view, ACT_UNDO, NULL));
    for (size_t i = 1; i < n; i++) {
        cr_assert(view_act(&view, ACT_REDO, NULL), "step %zu", i);
        expect_seen(&steps[i], "redo");
    }
    cr_assert_not(view_act(&view, ACT_REDO, NULL));
}

Test(view_act, a_turn_of_the_wheel_is_one_undo) {
    struct seen first = see();
    for (int i = 0; i < 5; i++)
        view_act(&view, ACT_ZOOM_IN, NULL);
    cr_assert(view_act(&view, ACT_UNDO, NULL));
    expect_seen(&first, "undo");
}

Test(view_act, drags_are_undone_one_by_one) {
    view_act(&view, ACT_ZOOM_IN, NULL);
    int64_t from = view.from;
    for (int64_t i = 1; i < 9; i++)
        view_act_pan(&view, from + i, 1);
    int64_t between = view.from;
    for (int64_t i = 1; i < 9; i++)
        view_act_pan(&view, between + i, 2);
    cr_assert(view_act(&view, ACT_UNDO, NULL));
    cr_assert_eq(view.from, between);
    cr_assert(view_act(&view, ACT_UNDO, NULL));
    cr_assert_eq(view.from, from);
}

Test(view_act, the_past_is_bounded) {
    for (int i = 0; i < 3 * PAST_MOST; i++) {
        view_act_pan(&view, store_begin(view.store) + i % 7, (unsigned)i + 1);
        if (i % 3 == 0)
            view_act(&view, ACT_ROW_HIGHER, NULL);
    }
    int undone = 0;
    while (view_act(&view, ACT_UNDO, NULL))
        undone++;
    cr_assert(undone > PAST_MOST / 2 && undone <= PAST_MOST, "%d", undone);
}

/* --- edges --------------------------------------------------------------------------------- */

/* All changes of a signal that are edges. */
static size_t all_edges(uint32_t signal, int64_t *edges, size_t most) {
    struct store_cursor c;
    size_t n = 0;
    bool any = store_seek(view.store, signal, store_begin(view.store), &c);
    if (any && store_signal(view.store, signal)->kind == STORE_EVENT)
        edges[n++] = c.time;
    while (store_next(&c))
        if (n < most && (!n || edges[n - 1] != c.time) &&
            (c.index > 0 || c.time > store_begin(view.store)))
            edges[n++] = c.time;
    return n;
}

static bool nearest(const int64_t *edges, size_t n, int64_t time, int64_t *best) {
    for (size_t i = 0; i < n; i++)
        if (i == 0 || llabs(edges[i] - time) < llabs(*best - time))
            *best = edges[i];
    return n > 0;
}

Test(view_act, snap_finds_the_nearest_edge) {
    static int64_t edges[1 << 16];
    for (int i = 0; i < 400; i++) {
        size_t row = bench_draw(view.n_rows);
        size_t n = all_edges(view.rows[row].signal, edges, 1 << 16);
        int64_t time = bench_time(), want = 0, got, within = (int64_t)bench_draw(5000);
        bool any = nearest(edges, n, time, &want) && llabs(want - time) <= within;
        cr_assert_eq(act_nearest_edge(&view, row, time, within, &got), any, "%d", i);
        cr_assert(!any || got == want, "%d: %ld, not %ld", i, (long)got, (long)want);
    }
}

Test(view_act, cursor_snaps_only_when_wanted_and_near) {
    uint32_t signal = bench_bit();
    static int64_t edges[1 << 16];
    size_t n = all_edges(signal, edges, 1 << 16);
    view_set_active(&view, signal);
    view.snap = false;
    struct act act = bench_at(edges[n / 2] + 1);
    view_act(&view, ACT_CURSOR_A, &act);
    cr_assert_eq(view.cursors[0], edges[n / 2] + 1);
    view_act(&view, ACT_SNAP, NULL);
    view_act(&view, ACT_CURSOR_B, &act);
    cr_assert_eq(llabs(view.cursors[1] - edges[n / 2]) <= 1, 1);
    cr_assert_eq(view.cursor, 1);
}

Test(view_act, edges_are_walked_one_by_one) {
    static int64_t edges[1 << 16];
    for (size_t row = 0; row < view.n_rows; row++) {
        size_t n = all_edges(view.rows[row].signal, edges, 1 << 16);
        view_set_active(&view, row);
        view.cursors[0] = store_begin(view.store) - 1;
        for (size_t i = 0; i < n; i++) {
            cr_assert(view_act(&view, ACT_EDGE_NEXT, NULL), "row %zu edge %zu", row, i);
            cr_assert_eq(view.cursors[0], edges[i]);
            cr_assert(view.cursors[0] >= view.from && view.cursors[0] < view.from + view.span);
        }
        cr_assert_not(view_act(&view, ACT_EDGE_NEXT, NULL));
        for (size_t i = n; i-- > 1;) {
            cr_assert(view_act(&view, ACT_EDGE_PREVIOUS, NULL));
            cr_assert_eq(view.cursors[0], edges[i - 1]);
        }
    }
}

/* --- times and markers --------------------------------------------------------------------- */

Test(view_act, goes_to_times_typed_in) {
    char text[64];
    for (int i = 0; i < 300; i++) {
        int64_t time = bench_time();
        view_time_text(&view, time, text, sizeof text);
        cr_assert(bench_say(ACT_GO_TIME, text), "%s: %s", text, view.message);
        cr_assert_eq(view.cursors[0], time, "%s", text);
    }
    view.cursors[0] = store_begin(view.store) + 100;
    cr_assert(bench_say(ACT_GO_TIME, "+20"));
    cr_assert(bench_say(ACT_GO_TIME, " -5 "));
    cr_assert_eq(view.cursors[0], store_begin(view.store) + 115);
    cr_assert_not(bench_say(ACT_GO_TIME, "soon"));
    cr_assert(strstr(view.message, "expected a time"));
    cr_assert_not(bench_say(ACT_GO_TIME, "9e9 s"));
    cr_assert(view.message[0]);
}

Test(view_act, markers_are_set_and_gone_to) {
    view.cursors[0] = store_begin(view.store) + 77;
    cr_assert(bench_say(ACT_MARKER_SET, "q"));
    cr_assert_not(bench_say(ACT_MARKER_SET, "4"));
    cr_assert_not(bench_say(ACT_MARKER_GO, "r"));
    view.cursors[0] = store_end(view.store);
    cr_assert(bench_say(ACT_MARKER_GO, "q"));
    cr_assert_eq(view.cursors[0], store_begin(view.store) + 77);
}

Test(view_act, a_text_is_asked_for_and_taken) {
    view.cursors[0] = store_begin(view.store);
    cr_assert(view_act(&view, ACT_GO_TIME, NULL));
    cr_assert(view_act_wants_text(&view));
    view_act_type(&view, "+1");
    view_act_type(&view, "\xc2\xb5");
    view_act_type(&view, "3");
    view_act_erase(&view);
    view_act_erase(&view);
    cr_assert(strstr(view.message, ": +1_"), "%s", view.message);
    view_act_type(&view, "7");
    view_act_enter(&view);
    cr_assert_eq(view.cursors[0], store_begin(view.store) + 17);
    cr_assert_not(view_act_wants_text(&view));
    view_act(&view, ACT_GO_TIME, NULL);
    view_act(&view, ACT_CANCEL, NULL);
    cr_assert_not(view_act_wants_text(&view));
    cr_assert_str_empty(view.message);
}

Test(view_act, a_marker_needs_no_return) {
    view.cursors[0] = 5;
    view_act(&view, ACT_MARKER_SET, NULL);
    view_act_type(&view, "b");
    cr_assert_eq(view.markers[1], 5);
    cr_assert_not(view_act_wants_text(&view));
}

/* --- all of it at once --------------------------------------------------------------------- */

Test(view_act, any_actions_leave_a_lawful_view) {
    static const char *const TEXTS[] = {"a", "12us", "manchester", "", "0x1", "+5", "spi_lsb"};
    for (int i = 0; i < 6000; i++) {
        struct act act = {bench_time(), bench_draw(view.n_rows + 2), NULL};
        act.time = bench_draw(3) ? act.time : VIEW_NO_TIME;
        act.text = bench_draw(2) ? TEXTS[bench_draw(sizeof TEXTS / sizeof *TEXTS)] : NULL;
        enum view_action action = (enum view_action)bench_draw(N_ACTIONS + 1);
        if (action == ACT_ROW_DUPLICATE && view.n_rows > 200)
            continue;
        view_act(&view, action, &act);
        if (bench_draw(3) == 0)
            view_act_type(&view, "b");
        if (bench_draw(5) == 0)
            view_act_enter(&view);
        view_act_choose(&view, (int)bench_draw(5) - 2);
        cr_assert(view.span >= VIEW_MIN_SPAN && view.active <= view.n_rows, "%d", i);
        cr_assert(view.top <= view.n_rows && strlen(view.message) < VIEW_TEXT, "%d", i);
        cr_assert(view.chosen == 0 || view.chosen < view.n_found, "%d", i);
    }
}
