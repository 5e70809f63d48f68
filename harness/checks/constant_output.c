/* constant-output: a gate, flip-flop or one-shot in use whose output can never change, found by
 * carrying the levels of the supplies through the gates. Told where the constant begins; what
 * stands still behind it is the consequence. A gate tied on purpose, whose constant only selects
 * what others do (an XOR's polarity), is none. */
#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

static bool is_level(uint8_t levels) {
    return levels == 1 || levels == 2;
}

static bool judged(const struct wiring_unit *u) {
    return u->used &&
           (u->unit->kind == PART_LOGIC || u->unit->kind == PART_DFF || u->unit->kind == PART_MONO);
}

/* The first output that somebody wants, or -1. */
static int wanted_output(const struct wiring *w, const struct wiring_unit *u) {
    for (int place = u->first_out; place < u->end_out; place++)
        if (u->nodes[place] != NETLIST_NONE && w->nodes[u->nodes[place]].wanted)
            return place;
    return -1;
}

/* Whether the node stands still because of an output or a FET that does. */
static bool explained(const struct wiring *w, uint32_t node) {
    if (node == NETLIST_NONE || wiring_is_rail(w, node) || wiring_by(w, node))
        return false;
    const struct wiring_pool *pool = &w->pools[w->nodes[node].pool];
    for (uint32_t at = pool->first; at != NETLIST_NONE; at = w->nodes[at].next)
        for (uint32_t i = 0; i < w->nodes[at].n; i++) {
            enum wiring_role role = w->roles[w->by_node[w->nodes[at].first + i]];
            if (role == WIRING_DRIVES || role == WIRING_TRISTATE || role == WIRING_CHANNEL)
                return true;
        }
    return false;
}

/* Whether this input's constant alone decides the gate's output, whatever the others do. */
static bool forces(const struct wiring *w, const struct wiring_unit *u, int place) {
    uint8_t levels = wiring_levels(w, u->nodes[place]);
    if (u->unit->kind != PART_LOGIC || !is_level(levels))
        return false;
    unsigned seen = 0, bit = levels == 2 ? 1u << place : 0;
    for (unsigned inputs = 0; inputs < 1u << u->n_in; inputs++)
        if ((inputs & 1u << place) == bit)
            seen |= 1u << wiring_gate(u, inputs);
    return seen != 3;
}

/* Whether the unit stands still only because something in front of it does. */
static bool is_consequence(const struct wiring *w, const struct wiring_unit *u) {
    bool follows = false;
    for (int i = 0; i < u->n_in; i++) {
        if (wiring_is_rail(w, u->nodes[i]) && forces(w, u, i))
            return false;
        follows |= explained(w, u->nodes[i]);
    }
    return follows;
}

/* An input that the constant keeps from doing anything. */
static bool blocks(const struct wiring *w, const struct wiring_unit *u) {
    for (int i = 0; i < u->n_in; i++)
        if (wiring_by(w, u->nodes[i]) || (wiring_is_rail(w, u->nodes[i]) && forces(w, u, i)))
            return true;
    return false;
}

/* A unit in use that stands still and has something that would move it. */
static bool is_silenced(const struct wiring *w, const struct wiring_unit *u) {
    int out = u->used ? wanted_output(w, u) : -1;
    return out >= 0 && !wiring_by(w, u->nodes[out]) && (u->unit->kind == PART_FET || blocks(w, u));
}

/* Whether the constant of `node` silences something that would move without it. */
static bool silences(const struct wiring *w, uint32_t node) {
    struct wiring_cone cone = wiring_cone(w, node);
    bool found = false;
    for (uint32_t i = 0; !found && i < cone.n; i++)
        for (uint32_t k = 0; !found && k < w->nodes[cone.nodes[i]].n; k++) {
            uint32_t pin = w->by_node[w->nodes[cone.nodes[i]].first + k];
            found = w->roles[pin] == WIRING_HEARS && is_silenced(w, &w->units[w->unit_of[pin]]);
        }
    wiring_cone_finish(&cone);
    return found;
}

/* --- why ------------------------------------------------------------------------------- */

static bool tell_twins(const struct wiring *w, const struct wiring_unit *u, char *out,
                       unsigned size, int *second) {
    const struct netlist *netlist = w->board->netlist;
    for (int i = 0; i < u->n_in; i++)
        for (int k = 0; k < i && u->unit->kind == PART_LOGIC; k++)
            if (u->nodes[i] != NETLIST_NONE && u->nodes[i] == u->nodes[k] &&
                !wiring_is_rail(w, u->nodes[i])) {
                sim_format(out, size, "%s pins %s and %s are both on %s",
                           netlist->parts[u->part].ref, u->unit->pins[k], u->unit->pins[i],
                           wiring_net_name(w, u->nodes[i]));
                *second = i;
                return true;
            }
    return false;
}

