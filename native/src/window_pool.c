/* Pooling in 1 to 3 dimensions over windows of any size each (adaptive, dilated, cut off). Planes are independent. */
#include <math.h>
#include <string.h>

#include "bf16.h"
#include "internal.h"

typedef struct {
  int64_t in[3], out[3], step[3];
  const int64_t *first, *count, *divide; /* of the windows of the three dimensions, one dimension after the other */
  int64_t in_size, out_size;
  int tiles; /* whether each input position is in exactly one window */
} pool_windows;

typedef struct {
  pool_windows w;
  int64_t inner; /* planes that lie interleaved */
  const void *from;
  void *to;
  int32_t *index; /* written forward, read backward */
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

/* Of a number that BF16 holds, as the largest of some is. */
BALBOA_INLINE uint16_t bf16_cut(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return (uint16_t)(bits >> 16);
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

#define M int32_t
#define T float
#define NAME(x) JOIN(x, f32x16)
#define VECTOR 64
#include "window_lanes_type.h"
#undef NAME
#undef VECTOR
#define NAME(x) JOIN(x, f32x8)
#define VECTOR 32
#include "window_lanes_type.h"
#undef NAME
#undef VECTOR
#define NAME(x) JOIN(x, bf16x16)
#define VECTOR 64
#define STORED uint16_t
#define LOAD(x) bf16_load(x)
#define STORE(x) bf16_cut(x)
#include "window_lanes_type.h"
#undef NAME
#undef VECTOR
#undef T
#undef M
#define M int64_t
#define T double
#define NAME(x) JOIN(x, f64x8)
#define VECTOR 64
#include "window_lanes_type.h"
#undef NAME
#undef VECTOR
#undef T
#undef M

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
  w->tiles = 1;
  for (int d = 0; d < 3; d++) {
    int64_t next = 0; /* after the windows so far, if they tile */
    for (int64_t o = 0; o < w->out[d]; o++, at++) {
      const int64_t first = w->first[at], count = w->count[at];
      w->tiles &= first == next && (count == 1 || w->step[d] == 1);
      next = first + count;
      BK_CHECK(first >= 0 && count >= 1 && count <= limit && first < w->in[d], BALBOA_ERR_ARGUMENT);
      BK_CHECK(first + (count - 1) * w->step[d] < w->in[d] && w->divide[at] >= 1, BALBOA_ERR_ARGUMENT);
    }
    w->tiles &= next == w->in[d];
  }
  return BALBOA_OK;
}

static int32_t check(int32_t dtype, int64_t planes, const window_job *job, int to_input) {
  const int half = dtype == BALBOA_BF16 && job->inner % LANES_bf16x16 == 0 && !to_input;
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64 || half, BALBOA_ERR_KIND);
  const int64_t in = bk_product3(planes, job->w.in_size, 1), out = bk_product3(planes, job->w.out_size, 1);
  BK_CHECK(in >= 0 && out >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK((to_input ? out : in) == 0 || job->from != NULL, BALBOA_ERR_NULL);
  BK_CHECK((to_input ? in : out) == 0 || job->to != NULL, BALBOA_ERR_NULL);
  return BALBOA_OK;
}

static int32_t run(int32_t dtype, int64_t planes, window_job *job, int to_input, bk_range_fn f32, bk_range_fn f64) {
  const int32_t status = check(dtype, planes, job, to_input);
  BK_CHECK(status == BALBOA_OK, status);
  const int64_t work = bk_max(1, bk_max(job->w.in_size, job->w.out_size));
  bk_parallel(planes, bk_max(1, BK_GRAIN_MATH / work), dtype == BALBOA_F32 ? f32 : f64, job);
  return BALBOA_OK;
}

int32_t balboa_window_max(int32_t dtype, int64_t outer, int64_t inner, const int64_t *windows, const void *x, void *y,
                          int32_t *index) {
  window_job job = {.from = x, .to = y, .index = index, .inner = inner};
  int32_t status = read_windows(windows, &job.w);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(outer >= 0 && (inner == 1 || (inner > 0 && inner % 8 == 0)), BALBOA_ERR_ARGUMENT);
  const int64_t planes = bk_product3(outer, inner, 1);
  BK_CHECK(planes >= 0, BALBOA_ERR_ARGUMENT);
  if (inner == 1) {
    BK_CHECK(planes == 0 || job.w.out_size == 0 || index != NULL, BALBOA_ERR_NULL);
    return run(dtype, planes, &job, 0, max_f32, max_f64);
  }
  status = check(dtype, planes, &job, 0);
  BK_CHECK(status == BALBOA_OK, status);
  const int wide = dtype == BALBOA_F32 && inner % 16 == 0, half = dtype == BALBOA_BF16;
  const int64_t lanes = dtype == BALBOA_F64 ? LANES_f64x8 : half ? LANES_bf16x16 : wide ? LANES_f32x16 : LANES_f32x8;
  const int64_t rows = job.w.out_size == 0 ? 0 : job.w.out[0] * job.w.out[1];
  const int64_t work = bk_max(1, lanes * (planes == 0 || rows == 0 ? 1 : job.w.in_size / rows));
  bk_parallel(planes / lanes * rows, bk_max(1, BK_GRAIN_CHEAP / work),
              dtype == BALBOA_F64 ? max_lanes_f64x8
              : half              ? max_lanes_bf16x16
              : wide              ? max_lanes_f32x16
                                  : max_lanes_f32x8,
              &job);
  return BALBOA_OK;
}

int32_t balboa_window_max_backward(int32_t dtype, int64_t outer, int64_t inner, const int64_t *windows,
                                   const int32_t *index, const void *dy, void *dx) {
  window_job job = {.from = dy, .to = dx, .index = (int32_t *)(intptr_t)index, .inner = inner};
  int32_t status = read_windows(windows, &job.w);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(outer >= 0 && inner > 0 && inner % 8 == 0, BALBOA_ERR_ARGUMENT);
  const int64_t planes = bk_product3(outer, inner, 1);
  BK_CHECK(planes >= 0, BALBOA_ERR_ARGUMENT);
  status = check(dtype, planes, &job, 1);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(planes == 0 || job.w.out_size == 0 || index != NULL, BALBOA_ERR_NULL);
  const int wide = dtype == BALBOA_F32 && inner % 16 == 0;
  const int64_t lanes = dtype == BALBOA_F64 ? LANES_f64x8 : wide ? LANES_f32x16 : LANES_f32x8;
  const int64_t work = bk_max(1, lanes * job.w.in_size);
  bk_parallel(planes / lanes, bk_max(1, BK_GRAIN_CHEAP / work),
              dtype == BALBOA_F64 ? max_back_f64x8 : wide ? max_back_f32x16 : max_back_f32x8, &job);
  return BALBOA_OK;
}

int32_t balboa_window_mean(int32_t dtype, int64_t planes, const int64_t *windows, const void *x, void *y) {
  window_job job = {.from = x, .to = y, .inner = 1};
  const int32_t status = read_windows(windows, &job.w);
  BK_CHECK(status == BALBOA_OK, status);
  return run(dtype, planes, &job, 0, mean_f32, mean_f64);
}

int32_t balboa_window_mean_backward(int32_t dtype, int64_t planes, const int64_t *windows, const void *dy, void *dx) {
  window_job job = {.from = dy, .to = dx, .inner = 1};
  const int32_t status = read_windows(windows, &job.w);
  BK_CHECK(status == BALBOA_OK, status);
  return run(dtype, planes, &job, 1, mean_backward_f32, mean_backward_f64);
}
