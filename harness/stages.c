#include "harness/stages.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Tolerances. The shield's figures at its default delays stand beside them; the limits lie
 * where the next stage could no longer work, or well beyond any gate of the family. */
#define LINE_DELAY_MAX     (60 * SIM_NS)  /* receiver and polarity gate: 18 ns; 32 at scale 1 */
#define EDGE_DELAY_MAX     (60 * SIM_NS)  /* edge detector: 10 ns */
#define FRAME_DELAY_MAX    (60 * SIM_NS)  /* frame detector up: 23 ns */
#define FILTER_DELAY_MAX   (60 * SIM_NS)  /* one AND gate: 6 ns */
#define FRAME_HOLD_MIN     (100 * SIM_NS) /* a clock of 70 ns must end in the frame: 398 ns */
#define FRAME_HOLD_MAX     (3 * SIM_US)   /* a third of the minimum gap; 1.7 us with 1 nF */
#define NOISE_SETTLE_CELLS 2              /* bits after which idle noise has left the gates */

/* An edge /line must follow, and what became of it. */
struct reference {
    sim_time line;  /* on the line, as sent */
    sim_time at;    /* on /line where recorded, else as `line` */
    sim_time pulse; /* on /edge_in where recorded, else as `at` */
    size_t cell;    /* bit cell from the preamble's first; n_cells for the end */
    bool mid;       /* in the middle of the cell, not at its beginning */
    uint8_t level;  /* in sent polarity */
};

struct job {
    const struct stages_input *in;
    struct stage_finding *found;
    struct reference *refs;
    size_t n_refs;
    sim_time *mids; /* per cell: its mid-bit edge at /line */
    size_t n_cells, n_preamble;
    sim_time idle_at;  /* the line is idle from here: no stage is judged beyond */
    size_t first_cell; /* earlier ones are not judged */
    sim_time slack;    /* tolerances of skipped stages since `at` */
};

static const struct stage_trace *recorded(const struct job *job, enum stage_net net) {
    const struct stage_trace *trace = &job->in->traces[net];
    return trace->net && trace->net[0] ? trace : NULL;
}

static bool fail(struct job *job, const char *stage, const struct stage_trace *trace, sim_time time,
                 const char *format, ...) {
    va_list args;
    job->found->stage = stage;
    job->found->net = trace && trace->net ? trace->net : "";
    job->found->time = time;
    va_start(args, format);
    vsnprintf(job->found->detail, sizeof job->found->detail, format, args);
    va_end(args);
    return false;
}

static double ns(sim_time time) {
    return (double)time / SIM_NS;
}

