/* Views as files: what is written comes back, in other waves too; what is hostile is refused with
 * one line, and the view is as it was. GTKWave's files the same. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/view/gtkw.h"
#include "harness/view/view_file.h"
#include "tests/harness/view_file.h"

static const char WAVES[] = "$timescale 100 ps $end\n"
                            "$scope module top $end\n"
                            "$var wire 1 ! clk $end\n"
                            "$var wire 8 \" bus [7:0] $end\n"
                            "$var real 64 # level $end\n"
                            "$upscope $end\n"
                            "$enddefinitions $end\n"
                            "#0\n0!\nb0 \"\nr0 #\n#10\n1!\nb101 \"\nr1.5 #\n#5000\n0!\n";

static struct view view;

static void add(const char *signal, const char *label, unsigned height) {
    struct view_row row = view_signal_row(&view, store_find(view.store, signal));
    cr_assert_neq(store_find(view.store, signal), STORE_NONE, "%s", signal);
    snprintf(row.label, sizeof row.label, "%s", label);
    row.height = height;
    view_add(&view, view.n_rows, &row);
}

static void begin(void) {
    view_init(&view, view_file_text(WAVES), NULL, NULL);
    add("clk", "the clock", 1);
    add("top.bus[7:0]", "", 4);
    add("level", "", 1);
    view.rows[1].radix = VIEW_SIGNED;
    view.rows[1].style = VIEW_STEP;
    struct view_row decoder = {.kind = VIEW_DECODER, .decoder = decoders[0], .height = 1};
    for (size_t i = 0; i < DECODE_MAX_INPUTS; i++)
        decoder.inputs[i] = i < decoder_n_inputs(decoders[0]) ? 0 : STORE_NONE;
    view_add(&view, 1, &decoder);
    struct view_row comment = {.kind = VIEW_LABEL, .signal = STORE_NONE, .height = 1};
    strcpy(comment.label, "a comment: \"quoted\"");
    view_add(&view, 3, &comment);
    view.cursors[1] = 33;
    view.cursor = 1;
    view.markers[25] = 44;
    view_set_range(&view, 120, 800);
    view_set_active(&view, 2);
}

static void end(void) {
    view_finish(&view);
}

TestSuite(view_file, .init = begin, .fini = end);

static void expect_rows(const struct view *got, bool comments) {
    cr_assert_eq(got->n_rows, view.n_rows);
    for (size_t i = 0; i < view.n_rows; i++) {
        const struct view_row *a = &view.rows[i], *b = &got->rows[i];
        cr_expect_eq(a->kind, b->kind, "row %zu", i);
        cr_expect(a->kind != VIEW_SIGNAL || a->signal == b->signal, "row %zu", i);
        cr_expect(a->kind != VIEW_SIGNAL || a->radix == b->radix ||
                      store_signal(view.store, a->signal)->kind == STORE_BIT,
                  "row %zu", i);
        cr_expect_eq(a->style, b->style, "row %zu", i);
        cr_expect(a->style == VIEW_AUTO || a->height == b->height, "row %zu", i);
        cr_expect(a->kind != VIEW_DECODER || (a->decoder == b->decoder &&
                                              memcmp(a->inputs, b->inputs, sizeof a->inputs) == 0),
                  "row %zu", i);
        cr_expect(!comments || strcmp(a->label, b->label) == 0, "row %zu: %s", i, b->label);
    }
}

static void expect_state(const struct view *got) {
    cr_expect(got->from == view.from && got->span == view.span, "%ld %ld", (long)got->from,
              (long)got->span);
    cr_expect_eq(memcmp(got->cursors, view.cursors, sizeof view.cursors), 0);
    cr_expect_eq(memcmp(got->markers, view.markers, sizeof view.markers), 0);
    cr_expect(got->cursor == view.cursor && got->snap == view.snap);
    cr_expect(got->active == view.active && got->theme == view.theme);
}

Test(view_file, comes_back_as_it_was) {
    struct sim_err err = SIM_ERR_INIT;
    struct view other;
    char *text = view_file_dump(&view);
    view_init(&other, view_file_text(WAVES), NULL, NULL);
    cr_assert(view_file_apply(&other, "x", text, strlen(text), &err), "%s", err.text);
    cr_assert_str_empty(other.message);
    expect_rows(&other, true);
    expect_state(&other);
    view_finish(&other);
    free(text);
}

Test(view_file, times_are_kept_when_ticks_are_others) {
    struct sim_err err = SIM_ERR_INIT;
    char waves[sizeof WAVES + 8], *text = view_file_dump(&view);
    struct view other;
    snprintf(waves, sizeof waves, "$timescale 1 ps $end%s9", strchr(WAVES, '\n'));
    char *last = strrchr(waves, '#');
    strcpy(last, "#500000\n");
    view_init(&other, view_file_text(waves), NULL, NULL);
    cr_assert(view_file_apply(&other, "x", text, strlen(text), &err), "%s", err.text);
    cr_assert_eq(other.from, 12000);
    cr_assert_eq(other.span, 80000);
    cr_assert_eq(other.cursors[1], 3300);
    view_finish(&other);
    free(text);
}

Test(view_file, what_the_waves_do_not_have_is_told) {
    struct sim_err err = SIM_ERR_INIT;
    struct view other;
    char *text = view_file_dump(&view);
    view_init(&other,
              view_file_text("$timescale 1 ns $end $var wire 1 ! clk $end "
                             "$enddefinitions $end\n#0 0! #9 1!\n"),
              NULL, NULL);
    cr_assert(view_file_apply(&other, "x", text, strlen(text), &err), "%s", err.text);
    cr_assert(strstr(other.message, "top."), "%s", other.message);
    cr_assert(other.n_rows < view.n_rows && other.active <= other.n_rows);
    view_finish(&other);
    free(text);
}

static const struct hostile {
    const char *text, *says;
} HOSTILE[] = {
    {"", ""},
    {"{", ""},
    {"[]", "schema"},
    {"{}", "schema"},
    {"{\"schema\": 7}", "schema"},
    {"{\"schema\": \"linkpulse.view/2\"}", "linkpulse.view/2"},
    {"{\"schema\": \"linkpulse.view/1\"}", "from"},
    {"{\"schema\": \"linkpulse.view/1\", \"from\": 0, \"span\": -4, \"rows\": []}", "span"},
    {"{\"schema\": \"linkpulse.view/1\", \"from\": 0, \"span\": 4, \"rows\": {}}", "rows"},
    {"{\"schema\": \"linkpulse.view/1\", \"from\": 0, \"span\": 4, \"rows\": [7]}", "rows"},
    {"{\"schema\": \"linkpulse.view/1\", \"from\": 0, \"span\": 4, \"rows\": [{\"signal\": 3}]}",
     "rows"},
    {"{\"schema\": \"linkpulse.view/1\", \"from\": 0, \"span\": 4, \"rows\": [{\"signal\": \"clk\","
     " \"radix\": \"octal\"}]}",
     "radix"},
    {"{\"schema\": \"linkpulse.view/1\", \"from\": 0, \"span\": 4, \"rows\": [{\"signal\": \"clk\","
     " \"height\": 99}]}",
     "height"},
    {"{\"schema\": \"linkpulse.view/1\", \"from\": 0, \"span\": 4, \"rows\": [{\"decoder\": \"x\","
     " \"inputs\": [1, 2, 3, 4, 5]}]}",
     "inputs"},
    {"{\"schema\": \"linkpulse.view/1\", \"from\": 0, \"span\": 4, \"rows\": [],"
     " \"markers\": {\"ab\": 3}}",
     "markers"},
    {"{\"schema\": \"linkpulse.view/1\", \"from\": 0, \"span\": 4, \"rows\": [],"
     " \"cursors\": [1]}",
     "cursors"},
};

Test(view_file, hostile_ones_are_refused_with_one_line) {
    for (size_t i = 0; i < sizeof HOSTILE / sizeof *HOSTILE; i++) {
        struct sim_err err = SIM_ERR_INIT;
        size_t n = view.n_rows;
        int64_t from = view.from;
        const char *text = HOSTILE[i].text;
        cr_expect_not(view_file_apply(&view, "bad.lpview", text, strlen(text), &err), "%s", text);
        cr_expect(err.cls == SIM_ERR_INPUT && err.text[0] && !strchr(err.text, '\n'), "%s", text);
        cr_expect(strstr(err.text, HOSTILE[i].says), "%s: %s", text, err.text);
        cr_expect_str_eq(err.file, "bad.lpview");
        cr_expect(view.n_rows == n && view.from == from);
    }
}

/* --- GTKWave ------------------------------------------------------------------------------- */

