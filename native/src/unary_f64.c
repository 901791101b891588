/* y = f(x) and dx = dy f'(x) in f64, element by element, on the C library's functions. */
#include <math.h>

#include "unary.h"

/* f(v) of the element v; alpha and beta are in scope. */
#define FORWARD(name, expression)                                                            \
  static void name(int64_t n, const double *x, double *y, double alpha, double beta) {        \
    (void)alpha, (void)beta;                                                                  \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                             \
      const double v = x[i];                                                                  \
      y[i] = (expression);                                                                    \
    }                                                                                         \
  }

/* The derivative times g, for the element v (x or y) and the incoming gradient g. */
#define BACKWARD(name, expression)                                                                             \
  static void name(int64_t n, const double *x, const double *dy, double *dx, double alpha, double beta) {       \
    (void)alpha, (void)beta;                                                                                    \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                               \
      const double v = x[i], g = dy[i];                                                                         \
      dx[i] = (expression);                                                                                     \
    }                                                                                                           \
  }

#define SELU_SCALE 1.0507009873554805
#define SELU_ALPHA 1.6732632423543772
#define SQRT_HALF 0.70710678118654752
#define SQRT_2_OVER_PI 0.79788456080286536
#define ONE_OVER_SQRT_2PI 0.39894228040143268

static inline double clamp01(double v) { return v < 0.0 ? 0.0 : (v > 1.0 ? 1.0 : v); }

static inline double sigmoid(double v) {
  const double e = exp(-fabs(v));
  return (v < 0.0 ? e : 1.0) / (1.0 + e);
}

/* e / (1 + e)^2: no cancellation in the tails. */
static inline double sigmoid_slope(double v) {
  const double e = exp(-fabs(v));
  return e / ((1.0 + e) * (1.0 + e));
}

static inline double softplus(double v) { return (v > 0.0 ? v : v * 0.0) + log1p(exp(-fabs(v))); }

static inline double finite_softplus(double v) { return fabs(v) == INFINITY ? (v > 0.0 ? v : 0.0) : softplus(v); }

static inline double gelu_tanh_inner(double v) { return 2.0 * SQRT_2_OVER_PI * (v + 0.044715 * v * v * v); }

/* Without infinity times zero. */
static inline double bell(double v, double density) { return density == 0.0 ? 0.0 : v * density; }

static inline double tanh_shrink(double v) {
  const double z = v * v;
  double k = 19.0;
  for (int odd = 17; odd >= 3; odd -= 2) {
    k = (double)odd + z / k;
  }
  k = z / k;
  return fabs(v) < 1.0 ? v * (k / (1.0 + k)) : v - tanh(v);
}

static inline double mish_slope(double v) {
  const double c = v > 40.0 ? 40.0 : (v < -745.0 ? -745.0 : v);
  const double w = exp(c), n = w * (w + 2.0), d = n + 2.0;
  return v > 40.0 ? 1.0 : (n * d + 4.0 * c * w * (1.0 + w)) / (d * d);
}

static inline double mish(double v) {
  const double w = exp(v > 40.0 ? 40.0 : v), n = w * (w + 2.0);
  return v > 40.0 ? v : v * (n / (n + 2.0));
}

static inline double hard_swish_slope(double v, double alpha, double beta) {
  const double z = alpha * v + beta;
  return z <= 0.0 ? 0.0 : (z >= 1.0 ? 1.0 : z + alpha * v);
}

