/* Figures of a sweep: intervals and rank correlation. */
#ifndef HARNESS_GATE_SWEEP_STATS_H
#define HARNESS_GATE_SWEEP_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Wilson's 95 % interval of a share, passed of n; 0 to 1 when n is 0. */
void sweep_wilson(uint64_t passed, uint64_t n, double *low, double *high);

/* Ranks of n values, 1 the least, ties alike by their mean; `order` is room for 2 n. */
void sweep_ranks(const double *values, size_t n, uint32_t *order, double *ranks);
/* Of two lists of ranks: Spearman's, -1 .. 1; 0 when one list is all ties. */
double sweep_correlation(const double *x, const double *y, size_t n);

#endif
