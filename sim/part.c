#include "sim/part.h"

#include <math.h>
#include <string.h>

static const struct part_figure *find(const struct part_figure *figures, size_t n,
                                      const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(figures[i].name, name) == 0)
            return &figures[i];
    return NULL;
}

const struct part_figure *part_variant_figure(const struct part_variant *variant,
                                              const char *name) {
    return find(variant->figures, variant->n_figures, name);
}

double part_use_typ(const struct part_use *use, const char *name, double fallback) {
    const struct part_figure *figure = find(use->figures, use->n_figures, name);
    return figure && !isnan(figure->typ) ? figure->typ : fallback;
}
