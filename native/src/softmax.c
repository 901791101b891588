/* softmax and log-softmax over the middle of [outer, n, inner]. */
#include "internal.h"
#include "softmax_row.h"

enum { TILE = 64 };

BALBOA_CLONES static void softmax_row(int64_t n, const float *x, float *y) {
  const float m = row_max(n, x);
  double s = 0.0;
  BALBOA_SIMD_REDUCE(+, s) for (int64_t i = 0; i < n; i++) {
    const float e = vexp(x[i] - m);
    y[i] = e;
    s += (double)e;
  }
  const float scale = (float)(1.0 / s);
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] *= scale; }
}

BALBOA_CLONES static void log_softmax_row(int64_t n, const float *x, float *y) {
  const float m = row_max(n, x);
  const float log_sum = (float)log(row_exp_sum(n, x, m));
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = (x[i] - m) - log_sum; }
}

/* Up to TILE neighbouring columns at once; a row of the tile is contiguous, the next one is `stride` further. */
BALBOA_CLONES static void softmax_columns(int64_t n, int64_t stride, int64_t width, const float *x, float *y,
                                          int log_of) {
  float m[TILE];
  double s[TILE];
  for (int64_t j = 0; j < width; j++) {
    m[j] = x[j];
    s[j] = 0.0;
  }
  for (int64_t i = 1; i < n; i++) {
    const float *row = x + i * stride;
    BALBOA_SIMD for (int64_t j = 0; j < width; j++) { m[j] = row[j] > m[j] ? row[j] : m[j]; }
  }
  for (int64_t i = 0; i < n; i++) {
    const float *row = x + i * stride;
    float *out = y + i * stride;
    BALBOA_SIMD for (int64_t j = 0; j < width; j++) {
      const float d = row[j] - m[j];
      const float e = vexp(d);
      out[j] = log_of ? d : e;
      s[j] += (double)e;
    }
  }
  float finish[TILE];
  for (int64_t j = 0; j < width; j++) {
    finish[j] = (float)(log_of ? log(s[j]) : 1.0 / s[j]);
  }
  for (int64_t i = 0; i < n; i++) {
    float *out = y + i * stride;
    BALBOA_SIMD for (int64_t j = 0; j < width; j++) { out[j] = log_of ? out[j] - finish[j] : out[j] * finish[j]; }
  }
}

BALBOA_CLONES static void softmax_backward_row(int64_t n, const float *y, const float *dy, float *dx) {
  double s = 0.0;
  BALBOA_SIMD_REDUCE(+, s) for (int64_t i = 0; i < n; i++) { s += (double)y[i] * (double)dy[i]; }
  const float t = (float)s;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { dx[i] = y[i] * (dy[i] - t); }
}

BALBOA_CLONES static void log_softmax_backward_row(int64_t n, const float *y, const float *dy, float *dx) {
  double s = 0.0;
  BALBOA_SIMD_REDUCE(+, s) for (int64_t i = 0; i < n; i++) { s += (double)dy[i]; }
  const float t = (float)s;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { dx[i] = dy[i] - vexp(y[i]) * t; }
}

BALBOA_CLONES static void backward_columns(int64_t n, int64_t stride, int64_t width, const float *y, const float *dy,
                                           float *dx, int log_of) {
  double s[TILE] = {0};
  for (int64_t i = 0; i < n; i++) {
    const float *yr = y + i * stride, *gr = dy + i * stride;
    BALBOA_SIMD for (int64_t j = 0; j < width; j++) { s[j] += log_of ? (double)gr[j] : (double)yr[j] * (double)gr[j]; }
  }
  for (int64_t i = 0; i < n; i++) {
    const float *yr = y + i * stride, *gr = dy + i * stride;
    float *out = dx + i * stride;
    if (log_of) {
      BALBOA_SIMD for (int64_t j = 0; j < width; j++) { out[j] = gr[j] - vexp(yr[j]) * (float)s[j]; }
    } else {
      BALBOA_SIMD for (int64_t j = 0; j < width; j++) { out[j] = yr[j] * (gr[j] - (float)s[j]); }
    }
  }
}

typedef struct {
  int64_t n, inner, tiles;
  const float *x, *dy; /* backward: x is y, dy the gradient */
  float *out;
  int log_of;
} softmax_job;

static void forward_range(void *context, int64_t begin, int64_t end) {
  const softmax_job *job = context;
  for (int64_t t = begin; t < end; t++) {
    if (job->inner == 1) {
      (job->log_of ? log_softmax_row : softmax_row)(job->n, job->x + t * job->n, job->out + t * job->n);
      continue;
    }
    const int64_t column = t % job->tiles * TILE;
    const int64_t at = t / job->tiles * job->n * job->inner + column;
    softmax_columns(job->n, job->inner, bk_min(TILE, job->inner - column), job->x + at, job->out + at, job->log_of);
  }
}

static void backward_range(void *context, int64_t begin, int64_t end) {
  const softmax_job *job = context;
  for (int64_t t = begin; t < end; t++) {
    if (job->inner == 1) {
      const int64_t at = t * job->n;
      (job->log_of ? log_softmax_backward_row : softmax_backward_row)(job->n, job->x + at, job->dy + at,
                                                                       job->out + at);
      continue;
    }
    const int64_t column = t % job->tiles * TILE;
    const int64_t at = t / job->tiles * job->n * job->inner + column;
    backward_columns(job->n, job->inner, bk_min(TILE, job->inner - column), job->x + at, job->dy + at, job->out + at,
                     job->log_of);
  }
}

static int32_t run(int64_t outer, softmax_job *job, bk_range_fn fn) {
  const int64_t total = bk_product3(outer, job->n, job->inner);
  BK_CHECK(total >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(total == 0 || (job->x != NULL && job->dy != NULL && job->out != NULL), BALBOA_ERR_NULL);
  if (total == 0) {
    return BALBOA_OK;
  }
  job->tiles = job->inner == 1 ? 1 : (job->inner + TILE - 1) / TILE;
  bk_parallel(outer * job->tiles, bk_max(1, BK_GRAIN_MATH / (job->n * bk_min(job->inner, TILE))), fn, job);
  return BALBOA_OK;
}

int32_t balboa_softmax_f32(int64_t outer, int64_t n, int64_t inner, const float *x, float *y) {
  softmax_job job = {n, inner, 0, x, x, y, 0};
  return run(outer, &job, forward_range);
}

int32_t balboa_log_softmax_f32(int64_t outer, int64_t n, int64_t inner, const float *x, float *y) {
  softmax_job job = {n, inner, 0, x, x, y, 1};
  return run(outer, &job, forward_range);
}

int32_t balboa_softmax_backward_f32(int64_t outer, int64_t n, int64_t inner, const float *y, const float *dy,
                                    float *dx) {
  softmax_job job = {n, inner, 0, y, dy, dx, 0};
  return run(outer, &job, backward_range);
}

int32_t balboa_log_softmax_backward_f32(int64_t outer, int64_t n, int64_t inner, const float *y, const float *dy,
                                        float *dx) {
  softmax_job job = {n, inner, 0, y, dy, dx, 1};
  return run(outer, &job, backward_range);
}
