/* What a configuration must name, and guesses at it from the names of nets and the pins of
 * the jack. A guess is only ever proposed (--init, the text of an error), never used. */
#include <stdlib.h>
#include <string.h>

#include "harness/board_parts.h"
#include "harness/words.h"

#define AT(field) offsetof(struct board_config, field)

const struct board_need board_needs[] = {
    {"attach.line_rx_p", "jack's receive pair, + side", AT(attach.line_rx_p), true},
    {"attach.line_rx_n", "jack's receive pair, - side", AT(attach.line_rx_n), true},
    {"attach.line_tx_p", "jack's transmit pair, + side", AT(attach.line_tx_p), false},
    {"attach.line_tx_n", "jack's transmit pair, - side", AT(attach.line_tx_n), false},
    {"attach.spi_clk", "clock of the MCU's receiving SPI", AT(attach.spi_clk), true},
    {"attach.spi_mosi", "data of the MCU's receiving SPI", AT(attach.spi_mosi), true},
    {"attach.spi_nss", "select of the MCU's receiving SPI", AT(attach.spi_nss), true},
    {"attach.tx_clk", "clock of the MCU's sending SPI", AT(attach.tx_clk), false},
    {"attach.tx_mosi", "data of the MCU's sending SPI", AT(attach.tx_mosi), false},
    {"supply.power", "supply net", AT(supply.power), true},
    {"supply.ground", "ground net", AT(supply.ground), true},
    {"stage.line", "line receiver's output, after polarity", AT(stages.line), false},
    {"stage.edge_in", "edge detector's output", AT(stages.edge_in), false},
    {"stage.idle_n", "frame detector's output, high in a frame", AT(stages.idle_n), false},
    {"stage.edge", "first-edge filter's output", AT(stages.edge), false},
    {"stage.sck", "bit clock", AT(stages.sck), false},
    {"stage.bytesync", "byte sync's output", AT(stages.bytesync), false},
};
const size_t board_n_needs = sizeof board_needs / sizeof *board_needs;

/* How such nets are named, best first, without their sheet's path. `part` also looks for
 * names that merely contain the word. */
static const struct pattern {
    const char *key;
    const char *names[8];
    bool part;
} patterns[] = {
    {"attach.line_rx_p", {"rx+", "rx_p", "rxp", "rd+", "rd_p"}, false},
    {"attach.line_rx_n", {"rx-", "rx_n", "rxn", "rd-", "rd_n"}, false},
    {"attach.line_tx_p", {"tx+", "tx_p", "txp", "td+", "td_p"}, false},
    {"attach.line_tx_n", {"tx-", "tx_n", "txn", "td-", "td_n"}, false},
    {"attach.spi_clk", {"sck_rx", "rx_sck", "sclk_rx", "sck", "sclk"}, true},
    {"attach.spi_mosi", {"mosi_rx", "rx_mosi", "miso_rx", "mosi", "miso"}, true},
    {"attach.spi_nss", {"nss_rx", "rx_nss", "cs_rx", "nss", "~{nss}", "~{cs}", "cs"}, true},
    {"attach.tx_clk", {"sck_tx", "tx_sck", "sclk_tx"}, true},
    {"attach.tx_mosi", {"mosi_tx", "tx_mosi", "miso_tx"}, true},
    {"supply.power", {"VCC", "+5V", "VDD", "5V", "+3V3", "+3.3V"}, false},
    {"supply.ground", {"GND", "VSS", "0V"}, false},
    {"stage.line", {"line"}, false},
    {"stage.edge_in", {"edge_in"}, false},
    {"stage.idle_n", {"~{idle}", "~idle", "idle_n", "nidle"}, false},
    {"stage.edge", {"edge"}, false},
    {"stage.sck", {"sck"}, false},
    {"stage.bytesync", {"bytesync", "byte_sync", "sync"}, false},
};

static const char *base_name(const char *net) {
    const char *slash = strrchr(net, '/');
    return slash ? slash + 1 : net;
}

