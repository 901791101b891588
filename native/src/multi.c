#include "multi.h"

#include <math.h>

int32_t bk_multi_total(int64_t count, const int64_t *sizes, int64_t *total) {
  BK_CHECK(count >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(count == 0 || sizes != NULL, BALBOA_ERR_NULL);
  *total = 0;
  for (int64_t t = 0; t < count; t++) {
    BK_CHECK(sizes[t] >= 0 && sizes[t] < INT64_C(1) << 60, BALBOA_ERR_ARGUMENT);
    *total += sizes[t];
    BK_CHECK(*total < INT64_C(1) << 60, BALBOA_ERR_ARGUMENT);
  }
  return BALBOA_OK;
}

int32_t bk_multi_check(int64_t count, const int64_t *sizes, const void *const *tensors) {
  BK_CHECK(count == 0 || tensors != NULL, BALBOA_ERR_NULL);
  for (int64_t t = 0; t < count; t++) {
    BK_CHECK(sizes[t] == 0 || tensors[t] != NULL, BALBOA_ERR_NULL);
  }
  return BALBOA_OK;
}

void bk_multi_slices(const int64_t *sizes, int64_t begin, int64_t end, bk_slice_fn fn, const void *context) {
  int64_t start = 0; /* position of tensor t in the long array */
  for (int64_t t = 0; start < end; start += sizes[t], t++) {
    const int64_t from = bk_max(begin, start), to = bk_min(end, start + sizes[t]);
    if (from < to) {
      fn(context, t, from - start, to - from);
    }
  }
}

typedef struct {
  const int64_t *sizes;
  bk_slice_fn fn;
  const void *context;
} multi_job;

static void multi_range(void *context, int64_t begin, int64_t end) {
  const multi_job *job = context;
  bk_multi_slices(job->sizes, begin, end, job->fn, job->context);
}

void bk_multi_run(int64_t total, const int64_t *sizes, int64_t grain, bk_slice_fn fn, const void *context) {
  multi_job job = {sizes, fn, context};
  bk_parallel(total, grain, multi_range, &job);
}

/* ---- sum of squares, scaling, clipping */

typedef struct {
  const int64_t *sizes;
  const float *const *tensors;
  bk_parts parts;
  int64_t total;
  double partial[BK_PARTS];
} norm_job;

typedef struct {
  const norm_job *job;
  double *sum;
} norm_part;

BALBOA_CLONES static double sum_squares(int64_t n, const float *x) {
  const int64_t m = n / 2;
  double s = 0.0, t = 0.0;
  BALBOA_SIMD_REDUCE(+, s, t) for (int64_t i = 0; i < m; i++) {
    const double u = (double)x[i], v = (double)x[m + i];
    s += u * u;
    t += v * v;
  }
  for (int64_t i = 2 * m; i < n; i++) {
    s += (double)x[i] * (double)x[i];
  }
  return s + t;
}

static void norm_slice(const void *context, int64_t tensor, int64_t first, int64_t n) {
  const norm_part *part = context;
  *part->sum += sum_squares(n, part->job->tensors[tensor] + first);
}

static void norm_parts_range(void *context, int64_t begin, int64_t end) {
  norm_job *job = context;
  for (int64_t p = begin; p < end; p++) {
    double sum = 0.0;
    const norm_part part = {job, &sum};
    const int64_t first = p * job->parts.size;
    bk_multi_slices(job->sizes, first, bk_min(job->total, first + job->parts.size), norm_slice, &part);
    job->partial[p] = sum;
  }
}

int32_t balboa_sum_squares_multi_f32(int64_t count, const int64_t *sizes, const float *const *tensors, double *out) {
  norm_job job = {.sizes = sizes, .tensors = tensors};
  int32_t status = bk_multi_total(count, sizes, &job.total);
  BK_CHECK(status == BALBOA_OK, status);
  status = bk_multi_check(count, sizes, (const void *const *)tensors);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(out != NULL, BALBOA_ERR_NULL);
  job.parts = bk_cut(job.total, 4096);
  bk_parallel(job.parts.count, bk_max(1, BK_GRAIN_CHEAP / bk_max(1, job.parts.size)), norm_parts_range, &job);
  double sum = 0.0;
  for (int64_t p = 0; p < job.parts.count; p++) {
    sum += job.partial[p];
  }
  *out = sum;
  return BALBOA_OK;
}

typedef struct {
  float *const *tensors;
  float factor;
} scale_job;

BALBOA_CLONES static void scale(int64_t n, float factor, float *x) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { x[i] *= factor; }
}

static void scale_slice(const void *context, int64_t tensor, int64_t first, int64_t n) {
  const scale_job *job = context;
  scale(n, job->factor, job->tensors[tensor] + first);
}

int32_t balboa_scale_multi_f32(int64_t count, const int64_t *sizes, float *const *tensors, double factor) {
  int64_t total = 0;
  int32_t status = bk_multi_total(count, sizes, &total);
  BK_CHECK(status == BALBOA_OK, status);
  status = bk_multi_check(count, sizes, (const void *const *)tensors);
  BK_CHECK(status == BALBOA_OK, status);
  const scale_job job = {tensors, (float)factor};
  bk_multi_run(total, sizes, BK_GRAIN_CHEAP, scale_slice, &job);
  return BALBOA_OK;
}

int32_t balboa_clip_norm_multi_f32(int64_t count, const int64_t *sizes, float *const *tensors, double max_norm,
                                   double *norm) {
  BK_CHECK(max_norm >= 0.0, BALBOA_ERR_ARGUMENT);
  const int32_t status = balboa_sum_squares_multi_f32(count, sizes, (const float *const *)tensors, norm);
  BK_CHECK(status == BALBOA_OK, status);
  *norm = sqrt(*norm);
  const double factor = max_norm / (*norm + 1e-6);
  /* A NaN norm scales too, as in PyTorch: the gradients become NaN everywhere and the caller sees it in *norm. */
  return factor >= 1.0 ? BALBOA_OK : balboa_scale_multi_f32(count, sizes, tensors, factor);
}
