/* What hands do to a view: zoom and pan, undo, cursors, jumps, rows; each against brute force
 * over the changes where there is something to find. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/act_internal.h"
#include "harness/view/layout.h"
#include "harness/view/measure.h"
#include "harness/view/paint.h"
#include "harness/view/search.h"
#include "harness/view/undo.h"
#include "harness/view/view_act.h"
#include "sim/rng.h"
#include "tests/harness/view_file.h"

#define SEED 7

static struct view view;
static uint64_t drawn;

static uint64_t draw(uint64_t below) {
    return rng_u64(SEED, 5, drawn++) % below;
}

static void begin(void) {
    drawn = 0;
    view_init(&view, view_file_random(SEED), NULL, NULL);
    for (uint32_t i = 0; i < store_n_signals(view.store); i++) {
        struct view_row row = view_signal_row(&view, i);
        cr_assert(view_add(&view, view.n_rows, &row));
    }
    view_set_active(&view, 0);
}

static void end(void) {
    view_finish(&view);
}

TestSuite(view_act, .init = begin, .fini = end);

static struct act at(int64_t time) {
    return (struct act){.time = time, .row = SIZE_MAX};
}

static struct act typed(const char *text) {
    return (struct act){.time = VIEW_NO_TIME, .row = SIZE_MAX, .text = text};
}

static bool say(enum view_action action, const char *text) {
    struct act act = typed(text);
    return view_act(&view, action, &act);
}

static int64_t random_time(void) {
    int64_t first = store_begin(view.store), length = store_end(view.store) - first;
    return first + (int64_t)draw((uint64_t)length + 1);
}

static uint32_t random_bit(void) {
    uint32_t signal;
    do
        signal = (uint32_t)draw(store_n_signals(view.store));
    while (store_signal(view.store, signal)->kind != STORE_BIT ||
           store_n_changes(view.store, signal) < 4);
    return signal;
}

/* --- zoom ---------------------------------------------------------------------------------- */

Test(view_act, zoom_keeps_the_time_under_the_pointer) {
    for (int i = 0; i < 2000; i++) {
        if (draw(12) == 0)
            view_act(&view, ACT_ZOOM_ALL, NULL);
        int64_t time = view.from + (int64_t)draw((uint64_t)view.span);
        int64_t before_span = view.span;
        double before = (double)(time - view.from) / (double)view.span;
        struct act act = at(time);
        view_act(&view, draw(3) ? ACT_ZOOM_IN : ACT_ZOOM_OUT, &act);
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
    struct act a = at(store_begin(view.store) + 100), b = at(store_begin(view.store) + 900);
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
    view_set_active(&view, random_bit());
    cr_assert_geq(view_details(&view, details), 1); /* without a cursor: of the middle */
    cr_assert(view_act(&view, ACT_DETAIL_FOLLOW, NULL), "%s", view.message);
    cr_assert_eq(view.cursors[0], details[0].at);
}

Test(view_act, some_of_the_file_is_always_seen) {
    static const enum view_action MOVES[] = {ACT_PAN_LEFT,   ACT_PAN_RIGHT, ACT_PAGE_LEFT,
                                             ACT_PAGE_RIGHT, ACT_ZOOM_IN,   ACT_ZOOM_OUT,
                                             ACT_GO_BEGIN,   ACT_GO_END};
    for (int i = 0; i < 3000; i++) {
        view_act(&view, MOVES[draw(sizeof MOVES / sizeof *MOVES)], NULL);
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
    struct act act = at(random_time());
    view_act(&view, CHANGES[draw(sizeof CHANGES / sizeof *CHANGES)], &act);
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
        size_t row = draw(view.n_rows);
        size_t n = all_edges(view.rows[row].signal, edges, 1 << 16);
        int64_t time = random_time(), want = 0, got, within = (int64_t)draw(5000);
        bool any = nearest(edges, n, time, &want) && llabs(want - time) <= within;
        cr_assert_eq(act_nearest_edge(&view, row, time, within, &got), any, "%d", i);
        cr_assert(!any || got == want, "%d: %ld, not %ld", i, (long)got, (long)want);
    }
}

Test(view_act, cursor_snaps_only_when_wanted_and_near) {
    uint32_t signal = random_bit();
    static int64_t edges[1 << 16];
    size_t n = all_edges(signal, edges, 1 << 16);
    view_set_active(&view, signal);
    view.snap = false;
    struct act act = at(edges[n / 2] + 1);
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
        int64_t time = random_time();
        view_time_text(&view, time, text, sizeof text);
        cr_assert(say(ACT_GO_TIME, text), "%s: %s", text, view.message);
        cr_assert_eq(view.cursors[0], time, "%s", text);
    }
    view.cursors[0] = store_begin(view.store) + 100;
    cr_assert(say(ACT_GO_TIME, "+20"));
    cr_assert(say(ACT_GO_TIME, " -5 "));
    cr_assert_eq(view.cursors[0], store_begin(view.store) + 115);
    cr_assert_not(say(ACT_GO_TIME, "soon"));
    cr_assert(strstr(view.message, "expected a time"));
    cr_assert_not(say(ACT_GO_TIME, "9e9 s"));
    cr_assert(view.message[0]);
}

