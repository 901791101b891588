/* Triangular solves and LU factors over plain routines, conversion that finds what is not finite, and signs. */
#include "check.h"

/* Solves with a lower triangle, or the transpose of an upper one, row by row; other systems are turned into that. */
static void naive_dtrsm(int32_t order, int32_t side, int32_t uplo, int32_t trans, int32_t diag, int32_t m, int32_t n,
                        double alpha, const double *a, int32_t lda, double *b, int32_t ldb) {
  EXPECT(order == 101, "row-major");
  const int right = side == 142, transposed = (trans == 112) != right, unit = diag == 132;
  const int32_t size = right ? n : m, sides = right ? m : n;
  const int forward = (uplo == 122) != transposed;
  for (int32_t s = 0; s < sides; s++) {
    for (int32_t k = 0; k < size; k++) {
      const int32_t i = forward ? k : size - 1 - k;
      double *x = right ? b + s * ldb + i : b + i * ldb + s;
      double sum = alpha * *x;
      for (int32_t l = 0; l < k; l++) {
        const int32_t j = forward ? l : size - 1 - l;
        sum -= (transposed ? a[j * lda + i] : a[i * lda + j]) * (right ? b[s * ldb + j] : b[j * ldb + s]);
      }
      *x = unit ? sum : sum / a[i * lda + i];
    }
  }
}

static void naive_dgemm(int32_t order, int32_t trans_a, int32_t trans_b, int32_t m, int32_t n, int32_t k, double alpha,
                        const double *a, int32_t lda, const double *b, int32_t ldb, double beta, double *c,
                        int32_t ldc) {
  EXPECT(order == 101 && trans_b == 111, "row-major");
  for (int32_t i = 0; i < m; i++) {
    for (int32_t j = 0; j < n; j++) {
      double sum = 0.0;
      for (int32_t l = 0; l < k; l++) {
        sum += (trans_a == 112 ? a[l * lda + i] : a[i * lda + l]) * b[l * ldb + j];
      }
      c[i * ldc + j] = alpha * sum + (beta == 0.0 ? 0.0 : beta * c[i * ldc + j]);
    }
  }
}

static void expect_close(int64_t n, const double *got, const double *want, double tolerance, const char *what) {
  for (int64_t i = 0; i < n; i++) {
    EXPECT(fabs(got[i] - want[i]) <= tolerance * (1.0 + fabs(want[i])), "%s: %g instead of %g at %d", what, got[i],
           want[i], (int)i);
  }
}

static void check_trsm(int32_t right, int32_t upper, int32_t trans, int32_t unit, int32_t m, int32_t n) {
  const int32_t size = right ? n : m, lda = size + 1, ldb = n + 2;
  double *a = NEW(double, size * lda), *b = NEW(double, m * ldb), *want = NEW(double, m * ldb);
  for (int64_t i = 0; i < size * lda; i++) {
    a[i] = (double)(next_u32() % 100) / 1000.0;
  }
  for (int32_t i = 0; i < size; i++) {
    a[i * lda + i] = 2.0;
  }
  for (int64_t i = 0; i < m * ldb; i++) {
    b[i] = want[i] = (double)(next_u32() % 7);
  }
  naive_dtrsm(101, right ? 142 : 141, upper ? 121 : 122, trans ? 112 : 111, unit ? 132 : 131, m, n, 0.5, a, lda, want,
              ldb);
  EXPECT_OK(balboa_dtrsm(naive_dtrsm, naive_dgemm, right, upper, trans, unit, m, n, 0.5, a, lda, b, ldb));
  expect_close(m * ldb, b, want, 1e-13, "trsm");
  release(a);
  release(b);
  release(want);
}

