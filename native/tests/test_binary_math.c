/* Angles, lengths, quotients and remainders of f32 and f64 against the C library, specials included; those of integers. */
#include "check.h"

static double floor_mod(double a, double b) {
  const double r = fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

/* Powers, remainders and floor division of all pairs of bytes, and the same numbers in the wider types. */
static void check_integers(void) {
  enum { N = 256 * 256 };
  int8_t *a8 = NEW(int8_t, N), *b8 = NEW(int8_t, N), *y8 = NEW(int8_t, N);
  uint8_t *yu = NEW(uint8_t, N);
  int32_t *a32 = NEW(int32_t, N), *b32 = NEW(int32_t, N), *y32 = NEW(int32_t, N);
  int64_t *a64 = NEW(int64_t, N), *b64 = NEW(int64_t, N), *y64 = NEW(int64_t, N);
  for (int i = 0; i < N; i++) {
    a64[i] = a32[i] = a8[i] = (int8_t)(i / 256 - 128);
    b64[i] = b32[i] = b8[i] = (int8_t)(i % 256 - 128);
  }
  const int64_t dims[1] = {N}, strides[1] = {1};
  static const int32_t kinds[] = {BALBOA_POW, BALBOA_REMAINDER, BALBOA_FMOD, BALBOA_FLOOR_DIVIDE};
  for (int k = 0; k < 4; k++) {
    const int32_t kind = kinds[k];
    EXPECT_OK(balboa_binary(BALBOA_I8, kind, 1, dims, a8, strides, b8, strides, y8));
    EXPECT_OK(balboa_binary(BALBOA_U8, kind, 1, dims, a8, strides, b8, strides, yu));
    EXPECT_OK(balboa_binary(BALBOA_I32, kind, 1, dims, a32, strides, b32, strides, y32));
    EXPECT_OK(balboa_binary(BALBOA_I64, kind, 1, dims, a64, strides, b64, strides, y64));
    for (int i = 0; i < N; i++) {
      const int64_t a = a64[i], b = b64[i];
      const uint64_t au = (uint8_t)a8[i], bu = (uint8_t)b8[i];
      uint64_t want = 1, unsigned_want = 1; /* modulo 2^64 */
      if (kind == BALBOA_POW) {
        for (int64_t n = 0; n < b; n++) want *= (uint64_t)a;
        for (uint64_t n = 0; n < bu; n++) unsigned_want *= au;
        want = b >= 0 ? want : a == 1 ? 1u : a == -1 ? (b % 2 != 0 ? (uint64_t)-1 : 1u) : 0u;
      } else {
        const double q = b == 0 ? 0 : (double)a / (double)b;
        const int64_t floored = (int64_t)floor(q);
        want = kind == BALBOA_FLOOR_DIVIDE ? (uint64_t)floored
               : b == 0                    ? 0u
               : kind == BALBOA_REMAINDER  ? (uint64_t)(a - b * floored)
                                           : (uint64_t)(a - b * (int64_t)q);
        unsigned_want = bu == 0 ? 0 : kind == BALBOA_FLOOR_DIVIDE ? au / bu : au % bu;
      }
      EXPECT(y8[i] == (int8_t)want, "kind %d of i8 %d and %d: %d", kind, a8[i], b8[i], y8[i]);
      EXPECT(y32[i] == (int32_t)want, "kind %d of i32 %d and %d: %d", kind, a32[i], b32[i], y32[i]);
      EXPECT(y64[i] == (int64_t)want, "kind %d of i64 %d and %d", kind, a32[i], b32[i]);
      EXPECT(yu[i] == (uint8_t)unsigned_want, "kind %d of u8 %d and %d: %d", kind, (int)au, (int)bu, yu[i]);
    }
  }
  const int64_t least[1] = {INT64_MIN}, minus[1] = {-1}, one[1] = {1};
  int64_t y[1];
  EXPECT_OK(balboa_binary(BALBOA_I64, BALBOA_FLOOR_DIVIDE, 1, one, least, strides, minus, strides, y));
  EXPECT(y[0] == INT64_MIN, "the smallest number over -1 is not itself");
  EXPECT_OK(balboa_binary(BALBOA_I64, BALBOA_FMOD, 1, one, least, strides, minus, strides, y));
  EXPECT(y[0] == 0, "the remainder of the smallest number over -1 is not 0");
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_binary(BALBOA_I32, BALBOA_ATAN2, 1, dims, a32, strides, b32, strides, y32));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_binary(BALBOA_U8, 12, 1, dims, a8, strides, b8, strides, yu));
  release(a8), release(b8), release(y8), release(yu), release(a32), release(b32), release(y32);
  release(a64), release(b64), release(y64);
}

int main(void) {
  check_integers();
  static const double special[] = {0.0, -0.0, 1.0, -1.0, 0.5, -3.0, 7.25, 1e30, -1e-30, INFINITY, -INFINITY, NAN};
  enum { SPECIALS = sizeof special / sizeof special[0], N = SPECIALS * SPECIALS + 5000 };
  float *a = NEW(float, N), *b = NEW(float, N), *y = NEW(float, N);
  double *a64 = NEW(double, N), *b64 = NEW(double, N), *y64 = NEW(double, N);
  for (int i = 0; i < N; i++) {
    const int fixed = i < SPECIALS * SPECIALS;
    a[i] = (float)(fixed ? special[i / SPECIALS] : next_uniform(-50, 50));
    b[i] = (float)(fixed ? special[i % SPECIALS] : next_uniform(-5, 5));
    a64[i] = (double)a[i];
    b64[i] = (double)b[i];
  }
  const int64_t dims[1] = {N}, strides[1] = {1};
  for (int32_t kind = BALBOA_ATAN2; kind <= BALBOA_FLOOR_DIVIDE; kind++) {
    EXPECT_OK(balboa_binary(BALBOA_F32, kind, 1, dims, a, strides, b, strides, y));
    EXPECT_OK(balboa_binary(BALBOA_F64, kind, 1, dims, a64, strides, b64, strides, y64));
    for (int i = 0; i < N; i++) {
      const double u = a64[i], v = b64[i];
      double want = y64[i];
      switch (kind) {
        case BALBOA_ATAN2: want = atan2(u, v); break;
        case BALBOA_HYPOT: want = hypot(u, v); break;
        case BALBOA_REMAINDER: want = floor_mod(u, v); break;
        case BALBOA_FMOD: want = fmod(u, v); break;
        default: want = fabs(u) < 1e3 && fabs(v) > 1e-3 && fabs(v) < 1e3 ? floor(u / v) : want; break;
      }
      EXPECT(ulp_error(y[i], want) <= 0.51, "kind %d of %g and %g: %g is not %g", kind, u, v, (double)y[i], want);
      EXPECT(near_rel(y64[i], want, 1e-15, 0), "kind %d of %g and %g: %g is not %g", kind, u, v, y64[i], want);
    }
  }
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_binary(BALBOA_F32, 13, 1, dims, a, strides, b, strides, y));
  release(a), release(b), release(y), release(a64), release(b64), release(y64);
  return check_done("binary_math");
}
