#include "harness/edits.h"

#include <string.h>

#include "harness/words.h"

struct words {
    char text[512]; /* the edit, cut at its blanks */
    char *word[4];
    unsigned n;
};

static bool split(struct words *words, const char *edit) {
    if (strlen(edit) >= sizeof words->text)
        return false;
    memcpy(words->text, edit, strlen(edit) + 1);
    words->n = 0;
    for (char *at = words->text; *at;) {
        at += strspn(at, " \t");
        if (!*at)
            break;
        if (words->n == 4)
            return false;
        words->word[words->n++] = at;
        at += strcspn(at, " \t");
        if (*at)
            *at++ = '\0';
    }
    return true;
}

const char *edit_near_part(const struct netlist *netlist, const char *ref, char *out, size_t size) {
    struct words_near near = {.wanted = ref};
    for (uint32_t i = 0; i < netlist->n_parts; i++)
        words_near_offer(&near, netlist->parts[i].ref);
    return words_near_hint(&near, out, size);
}

const char *edit_near_net(const struct netlist *netlist, const char *net, char *out, size_t size) {
    struct words_near near = {.wanted = net};
    for (uint32_t i = 0; i < netlist->n_nets; i++)
        words_near_offer(&near, netlist->nets[i].name);
    return words_near_hint(&near, out, size);
}

static bool find_part(const struct netlist *netlist, const char *ref, const char *edit,
                      uint32_t *part, struct sim_err *err) {
    char hint[160];
    *part = netlist_find_part(netlist, ref);
    if (*part != NETLIST_NONE)
        return true;
    return sim_err_set(err, SIM_ERR_INPUT, "--edit \"%s\": no part \"%s\"%s", edit, ref,
                       edit_near_part(netlist, ref, hint, sizeof hint));
}

/* The pins of a part, "1 2 3(D) ...", as far as they fit. */
static void list_pins(const struct netlist *netlist, uint32_t part, char *out, size_t size) {
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = netlist->parts[part].first_pin; i != NETLIST_NONE && used + 24 < size;
         i = netlist->pins[i].next) {
        const struct netlist_pin *pin = &netlist->pins[i];
        used += sim_format(out + used, (unsigned)(size - used), *pin->name ? " %s(%s)" : " %s",
                           pin->number, pin->name);
    }
}

/* The number of the pin meant by `text`, a number or a name. */
static const char *pin_number(const struct netlist *netlist, uint32_t part, const char *text,
                              bool *ambiguous) {
    const char *found = NULL;
    *ambiguous = false;
    if (netlist_find_pin(netlist, part, text) != NETLIST_NONE)
        return text;
    for (uint32_t i = netlist->parts[part].first_pin; i != NETLIST_NONE;
         i = netlist->pins[i].next) {
        const struct netlist_pin *pin = &netlist->pins[i];
        if (strcmp(pin->name, text) != 0)
            continue;
        *ambiguous |= found && strcmp(found, pin->number) != 0;
        found = pin->number;
    }
    return *ambiguous ? NULL : found;
}

/* The part and the pin's number in "U5.12". */
static bool find_pin(const struct netlist *netlist, char *pin, const char *edit, uint32_t *part,
                     const char **number, struct sim_err *err) {
    char *dot = strchr(pin, '.');
    if (!dot)
        return sim_err_set(err, SIM_ERR_INPUT, "--edit \"%s\": \"%s\" is no pin; expected REF.PIN",
                           edit, pin);
    *dot = '\0';
    if (!find_part(netlist, pin, edit, part, err))
        return false;
    bool ambiguous;
    *number = pin_number(netlist, *part, dot + 1, &ambiguous);
    if (*number)
        return true;
    char pins[256];
    list_pins(netlist, *part, pins, sizeof pins);
    return sim_err_set(err, SIM_ERR_INPUT, "--edit \"%s\": %s has %s pin \"%s\"; its pins are%s",
                       edit, pin, ambiguous ? "more than one" : "no", dot + 1, pins);
}

/* Every pad with the number of "U5.12" goes to `net`. */
static bool move_pin(struct netlist *netlist, char *pin, const char *edit, uint32_t net,
                     struct sim_err *err) {
    uint32_t part;
    const char *number;
    if (!find_pin(netlist, pin, edit, &part, &number, err))
        return false;
    for (uint32_t i = netlist->parts[part].first_pin; i != NETLIST_NONE; i = netlist->pins[i].next)
        if (strcmp(netlist->pins[i].number, number) == 0)
            netlist->pins[i].net = net;
    return true;
}