Test(view_act, markers_are_set_and_gone_to) {
    view.cursors[0] = store_begin(view.store) + 77;
    cr_assert(say(ACT_MARKER_SET, "q"));
    cr_assert_not(say(ACT_MARKER_SET, "4"));
    cr_assert_not(say(ACT_MARKER_GO, "r"));
    view.cursors[0] = store_end(view.store);
    cr_assert(say(ACT_MARKER_GO, "q"));
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

/* --- measuring ----------------------------------------------------------------------------- */

/* Every pulse from the list of changes alone. */
static size_t all_pulses(uint32_t signal, char level, int64_t from, int64_t to, int64_t *widths) {
    struct store_cursor c;
    char before = 0, now = 0;
    int64_t since = 0;
    size_t n = 0;
    bool more = store_seek(view.store, signal, store_begin(view.store), &c) || store_next(&c);
    for (; more; more = store_next(&c)) {
        char next = store_bit(&c);
        bool edges = (before == '0' || before == '1') && (next == '0' || next == '1');
        if (edges && now == level && since >= from && c.time <= to)
            widths[n++] = c.time - since;
        before = now;
        now = next;
        since = c.time;
    }
    return n;
}

static void expect_measure(const struct view_measure *m, const int64_t *widths, size_t n) {
    double sum = 0, square = 0;
    uint64_t in_bins = 0;
    int64_t least = INT64_MAX, most = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)widths[i];
        square += (double)widths[i] * (double)widths[i];
        least = widths[i] < least ? widths[i] : least;
        most = widths[i] > most ? widths[i] : most;
    }
    for (size_t i = 0; i < VIEW_BINS; i++)
        in_bins += m->bins[i];
    cr_assert_eq(m->n, n);
    cr_assert_eq(in_bins, n);
    if (!n)
        return;
    double mean = sum / (double)n, variance = square / (double)n - mean * mean;
    cr_assert_eq(m->least, least);
    cr_assert_eq(m->most, most);
    cr_assert_float_eq(m->mean, mean, 1e-6 * mean + 1e-9);
    cr_assert_float_eq(m->deviation, sqrt(variance > 0 ? variance : 0), 1e-3 * mean + 1e-3);
    cr_assert(m->bin_from == least && m->bin_from + VIEW_BINS * m->bin_width > most);
}

Test(view_act, measures_pulses_as_brute_force_does) {
    static int64_t widths[1 << 16];
    size_t most = 0;
    for (int i = 0; i < 200; i++) {
        uint32_t signal = random_bit();
        int64_t a = random_time(), b = random_time();
        char level = draw(2) ? '1' : '0';
        struct view_measure m;
        size_t n = all_pulses(signal, level, a < b ? a : b, a < b ? b : a, widths);
        measure_pulses(view.store, signal, level, a < b ? a : b, a < b ? b : a, 1 << 20, &m);
        expect_measure(&m, widths, n);
        cr_assert_not(m.cut);
        most = n > most ? n : most;
    }
    cr_assert_gt(most, 20); /* there was something to count */
}

