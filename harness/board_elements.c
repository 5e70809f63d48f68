/* The board as the engine sees it, for `linkpulse board`: delays with the loads that make
 * them, and the islands, with what each is cut into. */
#include <stdlib.h>

#include "harness/board_parts.h"
#include "harness/replay_setup.h"
#include "sim/circuit.h"

static struct circuit *elaborate(const struct board *board, struct sim_err *err) {
    struct replay_nets nets;
    struct circuit_config config;
    uint32_t observed[3 + REPLAY_STAGES];
    if (!board_require_models(board, err) || !replay_setup_nets(board, &nets, err) ||
        !replay_setup_circuit(board, &nets, 0, &config, err))
        return NULL;
    size_t n = replay_setup_stages(board, observed);
    const uint32_t pins[3] = {nets.sck, nets.mosi, nets.nss};
    for (int i = 0; i < 3; i++)
        if (pins[i] != NETLIST_NONE)
            observed[n++] = pins[i];
    struct circuit_scope scope = {CIRCUIT_ANCESTORS, observed, n};
    return circuit_create(board->netlist, board->uses, &config, &scope, err);
}

static void show_delays(const struct board *board, const struct circuit *circuit, FILE *out) {
    fprintf(out, "\ngates as loaded on this board\n  %-8s %-10s %9s %9s %9s  %s\n", "unit", "kind",
            "rise ns", "fall ns", "load pF", "drives");
    for (size_t i = 0; i < circuit_elements(circuit); i++) {
        struct circuit_element_info e = circuit_element(circuit, i);
        if (e.part == NETLIST_NONE || (!e.rise && !e.fall))
            continue;
        char unit[64];
        snprintf(unit, sizeof unit, "%s%s", board->netlist->parts[e.part].ref,
                 board->uses[e.part].model->units[e.unit].name);
        const char *net = "-";
        for (uint32_t k = board->netlist->n_nets; k-- > 0;)
            if (e.net != CIRCUIT_NO_NET && circuit_net(circuit, k) == e.net)
                net = board->netlist->nets[k].name;
        fprintf(out, "  %-8s %-10s %9.3f %9.3f %9.1f  %s\n", unit, e.kind, (double)e.rise * 1e-3,
                (double)e.fall * 1e-3, e.load * 1e12, net);
    }
}

/* The units of one island that are, or are not, what the observed nets depend on. */
static unsigned show_units(const struct board *board, const struct circuit *circuit,
                           uint32_t island, bool kept, FILE *out) {
    uint32_t last_part = NETLIST_NONE, last_unit = 0;
    unsigned n = 0;
    for (size_t i = 0; i < circuit_elements(circuit); i++) {
        struct circuit_element_info e = circuit_element(circuit, i);
        if (e.island != island || e.kept != kept || e.part == NETLIST_NONE ||
            (e.part == last_part && e.unit == last_unit))
            continue;
        last_part = e.part;
        last_unit = e.unit;
        n++;
        if (out)
            fprintf(out, " %s%s", board->netlist->parts[e.part].ref,
                    board->uses[e.part].model->units[e.unit].name);
    }
    return n;
}

static void show_islands(const struct board *board, const struct circuit *circuit, FILE *out) {
    static const char *const KIND[2] = {"feeds nothing observed:", "observed nets depend on:"};
    uint32_t islands = 0;
    for (size_t i = 0; i < circuit_elements(circuit); i++)
        if (circuit_element(circuit, i).island >= islands)
            islands = circuit_element(circuit, i).island + 1;
    fprintf(out, "\nislands\n");
    for (uint32_t island = 0; island < islands; island++)
        for (int kept = 1; kept >= 0; kept--) {
            if (!show_units(board, circuit, island, kept, NULL))
                continue;
            fprintf(out, "  %u  %-25s", (unsigned)island + 1, KIND[kept]);
            show_units(board, circuit, island, kept, out);
            fputc('\n', out);
        }
}

void board_show_elements(const struct board *board, FILE *out) {
    struct sim_err err = SIM_ERR_INIT;
    struct circuit *circuit = elaborate(board, &err);
    if (!circuit) {
        fprintf(out, "\nnot simulated: %s\n", err.text);
        return;
    }
    show_delays(board, circuit, out);
    show_islands(board, circuit, out);
    for (size_t i = 0; i < circuit_floating(circuit); i++) {
        char pin[64];
        circuit_floating_name(circuit, i, pin, sizeof pin);
        fprintf(out, "%s%s", i ? " " : "\nfloating inputs, taken as low: ", pin);
    }
    if (circuit_floating(circuit))
        fputc('\n', out);
    circuit_destroy(circuit);
}
