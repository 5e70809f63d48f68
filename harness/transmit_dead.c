/* The stage at which the way from the MCU's pins to the line driver ends. */
#include <stdlib.h>
#include <string.h>

#include "harness/mcu_nets.h"
#include "harness/transmit.h"

/* `to` depends on `from` through a unit of a part; engine nets. */
struct hop {
    uint32_t from, to, part;
    unsigned unit;
};

struct search {
    const struct board *board;
    const struct replay *replay;
    const struct circuit *circuit;
    struct hop *hops;
    size_t n_hops, capacity;
    uint32_t *queue, *towards; /* towards: the next net on the way to the driver */
    bool *seen, *fed;          /* fed: an MCU output leads there */
    size_t head, tail;
};

static void *zeroed(size_t n, size_t size) {
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        abort(); /* as netlist_create() does */
    return memory;
}

/* --- which net depends on which ------------------------------------------------------- */

static void add_hop(struct search *s, struct hop hop) {
    if (hop.from == CIRCUIT_NO_NET || hop.to == CIRCUIT_NO_NET || hop.from == hop.to)
        return;
    if (s->n_hops == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 256;
        s->hops = realloc(s->hops, s->capacity * sizeof *s->hops);
        if (!s->hops)
            abort();
    }
    s->hops[s->n_hops++] = hop;
}

/* Pins [0, n) feed pins [first, end). */
struct shape {
    int n, first, end;
};

/* A FET's gate leads to its drain; a receiver is no part of the way out. */
static struct shape shape_of(const struct part_unit *unit) {
    if (unit->kind == PART_FET)
        return (struct shape){1, 1, 2};
    if (unit->kind == PART_RECEIVER)
        return (struct shape){0, 0, 0};
    int first = part_unit_first_output(unit);
    return (struct shape){part_unit_inputs(unit), first, first + part_unit_outputs(unit)};
}

static void add_unit(struct search *s, uint32_t part, unsigned u) {
    const struct part_unit *unit = &s->board->uses[part].model->units[u];
    struct shape shape = shape_of(unit);
    for (int out = shape.first; out < shape.end; out++)
        for (int in = 0; in < shape.n; in++)
            add_hop(s, (struct hop){.from = circuit_pin_net(s->circuit, part, unit, in),
                                    .to = circuit_pin_net(s->circuit, part, unit, out),
                                    .part = part,
                                    .unit = u});
}

static void add_resistor(struct search *s, uint32_t part, unsigned u) {
    const struct part_unit *unit = &s->board->uses[part].model->units[u];
    uint32_t a = circuit_pin_net(s->circuit, part, unit, 0),
             b = circuit_pin_net(s->circuit, part, unit, 1);
    add_hop(s, (struct hop){.from = a, .to = b, .part = part, .unit = u});
    add_hop(s, (struct hop){.from = b, .to = a, .part = part, .unit = u});
}

static bool fitted(const struct search *s, uint32_t part) {
    return s->board->uses[part].model && !s->board->netlist->parts[part].removed;
}

static bool is_rail(const struct search *s, uint32_t net) {
    const char *const names[] = {s->board->config.supply.power, s->board->config.supply.ground};
    for (int i = 0; i < 2; i++) {
        uint32_t rail = netlist_find_net(s->board->netlist, names[i]);
        if (rail != NETLIST_NONE && circuit_net(s->circuit, rail) == net)
            return true;
    }
    return false;
}

static bool moved(const struct search *s, uint32_t net) {
    for (uint32_t i = 0; i < s->board->netlist->n_nets; i++)
        if (circuit_net(s->circuit, i) == net)
            return replay_moved(s->replay, i);
    return false;
}

static void open_search(struct search *s) {
    const struct netlist *netlist = s->board->netlist;
    size_t n = circuit_nets(s->circuit);
    for (uint32_t part = 0; part < netlist->n_parts; part++)
        for (unsigned u = 0; fitted(s, part) && u < s->board->uses[part].model->n_units; u++) {
            if (s->board->uses[part].model->units[u].kind == PART_RESISTOR)
                add_resistor(s, part, u);
            else
                add_unit(s, part, u);
        }
    s->queue = zeroed(n, sizeof *s->queue);
    s->towards = zeroed(n, sizeof *s->towards);
    s->seen = zeroed(n, sizeof *s->seen);
    s->fed = zeroed(n, sizeof *s->fed);
}

