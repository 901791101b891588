/* Gated linear units, numbers between two others, sums of exponentials, numbers in the place of none, margins. */
#include "check.h"

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static void check_gated(int64_t outer, int64_t half) {
  const int64_t n = outer * half;
  float *x = random_f32(2 * n, -6, 6), *dy = random_f32(n, -2, 2), *y = NEW(float, n), *dx = NEW(float, 2 * n);
  EXPECT_OK(balboa_gated(BALBOA_F32, BALBOA_SIGMOID, outer, half, x, y));
  EXPECT_OK(balboa_gated_backward(BALBOA_F32, BALBOA_SIGMOID, outer, half, x, dy, dx));
  for (int64_t i = 0; i < n; i++) {
    const int64_t at = i / half * 2 * half + i % half;
    const double a = x[at], b = x[at + half], s = sigmoid(b);
    EXPECT(ulp_error(y[i], a * s) < 4, "gated %g %g: %g", a, b, (double)y[i]);
    EXPECT(ulp_error(dx[at], dy[i] * s) < 4, "gradient of %g: %g", a, (double)dx[at]);
    EXPECT(ulp_error(dx[at + half], dy[i] * a * s * sigmoid(-b)) < 8, "gradient of %g: %g", b, (double)dx[at + half]);
  }
  release(x), release(dy), release(y), release(dx);
}

static void check_lerp(int64_t n) {
  float *a = random_f32(n, -3, 3), *b = random_f32(n, -3, 3), *w = random_f32(n, -1, 2), *y = NEW(float, n);
  const int64_t dims[1] = {n}, each[1] = {1}, none[1] = {0};
  EXPECT_OK(balboa_lerp(BALBOA_F32, 1, dims, a, each, b, each, w, each, y));
  for (int64_t i = 0; i < n; i++) {
    EXPECT(fabs(y[i] - (a[i] + (double)w[i] * ((double)b[i] - a[i]))) < 2e-6, "lerp %g", (double)y[i]);
  }
  const float one = 1;
  EXPECT_OK(balboa_lerp(BALBOA_F32, 1, dims, a, each, b, each, &one, none, y));
  EXPECT_OK(balboa_binary(BALBOA_F32, BALBOA_LOG_ADD_EXP, 1, dims, a, each, b, each, w));
  for (int64_t i = 0; i < n; i++) {
    EXPECT(y[i] == b[i], "weight 1: %g, not %g", (double)y[i], (double)b[i]);
    EXPECT(fabs(w[i] - log(exp((double)a[i]) + exp((double)b[i]))) < 5e-7, "log_add_exp %g", (double)w[i]);
  }
  release(a), release(b), release(w), release(y);
}

static void check_specials(void) {
  const float x[5] = {NAN, INFINITY, -INFINITY, -0.0f, 3};
  float y[5];
  EXPECT_OK(balboa_nan_to_num(BALBOA_F32, 5, x, 1, 2, -2, y));
  EXPECT(y[0] == 1 && y[1] == 2 && y[2] == -2 && signbit(y[3]) && y[4] == 3, "nan_to_num");
  const float a[5] = {INFINITY, -INFINITY, -INFINITY, NAN, INFINITY}, b[5] = {INFINITY, -INFINITY, 2, 1, -INFINITY};
  const int64_t dims[1] = {5}, each[1] = {1};
  EXPECT_OK(balboa_binary(BALBOA_F32, BALBOA_LOG_ADD_EXP, 1, dims, a, each, b, each, y));
  EXPECT(y[0] == INFINITY && y[1] == -INFINITY && y[2] == 2 && isnan(y[3]) && y[4] == INFINITY, "log_add_exp");
}

static void check_margin(int32_t power, int64_t rows, int64_t classes) {
  float *x = random_f32(rows * classes, -2, 2), *loss = NEW(float, rows), *dx = NEW(float, rows * classes);
  int32_t *labels = random_i32(rows, (int32_t)classes);
  const float dloss = 1.5f;
  int64_t bad;
  EXPECT_OK(balboa_multi_margin(BALBOA_F32, rows, classes, x, BALBOA_I32, labels, 1, power, BALBOA_REDUCTION_NONE, loss,
                                &bad));
  EXPECT_OK(balboa_multi_margin_backward(BALBOA_F32, rows, classes, x, BALBOA_I32, labels, 1, power,
                                         BALBOA_REDUCTION_SUM, &dloss, dx, &bad));
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * classes;
    double sum = 0, own = 0;
    for (int64_t c = 0; c < classes; c++) {
      const double z = 1.0 - row[labels[r]] + row[c], slope = z <= 0 ? 0 : power == 1 ? 1 : 2 * z;
      if (c != labels[r]) {
        sum += z <= 0 ? 0 : pow(z, power);
        own += slope;
        EXPECT(fabs(dx[r * classes + c] - slope * dloss / (double)classes) < 1e-6, "slope of class %d", (int)c);
      }
    }
    EXPECT(fabs(loss[r] - sum / (double)classes) < 1e-6 * (1 + sum), "margin loss %g", (double)loss[r]);
    EXPECT(fabs(dx[r * classes + labels[r]] + own * dloss / (double)classes) < 1e-5, "slope of the label");
  }
  labels[rows - 1] = (int32_t)classes;
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_multi_margin(BALBOA_F32, rows, classes, x, BALBOA_I32, labels, 1, power,
                                                      BALBOA_REDUCTION_SUM, loss, &bad));
  EXPECT(bad == rows - 1, "bad index %d", (int)bad);
  release(x), release(loss), release(dx), release(labels);
}

int main(void) {
  check_gated(3, 5), check_gated(1, 20011), check_gated(700, 33);
  check_lerp(1), check_lerp(70001);
  check_specials();
  check_margin(1, 5, 7), check_margin(2, 300, 131);
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_gated(BALBOA_F32, 99, 0, 0, NULL, NULL));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_nan_to_num(BALBOA_I32, 0, NULL, 0, 0, 0, NULL));
  return check_done("gated");
}