static bool edit_join(struct netlist *netlist, struct words *words, const char *edit,
                      struct sim_err *err) {
    char hint[160];
    uint32_t net = netlist_find_net(netlist, words->word[2]);
    if (net == NETLIST_NONE)
        return sim_err_set(err, SIM_ERR_INPUT, "--edit \"%s\": no net \"%s\"%s", edit,
                           words->word[2],
                           edit_near_net(netlist, words->word[2], hint, sizeof hint));
    return move_pin(netlist, words->word[1], edit, net, err);
}

static uint32_t pins_on(const struct netlist *netlist, uint32_t net) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < netlist->n_pins; i++)
        n += netlist->pins[i].net == net;
    return n;
}

static bool edit_bridge(struct netlist *netlist, struct words *words, const char *edit,
                        struct sim_err *err) {
    uint32_t nets[2];
    for (int i = 0; i < 2; i++) {
        uint32_t part;
        const char *number;
        char shown[64];
        sim_format(shown, sizeof shown, "%s", words->word[1 + i]);
        if (!find_pin(netlist, words->word[1 + i], edit, &part, &number, err))
            return false;
        nets[i] = netlist->pins[netlist_find_pin(netlist, part, number)].net;
        if (nets[i] == NETLIST_NONE)
            return sim_err_set(err, SIM_ERR_INPUT, "--edit \"%s\": %s is on no net", edit, shown);
    }
    int keep = pins_on(netlist, nets[1]) > pins_on(netlist, nets[0]);
    for (uint32_t i = 0; i < netlist->n_pins; i++)
        if (netlist->pins[i].net == nets[!keep])
            netlist->pins[i].net = nets[keep];
    return true;
}

static bool edit_open(struct netlist *netlist, struct words *words, const char *edit,
                      struct sim_err *err) {
    return move_pin(netlist, words->word[1], edit, NETLIST_NONE, err);
}

static bool edit_value(struct netlist *netlist, struct words *words, const char *edit,
                       struct sim_err *err) {
    char *equals = strchr(words->word[1], '=');
    if (!equals || !equals[1])
        return sim_err_set(err, SIM_ERR_INPUT, "--edit \"%s\": expected value REF=VALUE", edit);
    *equals = '\0';
    uint32_t part;
    if (!find_part(netlist, words->word[1], edit, &part, err))
        return false;
    netlist_set_value(netlist, part, equals + 1);
    return true;
}

static bool edit_remove(struct netlist *netlist, struct words *words, const char *edit,
                        struct sim_err *err) {
    uint32_t part;
    if (!find_part(netlist, words->word[1], edit, &part, err))
        return false;
    netlist->parts[part].removed = true;
    return true;
}

static const struct {
    const char *verb;
    unsigned words;
    bool (*apply)(struct netlist *, struct words *, const char *, struct sim_err *);
    const char *form;
} verbs[] = {
    {"open", 2, edit_open, "open REF.PIN"},   {"short", 3, edit_join, "short REF.PIN NET"},
    {"tie", 3, edit_join, "tie REF.PIN NET"}, {"value", 2, edit_value, "value REF=VALUE"},
    {"remove", 2, edit_remove, "remove REF"}, {"bridge", 3, edit_bridge, "bridge REF.PIN REF.PIN"},
};
#define N_VERBS (sizeof verbs / sizeof *verbs)

bool edit_apply(struct netlist *netlist, const char *edit, struct sim_err *err) {
    struct words words;
    if (!split(&words, edit) || words.n == 0)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "--edit \"%s\": expected open, short, tie, value, remove or bridge",
                           edit);
    struct words_near near = {.wanted = words.word[0]};
    for (size_t i = 0; i < N_VERBS; i++) {
        words_near_offer(&near, verbs[i].verb);
        if (strcmp(verbs[i].verb, words.word[0]) != 0)
            continue;
        if (words.n != verbs[i].words)
            return sim_err_set(err, SIM_ERR_INPUT, "--edit \"%s\": expected %s", edit,
                               verbs[i].form);
        return verbs[i].apply(netlist, &words, edit, err);
    }
    char hint[160];
    return sim_err_set(err, SIM_ERR_INPUT, "--edit \"%s\": no such edit \"%s\"%s", edit,
                       words.word[0], words_near_hint(&near, hint, sizeof hint));
}
