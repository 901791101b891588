/* A sparse matrix along one axis: linear resizing, and the adjoints of resizing and padding. */
#include <string.h>

#include "internal.h"

typedef struct {
  int64_t n, inner, m;
  const int64_t *offsets, *sources;
  const double *weights;
  const void *x;
  void *y;
} combine_job;

#define COMBINE(T, name)                                                                            \
  BALBOA_CLONES static void name##_add(int64_t n, T w, const T *x, T *y) {                          \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] += w * x[i]; }                               \
  }                                                                                                 \
  BALBOA_CLONES static void name##_set(int64_t n, T w, const T *x, T *y) {                          \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = w * x[i]; }                                \
  }                                                                                                 \
  static void name##_rows(void *context, int64_t begin, int64_t end) {                              \
    const combine_job *job = context;                                                               \
    const int64_t inner = job->inner;                                                               \
    for (int64_t row = begin; row < end; row++) {                                                   \
      const int64_t o = row / job->m, j = row % job->m;                                             \
      const T *x = (const T *)job->x + o * job->n * inner;                                          \
      T *y = (T *)job->y + row * inner;                                                             \
      const int64_t first = job->offsets[j], last = job->offsets[j + 1];                            \
      if (first == last) {                                                                          \
        memset(y, 0, (size_t)inner * sizeof(T));                                                    \
      }                                                                                             \
      for (int64_t t = first; t < last; t++) {                                                      \
        const T w = job->weights == NULL ? (T)1 : (T)job->weights[t];                               \
        (t == first ? name##_set : name##_add)(inner, w, x + job->sources[t] * inner, y);           \
      }                                                                                             \
    }                                                                                               \
  }                                                                                                 \
  static void name##_elements(void *context, int64_t begin, int64_t end) {                          \
    const combine_job *job = context;                                                               \
    for (int64_t o = begin; o < end; o++) {                                                         \
      const T *x = (const T *)job->x + o * job->n;                                                  \
      T *y = (T *)job->y + o * job->m;                                                              \
      for (int64_t j = 0; j < job->m; j++) {                                                        \
        double sum = 0;                                                                             \
        for (int64_t t = job->offsets[j]; t < job->offsets[j + 1]; t++) {                           \
          sum += (job->weights == NULL ? 1.0 : job->weights[t]) * (double)x[job->sources[t]];       \
        }                                                                                           \
        y[j] = (T)sum;                                                                              \
      }                                                                                             \
    }                                                                                               \
  }

COMBINE(float, combine_f32)
COMBINE(double, combine_f64)

int32_t balboa_combine_axis(int32_t dtype, int64_t outer, int64_t n, int64_t inner, int64_t m, const int64_t *offsets,
                            const int64_t *sources, const double *weights, const void *x, void *y) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(bk_product3(outer, n, inner) >= 0 && bk_product3(outer, m, inner) >= 0, BALBOA_ERR_ARGUMENT);
  if (outer * m * inner == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(offsets != NULL && y != NULL, BALBOA_ERR_NULL);
  BK_CHECK(offsets[0] == 0, BALBOA_ERR_ARGUMENT);
  for (int64_t j = 0; j < m; j++) {
    BK_CHECK(offsets[j + 1] >= offsets[j], BALBOA_ERR_ARGUMENT);
  }
  const int64_t terms = offsets[m];
  BK_CHECK(terms == 0 || (sources != NULL && x != NULL), BALBOA_ERR_NULL);
  for (int64_t t = 0; t < terms; t++) {
    BK_CHECK(sources[t] >= 0 && sources[t] < n, BALBOA_ERR_ARGUMENT);
  }
  combine_job job = {n, inner, m, offsets, sources, weights, x, y};
  const int single = dtype == BALBOA_F32;
  if (inner == 1) {
    bk_parallel(outer, bk_max(1, BK_GRAIN_CHEAP / (m + terms)), single ? combine_f32_elements : combine_f64_elements,
                &job);
  } else {
    bk_parallel(outer * m, bk_max(1, BK_GRAIN_CHEAP / inner), single ? combine_f32_rows : combine_f64_rows, &job);
  }
  return BALBOA_OK;
}
