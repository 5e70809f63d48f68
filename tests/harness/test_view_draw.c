/* The picture: nothing is cut, nothing stands over something else, all can be read; and what the
 * parts of it show. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <SDL_surface.h>
#include <stdio.h>
#include <string.h>

#include "harness/view/layout.h"
#include "harness/view/measure.h"
#include "harness/view/search.h"
#include "harness/view/theme.h"
#include "sim/rng.h"
#include "tests/allocations.h"
#include "tests/harness/view_file.h"
#include "tests/harness/view_record.h"

#define FILES 6
#define VIEWS 60 /* of each file */

static const struct {
    unsigned width, height;
    double scale;
} SIZES[] = {{800, 600, 1},   {800, 600, 1},   {1280, 720, 1},  {1920, 1080, 1}, {1024, 768, 1.5},
             {1600, 1200, 2}, {3840, 2160, 2}, {3840, 2160, 1}, {320, 200, 1},   {640, 200, 2}};

struct source {
    uint64_t seed, drawn;
};

static uint64_t draw(struct source *source, uint64_t below) {
    return rng_u64(source->seed, 2, source->drawn++) % below;
}

static void random_row(struct source *source, struct view *view) {
    struct view_row row =
        view_signal_row(view, (uint32_t)draw(source, store_n_signals(view->store)));
    if (draw(source, 6) == 0) {
        row.kind = VIEW_DECODER;
        row.decoder = decoders[draw(source, n_decoders)];
        for (size_t i = 0; i < DECODE_MAX_INPUTS; i++)
            row.inputs[i] = i < decoder_n_inputs(row.decoder)
                                ? (uint32_t)draw(source, store_n_signals(view->store))
                                : STORE_NONE;
    } else if (draw(source, 12) == 0) {
        row.kind = VIEW_LABEL;
    }
    row.radix = (enum view_radix)draw(source, VIEW_REAL + 1);
    row.style = (enum view_style)draw(source, VIEW_LINEAR + 1);
    row.height = (unsigned)draw(source, 3) ? 1 : 1 + (unsigned)draw(source, 16);
    row.selected = draw(source, 8) == 0;
    if (row.kind == VIEW_LABEL || draw(source, 20) == 0)
        snprintf(row.label, sizeof row.label, "%s",
                 draw(source, 2) ? "\xce\xbc a name of its own"
                                 : "one that is as long as a name may be, "
                                   "and a little longer than that");
    cr_assert(view_add(view, view->n_rows, &row));
}

static int64_t random_time(struct source *source, const struct view *view) {
    if (draw(source, 3) == 0)
        return VIEW_NO_TIME;
    return view->from + (int64_t)draw(source, (uint64_t)view->span * 5 / 4);
}

static void random_range(struct source *source, struct view *view) {
    int64_t begin = store_begin(view->store), length = store_end(view->store) - begin, span;
    for (span = length + 1; draw(source, 3) && span > VIEW_MIN_SPAN;)
        span /= 1 + (int64_t)draw(source, 20);
    view_set_range(view, begin + (int64_t)draw(source, (uint64_t)length + 1) - span / 2, span);
}

static void random_panel(struct source *source, struct view *view) {
    view->panel = (enum view_panel)draw(source, VIEW_SIGNALS + 1);
    view->details = draw(source, 2);
    snprintf(view->query, sizeof view->query, "%s",
             draw(source, 2)   ? ""
             : draw(source, 2) ? "sck"
                               : "a_rather_long_name_of_a_signal_that_is");
    if (view->panel == VIEW_SEARCH || view->panel == VIEW_SIGNALS) {
        search_run(view);
        view->chosen = view->n_found ? draw(source, view->n_found) : 0;
    }
    if (view->panel == VIEW_MEASURE)
        measure_run(view);
    if (draw(source, 2))
        view_say(view, "a message that has more to say than there is room for in %s", "the line");
    if (draw(source, 2))
        snprintf(view->hover, sizeof view->hover, "123.456789 us  top.deeper9.deeper19.sck_rx = 1");
}

