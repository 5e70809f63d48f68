/* Eigenvalues by the QR method with single shifts on the complex matrix (Golub and Van
 * Loan, Matrix Computations, section 7.3); projectors from the right and left eigenvectors,
 *     P_k = v_k w_k' / (w_k' v_k),
 * which inverse iteration (section 7.6) gives even where the rates are twelve decades apart.
 * Complex numbers are spelled out: what a compiler's library does with them is not
 * the same bits everywhere.
 */
#include "models/line/transmitter_modes.h"

#include <math.h>
#include <string.h>

#define MAX_STEPS 500
#define MAX_ERROR 1e-7 /* of a state that is 1 */

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

/* Row `from` times `factor` off the rows below it, in the matrix and in the right side. */
static void eliminate(matrix m, struct modes_complex *x, unsigned from) {
    for (unsigned row = from + 1; row < MODES_N; row++) {
        struct modes_complex factor = over(m[row][from], m[from][from]);
        for (unsigned j = from; j < MODES_N; j++)
            m[row][j] = minus(m[row][j], times(factor, m[from][j]));
        x[row] = minus(x[row], times(factor, x[from]));
    }
}

static void take_pivot(matrix m, struct modes_complex *x, unsigned column, double least) {
    unsigned best = column;
    for (unsigned row = column + 1; row < MODES_N; row++)
        if (square(m[row][column]) > square(m[best][column]))
            best = row;
    struct modes_complex kept[MODES_N], right = x[best];
    memcpy(kept, m[best], sizeof kept);
    memcpy(m[best], m[column], sizeof kept);
    memcpy(m[column], kept, sizeof kept);
    x[best] = x[column];
    x[column] = right;
    if (square(kept[column]) < least * least)
        m[column][column] = (struct modes_complex){least, 0};
}

/* m x' = x by elimination; m is used up. */
static void solve(matrix m, struct modes_complex *x, double least) {
    for (unsigned column = 0; column < MODES_N; column++) {
        take_pivot(m, x, column, least);
        eliminate(m, x, column);
    }
    for (unsigned i = MODES_N; i-- > 0;) {
        for (unsigned j = i + 1; j < MODES_N; j++)
            x[i] = minus(x[i], times(m[i][j], x[j]));
        x[i] = over(x[i], m[i][i]);
    }
}

/* Of A, or (`left`) of its transpose, by inverse iteration: the second step is to rounding. */
static void eigenvector(double a[MODES_N][MODES_N], struct modes_complex rate, bool left,
                        double least, struct modes_complex *x) {
    for (unsigned i = 0; i < MODES_N; i++)
        x[i] = (struct modes_complex){1, 0.1 * i};
    for (int turn = 0; turn < 3; turn++) {
        matrix m;
        double length = 0;
        for (unsigned i = 0; i < MODES_N; i++) {
            for (unsigned j = 0; j < MODES_N; j++)
                m[i][j] = (struct modes_complex){left ? a[j][i] : a[i][j], 0};
            m[i][i] = minus(m[i][i], rate);
        }
        solve(m, x, least);
        for (unsigned i = 0; i < MODES_N; i++)
            length += square(x[i]);
        for (unsigned i = 0; i < MODES_N; i++)
            x[i] = over(x[i], (struct modes_complex){sqrt(length), 0});
    }
}

static void project(double a[MODES_N][MODES_N], struct modes_complex rate, double least,
                    matrix out) {
    struct modes_complex right[MODES_N], left[MODES_N], product = {0, 0};
    eigenvector(a, rate, false, least, right);
    eigenvector(a, rate, true, least, left);
    for (unsigned i = 0; i < MODES_N; i++)
        product = plus(product, times(left[i], right[i]));
    for (unsigned i = 0; i < MODES_N; i++)
        for (unsigned j = 0; j < MODES_N; j++)
            out[i][j] = over(times(right[i], left[j]), product);
}

/* All decays, and the projectors make up the unit matrix: with far too different figures in one
 * network rounding may leave nothing of that. */
static bool are_sound(const struct modes *modes) {
    for (unsigned k = 0; k < modes->n; k++)
        if (!(modes->rate[k].re < 0))
            return false;
    for (unsigned i = 0; i < MODES_N; i++)
        for (unsigned j = 0; j < MODES_N; j++) {
            double sum = i == j ? -1 : 0;
            for (unsigned k = 0; k < modes->n; k++)
                sum += (modes->rate[k].im > 0 ? 2 : 1) * modes->projector[k][i][j].re;
            if (!(fabs(sum) <= MAX_ERROR))
                return false;
        }
    return true;
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
        project(a, rate[k], 1e-16 * sqrt(size), modes->projector[modes->n]);
        modes->rate[modes->n++] = rate[k];
    }
    return are_sound(modes);
}
