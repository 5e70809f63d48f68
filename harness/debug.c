#include "harness/debug.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/gdb.h"
#include "harness/interrupt.h"
#include "harness/tcp.h"

#define LOOK_MS 100 /* while held: between looks at Ctrl-C and ITM clients */

struct debug {
    struct debug_host host;
    struct armv7m *core;
    int listener, fd; /* -1: nobody is connected */
    bool was_connected;
    bool lost; /* the peer is gone */
    enum stm32_stop last;
    struct gdb_target target;
    struct gdb gdb;
};

/* --- the target ------------------------------------------------------------------------------- */

static struct armv7m *core_of(void *user) {
    return ((struct debug *)user)->core;
}

static uint32_t target_get(void *user, enum armv7m_reg reg) {
    return armv7m_get(core_of(user), reg);
}

static void target_set(void *user, enum armv7m_reg reg, uint32_t value) {
    armv7m_set(core_of(user), reg, reg == ARMV7M_PC ? value & ~1u : value);
}

static bool target_read(void *user, uint32_t address, unsigned size, uint32_t *value) {
    return armv7m_read(core_of(user), address, size, value);
}

static bool target_write(void *user, uint32_t address, unsigned size, uint32_t value) {
    return armv7m_write(core_of(user), address, size, value);
}

static bool target_break(void *user, uint32_t address, bool on) {
    return armv7m_break(core_of(user), address, on);
}

static bool target_watch(void *user, const struct armv7m_watch *watch, bool on) {
    return armv7m_watch(core_of(user), watch, on);
}

static void target_reset(void *user) {
    const struct debug *debug = user;
    debug->host.reset(debug->host.user);
}

/* --- the connection -----------------------------------------------------------------------------
 */

static void send_octets(void *user, const char *octets, size_t n) {
    struct debug *debug = user;
    if (debug->fd >= 0 && !debug->lost && !tcp_send(debug->fd, octets, n))
        debug->lost = true;
}

/* CPUID's part number (DDI0403E B3.2.3): every Cortex-M4 of the chips has its FPU. */
static bool has_fpu(struct armv7m *core) {
    uint32_t cpuid = 0;
    armv7m_read(core, 0xe000ed00, 4, &cpuid);
    return (cpuid >> 4 & 0xfff) == 0xc24;
}

struct debug *debug_open(const struct debug_host *host, unsigned *port, struct sim_err *err) {
    struct debug *debug = calloc(1, sizeof *debug);
    if (!debug) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    debug->host = *host;
    debug->core = stm32_core(host->chip);
    debug->fd = -1;
    debug->target = (struct gdb_target){
        .get = target_get,
        .set = target_set,
        .read = target_read,
        .write = target_write,
        .set_break = target_break,
        .watch = target_watch,
        .reset = target_reset,
        .memories = stm32_chip_memories(stm32_chip_of(host->chip)),
        .fpu = has_fpu(debug->core),
    };
    debug->listener = tcp_listen("GDB", port, err);
    if (debug->listener >= 0)
        return debug;
    debug_close(debug);
    return NULL;
}

void debug_close(struct debug *debug) {
    if (!debug)
        return;
    tcp_close(&debug->fd);
    tcp_close(&debug->listener);
    free(debug);
}

static bool connected(const struct debug *debug) {
    return debug->fd >= 0;
}

/* A new connection finds the target halted, as with a probe. */
static void take_connection(struct debug *debug) {
    debug->fd = tcp_accept(debug->listener);
    if (debug->fd < 0)
        return;
    debug->was_connected = true;
    debug->lost = false;
    gdb_begin(&debug->gdb, &debug->target, debug, send_octets);
}

static void drop_connection(struct debug *debug) {
    gdb_forget(&debug->gdb);
    tcp_close(&debug->fd);
}

static void serve(struct debug *debug) {
    char octets[4096];
    long n;
    while (!debug->lost && (n = tcp_receive(debug->fd, octets, sizeof octets)) != 0) {
        if (n < 0)
            debug->lost = true;
        else
            gdb_receive(&debug->gdb, octets, (size_t)n);
    }
}

/* True while the target must not run. */
static bool held(const struct debug *debug) {
    if (!connected(debug))
        return !debug->was_connected; /* the first connection is waited for */
    return debug->gdb.state == GDB_HALTED;
}

static void turn(struct debug *debug) {
    if (!connected(debug))
        take_connection(debug);
    if (!connected(debug))
        return;
    serve(debug);
    if (debug->gdb.interrupt)
        gdb_stopped(&debug->gdb, GDB_STOP_INTERRUPT, NULL);
    if (debug->gdb.state != GDB_KILLED && (debug->lost || debug->gdb.state == GDB_DETACHED))
        drop_connection(debug);
}

/* A BKPT that stopped the program would stop it again: GDB's user meant to go on. */
static void pass_bkpt(struct debug *debug) {
    uint32_t pc = armv7m_pc(debug->core), instruction;
    bool stands = debug->last == STM32_BKPT;
    debug->last = STM32_UNTIL;
    if (stands && armv7m_read(debug->core, pc, 2, &instruction) && instruction >> 8 == 0xbe)
        armv7m_set(debug->core, ARMV7M_PC, pc + 2);
}

enum debug_go debug_next(struct debug *debug) {
    turn(debug);
    while (held(debug) && !interrupted) {
        fflush(NULL);
        tcp_wait(connected(debug) ? debug->fd : debug->listener, LOOK_MS);
        debug->host.wait(debug->host.user);
        turn(debug);
    }
    if (connected(debug) && debug->gdb.state == GDB_KILLED)
        return DEBUG_END;
    pass_bkpt(debug);
    return connected(debug) && debug->gdb.state == GDB_STEPPING ? DEBUG_STEP : DEBUG_GO;
}

bool debug_stopped(struct debug *debug, enum stm32_stop stop) {
    static const enum gdb_stop reasons[] = {
        [STM32_UNTIL] = GDB_STOP_STEP,       [STM32_REQUEST] = GDB_STOP_STEP,
        [STM32_BREAKPOINT] = GDB_STOP_BREAK, [STM32_WATCHPOINT] = GDB_STOP_WATCH,
        [STM32_BKPT] = GDB_STOP_BREAK,       [STM32_SEMIHOST_END] = GDB_STOP_STEP,
        [STM32_LOCKUP] = GDB_STOP_FAULT,     [STM32_NOT_MODELLED] = GDB_STOP_ABORT,
    };
    if (!connected(debug))
        return false;
    struct armv7m_watch_hit hit = armv7m_watch_hit(debug->core);
    debug->last = stop;
    gdb_stopped(&debug->gdb, reasons[stop], stop == STM32_WATCHPOINT ? &hit : NULL);
    return true;
}

void debug_ended(struct debug *debug, unsigned code) {
    if (connected(debug) && debug->gdb.state != GDB_KILLED)
        gdb_exited(&debug->gdb, code);
}

void debug_print(struct debug *debug, const char *text) {
    if (debug && connected(debug) && debug->gdb.state != GDB_HALTED)
        gdb_print(&debug->gdb, text);
}
