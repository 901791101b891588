/* Maps, combinations and sums along axes against plain loops. */
#include "check.h"

static void check_map(int32_t elem_size, int32_t ndim, const int64_t *x_dims, const int64_t *out_dims) {
  int64_t n = 1, m = 1, entries = 0;
  for (int32_t d = 0; d < ndim; d++) {
    n *= x_dims[d];
    m *= out_dims[d];
    entries += out_dims[d];
  }
  int64_t *tables = NEW(int64_t, entries);
  for (int64_t d = 0, at = 0; d < ndim; d++) {
    const int64_t shift = (int64_t)(next_u32() % 4) - 2;
    for (int64_t i = 0; i < out_dims[d]; i++, at++) {
      const int64_t run = i + shift; /* mostly a shifted copy, sometimes anything */
      tables[at] = next_u32() % 8 == 0 ? (int64_t)(next_u32() % (uint32_t)(x_dims[d] + 1)) - 1
                   : run >= 0 && run < x_dims[d] ? run
                                                 : -1;
    }
  }
  uint8_t *x = NEW(uint8_t, n * elem_size), *out = NEW(uint8_t, m * elem_size);
  for (int64_t i = 0; i < n * elem_size; i++) {
    x[i] = (uint8_t)next_u32();
  }
  const uint64_t pattern = UINT64_C(0x0123456789abcdef);
  EXPECT_OK(balboa_map_axes(elem_size, ndim, x_dims, out_dims, tables, pattern, x, out));
  for (int64_t t = 0; t < m; t++) {
    int64_t rest = t, from = 0, stride = 1, end = entries;
    int outside = 0;
    for (int32_t d = ndim - 1; d >= 0; d--) {
      end -= out_dims[d];
      const int64_t i = tables[end + rest % out_dims[d]];
      rest /= out_dims[d];
      outside |= i < 0;
      from += i * stride;
      stride *= x_dims[d];
    }
    const void *want = outside ? (const void *)&pattern : (const void *)(x + from * elem_size);
    EXPECT(memcmp(out + t * elem_size, want, (size_t)elem_size) == 0, "map element %d", (int)t);
  }
  release(tables);
  release(x);
  release(out);
}

static void check_combine(int64_t outer, int64_t n, int64_t inner, int64_t m, int weighted) {
  int64_t *offsets = NEW(int64_t, m + 1);
  offsets[0] = 0;
  for (int64_t j = 0; j < m; j++) {
    offsets[j + 1] = offsets[j] + (n == 0 ? 0 : next_u32() % 4);
  }
  int64_t *sources = NEW(int64_t, offsets[m]);
  double *weights = NEW(double, offsets[m]);
  for (int64_t t = 0; t < offsets[m]; t++) {
    sources[t] = next_u32() % (uint32_t)n;
    weights[t] = weighted ? next_uniform(-1, 1) : 1;
  }
  float *x = random_f32(outer * n * inner, -1, 1), *y = NEW(float, outer * m * inner);
  double *x64 = NEW(double, outer * n * inner), *y64 = NEW(double, outer * m * inner);
  for (int64_t i = 0; i < outer * n * inner; i++) {
    x64[i] = x[i];
  }
  const double *w = weighted ? weights : NULL;
  EXPECT_OK(balboa_combine_axis(BALBOA_F32, outer, n, inner, m, offsets, sources, w, x, y));
  EXPECT_OK(balboa_combine_axis(BALBOA_F64, outer, n, inner, m, offsets, sources, w, x64, y64));
  for (int64_t e = 0; e < outer * m * inner; e++) {
    const int64_t o = e / (m * inner), j = e / inner % m, i = e % inner;
    double want = 0;
    for (int64_t t = offsets[j]; t < offsets[j + 1]; t++) {
      want += weights[t] * x64[(o * n + sources[t]) * inner + i];
    }
    EXPECT(near_rel(y[e], want, 1e-6, 1), "combine f32 element %d: %g for %g", (int)e, y[e], want);
    EXPECT(near_rel(y64[e], want, 1e-14, 1), "combine f64 element %d: %g for %g", (int)e, y64[e], want);
  }
  release(offsets);
  release(sources);
  release(weights);
  release(x);
  release(y);
  release(x64);
  release(y64);
}

