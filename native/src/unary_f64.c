/* y = f(x) and dx = dy f'(x) in f64, with the C library's functions: for checks rather than for speed. */
#include <math.h>

#include "internal.h"

#define SQRT_HALF 0.70710678118654752440
#define INV_SQRT_2PI 0.39894228040143267794
#define TWO_SQRT_2_OVER_PI 1.59576912160573071176
#define GELU_CUBIC 0.044715

BALBOA_INLINE double clamp01(double v) { return v < 0.0 ? 0.0 : (v > 1.0 ? 1.0 : v); }

BALBOA_INLINE double sigmoid(double v) {
  const double e = exp(-fabs(v));
  return (v < 0.0 ? e : 1.0) / (1.0 + e);
}

BALBOA_INLINE double sigmoid_slope(double v) {
  const double e = exp(-fabs(v));
  return e / ((1.0 + e) * (1.0 + e));
}

BALBOA_INLINE double softplus(double v) { return (v > 0.0 ? v : v == v ? 0.0 : v) + log1p(exp(-fabs(v))); }

BALBOA_INLINE double normal_cdf(double v) { return 0.5 * erfc(-v * SQRT_HALF); }

/* x times something that vanishes faster than x grows, also at infinity. */
BALBOA_INLINE double vanishing(double v, double factor) { return factor == 0.0 ? 0.0 : v * factor; }

BALBOA_INLINE double gelu_z(double v) { return TWO_SQRT_2_OVER_PI * (v + GELU_CUBIC * v * v * v); }

BALBOA_INLINE double mish(double v) {
  const double w = exp(v > 20.0 ? 20.0 : v);
  const double n = w * (w + 2.0);
  return v > 20.0 ? v : v * (n / (n + 2.0));
}

BALBOA_INLINE double mish_slope(double v) {
  const double c = v > 20.0 ? 20.0 : v < -745.0 ? -745.0 : v;
  const double w = exp(c), n = w * (w + 2.0), d = n + 2.0;
  return v > 20.0 ? 1.0 : (n * d + 4.0 * c * w * (1.0 + w)) / (d * d);
}

BALBOA_INLINE double hard_swish_slope(double v, double alpha, double beta) {
  const double z = alpha * v + beta;
  return z <= 0.0 ? 0.0 : (z >= 1.0 ? 1.0 : z + alpha * v);
}

typedef void (*unary_fn)(int64_t n, const double *x, double *y, double alpha, double beta);
typedef void (*backward_fn)(int64_t n, const double *x, const double *dy, double *dx, double alpha, double beta);

#define UNARY(name, expression)                                                              \
  static void name(int64_t n, const double *x, double *y, double alpha, double beta) {        \
    (void)alpha, (void)beta;                                                                  \
    for (int64_t i = 0; i < n; i++) {                                                         \
      const double v = x[i];                                                                  \
      y[i] = (expression);                                                                    \
    }                                                                                         \
  }

#define BACKWARD(name, expression)                                                                              \
  static void name(int64_t n, const double *x, const double *dy, double *dx, double alpha, double beta) {        \
    (void)alpha, (void)beta;                                                                                    \
    for (int64_t i = 0; i < n; i++) {                                                                           \
      const double v = x[i], g = dy[i];                                                                         \
      dx[i] = (expression);                                                                                     \
    }                                                                                                           \
  }

UNARY(relu_loop, v <= 0.0 ? 0.0 : v)
UNARY(leaky_relu_loop, v > 0.0 ? v : alpha * v)
UNARY(elu_loop, v > 0.0 ? v : alpha * expm1(v))
UNARY(selu_loop, v > 0.0 ? 1.0507009873554804934193349852946 * v : 1.7580993408473768599402175208123 * expm1(v))
UNARY(gelu_erf_loop, v * normal_cdf(v))
UNARY(gelu_tanh_loop, v * sigmoid(gelu_z(v)))
UNARY(sigmoid_loop, sigmoid(v))
UNARY(silu_loop, v * sigmoid(v))
UNARY(softplus_loop, alpha * v > beta ? v : softplus(alpha * v) / alpha)
UNARY(hard_sigmoid_loop, clamp01(alpha * v + beta))
UNARY(hard_swish_loop, v * clamp01(alpha * v + beta))
UNARY(mish_loop, mish(v))
UNARY(tanh_loop, tanh(v))
UNARY(clip_loop, v < alpha ? alpha : (v > beta ? beta : v))
UNARY(linear_loop, alpha * v + beta)
UNARY(exp_loop, exp(v))
UNARY(log_loop, log(v))
UNARY(sqrt_loop, sqrt(v))
UNARY(rsqrt_loop, 1.0 / sqrt(v))
UNARY(abs_loop, fabs(v))
UNARY(neg_loop, -v)
UNARY(square_loop, v *v)
UNARY(reciprocal_loop, 1.0 / v)
UNARY(sin_loop, sin(v))
UNARY(cos_loop, cos(v))
UNARY(erf_loop, erf(v))
UNARY(sign_loop, v > 0.0 ? 1.0 : (v < 0.0 ? -1.0 : v))
UNARY(floor_loop, floor(v))
UNARY(ceil_loop, ceil(v))
UNARY(round_loop, rint(v))
UNARY(log1p_loop, log1p(v))
UNARY(expm1_loop, expm1(v))

