/* Triangular solves through the cut-up routine, which here is plain substitution; and the search for what is not finite. */
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

/* Both whole and in parts, which must give the same bits with this routine. */
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
  EXPECT_OK(balboa_dtrsm(naive_dtrsm, right, upper, trans, unit, m, n, 0.5, a, lda, b, ldb));
  EXPECT(memcmp(b, want, (size_t)(m * ldb) * sizeof(double)) == 0, "trsm %d %d %d %d", (int)right, (int)upper,
         (int)trans, (int)unit);
  release(a);
  release(b);
  release(want);
}

static void check_finite(void) {
  double *x = NEW(double, 5000);
  int64_t at = 7;
  for (int i = 0; i < 5000; i++) {
    x[i] = i % 2 == 0 ? 1.7976931348623157e308 : -0.0;
  }
  EXPECT_OK(balboa_first_not_finite(5000, x, &at));
  EXPECT(at == -1, "all are finite, got %d", (int)at);
  x[4999] = -INFINITY;
  EXPECT_OK(balboa_first_not_finite(5000, x, &at));
  EXPECT(at == 4999, "infinity at %d", (int)at);
  x[1030] = NAN;
  EXPECT_OK(balboa_first_not_finite(5000, x, &at));
  EXPECT(at == 1030, "NaN at %d", (int)at);
  EXPECT_OK(balboa_first_not_finite(0, NULL, &at));
  EXPECT(at == -1, "nothing");
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_first_not_finite(-1, x, &at));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_first_not_finite(1, NULL, &at));
  release(x);
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
  check_finite();
  check_orientation();
  double x = 1;
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_dtrsm(naive_dtrsm, 0, 0, 0, 0, 2, 1, 1, &x, 1, &x, 1));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_dtrsm(NULL, 0, 0, 0, 0, 1, 1, 1, &x, 1, &x, 1));
  return check_done("solve");
}
