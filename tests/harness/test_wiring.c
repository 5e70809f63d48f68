/* Levels, what makes nets toggle, and oscillators, on the reference board and its variants. */
#include <criterion/criterion.h>
#include <string.h>

#include "harness/checks/wiring.h"

static struct board board;
static struct wiring *wiring;

static void open_board(const char *name, const char *edit) {
    struct sim_err err = SIM_ERR_INIT;
    struct board_request request = {.board = name, .edits = &edit, .n_edits = edit != NULL};
    cr_assert(board_load(&board, &request, &err), "%s", err.text);
    wiring = wiring_create(&board);
}

static void close_board(void) {
    wiring_destroy(wiring);
    board_finish(&board);
}

static uint32_t node(const char *net) {
    uint32_t found = wiring_named(wiring, net);
    cr_assert_neq(found, NETLIST_NONE, "%s", net);
    return found;
}

static uint8_t by(const char *net) {
    return wiring_by(wiring, node(net));
}

Test(wiring, what_moves_each_net, .fini = close_board) {
    open_board("nucleo_shield", NULL);
    cr_expect_eq(by("/line"), WIRING_BY_LINE);
    cr_expect_eq(by("/sck"), WIRING_BY_LINE, "a one-shot's loop is no oscillator: %u", by("/sck"));
    cr_expect_eq(by("/nss_rx"), WIRING_BY_LINE);
    cr_expect_eq(by("/tx_ena"), WIRING_BY_SENDER);
    cr_expect_eq(by("Net-(R7-Pad2)"), WIRING_BY_ITSELF);
    cr_expect_eq(by("/driver_ena"), WIRING_BY_ITSELF | WIRING_BY_SENDER);
    cr_expect_eq(by("VCC"), 0);
    for (uint32_t net = 0; net < board.netlist->n_nets; net++)
        if (wiring->nodes[net].name != NETLIST_NONE && wiring->nodes[net].wanted)
            cr_expect(!wiring_constant(wiring, net) || wiring_is_rail(wiring, net) ||
                          strcmp(board.netlist->nets[net].name, "Net-(SW1-Pad2)") == 0,
                      "%s", board.netlist->nets[net].name);
}

Test(wiring, the_fault_of_revision_1, .fini = close_board) {
    open_board("nucleo_shield_rev1", NULL);
    cr_expect_eq(wiring_levels(wiring, node("Net-(Q3-Pad1)")), 1);
    cr_expect_eq(wiring_levels(wiring, node("Net-(C14-Pad2)")), 2);
    cr_expect_eq(wiring_levels(wiring, node("/tx_ena")), 1);
    cr_expect_eq(by("/driver_ena"), WIRING_BY_ITSELF);
    cr_expect_eq(wiring_lost(wiring, node("Net-(Q3-Pad1)")), WIRING_NO_FRAME_OUT);
}

Test(wiring, an_oscillator_needs_its_resistor, .fini = close_board) {
    open_board("nucleo_shield", "remove R7");
    cr_expect(!wiring->pools[wiring->nodes[node("Net-(R7-Pad2)")].pool].rings);
}

Test(wiring, two_inversions_do_not_oscillate, .fini = close_board) {
    open_board("nucleo_shield", "short R7.2 Net-(U2-Pad4)"); /* from behind the next inverter */
    cr_expect(!wiring->pools[wiring->nodes[node("Net-(C13-Pad1)")].pool].rings);
}

Test(wiring, a_zero_ohm_resistor_joins, .fini = close_board) {
    open_board("nucleo_shield", "value R6=0");
    cr_expect_eq(node("/~{line}"), node("Net-(C10-Pad1)"));
    cr_expect_str_eq(wiring_net_name(wiring, node("Net-(C10-Pad1)")), "/~{line}");
}

Test(wiring, the_switch_stands_where_the_board_says, .fini = close_board) {
    open_board("nucleo_shield", NULL);
    cr_expect_eq(node("Net-(SW1-Pad2)"), node("GND"));
    cr_expect_eq(node("/mosi_rx"), node("/line_delayed"));
}

Test(wiring, a_wire_keeps_the_better_name, .fini = close_board) {
    open_board("nucleo_shield", NULL);
    cr_expect_str_eq(wiring_net_name(wiring, node("Net-(SW1-Pad2)")), "GND");
}

Test(wiring, what_is_lost_behind_a_net, .fini = close_board) {
    open_board("nucleo_shield", "tie U4.13 GND");
    cr_expect_eq(wiring_lost(wiring, node("/edge")), WIRING_NO_FRAME_IN);
    cr_expect_eq(by("/sck"), 0);
}

Test(wiring, a_part_without_a_model_may_do_anything, .fini = close_board) {
    open_board("nucleo_shield", "value U4=74XX99");
    cr_expect_eq(board.n_unmodelled, 1);
    cr_expect_eq(by("/sck_rx"), WIRING_BY_OUTSIDE);
    cr_expect(by("/edge") & WIRING_BY_OUTSIDE);
}

Test(wiring, kinds_of_boards, .fini = close_board) {
    char kind[160];
    open_board("nucleo_shield", NULL);
    wiring_describe(wiring, kind, sizeof kind);
    cr_expect(strstr(kind, "an adapter") && strstr(kind, "makes link pulses"), "%s", kind);
    close_board();
    open_board("nucleo_shield", "remove U2");
    wiring_describe(wiring, kind, sizeof kind);
    cr_expect(strstr(kind, "makes no link pulses"), "%s", kind);
}
