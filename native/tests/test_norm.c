/* Normalisation kernels against plain loops in f64; the same bits for every number of threads. */
#include "check.h"

typedef struct {
  int64_t rows, n, groups, inner;
} extent;

static double *widened(const float *x, int64_t n) {
  double *w = NEW(double, n);
  for (int64_t i = 0; i < n; i++) {
    w[i] = (double)x[i];
  }
  return w;
}

static void check_rows(const extent *e, int32_t centred, int affine) {
  const double epsilon = 1e-3;
  const int64_t total = e->rows * e->n, per_row = e->n / e->inner, params = e->groups * per_row;
  float *x = random_f32(total, -1, 3), *dy = random_f32(total, -1, 1);
  float *gamma = random_f32(params, 0.5, 2), *beta = random_f32(params, -1, 1);
  float *y = NEW(float, total), *dx = NEW(float, total), *mean = NEW(float, e->rows), *var = NEW(float, e->rows);
  float *dgamma = NEW(float, params), *dbeta = NEW(float, params), *again = NEW(float, total + params);
  const float *g = affine ? gamma : NULL, *b = affine ? beta : NULL;
  double *want_gamma = NEW(double, params), *want_beta = NEW(double, params);
  memset(want_gamma, 0, (size_t)params * sizeof(double));
  memset(want_beta, 0, (size_t)params * sizeof(double));
  EXPECT_OK(balboa_row_norm(BALBOA_F32, e->rows, e->n, e->groups, e->inner, centred, epsilon, x, g, b, y,
                            centred ? mean : NULL, var));
  EXPECT_OK(balboa_row_norm_backward(BALBOA_F32, e->rows, e->n, e->groups, e->inner, centred, epsilon, x, g,
                                     centred ? mean : NULL, var, dy, dx, dgamma, dbeta));
  for (int64_t r = 0; r < e->rows; r++) {
    double m = 0, v = 0, s1 = 0, s2 = 0;
    for (int64_t i = 0; i < e->n && centred; i++) {
      m += (double)x[r * e->n + i] / (double)e->n;
    }
    for (int64_t i = 0; i < e->n; i++) {
      const double d = (double)x[r * e->n + i] - m;
      v += d * d / (double)e->n;
    }
    const double scale = 1 / sqrt(v + epsilon);
    for (int64_t i = 0; i < e->n; i++) {
      const int64_t p = r % e->groups * per_row + i / e->inner, at = r * e->n + i;
      const double hat = ((double)x[at] - m) * scale, weighted = (double)dy[at] * (affine ? (double)gamma[p] : 1);
      const double want = hat * (affine ? (double)gamma[p] : 1) + (affine ? (double)beta[p] : 0);
      EXPECT(near_rel((double)y[at], want, 1e-6, 1), "y[%d]", (int)at);
      s1 += weighted / (double)e->n;
      s2 += weighted * hat / (double)e->n;
      want_gamma[p] += (double)dy[at] * hat;
      want_beta[p] += (double)dy[at];
    }
    for (int64_t i = 0; i < e->n; i++) {
      const int64_t p = r % e->groups * per_row + i / e->inner, at = r * e->n + i;
      const double hat = ((double)x[at] - m) * scale, weighted = (double)dy[at] * (affine ? (double)gamma[p] : 1);
      const double want = scale * (weighted - (centred ? s1 : 0) - hat * s2);
      EXPECT(near_rel((double)dx[at], want, 1e-5, 1), "dx[%d] %g %g", (int)at, (double)dx[at], want);
    }
  }
  for (int64_t p = 0; p < params; p++) {
    EXPECT(near_rel((double)dgamma[p], want_gamma[p], 1e-5, 1), "dgamma[%d]", (int)p);
    EXPECT(near_rel((double)dbeta[p], want_beta[p], 1e-5, 1), "dbeta[%d]", (int)p);
  }
  const int32_t threads = balboa_max_threads();
  for (int32_t t = 1; t <= 3; t++) {
    EXPECT_OK(balboa_set_threads(t));
    EXPECT_OK(balboa_row_norm_backward(BALBOA_F32, e->rows, e->n, e->groups, e->inner, centred, epsilon, x, g,
                                       centred ? mean : NULL, var, dy, again, again + total, NULL));
    EXPECT(memcmp(again, dx, (size_t)total * sizeof(float)) == 0, "dx on %d threads", (int)t);
    EXPECT(memcmp(again + total, dgamma, (size_t)params * sizeof(float)) == 0, "dgamma on %d threads", (int)t);
  }
  EXPECT_OK(balboa_set_threads(threads));
  double *wide = widened(x, total), *wide_y = NEW(double, total), *wide_v = NEW(double, e->rows);
  double *wide_m = NEW(double, e->rows);
  EXPECT_OK(balboa_row_norm(BALBOA_F64, e->rows, e->n, e->groups, e->inner, centred, epsilon, wide, NULL, NULL, wide_y,
                            wide_m, wide_v));
  for (int64_t r = 0; r < e->rows; r++) {
    EXPECT(near_rel((double)var[r], wide_v[r], 1e-6, 0), "variance of row %d", (int)r);
  }
  void *all[] = {x, dy, gamma, beta, y, dx, mean, var, dgamma, dbeta, again, want_gamma, want_beta, wide, wide_y, wide_v,
                 wide_m};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

/* A row against sums in f64, with each parameter there or not. */
static void check_row(const char *what, int64_t n, const float *x, double epsilon) {
  float *gamma = random_f32(n, 0.5, 2), *beta = random_f32(n, -1, 1), *y = NEW(float, n), mean, variance;
  double m = 0, v = 0;
  for (int64_t i = 0; i < n; i++) {
    m += (double)x[i] / (double)n;
  }
  for (int64_t i = 0; i < n; i++) {
    v += ((double)x[i] - m) * ((double)x[i] - m) / (double)n;
  }
  for (int k = 0; k < 4; k++) {
    const float *g = k & 1 ? gamma : NULL, *b = k & 2 ? beta : NULL;
    EXPECT_OK(balboa_row_norm(BALBOA_F32, 1, n, 1, 1, 1, epsilon, x, g, b, y, &mean, &variance));
    for (int64_t i = 0; i < n; i++) {
      const double want = ((double)x[i] - m) / sqrt(v + epsilon) * (g ? (double)g[i] : 1) + (b ? (double)b[i] : 0);
      EXPECT(near_rel((double)y[i], want, 1e-6, 1), "%s, parameters %d: y[%d] %g %g", what, k, (int)i, (double)y[i], want);
    }
  }
  release(gamma);
  release(beta);
  release(y);
}

/* Rows whose mean is much larger than what differs from it, and whose differences or scales are no F32. */
static void check_hard_rows(void) {
  const int64_t sizes[] = {2, 8, 15, 16, 47, 384};
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
    const int64_t n = sizes[s];
    float *x = random_f32(n, -1, 1), *far = NEW(float, n), *wide = NEW(float, n), *tiny = NEW(float, n);
    for (int64_t i = 0; i < n; i++) {
      far[i] = 1e6f + x[i];
      wide[i] = i % 2 ? 3e38f : -3e38f;
      tiny[i] = x[i] * 1e-41f;
    }
    wide[0] = 3e38f;
    check_row("near 0", n, x, 1e-5);
    check_row("near 1e6", n, far, 1e-5);
    check_row("from -3e38 to 3e38", n, wide, 1e-5);
    check_row("below 1e-41", n, tiny, 0);
    release(x);
    release(far);
    release(wide);
    release(tiny);
  }
}

