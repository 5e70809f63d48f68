/* Edits, one a line, on a small netlist. */
#include "harness/edits.h"
#include "tests/fuzz/fuzz.h"

static struct netlist *small(void) {
    struct netlist *netlist = netlist_create();
    uint32_t u = netlist_add_part(netlist, "U4", "74HC08", "", "");
    uint32_t c = netlist_add_part(netlist, "C10", "12", "", "");
    uint32_t sck = netlist_add_net(netlist, "/sck"), vcc = netlist_add_net(netlist, "VCC");
    netlist_add_pin(netlist, u, "1", "", sck);
    netlist_add_pin(netlist, u, "14", "VCC", vcc);
    netlist_add_pin(netlist, u, "5", "Q", sck);
    netlist_add_pin(netlist, u, "9", "Q", sck);
    netlist_add_pin(netlist, c, "1", "", sck);
    return netlist;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct netlist *netlist = small();
    char *text = fuzz_text(data, size);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        struct sim_err err = SIM_ERR_INIT;
        fuzz_expect(edit_apply(netlist, line, &err) || err.text[0]);
    }
    for (uint32_t i = 0; i < netlist->n_pins; i++)
        fuzz_expect(netlist->pins[i].net == NETLIST_NONE || netlist->pins[i].net < netlist->n_nets);
    free(text);
    netlist_destroy(netlist);
    return 0;
}
