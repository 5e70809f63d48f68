/* Elaboration, last step: whatever follows from values and figures, over what is connected.
 * Creation and circuit_refill() share it, so both give the same bits. */
#include <string.h>

#include "sim/circuit_build.h"

static int32_t picoseconds(double seconds) {
    double ps = seconds * 1e12 + 0.5;
    return ps < 0 ? 0 : ps > 2e9 ? 2000000000 : (int32_t)ps;
}

/* Delay of an output: the scaled typical figure plus what its net's load adds. At least
 * 1 ps, so that time goes on in every loop. */
static int32_t delay(const struct builder *b, const struct origin *o, double tpd, uint32_t net,
                     int rising) {
    double speed = build_spread(b, o->part, o->unit).delay;
    double ohm = build_figure(b, o->part, rising ? "r_up" : "r_down", rising ? 75 : 50);
    double load = net == CIRCUIT_NO_NET ? 0 : b->c->loads[net];
    int32_t ps = picoseconds(b->config->delay_scale * tpd * speed + 0.69 * ohm * speed * load);
    return ps > 0 ? ps : 1;
}

static double tpd_of(const struct builder *b, uint32_t part, const char *name) {
    return build_figure(b, part, name, build_figure(b, part, "tpd", 0));
}

static void fill_drives(struct builder *b) {
    for (uint32_t net = 0; net < b->c->n_board_nets; net++) {
        if (b->flags[net] & NET_INPUT)
            b->drive_up[net] = b->drive_down[net] = 40; /* a fast MCU pin, ohm */
        if (!(b->flags[net] & NET_OUTPUT))
            continue;
        const struct driven_by *by = &b->driven_by[net];
        double speed = build_spread(b, by->part, by->unit).delay;
        b->drive_up[net] = build_figure(b, by->part, "r_up", 75) * speed;
        b->drive_down[net] = build_figure(b, by->part, "r_down", 50) * speed;
    }
}

static void fill_gate(const struct builder *b, struct element *e, const struct origin *o) {
    e->rise = delay(b, o, tpd_of(b, o->part, "tplh"), e->net, 1);
    e->fall = delay(b, o, tpd_of(b, o->part, "tphl"), e->net, 0);
}

/* A part's tplh and tphl are its receivers': a driver has one tpd for both. */
static void fill_driver(const struct builder *b, struct element *e, const struct origin *o) {
    struct line_driver *d = &b->c->line_drivers[e->aux];
    e->rise = delay(b, o, tpd_of(b, o->part, "tpd"), e->net, 1);
    e->fall = delay(b, o, tpd_of(b, o->part, "tpd"), e->net, 0);
    d->enable = delay(b, o, tpd_of(b, o->part, "ten"), e->net, 1);
    d->disable = delay(b, o, tpd_of(b, o->part, "tdis"), e->net, 0);
}

static int32_t window(const struct builder *b, const struct origin *o, const char *name) {
    return picoseconds(build_figure(b, o->part, name, 0) * build_spread(b, o->part, o->unit).delay);
}

static void fill_flipflop(const struct builder *b, struct element *e, const struct origin *o) {
    struct flipflop *f = &b->c->flipflops[e->aux];
    uint32_t q = e[1].net, q_n = e[2].net;
    double clk = build_figure(b, o->part, "tpd_clk", 0),
           set = build_figure(b, o->part, "tpd_set", 0);
    f->setup = window(b, o, "tsu");
    f->hold = (int32_t)(build_figure(b, o->part, "th", 0) *
                        build_spread(b, o->part, o->unit).delay * 1e12);
    f->recovery = window(b, o, "trec");
    f->width_clock = window(b, o, "tw_clk");
    f->width_set = window(b, o, "tw_set");
    f->clock_rise = delay(b, o, clk, q, 1);
    f->clock_fall = delay(b, o, clk, q, 0);
    f->set_rise = delay(b, o, set, q, 1);
    f->set_fall = delay(b, o, set, q, 0);
    f->n_clock_rise = delay(b, o, clk, q_n, 1);
    f->n_clock_fall = delay(b, o, clk, q_n, 0);
    f->n_set_rise = delay(b, o, set, q_n, 1);
    f->n_set_fall = delay(b, o, set, q_n, 0);
}

