/* copy_strided, fill and cast against element-by-element loops. */
#include "check.h"

typedef struct {
  int32_t ndim;
  int64_t dims[8], src_strides[8], dst_strides[8];
} view;

static int64_t product(int32_t n, const int64_t *v) {
  int64_t p = 1;
  for (int32_t i = 0; i < n; i++) {
    p *= v[i];
  }
  return p;
}

/* Lowest and highest element that a strided array touches. */
static int64_t reach(int32_t ndim, const int64_t *dims, const int64_t *strides, int high) {
  int64_t r = 0;
  for (int32_t d = 0; d < ndim; d++) {
    const int64_t span = (dims[d] - 1) * strides[d];
    r += high ? (span > 0 ? span : 0) : (span < 0 ? span : 0);
  }
  return r;
}

static void check_copy(const view *v, int32_t size) {
  const int64_t total = product(v->ndim, v->dims);
  const int64_t src_low = total ? reach(v->ndim, v->dims, v->src_strides, 0) : 0;
  const int64_t dst_low = total ? reach(v->ndim, v->dims, v->dst_strides, 0) : 0;
  const int64_t src_n = total ? reach(v->ndim, v->dims, v->src_strides, 1) - src_low + 1 : 0;
  const int64_t dst_n = total ? reach(v->ndim, v->dims, v->dst_strides, 1) - dst_low + 1 : 0;
  uint8_t *src = NEW(uint8_t, src_n * size), *dst = NEW(uint8_t, dst_n * size), *want = NEW(uint8_t, dst_n * size);
  for (int64_t i = 0; i < src_n * size; i++) {
    src[i] = (uint8_t)next_u32();
  }
  memset(dst, 0x5a, (size_t)(dst_n * size));
  memset(want, 0x5a, (size_t)(dst_n * size));
  for (int64_t i = 0; i < total; i++) {
    int64_t rest = i, from = -src_low, to = -dst_low;
    for (int32_t d = v->ndim - 1; d >= 0; d--) {
      from += rest % v->dims[d] * v->src_strides[d];
      to += rest % v->dims[d] * v->dst_strides[d];
      rest /= v->dims[d];
    }
    memcpy(want + to * size, src + from * size, (size_t)size);
  }
  EXPECT_OK(balboa_copy_strided(size, v->ndim, v->dims, src - src_low * size, v->src_strides, dst - dst_low * size,
                                v->dst_strides));
  EXPECT(memcmp(dst, want, (size_t)(dst_n * size)) == 0, "copy of size %d, ndim %d, dims %d %d %d", (int)size,
         (int)v->ndim, (int)v->dims[0], (int)v->dims[1], (int)v->dims[2]);
  release(src);
  release(dst);
  release(want);
}

/* A dense dst and a src that is a permutation of a dense array, with some dims flipped, skipped or broadcast. */
static view random_view(void) {
  view v = {.ndim = (int32_t)(next_u32() % 6)};
  int32_t order[8];
  for (int32_t d = 0; d < v.ndim; d++) {
    static const int64_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 17, 33};
    v.dims[d] = sizes[next_u32() % 10];
    order[d] = d;
  }
  for (int32_t side = 0; side < 2; side++) {
    int64_t *strides = side ? v.dst_strides : v.src_strides;
    for (int32_t d = v.ndim - 1; d > 0; d--) {
      const int32_t e = (int32_t)(next_u32() % (uint32_t)(d + 1));
      const int32_t t = order[d];
      order[d] = order[e];
      order[e] = t;
    }
    int64_t stride = 1;
    for (int32_t d = 0; d < v.ndim; d++) {
      strides[order[d]] = stride;
      stride *= v.dims[order[d]];
      switch (next_u32() % 8) {
        case 0:
          stride += 3;
          break;
        case 1:
          strides[order[d]] *= -1;
          break;
        case 2:
          strides[order[d]] *= side ? 1 : 0;
          break;
        default:
          break;
      }
    }
  }
  return v;
}

