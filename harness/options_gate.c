#include <stdlib.h>
#include <string.h>

#include "harness/options.h"

static bool take_only(struct options_gate *gate, const char *id, struct sim_err *err) {
    if (gate->n_only == OPTIONS_MAX_ONLY)
        return sim_err_set(err, SIM_ERR_INPUT, "more than %d times --only", OPTIONS_MAX_ONLY);
    gate->only[gate->n_only++] = id;
    return true;
}

/* "95", "95 %": percent, as it is printed. */
static bool take_yield(double *share, const char *value, struct sim_err *err) {
    char *end;
    double percent = strtod(value, &end);
    while (*end == ' ')
        end++;
    if (end == value || (*end && strcmp(end, "%") != 0) || !(percent >= 0 && percent <= 100))
        return sim_err_set(err, SIM_ERR_INPUT, "--min-yield %s: expected 0 to 100 %%", value);
    *share = percent / 100;
    return true;
}

bool options_take_gate(struct options_gate *gate, const char *name, const char *value,
                       struct sim_err *err) {
    if (strcmp(name, "profile") == 0)
        gate->profile = value;
    else if (strcmp(name, "only") == 0)
        return take_only(gate, value, err);
    else if (strcmp(name, "list") == 0)
        gate->list = true;
    else if (strcmp(name, "fail-on-reservations") == 0)
        gate->fail_on_reservations = true;
    else if (strcmp(name, "min-yield") == 0)
        return take_yield(&gate->min_yield, value, err);
    else
        return sim_err_set(err, SIM_ERR_UNMODELLED, "option %s has a row and no meaning", name);
    if (strcmp(name, "profile") != 0 || strcmp(value, "function") == 0 ||
        strcmp(value, "standard") == 0)
        return true;
    return sim_err_set(err, SIM_ERR_INPUT, "--profile %s: expected function or standard", value);
}