Test(view_act, measuring_ends_with_its_budget) {
    struct view_measure m;
    measure_pulses(view.store, random_bit(), '1', store_begin(view.store), store_end(view.store), 3,
                   &m);
    cr_assert(m.cut && m.n <= 3);
}

Test(view_act, measure_takes_cursors_before_the_view) {
    view_set_active(&view, random_bit());
    view_act(&view, ACT_MEASURE, NULL);
    cr_assert_eq(view.measure.from, view.from);
    cr_assert_eq(view.measure.to, view.from + view.span);
    view.cursors[1] = 10;
    view.cursors[0] = 2000;
    view_act(&view, ACT_MEASURE_LEVEL, NULL);
    cr_assert(view.measure.from == 10 && view.measure.to == 2000 && view.measure.level == '0');
}

/* --- values -------------------------------------------------------------------------------- */

Test(view_act, finds_values_as_brute_force_does) {
    unsigned found = 0;
    for (int i = 0; i < 300; i++) {
        size_t row = draw(view.n_rows);
        uint32_t signal = view.rows[row].signal;
        char text[VIEW_TEXT], value[VIEW_TEXT];
        view_value_text(&view, signal, view.rows[row].radix, random_time(), text, sizeof text);
        view.active = row;
        view.cursors[0] = random_time();
        int64_t start = view.cursors[0], want = VIEW_NO_TIME;
        struct store_cursor c;
        store_seek(view.store, signal, start, &c);
        while (want == VIEW_NO_TIME && store_next(&c)) {
            view_cursor_text(&c, store_signal(view.store, signal), view.rows[row].radix, value,
                             sizeof value);
            if (strcmp(value, text) == 0)
                want = c.time;
        }
        if (!text[0])
            continue;
        bool any = say(ACT_VALUE, text);
        cr_assert_eq(any, want != VIEW_NO_TIME, "%d: %s", i, text);
        cr_assert(!any || view.cursors[0] == want, "%d: %s", i, text);
        found += any;
    }
    cr_assert_gt(found, 50);
}

static void open_text(const char *vcd) {
    view_finish(&view);
    view_init(&view, view_file_text(vcd), NULL, NULL);
    view_default_rows(&view);
}

static void expect_value(const char *text, int64_t want) {
    view.cursors[0] = store_begin(view.store);
    cr_expect_eq(say(ACT_VALUE, text), want != VIEW_NO_TIME, "%s", text);
    cr_expect(want == VIEW_NO_TIME || view.cursors[0] == want, "%s: %ld", text,
              (long)view.cursors[0]);
}

/* Addresses that a run wrote as reals: more digits than are shown of a real. */
Test(view_act, whole_reals_are_found_in_full) {
    open_text("$timescale 1 ns $end $var real 64 ! pc $end $enddefinitions $end\n#0\nr1 !\n"
              "#10\nr134218240 !\n#20\nr134218242 !\n#30\nr0.5 !\n#40\nr0 !\n#50\nr-3 !\n#60\n");
    expect_value("134218242", 20);
    expect_value("0x8000202", 20);
    expect_value(".5", 30);
    expect_value("-3", 50);
    expect_value("0", 40);
    expect_value("x", VIEW_NO_TIME);
    expect_value("0.5 V", VIEW_NO_TIME);
}

/* --- search -------------------------------------------------------------------------------- */

