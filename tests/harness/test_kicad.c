/* The two KiCad readers on small files of every format, and on broken ones. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/kicad_net.h"
#include "harness/kicad_pcb.h"

#define DATA SOURCE_ROOT "/tests/harness/data/"

static struct sim_err err;

static struct netlist *net(const char *name) {
    err = SIM_ERR_INIT;
    struct netlist *netlist = kicad_net_read(name, &err);
    cr_assert(netlist, "%s:%ld: %s", err.file, err.line, err.text);
    return netlist;
}

static struct netlist *pcb(const char *name) {
    err = SIM_ERR_INIT;
    struct netlist *netlist = kicad_pcb_read(name, &err);
    cr_assert(netlist, "%s:%ld: %s", err.file, err.line, err.text);
    return netlist;
}

/* The net at REF.PIN, "-" when open; the pin's name through `name`. */
static const char *at(const struct netlist *netlist, const char *ref, const char *number,
                      const char **name) {
    uint32_t pin = netlist_find_pin(netlist, netlist_find_part(netlist, ref), number);
    cr_assert_neq(pin, NETLIST_NONE, "%s.%s", ref, number);
    if (name)
        *name = netlist->pins[pin].name;
    uint32_t index = netlist->pins[pin].net;
    return index == NETLIST_NONE ? "-" : netlist->nets[index].name;
}

static const struct netlist_part *part(const struct netlist *netlist, const char *ref) {
    uint32_t index = netlist_find_part(netlist, ref);
    cr_assert_neq(index, NETLIST_NONE, "%s", ref);
    return &netlist->parts[index];
}

Test(kicad_net, version_5_takes_pin_names_from_libparts) {
    struct netlist *n = net(DATA "kicad5.net");
    const char *name;
    cr_expect_eq(n->n_parts, 3);
    cr_expect_str_eq(part(n, "U1")->footprint, "SOIC-14_3.9x8.7mm_P1.27mm");
    cr_expect_str_eq(part(n, "U1")->library, "74HC74");
    cr_expect_str_eq(part(n, "C1")->value, "0.1");
    cr_expect_str_eq(at(n, "U1", "6", &name), "/~out");
    cr_expect_str_eq(name, "~Q", "old active-low names stay");
    cr_expect_str_eq(at(n, "C1", "1", &name), "VCC");
    cr_expect_str_eq(name, "", "~ is no name");
    cr_expect_str_eq(at(n, "J1", "G", NULL), "GND");
    cr_expect_eq(n->n_pins, 10, "both G pads count");
    netlist_destroy(n);
}

Test(kicad_net, version_9) {
    struct netlist *n = net(DATA "kicad9.net");
    const char *name;
    cr_expect_str_eq(at(n, "R1", "1", &name), "/a \"quoted\" net");
    cr_expect_str_eq(name, "~{CS}");
    cr_expect_str_eq(at(n, "C1", "1", NULL), "-");
    cr_expect_str_eq(part(n, "C1")->value, "");
    cr_expect(part(n, "C1")->removed, "dnp");
    cr_expect(!part(n, "R1")->removed);
    netlist_destroy(n);
}

#define PART(ref) "(comp (ref " ref ") (value x))"
static const struct {
    const char *text, *message;
    long line;
} bad_net[] = {
    {"(kicad_pcb)", "expected a KiCad netlist", 1},
    {"(export)", "no components", 1},
    {"(export (components))", "no components", 1},
    {"(export (components " PART("U1") "))", "no nets", 1},
    {"(export (components\n" PART("U1") "\n" PART("U1") ") (nets))", "U1 occurs twice", 3},
    {"(export (components (comp (value 1))) (nets))", "without a reference", 1},
    {"(export (components " PART("U1") ")\n(nets (net (name a)\n(node (ref U2) (pin 1)))))",
     "names U2, which is no component; nearest is \"U1\"", 3},
    {"(export (components " PART("U1") ") (nets (net (name a) (node (ref U1) (pin 1)))\n"
                                       "(net (name b) (node (ref U1) (pin 1)))))",
     "pin U1.1 is on two nets, \"a\" and \"b\"", 2},
    {"(export (components " PART("U1") ") (nets (net (name a) (node (ref U1)))))", "without a pin",
     1},
    {"(export (components " PART("U1") ") (nets (net (node))))", "without a name", 1},
    {"(export (components " PART("U1") ") (nets (net (name a)", "ends inside", 1},
};

Test(kicad_net, refuses_with_line) {
    for (size_t i = 0; i < sizeof bad_net / sizeof *bad_net; i++) {
        err = SIM_ERR_INIT;
        cr_assert_null(kicad_net_parse(bad_net[i].text, strlen(bad_net[i].text), "b.net", &err),
                       "%s", bad_net[i].text);
        cr_expect(strstr(err.text, bad_net[i].message), "%s", err.text);
        cr_expect_eq(err.line, bad_net[i].line, "%s: %ld", err.text, err.line);
    }
}

