#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "harness/progress.h"

struct sink {
    char *text;
    size_t size;
    FILE *out;
};

static void open_sink(struct sink *sink) {
    *sink = (struct sink){0};
    sink->out = open_memstream(&sink->text, &sink->size);
    cr_assert(sink->out);
}

static void close_sink(struct sink *sink) {
    fclose(sink->out);
}

Test(progress, lines_are_ten_seconds_apart_without_terminal) {
    struct sink sink;
    struct progress progress;
    open_sink(&sink);
    progress_begin_at(&progress, "frames", 200, sink.out, false, 100);
    for (int i = 1; i <= 25; i++)
        progress_update_at(&progress, (uint64_t)i, 2, 100 + i);
    progress_end(&progress);
    close_sink(&sink);
    cr_assert_str_eq(sink.text, "10/200 frames, 1/s, 190 s left, 2 failed\n"
                                "20/200 frames, 1/s, 180 s left, 2 failed\n");
    free(sink.text);
}

Test(progress, one_line_is_redrawn_on_a_terminal) {
    struct sink sink;
    struct progress progress;
    open_sink(&sink);
    progress_begin_at(&progress, "frames", 0, sink.out, true, 0);
    progress_update_at(&progress, 1000, 10, 1);
    progress_update_at(&progress, 1001, 10, 1.05); /* too soon */
    progress_update_at(&progress, 1, 0, 2);
    progress_end(&progress);
    close_sink(&sink);
    cr_assert_str_eq(sink.text, "\r1000 frames, 1000/s, 10 failed"
                                "\r1 frames, 0/s, 0 failed       "
                                "\r                              \r");
    free(sink.text);
}

Test(progress, quiet_prints_nothing) {
    struct progress progress;
    progress_begin(&progress, "frames", 5, true);
    cr_assert_null(progress.out);
    progress_update(&progress, 1, 0);
    progress_end(&progress);
}
