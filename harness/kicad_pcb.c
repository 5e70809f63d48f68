#include "harness/kicad_pcb.h"

#include <stdlib.h>
#include <string.h>

#include "harness/kicad_build.h"

#define MAX_NET_NUMBER 65535u

struct pcb_reader {
    struct kicad_build build;
    uint32_t root;
    const char **net_names; /* by number, from the list at the top; NULL = not declared */
};

/* A plain decimal number up to MAX_NET_NUMBER. */
static bool read_number(const char *text, uint32_t *number) {
    *number = 0;
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '9')
            return false;
        *number = *number * 10 + (uint32_t)(*p - '0');
        if (*number > MAX_NET_NUMBER)
            return false;
    }
    return *text != '\0';
}

static bool read_declared_nets(struct pcb_reader *r) {
    const struct sexpr *s = r->build.sexpr;
    for (uint32_t net = sexpr_find(s, r->root, "net"); net != SEXPR_NONE;
         net = sexpr_again(s, net, "net")) {
        const char *number = sexpr_text(s, net, 1), *name = sexpr_text(s, net, 2);
        uint32_t n;
        if (!number || !name || !read_number(number, &n))
            return kicad_fail(&r->build, net,
                              "a net is declared without number and name; expected (net 7 \"/a\")");
        if (r->net_names[n] && strcmp(r->net_names[n], name) != 0)
            return kicad_fail(&r->build, net, "net %u is declared as \"%s\" and as \"%s\"", n,
                              r->net_names[n], name);
        r->net_names[n] = name;
    }
    return true;
}

/* The net name of a pad: "" when it has none, NULL after an error. */
static const char *pad_net(const struct pcb_reader *r, uint32_t pad) {
    const struct sexpr *s = r->build.sexpr;
    uint32_t list = sexpr_find(s, pad, "net");
    if (list == SEXPR_NONE)
        return "";
    const char *first = sexpr_text(s, list, 1), *name = sexpr_text(s, list, 2);
    uint32_t n;
    bool numbered = first && !s->nodes[sexpr_child(s, list, 1)].quoted && read_number(first, &n);
    const char *declared = numbered ? r->net_names[n] : NULL;
    if (!first || (name && !numbered)) {
        kicad_fail(&r->build, list, "a pad's net reads (net %s ...; expected (net 7 \"/a\")",
                   first ? first : "");
        return NULL;
    }
    if (name && declared && strcmp(name, declared) != 0) {
        kicad_fail(&r->build, list, "a pad says net %u is \"%s\", the list of nets says \"%s\"", n,
                   name, declared);
        return NULL;
    }
    if (name)
        return name;
    return declared ? declared : first;
}

/* `reference` or `value` of a footprint, in either way of writing it. */
static const char *field(const struct sexpr *s, uint32_t footprint, const char *old,
                         const char *now) {
    for (uint32_t t = sexpr_find(s, footprint, "fp_text"); t != SEXPR_NONE;
         t = sexpr_again(s, t, "fp_text"))
        if (sexpr_text(s, t, 1) && strcmp(sexpr_text(s, t, 1), old) == 0 && sexpr_text(s, t, 2))
            return sexpr_text(s, t, 2);
    for (uint32_t p = sexpr_find(s, footprint, "property"); p != SEXPR_NONE;
         p = sexpr_again(s, p, "property"))
        if (sexpr_text(s, p, 1) && strcmp(sexpr_text(s, p, 1), now) == 0 && sexpr_text(s, p, 2))
            return sexpr_text(s, p, 2);
    return "";
}

static bool has_numbered_pad(const struct sexpr *s, uint32_t footprint) {
    for (uint32_t pad = sexpr_find(s, footprint, "pad"); pad != SEXPR_NONE;
         pad = sexpr_again(s, pad, "pad"))
        if (sexpr_text(s, pad, 1) && *sexpr_text(s, pad, 1))
            return true;
    return false;
}

