/* Pins: what a port's set-up, a block's output and the board make of them, and who hears of
 * it. A block hears an edge at its time; the input register two HCLK edges later. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "models/mcu/soc/internal.h"

/* Internal pull resistor: 40 kohm typical, DS10086 and DocID16455 I/O static characteristics
 * (from memory: 30 to 50). */
#define PULL_OHMS 40000.0

static struct pin *pin_of(struct stm32 *mcu, unsigned packed) {
    return &mcu->pins[packed / PORT_PINS][packed % PORT_PINS];
}

/* --- what the chip drives --- */

static unsigned block_output(const struct stm32 *mcu, const struct pin *pin) {
    for (unsigned i = 0; i < pin->n_links; i++) {
        unsigned level = mcu->blocks[pin->links[i].block].out[pin->links[i].role];
        if (level != STM32_Z)
            return level;
    }
    return STM32_Z;
}

static unsigned driven_level(const struct stm32 *mcu, const struct pin *pin) {
    unsigned level = STM32_Z;
    if (pin->setup.mode == STM32_PIN_OUT)
        level = pin->setup.odr;
    else if (pin->setup.mode == STM32_PIN_AF)
        level = block_output(mcu, pin);
    return pin->setup.open_drain && level == STM32_HIGH ? STM32_Z : level;
}

static int pull_of(const struct pin *pin) {
    return pin->setup.mode == STM32_PIN_ANALOG ? 0 : pin->setup.pull;
}

static void drive(struct stm32 *mcu, struct pin *pin, sim_time time) {
    struct stm32_pin_change next = pin->out;
    next.level = driven_level(mcu, pin);
    next.pull = pull_of(pin);
    next.time = time;
    next.edge_ns = next.level == STM32_Z ? 0 : (double)pin->setup.edge_ns;
    next.ohms = next.level != STM32_Z ? (double)pin->setup.ohms : next.pull ? PULL_OHMS : 0;
    bool same = next.level == pin->out.level && next.pull == pin->out.pull &&
                next.ohms == pin->out.ohms && next.edge_ns == pin->out.edge_ns;
    if (same)
        return;
    pin->out = next;
    if (mcu->config.on_pin && pin->exists)
        mcu->config.on_pin(mcu->config.user, &next);
}

/* --- what inputs see --- */

static unsigned seen_level(const struct pin *pin) {
    if (pin->setup.mode == STM32_PIN_ANALOG)
        return STM32_LOW; /* the Schmitt trigger is off: RM0368 8.3.12 */
    if (pin->out.level != STM32_Z)
        return pin->out.level;
    if (pin->board != STM32_Z)
        return pin->board;
    if (pull_of(pin))
        return pull_of(pin) > 0;
    return pin->level; /* floating: the charge stays */
}

static void tell_block(struct stm32_block *b, unsigned role, unsigned level, sim_time time) {
    if (b->in[role] == level)
        return;
    b->in[role] = (uint8_t)level;
    if (b->ip && b->ip->pin_in)
        b->ip->pin_in(b, role, level, time);
}

static void tell(struct stm32 *mcu, struct pin *pin, sim_time time) {
    unsigned level = pin->level;
    struct stm32_block *exti = pins_exti(mcu, pin);
    for (unsigned i = 0; i < pin->n_ears; i++)
        tell_block(pin->ears[i].block, pin->ears[i].role, level, time);
    if (exti)
        exti->ip->pin_in(exti, pin->out.pin, level, time);
}

void pins_note(struct pin *pin, unsigned before, sim_time time) {
    unsigned slot = pin->n_changes++ % HISTORY;
    pin->history[slot].time = time;
    pin->history[slot].before = (uint8_t)before;
}

static void note_edges(struct pin *pin, const struct stm32_edge *edges, size_t n) {
    for (size_t i = 0; i < n; i++)
        pins_note(pin, !edges[i].level, edges[i].time);
}

void pins_write_history(struct stm32 *mcu, struct pin *pin) {
    if (lane_has(mcu, pin))
        lane_note(&mcu->lane);
    if (pin->unwritten)
        note_edges(pin, pin->inbox.edge + pin->inbox.head - HISTORY, HISTORY);
    pin->unwritten = false;
}

