/* The two passes every stable softmax of a contiguous row starts with. */
#ifndef BALBOA_SOFTMAX_ROW_H
#define BALBOA_SOFTMAX_ROW_H

#include "vmath.h"

/* Largest element of x[0..n), n >= 1. A NaN may or may not be found here: it reaches every result through the sum. */
BALBOA_INLINE float row_max(int64_t n, const float *x) {
  float m = x[0];
  BALBOA_SIMD_REDUCE(max, m) for (int64_t i = 0; i < n; i++) { m = x[i] > m ? x[i] : m; }
  return m;
}

/* Sum of exp(x[i] - m), in f64. */
BALBOA_INLINE double row_exp_sum(int64_t n, const float *x, float m) {
  double s = 0.0;
  BALBOA_SIMD_REDUCE(+, s) for (int64_t i = 0; i < n; i++) { s += (double)vexp(x[i] - m); }
  return s;
}

#endif
