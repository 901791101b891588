/*
 * Elementary functions in f64 arithmetic, without branches, good to about 1e-11: their results rounded to f32 are within
 * 0.51 ulp. For functions that would lose digits in f32 arithmetic. Polynomials are Taylor series, or minimax where their
 * coefficients are decimal.
 */
#ifndef BALBOA_DMATH_H
#define BALBOA_DMATH_H

#include <math.h>
#include <stdint.h>

#include "platform.h"

BALBOA_INLINE uint64_t dbits(double x) {
  union {
    double d;
    uint64_t u;
  } v = {x};
  return v.u;
}

BALBOA_INLINE double ddouble(uint64_t u) {
  union {
    uint64_t u;
    double d;
  } v = {u};
  return v.d;
}

BALBOA_INLINE double dabs(double x) { return ddouble(dbits(x) & 0x7fffffffffffffffu); }

BALBOA_INLINE double dcopysign(double x, double s) {
  return ddouble((dbits(x) & 0x7fffffffffffffffu) | (dbits(s) & 0x8000000000000000u));
}

/* Adding 1.5 * 2^52 rounds to an integer, which then stands in the low mantissa bits. */
#define D_ROUND 6755399441055744.0

/* exp(x) for |x| <= 700; larger ones as at 700. */
BALBOA_INLINE double dexp(double x) {
  double c = x < -700.0 ? -700.0 : x;
  c = c > 700.0 ? 700.0 : c;
  const double t = c * 1.4426950408889634 + D_ROUND;
  const double n = t - D_ROUND;
  const double r = (c - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
  double p = r * (1.0 / 362880) + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = (p * r + 1.0) * r + 1.0;
  return p * ddouble((dbits(t) - dbits(D_ROUND) + 1023u) << 52);
}

/* log(x) for a positive normal finite x. */
BALBOA_INLINE double dlog(double x) {
  const uint64_t i = dbits(x) - 0x3fe6a09e667f3bcdu; /* sqrt(1/2) */
  const uint64_t biased = (i + 0x4000000000000000u) >> 52; /* exponent + 1024 */
  const double e = ddouble(biased | 0x4330000000000000u) - (4503599627370496.0 + 1024.0);
  const double f = ddouble((i & 0xfffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double p = z * (1.0 / 15) + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  return e * 0.69314718055994531 + 2.0 * s * (p * z + 1.0);
}

/* sin(x) for 0 <= x <= pi/2, to the last bits. */
BALBOA_INLINE double dsin_quarter(double x) {
  const double z = x * x;
  double p = z * (1.0 / 51090942171709440000.0) - 1.0 / 121645100408832000.0;
  p = p * z + 1.0 / 355687428096000.0;
  p = p * z - 1.0 / 1307674368000.0;
  p = p * z + 1.0 / 6227020800.0;
  p = p * z - 1.0 / 39916800;
  p = p * z + 1.0 / 362880;
  p = p * z - 1.0 / 5040;
  p = p * z + 1.0 / 120;
  p = p * z - 1.0 / 6;
  return p * z * x + x;
}

/* atan(u) for |u| <= tan(pi/8). */
BALBOA_INLINE double datan_small(double u) {
  const double z = u * u;
  double p = -0.040432248258871612 * z + 0.071353251223306783;
  p = p * z - 0.090289835003504621;
  p = p * z + 0.11107495135714473;
  p = p * z - 0.14285612511387016;
  p = p * z + 0.19999998917288582;
  p = p * z - 0.33333333331440731;
  return p * z * u + u;
}

/* atan(x) for every x. */
BALBOA_INLINE double datan(double x) {
  const double t = dabs(x);
  const int large = t > 2.4142135623730950, middle = t > 0.41421356237309503;
  const double top = large ? -1.0 : (middle ? t - 1.0 : t);
  const double bottom = large ? t : (middle ? t + 1.0 : 1.0);
  const double base = large ? 1.5707963267948966 : (middle ? 0.78539816339744831 : 0.0);
  return dcopysign(base + datan_small(top / bottom), x);
}

/* asin(s) for 0 <= s <= 1/2, z = s^2. */
BALBOA_INLINE double dasin_small(double s, double z) {
  double p = 0.029305239705335789 * z + 0.0054431851027481071;
  p = p * z + 0.019306260869368044;
  p = p * z + 0.022132443623426793;
  p = p * z + 0.030397634130580702;
  p = p * z + 0.044642358484883195;
  p = p * z + 0.075000005988290491;
  p = p * z + 0.16666666665495086;
  return p * z * s + s;
}

/* asin(t) = pi/2 - 2 asin(sqrt((1 - t) / 2)) above 1/2; NaN for |x| > 1. */
BALBOA_INLINE double dasin(double x) {
  const double t = dabs(x);
  const int large = t > 0.5;
  const double z = large ? 0.5 * (1.0 - t) : t * t;
  const double p = dasin_small(large ? sqrt(z) : t, z);
  return dcopysign(large ? 1.5707963267948966 - 2.0 * p : p, x);
}

BALBOA_INLINE double dacos(double x) {
  const double t = dabs(x);
  const int large = t > 0.5;
  const double z = large ? 0.5 * (1.0 - t) : t * t;
  const double p = dasin_small(large ? sqrt(z) : t, z);
  const double outer = x > 0.0 ? 2.0 * p : 3.1415926535897932 - 2.0 * p;
  return large ? outer : 1.5707963267948966 - dcopysign(p, x);
}

BALBOA_INLINE double dsinh(double x) {
  const double t = dabs(x);
  const double e = dexp(t);
  const double z = x * x;
  double p = z * (1.0 / 1307674368000.0) + 1.0 / 6227020800.0;
  p = p * z + 1.0 / 39916800;
  p = p * z + 1.0 / 362880;
  p = p * z + 1.0 / 5040;
  p = p * z + 1.0 / 120;
  p = p * z + 1.0 / 6;
  const double large = dcopysign(0.5 * (e - 1.0 / e), x);
  return t < 1.0 ? p * z * x + x : large;
}

BALBOA_INLINE double dcosh(double x) {
  const double e = dexp(dabs(x));
  return 0.5 * (e + 1.0 / e);
}

/* For |x| <= 1e60 or so: what f32 holds. */
BALBOA_INLINE double dasinh(double x) {
  const double t = dabs(x);
  const double z = t * t;
  const double small = ((-0.044642857142857144 * z + 0.075) * z - 0.16666666666666666) * z * t + t;
  const double large = dlog(t + sqrt(z + 1.0));
  return dcopysign(t < 0.01 ? small : large, x);
}

/* For 1 <= x <= 1e60. */
BALBOA_INLINE double dacosh(double x) { return dlog(x + sqrt((x - 1.0) * (x + 1.0))); }

/* For |x| < 1. */
BALBOA_INLINE double datanh(double x) {
  const double t = dabs(x);
  const double z = t * t;
  const double small = ((z * (1.0 / 7) + 1.0 / 5) * z + 1.0 / 3) * z * t + t;
  const double large = 0.5 * dlog((1.0 + t) / (1.0 - t));
  return dcopysign(t < 0.01 ? small : large, x);
}

/* x - tanh(x) without cancellation: from tanh's continued fraction x / (1 + x^2 / (3 + x^2 / (5 + ...))). */
BALBOA_INLINE double dtanh_shrink(double x) {
  const double t = dabs(x);
  const double z = t < 1.0 ? t * t : 1.0;
  double k = 13.0;
  k = 11.0 + z / k;
  k = 9.0 + z / k;
  k = 7.0 + z / k;
  k = 5.0 + z / k;
  k = z / (3.0 + z / k);
  const double large = t - 1.0 + 2.0 / (dexp(2.0 * t) + 1.0);
  return dcopysign(t < 1.0 ? t * (k / (1.0 + k)) : large, x);
}

/* tan(x) for |x| <= 2^20 or NaN. */
BALBOA_INLINE double dtan(double x) {
  const double t = x * 0.63661977236758134 + D_ROUND;
  const double n = t - D_ROUND;
  const double r = (x - n * 1.5707963267341256) - n * 6.077100506506192e-11;
  const double z = r * r;
  double s = z * (-1.0 / 1307674368000.0) + 1.0 / 6227020800.0;
  s = s * z - 1.0 / 39916800;
  s = s * z + 1.0 / 362880;
  s = s * z - 1.0 / 5040;
  s = s * z + 1.0 / 120;
  s = s * z - 1.0 / 6;
  s = s * z * r + r;
  double c = z * (1.0 / 20922789888000.0) - 1.0 / 87178291200.0;
  c = c * z + 1.0 / 479001600;
  c = c * z - 1.0 / 3628800;
  c = c * z + 1.0 / 40320;
  c = c * z - 1.0 / 720;
  c = c * z + 1.0 / 24;
  c = c * z - 0.5;
  c = c * z + 1.0;
  const int odd = (int)(dbits(t) & 1u);
  return (odd ? -c : s) / (odd ? s : c);
}

/* |x|^p for a finite p that is not 0 and |x| of f32's range; 0 and infinity as C99 Annex F says. */
BALBOA_INLINE double dpow_abs(double t, double p) {
  const int up = p > 0.0;
  const double y = dexp(p * dlog(t));
  const double at_zero = up ? 0.0 : INFINITY, at_infinity = up ? INFINITY : 0.0;
  const double z = t == 0.0 ? at_zero : (t == INFINITY ? at_infinity : y);
  return t == t ? z : t;
}

#endif