static struct sidecar_failure failures[] = {{0, SIZE_MAX, NULL, "no clock in preamble bit 1"},
                                            {0, SIZE_MAX, NULL, "lost"},
                                            {0, SIZE_MAX, NULL, "lost"}};
static struct sidecar_threshold thresholds[48];
static char names[48][256];

/* What a run would have left beside the file: two thresholds for each second signal. */
static void fill_sidecar(struct source *source, const struct view *view, struct sidecar *sidecar) {
    *sidecar = (struct sidecar){.failures = failures, .n_failures = 3, .thresholds = thresholds};
    for (size_t i = 0; i < 3; i++)
        failures[i].time = view->from + (int64_t)draw(source, (uint64_t)view->span);
    for (uint32_t i = 0; i < store_n_signals(view->store) && sidecar->n_thresholds < 48; i += 2) {
        char *name = names[sidecar->n_thresholds];
        store_full_name(view->store, i, name, sizeof names[0]);
        double low = (double)draw(source, 300) / 100;
        thresholds[sidecar->n_thresholds++] =
            (struct sidecar_threshold){name, "U2", low, low + (double)draw(source, 3) / 2};
    }
}

static void random_view(struct source *source, struct view *view, struct sidecar *sidecar) {
    size_t size = draw(source, sizeof SIZES / sizeof SIZES[0]);
    for (uint64_t n = draw(source, 60); n; n--)
        random_row(source, view);
    view->width = SIZES[size].width;
    view->height = SIZES[size].height;
    view->scale = SIZES[size].scale;
    view->theme = (enum view_theme)draw(source, 2);
    view->names_width = draw(source, 3) ? 0 : (unsigned)draw(source, 900);
    view->top = view->n_rows && draw(source, 2) ? draw(source, view->n_rows) : 0;
    view->active = draw(source, view->n_rows + 1);
    random_range(source, view);
    view->cursor = (unsigned)draw(source, 2);
    view->cursors[0] = random_time(source, view);
    view->cursors[1] = random_time(source, view);
    view->pointer = random_time(source, view);
    for (unsigned i = 0; i < VIEW_MARKERS; i++)
        view->markers[i] = draw(source, 3) ? VIEW_NO_TIME : random_time(source, view);
    random_panel(source, view);
    if (draw(source, 2)) {
        fill_sidecar(source, view, sidecar);
        view->sidecar = sidecar;
    }
}

static void close_view(struct view *view) {
    view->sidecar = NULL; /* not its own */
    view_finish(view);
}

ParameterizedTestParameters(view_draw, random_views) {
    static int files[FILES] = {0, 1, 2, 3, 4, 5};
    return cr_make_param_array(int, files, FILES);
}
ParameterizedTest(int *file, view_draw, random_views) {
    struct record *record = record_create(800, 600);
    for (unsigned i = 0; i < VIEWS; i++) {
        struct source source = {.seed = (uint64_t)*file * 1000 + i};
        struct sidecar sidecar;
        struct view view;
        view_init(&view, view_file_random((uint64_t)*file), NULL, NULL);
        random_view(&source, &view, &sidecar);
        record_resize(record, view.width, view.height);
        draw_view(&view, &record->paint);
        const char *complaint = record_complaint(record);
        cr_expect_str_eq(complaint, "", "file %d view %u, %ux%u at %g: %s", *file, i, view.width,
                         view.height, view.scale, complaint);
        close_view(&view);
    }
    record_destroy(record);
}

/* --- files at the ends of what there is -------------------------------------------------- */

