#include "harness/transmitter_setup.h"

#include <math.h>
#include <string.h>

#include "harness/replay_setup.h"

#define LINE_OHM   100.0 /* IEEE 802.3 14.4.2.2 */
#define MAX_SERIES 8     /* resistors of one leg */

struct leg {                       /* from a pin of the jack to an output of a driver */
    uint32_t jack_net, driver_net; /* the engine's */
    uint32_t part;
    unsigned unit;
    int pin; /* 2: Y, 3: Z */
    double ohm;
};

struct search {
    const struct board *board;
    struct circuit *circuit;
    struct transmitter_setup *setup;
    uint32_t power, ground; /* the engine's nets */
    struct leg legs[2];     /* +, - */
    struct sim_err *err;
};

static const struct part_use *use_of(const struct search *s, uint32_t part) {
    return &s->board->uses[part];
}

static bool fitted(const struct search *s, uint32_t part) {
    return use_of(s, part)->model && !s->board->netlist->parts[part].removed;
}

static uint32_t pin_net(const struct search *s, uint32_t part, unsigned unit, int pin) {
    const char *number = use_of(s, part)->model->units[unit].pins[pin];
    return netlist_pin_net(s->board->netlist, part, number);
}

static uint32_t engine_net(const struct search *s, uint32_t part, unsigned unit, int pin) {
    return circuit_net(s->circuit, pin_net(s, part, unit, pin));
}

static const char *ref(const struct search *s, uint32_t part) {
    return s->board->netlist->parts[part].ref;
}

static bool refuse(const struct search *s, uint32_t part, const char *why) {
    return sim_err_set(s->err, SIM_ERR_UNMODELLED, "%s: transmit pair: %s (%s): %s", s->board->path,
                       ref(s, part), s->board->netlist->parts[part].value, why);
}

/* Which output of a line driver is on `net`; false: none. */
static bool find_driver(const struct search *s, uint32_t net, struct leg *leg) {
    for (uint32_t part = 0; part < s->board->netlist->n_parts; part++)
        for (unsigned u = 0; fitted(s, part) && u < use_of(s, part)->model->n_units; u++) {
            if (use_of(s, part)->model->units[u].kind != PART_DRIVER)
                continue;
            for (int pin = 2; pin < 4; pin++)
                if (engine_net(s, part, u, pin) == net) {
                    leg->part = part;
                    leg->unit = u;
                    leg->pin = pin;
                    return true;
                }
        }
    return false;
}

/* A two-terminal part with an end on `net`: its other end, or CIRCUIT_NO_NET. */
static uint32_t far_end(const struct search *s, uint32_t part, enum part_unit_kind kind,
                        uint32_t net) {
    if (!fitted(s, part) || use_of(s, part)->model->units[0].kind != kind)
        return CIRCUIT_NO_NET;
    uint32_t a = engine_net(s, part, 0, 0), b = engine_net(s, part, 0, 1);
    return a == b ? CIRCUIT_NO_NET : a == net ? b : b == net ? a : CIRCUIT_NO_NET;
}

static bool is_rail(const struct search *s, uint32_t net) {
    return net == s->power || net == s->ground;
}

/* One step of a leg: the one net that resistors lead to from here, several in parallel. */
static bool step(const struct search *s, uint32_t net, uint32_t from, uint32_t other,
                 uint32_t *next, double *ohm) {
    double siemens = 0;
    *next = CIRCUIT_NO_NET;
    for (uint32_t part = 0; part < s->board->netlist->n_parts; part++) {
        uint32_t far = far_end(s, part, PART_RESISTOR, net);
        if (far == CIRCUIT_NO_NET || far == from || far == other)
            continue;
        if (is_rail(s, far))
            return refuse(s, part, "a resistor from the pair to a supply rail");
        if (*next != CIRCUIT_NO_NET && *next != far)
            return refuse(s, part, "resistors that branch");
        *next = far;
        siemens += 1 / use_of(s, part)->quantity;
    }
    *ohm = 1 / siemens;
    return true;
}

/* Along resistors from the jack's pin to a driver. */
static bool walk(const struct search *s, struct leg *leg, uint32_t other) {
    uint32_t net = leg->jack_net, from = CIRCUIT_NO_NET, next;
    double ohm = 0;
    for (int i = 0; i < MAX_SERIES; i++) {
        leg->driver_net = net;
        if (find_driver(s, net, leg))
            return true;
        if (!step(s, net, from, i == 0 ? other : CIRCUIT_NO_NET, &next, &ohm))
            return false;
        if (next == CIRCUIT_NO_NET)
            break;
        leg->ohm += ohm;
        from = net;
        net = next;
    }
    return sim_err_set(s->err, SIM_ERR_UNMODELLED,
                       "%s: no line driver stands behind pin %s of the transmit pair",
                       s->board->path, leg == &s->legs[0] ? "TD+" : "TD-");
}

