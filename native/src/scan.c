/* Cumulative sums along an axis, and evenly spaced numbers. */
#include "internal.h"

enum { TILE = 128 };

typedef struct {
  int64_t n, inner, tiles;
  int exclusive, reverse;
  const void *x;
  void *y;
} scan_job;

/* A range of tiles of columns, each summed from one end to the other in the wider type. */
#define SCAN(T, A, name)                                                                          \
  BALBOA_CLONES static void name##_step(int64_t width, int exclusive, const T *x, A *sum, T *y) { \
    if (exclusive) {                                                                              \
      BALBOA_SIMD for (int64_t i = 0; i < width; i++) {                                           \
        const A v = (A)x[i];                                                                      \
        y[i] = (T)sum[i];                                                                         \
        sum[i] += v;                                                                              \
      }                                                                                           \
    } else {                                                                                      \
      BALBOA_SIMD for (int64_t i = 0; i < width; i++) {                                           \
        sum[i] += (A)x[i];                                                                        \
        y[i] = (T)sum[i];                                                                         \
      }                                                                                           \
    }                                                                                             \
  }                                                                                               \
  static void name##_line(const scan_job *job, const T *x, T *y) {                                \
    A sum = 0;                                                                                    \
    for (int64_t k = 0; k < job->n; k++) {                                                        \
      const int64_t j = job->reverse ? job->n - 1 - k : k;                                        \
      const A before = sum;                                                                       \
      sum += (A)x[j];                                                                             \
      y[j] = (T)(job->exclusive ? before : sum);                                                  \
    }                                                                                             \
  }                                                                                               \
  static void name(void *context, int64_t begin, int64_t end) {                                   \
    const scan_job *job = context;                                                                \
    for (int64_t t = begin; t < end; t++) {                                                       \
      const int64_t o = t / job->tiles, column = t % job->tiles * TILE;                           \
      const int64_t width = bk_min(TILE, job->inner - column);                                    \
      const T *x = (const T *)job->x + o * job->n * job->inner + column;                          \
      T *y = (T *)job->y + o * job->n * job->inner + column;                                      \
      if (job->inner == 1) {                                                                      \
        name##_line(job, x, y);                                                                   \
        continue;                                                                                 \
      }                                                                                           \
      A sum[TILE] = {0};                                                                          \
      for (int64_t k = 0; k < job->n; k++) {                                                      \
        const int64_t at = (job->reverse ? job->n - 1 - k : k) * job->inner;                      \
        name##_step(width, job->exclusive, x + at, sum, y + at);                                  \
      }                                                                                           \
    }                                                                                             \
  }

SCAN(float, double, scan_f32)
SCAN(double, double, scan_f64)
SCAN(uint32_t, uint32_t, scan_i32)
SCAN(uint64_t, uint64_t, scan_i64)

int32_t balboa_cumsum(int32_t dtype, int64_t outer, int64_t n, int64_t inner, int32_t exclusive, int32_t reverse,
                      const void *x, void *y) {
  BK_CHECK(dtype >= BALBOA_F32 && dtype <= BALBOA_I64, BALBOA_ERR_KIND);
  const int64_t total = bk_product3(outer, n, inner);
  BK_CHECK(total >= 0, BALBOA_ERR_ARGUMENT);
  if (total == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL && y != NULL, BALBOA_ERR_NULL);
  static const bk_range_fn ranges[] = {scan_f32, scan_f64, scan_i32, scan_i64};
  scan_job job = {n, inner, (inner + TILE - 1) / TILE, exclusive != 0, reverse != 0, x, y};
  bk_parallel(outer * job.tiles, bk_max(1, BK_GRAIN_CHEAP / (n * bk_min(inner, TILE))), ranges[dtype], &job);
  return BALBOA_OK;
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