static void fill_mono(const struct builder *b, const struct element *e, const struct origin *o) {
    struct mono *m = &b->c->monos[e->aux];
    bool timed = m->resistor != NETLIST_NONE && m->capacitor != NETLIST_NONE;
    double length = timed ? build_figure(b, o->part, "k", 0.7) * b->uses[m->resistor].quantity *
                                b->uses[m->capacitor].quantity
                          : 0;
    double trig = build_figure(b, o->part, "tpd_trig", 0);
    double reset = build_figure(b, o->part, "tpd_reset", 0);
    uint32_t q = e[1].net;
    m->length = (sim_time)(length * 1e12 + 0.5);
    m->trig_rise = delay(b, o, trig, q, 1);
    m->trig_fall = delay(b, o, trig, q, 0);
    m->reset_rise = delay(b, o, reset, q, 1);
    m->reset_fall = delay(b, o, reset, q, 0);
}

static bool fill_threshold(struct builder *b, const struct element *e, const struct origin *o) {
    struct threshold *th = &b->c->thresholds[e->aux];
    struct part_spread spread = build_spread(b, o->part, o->unit);
    bool fet = b->uses[o->part].model->units[o->unit].kind == PART_FET;
    double middle = b->config->vcc / 2, grid = b->c->inv_grid;
    th->plus = build_figure(b, o->part, fet ? "vgs_th" : "vt_plus", middle) * spread.vt_plus * grid;
    th->minus =
        build_figure(b, o->part, fet ? "vgs_th" : "vt_minus", middle) * spread.vt_minus * grid;
    return th->minus <= th->plus || build_refuse(b, o->part, "the input's VT- lies above its VT+");
}

static bool fill_element(struct builder *b, struct element *e, const struct origin *o) {
    switch ((enum element_kind)e->kind) {
    case ELEMENT_GATE:
    case ELEMENT_RECEIVER:
        fill_gate(b, e, o);
        return true;
    case ELEMENT_DRIVER:
        fill_driver(b, e, o);
        return true;
    case ELEMENT_FLIPFLOP:
        fill_flipflop(b, e, o);
        return true;
    case ELEMENT_MONO:
        fill_mono(b, e, o);
        return true;
    case ELEMENT_THRESHOLD:
        return fill_threshold(b, e, o);
    default:
        return true; /* outputs have their cell's delays, channels their node's */
    }
}

bool build_fill(struct builder *b) {
    struct circuit *c = b->c;
    fill_drives(b);
    build_loads(b);
    build_fill_plans(b);
    for (uint32_t i = 0; i < c->n_elements; i++)
        if (!fill_element(b, &c->elements[i], &c->origins[i]))
            return false;
    build_fill_nodes(b);
    return true;
}

static void reset_cells(struct circuit *c) {
    const sim_time long_ago = -SIM_S;
    for (uint32_t i = 0; i < c->n_flipflops; i++) {
        struct flipflop *f = &c->flipflops[i];
        f->changed_d = f->rose_cp = f->fell_cp = f->changed_rd = f->changed_sd = long_ago;
        f->q = f->q_before = 0;
    }
    for (uint32_t i = 0; i < c->n_nodes; i++) {
        c->nodes[i].state = 0;
        c->nodes[i].v0 = c->node_states[c->nodes[i].states].vinf;
    }
}

void build_reset(struct circuit *c) {
    for (uint32_t i = 0; i < c->n_elements; i++) {
        struct element *e = &c->elements[i];
        e->in = c->first_in[i];
        e->out = e->target = 0;
        e->pending = false;
        if (e->kind == ELEMENT_THRESHOLD)
            e->bit = 0;
    }
    memset(c->levels, 0, c->n_nets);
    for (uint32_t net = 0; net < c->n_board_nets; net++)
        c->levels[net] = c->builder->flags[net] & NET_POWER ? 1 : 0;
    reset_cells(c);
    c->line_level = CIRCUIT_LINE_IDLE;
    c->next = c->queue;
}
