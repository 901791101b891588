/* softmax, log-softmax and one-hot against f64 loops. */
#include "check.h"

typedef struct {
  int64_t outer, n, inner;
} extent;

static const extent extents[] = {
    {0, 3, 1}, {3, 0, 1}, {2, 3, 0}, {1, 1, 1},   {5, 10, 1},    {128, 10, 1}, {3, 17, 1},
    {2, 1000, 1}, {700, 33, 1}, {2, 5, 7}, {3, 4, 65}, {4, 10, 196}, {1, 33, 1001},
};
enum { EXTENTS = sizeof extents / sizeof extents[0] };

static int64_t start_of(const extent *e, int64_t row) { return row / e->inner * e->n * e->inner + row % e->inner; }

static double log_sum_exp(const float *x, int64_t n, int64_t stride) {
  double m = -INFINITY, s = 0;
  for (int64_t i = 0; i < n; i++) {
    m = (double)x[i * stride] > m ? (double)x[i * stride] : m;
  }
  for (int64_t i = 0; i < n; i++) {
    s += exp((double)x[i * stride] - m);
  }
  return m + log(s);
}

static void check_softmax(const extent *e, double range) {
  const int64_t total = e->outer * e->n * e->inner;
  float *x = random_f32(total, -range, range), *dy = random_f32(total, -1, 1);
  float *p = NEW(float, total), *l = NEW(float, total), *dp = NEW(float, total), *dl = NEW(float, total);
  EXPECT_OK(balboa_softmax_f32(e->outer, e->n, e->inner, x, p));
  EXPECT_OK(balboa_log_softmax_f32(e->outer, e->n, e->inner, x, l));
  EXPECT_OK(balboa_softmax_backward_f32(e->outer, e->n, e->inner, p, dy, dp));
  EXPECT_OK(balboa_log_softmax_backward_f32(e->outer, e->n, e->inner, l, dy, dl));
  for (int64_t row = 0; e->n > 0 && row < e->outer * e->inner; row++) {
    const int64_t at = start_of(e, row);
    const double lse = log_sum_exp(x + at, e->n, e->inner);
    double sum_dy = 0, sum_pdy = 0;
    for (int64_t i = 0; i < e->n; i++) {
      const int64_t k = at + i * e->inner;
      sum_dy += (double)dy[k];
      sum_pdy += (double)dy[k] * exp((double)x[k] - lse);
    }
    for (int64_t i = 0; i < e->n; i++) {
      const int64_t k = at + i * e->inner;
      const double log_p = (double)x[k] - lse, q = exp(log_p);
      /* x - max is rounded: an error of 2^-24 of the range in the exponent */
      const double tolerance = 4e-7 + range * 1.2e-7;
      EXPECT(near_rel((double)p[k], q, tolerance, 1e-37), "softmax: %g, want %g", (double)p[k], q);
      EXPECT(near_rel((double)l[k], log_p, 4e-7, 0.5), "log_softmax: %g, want %g", (double)l[k], log_p);
      const double want_dp = q * ((double)dy[k] - sum_pdy), want_dl = (double)dy[k] - q * sum_dy;
      EXPECT(near_rel((double)dp[k], want_dp, 2 * tolerance, q + 1e-31), "softmax backward: %g, want %g",
             (double)dp[k], want_dp);
      EXPECT(near_rel((double)dl[k], want_dl, 2 * tolerance, q * fabs(sum_dy) + 0.01), "log_softmax backward: %g, %g",
             (double)dl[k], want_dl);
    }
  }
  const size_t bytes = (size_t)total * sizeof(float);
  EXPECT_OK(balboa_softmax_f32(e->outer, e->n, e->inner, x, x)); /* in place */
  EXPECT(memcmp(x, p, bytes) == 0, "softmax in place differs");
  EXPECT_OK(balboa_softmax_backward_f32(e->outer, e->n, e->inner, p, dy, dy));
  EXPECT(memcmp(dy, dp, bytes) == 0, "softmax backward in place differs");
  release(x);
  release(dy);
  release(p);
  release(l);
  release(dp);
  release(dl);
}

static void check_one_hot(void) {
  int32_t labels[3] = {2, 0, 1}, high[2] = {0, 3};
  float hot[9];
  int64_t bad = -1;
  EXPECT_OK(balboa_one_hot_f32(3, 3, labels, hot, &bad));
  for (int i = 0; i < 9; i++) {
    EXPECT(hot[i] == (i % 3 == labels[i / 3] ? 1.0f : 0.0f), "one_hot");
  }
  hot[0] = 7;
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_one_hot_f32(2, 3, high, hot, &bad));
  EXPECT(bad == 1 && hot[0] == 7, "bad label at %d", (int)bad);
}

static void check_specials(void) {
  float x[6] = {1, NAN, 3, 4, 5, 6};
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_softmax_f32(1, 3, 1, x, NULL));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_softmax_f32(1, -3, 1, x, x));
  EXPECT_OK(balboa_softmax_f32(2, 3, 1, x, x));
  EXPECT(isnan(x[0]) && isnan(x[2]) && !isnan(x[3]), "a NaN reaches its whole row and no other");
  float huge[3] = {1e30f, -INFINITY, 1e30f};
  EXPECT_OK(balboa_softmax_f32(1, 3, 1, huge, huge));
  EXPECT(huge[0] == 0.5f && huge[1] == 0 && huge[2] == 0.5f, "large logits");
}

int main(void) {
  for (int i = 0; i < EXTENTS; i++) {
    check_softmax(&extents[i], 4);
    check_softmax(&extents[i], 60);
  }
  check_one_hot();
  check_specials();
  return check_done("softmax");
}
