/* dx = dy f'(x), from x or from y = f(x). */
#include "unary.h"

/* The derivative times g, for the element v (x or y) and the incoming gradient g; alpha and beta are in scope. */
#define BACKWARD(name, expression)                                                                              \
  BALBOA_CLONES static void name(int64_t n, const float *x, const float *dy, float *dx, float alpha, float beta) { \
    (void)alpha, (void)beta;                                                                                    \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                               \
      const float v = x[i], g = dy[i];                                                                          \
      dx[i] = (expression);                                                                                     \
    }                                                                                                           \
  }

/* sigmoid'(x) = e / (1 + e)^2 with e = exp(-|x|): no cancellation in the tails. */
BALBOA_INLINE float sigmoid_slope(float v) {
  const float e = vexp_negative(-vabs(v));
  const float d = 1.0f + e;
  return e / (d * d);
}

BALBOA_INLINE float gelu_erf_slope(float v) {
  const vnormal_parts p = vnormal(v);
  const float bell = p.density == 0.0f ? 0.0f : v * (p.density * 0.398942280f);
  return (v > 0.0f ? 1.0f - p.tail : p.tail) + bell;
}

BALBOA_INLINE float gelu_tanh_slope(float v) {
  const float s2 = v * v;
  const float z = v * (1.59576912f + 0.0713548163f * s2);
  const float slope = sigmoid_slope(z);
  const float bell = slope == 0.0f ? 0.0f : v * slope * (1.59576912f + 0.214064449f * s2);
  return vsigmoid(z) + bell;
}

BALBOA_INLINE float silu_slope(float v) {
  const float e = vexp_negative(-vabs(v));
  const float r = 1.0f / (1.0f + e);
  return (v < 0.0f ? e : 1.0f) * r + (e == 0.0f ? 0.0f : v * (e * r * r));
}

BALBOA_INLINE float mish_slope(float v) {
  float c = v > 20.0f ? 20.0f : v;
  c = c < -104.0f ? -104.0f : c;
  const float w = vexp(c);
  const float n = w * (w + 2.0f);
  const float d = n + 2.0f;
  /* tanh(softplus) + x sech^2(softplus) sigmoid(x), over the common denominator (n + 2)^2 */
  return v > 20.0f ? 1.0f : (n * d + 4.0f * c * w * (1.0f + w)) / (d * d);
}

BALBOA_INLINE float hard_swish_slope(float v, float alpha, float beta) {
  const float z = alpha * v + beta;
  return z <= 0.0f ? 0.0f : (z >= 1.0f ? 1.0f : z + alpha * v);
}

BACKWARD(relu_x, v <= 0.0f ? 0.0f : g)
BACKWARD(leaky_relu_x, v > 0.0f ? g : alpha * g)
BACKWARD(elu_x, v > 0.0f ? g : alpha * vexp(v) * g)
BACKWARD(selu_x, (v > 0.0f ? 1.05070099f : 1.75809934f * vexp(v)) * g)
BACKWARD(gelu_erf_x, gelu_erf_slope(v) * g)
BACKWARD(gelu_tanh_x, gelu_tanh_slope(v) * g)
BACKWARD(sigmoid_x, sigmoid_slope(v) * g)
BACKWARD(silu_x, silu_slope(v) * g)
BACKWARD(softplus_x, alpha * v > beta ? g : vsigmoid(alpha * v) * g)
BACKWARD(hard_sigmoid_x, alpha * v + beta <= 0.0f || alpha * v + beta >= 1.0f ? 0.0f : alpha * g)
BACKWARD(hard_swish_x, hard_swish_slope(v, alpha, beta) * g)
BACKWARD(mish_x, mish_slope(v) * g)
BACKWARD(tanh_x, 4.0f * sigmoid_slope(2.0f * v) * g)
BACKWARD(clip_x, v < alpha || v > beta ? 0.0f : g)
BACKWARD(abs_x, v > 0.0f ? g : (v < 0.0f ? -g : v * 0.0f))

BACKWARD(celu_x, v > 0.0f ? g : vexp(v / alpha) * g)
BACKWARD(softsign_x, g / ((1.0f + vabs(v)) * (1.0f + vabs(v))))
BACKWARD(log_sigmoid_x, vsigmoid(-v) * g)
BACKWARD(tanh_shrink_x, vtanh(v) * vtanh(v) * g)
BACKWARD(hard_shrink_x, v >= -alpha && v <= alpha ? 0.0f : g)
BACKWARD(threshold_x, v <= alpha ? 0.0f : g)

BACKWARD(leaky_relu_y, v > 0.0f ? g : alpha * g)
BACKWARD(elu_y, v > 0.0f ? g : (v + alpha) * g)
BACKWARD(sigmoid_y, v *(1.0f - v) * g)
BACKWARD(tanh_y, (1.0f - v) * (1.0f + v) * g)
BACKWARD(exp_y, v *g)
BACKWARD(sqrt_y, 0.5f * g / v)

unary_backward_fn bk_unary_backward(int32_t kind) {
  static const unary_backward_fn table[] = {relu_x,    leaky_relu_x, elu_x,          selu_x,       gelu_erf_x,
                                      gelu_tanh_x, sigmoid_x,  silu_x,         softplus_x,   hard_sigmoid_x,
                                      hard_swish_x, mish_x,    tanh_x,         clip_x};
  static const unary_backward_fn more[] = {celu_x,        softsign_x,    log_sigmoid_x, tanh_shrink_x,
                                     hard_shrink_x, hard_shrink_x, threshold_x};
  if (kind == BALBOA_ABS) {
    return abs_x;
  }
  if (kind >= BALBOA_CELU && kind <= BALBOA_THRESHOLD) {
    return more[kind - BALBOA_CELU];
  }
  return kind >= BALBOA_RELU && kind <= BALBOA_CLIP ? table[kind] : NULL;
}

unary_backward_fn bk_unary_backward_from_y(int32_t kind) {
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
  unary_backward_fn fn;
  const float *x, *dy;
  float *dx;
  float alpha, beta;
} backward_job;

static void backward_range(void *context, int64_t begin, int64_t end) {
  const backward_job *job = context;
  job->fn(end - begin, job->x + begin, job->dy + begin, job->dx + begin, job->alpha, job->beta);
}

static int32_t run(unary_backward_fn fn, int64_t n, const float *x, const float *dy, float *dx, float alpha, float beta) {
  BK_CHECK(fn != NULL, BALBOA_ERR_KIND);
  BK_CHECK(n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || (x != NULL && dy != NULL && dx != NULL), BALBOA_ERR_NULL);
  backward_job job = {fn, x, dy, dx, alpha, beta};
  bk_parallel(n, BK_GRAIN_CHEAP / 4, backward_range, &job);
  return BALBOA_OK;
}

int32_t balboa_unary_backward_f32(int32_t kind, int64_t n, const float *x, const float *dy, float *dx, float alpha,
                                  float beta) {
  return run(bk_unary_backward(kind), n, x, dy, dx, alpha, beta);
}

int32_t balboa_unary_backward_from_y_f32(int32_t kind, int64_t n, const float *y, const float *dy, float *dx,
                                         float alpha, float beta) {
  BK_CHECK(alpha > 0.0f || (kind != BALBOA_LEAKY_RELU && kind != BALBOA_ELU), BALBOA_ERR_ARGUMENT);
  return run(bk_unary_backward_from_y(kind), n, y, dy, dx, alpha, beta);
}