/* P A = L U and the solutions of A X = B and A^T X = B. */
static void check_lu(int64_t count, int32_t n, int32_t columns) {
  const int32_t lda = n + 3, ldb = columns + 1;
  double *a = NEW(double, count * n * lda), *lu = NEW(double, count * n * lda), *x = NEW(double, count * n * ldb);
  double *b = NEW(double, count * n * ldb);
  int32_t *pivots = NEW(int32_t, count * n), *zeros = NEW(int32_t, count);
  for (int64_t i = 0; i < count * n * lda; i++) {
    a[i] = lu[i] = next_uniform(-1.0, 1.0);
  }
  EXPECT_OK(balboa_lu(naive_dgemm, count, n, lu, lda, pivots, zeros));
  for (int64_t i = 0; i < count; i++) {
    EXPECT(zeros[i] == -1, "zero pivot %d", (int)zeros[i]);
  }
  for (int64_t i = 0; i < count * n; i++) {
    EXPECT(pivots[i] >= i % n && pivots[i] < n, "pivot %d", (int)pivots[i]);
  }
  for (int64_t i = 0; i < count * n * lda; i++) { /* multipliers are at most 1: the largest was the pivot */
    EXPECT(i % lda >= i / lda % n || fabs(lu[i]) <= 1.0 + 1e-15, "multiplier %g", lu[i]);
  }
  for (int32_t trans = 0; trans < 2; trans++) {
    for (int64_t i = 0; i < count * n * ldb; i++) {
      x[i] = next_uniform(-1.0, 1.0);
      b[i] = i % ldb < columns ? 0.0 : x[i];
    }
    for (int64_t m = 0; m < count; m++) {
      naive_dgemm(101, trans ? 112 : 111, 111, n, columns, n, 1.0, a + m * n * lda, lda, x + m * n * ldb, ldb, 0.0,
                  b + m * n * ldb, ldb);
    }
    EXPECT_OK(balboa_lu_solve(naive_dtrsm, naive_dgemm, trans, count, n, columns, lu, lda, pivots, b, ldb));
    expect_close(count * n * ldb, b, x, 1e-9, trans ? "transposed equations" : "equations");
  }
  if (n > 0) {
    pivots[0] = n;
    EXPECT_STATUS(BALBOA_ERR_INDEX,
                  balboa_lu_solve(naive_dtrsm, naive_dgemm, 0, count, n, columns, lu, lda, pivots, b, ldb));
  }
  release(a);
  release(lu);
  release(x);
  release(b);
  release(pivots);
  release(zeros);
}

static void check_singular(void) {
  enum { N = 40 };
  double *a = NEW(double, N * N);
  int32_t *pivots = NEW(int32_t, N), zero = 0;
  for (int32_t i = 0; i < N * N; i++) {
    a[i] = i / N == i % N && i / N != 20 ? 1e-310 : 0.0; /* subnormal pivots, whose inverse is infinite */
  }
  a[N] = 1e-310;
  EXPECT_OK(balboa_lu(naive_dgemm, 1, N, a, N, pivots, &zero));
  EXPECT(zero == 20, "zero pivot %d", (int)zero);
  EXPECT(a[N] == 1.0 && a[0] == 1e-310, "multiplier %g", a[N]);
  EXPECT_OK(balboa_lu(naive_dgemm, 0, N, NULL, N, NULL, NULL));
  EXPECT_OK(balboa_lu(naive_dgemm, 1, 0, NULL, 0, NULL, &zero));
  EXPECT(zero == -1, "nothing: %d", (int)zero);
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_lu(naive_dgemm, 1, N, a, N - 1, pivots, &zero));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_lu(naive_dgemm, 1, N, NULL, N, pivots, &zero));
  release(a);
  release(pivots);
}

static void check_widening(int64_t rows, int64_t columns, int64_t ld) {
  float *x = NEW(float, rows * columns);
  double *wide = NEW(double, rows * columns), *y = NEW(double, rows * ld);
  for (int64_t i = 0; i < rows * columns; i++) {
    x[i] = i % 2 == 0 ? 3.4028234e38f : -0.0f;
    wide[i] = x[i];
  }
  for (int64_t i = 0; i < rows * ld; i++) {
    y[i] = 7.0;
  }
  int64_t at = 7;
  EXPECT_OK(balboa_widen_finite(BALBOA_F32, rows, columns, x, y, ld, &at));
  EXPECT(at == -1, "all are finite, got %d", (int)at);
  for (int64_t i = 0; i < rows * ld; i++) {
    EXPECT(y[i] == (i % ld < columns ? wide[i / ld * columns + i % ld] : 7.0), "element %d", (int)i);
  }
  x[rows * columns - 1] = -INFINITY;
  EXPECT_OK(balboa_widen_finite(BALBOA_F32, rows, columns, x, y, ld, &at));
  EXPECT(at == rows * columns - 1, "infinity at %d", (int)at);
  wide[rows * columns / 2] = NAN;
  EXPECT_OK(balboa_widen_finite(BALBOA_F64, rows, columns, wide, y, ld, &at));
  EXPECT(at == rows * columns / 2, "NaN at %d", (int)at);
  release(x);
  release(wide);
  release(y);
}

