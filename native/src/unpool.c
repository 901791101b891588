/* Values put back to where they were pooled from, in planes of zeros. */
#include <string.h>

#include "internal.h"

typedef struct {
  int64_t size, count, inner; /* elements of a plane, values of a plane, planes that lie interleaved */
  const void *indices;
  const void *y;
  void *x;
} unpool_job;

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)

#define T float
#define I int32_t
#define NAME(x) JOIN(x, f32_i32)
#include "unpool_type.h"
#undef I
#undef NAME
#define I int64_t
#define NAME(x) JOIN(x, f32_i64)
#include "unpool_type.h"
#undef T
#undef I
#undef NAME
#define T double
#define I int32_t
#define NAME(x) JOIN(x, f64_i32)
#include "unpool_type.h"
#undef I
#undef NAME
#define I int64_t
#define NAME(x) JOIN(x, f64_i64)
#include "unpool_type.h"
#undef T
#undef I
#undef NAME

int32_t balboa_unpool(int32_t dtype, int32_t index_dtype, int64_t outer, int64_t size, int64_t count, int64_t inner,
                      const void *indices, const void *y, void *x, int64_t *bad_index) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(index_dtype == BALBOA_I32 || index_dtype == BALBOA_I64, BALBOA_ERR_KIND);
  const int64_t values = bk_product3(outer, count, inner), elements = bk_product3(outer, size, inner);
  BK_CHECK(values >= 0 && elements >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bad_index != NULL && (values == 0 || indices != NULL), BALBOA_ERR_NULL);
  const int64_t bad = bk_first_outside(values, index_dtype, indices, size);
  if (bad >= 0) {
    *bad_index = bad;
    return BALBOA_ERR_INDEX;
  }
  if (elements == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL && (values == 0 || y != NULL), BALBOA_ERR_NULL);
  unpool_job job = {.size = size, .count = count, .inner = inner, .indices = indices, .y = y, .x = x};
  const int wide = index_dtype == BALBOA_I64;
  const int64_t lanes = dtype == BALBOA_F32 ? LANES_f32_i32 : LANES_f64_i32, vectors = (inner + lanes - 1) / lanes;
  bk_parallel(outer * vectors * size, bk_max(1, BK_GRAIN_CHEAP / bk_min(lanes, inner)),
              dtype == BALBOA_F32 ? (wide ? unpool_f32_i64 : unpool_f32_i32) : (wide ? unpool_f64_i64 : unpool_f64_i32),
              &job);
  return BALBOA_OK;
}
