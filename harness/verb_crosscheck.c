/* linkpulse crosscheck: both engines on the same captures, at several delay scales and idle
 * levels; every edge is paired, every octet compared. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/capture.h"
#include "harness/cosim.h"
#include "harness/crosscheck_run.h"
#include "harness/interrupt.h"
#include "harness/outfile.h"
#include "harness/run_image.h"
#include "harness/run_result.h"
#include "harness/verbs.h"

/* What is run when --set states neither; the reference board decodes over all of it. */
static const char *const scales[] = {"delay.scale=0.5", "delay.scale=0.65", "delay.scale=0.8"};
static const char *const idles[] = {"receiver.idle=high", "receiver.idle=low"};

#define FINDINGS 5 /* printed, without --verbose */

struct totals {
    unsigned settings, red, undecided;
    uint64_t frames;
};

static bool is_set(const struct options *options, const char *setting) {
    size_t n = strcspn(setting, "=") + 1;
    for (size_t i = 0; i < options->n_sets; i++)
        if (strncmp(options->sets[i], setting, n) == 0)
            return true;
    return false;
}

static bool run_capture(struct crosscheck_run *run, const char *path, struct sim_err *err) {
    struct capture *capture = capture_open(path, err);
    if (!capture)
        return false;
    struct capture_frame frame;
    enum capture_status status = CAPTURE_END;
    bool good = true;
    crosscheck_run_capture(run);
    while (good && !interrupted && (status = capture_next(capture, &frame, err)) != CAPTURE_END &&
           status != CAPTURE_DAMAGED)
        good = status == CAPTURE_SKIPPED ||
               crosscheck_run_frame(run, frame.octets, frame.length, frame.time_ns, err);
    capture_close(capture);
    return good && status != CAPTURE_DAMAGED;
}

static double ns(sim_time time) {
    return (double)time * 1e-3;
}

static void print_net(const struct crosscheck_net *net) {
    if (!net->tally.pairs && !net->tally.only[0] && !net->tally.only[1])
        return;
    printf("%-18s %9" PRIu64 " %6" PRIu64 " %6" PRIu64 "  %+7.2f %7.2f %+8.3f at %.3f us%s\n",
           net->name, net->tally.pairs, net->tally.only[0], net->tally.only[1],
           ns(crosscheck_median(net)), ns(crosscheck_percentile(net, 99)), ns(net->tally.worst),
           ns(net->tally.worst_at) * 1e-3, crosscheck_agrees(net) ? "" : "  DIFFERS");
}

/* An oscillator's edges are aligned, so that the table does not show its period. */
static void print_periods(const struct crosscheck_net *nets, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (nets[i].tally.periods)
            printf("%s oscillates: %" PRIu64 " half periods, at most %.3f ppm apart\n",
                   nets[i].name, nets[i].tally.periods, (double)nets[i].tally.period_ppb * 1e-3);
}

/* What neither engine moved: a dead stage, or one that this input does not reach. */
static void print_still(const struct crosscheck_net *nets, size_t n) {
    size_t still = 0;
    for (size_t i = 0; i < n; i++)
        if (!nets[i].tally.pairs && !nets[i].tally.only[0] && !nets[i].tally.only[1])
            printf("%s %s at %s", still++ ? "," : "still in both:", nets[i].name, nets[i].driver);
    if (still)
        putchar('\n');
}

static void print_list(const struct circuit_edge *edges, size_t n) {
    for (size_t i = 0; i < n; i++)
        printf("  %s %.3f", edges[i].level ? "up" : "down", ns(edges[i].time));
}

/* What came before, agreed upon, and from the difference on. */
static void print_edges(const struct crosscheck_finding *finding, int side, const char *name) {
    printf("    %-6s", name);
    print_list(finding->before[side], finding->n_before[side]);
    fputs("  |", stdout);
    print_list(finding->around[side], finding->n[side]);
    printf("%s\n", finding->n[side] ? "  ns" : "  no edge");
}

/* Everything that is not zero, in steps of the table's resolution. */
static void print_histogram(const struct crosscheck_net *net) {
    if (!net->tally.pairs)
        return;
    printf("    %-16s", net->name);
    for (int bin = 0; bin < CROSSCHECK_BINS; bin++)
        if (net->tally.bins[bin])
            printf(" %+.2f:%" PRIu64, (bin - CROSSCHECK_BINS / 2) * CROSSCHECK_BIN * 1e-3,
                   net->tally.bins[bin]);
    putchar('\n');
}

static void print_histograms(const struct crosscheck_net *nets, size_t n) {
    puts("event - rtl, ns: how many pairs");
    for (size_t i = 0; i < n; i++)
        print_histogram(&nets[i]);
}

