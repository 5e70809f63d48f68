/* `linkpulse xdp CAPTURE...`, --install and --uninstall */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/capture.h"
#include "harness/interrupt.h"
#include "harness/verbs.h"
#include "harness/xdp/install.h"
#include "harness/xdp/report.h"

#define TRIP_FRAMES  10000 /* of the captures, over and over, end to end */
#define TRIP_LONGEST 1500  /* octets: a veth device takes 1514, with a serial number */

/* Frames kept for the way end to end. */
struct kept {
    struct xdp_frame frames[TRIP_FRAMES];
    size_t n, own; /* the first `own` have octets of their own, the others repeat them */
};

static void forget(struct kept *kept) {
    for (size_t i = 0; kept && i < kept->own; i++)
        free((void *)(uintptr_t)kept->frames[i].octets);
    free(kept);
}

static enum flow_hash hash_named(const char *name) {
    enum flow_hash hash = 0;
    while (strcmp(xdp_hash_name(hash), name) != 0)
        hash++;
    return hash;
}

/* The seed gives XXH32's and HalfSipHash's. */
static struct xdp_setup setup_of(const struct options *options) {
    const struct options_xdp *o = &options->xdp;
    bool reference = strcmp(o->program, "reference") == 0;
    struct xdp_setup setup = xdp_setup_of(reference ? XDP_REFERENCE : XDP_FLOW, hash_named(o->hash),
                                          reference ? REFERENCE_CPUS : o->cpus);
    setup.config.symmetric = o->symmetric;
    setup.config.seed = (uint32_t)options->seed;
    setup.config.key[0] = (uint32_t)options->seed;
    setup.config.key[1] = (uint32_t)(options->seed >> 32);
    return setup;
}

static void keep(struct kept *kept, const struct capture_frame *frame) {
    bool wanted = kept->n < TRIP_FRAMES && frame->length <= TRIP_LONGEST;
    uint8_t *octets = wanted ? malloc(frame->length) : NULL;
    if (!octets)
        return;
    memcpy(octets, frame->octets, frame->length);
    kept->frames[kept->n++] = (struct xdp_frame){octets, frame->length};
    kept->own = kept->n;
}

static bool read_capture(const char *path, struct xdp_check *check, struct kept *kept,
                         struct xdp_report *report, struct sim_err *err) {
    struct capture *capture = capture_open(path, err);
    struct capture_frame frame;
    enum capture_status status = CAPTURE_END;
    bool good = true;
    if (!capture)
        return false;
    while (good && !interrupted && (status = capture_next(capture, &frame, err)) != CAPTURE_END &&
           status != CAPTURE_DAMAGED) {
        if (status == CAPTURE_SKIPPED) {
            report->skipped++;
            continue;
        }
        keep(kept, &frame);
        good = xdp_check_frame(check, frame.octets, frame.length, err);
    }
    capture_close(capture);
    if (status == CAPTURE_DAMAGED) {
        report->partial = true;
        verbs_fail(err);
        *err = SIM_ERR_INIT;
    }
    return good;
}

/* The CPUs of this machine, and the captures' frames until there are enough. */
static void travel(struct kept *kept, struct xdp_report *report) {
    struct xdp_setup setup = report->setup;
    report->n_cpus = xdp_online_cpus(report->cpus);
    setup.config.cpus = report->n_cpus;
    memcpy(setup.config.slots, report->cpus, sizeof setup.config.slots);
    setup.filled = 0;
    for (unsigned i = 0; i < report->n_cpus; i++)
        setup.filled |= UINT64_C(1) << report->cpus[i];
    for (size_t i = 0, n = kept->n; n && kept->n < TRIP_FRAMES; i = (i + 1) % n)
        kept->frames[kept->n++] = kept->frames[i];
    for (int mode = 0; mode < XDP_MODES; mode++) {
        struct sim_err err = SIM_ERR_INIT;
        if (!xdp_end_to_end(&setup, mode, kept->frames, kept->n, &report->trips[mode], &err))
            sim_format(report->trip_why[mode], sizeof report->trip_why[mode], "%s", err.text);
    }
}

static int conclude(const struct options *options, struct xdp_report *report) {
    struct sim_err err = SIM_ERR_INIT;
    char why[512], path[4096];
    bool asked = !report->kernel_why[0] && !report->trip_why[0][0] && !report->trip_why[1][0];
    options_repeat_xdp(options, report->repeat, sizeof report->repeat);
    if (options->json && (!options_out_path(options, options->json, path, sizeof path) ||
                          !xdp_report_json(report, path, &err)))
        return verbs_fail(&err);
    xdp_report_text(report);
    if (!asked && options->xdp.require_kernel) {
        sim_err_set(&err, SIM_ERR_ENVIRONMENT, "--require-kernel: what was not run is told above");
        return verbs_fail(&err);
    }
    return xdp_report_passes(report, why, sizeof why) ? 0 : 1;
}

static int check_captures(const struct options *options) {
    struct xdp_report report = {.setup = setup_of(options)};
    struct sim_err err = SIM_ERR_INIT;
    struct kept *kept = calloc(1, sizeof *kept);
    int status;
    struct xdp_check *check =
        xdp_check_create(&report.setup, report.kernel_why, sizeof report.kernel_why, &err);
    bool good = check && kept;
    for (size_t i = 0; good && i < options->n_files && !interrupted; i++)
        good = read_capture(options->files[i], check, kept, &report, &err);
    report.partial |= interrupted;
    if (good && !xdp_checked(check).frames && !interrupted)
        good = sim_err_set(&err, SIM_ERR_INPUT, "nothing to check: no frame in the captures");
    if (good && !interrupted)
        travel(kept, &report);
    if (good) {
        report.checked = xdp_checked(check);
        status = conclude(options, &report);
    } else {
        status = verbs_fail(&err);
    }
    xdp_check_destroy(check);
    forget(kept);
    return status;
}

static int install(const struct options *options) {
    const struct options_xdp *o = &options->xdp;
    struct xdp_setup setup = setup_of(options);
    struct sim_err err = SIM_ERR_INIT;
    bool good = o->uninstall ? xdp_uninstall(o->uninstall, o->force, stdout, &err)
                             : xdp_install(o->install, &setup, o->force, stdout, &err) &&
                                   xdp_watch(o->install, 1, o->no_watch ? 1 : 0, stdout, &err);
    return good ? 0 : verbs_fail(&err);
}

int verb_xdp(const struct options *options) {
    const struct options_xdp *o = &options->xdp;
    struct sim_err err = SIM_ERR_INIT;
    bool device = o->install || o->uninstall;
    if (device && (options->n_files || (o->install && o->uninstall)))
        sim_err_set(&err, SIM_ERR_INPUT,
                    "--install and --uninstall take an interface each, one of them at a time and "
                    "no captures");
    else if (device && strcmp(o->program, "flow") != 0)
        sim_err_set(&err, SIM_ERR_INPUT, "only flow is installed");
    else if (!device && !options->n_files)
        sim_err_set(&err, SIM_ERR_INPUT, "xdp needs a capture, --install or --uninstall");
    else
        return device ? install(options) : check_captures(options);
    return verbs_fail(&err);
}
