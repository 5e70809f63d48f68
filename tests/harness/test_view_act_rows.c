/* What hands do to rows: measuring, values, search, order; against brute force over the changes
 * where there is something to find. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/view/layout.h"
#include "harness/view/measure.h"
#include "harness/view/search.h"
#include "tests/harness/act_bench.h"
#include "tests/harness/view_file.h"

TestSuite(view_act_rows, .init = bench_begin, .fini = bench_end);

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

Test(view_act_rows, measures_pulses_as_brute_force_does) {
    static int64_t widths[1 << 16];
    size_t most = 0;
    for (int i = 0; i < 200; i++) {
        uint32_t signal = bench_bit();
        int64_t a = bench_time(), b = bench_time();
        char level = bench_draw(2) ? '1' : '0';
        struct view_measure m;
        size_t n = all_pulses(signal, level, a < b ? a : b, a < b ? b : a, widths);
        measure_pulses(view.store, signal, level, a < b ? a : b, a < b ? b : a, 1 << 20, &m);
        expect_measure(&m, widths, n);
        cr_assert_not(m.cut);
        most = n > most ? n : most;
    }
    cr_assert_gt(most, 20); /* there was something to count */
}

Test(view_act_rows, measuring_ends_with_its_budget) {
    struct view_measure m;
    measure_pulses(view.store, bench_bit(), '1', store_begin(view.store), store_end(view.store), 3,
                   &m);
    cr_assert(m.cut && m.n <= 3);
}

Test(view_act_rows, measure_takes_cursors_before_the_view) {
    view_set_active(&view, bench_bit());
    view_act(&view, ACT_MEASURE, NULL);
    cr_assert_eq(view.measure.from, view.from);
    cr_assert_eq(view.measure.to, view.from + view.span);
    view.cursors[1] = 10;
    view.cursors[0] = 2000;
    view_act(&view, ACT_MEASURE_LEVEL, NULL);
    cr_assert(view.measure.from == 10 && view.measure.to == 2000 && view.measure.level == '0');
}

/* --- values -------------------------------------------------------------------------------- */

Test(view_act_rows, finds_values_as_brute_force_does) {
    unsigned found = 0;
    for (int i = 0; i < 300; i++) {
        size_t row = bench_draw(view.n_rows);
        uint32_t signal = view.rows[row].signal;
        char text[VIEW_TEXT], value[VIEW_TEXT];
        view_value_text(&view, signal, view.rows[row].radix, bench_time(), text, sizeof text);
        view.active = row;
        view.cursors[0] = bench_time();
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
        bool any = bench_say(ACT_VALUE, text);
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
    cr_expect_eq(bench_say(ACT_VALUE, text), want != VIEW_NO_TIME, "%s", text);
    cr_expect(want == VIEW_NO_TIME || view.cursors[0] == want, "%s: %ld", text,
              (long)view.cursors[0]);
}

/* Addresses that a run wrote as reals: more digits than are shown of a real. */
Test(view_act_rows, whole_reals_are_found_in_full) {
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

Test(view_act_rows, names_match_by_parts_and_patterns) {
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

Test(view_act_rows, a_long_pattern_takes_no_time) {
    char name[1000], query[250];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = 0;
    for (size_t i = 0; i + 2 < sizeof query; i += 2)
        memcpy(query + i, "*a", 3);
    strcat(query, "b");
    cr_assert_not(search_matches(name, query));
}

Test(view_act_rows, search_adds_a_row_or_goes_to_it) {
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
    bench_say(ACT_SEARCH, name);
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

Test(view_act_rows, rows_are_moved_alone_and_as_a_group) {
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

Test(view_act_rows, rows_are_dropped_before_another) {
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

Test(view_act_rows, selected_rows_are_removed_and_duplicated) {
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

Test(view_act_rows, the_active_row_is_always_seen) {
    view.height = 300;
    for (int i = 0; i < 500; i++) {
        static const enum view_action MOVES[] = {ACT_ROW_UP,    ACT_ROW_DOWN,  ACT_ROWS_UP,
                                                 ACT_ROWS_DOWN, ACT_ROW_FIRST, ACT_ROW_LAST,
                                                 ACT_ROW_HIGHER};
        view_act(&view, MOVES[bench_draw(sizeof MOVES / sizeof *MOVES)], NULL);
        if (bench_draw(4) == 0)
            continue;
        view_act(&view, ACT_ROW_DOWN, NULL);
        cr_assert(view.active >= view.top);
        cr_assert(view.active < view.top + layout_rows_seen(&view) || view.active == view.top);
    }
}

Test(view_act_rows, a_row_that_is_gone_to_is_seen) {
    view.height = 300;
    for (int i = 0; i < 100; i++) {
        size_t row = bench_draw(view.n_rows);
        view.rows[bench_draw(view.n_rows)].height = 1 + (unsigned)bench_draw(4);
        view_set_active(&view, row);
        size_t seen = layout_rows_seen(&view);
        cr_assert(view.top <= row && (row < view.top + seen || row == view.top), "%zu", row);
    }
}

Test(view_act_rows, a_decoder_takes_the_rows_it_is_given) {
    char text[VIEW_TEXT], name[128];
    uint32_t signal = bench_bit();
    store_full_name(view.store, signal, name, sizeof name);
    view_set_active(&view, signal);
    snprintf(text, sizeof text, "manchester %s=%s", decoder_find("manchester")->inputs[0].name,
             name);
    cr_assert(bench_say(ACT_DECODER, text), "%s", view.message);
    cr_assert_eq(view.rows[view.active].kind, VIEW_DECODER);
    cr_assert_eq(view.rows[view.active].inputs[0], signal);
    cr_assert_not(bench_say(ACT_DECODER, "rot13"));
    cr_assert(strstr(view.message, "no such decoder"));
    cr_assert_not(bench_say(ACT_DECODER, "manchester nothing=else"));
    cr_assert(view.message[0]);
}