static void check_cumsum(int64_t outer, int64_t n, int64_t inner, int exclusive, int reverse) {
  const int64_t total = outer * n * inner;
  int32_t *i32 = random_i32(total, 100), *yi32 = NEW(int32_t, total);
  int64_t *i64 = NEW(int64_t, total);
  float *f32 = NEW(float, total);
  double *f64 = NEW(double, total), *yf64 = NEW(double, total);
  for (int64_t i = 0; i < total; i++) {
    i64[i] = (int64_t)i32[i] << 32;
    f32[i] = (float)i32[i];
    f64[i] = i32[i];
  }
  EXPECT_OK(balboa_cumsum(BALBOA_I32, outer, n, inner, exclusive, reverse, i32, yi32));
  EXPECT_OK(balboa_cumsum(BALBOA_I64, outer, n, inner, exclusive, reverse, i64, i64));
  EXPECT_OK(balboa_cumsum(BALBOA_F32, outer, n, inner, exclusive, reverse, f32, f32));
  EXPECT_OK(balboa_cumsum(BALBOA_F64, outer, n, inner, exclusive, reverse, f64, yf64));
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t i = 0; i < inner; i++) {
      int64_t sum = 0;
      for (int64_t k = 0; k < n; k++) {
        const int64_t at = (o * n + (reverse ? n - 1 - k : k)) * inner + i;
        const int64_t want = exclusive ? sum : sum + i32[at];
        sum += i32[at];
        EXPECT(yi32[at] == want && i64[at] == want << 32 && f32[at] == (float)want && yf64[at] == (double)want,
               "cumsum at %d", (int)at);
      }
    }
  }
  release(i32);
  release(yi32);
  release(i64);
  release(f32);
  release(f64);
  release(yf64);
}

/* Against the definitions; factors of 0 among others, small enough for every type to be exact. */
static void check_products(int64_t outer, int64_t n, int64_t inner, int exclusive, int reverse) {
  const int64_t total = outer * n * inner, lines = outer * inner;
  float *x = guarded(total * 4), *dy = guarded(total * 4), *y = guarded(total * 4), *dx = guarded(total * 4);
  float *whole = guarded(total * 4);
  double *x64 = guarded(total * 8), *dy64 = guarded(total * 8), *y64 = guarded(total * 8), *dx64 = guarded(total * 8);
  int32_t *i32 = guarded(total * 4), *yi32 = guarded(total * 4);
  uint8_t *u8 = guarded(total), *yu8 = guarded(total);
  for (int64_t i = 0; i < total; i++) {
    const int32_t k = (int32_t)((uint64_t)i * 2654435761u >> 7) % 11;
    x[i] = k == 0 ? 0 : k == 1 ? -2.0f : k == 2 ? 0.5f : 1.0f;
    dy[i] = (float)(k % 3 - 1);
    x64[i] = x[i];
    dy64[i] = dy[i];
    i32[i] = k + 1;
    u8[i] = (uint8_t)(k + 1);
  }
  EXPECT_OK(balboa_cumprod(BALBOA_F32, outer, n, inner, exclusive, reverse, x, y));
  EXPECT_OK(balboa_cumprod(BALBOA_F64, outer, n, inner, exclusive, reverse, x64, y64));
  EXPECT_OK(balboa_cumprod(BALBOA_I32, outer, n, inner, exclusive, reverse, i32, yi32));
  EXPECT_OK(balboa_cumprod(BALBOA_U8, outer, n, inner, exclusive, reverse, u8, yu8));
  EXPECT_OK(balboa_cumprod_backward(BALBOA_F32, outer, n, inner, exclusive, reverse, x, dy, dx));
  EXPECT_OK(balboa_cumprod_backward(BALBOA_F64, outer, n, inner, exclusive, reverse, x64, dy64, dx64));
  EXPECT_OK(balboa_prod_backward(BALBOA_F32, outer, n, inner, x, dy, whole));
  for (int64_t line = 0; line < lines; line++) {
    const int64_t base = line / inner * n * inner + line % inner;
#define AT(k) (base + (reverse ? n - 1 - (k) : (k)) * inner)
    double product = 1;
    uint32_t wrapped = 1;
    for (int64_t k = 0; k < n; k++) {
      const double before = product;
      const uint32_t wrapped_before = wrapped;
      product *= x64[AT(k)];
      wrapped *= (uint32_t)i32[AT(k)];
      const double want = exclusive ? before : product;
      const uint32_t want_i = exclusive ? wrapped_before : wrapped;
      EXPECT(y64[AT(k)] == want && y[AT(k)] == (float)want, "product at %d", (int)AT(k));
      EXPECT((uint32_t)yi32[AT(k)] == want_i && yu8[AT(k)] == (uint8_t)want_i, "wrapped product at %d", (int)AT(k));
      double rest = before, sum = 0; /* the product without x[k] */
      for (int64_t i = k; i < n; i++) {
        sum += i == k && exclusive ? 0 : dy64[AT(i)] * (exclusive && i > k ? rest : i == k ? before : rest * x64[AT(i)]);
        rest *= i == k ? 1 : x64[AT(i)];
      }
      EXPECT(fabs(dx64[AT(k)] - sum) <= 1e-12 * (1 + fabs(sum)), "derivative %g for %g", dx64[AT(k)], sum);
      EXPECT(fabs((double)dx[AT(k)] - sum) <= 1e-5 * (1 + fabs(sum)), "derivative %g for %g", (double)dx[AT(k)], sum);
      const double others = (double)dy[line] * rest;
      EXPECT(fabs((double)whole[AT(k)] - others) <= 1e-5 * fabs(others), "of all: %g for %g", (double)whole[AT(k)], others);
    }
#undef AT
  }
  void *all[] = {x, dy, y, dx, whole, x64, dy64, y64, dx64, i32, yi32, u8, yu8};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

static void check_arange(void) {
  float f[3];
  double d[3];
  int32_t i[3];
  int64_t l[3];
  EXPECT_OK(balboa_arange(BALBOA_F32, 3, 0.5, -0.25, f));
  EXPECT(f[0] == 0.5f && f[1] == 0.25f && f[2] == 0, "f32 range");
  EXPECT_OK(balboa_arange(BALBOA_F64, 3, 1, 0.1, d));
  EXPECT(d[0] == 1 && d[1] == 1 + 0.1 && d[2] == 1 + 2 * 0.1, "f64 range");
  EXPECT_OK(balboa_arange(BALBOA_I32, 3, 5, -4, i));
  EXPECT(i[0] == 5 && i[1] == 1 && i[2] == -3, "i32 range");
  EXPECT_OK(balboa_arange(BALBOA_I64, 3, 0x1p40, 1, l));
  EXPECT(l[0] == INT64_C(1) << 40 && l[2] == (INT64_C(1) << 40) + 2, "i64 range");
  EXPECT_OK(balboa_arange(BALBOA_I64, 0, 0, 1, NULL));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_arange(BALBOA_U8, 3, 0, 1, l));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_arange(BALBOA_I64, 3, 0x1p60, 1, l));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_arange(BALBOA_F32, -1, 0, 1, f));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_arange(BALBOA_F32, 1, 0, 1, NULL));
}

