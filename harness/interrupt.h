/* Ctrl-C: the first one asks the run to stop and report what is done; a second one ends
 * the program. */
#ifndef HARNESS_INTERRUPT_H
#define HARNESS_INTERRUPT_H

#include <signal.h>

extern volatile sig_atomic_t interrupted; /* loops look at it between frames */

void interrupt_install(void);

#endif
