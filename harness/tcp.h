/* Small TCP servers on 127.0.0.1: GDB and ITM. */
#ifndef HARNESS_TCP_H
#define HARNESS_TCP_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"

/* Listens on 127.0.0.1; port 0: one that is free. The file descriptor, with the port in
 * *port; -1 and SIM_ERR_ENVIRONMENT when the port is taken. `what` names it in the error. */
int tcp_listen(const char *what, unsigned *port, struct sim_err *err);

/* A connection that waits, non-blocking; -1 when there is none. */
int tcp_accept(int listener);

/* All octets, waiting at most 5 s for a peer that does not read; false when it is gone. */
bool tcp_send(int fd, const void *octets, size_t n);

/* What has come: > 0 octets, 0 nothing yet, < 0 the peer is gone. */
long tcp_receive(int fd, void *octets, size_t n);

/* Until `fd` has something to read, or `ms` milliseconds, or a signal. fd -1: just waits. */
void tcp_wait(int fd, int ms);

void tcp_close(int *fd); /* accepts -1, leaves -1 */

#endif