/* Index of the first edge at or after `time`. */
static size_t edge_from(const struct stage_trace *trace, sim_time time) {
    size_t low = 0, high = trace->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (trace->edges[middle].time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The level just before `time`: what a clock at that instant takes. */
static uint8_t level_before(const struct stage_trace *trace, sim_time time) {
    size_t i = edge_from(trace, time);
    return i > 0 ? trace->edges[i - 1].level : trace->initial;
}

/* The next change to `level` at or behind *k, or SIM_NEVER; *k is left on it. */
static sim_time next_change(const struct stage_trace *trace, uint8_t level, size_t *k) {
    while (*k < trace->n && trace->edges[*k].level != level)
        ++*k;
    return *k < trace->n ? trace->edges[*k].time : SIM_NEVER;
}

static const char *place(const struct job *job, size_t cell, char *text, size_t size) {
    if (cell >= job->n_cells)
        snprintf(text, size, "the end of the frame");
    else if (cell < job->n_preamble)
        snprintf(text, size, "preamble bit %zu", cell);
    else
        snprintf(text, size, "octet %zu bit %zu", (cell - job->n_preamble) / 8,
                 (cell - job->n_preamble) % 8);
    return text;
}

/* The bit sent in a cell. The preamble alternates backwards from the SFD's "11". */
static unsigned sent_bit(const struct job *job, size_t cell) {
    if (cell >= job->n_preamble) {
        size_t bit = cell - job->n_preamble;
        return job->in->octets[bit / 8] >> bit % 8 & 1;
    }
    size_t before_end = job->n_preamble - 1 - cell;
    return before_end == 0 || before_end % 2 == 1;
}

/* Take the next line edge as the one to `level`; false when it is another. */
static bool add_reference(struct job *job, size_t cell, bool mid, unsigned level) {
    size_t i = job->n_refs;
    if (i >= job->in->n_line || job->in->line[i].level == LINE_IDLE)
        return false;
    const struct line_edge *edge = &job->in->line[i];
    if ((unsigned)(edge->level ^ job->in->swapped) != level)
        return false;
    job->refs[job->n_refs++] =
        (struct reference){edge->time, edge->time, edge->time, cell, mid, (uint8_t)level};
    if (mid)
        job->mids[cell] = edge->time;
    return true;
}

/* Give each line edge its bit cell. A line that lacks edges stays below the thresholds. */
static bool place_edges(struct job *job) {
    unsigned level = LINE_IDLE;
    for (size_t cell = 0; cell < job->n_cells; cell++) {
        unsigned bit = sent_bit(job, cell);
        bool boundary = level != !bit && add_reference(job, cell, false, !bit);
        if ((level == bit && !boundary) || !add_reference(job, cell, true, bit))
            return fail(job, "line receiver", recorded(job, STAGE_LINE), job->in->start,
                        "the line signal does not cross the receiver's thresholds");
        level = bit;
    }
    if (level == 0)
        add_reference(job, job->n_cells, false, 1);
    const struct line_edge *last = &job->in->line[job->in->n_line - 1];
    job->idle_at = last->level == LINE_IDLE ? last->time : job->in->data_end + 250 * SIM_NS;
    return true;
}

/* The level of /line before the frame: LINE_IDLE when not known. */
static uint8_t level_at_rest(const struct job *job) {
    const struct stage_trace *trace = recorded(job, STAGE_LINE);
    if (trace)
        return level_before(trace, job->refs[0].line);
    if (job->in->idle == BOARD_IDLE_HOLD)
        return 1; /* TP_IDL left it high */
    return (uint8_t)((job->in->idle == BOARD_IDLE_HIGH) != job->in->swapped);
}

static void drop_first(struct job *job) {
    job->refs++;
    job->n_refs--;
}

/* Leave out what idle noise may still disturb, and a first line edge to the level at
 * which the receiver idled: /line shows none. */
static void drop_unseen(struct job *job) {
    if (job->in->idle == BOARD_IDLE_NOISE)
        job->first_cell = NOISE_SETTLE_CELLS;
    while (job->n_refs > 1 && job->refs[0].cell < job->first_cell)
        drop_first(job);
    if (job->first_cell == 0 && job->n_refs > 1 && level_at_rest(job) == job->refs[0].level)
        drop_first(job);
}

/* /line against the line, with its levels inverted or not. */
static bool follow_line(struct job *job, const struct stage_trace *trace, uint8_t invert) {
    const char *stage = "line receiver";
    size_t k = edge_from(trace, job->refs[0].line);
    char text[48];
    for (size_t i = 0; i < job->n_refs; i++, k++) {
        struct reference *ref = &job->refs[i];
        const struct line_edge *edge = k < trace->n ? &trace->edges[k] : NULL;
        place(job, ref->cell, text, sizeof text);
        if (!edge || edge->time > ref->line + LINE_DELAY_MAX)
            return fail(job, stage, trace, ref->line, "no edge for the line's in %s", text);
        if (edge->time < ref->line)
            return fail(job, stage, trace, edge->time, "an edge too many before %s", text);
        if (edge->level != (ref->level ^ invert))
            return fail(job, stage, trace, edge->time, "level %u where %u was sent, in %s",
                        edge->level, ref->level, text);
        ref->at = edge->time;
        if (ref->mid)
            job->mids[ref->cell] = edge->time;
    }
    if (k < trace->n && trace->edges[k].time < job->idle_at)
        return fail(job, stage, trace, trace->edges[k].time, "an edge too many after the frame");
    return true;
}

/* Inverted levels: an edge at rest may be there on one side and not on the other, so the
 * comparison begins behind the first two edges. */
static bool is_inverted(struct job job, const struct stage_trace *trace) {
    struct stage_finding scratch;
    job.found = &scratch;
    for (int i = 0; i < 2 && job.n_refs > 1; i++)
        drop_first(&job);
    size_t k = edge_from(trace, job.refs[0].line);
    if (k < trace->n && trace->edges[k].level == job.refs[0].level)
        drop_first(&job); /* that one is still the answer to the edge before */
    return follow_line(&job, trace, 1);
}

static bool check_line(struct job *job) {
    const struct stage_trace *trace = recorded(job, STAGE_LINE);
    if (!trace) {
        job->slack = LINE_DELAY_MAX;
        return true;
    }
    if (follow_line(job, trace, 0))
        return true;
    if (is_inverted(*job, trace))
        fail(job, "line receiver", trace, job->found->time,
             "inverted: opposite to what was sent (swapped pair, or the switch in the wrong "
             "position)");
    return false;
}

/* A pulse at or behind the next reference belongs to that one; told apart only where the
 * input itself is recorded, because elsewhere the skipped stages' delay is in between. */
static bool is_missing(const struct job *job, size_t i, sim_time rise, sim_time tolerance,
                       bool input_recorded) {
    const struct reference *ref = &job->refs[i];
    if (rise == SIM_NEVER || rise > ref->pulse + tolerance)
        return true;
    return input_recorded && i + 1 < job->n_refs && rise >= ref[1].pulse;
}

static bool check_edge_detector(struct job *job) {
    const char *stage = "edge detector";
    const struct stage_trace *trace = recorded(job, STAGE_EDGE_IN);
    for (size_t i = 0; i < job->n_refs; i++)
        job->refs[i].pulse = job->refs[i].at;
    if (!trace)
        return true;
    if (job->first_cell == 0 && level_before(trace, job->refs[0].at))
        return fail(job, stage, trace, job->refs[0].at, "high at rest, before the first edge");
    size_t k = edge_from(trace, job->refs[0].at);
    char text[48];
    for (size_t i = 0; i < job->n_refs; i++, k++) {
        struct reference *ref = &job->refs[i];
        sim_time rise = next_change(trace, 1, &k);
        place(job, ref->cell, text, sizeof text);
        if (is_missing(job, i, rise, EDGE_DELAY_MAX + job->slack, job->slack == 0))
            return fail(job, stage, trace, ref->at, "no pulse for the edge in %s", text);
        if (rise < ref->at)
            return fail(job, stage, trace, rise, "a pulse too many before %s", text);
        ref->pulse = rise;
    }
    sim_time rise = next_change(trace, 1, &k);
    if (rise < job->idle_at)
        return fail(job, stage, trace, rise, "a pulse too many after the frame");
    return true;
}

/* By when nets that mark a frame must be at rest again. */
static sim_time latest_end(const struct job *job) {
    sim_time latest = job->in->data_end + FRAME_HOLD_MAX + job->slack;
    return latest < job->in->window_end ? latest : job->in->window_end;
}

static bool check_frame_end(struct job *job, const struct stage_trace *trace, sim_time fall) {
    const char *stage = "frame detector";
    sim_time hold = (sim_time)(job->in->bit_ps / 2) + FRAME_HOLD_MIN;
    sim_time earliest = job->mids[job->n_cells - 1] + hold;
    sim_time latest = latest_end(job);
    if (fall < earliest)
        return fail(job, stage, trace, fall, "falls %.1f ns before the frame is over",
                    ns(earliest - fall));
    if (fall > latest && job->in->until >= latest)
        return fail(job, stage, trace, latest, "still high %.1f ns after the last bit",
                    ns(latest - job->in->data_end));
    return true;
}

static bool check_frame_detector(struct job *job) {
    const char *stage = "frame detector";
    const struct stage_trace *trace = recorded(job, STAGE_IDLE_N);
    if (!trace)
        return true;
    sim_time first = job->refs[0].at;
    size_t k = edge_from(trace, first);
    if (job->first_cell == 0) {
        if (level_before(trace, first))
            return fail(job, stage, trace, first, "already high when the frame begins");
        sim_time rise = next_change(trace, 1, &k);
        if (rise == SIM_NEVER || rise > first + FRAME_DELAY_MAX + job->slack)
            return fail(job, stage, trace, first, "does not rise within %.0f ns of the first edge",
                        ns(FRAME_DELAY_MAX + job->slack));
    } else if (!level_before(trace, first)) {
        return fail(job, stage, trace, first, "low in the preamble");
    }
    return check_frame_end(job, trace, next_change(trace, 0, &k));
}

/* The frame's first edge: at a cell boundary it must not come through (it would put the
 * bit clock half a bit off); in the middle of the first bit it may or may not. */
static bool check_first_edge(struct job *job, const struct stage_trace *trace, size_t *k) {
    const struct reference *ref = &job->refs[0];
    sim_time rise = next_change(trace, 1, k);
    bool passed = rise < job->refs[1].pulse;
    if (passed && !ref->mid)
        return fail(job, "first-edge filter", trace, rise,
                    "lets the frame's first edge pass, at the beginning of the first bit");
    *k += passed;
    return true;
}

static bool check_filter(struct job *job) {
    const char *stage = "first-edge filter";
    const struct stage_trace *trace = recorded(job, STAGE_EDGE);
    if (!trace || job->n_refs < 2)
        return true;
    sim_time most = FILTER_DELAY_MAX;
    if (!recorded(job, STAGE_EDGE_IN))
        most += EDGE_DELAY_MAX + job->slack;
    size_t k = edge_from(trace, job->refs[0].pulse), i = job->refs[0].cell == 0;
    char text[48];
    if (i && !check_first_edge(job, trace, &k))
        return false;
    for (; i < job->n_refs; i++, k++) {
        const struct reference *ref = &job->refs[i];
        sim_time rise = next_change(trace, 1, &k);
        place(job, ref->cell, text, sizeof text);
        if (is_missing(job, i, rise, most, most == FILTER_DELAY_MAX))
            return fail(job, stage, trace, ref->pulse, "swallows the %s edge of %s",
                        ref->mid ? "mid-bit" : "boundary", text);
        if (rise < ref->pulse)
            return fail(job, stage, trace, rise, "a pulse too many before %s", text);
    }
    sim_time rise = next_change(trace, 1, &k);
    if (rise < job->idle_at)
        return fail(job, stage, trace, rise, "a pulse too many after the frame");
    return true;
}

static bool check_bit_clock(struct job *job) {
    const char *stage = "bit clock";
    const struct stage_trace *trace = recorded(job, STAGE_SCK);
    if (!trace)
        return true;
    sim_time half = (sim_time)(job->in->bit_ps / 2) + job->slack;
    size_t k = edge_from(trace, job->mids[job->first_cell]), cell = job->first_cell;
    char text[48];
    if (cell == 0) { /* the filter may keep the first bit from it */
        bool clocked = next_change(trace, 1, &k) <= job->mids[0] + half;
        k += clocked;
        cell++;
    }
    for (; cell < job->n_cells; cell++, k++) {
        sim_time mid = job->mids[cell], rise = next_change(trace, 1, &k);
        place(job, cell, text, sizeof text);
        if (rise < mid)
            return fail(job, stage, trace, rise,
                        "a clock too many, %.1f ns before the middle of %s", ns(mid - rise), text);
        if (rise == SIM_NEVER || rise - mid > 2 * half)
            return fail(job, stage, trace, mid, "no clock in %s", text);
        if (rise - mid > half)
            return fail(job, stage, trace, rise, "late: %.1f ns after the middle of %s",
                        ns(rise - mid), text);
    }
    sim_time rise = next_change(trace, 1, &k);
    if (rise < job->idle_at)
        return fail(job, stage, trace, rise, "a clock too many after the frame");
    return true;
}

static sim_time cell_end(const struct job *job, size_t cell) {
    return cell + 1 < job->n_cells ? job->mids[cell + 1]
                                   : job->mids[cell] + (sim_time)job->in->bit_ps;
}

/* A net that is active from the first data bit to the end of the frame, once. */
static bool check_data_phase(struct job *job, enum stage_net net, uint8_t active) {
    const char *stage = "byte sync";
    const struct stage_trace *trace = recorded(job, net);
    if (!trace)
        return true;
    sim_time first = job->mids[job->n_preamble], last = job->mids[job->n_cells - 1];
    if (level_before(trace, job->in->start) == active)
        return fail(job, stage, trace, job->in->start, "active before the frame");
    size_t k = edge_from(trace, job->in->start);
    sim_time begin = next_change(trace, active, &k);
    if (begin < first)
        return fail(job, stage, trace, begin, "begins %.1f ns before the first data bit",
                    ns(first - begin));
    if (begin >= cell_end(job, job->n_preamble) + job->slack)
        return fail(job, stage, trace, first, "does not begin in the first data bit");
    sim_time end = next_change(trace, !active, &k);
    if (end < last + (sim_time)(job->in->bit_ps / 2))
        return fail(job, stage, trace, end, "ends %.1f ns before the frame does",
                    ns(job->in->data_end - end));
    sim_time latest = latest_end(job);
    if (end > latest && job->in->until >= latest)
        return fail(job, stage, trace, latest, "still active %.1f ns after the last bit",
                    ns(latest - job->in->data_end));
    return true;
}

static bool check_data_clocks(struct job *job) {
    const char *stage = "byte sync";
    const struct stage_trace *trace = recorded(job, STAGE_SPI_CLK);
    if (!trace)
        return true;
    size_t k = edge_from(trace, job->in->start);
    char text[48];
    for (size_t cell = job->n_preamble; cell < job->n_cells; cell++, k++) {
        sim_time rise = next_change(trace, 1, &k);
        place(job, cell, text, sizeof text);
        if (rise < job->mids[cell])
            return fail(job, stage, trace, rise, "a clock too many before %s", text);
        if (rise >= cell_end(job, cell) + job->slack)
            return fail(job, stage, trace, job->mids[cell], "no clock for %s", text);
    }
    sim_time rise = next_change(trace, 1, &k);
    if (rise < job->idle_at)
        return fail(job, stage, trace, rise, "a clock too many after the frame");
    return true;
}

static bool is_selected(const struct job *job, sim_time time) {
    const struct stage_trace *nss = recorded(job, STAGE_SPI_NSS);
    return !nss || level_before(nss, time) == job->in->nss_active_high;
}

/* Without byte sync octets begin with the first clock, so the preamble's clocks must fill
 * whole octets. */
static bool check_alignment(struct job *job) {
    const struct stage_trace *trace = recorded(job, STAGE_SPI_CLK);
    if (!trace)
        return true;
    sim_time first_data = job->mids[job->n_preamble], rise;
    size_t k = edge_from(trace, job->in->start), clocks = 0;
    for (; (rise = next_change(trace, 1, &k)) < first_data; k++)
        clocks += is_selected(job, rise);
    if (clocks % 8 == 0)
        return true;
    return fail(job, "byte sync", trace, first_data,
                "none: %zu clocks before the first data bit shift the octets by %zu bits", clocks,
                clocks % 8);
}

static bool check_byte_sync(struct job *job) {
    if (job->in->preamble)
        return check_alignment(job);
    return check_data_phase(job, STAGE_BYTESYNC, 1) &&
           check_data_phase(job, STAGE_SPI_NSS, job->in->nss_active_high) && check_data_clocks(job);
}

/* The data change next to a clock that took the wrong bit. */
static bool fail_sample(struct job *job, sim_time clock, size_t cell) {
    const struct stage_trace *data = recorded(job, STAGE_SPI_DATA);
    size_t k = edge_from(data, clock);
    char text[48], change[64] = "data does not change";
    sim_time before = k > 0 ? clock - data->edges[k - 1].time : SIM_NEVER;
    sim_time after = k < data->n ? data->edges[k].time - clock : SIM_NEVER;
    if (before <= after && before != SIM_NEVER)
        snprintf(change, sizeof change, "data changed %.1f ns before the clock", ns(before));
    else if (after != SIM_NEVER)
        snprintf(change, sizeof change, "data changes %.1f ns after the clock", ns(after));
    return fail(job, "SPI sampling", data, clock, "%s: sampled %u, sent %u; %s",
                place(job, cell, text, sizeof text), level_before(data, clock), sent_bit(job, cell),
                change);
}

static bool check_sampling(struct job *job) {
    const struct stage_trace *clk = recorded(job, STAGE_SPI_CLK);
    const struct stage_trace *data = recorded(job, STAGE_SPI_DATA);
    if (!clk || !data)
        return true;
    size_t cell = job->first_cell, clocks = 0;
    size_t k = edge_from(clk, job->mids[cell]);
    for (;; k++) {
        sim_time rise = next_change(clk, 1, &k);
        if (rise >= job->idle_at)
            break;
        if (!is_selected(job, rise))
            continue;
        while (cell + 1 < job->n_cells && job->mids[cell + 1] <= rise)
            cell++;
        clocks++;
        if (level_before(data, rise) != sent_bit(job, cell))
            return fail_sample(job, rise, cell);
    }
    if (clocks == 0)
        return fail(job, "SPI sampling", clk, job->in->sfd_end, "no clock while selected");
    return true;
}

static void diagnose(struct job *job) {
    if (!place_edges(job))
        return;
    drop_unseen(job);
    if (check_line(job) && check_edge_detector(job) && check_frame_detector(job) &&
        check_filter(job) && check_bit_clock(job) && check_byte_sync(job))
        check_sampling(job);
}

struct stage_finding stages_diagnose(const struct stages_input *input) {
    struct stage_finding found = {.stage = "unknown", .net = "", .time = input->start};
    snprintf(found.detail, sizeof found.detail, "every recorded stage did its work");
    struct job job = {.in = input, .found = &found};
    job.n_preamble = (size_t)((double)(input->sfd_end - input->start) / input->bit_ps + 0.5);
    job.n_cells = job.n_preamble + 8 * input->n_octets;
    if (job.n_preamble == 0 || input->n_octets == 0)
        return found;
    struct reference *refs = calloc(input->n_line + 1, sizeof *refs);
    job.mids = calloc(job.n_cells, sizeof *job.mids);
    job.refs = refs;
    if (refs && job.mids)
        diagnose(&job);
    else
        snprintf(found.detail, sizeof found.detail, "out of memory for the diagnosis");
    free(refs);
    free(job.mids);
    return found;
}
