/* reduce, argmax and argmin against f64 loops; the same bits for every number of threads. */
#include "check.h"

typedef struct {
  int64_t outer, red, inner;
} extent;

static const extent extents[] = {
    {0, 3, 4},  {3, 4, 0},   {1, 1, 1},       {1, 7, 1},     {5, 1, 1},      {3, 17, 1},    {40, 33, 1},
    {2, 9, 5},  {1, 100, 3}, {7, 13, 129},    {2, 300, 257}, {1, 400001, 1}, {3, 200003, 1}, {1, 30000, 10},
    {1, 5000, 200}, {1000, 10, 1}, {64, 32, 49}, {1, 3, 70000},
};
enum { EXTENTS = sizeof extents / sizeof extents[0] };

static void fill(float *x, int64_t n, int32_t kind, int nans) {
  for (int64_t i = 0; i < n; i++) {
    x[i] = (float)(kind == BALBOA_REDUCE_PROD ? next_uniform(0.999, 1.001) : next_uniform(-1, 3));
    if (nans && next_u32() % 200 == 0) {
      x[i] = NAN;
    }
  }
}

static double naive(int32_t kind, const float *x, int64_t red, int64_t stride) {
  const int extreme = kind == BALBOA_REDUCE_MAX || kind == BALBOA_REDUCE_MIN;
  double acc = kind == BALBOA_REDUCE_PROD ? 1 : extreme ? (double)x[0] : 0;
  for (int64_t r = 0; r < red; r++) {
    const double v = (double)x[r * stride];
    switch (kind) {
      case BALBOA_REDUCE_MAX:
        acc = isnan(acc) || isnan(v) ? NAN : v > acc ? v : acc;
        break;
      case BALBOA_REDUCE_MIN:
        acc = isnan(acc) || isnan(v) ? NAN : v < acc ? v : acc;
        break;
      case BALBOA_REDUCE_PROD:
        acc *= v;
        break;
      case BALBOA_REDUCE_SUM_SQUARES:
        acc += v * v;
        break;
      default:
        acc += v;
        break;
    }
  }
  return kind == BALBOA_REDUCE_MEAN ? acc / (double)red : acc;
}

static void check_float(const extent *e, int32_t kind, int nans) {
  const int64_t n = e->outer * e->red * e->inner, m = e->outer * e->inner;
  float *x = NEW(float, n), *out = NEW(float, m), *again = NEW(float, m);
  double *wide = NEW(double, n), *wide_out = NEW(double, m);
  fill(x, n, kind, nans);
  for (int64_t i = 0; i < n; i++) {
    wide[i] = (double)x[i];
  }
  EXPECT_OK(balboa_reduce(BALBOA_F32, kind, e->outer, e->red, e->inner, x, out));
  EXPECT_OK(balboa_reduce(BALBOA_F64, kind, e->outer, e->red, e->inner, wide, wide_out));
  for (int64_t i = 0; i < m; i++) {
    const double want = naive(kind, x + i / e->inner * e->red * e->inner + i % e->inner, e->red, e->inner);
    EXPECT(near_rel((double)out[i], want, 1e-6, 1e-6), "kind %d of [%d, %d, %d]: %.9g, want %.9g", (int)kind,
           (int)e->outer, (int)e->red, (int)e->inner, (double)out[i], want);
    EXPECT(near_rel(wide_out[i], want, 1e-11, 1e-11), "f64 kind %d: %.17g, want %.17g", (int)kind, wide_out[i], want);
  }
  const int32_t threads = balboa_max_threads();
  for (int32_t t = 1; t <= 4; t++) {
    EXPECT_OK(balboa_set_threads(t));
    EXPECT_OK(balboa_reduce(BALBOA_F32, kind, e->outer, e->red, e->inner, x, again));
    EXPECT(memcmp(out, again, (size_t)m * sizeof(float)) == 0, "kind %d of [%d, %d, %d] on %d threads differs",
           (int)kind, (int)e->outer, (int)e->red, (int)e->inner, (int)t);
  }
  EXPECT_OK(balboa_set_threads(threads));
  release(x);
  release(out);
  release(again);
  release(wide);
  release(wide_out);
}

static void check_integer(const extent *e, int32_t kind) {
  const int64_t n = e->outer * e->red * e->inner, m = e->outer * e->inner;
  int32_t *x = NEW(int32_t, n), *out = NEW(int32_t, m);
  int64_t *wide = NEW(int64_t, n), *wide_out = NEW(int64_t, m);
  for (int64_t i = 0; i < n; i++) {
    x[i] = (int32_t)next_u32();
    wide[i] = x[i];
  }
  EXPECT_OK(balboa_reduce(BALBOA_I32, kind, e->outer, e->red, e->inner, x, out));
  EXPECT_OK(balboa_reduce(BALBOA_I64, kind, e->outer, e->red, e->inner, wide, wide_out));
  for (int64_t i = 0; i < m; i++) {
    const int64_t *from = wide + i / e->inner * e->red * e->inner + i % e->inner;
    int64_t want = kind == BALBOA_REDUCE_PROD ? 1 : kind == BALBOA_REDUCE_SUM ? 0 : from[0];
    for (int64_t r = 0; r < e->red; r++) {
      const int64_t v = from[r * e->inner];
      want = kind == BALBOA_REDUCE_PROD  ? (int64_t)((uint64_t)want * (uint64_t)v)
             : kind == BALBOA_REDUCE_SUM ? want + v
             : kind == BALBOA_REDUCE_MAX ? (v > want ? v : want)
                                         : (v < want ? v : want);
    }
    EXPECT(wide_out[i] == want && out[i] == (int32_t)(uint32_t)(uint64_t)want, "integer kind %d", (int)kind);
  }
  release(x);
  release(out);
  release(wide);
  release(wide_out);
}

