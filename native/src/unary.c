/* y = f(x), element by element. */
#include "unary.h"

BALBOA_INLINE float clamp01(float v) { return v < 0.0f ? 0.0f : (v > 1.0f ? 1.0f : v); }

BALBOA_INLINE float gelu_erf(float v) {
  const float tail = vnormal(v).tail;
  return v * (v > 0.0f ? 1.0f - tail : tail);
}

BALBOA_INLINE float gelu_tanh(float v) {
  /* 1/2 (1 + tanh(z)) = sigmoid(2 z) */
  return v * vsigmoid(v * (1.59576912f + 0.0713548163f * v * v));
}

BALBOA_INLINE float softplus(float v, float alpha, float beta) {
  const float z = alpha * v;
  const float s = (z > 0.0f ? z : 0.0f) + vlog1p_unit(vexp_negative(-vabs(z)));
  return z > beta ? v : (z == z ? s / alpha : v);
}

BALBOA_INLINE float mish(float v) {
  const float w = vexp(v > 20.0f ? 20.0f : v);
  const float n = w * (w + 2.0f);
  return v > 20.0f ? v : v * (n / (n + 2.0f));
}

BALBOA_INLINE float log_sigmoid(float v) {
  const float s = (v < 0.0f ? v : 0.0f) - vlog1p_unit(vexp_negative(-vabs(v)));
  return v == v ? s : v;
}

UNARY(relu_loop, v <= 0.0f ? 0.0f : v)
UNARY(leaky_relu_loop, v > 0.0f ? v : alpha * v)
UNARY(elu_loop, v > 0.0f ? v : alpha * vexpm1(v))
UNARY(selu_loop, v > 0.0f ? 1.05070099f * v : 1.75809934f * vexpm1(v))
UNARY(gelu_erf_loop, gelu_erf(v))
UNARY(gelu_tanh_loop, gelu_tanh(v))
UNARY(sigmoid_loop, vsigmoid(v))
UNARY(silu_loop, v * vsigmoid(v))
UNARY(softplus_loop, softplus(v, alpha, beta))
UNARY(hard_sigmoid_loop, clamp01(alpha * v + beta))
UNARY(hard_swish_loop, v * clamp01(alpha * v + beta))
UNARY(mish_loop, mish(v))
UNARY(tanh_loop, vtanh(v))
UNARY(clip_loop, v < alpha ? alpha : (v > beta ? beta : v))
UNARY(linear_loop, alpha * v + beta)
UNARY(exp_loop, vexp(v))
UNARY(log_loop, vlog(v))
UNARY(sqrt_loop, sqrtf(v))
UNARY(rsqrt_loop, 1.0f / sqrtf(v))
UNARY(abs_loop, vabs(v))
UNARY(neg_loop, -v)
UNARY(square_loop, v * v)
UNARY(reciprocal_loop, 1.0f / v)
UNARY(erf_loop, verf(v))
UNARY(trunc_loop, truncf(v))
UNARY(celu_loop, v > 0.0f ? v : alpha * vexpm1(v / alpha))
UNARY(softsign_loop, v / (1.0f + vabs(v)))
UNARY(log_sigmoid_loop, log_sigmoid(v))
UNARY(hard_shrink_loop, v >= -alpha && v <= alpha ? 0.0f : v)
UNARY(soft_shrink_loop, v > alpha ? v - alpha : (v < -alpha ? v + alpha : v * 0.0f))
UNARY(threshold_loop, v <= alpha ? beta : v)
UNARY(sign_loop, v > 0.0f ? 1.0f : (v < 0.0f ? -1.0f : v))
UNARY(floor_loop, floorf(v))
UNARY(ceil_loop, ceilf(v))
UNARY(round_loop, rintf(v))
UNARY(log1p_loop, vlog1p(v))
UNARY(expm1_loop, vexpm1(v))
UNARY(sin_small, vsincos(v).sin)
UNARY(cos_small, vsincos(v).cos)