static void check_copies(void) {
  static const int32_t sizes[] = {1, 2, 4, 8};
  const view fixed[] = {
      {0, {0}, {0}, {0}}, 
      {1, {0}, {1}, {1}}, 
      {2, {3, 0}, {1, 1}, {1, 1}}, 
      {1, {100003}, {1}, {1}}, 
      {2, {301, 517}, {1, 301}, {517, 1}}, /* transpose, odd */
      {4, {2, 65, 9, 31}, {65 * 279, 1, 31 * 65, 65}, {65 * 279, 279, 31, 1}}, /* NHWC -> NCHW */
      {4, {2, 9, 31, 65}, {65 * 279, 31, 1, 279}, {65 * 279, 31 * 65, 65, 1}}, /* NCHW -> NHWC */
      {3, {40, 3, 1000}, {3, 1, 120}, {3000, 1000, 1}}, 
      {2, {1000, 70}, {0, 1}, {70, 1}}, 
      {2, {1000, 70}, {1, 0}, {70, 1}}, 
  };
  for (int k = 0; k < 4; k++) {
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
      check_copy(&fixed[i], sizes[k]);
    }
    for (int i = 0; i < 300; i++) {
      const view v = random_view();
      if (product(v.ndim, v.dims) < 40000) {
        check_copy(&v, sizes[k]);
      }
    }
  }
  const int64_t dims[2] = {2, 2}, ok[2] = {2, 1}, zero[2] = {0, 1}, negative[2] = {-1, 2}, huge[2] = {INT64_MAX, 4};
  float x[4] = {1, 2, 3, 4}, y[4] = {0};
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_copy_strided(4, 2, dims, x, ok, y, zero));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_copy_strided(4, 2, negative, x, ok, y, ok));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_copy_strided(4, 2, huge, x, ok, y, ok));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_copy_strided(4, 9, dims, x, ok, y, ok));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_copy_strided(3, 2, dims, x, ok, y, ok));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_copy_strided(4, 2, dims, NULL, ok, y, ok));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_copy_strided(4, 2, NULL, x, ok, y, ok));
  EXPECT(y[0] == 0, "an error wrote to dst");
}

static void check_fill(void) {
  static const int32_t sizes[] = {1, 2, 4, 8};
  static const int64_t lengths[] = {0, 1, 7, 1000, 200001};
  const uint64_t pattern = 0x0123456789abcdefu;
  for (int k = 0; k < 4; k++) {
    for (int l = 0; l < 5; l++) {
      const int64_t n = lengths[l];
      uint8_t *y = NEW(uint8_t, n * sizes[k]);
      EXPECT_OK(balboa_fill(sizes[k], n, pattern, y));
      int64_t wrong = 0;
      for (int64_t i = 0; i < n; i++) {
        wrong += memcmp(y + i * sizes[k], &pattern, (size_t)sizes[k]) != 0;
      }
      EXPECT(wrong == 0, "fill of size %d: %d wrong", (int)sizes[k], (int)wrong);
      EXPECT_OK(balboa_fill(sizes[k], n, 0, y));
      for (int64_t i = 0; i < n * sizes[k]; i++) {
        wrong += y[i] != 0;
      }
      EXPECT(wrong == 0, "fill with zero");
      release(y);
    }
  }
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_fill(5, 1, 0, NULL));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_fill(4, 1, 0, NULL));
}

