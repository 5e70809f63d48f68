/* Eigenvalues by the QR method with single shifts on the complex matrix (Golub and Van
 * Loan, Matrix Computations, section 7.3); projectors as Lagrange products
 *     P_k = product over j != k of (A - lambda_j) / (lambda_k - lambda_j),
 * the fast modes taken out first, so that rounding in them is not carried over to slow
 * ones. Complex numbers are spelled out: what a compiler's library does with them is not
 * the same bits everywhere.
 */
#include "models/line/transmitter_modes.h"

#include <math.h>
#include <string.h>

#define MAX_STEPS 500

typedef struct modes_complex matrix[MODES_N][MODES_N];

static struct modes_complex times(struct modes_complex a, struct modes_complex b) {
    return (struct modes_complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static struct modes_complex minus(struct modes_complex a, struct modes_complex b) {
    return (struct modes_complex){a.re - b.re, a.im - b.im};
}

static struct modes_complex plus(struct modes_complex a, struct modes_complex b) {
    return (struct modes_complex){a.re + b.re, a.im + b.im};
}

static struct modes_complex conjugate(struct modes_complex a) {
    return (struct modes_complex){a.re, -a.im};
}

static double square(struct modes_complex a) {
    return a.re * a.re + a.im * a.im;
}

static struct modes_complex over(struct modes_complex a, struct modes_complex b) {
    struct modes_complex c = times(a, conjugate(b));
    double s = square(b);
    return (struct modes_complex){c.re / s, c.im / s};
}

/* The rotation that makes t[row][column] nothing against t[column][column]. */
struct rotation {
    struct modes_complex c, s;
};

static struct rotation rotate_rows(matrix t, unsigned column, unsigned row, unsigned n) {
    struct modes_complex a = t[column][column], b = t[row][column];
    double length = sqrt(square(a) + square(b));
    struct rotation r = {{1, 0}, {0, 0}};
    if (length == 0)
        return r;
    r.c = (struct modes_complex){a.re / length, a.im / length};
    r.s = (struct modes_complex){b.re / length, b.im / length};
    for (unsigned j = 0; j < n; j++) {
        struct modes_complex x = t[column][j], y = t[row][j];
        t[column][j] = plus(times(conjugate(r.c), x), times(conjugate(r.s), y));
        t[row][j] = minus(times(r.c, y), times(r.s, x));
    }
    return r;
}

static void rotate_columns(matrix t, unsigned column, unsigned row, unsigned n, struct rotation r) {
    for (unsigned i = 0; i < n; i++) {
        struct modes_complex x = t[i][column], y = t[i][row];
        t[i][column] = plus(times(x, r.c), times(y, r.s));
        t[i][row] = minus(times(y, conjugate(r.c)), times(x, conjugate(r.s)));
    }
}

/* T - s = Q R,  T = R Q + s,  on the leading n rows and columns. */
static void qr_step(matrix t, unsigned n, struct modes_complex shift) {
    struct rotation r[MODES_N * MODES_N];
    unsigned k = 0;
    for (unsigned i = 0; i < n; i++)
        t[i][i] = minus(t[i][i], shift);
    for (unsigned column = 0; column < n; column++)
        for (unsigned row = column + 1; row < n; row++)
            r[k++] = rotate_rows(t, column, row, n);
    k = 0;
    for (unsigned column = 0; column < n; column++)
        for (unsigned row = column + 1; row < n; row++)
            rotate_columns(t, column, row, n, r[k++]);
    for (unsigned i = 0; i < n; i++)
        t[i][i] = plus(t[i][i], shift);
}

static double size_of(matrix t) {
    double sum = 0;
    for (unsigned i = 0; i < MODES_N; i++)
        for (unsigned j = 0; j < MODES_N; j++)
            sum += square(t[i][j]);
    return sum;
}

/* One eigenvalue after the other appears in the last row. A shift off the real axis now
 * and then: from a real matrix and real shifts no conjugate pair ever comes. */
static bool find_rates(matrix t, struct modes_complex *rate) {
    double size = size_of(t);
    unsigned n = MODES_N, steps = 0;
    while (n > 0) {
        double rest = 0;
        for (unsigned j = 0; j + 1 < n; j++)
            rest += square(t[n - 1][j]);
        if (rest <= size * 1e-33) {
            n--;
            rate[n] = t[n][n];
            steps = 0;
            continue;
        }
        if (steps++ == MAX_STEPS)
            return false;
        struct modes_complex shift = t[n - 1][n - 1];
        if (steps % 10 == 1)
            shift.im += sqrt(rest);
        qr_step(t, n, shift);
    }
    return true;
}

/* Fastest first; what is real but for rounding made real. */
static void sort_rates(struct modes_complex *rate, double size) {
    for (unsigned i = 0; i < MODES_N; i++)
        if (fabs(rate[i].im) <= 1e-9 * sqrt(square(rate[i])) + 1e-15 * sqrt(size))
            rate[i].im = 0;
    for (unsigned i = 1; i < MODES_N; i++)
        for (unsigned j = i; j > 0 && square(rate[j]) > square(rate[j - 1]); j--) {
            struct modes_complex swap = rate[j];
            rate[j] = rate[j - 1];
            rate[j - 1] = swap;
        }
}

static bool told_apart(const struct modes_complex *rate) {
    for (unsigned i = 0; i < MODES_N; i++)
        for (unsigned j = 0; j < i; j++)
            if (square(minus(rate[i], rate[j])) < 1e-10 * square(rate[i]))
                return false;
    return true;
}

static void project(double a[MODES_N][MODES_N], const struct modes_complex *rate, unsigned k,
                    matrix out) {
    matrix p = {{{0}}}, next;
    for (unsigned i = 0; i < MODES_N; i++)
        p[i][i].re = 1;
    for (unsigned m = 0; m < MODES_N; m++) {
        if (m == k)
            continue;
        for (unsigned i = 0; i < MODES_N; i++)
            for (unsigned j = 0; j < MODES_N; j++) {
                struct modes_complex sum = times(rate[m], p[i][j]);
                sum = (struct modes_complex){-sum.re, -sum.im};
                for (unsigned l = 0; l < MODES_N; l++)
                    sum = plus(sum, times((struct modes_complex){a[i][l], 0}, p[l][j]));
                next[i][j] = over(sum, minus(rate[k], rate[m]));
            }
        memcpy(p, next, sizeof p);
    }
    memcpy(out, p, sizeof p);
}

bool modes_find(double a[MODES_N][MODES_N], struct modes *modes) {
    struct modes_complex rate[MODES_N];
    matrix t;
    for (unsigned i = 0; i < MODES_N; i++)
        for (unsigned j = 0; j < MODES_N; j++)
            t[i][j] = (struct modes_complex){a[i][j], 0};
    double size = size_of(t);
    if (!find_rates(t, rate))
        return false;
    sort_rates(rate, size);
    if (!told_apart(rate))
        return false;
    modes->n = 0;
    for (unsigned k = 0; k < MODES_N; k++) {
        if (rate[k].im < 0)
            continue;
        project(a, rate, k, modes->projector[modes->n]);
        modes->rate[modes->n++] = rate[k];
    }
    return true;
}
