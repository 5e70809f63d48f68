/* Milliseconds per picture of the waveform viewer: 40 traces at 1920x1080, in software, over files
 * of clocks and of all kinds, with the decoders, from the whole file down to a few edges; and what
 * of it is the store's. CPU time. The aim is 16 ms, 60 pictures a second. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/view/paint.h"
#include "harness/view/view.h"
#include "harness/view/view_act.h"
#include "sim/rng.h"

#define WIDTH   1920
#define HEIGHT  1080
#define TRACES  40
#define CHANGES 2000000
#define ROUNDS  40
#define AIM_MS  16.0

static double cpu_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* `kinds`: of 1 all are bits; else bits, octets, words and reals in turn. */
static struct store *make_store(unsigned kinds) {
    static const char *const types[] = {"wire 1", "wire 8", "wire 32", "real 64"};
    char path[] = "/tmp/bench-view-XXXXXX";
    struct store_settings settings = {.quiet = true, .no_index = true};
    struct sim_err err = SIM_ERR_INIT;
    FILE *out = fdopen(mkstemp(path), "w");
    if (!out)
        return NULL;
    fputs("$timescale 1 ps $end\n$scope module top $end\n", out);
    for (unsigned i = 0; i < TRACES; i++)
        fprintf(out, "$var %s s%u net_%u $end\n", types[i % kinds], i, i);
    fputs("$upscope $end\n$enddefinitions $end\n", out);
    for (uint64_t i = 0; i < CHANGES; i++) {
        uint64_t random = rng_u64(1, kinds, i);
        unsigned signal = (unsigned)(random % TRACES), kind = signal % kinds;
        fprintf(out, "#%" PRIu64 "\n", 1000 * i + random % 1000);
        if (kind == 3)
            fprintf(out, "r%.4g s%u\n", (double)(random >> 40) / 1e6, signal);
        else if (kind)
            fprintf(out, "b%d%d%d%d s%u\n", (int)(random >> 20 & 1), (int)(random >> 21 & 1),
                    (int)(random >> 22 & 1), (int)(random >> 23 & 1), signal);
        else
            fprintf(out, "%ds%u\n", (int)(random >> 20 & 1), signal);
    }
    fclose(out);
    struct store *store = store_open(path, &settings, &err);
    if (!store)
        fprintf(stderr, "%s\n", err.text);
    unlink(path);
    return store;
}

static double columns_ms(struct view *view) {
    static struct store_column columns[WIDTH];
    double start = cpu_ms();
    for (unsigned i = 0; i < view->n_rows; i++)
        if (view->rows[i].kind == VIEW_SIGNAL)
            store_columns(view->store, view->rows[i].signal, view->from, view->span, WIDTH,
                          columns);
    return cpu_ms() - start;
}

/* Each picture a little further on, as while dragging. */
static double pan_ms(struct view *view, struct paint *paint) {
    double start = cpu_ms();
    for (int i = 0; i < ROUNDS; i++) {
        view_act_pan(view, view->from + view->span / 1000, 1);
        draw_view(view, paint);
    }
    return (cpu_ms() - start) / ROUNDS;
}

/* Turns of the wheel, in and out again: nothing of a picture is in the next one. */
static double zoom_ms(struct view *view, struct paint *paint) {
    double start = cpu_ms();
    for (int i = 0; i < ROUNDS; i++) {
        view_act(view, i / 4 % 2 ? ACT_ZOOM_OUT : ACT_ZOOM_IN, NULL);
        draw_view(view, paint);
    }
    return (cpu_ms() - start) / ROUNDS;
}

static bool measure(const char *name, struct view *view, struct paint *paint) {
    bool good = true;
    int64_t begin = store_begin(view->store), length = store_end(view->store) - begin;
    for (int64_t part = 1; part <= 100000; part *= 10) {
        view_set_range(view, begin + length / 3, length / part);
        draw_view(view, paint); /* glyphs and memory */
        double pan = pan_ms(view, paint), zoom = zoom_ms(view, paint);
        printf("%-8s %6.2f %% of the file  %6.2f ms a picture panned, %6.2f ms zoomed, "
               "%5.2f ms of it columns\n",
               name, 100.0 / (double)part, pan, zoom, columns_ms(view));
        good &= pan < AIM_MS && zoom < AIM_MS;
    }
    return good;
}

static bool one(const char *name, unsigned kinds, struct paint *paint) {
    struct store *store = make_store(kinds);
    struct view view;
    if (!store)
        return false;
    view_init(&view, store, NULL, NULL);
    view.width = WIDTH;
    view.height = HEIGHT;
    view.details = false;
    for (uint32_t i = 0; i < TRACES; i++) {
        struct view_row row = view_signal_row(&view, i);
        row.height = 1;
        row.style = store_signal(store, i)->kind == STORE_REAL ? VIEW_LINEAR : VIEW_AUTO;
        view_add(&view, i, &row);
    }
    bool good = measure(name, &view, paint);
    view_finish(&view);
    return good;
}

int main(void) {
    struct sim_err err = SIM_ERR_INIT;
    struct paint *paint = paint_surface_create(WIDTH, HEIGHT, &err);
    if (!paint) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    bool bits = one("bits", 1, paint), mixed = one("mixed", 4, paint);
    puts(bits && mixed ? "each under 16 ms" : "NOT each under 16 ms");
    paint_destroy(paint);
    return 0;
}
