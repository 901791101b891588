/*
 * Elementary functions in f32 without branches, written so that a loop around them is vectorised.
 *
 * Errors against correctly rounded results are at most 4 ulp (most below 2) over the whole range, denormals included;
 * NaN and infinities behave as C99 Annex F says. The tests measure it. Polynomials are minimax fits (Remez exchange in
 * 40 digits) of the quotient named beside them; range reductions are Cody and Waite, "Software Manual for the
 * Elementary Functions" (1980).
 */
#ifndef BALBOA_VMATH_H
#define BALBOA_VMATH_H

#include <math.h>
#include <stdint.h>

#include "platform.h"

BALBOA_INLINE uint32_t vbits(float x) {
  union {
    float f;
    uint32_t u;
  } v = {x};
  return v.u;
}

BALBOA_INLINE float vfloat(uint32_t u) {
  union {
    uint32_t u;
    float f;
  } v = {u};
  return v.f;
}

BALBOA_INLINE float vabs(float x) { return vfloat(vbits(x) & 0x7fffffffu); }

/* The magnitude of x with the sign of s. */
BALBOA_INLINE float vcopysign(float x, float s) { return vfloat((vbits(x) & 0x7fffffffu) | (vbits(s) & 0x80000000u)); }

/* 2^e for -126 <= e <= 127. */
BALBOA_INLINE float vpow2(int32_t e) { return vfloat((uint32_t)(e + 127) << 23); }

/* Adding 1.5 * 2^23 rounds to an integer, which then stands in the low mantissa bits. */
#define V_ROUND 12582912.0f
#define V_LOG2E 1.44269504f
#define V_LN2_HI 0.693359375f     /* 9 bits: n * V_LN2_HI is exact */
#define V_LN2_LO -2.12194440e-4f

typedef struct {
  float r;   /* x - n ln 2 */
  int32_t n; /* nearest integer to x / ln 2 */
} vexp_parts;

BALBOA_INLINE vexp_parts vexp_reduce(float x) {
  const float t = x * V_LOG2E + V_ROUND;
  const float n = t - V_ROUND;
  const vexp_parts p = {(x - n * V_LN2_HI) - n * V_LN2_LO, (int32_t)(vbits(t) - vbits(V_ROUND))};
  return p;
}

/* (e^r - 1 - r) / r^2 */
BALBOA_INLINE float vexp_poly(float r) {
  const float q =
      (((1.38116832e-3f * r + 8.37013474e-3f) * r + 4.16685278e-2f) * r + 1.66665087e-1f) * r + 4.99999926e-1f;
  return q * r * r + r + 1.0f;
}

BALBOA_INLINE float vexp(float x) {
  float c = x < -104.0f ? -104.0f : x;
  c = c > 89.0f ? 89.0f : c;
  const vexp_parts e = vexp_reduce(c);
  const int32_t half = e.n >> 1;
  return vexp_poly(e.r) * vpow2(half) * vpow2(e.n - half);
}

/* exp(x + lo) for -108 <= x <= 0 or NaN, |lo| <= 0.1, which carries what x could not hold. What is added rounds to an integer n, as above, and leaves the
 * biased exponent of 2^(n + 30) in the lowest bits, so that a shift makes the power of two. */
#define V_ROUND_SCALED 12583069.0f /* V_ROUND + 127 + 30 */
BALBOA_INLINE float vexp_down(float x, float lo) {
  const float t = x * V_LOG2E + V_ROUND_SCALED;
  const float n = t - V_ROUND_SCALED;
  const float r = (x - n * V_LN2_HI) - n * V_LN2_LO;
  return vexp_poly(r + lo) * vfloat(vbits(t) << 23) * 0x1p-30f;
}

/* exp(x) for x <= 0 or NaN. */
BALBOA_INLINE float vexp_negative(float x) { return vexp_down(x < -104.0f ? -104.0f : x, 0.0f); }

/* exp(x) for x <= 88 or NaN, within 1.3 ulp; 0 below -87, where results would be no normal numbers. Fewer operations that wait for each
 * other than above: the polynomial by pairs (Estrin), and what is added leaves the biased exponent itself. */
