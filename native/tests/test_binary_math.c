/* Angles, lengths, quotients and remainders of f32 and f64 against the C library, specials included. */
#include "check.h"

static double floor_mod(double a, double b) {
  const double r = fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

int main(void) {
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
    EXPECT_STATUS(BALBOA_ERR_KIND, balboa_binary(BALBOA_I32, kind, 1, dims, a, strides, b, strides, y));
  }
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_binary(BALBOA_F32, 12, 1, dims, a, strides, b, strides, y));
  release(a), release(b), release(y), release(a64), release(b64), release(y64);
  return check_done("binary_math");
}
