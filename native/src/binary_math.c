/* out = f(a, b) with broadcasting: angles, lengths, quotients, remainders and sums of exponentials of f32 and f64. */
#include "binary_math.h"

#include <math.h>
#include <string.h>

#include "dmath.h"
#include "vmath.h"

/* The angle between the nearer axis or diagonal and the point, by one division; axis and diagonal are added. */
BALBOA_INLINE double atan2_of_f32(double y, double x) {
  const double t = dabs(y), u = dabs(x);
  const int steep = t > u;
  const double small = steep ? u : t, large = steep ? t : u;
  const int diagonal = small > 0.41421356237309503 * large || small == (double)INFINITY;
  const double top = diagonal ? small - large : small, bottom = diagonal ? small + large : large;
  const double ratio = small == large ? 0.0 : top / bottom; /* zeros and infinities, too */
  const double near = (diagonal ? 0.78539816339744831 : 0.0) + datan_small(ratio);
  const double angle = steep ? 1.5707963267948966 - near : near;
  return dcopysign(dbits(x) >> 63 ? 3.14159265358979324 - angle : angle, y);
}

BALBOA_INLINE double hypot_of_f32(double a, double b) {
  const int infinite = dabs(a) == (double)INFINITY || dabs(b) == (double)INFINITY;
  return infinite ? (double)INFINITY : sqrt(a * a + b * b);
}

/* The larger one, and log(1 + exp(-d)) of the difference; the same infinity twice has none. */
BALBOA_INLINE float log_add_exp_of_f32(float a, float b) {
  const float d = a == b ? 0.0f : vabs(a - b);
  const float y = (a > b ? a : b) + vlog1p_unit(vexp_negative(-d));
  return d == d ? y : a + b;
}

static double log_add_exp_of_f64(double a, double b) {
  const double d = a == b ? 0.0 : fabs(a - b);
  return d == d ? (a > b ? a : b) + log1p(exp(-d)) : a + b;
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

/* The three for f32 with a quotient below 2^24 in magnitude, which is then exact when it is truncated, as are its product
 * with b and the difference. */
BALBOA_INLINE double fmod_near(double q, double a, double b) { return dcopysign(a - trunc(q) * b, a); }

BALBOA_INLINE double floor_mod_near(double q, double a, double b) {
  const double r = a - trunc(q) * b;
  return r == 0.0 ? dcopysign(0.0, b) : ((r < 0.0) != (b < 0.0) ? r + b : r);
}

BALBOA_INLINE double floor_div_near(double q, double a, double b) {
  const double w = trunc(q), r = a - w * b;
  const double f = r != 0.0 && (r < 0.0) != (b < 0.0) ? w - 1.0 : w;
  return f == 0.0 ? dcopysign(0.0, q) : f;
}

/* Rows of a remainder in pieces: without branches, and again by the C library where a quotient is too large or NaN. */
#define REMAINDER(name, near, far)                                                                                  \
  BALBOA_CLONES static int name##_near(int64_t n, const float *a, int64_t sa, const float *b, int64_t sb,           \
                                       float *out) {                                                                \
    int beyond = 0;                                                                                                 \
    if (sa == 1 && sb == 1) {                                                                                       \
      BALBOA_SIMD_REDUCE(|, beyond) for (int64_t i = 0; i < n; i++) {                                               \
        const double u = (double)a[i], v = (double)b[i], q = u / v;                                                 \
        beyond |= !(dabs(q) < 16777216.0);                                                                          \
        out[i] = (float)near(q, u, v);                                                                              \
      }                                                                                                             \
    } else {                                                                                                        \
      BALBOA_SIMD_REDUCE(|, beyond) for (int64_t i = 0; i < n; i++) {                                               \
        const double u = (double)a[i * sa], v = (double)b[i * sb], q = u / v;                                       \
        beyond |= !(dabs(q) < 16777216.0);                                                                          \
        out[i] = (float)near(q, u, v);                                                                              \
      }                                                                                                             \
    }                                                                                                               \
    return !beyond;                                                                                                 \
  }                                                                                                                 \
  static void name(int64_t n, char *const *pointer, const int64_t *stride) {                                        \
    enum { PIECE = 512 };                                                                                           \
    const float *a = (const float *)(const void *)pointer[1], *b = (const float *)(const void *)pointer[2];         \
    float *out = (float *)(void *)pointer[0], piece[PIECE];                                                         \
    for (int64_t from = 0; from < n; from += PIECE) {                                                               \
      const int64_t m = bk_min(PIECE, n - from);                                                                    \
      const float *u = a + from * stride[1], *v = b + from * stride[2];                                             \
      if (name##_near(m, u, stride[1], v, stride[2], piece)) {                                                      \
        memcpy(out + from, piece, (size_t)m * sizeof(float));                                                       \
        continue;                                                                                                   \
      }                                                                                                             \
      for (int64_t i = 0; i < m; i++) {                                                                             \
        out[from + i] = (float)far((double)u[i * stride[1]], (double)v[i * stride[2]]);                             \
      }                                                                                                             \
    }                                                                                                               \
  }

BINARY(float, atan2_f32, atan2_of_f32((double)u, (double)v))
BINARY(float, hypot_f32, hypot_of_f32((double)u, (double)v))
REMAINDER(remainder_f32, floor_mod_near, floor_mod)
REMAINDER(fmod_f32, fmod_near, fmod)
REMAINDER(floor_divide_f32, floor_div_near, floor_div)
BINARY(float, log_add_exp_f32, log_add_exp_of_f32(u, v))
BINARY(double, log_add_exp_f64, log_add_exp_of_f64(u, v))
BINARY(double, atan2_f64, atan2(u, v))
BINARY(double, hypot_f64, hypot(u, v))
BINARY(double, remainder_f64, floor_mod(u, v))
BINARY(double, fmod_f64, fmod(u, v))
BINARY(double, floor_divide_f64, floor_div(u, v))

bk_row_fn bk_binary_math(int32_t dtype, int32_t kind) {
  static const bk_row_fn rows[2][6] = {
      {atan2_f32, hypot_f32, remainder_f32, fmod_f32, floor_divide_f32, log_add_exp_f32},
      {atan2_f64, hypot_f64, remainder_f64, fmod_f64, floor_divide_f64, log_add_exp_f64}};
  const int known = (dtype == BALBOA_F32 || dtype == BALBOA_F64) && kind >= BALBOA_ATAN2 && kind <= BALBOA_LOG_ADD_EXP;
  return known ? rows[dtype][kind - BALBOA_ATAN2] : NULL;
}