static void close_search(struct search *s) {
    free(s->hops);
    free(s->queue);
    free(s->towards);
    free(s->seen);
    free(s->fed);
}

/* --- the walk ------------------------------------------------------------------------ */

static void put(struct search *s, uint32_t net, uint32_t towards) {
    if (s->seen[net] || is_rail(s, net))
        return;
    s->seen[net] = true;
    s->towards[net] = towards;
    s->queue[s->tail++] = net;
}

/* Marks everything that the marked nets lead to. */
static void spread(const struct search *s, bool *marks) {
    for (bool grew = true; grew;) {
        grew = false;
        for (size_t i = 0; i < s->n_hops; i++)
            if (marks[s->hops[i].from] && !marks[s->hops[i].to] && !is_rail(s, s->hops[i].to))
                marks[s->hops[i].to] = grew = true;
    }
}

static void spread_from_mcu(struct search *s) {
    struct mcu_nets nets;
    struct sim_err err = SIM_ERR_INIT;
    if (!mcu_nets_find(s->board, &nets, &err))
        return; /* the replay would not have been made */
    for (size_t i = 0; i < nets.n; i++) {
        uint32_t net = circuit_net(s->circuit, nets.nets[i].net);
        if (net != CIRCUIT_NO_NET)
            s->fed[net] = true;
    }
    spread(s, s->fed);
}

static bool leads(const struct search *s, uint32_t from, uint32_t to) {
    bool *marks = zeroed(circuit_nets(s->circuit), sizeof *marks);
    uint32_t start = circuit_net(s->circuit, from);
    if (start != CIRCUIT_NO_NET)
        marks[start] = true;
    spread(s, marks);
    bool there = marks[to];
    free(marks);
    return there;
}

static void follow_back(struct search *s, uint32_t net) {
    for (size_t i = 0; i < s->n_hops; i++)
        if (s->hops[i].to == net)
            put(s, s->hops[i].from, net);
}

/* A hop into `net` whose source moves because of the MCU. */
static const struct hop *live_hop(const struct search *s, uint32_t net) {
    for (size_t i = 0; i < s->n_hops; i++)
        if (s->hops[i].to == net && s->fed[s->hops[i].from] && moved(s, s->hops[i].from))
            return &s->hops[i];
    return NULL;
}

/* The dead stage nearest to the driver; NULL: every stage moves. */
static const struct hop *walk(struct search *s) {
    while (s->head < s->tail) {
        uint32_t net = s->queue[s->head++];
        const struct hop *hop = moved(s, net) ? NULL : live_hop(s, net);
        if (hop)
            return hop;
        follow_back(s, net);
    }
    return NULL;
}

/* --- words --------------------------------------------------------------------------- */

/* Joined nets have several names: the one a person gave. */
static const char *name_of(const struct search *s, uint32_t net) {
    const char *name = "?";
    for (uint32_t i = s->board->netlist->n_nets; i-- > 0;)
        if (circuit_net(s->circuit, i) == net &&
            (name[0] != '/' || s->board->netlist->nets[i].name[0] == '/'))
            name = s->board->netlist->nets[i].name;
    return name;
}

static int level_of(const struct search *s, uint32_t net) {
    for (uint32_t i = 0; i < s->board->netlist->n_nets; i++)
        if (circuit_net(s->circuit, i) == net)
            return replay_level(s->replay, i);
    return 0;
}

static void describe(const struct search *s, const struct hop *hop, char *out, unsigned size) {
    const struct board *board = s->board;
    uint32_t last = hop->to; /* the last net on the way that does not move */
    while (s->towards[last] != CIRCUIT_NO_NET && !moved(s, s->towards[last]))
        last = s->towards[last];
    unsigned n = sim_format(out, size, "%s never %s", name_of(s, last),
                            level_of(s, last) ? "falls" : "rises");
    if (last != hop->to)
        n += sim_format(out + n, size - n, ", for %s stays at %d", name_of(s, hop->to),
                        level_of(s, hop->to));
    sim_format(out + n, size - n, ": the dead stage is %s%s (%s), whose input %s moves",
               board->netlist->parts[hop->part].ref,
               board->uses[hop->part].model->units[hop->unit].name,
               board->netlist->parts[hop->part].value, name_of(s, hop->from));
}

