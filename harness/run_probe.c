#include "harness/run_probe.h"

#include <stdio.h>

#define PATH 1024

bool run_probe_place(const struct options *options, const char *name, char *path, const char **out,
                     struct sim_err *err) {
    *out = name ? path : NULL;
    return !name || options_out_path(options, name, path, PATH) ||
           sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", name);
}

bool run_probe_itm(struct mcu_trace *trace, const struct options_mcu *o, struct sim_err *err) {
    struct sim_err taken = SIM_ERR_INIT;
    unsigned port = o->itm_port;
    if (!o->itm_listen && !o->gdb)
        return true;
    if (mcu_trace_listen(trace, &port, o->itm_listen ? err : &taken))
        fprintf(stderr, "linkpulse: ITM text on 127.0.0.1:%u\n", port);
    else if (o->itm_listen)
        return false;
    else
        fprintf(stderr, "linkpulse: no ITM text on TCP: %s\n", taken.text);
    return true;
}

bool run_probe_open(struct run_probe *probe, const struct options *options, struct sim_err *err) {
    const struct options_mcu *o = &options->mcu;
    char itm_path[PATH], swo_path[PATH];
    const char *itm, *swo;
    if (!run_probe_place(options, o->itm, itm_path, &itm, err) ||
        !run_probe_place(options, o->swo, swo_path, &swo, err))
        return false;
    probe->traced = itm || swo || o->itm_listen || o->gdb;
    return !probe->traced || mcu_trace_open(&probe->trace, NULL, itm, swo, err);
}

bool run_probe_serve(struct run_probe *probe, const struct options *options, struct cosim *cosim,
                     struct sim_err *err) {
    unsigned port = options->mcu.gdb_port;
    if (probe->traced && !run_probe_itm(&probe->trace, &options->mcu, err))
        return false;
    if (!options->mcu.gdb)
        return true;
    if (!cosim_debug(cosim, &port, err))
        return false;
    fprintf(stderr, "linkpulse: waiting for GDB on 127.0.0.1:%u\n", port);
    return true;
}

bool run_probe_commit(struct run_probe *probe, struct sim_err *err) {
    return !probe->traced || mcu_trace_commit(&probe->trace, err);
}

void run_probe_close(struct run_probe *probe) {
    if (probe->traced)
        mcu_trace_finish(&probe->trace);
}
