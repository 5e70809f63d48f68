#include "harness/kicad_net.h"

#include <stdlib.h>
#include <string.h>

#include "harness/kicad_build.h"
#include "harness/words.h"

struct net_reader {
    struct kicad_build build;
    uint32_t root;
    uint32_t *sources; /* the libsource of each netlist part, or SEXPR_NONE */
    /* Pin names of the libparts, for look-up by hash: a "part" per pin, its reference being
     * library, symbol and number, its value the name. */
    struct netlist *names;
};

/* The key of a pin in `names`, in `out`; `symbol` holds (lib ..) and (part ..). */
static const char *pin_key(const struct sexpr *s, uint32_t symbol, const char *number, char *out,
                           size_t size) {
    sim_format(out, (unsigned)size, "%s:%s:%s", sexpr_value(s, symbol, "lib"),
               sexpr_value(s, symbol, "part"), number);
    return out;
}

/* KiCad 5 states pin names here only. */
static void read_libparts(struct net_reader *r) {
    const struct sexpr *s = r->build.sexpr;
    uint32_t list = sexpr_find(s, r->root, "libparts");
    for (uint32_t libpart = sexpr_find(s, list, "libpart"); libpart != SEXPR_NONE;
         libpart = sexpr_again(s, libpart, "libpart")) {
        uint32_t pins = sexpr_find(s, libpart, "pins");
        for (uint32_t pin = sexpr_find(s, pins, "pin"); pin != SEXPR_NONE;
             pin = sexpr_again(s, pin, "pin")) {
            char key[256];
            netlist_add_part(r->names,
                             pin_key(s, libpart, sexpr_value(s, pin, "num"), key, sizeof key),
                             sexpr_value(s, pin, "name"), NULL, NULL);
        }
    }
}

/* KiCad 7 and later mark a part that is not fitted with (property (name "dnp")). */
static bool is_not_fitted(const struct sexpr *s, uint32_t comp) {
    for (uint32_t p = sexpr_find(s, comp, "property"); p != SEXPR_NONE;
         p = sexpr_again(s, p, "property")) {
        const char *name = sexpr_value(s, p, "name");
        if (name && words_equal_nocase(name, "dnp"))
            return true;
    }
    return false;
}

static bool read_component(struct net_reader *r, uint32_t comp) {
    const struct sexpr *s = r->build.sexpr;
    struct netlist *netlist = r->build.netlist;
    const char *ref = sexpr_value(s, comp, "ref");
    if (!ref || !*ref)
        return kicad_fail(&r->build, comp, "a component without a reference; expected (ref ...)");
    if (netlist->n_parts == KICAD_MAX_PARTS)
        return kicad_fail(&r->build, comp, "more than %u components", KICAD_MAX_PARTS);
    uint32_t source = sexpr_find(s, comp, "libsource");
    const char *value = sexpr_value(s, comp, "value");
    uint32_t part = netlist_add_part(
        netlist, ref, value && strcmp(value, "~") != 0 ? value : "", /* ~ = empty */
        kicad_base_name(sexpr_value(s, comp, "footprint")), sexpr_value(s, source, "part"));
    if (part == NETLIST_NONE)
        return kicad_fail(&r->build, comp, "component %s occurs twice", ref);
    netlist->parts[part].removed = is_not_fitted(s, comp);
    netlist->parts[part].line = (long)s->nodes[comp].line;
    r->sources[part] = source;
    return true;
}

static bool read_components(struct net_reader *r) {
    const struct sexpr *s = r->build.sexpr;
    uint32_t list = sexpr_find(s, r->root, "components");
    for (uint32_t comp = sexpr_find(s, list, "comp"); comp != SEXPR_NONE;
         comp = sexpr_again(s, comp, "comp"))
        if (!read_component(r, comp))
            return false;
    if (r->build.netlist->n_parts == 0)
        return kicad_fail(&r->build, list == SEXPR_NONE ? r->root : list,
                          "no components; expected (components (comp ...) ...)");
    return true;
}