static uint16_t *halves(int64_t n, float *x) { /* rounds x too */
  uint16_t *h = NEW(uint16_t, n);
  EXPECT_OK(balboa_cast(n, BALBOA_F32, x, BALBOA_BF16, h));
  EXPECT_OK(balboa_cast(n, BALBOA_BF16, h, BALBOA_F32, x));
  return h;
}

static void close_halves(const char *what, int64_t n, const uint16_t *got, const float *want) {
  float *wide = NEW(float, n);
  EXPECT_OK(balboa_cast(n, BALBOA_BF16, got, BALBOA_F32, wide));
  for (int64_t i = 0; i < n; i++) {
    EXPECT(near_rel((double)wide[i], (double)want[i], 0x1p-8, 1e-30), "%s[%d] %g %g", what, (int)i, (double)wide[i],
           (double)want[i]);
  }
  release(wide);
}

/* y as f64 gives it, rounded to f32: what bf16 is to be close to even where gamma and beta cancel. */
static void exact_rows(const extent *e, int32_t centred, double epsilon, const float *x, const float *gamma,
                       const float *beta, float *y) {
  const int64_t total = e->rows * e->n, params = e->groups * (e->n / e->inner);
  double *wide = widened(x, total), *g = gamma ? widened(gamma, params) : NULL, *b = beta ? widened(beta, params) : NULL;
  double *result = NEW(double, total), *mean = NEW(double, e->rows), *variance = NEW(double, e->rows);
  EXPECT_OK(balboa_row_norm(BALBOA_F64, e->rows, e->n, e->groups, e->inner, centred, epsilon, wide, g, b, result, mean,
                            variance));
  for (int64_t i = 0; i < total; i++) {
    y[i] = (float)result[i];
  }
  void *all[] = {wide, g, b, result, mean, variance};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    if (all[i] != NULL) {
      release(all[i]);
    }
  }
}

