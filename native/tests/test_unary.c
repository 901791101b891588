/* balboa_unary_f32 against f64 formulas: error in ulp over every exponent, specials, odd sizes, threads. */
#include "check.h"

typedef double (*exact_fn)(double x, double alpha, double beta);

#define EXACT(name, expression)                                  \
  static double name(double x, double alpha, double beta) {      \
    (void)alpha, (void)beta;                                     \
    return (expression);                                         \
  }

static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
static double clamp01(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }
static double log1pexp(double x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }

EXACT(e_relu, isnan(x) ? x : x > 0 ? x : 0)
EXACT(e_leaky, x > 0 ? x : alpha * x)
EXACT(e_elu, x > 0 ? x : alpha * expm1(x))
EXACT(e_selu, x > 0 ? 1.0507009873554805 * x : 1.0507009873554805 * 1.6732632423543772 * expm1(x))
EXACT(e_gelu, 0.5 * x * erfc(-x / sqrt(2)))
EXACT(e_gelu_tanh, x * sigmoid(2 * 0.79788456080286536 * (x + 0.044715 * x * x * x)))
EXACT(e_sigmoid, sigmoid(x))
EXACT(e_silu, x * sigmoid(x))
EXACT(e_softplus, alpha * x > beta ? x : log1pexp(alpha * x) / alpha)
EXACT(e_hard_sigmoid, clamp01(alpha * x + beta))
EXACT(e_hard_swish, x * clamp01(alpha * x + beta))
EXACT(e_mish, x > 30 ? x : x * (exp(x) * (exp(x) + 2)) / (exp(x) * (exp(x) + 2) + 2))
EXACT(e_tanh, tanh(x))
EXACT(e_clip, x < alpha ? alpha : x > beta ? beta : x)
EXACT(e_linear, alpha * x + beta)
EXACT(e_exp, exp(x))
EXACT(e_log, log(x))
EXACT(e_sqrt, sqrt(x))
EXACT(e_rsqrt, 1 / sqrt(x))
EXACT(e_abs, fabs(x))
EXACT(e_neg, -x)
EXACT(e_square, x *x)
EXACT(e_reciprocal, 1 / x)
EXACT(e_sin, sin(x))
EXACT(e_cos, cos(x))
EXACT(e_erf, erf(x))
EXACT(e_sign, x > 0 ? 1 : x < 0 ? -1 : x)
EXACT(e_floor, floor(x))
EXACT(e_ceil, ceil(x))
EXACT(e_round, rint(x))
EXACT(e_log1p, log1p(x))
EXACT(e_expm1, expm1(x))

EXACT(e_tan, tan(x))
EXACT(e_asin, asin(x))
EXACT(e_acos, acos(x))
EXACT(e_atan, atan(x))
EXACT(e_sinh, sinh(x))
EXACT(e_cosh, cosh(x))
EXACT(e_asinh, asinh(x))
EXACT(e_acosh, acosh(x))
EXACT(e_atanh, atanh(x))
EXACT(e_log2, log2(x))
EXACT(e_log10, log10(x))
EXACT(e_exp2, exp2(x))
EXACT(e_trunc, trunc(x))
EXACT(e_erfc, erfc(x))
EXACT(e_power, pow(x, alpha))
EXACT(e_celu, x > 0 ? x : alpha * expm1(x / alpha))
EXACT(e_softsign, x / (1 + fabs(x)))
EXACT(e_log_sigmoid, (x < 0 ? x : x * 0) - log1p(exp(-fabs(x))))
EXACT(e_tanh_shrink, fabs(x) < 1e-2 ? x * x * x * (1 - x * x * (0.4 - x * x * 17 / 105)) / 3 : x - tanh(x))
EXACT(e_hard_shrink, fabs(x) <= alpha ? 0 : x)
EXACT(e_soft_shrink, isnan(x) ? x : x > alpha ? x - alpha : x < -alpha ? x + alpha : 0)
EXACT(e_threshold, x <= alpha ? beta : x)

/* The inverse error function by bisection. */
static double e_erfinv(double x, double alpha, double beta) {
  (void)alpha, (void)beta;
  if (isnan(x) || fabs(x) > 1) {
    return NAN;
  }
  if (fabs(x) == 1) {
    return copysign(INFINITY, x);
  }
  const double t = fabs(x);
  double low = t * 0.88, high = t * 1e4 > 7 ? 7 : t * 1e4;
  for (int i = 0; i < 80 && t > 0; i++) {
    const double middle = 0.5 * (low + high);
    const int below = t < 0.5 ? erf(middle) < t : erfc(middle) > 1 - t;
    low = below ? middle : low;
    high = below ? high : middle;
  }
  return copysign(t > 0 ? high : 0, x);
}

