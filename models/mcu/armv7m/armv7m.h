/* A cycle-counting ARMv7-M core: Cortex-M3 and Cortex-M4F, with NVIC, SysTick, SCB, DWT
 * and ITM. It knows no chip: memories are mapped, everything else is a bus callback.
 *
 * Sources: ARMv7-M Architecture Reference Manual (DDI0403E); Cortex-M3 TRM (DDI0337I) and
 * Cortex-M4 TRM (100166) for cycles, interrupt latencies and implementation defined choices.
 *
 * Time is the core's own: cycles of its clock (HCLK), counted from creation, never reset.
 * The owner converts to picoseconds. Nothing here reads the host's clock.
 *
 * Instructions are decoded once and interpreted by blocks; on an x86-64 host the loops that are
 * executed most are translated to its code, if the owner has memory for it. Neither shows in any
 * result, to the cycle.
 *
 * Approximate, on purpose: pipeline refill after a branch is 1 (immediate), 2 (register) or
 * 3 (loaded) cycles, plus 1 when the target is a 32-bit instruction across a word boundary;
 * a pipelined load's saving is booked on the first of two loads; IT is never folded; an
 * interrupt waits for the end of a divide or of a multiple load instead of abandoning it (so
 * ICI is never set); a store's bus fault is precise; bus contention between fetches and data is not
 * modelled. The same is said where it is done. Not modelled, loud through `unmodelled`: enabling
 * the MPU, an FPB or a DWT comparator, exception trace, the debug monitor, CCR.BFHFNMIGN.
 * Unpredictable encodings are UsageFaults (UNDEFINSTR).
 */
#ifndef MODELS_MCU_ARMV7M_ARMV7M_H
#define MODELS_MCU_ARMV7M_ARMV7M_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/mcu/armv7m/lines.h"
#include "sim/err.h"

struct armv7m;

enum armv7m_kind { ARMV7M_M3, ARMV7M_M4F };

#define ARMV7M_MAX_IRQ      240
#define ARMV7M_MAX_REGIONS  16
#define ARMV7M_MAX_HOOKS    16 /* function-entry hooks */
#define ARMV7M_MAX_BREAKS   64
#define ARMV7M_MAX_WATCHES  16
#define ARMV7M_NEVER        UINT64_MAX
#define ARMV7M_ENTRY_CYCLES 12 /* interrupt entry, zero wait states */
#define ARMV7M_EXIT_CYCLES  10
#define ARMV7M_TAIL_CYCLES  6

/* What a bus callback returns: wait states (0 and more; they are added to the access), or
 * ARMV7M_BUS_FAULT for a BusFault (PRECISERR). */
#define ARMV7M_BUS_FAULT (-1)

/* What a semihosting callback wants next. */
enum armv7m_semihost {
    ARMV7M_SEMIHOST_DONE,        /* handled: go on after the BKPT */
    ARMV7M_SEMIHOST_STOP,        /* handled: armv7m_run returns ARMV7M_SEMIHOST_END */
    ARMV7M_SEMIHOST_UNSUPPORTED, /* as if there were no host: armv7m_run returns ARMV7M_BKPT */
};

/* Every callback may be NULL, and gets the config's `user`. During a callback
 * armv7m_cycles() is the exact cycle of the access, armv7m_pc() the address of the
 * instruction that made it, and armv7m_set_irq(), armv7m_pend(), armv7m_nmi(),
 * armv7m_event() and armv7m_request_stop() take effect at the next instruction boundary.
 * A callback must not call armv7m_run(), armv7m_step(), armv7m_reset() or armv7m_destroy().
 */
