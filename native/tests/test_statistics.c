/* Variance, deviations, norms, log-sum-exp and counts against plain loops; large offsets and magnitudes; the threads. */
#include "check.h"

static double plain(int kind, const double *x, int64_t n, int64_t stride, double correction) {
  double sum = 0, most = -INFINITY, out = 0;
  for (int64_t i = 0; i < n; i++) {
    sum += x[i * stride];
    most = x[i * stride] > most ? x[i * stride] : most;
  }
  for (int64_t i = 0; i < n; i++) {
    const double v = x[i * stride], d = v - sum / (double)n;
    out += kind == 0 ? d * d : kind == 1 ? v * v : exp(v - most);
  }
  return kind == 0 ? out / ((double)n - correction) : kind == 1 ? sqrt(out) : most + log(out);
}

static int32_t run(int kind, int32_t dtype, const int64_t *s, const void *x, double correction, void *y) {
  return kind == 0   ? balboa_variance(dtype, s[0], s[1], s[2], x, correction, y)
         : kind == 1 ? balboa_norm2(dtype, s[0], s[1], s[2], x, y)
                     : balboa_logsumexp(dtype, s[0], s[1], s[2], x, y);
}

static void check_sizes(int64_t outer, int64_t red, int64_t inner) {
  const int64_t s[3] = {outer, red, inner}, n = outer * red * inner, m = outer * inner;
  float *x = random_f32(n, -3, 5), *y = NEW(float, m), *z = NEW(float, m), *c = NEW(float, n);
  double *x64 = NEW(double, n), *y64 = NEW(double, m);
  for (int64_t i = 0; i < n; i++) {
    x64[i] = (double)x[i];
  }
  for (int kind = 0; kind < 3; kind++) {
    EXPECT_OK(run(kind, BALBOA_F32, s, x, 1, y));
    EXPECT_OK(run(kind, BALBOA_F64, s, x64, 1, y64));
    balboa_set_threads(1);
    EXPECT_OK(run(kind, BALBOA_F32, s, x, 1, z));
    balboa_set_threads(4);
    EXPECT(memcmp(y, z, (size_t)m * sizeof(float)) == 0, "kind %d depends on the threads", kind);
    for (int64_t k = 0; k < m; k++) {
      const double want = plain(kind, x64 + k / inner * red * inner + k % inner, red, inner, 1);
      EXPECT(near_rel((double)y[k], want, 1e-6, 1e-6), "kind %d: %g is not %g", kind, (double)y[k], want);
      EXPECT(near_rel(y64[k], want, 1e-12, 1e-12), "kind %d: %g is not %g", kind, y64[k], want);
    }
  }
  EXPECT_OK(balboa_center(BALBOA_F32, outer, red, inner, x, c));
  for (int64_t k = 0; k < m; k++) {
    const int64_t base = k / inner * red * inner + k % inner;
    double sum = 0;
    for (int64_t i = 0; i < red; i++) {
      sum += x64[base + i * inner];
    }
    for (int64_t i = 0; i < red; i++) {
      const double want = x64[base + i * inner] - sum / (double)red;
      EXPECT(near_rel((double)c[base + i * inner], want, 1e-6, 1e-6), "center: %g", want);
    }
  }
  release(x), release(y), release(z), release(c), release(x64), release(y64);
}