static const char *const PIN[] = {"data input D", "enable DE"};

/* An input of the driver that is not wired, or to ground. */
static bool open_input(const struct search *s, const struct transmit_driver *driver, char *out,
                       unsigned size) {
    for (int i = TRANSMIT_DE; i >= TRANSMIT_D; i--) {
        uint32_t net = driver->nets[i];
        bool tied = net != NETLIST_NONE && is_rail(s, circuit_net(s->circuit, net));
        if (net != NETLIST_NONE && !(tied && (i == TRANSMIT_D || !replay_level(s->replay, net))))
            continue;
        sim_format(out, size, "the %s of %s is %s%s", PIN[i],
                   s->board->netlist->parts[driver->part].ref, tied ? "tied to " : "not connected",
                   tied ? s->board->netlist->nets[net].name : "");
        return true;
    }
    return false;
}

static bool is_on_the_way(const struct search *s, uint32_t part, const struct part_unit *unit) {
    struct shape shape = shape_of(unit);
    for (int out = shape.first; out < shape.end; out++) {
        uint32_t net = circuit_pin_net(s->circuit, part, unit, out);
        if (net != CIRCUIT_NO_NET && s->seen[net])
            return true;
    }
    return false;
}

/* Which inputs on the way, walked to its end, are open. */
static void name_open(const struct search *s, char *out, unsigned size) {
    const struct netlist *netlist = s->board->netlist;
    unsigned n = 0;
    for (uint32_t part = 0; part < netlist->n_parts; part++)
        for (unsigned u = 0; fitted(s, part) && u < s->board->uses[part].model->n_units; u++) {
            const struct part_unit *unit = &s->board->uses[part].model->units[u];
            int inputs = is_on_the_way(s, part, unit) ? shape_of(unit).n : 0;
            for (int pin = 0; pin < inputs; pin++)
                if (unit->pins[pin] &&
                    circuit_pin_net(s->circuit, part, unit, pin) == CIRCUIT_NO_NET)
                    n += sim_format(out + n, size - n, "%s%s.%s", n ? ", " : "",
                                    netlist->parts[part].ref, unit->pins[pin]);
        }
}

/* No MCU output leads to the driver's enable, or not the data to its data input. */
static bool is_cut(struct search *s, const struct transmit_driver *driver, char *out,
                   unsigned size) {
    const struct circuit *c = s->circuit;
    uint32_t enable = circuit_net(c, driver->nets[TRANSMIT_DE]);
    uint32_t data = circuit_net(c, driver->nets[TRANSMIT_D]);
    const char *mosi = s->board->config.attach.tx_mosi;
    char open[160] = "";
    bool enabled = s->fed[enable] || is_rail(s, enable);
    if (enabled && leads(s, netlist_find_net(s->board->netlist, mosi), data))
        return false;
    while (s->head < s->tail)
        follow_back(s, s->queue[s->head++]);
    name_open(s, open, sizeof open);
    sim_format(
        out, size, "%s%s to %s, the %s of %s%s%s", enabled ? mosi : "nothing that the MCU drives",
        enabled ? " does not lead" : " leads", name_of(s, enabled ? data : enable), PIN[!enabled],
        s->board->netlist->parts[driver->part].ref, open[0] ? "; open: " : "", open);
    return true;
}

void transmit_find_dead(const struct board *board, const struct replay *replay,
                        const struct transmit_driver *driver, char *out, size_t size) {
    struct search s = {.board = board, .replay = replay, .circuit = replay_circuit(replay, 0)};
    unsigned room = (unsigned)size;
    out[0] = 0;
    open_search(&s);
    spread_from_mcu(&s);
    for (int i = TRANSMIT_DE; i >= TRANSMIT_D; i--)
        if (driver->nets[i] != NETLIST_NONE)
            put(&s, circuit_net(s.circuit, driver->nets[i]), CIRCUIT_NO_NET);
    if (!open_input(&s, driver, out, room) && !is_cut(&s, driver, out, room)) {
        const struct hop *hop = walk(&s);
        char open[160] = "";
        if (hop)
            describe(&s, hop, out, room);
        else
            name_open(&s, open, sizeof open);
        if (open[0])
            sim_format(out, room, "inputs on the way are open: %s", open);
    }
    close_search(&s);
}