struct armv7m_hooks {
    /* An access outside the mapped regions and the private peripheral bus (bit-band aliases
     * arrive as their target; a bit-band write as a read and a write). size: 1, 2 or 4;
     * address a multiple of it. NULL: every such access is a BusFault. */
    int (*read)(void *user, uint32_t address, unsigned size, uint32_t *value);
    int (*write)(void *user, uint32_t address, unsigned size, uint32_t value);
    /* BKPT 0xAB. The operation is in R0, its argument in R1; the result goes to R0. NULL: as
     * UNSUPPORTED. */
    enum armv7m_semihost (*semihost)(void *user, struct armv7m *core);
    /* A write to an enabled ITM stimulus port. size: 1, 2 or 4 octets. */
    void (*itm)(void *user, unsigned port, unsigned size, uint32_t value);
    /* A core register, or a bit of one, that is not modelled was used. `what` is a static
     * text. The access reads 0, or only stores. */
    void (*unmodelled)(void *user, uint32_t address, bool write, uint32_t value, uint32_t pc,
                       const char *what);
    /* The instruction at a hooked address is about to execute. No effect on timing; it may
     * read and write registers and memory, but not the PC. */
    void (*function)(void *user, struct armv7m *core, uint32_t address);
    /* AIRCR.SYSRESETREQ or VECTRESET was written. armv7m_run then returns
     * ARMV7M_RESET_REQUEST; the owner resets its blocks and calls armv7m_reset(). */
    void (*reset_request)(void *user);
    /* An exception was entered (number 1..255 of IPSR) or returned from (0: thread mode, or
     * the number of the exception resumed). For profiles and measurements. */
    void (*exception)(void *user, unsigned number, bool entered);
    /* While armv7m_trace() is on: the instruction at `pc` begins, at armv7m_cycles(). */
    void (*step)(void *user, uint32_t pc);
    /* The core is about to touch octets behind armv7m_fence(), which is gone now. */
    void (*fence)(void *user);
    /* With config.parks. Does a read of a port have no effect now but its wait states, without
     * others before it? Then the value, and the cycle from which it may be another one; if that
     * comes sooner, for a reason of its own, the owner calls armv7m_unpark() first. */
    bool (*steady)(void *user, uint32_t address, unsigned size, uint32_t *value, uint64_t *until);
    /* The cycle of what the owner of a parked core does now; not before it counts. */
    uint64_t (*cycle)(void *user);
};

/* Memory for what the core translates to the host's code: the same octets at two addresses, one to
 * write, one to execute (a host does not like memory that is both). The owner's, valid until
 * armv7m_destroy(). Without it, or where the host is not an x86-64, everything is interpreted, with
 * the same results. */
struct armv7m_host_code {
    uint8_t *write; /* NULL: none */
    const uint8_t *run;
    size_t size;
    unsigned after; /* a loop is translated when it was gone through so often; 0: as is usual */
};

struct armv7m_config {
    enum armv7m_kind kind;
    unsigned n_irq;         /* external interrupts, 1..240 */
    unsigned priority_bits; /* implemented priority bits, 3..8 (STM32: 4) */
    uint32_t cpuid;         /* 0: r2p1 of an M3 (0x412FC231), r0p1 of an M4 (0x410FC241) */
    uint32_t calib;         /* SysTick CALIB */
    unsigned reference_div; /* core cycles per SysTick reference clock (STM32: 8); 0: none */
    unsigned entry_latency; /* added to every interrupt entry and tail-chain, cycles */
    unsigned fetch_latency; /* added to every fetch that waits, cycles */
    bool parks;             /* see armv7m_unpark() */
    struct armv7m_hooks hooks;
    void *user;
    struct armv7m_host_code host;
};

/* NULL and `err` when a figure is out of range or memory is out. The core has no memory
 * yet and is not reset: map, then armv7m_reset(). */
struct armv7m *armv7m_create(const struct armv7m_config *config, struct sim_err *err);
void armv7m_destroy(struct armv7m *core); /* NULL is fine */

/* --- memory ---------------------------------------------------------------------- */

enum { ARMV7M_EXECUTE = 1, ARMV7M_WRITE = 2 };

/* A memory that the core reaches directly. */
struct armv7m_region {
    uint32_t base, size; /* multiples of 4; must not wrap or overlap another region */
    uint8_t *host;       /* the caller's, `size` octets, valid until unmapped */
    unsigned flags;      /* without WRITE a store goes to the write callback (flash) */
    /* Wait states of fetches and data reads; `base` a multiple of a line. Valid until unmapped.
     * NULL: none. */
    struct armv7m_lines *lines;
};
bool armv7m_map(struct armv7m *core, const struct armv7m_region *region, struct sim_err *err);
/* Takes the region that begins at `base` away (boot remap); false when there is none. */
bool armv7m_unmap(struct armv7m *core, uint32_t base);
/* Forget what was decoded from [address, address + size): call after changing a mapped
 * memory behind the core's back. The core's own stores and armv7m_write do it themselves. */