#define EXPECT_CAST(n, from_dtype, from, to_dtype, to, ...)                                  \
  do {                                                                                       \
    const to want[] = __VA_ARGS__;                                                           \
    to *got = NEW(to, n);                                                                    \
    EXPECT_OK(balboa_cast(n, from_dtype, from, to_dtype, got));                              \
    for (int i = 0; i < (n); i++) {                                                          \
      EXPECT(got[i] == want[i], "%s -> %s of element %d", #from, #to, i);                    \
    }                                                                                        \
    release(got);                                                                            \
  } while (0)

static void check_cast(void) {
  const float f[11] = {0, -0.9f, 1.9f, -2.5f, 255.5f, 256, 3e9f, -3e9f, 1e20f, -1e20f, NAN};
  const double d[5] = {1e300, -1e300, 2147483647.5, -9.3e18, 0.25};
  const int64_t l[5] = {-1, 256, INT64_MIN, INT64_C(0x100000002), 0};
  const int32_t s[4] = {-1, 257, INT32_MIN, 5};
  const uint8_t b[3] = {0, 1, 255};
  const int8_t c[3] = {-128, -1, 127};
  /* 1, 1 + 2^-7, -2, infinity, NaN, 256 */
  const uint16_t h[6] = {0x3f80, 0x3f81, 0xc000, 0x7f80, 0x7fc0, 0x4380};
  /* Halfway between two bf16 (to even, down and up), just above halfway in f64, the same seen through f32 alone. */
  const double ties[8] = {1.00390625, 1.01171875, 1.0039062500000002, -1.0039062500000002, 3.4e38, 1e-310, -0.0, NAN};
  const int64_t wide[5] = {257, 259, (INT64_C(1) << 62) + (INT64_C(1) << 54), (INT64_C(1) << 62) + (INT64_C(1) << 54) + 1,
                           -((INT64_C(1) << 62) + (INT64_C(1) << 54)) - 1};
  EXPECT_CAST(11, BALBOA_F32, f, BALBOA_I8, int8_t, {0, 0, 1, -2, 127, 127, 127, -128, 127, -128, 0});
  EXPECT_CAST(5, BALBOA_I64, l, BALBOA_I8, int8_t, {-1, 0, 0, 2, 0});
  EXPECT_CAST(3, BALBOA_I8, c, BALBOA_F32, float, {-128, -1, 127});
  EXPECT_CAST(3, BALBOA_I8, c, BALBOA_U8, uint8_t, {128, 255, 127});
  EXPECT_CAST(3, BALBOA_I8, c, BALBOA_I64, int64_t, {-128, -1, 127});
  EXPECT_CAST(3, BALBOA_U8, b, BALBOA_BF16, uint16_t, {0, 0x3f80, 0x437f});
  EXPECT_CAST(4, BALBOA_BF16, h, BALBOA_F32, float, {1, 1.0078125f, -2, INFINITY});
  EXPECT_CAST(6, BALBOA_BF16, h, BALBOA_I8, int8_t, {1, 1, -2, 127, 0, 127});
  EXPECT_CAST(6, BALBOA_BF16, h, BALBOA_BOOL, uint8_t, {1, 1, 1, 1, 1, 1});
  EXPECT_CAST(6, BALBOA_BF16, h, BALBOA_BF16, uint16_t, {0x3f80, 0x3f81, 0xc000, 0x7f80, 0x7fc0, 0x4380});
  EXPECT_CAST(8, BALBOA_F64, ties, BALBOA_BF16, uint16_t, {0x3f80, 0x3f82, 0x3f81, 0xbf81, 0x7f80, 0, 0x8000, 0x7fc0});
  EXPECT_CAST(5, BALBOA_I64, wide, BALBOA_BF16, uint16_t, {0x4380, 0x4382, 0x5e80, 0x5e81, 0xde81});
  EXPECT_CAST(11, BALBOA_F32, f, BALBOA_I32, int32_t,
              {0, 0, 1, -2, 255, 256, INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN, 0});
  EXPECT_CAST(11, BALBOA_F32, f, BALBOA_I64, int64_t,
              {0, 0, 1, -2, 255, 256, 3000000000, -3000000000, INT64_MAX, INT64_MIN, 0});
  EXPECT_CAST(11, BALBOA_F32, f, BALBOA_U8, uint8_t, {0, 0, 1, 0, 255, 255, 255, 0, 255, 0, 0});
  EXPECT_CAST(11, BALBOA_F32, f, BALBOA_BOOL, uint8_t, {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  EXPECT_CAST(10, BALBOA_F32, f, BALBOA_F64, double,
              {0, -0.89999997615814208984375, 1.89999997615814208984375, -2.5, 255.5, 256, 3e9, -3e9, (double)1e20f,
               (double)-1e20f});
  EXPECT_CAST(5, BALBOA_F64, d, BALBOA_F32, float, {INFINITY, -INFINITY, 2147483648.0f, -9.3e18f, 0.25f});
  EXPECT_CAST(5, BALBOA_F64, d, BALBOA_I32, int32_t, {INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN, 0});
  EXPECT_CAST(5, BALBOA_F64, d, BALBOA_I64, int64_t, {INT64_MAX, INT64_MIN, 2147483647, INT64_MIN, 0});
  EXPECT_CAST(5, BALBOA_I64, l, BALBOA_I32, int32_t, {-1, 256, 0, 2, 0});
  EXPECT_CAST(5, BALBOA_I64, l, BALBOA_U8, uint8_t, {255, 0, 0, 2, 0});
  EXPECT_CAST(5, BALBOA_I64, l, BALBOA_BOOL, uint8_t, {1, 1, 1, 1, 0});
  EXPECT_CAST(5, BALBOA_I64, l, BALBOA_F32, float, {-1, 256, -9223372036854775808.0f, 4294967296.0f, 0});
  EXPECT_CAST(4, BALBOA_I32, s, BALBOA_I64, int64_t, {-1, 257, INT32_MIN, 5});
  EXPECT_CAST(4, BALBOA_I32, s, BALBOA_F64, double, {-1, 257, INT32_MIN, 5});
  EXPECT_CAST(3, BALBOA_U8, b, BALBOA_F32, float, {0, 1, 255});
  EXPECT_CAST(2, BALBOA_BOOL, b, BALBOA_I32, int32_t, {0, 1});
  EXPECT_CAST(3, BALBOA_U8, b, BALBOA_BOOL, uint8_t, {0, 1, 1});
  const int64_t n = 100001;
  float *x = random_f32(n, -300, 300);
  int32_t *y = NEW(int32_t, n);
  EXPECT_OK(balboa_cast(n, BALBOA_F32, x, BALBOA_I32, y));
  int64_t wrong = 0;
  for (int64_t i = 0; i < n; i++) {
    wrong += y[i] != (int32_t)x[i];
  }
  EXPECT(wrong == 0, "%d of a long cast are wrong", (int)wrong);
  release(x);
  release(y);
  EXPECT_OK(balboa_cast(0, BALBOA_F32, NULL, BALBOA_I32, NULL));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_cast(0, 8, NULL, BALBOA_I32, NULL));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_cast(-1, 0, f, 0, NULL));
}

static void check_lookup(void) {
  const int64_t n = 100003, size = 65536;
  uint16_t *table = NEW(uint16_t, size), *x = NEW(uint16_t, n), *y = NEW(uint16_t, n);
  for (int64_t i = 0; i < size; i++) {
    table[i] = (uint16_t)(i * 40503 + 11);
  }
  for (int64_t i = 0; i < n; i++) {
    x[i] = (uint16_t)(i * 31);
  }
  EXPECT_OK(balboa_lookup_16(n, table, x, y));
  EXPECT_OK(balboa_lookup_16(n - 1, table, x, x));
  int64_t wrong = x[n - 1] != (uint16_t)((n - 1) * 31);
  for (int64_t i = 0; i < n; i++) {
    const uint16_t expected = (uint16_t)((uint16_t)(i * 31) * 40503 + 11);
    wrong += y[i] != expected || (i < n - 1 && x[i] != expected);
  }
  EXPECT(wrong == 0, "%d of a look-up are wrong", (int)wrong);
  release(table);
  release(x);
  release(y);
  EXPECT_OK(balboa_lookup_16(0, NULL, NULL, NULL));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_lookup_16(1, NULL, NULL, NULL));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_lookup_16(-1, NULL, NULL, NULL));
}

int main(void) {
  check_copies();
  check_lookup();
  check_fill();
  check_cast();
  return check_done("copy");
}
