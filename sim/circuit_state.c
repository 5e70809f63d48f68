/* The state of a circuit relative to a time, as bytes: equal bytes, equal futures. What
 * lies so far back that it cannot matter is written as one fixed value. */
#include "sim/circuit_internal.h"

#include <string.h>

struct cursor {
    uint8_t *p;
};
struct reader {
    const uint8_t *p;
};

static void put_i64(struct cursor *cursor, int64_t value) {
    memcpy(cursor->p, &value, sizeof value);
    cursor->p += sizeof value;
}

static int64_t get_i64(struct reader *reader) {
    int64_t value;
    memcpy(&value, reader->p, sizeof value);
    reader->p += sizeof value;
    return value;
}

/* A time in the past, or how long ago nothing can tell any more. */
static void put_age(struct cursor *cursor, sim_time now, sim_time then, sim_time memory) {
    sim_time age = now - then;
    put_i64(cursor, age > memory ? memory : age);
}

static sim_time window_memory(const struct flipflop *f) {
    sim_time most = 0;
    const int32_t windows[] = {f->setup,    f->hold,        -f->hold,
                               f->recovery, f->width_clock, f->width_set};
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
        most = windows[i] > most ? windows[i] : most;
    return most + 1;
}

#define FLIPFLOP_BYTES (5 * 8 + 2)
#define NODE_BYTES     (8 + 8 + 1)
#define ELEMENT_BYTES  (8 + 1)

static size_t element_bytes(const struct element *e) {
    if (e->kind == ELEMENT_FLIPFLOP)
        return ELEMENT_BYTES + FLIPFLOP_BYTES;
    return ELEMENT_BYTES + (e->kind == ELEMENT_NODE ? NODE_BYTES : 0);
}

size_t circuit_state_size(const struct circuit *c) {
    size_t size = 1 + c->n_nets; /* line level, nets */
    for (uint32_t i = 0; i < c->n_kept; i++)
        size += element_bytes(&c->elements[c->kept[i]]);
    return size;
}

static void save_flipflop(const struct flipflop *f, sim_time now, struct cursor *cursor) {
    sim_time memory = window_memory(f);
    put_age(cursor, now, f->changed_d, memory);
    put_age(cursor, now, f->rose_cp, memory);
    put_age(cursor, now, f->fell_cp, memory);
    put_age(cursor, now, f->changed_rd, memory);
    put_age(cursor, now, f->changed_sd, memory);
    *cursor->p++ = f->q;
    *cursor->p++ = f->q_before;
}

static void load_flipflop(struct flipflop *f, sim_time now, struct reader *reader) {
    f->changed_d = now - get_i64(reader);
    f->rose_cp = now - get_i64(reader);
    f->fell_cp = now - get_i64(reader);
    f->changed_rd = now - get_i64(reader);
    f->changed_sd = now - get_i64(reader);
    f->q = *reader->p++;
    f->q_before = *reader->p++;
}

static void save_node(const struct circuit *c, const struct node *node, sim_time now,
                      struct cursor *cursor) {
    const struct node_state *s = &c->node_states[node->states + node->state];
    bool steady = s->inv_tau == 0 || now - node->t0 >= s->settle || node->v0 == s->vinf;
    double v = steady && s->inv_tau != 0 ? s->vinf : node->v0;
    memcpy(cursor->p, &v, sizeof v);
    cursor->p += sizeof v;
    put_i64(cursor, steady ? 0 : now - node->t0);
    *cursor->p++ = node->state;
}

static void load_node(struct node *node, sim_time now, struct reader *reader) {
    memcpy(&node->v0, reader->p, sizeof node->v0);
    reader->p += sizeof node->v0;
    node->t0 = now - get_i64(reader);
    node->state = *reader->p++;
}

static uint8_t pack(const struct element *e) {
    int guessed = e->kind == ELEMENT_THRESHOLD && e->pending ? e->bit : 0;
    return (uint8_t)(e->in | e->out << 4 | e->target << 5 | e->pending << 6 | guessed << 7);
}

static sim_time pending_time(const struct circuit *c, const struct element *e) {
    const struct slot *slot = c->next;
    while (slot->element != e)
        slot--;
    return slot->time;
}

void circuit_state_save(const struct circuit *c, sim_time now, uint8_t *state) {
    struct cursor cursor = {state};
    *cursor.p++ = c->line_level;
    memcpy(cursor.p, c->levels, c->n_nets);
    cursor.p += c->n_nets;
    for (uint32_t i = 0; i < c->n_kept; i++) {
        const struct element *e = &c->elements[c->kept[i]];
        put_i64(&cursor, e->pending ? pending_time(c, e) - now : 0);
        struct element packed = *e;
        if (e->kind == ELEMENT_NODE)
            packed.in = 0;
        *cursor.p++ = pack(&packed);
        if (e->kind == ELEMENT_FLIPFLOP)
            save_flipflop(&c->flipflops[e->aux], now, &cursor);
        else if (e->kind == ELEMENT_NODE)
            save_node(c, &c->nodes[e->aux], now, &cursor);
    }
}

void circuit_state_load(struct circuit *c, sim_time now, const uint8_t *state) {
    struct reader reader = {state};
    c->now = now;
    c->next = c->queue;
    c->line_level = *reader.p++;
    memcpy(c->levels, reader.p, c->n_nets);
    reader.p += c->n_nets;
    for (uint32_t i = 0; i < c->n_kept; i++) {
        struct element *e = &c->elements[c->kept[i]];
        sim_time when = now + get_i64(&reader);
        uint8_t packed = *reader.p++;
        e->in = packed & 15;
        e->out = packed >> 4 & 1;
        e->pending = false;
        e->target = e->out;
        if (e->kind == ELEMENT_THRESHOLD)
            e->bit = packed >> 7;
        if (packed >> 6 & 1)
            circuit_pend(c, e, packed >> 5 & 1, when);
        if (e->kind == ELEMENT_FLIPFLOP)
            load_flipflop(&c->flipflops[e->aux], now, &reader);
        else if (e->kind == ELEMENT_NODE)
            load_node(&c->nodes[e->aux], now, &reader);
    }
}