/* A median beyond the limit with no single edge so far off is told without waveforms. */
static void print_finding(const struct crosscheck_net *net) {
    static const char *const what[] = {
        [CROSSCHECK_NOTHING] = "the median difference is above 1 ns",
        [CROSSCHECK_ONLY_EVENT] = "an edge in the event engine only",
        [CROSSCHECK_ONLY_RTL] = "an edge in the rtl engine only",
        [CROSSCHECK_APART] = "an edge more than 3 ns apart",
    };
    const struct crosscheck_finding *first = &net->tally.first;
    printf("  %s at %s", net->name, net->driver);
    if (first->what == CROSSCHECK_NOTHING) {
        printf(": %s\n", what[first->what]);
        return;
    }
    printf(", from %.3f us: %s\n", ns(first->time) * 1e-3, what[first->what]);
    print_edges(first, CROSSCHECK_EVENT, "event");
    print_edges(first, CROSSCHECK_RTL, "rtl");
}

static int by_first(const void *x, const void *y) {
    const struct crosscheck_net *const *a = x, *const *b = y;
    sim_time s = (*a)->tally.first.what ? (*a)->tally.first.time : SIM_NEVER;
    sim_time t = (*b)->tally.first.what ? (*b)->tally.first.time : SIM_NEVER;
    return s < t ? -1 : s > t;
}

/* In the order of time: what comes first is nearest to the cause. Returns how many. */
static size_t print_findings(const struct crosscheck_net *nets, size_t n, size_t most) {
    const struct crosscheck_net **bad = calloc(n + 1, sizeof *bad);
    size_t n_bad = 0;
    if (!bad)
        abort();
    for (size_t i = 0; i < n; i++)
        if (!crosscheck_agrees(&nets[i]))
            bad[n_bad++] = &nets[i];
    qsort(bad, n_bad, sizeof *bad, by_first);
    if (n_bad)
        puts("first differences, in the order of time:");
    for (size_t i = 0; i < n_bad && i < most; i++)
        print_finding(bad[i]);
    if (n_bad > most)
        printf("  and %zu nets more\n", n_bad - most);
    free(bad);
    return n_bad;
}

static void print_figures(const struct crosscheck_figures *f) {
    double line = (double)f->simulated * 1e-12;
    printf("%" PRIu64 " frames: recovered by event %" PRIu64 ", by rtl %" PRIu64
           "; octets differ in %" PRIu64 "; undecided %" PRIu64 "; doubts without effect %" PRIu64
           "\n",
           f->frames, f->recovered[0], f->recovered[1], f->different, f->undecided, f->doubts);
    printf("%.3f ms of line time: event %.2f s (factor %.4f), rtl %.2f s (factor %.4f, %" PRIu64
           " steps)\n",
           line * 1e3, f->seconds[0], line / (f->seconds[0] + 1e-9), f->seconds[1],
           line / (f->seconds[1] + 1e-9), f->rtl_steps);
    if (f->different)
        printf("octets differ first in frame %" PRIu64 ", sent at %.3f us\n", f->first_different,
               ns(f->first_different_at) * 1e-3);
}

static void print_report(const struct crosscheck_run *run, bool verbose, struct totals *totals) {
    size_t n;
    const struct crosscheck_figures *f = crosscheck_run_figures(run);
    const struct crosscheck_net *nets = crosscheck_run_nets(run, &n);
    puts("net                    pairs  event    rtl   median     99 %    worst  ns: event - rtl");
    for (size_t i = 0; i < n; i++)
        print_net(&nets[i]);
    print_periods(nets, n);
    print_still(nets, n);
    if (verbose)
        print_histograms(nets, n);
    size_t bad = print_findings(nets, n, verbose ? n : FINDINGS);
    print_figures(f);
    totals->red += bad || f->different;
    totals->undecided += f->undecided > 0;
    totals->frames += f->frames;
}

static const char *idle_name(const struct board *board) {
    static const char *const names[] = {[BOARD_IDLE_HIGH] = "high",
                                        [BOARD_IDLE_LOW] = "low",
                                        [BOARD_IDLE_HOLD] = "hold",
                                        [BOARD_IDLE_NOISE] = "noise"};
    return names[board->config.receiver_idle];
}

/* "DIR/crosscheck-0.65-high" */
static bool name_waves(const struct options *options, const struct board *board, char *stem,
                       size_t size, struct sim_err *err) {
    int n = snprintf(stem, size, "%s/crosscheck-%g-%s", options->out_dir, board->config.delay_scale,
                     idle_name(board));
    return (n > 0 && (size_t)n < size) ||
           sim_err_set(err, SIM_ERR_INPUT, "--out: the path is too long");
}

