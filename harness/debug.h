/* GDB on a running chip: one connection at a time; while GDB holds it, time stands.
 */
#ifndef HARNESS_DEBUG_H
#define HARNESS_DEBUG_H

#include <stdbool.h>

#include "models/mcu/soc/stm32.h"

/* Who runs the chip. */
struct debug_host {
    struct stm32 *chip;
    void *user;
    void (*reset)(void *user); /* "monitor reset": a power-on reset */
    void (*wait)(void *user);  /* called now and then while GDB holds the chip */
};

struct debug;

/* Listens on 127.0.0.1:*port and sets it to the port taken. NULL with `err`. */
struct debug *debug_open(const struct debug_host *host, unsigned *port, struct sim_err *err);
void debug_close(struct debug *debug); /* accepts NULL */

enum debug_go { DEBUG_GO, DEBUG_STEP, DEBUG_END /* killed by GDB */ };
/* Serves GDB; waits while it holds the chip, and for the first connection. */
enum debug_go debug_next(struct debug *debug);
/* The chip stopped: true when GDB takes it, false when nobody is connected. */
bool debug_stopped(struct debug *debug, enum stm32_stop stop);
/* The program ended with this exit code. */
void debug_ended(struct debug *debug, unsigned code);
void debug_print(struct debug *debug, const char *text); /* to GDB's console; accepts NULL */

#endif
