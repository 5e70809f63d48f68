/* `linkpulse sweep [BOARD]` and `linkpulse merge RECORDS...` */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/gate/sweep_emit.h"
#include "harness/gate/sweep_records.h"
#include "harness/gate/sweep_report.h"
#include "harness/gate/sweep_study.h"
#include "harness/interrupt.h"
#include "harness/progress.h"
#include "harness/report.h"
#include "harness/verbs.h"

#define COMMAND 8192

struct job {
    const struct options *options;
    struct sweep_origin origin;
    struct board board;
    struct sweep_plan plan;
    char command[COMMAND];      /* without samples */
    char repeat[COMMAND + 128]; /* with them */
    struct progress progress;
};

static unsigned shards_of(const struct options *options) {
    return options->sweep.shards ? options->sweep.shards : 1;
}

static void describe(struct job *job) {
    options_repeat_sweep(job->options, job->command, sizeof job->command);
    snprintf(job->repeat, sizeof job->repeat, "%s --samples %" PRIu64, job->command,
             job->origin.samples);
    if (job->options->sweep.min_yield < 0.95 || job->options->sweep.min_yield > 0.95) {
        size_t used = strlen(job->repeat);
        snprintf(job->repeat + used, sizeof job->repeat - used, " --min-yield %.6g",
                 100 * job->options->sweep.min_yield);
    }
}

static bool open_job(struct job *job, struct sim_err *err) {
    if (!board_load(&job->board, &job->origin.board, err))
        return false;
    if (sweep_plan_create(&job->board, job->origin.seed, -1, &job->plan, err))
        return true;
    board_finish(&job->board);
    return false;
}

static void close_job(struct job *job) {
    sweep_plan_destroy(&job->plan);
    board_finish(&job->board);
}

static void tell_progress(void *user, uint64_t done, uint64_t failures) {
    progress_update(&((struct job *)user)->progress, done, failures);
}

static struct sweep_request request_of(struct job *job) {
    const struct options *o = job->options;
    bool whole = job->origin.shards == 1;
    return (struct sweep_request){
        .board = &job->board,
        .seed = job->origin.seed,
        .samples = job->origin.samples,
        .jobs = o->jobs,
        .shard = job->origin.shard,
        .shards = job->origin.shards,
        .blame = whole,
        .advice = whole && !o->sweep.no_advice,
        .widths = whole && !o->sweep.no_advice,
        .repeat = job->command,
        .progress = tell_progress,
        .user = job,
    };
}

/* --- the report ---------------------------------------------------------------------------- */

static int report_shard(const struct job *job, const struct sweep_result *result) {
    const struct sweep_yield *y = &result->yields[0];
    printf("%s: shard %u/%u, %" PRIu64 " samples, %" PRIu64 " passed%s; join all by: %s merge\n",
           result->interrupted ? "PARTIAL" : "RECORDED", job->origin.shard + 1, job->origin.shards,
           y->samples, y->passed, result->interrupted ? ", interrupted" : "",
           job->options->program);
    return result->interrupted ? 1 : 0;
}

static int report(const struct job *job, const struct sweep_result *result) {
    const struct options *o = job->options;
    struct sim_err err = SIM_ERR_INIT;
    const struct sweep_report r = {
        .result = result,
        .board = &job->board,
        .name = job->origin.board.board,
        .seed = job->origin.seed,
        .samples = job->origin.samples,
        .shard = job->origin.shard,
        .shards = job->origin.shards,
        .min_yield = o->sweep.min_yield,
        .repeat = job->repeat,
    };
    char path[4096];
    bool written = !o->json || (options_out_path(o, o->json, path, sizeof path) &&
                                sweep_report_json(&r, path, &err));
    if (job->origin.shards == 1)
        sweep_report_text(&r, stdout, report_colour(stdout));
    int code = job->origin.shards > 1 ? report_shard(job, result) : !sweep_report_passes(&r);
    return written ? code : verbs_fail(&err);
}

