/* What systems of equations and decompositions need beside LAPACK: triangular solves on the OpenMP threads, conversion
 * into F64 that looks for what is not finite, and signs. */
#include "solve.h"

#include <math.h>
#include <string.h>

/* Rows that are solved by substitution; what is left of them goes into the rest by a product. */
#define SUBSTITUTED 32
/* Right sides from which on that beats the BLAS, and where nothing is left for a product. */
#define WIDE 16
#define WIDE_IN_SMALL 8

/* ---- substitution: each group of right sides keeps its sums in registers */

#if defined(__GNUC__)
typedef double lanes __attribute__((vector_size(64), aligned(8), may_alias));
#else
typedef double lanes;
#endif
enum { LANES = sizeof(lanes) / sizeof(double), VECTORS = 4 };

/* Rows of a triangle in the order in which they are solved: number k is first + k step. */
typedef struct {
  const double *a;
  int64_t first, step, count, down, across, ldb; /* op(A)[i, j] is at i down + j across */
  int unit;
} substitution;

BALBOA_INLINE void substitute_vectors(const int vectors, const substitution *s, double *b) {
  for (int64_t k = 0; k < s->count; k++) {
    const int64_t i = s->first + k * s->step;
    lanes sum[VECTORS];
    BALBOA_UNROLL(4) for (int v = 0; v < vectors; v++) { sum[v] = *(lanes *)(b + i * s->ldb + v * LANES); }
    for (int64_t l = 0; l < k; l++) {
      const int64_t j = s->first + l * s->step;
      const double factor = s->a[i * s->down + j * s->across];
      BALBOA_UNROLL(4) for (int v = 0; v < vectors; v++) { sum[v] -= factor * *(lanes *)(b + j * s->ldb + v * LANES); }
    }
    if (!s->unit) {
      const double pivot = s->a[i * s->down + i * s->across];
      BALBOA_UNROLL(4) for (int v = 0; v < vectors; v++) { sum[v] /= pivot; }
    }
    BALBOA_UNROLL(4) for (int v = 0; v < vectors; v++) { *(lanes *)(b + i * s->ldb + v * LANES) = sum[v]; }
  }
}

BALBOA_CLONES static void substitute(const substitution *s, int64_t n, double *b) {
  int64_t at = 0;
  for (; at + VECTORS * LANES <= n; at += VECTORS * LANES) {
    substitute_vectors(VECTORS, s, b + at);
  }
  for (; at + LANES <= n; at += LANES) {
    substitute_vectors(1, s, b + at);
  }
  for (int64_t k = 0; at < n && k < s->count; k++) {
    const int64_t i = s->first + k * s->step;
    double *x = b + i * s->ldb;
    for (int64_t l = 0; l < k; l++) {
      const int64_t j = s->first + l * s->step;
      for (int64_t c = at; c < n; c++) {
        x[c] -= s->a[i * s->down + j * s->across] * b[j * s->ldb + c];
      }
    }
    for (int64_t c = at; c < n && !s->unit; c++) {
      x[c] /= s->a[i * s->down + i * s->across];
    }
  }
}

/* Rows [first, first + count): one half, what it gives to the other by a product, the other. */
static void solve_rows(const bk_triangle *t, int64_t first, int64_t count, int64_t n, double *b, int64_t ldb) {
  const int forward = t->upper == t->trans;
  const int64_t down = t->trans ? 1 : t->lda, across = t->trans ? t->lda : 1;
  if (count <= SUBSTITUTED) {
    const int64_t start = forward ? first : first + count - 1;
    const substitution s = {t->a, start, forward ? 1 : -1, count, down, across, ldb, t->unit};
    substitute(&s, n, b);
    return;
  }
  const int64_t half = (count / 2 + SUBSTITUTED - 1) / SUBSTITUTED * SUBSTITUTED;
  const int64_t known = forward ? first : first + half, other = forward ? first + half : first;
  const int64_t knowns = forward ? half : count - half, others = count - knowns;
  solve_rows(t, known, knowns, n, b, ldb);
  t->gemm(ROW_MAJOR, t->trans ? TRANS : NO_TRANS, NO_TRANS, (int32_t)others, (int32_t)n, (int32_t)knowns, -1.0,
          t->a + other * down + known * across, (int32_t)t->lda, b + known * ldb, (int32_t)ldb, 1.0, b + other * ldb,
          (int32_t)ldb);
  solve_rows(t, other, others, n, b, ldb);
}

void bk_solve(const bk_triangle *t, int64_t n, double *b, int64_t ldb) {
  if (n >= (t->order <= SUBSTITUTED ? WIDE_IN_SMALL : WIDE) || t->trsm == NULL) {
    solve_rows(t, 0, t->order, n, b, ldb);
  } else {
    t->trsm(ROW_MAJOR, LEFT, t->upper ? UPPER : LOWER, t->trans ? TRANS : NO_TRANS, t->unit ? UNIT : NON_UNIT,
            (int32_t)t->order, (int32_t)n, 1.0, t->a, (int32_t)t->lda, b, (int32_t)ldb);
  }
}