/* Which constant input decides: the overriding ones of a flip-flop or one-shot first. */
static int guilty(const struct wiring *w, const struct wiring_unit *u) {
    static const int flipflop[] = {2, 3, 0, 1}, mono[] = {2, 0, 1};
    bool dff = u->unit->kind == PART_DFF;
    for (int i = 0; i < u->n_in; i++)
        if (wiring_is_rail(w, u->nodes[i]) && forces(w, u, i))
            return i;
    for (int i = 0; i < u->n_in; i++) {
        int place = dff ? flipflop[i] : u->unit->kind == PART_MONO ? mono[i] : i;
        uint8_t levels = wiring_levels(w, u->nodes[place]);
        bool overrides = u->unit->kind == PART_LOGIC || place < 2 || levels == 1;
        if (u->unit->pins[place] && is_level(levels) && overrides)
            return place;
    }
    return -1;
}

static void tell_tied(const struct wiring *w, const struct wiring_unit *u, int place, char *out,
                      unsigned size) {
    char pin[96];
    uint32_t node = u->nodes[place];
    wiring_place_name(w, u, place, pin, sizeof pin);
    if (wiring_is_rail(w, node))
        sim_format(out, size, "%s is on %s", pin, wiring_net_name(w, node));
    else
        sim_format(out, size, "%s on %s stays %s", pin, wiring_net_name(w, node),
                   wiring_levels(w, node) == 2 ? "high" : "low");
}

/* The level at which one of two joined inputs lets the other through. */
static const char *neutral(const struct wiring *w, const struct wiring_unit *u, int place) {
    unsigned others = (1u << u->n_in) - 1 - (1u << place);
    bool low = wiring_gate(u, 0) != wiring_gate(u, others);
    return low ? w->board->config.supply.ground : w->board->config.supply.power;
}

static void advise(struct check_finding *finding, const struct wiring *w,
                   const struct wiring_unit *u, int second, int tied) {
    const char *ref = w->board->netlist->parts[u->part].ref;
    if (second >= 0)
        check_advise(finding, "put %s.%s on %s", ref, u->unit->pins[second], neutral(w, u, second));
    else if (tied >= 0 && wiring_is_rail(w, u->nodes[tied]))
        check_advise(finding, "take %s.%s off %s", ref, u->unit->pins[tied],
                     wiring_net_name(w, u->nodes[tied]));
}

static void tell(const struct check *check, const struct wiring *w, const struct wiring_unit *u,
                 int out, struct check_report *report) {
    char why[256] = "", then[400], net[160] = "";
    int second = -1, tied = -1;
    uint32_t node = u->nodes[out];
    if (!tell_twins(w, u, why, sizeof why, &second) && (tied = guilty(w, u)) >= 0)
        tell_tied(w, u, tied, why, sizeof why);
    check_consequence(w, node, "; ", then, sizeof then);
    if (!wiring_is_unnamed(w, node))
        sim_format(net, sizeof net, " (%s)", wiring_net_name(w, node));
    struct check_finding *finding =
        check_found(report, check, "%s%spin %s of %s%s is constant %d%s", why,
                    *why ? ", so that " : "", u->unit->pins[out],
                    w->board->netlist->parts[u->part].ref, net, wiring_levels(w, node) == 2, then);
    check_weigh(finding, w, node);
    check_place_pin(finding, w, u->pins[second >= 0 ? second : tied >= 0 ? tied : out]);
    advise(finding, w, u, second, tied);
}

/* A FET whose gate moves and whose source can bring no low to its drain. */
static bool is_cut_off(const struct wiring *w, const struct wiring_unit *u) {
    uint32_t source = u->nodes[2], drain = u->nodes[1];
    bool low = source != NETLIST_NONE && wiring_driven(w, source) && wiring_levels(w, source) & 1;
    return u->unit->kind == PART_FET && u->used && wiring_by(w, u->nodes[0]) && !low &&
           drain != NETLIST_NONE && is_level(wiring_levels(w, drain));
}

static void tell_cut_off(const struct check *check, const struct wiring *w,
                         const struct wiring_unit *u, struct check_report *report) {
    char pin[96], then[400];
    bool on = u->nodes[2] != NETLIST_NONE;
    check_consequence(w, u->nodes[1], "; ", then, sizeof then);
    struct check_finding *finding =
        check_found(report, check, "the source %s is %s%s, so that the FET's drain never falls%s",
                    wiring_place_name(w, u, 2, pin, sizeof pin), on ? "on " : "open",
                    wiring_net_name(w, u->nodes[2]), then);
    check_place_part(finding, w, u->part);
    check_place_pin(finding, w, u->pins[2]);
    check_advise(finding, "put %s on %s", pin, w->board->config.supply.ground);
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    for (uint32_t i = 0; i < w->n_units && !check_is_full(report, check); i++) {
        const struct wiring_unit *u = &w->units[i];
        if (is_cut_off(w, u))
            tell_cut_off(check, w, u, report);
        int out = judged(u) ? wanted_output(w, u) : -1;
        if (out < 0 || !is_level(wiring_levels(w, u->nodes[out])))
            continue;
        if (!is_consequence(w, u) && (blocks(w, u) || silences(w, u->nodes[out])))
            tell(check, w, u, out, report);
    }
    return true;
}

const struct check check_constant_output = {
    .id = "constant-output",
    .title = "no output in use is constant",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "the parts' function tables, from the supplies through the gates",
    .run = run,
};