typedef struct {
  const char *name;
  int32_t kind;
  exact_fn exact;
  double ulps;        /* largest error allowed for |x| in [tiny, huge] */
  double tiny, huge;
  float alpha, beta;
} unary_case;

#define ALL 0, INFINITY

static const unary_case cases[] = {
    {"relu", BALBOA_RELU, e_relu, 0, ALL, 0, 0},
    {"leaky_relu", BALBOA_LEAKY_RELU, e_leaky, 0.51, ALL, 0.25f, 0},
    {"elu", BALBOA_ELU, e_elu, 3, ALL, 1.5f, 0},
    {"selu", BALBOA_SELU, e_selu, 3, ALL, 0, 0},
    {"gelu_erf", BALBOA_GELU_ERF, e_gelu, 8, 0, 13, 0, 0},
    {"gelu_tanh", BALBOA_GELU_TANH, e_gelu_tanh, 8, 0, 1.5, 0, 0},
    {"gelu_tanh", BALBOA_GELU_TANH, e_gelu_tanh, 50, 0, 5, 0, 0},
    {"sigmoid", BALBOA_SIGMOID, e_sigmoid, 4, ALL, 0, 0},
    {"silu", BALBOA_SILU, e_silu, 4, 0, 85, 0, 0},
    {"softplus", BALBOA_SOFTPLUS, e_softplus, 4, 0, 85, 1, 1e9f},
    {"softplus4", BALBOA_SOFTPLUS, e_softplus, 4, 0, 20, 4, 20},
    {"hard_sigmoid", BALBOA_HARD_SIGMOID, e_hard_sigmoid, 4, ALL, 0.25f, 0.5f},
    {"hard_swish", BALBOA_HARD_SWISH, e_hard_swish, 4, 0, 1e30, 0.25f, 0.5f},
    {"mish", BALBOA_MISH, e_mish, 4, 0, 80, 0, 0},
    {"tanh", BALBOA_TANH, e_tanh, 4, ALL, 0, 0},
    {"clip", BALBOA_CLIP, e_clip, 0, ALL, -0.5f, 6},
    {"linear", BALBOA_LINEAR, e_linear, 1, ALL, 2, 0},
    {"exp", BALBOA_EXP, e_exp, 2, ALL, 0, 0},
    {"log", BALBOA_LOG, e_log, 2, ALL, 0, 0},
    {"sqrt", BALBOA_SQRT, e_sqrt, 0.51, ALL, 0, 0},
    {"rsqrt", BALBOA_RSQRT, e_rsqrt, 2, ALL, 0, 0},
    {"abs", BALBOA_ABS, e_abs, 0, ALL, 0, 0},
    {"neg", BALBOA_NEG, e_neg, 0, ALL, 0, 0},
    {"square", BALBOA_SQUARE, e_square, 0.51, ALL, 0, 0},
    {"reciprocal", BALBOA_RECIPROCAL, e_reciprocal, 0.51, ALL, 0, 0},
    {"sin", BALBOA_SIN, e_sin, 2, ALL, 0, 0},
    {"cos", BALBOA_COS, e_cos, 2, ALL, 0, 0},
    {"erf", BALBOA_ERF, e_erf, 3, ALL, 0, 0},
    {"sign", BALBOA_SIGN, e_sign, 0, ALL, 0, 0},
    {"floor", BALBOA_FLOOR, e_floor, 0, ALL, 0, 0},
    {"ceil", BALBOA_CEIL, e_ceil, 0, ALL, 0, 0},
    {"round", BALBOA_ROUND, e_round, 0, ALL, 0, 0},
    {"log1p", BALBOA_LOG1P, e_log1p, 3, ALL, 0, 0},
    {"expm1", BALBOA_EXPM1, e_expm1, 3, ALL, 0, 0},
    {"tan", BALBOA_TAN, e_tan, 0.51, ALL, 0, 0},
    {"asin", BALBOA_ASIN, e_asin, 0.51, ALL, 0, 0},
    {"acos", BALBOA_ACOS, e_acos, 0.51, ALL, 0, 0},
    {"atan", BALBOA_ATAN, e_atan, 0.51, ALL, 0, 0},
    {"sinh", BALBOA_SINH, e_sinh, 0.51, ALL, 0, 0},
    {"cosh", BALBOA_COSH, e_cosh, 0.51, ALL, 0, 0},
    {"asinh", BALBOA_ASINH, e_asinh, 0.51, ALL, 0, 0},
    {"acosh", BALBOA_ACOSH, e_acosh, 0.51, ALL, 0, 0},
    {"atanh", BALBOA_ATANH, e_atanh, 0.51, ALL, 0, 0},
    {"log2", BALBOA_LOG2, e_log2, 1, ALL, 0, 0},
    {"log10", BALBOA_LOG10, e_log10, 1, ALL, 0, 0},
    {"exp2", BALBOA_EXP2, e_exp2, 1, ALL, 0, 0},
    {"trunc", BALBOA_TRUNC, e_trunc, 0, ALL, 0, 0},
    {"erfc", BALBOA_ERFC, e_erfc, 5, 0, 10.6, 0, 0},
    {"erfinv", BALBOA_ERFINV, e_erfinv, 0.51, ALL, 0, 0},
    {"power3", BALBOA_POWER, e_power, 0.51, ALL, 3, 0},
    {"power.5", BALBOA_POWER, e_power, 0.51, ALL, 0.5f, 0},
    {"power0", BALBOA_POWER, e_power, 0, ALL, 0, 0},
    {"power1.7", BALBOA_POWER, e_power, 0.51, ALL, 1.7f, 0},
    {"power-2", BALBOA_POWER, e_power, 0.51, ALL, -2, 0},
    {"power-5", BALBOA_POWER, e_power, 0.51, ALL, -5, 0},
    {"celu", BALBOA_CELU, e_celu, 4, ALL, 1.5f, 0},
    {"softsign", BALBOA_SOFTSIGN, e_softsign, 2, ALL, 0, 0},
    {"log_sigmoid", BALBOA_LOG_SIGMOID, e_log_sigmoid, 4, 0, 85, 0, 0},
    {"tanh_shrink", BALBOA_TANH_SHRINK, e_tanh_shrink, 0.6, ALL, 0, 0},
    {"hard_shrink", BALBOA_HARD_SHRINK, e_hard_shrink, 0, ALL, 0.5f, 0},
    {"soft_shrink", BALBOA_SOFT_SHRINK, e_soft_shrink, 0.51, ALL, 0.5f, 0},
    {"threshold", BALBOA_THRESHOLD, e_threshold, 0, ALL, 0.25f, -3},
};

