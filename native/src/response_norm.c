/* Local response normalisation across the channels of [outer, channels, inner]. */
#include <math.h>

#include "internal.h"

enum { TILE = 64 };

typedef struct {
  int64_t channels, inner, size, tiles;
  double alpha, beta, k; /* alpha is divided by size already */
  const void *x, *dy;
  void *y, *scratch; /* backward: y is dx */
} response_job;

/* power = s^-beta; the usual exponents without a call of pow. */
BALBOA_CLONES static void powers(double beta, int64_t n, const double *s, double *power) {
  if (beta == 0.75) {
    BALBOA_SIMD for (int64_t j = 0; j < n; j++) {
      const double root = sqrt(s[j]);
      power[j] = 1.0 / (root * sqrt(root));
    }
  } else if (beta == 0.5) {
    BALBOA_SIMD for (int64_t j = 0; j < n; j++) { power[j] = 1.0 / sqrt(s[j]); }
  } else {
    for (int64_t j = 0; j < n; j++) {
      power[j] = pow(s[j], -beta);
    }
  }
}

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)

#define T float
#define NAME(x) JOIN(x, f32)
#include "response_norm_type.h"
#undef T
#undef NAME
#define T double
#define NAME(x) JOIN(x, f64)
#include "response_norm_type.h"
#undef T
#undef NAME

static int32_t run(int32_t dtype, int64_t outer, response_job *job, bk_range_fn f32, bk_range_fn f64) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  const int64_t total = bk_product3(outer, job->channels, job->inner);
  BK_CHECK(total >= 0 && job->size >= 1 && job->size <= INT64_C(1) << 31, BALBOA_ERR_ARGUMENT);
  BK_CHECK(total == 0 || (job->x != NULL && job->dy != NULL && job->y != NULL && job->scratch != NULL),
           BALBOA_ERR_NULL);
  if (total == 0) {
    return BALBOA_OK;
  }
  job->tiles = (job->inner + TILE - 1) / TILE;
  const int64_t work = job->channels * bk_min(job->inner, TILE);
  bk_parallel(outer * job->tiles, bk_max(1, BK_GRAIN_MATH / work), dtype == BALBOA_F32 ? f32 : f64, job);
  return BALBOA_OK;
}

int32_t balboa_response_norm(int32_t dtype, int64_t outer, int64_t channels, int64_t inner, int64_t size, double alpha,
                             double beta, double k, const void *x, void *y) {
  response_job job = {.channels = channels, .inner = inner, .size = size, .alpha = alpha / (double)size, .beta = beta,
                      .k = k, .x = x, .dy = x, .y = y, .scratch = y};
  return run(dtype, outer, &job, forward_f32, forward_f64);
}

int32_t balboa_response_norm_backward(int32_t dtype, int64_t outer, int64_t channels, int64_t inner, int64_t size,
                                      double alpha, double beta, double k, const void *x, const void *dy, void *dx,
                                      void *scratch) {
  response_job job = {.channels = channels, .inner = inner, .size = size, .alpha = alpha / (double)size, .beta = beta,
                      .k = k, .x = x, .dy = dy, .y = dx, .scratch = scratch};
  return run(dtype, outer, &job, backward_f32, backward_f64);
}
