/* Rows picked by index, and their gradient. */
#include <string.h>

#include "internal.h"

typedef struct {
  int64_t outer, rows, inner, count;
  const int32_t *indices;
  int32_t elem_size;
  const char *x;
  char *out;
} gather_job;

static void gather_range(void *context, int64_t begin, int64_t end) {
  const gather_job *job = context;
  const size_t bytes = (size_t)(job->inner * job->elem_size);
  for (int64_t t = begin; t < end; t++) {
    const int64_t o = t / job->count;
    const int64_t row = job->indices[t % job->count];
    memcpy(job->out + (size_t)t * bytes, job->x + (size_t)(o * job->rows + row) * bytes, bytes);
  }
}

static int32_t check(int64_t outer, int64_t rows, int64_t inner, int64_t count, const int32_t *indices,
                     int64_t *bad_index) {
  BK_CHECK(bk_product3(outer, rows, inner) >= 0 && bk_product3(outer, count, inner) >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bad_index != NULL && (count == 0 || indices != NULL), BALBOA_ERR_NULL);
  const int64_t bad = bk_first_bad_index(count, indices, rows);
  if (bad >= 0) {
    *bad_index = bad;
    return BALBOA_ERR_INDEX;
  }
  return BALBOA_OK;
}

int32_t balboa_gather_rows(int32_t elem_size, int64_t outer, int64_t rows, int64_t inner, int64_t count,
                           const int32_t *indices, const void *x, void *out, int64_t *bad_index) {
  BK_CHECK(elem_size == 1 || elem_size == 4 || elem_size == 8, BALBOA_ERR_KIND);
  const int32_t status = check(outer, rows, inner, count, indices, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  if (outer * count * inner == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL && out != NULL, BALBOA_ERR_NULL);
  gather_job job = {outer, rows, inner, count, indices, elem_size, x, out};
  bk_parallel(outer * count, bk_max(1, BK_GRAIN_CHEAP / inner), gather_range, &job);
  return BALBOA_OK;
}

typedef struct {
  int64_t outer, rows, inner, count;
  const int32_t *indices;
  const float *dy;
  float *dx;
} scatter_job;

BALBOA_CLONES static void add_row(int64_t n, const float *from, float *to) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { to[i] += from[i]; }
}

/* A range owns whole rows of dx and takes them from the index list in its order: no two threads meet, and the order of
 * the additions to a row is that of the list. */
static void scatter_range(void *context, int64_t begin, int64_t end) {
  const scatter_job *job = context;
  for (int64_t o = begin / job->rows; o * job->rows < end; o++) {
    const int64_t first = bk_max(begin - o * job->rows, 0), last = bk_min(end - o * job->rows, job->rows);
    for (int64_t k = 0; k < job->count; k++) {
      const int64_t row = job->indices[k];
      if (row >= first && row < last) {
        add_row(job->inner, job->dy + (o * job->count + k) * job->inner, job->dx + (o * job->rows + row) * job->inner);
      }
    }
  }
}

int32_t balboa_scatter_add_rows_f32(int64_t outer, int64_t rows, int64_t inner, int64_t count, const int32_t *indices,
                                    const float *dy, float *dx, int64_t *bad_index) {
  const int32_t status = check(outer, rows, inner, count, indices, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  if (outer * count * inner == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(dy != NULL && dx != NULL, BALBOA_ERR_NULL);
  scatter_job job = {outer, rows, inner, count, indices, dy, dx};
  const int64_t additions = outer * count * inner;
  /* bk_parallel counts rows; its threshold is on the additions. */
  const int64_t grain = additions >= 2 * BK_GRAIN_CHEAP ? 1 : outer * rows;
  bk_parallel(outer * rows, grain, scatter_range, &job);
  return BALBOA_OK;
}
