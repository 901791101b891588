/* Output elements that are input elements at positions looked up axis by axis: padding, flips, nearest resizing. */
#include <string.h>

#include "internal.h"

typedef struct {
  int32_t ndim;
  int64_t dims[BALBOA_MAX_DIMS], strides[BALBOA_MAX_DIMS]; /* of the output; of the input, elements */
  const int64_t *tables[BALBOA_MAX_DIMS];
  int64_t length;           /* of the last axis */
  int64_t run0, run1;       /* where its table counts up by one: a plain copy */
  int reversed;             /* whether it counts down by one all the way */
  uint64_t pattern;
  const void *x;
  void *out;
} map_job;

/* Moves from one row of the output to the next. */
static void next_row(const map_job *job, int64_t *index) {
  for (int32_t d = job->ndim - 2; d >= 0; d--) {
    if (++index[d] < job->dims[d]) {
      return;
    }
    index[d] = 0;
  }
}

/* Where the row starts in the input, or -1 if it lies outside. */
static int64_t row_base(const map_job *job, const int64_t *index) {
  int64_t base = 0;
  for (int32_t d = 0; d < job->ndim - 1; d++) {
    const int64_t i = job->tables[d][index[d]];
    if (i < 0) {
      return -1;
    }
    base += i * job->strides[d];
  }
  return base;
}

#define MAP_RANGE(type, name)                                                              \
  BALBOA_CLONES static void name##_reverse(int64_t n, const type *from, type *to) {        \
    BALBOA_SIMD for (int64_t j = 0; j < n; j++) { to[j] = from[n - 1 - j]; }               \
  }                                                                                        \
  static void name(void *context, int64_t begin, int64_t end) {                            \
    const map_job *job = context;                                                          \
    const int64_t *last = job->tables[job->ndim - 1];                                      \
    const type fill = (type)job->pattern;                                                  \
    int64_t index[BALBOA_MAX_DIMS] = {0};                                                  \
    int64_t rest = begin;                                                                  \
    for (int32_t d = job->ndim - 2; d >= 0; d--) {                                         \
      index[d] = rest % job->dims[d];                                                      \
      rest /= job->dims[d];                                                                \
    }                                                                                      \
    for (int64_t row = begin; row < end; row++, next_row(job, index)) {                    \
      type *to = (type *)job->out + row * job->length;                                     \
      const int64_t base = row_base(job, index);                                           \
      if (base < 0) {                                                                      \
        for (int64_t j = 0; j < job->length; j++) {                                        \
          to[j] = fill;                                                                    \
        }                                                                                  \
        continue;                                                                          \
      }                                                                                    \
      const type *from = (const type *)job->x + base;                                      \
      if (job->reversed) {                                                                 \
        name##_reverse(job->length, from + last[job->length - 1], to);                     \
        continue;                                                                          \
      }                                                                                    \
      for (int64_t j = 0; j < job->run0; j++) {                                            \
        to[j] = last[j] < 0 ? fill : from[last[j]];                                        \
      }                                                                                    \
      if (job->run1 > job->run0) {                                                         \
        memcpy(to + job->run0, from + last[job->run0],                                     \
               (size_t)(job->run1 - job->run0) * sizeof(type));                            \
      }                                                                                    \
      for (int64_t j = job->run1; j < job->length; j++) {                                  \
        to[j] = last[j] < 0 ? fill : from[last[j]];                                        \
      }                                                                                    \
    }                                                                                      \
  }

MAP_RANGE(uint8_t, map_8)
MAP_RANGE(uint16_t, map_16)
MAP_RANGE(uint32_t, map_32)
MAP_RANGE(uint64_t, map_64)

/* The longest run of t that counts up by one. */
static void find_run(map_job *job, const int64_t *t, int64_t n) {
  job->run0 = job->run1 = 0;
  for (int64_t a = 0; a < n;) {
    int64_t b = a + 1;
    while (b < n && t[a] >= 0 && t[b] == t[b - 1] + 1) {
      b++;
    }
    if (t[a] >= 0 && b - a > job->run1 - job->run0) {
      job->run0 = a;
      job->run1 = b;
    }
    a = b;
  }
}

int32_t balboa_map_axes(int32_t elem_size, int32_t ndim, const int64_t *x_dims, const int64_t *out_dims,
                        const int64_t *tables, uint64_t pattern, const void *x, void *out) {
  BK_CHECK(elem_size == 1 || elem_size == 2 || elem_size == 4 || elem_size == 8, BALBOA_ERR_KIND);
  BK_CHECK(ndim >= 1 && ndim <= BALBOA_MAX_DIMS, BALBOA_ERR_ARGUMENT);
  BK_CHECK(x_dims != NULL && out_dims != NULL, BALBOA_ERR_NULL);
  const int64_t total = bk_product(ndim, out_dims), inputs = bk_product(ndim, x_dims);
  BK_CHECK(total >= 0 && inputs >= 0, BALBOA_ERR_ARGUMENT);
  if (total == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(tables != NULL && out != NULL && (x != NULL || inputs == 0), BALBOA_ERR_NULL);
  map_job job = {.ndim = ndim, .pattern = pattern, .x = x, .out = out};
  const int64_t *table = tables;
  for (int32_t d = 0; d < ndim; d++) {
    job.dims[d] = out_dims[d];
    job.tables[d] = table;
    for (int64_t i = 0; i < out_dims[d]; i++) {
      BK_CHECK(table[i] >= -1 && table[i] < x_dims[d], BALBOA_ERR_ARGUMENT);
    }
    table += out_dims[d];
  }
  int64_t stride = 1;
  for (int32_t d = ndim - 1; d >= 0; d--) {
    job.strides[d] = stride;
    stride *= bk_max(1, x_dims[d]);
  }
  job.length = out_dims[ndim - 1];
  find_run(&job, job.tables[ndim - 1], job.length);
  job.reversed = job.length > 1;
  for (int64_t i = 0; i < job.length && job.reversed; i++) {
    const int64_t *t = job.tables[ndim - 1];
    job.reversed = t[i] >= 0 && (i == 0 || t[i] == t[i - 1] - 1);
  }
  bk_parallel(total / job.length, bk_max(1, BK_GRAIN_CHEAP / job.length),
              elem_size == 1   ? map_8
              : elem_size == 2 ? map_16
              : elem_size == 4 ? map_32
                               : map_64,
              &job);
  return BALBOA_OK;
}
