/* y = f(x), element by element: most of the f32 functions are computed in f64 arithmetic. */
#include "dmath.h"
#include "unary.h"

UNARY(tan_small, (float)dtan((double)v))
UNARY(asin_loop, (float)dasin((double)v))
UNARY(acos_loop, (float)dacos((double)v))
UNARY(atan_loop, (float)datan((double)v))
UNARY(sinh_loop, (float)dsinh((double)v))
UNARY(cosh_loop, (float)dcosh((double)v))
UNARY(asinh_loop, vabs(v) < INFINITY ? (float)dasinh((double)v) : v)
UNARY(acosh_loop, v >= 1.0f ? (v < INFINITY ? (float)dacosh((double)v) : v) : NAN)
UNARY(atanh_loop, vabs(v) < 1.0f ? (float)datanh((double)v) : (vabs(v) == 1.0f ? v * INFINITY : NAN))
UNARY(exp2_loop, vexp_base2(v))
UNARY(tanh_shrink_loop, (float)dtanh_shrink((double)v))

UNARY(log2_loop, vlog2(v))
UNARY(log10_loop, vlog10(v))

/* With t^2 split so that no bit of the exponent is lost; erfc(10.1) underflows. */
BALBOA_INLINE float erfc_f32(float x) {
  float t = vabs(x);
  t = t > 10.3f ? 10.3f : t;
  const float hi = vfloat(vbits(t) & 0xfffff000u);
  const float c = verfcx(t) * vexp_down(-hi * hi, -(t - hi) * (t + hi));
  const float y = x < 0.0f ? 2.0f - c : c;
  const float z = t < 0.75f ? 1.0f - verf(x) : y;
  return x == x ? z : x;
}

UNARY(erfc_loop, erfc_f32(v))

static void tan_loop(int64_t n, const float *x, float *y, float alpha, float beta) {
  (void)alpha, (void)beta;
  bk_trig(n, x, y, tan_small, tan);
}

/* alpha as an integer: 0 no, 1 even, 2 odd. Every f32 of 2^24 or more is even. */
static int parity(float alpha) {
  const float a = vabs(alpha);
  if (a >= 16777216.0f) {
    return 1;
  }
  return a != floorf(a) ? 0 : 1 + ((int32_t)a & 1);
}

UNARY(power_any, v < 0.0f && vabs(v) < INFINITY ? NAN : (float)dpow_abs((double)vabs(v), (double)alpha))
UNARY(power_even, (float)dpow_abs((double)vabs(v), (double)alpha))
UNARY(power_odd, vcopysign((float)dpow_abs((double)vabs(v), (double)alpha), v))
UNARY(power_half, v == -INFINITY ? INFINITY : sqrtf(v + 0.0f))
UNARY(power_cube, (float)((double)v * (double)v * (double)v))

static void power_loop(int64_t n, const float *x, float *y, float alpha, float beta) {
  if (alpha == 0.0f) {
    for (int64_t i = 0; i < n; i++) {
      y[i] = 1.0f;
    }
    return;
  }
  static const unary_fn by_parity[3] = {power_any, power_even, power_odd};
  const unary_fn fn = alpha == 0.5f ? power_half : alpha == 3.0f ? power_cube : by_parity[parity(alpha)];
  fn(n, x, y, alpha, beta);
}

/* Halley's iteration for erf(y) - x = 0, from S. Winitzki's approximation (2008), good to 2e-3: three steps are more
 * than enough. From 1/2 on in terms of erfc, which keeps its digits. */
double bk_erfinv(double x) {
  const double t = fabs(x);
  if (!(t < 1.0)) {
    return t == 1.0 ? copysign((double)INFINITY, x) : (double)NAN;
  }
  const double l = log1p(-t * t), b = 4.3307467508 + 0.5 * l;
  double y = t < 0.1 ? 0.886226925452758 * t : sqrt(sqrt(b * b - l / 0.147) - b);
  for (int step = 0; step < 3; step++) {
    const double f = t < 0.5 ? erf(y) - t : (1.0 - t) - erfc(y);
    const double u = f / (1.1283791670955126 * exp(-y * y));
    y -= u / (1.0 + y * u);
  }
  return copysign(y, x);
}

/* erfinv(x) / x as a function of w = -log(1 - x^2): minimax in w - 5/2 below 5, in sqrt(w) - 22/7 above, where f32 has
 * nothing beyond 16.4; to 2e-10. */
BALBOA_INLINE float erfinv_f32(float v) {
  const double x = (double)v, c = (1.0 - x) * (1.0 + x);
  const double w = -dlog(c > 0.0 ? c : 1.0);
  const double s = w - 2.5, t = sqrt(w) - 22.0 / 7.0;
  double p = 4.3849953119260269e-13 * s - 3.3888175190665767e-13;
  p = p * s - 3.0122346021629577e-11;
  p = p * s + 1.2982446043371448e-10;
  p = p * s + 9.0248814479097441e-10;
  p = p * s - 1.0906655743110653e-8;
  p = p * s + 1.3429287142216358e-8;
  p = p * s + 4.788369412627382e-7;
  p = p * s - 3.416636103077881e-6;
  p = p * s - 4.9962227613667114e-6;
  p = p * s + 0.000218250273934182;
  p = p * s - 0.0012527078260762583;
  p = p * s - 0.0041773177259916396;
  p = p * s + 0.24664027673055932;
  p = p * s + 1.5014093511107919;
  double q = 1.0856569722113121e-5 * t - 8.4109291886701102e-6;
  q = q * t - 5.8474058605500455e-5;
  q = q * t + 0.00013774597066117116;
  q = q * t - 6.8523940364139815e-5;
  q = q * t - 0.00034562651105368574;
  q = q * t + 0.0012188698810643652;
  q = q * t - 0.0023857094218853855;
  q = q * t + 0.0035753914999500853;
  q = q * t - 0.0050380081664094602;
  q = q * t + 0.0067710199564250385;
  q = q * t + 1.0039654199232102;
  q = q * t + 2.9762459159164607;
  const double y = x * (w < 5.0 ? p : q);
  return dabs(x) < 1.0 ? (float)y : (dabs(x) == 1.0 ? v * INFINITY : NAN);
}

UNARY(erfinv_loop, erfinv_f32(v))

unary_fn bk_unary_math(int32_t kind) {
  switch (kind) {
    case BALBOA_TAN: return tan_loop;
    case BALBOA_ASIN: return asin_loop;
    case BALBOA_ACOS: return acos_loop;
    case BALBOA_ATAN: return atan_loop;
    case BALBOA_SINH: return sinh_loop;
    case BALBOA_COSH: return cosh_loop;
    case BALBOA_ASINH: return asinh_loop;
    case BALBOA_ACOSH: return acosh_loop;
    case BALBOA_ATANH: return atanh_loop;
    case BALBOA_LOG2: return log2_loop;
    case BALBOA_LOG10: return log10_loop;
    case BALBOA_EXP2: return exp2_loop;
    case BALBOA_ERFC: return erfc_loop;
    case BALBOA_ERFINV: return erfinv_loop;
    case BALBOA_POWER: return power_loop;
    case BALBOA_TANH_SHRINK: return tanh_shrink_loop;
    default: return NULL;
  }
}
