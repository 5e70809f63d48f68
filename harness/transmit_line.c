#include "harness/transmit_line.h"

#include <stdlib.h>

#include "harness/outfile.h"
#include "harness/svg_eye.h"
#include "harness/transmitter_setup.h"

struct transmit_line {
    struct transmitter *transmitter;
    struct clause14 *clause14;
    struct svg_scope *scope;
    struct transmitter_sink also;
    bool powered; /* else the driver never drives */
};

static void on_piece(void *self, const struct transmitter_piece *piece) {
    struct transmit_line *line = self;
    svg_scope_piece(line->scope, piece);
    clause14_piece(line->clause14, piece);
    if (line->also.piece)
        line->also.piece(line->also.self, piece);
}

struct transmit_line *transmit_line_create(const struct board *board, struct sim_err *err) {
    struct transmitter_setup setup;
    if (!transmitter_setup(board, &setup, err))
        return NULL;
    struct transmit_line *line = calloc(1, sizeof *line);
    if (!line)
        abort();
    struct transmitter_sink sink = {line, on_piece};
    line->powered = setup.powered;
    line->scope = svg_scope_create();
    if (!line->scope)
        abort();
    struct clause14_sink frames = {line->scope, svg_scope_frame, svg_scope_pulse};
    line->clause14 = clause14_create(&frames, err);
    line->transmitter = transmitter_create(&setup.config, &sink, err);
    if (line->clause14 && line->transmitter)
        return line;
    transmit_line_destroy(line);
    return NULL;
}

void transmit_line_destroy(struct transmit_line *line) {
    if (!line)
        return;
    transmitter_destroy(line->transmitter);
    clause14_destroy(line->clause14);
    svg_scope_destroy(line->scope);
    free(line);
}

void transmit_line_also(struct transmit_line *line, const struct transmitter_sink *sink) {
    line->also = *sink;
}

void transmit_line_start(struct transmit_line *line, sim_time time, bool d, bool de) {
    clause14_driver(line->clause14, time, d, de && line->powered);
    transmitter_start(line->transmitter, time, d, de && line->powered);
}

void transmit_line_edge(struct transmit_line *line, sim_time time, bool d, bool de) {
    clause14_driver(line->clause14, time, d, de && line->powered);
    transmitter_edge(line->transmitter, time, d, de && line->powered);
}

void transmit_line_until(struct transmit_line *line, sim_time time) {
    transmitter_until(line->transmitter, time);
}

void transmit_line_sent(struct transmit_line *line, const uint8_t *octets, size_t n) {
    clause14_sent(line->clause14, octets, n);
}

void transmit_line_finish(struct transmit_line *line, sim_time time) {
    transmitter_until(line->transmitter, time);
    clause14_finish(line->clause14, time);
}

const struct clause14_row *transmit_line_rows(const struct transmit_line *line) {
    return clause14_rows(line->clause14);
}

struct clause14_counts transmit_line_counts(const struct transmit_line *line) {
    return clause14_counts(line->clause14);
}

/* Nothing to draw leaves no file, an earlier run's neither. */
static bool draw(const struct svg_scope *scope, const char *path,
                 bool (*picture)(const struct svg_scope *scope, FILE *out), struct sim_err *err) {
    struct outfile file = {0};
    if (!outfile_open(&file, path, err))
        return false;
    if (picture(scope, file.stream))
        return outfile_commit(&file, err);
    outfile_abandon(&file);
    return outfile_remove(path, err);
}

bool transmit_line_draw_eye(const struct transmit_line *line, FILE *out) {
    return svg_scope_draw_eye(line->scope, out);
}

bool transmit_line_draw_pulse(const struct transmit_line *line, FILE *out) {
    return svg_scope_draw_pulse(line->scope, out);
}

bool transmit_line_draw(const struct transmit_line *line, const char *eye, const char *pulse,
                        struct sim_err *err) {
    return (!eye || draw(line->scope, eye, svg_scope_draw_eye, err)) &&
           (!pulse || draw(line->scope, pulse, svg_scope_draw_pulse, err));
}