FORWARD(relu, v <= 0.0 ? 0.0 : v)
FORWARD(leaky_relu, v > 0.0 ? v : alpha * v)
FORWARD(elu, v > 0.0 ? v : alpha * expm1(v))
FORWARD(selu, v > 0.0 ? SELU_SCALE * v : SELU_SCALE * SELU_ALPHA * expm1(v))
FORWARD(gelu_erf, v * (0.5 * erfc(-v * SQRT_HALF)))
FORWARD(gelu_tanh, v * sigmoid(gelu_tanh_inner(v)))
FORWARD(sigmoid_loop, sigmoid(v))
FORWARD(silu, v * sigmoid(v))
FORWARD(softplus_loop, alpha * v > beta ? v : finite_softplus(alpha * v) / alpha)
FORWARD(hard_sigmoid, clamp01(alpha * v + beta))
FORWARD(hard_swish, v *clamp01(alpha *v + beta))
FORWARD(mish_loop, mish(v))
FORWARD(tanh_loop, tanh(v))
FORWARD(clip, v < alpha ? alpha : (v > beta ? beta : v))
FORWARD(linear, alpha *v + beta)
FORWARD(exp_loop, exp(v))
FORWARD(log_loop, log(v))
FORWARD(sqrt_loop, sqrt(v))
FORWARD(rsqrt, 1.0 / sqrt(v))
FORWARD(abs_loop, fabs(v))
FORWARD(neg, -v)
FORWARD(square, v *v)
FORWARD(reciprocal, 1.0 / v)
FORWARD(sin_loop, sin(v))
FORWARD(cos_loop, cos(v))
FORWARD(erf_loop, erf(v))
FORWARD(sign, v > 0.0 ? 1.0 : (v < 0.0 ? -1.0 : v))
FORWARD(floor_loop, floor(v))
FORWARD(ceil_loop, ceil(v))
FORWARD(round_loop, rint(v))
FORWARD(log1p_loop, log1p(v))
FORWARD(expm1_loop, expm1(v))
FORWARD(tan_loop, tan(v))
FORWARD(asin_loop, asin(v))
FORWARD(acos_loop, acos(v))
FORWARD(atan_loop, atan(v))
FORWARD(sinh_loop, sinh(v))
FORWARD(cosh_loop, cosh(v))
FORWARD(asinh_loop, asinh(v))
FORWARD(acosh_loop, acosh(v))
FORWARD(atanh_loop, atanh(v))
FORWARD(log2_loop, log2(v))
FORWARD(log10_loop, log10(v))
FORWARD(exp2_loop, exp2(v))
FORWARD(trunc_loop, trunc(v))
FORWARD(erfc_loop, erfc(v))
FORWARD(erfinv_loop, bk_erfinv(v))
FORWARD(power, pow(v, alpha))
FORWARD(celu, v > 0.0 ? v : alpha * expm1(v / alpha))
FORWARD(softsign, v / (1.0 + fabs(v)))
FORWARD(log_sigmoid, -finite_softplus(-v))
FORWARD(tanh_shrink_loop, tanh_shrink(v))
FORWARD(hard_shrink, v >= -alpha && v <= alpha ? 0.0 : v)
FORWARD(soft_shrink, v > alpha ? v - alpha : (v < -alpha ? v + alpha : v * 0.0))
FORWARD(threshold, v <= alpha ? beta : v)

BACKWARD(relu_d, v <= 0.0 ? 0.0 : g)
BACKWARD(leaky_relu_d, v > 0.0 ? g : alpha * g)
BACKWARD(elu_d, v > 0.0 ? g : alpha * exp(v) * g)
BACKWARD(selu_d, (v > 0.0 ? SELU_SCALE : SELU_SCALE * SELU_ALPHA * exp(v)) * g)
BACKWARD(gelu_erf_d, (0.5 * erfc(-v * SQRT_HALF) + bell(v, ONE_OVER_SQRT_2PI * exp(-0.5 * v * v))) * g)
BACKWARD(gelu_tanh_d, (sigmoid(gelu_tanh_inner(v)) +
                       bell(v, sigmoid_slope(gelu_tanh_inner(v)) *
                                   (2.0 * SQRT_2_OVER_PI * (1.0 + 3.0 * 0.044715 * v * v)))) * g)
BACKWARD(sigmoid_d, sigmoid_slope(v) * g)
BACKWARD(silu_d, (sigmoid(v) + bell(v, sigmoid_slope(v))) * g)
BACKWARD(softplus_d, alpha *v > beta ? g : sigmoid(alpha *v) * g)
BACKWARD(hard_sigmoid_d, alpha *v + beta <= 0.0 || alpha *v + beta >= 1.0 ? 0.0 : alpha * g)
BACKWARD(hard_swish_d, hard_swish_slope(v, alpha, beta) * g)
BACKWARD(mish_d, mish_slope(v) * g)
BACKWARD(tanh_d, 4.0 * sigmoid_slope(2.0 * v) * g)
BACKWARD(clip_d, v < alpha || v > beta ? 0.0 : g)
BACKWARD(abs_d, v > 0.0 ? g : (v < 0.0 ? -g : v * 0.0))
BACKWARD(celu_d, v > 0.0 ? g : exp(v / alpha) * g)
BACKWARD(softsign_d, g / ((1.0 + fabs(v)) * (1.0 + fabs(v))))
BACKWARD(log_sigmoid_d, sigmoid(-v) * g)
BACKWARD(tanh_shrink_d, tanh(v) * tanh(v) * g)
BACKWARD(hard_shrink_d, v >= -alpha && v <= alpha ? 0.0 : g)
BACKWARD(threshold_d, v <= alpha ? 0.0 : g)
BACKWARD(sigmoid_y, v *(1.0 - v) * g)
BACKWARD(tanh_y, (1.0 - v) * (1.0 + v) * g)
BACKWARD(elu_y, v > 0.0 ? g : (v + alpha) * g)
BACKWARD(exp_y, v *g)
BACKWARD(sqrt_y, 0.5 * g / v)

