#include "harness/svg_eye.h"

#include <math.h>
#include <stdlib.h>

#define MAX_PIECES 4096 /* some 200 octets */
#define REST       0.02 /* V; less is no transmission */
#define PAUSE      (2 * SIM_US)
#define TAIL       (8 * SIM_US)
#define MAX_BITS   128
#define SKIP_BITS  8 /* while the transformer settles */
#define EYE_POINTS 200

struct recording {
    struct transmitter_piece *pieces;
    size_t n;
    sim_time active; /* the last time the line was not at rest */
};

struct svg_scope {
    struct recording now, before, eye, pulse;
    struct clause14_frame frame; /* that of `eye` */
    sim_time pulse_start;
    bool any, has_eye, has_pulse;
};

static bool make(struct recording *r) {
    r->pieces = malloc(MAX_PIECES * sizeof *r->pieces);
    return r->pieces;
}

struct svg_scope *svg_scope_create(void) {
    struct svg_scope *s = calloc(1, sizeof *s);
    if (s && make(&s->now) && make(&s->before) && make(&s->eye) && make(&s->pulse))
        return s;
    svg_scope_destroy(s);
    return NULL;
}

void svg_scope_destroy(struct svg_scope *s) {
    if (!s)
        return;
    free(s->now.pieces);
    free(s->before.pieces);
    free(s->eye.pieces);
    free(s->pulse.pieces);
    free(s);
}

static void exchange(struct recording *a, struct recording *b) {
    struct recording c = *a;
    *a = *b;
    *b = c;
}

void svg_scope_piece(void *self, const struct transmitter_piece *piece) {
    struct svg_scope *s = self;
    bool ends_active = fabs(transmitter_piece_value(piece, piece->end - 1)) > REST;
    bool active = ends_active || fabs(transmitter_piece_value(piece, piece->start)) > REST;
    if (active && (!s->any || piece->start - s->now.active > PAUSE)) {
        exchange(&s->now, &s->before);
        s->now.n = 0;
        s->any = true;
    }
    if (active) /* a long piece may come to rest early */
        s->now.active = ends_active ? piece->end : piece->start;
    if (s->any && piece->start - s->now.active < TAIL && s->now.n < MAX_PIECES)
        s->now.pieces[s->now.n++] = *piece;
}

static bool holds(const struct recording *r, sim_time time) {
    return r->n && r->pieces[0].start <= time && time < r->pieces[r->n - 1].end;
}

static bool keep(struct svg_scope *s, sim_time start, struct recording *to) {
    struct recording *from = holds(&s->before, start) ? &s->before : &s->now;
    if (!holds(from, start))
        return false;
    to->n = from->n;
    for (size_t i = 0; i < from->n; i++)
        to->pieces[i] = from->pieces[i];
    return true;
}

void svg_scope_frame(void *self, const struct clause14_frame *frame) {
    struct svg_scope *s = self;
    if (s->has_eye || !keep(s, frame->start, &s->eye))
        return;
    s->has_eye = true;
    s->frame = *frame;
    s->frame.octets = NULL;
}

void svg_scope_pulse(void *self, sim_time start) {
    struct svg_scope *s = self;
    if (s->has_pulse || !keep(s, start, &s->pulse))
        return;
    s->has_pulse = true;
    s->pulse_start = start;
}

static double volt(const struct recording *r, sim_time time) {
    size_t low = 0, high = r->n - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->pieces[middle].end > time)
            high = middle;
        else
            low = middle + 1;
    }
    return time < r->pieces[low].start ? 0 : transmitter_piece_value(&r->pieces[low], time);
}

/* The sheet: 760 x 360 in a margin, x in ns, y in volt. */
#define WIDTH  760.0
#define HEIGHT 360.0
#define LEFT   60.0
#define TOP    40.0

struct sheet {
    FILE *out;
    double x0, x1; /* ns */
    double y1;     /* V; the lower end is -y1 */
};

static double x_of(const struct sheet *s, double ns) {
    return LEFT + (ns - s->x0) / (s->x1 - s->x0) * WIDTH;
}

static double y_of(const struct sheet *s, double v) {
    return TOP + (1 - v / s->y1) / 2 * HEIGHT;
}

static void head(const struct sheet *s, const char *title) {
    fprintf(s->out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
            "viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" font-size=\"12\">\n"
            "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
            "<text x=\"%.0f\" y=\"24\" font-size=\"15\">%s</text>\n"
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" "
            "stroke=\"#888\"/>\n",
            LEFT + WIDTH + 40, TOP + HEIGHT + 50, LEFT + WIDTH + 40, TOP + HEIGHT + 50, title, LEFT,
            title, LEFT, TOP, WIDTH, HEIGHT);
}

