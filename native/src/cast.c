/* Conversion between dtypes. */
#include "bf16.h"

/* stored: what lies in memory; from: the type of the value v that load makes of it. */
#define CAST(stored, from, load, to, name, expression)                       \
  BALBOA_CLONES static void name(int64_t n, const void *src, void *dst) {     \
    const stored *x = src;                                                    \
    to *y = dst;                                                              \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                             \
      const from v = load(x[i]);                                              \
      y[i] = (to)(expression);                                                \
    }                                                                         \
  }

#define SAME(x) (x)

/* Truncation that saturates: Java's (int) and (long); NaN gives 0. limit is the first value that does not fit. */
#define SATURATE(to, limit, smallest, largest) \
  (v != v ? 0 : v >= (limit) ? (largest) : v <= -(limit) ? (smallest) : (to)v)
#define UNSIGNED_BYTE (v >= 255 ? 255 : v > 0 ? (int32_t)v : 0)
#define SIGNED_BYTE (v >= 127 ? 127 : v <= -128 ? -128 : v == v ? (int32_t)v : 0)

#define FROM_FLOAT(stored, from, load, t, round)                                                                     \
  CAST(stored, from, load, float, t##_f32, v)                                                                        \
  CAST(stored, from, load, double, t##_f64, v)                                                                       \
  CAST(stored, from, load, int32_t, t##_i32, SATURATE(int32_t, (from)2147483648.0, INT32_MIN, INT32_MAX))            \
  CAST(stored, from, load, int64_t, t##_i64, SATURATE(int64_t, (from)9223372036854775808.0, INT64_MIN, INT64_MAX))   \
  CAST(stored, from, load, uint8_t, t##_u8, UNSIGNED_BYTE)                                                           \
  CAST(stored, from, load, uint8_t, t##_bool, v != 0)                                                                \
  CAST(stored, from, load, uint16_t, t##_bf16, round(v))                                                             \
  CAST(stored, from, load, int8_t, t##_i8, SIGNED_BYTE)

#define FROM_INTEGER(from, t)                               \
  CAST(from, from, SAME, float, t##_f32, v)                 \
  CAST(from, from, SAME, double, t##_f64, v)                \
  CAST(from, from, SAME, int32_t, t##_i32, (uint32_t)v)     \
  CAST(from, from, SAME, int64_t, t##_i64, v)               \
  CAST(from, from, SAME, uint8_t, t##_u8, v)                \
  CAST(from, from, SAME, uint8_t, t##_bool, v != 0)         \
  CAST(from, from, SAME, uint16_t, t##_bf16, bf16_of_int(v)) \
  CAST(from, from, SAME, int8_t, t##_i8, v)

FROM_FLOAT(float, float, SAME, f32, bf16_of_float)
FROM_FLOAT(double, double, SAME, f64, bf16_of_double)
FROM_FLOAT(uint16_t, float, bf16_load, bf16, bf16_of_float)
FROM_INTEGER(int32_t, i32)
FROM_INTEGER(int64_t, i64)
FROM_INTEGER(uint8_t, u8)
FROM_INTEGER(int8_t, i8)

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
#define ROW(t) {t##_f32, t##_f64, t##_i32, t##_i64, t##_u8, t##_bool, t##_bf16, t##_i8}
  static const cast_fn casts[8][8] = {ROW(f32), ROW(f64), ROW(i32), ROW(i64), ROW(u8), ROW(u8), ROW(bf16), ROW(i8)};
#undef ROW
  const int32_t src_size = bk_dtype_size(src_dtype), dst_size = bk_dtype_size(dst_dtype);
  BK_CHECK(src_size != 0 && dst_size != 0, BALBOA_ERR_KIND);
  BK_CHECK(n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || (src != NULL && dst != NULL), BALBOA_ERR_NULL);
  cast_job job = {casts[src_dtype][dst_dtype], src_size, dst_size, src, dst};
  bk_parallel(n, BK_GRAIN_CHEAP, cast_range, &job);
  return BALBOA_OK;
}
