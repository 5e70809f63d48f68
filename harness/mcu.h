/* A firmware image running alone on a chip: `linkpulse mcu`.
 *
 * Around the chip stand what a debug probe gives: the image is loaded, ITM is switched on
 * and listened to, semihosting is answered. RAM is zero at the start, pins see nothing.
 *
 * Where it starts: at the vector table at the flash's base, or else the one at the image's
 * lowest address (a program for RAM or behind a boot loader), or else, as a debugger's
 * `load` does, at the ELF's entry with the stack at the top of RAM.
 */
#ifndef HARNESS_MCU_H
#define HARNESS_MCU_H

#include <stdio.h>

#include "harness/debug.h"
#include "harness/dwarf_lines.h"
#include "harness/image.h"
#include "harness/mcu_trace.h"
#include "harness/semihost.h"
#include "models/mcu/soc/stm32.h"

#define MCU_MAX_UNMODELLED 256 /* kept for the report; all are counted */
#define MCU_WHERE          256

struct mcu_profile;

struct mcu_request {
    const char *image;
    const char *chip;
    bool has_base;
    uint32_t base;       /* of a raw image; without it the flash's */
    uint64_t max_cycles; /* 0: no limit */
    sim_time max_time;   /* 0: no limit */
    uint32_t hse_hz;
    bool hse_bypass;
    double hsi_ppm;
    uint64_t seed;
    bool strict, verbose, quiet;
    const char *itm, *swo; /* file names or NULL */
};

enum mcu_end {
    MCU_SEMIHOSTING,
    MCU_FAULT,
    MCU_LIMIT,
    MCU_UNMODELLED,
    MCU_BREAKPOINT,
    MCU_INTERRUPTED, /* Ctrl-C, or GDB's kill */
};

struct mcu_unmodelled {
    char name[48]; /* "SPI2.CR2", "core" */
    uint32_t address, value, pc;
    bool write;
    const char *text;      /* static */
    char where[MCU_WHERE]; /* function and line of pc; "" when unknown */
};

/* Where the program counter of a fault was, and the registers then. */
struct mcu_fault_state {
    bool set;
    unsigned exception;
    struct armv7m_fault first; /* as it was then */
    uint32_t r[16], xpsr;      /* of the faulting code, out of the stacked frame */
    bool frame;                /* the frame could be read */
};

struct mcu {
    const struct mcu_request *request;
    struct image image;
    struct dwarf_lines *lines;
    struct mcu_trace trace;
    struct semihost semihost;
    struct armv7m_host_code host_code;
    struct stm32 *chip;
    struct armv7m *core;
    bool own_start; /* not at the chip's own vector table */
    uint32_t start_sp, start_pc, start_vectors;
    sim_time reset_time;
    struct mcu_unmodelled unmodelled[MCU_MAX_UNMODELLED];
    size_t n_unmodelled;
    struct mcu_fault_state fault;
    bool spinning;               /* a fault's handler is a branch to itself */
    bool entered;                /* an exception was entered since mcu_profile cleared it */
    struct debug *debug;         /* NULL: no GDB */
    struct mcu_profile *profile; /* NULL: not wanted */
    enum mcu_end end;
};

/* Everything up to reset. False with `err`: an unknown chip, a bad image, one that does not
 * fit the chip. Call mcu_finish() in either case. `out`: for the firmware's text. */
bool mcu_open(struct mcu *mcu, const struct mcu_request *request, FILE *out, struct sim_err *err);
/* Runs to the end and sets mcu->end. */
void mcu_run(struct mcu *mcu);
/* GDB on 127.0.0.1:*port, set to the port taken. */
bool mcu_debug_open(struct mcu *mcu, unsigned *port, struct sim_err *err);
/* A power-on reset with the start that mcu_open() found. */
void mcu_reset(struct mcu *mcu);
void mcu_finish(struct mcu *mcu);

/* "0x08000130 in main (main.c:12)" */
const char *mcu_where(const struct mcu *mcu, uint32_t address, char *out, size_t size);

/* --- mcu_load.c -------------------------------------------------------------------------- */

/* The image into the chip's memories, and the start. */
bool mcu_load(struct mcu *mcu, struct sim_err *err);
/* True when [address, address + size) lies in one memory of these kinds (bits 1 << kind), the
 * alias of the flash at 0 included. */
bool mcu_in_memory(const struct mcu *mcu, uint32_t address, uint64_t size, unsigned kinds);

/* --- mcu_fault.c ------------------------------------------------------------------------- */

/* For armv7m_hooks.exception. */
void mcu_fault_entered(struct mcu *mcu, unsigned number);
/* The fault as text: what, where, registers, causes. */
void mcu_fault_print(const struct mcu *mcu, FILE *out);

/* --- mcu_report.c ------------------------------------------------------------------------ */

int mcu_exit_code(const struct mcu *mcu);
/* One line: how it ended. */
void mcu_print_end(const struct mcu *mcu, FILE *out);
/* linkpulse.mcu/1; the caller frees. NULL when memory is out. */
char *mcu_json(const struct mcu *mcu);

/* --- mcu_profile.c ------------------------------------------------------------------------ */

struct mcu_profile *mcu_profile_create(const struct image *image); /* NULL: memory is out */
void mcu_profile_destroy(struct mcu_profile *profile);
/* As stm32_run_until() by single steps, counting; `steps` at most. */
enum stm32_stop mcu_profile_run(struct mcu *mcu, sim_time until, unsigned steps);
void mcu_profile_print(const struct mcu_profile *profile, FILE *out);

#endif