static void level(const struct sheet *s, double v, const char *colour) {
    if (fabs(v) >= s->y1)
        return;
    fprintf(s->out,
            "<path d=\"M%.1f,%.2fH%.1f\" stroke=\"%s\" stroke-dasharray=\"4 4\"/>"
            "<text x=\"%.1f\" y=\"%.2f\" text-anchor=\"end\" fill=\"%s\">%.3g</text>\n",
            LEFT, y_of(s, v), LEFT + WIDTH, colour, LEFT - 4, y_of(s, v) + 4, colour, v);
}

static void ticks(const struct sheet *s, double step, double scale, const char *unit) {
    for (double at = s->x0; at <= s->x1 + step / 2; at += step)
        fprintf(s->out,
                "<path d=\"M%.2f,%.1fv6\" stroke=\"#888\"/><text x=\"%.2f\" y=\"%.1f\" "
                "text-anchor=\"middle\">%g</text>\n",
                x_of(s, at), TOP + HEIGHT, x_of(s, at), TOP + HEIGHT + 20,
                floor(at * scale * 1000 + 0.5) / 1000);
    fprintf(s->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT + WIDTH,
            TOP + HEIGHT + 38, unit);
}

/* V against ns from `origin` on. */
static void curve(const struct sheet *s, const struct recording *r, sim_time origin, int points,
                  double opacity) {
    fprintf(s->out, "<path fill=\"none\" stroke=\"#06c\" stroke-opacity=\"%.2f\" d=\"", opacity);
    for (int i = 0; i <= points; i++) {
        double ns = s->x0 + (s->x1 - s->x0) * i / points;
        double v = volt(r, origin + (sim_time)floor(ns * 1000 + 0.5));
        fprintf(s->out, "%c%.1f,%.2f", i ? 'L' : 'M', x_of(s, ns), y_of(s, v));
    }
    fputs("\"/>\n", s->out);
}

static double peak_of(const struct recording *r) {
    double peak = 0;
    for (size_t i = 0; i < r->n; i++) {
        double v = fabs(transmitter_piece_value(&r->pieces[i], r->pieces[i].end - 1));
        peak = v > peak ? v : peak;
    }
    return peak;
}

static double top_of(const struct recording *r) {
    double peak = peak_of(r) * 1.15;
    return peak > 3.2 ? peak : 3.2;
}

static void levels(const struct sheet *s, const double *list, size_t n) {
    level(s, 0, "#888");
    for (size_t i = 0; i < n; i++)
        level(s, list[i], "#c40");
}

/* One trace per bit, from a bit before its middle to a bit after it. */
bool svg_scope_draw_eye(const struct svg_scope *s, FILE *out) {
    static const double limits[] = {2.2, 2.8, -2.2, -2.8};
    const struct clause14_frame *f = &s->frame;
    if (!s->has_eye)
        return false;
    struct sheet sheet = {out, -100, 100, top_of(&s->eye)};
    char title[128];
    double first = f->phase - floor(f->phase / f->bit_ps) * f->bit_ps;
    sim_time last = s->eye.pieces[s->eye.n - 1].end;
    int bits = 0;
    while (bits < MAX_BITS && f->start + (sim_time)(first + (SKIP_BITS + bits + 1) * f->bit_ps) <
                                  (f->end < last ? f->end : last))
        bits++;
    snprintf(title, sizeof title, "Eye: %d bits of the frame at %.3f us, into 100 ohm", bits,
             (double)f->start * 1e-6);
    head(&sheet, title);
    levels(&sheet, limits, 4);
    ticks(&sheet, 25, 1, "ns from the middle of a bit");
    for (int i = 0; i < bits; i++)
        curve(&sheet, &s->eye,
              f->start + (sim_time)floor(first + (SKIP_BITS + i) * f->bit_ps + 0.5), EYE_POINTS,
              0.15);
    fputs("</svg>\n", out);
    return true;
}

bool svg_scope_draw_pulse(const struct svg_scope *s, FILE *out) {
    static const double limits[] = {0.585, 3.1, -0.3};
    if (!s->has_pulse)
        return false;
    struct sheet sheet = {out, -100, 700, top_of(&s->pulse)};
    char title[128];
    snprintf(title, sizeof title, "Link pulse at %.3f us, into 100 ohm",
             (double)s->pulse_start * 1e-6);
    head(&sheet, title);
    levels(&sheet, limits, 3);
    ticks(&sheet, 100, 1, "ns");
    curve(&sheet, &s->pulse, s->pulse_start, 1600, 1);
    fputs("</svg>\n", out);
    return true;
}
