/* The table of keys: no clash, no action without a key and a line of help; pointer and keys. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "harness/view/keys.h"
#include "harness/view/paint.h"
#include "harness/view/pointer.h"
#include "tests/harness/view_file.h"

Test(view_keys, no_key_is_there_twice) {
    for (size_t i = 0; i < n_key_rows; i++)
        for (size_t j = i + 1; j < n_key_rows; j++)
            cr_expect(key_rows[i].key != key_rows[j].key ||
                          key_rows[i].modifiers != key_rows[j].modifiers,
                      "rows %zu and %zu", i, j);
}

static bool on_keyboard(enum view_action action) {
    for (size_t i = 0; i < n_key_rows; i++)
        if (key_rows[i].action == action && key_rows[i].key < KEY_MOUSE)
            return true;
    return false;
}

static bool has_help(enum view_action action) {
    for (size_t i = 0; i < n_key_rows; i++)
        if (key_rows[i].action == action && key_rows[i].help && key_rows[i].help[0])
            return true;
    return false;
}

Test(view_keys, every_action_has_a_key_and_a_line_of_help) {
    for (int action = ACT_NONE + 1; action < N_ACTIONS; action++) {
        cr_expect(on_keyboard((enum view_action)action), "action %d", action);
        cr_expect(has_help((enum view_action)action), "action %d", action);
    }
}

Test(view_keys, further_keys_stand_below_their_action) {
    cr_assert(key_rows[0].topic && key_rows[0].help);
    for (size_t i = 1; i < n_key_rows; i++)
        cr_expect(key_rows[i].help || key_rows[i].action == key_rows[i - 1].action, "row %zu", i);
}

Test(view_keys, all_have_names_of_their_own) {
    char a[48], b[48];
    for (size_t i = 0; i < n_key_rows; i++)
        for (size_t j = i + 1; j < n_key_rows; j++) {
            key_name(&key_rows[i], a, sizeof a);
            key_name(&key_rows[j], b, sizeof b);
            cr_expect(a[0] && strcmp(a, b) != 0, "%s", a);
        }
    struct key_row row = {KEY_LEFT, KEY_CTRL | KEY_SHIFT, ACT_NONE, NULL, NULL};
    cr_assert_str_eq(key_name(&row, a, sizeof a), "Ctrl+Shift+Left");
}

/* --- with a view --------------------------------------------------------------------------- */

static struct view view;
static struct pointer pointer;

static void begin(void) {
    view_init(&view, view_file_random(3), NULL, NULL);
    pointer = (struct pointer){0};
    for (uint32_t i = 0; i < store_n_signals(view.store); i++) {
        struct view_row row = view_signal_row(&view, i);
        view_add(&view, view.n_rows, &row);
    }
    view.active = 0;
    view.snap = false;
}

static void end(void) {
    view_finish(&view);
}

TestSuite(view_pointer, .init = begin, .fini = end);

static struct paint_rect traces(void) {
    return layout_traces(&view);
}

static void click(int x, int y, int button, unsigned modifiers) {
    pointer_move(&pointer, &view, x, y);
    pointer_press(&pointer, &view, button, modifiers);
    pointer_release(&pointer, &view, button);
}

Test(view_pointer, typing_goes_to_what_asks_for_it) {
    cr_assert(key_text(&view, "g", NULL));
    cr_assert(key_text(&view, "q", NULL)); /* not quit */
    cr_assert_eq(view.request, VIEW_NO_REQUEST);
    cr_assert(key_press(&view, KEY_BACKSPACE, 0, NULL));
    view.cursors[0] = store_begin(view.store);
    cr_assert(key_text(&view, "+", NULL) && key_text(&view, "5", NULL));
    cr_assert(key_press(&view, KEY_RETURN, 0, NULL));
    cr_assert_eq(view.cursors[0], store_begin(view.store) + 5);
    cr_assert(key_text(&view, "q", NULL));
    cr_assert_eq(view.request, VIEW_REQUEST_QUIT);
    cr_assert_not(key_text(&view, "\xc3\xa4", NULL));
}

Test(view_pointer, keys_for_rows_and_time_do_nothing_while_typing) {
    const unsigned keys[] = {KEY_DELETE, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_TAB};
    size_t n_rows = view.n_rows;
    view_set_range(&view, view.from + view.span / 4, view.span / 8);
    int64_t from = view.from;
    cr_assert(key_text(&view, "g", NULL));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        cr_expect(key_press(&view, keys[i], 0, NULL));
        cr_expect(view.prompt && view.n_rows == n_rows && view.from == from, "key %u", keys[i]);
    }
}

