/* Products through the cut-up routine against plain loops; the routine here is plain loops too. */
#include "check.h"

#define DEFINE_ROUTINE(NAME, TYPE)                                                                                  \
  static void NAME(int32_t order, int32_t ta, int32_t tb, int32_t m, int32_t n, int32_t k, TYPE alpha, const TYPE *a, \
                   int32_t lda, const TYPE *b, int32_t ldb, TYPE beta, TYPE *c, int32_t ldc) {                      \
    EXPECT(order == 101, "order %d", (int)order);                                                                   \
    for (int i = 0; i < m; i++) {                                                                                   \
      for (int j = 0; j < n; j++) {                                                                                 \
        TYPE sum = 0;                                                                                               \
        for (int p = 0; p < k; p++) {                                                                               \
          sum += (ta == 112 ? a[p * lda + i] : a[i * lda + p]) * (tb == 112 ? b[j * ldb + p] : b[p * ldb + j]);     \
        }                                                                                                           \
        c[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j]);                                     \
      }                                                                                                             \
    }                                                                                                               \
  }
DEFINE_ROUTINE(naive_sgemm, float)
DEFINE_ROUTINE(naive_dgemm, double)

#define DEFINE_CASE(NAME, TYPE, GEMM, ROUTINE)                                                                       \
  static void NAME(int ta, int tb, int m, int n, int k, int count, TYPE beta) {                                      \
    const int lda = (ta ? m : k) + 3, ldb = (tb ? k : n) + 1, ldc = n + 2;                                           \
    const int64_t sa = (int64_t)lda * (ta ? k : m), sb = (int64_t)ldb * (tb ? n : k), sc = (int64_t)ldc * m;         \
    TYPE *a = malloc((size_t)(sa * count + 1) * sizeof *a), *b = malloc((size_t)(sb * count + 1) * sizeof *b);       \
    TYPE *c = malloc((size_t)(sc * count + 1) * sizeof *c), *want = malloc((size_t)(sc * count + 1) * sizeof *want); \
    for (int64_t i = 0; i < sa * count; i++) a[i] = (TYPE)((i * 7 % 13) - 6);                                        \
    for (int64_t i = 0; i < sb * count; i++) b[i] = (TYPE)((i * 5 % 11) - 5);                                        \
    for (int64_t i = 0; i <= sc * count; i++) c[i] = want[i] = (TYPE)(i % 3);                                        \
    for (int i = 0; i < count; i++) {                                                                                \
      ROUTINE(101, ta ? 112 : 111, tb ? 112 : 111, m, n, k, 2, a + i * sa, lda, b + i * sb, ldb, beta, want + i * sc, \
              ldc);                                                                                                  \
    }                                                                                                                \
    EXPECT_OK(GEMM(ROUTINE, ta, tb, m, n, k, 2, a, lda, sa, b, ldb, sb, beta, c, ldc, sc, count));                   \
    for (int64_t i = 0; i <= sc * count; i++) {                                                                      \
      EXPECT(c[i] == want[i], "%dx%dx%d of %d at %d: %g, not %g", m, n, k, count, (int)i, (double)c[i],              \
             (double)want[i]);                                                                                       \
    }                                                                                                                \
    free(a), free(b), free(c), free(want);                                                                           \
  }
DEFINE_CASE(check_f32, float, balboa_sgemm, naive_sgemm)
/* The direct product in the form of the others: it has neither a routine nor alpha, which is 2 here. */
static int32_t direct(balboa_sgemm_routine gemm, int32_t ta, int32_t tb, int32_t m, int32_t n, int32_t k, float alpha,
                      const float *a, int32_t lda, int64_t sa, const float *b, int32_t ldb, int64_t sb, float beta,
                      float *c, int32_t ldc, int64_t sc, int64_t count) {
  (void)gemm;
  for (int64_t i = 0; i < count * m * n; i++) {
    float *at = c + i / ((int64_t)m * n) * sc + i / n % m * ldc + i % n;
    *at = beta == 0 ? NAN : *at / alpha; /* what is not accumulated is not read either */
  }
  const int32_t status = balboa_sgemm_direct(ta, tb, m, n, k, a, lda, sa, b, ldb, sb, beta != 0, NULL, 0, c, ldc, sc, count);
  for (int64_t i = 0; status == BALBOA_OK && i < count * m * n; i++) {
    c[i / ((int64_t)m * n) * sc + i / n % m * ldc + i % n] *= alpha;
  }
  return status;
}
DEFINE_CASE(check_direct, float, direct, naive_sgemm)
DEFINE_CASE(check_f64, double, balboa_dgemm, naive_dgemm)

