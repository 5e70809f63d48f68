#include <stdlib.h>
#include <string.h>

#include "harness/gate/sweep.h"
#include "harness/options.h"
#include "harness/options_values.h"

static bool take_number(const char *name, const char *value, uint64_t most, uint64_t *out,
                        struct sim_err *err) {
    return (options_u64(value, out) && *out <= most) ||
           sim_err_set(err, SIM_ERR_INPUT, "--%s %s: expected a number up to %ld", name, value,
                       (long)most);
}

static bool take_count(const char *name, const char *value, unsigned most, unsigned *out,
                       struct sim_err *err) {
    uint64_t n = 0;
    if (!options_u64(value, &n) || n < 1 || n > most)
        return sim_err_set(err, SIM_ERR_INPUT, "--%s %s: expected 1 to %u", name, value, most);
    *out = (unsigned)n;
    return true;
}

/* "2/7", the second of seven, as test runners count; kept from 0. */
static bool split(const char *value, unsigned *shard, unsigned *shards) {
    char first[16];
    const char *slash = strchr(value, '/');
    uint64_t i, n;
    if (!slash || (size_t)(slash - value) >= sizeof first)
        return false;
    memcpy(first, value, (size_t)(slash - value));
    first[slash - value] = 0;
    if (!options_u64(first, &i) || !options_u64(slash + 1, &n) || i < 1 || i > n ||
        n > OPTIONS_MAX_SHARDS)
        return false;
    *shard = (unsigned)i - 1;
    *shards = (unsigned)n;
    return true;
}

static bool variable(const char *name, uint64_t *value) {
    const char *text = getenv(name);
    return text && options_u64(text, value);
}

/* A Slurm array counts from its own first index in its own steps, a parallel CI job from 1,
 * an indexed Kubernetes job from 0 and does not tell how many there are. */
static bool from_environment(unsigned total, struct options_sweep *sweep, struct sim_err *err) {
    uint64_t i, n = total, least = 0, step = 1;
    if (variable("SLURM_ARRAY_TASK_ID", &i) && variable("SLURM_ARRAY_TASK_MIN", &least)) {
        variable("SLURM_ARRAY_TASK_COUNT", &n);
        variable("SLURM_ARRAY_TASK_STEP", &step);
        i = step && i >= least ? (i - least) / step : n;
    } else if (variable("CI_NODE_INDEX", &i)) {
        variable("CI_NODE_TOTAL", &n);
        i = i >= 1 ? i - 1 : n;
    } else if (!variable("JOB_COMPLETION_INDEX", &i)) {
        return sim_err_set(err, SIM_ERR_INPUT,
                           "--shard auto: found none of SLURM_ARRAY_TASK_ID and _MIN, "
                           "CI_NODE_INDEX, JOB_COMPLETION_INDEX");
    }
    if (total)
        n = total;
    if (n < 1 || n > OPTIONS_MAX_SHARDS || i >= n)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "--shard auto: the environment gives index %ld (from 0) of %ld; state "
                           "the total as auto/N",
                           (long)i, (long)n);
    sweep->shard = (unsigned)i;
    sweep->shards = (unsigned)n;
    return true;
}

static bool take_shard(struct options_sweep *sweep, const char *value, struct sim_err *err) {
    unsigned total = 0;
    if (strcmp(value, "auto") == 0)
        return from_environment(0, sweep, err);
    if (strncmp(value, "auto/", 5) == 0)
        return take_count("shard", value + 5, OPTIONS_MAX_SHARDS, &total, err) &&
               from_environment(total, sweep, err);
    return split(value, &sweep->shard, &sweep->shards) ||
           sim_err_set(err, SIM_ERR_INPUT, "--shard %s: expected I/N with I from 1 to N, or auto",
                       value);
}

static bool take_percent(const char *value, double *fraction, struct sim_err *err) {
    char *end;
    double percent = strtod(value, &end);
    if (end == value || (*end && strcmp(end, "%") != 0) || !(percent >= 0 && percent <= 100))
        return sim_err_set(err, SIM_ERR_INPUT, "--min-yield %s: expected 0 to 100 per cent", value);
    *fraction = percent / 100;
    return true;
}

static bool take_emit(struct options_sweep *sweep, const char *value, struct sim_err *err) {
    sweep->emit = value;
    return strcmp(value, "slurm") == 0 || strcmp(value, "parallel") == 0 ||
           sim_err_set(err, SIM_ERR_INPUT, "--emit %s: expected slurm or parallel", value);
}

bool options_take_sweep(struct options_sweep *sweep, const char *name, const char *value,
                        struct sim_err *err) {
    if (strcmp(name, "samples") == 0)
        return take_number(name, value, SWEEP_MOST_SAMPLES, &sweep->samples, err);
    if (strcmp(name, "sample") == 0) {
        sweep->one = true;
        return take_number(name, value, SWEEP_MOST_SAMPLES, &sweep->sample, err);
    }
    if (strcmp(name, "shard") == 0)
        return take_shard(sweep, value, err);
    if (strcmp(name, "shards") == 0)
        return take_count(name, value, OPTIONS_MAX_SHARDS, &sweep->emit_shards, err);
    if (strcmp(name, "emit") == 0)
        return take_emit(sweep, value, err);
    if (strcmp(name, "min-yield") == 0)
        return take_percent(value, &sweep->min_yield, err);
    if (strcmp(name, "records") == 0)
        sweep->records = value;
    else if (strcmp(name, "no-advice") == 0)
        sweep->no_advice = true;
    else
        return options_no_meaning(name, err);
    return true;
}
