#include "harness/kicad_net.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    struct netlist *netlist = kicad_net_parse((const char *)data, size, "fuzz", &err);
    fuzz_expect(netlist != NULL || (err.cls == SIM_ERR_INPUT && err.text[0]));
    netlist_destroy(netlist);
    return 0;
}
