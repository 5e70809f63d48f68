#include <stdlib.h>
#include <string.h>

#include "harness/board_config.h"
#include "harness/options_values.h"

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

static bool take_date(const char **date, const char *value, struct sim_err *err) {
    *date = value;
    return board_config_is_date(value) ||
           sim_err_set(err, SIM_ERR_INPUT, "--date %s: expected YYYY-MM-DD", value);
}

static bool take_profile(const char **profile, const char *value, struct sim_err *err) {
    *profile = value;
    return strcmp(value, "function") == 0 || strcmp(value, "standard") == 0 ||
           sim_err_set(err, SIM_ERR_INPUT, "--profile %s: expected function or standard", value);
}

bool options_take_gate(struct options_gate *gate, const char *name, const char *value,
                       struct sim_err *err) {
    const struct {
        const char *name, **text;
    } texts[] = {{"html", &gate->html},
                 {"sarif", &gate->sarif},
                 {"markdown", &gate->markdown},
                 {"waivers", &gate->waivers},
                 {"git", &gate->git}};
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"list", &gate->list},
                 {"fail-on-reservations", &gate->fail_on_reservations},
                 {"bisect", &gate->bisect},
                 {"self-test", &gate->self_test}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].text = value;
            return true;
        }
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(name, flags[i].name) == 0)
            return *flags[i].flag = true;
    if (strcmp(name, "profile") == 0)
        return take_profile(&gate->profile, value, err);
    if (strcmp(name, "only") == 0)
        return take_only(gate, value, err);
    if (strcmp(name, "min-yield") == 0)
        return take_yield(&gate->min_yield, value, err);
    if (strcmp(name, "date") == 0)
        return take_date(&gate->date, value, err);
    return options_no_meaning(name, err);
}

bool options_check_gate(const struct options *options, struct sim_err *err) {
    const struct options_gate *gate = &options->gate;
    bool files = options->json || options->junit || gate->html || gate->sarif || gate->markdown;
    if (gate->git && files)
        return sim_err_set(err, SIM_ERR_INPUT, "--git prints a table and writes no files");
    if (gate->self_test && (gate->git || gate->bisect || gate->n_only || options->junit ||
                            gate->html || gate->sarif || gate->markdown))
        return sim_err_set(err, SIM_ERR_INPUT,
                           "--self-test goes with --json, and with no other output, --only, --git "
                           "or --bisect");
    if (gate->git && gate->bisect)
        return sim_err_set(err, SIM_ERR_INPUT, "--git and --bisect do not go together");
    if (gate->git && !options->board)
        return sim_err_set(err, SIM_ERR_INPUT, "--git needs the path of a board in %s", gate->git);
    return true;
}