static const char *const EXTREMES[] = {
    "$timescale 1 ns $end $enddefinitions $end\n",
    "$timescale 1 ns $end $var wire 1 ! a $end $enddefinitions $end\n",
    "$timescale 1 ns $end $var wire 1 ! a $end $enddefinitions $end\n#5\n1!\n",
    "$timescale 100 s $end $var wire 1 ! a $end $enddefinitions $end\n#0\n1!\n"
    "#9223372036854775806\n0!\n",
    "$timescale 1 fs $end $var real 64 ! a $end $enddefinitions $end\n#9223372036854775000\n"
    "r1e300 !\n#9223372036854775806\nr-1e300 !\n",
    "$timescale 1 ps $end $var real 64 ! a $end $enddefinitions $end\n#0\nrnan !\n#9\nrinf !\n"
    "#20\nr-inf !\n#30\nr0 !\n",
    "$timescale 1 ps $end $var reg 60000 ! a $end $enddefinitions $end\n#0\nb1 !\n#9\nbx !\n"
    "#12\nbz !\n",
    "$timescale 1 ps $end $var string 1 ! a $end $enddefinitions $end\n#0\ns !\n#5\n"
    "s\xff\xfe<&>\xf0\x9f\x98\x80 !\n#9\n",
};
#define N_EXTREMES (sizeof EXTREMES / sizeof EXTREMES[0])

ParameterizedTestParameters(view_draw, extremes) {
    static int cases[N_EXTREMES];
    for (size_t i = 0; i < N_EXTREMES; i++)
        cases[i] = (int)i;
    return cr_make_param_array(int, cases, N_EXTREMES);
}
ParameterizedTest(int *which, view_draw, extremes) {
    struct record *record = record_create(800, 600);
    struct view view;
    view_init(&view, view_file_text(EXTREMES[*which]), NULL, NULL);
    view_default_rows(&view);
    for (int style = VIEW_AUTO; style <= VIEW_LINEAR; style++)
        for (int64_t part = 1; part < INT64_MAX / 1000; part *= 1000) {
            int64_t span = store_end(view.store) / part + 1;
            for (size_t i = 0; i < view.n_rows; i++)
                view.rows[i].style = (enum view_style)style;
            view_set_range(&view, store_end(view.store) - span, 2 * (span / 2) + 1);
            view.width = 800;
            view.height = 600;
            view.cursors[0] = store_end(view.store);
            view.cursors[1] = store_begin(view.store);
            draw_view(&view, &record->paint);
            cr_expect_str_eq(record_complaint(record), "", "case %d: %s", *which,
                             record_complaint(record));
        }
    view_finish(&view);
    record_destroy(record);
}

/* --- memory ------------------------------------------------------------------------------ */

/* From the second picture on, as while panning; decoders keep what they find. */
Test(view_draw, pictures_allocate_nothing) {
    struct record *record = record_create(1280, 720);
    struct view view;
    size_t before = allocations;
    view_init(&view, view_file_random(3), NULL, NULL);
    cr_assert_gt(allocations, before, "the count counts");
    view_default_rows(&view);
    view.width = 1280;
    view.height = 720;
    view_set_range(&view, store_begin(view.store),
                   (store_end(view.store) - store_begin(view.store)) / 2);
    draw_view(&view, &record->paint);
    before = allocations;
    for (int i = 0; i < 20; i++) {
        view.from += view.span / 40;
        draw_view(&view, &record->paint);
    }
    cr_expect_eq(allocations, before, "%zu", allocations - before);
    view_finish(&view);
    record_destroy(record);
}

/* --- what is seen of a glitch ------------------------------------------------------------ */

static unsigned painted(struct record *record, const struct view *view, int64_t time,
                        struct paint_colour colour) {
    struct paint_rect traces = layout_traces(view);
    const SDL_Surface *sdl = paint_surface_sdl(record->pixels);
    int x = traces.x + layout_column(view, traces.w, time);
    uint32_t wanted = (uint32_t)colour.r << 16 | (uint32_t)colour.g << 8 | colour.b;
    unsigned n = 0;
    for (int y = traces.y; y < traces.y + 22; y++) {
        const uint32_t *row =
            (const void *)((const uint8_t *)sdl->pixels + (size_t)y * (size_t)sdl->pitch);
        n += (row[x] & 0xffffff) == wanted;
    }
    return n;
}