Test(view_pointer, a_click_on_a_detail_follows_it) {
    struct detail details[DETAIL_MOST];
    view.details = true;
    struct layout_hit hit;
    int x = traces().x, y = (int)view.height;
    while (y > 0 && (hit = layout_at(&view, x, y)).part != LAYOUT_DETAILS)
        y--;
    cr_assert_geq(hit.row, view_details(&view, details)); /* an empty line */
    click(x, y, 1, 0);
    cr_expect_eq(view.cursors[0], VIEW_NO_TIME);
    while (layout_at(&view, x, y).row > 0)
        y--;
    click(x, y, 1, 0);
    cr_expect_eq(view.cursors[0], details[0].at);
}

Test(view_pointer, a_click_sets_the_cursor_where_it_is) {
    struct paint_rect r = traces();
    int x = r.x + r.w / 3, y = r.y + 5;
    int64_t time = layout_at(&view, x, y).time;
    click(x, y, 1, 0);
    cr_assert_eq(view.cursors[0], time);
    click(r.x + r.w / 2, y, 3, 0);
    cr_assert_neq(view.cursors[1], VIEW_NO_TIME);
    click(r.x + r.w / 4, y, 1, KEY_SHIFT);
    cr_assert_eq(view.cursors[1], layout_at(&view, r.x + r.w / 4, y).time);
    cr_assert_eq(view.cursors[0], time);
}

Test(view_pointer, a_drag_moves_the_time_with_the_pointer) {
    struct paint_rect r = traces();
    view_set_range(&view, view.from + view.span / 4, view.span / 8);
    int64_t from = view.from, held = layout_at(&view, r.x + 400, r.y + 5).time;
    pointer_move(&pointer, &view, r.x + 400, r.y + 5);
    pointer_press(&pointer, &view, 1, 0);
    for (int x = 400; x > 300; x -= 3)
        pointer_move(&pointer, &view, r.x + x, r.y + 7);
    pointer_move(&pointer, &view, r.x + 300, r.y + 7);
    pointer_release(&pointer, &view, 1);
    int64_t off = layout_at(&view, r.x + 300, r.y + 5).time - held, pixel = view.span / r.w + 1;
    cr_assert(off <= pixel && off >= -pixel, "%ld", (long)off);
    cr_assert_eq(view.cursors[0], VIEW_NO_TIME); /* it was no click */
    cr_assert(view_act(&view, ACT_UNDO, NULL));
    cr_assert_eq(view.from, from);
}

Test(view_pointer, the_wheel_zooms_where_it_points) {
    struct paint_rect r = traces();
    int x = r.x + r.w * 3 / 4, y = r.y + 3;
    int64_t span = view.span, time = layout_at(&view, x, y).time;
    pointer_move(&pointer, &view, x, y);
    cr_assert(pointer_wheel(&pointer, &view, 3, 0));
    int64_t off = layout_at(&view, x, y).time - time, pixel = span / r.w + 1;
    cr_assert_lt(view.span, span / 3 + 3);
    cr_assert(off <= pixel && off >= -pixel);
}

Test(view_pointer, names_are_dragged_to_another_place) {
    uint32_t first = view.rows[0].signal, third = view.rows[2].signal;
    int x = traces().x / 4, y0 = traces().y + 3, y2 = y0;
    while (layout_at(&view, x, y2).row < 2)
        y2++;
    cr_assert_eq(layout_at(&view, x, y0).row, 0);
    pointer_move(&pointer, &view, x, y2);
    pointer_press(&pointer, &view, 1, 0);
    pointer_move(&pointer, &view, x, y2 - 10);
    pointer_move(&pointer, &view, x, y0);
    pointer_release(&pointer, &view, 1);
    cr_assert_eq(view.rows[0].signal, third);
    cr_assert_eq(view.rows[1].signal, first);
}

Test(view_pointer, hovering_tells_time_and_value) {
    struct paint_rect r = traces();
    char name[128];
    pointer_move(&pointer, &view, r.x + r.w / 2, r.y + 3);
    store_full_name(view.store, view.rows[0].signal, name, sizeof name);
    cr_assert(strstr(view.hover, name), "%s", view.hover);
    cr_assert_neq(view.pointer, VIEW_NO_TIME);
    cr_assert_eq(pointer_shape(&pointer, &view), POINTER_CROSS);
    pointer_leave(&pointer, &view);
    cr_assert(view.pointer == VIEW_NO_TIME && !view.hover[0]);
}

Test(view_pointer, a_click_chooses_a_row_and_modifiers_select) {
    int x = traces().x / 4, y = traces().y + 3, y2 = y;
    while (layout_at(&view, x, y2).row < 2)
        y2++;
    click(x, y2, 1, 0);
    cr_assert_eq(view.active, 2);
    click(x, y, 1, KEY_CTRL);
    cr_assert(view.rows[0].selected && !view.rows[1].selected && view.active == 0);
    click(x, y2, 1, KEY_SHIFT);
    cr_assert(view.rows[1].selected && view.rows[2].selected && !view.rows[3].selected);
}