BACKWARD(relu_x, v <= 0.0 ? 0.0 : g)
BACKWARD(leaky_relu_x, v > 0.0 ? g : alpha * g)
BACKWARD(elu_x, v > 0.0 ? g : alpha * exp(v) * g)
BACKWARD(selu_x, (v > 0.0 ? 1.0507009873554804934193349852946 : 1.7580993408473768599402175208123 * exp(v)) * g)
BACKWARD(gelu_erf_x, (normal_cdf(v) + vanishing(v, INV_SQRT_2PI * exp(-0.5 * v * v))) * g)
BACKWARD(gelu_tanh_x, (sigmoid(gelu_z(v)) + vanishing(v * TWO_SQRT_2_OVER_PI * (1.0 + 3.0 * GELU_CUBIC * v * v),
                                                      sigmoid_slope(gelu_z(v)))) *
                          g)
BACKWARD(sigmoid_x, sigmoid_slope(v) * g)
BACKWARD(silu_x, (sigmoid(v) + vanishing(v, sigmoid_slope(v))) * g)
BACKWARD(softplus_x, alpha * v > beta ? g : sigmoid(alpha * v) * g)
BACKWARD(hard_sigmoid_x, alpha * v + beta <= 0.0 || alpha * v + beta >= 1.0 ? 0.0 : alpha * g)
BACKWARD(hard_swish_x, hard_swish_slope(v, alpha, beta) * g)
BACKWARD(mish_x, mish_slope(v) * g)
BACKWARD(tanh_x, 4.0 * sigmoid_slope(2.0 * v) * g)
BACKWARD(clip_x, v < alpha || v > beta ? 0.0 : g)
BACKWARD(abs_x, v > 0.0 ? g : (v < 0.0 ? -g : v * 0.0))

BACKWARD(leaky_relu_y, v > 0.0 ? g : alpha * g)
BACKWARD(elu_y, v > 0.0 ? g : (v + alpha) * g)
BACKWARD(sigmoid_y, v *(1.0 - v) * g)
BACKWARD(tanh_y, (1.0 - v) * (1.0 + v) * g)
BACKWARD(exp_y, v *g)
BACKWARD(sqrt_y, 0.5 * g / v)

static unary_fn find(int32_t kind) {
  static const unary_fn table[] = {
      relu_loop, leaky_relu_loop, elu_loop,      selu_loop,       gelu_erf_loop, gelu_tanh_loop, sigmoid_loop,
      silu_loop, softplus_loop,   hard_sigmoid_loop, hard_swish_loop, mish_loop, tanh_loop,      clip_loop,
      linear_loop, exp_loop,      log_loop,      sqrt_loop,       rsqrt_loop,    abs_loop,       neg_loop,
      square_loop, reciprocal_loop, sin_loop,    cos_loop,        erf_loop,      sign_loop,      floor_loop,
      ceil_loop, round_loop,      log1p_loop,    expm1_loop};
  return kind >= 0 && kind < (int32_t)(sizeof table / sizeof table[0]) ? table[kind] : NULL;
}

static backward_fn find_from_x(int32_t kind) {
  static const backward_fn table[] = {relu_x,      leaky_relu_x, elu_x,  selu_x,     gelu_erf_x,
                                      gelu_tanh_x, sigmoid_x,    silu_x, softplus_x, hard_sigmoid_x,
                                      hard_swish_x, mish_x,      tanh_x, clip_x};
  if (kind == BALBOA_ABS) {
    return abs_x;
  }
  return kind >= BALBOA_RELU && kind <= BALBOA_CLIP ? table[kind] : NULL;
}

static backward_fn find_from_y(int32_t kind) {
  switch (kind) {
    case BALBOA_RELU:
      return relu_x; /* y > 0 exactly where x > 0 */
    case BALBOA_LEAKY_RELU:
      return leaky_relu_y;
    case BALBOA_ELU:
      return elu_y;
    case BALBOA_SIGMOID:
      return sigmoid_y;
    case BALBOA_TANH:
      return tanh_y;
    case BALBOA_EXP:
      return exp_y;
    case BALBOA_SQRT:
      return sqrt_y;
    default:
      return NULL;
  }
}

typedef struct {
  unary_fn forward;
  backward_fn backward;
  const double *x, *dy;
  double *y;
  double alpha, beta;
} job64;

static void range(void *context, int64_t begin, int64_t end) {
  const job64 *job = context;
  if (job->backward != NULL) {
    job->backward(end - begin, job->x + begin, job->dy + begin, job->y + begin, job->alpha, job->beta);
  } else {
    job->forward(end - begin, job->x + begin, job->y + begin, job->alpha, job->beta);
  }
}

static int32_t run(job64 *job, int64_t n) {
  BK_CHECK(job->forward != NULL || job->backward != NULL, BALBOA_ERR_KIND);
  BK_CHECK(n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || (job->x != NULL && job->dy != NULL && job->y != NULL), BALBOA_ERR_NULL);
  bk_parallel(n, BK_GRAIN_MATH, range, job);
  return BALBOA_OK;
}

int32_t balboa_unary_f64(int32_t kind, int64_t n, const double *x, double *y, double alpha, double beta) {
  job64 job = {find(kind), NULL, x, x, y, alpha, beta};
  return run(&job, n);
}

int32_t balboa_unary_backward_f64(int32_t kind, int64_t n, const double *x, const double *dy, double *dx, double alpha,
                                  double beta) {
  job64 job = {NULL, find_from_x(kind), x, dy, dx, alpha, beta};
  return run(&job, n);
}

int32_t balboa_unary_backward_from_y_f64(int32_t kind, int64_t n, const double *y, const double *dy, double *dx,
                                         double alpha, double beta) {
  BK_CHECK(alpha > 0.0 || (kind != BALBOA_LEAKY_RELU && kind != BALBOA_ELU), BALBOA_ERR_ARGUMENT);
  job64 job = {NULL, find_from_y(kind), y, dy, dx, alpha, beta};
  return run(&job, n);
}