/* A pulse of a femtosecond in a second is a stroke over the row's height wherever it is. */
Test(view_draw, narrow_pulses_are_seen) {
    struct record *record = record_create(1280, 720);
    struct paint_colour bit = theme_of(VIEW_DARK)->bit;
    for (uint64_t i = 0; i < 40; i++) {
        char vcd[256];
        int64_t at = (int64_t)(rng_u64(9, 1, i) % 999999999999990 + 3);
        struct view view;
        snprintf(vcd, sizeof vcd,
                 "$timescale 1 fs $end $var wire 1 ! a $end $enddefinitions $end\n#0\n0!\n"
                 "#%lld\n1!\n#%lld\n0!\n#1000000000000000\n",
                 (long long)at, (long long)at + 1);
        view_init(&view, view_file_text(vcd), NULL, NULL);
        view_default_rows(&view);
        view.active = view.n_rows;
        view.width = 1280;
        view.height = 720;
        view_set_range(&view, 0, 1000000000000000);
        draw_view(&view, &record->paint);
        cr_expect_geq(painted(record, &view, at, bit), 13, "pulse at %lld", (long long)at);
        cr_expect_leq(painted(record, &view, at > 500000000000000 ? 5 : 999999999999000, bit), 1);
        view_finish(&view);
    }
    record_destroy(record);
}

static void draw_text_file(struct record *record, struct view *view, const char *vcd,
                           enum view_style style) {
    view_init(view, view_file_text(vcd), NULL, NULL);
    view_default_rows(view);
    view->active = view->n_rows;
    for (size_t i = 0; i < view->n_rows; i++)
        view->rows[i].style = style;
    view_set_range(view, store_begin(view->store), store_end(view->store));
    draw_view(view, &record->paint);
}

Test(view_draw, strings_are_drawn_as_they_are) {
    struct record *record = record_create(1280, 800);
    struct view view;
    draw_text_file(record, &view,
                   "$timescale 1 ns $end $var string 1 ! a $end $enddefinitions $end\n"
                   "#0\ns0x55 !\n#500\nsx !\n#1000\n",
                   VIEW_AUTO);
    cr_expect(record_has(record, "0x55"));
    cr_expect_eq(painted(record, &view, 800, theme_of(VIEW_DARK)->unknown), 0);
    view_finish(&view);
    record_destroy(record);
}

Test(view_draw, a_real_without_a_value_has_an_axis) {
    struct record *record = record_create(1280, 800);
    struct view view;
    draw_text_file(record, &view,
                   "$timescale 1 ns $end $var real 64 ! a $end $enddefinitions $end\n#0\n#1000\n",
                   VIEW_AUTO);
    cr_expect(record_has(record, "1.04") && !record_has(record, "e+"));
    view_finish(&view);
    record_destroy(record);
}

Test(view_draw, unknown_numbers_are_hatched) {
    const struct paint_colour unknown = theme_of(VIEW_DARK)->unknown;
    for (enum view_style style = VIEW_STEP; style <= VIEW_LINEAR; style++) {
        struct record *record = record_create(1280, 800);
        struct view view;
        draw_text_file(record, &view,
                       "$timescale 1 ns $end $var reg 8 ! a $end $enddefinitions $end\n"
                       "#0\nb101 !\n#500\nbx !\n#900\nb11 !\n#1000\n",
                       style);
        cr_expect_eq(painted(record, &view, 200, unknown), 0, "style %d", style);
        cr_expect_geq(painted(record, &view, 800, unknown), 2, "style %d", style);
        cr_expect_eq(painted(record, &view, 950, unknown), 0, "style %d", style);
        view_finish(&view);
        record_destroy(record);
    }
}

/* --- pointing ---------------------------------------------------------------------------- */