#define V_ROUND_BIASED 12583039.0f /* V_ROUND + 127 */
BALBOA_INLINE float vexp_normal(float x) {
  const float t = x * V_LOG2E + V_ROUND_BIASED;
  const float n = t - V_ROUND_BIASED;
  const float r = (x - n * V_LN2_HI) - n * V_LN2_LO;
  const float s = r * r;
  const float q = (1.38116832e-3f * s + (8.37013474e-3f * r + 4.16685278e-2f)) * s + (1.66665087e-1f * r + 4.99999926e-1f);
  const float y = (q * s + (r + 1.0f)) * vfloat(vbits(t) << 23);
  return x < -87.0f ? 0.0f : y;
}

/* 2^x, within 0.9 ulp. */
BALBOA_INLINE float vexp_base2(float x) {
  float c = x < -151.0f ? -151.0f : x;
  c = c > 129.0f ? 129.0f : c;
  const float t = c + V_ROUND;
  const float r = c - (t - V_ROUND);
  /* (2^r - 1) / r */
  float q = 1.54628768e-4f * r + 1.33909844e-3f;
  q = (q * r + 9.61806253e-3f) * r + 5.55035956e-2f;
  q = (q * r + 2.40226507e-1f) * r + 6.93147182e-1f;
  const int32_t n = (int32_t)(vbits(t) - vbits(V_ROUND)), half = n >> 1;
  return (q * r + 1.0f) * vpow2(half) * vpow2(n - half);
}

BALBOA_INLINE float vexpm1(float x) {
  float c = x < -20.0f ? -20.0f : x;
  c = c > 89.0f ? 89.0f : c;
  const vexp_parts e = vexp_reduce(c);
  const float r = e.r;
  float q = 1.99171347e-4f * r + 1.39431040e-3f;
  q = ((q * r + 8.33326805e-3f) * r + 4.16663291e-2f) * r + 1.66666668e-1f;
  q = (q * r + 5.00000005e-1f) * r * r + r;
  /* 2^n (q + 1) - 1, at half size so that n = 128 fits. */
  const float s = vpow2(e.n - 1);
  const float y = (s * q + (s - 0.5f)) * 2.0f;
  return vabs(x) < 1e-8f ? x : y;
}

/* exp(x) - 1 for |x| <= 20 or NaN. */
BALBOA_INLINE float vexpm1_near(float x) {
  const float t = x * V_LOG2E + V_ROUND_BIASED;
  const float n = t - V_ROUND_BIASED;
  const float r = (x - n * V_LN2_HI) - n * V_LN2_LO;
  float q = 1.99171347e-4f * r + 1.39431040e-3f;
  q = ((q * r + 8.33326805e-3f) * r + 4.16663291e-2f) * r + 1.66666668e-1f;
  q = (q * r + 5.00000005e-1f) * r * r + r;
  const float s = vfloat(vbits(t) << 23);
  return s * q + (s - 1.0f);
}

typedef struct {
  float e, f; /* (1 + f) 2^e with 1 + f in [sqrt(1/2), sqrt(2)) */
  float q;    /* log(1 + f) - f + f^2/2 */
} vlog_parts;

