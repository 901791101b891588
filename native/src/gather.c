/* Rows picked and placed by index, and the gradient of picking. */
#include <string.h>

#include "internal.h"

typedef struct {
  int64_t outer, rows, inner, count;
  int32_t index_dtype;
  const void *indices;
  int32_t elem_size;
  const char *x;
  char *out;
} rows_job;

static void gather_range(void *context, int64_t begin, int64_t end) {
  const rows_job *job = context;
  const size_t bytes = (size_t)(job->inner * job->elem_size);
  for (int64_t t = begin; t < end; t++) {
    const int64_t o = t / job->count;
    const int64_t row = bk_index(job->index_dtype, job->indices, t % job->count, job->rows);
    memcpy(job->out + (size_t)t * bytes, job->x + (size_t)(o * job->rows + row) * bytes, bytes);
  }
}

static int32_t check(const rows_job *job, int64_t *bad_index) {
  BK_CHECK(job->index_dtype == BALBOA_I32 || job->index_dtype == BALBOA_I64, BALBOA_ERR_KIND);
  BK_CHECK(job->elem_size == 1 || job->elem_size == 2 || job->elem_size == 4 || job->elem_size == 8, BALBOA_ERR_KIND);
  BK_CHECK(bk_product3(job->outer, job->rows, job->inner) >= 0 && bk_product3(job->outer, job->count, job->inner) >= 0,
           BALBOA_ERR_ARGUMENT);
  BK_CHECK(bad_index != NULL && (job->count == 0 || job->indices != NULL), BALBOA_ERR_NULL);
  const int64_t bad = bk_first_outside(job->count, job->index_dtype, job->indices, job->rows);
  if (bad >= 0) {
    *bad_index = bad;
    return BALBOA_ERR_INDEX;
  }
  const int nothing = job->outer * job->count * job->inner == 0;
  return nothing || (job->x != NULL && job->out != NULL) ? BALBOA_OK : BALBOA_ERR_NULL;
}

int32_t balboa_gather_rows(int32_t elem_size, int32_t index_dtype, int64_t outer, int64_t rows, int64_t inner,
                           int64_t count, const void *indices, const void *x, void *out, int64_t *bad_index) {
  rows_job job = {outer, rows, inner, count, index_dtype, indices, elem_size, x, out};
  const int32_t status = check(&job, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  if (inner > 0) {
    bk_parallel(outer * count, bk_max(1, BK_GRAIN_CHEAP / inner), gather_range, &job);
  }
  return BALBOA_OK;
}

#define ADD_ROW(type, name)                                                     \
  BALBOA_CLONES static void name(int64_t n, const void *from, void *to) {       \
    const type *x = from;                                                       \
    type *y = to;                                                               \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] += x[i]; }               \
  }

ADD_ROW(float, add_row_f32)
ADD_ROW(double, add_row_f64)

/* A range owns whole rows of the result and takes them from the index list in its order: no two threads meet, and what
 * happens to a row happens in the order of the list. */
#define ONTO_ROWS(name, write)                                                                               \
  static void name(void *context, int64_t begin, int64_t end) {                                              \
    const rows_job *job = context;                                                                           \
    const int64_t bytes = job->inner * job->elem_size;                                                       \
    for (int64_t o = begin / job->rows; o * job->rows < end; o++) {                                          \
      const int64_t first = bk_max(begin - o * job->rows, 0), last = bk_min(end - o * job->rows, job->rows); \
      for (int64_t k = 0; k < job->count; k++) {                                                             \
        const int64_t row = bk_index(job->index_dtype, job->indices, k, job->rows);                          \
        if (row >= first && row < last) {                                                                    \
          const char *from = job->x + (o * job->count + k) * bytes;                                          \
          char *to = job->out + (o * job->rows + row) * bytes;                                               \
          write;                                                                                             \
        }                                                                                                    \
      }                                                                                                      \
    }                                                                                                        \
  }

ONTO_ROWS(add_range_f32, add_row_f32(job->inner, from, to))
ONTO_ROWS(add_range_f64, add_row_f64(job->inner, from, to))
ONTO_ROWS(put_range, memcpy(to, from, (size_t)bytes))

static int32_t onto_rows(rows_job *job, bk_range_fn range, int64_t *bad_index) {
  const int32_t status = check(job, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  const int64_t elements = job->outer * job->count * job->inner;
  if (elements > 0) {
    /* bk_parallel counts rows of the result; what pays for threads is what is written. */
    const int64_t grain = elements >= 2 * BK_GRAIN_CHEAP ? 1 : job->outer * job->rows;
    bk_parallel(job->outer * job->rows, grain, range, job);
  }
  return BALBOA_OK;
}

int32_t balboa_scatter_add_rows(int32_t dtype, int32_t index_dtype, int64_t outer, int64_t rows, int64_t inner,
                                int64_t count, const void *indices, const void *dy, void *dx, int64_t *bad_index) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  rows_job job = {outer, rows, inner, count, index_dtype, indices, bk_dtype_size(dtype), dy, dx};
  return onto_rows(&job, dtype == BALBOA_F32 ? add_range_f32 : add_range_f64, bad_index);
}

int32_t balboa_put_rows(int32_t elem_size, int32_t index_dtype, int64_t rows, int64_t inner, int64_t count,
                        const void *indices, const void *src, void *out, int64_t *bad_index) {
  rows_job job = {1, rows, inner, count, index_dtype, indices, elem_size, src, out};
  return onto_rows(&job, put_range, bad_index);
}
