#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim/netlist.h"

Test(netlist, parts_pins_and_nets) {
    struct netlist *n = netlist_create();
    uint32_t u1 = netlist_add_part(n, "U1", "74HC86", "SOIC-14", "74HC86");
    uint32_t r1 = netlist_add_part(n, "R1", NULL, NULL, NULL);
    uint32_t gnd = netlist_add_net(n, "GND");
    cr_assert(u1 == 0 && r1 == 1 && gnd == 0);
    cr_expect_str_eq(n->parts[u1].value, "74HC86");
    cr_expect_str_eq(n->parts[r1].value, "");
    cr_expect_str_eq(n->parts[r1].footprint, "");
    uint32_t a = netlist_add_pin(n, u1, "7", "GND", gnd);
    uint32_t b = netlist_add_pin(n, r1, "1", NULL, NETLIST_NONE);
    uint32_t c = netlist_add_pin(n, u1, "+5V", NULL, gnd);
    cr_expect_eq(n->parts[u1].first_pin, a);
    cr_expect_eq(n->pins[a].next, c);
    cr_expect_eq(n->pins[c].next, NETLIST_NONE);
    cr_expect_eq(n->pins[b].next, NETLIST_NONE);
    cr_expect_eq(netlist_find_pin(n, u1, "+5V"), c);
    cr_expect_eq(netlist_find_pin(n, u1, "1"), NETLIST_NONE);
    cr_expect_eq(netlist_find_pin(n, 99, "1"), NETLIST_NONE);
    cr_expect_eq(n->pins[b].net, NETLIST_NONE);
    cr_expect_str_eq(n->pins[b].name, "");
    netlist_set_value(n, r1, "4k7");
    cr_expect_str_eq(n->parts[r1].value, "4k7");
    netlist_destroy(n);
    netlist_destroy(NULL);
}

Test(netlist, duplicates) {
    struct netlist *n = netlist_create();
    cr_expect_eq(netlist_find_part(n, "U1"), NETLIST_NONE);
    cr_expect_eq(netlist_find_net(n, "GND"), NETLIST_NONE);
    cr_expect_eq(netlist_add_part(n, "U1", "a", "", ""), 0);
    cr_expect_eq(netlist_add_part(n, "U1", "b", "", ""), NETLIST_NONE);
    cr_expect_eq(n->n_parts, 1);
    cr_expect_str_eq(n->parts[0].value, "a");
    cr_expect_eq(netlist_add_part(n, "u1", "", "", ""), 1); /* case counts */
    cr_expect_eq(netlist_add_net(n, "GND"), netlist_add_net(n, "GND"));
    cr_expect_eq(n->n_nets, 1);
    /* a net may be called like a part, and a pad number may occur twice: the first counts */
    cr_expect_eq(netlist_add_net(n, "U1"), 1);
    uint32_t first = netlist_add_pin(n, 0, "EP", "", 0);
    netlist_add_pin(n, 0, "EP", "", 1);
    cr_expect_eq(netlist_find_pin(n, 0, "EP"), first);
    netlist_destroy(n);
}

/* Names are copied, whatever their length, and stay where they are. */
Test(netlist, names_are_its_own) {
    static char name[100000];
    struct netlist *n = netlist_create();
    memset(name, 'x', sizeof name - 1);
    uint32_t net = netlist_add_net(n, name);
    const char *kept = n->nets[net].name;
    cr_expect_neq(kept, name);
    name[0] = 'y';
    cr_expect_eq(kept[0], 'x');
    cr_expect_eq(netlist_find_net(n, name), NETLIST_NONE);
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        netlist_add_net(n, name);
    }
    cr_expect_eq(n->nets[net].name, kept);
    cr_expect_eq(strlen(kept), sizeof name - 1);
    netlist_destroy(n);
}

/* Two names of equal hash must not be taken for each other; with 10^5 names of 32-bit
 * hashes there is about one such pair, so every name is looked up again. */
Test(netlist, a_hundred_thousand_parts) {
    struct netlist *n = netlist_create();
    clock_t before = clock();
    char ref[32], net[32];
    for (uint32_t i = 0; i < 100000; i++) {
        snprintf(ref, sizeof ref, "R%u", i);
        snprintf(net, sizeof net, "Net-(R%u-Pad1)", i);
        cr_assert_eq(netlist_add_part(n, ref, "1k", "R_0805", "R"), i);
        cr_assert_eq(netlist_add_net(n, net), i);
        netlist_add_pin(n, i, "1", "", i);
        netlist_add_pin(n, i, "2", "", 0);
    }
    for (uint32_t i = 0; i < 100000; i++) {
        snprintf(ref, sizeof ref, "R%u", i);
        snprintf(net, sizeof net, "Net-(R%u-Pad1)", i);
        cr_assert_eq(netlist_find_part(n, ref), i);
        cr_assert_eq(netlist_find_net(n, net), i);
        cr_assert_eq(netlist_find_pin(n, i, "2"), 2 * i + 1);
    }
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    cr_expect_lt(seconds, 2.0, "%g s", seconds);
    netlist_destroy(n);
}
