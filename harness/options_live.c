#include <string.h>

#include "harness/options_values.h"
#include "models/line/partner.h"

static bool one_of_two(const char *name, const char *value, const char *no, const char *yes,
                       bool *out, struct sim_err *err) {
    *out = strcmp(value, yes) == 0;
    return *out || strcmp(value, no) == 0 ||
           sim_err_set(err, SIM_ERR_INPUT, "--%s %s: expected %s or %s", name, value, no, yes);
}

static bool take_partner(const char **partner, const char *value, struct sim_err *err) {
    *partner = value;
    return partner_profile(value) ||
           sim_err_set(err, SIM_ERR_INPUT, "--partner %s: expected tolerant, standard or strict",
                       value);
}

bool options_take_live(struct options_live *live, const char *name, const char *value,
                       struct sim_err *err) {
    if (strcmp(name, "tap") == 0)
        live->tap = value;
    else if (strcmp(name, "netns") == 0)
        live->netns = value;
    else if (strcmp(name, "partner") == 0)
        return take_partner(&live->partner, value, err);
    else if (strcmp(name, "duplex") == 0)
        return one_of_two(name, value, "half", "full", &live->full_duplex, err);
    else if (strcmp(name, "speed") == 0)
        return one_of_two(name, value, "real", "max", &live->max_speed, err);
    else if (strcmp(name, "no-dhcp") == 0)
        live->no_dhcp = true;
    else
        return options_no_meaning(name, err);
    return true;
}
