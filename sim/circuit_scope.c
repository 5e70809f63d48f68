/* Who depends on whom: islands, and the part of a circuit that is kept. An element depends on the
 * elements that drive its nets, a cell's outputs on the cell, a threshold on its node, a node on
 * its channels. */
#include "sim/circuit_internal.h"

#include <stdlib.h>

static void *zeroed(size_t n, size_t size) {
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        abort();
    return memory;
}

struct visitor {
    void (*edge)(void *user, uint32_t from, uint32_t to);
    void *user;
};

/* Elaboration makes the nodes' elements before all others, in order. */
static uint32_t node_element(uint32_t node) {
    return node;
}

/* Every dependency once, `to` depends on `from`. */
static void visit_edges(const struct circuit *c, struct visitor v) {
    for (uint32_t net = 0; net < c->n_nets; net++)
        for (uint32_t i = c->fan_start[net]; i < c->fan_start[net + 1]; i++)
            if (c->drivers[net] != CIRCUIT_NO_NET)
                v.edge(v.user, c->drivers[net], c->fans[i].element);
    for (uint32_t e = 0; e < c->n_elements; e++) {
        const struct element *x = &c->elements[e];
        if (x->kind == ELEMENT_FLIPFLOP || x->kind == ELEMENT_MONO) {
            v.edge(v.user, e, e + 1);
            v.edge(v.user, e, e + 2);
        } else if (x->kind == ELEMENT_CHANNEL) {
            v.edge(v.user, e, node_element(x->aux));
        } else if (x->kind == ELEMENT_THRESHOLD) {
            v.edge(v.user, node_element(c->thresholds[x->aux].node), e);
        }
    }
}

struct closure {
    bool *in;
    bool grew;
};

static void pull_source(void *user, uint32_t from, uint32_t to) {
    struct closure *closure = user;
    if (closure->in[to] && !closure->in[from])
        closure->in[from] = closure->grew = true;
}

/* A cell keeps both its outputs, a node all its thresholds. */
static void keep_siblings(const struct circuit *c, bool *in) {
    for (uint32_t e = 0; e < c->n_elements; e++) {
        const struct element *x = &c->elements[e];
        if (in[e] && (x->kind == ELEMENT_FLIPFLOP || x->kind == ELEMENT_MONO))
            in[e + 1] = in[e + 2] = true;
        if (in[e] && x->kind == ELEMENT_NODE)
            for (unsigned i = 0; i < c->nodes[x->aux].n_thresholds; i++)
                in[c->nodes[x->aux].thresholds[i]] = true;
    }
}

/* The elements that the observed nets depend on. */
static void mark_ancestors(const struct circuit *c, const struct circuit_scope *scope, bool *in) {
    for (size_t i = 0; i < scope->n_observed; i++) {
        uint32_t net = c->net_of[scope->observed[i]];
        if (c->drivers[net] != CIRCUIT_NO_NET)
            in[c->drivers[net]] = true;
        for (uint32_t t = 0; t < c->n_elements && c->node_of[net] != CIRCUIT_NO_NET; t++)
            if (c->elements[t].kind == ELEMENT_THRESHOLD &&
                c->thresholds[c->elements[t].aux].node == c->node_of[net])
                in[t] = true;
    }
    struct closure closure = {.in = in, .grew = true};
    while (closure.grew) {
        closure.grew = false;
        visit_edges(c, (struct visitor){.edge = pull_source, .user = &closure});
        keep_siblings(c, in);
    }
}

/* Fan lists lose what is not kept; a net whose driver is not kept but that still feeds
 * something becomes an input. */
