/* LU factors with row exchanges, P A = L U, of row-major matrices, and solves with them, on the OpenMP threads. Columns are
 * halved down to panels (Toledo 1997), so that nearly all of the work is in products of matrices. */
#include <float.h>
#include <math.h>

#include "solve.h"

enum { PANEL = 16 };

typedef struct {
  balboa_dgemm_routine gemm;
  int64_t n, lda;
  double *a;
  int32_t *pivots;
  int64_t zero; /* the first pivot that is exactly 0, or -1 */
} lu_matrix;

BALBOA_CLONES static void swap_rows(int64_t n, double *x, double *y) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const double t = x[i];
    x[i] = y[i];
    y[i] = t;
  }
}

/* ---- one panel: columns first to first + width, from row first on */

/* Takes multiples of row j from those below, whose multipliers stay in column j; the row in which the next column is
 * largest then. */
BALBOA_INLINE int64_t eliminate(const int width, int64_t rows, double *a, int64_t lda, int j) {
  double u[PANEL]; /* what is right of the pivot */
  for (int c = 0; c < width; c++) {
    u[c] = c > j ? a[j * lda + c] : 0.0;
  }
  const double pivot = a[j * lda + j], inverse = 1.0 / pivot;
  const int tiny = fabs(pivot) < DBL_MIN; /* its inverse may overflow */
  const int next = j + 1 < width ? j + 1 : j;
  double most = -1.0;
  int64_t at = j + 1;
  for (int64_t i = j + 1; i < rows; i++) {
    double *row = a + i * lda;
    const double factor = tiny ? row[j] / pivot : row[j] * inverse;
    const double size = fabs(row[next] - factor * u[next]);
    if (size > most) {
      most = size;
      at = i;
    }
    BALBOA_SIMD for (int c = 0; c < width; c++) { row[c] -= factor * u[c]; }
    row[j] = factor;
  }
  return at;
}

static int64_t largest_below(int64_t rows, const double *a, int64_t lda, int j) {
  int64_t at = j;
  for (int64_t i = j + 1; i < rows; i++) {
    at = fabs(a[i * lda + j]) > fabs(a[at * lda + j]) ? i : at;
  }
  return at;
}

BALBOA_INLINE void factor_columns(const int width, lu_matrix *m, int64_t first) {
  const int64_t rows = m->n - first, lda = m->lda;
  double *panel = m->a + first * lda + first;
  int64_t at = -1;
  for (int j = 0; j < width; j++) {
    at = at < 0 ? largest_below(rows, panel, lda, j) : at;
    m->pivots[first + j] = (int32_t)(first + at);
    if (at != j) {
      swap_rows(m->n, m->a + (first + j) * lda, m->a + (first + at) * lda);
    }
    if (panel[j * lda + j] == 0.0) {
      m->zero = m->zero < 0 ? first + j : m->zero;
      at = -1;
    } else {
      at = eliminate(width, rows, panel, lda, j);
    }
  }
}

BALBOA_CLONES static void factor_panel(lu_matrix *m, int64_t first, int width) {
  if (width == PANEL) {
    factor_columns(PANEL, m, first);
  } else {
    factor_columns(width, m, first);
  }
}

/* ---- a matrix */

typedef struct {
  bk_triangle t;
  const int32_t *pivots;
  double *b;
  int64_t ldb;
} solve_job;

static void solve_range(void *context, int64_t begin, int64_t end) {
  const solve_job *j = context;
  bk_solve(&j->t, end - begin, j->b + begin, j->ldb);
}

static void factor_range(lu_matrix *m, int64_t first, int64_t width) {
  if (width <= PANEL) {
    factor_panel(m, first, (int)width);
    return;
  }
  const int64_t half = (width / 2 + PANEL - 1) / PANEL * PANEL, rest = width - half, middle = first + half;
  double *left = m->a + first * m->lda + first, *below = m->a + middle * m->lda + first;
  factor_range(m, first, half);
  solve_job top = {{NULL, m->gemm, 0, 0, 1, half, m->lda, left}, NULL, left + half, m->lda};
  bk_parallel(rest, bk_solve_grain(half, rest), solve_range, &top);
  balboa_dgemm(m->gemm, 0, 0, (int32_t)(m->n - middle), (int32_t)rest, (int32_t)half, -1.0, below, (int32_t)m->lda, 0,
               left + half, (int32_t)m->lda, 0, 1.0, below + half, (int32_t)m->lda, 0, 1);
  factor_range(m, middle, rest);
}

