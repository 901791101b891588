/* Element-by-element losses against f64 formulas, reduced and not, with gradients from differences. */
#include "check.h"

static double loss_of(int32_t kind, double p, double x, double t) {
  const double d = fabs(x - t);
  switch (kind) {
    case BALBOA_LOSS_SQUARED: return d * d;
    case BALBOA_LOSS_ABSOLUTE: return d;
    case BALBOA_LOSS_HUBER: return d < p ? d * d / 2 : p * (d - p / 2);
    case BALBOA_LOSS_BCE: return -(t * fmax(log(x), -100) + (1 - t) * fmax(log1p(-x), -100));
    case BALBOA_LOSS_LOGITS: return t * log1p(exp(-x)) + (1 - t) * log1p(exp(x));
    case BALBOA_LOSS_KL: return t == 0 ? 0 : t * (log(t) - x);
    default: return exp(x) - t * x;
  }
}

static void check_kind(int32_t kind, int64_t n) {
  const double lo = kind == BALBOA_LOSS_BCE ? 0.01 : -4, hi = kind == BALBOA_LOSS_BCE ? 0.99 : 4, p = 0.7, h = 1e-6;
  const int shares = kind >= BALBOA_LOSS_BCE;
  float *x = random_f32(n, lo, hi), *t = random_f32(n, shares ? 0.01 : -4, shares ? 0.99 : 4);
  float *y = NEW(float, n), *g = random_f32(n, -2, 2), *dx = NEW(float, n), *dt = NEW(float, n);
  double *x64 = NEW(double, n), *t64 = NEW(double, n), *y64 = NEW(double, n);
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    x64[i] = (double)x[i];
    t64[i] = (double)t[i];
    sum += loss_of(kind, p, x64[i], t64[i]);
  }
  EXPECT_OK(balboa_pointwise_loss(BALBOA_F32, kind, p, BALBOA_REDUCTION_NONE, n, x, t, y));
  EXPECT_OK(balboa_pointwise_loss(BALBOA_F64, kind, p, BALBOA_REDUCTION_NONE, n, x64, t64, y64));
  EXPECT_OK(balboa_pointwise_loss_backward(BALBOA_F32, kind, p, BALBOA_REDUCTION_NONE, n, x, t, g, dx, dt));
  for (int64_t i = 0; i < n; i++) {
    const double u = x64[i], v = t64[i], want = loss_of(kind, p, u, v);
    EXPECT(near_rel((double)y[i], want, 1e-5, 0.05), "kind %d of %g, %g: %g is not %g", kind, u, v, (double)y[i], want);
    EXPECT(near_rel(y64[i], want, 1e-12, 0.05), "kind %d of %g, %g: %g is not %g", kind, u, v, y64[i], want);
    const double by_x = (loss_of(kind, p, u + h, v) - loss_of(kind, p, u - h, v)) / (2 * h) * (double)g[i];
    const double by_t = (loss_of(kind, p, u, v + h) - loss_of(kind, p, u, v - h)) / (2 * h) * (double)g[i];
    EXPECT(near_rel((double)dx[i], by_x, 1e-4, 0.05), "kind %d by x at %g, %g: %g", kind, u, v, (double)dx[i]);
    EXPECT(near_rel((double)dt[i], by_t, 1e-4, 0.05), "kind %d by t at %g, %g: %g", kind, u, v, (double)dt[i]);
  }
  float total = 0, mean = 0;
  EXPECT_OK(balboa_pointwise_loss(BALBOA_F32, kind, p, BALBOA_REDUCTION_SUM, n, x, t, &total));
  EXPECT_OK(balboa_pointwise_loss(BALBOA_F32, kind, p, BALBOA_REDUCTION_MEAN, n, x, t, &mean));
  EXPECT(near_rel((double)total, sum, 1e-5, 1e-4), "kind %d: sum %g is not %g", kind, (double)total, sum);
  EXPECT(near_rel((double)mean, sum / (double)n, 1e-5, 1e-6), "kind %d: mean %g", kind, (double)mean);
  const float one = 3;
  float *all = NEW(float, n);
  EXPECT_OK(balboa_pointwise_loss_backward(BALBOA_F32, kind, p, BALBOA_REDUCTION_MEAN, n, x, t, &one, all, NULL));
  for (int64_t i = 0; i < n; i++) {
    const double want = (double)dx[i] / (double)g[i] * 3 / (double)n;
    EXPECT(near_rel((double)all[i], want, 1e-5, 1e-9), "kind %d: mean's gradient %g is not %g", kind, (double)all[i], want);
  }
  release(x), release(t), release(y), release(g), release(dx), release(dt), release(x64), release(t64), release(y64);
  release(all);
}

int main(void) {
  for (int32_t kind = BALBOA_LOSS_SQUARED; kind <= BALBOA_LOSS_POISSON; kind++) {
    check_kind(kind, 1);
    check_kind(kind, 37);
    check_kind(kind, 70001);
  }
  const float x[4] = {NAN, 0, 1, 0}, t[4] = {1, 1, 0, 0};
  float y[4], nothing = 0;
  for (int32_t kind = BALBOA_LOSS_SQUARED; kind <= BALBOA_LOSS_POISSON; kind++) {
    EXPECT_OK(balboa_pointwise_loss(BALBOA_F32, kind, 1, BALBOA_REDUCTION_NONE, 4, x, t, y));
    EXPECT(y[0] != y[0], "kind %d loses NaN", kind);
    EXPECT_OK(balboa_pointwise_loss(BALBOA_F32, kind, 1, BALBOA_REDUCTION_MEAN, 0, NULL, NULL, &nothing));
    EXPECT(nothing != nothing, "kind %d: the mean over nothing is %g", kind, (double)nothing);
  }
  EXPECT_OK(balboa_pointwise_loss(BALBOA_F32, BALBOA_LOSS_BCE, 0, BALBOA_REDUCTION_NONE, 4, x, t, y));
  EXPECT(y[1] == 100 && y[2] == 100 && y[3] == 0, "bce at its ends: %g %g %g", (double)y[1], (double)y[2], (double)y[3]);
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_pointwise_loss(BALBOA_F32, 7, 0, 0, 4, x, t, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_pointwise_loss(BALBOA_I32, 0, 0, 0, 4, x, t, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_pointwise_loss(BALBOA_F32, BALBOA_LOSS_HUBER, 0, 0, 4, x, t, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_pointwise_loss(BALBOA_F32, 0, 0, 0, -1, x, t, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_pointwise_loss(BALBOA_F32, 0, 0, 0, 4, NULL, t, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_pointwise_loss(BALBOA_F32, 0, 0, 1, 4, x, t, NULL));
  return check_done("pointwise_loss");
}
