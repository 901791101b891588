/* Pooling in 1 to 3 dimensions over windows of any size each (adaptive, dilated, cut off). Planes are independent. */
#include <string.h>

#include "internal.h"

typedef struct {
  int64_t in[3], out[3], step[3];
  const int64_t *first, *count, *divide; /* of the windows of the three dimensions, one dimension after the other */
  int64_t in_size, out_size;
} pool_windows;

typedef struct {
  pool_windows w;
  const void *from;
  void *to;
  int32_t *index;
} window_job;

/* Where output o has its entries in the tables. */
BALBOA_INLINE void position(const pool_windows *w, int64_t o, int64_t *at) {
  at[0] = o / (w->out[1] * w->out[2]);
  at[1] = w->out[0] + o / w->out[2] % w->out[1];
  at[2] = w->out[0] + w->out[1] + o % w->out[2];
}

BALBOA_INLINE double divisor(const pool_windows *w, const int64_t *at) {
  return (double)w->divide[at[0]] * (double)w->divide[at[1]] * (double)w->divide[at[2]];
}

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)

#define T float
#define NAME(x) JOIN(x, f32)
#include "window_pool_type.h"
#undef T
#undef NAME
#define T double
#define NAME(x) JOIN(x, f64)
#include "window_pool_type.h"
#undef T
#undef NAME

static int32_t read_windows(const int64_t *g, pool_windows *w) {
  const int64_t limit = INT64_C(1) << 30;
  BK_CHECK(g != NULL, BALBOA_ERR_NULL);
  for (int d = 0; d < 3; d++) {
    w->in[d] = g[d];
    w->out[d] = g[3 + d];
    w->step[d] = g[6 + d];
    BK_CHECK(g[d] >= 0 && g[d] <= limit && g[3 + d] >= 0 && g[3 + d] <= limit, BALBOA_ERR_ARGUMENT);
    BK_CHECK(g[6 + d] >= 1 && g[6 + d] <= limit, BALBOA_ERR_ARGUMENT);
  }
  const int64_t entries = w->out[0] + w->out[1] + w->out[2];
  w->first = g + 9;
  w->count = w->first + entries;
  w->divide = w->count + entries;
  w->in_size = bk_product(3, w->in);
  w->out_size = bk_product(3, w->out);
  BK_CHECK(w->in_size >= 0 && w->in_size < INT64_C(1) << 31 && w->out_size >= 0, BALBOA_ERR_ARGUMENT);
  int64_t at = 0;
  for (int d = 0; d < 3; d++) {
    for (int64_t o = 0; o < w->out[d]; o++, at++) {
      const int64_t first = w->first[at], count = w->count[at];
      BK_CHECK(first >= 0 && count >= 1 && count <= limit && first < w->in[d], BALBOA_ERR_ARGUMENT);
      BK_CHECK(first + (count - 1) * w->step[d] < w->in[d] && w->divide[at] >= 1, BALBOA_ERR_ARGUMENT);
    }
  }
  return BALBOA_OK;
}

static int32_t run(int32_t dtype, int64_t planes, window_job *job, int to_input, bk_range_fn f32, bk_range_fn f64) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  const int64_t in = bk_product3(planes, job->w.in_size, 1), out = bk_product3(planes, job->w.out_size, 1);
  BK_CHECK(in >= 0 && out >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK((to_input ? out : in) == 0 || job->from != NULL, BALBOA_ERR_NULL);
  BK_CHECK((to_input ? in : out) == 0 || job->to != NULL, BALBOA_ERR_NULL);
  const int64_t work = bk_max(1, bk_max(job->w.in_size, job->w.out_size));
  bk_parallel(planes, bk_max(1, BK_GRAIN_MATH / work), dtype == BALBOA_F32 ? f32 : f64, job);
  return BALBOA_OK;
}

int32_t balboa_window_max(int32_t dtype, int64_t planes, const int64_t *windows, const void *x, void *y,
                          int32_t *index) {
  window_job job = {.from = x, .to = y, .index = index};
  const int32_t status = read_windows(windows, &job.w);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(planes <= 0 || job.w.out_size == 0 || index != NULL, BALBOA_ERR_NULL);
  return run(dtype, planes, &job, 0, max_f32, max_f64);
}

int32_t balboa_window_mean(int32_t dtype, int64_t planes, const int64_t *windows, const void *x, void *y) {
  window_job job = {.from = x, .to = y};
  const int32_t status = read_windows(windows, &job.w);
  BK_CHECK(status == BALBOA_OK, status);
  return run(dtype, planes, &job, 0, mean_f32, mean_f64);
}

int32_t balboa_window_mean_backward(int32_t dtype, int64_t planes, const int64_t *windows, const void *dy, void *dx) {
  window_job job = {.from = dy, .to = dx};
  const int32_t status = read_windows(windows, &job.w);
  BK_CHECK(status == BALBOA_OK, status);
  return run(dtype, planes, &job, 1, mean_backward_f32, mean_backward_f64);
}
