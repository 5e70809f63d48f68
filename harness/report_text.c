#include <inttypes.h>
#include <string.h>

#include "harness/report.h"

#define RED   "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

static int widest_file(const struct run_result *result) {
    size_t widest = strlen("capture");
    for (size_t i = 0; i < result->n_captures; i++)
        if (strlen(result->captures[i].file) > widest)
            widest = strlen(result->captures[i].file);
    return (int)(widest > 60 ? 60 : widest);
}

/* Names come from files: no control character reaches the terminal. */
static const char *clean(const char *text, char buffer[1100]) {
    report_clean(text, buffer, 1100);
    return buffer;
}

static void capture_table(const struct run_result *result, FILE *out) {
    char file[1100];
    int width = widest_file(result);
    if (!result->n_captures)
        return;
    fprintf(out, "%-*s %8s %8s %9s %6s %8s %6s %8s\n", width, "capture", "frames", "sent",
            "recovered", "lost", "corrupt", "extra", "skipped");
    for (size_t i = 0; i < result->n_captures; i++) {
        const struct run_capture *c = &result->captures[i];
        fprintf(out,
                "%-*s %8" PRIu64 " %8" PRIu64 " %9" PRIu64 " %6" PRIu64 " %8" PRIu64 " %6" PRIu64
                " %8zu%s\n",
                width, clean(c->file, file), c->frames, c->sent, c->recovered, c->lost, c->corrupt,
                c->extra, c->n_skipped, c->partial ? "  partial" : "");
    }
    fputc('\n', out);
}

static void capture_notes(const struct run_capture *capture, FILE *out) {
    char file[1100], why[1100];
    clean(capture->file, file);
    if (capture->partial)
        fprintf(out, "%s: partial: %s\n", file, clean(capture->damage, why));
    for (size_t i = 0; i < capture->n_skipped; i++)
        fprintf(out, "%s: frame %" PRIu64 " skipped: %s\n", file, capture->skipped[i].frame,
                clean(capture->skipped[i].why, why));
}

static void failures(const struct run_capture *capture, FILE *out, bool colour) {
    char file[1100], stage[1100], net[1100], detail[1100];
    for (size_t i = 0; i < capture->n_failures; i++) {
        const struct run_failure *f = &capture->failures[i];
        fprintf(out, "%s%s%s %s frame %" PRIu64 ": first at %s, net %s, %.6f us: %s\n",
                colour ? RED : "", report_kind(f->kind), colour ? PLAIN : "",
                clean(capture->file, file), f->frame, clean(f->stage, stage), clean(f->net, net),
                (double)f->time / (double)SIM_US, clean(f->detail, detail));
    }
    if (capture->more_failures)
        fprintf(out, "%s: and %" PRIu64 " more\n", clean(capture->file, file),
                capture->more_failures);
}

static void margins(const struct run_result *result, FILE *out, bool colour) {
    char name[1100], net[1100], source[1100];
    if (!result->n_margins)
        return;
    fprintf(out, "%-24s %-16s %10s %10s %10s  %s\n", "margin", "net", "limit ns", "worst ns",
            "slack ns", "source");
    for (size_t i = 0; i < result->n_margins; i++) {
        const struct run_margin *m = &result->margins[i];
        bool missed = m->present && m->slack_ns < 0;
        fprintf(out, "%-24s %-16s %10.3f ", clean(m->name, name), clean(m->net, net), m->limit_ns);
        clean(m->source, source);
        if (!m->present)
            fprintf(out, "%10s %10s  %s (not measured: no edge)\n", "-", "-", source);
        else
            fprintf(out, "%10.3f %s%10.3f%s  %s%s\n", m->worst_ns, missed && colour ? RED : "",
                    m->slack_ns, missed && colour ? PLAIN : "", source, missed ? "  MISSED" : "");
    }
    fputc('\n', out);
}