void armv7m_invalidate(struct armv7m *core, uint32_t address, uint32_t size);
/* The present line and every later one are fetched anew: after a change of a struct
 * armv7m_lines. */
void armv7m_flush_fetch(struct armv7m *core);

/* Memory as the core sees it (regions, bit-band, callbacks, private peripheral bus), for
 * debuggers: without cycles, watchpoints or faults, privileged, unaligned split by octets;
 * also into regions without WRITE. false where nothing answers. size: 1, 2 or 4. */
bool armv7m_read(struct armv7m *core, uint32_t address, unsigned size, uint32_t *value);
bool armv7m_write(struct armv7m *core, uint32_t address, unsigned size, uint32_t value);
/* For another bus master (DMA): mapped regions only, a direct pointer to `size` octets or
 * NULL. After writing through it call armv7m_invalidate() when `write` was asked for. */
uint8_t *armv7m_direct(struct armv7m *core, uint32_t address, uint32_t size, bool write);

/* Octets of a mapped memory that another master has written, by now, only in principle: before
 * the core uses any of them it calls the `fence` hook, where the owner has them written. One
 * fence at a time, it may cover a few octets more; size 0: none. False: there is none, as the
 * memory holds instructions that were executed, or has lines. */
bool armv7m_fence(struct armv7m *core, uint32_t address, uint32_t size);

/* --- running --------------------------------------------------------------------- */

/* SP and PC from the vector table at `vectors`, VTOR = vectors. Registers and NVIC as after
 * a power-on reset; the cycle counter goes on, breakpoints and hooks stay. A vector table
 * that is not readable, or an initial PC without bit 0, locks up as the hardware would. */
void armv7m_reset(struct armv7m *core, uint32_t vectors);

enum armv7m_stop {
    ARMV7M_UNTIL,         /* the cycle counter reached `until` (or a few cycles more) */
    ARMV7M_SLEEP,         /* WFI, WFE or SLEEPONEXIT; see armv7m_run */
    ARMV7M_REQUEST,       /* armv7m_request_stop() */
    ARMV7M_BREAKPOINT,    /* at an address of armv7m_break(); not yet executed */
    ARMV7M_WATCHPOINT,    /* after the access; see armv7m_watch_hit() */
    ARMV7M_BKPT,          /* at a BKPT instruction; PC still points to it */
    ARMV7M_SEMIHOST_END,  /* the semihost callback said STOP */
    ARMV7M_LOCKUP,        /* see armv7m_fault(); only a reset helps */
    ARMV7M_RESET_REQUEST, /* see reset_request */
};

/* Executes until the cycle counter is at least `until`, or something else of the above. The
 * last instruction, or exception entry, may end a few cycles later: read armv7m_cycles().
 * Returns ARMV7M_SLEEP at the moment the core falls asleep. Called on a sleeping core it
 * lets the counter run to `until` and returns ARMV7M_SLEEP again, unless SysTick, or what
 * was pended since, wakes it first. A core in lockup is the same: ARMV7M_LOCKUP at once, then
 * the counter runs. With `until` ARMV7M_NEVER and nothing to wake it the counter stays.
 * Begins with the instruction at a breakpoint when that is what stopped the last call. */
enum armv7m_stop armv7m_run(struct armv7m *core, uint64_t until);
/* One instruction, or one exception entry with the first instruction of its handler. */
enum armv7m_stop armv7m_step(struct armv7m *core);
void armv7m_request_stop(struct armv7m *core);
/* The `step` callback for every instruction from now on, or no more (as at first). To the same
 * effect, and slow: the core then goes by single instructions. */
void armv7m_trace(struct armv7m *core, bool on);

uint64_t armv7m_cycles(const struct armv7m *core);
uint64_t armv7m_instructions(const struct armv7m *core);
bool armv7m_asleep(const struct armv7m *core);
bool armv7m_rouses(const struct armv7m *core); /* asleep, and what ends that is there */
/* SCR.SLEEPDEEP, for a power controller. */
bool armv7m_deep_sleep(const struct armv7m *core);
/* The cycle at which SysTick will pend an exception, or ARMV7M_NEVER: how far the owner
 * may jump while the core sleeps. */