static char *read_all(const char *path) {
    static char text[1 << 16];
    FILE *f = fopen(path, "r");
    cr_assert(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    return text;
}

static char *saved(void) {
    struct sim_err err = SIM_ERR_INIT;
    char path[] = "/tmp/test-gtkw-XXXXXX";
    close(mkstemp(path));
    cr_assert(gtkw_save(&view, path, &err), "%s", err.text);
    char *text = read_all(path);
    unlink(path);
    return text;
}

Test(view_file, gtkw_comes_back_as_it_was) {
    struct sim_err err = SIM_ERR_INIT;
    struct view other;
    view.cursors[0] = 21;
    char *text = saved();
    view_init(&other, view_file_text(WAVES), NULL, NULL);
    other.width = view.width;
    cr_assert(gtkw_apply(&other, "x", text, strlen(text), &err), "%s", err.text);
    expect_rows(&other, true);
    cr_expect_eq(other.cursors[0], 21);
    cr_expect_eq(other.markers[25], 44);
    cr_expect_eq(other.from, view.from);
    view_finish(&other);
}

/* GTKWave counts 100 ps as 100 of its ticks. */
Test(view_file, gtkw_counts_in_units_of_gtkwave) {
    char *text = saved();
    cr_assert(strstr(text, "[timestart] 12000\n"), "%s", text);
    cr_assert(strstr(text, "\n@28\n+{the clock} top.clk\n"), "%s", text);
    cr_assert(strstr(text, "@8420\ntop.bus[7:0]\n@20000\n-\n-\n-\n"), "%s", text);
}

static const char FOREIGN[] = "[*]\r\n"
                              "[*] GTKWave Analyzer v3.3.118 (w)1999-2023 BSI\r\n"
                              "[dumpfile] \"/home/somebody/waves.vcd\"\r\n"
                              "[dumpfile_mtime] \"Sun Oct 27 23:53:05 2013\"\r\n"
                              "[timestart] 2000\r\n"
                              "[size] 1100 600\r\n"
                              "*-10.000000 700 1200 -1\r\n"
                              "[treeopen] top.\r\n"
                              "[sst_width] 220\r\n"
                              "@800200\r\n"
                              "-a group\r\n"
                              "@29\r\n"
                              "top.clk\r\n"
                              "@1000200\r\n"
                              "-a group\r\n"
                              "@c00422\r\n"
                              "#{top.bus[7:0]} (0)top.bus[7:0] (1)top.bus[7:0]\r\n"
                              "@28\r\n"
                              "(0)top.bus[7:0]\r\n"
                              "@22\r\n"
                              "[color] 3\r\n"
                              "+{an alias} top.bus[7:0]\r\n"
                              "top.gone\r\n"
                              "^<1 /bin/filter\r\n"
                              "[pattern_trace] 1\r\n";

Test(view_file, gtkw_of_gtkwave_is_read) {
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(gtkw_apply(&view, "x", FOREIGN, strlen(FOREIGN), &err), "%s", err.text);
    cr_assert(view.n_rows == 4 && view.active == 0);
    cr_assert_str_eq(view.rows[0].label, "a group");
    cr_assert(view.rows[1].selected);
    cr_assert(view.rows[2].radix == VIEW_SIGNED && !view.rows[2].selected);
    cr_assert_str_eq(view.rows[3].label, "an alias");
    cr_assert_eq(view.rows[3].radix, VIEW_HEX);
    cr_assert(view.from == 20 && view.cursors[0] == 7 && view.markers[0] == 12);
    cr_assert_eq(view.markers[1], VIEW_NO_TIME);
    cr_assert(strstr(view.message, "3 rows"), "%s", view.message);
}

Test(view_file, gtkw_without_any_row_of_the_waves_is_refused) {
    struct sim_err err = SIM_ERR_INIT;
    static const char TEXT[] = "@28\nno.such\n";
    cr_assert_not(gtkw_apply(&view, "x.gtkw", TEXT, strlen(TEXT), &err));
    cr_assert(strstr(err.text, "1 are not"), "%s", err.text);
    cr_assert_eq(view.n_rows, 5);
}

Test(view_file, gtkw_of_rows_without_end_is_left) {
    struct sim_err err = SIM_ERR_INIT;
    enum { N = 30000 };
    char *text = calloc(N, 8);
    cr_assert(text);
    for (size_t i = 0; i < N; i++)
        memcpy(text + 8 * i, "no.such\n", 8);
    cr_assert_not(gtkw_apply(&view, "x.gtkw", text, (size_t)8 * N, &err));
    cr_assert(strstr(err.text, "20000 are not"), "%s", err.text);
    free(text);
}

/* Names of signals are as long as they are. */
Test(view_file, gtkw_decoder_of_a_long_name) {
    struct sim_err err = SIM_ERR_INIT;
    char name[400], waves[600], text[1000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    snprintf(waves, sizeof waves,
             "$timescale 1 ns $end $var wire 1 ! %s $end $enddefinitions $end\n#0\n0!\n#9\n1!\n",
             name);
    view_finish(&view);
    view_init(&view, view_file_text(waves), NULL, NULL);
    snprintf(text, sizeof text, "@28\n%s\n@200\n-:link_pulse %s\n", name, name);
    cr_assert(gtkw_apply(&view, "x", text, strlen(text), &err), "%s", err.text);
    cr_assert_eq(view.n_rows, 2);
    cr_assert_eq(view.rows[1].kind, VIEW_DECODER);
    cr_assert_eq(view.rows[1].inputs[0], 0);
}

Test(view_file, what_is_no_file_is_refused_at_once, .timeout = 20) {
    struct sim_err err = SIM_ERR_INIT;
    char dir[] = "/tmp/test-gtkw-XXXXXX", path[64];
    cr_assert(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.gtkw", dir);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert_not(gtkw_load(&view, path, &err));
    cr_assert(strstr(err.text, "is not a regular file"), "%s", err.text);
    cr_assert_eq(view.n_rows, 5);
    unlink(path);
    rmdir(dir);
}
