/* Loops that wait, not executed while they do: the core is parked. Part of the core's inside.
 *
 * One pass of a loop, from its head back to it, is decided by the registers, by the memory and the
 * ports that it reads, and by what the fetches wait. A pass that leaves all of this as it was will
 * be followed by the same again, until somebody else changes something that it reads. So the core
 * stays at the head, and its counter alone goes on; before anything can see the core or change
 * what the pass depends on, whole passes are counted and the one begun is executed. It is to the
 * same effect, which config.parks = false shows.
 *
 * How a loop is found: now and then a few hundred instructions are executed one by one, to see
 * whether the registers come back; the head is where the stack is shallowest. From then on each
 * arrival at the head is looked at: once the registers are those of the last one, a pass is
 * recorded (its accesses are made the slow way, and noted). When it ends as it began, the core is
 * parked. When the same registers and memory are met later, with other code in the caches
 * meanwhile, one pass must show that it fetches without filling them.
 *
 * A loop is not parked that writes to a port or the private peripheral bus, or reads of them what
 * hooks.steady does not vouch for; that calls a function hook, takes an exception or sleeps; that
 * touches more than PARK_WORDS words. Nor is any while there are breakpoints or watchpoints. */
#ifndef MODELS_MCU_ARMV7M_PARK_H
#define MODELS_MCU_ARMV7M_PARK_H

#include <stdbool.h>
#include <stdint.h>

#include "models/mcu/armv7m/armv7m.h"

enum { PARK_HEADS = 4, PARK_PASSES = 2, PARK_WORDS = 64, PARK_PORTS = 8, PARK_SLOTS = 128 };

enum park_state {
    PARK_OFF,
    PARK_RECORDS, /* a pass is recorded */
    PARK_ARMED,   /* a pass that is known goes by: are its fetches in the caches? */
    PARK_PARKED,
    PARK_REPLAYS, /* what is left of a pass is executed */
};

/* What a pass depends on, but for memory and ports. */
struct park_registers {
    uint32_t r[15], s[32], flags, fpscr, sp_other, ipsr, modes, masks, line;
    uint32_t prefetched, wait; /* a line, and how long until it is there */
};

/* A word of writable memory that the pass touches. */
struct park_word {
    uint32_t address;
    uint32_t value, read; /* octets that it reads before it writes them, as a mask */
    uint32_t written;
    const uint8_t *host;
};
struct park_port {
    uint32_t address, value;
    unsigned size, waits;
};

/* A pass from a head, with these registers there, whatever is prefetched. */
struct park_pass {
    bool known;
    struct park_registers at;
    uint64_t instructions;
    bool timed; /* with what is prefetched, and all of it in caches, it takes so many */
    uint64_t cycles;
    uint32_t changes; /* of code, ever, when it was recorded */
    uint64_t lines;   /* a coarse index of the words */
    unsigned n_words, n_read, n_ports;
    struct park_word words[PARK_WORDS];
    struct park_port ports[PARK_PORTS];
};

struct park_head {
    uint32_t address;           /* 1: none */
    bool proven;                /* it was parked there */
    unsigned vain;              /* arrivals since */
    struct park_registers last; /* of the last arrival */
    struct park_pass passes[PARK_PASSES];
    unsigned next, usual; /* to be recorded; the last one that matched, PARK_PASSES: none */
};

struct park {
    enum park_state state;
    struct park_head heads[PARK_HEADS], *head; /* head and pass: of the state */
    struct park_pass *pass;
    struct armv7m_lines *lines; /* that fetches come through; NULL: none */
    bool many_lines;            /* more than one: no parking */
    unsigned next_head;
    uint64_t since, instructions; /* the counters when the state began, at the head */
    uint32_t fills;               /* of caches, ever, likewise */
    uint64_t until;               /* parked: the cycle from which a port may read otherwise */
    uint64_t last_port;           /* recording: the instruction that read the last one */
    uint64_t now;                 /* replaying: to this cycle */
    unsigned next_port;           /* likewise */
    bool owes;      /* the instruction that comes next began before the end of the replay */
    bool refused;   /* recording: the pass did what is not for parking */
    bool ram_code;  /* instructions were executed in memory that can be written */
    uint64_t count; /* of parkings */
    bool stepping;  /* in armv7m_step() */
    uint32_t from, best, best_sp; /* of a search: where it began, and the head that is likely */
    struct park_registers first;
    unsigned searched;         /* instructions */
    uint64_t search, pause;    /* the cycle of the next search for a loop, and what then waits */
    uint8_t slots[PARK_SLOTS]; /* recording: of words, by a hash of the address, + 1 */
};

struct memory;

void armv7m_park_init(struct armv7m *core);
/* The core arrived at the head `pc`; true: and is parked there, leave before it. */
bool armv7m_park(struct armv7m *core, uint32_t pc);
bool armv7m_is_head(const struct armv7m *core, uint32_t address);
/* A parked core's counter goes to core->limit, or to where it has to look again. */
void armv7m_park_pass(struct armv7m *core);
/* Executes up to core->limit, and looks for a loop meanwhile. */
void armv7m_park_search(struct armv7m *core);

/* While a pass is recorded: aligned octets of a memory that can be written, about to be accessed.
 * NULL: they are not, or something else is to be done for them (a wait, for one); else they were
 * noted, and there is nothing to do but the access. */
uint8_t *armv7m_park_note(struct armv7m *core, uint32_t address, uint32_t size, bool write);
/* A read of a port: before it, and after. */
void armv7m_park_port(struct armv7m *core, uint32_t address, unsigned size);
void armv7m_park_port_end(struct armv7m *core, uint32_t value, unsigned waits);
/* The same when replaying: its value, at the cost of its waits. False: the instruction had to wait
 * for its fetch, and is not made before others did what they do meanwhile. */
bool armv7m_park_port_again(struct armv7m *core, uint32_t *value);
/* Executes what is owed, whatever asks for attention. */
void armv7m_park_pay(struct armv7m *core);

/* Somebody else is about to access these octets. */
void armv7m_park_disturb(struct armv7m *core, uint32_t address, uint32_t size);
/* Regions are mapped otherwise: nothing is known any more. */
void armv7m_park_forget(struct armv7m *core);

#endif
