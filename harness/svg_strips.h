/* Edges of nets as a small picture within an HTML page: one row per net, time to the right.
 *
 * Colours are the page's, by the classes `strips`, `axis`, `name`, `wave` and `marked`; 340
 * units wide, so that its letters can be read on a phone.
 */
#ifndef HARNESS_SVG_STRIPS_H
#define HARNESS_SVG_STRIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/simtime.h"

struct svg_edge {
    sim_time time;
    uint8_t level; /* 0, 1; anything else: neither */
};

struct svg_strip {
    const char *name;
    uint8_t first; /* level before the first edge */
    const struct svg_edge *edges;
    size_t n;    /* ascending */
    bool marked; /* what the picture is about */
};

/* From `from` to `to` (> from); the axis counts from `origin`. */
void svg_strips_draw(const struct svg_strip *strips, size_t n, sim_time from, sim_time to,
                     sim_time origin, FILE *out);

#endif
