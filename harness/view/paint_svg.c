/* SVG: fills of one colour become one path, text stays text. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/outfile.h"
#include "harness/view/paint.h"

struct svg {
    struct paint paint; /* first */
    FILE *stream;       /* into text */
    char *text;
    size_t length;
    unsigned n_clips;
    bool clipped;
};

static struct svg *svg_of(struct paint *paint) {
    return (struct svg *)paint;
}

/* fill="#123456" and, when it is not opaque, how much. */
static void put_colour(FILE *out, const char *attribute, struct paint_colour c) {
    fprintf(out, " %s=\"#%02x%02x%02x\"", attribute, c.r, c.g, c.b);
    if (c.a != 255)
        fprintf(out, " %s-opacity=\"%.3g\"", attribute, c.a / 255.0);
}

static void begin(struct paint *paint) {
    struct svg *svg = svg_of(paint);
    rewind(svg->stream);
    svg->clipped = false;
    svg->n_clips = 0;
    fprintf(svg->stream,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
            "viewBox=\"0 0 %u %u\" font-family=\"'DejaVu Sans Mono',monospace\" fill=\"none\" "
            "xml:space=\"preserve\" shape-rendering=\"crispEdges\">\n",
            paint->width, paint->height, paint->width, paint->height);
}

static void fill(struct paint *paint, const struct paint_rect *rects, size_t n,
                 struct paint_colour colour) {
    FILE *out = svg_of(paint)->stream;
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (rects[i].w <= 0 || rects[i].h <= 0)
            continue;
        fprintf(out, "%sM%d %dh%dv%dh-%dz", any ? "" : "<path d=\"", rects[i].x, rects[i].y,
                rects[i].w, rects[i].h, rects[i].w);
        any = true;
    }
    if (!any)
        return;
    putc('"', out);
    put_colour(out, "fill", colour);
    fputs("/>\n", out);
}

static void line(struct paint *paint, const struct paint_point *points, size_t n, float width,
                 struct paint_colour colour) {
    FILE *out = svg_of(paint)->stream;
    if (n < 2)
        return;
    fputs("<path d=\"", out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%c%.5g %.5g", i ? 'L' : 'M', (double)points[i].x, (double)points[i].y);
    fprintf(out, "\" stroke-width=\"%.3g\" shape-rendering=\"auto\"", (double)width);
    put_colour(out, "stroke", colour);
    fputs("/>\n", out);
}

static void put_utf8(FILE *out, uint32_t c) {
    if (c < 0x80) {
        putc((int)c, out);
    } else if (c < 0x800) {
        fprintf(out, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        fprintf(out, "%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 0x3f)),
                (int)(0x80 | (c & 0x3f)));
    } else {
        fprintf(out, "%c%c%c%c", (int)(0xf0 | c >> 18), (int)(0x80 | (c >> 12 & 0x3f)),
                (int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));
    }
}

static void put_escaped(FILE *out, const char *utf8) {
    for (uint32_t c; (c = paint_next_character(&utf8)) != 0;) {
        if (c == '<')
            fputs("&lt;", out);
        else if (c == '>')
            fputs("&gt;", out);
        else if (c == '&')
            fputs("&amp;", out);
        else
            put_utf8(out, c);
    }
}

static void text(struct paint *paint, int x, int y, unsigned size, const char *utf8,
                 struct paint_colour colour) {
    FILE *out = svg_of(paint)->stream;
    int width = paint_text_width(size, utf8);
    if (!width)
        return;
    fprintf(out, "<text x=\"%d\" y=\"%d\" font-size=\"%u\" textLength=\"%d\"", x,
            y + paint_ascent(size), size, width);
    put_colour(out, "fill", colour);
    putc('>', out);
    put_escaped(out, utf8);
    fputs("</text>\n", out);
}

static void clip(struct paint *paint, const struct paint_rect *rect) {
    struct svg *svg = svg_of(paint);
    if (svg->clipped)
        fputs("</g>\n", svg->stream);
    svg->clipped = rect != NULL;
    if (!rect)
        return;
    fprintf(svg->stream,
            "<clipPath id=\"c%u\"><path d=\"M%d %dh%dv%dh%dz\"/></clipPath>"
            "<g clip-path=\"url(#c%u)\">\n",
            svg->n_clips, rect->x, rect->y, rect->w, rect->h, -rect->w, svg->n_clips);
    svg->n_clips++;
}

static bool save(struct paint *paint, const char *path, struct sim_err *err) {
    struct svg *svg = svg_of(paint);
    struct outfile file;
    clip(paint, NULL);
    if (fflush(svg->stream) != 0 || ferror(svg->stream))
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (!outfile_open(&file, path, err))
        return false;
    fwrite(svg->text, 1, svg->length, file.stream); /* its error is seen by commit */
    fputs("</svg>\n", file.stream);
    return outfile_commit(&file, err);
}

static void destroy(struct paint *paint) {
    struct svg *svg = svg_of(paint);
    if (svg->stream)
        fclose(svg->stream);
    free(svg->text);
    free(svg);
}

static const struct paint_ops OPS = {begin, fill, line, text, clip, save, destroy};

struct paint *paint_svg_create(unsigned width, unsigned height, struct sim_err *err) {
    struct svg *svg = calloc(1, sizeof *svg);
    if (svg) {
        svg->paint = (struct paint){.ops = &OPS, .width = width, .height = height};
        svg->stream = open_memstream(&svg->text, &svg->length);
        if (svg->stream)
            return &svg->paint;
        free(svg);
    }
    sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    return NULL;
}