typedef struct {
  balboa_dgemm_routine gemm;
  int64_t n, lda;
  double *a;
  int32_t *pivots, *zeros;
} lu_job;

static void lu_range(void *context, int64_t begin, int64_t end) {
  const lu_job *j = context;
  for (int64_t i = begin; i < end; i++) {
    lu_matrix m = {j->gemm, j->n, j->lda, j->a + i * j->n * j->lda, j->pivots + i * j->n, -1};
    factor_range(&m, 0, j->n);
    j->zeros[i] = (int32_t)m.zero;
  }
}

/* Several matrices are shared among threads, one matrix is cut up. */
static int64_t matrices_grain(int64_t count, double work) {
  return work * (double)count < SERIAL_WORK ? count : (int64_t)(SERIAL_WORK / 4 / (work + 1)) + 1;
}

int32_t balboa_lu(balboa_dgemm_routine gemm, int64_t count, int32_t n, double *a, int32_t lda, int32_t *pivots,
                  int32_t *zeros) {
  BK_CHECK(n >= 0 && lda >= n && bk_product3(count, n, lda) >= 0, BALBOA_ERR_ARGUMENT);
  if (count == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(gemm != NULL && zeros != NULL && (n == 0 || (a != NULL && pivots != NULL)), BALBOA_ERR_NULL);
  lu_job job = {gemm, n, lda, a, pivots, zeros};
  bk_parallel(count, matrices_grain(count, (double)n * n * n / 3), lu_range, &job);
  return BALBOA_OK;
}

/* ---- solves */

typedef struct {
  balboa_dtrsm_routine trsm;
  balboa_dgemm_routine gemm;
  int32_t trans;
  int64_t n, columns, lda, ldb;
  const double *factors;
  const int32_t *pivots;
  double *b;
} equations_job;

/* Columns begin to end of one right side: op(A)^-1 = U^-1 L^-1 P, or P^T L^-T U^-T. */
static void columns_range(void *context, int64_t begin, int64_t end) {
  const equations_job *j = context;
  double *b = j->b + begin;
  const int64_t width = end - begin;
  const bk_triangle lower = {j->trsm, j->gemm, 0, j->trans, 1, j->n, j->lda, j->factors};
  const bk_triangle upper = {j->trsm, j->gemm, 1, j->trans, 0, j->n, j->lda, j->factors};
  for (int64_t i = 0; i < j->n && !j->trans; i++) {
    if (j->pivots[i] != i) {
      swap_rows(width, b + i * j->ldb, b + j->pivots[i] * j->ldb);
    }
  }
  bk_solve(j->trans ? &upper : &lower, width, b, j->ldb);
  bk_solve(j->trans ? &lower : &upper, width, b, j->ldb);
  for (int64_t i = j->n - 1; i >= 0 && j->trans; i--) {
    if (j->pivots[i] != i) {
      swap_rows(width, b + i * j->ldb, b + j->pivots[i] * j->ldb);
    }
  }
}

static void equations_range(void *context, int64_t begin, int64_t end) {
  const equations_job *all = context;
  for (int64_t i = begin; i < end; i++) {
    equations_job j = *all;
    j.factors += i * j.n * j.lda;
    j.pivots += i * j.n;
    j.b += i * j.n * j.ldb;
    bk_parallel(j.columns, bk_solve_grain(j.n, j.columns), columns_range, &j);
  }
}

int32_t balboa_lu_solve(balboa_dtrsm_routine trsm, balboa_dgemm_routine gemm, int32_t trans, int64_t count, int32_t n,
                        int32_t columns, const double *factors, int32_t lda, const int32_t *pivots, double *b,
                        int32_t ldb) {
  BK_CHECK(n >= 0 && columns >= 0 && lda >= n && ldb >= columns, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bk_product3(count, n, lda) >= 0 && bk_product3(count, n, ldb) >= 0, BALBOA_ERR_ARGUMENT);
  if (count == 0 || n == 0 || columns == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(trsm != NULL && gemm != NULL && factors != NULL && pivots != NULL && b != NULL, BALBOA_ERR_NULL);
  for (int64_t i = 0; i < count * n; i++) {
    BK_CHECK(pivots[i] >= 0 && pivots[i] < n, BALBOA_ERR_INDEX);
  }
  equations_job job = {trsm, gemm, trans != 0, n, columns, lda, ldb, factors, pivots, b};
  bk_parallel(count, matrices_grain(count, (double)n * n * columns), equations_range, &job);
  return BALBOA_OK;
}
