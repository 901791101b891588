/* What the kernels of one variable share. */
#ifndef BALBOA_UNARY_H
#define BALBOA_UNARY_H

#include "internal.h"
#include "vmath.h"

typedef void (*unary_fn)(int64_t n, const float *x, float *y, float alpha, float beta);
typedef void (*unary_backward_fn)(int64_t n, const float *x, const float *dy, float *dx, float alpha, float beta);
typedef void (*unary_fn_f64)(int64_t n, const double *x, double *y, double alpha, double beta);
typedef void (*unary_backward_fn_f64)(int64_t n, const double *x, const double *dy, double *dx, double alpha,
                                      double beta);

/* The loops of a function and of its derivatives from x and from y; NULL for what there is not. */
unary_fn bk_unary(int32_t kind);
unary_backward_fn bk_unary_backward(int32_t kind);
unary_backward_fn bk_unary_backward_from_y(int32_t kind);
unary_fn_f64 bk_unary_f64(int32_t kind);
unary_backward_fn_f64 bk_unary_backward_f64(int32_t kind);

typedef struct {
  unary_fn fn;
  int64_t grain;
} unary_entry;

/* The loop with the number of elements below which it stays on one thread. */
unary_entry bk_unary_entry(int32_t kind);

/* f(v) of the element v; alpha and beta are in scope. */
#define UNARY(name, expression)                                                                         \
  BALBOA_CLONES static void name(int64_t n, const float *x, float *y, float alpha, float beta) {         \
    (void)alpha, (void)beta;                                                                             \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                        \
      const float v = x[i];                                                                              \
      y[i] = (expression);                                                                               \
    }                                                                                                    \
  }

/* y = small(x); blocks with an argument too large for its reduction in f64 (infinity is one) go through the C library's
 * function of f64. */
void bk_trig(int64_t n, const float *x, float *y, unary_fn small, double (*exact)(double));

/* The functions of unary_math.c; NULL for any other kind. */
unary_fn bk_unary_math(int32_t kind);

/* The y with erf(y) = x. */
double bk_erfinv(double x);

#endif