static void settle(struct stm32 *mcu, struct pin *pin, sim_time time) {
    unsigned level = seen_level(pin);
    if (level == pin->level)
        return;
    pins_note(pin, pin->level, time);
    pin->level = (uint8_t)level;
    tell(mcu, pin, time);
}

/* The level at `time`: the last one, gone back through the changes after it. When more than
 * HISTORY changes came since, the oldest that is known. */
static unsigned level_at(struct stm32 *mcu, struct pin *pin, sim_time time) {
    unsigned level = pin->level;
    pins_write_history(mcu, pin);
    unsigned kept = pin->n_changes < HISTORY ? pin->n_changes : HISTORY;
    for (unsigned i = 1; i <= kept; i++) {
        unsigned slot = (pin->n_changes - i) % HISTORY;
        if (pin->history[slot].time <= time)
            break;
        level = pin->history[slot].before;
    }
    return level;
}

/* Does one of the port's pins have an edge that was not delivered yet? */
static bool moves(const struct stm32 *mcu, unsigned port) {
    for (unsigned i = 0; i < mcu->n_inputs; i++) {
        const struct pin *pin = mcu->inputs[i];
        const struct inbox *in = &pin->inbox;
        if (pin->out.port == port && ((in->head < in->n && in->edge[in->head].time <= mcu->now) ||
                                      (lane_has(mcu, pin) && lane_waits(mcu, mcu->now))))
            return true;
    }
    return false;
}

/* The usual pin, whose level is that of long ago. */
static inline bool rests(const struct stm32 *mcu, const struct pin *pin, sim_time time) {
    unsigned last = (pin->n_changes - 1) % HISTORY;
    return !pin->unwritten && !lane_has(mcu, pin) &&
           (pin->n_changes == 0 || pin->history[last].time <= time);
}

uint32_t stm32_port_sample(const struct stm32_block *b) {
    struct stm32 *mcu = b->mcu;
    if (moves(mcu, b->row->variant))
        inbox_settle(mcu, mcu->now);
    const struct timebase *hclk = &mcu->clocks[STM32_HCLK];
    uint64_t tick = timebase_at(hclk, mcu->now);
    sim_time when = tick >= hclk->tick + 2 ? timebase_time(hclk, tick - 2) : hclk->origin;
    uint32_t levels = 0;
    for (unsigned n = 0; n < PORT_PINS; n++) {
        struct pin *pin = &mcu->pins[b->row->variant][n];
        unsigned level = rests(mcu, pin, when) ? pin->level : level_at(mcu, pin, when);
        levels |= (uint32_t)level << n;
    }
    return levels;
}

/* --- which blocks a pin meets --- */

static bool links_to(const struct stm32 *mcu, const struct pin *pin, unsigned i) {
    const struct stm32_af *af = mcu->afs[i].af;
    if (af->port != pin->out.port || af->pin != pin->out.pin)
        return false;
    if (mcu->chip->remap_by_block)
        return pin->setup.mode != STM32_PIN_ANALOG &&
               mcu->blocks[mcu->afs[i].block].remap == af->af;
    return pin->setup.mode == STM32_PIN_AF && pin->setup.af == af->af;
}

static void unroute(struct stm32 *mcu, struct pin *pin, unsigned packed) {
    for (unsigned i = 0; i < pin->n_links; i++) {
        struct stm32_block *b = &mcu->blocks[pin->links[i].block];
        if (b->in_pin[pin->links[i].role] == packed)
            b->in_routed[pin->links[i].role] = false;
    }
    pin->n_links = pin->n_ears = 0;
}

