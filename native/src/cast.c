/* Conversion between dtypes. */
#include "internal.h"

#define CAST(from, to, name, expression)                                     \
  BALBOA_CLONES static void name(int64_t n, const void *src, void *dst) {     \
    const from *x = src;                                                      \
    to *y = dst;                                                              \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                             \
      const from v = x[i];                                                    \
      y[i] = (to)(expression);                                                \
    }                                                                         \
  }

/* Truncation that saturates: Java's (int) and (long); NaN gives 0. limit is the first value that does not fit. */
#define SATURATE(to, limit, smallest, largest) \
  (v != v ? 0 : v >= (limit) ? (largest) : v <= -(limit) ? (smallest) : (to)v)
#define BYTE (v >= 255 ? 255 : v > 0 ? (int32_t)v : 0)

#define FROM_FLOAT(from, t)                                                                              \
  CAST(from, float, t##_f32, v)                                                                          \
  CAST(from, double, t##_f64, v)                                                                         \
  CAST(from, int32_t, t##_i32, SATURATE(int32_t, (from)2147483648.0, INT32_MIN, INT32_MAX))              \
  CAST(from, int64_t, t##_i64, SATURATE(int64_t, (from)9223372036854775808.0, INT64_MIN, INT64_MAX))     \
  CAST(from, uint8_t, t##_u8, BYTE)                                                                      \
  CAST(from, uint8_t, t##_bool, v != 0)

#define FROM_INTEGER(from, t)                        \
  CAST(from, float, t##_f32, v)                      \
  CAST(from, double, t##_f64, v)                     \
  CAST(from, int32_t, t##_i32, (uint32_t)v)          \
  CAST(from, int64_t, t##_i64, v)                    \
  CAST(from, uint8_t, t##_u8, v)                     \
  CAST(from, uint8_t, t##_bool, v != 0)

FROM_FLOAT(float, f32)
FROM_FLOAT(double, f64)
FROM_INTEGER(int32_t, i32)
FROM_INTEGER(int64_t, i64)
FROM_INTEGER(uint8_t, u8)

typedef void (*cast_fn)(int64_t n, const void *src, void *dst);

typedef struct {
  cast_fn fn;
  int32_t src_size, dst_size;
  const char *src;
  char *dst;
} cast_job;

static void cast_range(void *context, int64_t begin, int64_t end) {
  const cast_job *job = context;
  job->fn(end - begin, job->src + begin * job->src_size, job->dst + begin * job->dst_size);
}

int32_t balboa_cast(int64_t n, int32_t src_dtype, const void *src, int32_t dst_dtype, void *dst) {
#define ROW(t) {t##_f32, t##_f64, t##_i32, t##_i64, t##_u8, t##_bool}
  static const cast_fn casts[6][6] = {ROW(f32), ROW(f64), ROW(i32), ROW(i64), ROW(u8), ROW(u8)};
#undef ROW
  const int32_t src_size = bk_dtype_size(src_dtype), dst_size = bk_dtype_size(dst_dtype);
  BK_CHECK(src_size != 0 && dst_size != 0, BALBOA_ERR_KIND);
  BK_CHECK(n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || (src != NULL && dst != NULL), BALBOA_ERR_NULL);
  cast_job job = {casts[src_dtype][dst_dtype], src_size, dst_size, src, dst};
  bk_parallel(n, BK_GRAIN_CHEAP, cast_range, &job);
  return BALBOA_OK;
}
