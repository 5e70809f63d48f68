/* A response cache: a machine that is driven by symbols (an octet's worth of line edges)
 * answers the same symbol in the same state in the same way, so the answer is looked up.
 *
 * The key is the machine's complete state, relative in time, compared byte for byte; a
 * miss runs the machine itself. An answer that depended on a coin toss is not kept.
 * Nothing is allocated after creation; when the tables are full the machine just runs.
 */
#ifndef SIM_RESPONSE_H
#define SIM_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/simtime.h"

#define RESPONSE_NONE UINT32_MAX

/* Flags below this are the machine's own; with it set the answer is more than its bits. */
#define RESPONSE_MORE 0x80

/* What one symbol did. `bits`, `detail` and `flags` mean what the machine says. */
struct response_entry {
    uint32_t next; /* state afterwards, or RESPONSE_NONE */
    uint8_t n_bits, flags;
    uint16_t bits;
    uint32_t detail;
    uint32_t uses; /* times looked up or run; 0: not known */
};

struct response_machine {
    void *self;
    size_t state_size;
    void (*save)(void *self, sim_time now, uint8_t *state);
    void (*load)(void *self, sim_time now, const uint8_t *state);
    /* Run one symbol that starts at `start`, with its end in *end; false: do not remember. */
    bool (*run)(void *self, uint32_t symbol, sim_time start, struct response_entry *entry,
                sim_time *end);
};

struct response_short {
    uint32_t uses; /* look-ups here, beside those in response_entry.uses */
    uint16_t bits;
    uint8_t n_bits;
};

struct response {
    struct response_entry *table; /* [max_states][n_symbols] */
    /* The same for answers that are no more than bits. One look-up needs the next state of
     * the one before, so these stand alone, small enough for the nearest cache;
     * RESPONSE_NO_SHORT: not such an answer. */
    uint16_t *short_next;
    struct response_short *shorts;
    uint32_t n_symbols, state; /* state now, or RESPONSE_NONE: only the machine knows it */
    bool live;                 /* the machine itself is at `state` */
    uint32_t n_states, max_states;
    uint8_t *states;      /* [max_states][state_size] */
    uint32_t *state_hash; /* open addressing: state + 1 */
    uint32_t hash_size;
    uint8_t *scratch_state;
    struct response_entry scratch;
    struct response_machine machine;
    uint64_t misses;
};

/* NULL when out of memory. */
struct response *response_create(const struct response_machine *machine, uint32_t n_symbols,
                                 uint32_t max_states);
void response_destroy(struct response *response); /* accepts NULL */

/* Forget every state and answer: the machine is another one from here on. Nothing is
 * allocated. */
void response_reset(struct response *response);

/* The machine was driven directly up to `now`: take its state as the present one. */
void response_enter(struct response *response, sim_time now);
/* Bring the machine itself to the present state at `now`, to drive it directly. */
void response_leave(struct response *response, sim_time now);

enum { RESPONSE_MAX_STATES = 0xffff, RESPONSE_NO_SHORT = 0xffff };

const struct response_entry *response_miss(struct response *response, uint32_t symbol,
                                           sim_time start);

/* One symbol from the present state. The entry holds until the next call. */
static inline const struct response_entry *response_step(struct response *r, uint32_t symbol,
                                                         sim_time start) {
    if (r->state != RESPONSE_NONE) {
        struct response_entry *entry = &r->table[(size_t)r->state * r->n_symbols + symbol];
        if (entry->uses) {
            entry->uses++;
            r->state = entry->next;
            r->live = false;
            return entry;
        }
    }
    return response_miss(r, symbol, start);
}

#endif
