/* Losses that compare an output with a target element by element, and their sum or mean in one pass. */
#include <math.h>

#include "internal.h"
#include "vmath.h"

BALBOA_INLINE double sigmoid_f64(double x) {
  const double e = exp(x < 0 ? x : -x);
  return (x < 0 ? e : 1.0) / (1.0 + e);
}

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)

#define T float
#define NAME(x) JOIN(x, f32)
#define EXP(x) vexp(x)
#define LOG(x) vlog(x)
#define LOG1P(x) vlog1p(x)
#define SIGMOID(x) vsigmoid(x)
#include "pointwise_loss_type.h"
#undef T
#undef NAME
#undef EXP
#undef LOG
#undef LOG1P
#undef SIGMOID

#define T double
#define NAME(x) JOIN(x, f64)
#define EXP(x) exp(x)
#define LOG(x) log(x)
#define LOG1P(x) log1p(x)
#define SIGMOID(x) sigmoid_f64(x)
#include "pointwise_loss_type.h"

static int32_t check(int32_t dtype, int32_t kind, double parameter, int32_t reduction, int64_t n, const void *x,
                     const void *t) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(kind >= BALBOA_LOSS_SQUARED && kind <= BALBOA_LOSS_POISSON, BALBOA_ERR_KIND);
  BK_CHECK(reduction >= BALBOA_REDUCTION_NONE && reduction <= BALBOA_REDUCTION_SUM, BALBOA_ERR_KIND);
  BK_CHECK(n >= 0 && (kind != BALBOA_LOSS_HUBER || parameter > 0), BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || (x != NULL && t != NULL), BALBOA_ERR_NULL);
  return BALBOA_OK;
}

int32_t balboa_pointwise_loss(int32_t dtype, int32_t kind, double parameter, int32_t reduction, int64_t n,
                              const void *x, const void *t, void *loss) {
  const int32_t status = check(dtype, kind, parameter, reduction, n, x, t);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(loss != NULL || (reduction == BALBOA_REDUCTION_NONE && n == 0), BALBOA_ERR_NULL);
  (dtype == BALBOA_F32 ? forward_f32 : forward_f64)(kind, parameter, reduction, n, x, t, loss);
  return BALBOA_OK;
}

int32_t balboa_pointwise_loss_backward(int32_t dtype, int32_t kind, double parameter, int32_t reduction, int64_t n,
                                       const void *x, const void *t, const void *dloss, void *dx, void *dt) {
  const int32_t status = check(dtype, kind, parameter, reduction, n, x, t);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(n == 0 || (dloss != NULL && dx != NULL), BALBOA_ERR_NULL);
  (dtype == BALBOA_F32 ? backward_f32 : backward_f64)(kind, parameter, reduction, n, x, t, dloss, dx, dt);
  return BALBOA_OK;
}
