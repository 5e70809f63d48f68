/* A file with what stands beside it, and the same file again when it has changed. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/view/view_act.h"
#include "harness/view/view_file.h"
#include "harness/view/view_open.h"

static char dir[64], waves[128];
static struct view view;
static const struct store_settings SETTINGS = {.quiet = true, .no_index = true, .allow_end = true};

static void write_file(const char *name, const char *how, const char *text) {
    FILE *f = fopen(name, how);
    cr_assert(f, "%s", name);
    fputs(text, f);
    fclose(f);
}

static void beside(const char *ending, const char *text) {
    char path[160];
    snprintf(path, sizeof path, "%s%s", waves, ending);
    write_file(path, "w", text);
}

static void begin(void) {
    strcpy(dir, "/tmp/test-view-open-XXXXXX");
    cr_assert(mkdtemp(dir));
    snprintf(waves, sizeof waves, "%s/waves.vcd", dir);
    write_file(waves, "w",
               "$timescale 1 ns $end $scope module top $end $var wire 1 ! clk $end "
               "$var wire 4 \" bus $end $upscope $end $enddefinitions $end\n"
               "#0 0! b0 \"\n#100 1!\n#1000 0!\n");
}

static void end(void) {
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(view_open, .init = begin, .fini = end);

static void open_it(void) {
    struct view_notes notes;
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(view_open_waves(&view, waves, &SETTINGS, &notes, &err), "%s", err.text);
    cr_assert(!notes.sidecar.text[0] && !notes.code[0]);
    view_set_up(&view, true);
}

static bool has_row(const char *name) {
    for (size_t i = 0; i < view.n_rows; i++)
        if (view.rows[i].kind == VIEW_SIGNAL && view.rows[i].signal == store_find(view.store, name))
            return true;
    return false;
}

Test(view_open, a_file_alone_shows_all_of_it) {
    open_it();
    cr_assert(has_row("clk") && has_row("bus"));
    cr_assert(view.from == 0 && view.span == 1000 && view.active == 0);
    cr_assert_str_empty(view.message);
    view_finish(&view);
}

Test(view_open, what_is_no_wave_is_an_error) {
    struct view_notes notes;
    struct sim_err err = SIM_ERR_INIT;
    write_file(waves, "w", "hello");
    cr_assert_not(view_open_waves(&view, waves, &SETTINGS, &notes, &err));
    cr_assert(err.text[0] && !strchr(err.text, '\n'));
}

Test(view_open, the_saved_view_comes_first) {
    struct sim_err err = SIM_ERR_INIT;
    open_it();
    view_remove(&view, 0);
    view_set_range(&view, 50, 70);
    cr_assert(view_file_save(&view, &err), "%s", err.text);
    view_finish(&view);
    beside(".gtkw", "@28\ntop.clk\n");
    open_it();
    cr_assert(!has_row("clk") && view.from == 50 && view.span == 70);
    view_finish(&view);
}

Test(view_open, a_damaged_view_is_told_and_left) {
    beside(".lpview", "{\"schema\": 3}");
    open_it();
    cr_assert(strstr(view.message, "schema"), "%s", view.message);
    cr_assert(has_row("clk") && view.span == 1000);
    view_finish(&view);
}

Test(view_open, rows_of_gtkwave_are_taken) {
    beside(".gtkw", "[timestart] 30\n@22\ntop.bus\n");
    open_it();
    cr_assert(view.n_rows == 1 && has_row("bus") && view.from == 30);
    view_finish(&view);
}

Test(view_open, a_damaged_sidecar_is_told) {
    struct view_notes notes;
    struct sim_err err = SIM_ERR_INIT;
    beside(".lpwave", "[");
    cr_assert(view_open_waves(&view, waves, &SETTINGS, &notes, &err), "%s", err.text);
    cr_assert(notes.sidecar.text[0] && !view.sidecar);
    view_set_up(&view, true);
    cr_assert_eq(view.n_rows, 2);
    cr_assert(view_reopen(&view, NULL, &err), "%s", err.text);
    cr_assert_str_eq(view.message, notes.sidecar.text);
    view_finish(&view);
}

/* --- the file again ------------------------------------------------------------------------ */

static void grow(void) {
    struct sim_err err = SIM_ERR_INIT;
    write_file(waves, "a", "#3000 1!\n");
    cr_assert(store_is_stale(view.store));
    cr_assert(view_reopen(&view, NULL, &err), "%s", err.text);
    cr_assert_not(store_is_stale(view.store));
}

Test(view_open, the_whole_file_stays_whole) {
    open_it();
    grow();
    cr_assert(view.from == 0 && view.span == 3000);
    view_finish(&view);
}

Test(view_open, a_view_at_the_end_follows_it) {
    open_it();
    view_set_range(&view, 700, 300);
    grow();
    cr_assert(view.from == 2700 && view.span == 300);
    view_finish(&view);
}

Test(view_open, any_other_view_stays) {
    open_it();
    view_set_range(&view, 100, 300);
    view.cursors[1] = 222;
    view.markers[3] = 7;
    view.panel = VIEW_SEARCH;
    strcpy(view.query, "cl");
    view.width = 999;
    view_set_active(&view, 1);
    grow();
    cr_assert(view.from == 100 && view.span == 300 && view.cursors[1] == 222);
    cr_assert(view.markers[3] == 7 && view.active == 1 && view.width == 999);
    cr_assert(view.panel == VIEW_SEARCH && view.n_found == 1);
    view_finish(&view);
}

Test(view_open, rows_follow_their_names) {
    struct sim_err err = SIM_ERR_INIT;
    open_it();
    view_set_active(&view, 1);
    write_file(waves, "w",
               "$timescale 1 ns $end $scope module top $end $var wire 1 # new $end "
               "$var wire 4 \" bus $end $var wire 1 ! clk $end $upscope $end "
               "$enddefinitions $end\n#0 0! b1 \" 0#\n#1000 1!\n");
    cr_assert(view_reopen(&view, NULL, &err), "%s", err.text);
    cr_assert_eq(view.n_rows, 2);
    cr_assert_eq(view.rows[0].signal, store_find(view.store, "clk"));
    cr_assert_eq(view.rows[1].signal, store_find(view.store, "bus"));
    view_finish(&view);
}

Test(view_open, what_cannot_be_read_changes_nothing) {
    struct sim_err err = SIM_ERR_INIT;
    open_it();
    view_set_range(&view, 100, 300);
    write_file(waves, "w", "hello");
    cr_assert_not(view_reopen(&view, NULL, &err));
    cr_assert(err.text[0] && view.n_rows == 2 && view.from == 100);
    view_finish(&view);
}

Test(view_open, another_file_takes_its_place) {
    struct sim_err err = SIM_ERR_INIT;
    char other[160];
    open_it();
    view_act(&view, ACT_THEME, NULL);
    snprintf(other, sizeof other, "%s/other.vcd", dir);
    write_file(other, "w",
               "$timescale 1 us $end $var wire 1 ! x $end $enddefinitions $end\n#0 0! #9 1!\n");
    cr_assert(view_reopen(&view, other, &err), "%s", err.text);
    cr_assert(has_row("x") && view.n_rows == 1 && view.theme == VIEW_LIGHT);
    cr_assert_str_eq(store_path(view.store), other);
    cr_assert_not(view_act(&view, ACT_UNDO, NULL)); /* not to rows of the other file */
    view_finish(&view);
}
