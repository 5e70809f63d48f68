/* `flow` on a network interface of this machine, for use. */
#ifndef HARNESS_XDP_INSTALL_H
#define HARNESS_XDP_INSTALL_H

#include <stdio.h>

#include "harness/xdp/program.h"
#include "sim/err.h"

/* Loads `flow` for the CPUs online (setup's hash and symmetry are kept), fills its CPU map and
 * attaches it, natively where the driver can. False with SIM_ERR_ENVIRONMENT: no such interface,
 * no right to, VLAN tags are stripped by the NIC (nothing would be redirected), or a foreign
 * program is there and `force` is not given. */
bool xdp_install(const char *interface, const struct xdp_setup *setup, bool force, FILE *out,
                 struct sim_err *err);

/* Detaches it. A foreign program stays unless `force`; without any, SIM_ERR_ENVIRONMENT. */
bool xdp_uninstall(const char *interface, bool force, FILE *out, struct sim_err *err);

/* Prints the attached program's counters until Ctrl-C: redirected, passed by reason, dropped in
 * the CPUs' queues. `seconds` between two lines; `rounds` 0: without end. */
bool xdp_watch(const char *interface, unsigned seconds, unsigned rounds, FILE *out,
               struct sim_err *err);

#endif
