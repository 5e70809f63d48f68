/* The picture: nothing is cut, nothing stands over something else, all can be read; and what the
 * parts of it show. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "harness/view/layout.h"
#include "harness/view/measure.h"
#include "harness/view/search.h"
#include "sim/rng.h"
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