/* The jack on the pair: TD+ and TD- either way round. */
static bool is_jack_of(const struct search *s, uint32_t part, unsigned unit) {
    uint32_t a = engine_net(s, part, unit, 0), b = engine_net(s, part, unit, 1);
    uint32_t p = s->legs[0].jack_net, n = s->legs[1].jack_net;
    return (a == p && b == n) || (a == n && b == p);
}

/* The pair as stated, or else the board's only jack's. */
static bool find_pair(struct search *s) {
    const struct board_attach *attach = &s->board->config.attach;
    const char *names[2] = {attach->line_tx_p, attach->line_tx_n};
    for (int i = 0; i < 2 && names[0][0] && names[1][0]; i++) {
        uint32_t net = netlist_find_net(s->board->netlist, names[i]);
        if (net == NETLIST_NONE)
            return sim_err_set(s->err, SIM_ERR_INPUT,
                               "%s: attach.line_tx_%s: the board has no net %s", s->board->path,
                               i ? "n" : "p", names[i]);
        s->legs[i].jack_net = circuit_net(s->circuit, net);
    }
    uint32_t jacks = 0;
    for (uint32_t part = 0; part < s->board->netlist->n_parts; part++)
        for (unsigned u = 0; fitted(s, part) && u < use_of(s, part)->model->n_units; u++) {
            if (use_of(s, part)->model->units[u].kind != PART_JACK)
                continue;
            if (!names[0][0] || !names[1][0]) {
                s->legs[0].jack_net = engine_net(s, part, u, 0);
                s->legs[1].jack_net = engine_net(s, part, u, 1);
            } else if (!is_jack_of(s, part, u)) {
                continue;
            }
            s->setup->jack = part;
            jacks++;
        }
    return jacks == 1 || sim_err_set(s->err, SIM_ERR_INPUT,
                                     "%s: %s jack has its transmit pair on attach.line_tx_p and "
                                     "attach.line_tx_n; expected one",
                                     s->board->path, jacks ? "more than one" : "no");
}

/* Farad to ground of a net: its pins' strays, inputs, capacitors to a rail. */
static double to_ground(const struct search *s, uint32_t net) {
    const struct netlist *netlist = s->board->netlist;
    double farad = 0;
    for (uint32_t pin = 0; pin < netlist->n_pins; pin++)
        if (netlist->pins[pin].net != NETLIST_NONE &&
            !netlist->parts[netlist->pins[pin].part].removed &&
            circuit_net(s->circuit, netlist->pins[pin].net) == net)
            farad += s->board->config.stray_pf * 1e-12;
    for (uint32_t part = 0; part < netlist->n_parts; part++) {
        uint32_t far = far_end(s, part, PART_CAPACITOR, net);
        if (far != CIRCUIT_NO_NET && is_rail(s, far))
            farad += use_of(s, part)->quantity;
    }
    return farad;
}

/* Two capacitances to ground as one between their nets. */
static double across(double a, double b) {
    return a > 0 && b > 0 ? a * b / (a + b) : 0;
}

/* What lies across the pair at the jack; and what a leg must not have. */
static bool add_shunts(struct search *s) {
    struct transmitter_config *c = &s->setup->config;
    const struct leg *p = &s->legs[0], *n = &s->legs[1];
    double siemens = 0;
    for (uint32_t part = 0; part < s->board->netlist->n_parts; part++) {
        if (far_end(s, part, PART_RESISTOR, p->jack_net) == n->jack_net)
            siemens += 1 / use_of(s, part)->quantity;
        else if (far_end(s, part, PART_RESISTOR, p->driver_net) == n->driver_net)
            return refuse(s, part, "a resistor across the driver's outputs");
        for (int i = 0; i < 2; i++) {
            const struct leg *leg = &s->legs[i];
            uint32_t far = far_end(s, part, PART_CAPACITOR, leg->jack_net);
            if (far == s->legs[!i].jack_net)
                c->c_jack += i ? use_of(s, part)->quantity : 0;
            else if (far != CIRCUIT_NO_NET && !is_rail(s, far) && far != leg->driver_net)
                return refuse(s, part, "a capacitor in the pair's way");
        }
    }
    c->r_shunt = siemens > 0 ? 1 / siemens : (double)INFINITY;
    return true;
}

