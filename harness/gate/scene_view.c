/* Which nets a finding is about, and what they did. */
#include <stdlib.h>
#include <string.h>

#include "harness/gate/scene_internal.h"

#define BEFORE (400 * SIM_NS)
#define SPAN   (2 * SIM_US)

struct choice {
    const struct gate_scene *scene;
    uint32_t nets[GATE_VIEW_MAX]; /* of the netlist */
    size_t n;
};

static bool is_rail(const struct choice *c, uint32_t net) {
    const struct board_supply *supply = &c->scene->board->config.supply;
    const char *name = c->scene->board->netlist->nets[net].name;
    return strcmp(name, supply->power) == 0 || strcmp(name, supply->ground) == 0;
}

/* A net that the engine does not simulate (behind the line driver, say) would be drawn at rest. */
static void choose(struct choice *c, uint32_t net) {
    const struct circuit *circuit = c->scene->circuit;
    if (net == NETLIST_NONE || c->n == GATE_VIEW_MAX || is_rail(c, net) ||
        !circuit_net_is_live(circuit, circuit_net(circuit, net)))
        return;
    for (size_t i = 0; i < c->n; i++)
        if (circuit_net(circuit, c->nets[i]) == circuit_net(circuit, net))
            return;
    c->nets[c->n++] = net;
}

/* The word without what the sentence puts around it: "(/sck)," is /sck. */
static void choose_word(struct choice *c, const char *text, size_t n) {
    char word[128];
    uint32_t net = NETLIST_NONE;
    for (size_t start = 0; start < n && (!start || text[start - 1] == '('); start++)
        for (size_t end = n; end > start && net == NETLIST_NONE; end--) {
            if (end < n && !strchr(",.;:)", text[end]))
                break;
            if (end - start >= sizeof word)
                continue;
            memcpy(word, text + start, end - start);
            word[end - start] = 0;
            net = netlist_find_net(c->scene->board->netlist, word);
        }
    choose(c, net);
}

static void choose_named(struct choice *c, const char *text) {
    while (*text) {
        size_t n = strcspn(text, " ");
        choose_word(c, text, n);
        text += n + strspn(text + n, " ");
    }
}

/* The nets of one unit's pins; the supply has no unit. */
static void choose_unit(struct choice *c, uint32_t part, unsigned u) {
    const struct netlist *netlist = c->scene->board->netlist;
    const struct part_unit *unit = &c->scene->board->uses[part].model->units[u];
    for (int i = 0; i < PART_MAX_UNIT_PINS; i++)
        choose(c, netlist_pin_net(netlist, part, unit->pins[i]));
}

static void choose_drivers(struct choice *c, uint32_t net) {
    const struct circuit *circuit = c->scene->circuit;
    for (size_t i = 0; i < circuit_elements(circuit); i++) {
        struct circuit_element_info e = circuit_element(circuit, i);
        if (e.net == circuit_net(circuit, net) && e.part != NETLIST_NONE)
            choose_unit(c, e.part, e.unit);
    }
}

static void choose_part(struct choice *c, const char *ref) {
    const struct netlist *netlist = c->scene->board->netlist;
    uint32_t part = ref[0] ? netlist_find_part(netlist, ref) : NETLIST_NONE;
    for (uint32_t pin = part == NETLIST_NONE ? NETLIST_NONE : netlist->parts[part].first_pin;
         pin != NETLIST_NONE; pin = netlist->pins[pin].next)
        choose(c, netlist->pins[pin].net);
}

/* False: no memory. */
static bool fill(const struct gate_scene *s, uint32_t net, struct svg_strip *strip) {
    uint32_t engine = circuit_net(s->circuit, net);
    size_t n = 0;
    for (size_t i = 0; i < s->n_kept; i++)
        n += s->record.edges[i].net == engine;
    struct svg_edge *edges = malloc((n + 1) * sizeof *edges);
    if (!edges)
        return false;
    *strip = (struct svg_strip){
        .name = s->board->netlist->nets[net].name, .first = s->first[engine], .edges = edges};
    for (size_t i = 0; i < s->n_kept; i++)
        if (s->record.edges[i].net == engine)
            edges[strip->n++] =
                (struct svg_edge){s->record.edges[i].time, s->record.edges[i].level};
    return true;
}

/* From the first edge of the first net that moves within the frame. */
static bool place(const struct gate_scene *s, struct gate_view *view) {
    view->origin = s->origin;
    for (size_t i = 0; i < view->n; i++)
        for (size_t j = 0; j < view->strips[i].n; j++)
            if (view->strips[i].edges[j].time >= s->origin - BEFORE) {
                view->from = view->strips[i].edges[j].time - BEFORE;
                view->to = view->from + SPAN;
                return true;
            }
    return false;
}

bool gate_scene_view(const struct gate_scene *scene, const char *part, const char *net,
                     const char *text, struct gate_view *view) {
    struct choice c = {.scene = scene};
    uint32_t about = net[0] ? netlist_find_net(scene->board->netlist, net) : NETLIST_NONE;
    *view = (struct gate_view){0};
    choose(&c, about);
    choose_named(&c, text);
    if (about != NETLIST_NONE)
        choose_drivers(&c, about);
    if (c.n < 2)
        choose_part(&c, part);
    for (size_t i = 0; i < c.n && fill(scene, c.nets[i], &view->strips[view->n]); i++)
        view->strips[view->n++].marked = c.nets[i] == about;
    if (place(scene, view))
        return true;
    gate_view_finish(view);
    return false;
}

void gate_view_finish(struct gate_view *view) {
    for (size_t i = 0; i < view->n; i++)
        free((void *)(uintptr_t)view->strips[i].edges);
    view->n = 0;
}
