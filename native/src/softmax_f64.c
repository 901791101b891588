/* Softmax over the middle of [outer, n, inner] in f64, forward and backward, with the C library's functions. */
#include <math.h>

#include "internal.h"

typedef struct {
  int64_t n, inner;
  int32_t log_of;
  const double *x, *dy;
  double *out;
} softmax_job;

/* One row; elements lie `step` apart. */
static void forward_row(const softmax_job *job, const double *x, double *y) {
  const int64_t n = job->n, step = job->inner;
  double max = x[0], sum = 0;
  for (int64_t i = 1; i < n; i++) {
    const double v = x[i * step];
    max = v > max || v != v ? v : max;
  }
  for (int64_t i = 0; i < n; i++) {
    sum += exp(x[i * step] - max);
  }
  const double log_sum = log(sum);
  for (int64_t i = 0; i < n; i++) {
    const double v = x[i * step] - max;
    y[i * step] = job->log_of ? v - log_sum : exp(v) / sum;
  }
}

static void backward_row(const softmax_job *job, const double *y, const double *dy, double *dx) {
  const int64_t n = job->n, step = job->inner;
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    sum += job->log_of ? dy[i * step] : y[i * step] * dy[i * step];
  }
  for (int64_t i = 0; i < n; i++) {
    const double v = y[i * step], g = dy[i * step];
    dx[i * step] = job->log_of ? g - exp(v) * sum : v * (g - sum);
  }
}

static void rows_range(void *context, int64_t begin, int64_t end) {
  const softmax_job *job = context;
  for (int64_t r = begin; r < end; r++) {
    const int64_t at = r / job->inner * job->n * job->inner + r % job->inner;
    if (job->dy == NULL) {
      forward_row(job, job->x + at, job->out + at);
    } else {
      backward_row(job, job->x + at, job->dy + at, job->out + at);
    }
  }
}

static int32_t run(softmax_job *job, int64_t outer) {
  const int64_t total = bk_product3(outer, job->n, job->inner);
  BK_CHECK(total >= 0, BALBOA_ERR_ARGUMENT);
  if (total > 0) {
    BK_CHECK(job->x != NULL && job->out != NULL, BALBOA_ERR_NULL);
    bk_parallel(outer * job->inner, bk_max(1, BK_GRAIN_MATH / job->n), rows_range, job);
  }
  return BALBOA_OK;
}

int32_t balboa_softmax_f64(int32_t log_of, int64_t outer, int64_t n, int64_t inner, const double *x, double *y) {
  softmax_job job = {n, inner, log_of, x, NULL, y};
  return run(&job, outer);
}

int32_t balboa_softmax_backward_f64(int32_t log_of, int64_t outer, int64_t n, int64_t inner, const double *y,
                                    const double *dy, double *dx) {
  BK_CHECK(dy != NULL || outer * n * inner == 0, BALBOA_ERR_NULL);
  softmax_job job = {n, inner, log_of, y, dy, dx};
  return run(&job, outer);
}
