/* The f64 functions of one variable against their definitions in long double, and their slopes against differences. */
#include "check.h"

#include <math.h>

static long double sigmoid_l(long double v) { return 1.0L / (1.0L + expl(-v)); }

static long double define(int kind, long double v, long double a, long double b) {
  switch (kind) {
    case BALBOA_RELU:
      return v > 0 ? v : 0;
    case BALBOA_LEAKY_RELU:
      return v > 0 ? v : a * v;
    case BALBOA_ELU:
      return v > 0 ? v : a * expm1l(v);
    case BALBOA_SELU:
      return 1.0507009873554804934193349852946L * (v > 0 ? v : 1.6732632423543772848170429916717L * expm1l(v));
    case BALBOA_GELU_ERF:
      return v * 0.5L * erfcl(-v * sqrtl(0.5L));
    case BALBOA_GELU_TANH:
      return v * sigmoid_l(2 * sqrtl(2 / 3.14159265358979323846L) * (v + 0.044715L * v * v * v));
    case BALBOA_SIGMOID:
      return sigmoid_l(v);
    case BALBOA_SILU:
      return v * sigmoid_l(v);
    case BALBOA_SOFTPLUS:
      return (v > 0 ? v : 0) + log1pl(expl(-fabsl(v)));
    case BALBOA_HARD_SIGMOID:
      return fminl(fmaxl(a * v + b, 0), 1);
    case BALBOA_HARD_SWISH:
      return v * fminl(fmaxl(a * v + b, 0), 1);
    case BALBOA_MISH:
      return v * tanhl(log1pl(expl(v)));
    case BALBOA_TANH:
      return tanhl(v);
    case BALBOA_CLIP:
      return fminl(fmaxl(v, a), b);
    default:
      return 0;
  }
}

int main(void) {
  const int64_t n = 10007;
  double *x = NEW(double, n), *y = NEW(double, n), *one = NEW(double, n), *d = NEW(double, n), *e = NEW(double, n);
  for (int64_t i = 0; i < n; i++) {
    x[i] = (double)(next_u32() % 2000001) / 100000.0 - 10.0;
    one[i] = 1;
  }
  for (int kind = BALBOA_RELU; kind <= BALBOA_CLIP; kind++) {
    const double a = kind == BALBOA_SOFTPLUS ? 1 : kind == BALBOA_CLIP ? -0.5 : 0.25;
    const double b = kind == BALBOA_SOFTPLUS ? (double)INFINITY : 0.5;
    EXPECT_OK(balboa_unary_f64(kind, n, x, y, a, b));
    EXPECT_OK(balboa_unary_backward_f64(kind, n, x, one, d, a, b));
    double worst = 0, slope = 0;
    for (int64_t i = 0; i < n; i++) {
      const long double want = define(kind, x[i], a, b), h = 1e-6L;
      const long double rise = (define(kind, x[i] + h, a, b) - define(kind, x[i] - h, a, b)) / (2 * h);
      worst = fmax(worst, fabs((double)(y[i] - want)) / (fabs((double)want) + 1e-300) / (1 + 0.2 * x[i] * x[i])); /* the condition of a tail */
      const double jump = fabs((double)(d[i] - rise));
      slope = fmax(slope, jump > 0.2 || fabs(x[i]) < 1e-5 ? 0 : jump); /* kinks */
    }
    EXPECT(worst < 4e-15, "kind %d: relative error %g", kind, worst);
    EXPECT(slope < 1e-9, "kind %d: slope off by %g", kind, slope);
    if (kind == BALBOA_RELU || kind == BALBOA_LEAKY_RELU || kind == BALBOA_ELU || kind == BALBOA_SIGMOID ||
        kind == BALBOA_TANH) {
      EXPECT_OK(balboa_unary_backward_from_y_f64(kind, n, y, one, e, a, b));
      double apart = 0;
      for (int64_t i = 0; i < n; i++) {
        apart = fmax(apart, fabs(e[i] - d[i]));
      }
      EXPECT(apart < 1e-15, "kind %d: the two slopes are %g apart", kind, apart);
    }
  }
  EXPECT_OK(balboa_unary_f64(BALBOA_EXPM1, n, x, x, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unary_f64(99, n, x, y, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unary_backward_f64(BALBOA_EXP, n, x, x, y, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_unary_f64(BALBOA_EXP, -1, x, y, 0, 0));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_unary_f64(BALBOA_EXP, 1, NULL, y, 0, 0));
  release(x);
  release(y);
  release(one);
  release(d);
  release(e);
  return check_done("unary_f64");
}
