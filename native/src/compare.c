/* Comparisons, logic on bools, and selection, with broadcasting. */
#include "walk.h"

#define LOOPS(type, expression)                            \
  if (sa == 1 && sb == 1) {                                \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {          \
      const type u = a[i], v = b[i];                       \
      out[i] = (uint8_t)(expression);                      \
    }                                                      \
  } else if (sa == 1 && sb == 0) {                         \
    const type v = b[0];                                   \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {          \
      const type u = a[i];                                 \
      out[i] = (uint8_t)(expression);                      \
    }                                                      \
  } else if (sa == 0 && sb == 1) {                         \
    const type u = a[0];                                   \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {          \
      const type v = b[i];                                 \
      out[i] = (uint8_t)(expression);                      \
    }                                                      \
  } else {                                                 \
    for (int64_t i = 0; i < n; i++) {                      \
      const type u = a[i * sa], v = b[i * sb];             \
      out[i] = (uint8_t)(expression);                      \
    }                                                      \
  }

#define TO_BOOL(type, name, expression)                                                    \
  BALBOA_CLONES static void name(int64_t n, char *const *pointer, const int64_t *stride) {  \
    uint8_t *out = (uint8_t *)pointer[0];                                                   \
    const type *a = (const type *)(const void *)pointer[1];                                 \
    const type *b = (const type *)(const void *)pointer[2];                                 \
    const int64_t sa = stride[1], sb = stride[2];                                           \
    LOOPS(type, expression)                                                                 \
  }

#define COMPARE(type, t)        \
  TO_BOOL(type, eq_##t, u == v) \
  TO_BOOL(type, ne_##t, u != v) \
  TO_BOOL(type, lt_##t, u < v)  \
  TO_BOOL(type, le_##t, u <= v) \
  TO_BOOL(type, gt_##t, u > v)  \
  TO_BOOL(type, ge_##t, u >= v)

COMPARE(float, f32)
COMPARE(double, f64)
COMPARE(int32_t, i32)
COMPARE(int64_t, i64)
COMPARE(uint8_t, u8)
COMPARE(int8_t, i8)

TO_BOOL(uint8_t, and_u8, (u != 0) & (v != 0))
TO_BOOL(uint8_t, or_u8, (u | v) != 0)
TO_BOOL(uint8_t, xor_u8, (u != 0) ^ (v != 0))

static int32_t run(bk_row_fn row, int32_t size, int32_t ndim, const int64_t *dims, const void *a,
                   const int64_t *a_strides, const void *b, const int64_t *b_strides, uint8_t *out) {
  const int32_t sizes[3] = {1, size, size};
  const void *const inputs[2] = {a, b};
  const int64_t *const strides[2] = {a_strides, b_strides};
  return bk_walk_run(3, sizes, ndim, dims, out, inputs, strides, BK_GRAIN_CHEAP, row);
}

int32_t balboa_compare(int32_t dtype, int32_t kind, int32_t ndim, const int64_t *dims, const void *a,
                       const int64_t *a_strides, const void *b, const int64_t *b_strides, uint8_t *out) {
  static const bk_row_fn rows[8][6] = {
      {eq_f32, ne_f32, lt_f32, le_f32, gt_f32, ge_f32}, {eq_f64, ne_f64, lt_f64, le_f64, gt_f64, ge_f64},
      {eq_i32, ne_i32, lt_i32, le_i32, gt_i32, ge_i32}, {eq_i64, ne_i64, lt_i64, le_i64, gt_i64, ge_i64},
      {eq_u8, ne_u8, lt_u8, le_u8, gt_u8, ge_u8},       {eq_u8, ne_u8, lt_u8, le_u8, gt_u8, ge_u8},
      {NULL, NULL, NULL, NULL, NULL, NULL},             {eq_i8, ne_i8, lt_i8, le_i8, gt_i8, ge_i8},
  };
  BK_CHECK(bk_dtype_size(dtype) != 0 && dtype != BALBOA_BF16 && kind >= BALBOA_EQ && kind <= BALBOA_GE, BALBOA_ERR_KIND);
  return run(rows[dtype][kind], bk_dtype_size(dtype), ndim, dims, a, a_strides, b, b_strides, out);
}

int32_t balboa_logical(int32_t kind, int32_t ndim, const int64_t *dims, const uint8_t *a, const int64_t *a_strides,
                       const uint8_t *b, const int64_t *b_strides, uint8_t *out) {
  static const bk_row_fn rows[3] = {and_u8, or_u8, xor_u8};
  BK_CHECK(kind >= BALBOA_AND && kind <= BALBOA_XOR, BALBOA_ERR_KIND);
  return run(rows[kind], 1, ndim, dims, a, a_strides, b, b_strides, out);
}

#define WHERE(type, name)                                                                  \
  BALBOA_CLONES static void name(int64_t n, char *const *pointer, const int64_t *stride) {  \
    type *out = (type *)(void *)pointer[0];                                                 \
    const uint8_t *c = (const uint8_t *)pointer[1];                                         \
    const type *a = (const type *)(const void *)pointer[2];                                 \
    const type *b = (const type *)(const void *)pointer[3];                                 \
    const int64_t sc = stride[1], sa = stride[2], sb = stride[3];                           \
    if (sc == 1 && sa == 1 && sb == 1) {                                                    \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                         \
        const type u = a[i], v = b[i];                                                      \
        out[i] = c[i] != 0 ? u : v;                                                         \
      }                                                                                     \
    } else if (sc == 1 && sa == 1 && sb == 0) {                                             \
      const type v = b[0];                                                                  \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                         \
        const type u = a[i];                                                                \
        out[i] = c[i] != 0 ? u : v;                                                         \
      }                                                                                     \
    } else if (sc == 1 && sa == 0 && sb == 1) {                                             \
      const type u = a[0];                                                                  \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                         \
        const type v = b[i];                                                                \
        out[i] = c[i] != 0 ? u : v;                                                         \
      }                                                                                     \
    } else {                                                                                \
      for (int64_t i = 0; i < n; i++) {                                                     \
        out[i] = c[i * sc] != 0 ? a[i * sa] : b[i * sb];                                    \
      }                                                                                     \
    }                                                                                       \
  }

/* Bits are moved, not numbers. */
WHERE(uint8_t, where_8)
WHERE(uint16_t, where_16)
WHERE(uint32_t, where_32)
WHERE(uint64_t, where_64)

int32_t balboa_where(int32_t elem_size, int32_t ndim, const int64_t *dims, const uint8_t *cond,
                     const int64_t *cond_strides, const void *a, const int64_t *a_strides, const void *b,
                     const int64_t *b_strides, void *out) {
  const bk_row_fn row = elem_size == 1   ? where_8
                        : elem_size == 2 ? where_16
                        : elem_size == 4 ? where_32
                        : elem_size == 8 ? where_64
                                         : NULL;
  BK_CHECK(row != NULL, BALBOA_ERR_KIND);
  const int32_t sizes[4] = {elem_size, 1, elem_size, elem_size};
  const void *const inputs[3] = {cond, a, b};
  const int64_t *const strides[3] = {cond_strides, a_strides, b_strides};
  return bk_walk_run(4, sizes, ndim, dims, out, inputs, strides, BK_GRAIN_CHEAP, row);
}
