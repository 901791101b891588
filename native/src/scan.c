/* Cumulative sums and products along an axis, and evenly spaced numbers. */
#include "internal.h"

/* Short lines are worked on LINES at a time; long ones would evict each other from the cache. */
enum { TILE = 128, LINES = 4, SHORT = 64 };

typedef struct {
  int64_t n, inner, tiles;
  int exclusive, reverse;
  const void *x;
  void *y;
} scan_job;

/* A range of tiles of columns, each gone through from one end to the other in the wider type. Lines
 * that are worked on together hide each other's latency. */
#define SCAN(T, A, name, op, first)                                                                \
  BALBOA_CLONES static void name##_step(int64_t width, int exclusive, const T *x, A *sum, T *y) {  \
    if (exclusive) {                                                                               \
      BALBOA_SIMD for (int64_t i = 0; i < width; i++) {                                            \
        const A v = (A)x[i];                                                                       \
        y[i] = (T)sum[i];                                                                          \
        sum[i] = (A)(sum[i] op v);                                                                 \
      }                                                                                            \
    } else {                                                                                       \
      BALBOA_SIMD for (int64_t i = 0; i < width; i++) {                                            \
        sum[i] = (A)(sum[i] op (A)x[i]);                                                           \
        y[i] = (T)sum[i];                                                                          \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  BALBOA_INLINE void name##_lines(const scan_job *job, int lines, const T *x, T *y) {              \
    const int64_t n = job->n;                                                                      \
    A sum[LINES];                                                                                  \
    for (int r = 0; r < lines; r++) {                                                              \
      sum[r] = first;                                                                              \
    }                                                                                              \
    for (int64_t k = 0; k < n; k++) {                                                              \
      const int64_t j = job->reverse ? n - 1 - k : k;                                              \
      BALBOA_UNROLL(LINES) for (int r = 0; r < lines; r++) {                                       \
        const A before = sum[r];                                                                   \
        sum[r] = (A)(before op (A)x[r * n + j]);                                                   \
        y[r * n + j] = (T)(job->exclusive ? before : sum[r]);                                      \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  BALBOA_CLONES static int64_t name##_short(const scan_job *job, int64_t begin, int64_t end) {     \
    int64_t o = begin;                                                                             \
    for (; o + LINES <= end; o += LINES) {                                                         \
      name##_lines(job, LINES, (const T *)job->x + o * job->n, (T *)job->y + o * job->n);          \
    }                                                                                              \
    return o;                                                                                      \
  }                                                                                                \
  static void name(void *context, int64_t begin, int64_t end) {                                    \
    const scan_job *job = context;                                                                 \
    const T *from = job->x;                                                                        \
    T *to = job->y;                                                                                \
    if (job->inner == 1) {                                                                         \
      for (int64_t o = job->n <= SHORT ? name##_short(job, begin, end) : begin; o < end; o++) {    \
        name##_lines(job, 1, from + o * job->n, to + o * job->n);                                  \
      }                                                                                            \
      return;                                                                                      \
    }                                                                                              \
    for (int64_t t = begin; t < end; t++) {                                                        \
      const int64_t o = t / job->tiles, column = t % job->tiles * TILE;                            \
      const int64_t width = bk_min(TILE, job->inner - column);                                     \
      const T *x = from + o * job->n * job->inner + column;                                        \
      T *y = to + o * job->n * job->inner + column;                                                \
      A sum[TILE];                                                                                 \
      for (int64_t i = 0; i < width; i++) {                                                        \
        sum[i] = first;                                                                            \
      }                                                                                            \
      for (int64_t k = 0; k < job->n; k++) {                                                       \
        const int64_t at = (job->reverse ? job->n - 1 - k : k) * job->inner;                       \
        name##_step(width, job->exclusive, x + at, sum, y + at);                                   \
      }                                                                                            \
    }                                                                                              \
  }

SCAN(float, double, sum_f32, +, 0)
SCAN(double, double, sum_f64, +, 0)
SCAN(uint32_t, uint32_t, sum_i32, +, 0)
SCAN(uint64_t, uint64_t, sum_i64, +, 0)
SCAN(float, double, product_f32, *, 1)
SCAN(double, double, product_f64, *, 1)
SCAN(uint32_t, uint32_t, product_i32, *, 1)
SCAN(uint64_t, uint64_t, product_i64, *, 1)
SCAN(uint8_t, uint32_t, product_8, *, 1)

/* tasks: functions by dtype, NULL where there is none. */
static int32_t scan(const bk_range_fn tasks[8], int32_t dtype, int64_t outer, int64_t n, int64_t inner,
                    int32_t exclusive, int32_t reverse, const void *x, void *y) {
  BK_CHECK(dtype >= BALBOA_F32 && dtype <= BALBOA_I8 && tasks[dtype] != NULL, BALBOA_ERR_KIND);
  const int64_t total = bk_product3(outer, n, inner);
  BK_CHECK(total >= 0, BALBOA_ERR_ARGUMENT);
  if (total == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL && y != NULL, BALBOA_ERR_NULL);
  scan_job job = {n, inner, (inner + TILE - 1) / TILE, exclusive != 0, reverse != 0, x, y};
  bk_parallel(outer * job.tiles, bk_max(1, BK_GRAIN_CHEAP / (n * bk_min(inner, TILE))), tasks[dtype], &job);
  return BALBOA_OK;
}

int32_t balboa_cumsum(int32_t dtype, int64_t outer, int64_t n, int64_t inner, int32_t exclusive, int32_t reverse,
                      const void *x, void *y) {
  static const bk_range_fn tasks[8] = {sum_f32, sum_f64, sum_i32, sum_i64};
  return scan(tasks, dtype, outer, n, inner, exclusive, reverse, x, y);
}

int32_t balboa_cumprod(int32_t dtype, int64_t outer, int64_t n, int64_t inner, int32_t exclusive, int32_t reverse,
                       const void *x, void *y) {
  static const bk_range_fn tasks[8] = {product_f32, product_f64, product_i32, product_i64,
                                       product_8,   NULL,        NULL,        product_8};
  return scan(tasks, dtype, outer, n, inner, exclusive, reverse, x, y);
}

typedef struct {
  int64_t n, inner;
  int exclusive, reverse, last; /* last: dy [outer, inner] belongs to the whole product */
  const void *x, *dy;
  void *dx;
} product_job;

/* With the elements of a line in the order of the products, p_k = x_0 ... x_{k-1}, and s_k = dy_k + x_{k+1} s_{k+1}, or
 * s_k = dy_{k+1} + x_{k+1} s_{k+1} if exclusive: dx_k = p_k s_k. Nothing is divided, so zeros are nothing special. */
#define PRODUCT_BACKWARD(T, name)                                                                 \
  BALBOA_INLINE void name##_lines(const product_job *job, int last, int lines, int64_t line) {    \
    const int64_t n = job->n, inner = job->inner;                                                 \
    int64_t at[LINES]; /* where the lines start */                                                \
    const T *x = job->x, *dy = job->dy;                                                           \
    T *dx = job->dx;                                                                              \
    double p[LINES], s[LINES];                                                                    \
    for (int r = 0; r < lines; r++) {                                                             \
      at[r] = (line + r) / inner * n * inner + (line + r) % inner;                                \
      p[r] = 1;                                                                                   \
      s[r] = last ? (double)dy[line + r] : 0;                                                     \
    }                                                                                             \
    for (int64_t k = 0; k < n; k++) {                                                             \
      const int64_t j = (job->reverse ? n - 1 - k : k) * inner;                                   \
      BALBOA_UNROLL(LINES) for (int r = 0; r < lines; r++) {                                      \
        dx[at[r] + j] = (T)p[r];                                                                  \
        p[r] *= (double)x[at[r] + j];                                                             \
      }                                                                                           \
    }                                                                                             \
    for (int64_t k = n - 1; k >= 0; k--) {                                                        \
      const int64_t j = (job->reverse ? n - 1 - k : k) * inner;                                   \
      BALBOA_UNROLL(LINES) for (int r = 0; r < lines; r++) {                                      \
        const double v = (double)x[at[r] + j];                                                    \
        const double g = last ? 0 : (double)dy[at[r] + j];                                        \
        const double own = job->exclusive ? s[r] : s[r] + g;                                      \
        dx[at[r] + j] = (T)((double)dx[at[r] + j] * own);                                         \
        s[r] = job->exclusive ? own * v + g : own * v;                                            \
      }                                                                                           \
    }                                                                                             \
  }                                                                                               \
  BALBOA_INLINE void name##_range(const product_job *job, int last, int64_t begin, int64_t end) { \
    int64_t line = begin;                                                                         \
    for (; job->n <= SHORT && line + LINES <= end; line += LINES) {                               \
      name##_lines(job, last, LINES, line);                                                       \
    }                                                                                             \
    for (; line < end; line++) {                                                                  \
      name##_lines(job, last, 1, line);                                                           \
    }                                                                                             \
  }                                                                                               \
  BALBOA_CLONES static void name(void *context, int64_t begin, int64_t end) {                     \
    const product_job *job = context;                                                             \
    if (job->last) {                                                                              \
      name##_range(job, 1, begin, end);                                                           \
    } else {                                                                                      \
      name##_range(job, 0, begin, end);                                                           \
    }                                                                                             \
  }

PRODUCT_BACKWARD(float, product_backward_f32)
PRODUCT_BACKWARD(double, product_backward_f64)

static int32_t product_backward(int32_t dtype, int64_t outer, product_job job) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  const int64_t total = bk_product3(outer, job.n, job.inner);
  BK_CHECK(total >= 0, BALBOA_ERR_ARGUMENT);
  if (total == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(job.x != NULL && job.dy != NULL && job.dx != NULL, BALBOA_ERR_NULL);
  bk_parallel(outer * job.inner, bk_max(1, BK_GRAIN_CHEAP / 2 / job.n),
              dtype == BALBOA_F32 ? product_backward_f32 : product_backward_f64, &job);
  return BALBOA_OK;
}

int32_t balboa_cumprod_backward(int32_t dtype, int64_t outer, int64_t n, int64_t inner, int32_t exclusive,
                                int32_t reverse, const void *x, const void *dy, void *dx) {
  const product_job job = {n, inner, exclusive != 0, reverse != 0, 0, x, dy, dx};
  return product_backward(dtype, outer, job);
}

int32_t balboa_prod_backward(int32_t dtype, int64_t outer, int64_t n, int64_t inner, const void *x, const void *dy,
                             void *dx) {
  const product_job job = {n, inner, 0, 0, 1, x, dy, dx};
  return product_backward(dtype, outer, job);
}

typedef struct {
  double start, step;
  uint64_t first, by; /* the same as integers that wrap */
  void *y;
} arange_job;

#define ARANGE(T, name, expression)                                                  \
  BALBOA_CLONES static void name(void *context, int64_t begin, int64_t end) {        \
    const arange_job *job = context;                                                 \
    const double start = job->start, step = job->step;                               \
    const uint64_t first = job->first, by = job->by;                                 \
    T *y = job->y;                                                                   \
    (void)start, (void)step, (void)first, (void)by;                                  \
    BALBOA_SIMD for (int64_t i = begin; i < end; i++) { y[i] = (T)(expression); }     \
  }

ARANGE(float, arange_f32, start + (double)i * step)
ARANGE(double, arange_f64, start + (double)i * step)
ARANGE(uint32_t, arange_i32, first + (uint64_t)i * by)
ARANGE(uint64_t, arange_i64, first + (uint64_t)i * by)

int32_t balboa_arange(int32_t dtype, int64_t n, double start, double step, void *y) {
  BK_CHECK(dtype >= BALBOA_F32 && dtype <= BALBOA_I64, BALBOA_ERR_KIND);
  BK_CHECK(bk_product(1, &n) >= 0, BALBOA_ERR_ARGUMENT);
  const double limit = 0x1p53;
  BK_CHECK(dtype <= BALBOA_F64 || (start >= -limit && start <= limit && step >= -limit && step <= limit),
           BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || y != NULL, BALBOA_ERR_NULL);
  static const bk_range_fn ranges[] = {arange_f32, arange_f64, arange_i32, arange_i64};
  arange_job job = {.start = start, .step = step, .y = y};
  if (dtype > BALBOA_F64) {
    job.first = (uint64_t)(int64_t)start;
    job.by = (uint64_t)(int64_t)step;
  }
  bk_parallel(n, BK_GRAIN_CHEAP, ranges[dtype], &job);
  return BALBOA_OK;
}
