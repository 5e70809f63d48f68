/* Which nets of a board the MCU drives, and by which of its pins. */
#ifndef HARNESS_MCU_NETS_H
#define HARNESS_MCU_NETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board.h"

/* The first two are the SPI the MCU sends by; the others, pins that something on the board
 * listens to and nothing else drives (an enable made by software, a link pulse). */
enum { MCU_NETS_TX_CLK, MCU_NETS_TX_MOSI, MCU_NETS_OTHERS };
#define MCU_NETS_MAX 32

struct mcu_net {
    uint32_t net;    /* of the netlist, NETLIST_NONE where the board states none */
    const char *pin; /* "PC10"; NULL: neither stated nor named by a pad */
    int pull;        /* the board's own resistor: +1 to the supply, -1 to ground, 0 none */
};
struct mcu_nets {
    struct mcu_net nets[MCU_NETS_MAX];
    size_t n;
};

/* False with `err` when there are more than MCU_NETS_MAX. Names point into the board. */
bool mcu_nets_find(const struct board *board, struct mcu_nets *nets, struct sim_err *err);

/* The MCU pin a pad is named after, "PB13", by its number or name; NULL: none. */
const char *mcu_nets_port_pin(const struct netlist_pin *pin);

/* The MCU pin that a pad on the net is named after, or NULL. `net_name` may begin with '!'. */
const char *mcu_nets_pin(const struct board *board, const char *net_name);

#endif
