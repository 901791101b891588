/* The f64 functions of one variable and their derivatives against the f32 ones, which test_unary and test_backward hold
 * to formulas; specials; errors. */
#include "check.h"

static void check_kind(int32_t kind, const float *x32, const float *g32, int64_t n, float alpha, float beta) {
  double *x = NEW(double, n), *g = NEW(double, n), *y = NEW(double, n);
  float *y32 = NEW(float, n);
  for (int64_t i = 0; i < n; i++) {
    x[i] = (double)x32[i];
    g[i] = (double)g32[i];
  }
  EXPECT_OK(balboa_unary_f32(kind, n, x32, y32, alpha, beta));
  EXPECT_OK(balboa_unary_f64(kind, n, x, y, (double)alpha, (double)beta));
  for (int64_t i = 0; i < n; i++) {
    EXPECT(near_rel((double)y32[i], y[i], 1e-5, 1e-36), "kind %d of %g: f32 %g, f64 %g", kind, x[i], (double)y32[i], y[i]);
  }
  const int from_x = balboa_unary_backward_f32(kind, n, x32, g32, y32, alpha, beta) == BALBOA_OK;
  EXPECT_STATUS(from_x ? BALBOA_OK : BALBOA_ERR_KIND,
                balboa_unary_backward_f64(kind, n, x, g, y, (double)alpha, (double)beta));
  for (int64_t i = 0; from_x && i < n; i++) {
    EXPECT(near_rel((double)y32[i], y[i], 1e-5, 0.1), "kind %d backward at %g: f32 %g, f64 %g", kind, x[i],
           (double)y32[i], y[i]);
  }
  if (kind == BALBOA_RELU || kind == BALBOA_SIGMOID || kind == BALBOA_TANH) {
    EXPECT_OK(balboa_unary_backward_from_y_f32(kind, n, x32, g32, y32, alpha, beta));
    EXPECT_OK(balboa_unary_backward_from_y_f64(kind, n, x, g, y, (double)alpha, (double)beta));
    for (int64_t i = 0; i < n; i++) {
      EXPECT(near_rel((double)y32[i], y[i], 1e-5, 1e-6), "kind %d backward from %g", kind, x[i]);
    }
  }
  release(x), release(g), release(y), release(y32);
}

int main(void) {
  const int64_t n = 10007;
  float *x = random_f32(n, -4, 4), *g = random_f32(n, -2, 2);
  x[0] = 0.0f, x[1] = NAN, x[2] = INFINITY, x[3] = -INFINITY, x[4] = 1.0f, x[5] = -1.0f;
  for (int32_t kind = BALBOA_RELU; kind <= BALBOA_THRESHOLD; kind++) {
    const int gelu = kind == BALBOA_GELU_ERF || kind == BALBOA_GELU_TANH || kind == BALBOA_SILU || kind == BALBOA_MISH;
    const int swish = kind == BALBOA_HARD_SWISH;
    const int skip = gelu || swish ? 4 : 0; /* infinity times zero */
    check_kind(kind, x + skip, g + skip, n - skip, 0.5f, kind == BALBOA_SOFTPLUS ? 20.0f : 0.75f);
  }
  double d = 7, e = 0.5;
  EXPECT_OK(balboa_unary_f64(BALBOA_EXP, 0, NULL, NULL, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unary_f64(99, 1, &e, &d, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unary_f64(-1, 1, &e, &d, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unary_backward_f64(BALBOA_EXP, 1, &e, &e, &d, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unary_backward_from_y_f64(BALBOA_COS, 1, &e, &e, &d, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_unary_f64(BALBOA_EXP, -1, &e, &d, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_unary_f64(BALBOA_EXP, 1, NULL, &d, 0, 0));
  EXPECT(d == 7, "an error wrote to the output");
  release(x), release(g);
  return check_done("unary_types");
}