static void check_refusals(void) {
  const int64_t three[1] = {3}, two[1] = {2}, far[2] = {0, 3}, fine[2] = {0, 2}, down[3] = {0, 2, 1}, offsets[3] = {0, 1, 2};
  float x[3] = {1, 2, 3}, y[3] = {7};
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_map_axes(4, 1, three, two, far, 0, x, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_map_axes(3, 1, three, two, fine, 0, x, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_map_axes(4, 0, three, two, fine, 0, x, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_map_axes(4, 1, three, two, fine, 0, NULL, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_combine_axis(BALBOA_F32, 1, 3, 1, 2, offsets, far, NULL, x, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_combine_axis(BALBOA_F32, 1, 3, 1, 2, down, fine, NULL, x, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_combine_axis(BALBOA_I32, 1, 3, 1, 2, offsets, fine, NULL, x, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_combine_axis(BALBOA_F32, 1, 3, 1, 2, NULL, fine, NULL, x, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_cumsum(BALBOA_U8, 1, 3, 1, 0, 0, x, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_cumsum(BALBOA_F32, 1, -3, 1, 0, 0, x, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_cumsum(BALBOA_F32, 1, 3, 1, 0, 0, NULL, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_cumprod(BALBOA_BOOL, 1, 3, 1, 0, 0, x, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_cumprod_backward(BALBOA_I32, 1, 3, 1, 0, 0, x, x, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_prod_backward(BALBOA_F32, 1, 3, 1, x, NULL, y));
  EXPECT(y[0] == 7, "written in spite of an error");
}

int main(void) {
  static const struct {
    int32_t ndim;
    int64_t x[4], out[4];
  } shapes[] = {
      {1, {5}, {9}}, {2, {3, 5}, {4, 8}}, {3, {2, 3, 4}, {3, 1, 6}}, {4, {2, 3, 11, 13}, {2, 3, 15, 17}},
      {2, {300, 200}, {310, 215}}, {2, {0, 3}, {2, 3}}, {2, {2, 3}, {0, 3}}, {1, {1}, {1}},
  };
  static const int32_t elem_sizes[] = {1, 2, 4, 8};
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    for (int k = 0; k < 4; k++) {
      check_map(elem_sizes[k], shapes[i].ndim, shapes[i].x, shapes[i].out);
    }
  }
  for (int weighted = 0; weighted <= 1; weighted++) {
    check_combine(3, 5, 1, 7, weighted);
    check_combine(2, 6, 9, 4, weighted);
    check_combine(400, 31, 1, 60, weighted);
    check_combine(7, 31, 333, 60, weighted);
    check_combine(2, 0, 3, 4, weighted);
    check_combine(2, 3, 0, 4, weighted);
  }
  for (int mode = 0; mode < 4; mode++) {
    check_cumsum(3, 5, 1, mode & 1, mode >> 1);
    check_cumsum(2, 7, 300, mode & 1, mode >> 1);
    check_cumsum(900, 51, 1, mode & 1, mode >> 1);
    check_cumsum(3, 50, 777, mode & 1, mode >> 1);
    check_cumsum(1, 0, 3, mode & 1, mode >> 1);
    check_products(19, 5, 1, mode & 1, mode >> 1);
    check_products(2, 7, 300, mode & 1, mode >> 1);
    check_products(1300, 33, 1, mode & 1, mode >> 1);
    check_products(1, 0, 3, mode & 1, mode >> 1);
  }
  check_arange();
  check_refusals();
  return check_done("axes");
}