static void check_no_widening(void) {
  int64_t at = 7;
  double x = 1.0;
  EXPECT_OK(balboa_widen_finite(BALBOA_F32, 0, 3, NULL, NULL, 3, &at));
  EXPECT(at == -1, "nothing");
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_widen_finite(BALBOA_I32, 1, 1, &x, &x, 1, &at));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_widen_finite(BALBOA_F64, 1, 2, &x, &x, 1, &at));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_widen_finite(BALBOA_F64, 1, 1, NULL, &x, 1, &at));
}

static void check_orientation(void) {
  double *x = NEW(double, 4 * 300);
  for (int i = 0; i < 4 * 300; i++) {
    x[i] = next_uniform(-0.5, 0.5);
  }
  x[7] = -2.0;                      /* row 0: negated */
  x[300 + 299] = 3.0;               /* row 1: as it is */
  x[600 + 5] = -1.0 + 1e-9;         /* row 2: as large as what follows, so this decides */
  x[600 + 9] = 1.0;
  x[900 + 5] = -0.9;                /* row 3: smaller, so the other decides */
  x[900 + 9] = 1.0;
  double before[4 * 300];
  memcpy(before, x, sizeof before);
  double other[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_OK(balboa_orient_rows(4, 300, 1e-6, x, 2, other));
  for (int i = 0; i < 4 * 300; i++) {
    const int negated = i / 300 == 0 || i / 300 == 2;
    EXPECT(x[i] == (negated ? -before[i] : before[i]), "row %d, element %d", i / 300, i % 300);
    EXPECT((other[i / 300 * 2 + 1] < 0) == negated, "the other row %d", i / 300);
  }
  EXPECT_OK(balboa_orient_rows(4, 300, 1e-6, x, 0, NULL));
  EXPECT_OK(balboa_orient_rows(0, 3, 0, NULL, 0, NULL));
  EXPECT_OK(balboa_orient_rows(3, 0, 0, NULL, 0, NULL));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_orient_rows(1, 1, 1, x, 0, NULL));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_orient_rows(-1, 1, 0, x, 0, NULL));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_orient_rows(1, 1, 0, NULL, 0, NULL));
  release(x);
}

int main(void) {
  for (int32_t kind = 0; kind < 16; kind++) {
    check_trsm(kind & 1, kind >> 1 & 1, kind >> 2 & 1, kind >> 3, 5, 3);
    check_trsm(kind & 1, kind >> 1 & 1, kind >> 2 & 1, kind >> 3, 70, 65);
    check_trsm(kind & 1, kind >> 1 & 1, kind >> 2 & 1, kind >> 3, 0, 4);
  }
  check_lu(1, 1, 1);
  check_lu(2, 16, 16);
  check_lu(1, 37, 3);
  check_lu(70, 8, 9);
  check_lu(3, 100, 75);
  check_lu(1, 0, 2);
  check_singular();
  check_widening(1, 1, 1);
  check_widening(300, 41, 41);
  check_widening(300, 41, 48);
  check_widening(2, 5000, 5001);
  check_no_widening();
  check_orientation();
  double x = 1;
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_dtrsm(naive_dtrsm, naive_dgemm, 0, 0, 0, 0, 2, 1, 1, &x, 1, &x, 1));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_dtrsm(NULL, naive_dgemm, 0, 0, 0, 0, 1, 1, 1, &x, 1, &x, 1));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_dtrsm(naive_dtrsm, NULL, 0, 0, 0, 0, 1, 1, 1, &x, 1, &x, 1));
  return check_done("solve");
}
