#include <criterion/criterion.h>
#include <string.h>

#include "harness/edits.h"

static struct sim_err err;
static struct netlist *n;

static void setup(void) {
    n = netlist_create();
    uint32_t u = netlist_add_part(n, "U4", "74HC08", "", ""),
             c = netlist_add_part(n, "C10", "12", "", "");
    uint32_t sck = netlist_add_net(n, "/sck"), vcc = netlist_add_net(n, "VCC");
    netlist_add_pin(n, u, "1", "", sck);
    netlist_add_pin(n, u, "14", "VCC", vcc);
    netlist_add_pin(n, u, "5", "Q", sck);
    netlist_add_pin(n, u, "9", "Q", sck);
    netlist_add_pin(n, u, "G", "", sck);
    netlist_add_pin(n, u, "G", "", sck);
    netlist_add_pin(n, c, "1", "", sck);
}

static void teardown(void) {
    netlist_destroy(n);
}

TestSuite(edits, .init = setup, .fini = teardown);

static bool edit(const char *text) {
    err = SIM_ERR_INIT;
    return edit_apply(n, text, &err);
}

Test(edits, open_by_number_and_name) {
    cr_assert(edit("open U4.1"), "%s", err.text);
    cr_expect_eq(n->pins[0].net, NETLIST_NONE);
    cr_assert(edit("  open   U4.VCC "), "%s", err.text);
    cr_expect_eq(n->pins[1].net, NETLIST_NONE);
}

Test(edits, short_and_tie_move_the_pin) {
    cr_assert(edit("short U4.14 /sck"));
    cr_expect_eq(n->pins[1].net, 0);
    cr_assert(edit("tie U4.1 VCC"));
    cr_expect_eq(n->pins[0].net, 1);
    cr_expect_eq(n->pins[6].net, 0, "others stay");
}

Test(edits, all_pads_of_one_number_move) {
    cr_assert(edit("tie U4.G VCC"));
    cr_expect_eq(n->pins[4].net, 1);
    cr_expect_eq(n->pins[5].net, 1);
}

Test(edits, value_and_remove) {
    cr_assert(edit("value C10=22"));
    cr_expect_str_eq(n->parts[1].value, "22");
    cr_assert(edit("remove C10"));
    cr_expect(n->parts[1].removed);
}

static const struct {
    const char *text, *message;
} bad[] = {
    {"", "expected open, short"},
    {"   ", "expected open, short"},
    {"opne U4.1", "no such edit \"opne\"; nearest is \"open\""},
    {"open", "expected open REF.PIN"},
    {"open U4.1 x", "expected open REF.PIN"},
    {"open U4", "is no pin; expected REF.PIN"},
    {"open U5.1", "no part \"U5\"; nearest is \"U4\""},
    {"open U4.3", "has no pin \"3\"; its pins are 1 14(VCC)"},
    {"open U4.Q", "has more than one pin \"Q\""},
    {"short U4.1 /sckk", "no net \"/sckk\"; nearest is \"/sck\""},
    {"short U4.1", "expected short REF.PIN NET"},
    {"tie U4.1 VCC GND", "expected tie REF.PIN NET"},
    {"value C10", "expected value REF=VALUE"},
    {"value C10=", "expected value REF=VALUE"},
    {"value C11=5", "nearest is \"C10\""},
    {"remove X", "no part \"X\""},
    {"a b c d e", "expected open, short"},
};

Test(edits, refuses) {
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert(!edit(bad[i].text), "%s", bad[i].text);
        cr_expect(strstr(err.text, bad[i].message), "%s: %s", bad[i].text, err.text);
        cr_expect_eq(err.cls, SIM_ERR_INPUT);
    }
    char huge[2000];
    memset(huge, 'x', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    cr_expect(!edit(huge));
}