int64_t bk_solve_grain(int64_t order, int64_t sides) {
  const double work = (double)order * (double)order * (double)sides;
  return work < SERIAL_WORK ? sides : bk_max(1, sides / balboa_max_threads() / 2);
}

typedef struct {
  bk_triangle t;
  int32_t right, ldb;
  double alpha, *b;
} trsm_job;

/* Right sides begin to end: columns of B, or rows where A stands on the right. */
static void trsm_range(void *context, int64_t begin, int64_t end) {
  const trsm_job *j = context;
  const bk_triangle *t = &j->t;
  const int64_t n = end - begin;
  if (j->right) {
    t->trsm(ROW_MAJOR, RIGHT, t->upper ? UPPER : LOWER, t->trans ? TRANS : NO_TRANS, t->unit ? UNIT : NON_UNIT,
            (int32_t)n, (int32_t)t->order, j->alpha, t->a, (int32_t)t->lda, j->b + begin * j->ldb, j->ldb);
    return;
  }
  for (int64_t r = 0; r < t->order && j->alpha != 1.0; r++) {
    for (int64_t c = begin; c < end; c++) {
      j->b[r * j->ldb + c] *= j->alpha;
    }
  }
  bk_solve(t, n, j->b + begin, j->ldb);
}

int32_t balboa_dtrsm(balboa_dtrsm_routine trsm, balboa_dgemm_routine gemm, int32_t right, int32_t upper, int32_t trans,
                     int32_t unit, int32_t m, int32_t n, double alpha, const double *a, int32_t lda, double *b,
                     int32_t ldb) {
  const int32_t order = right ? n : m, sides = right ? m : n;
  BK_CHECK(m >= 0 && n >= 0 && lda >= order && ldb >= n, BALBOA_ERR_ARGUMENT);
  if (m == 0 || n == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(trsm != NULL && gemm != NULL && a != NULL && b != NULL, BALBOA_ERR_NULL);
  trsm_job job = {{trsm, gemm, upper != 0, trans != 0, unit != 0, order, lda, a}, right, ldb, alpha, b};
  bk_parallel(sides, bk_solve_grain(order, sides), trsm_range, &job);
  return BALBOA_OK;
}

/* ---- into F64 */

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

typedef struct {
  int32_t dtype;
  int64_t rows, columns, ld;
  bk_parts parts;
  const void *src;
  double *dst;
  int bad[BK_PARTS];
} widen_job;

BALBOA_CLONES static void widen_run(int64_t n, const float *src, double *dst) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { dst[i] = src[i]; }
}

/* Converts or copies n numbers, and says whether one of them is not finite. */
static int widen_some(const widen_job *job, int64_t from, int64_t n, double *dst) {
  enum { BLOCK = 2048 }; /* is looked at while it is in the first cache */
  int bad = 0;
  for (int64_t i = 0; i < n; i += BLOCK) {
    const int64_t count = bk_min(BLOCK, n - i);
    if (job->dtype == BALBOA_F64) {
      memcpy(dst + i, (const double *)job->src + from + i, (size_t)count * sizeof(double));
    } else {
      widen_run(count, (const float *)job->src + from + i, dst + i);
    }
    bad |= any_not_finite(count, dst + i);
  }
  return bad;
}

static void widen_range(void *context, int64_t begin, int64_t end) {
  widen_job *job = context;
  for (int64_t part = begin; part < end; part++) {
    const int64_t first = part * job->parts.size, last = bk_min(job->rows, first + job->parts.size);
    if (job->ld == job->columns) {
      job->bad[part] = widen_some(job, first * job->ld, (last - first) * job->ld, job->dst + first * job->ld);
    } else {
      job->bad[part] = 0;
      for (int64_t r = first; r < last; r++) {
        job->bad[part] |= widen_some(job, r * job->columns, job->columns, job->dst + r * job->ld);
      }
    }
  }
}

int32_t balboa_widen_finite(int32_t dtype, int64_t rows, int64_t columns, const void *src, double *dst, int64_t ld,
                            int64_t *position) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(bk_product3(rows, columns, 1) >= 0 && bk_product3(rows, ld, 1) >= 0 && ld >= columns, BALBOA_ERR_ARGUMENT);
  BK_CHECK(position != NULL, BALBOA_ERR_NULL);
  *position = -1;
  if (rows == 0 || columns == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(src != NULL && dst != NULL, BALBOA_ERR_NULL);
  widen_job job = {.dtype = dtype, .rows = rows, .columns = columns, .ld = ld, .src = src, .dst = dst};
  job.parts = bk_cut(rows, bk_max(1, BK_GRAIN_CHEAP / 8 / columns));
  bk_parallel(job.parts.count, 8, widen_range, &job);
  for (int64_t part = 0; part < job.parts.count; part++) {
    for (int64_t i = part * job.parts.size * columns; job.bad[part]; i++) {
      if (any_not_finite(1, dst + i / columns * ld + i % columns)) {
        *position = i;
        return BALBOA_OK;
      }
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
