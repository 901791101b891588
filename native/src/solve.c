/* What systems of equations and decompositions need beside LAPACK: triangular solves on the OpenMP threads, a look for what
 * is not finite, and signs. */
#include <math.h>

#include "internal.h"

enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112, UPPER = 121, LOWER = 122, NON_UNIT = 131, UNIT = 132 };
enum { LEFT = 141, RIGHT = 142 }; /* of cblas.h */

/* Multiply-adds below which a second thread does not pay. */
#define SERIAL_WORK (48.0 * 48 * 48)

typedef struct {
  balboa_dtrsm_routine trsm;
  int32_t right, upper, trans, unit, order, lda, ldb;
  double alpha;
  const double *a;
  double *b;
} trsm_job;

/* Right sides begin to end: columns of B, or rows where A stands on the right. */
static void trsm_range(void *context, int64_t begin, int64_t end) {
  const trsm_job *j = context;
  const int32_t n = (int32_t)(end - begin);
  j->trsm(ROW_MAJOR, j->right ? RIGHT : LEFT, j->upper ? UPPER : LOWER, j->trans ? TRANS : NO_TRANS,
          j->unit ? UNIT : NON_UNIT, j->right ? n : j->order, j->right ? j->order : n, j->alpha, j->a, j->lda,
          j->b + (j->right ? begin * j->ldb : begin), j->ldb);
}

int32_t balboa_dtrsm(balboa_dtrsm_routine trsm, int32_t right, int32_t upper, int32_t trans, int32_t unit, int32_t m,
                     int32_t n, double alpha, const double *a, int32_t lda, double *b, int32_t ldb) {
  const int32_t order = right ? n : m, sides = right ? m : n;
  BK_CHECK(m >= 0 && n >= 0 && lda >= order && ldb >= n, BALBOA_ERR_ARGUMENT);
  if (m == 0 || n == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(trsm != NULL && a != NULL && b != NULL, BALBOA_ERR_NULL);
  trsm_job job = {trsm, right, upper, trans, unit, order, lda, ldb, alpha, a, b};
  const double work = (double)order * (double)order * (double)sides;
  bk_parallel(sides, work < SERIAL_WORK ? sides : bk_max(1, sides / balboa_max_threads() / 2), trsm_range, &job);
  return BALBOA_OK;
}

/* Whether a block holds an element whose exponent is all ones. */
BALBOA_CLONES static int any_not_finite(int64_t n, const double *x) {
  const uint64_t exponent = UINT64_C(0x7ff0000000000000);
  int found = 0; /* without an exit, so that the loop is vectorised */
  BALBOA_SIMD_REDUCE(|, found) for (int64_t i = 0; i < n; i++) {
    union {
      double d;
      uint64_t u;
    } v = {x[i]};
    found |= (v.u & exponent) == exponent;
  }
  return found;
}

int32_t balboa_first_not_finite(int64_t n, const double *x, int64_t *position) {
  enum { BLOCK = 1024 };
  BK_CHECK(n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(position != NULL && (n == 0 || x != NULL), BALBOA_ERR_NULL);
  *position = -1;
  for (int64_t begin = 0; begin < n; begin += BLOCK) {
    const int64_t end = bk_min(n, begin + BLOCK);
    if (any_not_finite(end - begin, x + begin)) {
      for (*position = begin; !any_not_finite(1, x + *position); ++*position) {
      }
      return BALBOA_OK;
    }
  }
  return BALBOA_OK;
}

typedef struct {
  int64_t n, width;
  double tie, *x, *other;
} orient_job;

BALBOA_CLONES static double largest_magnitude(int64_t n, const double *x) {
  double largest = 0.0;
  BALBOA_SIMD_REDUCE(max, largest) for (int64_t i = 0; i < n; i++) {
    const double t = fabs(x[i]);
    largest = t > largest ? t : largest;
  }
  return largest;
}

static void negate(int64_t n, double *x) {
  for (int64_t i = 0; i < n; i++) {
    x[i] = -x[i];
  }
}

static void orient_range(void *context, int64_t begin, int64_t end) {
  const orient_job *job = context;
  for (int64_t r = begin; r < end; r++) {
    double *row = job->x + r * job->n;
    const double least = largest_magnitude(job->n, row) * (1.0 - job->tie);
    int64_t at = 0;
    while (at < job->n - 1 && !(fabs(row[at]) >= least)) {
      at++;
    }
    if (row[at] < 0.0) {
      negate(job->n, row);
      negate(job->width, job->width == 0 ? row : job->other + r * job->width);
    }
  }
}

int32_t balboa_orient_rows(int64_t rows, int64_t n, double tie, double *x, int64_t width, double *other) {
  BK_CHECK(bk_product3(rows, n, 1) >= 0 && bk_product3(rows, width, 1) >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(tie >= 0.0 && tie < 1.0, BALBOA_ERR_ARGUMENT);
  if (rows == 0 || n == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL, BALBOA_ERR_NULL);
  orient_job job = {n, other == NULL ? 0 : width, tie, x, other};
  bk_parallel(rows, bk_max(1, BK_GRAIN_CHEAP / n), orient_range, &job);
  return BALBOA_OK;
}
