#include "harness/gate/sweep_stats.h"

#include <math.h>
#include <stdlib.h>

/* Wilson 1927; z of 95 %, two-sided. */
void sweep_wilson(uint64_t passed, uint64_t n, double *low, double *high) {
    const double z = 1.959963984540054, z2 = z * z;
    if (!n) {
        *low = 0;
        *high = 1;
        return;
    }
    double total = (double)n, p = (double)passed / total;
    double middle = (p + z2 / (2 * total)) / (1 + z2 / total);
    double half = z / (1 + z2 / total) * sqrt(p * (1 - p) / total + z2 / (4 * total * total));
    *low = passed ? middle - half : 0;
    *high = passed < n ? middle + half : 1;
}

/* Merge sort by value, then by place: the C library's need not be stable. */
static void sort(const double *values, uint32_t *order, uint32_t *room, size_t n) {
    if (n < 2)
        return;
    size_t half = n / 2, i = 0, k = half, at = 0;
    sort(values, order, room, half);
    sort(values, order + half, room, n - half);
    while (at < n)
        room[at++] =
            k == n || (i < half && values[order[i]] <= values[order[k]]) ? order[i++] : order[k++];
    for (at = 0; at < n; at++)
        order[at] = room[at];
}

void sweep_ranks(const double *values, size_t n, uint32_t *order, double *ranks) {
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    sort(values, order, order + n, n);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && !(values[order[i]] < values[order[end]]))
            end++;
        for (size_t k = i; k < end; k++)
            ranks[order[k]] = 0.5 * (double)(i + 1 + end);
        i = end;
    }
}

double sweep_correlation(const double *x, const double *y, size_t n) {
    double middle = 0.5 * (double)(n + 1), xy = 0, xx = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        xy += (x[i] - middle) * (y[i] - middle);
        xx += (x[i] - middle) * (x[i] - middle);
        yy += (y[i] - middle) * (y[i] - middle);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}
