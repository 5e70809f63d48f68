#include "harness/progress.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_S 0.1
#define LINE_S   10.0

double progress_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void progress_begin_at(struct progress *progress, const char *unit, uint64_t total, FILE *out,
                       bool terminal, double now_s) {
    *progress = (struct progress){.out = out,
                                  .terminal = terminal,
                                  .unit = unit,
                                  .total = total,
                                  .started_s = now_s,
                                  .shown_s = now_s};
}

void progress_begin(struct progress *progress, const char *unit, uint64_t total, bool quiet) {
    bool terminal = isatty(STDERR_FILENO) == 1;
    progress_begin_at(progress, unit, total, quiet ? NULL : stderr, terminal, progress_now());
}

static void format_line(const struct progress *progress, uint64_t done, uint64_t failures,
                        double elapsed_s, char *line, size_t size) {
    double rate = elapsed_s > 0 ? (double)done / elapsed_s : 0;
    char total[32] = "", left[32] = "", failed[32] = "";
    if (progress->total)
        snprintf(total, sizeof total, "/%" PRIu64, progress->total);
    if (progress->total >= done && progress->total && rate > 0)
        snprintf(left, sizeof left, ", %.0f s left", (double)(progress->total - done) / rate);
    if (failures != PROGRESS_NO_FAILURES)
        snprintf(failed, sizeof failed, ", %" PRIu64 " failed", failures);
    snprintf(line, size, "%" PRIu64 "%s %s, %.0f/s%s%s", done, total, progress->unit, rate, left,
             failed);
}

void progress_update_at(struct progress *progress, uint64_t done, uint64_t failures, double now_s) {
    char line[160];
    if (!progress->out || now_s - progress->shown_s < (progress->terminal ? REDRAW_S : LINE_S))
        return;
    progress->shown_s = now_s;
    format_line(progress, done, failures, now_s - progress->started_s, line, sizeof line);
    if (!progress->terminal) {
        fprintf(progress->out, "%s\n", line);
        return;
    }
    /* Padded to the line before, so that nothing of a longer one stays. */
    int n = fprintf(progress->out, "\r%-*s", (int)progress->width, line);
    progress->width = n > 1 ? (unsigned)n - 1 : 0;
    fflush(progress->out);
}

void progress_update(struct progress *progress, uint64_t done, uint64_t failures) {
    if (progress->out)
        progress_update_at(progress, done, failures, progress_now());
}

void progress_end(struct progress *progress) {
    if (progress->out && progress->terminal && progress->width) {
        fprintf(progress->out, "\r%*s\r", (int)progress->width, "");
        fflush(progress->out);
    }
    progress->out = NULL;
}
