/* Kernels of types beside f32: arg max and min, softmax, dropout and optimizers in f64, against f32 or plain loops. */
#include "check.h"

#include <math.h>

static double f64_at(const double *x, int64_t i) { return x[i]; }
static double i64_at(const int64_t *x, int64_t i) { return (double)x[i]; }
static double i8_at(const int8_t *x, int64_t i) { return x[i]; }

#define CHECK_EXTREME(type, dtype, at)                                                                        \
  static void check_extreme_##type(int64_t outer, int64_t red, int64_t inner) {                               \
    const int64_t n = outer * red * inner;                                                                    \
    type *x = NEW(type, n);                                                                                   \
    int32_t *y = NEW(int32_t, outer * inner);                                                                 \
    for (int64_t i = 0; i < n; i++) {                                                                         \
      x[i] = (type)((int32_t)(next_u32() % 101) - 50);                                                        \
    }                                                                                                         \
    for (int32_t max = 0; max < 2; max++) {                                                                   \
      EXPECT_OK(balboa_arg_extreme(dtype, max, outer, red, inner, x, y));                                     \
      int64_t wrong = 0;                                                                                      \
      for (int64_t o = 0; o < outer * inner; o++) {                                                           \
        const int64_t base = o / inner * red * inner + o % inner;                                             \
        int32_t best = 0;                                                                                     \
        for (int64_t r = 1; r < red; r++) {                                                                   \
          const double v = at(x, base + r * inner), m = at(x, base + best * inner);                           \
          best = (max ? v > m : v < m) ? (int32_t)r : best;                                                   \
        }                                                                                                     \
        wrong += y[o] != best;                                                                                \
      }                                                                                                       \
      EXPECT(wrong == 0, #type " max %d: %d wrong", (int)max, (int)wrong);                                    \
    }                                                                                                         \
    release(x);                                                                                               \
    release(y);                                                                                               \
  }

CHECK_EXTREME(double, BALBOA_F64, f64_at)
CHECK_EXTREME(int64_t, BALBOA_I64, i64_at)
CHECK_EXTREME(int8_t, BALBOA_I8, i8_at)

static void check_extremes(int64_t outer, int64_t red, int64_t inner) {
  check_extreme_double(outer, red, inner);
  check_extreme_int64_t(outer, red, inner);
  check_extreme_int8_t(outer, red, inner);
}

static double *widened(int64_t n, const float *x) {
  double *y = NEW(double, n);
  for (int64_t i = 0; i < n; i++) {
    y[i] = (double)x[i];
  }
  return y;
}

static double apart(int64_t n, const float *a, const double *b) {
  double worst = 0;
  for (int64_t i = 0; i < n; i++) {
    worst = fmax(worst, fabs((double)a[i] - b[i]));
  }
  return worst;
}

static void check_softmax(int64_t outer, int64_t n, int64_t inner) {
  const int64_t total = outer * n * inner;
  float *x = random_f32(total, -3, 3), *g = random_f32(total, -1, 1), *y = NEW(float, total), *d = NEW(float, total);
  double *x64 = widened(total, x), *g64 = widened(total, g), *y64 = NEW(double, total), *d64 = NEW(double, total);
  for (int32_t log_of = 0; log_of < 2; log_of++) {
    EXPECT_OK((log_of ? balboa_log_softmax_f32 : balboa_softmax_f32)(outer, n, inner, x, y));
    EXPECT_OK((log_of ? balboa_log_softmax_backward_f32 : balboa_softmax_backward_f32)(outer, n, inner, y, g, d));
    EXPECT_OK(balboa_softmax_f64(log_of, outer, n, inner, x64, y64));
    EXPECT_OK(balboa_softmax_backward_f64(log_of, outer, n, inner, y64, g64, d64));
    EXPECT(apart(total, y, y64) < 2e-6, "softmax, log %d", (int)log_of);
    EXPECT(apart(total, d, d64) < 2e-5, "softmax backward, log %d", (int)log_of);
  }
  release(x);
  release(g);
  release(y);
  release(d);
  release(x64);
  release(g64);
  release(y64);
  release(d64);
}

static void check_dropout(void) {
  const int64_t n = 10007, key[2] = {7, 9};
  float *x = random_f32(n, 1, 2), *y = NEW(float, n);
  double *x64 = widened(n, x), *y64 = NEW(double, n);
  EXPECT_OK(balboa_dropout_f32(n, key, 0.3f, x, y));
  EXPECT_OK(balboa_dropout_f64(n, key, 0.3, x64, y64));
  EXPECT(apart(n, y, y64) < 1e-6, "dropout keeps other elements");
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_dropout_f64(n, key, 1.5, x64, y64));
  release(x);
  release(y);
  release(x64);
  release(y64);
}

static void check_optimizers(void) {
  const int64_t n = 1003, sizes[1] = {n};
  for (int kind = 0; kind < 3; kind++) {
    float *p = random_f32(n, -1, 1), *g = random_f32(n, -1, 1), *a = random_f32(n, 0.1f, 1), *b = random_f32(n, 0.1f, 1);
    double *p64 = widened(n, p), *g64 = widened(n, g), *a64 = widened(n, a), *b64 = widened(n, b);
    float *const ps[1] = {p}, *const as[1] = {a}, *const bs[1] = {b};
    const float *const gs[1] = {g};
    double *const ps64[1] = {p64}, *const as64[1] = {a64}, *const bs64[1] = {b64};
    const double *const gs64[1] = {g64};
    const double sgd[4] = {0.1, 0.9, 0.01, 1}, adam[8] = {0.1, 0.9, 0.999, 1e-8, 0.01, 0.19, 0.002, 1},
                 rms[5] = {0.1, 0.9, 1e-8, 0.01, 0.5};
    if (kind == 0) {
      EXPECT_OK(balboa_sgd_f32(1, sizes, ps, gs, as, sgd));
      EXPECT_OK(balboa_sgd_f64(1, sizes, ps64, gs64, as64, sgd));
    } else if (kind == 1) {
      EXPECT_OK(balboa_adam_f32(1, sizes, ps, gs, as, bs, adam));
      EXPECT_OK(balboa_adam_f64(1, sizes, ps64, gs64, as64, bs64, adam));
    } else {
      EXPECT_OK(balboa_rmsprop_f32(1, sizes, ps, gs, as, bs, rms));
      EXPECT_OK(balboa_rmsprop_f64(1, sizes, ps64, gs64, as64, bs64, rms));
    }
    EXPECT(apart(n, p, p64) < 1e-5 && apart(n, a, a64) < 1e-5 && apart(n, b, b64) < 1e-5, "optimizer %d", kind);
    release(p);
    release(g);
    release(a);
    release(b);
    release(p64);
    release(g64);
    release(a64);
    release(b64);
  }
}

int main(void) {
  check_extremes(1, 7, 1);
  check_extremes(5, 301, 1);
  check_extremes(3, 17, 200);
  check_extremes(2, 1, 5);
  check_softmax(3, 17, 1);
  check_softmax(2, 31, 7);
  check_softmax(300, 65, 1);
  check_dropout();
  check_optimizers();
  return check_done("types");
}
