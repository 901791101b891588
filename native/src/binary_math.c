/* out = f(a, b) with broadcasting: angles, lengths, quotients and remainders of f32 and f64. */
#include "binary_math.h"

#include <math.h>

#include "dmath.h"

/* One row of out[i] = f(u, v). */
#define BINARY(type, name, expression)                                                        \
  BALBOA_CLONES static void name(int64_t n, char *const *pointer, const int64_t *stride) {     \
    type *out = (type *)(void *)pointer[0];                                                    \
    const type *a = (const type *)(const void *)pointer[1];                                    \
    const type *b = (const type *)(const void *)pointer[2];                                    \
    const int64_t sa = stride[1], sb = stride[2];                                              \
    if (sa == 1 && sb == 1) {                                                                  \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                            \
        const type u = a[i], v = b[i];                                                         \
        out[i] = (type)(expression);                                                           \
      }                                                                                        \
    } else {                                                                                   \
      for (int64_t i = 0; i < n; i++) {                                                        \
        const type u = a[i * sa], v = b[i * sb];                                               \
        out[i] = (type)(expression);                                                           \
      }                                                                                        \
    }                                                                                          \
  }

BALBOA_INLINE double atan2_of_f32(double y, double x) {
  const double t = dabs(y), u = dabs(x);
  const double ratio = t == u && t == t ? 1.0 : t / u; /* infinities of equal size, too */
  const double angle = datan(t == 0.0 && u == 0.0 ? 0.0 : ratio);
  return dcopysign(dbits(x) >> 63 ? 3.14159265358979324 - angle : angle, y);
}

BALBOA_INLINE double hypot_of_f32(double a, double b) {
  const int infinite = dabs(a) == (double)INFINITY || dabs(b) == (double)INFINITY;
  return infinite ? (double)INFINITY : sqrt(a * a + b * b);
}

/* The remainder with the sign of b. */
static double floor_mod(double a, double b) {
  const double r = fmod(a, b);
  return r == 0.0 ? copysign(0.0, b) : ((r < 0.0) != (b < 0.0) ? r + b : r);
}

/* The largest integer not above the exact quotient, as Python's float // float. */
static double floor_div(double a, double b) {
  if (b == 0.0) {
    return a / b;
  }
  const double r = fmod(a, b);
  double q = (a - r) / b;
  if (r != 0.0 && (r < 0.0) != (b < 0.0)) {
    q -= 1.0;
  }
  const double f = floor(q);
  return q == 0.0 ? copysign(0.0, a / b) : (q - f > 0.5 ? f + 1.0 : f);
}

static float floor_mod_f32(float a, float b) { return (float)floor_mod((double)a, (double)b); }

static float floor_div_f32(float a, float b) { return (float)floor_div((double)a, (double)b); }

BINARY(float, atan2_f32, atan2_of_f32((double)u, (double)v))
BINARY(float, hypot_f32, hypot_of_f32((double)u, (double)v))
BINARY(float, remainder_f32, floor_mod_f32(u, v))
BINARY(float, fmod_f32, fmodf(u, v))
BINARY(float, floor_divide_f32, floor_div_f32(u, v))
BINARY(double, atan2_f64, atan2(u, v))
BINARY(double, hypot_f64, hypot(u, v))
BINARY(double, remainder_f64, floor_mod(u, v))
BINARY(double, fmod_f64, fmod(u, v))
BINARY(double, floor_divide_f64, floor_div(u, v))

bk_row_fn bk_binary_math(int32_t dtype, int32_t kind) {
  static const bk_row_fn rows[2][5] = {{atan2_f32, hypot_f32, remainder_f32, fmod_f32, floor_divide_f32},
                                       {atan2_f64, hypot_f64, remainder_f64, fmod_f64, floor_divide_f64}};
  const int known = (dtype == BALBOA_F32 || dtype == BALBOA_F64) && kind >= BALBOA_ATAN2 && kind <= BALBOA_FLOOR_DIVIDE;
  return known ? rows[dtype][kind - BALBOA_ATAN2] : NULL;
}