Test(view_act, names_match_by_parts_and_patterns) {
    static const struct {
        const char *name, *query;
        bool matches;
    } CASES[] = {
        {"U4./sck", "", true},
        {"U4./sck", "SCK", true},
        {"U4./sck", "sck u4", true},
        {"U4./sck", "sck u5", false},
        {"U4./sck", "U4*", true},
        {"U4./sck", "/s?k", true},
        {"U4./sck", "s?k", false},
        {"top.cpu.pc[31:0]", "pc*", true},
        {"top.cpu.pc[31:0]", "*cpu*0]", true},
        {"top.cpu.pc[31:0]", "cpu", true},
        {"top.cpu.pc[31:0]", "c*u", false},
        {"a", "**a**", true},
        {"a", "?", true},
        {"ab", "?", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        cr_expect_eq(search_matches(CASES[i].name, CASES[i].query), CASES[i].matches, "%s in %s",
                     CASES[i].query, CASES[i].name);
}

Test(view_act, a_long_pattern_takes_no_time) {
    char name[1000], query[250];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = 0;
    for (size_t i = 0; i + 2 < sizeof query; i += 2)
        memcpy(query + i, "*a", 3);
    strcat(query, "b");
    cr_assert_not(search_matches(name, query));
}

Test(view_act, search_adds_a_row_or_goes_to_it) {
    char name[256];
    while (view.n_rows > 1)
        view_remove(&view, view.n_rows - 1);
    uint32_t last = (uint32_t)store_n_signals(view.store) - 1;
    store_full_name(view.store, last, name, sizeof name);
    view_act(&view, ACT_SEARCH, NULL);
    cr_assert_eq(view.n_found, store_n_signals(view.store));
    for (char *c = name; *c; c++)
        view_act_type(&view, (char[]){*c, 0});
    while (view.found[view.chosen] != last)
        view_act_choose(&view, 1);
    cr_assert(view_act_enter(&view));
    cr_assert(view.n_rows == 2 && view.rows[1].signal == last && view.active == 1);
    cr_assert_eq(view.panel, VIEW_NO_PANEL);
    view.active = 0;
    say(ACT_SEARCH, name);
    while (view.found[view.chosen] != last)
        view_act_choose(&view, 1);
    view_act_enter(&view);
    cr_assert(view.n_rows == 2 && view.active == 1);
    cr_assert(view_act(&view, ACT_UNDO, NULL));
    cr_assert_eq(view.n_rows, 1);
}

/* --- rows ---------------------------------------------------------------------------------- */

static void expect_order(const char *want) {
    char got[64] = "";
    for (size_t i = 0; i < view.n_rows; i++)
        got[i % 63] = view.rows[i].label[0];
    cr_assert_str_eq(got, want);
}

static void five_rows(void) {
    while (view.n_rows)
        view_remove(&view, view.n_rows - 1);
    for (int i = 0; i < 5; i++) {
        struct view_row row = view_signal_row(&view, 0);
        row.label[0] = (char)('a' + i);
        view_add(&view, view.n_rows, &row);
    }
    view.active = 0;
}

Test(view_act, rows_are_moved_alone_and_as_a_group) {
    five_rows();
    view_act(&view, ACT_ROW_MOVE_DOWN, NULL);
    expect_order("bacde");
    cr_assert_eq(view.active, 1);
    view.rows[0].selected = view.rows[2].selected = true;
    view_act(&view, ACT_ROW_MOVE_DOWN, NULL);
    expect_order("abdce");
    view_act(&view, ACT_ROW_MOVE_UP, NULL);
    view_act(&view, ACT_ROW_MOVE_UP, NULL);
    expect_order("bcade");
    cr_assert_not(view_act(&view, ACT_ROW_MOVE_UP, NULL));
}

Test(view_act, rows_are_dropped_before_another) {
    five_rows();
    view_act_drop(&view, 0, 3);
    expect_order("bcade");
    cr_assert_eq(view.active, 2);
    view.rows[0].selected = view.rows[4].selected = true;
    view_act_drop(&view, 4, 2);
    expect_order("cbead");
    view_act_drop(&view, 1, 5);
    expect_order("cadbe");
    cr_assert(view_act(&view, ACT_UNDO, NULL));
    expect_order("cbead");
}

Test(view_act, selected_rows_are_removed_and_duplicated) {
    five_rows();
    view.rows[1].selected = view.rows[3].selected = true;
    view_act(&view, ACT_ROW_DUPLICATE, NULL);
    expect_order("abbcdde");
    view_act(&view, ACT_ROW_REMOVE, NULL);
    expect_order("abcde");
    view_act(&view, ACT_SELECT_ALL, NULL);
    view_act(&view, ACT_ROW_REMOVE, NULL);
    cr_assert_eq(view.n_rows, 0);
    cr_assert_not(view_act(&view, ACT_ROW_REMOVE, NULL));
    cr_assert(view.message[0]);
    cr_assert(view_act(&view, ACT_UNDO, NULL));
    expect_order("abcde");
}

Test(view_act, the_active_row_is_always_seen) {
    view.height = 300;
    for (int i = 0; i < 500; i++) {
        static const enum view_action MOVES[] = {ACT_ROW_UP,    ACT_ROW_DOWN,  ACT_ROWS_UP,
                                                 ACT_ROWS_DOWN, ACT_ROW_FIRST, ACT_ROW_LAST,
                                                 ACT_ROW_HIGHER};
        view_act(&view, MOVES[draw(sizeof MOVES / sizeof *MOVES)], NULL);
        if (draw(4) == 0)
            continue;
        view_act(&view, ACT_ROW_DOWN, NULL);
        cr_assert(view.active >= view.top);
        cr_assert(view.active < view.top + layout_rows_seen(&view) || view.active == view.top);
    }
}

Test(view_act, a_row_that_is_gone_to_is_seen) {
    view.height = 300;
    for (int i = 0; i < 100; i++) {
        size_t row = draw(view.n_rows);
        view.rows[draw(view.n_rows)].height = 1 + (unsigned)draw(4);
        view_set_active(&view, row);
        size_t seen = layout_rows_seen(&view);
        cr_assert(view.top <= row && (row < view.top + seen || row == view.top), "%zu", row);
    }
}

Test(view_act, a_decoder_takes_the_rows_it_is_given) {
    char text[VIEW_TEXT], name[128];
    uint32_t signal = random_bit();
    store_full_name(view.store, signal, name, sizeof name);
    view_set_active(&view, signal);
    snprintf(text, sizeof text, "manchester %s=%s", decoder_find("manchester")->inputs[0].name,
             name);
    cr_assert(say(ACT_DECODER, text), "%s", view.message);
    cr_assert_eq(view.rows[view.active].kind, VIEW_DECODER);
    cr_assert_eq(view.rows[view.active].inputs[0], signal);
    cr_assert_not(say(ACT_DECODER, "rot13"));
    cr_assert(strstr(view.message, "no such decoder"));
    cr_assert_not(say(ACT_DECODER, "manchester nothing=else"));
    cr_assert(view.message[0]);
}

/* --- all of it at once --------------------------------------------------------------------- */

Test(view_act, any_actions_leave_a_lawful_view) {
    static const char *const TEXTS[] = {"a", "12us", "manchester", "", "0x1", "+5", "spi_lsb"};
    for (int i = 0; i < 6000; i++) {
        struct act act = {random_time(), draw(view.n_rows + 2), NULL};
        act.time = draw(3) ? act.time : VIEW_NO_TIME;
        act.text = draw(2) ? TEXTS[draw(sizeof TEXTS / sizeof *TEXTS)] : NULL;
        enum view_action action = (enum view_action)draw(N_ACTIONS + 1);
        if (action == ACT_ROW_DUPLICATE && view.n_rows > 200)
            continue;
        view_act(&view, action, &act);
        if (draw(3) == 0)
            view_act_type(&view, "b");
        if (draw(5) == 0)
            view_act_enter(&view);
        view_act_choose(&view, (int)draw(5) - 2);
        cr_assert(view.span >= VIEW_MIN_SPAN && view.active <= view.n_rows, "%d", i);
        cr_assert(view.top <= view.n_rows && strlen(view.message) < VIEW_TEXT, "%d", i);
        cr_assert(view.chosen == 0 || view.chosen < view.n_found, "%d", i);
    }
}