/* A direct product that begins with a bias and ends with a ReLU. */
static void check_bias(int ta, int tb, int m, int n, int k, int count, int with_bias, int relu) {
  const int lda = (ta ? m : k) + 3, ldb = (tb ? k : n) + 1, ldc = n == 1 ? 1 : n + 2;
  const int64_t sa = (int64_t)lda * (ta ? k : m), sb = (int64_t)ldb * (tb ? n : k), sc = (int64_t)ldc * m;
  float *a = malloc((size_t)(sa * count + 1) * sizeof *a), *b = malloc((size_t)(sb * count + 1) * sizeof *b);
  float *c = malloc((size_t)(sc * count + 1) * sizeof *c), *want = malloc((size_t)(sc * count + 1) * sizeof *want);
  float *bias = malloc((size_t)(n + 1) * sizeof *bias);
  for (int64_t i = 0; i < sa * count; i++) a[i] = (float)((i * 7 % 13) - 6);
  for (int64_t i = 0; i < sb * count; i++) b[i] = (float)((i * 5 % 11) - 5);
  for (int i = 0; i < n; i++) bias[i] = (float)(i % 7 - 3) / 4;
  for (int64_t i = 0; i <= sc * count; i++) c[i] = want[i] = -9;
  for (int i = 0; i < count; i++) {
    float *to = want + i * sc;
    naive_sgemm(101, ta ? 112 : 111, tb ? 112 : 111, m, n, k, 1, a + i * sa, lda, b + i * sb, ldb, 0, to, ldc);
    for (int r = 0; r < m; r++) {
      for (int j = 0; j < n; j++) {
        const float sum = to[r * ldc + j] + (with_bias ? bias[j] : 0);
        to[r * ldc + j] = relu && sum < 0 ? 0 : sum;
      }
    }
  }
  EXPECT_OK(balboa_sgemm_direct(ta, tb, m, n, k, a, lda, sa, b, ldb, sb, 0, with_bias ? bias : NULL, relu, c, ldc, sc,
                                count));
  for (int64_t i = 0; i <= sc * count; i++) {
    EXPECT(c[i] == want[i], "%dx%dx%d of %d, bias %d, relu %d, at %d: %g, not %g", m, n, k, count, with_bias, relu,
           (int)i, (double)c[i], (double)want[i]);
  }
  free(a), free(b), free(c), free(want), free(bias);
}

/* The bits of a direct product do not depend on the number of threads. */
static void check_bits(int tb, int m, int n, int k) {
  const int ldb = tb ? k : n;
  float *a = malloc((size_t)m * k * sizeof *a), *b = malloc((size_t)n * k * sizeof *b);
  float *c = malloc((size_t)m * n * sizeof *c), *want = malloc((size_t)m * n * sizeof *want);
  for (int i = 0; i < m * k; i++) a[i] = (float)(i * 7 % 1013) / 1013 - 0.4f;
  for (int i = 0; i < n * k; i++) b[i] = (float)(i * 5 % 2011) / 2011 - 0.6f;
  for (int threads = 1; threads <= 6; threads++) {
    balboa_set_threads(threads);
    EXPECT_OK(balboa_sgemm_direct(0, tb, m, n, k, a, k, 0, b, ldb, 0, 0, NULL, 0, threads == 1 ? want : c, n, 0, 1));
    for (int i = 0; threads > 1 && i < m * n; i++) {
      EXPECT(c[i] == want[i], "%dx%dx%d, %d threads, at %d: %a, not %a", m, n, k, threads, i, (double)c[i],
             (double)want[i]);
    }
  }
  free(a), free(b), free(c), free(want);
}

int main(void) {
  static const int sizes[][3] = {{1, 1, 1}, {1, 200, 77}, {200, 1, 50}, {17, 31, 5}, {97, 65, 80}, {64, 130, 0},
                                 {0, 4, 4}, {7, 150, 2500}, {150, 8, 2000}, {16, 90, 40}, {130, 70, 33},
                                 {40, 2000, 1}, {900, 1, 1}, {1, 1, 9001}, {1, 700, 300}, {3, 301, 40}, {2, 259, 515},
                                 {4, 300, 261}};
  for (int threads = 1; threads <= 6; threads++) {
    balboa_set_threads(threads);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
      for (int t = 0; t < 4; t++) {
        for (int count = 0; count <= (sizes[s][2] > 1000 ? 1 : 4); count++) {
          check_f32(t & 1, t >> 1, sizes[s][0], sizes[s][1], sizes[s][2], count, (float)(count % 2));
          check_direct(t & 1, t >> 1, sizes[s][0], sizes[s][1], sizes[s][2], count, (float)(count % 2));
        }
        for (int with = 1; with < 4; with++) {
          check_bias(t & 1, t >> 1, sizes[s][0], sizes[s][1], sizes[s][2], with % 2 + 1, with & 1, with >> 1);
        }
        check_f64(t & 1, t >> 1, sizes[s][0], sizes[s][1], sizes[s][2], 2, 1);
      }
    }
  }
  for (int tb = 0; tb < 2; tb++) {
    check_bits(tb, 1, 1030, 517);
    check_bits(tb, 2, 997, 400);
    check_bits(tb, 3, 900, 403);
    check_bits(tb, 4, 1024, 300);
    check_bits(tb, 2, 9000, 260);
  }
  float x = 0;
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_sgemm(naive_sgemm, 0, 0, -1, 1, 1, 1, &x, 1, 0, &x, 1, 0, 0, &x, 1, 0, 1));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_sgemm(NULL, 0, 0, 1, 1, 1, 1, &x, 1, 0, &x, 1, 0, 0, &x, 1, 0, 1));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_sgemm(naive_sgemm, 0, 0, 2, 3, 2, 1, &x, 2, 0, &x, 2, 0, 0, &x, 3, 0, 1));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_sgemm_direct(0, 0, 2, 3, 2, &x, 2, 0, &x, 2, 0, 0, NULL, 0, &x, 3, 0, 1));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_sgemm_direct(0, 0, 1, 1, -1, &x, 1, 0, &x, 1, 0, 0, NULL, 0, &x, 1, 0, 1));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_sgemm_direct(0, 0, 1, 1, 1, NULL, 1, 0, &x, 1, 0, 0, NULL, 0, &x, 1, 0, 1));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_sgemm_direct(0, 0, 1, 1, 1, &x, 1, 0, &x, 1, 0, 1, &x, 0, &x, 1, 0, 1));
  return check_done("gemm");
}