/* For a normal positive m, times 2^e0. */
BALBOA_INLINE vlog_parts vlog_split(float m, float e0) {
  const uint32_t i = vbits(m) - 0x3f3504f3u; /* sqrt(1/2) */
  const float e = (float)((int32_t)i >> 23) + e0;
  const float f = vfloat((i & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
  /* (log(1 + f) - f + f^2/2) / f^3 */
  float p = -7.85951056e-2f * f + 1.28815861e-1f;
  p = (p * f + -1.31287705e-1f) * f + 1.41812048e-1f;
  p = (p * f + -1.66245535e-1f) * f + 2.00022855e-1f;
  p = (p * f + -2.50008104e-1f) * f + 3.33333167e-1f;
  const vlog_parts parts = {e, f, p * (f * f) * f};
  return parts;
}

/* log(m) for the normal positive m, times 2^e. */
BALBOA_INLINE float vlog_normal(float m, float e0) {
  const vlog_parts p = vlog_split(m, e0);
  const float y = p.q + p.e * V_LN2_LO;
  return (y - 0.5f * (p.f * p.f) + p.f) + p.e * V_LN2_HI;
}

BALBOA_INLINE float vlog(float x) {
  const int small = x < 1.17549435e-38f;
  float y = vlog_normal(small ? x * 8388608.0f : x, small ? -23.0f : 0.0f);
  y = x == INFINITY ? x : y;
  y = x == 0.0f ? -INFINITY : y;
  return x >= 0.0f ? y : NAN;
}

/* The logarithm to a base b, given as 1 / log(b) and log(2) / log(b), each a head of at most 13 bits and a tail. Products
 * with the heads are exact, and so is what their sum loses: the result is within 1 ulp. */
typedef struct {
  float one, one_tail, two, two_tail;
} vlog_scale;

BALBOA_INLINE float vlog_to_base(float x, vlog_scale c) {
  const int small = x < 1.17549435e-38f;
  const vlog_parts p = vlog_split(small ? x * 8388608.0f : x, small ? -23.0f : 0.0f);
  const float square = 0.5f * (p.f * p.f);
  const float hi = vfloat(vbits(p.f - square) & 0xfffff000u);
  const float lo = (p.f - hi) - square + p.q;
  const float a = p.e * c.two, b = hi * c.one;
  const float sum = a + b;
  const float rest = ((a - sum) + b) + (p.e * c.two_tail + (lo * c.one + (lo + hi) * c.one_tail));
  float y = sum + rest;
  y = x == INFINITY ? x : y;
  y = x == 0.0f ? -INFINITY : y;
  return x >= 0.0f ? y : NAN;
}

BALBOA_INLINE float vlog2(float x) {
  const vlog_scale c = {1.44287109f, -1.76052854e-4f, 1.0f, 0.0f};
  return vlog_to_base(x, c);
}

BALBOA_INLINE float vlog10(float x) {
  const vlog_scale c = {4.34326172e-1f, -3.16899714e-5f, 3.01025391e-1f, 4.60503907e-6f};
  return vlog_to_base(x, c);
}

BALBOA_INLINE float vlog1p(float x) {
  const float u = 1.0f + x;
  const float lost = (x - (u - 1.0f)) / u; /* what the rounding of u cost */
  const float y = vlog_normal(u, 0.0f) + lost;
  float z = vabs(x) < 1e-8f ? x : y;
  z = x == INFINITY ? x : z;
  z = x == -1.0f ? -INFINITY : z;
  return x >= -1.0f ? z : NAN;
}

/* log(1 + e) for 0 <= e <= 1. */
BALBOA_INLINE float vlog1p_unit(float e) {
  const float u = 1.0f + e;
  return vlog_normal(u, 0.0f) + (e - (u - 1.0f)) / u;
}

BALBOA_INLINE float vtanh(float x) {
  const float t = vabs(x);
  const float e = vexpm1_near(2.0f * (t > 10.0f ? 10.0f : t));
  return vcopysign(e / (e + 2.0f), x);
}

/* exp(-x), no further than e^87 and e^-87: sigmoid(x) = 1 / (1 + vdecay(x)) but for what is smaller than a normal number. */
BALBOA_INLINE float vdecay(float x) {
  const float c = x < -87.0f ? -87.0f : x;
  return vexp_normal(-c);
}

/* e = exp(-2 x) - 1, so that tanh(x) = -e / (2 + e). */
BALBOA_INLINE float vtanh_decay(float x) {
  const float c = x < -10.0f ? -10.0f : x;
  return vexpm1_near(-2.0f * (c > 10.0f ? 10.0f : c));
}

BALBOA_INLINE float vsigmoid(float x) {
  const float e = vexp_negative(-vabs(x));
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

/* exp(t^2) erfc(t) for 0 <= t <= 10.5, as a polynomial in 1 / (1 + 0.35 t). */
BALBOA_INLINE float verfcx(float t) {
  const float u = 1.0f / (1.0f + 0.35f * t);
  float p = 3.05668746e-2f * u + -1.12498296e-1f;
  p = (p * u + 6.05972393e-2f) * u + 1.53994379e-1f;
  p = (p * u + -8.74068399e-2f) * u + 2.57596189e-1f;
  p = (p * u + 1.03115863e-1f) * u + 2.01667655e-1f;
  p = (p * u + 1.94633670e-1f) * u + 1.97745147e-1f;
  return p * u + -1.18771020e-5f;
}

BALBOA_INLINE float verf(float x) {
  const float t = vabs(x);
  const float s = x * x;
  float p = 7.88911501e-5f * s + -8.02084050e-4f;
  p = (p * s + 5.18953535e-3f) * s + -2.68544447e-2f;
  p = (p * s + 1.12836002e-1f) * s + -3.76126271e-1f;
  p = (p * s + 1.28379166e-1f) * x + x;
  const float c = t > 4.0f ? 4.0f : t; /* erf(4) rounds to 1 */
  /* -log(erfc(c)) from 0.85 on */
  float g = -2.03675023e-4f * c + 3.11785145e-3f;
  g = (g * c + -2.25190781e-2f) * c + 1.04526013e-1f;
  g = (g * c + 6.36518836e-1f) * c + 1.12806106f;
  g = g * c + 1.04515537e-4f;
  return t < 0.9f ? p : vcopysign(1.0f - vexp_down(-g, 0.0f), x);
}

typedef struct {
  float tail;    /* Phi(-|x|), the normal distribution's tail */
  float density; /* exp(-x^2 / 2) */
} vnormal_parts;

/* Keeps relative accuracy far into the tail: x^2 is split so that no bit of the exponent is lost. */
BALBOA_INLINE vnormal_parts vnormal(float x) {
  float t = vabs(x);
  t = t > 14.5f ? 14.5f : t; /* exp underflows there */
  const float hi = vfloat(vbits(t) & 0xfffff000u);
  const float g = vexp_down(-0.5f * hi * hi, -0.5f * (t - hi) * (t + hi));
  const vnormal_parts p = {0.5f * verfcx(t * 0.707106781f) * g, g};
  return p;
}

typedef struct {
  float sin, cos;
} vsincos_parts;

/* sin and cos of r + quadrant * pi/2 for |r| <= pi/4. */
BALBOA_INLINE vsincos_parts vsincos_quadrant(float r, uint32_t quadrant) {
  const float s = r * r;
  const float sp = ((-1.95108395e-4f * s + 8.33213150e-3f) * s + -1.66666542e-1f) * s * r + r;
  const float cp = ((2.44312070e-5f * s + -1.38873061e-3f) * s + 4.16666457e-2f) * s * s - 0.5f * s + 1.0f;
  const float sv = quadrant & 1u ? cp : sp;
  const float cv = quadrant & 1u ? sp : cp;
  const vsincos_parts p = {vfloat(vbits(sv) ^ ((quadrant & 2u) << 30)),
                           vfloat(vbits(cv) ^ (((quadrant + 1u) & 2u) << 30))};
  return p;
}

/* For |x| <= V_TRIG_MAX or NaN; the reduction runs in f64. */
#define V_TRIG_MAX 1048576.0f
BALBOA_INLINE vsincos_parts vsincos(float x) {
  const double d = (double)x;
  const double magic = 6755399441055744.0; /* 1.5 * 2^52 */
  const double t = d * 0.63661977236758134 + magic;
  const double n = t - magic;
  /* pi/2 in a head of 33 bits, for which n * head is exact, and a tail. */
  const double r = (d - n * 1.5707963267341256) - n * 6.077100506506192e-11;
  union {
    double d;
    uint64_t u;
  } v = {t};
  return vsincos_quadrant((float)r, (uint32_t)v.u);
}

#endif