uint64_t armv7m_next_wake(const struct armv7m *core);
/* The counter of a sleeping core goes to `cycle`, before armv7m_next_wake(), even if something
 * was pended: that happened then, and armv7m_run() wakes it. Without effect on one awake. */
void armv7m_doze(struct armv7m *core, uint64_t cycle);
/* Adds cycles the core spent held by something outside (a stalled bus, a flash erase). */
void armv7m_stall(struct armv7m *core, unsigned cycles);

/* A core with config.parks that waits in a loop is parked: it does not execute what would change
 * nothing, and its counter stands where it was told to run to, not at the end of an instruction
 * there. Every function here unparks it first if that can matter: then it is at the end of an
 * instruction, the first not before its counter and hooks.cycle. It stays parked in armv7m_run(),
 * armv7m_cycles() and armv7m_next_wake(); in armv7m_request_stop(), which the next armv7m_run()
 * obeys; and when asked whether it sleeps or is parked, or for the last fault or watchpoint. An
 * owner that changes what a port reads calls this before. */
void armv7m_unpark(struct armv7m *core);
bool armv7m_parked(const struct armv7m *core);
uint64_t armv7m_parkings(const struct armv7m *core); /* how often it was, ever */
/* Whether it is parked, or may soon be, on account of what these octets are. */
bool armv7m_park_touches(const struct armv7m *core, uint32_t address, uint32_t size);

/* --- inputs ---------------------------------------------------------------------- */

/* The level of interrupt line `irq`: a rise pends it, and a level still high when its
 * handler returns pends it again. */
void armv7m_set_irq(struct armv7m *core, unsigned irq, bool level);
/* A pulse on the line: pends it, as a write to ISPR would. */
void armv7m_pend(struct armv7m *core, unsigned irq);
void armv7m_nmi(struct armv7m *core);
void armv7m_event(struct armv7m *core); /* RXEV: sets the event register, ends WFE */

/* --- registers, for debuggers and tests ------------------------------------------- */

enum armv7m_reg {
    ARMV7M_R0,
    ARMV7M_SP = 13, /* the stack pointer in use */
    ARMV7M_LR,
    ARMV7M_PC, /* address of the next instruction, bit 0 clear */
    ARMV7M_XPSR,
    ARMV7M_MSP,
    ARMV7M_PSP,
    ARMV7M_PRIMASK,
    ARMV7M_BASEPRI,
    ARMV7M_FAULTMASK,
    ARMV7M_CONTROL,
    ARMV7M_FPSCR,
    ARMV7M_S0 = 32, /* S0..S31; 0 on an M3 */
    ARMV7M_REGS = 64,
};
uint32_t armv7m_get(const struct armv7m *core, enum armv7m_reg reg);
void armv7m_set(struct armv7m *core, enum armv7m_reg reg, uint32_t value);
/* The address of the instruction being executed (in a callback) or to be executed next. */
uint32_t armv7m_pc(const struct armv7m *core);

/* --- debugging -------------------------------------------------------------------- */

/* Sets or clears a breakpoint; false when the table is full or there is none to clear. */
bool armv7m_break(struct armv7m *core, uint32_t address, bool on);
/* The same for the `function` callback. */
bool armv7m_hook(struct armv7m *core, uint32_t address, bool on);

struct armv7m_watch {
    uint32_t address, size;
    bool read, write;
};
/* While a watchpoint is set every data access is slower, its cycles are the same. */
bool armv7m_watch(struct armv7m *core, const struct armv7m_watch *watch, bool on);
/* What the last ARMV7M_WATCHPOINT was about. */
struct armv7m_watch_hit {
    uint32_t address, pc, value;
    bool write;
};
struct armv7m_watch_hit armv7m_watch_hit(const struct armv7m *core);

/* The last fault taken, for a report. */
struct armv7m_fault {
    unsigned count;     /* faults since reset; 0: the rest is empty */
    unsigned exception; /* 3 HardFault, 4 MemManage, 5 BusFault, 6 UsageFault; 0 lockup */
    uint32_t pc;        /* the faulting instruction */
    uint32_t cfsr, hfsr, mmfar, bfar;
};
struct armv7m_fault armv7m_fault(const struct armv7m *core);

#endif
