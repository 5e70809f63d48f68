/* Loops that oscillate: an odd number of inversions on the way back to where it began, through
 * gates, FETs and one-shots, resistors and capacitors. On a graph of each pool in two phases, a
 * pool oscillates when both of its phases lie in one strongly connected component (Tarjan, without
 * recursion). A loop that a signal from elsewhere opens and closes (a one-shot's) is none that
 * runs by itself. */
#include <stdlib.h>

#include "harness/checks/wiring_internal.h"

struct edge {
    uint32_t from, to; /* vertices: 2 x pool + phase */
};

struct rings {
    struct wiring *w;
    struct edge *edges;
    size_t n_edges, capacity;
    uint32_t n;      /* vertices */
    uint32_t *first; /* of a vertex's edges, n + 1 */
    uint32_t *order, *low, *component, *stack, *path, *next;
    uint32_t n_stack, n_path, clock, n_components;
};

/* --- the graph --------------------------------------------------------------------------- */

static void add_edge(struct rings *r, uint32_t from, uint32_t to) {
    if (r->n_edges == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 256;
        r->edges = realloc(r->edges, r->capacity * sizeof *r->edges);
        if (!r->edges)
            abort(); /* as netlist_create() does */
    }
    r->edges[r->n_edges++] = (struct edge){from, to};
}

static bool is_live(const struct wiring *w, uint32_t node) {
    return node != NETLIST_NONE && !wiring_is_rail(w, node) &&
           wiring_levels(w, node) == WIRING_CAN_BOTH;
}

static void add_way(struct rings *r, uint32_t from, uint32_t to, unsigned how) {
    if (!is_live(r->w, from) || !is_live(r->w, to))
        return;
    uint32_t a = 2 * r->w->nodes[from].pool, b = 2 * r->w->nodes[to].pool;
    for (uint32_t phase = 0; phase < 2; phase++) {
        if (how & WIRING_FOLLOWS)
            add_edge(r, a + phase, b + phase);
        if (how & WIRING_INVERTS)
            add_edge(r, a + phase, b + (1 - phase));
    }
}

/* A resistor or capacitor carries only into a pool that has no output of its own. */
static void add_passive(struct rings *r, const struct wiring_unit *u) {
    for (int i = 0; i < 2; i++) {
        uint32_t to = u->nodes[1 - i];
        if (to != NETLIST_NONE && !r->w->pools[r->w->nodes[to].pool].strong)
            add_way(r, u->nodes[i], to, WIRING_FOLLOWS);
    }
}

static void add_unit(struct rings *r, const struct wiring_unit *u) {
    switch (u->unit->kind) {
    case PART_LOGIC:
        for (int i = 0; i < u->n_in; i++)
            add_way(r, u->nodes[i], u->nodes[u->n_in], wiring_gate_levels(r->w, u, i));
        break;
    case PART_MONO: /* its time makes an oscillator of any loop */
        for (int i = 0; i < u->n_in; i++)
            for (int out = u->first_out; out < u->end_out; out++)
                add_way(r, u->nodes[i], u->nodes[out], WIRING_FOLLOWS | WIRING_INVERTS);
        break;
    case PART_FET:
        add_way(r, u->nodes[0], u->nodes[1], WIRING_INVERTS);
        break;
    case PART_RESISTOR:
    case PART_CAPACITOR:
        add_passive(r, u);
        break;
    default:
        break;
    }
}

static int by_from(const void *a, const void *b) {
    uint32_t x = ((const struct edge *)a)->from, y = ((const struct edge *)b)->from;
    return (x > y) - (x < y);
}