static void drop_others(struct circuit *c, enum circuit_part_of part_of) {
    uint32_t *start = c->fan_start;
    struct fan *fans = c->fans;
    uint32_t n = 0, first = 0;
    for (uint32_t net = 0; net < c->n_nets; net++) {
        uint32_t end = start[net + 1];
        for (uint32_t i = first; i < end; i++)
            if (c->is_kept[fans[i].element])
                fans[n++] = fans[i];
        first = end;
        start[net + 1] = n;
        if (part_of == CIRCUIT_ANCESTORS && n == start[net])
            c->is_input[net] = false; /* of the rest only */
        bool foreign = c->drivers[net] != CIRCUIT_NO_NET && !c->is_kept[c->drivers[net]];
        if (foreign && n > start[net])
            c->is_input[net] = true;
    }
    uint32_t receivers = 0;
    for (uint32_t i = 0; i < c->n_receivers; i++)
        if (c->is_kept[c->receivers[i]])
            c->receivers[receivers++] = c->receivers[i];
    c->n_receivers = receivers;
    for (uint32_t i = 0; i < c->n_nodes; i++) {
        struct node *node = &c->nodes[i];
        uint8_t kept = 0;
        for (uint8_t k = 0; k < node->n_thresholds; k++)
            if (c->is_kept[node->thresholds[k]])
                node->thresholds[kept++] = node->thresholds[k];
        node->n_thresholds = kept;
    }
}

/* What is left of the fan lists, in the form that the event loop goes through. */
static void lay_wires(struct circuit *c) {
    c->wires = zeroed(c->fan_start[c->n_nets] + (size_t)c->n_nets, sizeof *c->wires);
    c->net_wires = zeroed(c->n_nets, sizeof *c->net_wires);
    struct wire *wire = c->wires;
    for (uint32_t net = 0; net < c->n_nets; net++, wire++) {
        c->net_wires[net] = wire;
        for (uint32_t i = c->fan_start[net]; i < c->fan_start[net + 1]; i++)
            *wire++ = (struct wire){.element = &c->elements[c->fans[i].element],
                                    .mask = c->fans[i].mask,
                                    .kind = c->elements[c->fans[i].element].kind};
    }
    for (uint32_t i = 0; i < c->n_elements; i++)
        if (c->elements[i].net != CIRCUIT_NO_NET)
            c->elements[i].wires = c->net_wires[c->elements[i].net];
}

bool circuit_apply_scope(struct circuit *c, const struct circuit_scope *scope) {
    c->is_kept = zeroed(c->n_elements, sizeof *c->is_kept);
    c->kept = zeroed(c->n_elements, sizeof *c->kept);
    if (scope->part_of != CIRCUIT_ALL)
        mark_ancestors(c, scope, c->is_kept);
    for (uint32_t e = 0; e < c->n_elements; e++) {
        if (scope->part_of != CIRCUIT_ANCESTORS)
            c->is_kept[e] = !c->is_kept[e];
        if (c->is_kept[e])
            c->kept[c->n_kept++] = e;
    }
    drop_others(c, scope->part_of);
    lay_wires(c);
    return true;
}

static uint32_t root_of(uint32_t *parent, uint32_t x) {
    while (parent[x] != x)
        x = parent[x] = parent[parent[x]];
    return x;
}

static void join_islands(void *user, uint32_t from, uint32_t to) {
    uint32_t *parent = user;
    from = root_of(parent, from);
    to = root_of(parent, to);
    parent[from > to ? from : to] = from > to ? to : from;
}

static void number_densely(uint32_t *ids, uint32_t n) {
    uint32_t next = 0;
    uint32_t *map = zeroed(n, sizeof *map);
    for (uint32_t i = 0; i < n; i++)
        if (ids[i] == i)
            map[i] = next++;
    for (uint32_t i = 0; i < n; i++)
        ids[i] = map[ids[i]];
    free(map);
}

/* Islands: what is connected either way, cells and nodes included. */
void circuit_find_islands(struct circuit *c) {
    c->island = zeroed(c->n_elements, sizeof *c->island);
    for (uint32_t e = 0; e < c->n_elements; e++)
        c->island[e] = e;
    visit_edges(c, (struct visitor){.edge = join_islands, .user = c->island});
    for (uint32_t e = 0; e < c->n_elements; e++)
        c->island[e] = root_of(c->island, e);
    number_densely(c->island, c->n_elements);
}