static const unary_fn_f64 forwards[] = {
    relu,      leaky_relu, elu,        selu,       gelu_erf,   gelu_tanh,   sigmoid_loop, silu,       softplus_loop,
    hard_sigmoid, hard_swish, mish_loop, tanh_loop, clip,      linear,      exp_loop,     log_loop,   sqrt_loop,
    rsqrt,     abs_loop,   neg,        square,     reciprocal, sin_loop,    cos_loop,     erf_loop,   sign,
    floor_loop, ceil_loop, round_loop, log1p_loop, expm1_loop, tan_loop,    asin_loop,    acos_loop,  atan_loop,
    sinh_loop, cosh_loop,  asinh_loop, acosh_loop, atanh_loop, log2_loop,   log10_loop,   exp2_loop,  trunc_loop,
    erfc_loop, erfinv_loop, power,     celu,       softsign,   log_sigmoid, tanh_shrink_loop, hard_shrink,
    soft_shrink, threshold};

unary_fn_f64 bk_unary_f64(int32_t kind) {
  const int known = kind >= 0 && kind < (int32_t)(sizeof forwards / sizeof forwards[0]);
  return known ? forwards[kind] : NULL;
}

unary_backward_fn_f64 bk_unary_backward_f64(int32_t kind) {
  static const unary_backward_fn_f64 activations[] = {relu_d,     leaky_relu_d, elu_d,          selu_d,       gelu_erf_d,
                                            gelu_tanh_d, sigmoid_d,   silu_d,         softplus_d,   hard_sigmoid_d,
                                            hard_swish_d, mish_d,     tanh_d,         clip_d};
  static const unary_backward_fn_f64 more[] = {celu_d,        softsign_d,    log_sigmoid_d, tanh_shrink_d,
                                     hard_shrink_d, hard_shrink_d, threshold_d};
  if (kind >= BALBOA_RELU && kind <= BALBOA_CLIP) {
    return activations[kind];
  }
  if (kind >= BALBOA_CELU && kind <= BALBOA_THRESHOLD) {
    return more[kind - BALBOA_CELU];
  }
  return kind == BALBOA_ABS ? abs_d : NULL;
}

static unary_backward_fn_f64 find_from_y(int32_t kind) {
  switch (kind) {
    case BALBOA_RELU:
      return relu_d; /* y > 0 exactly where x > 0 */
    case BALBOA_LEAKY_RELU:
      return leaky_relu_d;
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
  unary_fn_f64 forward;
  unary_backward_fn_f64 backward;
  const double *x, *dy;
  double *out;
  double alpha, beta;
} job_f64;

static void run_range(void *context, int64_t begin, int64_t end) {
  const job_f64 *job = context;
  if (job->forward != NULL) {
    job->forward(end - begin, job->x + begin, job->out + begin, job->alpha, job->beta);
  } else {
    job->backward(end - begin, job->x + begin, job->dy + begin, job->out + begin, job->alpha, job->beta);
  }
}

static int32_t run(job_f64 *job, int64_t n) {
  BK_CHECK(job->forward != NULL || job->backward != NULL, BALBOA_ERR_KIND);
  BK_CHECK(n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || (job->x != NULL && job->dy != NULL && job->out != NULL), BALBOA_ERR_NULL);
  bk_parallel(n, BK_GRAIN_MATH, run_range, job);
  return BALBOA_OK;
}

int32_t balboa_unary_f64(int32_t kind, int64_t n, const double *x, double *y, double alpha, double beta) {
  job_f64 job = {bk_unary_f64(kind), NULL, x, x, y, alpha, beta};
  return run(&job, n);
}

int32_t balboa_unary_backward_f64(int32_t kind, int64_t n, const double *x, const double *dy, double *dx, double alpha,
                                  double beta) {
  job_f64 job = {NULL, bk_unary_backward_f64(kind), x, dy, dx, alpha, beta};
  return run(&job, n);
}

int32_t balboa_unary_backward_from_y_f64(int32_t kind, int64_t n, const double *y, const double *dy, double *dx,
                                         double alpha, double beta) {
  BK_CHECK(alpha > 0.0 || (kind != BALBOA_LEAKY_RELU && kind != BALBOA_ELU), BALBOA_ERR_ARGUMENT);
  job_f64 job = {NULL, find_from_y(kind), y, dy, dx, alpha, beta};
  return run(&job, n);
}
