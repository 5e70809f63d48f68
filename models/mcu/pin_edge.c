#include "models/mcu/pin_edge.h"

#include <string.h>

enum { CLOCK, DATA };

/* How many edges of the pin stand at the front; 0 with *ok false: one of them turns nothing. */
static size_t count(const struct pin_edge *edges, size_t n, unsigned pin, bool *ok) {
    size_t i = 0;
    for (; i < n && edges[i].pin == pin; i++)
        *ok = *ok && edges[i].level <= 1 && edges[i].rank <= UINT8_MAX &&
              (i == 0 || edges[i].level != edges[i - 1].level);
    return i;
}

static bool before(const struct pin_edge *a, const struct pin_edge *b) {
    return a->dt != b->dt ? a->dt < b->dt : a->rank < b->rank;
}

static void add(struct pin_digest *out, const struct pin_edge *edge) {
    unsigned at = out->n++, clocks = out->n_clocks;
    out->move[at] = (struct pin_move){edge->dt, (uint8_t)edge->rank, out->n_clocks};
    if (edge->pin == CLOCK) {
        uint32_t turned = (at - clocks) & 1, nth = clocks / 2;
        out->sampled[edge->level] |= turned << (31 - nth);
        out->position[out->n_clocks++] = (uint8_t)at;
    }
}

bool pin_digest_make(struct pin_digest *out, const struct pin_edge *edges, size_t n) {
    bool ok = true;
    memset(out, 0, offsetof(struct pin_digest, position));
    size_t clocks = count(edges, n, CLOCK, &ok),
           data = count(edges + clocks, n - clocks, DATA, &ok);
    if (!ok || clocks + data == 0 || clocks > PIN_DIGEST_CLOCKS || clocks + data > PIN_DIGEST_EDGES)
        return false;
    out->others = (uint32_t)(clocks + data);
    out->first_clock = clocks ? edges[0].level : 0;
    out->first_data = data ? edges[clocks].level : 0;
    for (size_t c = 0, d = clocks; c < clocks || d < clocks + data;) {
        bool clock = d == clocks + data || (c < clocks && before(&edges[c], &edges[d]));
        add(out, clock ? &edges[c++] : &edges[d++]);
    }
    out->first = out->move[0].dt;
    out->last = out->move[out->n - 1].dt;
    return true;
}
