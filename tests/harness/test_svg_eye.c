/* The pictures of the shield's own transmitter. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/svg_eye.h"
#include "line_bench.h"

struct pictures {
    char *eye, *pulse;
};

static char *draw(const struct svg_scope *scope,
                  bool (*picture)(const struct svg_scope *scope, FILE *out)) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    bool any = picture(scope, out);
    fclose(out);
    if (any)
        return text;
    cr_expect_eq(size, (size_t)0, "half a picture");
    free(text);
    return NULL;
}

static struct pictures pictures_of(const char *edit) {
    struct bench_case c = {0};
    struct line_bench t;
    struct sim_err err = SIM_ERR_INIT;
    struct svg_scope *scope = svg_scope_create();
    struct clause14_sink sink = {scope, svg_scope_frame, svg_scope_pulse};
    struct clause14 *clause14 = clause14_create(&sink, &err);
    cr_assert(scope && clause14);
    if (edit)
        bench_edit(&c, "%s", edit);
    line_bench_load(&t, &c, 40, true);
    line_bench_run(&t);
    for (size_t i = 0; i < t.n_pieces; i++) {
        svg_scope_piece(scope, &t.pieces[i]);
        clause14_piece(clause14, &t.pieces[i]);
    }
    clause14_finish(clause14, t.plan.end);
    struct pictures p = {draw(scope, svg_scope_draw_eye), draw(scope, svg_scope_draw_pulse)};
    clause14_destroy(clause14);
    svg_scope_destroy(scope);
    line_bench_finish(&t);
    return p;
}

static size_t count(const char *text, const char *what) {
    size_t n = 0;
    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}

Test(svg_eye, draws_eye_and_pulse) {
    struct pictures p = pictures_of(NULL);
    cr_assert(p.eye && p.pulse);
    cr_expect_gt(count(p.eye, "stroke=\"#06c\""), (size_t)100, "one trace per bit");
    cr_expect_eq(count(p.pulse, "stroke=\"#06c\""), (size_t)1);
    cr_expect(strstr(p.eye, "</svg>\n") && strstr(p.pulse, "</svg>\n"));
    cr_expect_null(strstr(p.eye, "nan"));
    const char *dir = getenv("SVG_EYE_DIR"); /* to look at */
    char path[256];
    for (int i = 0; dir && i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s.svg", dir, i ? "pulse" : "eye");
        FILE *file = fopen(path, "w");
        cr_assert(file);
        fputs(i ? p.pulse : p.eye, file);
        fclose(file);
    }
    free(p.eye);
    free(p.pulse);
}

Test(svg_eye, the_same_bytes_again) {
    struct pictures a = pictures_of(NULL), b = pictures_of(NULL),
                    other = pictures_of("value R2=39");
    cr_expect_str_eq(a.eye, b.eye);
    cr_expect_str_eq(a.pulse, b.pulse);
    cr_expect_str_neq(a.eye, other.eye);
    cr_expect_str_neq(a.pulse, other.pulse);
    char *texts[] = {a.eye, a.pulse, b.eye, b.pulse, other.eye, other.pulse};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
}

Test(svg_eye, without_a_driver_no_picture) {
    struct pictures p = pictures_of("tie U3.4 GND");
    cr_expect_null(p.eye);
    cr_expect_null(p.pulse);
}

/* The waveform between two transmissions is one long piece. */
Test(svg_eye, a_pulse_long_after_a_frame) {
    struct bench_case c = {0};
    struct line_bench t;
    struct sim_err err = SIM_ERR_INIT;
    struct svg_scope *scope = svg_scope_create();
    struct clause14_sink sink = {scope, svg_scope_frame, svg_scope_pulse};
    struct clause14 *clause14 = clause14_create(&sink, &err);
    cr_assert(scope && clause14);
    line_bench_load(&t, &c, 40, true);
    line_bench_run(&t);
    size_t first = 0;
    while (t.pieces[first].end < t.plan.frame)
        first++;
    for (int turn = 0; turn < 2; turn++) /* the frame first, then the link pulse */
        for (size_t i = turn ? 0 : first; i < (turn ? first : t.n_pieces); i++) {
            struct transmitter_piece piece = t.pieces[i];
            piece.start += turn * 10 * SIM_MS;
            piece.end += turn * 10 * SIM_MS;
            bool last = !turn && i + 1 == t.n_pieces;
            piece.end = last ? 10 * SIM_MS : piece.end;
            svg_scope_piece(scope, &piece);
            clause14_piece(clause14, &piece);
        }
    clause14_finish(clause14, 11 * SIM_MS);
    char *eye = draw(scope, svg_scope_draw_eye), *pulse = draw(scope, svg_scope_draw_pulse);
    cr_expect(eye && pulse, "%s", eye ? "no pulse" : "no eye");
    free(eye);
    free(pulse);
    clause14_destroy(clause14);
    svg_scope_destroy(scope);
    line_bench_finish(&t);
}
