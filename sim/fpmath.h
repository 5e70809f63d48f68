/* exp and log of the engine's own, in plain IEEE double operations without fused
 * multiply-add: the same bits on every x86-64 machine, whatever its libm.
 * Tables and short series, within 3 units in the last place of libm (tested). */
#ifndef SIM_FPMATH_H
#define SIM_FPMATH_H

double sim_exp(double x);        /* any x; 0 below -708, +inf above 709 */
double sim_log(double x);        /* x > 0; -inf for 0, NAN below */
double sim_cos2pi(double turns); /* cos(2 pi turns), turns in [0, 1) */

#endif
