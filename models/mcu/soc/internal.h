/* The frame's own structures. Only models/mcu/soc/ *.c and its tests may include this. */
#ifndef MODELS_MCU_SOC_INTERNAL_H
#define MODELS_MCU_SOC_INTERNAL_H

#include "models/mcu/soc/stm32_block.h"

enum {
    MAX_LINKS = 6,  /* functions of one pin at one time */
    HISTORY = 8,    /* changes of a pin that its input register may still have to see */
    SITES = 64,     /* of reports */
    MAX_LINES = 64, /* of requests to a DMA */
    PORT_PINS = 16,
    PORTS = 16,
    NO_BLOCK = 255,
    LANE_ITEMS = 4096, /* a power of two; three frames of an Ethernet's octets */
};

/* Ticks of a clock against time: tick `tick` is at `origin`, and the period is num / den ps.
 * num 0: the clock stands still. */
struct timebase {
    sim_time origin;
    uint64_t tick, num, den;
};
void timebase_set(struct timebase *base, struct stm32_rate rate, sim_time now);
sim_time timebase_time_any(const struct timebase *base, uint64_t tick);
uint64_t timebase_at_any(const struct timebase *base, sim_time time);
static inline sim_time timebase_time(const struct timebase *base, uint64_t tick) {
    uint64_t n = tick - base->tick;
    bool plain = base->den == 1 && base->num - 1 < UINT32_MAX && tick > base->tick;
    if (plain && n <= (uint64_t)(SIM_NEVER - base->origin) >> 32)
        return base->origin + (sim_time)(n * base->num);
    return timebase_time_any(base, tick);
}
/* The last tick not after `time`. */
static inline uint64_t timebase_at(const struct timebase *base, sim_time time) {
    if (base->den == 1 && base->num && time > base->origin)
        return base->tick + (uint64_t)(time - base->origin) / base->num;
    return timebase_at_any(base, time);
}
uint64_t timebase_after(const struct timebase *base, sim_time time); /* first one not before */

struct event {
    sim_time time;
    struct event *prev, *next;
    struct stm32_block *block;
    uint8_t id;
    bool queued;
};

struct stm32_block {
    struct stm32 *mcu;
    const struct stm32_row *row;
    const struct stm32_ip *ip;
    uint32_t *regs;
    uint8_t *reg_of; /* by word: index into ip->regs + 1 */
    uint32_t base, size;
    void *state;
    struct event *events;
    uint8_t *line_count;  /* DMA: sources that request, by line */
    uint64_t acked_lines; /* DMA: lines with a source that wants dma_ack, by bit */
    uint16_t irq_high, signal_high;
    uint16_t af_first, af_n;
    struct routes {
        uint16_t first, n;
    } routes[STM32_SIGNALS]; /* of its DMA requests, by signal */
    uint8_t index;
    bool clocked, held;
    bool watched; /* the core may be parked on account of what it reads there */
    uint8_t remap;
    uint8_t out[STM32_ROLES];    /* STM32_LOW, HIGH, Z */
    uint8_t in[STM32_ROLES];     /* level last told */
    uint8_t in_pin[STM32_ROLES]; /* port * 16 + pin */
    bool in_routed[STM32_ROLES];
    struct stm32_edges gathered[STM32_ROLES]; /* in a delivery, for ip->edges() */
    bool gathers;
};

/* Edges from the board that a pin still has to see: edge[head] to edge[n - 1]; before them the
 * last HISTORY it saw, behind them two at SIM_NEVER. Up to edge[act] nobody acts on them (`act`
 * may lie beyond the end); from edge[toggles] on each turns the board's level. */
struct inbox {
    struct stm32_edge *edge; /* NULL: the board has not driven the pin yet */
    size_t head, n, cap, act, toggles;
    size_t due; /* in a delivery */
};

struct ear {
    struct stm32_block *block;
    uint8_t role;
};