/* The footprint's own number makes a second "REF**" unique, mostly at the first attempt. */
static uint32_t add_part(struct netlist *netlist, const char *ref, const char *value,
                         const char *footprint) {
    uint32_t part = NETLIST_NONE;
    if (*ref)
        part = netlist_add_part(netlist, ref, value, footprint, "");
    for (uint32_t n = netlist->n_parts + 1; part == NETLIST_NONE; n++) {
        char unique[160];
        sim_format(unique, sizeof unique, "%s#%u", strlen(ref) < 128 ? ref : "", (unsigned)n);
        part = netlist_add_part(netlist, unique, value, footprint, "");
    }
    return part;
}

static bool read_pad(const struct pcb_reader *r, uint32_t pad, uint32_t part) {
    const struct sexpr *s = r->build.sexpr;
    const char *number = sexpr_text(s, pad, 1), *name = sexpr_value(s, pad, "pinfunction");
    if (!number)
        return kicad_fail(&r->build, pad, "a pad without a number; expected (pad \"1\" ...)");
    const char *net = pad_net(r, pad);
    if (!net)
        return false;
    if (!*number && !*net)
        return true; /* a hole or a paste opening */
    uint32_t index = *net ? netlist_add_net(r->build.netlist, net) : NETLIST_NONE;
    return kicad_add_pin(&r->build, pad, part, number, name && strcmp(name, "~") != 0 ? name : "",
                         index);
}

static bool read_footprint(const struct pcb_reader *r, uint32_t footprint) {
    const struct sexpr *s = r->build.sexpr;
    struct netlist *netlist = r->build.netlist;
    if (!has_numbered_pad(s, footprint))
        return true;
    if (netlist->n_parts == KICAD_MAX_PARTS)
        return kicad_fail(&r->build, footprint, "more than %u footprints", KICAD_MAX_PARTS);
    uint32_t part = add_part(netlist, field(s, footprint, "reference", "Reference"),
                             field(s, footprint, "value", "Value"),
                             kicad_base_name(sexpr_text(s, footprint, 1)));
    netlist->parts[part].line = (long)s->nodes[footprint].line;
    netlist->parts[part].removed = sexpr_has_atom(s, sexpr_find(s, footprint, "attr"), "dnp");
    for (uint32_t pad = sexpr_find(s, footprint, "pad"); pad != SEXPR_NONE;
         pad = sexpr_again(s, pad, "pad"))
        if (!read_pad(r, pad, part))
            return false;
    return true;
}

static bool read_footprints(const struct pcb_reader *r) {
    const struct sexpr *s = r->build.sexpr;
    for (uint32_t node = sexpr_child(s, r->root, 1); node != SEXPR_NONE;
         node = s->nodes[node].next) {
        const char *head = sexpr_head(s, node);
        if ((strcmp(head, "footprint") == 0 || strcmp(head, "module") == 0) &&
            !read_footprint(r, node))
            return false;
    }
    if (r->build.netlist->n_parts == 0)
        return kicad_fail(&r->build, r->root, "no footprints with pads; expected (footprint ...)");
    return true;
}

static bool read_board(struct pcb_reader *r) {
    const char *head = sexpr_head(r->build.sexpr, r->root);
    if (strcmp(head, "kicad_pcb") != 0)
        return kicad_fail(&r->build, r->root, "a \"%s\" list; expected a KiCad PCB, (kicad_pcb",
                          head);
    return read_declared_nets(r) && read_footprints(r);
}

struct netlist *kicad_pcb_parse(const char *data, size_t size, const char *file,
                                struct sim_err *err) {
    struct sexpr sexpr;
    if (!sexpr_parse(&sexpr, data, size, file, err))
        return NULL;
    struct pcb_reader r = {.build = {.sexpr = &sexpr, .file = file, .err = err}};
    r.build.netlist = netlist_create();
    r.net_names = calloc(MAX_NET_NUMBER + 1, sizeof *r.net_names);
    if (!r.net_names)
        abort(); /* as netlist_create() does */
    if (!read_board(&r)) {
        netlist_destroy(r.build.netlist);
        r.build.netlist = NULL;
    }
    free(r.net_names);
    sexpr_finish(&sexpr);
    return r.build.netlist;
}

struct netlist *kicad_pcb_read(const char *path, struct sim_err *err) {
    return kicad_read(path, kicad_pcb_parse, err);
}