static void open_rings(struct rings *r, struct wiring *w) {
    *r = (struct rings){.w = w, .n = 2 * w->board->netlist->n_nets};
    for (uint32_t i = 0; i < w->n_units; i++)
        add_unit(r, &w->units[i]);
    if (r->n_edges)
        qsort(r->edges, r->n_edges, sizeof *r->edges, by_from);
    uint32_t **const arrays[] = {&r->order, &r->low, &r->component, &r->stack, &r->path, &r->next};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        *arrays[i] = wiring_zeroed(r->n, sizeof(uint32_t));
    r->first = wiring_zeroed(r->n + 1, sizeof *r->first);
    for (size_t i = 0; i < r->n_edges; i++)
        r->first[r->edges[i].from + 1]++;
    for (uint32_t i = 0; i < r->n; i++)
        r->first[i + 1] += r->first[i];
}

static void close_rings(struct rings *r) {
    uint32_t *const arrays[] = {r->order, r->low,  r->component, r->stack,
                                r->path,  r->next, r->first};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    free(r->edges);
}

/* --- components -------------------------------------------------------------------------- */

static void enter(struct rings *r, uint32_t v) {
    r->order[v] = r->low[v] = ++r->clock;
    r->next[v] = r->first[v];
    r->stack[r->n_stack++] = v;
    r->path[r->n_path++] = v;
}

/* Everything above `v` on the stack is one component. */
static void leave(struct rings *r, uint32_t v) {
    r->n_path--;
    if (r->n_path && r->low[v] < r->low[r->path[r->n_path - 1]])
        r->low[r->path[r->n_path - 1]] = r->low[v];
    if (r->low[v] != r->order[v])
        return;
    r->n_components++;
    uint32_t top;
    do
        r->component[top = r->stack[--r->n_stack]] = r->n_components;
    while (top != v);
}

static void search(struct rings *r, uint32_t start) {
    enter(r, start);
    while (r->n_path) {
        uint32_t v = r->path[r->n_path - 1];
        if (r->next[v] == r->first[v + 1]) {
            leave(r, v);
            continue;
        }
        uint32_t to = r->edges[r->next[v]++].to;
        if (!r->order[to])
            enter(r, to);
        else if (!r->component[to] && r->order[to] < r->low[v])
            r->low[v] = r->order[to];
    }
}

/* --- which of them run by themselves ------------------------------------------------------- */

static uint32_t component_of(const struct rings *r, uint32_t node) {
    return node == NETLIST_NONE ? 0 : r->component[2 * r->w->nodes[node].pool];
}

static bool is_odd(const struct rings *r, uint32_t pool) {
    return r->component[2 * pool] && r->component[2 * pool] == r->component[2 * pool + 1];
}

/* Whether a connector stands on the node and nothing on the board drives it. */
static bool is_from_outside(const struct wiring *w, uint32_t node) {
    if (w->pools[w->nodes[node].pool].strong)
        return false;
    for (uint32_t i = 0; i < w->nodes[node].n; i++)
        if (w->roles[w->by_node[w->nodes[node].first + i]] == WIRING_OUTSIDE)
            return true;
    return false;
}

/* A gate of the loop that a signal of the board holds up. */
static bool is_held(const struct rings *r, const struct wiring_unit *u) {
    uint32_t loop = component_of(r, u->nodes[u->n_in]);
    bool in = false, held = false;
    for (int i = 0; i < u->n_in; i++) {
        uint32_t node = u->nodes[i];
        if (component_of(r, node) == loop)
            in = true;
        else
            held |= is_live(r->w, node) && !is_from_outside(r->w, node);
    }
    return in && held;
}

void wiring_find_rings(struct wiring *w) {
    struct rings r;
    open_rings(&r, w);
    for (uint32_t v = 0; v < r.n; v++)
        if (!r.order[v])
            search(&r, v);
    bool *held = wiring_zeroed(r.n_components + 1, sizeof *held);
    for (uint32_t i = 0; i < w->n_units; i++)
        if (w->units[i].unit->kind == PART_LOGIC && is_held(&r, &w->units[i]))
            held[component_of(&r, w->units[i].nodes[w->units[i].n_in])] = true;
    for (uint32_t pool = 0; pool < r.n / 2; pool++)
        w->pools[pool].rings = is_odd(&r, pool) && !held[r.component[2 * pool]];
    free(held);
    close_rings(&r);
}
