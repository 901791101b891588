/* out = f(a, b) with broadcasting: powers, remainders and floor division of integers. */
#include "binary_math.h"

/* One row of out[i] = f(a[i], b[i]). */
#define ROW(type, name)                                                                    \
  static void name##_row(int64_t n, char *const *pointer, const int64_t *stride) {          \
    type *out = (type *)(void *)pointer[0];                                                 \
    const type *a = (const type *)(const void *)pointer[1];                                 \
    const type *b = (const type *)(const void *)pointer[2];                                 \
    for (int64_t i = 0; i < n; i++) {                                                       \
      out[i] = name(a[i * stride[1]], b[i * stride[2]]);                                    \
    }                                                                                       \
  }

/* By squaring, in unsigned arithmetic, which wraps. A negative exponent leaves nothing of other bases than 1 and -1. */
#define POWER(type, wide, t)                                                               \
  static type pow_##t(type a, type b) {                                                     \
    if (b < 0) {                                                                            \
      return (type)(a == 1 ? 1 : a == (type)-1 ? (b % 2 != 0 ? -1 : 1) : 0);                \
    }                                                                                       \
    wide base = (wide)a, result = 1;                                                        \
    for (wide n = (wide)b; n != 0; n >>= 1) {                                               \
      result = n & 1 ? (wide)(result * base) : result;                                      \
      base = (wide)(base * base);                                                           \
    }                                                                                       \
    return (type)result;                                                                    \
  }                                                                                         \
  ROW(type, pow_##t)

/* The smallest number over -1 would overflow; over 0 all are 0, as in NumPy. */
#define SIGNED_QUOTIENTS(type, wide, t)                                                    \
  static type fmod_##t(type a, type b) { return (type)(b == 0 || b == -1 ? 0 : a % b); }    \
  static type remainder_##t(type a, type b) {                                               \
    const type r = fmod_##t(a, b);                                                          \
    return (type)(r != 0 && (r < 0) != (b < 0) ? r + b : r);                                \
  }                                                                                         \
  static type floor_divide_##t(type a, type b) {                                            \
    if (b == 0 || b == -1) {                                                                \
      return (type)(b == 0 ? 0 : 0 - (wide)a);                                              \
    }                                                                                       \
    const type q = (type)(a / b);                                                           \
    return (type)(a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q);                            \
  }                                                                                         \
  ROW(type, fmod_##t)                                                                       \
  ROW(type, remainder_##t)                                                                  \
  ROW(type, floor_divide_##t)

POWER(int32_t, uint32_t, i32)
POWER(int64_t, uint64_t, i64)
POWER(int8_t, uint32_t, i8)
SIGNED_QUOTIENTS(int32_t, uint32_t, i32)
SIGNED_QUOTIENTS(int64_t, uint64_t, i64)
SIGNED_QUOTIENTS(int8_t, uint32_t, i8)

static uint8_t pow_u8(uint8_t a, uint8_t b) {
  uint32_t base = a, result = 1;
  for (uint32_t n = b; n != 0; n >>= 1) {
    result = n & 1 ? result * base : result;
    base *= base;
  }
  return (uint8_t)result;
}

static uint8_t fmod_u8(uint8_t a, uint8_t b) { return (uint8_t)(b == 0 ? 0 : a % b); }

static uint8_t floor_divide_u8(uint8_t a, uint8_t b) { return (uint8_t)(b == 0 ? 0 : a / b); }

ROW(uint8_t, pow_u8)
ROW(uint8_t, fmod_u8)
ROW(uint8_t, floor_divide_u8)

bk_row_fn bk_binary_integer(int32_t dtype, int32_t kind) {
  int row;
  switch (dtype) {
    case BALBOA_I32: row = 0; break;
    case BALBOA_I64: row = 1; break;
    case BALBOA_U8: row = 2; break;
    case BALBOA_I8: row = 3; break;
    default: return NULL;
  }
  static const bk_row_fn rows[4][4] = {
      {pow_i32_row, remainder_i32_row, fmod_i32_row, floor_divide_i32_row},
      {pow_i64_row, remainder_i64_row, fmod_i64_row, floor_divide_i64_row},
      {pow_u8_row, fmod_u8_row, fmod_u8_row, floor_divide_u8_row},
      {pow_i8_row, remainder_i8_row, fmod_i8_row, floor_divide_i8_row},
  };
  switch (kind) {
    case BALBOA_POW: return rows[row][0];
    case BALBOA_REMAINDER: return rows[row][1];
    case BALBOA_FMOD: return rows[row][2];
    case BALBOA_FLOOR_DIVIDE: return rows[row][3];
    default: return NULL;
  }
}