static void counters(const struct run_result *result, FILE *out) {
    char name[1100];
    bool any = false;
    for (size_t i = 0; i < result->n_counters; i++) {
        if (!result->counters[i].count)
            continue;
        fprintf(out, "%-48s %12" PRIu64 "\n", clean(result->counters[i].name, name),
                result->counters[i].count);
        any = true;
    }
    if (any)
        fputc('\n', out);
}

/* The line against clause 14: what was measured. */
static void measurements(const struct run_transmit *t, FILE *out, bool colour) {
    bool any = false;
    for (size_t i = 0; i < t->n_measures; i++) {
        const struct run_measure *m = &t->measures[i];
        bool missed = m->slack < 0;
        if (!m->present)
            continue;
        if (!any)
            fprintf(out, "%-24s %-4s %13s %10s %10s  %s\n", "behind the transformer", "", "limit",
                    "worst", "slack", "source");
        any = true;
        fprintf(out, "%-24s %-4s %2s %10.3f %10.3f %s%10.3f%s  %s%s\n", m->name, m->unit,
                m->at_least ? ">=" : "<=", m->limit, m->worst, missed && colour ? RED : "",
                m->slack, missed && colour ? PLAIN : "", m->source, missed ? "  MISSED" : "");
    }
    if (t->measures && t->link_pulses && !t->line_pulses)
        fputs("transmit: on the line no link pulse is seen, with comparators at 300 mV\n", out);
    if (t->line_fragments || t->line_different || t->line_missing)
        fprintf(out,
                "transmit: on the line %" PRIu64 " frames, %" PRIu64
                " of them not as sent; %" PRIu64 " sent and not there; %" PRIu64 " fragments\n",
                t->line_frames, t->line_different, t->line_missing, t->line_fragments);
}

/* The first frames that were not taken, one line each. */
static void not_taken(const struct run_port *p, FILE *out) {
    size_t shown = 0;
    for (size_t i = 0; i < p->n_heard && shown < 5; i++) {
        const struct run_heard *h = &p->heard[i];
        if (!h->why)
            continue;
        fprintf(out, "partner: frame %zu, %zu octets from %.6f us on, not taken: %s\n", i + 1,
                h->octets, (double)h->time / (double)SIM_US, h->why);
        shown++;
    }
    if (p->frames - p->taken > shown)
        fprintf(out, "partner: %" PRIu64 " more not taken\n", p->frames - p->taken - shown);
}

static void port(const struct run_port *p, FILE *out) {
    if (!p->present)
        return;
    fprintf(out,
            "partner, %s: takes %" PRIu64 " of %" PRIu64 " frames, %" PRIu64
            " link pulses (%" PRIu64 " inverted, %" PRIu64 " odd ones beside them); link %s",
            p->profile, p->taken, p->frames, p->pulses + p->inverted_pulses, p->inverted_pulses,
            p->odd_pulses, p->link_up ? "up" : "down");
    if (p->link_downs)
        fprintf(out, ", lost %" PRIu64 " times", p->link_downs);
    fputc('\n', out);
    if (p->unheard)
        fprintf(out, "partner: %" PRIu64 " frames that left the board are not heard at all\n",
                p->unheard);
    not_taken(p, out);
}

static void transmit(const struct run_transmit *t, FILE *out, bool colour) {
    char text[1100];
    if (!t->present)
        return;
    fprintf(out, "transmit %s: ", t->driver[0] ? clean(t->driver, text) : "without a driver");
    if (t->sent || t->frames || t->damaged)
        fprintf(out,
                "%" PRIu64 " of %" PRIu64 " sent frames left the board, %" PRIu64
                " octets, %" PRIu64 " damaged; ",
                t->good_fcs, t->sent, t->octets, t->damaged);
    fprintf(out, "%" PRIu64 " link pulses", t->link_pulses);
    if (t->link_pulses)
        fprintf(out, " of %.1f to %.1f ns", t->pulse_least_ns, t->pulse_most_ns);
    fputc('\n', out);
    if (t->dead[0])
        fprintf(out, "transmit: no frame is driven: %s\n", clean(t->dead, text));
    if (t->first_damage[0])
        fprintf(out, "transmit: the first damaged: %s\n", clean(t->first_damage, text));
    if (t->feedback)
        fprintf(out,
                "transmit: MCU outputs reach MCU inputs on this board: both ran together in steps "
                "of %.3f ns\n",
                t->quantum_ns);
    measurements(t, out, colour);
    port(&t->port, out);
    if (t->unmodelled[0])
        fprintf(out, "transmit: behind the driver nothing is measured: %s\n",
                clean(t->unmodelled, text));
    fputc('\n', out);
}

