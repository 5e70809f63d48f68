#include "harness/gate/svg_curve.h"

#include <math.h>
#include <string.h>

#include "harness/markup.h"

#define WIDTH  340.0
#define HEIGHT 190.0
#define LEFT   44.0
#define RIGHT  330.0
#define TOP    12.0
#define BOTTOM 148.0

struct range {
    double low, high;
};

struct curve_sheet {
    FILE *out;
    const struct check_curve *curve;
    struct range x, y;
};

static void widen(struct range *range, double value) {
    if (!isfinite(value))
        return;
    range->low = value < range->low ? value : range->low;
    range->high = value > range->high ? value : range->high;
}

/* A single value gets room on both sides. */
static void open_up(struct range *range) {
    if (range->low < range->high)
        return;
    double room = range->low != 0 ? fabs(range->low) / 2 : 1;
    range->low -= room;
    range->high += room;
}

static double x_of(const struct curve_sheet *s, double x) {
    double share = (x - s->x.low) / (s->x.high - s->x.low);
    return LEFT + (RIGHT - LEFT) * (share < 0 ? 0 : share > 1 ? 1 : share);
}

static double y_of(const struct curve_sheet *s, double y) {
    return BOTTOM - (BOTTOM - TOP) * (y - s->y.low) / (s->y.high - s->y.low);
}

static bool shown(const struct check_curve *c, size_t i) {
    return isfinite(c->x[i]) && isfinite(c->y[i]);
}

static bool scale(struct curve_sheet *s) {
    const struct check_curve *c = s->curve;
    s->x = s->y = (struct range){INFINITY, -INFINITY};
    for (size_t i = 0; i < c->n; i++)
        if (shown(c, i)) {
            widen(&s->x, c->x[i]);
            widen(&s->y, c->y[i]);
        }
    if (s->x.low > s->x.high)
        return false;
    widen(&s->x, c->required_low);
    widen(&s->x, c->required_high);
    if (strcmp(c->y_unit, "%") == 0) { /* a share is seen against the whole */
        widen(&s->y, 0);
        widen(&s->y, 100);
    }
    open_up(&s->x);
    open_up(&s->y);
    return true;
}

static void required(const struct curve_sheet *s) {
    const struct check_curve *c = s->curve;
    if (!isfinite(c->required_low) && !isfinite(c->required_high))
        return;
    double from = isfinite(c->required_low) ? x_of(s, c->required_low) : LEFT;
    double to = isfinite(c->required_high) ? x_of(s, c->required_high) : RIGHT;
    fprintf(s->out,
            "<rect class=\"required\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
            from, TOP, to - from, BOTTOM - TOP);
}

static void ends(const struct curve_sheet *s) {
    const struct check_curve *c = s->curve;
    fprintf(s->out,
            "<path class=\"axis\" d=\"M%.0f,%.0fV%.0fH%.0f\"/>\n"
            "<text class=\"axis\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">%.6g</text>\n"
            "<text class=\"axis\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">%.6g</text>\n"
            "<text class=\"axis\" x=\"%.0f\" y=\"%.0f\">%.6g</text>\n"
            "<text class=\"axis\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">%.6g</text>\n"
            "<text class=\"axis\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">",
            LEFT, TOP, BOTTOM, RIGHT, LEFT - 4, TOP + 9, s->y.high, LEFT - 4, BOTTOM, s->y.low,
            LEFT, BOTTOM + 14, s->x.low, RIGHT, BOTTOM + 14, s->x.high, (LEFT + RIGHT) / 2,
            BOTTOM + 32);
    markup_put(s->out, c->x_name);
    fprintf(s->out, "%s", c->x_unit[0] ? ", " : "");
    markup_put(s->out, c->x_unit);
    fputs("</text>\n", s->out);
}

static void points(const struct curve_sheet *s) {
    const struct check_curve *c = s->curve;
    bool begun = false;
    fputs("<path class=\"wave\" d=\"", s->out);
    for (size_t i = 0; i < c->n; i++)
        if (shown(c, i)) {
            fprintf(s->out, "%c%.1f,%.1f", begun ? 'L' : 'M', x_of(s, c->x[i]), y_of(s, c->y[i]));
            begun = true;
        }
    fputs("\"/>\n", s->out);
    for (size_t i = 0; i < c->n; i++) {
        double x = x_of(s, c->x[i]), y = y_of(s, c->y[i]);
        if (!shown(c, i))
            continue;
        if (c->passed[i])
            fprintf(s->out, "<circle class=\"good\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>\n", x, y);
        else
            fprintf(s->out, "<path class=\"bad\" d=\"M%.1f,%.1fl7,7m0,-7l-7,7\"/>\n", x - 3.5,
                    y - 3.5);
    }
}

void svg_curve_draw(const struct check_curve *curve, FILE *out) {
    struct curve_sheet sheet = {.out = out, .curve = curve};
    if (!scale(&sheet))
        return;
    fprintf(out,
            "<svg class=\"curve\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" font-size=\"11\"><title>",
            WIDTH, HEIGHT);
    markup_put(out, curve->name);
    fputs("</title>\n", out);
    required(&sheet);
    ends(&sheet);
    points(&sheet);
    fputs("</svg>\n", out);
}
