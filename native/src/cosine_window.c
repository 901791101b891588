/* Window functions that are sums of cosines. */
#include "dmath.h"
#include "internal.h"

enum { BLOCK = 256 };

typedef struct {
  int64_t period;
  int32_t count;
  const double *a;
  double end; /* the sum at 0 */
  float *y;
} window_job;

/*
 * With x = -cos(t) the sum of (-1)^j a_j cos(j t) is that of a_j T_j(x), Chebyshev's polynomials. Their values at x = -1, the
 * ends of the window, are taken out, T_j(x) = (-1)^j + (1 + x) D_j(x), since 1 + x = 2 sin(t / 2)^2 keeps its digits where
 * the window is nearly zero: D_0 = 0, D_1 = 1, D_j+1 = 2 x D_j - D_j-1 + 2 (-1)^j.
 */
BALBOA_CLONES static void fill_block(const window_job *job, int64_t first, int64_t n) {
  double h[BLOCK], x[BLOCK], last[BLOCK], d[BLOCK], sum[BLOCK];
  const int64_t period = job->period;
  const double half_turn = 3.1415926535897932 / (double)period;
  const double a1 = job->count > 1 ? job->a[1] : 0.0;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const int64_t k = first + i, mirrored = period - k;
    const double s = dsin_quarter((double)(k < mirrored ? k : mirrored) * half_turn);
    h[i] = 2.0 * (s * s);
    x[i] = h[i] - 1.0;
    last[i] = 0.0;
    d[i] = 1.0;
    sum[i] = a1;
  }
  for (int32_t j = 2; j < job->count; j++) {
    const double a = job->a[j], constant = j % 2 == 0 ? -2.0 : 2.0;
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
      const double next = 2.0 * x[i] * d[i] - last[i] + constant;
      last[i] = d[i];
      d[i] = next;
      sum[i] += a * next;
    }
  }
  float *y = job->y + first;
  const double end = job->end;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = (float)(end + h[i] * sum[i]); }
}

static void fill_range(void *context, int64_t begin, int64_t end) {
  const window_job *job = context;
  for (int64_t first = begin; first < end; first += BLOCK) {
    fill_block(job, first, bk_min(BLOCK, end - first));
  }
}

int32_t balboa_cosine_window(int64_t n, int64_t period, int32_t count, const double *coefficients, float *y) {
  BK_CHECK(bk_product(1, &n) >= 0 && period >= 1 && period >= n - 1 && count >= 1, BALBOA_ERR_ARGUMENT);
  BK_CHECK(coefficients != NULL && (n == 0 || y != NULL), BALBOA_ERR_NULL);
  window_job job = {.period = period, .count = count, .a = coefficients, .y = y};
  for (int32_t j = 0; j < count; j++) {
    job.end += j % 2 == 0 ? coefficients[j] : -coefficients[j];
  }
  bk_parallel(n, BK_GRAIN_MATH, fill_range, &job);
  return BALBOA_OK;
}