struct pin {
    struct stm32_pin_setup setup;
    struct stm32_pin_change out;
    uint8_t board; /* STM32_LOW, HIGH, Z */
    uint8_t level; /* what inputs see */
    bool exists;
    uint8_t n_links;
    struct link {
        uint8_t block, role;
    } links[MAX_LINKS];
    unsigned n_ears; /* those of the links that hear edges */
    struct ear ears[MAX_LINKS];
    unsigned n_changes; /* of level, ever; the ring below holds the last */
    bool unwritten;     /* it does not: they are the HISTORY edges behind inbox.head */
    struct {
        sim_time time;
        uint8_t before;
    } history[HISTORY];
    struct inbox inbox;
};

/* An edge in the lane: where it is. */
struct lane_act {
    struct stm32_edge edge; /* time SIM_NEVER: none */
    size_t item;
    unsigned at;
};

/* Lists that two pins still have to see: items from `head`, where the first `at` edges were
 * delivered, to before `tail`; from `noted` on they are not yet in the pins' history. Items are
 * counted, and kept in a ring. */
struct lane {
    struct lane_item {
        sim_time start;
        const struct pin_digest *digest;
        uint32_t order;
    } * items;
    size_t noted, head, tail;
    unsigned noted_at, at;
    struct pin *pin[2]; /* clock, data; NULL: nobody uses the lane */
    struct stm32_block *block;
    struct stm32_listener wants;
    uint8_t role[2];
    uint8_t level[2];    /* behind the last list */
    sim_time end;        /* of the last list */
    size_t waiting;      /* edges of the lists that are not yet delivered whole */
    size_t reserved;     /* edges that each inbox has room for */
    bool overheard;      /* by blocks that do not mind */
    struct lane_act act; /* the block acts on it; none so far: on none of the edges here */
};

/* See feed.c. What the blocks said holds until something else happens to one. */
enum { FEED_PLAN = 32 };
struct feed {
    bool known, usable;
    struct stm32_feed from;
    struct stm32_drain to; /* as it is now */
    struct stm32_block *dma;
    const struct timebase *clock; /* the DMA's */
    unsigned line;
    uint8_t *memory; /* at to.memory, for to.items octets */
    /* The next frames, in a ring, and how many are worth being planned. */
    struct feed_frame {
        struct lane_act act; /* its last edge */
        sim_time served;     /* when it is in memory, by this tick: before the next one's */
        uint64_t tick;
    } plan[FEED_PLAN];
    struct lane_act after; /* the last edge of the frame behind those */
    unsigned first, n, most;
    bool fence; /* the core has one around what is planned */
    bool hit;   /* it came there, and stops for the next frame */
};

struct site {
    const char *text;
    uint32_t address, pc;
    uint8_t kind;
};

struct route {
    uint8_t source, signal, dma, line;
};

struct function {
    const struct stm32_af *af;
    uint8_t block;
};

struct memory {
    const struct stm32_memory *what;
    uint8_t *host;
};

/* What must be worked out anew. */
enum {
    STALE_NEXT = 1, /* `next` */
    STALE_ACTS = 2, /* and the `act` of each inbox and of the lane */
};

struct stm32 {
    const struct stm32_chip *chip;
    struct stm32_config config;
    struct armv7m *core;
    struct stm32_block *blocks; /* in table order */
    unsigned n_blocks;
    struct stm32_block **by_base; /* sorted */
    struct stm32_block *last_hit, *exti, *flash;
    struct port {
        struct stm32_block *block; /* NULL: there is no such port */
        uint32_t levels;           /* as inputs see them, by pin */
        sim_time changed;          /* the last of their changes */
    } ports[PORTS];
    struct memory memories[8], *last_memory;
    unsigned n_memories;
    bool zero_mapped;
    const struct memory *zero; /* what is seen at address 0 */

    sim_time now, reached;
    sim_time target; /* of the run under way */
    bool running;    /* inside armv7m_run */
    struct timebase clocks[STM32_CLOCKS];
    struct stm32_rate rates[STM32_CLOCKS];
    unsigned clocks_changed; /* bits, until the blocks are told */
    unsigned apb_div[3];     /* by enum stm32_bus */
    uint64_t apb_free[3];    /* cycle at which the bridge is done with a write */
    struct event *head;