/* What the firmware made of the frames it got. */
static void firmware(const struct run_result *result, FILE *out) {
    const struct run_rearm *r = &result->rearm;
    struct run_capture t;
    if (!result->firmware[0])
        return;
    run_result_total(result, &t);
    fprintf(out, "firmware: %" PRIu64 " frames delivered, %" PRIu64 " refused as too long",
            t.delivered, t.refused);
    if (result->tells_drops)
        fprintf(out, ", %" PRIu64 " dropped after delivery", t.dropped_after);
    if (r->gaps && r->rearmed)
        fprintf(out,
                "\nfirmware: armed again at most %" PRIu64
                " cycles after the select rose, the shortest window is %" PRIu64
                " at %g MHz; late in %" PRIu64 " of %" PRIu64 " gaps",
                r->worst_cycles, r->window_cycles, r->hclk_hz / 1e6, r->late, r->gaps);
    fputs("\n\n", out);
}

static void xdp(const struct run_xdp_result *x, FILE *out) {
    if (!x->present)
        return;
    fprintf(out,
            "XDP: %" PRIu64 " recovered frames, %" PRIu64
            " decided otherwise than when sent, %" PRIu64 " otherwise by another way",
            x->frames, x->different, x->disagreed);
    fprintf(out, "%s%s\n\n", x->first[0] ? "; " : "", x->first);
}

static void not_run(const struct run_result *result, FILE *out) {
    char name[1100], why[1100];
    for (size_t i = 0; i < result->n_not_run; i++)
        fprintf(out, "not run: %s: %s\n", clean(result->not_run[i].name, name),
                clean(result->not_run[i].why, why));
}

static void verdict(const struct run_result *result, FILE *out, bool colour) {
    char reason[1100], repeat[RUN_MAX_REPEAT];
    report_clean(result->repeat, repeat, sizeof repeat);
    const char *paint = result->pass ? GREEN : RED;
    fprintf(out, "%s%s%s%s: %s; repeat: %s\n", colour ? paint : "", result->pass ? "PASS" : "FAIL",
            colour ? PLAIN : "", result->interrupted ? " (partial, interrupted)" : "",
            clean(result->reason, reason), repeat);
}

void report_text(const struct run_result *result, FILE *out, bool colour) {
    bool any = false;
    capture_table(result, out);
    for (size_t i = 0; i < result->n_captures; i++) {
        capture_notes(&result->captures[i], out);
        failures(&result->captures[i], out, colour);
        any |= result->captures[i].n_failures || result->captures[i].n_skipped;
    }
    if (any)
        fputc('\n', out);
    margins(result, out, colour);
    counters(result, out);
    firmware(result, out);
    transmit(&result->transmit, out, colour);
    xdp(&result->xdp, out);
    not_run(result, out);
    fprintf(out, "board %s, engine %s, firmware %s, seed %" PRIu64 "; %.6f s simulated",
            result->board, result->engine, result->firmware[0] ? result->firmware : "none",
            result->seed, result->simulated_s);
    if (result->wall_s > 0)
        fprintf(out, " in %.2f s, %.1f times real time", result->wall_s,
                result->simulated_s / result->wall_s);
    fputc('\n', out);
    verdict(result, out, colour);
}
