/* What a run makes of the line behind the driver: measurements into the result, pictures
 * into the directory of the output files. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/outfile.h"
#include "harness/run.h"
#include "harness/run_line.h"
#include "harness/run_partner.h"
#include "harness/transmit_line.h"

struct run_line {
    struct transmit_line *line;
    struct run_partner *partner;
    bool d, de, begun;
};

/* A way out that has no model is told, and the rest of the run goes on. */
struct run_line *run_line_open(const struct board *board, const char *partner, char *why,
                               size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    struct run_line *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->line = transmit_line_create(board, &err);
    r->partner = r->line ? run_partner_open(board, partner, &err) : NULL;
    if (!r->partner) {
        snprintf(why, size, "%s", err.text);
        run_line_close(r);
        return NULL;
    }
    const struct transmitter_sink sink = run_partner_sink(r->partner);
    transmit_line_also(r->line, &sink);
    return r;
}

void run_line_close(struct run_line *r) {
    if (!r)
        return;
    transmit_line_destroy(r->line);
    run_partner_close(r->partner);
    free(r);
}

void run_line_start(struct run_line *r) {
    if (!r)
        return;
    transmit_line_start(r->line, 0, r->d, r->de);
    r->begun = true;
}

void run_line_edge(struct run_line *r, sim_time time, enum transmit_net net, int level) {
    if (!r || (net != TRANSMIT_D && net != TRANSMIT_DE))
        return;
    *(net == TRANSMIT_D ? &r->d : &r->de) = level;
    if (r->begun)
        transmit_line_edge(r->line, time, r->d, r->de);
}

void run_line_sent(struct run_line *r, const struct transmit_burst *burst) {
    if (r && burst->sfd && burst->n)
        transmit_line_sent(r->line, burst->octets, burst->n);
}

static void take_row(struct run_transmit *out, const struct clause14_row *row) {
    struct run_measure *m = &out->measures[out->n_measures++];
    *m = (struct run_measure){.present = row->seen,
                              .at_least = row->at_least,
                              .limit = row->limit,
                              .worst = row->worst,
                              .slack = clause14_slack(row),
                              .time = row->time};
    snprintf(m->name, sizeof m->name, "%s", row->id);
    snprintf(m->unit, sizeof m->unit, "%s", row->unit);
    snprintf(m->source, sizeof m->source, "%s", row->source);
}

void run_line_finish(struct run_line *r, sim_time time, struct run_transmit *out) {
    if (!r)
        return;
    transmit_line_finish(r->line, time);
    struct clause14_counts c = transmit_line_counts(r->line);
    const struct clause14_row *rows = transmit_line_rows(r->line);
    out->measures = calloc(CLAUSE14_ROWS, sizeof *out->measures);
    if (!out->measures)
        abort();
    for (size_t i = 0; i < CLAUSE14_ROWS; i++)
        take_row(out, &rows[i]);
    out->line_frames = c.frames;
    out->line_pulses = c.pulses;
    out->line_fragments = c.fragments;
    out->line_different = c.different;
    out->line_missing = c.missing;
    run_partner_finish(r->partner, time, &out->port);
}

bool run_line_draw(const struct run_line *r, const struct options *options, struct sim_err *err) {
    char eye[1024], pulse[1024];
    if (!options->out_dir)
        return true;
    if (!options_out_path(options, "eye.svg", eye, sizeof eye) ||
        !options_out_path(options, "link_pulse.svg", pulse, sizeof pulse))
        return sim_err_set(err, SIM_ERR_INPUT, "--out: the path is too long");
    return r ? transmit_line_draw(r->line, eye, pulse, err)
             : outfile_remove(eye, err) && outfile_remove(pulse, err);
}