    struct pin pins[PORTS][PORT_PINS];
    uint8_t exti_port[PORT_PINS];
    struct pin *inputs[PORTS * PORT_PINS]; /* those with an inbox */
    unsigned n_inputs;
    uint32_t order; /* of the next edge */
    unsigned stale; /* bits */
    bool delivers;  /* edges, at this moment */
    struct lane lane;
    struct feed feed;
    struct pin *next; /* has the next edge to act on; NULL: the lane */
    struct stm32_edge next_edge;
    sim_time next_on_pin; /* of those that inboxes have */
    bool roused;          /* something happened that may wake the core */
    struct function *afs; /* by block */
    unsigned n_afs;
    struct route *routes;
    unsigned n_routes;
    uint8_t irq_count[ARMV7M_MAX_IRQ];

    enum stm32_cause cause; /* of the last reset */
    bool reset_wanted;
    enum stm32_cause wanted;
    bool stop_wanted, ended, lockup_told, deep_told;
    uint64_t counts[STM32_REPORTS];
    struct site sites[SITES];
    unsigned n_sites;
    unsigned access_size;
    struct { /* the access under way, for reports */
        bool active, write, dma;
        uint32_t address, value;
    } access;
};

/* stm32.c */
void chip_reset(struct stm32 *mcu, enum stm32_cause cause);
void block_reset(struct stm32_block *b, enum stm32_cause cause);

/* event.c: events and pin edges up to `time`, in order; sets now. */
void events_advance(struct stm32 *mcu, sim_time time);
/* One of them, or some that the core cannot tell apart; false: there is none up to `limit`. */
bool events_step(struct stm32 *mcu, sim_time limit);
void events_cancel_all(struct stm32_block *b);
/* The next event, or edge that somebody acts on; and when the core can first see one of those
 * without an access to a block, so that it must stop there. */
sim_time events_next(struct stm32 *mcu);
sim_time events_seen(struct stm32 *mcu);

/* bus.c */
int bus_core_read(void *user, uint32_t address, unsigned size, uint32_t *value);
int bus_core_write(void *user, uint32_t address, unsigned size, uint32_t value);
struct stm32_block *bus_find(struct stm32 *mcu, uint32_t address);
/* For a core that may be parked: see struct armv7m_hooks. What it watches is told before it
 * changes. */
bool bus_core_steady(void *user, uint32_t address, unsigned size, uint32_t *value, uint64_t *until);
static inline void bus_disturb(struct stm32_block *b) {
    if (!b->watched)
        return;
    b->watched = false;
    armv7m_unpark(b->mcu->core);
}

/* report.c */
void report(struct stm32 *mcu, struct stm32_block *b, struct stm32_report *r);
void report_core(void *user, uint32_t address, bool write, uint32_t value, uint32_t pc,
                 const char *what);
void report_access(struct stm32 *mcu, struct stm32_block *b, enum stm32_report_kind kind,
                   const char *text);

/* pins.c */
bool pins_create(struct stm32 *mcu, struct sim_err *err);
void pins_update_block(struct stm32_block *b, unsigned role, sim_time time);
/* The next edge of the inbox. */
void pins_board(struct stm32 *mcu, struct pin *pin);
/* The next `n` of them, each turning the level that inputs see; who hears them is told otherwise.
 */
void pins_toggle(struct stm32 *mcu, struct pin *pin, size_t n);
/* It is `level` from `time` on. */
void pins_level(struct stm32 *mcu, struct pin *pin, unsigned level, sim_time time);
/* The history of the pin's level: one more change; what is known elsewhere goes there. */
void pins_note(struct pin *pin, unsigned before, sim_time time);
void pins_write_history(struct stm32 *mcu, struct pin *pin);
/* What STM32_PINS gives at `now`, and the next edge that is known to come; false: it may differ
 * with the very next cycle. */
bool pins_steady(const struct stm32 *mcu, const struct stm32_block *port, sim_time now,
                 uint32_t *levels, sim_time *until);
/* EXTI when it listens to the pin, else NULL. */
static inline struct stm32_block *pins_exti(const struct stm32 *mcu, const struct pin *pin) {
    struct stm32_block *exti = mcu->exti;
    bool listens = exti && mcu->exti_port[pin->out.pin] == pin->out.port;
    return listens && exti->ip && exti->ip->pin_in ? exti : NULL;
}