/* On bf16: what f64 gives, rounded; statistics and gradients as in f32. */
static void check_halves(const extent *e, int32_t centred, int affine) {
  const double epsilon = 1e-3;
  const int64_t total = e->rows * e->n, params = e->groups * (e->n / e->inner);
  float *x = random_f32(total, -1, 3), *dy = random_f32(total, -1, 1);
  float *gamma = random_f32(params, 0.5, 2), *beta = random_f32(params, -1, 1);
  uint16_t *hx = halves(total, x), *hdy = halves(total, dy), *hy = NEW(uint16_t, total), *hdx = NEW(uint16_t, total);
  float *y = NEW(float, total), *dx = NEW(float, total);
  float *stats = NEW(float, 4 * e->rows), *gradients = NEW(float, 4 * params);
  const float *g = affine ? gamma : NULL, *b = affine ? beta : NULL;
  float *mean = stats, *var = stats + e->rows, *hmean = var + e->rows, *hvar = hmean + e->rows;
  EXPECT_OK(balboa_row_norm(BALBOA_F32, e->rows, e->n, e->groups, e->inner, centred, epsilon, x, g, b, y, mean, var));
  exact_rows(e, centred, epsilon, x, g, b, y);
  EXPECT_OK(
      balboa_row_norm(BALBOA_BF16, e->rows, e->n, e->groups, e->inner, centred, epsilon, hx, g, b, hy, hmean, hvar));
  EXPECT_OK(balboa_row_norm_backward(BALBOA_F32, e->rows, e->n, e->groups, e->inner, centred, epsilon, x, g, mean, var,
                                     dy, dx, gradients, gradients + params));
  EXPECT_OK(balboa_row_norm_backward(BALBOA_BF16, e->rows, e->n, e->groups, e->inner, centred, epsilon, hx, g, mean,
                                     var, hdy, hdx, gradients + 2 * params, gradients + 3 * params));
  close_halves("bf16 y", total, hy, y);
  close_halves("bf16 dx", total, hdx, dx);
  for (int64_t r = 0; r < e->rows; r++) {
    EXPECT(near_rel((double)hvar[r], (double)var[r], 1e-6, 0), "variance of row %d", (int)r);
    EXPECT(!centred || near_rel((double)hmean[r], (double)mean[r], 1e-6, 1e-6), "mean of row %d", (int)r);
  }
  for (int64_t p = 0; p < 2 * params; p++) {
    EXPECT(near_rel((double)gradients[2 * params + p], (double)gradients[p], 1e-6, 1e-6), "parameter %d", (int)p);
  }
  void *all[] = {x, dy, gamma, beta, hx, hdy, hy, hdx, y, dx, stats, gradients};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

static double response(const double *x, int64_t channels, int64_t c, int64_t size) {
  double s = 0;
  for (int64_t i = c - size / 2; i <= c + (size - 1) / 2; i++) {
    s += i >= 0 && i < channels ? x[i] * x[i] : 0;
  }
  return 2 + 0.5 / (double)size * s;
}

static void check_response(int64_t outer, int64_t channels, int64_t inner, int64_t size, double beta) {
  const int64_t n = outer * channels * inner;
  float *x = random_f32(n, -3, 3), *dy = random_f32(n, -1, 1), *y = NEW(float, n), *dx = NEW(float, n);
  float *scratch = NEW(float, n);
  EXPECT_OK(balboa_response_norm(BALBOA_F32, outer, channels, inner, size, 0.5, beta, 2, x, y));
  EXPECT_OK(balboa_response_norm_backward(BALBOA_F32, outer, channels, inner, size, 0.5, beta, 2, x, dy, dx, scratch));
  double column[64], gradient[64];
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t j = 0; j < inner; j++) {
      for (int64_t c = 0; c < channels; c++) {
        column[c] = (double)x[(o * channels + c) * inner + j];
        gradient[c] = (double)dy[(o * channels + c) * inner + j];
      }
      for (int64_t c = 0; c < channels; c++) {
        const int64_t at = (o * channels + c) * inner + j;
        const double power = pow(response(column, channels, c, size), -beta);
        EXPECT(near_rel((double)y[at], column[c] * power, 1e-6, 0), "y[%d]", (int)at);
        double want = gradient[c] * power;
        for (int64_t i = 0; i < channels; i++) {
          if (c >= i - size / 2 && c <= i + (size - 1) / 2) {
            want -= 2 * 0.5 / (double)size * beta * column[c] * gradient[i] * column[i] *
                    pow(response(column, channels, i, size), -beta - 1);
          }
        }
        EXPECT(near_rel((double)dx[at], want, 1e-6, 1), "dx[%d]", (int)at);
      }
    }
  }
  release(x);
  release(dy);
  release(y);
  release(dx);
  release(scratch);
}

