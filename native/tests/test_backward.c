/* Derivatives of the activations against f64 formulas. */
#include "check.h"

static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
static double phi(double x) { return 0.5 * erfc(-x / sqrt(2)); }

static double slope(int32_t kind, double x, double alpha, double beta) {
  const double selu = 1.0507009873554805, c = 0.79788456080286536;
  const double s = sigmoid(x);
  switch (kind) {
    case BALBOA_RELU:
      return x > 0;
    case BALBOA_LEAKY_RELU:
      return x > 0 ? 1 : alpha;
    case BALBOA_ELU:
      return x > 0 ? 1 : alpha * exp(x);
    case BALBOA_SELU:
      return x > 0 ? selu : selu * 1.6732632423543772 * exp(x);
    case BALBOA_GELU_ERF:
      return phi(x) + x * exp(-x * x / 2) * 0.3989422804014327;
    case BALBOA_GELU_TANH: {
      const double z = 2 * c * (x + 0.044715 * x * x * x);
      return sigmoid(z) + x * sigmoid(z) * sigmoid(-z) * 2 * c * (1 + 3 * 0.044715 * x * x);
    }
    case BALBOA_SIGMOID:
      return s * sigmoid(-x);
    case BALBOA_SILU:
      return s + x * s * sigmoid(-x);
    case BALBOA_SOFTPLUS:
      return alpha * x > beta ? 1 : sigmoid(alpha * x);
    case BALBOA_HARD_SIGMOID:
      return alpha * x + beta > 0 && alpha * x + beta < 1 ? alpha : 0;
    case BALBOA_HARD_SWISH:
      return alpha * x + beta <= 0 ? 0 : alpha * x + beta >= 1 ? 1 : 2 * alpha * x + beta;
    case BALBOA_MISH: {
      const double t = tanh((x > 0 ? x : 0) + log1p(exp(-fabs(x))));
      return t + x * (1 - t * t) * s;
    }
    case BALBOA_TANH:
      return 4 * sigmoid(2 * x) * sigmoid(-2 * x);
    case BALBOA_CLIP:
      return x >= alpha && x <= beta;
    default:
      return x > 0 ? 1 : x < 0 ? -1 : 0;
  }
}

typedef struct {
  int32_t kind;
  float alpha, beta;
} activation;

static const activation activations[] = {
    {BALBOA_RELU, 0, 0},         {BALBOA_LEAKY_RELU, 0.125f, 0}, {BALBOA_ELU, 1.5f, 0},
    {BALBOA_SELU, 0, 0},         {BALBOA_GELU_ERF, 0, 0},        {BALBOA_GELU_TANH, 0, 0},
    {BALBOA_SIGMOID, 0, 0},      {BALBOA_SILU, 0, 0},            {BALBOA_SOFTPLUS, 2, 20},
    {BALBOA_HARD_SIGMOID, 0.25f, 0.5f}, {BALBOA_HARD_SWISH, 0.25f, 0.5f}, {BALBOA_MISH, 0, 0},
    {BALBOA_TANH, 0, 0},         {BALBOA_CLIP, -1, 2},           {BALBOA_ABS, 0, 0},
};

static void check_from_x(const activation *a, int64_t n) {
  float *x = random_f32(n, -12, 12), *dy = random_f32(n, -2, 2), *dx = NEW(float, n);
  static const float special[] = {0, -0.0f, INFINITY, -INFINITY, 100, -100, 1e30f, -1e30f, 1e-40f, -1e-40f};
  for (int64_t i = 0; i < n && i < 10; i++) {
    x[i] = special[i];
  }
  EXPECT_OK(balboa_unary_backward_f32(a->kind, n, x, dy, dx, a->alpha, a->beta));
  for (int64_t i = 0; i < n; i++) {
    double exact = slope(a->kind, (double)x[i], (double)a->alpha, (double)a->beta);
    if (isnan(exact)) {
      exact = x[i] > 0; /* infinity: the limit, wherever the f64 formula loses it */
    }
    /* Where the slope crosses zero the absolute error is what counts; in f32 it is of the size of the terms. */
    EXPECT(near_rel((double)dx[i], exact * (double)dy[i], 2e-6, 0.1 * fabs((double)dy[i])),
           "kind %d at %.9g: %.9g, want %.9g", (int)a->kind, (double)x[i], (double)dx[i], exact * (double)dy[i]);
  }
  float *z = NEW(float, n);
  memcpy(z, dy, (size_t)n * sizeof(float));
  EXPECT_OK(balboa_unary_backward_f32(a->kind, n, x, z, z, a->alpha, a->beta)); /* dx is dy */
  EXPECT(memcmp(z, dx, (size_t)n * sizeof(float)) == 0, "in place differs");
  release(x);
  release(dy);
  release(dx);
  release(z);
}

static void check_from_y(int32_t kind, float alpha, double lo, double hi) {
  const int64_t n = 1003;
  float *x = random_f32(n, lo, hi), *y = NEW(float, n), *dy = random_f32(n, -2, 2), *dx = NEW(float, n);
  EXPECT_OK(balboa_unary_f32(kind, n, x, y, alpha, 0));
  EXPECT_OK(balboa_unary_backward_from_y_f32(kind, n, y, dy, dx, alpha, 0));
  for (int64_t i = 0; i < n; i++) {
    const double v = (double)x[i];
    const double exact = (double)dy[i] * (kind == BALBOA_EXP    ? exp(v)
                                          : kind == BALBOA_SQRT ? 0.5 / sqrt(v)
                                                                : slope(kind, v, (double)alpha, 0));
    EXPECT(near_rel((double)dx[i], exact, 4e-6, 1e-1), "from y, kind %d at %g: %g, want %g", (int)kind, v,
           (double)dx[i], exact);
  }
  release(x);
  release(y);
  release(dy);
  release(dx);
}

int main(void) {
  static const int64_t lengths[] = {0, 1, 15, 33, 40007};
  for (size_t i = 0; i < sizeof activations / sizeof activations[0]; i++) {
    for (int k = 0; k < 5; k++) {
      check_from_x(&activations[i], lengths[k]);
    }
  }
  check_from_y(BALBOA_RELU, 0, -5, 5);
  check_from_y(BALBOA_LEAKY_RELU, 0.25f, -5, 5);
  check_from_y(BALBOA_ELU, 1.5f, -5, 5);
  check_from_y(BALBOA_SIGMOID, 0, -8, 8);
  check_from_y(BALBOA_TANH, 0, -3, 3);
  check_from_y(BALBOA_EXP, 0, -8, 8);
  check_from_y(BALBOA_SQRT, 0, 0.01, 9);
  float x = NAN, dy = 1, dx = 0;
  EXPECT_OK(balboa_unary_backward_f32(BALBOA_RELU, 1, &x, &dy, &dx, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unary_backward_f32(BALBOA_EXP, 1, &x, &dy, &dx, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unary_backward_from_y_f32(BALBOA_GELU_ERF, 1, &x, &dy, &dx, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_unary_backward_from_y_f32(BALBOA_ELU, 1, &x, &dy, &dx, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_unary_backward_f32(BALBOA_RELU, 1, &x, NULL, &dx, 0, 0));
  return check_done("backward");
}