/* inbox.c: edges wait in the inboxes until somebody acts on one (the next of those is an
 * event of the queue) or can see what they did. */
void inbox_search(struct stm32 *mcu);
static inline sim_time inbox_next(struct stm32 *mcu) { /* when the next one to act on is */
    if (mcu->stale)
        inbox_search(mcu);
    return mcu->next_edge.time;
}
/* Delivers that edge, after all earlier ones. */
void inbox_act(struct stm32 *mcu);
/* Delivers what is due up to `time`, short of edges to act on: before an access to a block,
 * and before an event of one that hears edges. */
void inbox_settle(struct stm32 *mcu, sim_time time);
/* For the lane. Nothing waits, and the board drives the pin. */
static inline bool inbox_rests(const struct pin *pin) {
    return pin->inbox.edge && pin->inbox.head == pin->inbox.n && pin->board != STM32_Z;
}
bool inbox_reserve(struct stm32 *mcu, struct pin *pin, size_t n);
/* The next edge follows what the lane has delivered; then edges that turn the level, in order, for
 * which there is room. */
void inbox_resume(struct stm32 *mcu, struct pin *pin);
void inbox_put(struct pin *pin, const struct stm32_edge *edge);

/* lane.c */
bool lane_create(struct stm32 *mcu);
void lane_destroy(struct stm32 *mcu);
static inline bool lane_has(const struct stm32 *mcu, const struct pin *pin) {
    return mcu->lane.pin[0] == pin || mcu->lane.pin[1] == pin;
}
/* False: it is not for the lane. `mcu->order` is of its first edge. */
bool lane_push(struct stm32 *mcu, struct pin *clock, struct pin *data, sim_time start,
               const struct pin_digest *digest);
/* What waits goes to the inboxes of its pins; the lane is free. */
void lane_leave(struct stm32 *mcu);
void lane_search(struct stm32 *mcu); /* works out `act` */
static inline bool lane_waits(const struct stm32 *mcu, sim_time time) {
    const struct lane *l = &mcu->lane;
    const struct lane_item *item = &l->items[l->head % LANE_ITEMS];
    return l->head != l->tail && item->start + item->digest->move[l->at].dt <= time;
}
/* Delivers what is not behind `limit`, which is not behind `act`. */
void lane_settle(struct stm32 *mcu, const struct stm32_edge *limit);
void lane_act(struct stm32 *mcu);
/* For feed.c: what is to be collected; and what that makes of the pins for all but the receiver. */
void lane_begin(const struct lane *l, struct stm32_bits *bits);
void lane_levels(struct stm32 *mcu, const struct stm32_bits *bits);
void lane_note(struct lane *l); /* into the history of its pins */

/* feed.c: frames from the lane's receiver by DMA to memory, each in one step. */
/* Those that are in memory by `limit`, short of what else happens there; false: none. Nothing is
 * stale, and the lane has the next edge to act on. */
bool feed_run(struct stm32 *mcu, sim_time limit);
/* Until when the core can run without a look at what is done by then, as long as it stays in front
 * of the fence that it now has. */
sim_time feed_seen(struct stm32 *mcu);
void feed_release(struct stm32 *mcu); /* takes the fence away */

/* bus.c: memory for a DMA, NULL: none, or not for it. */
uint8_t *bus_dma_memory(struct stm32 *mcu, uint32_t address, uint32_t size, bool write);

/* route.c */
bool routes_create(struct stm32 *mcu, struct sim_err *err);
void routes_release(struct stm32_block *b);
struct stm32_block *block_by_name(const struct stm32 *mcu, const char *name);

/* memory.c */
bool memory_create(struct stm32 *mcu, struct sim_err *err);
void memory_destroy(struct stm32 *mcu);
bool memory_map_zero(struct stm32 *mcu, enum stm32_boot what, struct sim_err *err);
const struct memory *memory_at(struct stm32 *mcu, uint32_t address);

/* create.c */
struct hex_text {
    char text[12];
};
struct hex_text hex_text(uint32_t value); /* "0x08000000" */
bool create_blocks(struct stm32 *mcu, struct sim_err *err);
void create_undo(struct stm32 *mcu);

#endif