/* --- one sample --------------------------------------------------------------------------------
 */

static void print_slacks(const struct sweep_sample *sample) {
    printf("%-20s %14s\n", "check", "slack");
    for (int i = 0; i < SWEEP_CHECKS; i++) {
        double ns = sweep_slack_ns((enum sweep_check)i, sample->slack[i]);
        printf("%-20s ", sweep_checks[i].name);
        if (sample->slack[i] == SWEEP_NOT_SEEN)
            printf("%14s", "not measured");
        else if (sample->slack[i] == SWEEP_AMPLE)
            printf("%14s", "passed");
        else
            printf("%14.3f ns%s", ns, sample->slack[i] < 0 ? "  FAILED" : "");
        printf("%s  %s\n", sweep_checks[i].apart ? "  (not in the yield of all)" : "",
               sweep_checks[i].source);
    }
}

static void print_values(const struct job *job, const double *deviations) {
    printf("%-20s %12s %12s %8s  %s\n", "parameter", "value", "nominal", "sigma", "limits");
    for (size_t i = 0; i < job->plan.n_parameters; i++) {
        const struct sweep_parameter *p = &job->plan.parameters[i];
        printf("%-20s %12.5g %12.5g %+8.2f  %.5g .. %.5g %s, %s\n", p->name,
               sweep_value(p, deviations[i]), p->nominal, deviations[i], p->low, p->high, p->unit,
               p->source);
    }
    putchar('\n');
}

static void print_shrunk(struct sweep_worker *worker, const double *deviations,
                         const struct sweep_sample *sample) {
    char text[512];
    bool *kept = calloc(worker->plan->n_parameters, sizeof *kept);
    if (!kept)
        abort(); /* as netlist_create() does */
    enum sweep_check check = sweep_culprit(sample);
    sweep_shrink(worker, deviations, check, kept);
    sweep_shrunk_text(worker->plan, deviations, kept, text, sizeof text);
    printf("\n%s still fails with %s\n", sweep_checks[check].name,
           text[0] ? text : "every value nominal");
    free(kept);
}

static int one_sample(struct job *job, struct sim_err *err) {
    uint64_t k = job->options->sweep.sample;
    struct sweep_sample sample;
    struct sweep_worker *worker = sweep_worker_create(&job->plan, err);
    double *deviations = calloc(job->plan.n_parameters, sizeof *deviations);
    if (!worker || !deviations) {
        sweep_worker_destroy(worker);
        free(deviations);
        return verbs_fail(err);
    }
    for (size_t i = 0; i < job->plan.n_parameters; i++)
        deviations[i] = sweep_deviation(&job->plan, k, i);
    sweep_worker_sample(worker, k, &sample);
    bool pass = sweep_passed(&sample);
    print_values(job, deviations);
    print_slacks(&sample);
    if (!pass)
        print_shrunk(worker, deviations, &sample);
    printf("\n%s: sample %" PRIu64 ", least slack %.3f ns; repeat: %s --sample %" PRIu64 "\n",
           pass ? "PASS" : "FAIL", k, sweep_least(&sample) * 1e-3, job->command, k);
    sweep_worker_destroy(worker);
    free(deviations);
    return pass ? 0 : 1;
}

/* --- sweep --------------------------------------------------------------------------------- */

static bool records_path(const struct options *o, char *path, size_t size, struct sim_err *err) {
    char name[64];
    snprintf(name, sizeof name, "sweep-%u-of-%u.jsonl", o->sweep.shard + 1, o->sweep.shards);
    if (o->out_dir && mkdir(o->out_dir, 0777) != 0 && errno != EEXIST)
        return sim_err_set(err, SIM_ERR_INPUT, "--out %s: %s", o->out_dir, strerror(errno));
    return options_out_path(o, o->sweep.records ? o->sweep.records : name, path, size) ||
           sim_err_set(err, SIM_ERR_INPUT, "--records: the path is too long");
}

