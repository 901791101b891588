/* out = a op b with broadcasting. */
#include <math.h>

#include "binary_math.h"
#include "dmath.h"

#define FLOAT_KINDS(type, t)                         \
  BINARY(type, add_##t, u + v)                       \
  BINARY(type, sub_##t, u - v)                       \
  BINARY(type, mul_##t, u *v)                        \
  BINARY(type, div_##t, u / v)                       \
  BINARY(type, max_##t, u > v || u != u ? u : v)     \
  BINARY(type, min_##t, u < v || u != u ? u : v)

/* Unsigned arithmetic wraps; signed would be undefined. */
#define INTEGER_KINDS(type, wide, t)                 \
  BINARY(type, add_##t, (wide)u + (wide)v)           \
  BINARY(type, sub_##t, (wide)u - (wide)v)           \
  BINARY(type, mul_##t, (wide)u *(wide)v)            \
  BINARY(type, max_##t, u > v ? u : v)               \
  BINARY(type, min_##t, u < v ? u : v)

#define SIGNED_DIV(type, wide, t) \
  BINARY(type, div_##t, v == 0 ? 0 : v == -1 ? (type)(0 - (wide)u) : u / v)

FLOAT_KINDS(float, f32)
FLOAT_KINDS(double, f64)
INTEGER_KINDS(int32_t, uint32_t, i32)
INTEGER_KINDS(int64_t, uint64_t, i64)
INTEGER_KINDS(uint8_t, uint32_t, u8)
INTEGER_KINDS(int8_t, uint32_t, i8)
SIGNED_DIV(int32_t, uint32_t, i32)
SIGNED_DIV(int64_t, uint64_t, i64)
SIGNED_DIV(int8_t, uint32_t, i8)
BINARY(uint8_t, div_u8, v == 0 ? 0 : u / v)

/* a^b as C99 Annex F says, in f64 arithmetic without branches. */
BALBOA_INLINE float pow_of_f32(float a, float b) {
  const double x = (double)a, p = (double)b, t = dabs(x);
  const int inside = t > 0.0 && t < (double)INFINITY, up = p > 0.0;
  const double y = dexp(p * dlog(inside ? t : 1.0));
  const double end = (t == 0.0) == up ? 0.0 : (double)INFINITY;
  const int whole = p == floor(p), odd = whole && 0.5 * p != floor(0.5 * p);
  double z = inside ? (t == 1.0 ? 1.0 : y) : end;
  z = odd ? dcopysign(z, x) : z;
  z = x < 0.0 && inside && !whole ? (double)NAN : z;
  z = x == x && p == p ? z : (double)NAN;
  return (float)(p == 0.0 || x == 1.0 ? 1.0 : z);
}

/* Whether all bases are positive and finite, and all exponents finite. */
BALBOA_CLONES static int all_plain(int64_t n, const float *a, int64_t sa, const float *b, int64_t sb) {
  int other = 0;
  if (sa == 1 && sb == 1) {
    BALBOA_SIMD_REDUCE(|, other) for (int64_t i = 0; i < n; i++) {
      other |= !(a[i] > 0.0f) | !(a[i] < INFINITY) | !(b[i] - b[i] == 0.0f);
    }
  } else {
    BALBOA_SIMD_REDUCE(|, other) for (int64_t i = 0; i < n; i++) {
      other |= !(a[i * sa] > 0.0f) | !(a[i * sa] < INFINITY) | !(b[i * sb] - b[i * sb] == 0.0f);
    }
  }
  return !other;
}

BINARY(float, any_pow_f32, pow_of_f32(u, v))
BINARY(float, plain_pow_f32, (float)dexp((double)v *dlog((double)u)))

/* In pieces, most of which hold none of the many special cases. */
static void general_pow_f32(int64_t n, char *const *pointer, const int64_t *stride) {
  enum { PIECE = 512 };
  for (int64_t from = 0; from < n; from += PIECE) {
    char *here[3];
    for (int k = 0; k < 3; k++) {
      here[k] = pointer[k] + from * stride[k] * (int64_t)sizeof(float);
    }
    const int64_t m = bk_min(PIECE, n - from);
    const float *a = (const float *)(const void *)here[1], *b = (const float *)(const void *)here[2];
    (all_plain(m, a, stride[1], b, stride[2]) ? plain_pow_f32 : any_pow_f32)(m, here, stride);
  }
}

BINARY(double, general_pow_f64, pow(u, v))

/* The exponents that occur most need no pow. */
#define POW(type, t, root)                                                                \
  BALBOA_CLONES static void square_##t(int64_t n, const type *a, type *out) {             \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { out[i] = a[i] * a[i]; }                  \
  }                                                                                       \
  BALBOA_CLONES static void root_##t(int64_t n, const type *a, type *out) {               \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                          \
      const type u = a[i];                                                                \
      out[i] = u == -(type)INFINITY ? (type)INFINITY : root(u + (type)0);                 \
    }                                                                                     \
  }                                                                                       \
  static void pow_##t(int64_t n, char *const *pointer, const int64_t *stride) {            \
    const type *a = (const type *)(const void *)pointer[1];                                \
    const type *b = (const type *)(const void *)pointer[2];                                \
    if (stride[1] == 1 && stride[2] == 0 && b[0] == (type)2) {                             \
      square_##t(n, a, (type *)(void *)pointer[0]);                                        \
    } else if (stride[1] == 1 && stride[2] == 0 && b[0] == (type)0.5) {                    \
      root_##t(n, a, (type *)(void *)pointer[0]);                                          \
    } else {                                                                              \
      general_pow_##t(n, pointer, stride);                                                 \
    }                                                                                     \
  }

POW(float, f32, sqrtf)
POW(double, f64, sqrt)

bk_row_fn bk_binary(int32_t dtype, int32_t kind) {
  static const bk_row_fn rows[8][7] = {
      {add_f32, sub_f32, mul_f32, div_f32, max_f32, min_f32, pow_f32},
      {add_f64, sub_f64, mul_f64, div_f64, max_f64, min_f64, pow_f64},
      {add_i32, sub_i32, mul_i32, div_i32, max_i32, min_i32, NULL},
      {add_i64, sub_i64, mul_i64, div_i64, max_i64, min_i64, NULL},
      {add_u8, sub_u8, mul_u8, div_u8, max_u8, min_u8, NULL},
      {NULL, NULL, NULL, NULL, NULL, NULL, NULL},
      {NULL, NULL, NULL, NULL, NULL, NULL, NULL},
      {add_i8, sub_i8, mul_i8, div_i8, max_i8, min_i8, NULL},
  };
  const int known = dtype >= BALBOA_F32 && dtype <= BALBOA_I8 && kind >= BALBOA_ADD && kind <= BALBOA_POW;
  if (known && rows[dtype][kind] != NULL) {
    return rows[dtype][kind];
  }
  return dtype == BALBOA_F32 || dtype == BALBOA_F64 ? bk_binary_math(dtype, kind) : bk_binary_integer(dtype, kind);
}

int32_t balboa_binary(int32_t dtype, int32_t kind, int32_t ndim, const int64_t *dims, const void *a,
                      const int64_t *a_strides, const void *b, const int64_t *b_strides, void *out) {
  const bk_row_fn row = bk_binary(dtype, kind);
  BK_CHECK(row != NULL, BALBOA_ERR_KIND);
  const int32_t size = bk_dtype_size(dtype);
  const int32_t sizes[3] = {size, size, size};
  const void *const inputs[2] = {a, b};
  const int64_t *const strides[2] = {a_strides, b_strides};
  return bk_walk_run(3, sizes, ndim, dims, out, inputs, strides, kind >= BALBOA_POW ? BK_GRAIN_MATH : BK_GRAIN_CHEAP,
                     row);
}