static const char *pin_name(const struct net_reader *r, uint32_t node, uint32_t part,
                            const char *number) {
    const struct sexpr *s = r->build.sexpr;
    const char *name = sexpr_value(s, node, "pinfunction");
    if (!name && r->sources[part] != SEXPR_NONE) {
        char key[256];
        uint32_t found =
            netlist_find_part(r->names, pin_key(s, r->sources[part], number, key, sizeof key));
        name = found == NETLIST_NONE ? "" : r->names->parts[found].value;
    }
    return name && strcmp(name, "~") != 0 ? name : "";
}

static bool read_node(struct net_reader *r, uint32_t node, uint32_t net) {
    const struct sexpr *s = r->build.sexpr;
    const struct netlist *netlist = r->build.netlist;
    const char *ref = sexpr_value(s, node, "ref"), *number = sexpr_value(s, node, "pin");
    if (!ref || !number)
        return kicad_fail(&r->build, node, "a node without %s; expected (node (ref ..) (pin ..))",
                          ref ? "a pin" : "a reference");
    uint32_t part = netlist_find_part(netlist, ref);
    if (part == NETLIST_NONE) {
        struct words_near near = {.wanted = ref};
        char hint[128];
        for (uint32_t i = 0; i < netlist->n_parts; i++)
            words_near_offer(&near, netlist->parts[i].ref);
        return kicad_fail(&r->build, node, "a node names %s, which is no component%s", ref,
                          words_near_hint(&near, hint, sizeof hint));
    }
    return kicad_add_pin(&r->build, node, part, number, pin_name(r, node, part, number), net);
}

static bool read_nets(struct net_reader *r) {
    const struct sexpr *s = r->build.sexpr;
    uint32_t list = sexpr_find(s, r->root, "nets");
    if (list == SEXPR_NONE)
        return kicad_fail(&r->build, r->root, "no nets; expected (nets (net ...) ...)");
    for (uint32_t net = sexpr_find(s, list, "net"); net != SEXPR_NONE;
         net = sexpr_again(s, net, "net")) {
        const char *name = sexpr_value(s, net, "name");
        if (!name)
            return kicad_fail(&r->build, net, "a net without a name; expected (name ...)");
        uint32_t index = *name ? netlist_add_net(r->build.netlist, name) : NETLIST_NONE;
        for (uint32_t node = sexpr_find(s, net, "node"); node != SEXPR_NONE;
             node = sexpr_again(s, node, "node"))
            if (!read_node(r, node, index))
                return false;
    }
    return true;
}

static bool read_export(struct net_reader *r) {
    const char *head = sexpr_head(r->build.sexpr, r->root);
    if (strcmp(head, "export") != 0)
        return kicad_fail(&r->build, r->root, "a \"%s\" list; expected a KiCad netlist, (export",
                          head);
    read_libparts(r);
    return read_components(r) && read_nets(r);
}

struct netlist *kicad_net_parse(const char *data, size_t size, const char *file,
                                struct sim_err *err) {
    struct sexpr sexpr;
    if (!sexpr_parse(&sexpr, data, size, file, err))
        return NULL;
    struct net_reader r = {.build = {.sexpr = &sexpr, .file = file, .err = err}};
    r.build.netlist = netlist_create();
    r.names = netlist_create();
    r.sources = malloc(KICAD_MAX_PARTS * sizeof *r.sources);
    if (!r.sources)
        abort(); /* as netlist_create() does */
    if (!read_export(&r)) {
        netlist_destroy(r.build.netlist);
        r.build.netlist = NULL;
    }
    netlist_destroy(r.names);
    free(r.sources);
    sexpr_finish(&sexpr);
    return r.build.netlist;
}

struct netlist *kicad_net_read(const char *path, struct sim_err *err) {
    return kicad_read(path, kicad_net_parse, err);
}
