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