static void relink(struct stm32 *mcu, struct pin *pin, unsigned packed) {
    unroute(mcu, pin, packed);
    for (unsigned i = 0; i < mcu->n_afs; i++) {
        if (!links_to(mcu, pin, i) || pin->n_links == MAX_LINKS)
            continue;
        struct stm32_block *b = &mcu->blocks[mcu->afs[i].block];
        unsigned role = mcu->afs[i].af->role;
        pin->links[pin->n_links++] = (struct link){b->index, (uint8_t)role};
        if (b->ip && b->ip->pin_in)
            pin->ears[pin->n_ears++] = (struct ear){b, (uint8_t)role};
        b->in_routed[role] = true;
        b->in_pin[role] = (uint8_t)packed;
        b->in[role] = UINT8_MAX; /* whatever the level, it is told */
    }
}

static void refresh(struct stm32 *mcu, unsigned packed, sim_time time) {
    struct pin *pin = pin_of(mcu, packed);
    if (pin->inbox.head < pin->inbox.n || lane_has(mcu, pin))
        inbox_settle(mcu, mcu->now);
    mcu->stale |= lane_has(mcu, pin) ? STALE_ACTS : 0;
    drive(mcu, pin, time);
    pins_write_history(mcu, pin);
    settle(mcu, pin, time);
    for (unsigned i = 0; i < pin->n_ears; i++)
        tell_block(pin->ears[i].block, pin->ears[i].role, pin->level, time);
}

void stm32_pin_setup(struct stm32_block *b, unsigned n, const struct stm32_pin_setup *setup,
                     sim_time time) {
    struct stm32 *mcu = b->mcu;
    struct pin *pin = &mcu->pins[b->row->variant][n];
    unsigned packed = b->row->variant * PORT_PINS + n;
    bool moved = setup->mode != pin->setup.mode || setup->af != pin->setup.af;
    pin->setup = *setup;
    if (moved)
        relink(mcu, pin, packed);
    refresh(mcu, packed, time);
}

bool stm32_remap_pins(struct stm32_block *b, const char *block, unsigned value) {
    struct stm32 *mcu = b->mcu;
    struct stm32_block *other = block_by_name(mcu, block);
    if (!other)
        return false;
    if (other->remap == value)
        return true;
    other->remap = (uint8_t)value;
    for (unsigned i = other->af_first; i < other->af_first + other->af_n; i++) {
        const struct stm32_af *af = mcu->afs[i].af;
        relink(mcu, &mcu->pins[af->port][af->pin], af->port * PORT_PINS + af->pin);
        refresh(mcu, af->port * PORT_PINS + af->pin, mcu->now);
    }
    return true;
}

void stm32_exti_select(struct stm32_block *b, unsigned line, unsigned port) {
    b->mcu->exti_port[line] = (uint8_t)port;
    if (port < PORTS && pins_exti(b->mcu, &b->mcu->pins[port][line]))
        b->mcu->exti->ip->pin_in(b->mcu->exti, line, b->mcu->pins[port][line].level, b->mcu->now);
}

/* --- blocks' outputs and inputs --- */

void pins_update_block(struct stm32_block *b, unsigned role, sim_time time) {
    struct stm32 *mcu = b->mcu;
    for (unsigned i = b->af_first; i < b->af_first + b->af_n; i++) {
        const struct stm32_af *af = mcu->afs[i].af;
        if (af->role == role && links_to(mcu, &mcu->pins[af->port][af->pin], i))
            refresh(mcu, af->port * PORT_PINS + af->pin, time);
    }
}

void stm32_pin_drive(struct stm32_block *b, unsigned role, unsigned level, sim_time time) {
    if (b->out[role] == level)
        return;
    b->out[role] = (uint8_t)level;
    pins_update_block(b, role, time);
}

unsigned stm32_pin_level(const struct stm32_block *b, unsigned role, unsigned otherwise) {
    return b->in_routed[role] ? pin_of(b->mcu, b->in_pin[role])->level : otherwise;
}

/* --- the board's side --- */

void pins_board(struct stm32 *mcu, struct pin *pin) {
    const struct stm32_edge edge = pin->inbox.edge[pin->inbox.head];
    pins_write_history(mcu, pin);
    pin->inbox.head++;
    pin->board = edge.level;
    settle(mcu, pin, edge.time);
}