static void fill_inputs(float *x, int64_t n) {
  static const float special[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 1e-45f, -1e-45f, 1e-39f, -1e-39f, 1.0f, -1.0f,
                                  3.4028235e38f, -3.4028235e38f, 88.7228f, 88.73f, -87.4f, -103.9f, -104.1f, 0.5f,
                                  -0.5f, 2.5f, -2.5f, 1048576.0f, 1048577.0f, 1e10f};
  const int64_t specials = sizeof special / sizeof special[0];
  for (int64_t i = 0; i < n; i++) {
    if (i < specials) {
      x[i] = special[i];
    } else if (i % 2 == 0) {
      const uint32_t bits = next_u32(); /* every exponent alike */
      memcpy(&x[i], &bits, 4);
    } else {
      x[i] = (float)next_uniform(-20, 20);
    }
  }
}

static void check_case(const unary_case *c, const float *x, int64_t n) {
  float *y = NEW(float, n);
  EXPECT_OK(balboa_unary_f32(c->kind, n, x, y, c->alpha, c->beta));
  double worst = 0;
  float at = 0;
  for (int64_t i = 0; i < n; i++) {
    const double exact = c->exact((double)x[i], (double)c->alpha, (double)c->beta);
    if (!isnan(x[i]) && !(fabs((double)x[i]) >= c->tiny && fabs((double)x[i]) <= c->huge)) {
      continue;
    }
    const double error = ulp_error(y[i], exact);
    if (!(error <= worst)) {
      worst = error;
      at = x[i];
    }
  }
  printf("%-14s %6.2f ulp at %.9g\n", c->name, worst, (double)at);
  EXPECT(worst <= c->ulps, "%s is wrong by %g ulp at %.9g", c->name, worst, (double)at);
  /* In place and in odd pieces the result is the same, bit for bit. */
  float *z = NEW(float, n);
  memcpy(z, x, (size_t)n * sizeof(float));
  for (int64_t begin = 0, size = 1; begin < n; begin += size, size = size * 3 + 1) {
    const int64_t m = n - begin < size ? n - begin : size;
    EXPECT_OK(balboa_unary_f32(c->kind, m, z + begin, z + begin, c->alpha, c->beta));
  }
  EXPECT(memcmp(y, z, (size_t)n * sizeof(float)) == 0, "%s differs when called in pieces", c->name);
  release(y);
  release(z);
}

int main(void) {
  const int64_t n = 400003;
  float *x = NEW(float, n);
  fill_inputs(x, n);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    check_case(&cases[i], x, n);
  }
  float y = 7;
  EXPECT_OK(balboa_unary_f32(BALBOA_EXP, 0, NULL, NULL, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unary_f32(99, 1, x, &y, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unary_f32(-1, 1, x, &y, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_unary_f32(BALBOA_EXP, -1, x, &y, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_unary_f32(BALBOA_EXP, 1, NULL, &y, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_unary_f32(BALBOA_EXP, 1, x, NULL, 0, 0));
  EXPECT(y == 7, "an error wrote to the output");
  release(x);
  return check_done("unary");
}