static void check_extremes(void) {
  const float offset[4] = {1000000.0f, 1000001.0f, 1000002.0f, 1000003.0f};
  const float huge[2] = {3e30f, 4e30f}, tiny[2] = {3e-30f, 4e-30f}, far[2] = {1000, 1000};
  const float none[2] = {-INFINITY, -INFINITY}, all[2] = {INFINITY, 0}, bad[2] = {NAN, 1};
  const double giant[2] = {3e300, 4e300}, dwarf[2] = {3e-310, 4e-310};
  float y = 0;
  double d = 0;
  EXPECT_OK(balboa_variance(BALBOA_F32, 1, 4, 1, offset, 1, &y));
  EXPECT(y == 5.0f / 3.0f, "%g", (double)y);
  EXPECT_OK(balboa_variance(BALBOA_F32, 1, 1, 1, offset, 1, &y));
  EXPECT(isnan(y), "%g", (double)y);
  EXPECT_OK(balboa_norm2(BALBOA_F32, 1, 2, 1, huge, &y));
  EXPECT(near_rel((double)y, 5e30, 1e-6, 0), "%g", (double)y);
  EXPECT_OK(balboa_norm2(BALBOA_F32, 1, 2, 1, tiny, &y));
  EXPECT(near_rel((double)y, 5e-30, 1e-6, 0), "%g", (double)y);
  EXPECT_OK(balboa_norm2(BALBOA_F64, 1, 2, 1, giant, &d));
  EXPECT(near_rel(d, 5e300, 1e-15, 0), "%g", d);
  EXPECT_OK(balboa_norm2(BALBOA_F64, 1, 2, 1, dwarf, &d));
  EXPECT(near_rel(d, 5e-310, 1e-12, 0), "%g", d);
  EXPECT_OK(balboa_norm2(BALBOA_F32, 1, 0, 1, NULL, &y));
  EXPECT(y == 0, "%g", (double)y);
  EXPECT_OK(balboa_norm2(BALBOA_F32, 1, 2, 1, bad, &y));
  EXPECT(isnan(y), "%g", (double)y);
  EXPECT_OK(balboa_norm2(BALBOA_F32, 1, 2, 1, none, &y));
  EXPECT(y == INFINITY, "%g", (double)y);
  EXPECT_OK(balboa_logsumexp(BALBOA_F32, 1, 2, 1, far, &y));
  EXPECT(near_rel((double)y, 1000 + log(2), 1e-7, 0), "%g", (double)y);
  EXPECT_OK(balboa_logsumexp(BALBOA_F32, 1, 2, 1, none, &y));
  EXPECT(y == -INFINITY, "%g", (double)y);
  EXPECT_OK(balboa_logsumexp(BALBOA_F32, 1, 0, 1, NULL, &y));
  EXPECT(y == -INFINITY, "%g", (double)y);
  EXPECT_OK(balboa_logsumexp(BALBOA_F32, 1, 2, 1, all, &y));
  EXPECT(y == INFINITY, "%g", (double)y);
  EXPECT_OK(balboa_logsumexp(BALBOA_F32, 1, 2, 1, bad, &y));
  EXPECT(isnan(y), "%g", (double)y);
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_variance(BALBOA_I32, 1, 2, 1, far, 0, &y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_variance(BALBOA_F32, -1, 2, 1, far, 0, &y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_variance(BALBOA_F32, 1, 2, 1, far, -1, &y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_norm2(BALBOA_F32, 1, 2, 1, NULL, &y));
}

static void check_bools(int64_t outer, int64_t red, int64_t inner) {
  const int64_t n = outer * red * inner, m = outer * inner;
  uint8_t *x = NEW(uint8_t, n), *any = NEW(uint8_t, m), *all = NEW(uint8_t, m);
  int64_t *count = NEW(int64_t, m);
  for (int64_t i = 0; i < n; i++) {
    x[i] = next_u32() % 2 != 0;
  }
  EXPECT_OK(balboa_reduce_bool(BALBOA_ANY, outer, red, inner, x, any));
  EXPECT_OK(balboa_reduce_bool(BALBOA_ALL, outer, red, inner, x, all));
  EXPECT_OK(balboa_reduce_bool(BALBOA_COUNT, outer, red, inner, x, count));
  for (int64_t k = 0; k < m; k++) {
    int64_t want = 0;
    for (int64_t r = 0; r < red; r++) {
      want += x[k / inner * red * inner + r * inner + k % inner];
    }
    EXPECT(count[k] == want && any[k] == (want > 0) && all[k] == (want == red), "%d of %d", (int)want, (int)red);
  }
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_reduce_bool(3, outer, red, inner, x, any));
  release(x), release(any), release(all), release(count);
}

static void check_prelu(int64_t outer, int64_t channels, int64_t inner) {
  const int64_t n = outer * channels * inner;
  float *x = random_f32(n, -2, 2), *g = random_f32(n, -2, 2), *w = random_f32(channels, -1, 1);
  float *y = NEW(float, n), *dx = NEW(float, n), *dw = NEW(float, channels), *again = NEW(float, channels);
  EXPECT_OK(balboa_prelu(BALBOA_F32, outer, channels, inner, x, w, y));
  EXPECT_OK(balboa_prelu_backward(BALBOA_F32, outer, channels, inner, x, w, g, dx, dw));
  balboa_set_threads(1);
  EXPECT_OK(balboa_prelu_backward(BALBOA_F32, outer, channels, inner, x, w, g, dx, again));
  balboa_set_threads(4);
  EXPECT(memcmp(dw, again, (size_t)channels * sizeof(float)) == 0, "depends on the threads");
  for (int64_t c = 0; c < channels; c++) {
    double sum = 0, size = 0;
    for (int64_t o = 0; o < outer; o++) {
      for (int64_t i = 0; i < inner; i++) {
        const int64_t at = (o * channels + c) * inner + i;
        EXPECT(y[at] == (x[at] > 0 ? x[at] : w[c] * x[at]), "y of %g", (double)x[at]);
        EXPECT(dx[at] == (x[at] > 0 ? g[at] : w[c] * g[at]), "dx of %g", (double)x[at]);
        sum += x[at] > 0 ? 0 : (double)x[at] * (double)g[at];
        size += fabs((double)g[at]);
      }
    }
    EXPECT(near_rel((double)dw[c], sum, 1e-6, 1e-9 * size), "dw %g is not %g", (double)dw[c], sum);
  }
  release(x), release(g), release(w), release(y), release(dx), release(dw), release(again);
}

int main(void) {
  balboa_set_threads(4);
  check_sizes(1, 7, 1);
  check_sizes(3, 129, 1);
  check_sizes(2, 300000, 1);
  check_sizes(5, 1000, 3);
  check_sizes(1, 5000, 130);
  check_sizes(40, 33, 257);
  check_extremes();
  check_bools(3, 70, 5);
  check_bools(2, 70000, 1);
  check_bools(2, 0, 3);
  check_prelu(3, 5, 77);
  check_prelu(1, 1, 100003);
  check_prelu(64, 100, 9);
  check_prelu(1, 1, 0);
  return check_done("statistics");
}