void pins_toggle(struct stm32 *mcu, struct pin *pin, size_t n) {
    const struct stm32_edge *edges = pin->inbox.edge + pin->inbox.head;
    if (n < HISTORY) {
        pins_write_history(mcu, pin);
        note_edges(pin, edges, n);
    }
    pin->unwritten = n >= HISTORY;
    pin->board = pin->level = edges[n - 1].level;
    pin->inbox.head += n;
}

struct stm32_pin_change stm32_pin_get(const struct stm32 *mcu, unsigned port, unsigned pin) {
    struct stm32_pin_change none = {port, pin, STM32_Z, 0, 0, 0, 0};
    return port < PORTS && pin < PORT_PINS ? mcu->pins[port][pin].out : none;
}

double stm32_pin_hz(const struct stm32 *mcu, unsigned port, unsigned pin) {
    if (port >= PORTS || pin >= PORT_PINS || mcu->pins[port][pin].n_links == 0)
        return 0;
    return stm32_hz(&mcu->blocks[mcu->pins[port][pin].links[0].block]);
}

bool stm32_pin_parse(const struct stm32 *mcu, const char *name, unsigned *port, unsigned *pin) {
    if (toupper((unsigned char)name[0]) != 'P' || !isalpha((unsigned char)name[1]) ||
        !isdigit((unsigned char)name[2]))
        return false;
    char *end;
    unsigned long n = strtoul(name + 2, &end, 10);
    *port = (unsigned)(toupper((unsigned char)name[1]) - 'A');
    *pin = (unsigned)n;
    return !*end && n < PORT_PINS && *port < PORTS && mcu->pins[*port][*pin].exists;
}

/* The outputs of the block, as models/mcu/stm32/exti.c counts them: lines 0 to 4, 9..5, 15..10. */
int stm32_exti_irq(const struct stm32 *mcu, unsigned line) {
    unsigned output = line < 5 ? line : line < 10 ? 5 : 6;
    if (!mcu->exti || line >= PORT_PINS || output >= mcu->exti->row->irqs.n)
        return -1;
    return mcu->exti->row->irqs.line[output];
}

/* --- making them --- */

static void init_pin(struct stm32 *mcu, unsigned port, unsigned n) {
    struct pin *pin = &mcu->pins[port][n];
    pin->exists = mcu->chip->pins[port] >> n & 1;
    pin->board = STM32_Z;
    pin->setup.mode = STM32_PIN_ANALOG; /* so that the port's reset value is a change */
    pin->out = (struct stm32_pin_change){port, n, STM32_Z, 0, 0, 0, 0};
}

static int by_block(const void *a, const void *b) {
    const struct function *left = a, *right = b;
    return left->block != right->block ? left->block - right->block
                                       : left->af->role - right->af->role;
}

static void index_functions(struct stm32 *mcu) {
    qsort(mcu->afs, mcu->n_afs, sizeof(*mcu->afs), by_block);
    for (unsigned i = mcu->n_afs; i-- > 0;) {
        struct stm32_block *b = &mcu->blocks[mcu->afs[i].block];
        b->af_first = (uint16_t)i;
        b->af_n++;
    }
}

bool pins_create(struct stm32 *mcu, struct sim_err *err) {
    unsigned n = 0;
    while (mcu->chip->afs[n].block)
        n++;
    mcu->afs = calloc(n + 1, sizeof(*mcu->afs));
    if (!mcu->afs)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    for (unsigned i = 0; i < n; i++) {
        const struct stm32_af *af = &mcu->chip->afs[i];
        struct stm32_block *b = block_by_name(mcu, af->block);
        if (!b || af->role >= STM32_ROLES || af->port >= PORTS || af->pin >= PORT_PINS)
            return sim_err_set(err, SIM_ERR_UNMODELLED,
                               "chip %s: alternate function row %u (%s): no such block or pin",
                               mcu->chip->name, i, af->block);
        mcu->afs[i].af = af;
        mcu->afs[i].block = b->index;
    }
    mcu->n_afs = n;
    index_functions(mcu);
    for (unsigned i = 0; i < PORTS * PORT_PINS; i++)
        init_pin(mcu, i / PORT_PINS, i % PORT_PINS);
    return true;
}