/* Before the work: can they be written? */
static bool check_waves(const struct options *options, const char *stem, struct sim_err *err) {
    char path[4096];
    snprintf(path, sizeof path, "%s%s.vcd", stem,
             options->window.kind == OPTIONS_WINDOW_TIME ? "" : "-1");
    return outfile_check(path, err);
}

static void print_head(const struct options *options, const struct board *board,
                       const char *image) {
    printf("== %s delay.scale %g, receiver.idle %s; %s%s\n", options->board,
           board->config.delay_scale, idle_name(board),
           image[0] ? "sent by " : "each frame sent by the SPI pins", image);
    fflush(stdout);
}

static bool compare_board(const struct options *options, const struct board *board,
                          struct totals *totals, struct sim_err *err) {
    struct run_image image;
    char stem[4000];
    if (!run_image_choose(&image, options, board, err) ||
        (options->out_dir &&
         (!name_waves(options, board, stem, sizeof stem, err) || !check_waves(options, stem, err))))
        return false;
    const struct crosscheck_firmware_settings firmware = {
        .image = image.path,
        .symbol = options->deliver_symbol ? options->deliver_symbol : COSIM_DELIVER,
        .seed = options->seed,
        .strict = options->strict};
    const struct crosscheck_settings settings = {.seed = options->seed,
                                                 .firmware = image.name[0] ? &firmware : NULL,
                                                 .waves = options->out_dir ? stem : NULL,
                                                 .whole =
                                                     options->window.kind == OPTIONS_WINDOW_TIME,
                                                 .from = options->window.start,
                                                 .to = options->window.end};
    struct crosscheck_run *run = crosscheck_run_create(board, &settings, err);
    if (run)
        print_head(options, board, image.name);
    bool good = run;
    for (size_t i = 0; good && i < options->n_files; i++)
        good = run_capture(run, options->files[i], err);
    good = good && crosscheck_run_finish(run, err);
    if (good)
        print_report(run, options->verbose, totals);
    if (good && crosscheck_run_figures(run)->waves)
        printf("waves: %s%s.vcd\n", stem, settings.whole ? "" : "-N");
    totals->settings++;
    crosscheck_run_destroy(run);
    return good;
}

static bool run_settings(const struct options *options, const char *scale, const char *idle,
                         struct totals *totals, struct sim_err *err) {
    const char **sets = calloc(options->n_sets + 3, sizeof *sets);
    struct board_request request = verbs_board(options);
    struct board board;
    if (!sets)
        abort();
    memcpy(sets, options->sets, options->n_sets * sizeof *sets);
    request.sets = sets;
    if (scale)
        sets[request.n_sets++] = scale;
    if (idle)
        sets[request.n_sets++] = idle;
    bool good = board_load(&board, &request, err);
    free(sets);
    if (!good)
        return false;
    good = compare_board(options, &board, totals, err);
    board_finish(&board);
    return good;
}

/* Before the first minute of work. */
static bool check_captures(const struct options *options, struct sim_err *err) {
    for (size_t i = 0; i < options->n_files; i++) {
        struct capture *capture = capture_open(options->files[i], err);
        if (!capture)
            return false;
        capture_close(capture);
    }
    return true;
}

static int conclude(const struct options *options, const struct totals *totals) {
    bool pass = !totals->red && (!totals->undecided || options->allow_undecided) && !interrupted;
    char repeat[RUN_MAX_REPEAT];
    options_repeat_crosscheck(options, repeat, sizeof repeat);
    printf("%s: %u settings, %u with differences, %u with undecided frames%s; repeat: %s\n",
           pass ? "PASS" : "FAIL", totals->settings, totals->red, totals->undecided,
           interrupted ? ", interrupted" : "", repeat);
    return pass ? 0 : 1;
}

int verb_crosscheck(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct totals totals = {0};
    bool own_scale = is_set(options, scales[0]), own_idle = is_set(options, idles[0]);
    size_t n_scales = own_scale ? 1 : sizeof scales / sizeof *scales;
    size_t n_idles = own_idle ? 1 : sizeof idles / sizeof *idles;
    if (!check_captures(options, &err))
        return verbs_fail(&err);
    for (size_t s = 0; s < n_scales && !interrupted; s++)
        for (size_t i = 0; i < n_idles && !interrupted; i++)
            if (!run_settings(options, own_scale ? NULL : scales[s], own_idle ? NULL : idles[i],
                              &totals, &err))
                return verbs_fail(&err);
    if (!totals.frames && !interrupted) {
        sim_err_set(&err, SIM_ERR_INPUT, "nothing to replay: every frame was skipped");
        return verbs_fail(&err);
    }
    return conclude(options, &totals);
}
