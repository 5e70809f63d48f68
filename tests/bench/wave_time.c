/* wave_time FILE: seconds that opening takes, and a picture's columns, as NAME VALUE lines.
 * Redraws are in processor time, for the machine may be doing other things as well: the median
 * of some and the worst. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "harness/progress.h"
#include "harness/view/store.h"

#define TRACES  40
#define COLUMNS 1920
#define REDRAWS 59

static struct store_column columns[COLUMNS];

/* The columns of one picture; the sum of changes, so that nothing is left out. */
static unsigned picture(const struct store *store, int64_t from, int64_t span) {
    unsigned sum = 0;
    size_t n = store_n_signals(store);
    for (uint32_t i = 0; i < TRACES && i < n; i++) {
        store_columns(store, i, from, span, COLUMNS, columns);
        for (size_t k = 0; k < COLUMNS; k++)
            sum += columns[k].changes;
    }
    return sum;
}

static double cpu_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Some redraws around the middle, each a little further right: the median, and the longest, which
 * tells of the machine's other work too. The first one, which maps the index, does not count. */
static void redraw(const struct store *store, int64_t span, int64_t part) {
    int64_t begin = store_begin(store), all = store_end(store) - begin + 1;
    int64_t from = begin + (all - span) / 2;
    double took[REDRAWS];
    picture(store, from, span);
    for (unsigned i = 0; i < REDRAWS; i++) {
        double start = cpu_now();
        picture(store, from + span / 1000 * (i + 1), span);
        took[i] = cpu_now() - start;
    }
    qsort(took, REDRAWS, sizeof *took, compare);
    printf("redraw_ms_1/%lld %.2f %.2f\n", (long long)part, 1e3 * took[REDRAWS / 2],
           1e3 * took[REDRAWS - 1]);
}

int main(int argc, char **argv) {
    struct store_settings settings = {.quiet = true};
    struct sim_err err = SIM_ERR_INIT;
    struct rusage usage;
    double start = progress_now();
    struct store *store = argc == 2 ? store_open(argv[1], &settings, &err) : NULL;
    if (!store) {
        fprintf(stderr, "wave_time: %s\n", argc == 2 ? err.text : "usage: wave_time FILE");
        return 2;
    }
    double opened = progress_now();
    int64_t all = store_end(store) - store_begin(store) + 1;
    unsigned sum = picture(store, store_begin(store), all);
    double drawn = progress_now();
    getrusage(RUSAGE_SELF, &usage);
    printf("origin %s\nopen_s %.4f\npicture_s %.4f\nchanges %u\n", store_origin(store),
           opened - start, drawn - opened, sum);
    for (int64_t part = 1; part <= all / 8; part *= 10)
        redraw(store, all / part, part);
    printf("peak_MB %ld\n", usage.ru_maxrss / 1024);
    store_close(store);
    return 0;
}