static void check_arg(const extent *e, int nans) {
  const int64_t n = e->outer * e->red * e->inner, m = e->outer * e->inner;
  float *x = NEW(float, n);
  int32_t *high = NEW(int32_t, m), *low = NEW(int32_t, m);
  for (int64_t i = 0; i < n; i++) {
    x[i] = nans && next_u32() % 50 == 0 ? NAN : (float)(next_u32() % 20); /* many ties */
  }
  EXPECT_OK(balboa_argmax_f32(e->outer, e->red, e->inner, x, high));
  EXPECT_OK(balboa_argmin_f32(e->outer, e->red, e->inner, x, low));
  for (int64_t i = 0; i < m; i++) {
    const float *from = x + i / e->inner * e->red * e->inner + i % e->inner;
    int64_t max = 0, min = 0;
    for (int64_t r = 1; r < e->red; r++) {
      const float v = from[r * e->inner], a = from[max * e->inner], b = from[min * e->inner];
      max = !isnan(a) && (isnan(v) || v > a) ? r : max;
      min = !isnan(b) && (isnan(v) || v < b) ? r : min;
    }
    EXPECT(high[i] == max && low[i] == min, "arg of [%d, %d, %d] at %d: %d %d, want %d %d", (int)e->outer, (int)e->red,
           (int)e->inner, (int)i, (int)high[i], (int)low[i], (int)max, (int)min);
  }
  release(x);
  release(high);
  release(low);
}

static void check_empty(void) {
  float out[2] = {7, 7};
  EXPECT_OK(balboa_reduce(BALBOA_F32, BALBOA_REDUCE_SUM, 2, 0, 1, NULL, out));
  EXPECT(out[0] == 0 && out[1] == 0, "empty sum");
  EXPECT_OK(balboa_reduce(BALBOA_F32, BALBOA_REDUCE_PROD, 1, 0, 2, NULL, out));
  EXPECT(out[0] == 1 && out[1] == 1, "empty product");
  EXPECT_OK(balboa_reduce(BALBOA_F32, BALBOA_REDUCE_MEAN, 1, 0, 2, NULL, out));
  EXPECT(isnan(out[0]) && isnan(out[1]), "empty mean");
  int32_t at = 5;
  EXPECT_STATUS(BALBOA_ERR_EMPTY, balboa_reduce(BALBOA_F32, BALBOA_REDUCE_MAX, 1, 0, 1, NULL, out));
  EXPECT_STATUS(BALBOA_ERR_EMPTY, balboa_argmax_f32(1, 0, 1, NULL, &at));
  EXPECT_OK(balboa_argmax_f32(0, 0, 1, NULL, NULL));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_reduce(BALBOA_F32, BALBOA_REDUCE_SUM, -1, 2, 1, out, out));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_reduce(BALBOA_F32, 0, INT64_MAX, 3, 1, out, out));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_reduce(BALBOA_BOOL, BALBOA_REDUCE_SUM, 1, 2, 1, out, out));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_reduce(BALBOA_I32, BALBOA_REDUCE_MEAN, 1, 2, 1, out, out));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_reduce(BALBOA_F32, BALBOA_REDUCE_SUM, 1, 2, 1, NULL, out));
  EXPECT(at == 5, "an error wrote");
  /* 2^25 ones: plain f32 addition would stop at 2^24. */
  const int64_t n = 1 << 25;
  float *ones = NEW(float, n);
  EXPECT_OK(balboa_fill(4, n, 0x3f800000u, ones));
  EXPECT_OK(balboa_reduce(BALBOA_F32, BALBOA_REDUCE_SUM, 1, n, 1, ones, out));
  EXPECT(out[0] == (float)n, "sum of ones: %.9g", (double)out[0]);
  release(ones);
}

int main(void) {
  for (int i = 0; i < EXTENTS; i++) {
    for (int32_t kind = BALBOA_REDUCE_SUM; kind <= BALBOA_REDUCE_SUM_SQUARES; kind++) {
      check_float(&extents[i], kind, kind == BALBOA_REDUCE_MAX);
    }
    check_float(&extents[i], BALBOA_REDUCE_MIN, 1);
    check_integer(&extents[i], BALBOA_REDUCE_SUM);
    check_integer(&extents[i], BALBOA_REDUCE_PROD);
    check_integer(&extents[i], BALBOA_REDUCE_MAX);
    check_integer(&extents[i], BALBOA_REDUCE_MIN);
    check_arg(&extents[i], 0);
    check_arg(&extents[i], 1);
  }
  check_empty();
  return check_done("reduce");
}
