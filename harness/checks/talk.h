/* A conversation with the board's firmware over the modelled line, without any network of the
 * operating system: DHCP, ARP, ping and one page, by a host that lives in simulated time. */
#ifndef HARNESS_CHECKS_TALK_H
#define HARNESS_CHECKS_TALK_H

#include "harness/checks/nominal.h"
#include "harness/options.h"

/* Fills nominal->dhcp, ping and page. Steps behind one that failed, and all of them with a
 * firmware that never sends, are not asked; `detail` says why. False with `err` when the
 * conversation cannot be held at all. */
bool check_talk_run(const struct board *board, const char *image, const struct options *options,
                    struct check_nominal *nominal, struct sim_err *err);

#endif
