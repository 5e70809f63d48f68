/* GDB's remote serial protocol, without sockets: octets in, octets out. Only GDB's side of
 * a debugger is here; what it debugs is a struct gdb_target.
 *
 * Source: GDB 13 manual, appendix "GDB Remote Serial Protocol" (packets, stop replies,
 * target descriptions: features org.gnu.gdb.arm.m-profile, m-system and vfp; memory map).
 *
 * One thread, all-stop. Z0 is served as Z1: breakpoints are the core's comparators. What the
 * peer sends is not trusted: a packet longer than GDB_PACKET is refused.
 */
#ifndef HARNESS_GDB_H
#define HARNESS_GDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/mcu/armv7m/armv7m.h"
#include "models/mcu/soc/stm32.h"

#define GDB_PACKET 0x4000 /* octets of a packet's content, as PacketSize tells */

/* What is debugged. Every function gets `user`; none may be NULL. */
struct gdb_target {
    uint32_t (*get)(void *user, enum armv7m_reg reg);
    void (*set)(void *user, enum armv7m_reg reg, uint32_t value);
    /* size 1, 2 or 4, address a multiple of it; false where nothing answers. */
    bool (*read)(void *user, uint32_t address, unsigned size, uint32_t *value);
    bool (*write)(void *user, uint32_t address, unsigned size, uint32_t value);
    bool (*set_break)(void *user, uint32_t address, bool on);
    bool (*watch)(void *user, const struct armv7m_watch *watch, bool on);
    void (*reset)(void *user); /* and stay halted */
    const struct stm32_memory *memories;
    bool fpu;
};

enum gdb_state {
    GDB_HALTED,
    GDB_RUNNING,
    GDB_STEPPING, /* run one instruction, then gdb_stopped() */
    GDB_DETACHED, /* run on without a debugger */
    GDB_KILLED,   /* end the run */
};

enum gdb_stop {
    GDB_STOP_STEP, /* or halted on request before anything ran */
    GDB_STOP_BREAK,
    GDB_STOP_WATCH,
    GDB_STOP_INTERRUPT, /* Ctrl-C */
    GDB_STOP_FAULT,
    GDB_STOP_ABORT, /* what is not modelled */
};

struct gdb {
    const struct gdb_target *target;
    void *user; /* of target and send */
    void (*send)(void *user, const char *octets, size_t n);
    enum gdb_state state;
    bool interrupt; /* Ctrl-C came while running: stop and call gdb_stopped() */
    bool no_ack;
    enum gdb_stop why;                               /* for '?' */
    struct armv7m_watch_hit hit;                     /* of GDB_STOP_WATCH */
    struct armv7m_watch watches[ARMV7M_MAX_WATCHES]; /* as GDB set them */
    size_t n_watches;
    uint32_t breaks[ARMV7M_MAX_BREAKS];
    size_t n_breaks;
    /* The packet being received: from '$' to the checksum. */
    enum { GDB_IDLE, GDB_CONTENT, GDB_ESCAPED, GDB_SUM_HIGH, GDB_SUM_LOW } receive;
    uint8_t sum, expected;
    bool too_long;
    size_t length;
    char content[GDB_PACKET + 1];
    /* The reply being made; what does not fit is an error reply. */
    size_t reply_length;
    char reply[GDB_PACKET + 1];
};

/* A fresh connection to a halted target. */
void gdb_begin(struct gdb *gdb, const struct gdb_target *target, void *user,
               void (*send)(void *user, const char *octets, size_t n));

/* Octets from GDB. Afterwards look at `state` and `interrupt`. */
void gdb_receive(struct gdb *gdb, const char *octets, size_t n);

/* The target stopped: tells GDB and is halted. `hit`: of GDB_STOP_WATCH, else NULL. */
void gdb_stopped(struct gdb *gdb, enum gdb_stop why, const struct armv7m_watch_hit *hit);

/* The program ended with this code: tells GDB, and is GDB_KILLED. */
void gdb_exited(struct gdb *gdb, unsigned code);

/* Text for GDB's console, while the target runs. */
void gdb_print(struct gdb *gdb, const char *text);

/* Takes every breakpoint and watchpoint away: at the end of a connection. */
void gdb_forget(struct gdb *gdb);

/* --- for gdb_query.c: building the reply ---------------------------------------------- */

void gdb_put(struct gdb *gdb, const char *text);
void gdb_put_hex(struct gdb *gdb, uint64_t value, unsigned octets); /* low octet first */
/* A reply to qXfer: part of `whole` from offset, at most `length` octets. */
void gdb_put_part(struct gdb *gdb, const char *whole, uint32_t offset, uint32_t length);

/* Registers in the order of the target description. */
struct gdb_reg {
    const char *name;
    enum armv7m_reg reg;
    unsigned octets; /* 8: d0..d15, two of S0..S31 from `reg` */
};
unsigned gdb_n_regs(const struct gdb *gdb);
struct gdb_reg gdb_reg(unsigned n);

/* Answers a packet that begins with 'q' or 'Q'; false when it is not known. */
bool gdb_query(struct gdb *gdb, const char *packet);

#endif