/* What layout_at() says is where draw_view() drew it. */
Test(view_draw, pointing_finds_what_is_drawn) {
    struct record *record = record_create(1280, 720);
    struct view view;
    view_init(&view, view_file_random(3), NULL, NULL);
    view_default_rows(&view);
    view.panel = VIEW_SIGNALS;
    search_run(&view);
    view.chosen = view.n_found / 2;
    view.width = 1280;
    view.height = 720;
    draw_view(&view, &record->paint);
    size_t n_names = 0, n_found = 0;
    for (size_t i = 0; i < record->n; i++) {
        const struct record_text *text = &record->texts[i];
        struct layout_hit hit = layout_at(&view, text->rect.x + 1, text->rect.y + 1);
        char full[1024] = "";
        if (hit.part == LAYOUT_NAMES && hit.row < view.n_rows &&
            view.rows[hit.row].kind == VIEW_SIGNAL && text->text[0] != '\xe2') {
            store_full_name(view.store, view.rows[hit.row].signal, full, sizeof full);
            n_names += strstr(full, text->text) != NULL;
            cr_expect(strstr(full, text->text), "%s at %s", text->text, full);
        }
        if (hit.part == LAYOUT_PANEL && hit.row < view.n_found && text->text[0] != '\xe2') {
            const char *name = store_signal(view.store, view.found[hit.row])->name;
            n_found += strstr(name, text->text) != NULL;
            cr_expect(strstr(name, text->text), "%s at %s", text->text, name);
        }
    }
    cr_expect_gt(n_names, 10);
    cr_expect_gt(n_found, 10);
    view_finish(&view);
    record_destroy(record);
}

/* A column's first time is in that column, whatever the range. */
Test(view_draw, columns_and_times_agree) {
    struct view view;
    view_init(&view, view_file_random(1), NULL, NULL);
    for (uint64_t i = 0; i < 2000; i++) {
        int width = 1 + (int)(rng_u64(5, 1, i) % 4000);
        view.from = (int64_t)(rng_u64(5, 2, i) >> (i % 50 + 2)) - 1000;
        view.span = (int64_t)(rng_u64(5, 3, i) >> (i % 60 + 2)) + VIEW_MIN_SPAN;
        int64_t time = view.from + (int64_t)(rng_u64(5, 4, i) % (uint64_t)view.span);
        int column = layout_column(&view, width, time);
        cr_expect(column >= 0 && column < width);
        cr_expect_leq(layout_column_time(&view, width, column), time);
        cr_expect(column + 1 == width || layout_column_time(&view, width, column + 1) > time);
    }
    cr_expect_eq(layout_column(&view, 100, view.from - 1), -1);
    cr_expect_eq(layout_column(&view, 100, view.from + view.span), 100);
    view_finish(&view);
}

/* --- that the recorder finds what it is there for --------------------------------------------- */

static const struct paint_colour INK = {0, 0, 0, 255}, PALE = {200, 200, 200, 255},
                                 PAPER = {255, 255, 255, 255};

static void one_text(struct record *record, int x, int y, struct paint_colour colour) {
    record->paint.ops->text(&record->paint, x, y, 13, "planted", colour);
}

static struct record *paper(void) {
    struct record *record = record_create(200, 100);
    struct paint_rect all = {0, 0, 200, 100};
    record->paint.ops->begin(&record->paint);
    record->paint.ops->fill(&record->paint, &all, 1, PAPER);
    one_text(record, 10, 10, INK);
    cr_assert_str_eq(record_complaint(record), "");
    return record;
}

Test(view_draw, finds_texts_over_each_other) {
    struct record *record = paper();
    one_text(record, 40, 20, INK);
    cr_expect(strstr(record_complaint(record), "stands over"), "%s", record_complaint(record));
    record_destroy(record);
}

Test(view_draw, finds_texts_that_are_cut) {
    struct record *record = paper();
    one_text(record, 160, 50, INK);
    cr_expect(strstr(record_complaint(record), "is cut"), "%s", record_complaint(record));
    record_destroy(record);
}

Test(view_draw, finds_faint_texts) {
    struct record *record = paper();
    one_text(record, 10, 50, PALE);
    cr_expect(strstr(record_complaint(record), "contrast"), "%s", record_complaint(record));
    record_destroy(record);
}