static double figure(const struct search *s, uint32_t part, const char *name) {
    return part_use_typ(use_of(s, part), name, 0);
}

static bool fill_config(struct search *s) {
    struct transmitter_setup *setup = s->setup;
    struct transmitter_config *c = &setup->config;
    const struct leg *p = &s->legs[0], *n = &s->legs[1];
    uint32_t driver = setup->driver, jack = setup->jack;
    double scale = s->board->config.delay_scale, cout = figure(s, driver, "cout");
    bool apart = p->jack_net != p->driver_net || n->jack_net != n->driver_net;
    *c = (struct transmitter_config){
        .swing = figure(s, driver, "voh") - figure(s, driver, "vol"),
        .r_driver = figure(s, driver, "r_out") + figure(s, driver, "r_out_up"),
        .rise = figure(s, driver, "tr"),
        .delay = scale * figure(s, driver, "tpd"),
        .enable = scale * figure(s, driver, "ten"),
        .disable = scale * figure(s, driver, "tdis"),
        .c_driver = across(to_ground(s, p->driver_net) + cout, to_ground(s, n->driver_net) + cout),
        .c_jack = apart ? across(to_ground(s, p->jack_net), to_ground(s, n->jack_net)) : 0,
        .r_series = p->ohm + n->ohm,
        .l_open = figure(s, jack, "l_open"),
        .l_leak = figure(s, jack, "l_leak"),
        .r_winding = figure(s, jack, "r_winding"),
        .i_sat = figure(s, jack, "i_sat"),
        .l_sat = figure(s, jack, "l_sat"),
        .r_line = LINE_OHM,
        .crossed = p->pin == 3,
    };
    return add_shunts(s);
}

static bool find_legs(struct search *s) {
    struct transmitter_setup *setup = s->setup;
    for (int i = 0; i < 2; i++)
        if (!walk(s, &s->legs[i], s->legs[!i].jack_net))
            return false;
    const struct leg *p = &s->legs[0], *n = &s->legs[1];
    if (p->part != n->part || p->unit != n->unit || p->pin == n->pin)
        return refuse(s, p->part, "the pair's pins do not lead to Y and Z of one driver");
    setup->driver = p->part;
    setup->unit = p->unit;
    setup->d = pin_net(s, p->part, p->unit, 0);
    setup->de = pin_net(s, p->part, p->unit, 1);
    for (size_t i = 0; i < circuit_elements(s->circuit); i++) {
        struct circuit_element_info e = circuit_element(s->circuit, i);
        setup->powered = setup->powered || (e.part == p->part && e.unit == p->unit);
    }
    return true;
}

static uint32_t rail(const struct search *s, uint32_t net) {
    return net == NETLIST_NONE ? CIRCUIT_NO_NET - 1 : circuit_net(s->circuit, net);
}

bool transmitter_setup(const struct board *board, struct transmitter_setup *setup,
                       struct sim_err *err) {
    struct replay_whole whole;
    struct search s = {.board = board, .setup = setup, .err = err};
    *setup = (struct transmitter_setup){0};
    if (!replay_setup_whole(board, 1, &whole, err))
        return false;
    s.circuit = whole.circuit;
    s.power = rail(&s, whole.config.power_net);
    s.ground = rail(&s, whole.config.ground_net);
    bool good = find_pair(&s) && find_legs(&s) && fill_config(&s);
    circuit_destroy(s.circuit);
    return good;
}

struct transmitter_pins transmitter_setup_pins(const struct transmitter_setup *setup,
                                               const struct circuit *circuit) {
    return (struct transmitter_pins){circuit_input_net(circuit, setup->driver, setup->unit, 0),
                                     circuit_input_net(circuit, setup->driver, setup->unit, 1)};
}

static bool level(const struct circuit *circuit, uint32_t net) {
    return net != CIRCUIT_NO_NET && circuit_level(circuit, net) == CIRCUIT_HIGH;
}

bool transmitter_setup_d(const struct transmitter_setup *setup, const struct circuit *circuit) {
    return level(circuit, transmitter_setup_pins(setup, circuit).d);
}

bool transmitter_setup_de(const struct transmitter_setup *setup, const struct circuit *circuit) {
    return setup->powered && level(circuit, transmitter_setup_pins(setup, circuit).de);
}