static int run(struct job *job, struct sim_err *err) {
    const struct options *o = job->options;
    struct sweep_request request = request_of(job);
    struct sweep_result result = {0};
    char path[1024], hash[33];
    const struct sweep_recording recording = {path, &job->origin, hash};
    bool recorded = o->sweep.records || job->origin.shards > 1;
    const struct sweep_origin *g = &job->origin;
    if ((recorded || o->out_dir) && !records_path(o, path, sizeof path, err))
        return verbs_fail(err);
    if (recorded && !sweep_hash(g, &job->plan, hash, err))
        return verbs_fail(err);
    progress_begin(&job->progress, "samples",
                   sweep_first(g, g->shard + 1) - sweep_first(g, g->shard), o->quiet);
    bool good =
        sweep_run_recorded(&request, &job->plan, recorded ? &recording : NULL, &result, err);
    progress_end(&job->progress);
    int code = good ? report(job, &result) : verbs_fail(err);
    sweep_finish(&result);
    return code;
}

static int emit(const struct job *job) {
    const struct options *o = job->options;
    const struct sweep_emit e = {o->program, job->repeat, o->sweep.emit_shards};
    (strcmp(o->sweep.emit, "slurm") == 0 ? sweep_emit_slurm : sweep_emit_parallel)(&e, stdout);
    return 0;
}

int verb_sweep(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct job job = {.options = options};
    job.origin = (struct sweep_origin){
        .board = verbs_board(options),
        .seed = options->seed,
        .samples = options->sweep.samples,
        .shard = options->sweep.shard,
        .shards = shards_of(options),
    };
    describe(&job);
    if (!open_job(&job, &err))
        return verbs_fail(&err);
    int code = options->sweep.emit  ? emit(&job)
               : options->sweep.one ? one_sample(&job, &err)
                                    : run(&job, &err);
    close_job(&job);
    return code;
}

/* --- merge --------------------------------------------------------------------------------- */

/* The board must be here as it was there: blame and advice look at it again. */
static bool same_sweep(const struct job *job, const struct sweep_merged *merged,
                       struct sim_err *err) {
    char hash[33];
    if (!sweep_hash(&job->origin, &job->plan, hash, err))
        return false;
    return strcmp(hash, merged->hash) == 0 ||
           sim_err_set(err, SIM_ERR_INPUT,
                       "%s is not the board of these records, or the program is another: hash %s, "
                       "in the records %s",
                       job->board.path, hash, merged->hash);
}

static int conclude(struct job *job, const struct sweep_merged *merged, struct sim_err *err) {
    struct sweep_request request = request_of(job);
    const struct sweep_study study = {&request, &job->plan, merged->samples, 0,
                                      job->origin.samples};
    struct sweep_result result = {0};
    if (!same_sweep(job, merged, err) || !sweep_conclude(&study, &result, err))
        return verbs_fail(err);
    int code = report(job, &result);
    sweep_finish(&result);
    return code;
}

int verb_merge(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct sweep_merged merged;
    if (!sweep_merge(&merged, options->files, options->n_files, &err))
        return verbs_fail(&err);
    struct options of_sweep = *options;
    of_sweep.board = merged.origin.board.board;
    of_sweep.ini = merged.origin.board.ini;
    of_sweep.seed = merged.origin.seed;
    of_sweep.sets = merged.words;
    of_sweep.n_sets = merged.origin.board.n_sets;
    of_sweep.edits = merged.words + merged.origin.board.n_sets;
    of_sweep.n_edits = merged.origin.board.n_edits;
    struct job job = {.options = &of_sweep, .origin = merged.origin};
    describe(&job);
    int code;
    if (open_job(&job, &err)) {
        code = conclude(&job, &merged, &err);
        close_job(&job);
    } else {
        code = verbs_fail(&err);
    }
    sweep_merged_finish(&merged);
    return code;
}
