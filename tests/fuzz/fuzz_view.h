/* A view of a small wave file for fuzz harnesses, and what must hold of any view. */
#ifndef TESTS_FUZZ_FUZZ_VIEW_H
#define TESTS_FUZZ_FUZZ_VIEW_H

#include <stdio.h>
#include <unistd.h>

#include "harness/view/view.h"
#include "tests/fuzz/fuzz.h"

static inline void fuzz_view_write(const char *path) {
    FILE *file = fopen(path, "w");
    fuzz_expect(file != NULL);
    fputs("$timescale 10 ns $end $scope module top $end $var wire 1 ! clk $end\n"
          "$var wire 8 \" bus [7:0] $end $var real 64 # level $end $upscope $end\n"
          "$enddefinitions $end\n#0 0! b0 \" r0 #\n#10 1! b101 \" r1.5 #\n#5000 0!\n",
          file);
    fuzz_expect(fclose(file) == 0);
}

static inline void fuzz_view_begin(struct view *view) {
    struct sim_err err = SIM_ERR_INIT;
    struct store_settings settings = {.quiet = true, .no_index = true};
    char path[] = "/tmp/fuzz-view-XXXXXX";
    int fd = mkstemp(path);
    fuzz_expect(fd >= 0);
    close(fd);
    fuzz_view_write(path);
    struct store *store = store_open(path, &settings, &err);
    unlink(path);
    fuzz_expect(store != NULL);
    view_init(view, store, NULL, NULL);
}

static inline void fuzz_view_end(struct view *view) {
    size_t n = store_n_signals(view->store);
    fuzz_expect(view->span >= VIEW_MIN_SPAN && view->from <= INT64_MAX - view->span);
    fuzz_expect(view->active <= view->n_rows && view->top <= view->n_rows);
    for (size_t i = 0; i < view->n_rows; i++) {
        const struct view_row *row = &view->rows[i];
        fuzz_expect(row->height >= 1 && row->height <= 16);
        fuzz_expect(row->kind != VIEW_SIGNAL || row->signal < n);
        fuzz_expect(row->kind != VIEW_DECODER || row->decoder != NULL);
        fuzz_expect(strlen(row->label) < VIEW_TEXT);
    }
    view_finish(view);
}

#endif
