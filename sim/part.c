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

int part_unit_inputs(const struct part_unit *unit) {
    switch (unit->kind) {
    case PART_LOGIC:
        return unit->n_in;
    case PART_DFF:
        return 4;
    case PART_MONO:
        return 3;
    case PART_RECEIVER:
    case PART_DRIVER:
        return 2;
    case PART_FET:
        return 1;
    default:
        return 0;
    }
}

int part_unit_first_output(const struct part_unit *unit) {
    return unit->kind == PART_MONO ? 5 : part_unit_inputs(unit);
}

int part_unit_outputs(const struct part_unit *unit) {
    switch (unit->kind) {
    case PART_LOGIC:
    case PART_RECEIVER:
        return 1;
    case PART_DFF:
    case PART_MONO:
    case PART_DRIVER:
        return 2;
    default:
        return 0;
    }
}

bool part_unit_is_output(const struct part_unit *unit, int pin) {
    int nth = pin - part_unit_first_output(unit);
    return nth >= 0 && nth < part_unit_outputs(unit);
}
