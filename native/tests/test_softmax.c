/* softmax, log-softmax, cross entropy and one-hot against f64 loops. */
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

static void check_cross_entropy(int64_t rows, int64_t classes, double range) {
  float *x = random_f32(rows * classes, -range, range);
  int32_t *labels = random_i32(rows, (int32_t)(classes > 0 ? classes : 1));
  float *each = NEW(float, rows), *dlogits = NEW(float, rows * classes), *dloss = random_f32(rows, -1, 1);
  float mean = 0, sum = 0, one = 0.75f;
  int64_t bad = -1;
  EXPECT_OK(balboa_cross_entropy_f32(rows, classes, x, labels, BALBOA_REDUCTION_NONE, each, &bad));
  EXPECT_OK(balboa_cross_entropy_f32(rows, classes, x, labels, BALBOA_REDUCTION_MEAN, &mean, &bad));
  EXPECT_OK(balboa_cross_entropy_f32(rows, classes, x, labels, BALBOA_REDUCTION_SUM, &sum, &bad));
  double total = 0;
  for (int64_t r = 0; r < rows; r++) {
    const double want = log_sum_exp(x + r * classes, classes, 1) - (double)x[r * classes + labels[r]];
    EXPECT(near_rel((double)each[r], want, 1e-6, 0.2), "loss %g, want %g", (double)each[r], want);
    total += want;
  }
  EXPECT(near_rel((double)sum, total, 1e-6, 0.2), "sum %g, want %g", (double)sum, total);
  EXPECT(near_rel((double)mean, rows == 0 ? (double)NAN : total / (double)rows, 1e-6, 0.2), "mean %g", (double)mean);
  for (int32_t reduction = BALBOA_REDUCTION_NONE; reduction <= BALBOA_REDUCTION_SUM; reduction++) {
    const float *g = reduction == BALBOA_REDUCTION_NONE ? dloss : &one;
    EXPECT_OK(balboa_cross_entropy_backward_f32(rows, classes, x, labels, reduction, g, dlogits, &bad));
    for (int64_t r = 0; r < rows; r++) {
      const double lse = log_sum_exp(x + r * classes, classes, 1);
      const double share = reduction == BALBOA_REDUCTION_NONE   ? (double)dloss[r]
                           : reduction == BALBOA_REDUCTION_MEAN ? 0.75 / (double)rows
                                                                : 0.75;
      for (int64_t c = 0; c < classes; c++) {
        const double p = exp((double)x[r * classes + c] - lse);
        double want = share * p;
        if (c == labels[r]) {
          double others = 0;
          for (int64_t k = 0; k < classes; k++) {
            others += k == c ? 0 : exp((double)x[r * classes + k] - lse);
          }
          want = -share * others;
        }
        EXPECT(near_rel((double)dlogits[r * classes + c], want, 1e-6 + range * 1.2e-7, 1e-36), "dlogits %g, want %g",
               (double)dlogits[r * classes + c], want);
      }
    }
  }
  float *hot = NEW(float, rows * classes);
  EXPECT_OK(balboa_one_hot_f32(rows, classes, labels, hot, &bad));
  for (int64_t i = 0; i < rows * classes; i++) {
    EXPECT(hot[i] == (i % classes == labels[i / classes] ? 1.0f : 0.0f), "one_hot");
  }
  float *in_place = NEW(float, rows * classes);
  memcpy(in_place, x, (size_t)(rows * classes) * sizeof(float));
  EXPECT_OK(balboa_cross_entropy_backward_f32(rows, classes, in_place, labels, 2, &one, in_place, &bad));
  EXPECT(memcmp(in_place, dlogits, (size_t)(rows * classes) * sizeof(float)) == 0, "in place differs");
  EXPECT(bad == -1, "bad_index written without need");
  release(x);
  release(labels);
  release(each);
  release(dlogits);
  release(dloss);
  release(hot);
  release(in_place);
}

static void check_labels(void) {
  float x[6] = {1, 2, 3, 4, 5, 6}, loss = 7, dx[6] = {7}, one = 1;
  int32_t high[2] = {0, 3}, low[2] = {-1, 0}, good[2] = {0, 2};
  int64_t bad = -1;
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_cross_entropy_f32(2, 3, x, high, BALBOA_REDUCTION_MEAN, &loss, &bad));
  EXPECT(bad == 1 && loss == 7, "bad label at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_cross_entropy_backward_f32(2, 3, x, low, 1, &one, dx, &bad));
  EXPECT(bad == 0 && dx[0] == 7, "bad label at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_one_hot_f32(2, 3, high, dx, &bad));
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_cross_entropy_f32(1, 0, x, good, 1, &loss, &bad));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_cross_entropy_f32(2, 3, x, good, 3, &loss, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_cross_entropy_f32(2, 3, x, NULL, 1, &loss, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_cross_entropy_f32(2, 3, x, good, 1, &loss, NULL));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_cross_entropy_f32(-2, 3, x, good, 1, &loss, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_softmax_f32(1, 3, 1, x, NULL));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_softmax_f32(1, -3, 1, x, x));
  x[1] = NAN;
  EXPECT_OK(balboa_cross_entropy_f32(2, 3, x, good, BALBOA_REDUCTION_MEAN, &loss, &bad));
  EXPECT(isnan(loss), "a NaN logit is lost");
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
  check_cross_entropy(0, 10, 3);
  check_cross_entropy(1, 1, 3);
  check_cross_entropy(3, 2, 30);
  check_cross_entropy(128, 10, 5);
  check_cross_entropy(1001, 10, 15);
  check_cross_entropy(37, 1003, 5);
  check_labels();
  return check_done("softmax");
}
