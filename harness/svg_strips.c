#include "harness/svg_strips.h"

#include <math.h>

#include "harness/markup.h"

#define WIDTH     340.0
#define ROW       30.0
#define LETTERS   11.0
#define SWING     10.0
#define BOTTOM    22.0
#define MAX_EDGES 1500 /* drawn in one row: beyond, more than four in a unit */

struct strips_sheet {
    FILE *out;
    sim_time from, to;
};

static double x_of(const struct strips_sheet *s, sim_time time) {
    double share = (double)(time - s->from) / (double)(s->to - s->from);
    return WIDTH * (share < 0 ? 0 : share > 1 ? 1 : share);
}

static double y_of(double base, uint8_t level) {
    return base - (level == 1 ? SWING : level == 0 ? 0 : SWING / 2);
}

static uint8_t level_at(const struct svg_strip *strip, sim_time time) {
    uint8_t level = strip->first;
    for (size_t i = 0; i < strip->n && strip->edges[i].time <= time; i++)
        level = strip->edges[i].level;
    return level;
}

static void wave(const struct strips_sheet *s, const struct svg_strip *strip, double base) {
    size_t drawn = 0;
    fprintf(s->out, "<path class=\"wave%s\" d=\"M0,%.1f", strip->marked ? " marked" : "",
            y_of(base, level_at(strip, s->from)));
    for (size_t i = 0; i < strip->n && drawn < MAX_EDGES; i++) {
        const struct svg_edge *edge = &strip->edges[i];
        if (edge->time <= s->from || edge->time > s->to)
            continue;
        fprintf(s->out, "H%.2fV%.1f", x_of(s, edge->time), y_of(base, edge->level));
        drawn++;
    }
    fprintf(s->out, "H%.0f\"/>\n", WIDTH);
}

/* 1, 2 or 5 times a power of ten, for at most five ticks. */
static double step_of(double span) {
    double step = pow(10, floor(log10(span / 5)));
    while (span / step > 5)
        step *= span / (2 * step) <= 5 ? 2 : span / (5 * step) <= 5 ? 5 : 10;
    return step;
}

static void axis(const struct strips_sheet *s, sim_time origin, double y) {
    double from = (double)(s->from - origin) * 1e-6, to = (double)(s->to - origin) * 1e-6;
    double step = step_of(to - from);
    for (double at = ceil(from / step) * step; at <= to; at += step) {
        double x = WIDTH * (at - from) / (to - from);
        fprintf(s->out, "<path class=\"axis\" d=\"M%.1f,0V%.1f\"/>", x, y);
        if (x > 12 && x < WIDTH - 40)
            fprintf(
                s->out,
                "<text class=\"axis\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.4g</text>\n",
                x, y + 14, fabs(at) < step / 2 ? 0 : at);
    }
    fprintf(s->out,
            "<text class=\"axis\" x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">&#181;s</text>\n",
            WIDTH, y + 14);
}

void svg_strips_draw(const struct svg_strip *strips, size_t n, sim_time from, sim_time to,
                     sim_time origin, FILE *out) {
    struct strips_sheet sheet = {out, from, to};
    double height = (double)n * ROW;
    fprintf(out,
            "<svg class=\"strips\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"waveforms\" "
            "font-size=\"%.0f\">\n",
            WIDTH, height + BOTTOM, LETTERS);
    axis(&sheet, origin, height);
    for (size_t i = 0; i < n; i++) {
        double base = ROW * (double)(i + 1) - 4;
        wave(&sheet, &strips[i], base);
        fprintf(out, "<text class=\"name%s\" x=\"2\" y=\"%.1f\">",
                strips[i].marked ? " marked" : "", base - SWING - 4);
        markup_put(out, strips[i].name);
        fputs("</text>\n", out);
    }
    fputs("</svg>\n", out);
}
