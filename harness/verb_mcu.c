/* `linkpulse mcu IMAGE` */
#include "harness/verbs.h"

#include <stdlib.h>

#include "harness/mcu.h"
#include "harness/run_probe.h"
#include "harness/report.h"

#define DEFAULT_TIME (10 * SIM_S)
#define PATH         1024

static struct mcu_request request_of(const struct options *options) {
    const struct options_mcu *o = &options->mcu;
    return (struct mcu_request){
        .image = options->files[0],
        .chip = o->chip,
        .has_base = o->has_base,
        .base = o->base,
        .max_cycles = o->max_cycles,
        .max_time = o->max_time || o->gdb ? o->max_time : DEFAULT_TIME,
        .hse_hz = o->hse_hz,
        .hse_bypass = o->hse_bypass,
        .hsi_ppm = o->hsi_ppm,
        .seed = options->seed,
        .strict = options->strict,
        .verbose = options->verbose,
        .quiet = options->quiet,
    };
}

static bool open_servers(struct mcu *mcu, const struct options_mcu *o, struct sim_err *err) {
    unsigned port = o->gdb_port;
    if (!run_probe_itm(&mcu->trace, o, err))
        return false;
    if (!o->gdb)
        return true;
    if (!mcu_debug_open(mcu, &port, err))
        return false;
    fprintf(stderr, "linkpulse: waiting for GDB on 127.0.0.1:%u\n", port);
    return true;
}

static bool write_results(struct mcu *mcu, const char *json, struct sim_err *err) {
    if (!mcu_trace_commit(&mcu->trace, err))
        return false;
    return !json || report_write(mcu_json(mcu), json, err);
}

static bool run(struct mcu *mcu, const struct options *options, const char *json,
                struct sim_err *err) {
    if (!open_servers(mcu, &options->mcu, err))
        return false;
    mcu->profile = options->mcu.profile ? mcu_profile_create(&mcu->image) : NULL;
    if (options->mcu.profile && !mcu->profile)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    mcu_run(mcu);
    fflush(stdout); /* the firmware's text comes before ours */
    if (!options->quiet || mcu_exit_code(mcu) != 0)
        mcu_print_end(mcu, stderr);
    if (mcu->profile)
        mcu_profile_print(mcu->profile, stdout);
    return write_results(mcu, json, err);
}

int verb_mcu(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct mcu_request request = request_of(options);
    char json_path[PATH], itm_path[PATH], swo_path[PATH];
    const char *json;
    if (!run_probe_place(options, options->json, json_path, &json, &err) ||
        !run_probe_place(options, options->mcu.itm, itm_path, &request.itm, &err) ||
        !run_probe_place(options, options->mcu.swo, swo_path, &request.swo, &err))
        return verbs_fail(&err);
    struct mcu *mcu = malloc(sizeof *mcu);
    if (!mcu)
        return sim_err_set(&err, SIM_ERR_ENVIRONMENT, "out of memory"), verbs_fail(&err);
    bool good = mcu_open(mcu, &request, stdout, &err) && run(mcu, options, json, &err);
    int code = good ? mcu_exit_code(mcu) : 0;
    mcu_finish(mcu);
    free(mcu);
    return good ? code : verbs_fail(&err);
}