static const char *exact(const struct netlist *netlist, const char *name) {
    for (uint32_t i = 0; i < netlist->n_nets; i++)
        if (words_equal_nocase(base_name(netlist->nets[i].name), name))
            return netlist->nets[i].name;
    return NULL;
}

/* KiCad's own names for unnamed nets hold part and pin names, which say little; and a net
 * of the sending side is no candidate for the receiving one. */
static bool is_candidate(const char *net, const char *name) {
    return strncmp(net, "Net-(", 5) != 0 && strncmp(net, "unconnected-(", 13) != 0 &&
           words_contain_nocase(base_name(net), name) &&
           (words_contain_nocase(name, "tx") || !words_contain_nocase(net, "tx"));
}

/* The one net that contains `name`; NULL with the reason when there are several. */
static const char *containing(const struct netlist *netlist, const char *name, bool *several,
                              char *why, size_t why_size) {
    const char *found = NULL;
    for (uint32_t i = 0; i < netlist->n_nets && !*several; i++) {
        const char *net = netlist->nets[i].name;
        if (!is_candidate(net, name))
            continue;
        *several = found != NULL;
        if (*several)
            sim_format(why, (unsigned)why_size, "several nets look like it: %s, %s", found, net);
        found = net;
    }
    return *several ? NULL : found;
}

/* The net at the jack's pin for a line_xx_y key; NULL when the board has no modelled jack. */
static const char *jack_net(const struct board *board, const char *key) {
    static const char *const order[] = {"attach.line_tx_p", "attach.line_tx_n", "attach.line_rx_p",
                                        "attach.line_rx_n"};
    int place = 0;
    while (place < 4 && strcmp(order[place], key) != 0)
        place++;
    if (place == 4)
        return NULL;
    for (uint32_t i = 0; i < board->netlist->n_parts; i++) {
        const struct part_model *model = board->uses[i].model;
        for (size_t u = 0; model && u < model->n_units; u++) {
            const char *number = model->units[u].pins[place];
            if (model->units[u].kind != PART_JACK || !number)
                continue;
            uint32_t pin = netlist_find_pin(board->netlist, i, number);
            if (pin != NETLIST_NONE && board->netlist->pins[pin].net != NETLIST_NONE)
                return board->netlist->nets[board->netlist->pins[pin].net].name;
        }
    }
    return NULL;
}

const char *board_guess_net(const struct board *board, const struct board_need *need, char *why,
                            size_t why_size) {
    const char *found = jack_net(board, need->key);
    const struct pattern *pattern = patterns;
    while (strcmp(pattern->key, need->key) != 0)
        pattern++;
    sim_format(why, (unsigned)why_size, "no net is named like %s", pattern->names[0]);
    for (size_t i = 0; !found && i < 8 && pattern->names[i]; i++)
        found = exact(board->netlist, pattern->names[i]);
    bool several = false;
    for (size_t i = 0; !found && !several && pattern->part && i < 8 && pattern->names[i]; i++)
        found = containing(board->netlist, pattern->names[i], &several, why, why_size);
    return found;
}

/* qsort() has no argument for its comparison: sort records that carry the reference. */
struct sortable {
    const char *ref;
    uint32_t index;
};

static int by_ref(const void *a, const void *b) {
    return words_natural_compare(((const struct sortable *)a)->ref,
                                 ((const struct sortable *)b)->ref);
}

uint32_t *board_sorted_parts(const struct netlist *netlist) {
    struct sortable *records = malloc((netlist->n_parts + 1) * sizeof *records);
    uint32_t *order = malloc((netlist->n_parts + 1) * sizeof *order);
    if (!records || !order)
        abort(); /* as netlist_create() does */
    for (uint32_t i = 0; i < netlist->n_parts; i++)
        records[i] = (struct sortable){netlist->parts[i].ref, i};
    qsort(records, netlist->n_parts, sizeof *records, by_ref);
    for (uint32_t i = 0; i < netlist->n_parts; i++)
        order[i] = records[i].index;
    free(records);
    return order;
}