BALBOA_CLONES static float largest_abs(int64_t n, const float *x) {
  float m = 0.0f;
  BALBOA_SIMD_REDUCE(max, m) for (int64_t i = 0; i < n; i++) {
    const float a = vabs(x[i]);
    m = a > m ? a : m;
  }
  return m;
}

void bk_trig(int64_t n, const float *x, float *y, unary_fn small, double (*exact)(double)) {
  enum { BLOCK = 256 };
  for (int64_t begin = 0; begin < n; begin += BLOCK) {
    const int64_t m = bk_min(BLOCK, n - begin);
    if (largest_abs(m, x + begin) <= V_TRIG_MAX) {
      small(m, x + begin, y + begin, 0.0f, 0.0f);
    } else {
      for (int64_t i = begin; i < begin + m; i++) {
        y[i] = (float)exact((double)x[i]);
      }
    }
  }
}

static void sin_loop(int64_t n, const float *x, float *y, float alpha, float beta) {
  (void)alpha, (void)beta;
  bk_trig(n, x, y, sin_small, sin);
}

static void cos_loop(int64_t n, const float *x, float *y, float alpha, float beta) {
  (void)alpha, (void)beta;
  bk_trig(n, x, y, cos_small, cos);
}

unary_entry bk_unary_entry(int32_t kind) {
#define ENTRY(kind_name, loop, grain) \
  case kind_name: {                   \
    const unary_entry e = {loop, grain}; \
    return e;                         \
  }
  switch (kind) {
    ENTRY(BALBOA_RELU, relu_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_LEAKY_RELU, leaky_relu_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_ELU, elu_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_SELU, selu_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_GELU_ERF, gelu_erf_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_GELU_TANH, gelu_tanh_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_SIGMOID, sigmoid_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_SILU, silu_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_SOFTPLUS, softplus_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_HARD_SIGMOID, hard_sigmoid_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_HARD_SWISH, hard_swish_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_MISH, mish_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_TANH, tanh_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_CLIP, clip_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_LINEAR, linear_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_EXP, exp_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_LOG, log_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_SQRT, sqrt_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_RSQRT, rsqrt_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_ABS, abs_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_NEG, neg_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_SQUARE, square_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_RECIPROCAL, reciprocal_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_SIN, sin_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_COS, cos_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_ERF, erf_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_SIGN, sign_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_FLOOR, floor_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_CEIL, ceil_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_ROUND, round_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_LOG1P, log1p_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_EXPM1, expm1_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_TRUNC, trunc_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_CELU, celu_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_SOFTSIGN, softsign_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_LOG_SIGMOID, log_sigmoid_loop, BK_GRAIN_MATH)
    ENTRY(BALBOA_HARD_SHRINK, hard_shrink_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_SOFT_SHRINK, soft_shrink_loop, BK_GRAIN_CHEAP)
    ENTRY(BALBOA_THRESHOLD, threshold_loop, BK_GRAIN_CHEAP)
    default:
      break;
  }
#undef ENTRY
  const unary_entry other = {bk_unary_math(kind), BK_GRAIN_MATH};
  return other;
}

unary_fn bk_unary(int32_t kind) { return bk_unary_entry(kind).fn; }

typedef struct {
  unary_fn fn;
  const float *x;
  float *y;
  float alpha, beta;
} unary_job;

static void unary_range(void *context, int64_t begin, int64_t end) {
  const unary_job *job = context;
  job->fn(end - begin, job->x + begin, job->y + begin, job->alpha, job->beta);
}

int32_t balboa_unary_f32(int32_t kind, int64_t n, const float *x, float *y, float alpha, float beta) {
  const unary_entry entry = bk_unary_entry(kind);
  BK_CHECK(entry.fn != NULL, BALBOA_ERR_KIND);
  BK_CHECK(n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || (x != NULL && y != NULL), BALBOA_ERR_NULL);
  unary_job job = {entry.fn, x, y, alpha, beta};
  bk_parallel(n, entry.grain, unary_range, &job);
  return BALBOA_OK;
}