Test(kicad_pcb, version_5_modules_and_double_references) {
    struct netlist *n = pcb(DATA "kicad5.kicad_pcb");
    cr_expect_eq(n->n_parts, 3, "the hole is no part");
    cr_expect_str_eq(part(n, "Q1")->value, "2N7002");
    cr_expect_str_eq(part(n, "Q1")->footprint, "SOT-23");
    cr_expect_str_eq(at(n, "Q1", "1", NULL), "/~idle");
    cr_expect_str_eq(at(n, "REF**", "1", NULL), "GND");
    cr_expect_str_eq(at(n, "REF**#3", "1", NULL), "/~idle");
    netlist_destroy(n);
}

Test(kicad_pcb, version_6_footprints) {
    struct netlist *n = pcb(DATA "kicad6.kicad_pcb");
    const char *name;
    cr_expect_eq(n->n_parts, 2);
    cr_expect_str_eq(part(n, "U2")->value, "74HC14");
    cr_expect_str_eq(at(n, "U2", "7", &name), "GND");
    cr_expect_str_eq(name, "GND");
    cr_expect_str_eq(at(n, "U2", "12", NULL), "/~{idle}");
    cr_expect_str_eq(at(n, "U2", "13", NULL), "-");
    cr_expect_str_eq(at(n, "#2", "1", NULL), "GND", "an empty reference is made one");
    netlist_destroy(n);
}

Test(kicad_pcb, version_8_properties_and_dnp) {
    struct netlist *n = pcb(DATA "kicad8.kicad_pcb");
    cr_expect_str_eq(part(n, "C9")->value, "100");
    cr_expect(part(n, "C9")->removed);
    cr_expect_str_eq(at(n, "C9", "2", NULL), "Net-(C9-Pad2)");
    netlist_destroy(n);
}

Test(kicad_pcb, version_9_nets_by_name) {
    struct netlist *n = pcb(DATA "kicad9.kicad_pcb");
    cr_expect_str_eq(at(n, "R1", "1", NULL), "VCC");
    cr_expect_str_eq(at(n, "R1", "2", NULL), "/sck");
    netlist_destroy(n);
}

#define FOOT(pads) "(kicad_pcb (net 1 GND) (net 2 a)\n(footprint x " pads "))"
static const struct {
    const char *text, *message;
    long line;
} bad_pcb[] = {
    {"(export)", "expected a KiCad PCB", 1},
    {"(kicad_pcb)", "no footprints with pads", 1},
    {"(kicad_pcb (net 99999999999 x))", "without number and name", 1},
    {"(kicad_pcb (net 1 a)\n(net 1 b))", "as \"a\" and as \"b\"", 2},
    {FOOT("(pad 1 (net 1 VCC))"), "the list of nets says \"GND\"", 2},
    {FOOT("(pad 1 (net 1 GND))\n(pad 1 (net 2 a))"), "on two nets", 3},
    {FOOT("(pad 1 (net x y))"), "a pad's net reads", 2},
    {FOOT("(pad 1 (net))"), "a pad's net reads", 2},
    {FOOT("(pad 1) (pad)"), "without a number", 2},
};

Test(kicad_pcb, refuses_with_line) {
    for (size_t i = 0; i < sizeof bad_pcb / sizeof *bad_pcb; i++) {
        err = SIM_ERR_INIT;
        cr_assert_null(kicad_pcb_parse(bad_pcb[i].text, strlen(bad_pcb[i].text), "b", &err), "%s",
                       bad_pcb[i].text);
        cr_expect(strstr(err.text, bad_pcb[i].message), "%s", err.text);
        cr_expect_eq(err.line, bad_pcb[i].line, "%s: %ld", err.text, err.line);
    }
}

Test(kicad_pcb, limits_pins_of_a_part) {
    size_t size = 0, room = 200000;
    char *text = malloc(room);
    size += (size_t)snprintf(text, room, "(kicad_pcb (footprint x");
    for (int i = 0; i < 5000; i++)
        size += (size_t)snprintf(text + size, room - size, "(pad %d (net \"a\"))", i);
    size += (size_t)snprintf(text + size, room - size, "))");
    cr_expect_null(kicad_pcb_parse(text, size, "b", &err));
    cr_expect(strstr(err.text, "too many pins"), "%s", err.text);
    free(text);
}

Test(kicad, missing_file_is_an_input_error) {
    cr_expect_null(kicad_net_read(DATA "absent.net", &err));
    cr_expect_eq(err.cls, SIM_ERR_INPUT);
    cr_expect_null(kicad_pcb_read(DATA, &err));
    cr_expect(strstr(err.text, "cannot be read"), "%s", err.text);
}