int main(void) {
  static const extent extents[] = {
      {1, 1, 1, 1}, {3, 7, 1, 1}, {5, 130, 1, 1}, {300, 64, 1, 1}, {2, 40001, 1, 1}, {4, 12, 2, 3},
      {6, 60, 3, 4}, {8, 2000, 4, 1000}, {6, 5, 3, 1}, {2, 9, 1, 9}, {0, 4, 2, 2},
  };
  for (size_t i = 0; i < sizeof extents / sizeof extents[0]; i++) {
    for (int k = 0; k < 4; k++) {
      check_rows(&extents[i], k & 1, k >> 1);
      check_halves(&extents[i], k & 1, k >> 1);
    }
  }
  check_hard_rows();
  float v[4] = {1, 2, 3, 4};
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_row_norm(BALBOA_I32, 1, 4, 1, 1, 0, 0, v, NULL, NULL, v, NULL, v));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_row_norm(BALBOA_F32, 1, 4, 1, 3, 0, 0, v, NULL, NULL, v, NULL, v));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_row_norm(BALBOA_F32, 1, 4, 2, 1, 0, 0, v, NULL, NULL, v, NULL, v));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_row_norm(BALBOA_F32, 1, 0, 1, 1, 0, 0, v, NULL, NULL, v, NULL, v));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_row_norm(BALBOA_F32, 1, 4, 1, 1, 1, 0, v, NULL, NULL, v, NULL, v));
  check_response(2, 7, 5, 5, 0.75);
  check_response(3, 4, 130, 4, 0.5);
  check_response(1, 1, 1, 9, 1.25);
  check_response(40, 33, 70, 3, 0.75);
  check_response(0, 3, 2, 3, 0.75);
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_response_norm(BALBOA_F32, 1, 1, 1, 0, 1, 1, 1, v, v));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_response_norm_backward(BALBOA_F32, 1, 1, 1, 1, 1, 1, 1, v, v, v, NULL));
  return check_done("norm");
}
