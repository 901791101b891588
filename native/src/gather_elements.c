/* One index an element: gather along an axis, and scatter along it, overwriting or adding. */
#include "internal.h"

/* The index array as lines of `count` entries along the axis, `outer` times `inner` of them; x has `size` elements,
 * x_inner apart, on the axis. Offsets of lines in x are decoded only where the other axes of x are longer. */
typedef struct {
  int64_t outer, count, inner, size, x_inner;
  int32_t ndim, axis, index_dtype;
  int even_outer, even_inner;
  int64_t dims[BALBOA_MAX_DIMS], strides[BALBOA_MAX_DIMS];
  const void *indices;
  const void *from;
  void *to;
  int by_target;
} lines_job;

static int64_t offset(const lines_job *job, int32_t first, int32_t end, int64_t i) {
  int64_t at = 0;
  for (int32_t d = end - 1; d >= first; d--) {
    at += i % job->dims[d] * job->strides[d];
    i /= job->dims[d];
  }
  return at;
}

BALBOA_INLINE int64_t outer_offset(const lines_job *job, int64_t o) {
  return job->even_outer ? o * job->size * job->x_inner : offset(job, 0, job->axis, o);
}

BALBOA_INLINE int64_t inner_offset(const lines_job *job, int64_t i) {
  return job->even_inner ? i : offset(job, job->axis + 1, job->ndim, i);
}

/* Lines of neighbouring entries, with indices of one type. Not for the vectoriser unless elements are of 8 bytes: gather
 * instructions load the entries one by one, too, and took a quarter longer here, with indices of 4 bytes. */
#define GATHER_LINE(type, index, name)                                                                      \
  static void name(int64_t n, const index *at, int64_t size, int64_t stride, const type *x, type *out) {     \
    BALBOA_UNROLL(8) for (int64_t i = 0; i < n; i++) {                                                      \
      const int64_t r = at[i];                                                                              \
      out[i] = x[(r < 0 ? r + size : r) * stride];                                                          \
    }                                                                                                       \
  }

#define GATHER_LINE_WIDE(type, index, name)                                                                 \
  BALBOA_CLONES static void name(int64_t n, const index *at, int64_t size, int64_t stride, const type *x,    \
                                 type *out) {                                                               \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                           \
      const int64_t r = at[i];                                                                              \
      out[i] = x[(r < 0 ? r + size : r) * stride];                                                          \
    }                                                                                                       \
  }

/* A range of elements of the result. */
#define GATHER_RANGE(type, name, line)                                                                      \
  line(type, int32_t, name##_line_32)                                                                       \
  line(type, int64_t, name##_line_64)                                                                       \
  static void name(void *context, int64_t begin, int64_t end) {                                             \
    const lines_job *job = context;                                                                         \
    const type *x = job->from;                                                                              \
    type *out = job->to;                                                                                    \
    for (int64_t t = begin; t < end;) {                                                                     \
      const int64_t plane = job->count * job->inner, o = t / plane, last = bk_min(end, (o + 1) * plane);    \
      const type *from = x + outer_offset(job, o);                                                          \
      if (job->inner == 1) {                                                                                \
        if (job->index_dtype == BALBOA_I64) {                                                               \
          name##_line_64(last - t, (const int64_t *)job->indices + t, job->size, job->x_inner, from, out + t); \
        } else {                                                                                            \
          name##_line_32(last - t, (const int32_t *)job->indices + t, job->size, job->x_inner, from, out + t); \
        }                                                                                                   \
        t = last;                                                                                           \
      }                                                                                                     \
      while (t < last) {                                                                                    \
        const int64_t i0 = t % job->inner, n = bk_min(job->inner - i0, last - t);                           \
        for (int64_t i = i0; i < i0 + n; i++, t++) {                                                        \
          const int64_t r = bk_index(job->index_dtype, job->indices, t, job->size);                         \
          out[t] = from[r * job->x_inner + inner_offset(job, i)];                                           \
        }                                                                                                   \
      }                                                                                                     \
    }                                                                                                       \
  }

GATHER_RANGE(uint8_t, gather_8, GATHER_LINE)
GATHER_RANGE(uint16_t, gather_16, GATHER_LINE)
GATHER_RANGE(uint32_t, gather_32, GATHER_LINE)
GATHER_RANGE(uint64_t, gather_64, GATHER_LINE_WIDE)

/* A range of lines, or, where lines are few, of positions on the axis of x. Different lines never meet in x, so that
 * each element of x is one thread's, which takes the entries in row-major order. */
#define SCATTER_LINE(type, index, name, assign)                                                             \
  static void name(int64_t n, const index *at, int64_t size, int64_t stride, const type *src, type *to) {   \
    for (int64_t k = 0; k < n; k++) {                                                                       \
      const int64_t r = at[k];                                                                              \
      to[(r < 0 ? r + size : r) * stride] assign src[k];                                                    \
    }                                                                                                       \
  }                                                                                                         \
  /* Lines i0 to i1 of `inner` neighbouring ones. */                                                        \
  static void name##s(int64_t n, int64_t inner, int64_t i0, int64_t i1, const index *at, int64_t size,      \
                      const type *src, type *to) {                                                          \
    for (int64_t k = 0; k < n; k++) {                                                                       \
      for (int64_t i = i0; i < i1; i++) {                                                                   \
        const int64_t r = at[k * inner + i];                                                                \
        to[(r < 0 ? r + size : r) * inner + i] assign src[k * inner + i];                                   \
      }                                                                                                     \
    }                                                                                                       \
  }
#define SCATTER_RANGE(type, name, assign)                                                                   \
  SCATTER_LINE(type, int32_t, name##_line_32, assign)                                                       \
  SCATTER_LINE(type, int64_t, name##_line_64, assign)                                                       \
  static void name(void *context, int64_t begin, int64_t end) {                                             \
    const lines_job *job = context;                                                                         \
    const type *src = job->from;                                                                            \
    type *x = job->to;                                                                                      \
    const int64_t first = job->by_target ? begin : 0, last = job->by_target ? end : job->size;              \
    const int64_t line0 = job->by_target ? 0 : begin, line1 = job->by_target ? job->outer * job->inner : end; \
    for (int64_t o = line0 / job->inner; o * job->inner < line1; o++) {                                     \
      const int64_t i0 = bk_max(line0 - o * job->inner, 0), i1 = bk_min(line1 - o * job->inner, job->inner); \
      type *to = x + outer_offset(job, o);                                                                  \
      if (job->inner == 1 && !job->by_target) {                                                             \
        const int64_t t = o * job->count;                                                                   \
        if (job->index_dtype == BALBOA_I64) {                                                               \
          name##_line_64(job->count, (const int64_t *)job->indices + t, job->size, job->x_inner, src + t, to); \
        } else {                                                                                            \
          name##_line_32(job->count, (const int32_t *)job->indices + t, job->size, job->x_inner, src + t, to); \
        }                                                                                                   \
        continue;                                                                                           \
      }                                                                                                     \
      if (job->inner == job->x_inner && !job->by_target) {                                                  \
        const int64_t t = o * job->count * job->inner;                                                      \
        if (job->index_dtype == BALBOA_I64) {                                                               \
          name##_line_64s(job->count, job->inner, i0, i1, (const int64_t *)job->indices + t, job->size, src + t, to); \
        } else {                                                                                            \
          name##_line_32s(job->count, job->inner, i0, i1, (const int32_t *)job->indices + t, job->size, src + t, to); \
        }                                                                                                   \
        continue;                                                                                           \
      }                                                                                                     \
      for (int64_t k = 0; k < job->count; k++) {                                                            \
        const int64_t t = (o * job->count + k) * job->inner;                                                \
        for (int64_t i = i0; i < i1; i++) {                                                                 \
          const int64_t r = bk_index(job->index_dtype, job->indices, t + i, job->size);                     \
          if (r >= first && r < last) {                                                                     \
            to[r * job->x_inner + inner_offset(job, i)] assign src[t + i];                                  \
          }                                                                                                 \
        }                                                                                                   \
      }                                                                                                     \
    }                                                                                                       \
  }

SCATTER_RANGE(uint8_t, scatter_8, =)
SCATTER_RANGE(uint16_t, scatter_16, =)
SCATTER_RANGE(uint32_t, scatter_32, =)
SCATTER_RANGE(uint64_t, scatter_64, =)
SCATTER_RANGE(float, scatter_add_f32, +=)
SCATTER_RANGE(double, scatter_add_f64, +=)

static int32_t prepare(lines_job *job, const int64_t *x_dims, const int64_t *dims, int64_t *total, int64_t *bad_index) {
  const int32_t ndim = job->ndim, axis = job->axis;
  BK_CHECK(job->index_dtype == BALBOA_I32 || job->index_dtype == BALBOA_I64, BALBOA_ERR_KIND);
  BK_CHECK(ndim >= 1 && ndim <= BALBOA_MAX_DIMS && axis >= 0 && axis < ndim, BALBOA_ERR_ARGUMENT);
  BK_CHECK(dims != NULL && x_dims != NULL && bad_index != NULL, BALBOA_ERR_NULL);
  *total = bk_product(ndim, dims);
  BK_CHECK(*total >= 0 && bk_product(ndim, x_dims) >= 0, BALBOA_ERR_ARGUMENT);
  job->outer = job->inner = job->x_inner = 1;
  job->even_outer = job->even_inner = 1;
  int64_t stride = 1;
  for (int32_t d = ndim - 1; d >= 0; d--) {
    BK_CHECK(d == axis || dims[d] <= x_dims[d], BALBOA_ERR_ARGUMENT);
    job->dims[d] = dims[d];
    job->strides[d] = stride;
    stride *= bk_max(1, x_dims[d]);
    if (d > axis) {
      job->inner *= dims[d];
      job->x_inner *= x_dims[d];
      job->even_inner &= dims[d] == x_dims[d];
    } else if (d < axis) {
      job->outer *= dims[d];
      /* The outermost axis may be shorter. */
      job->even_outer &= d == 0 || dims[d] == x_dims[d];
    }
  }
  job->count = dims[axis];
  job->size = x_dims[axis];
  if (*total == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(job->indices != NULL, BALBOA_ERR_NULL);
  const int64_t bad = bk_first_outside(*total, job->index_dtype, job->indices, job->size);
  if (bad >= 0) {
    *bad_index = bad;
    return BALBOA_ERR_INDEX;
  }
  return job->from != NULL && job->to != NULL ? BALBOA_OK : BALBOA_ERR_NULL;
}

int32_t balboa_gather(int32_t elem_size, int32_t index_dtype, int32_t ndim, int32_t axis, const int64_t *x_dims,
                      const int64_t *dims, const void *indices, const void *x, void *out, int64_t *bad_index) {
  BK_CHECK(elem_size == 1 || elem_size == 2 || elem_size == 4 || elem_size == 8, BALBOA_ERR_KIND);
  lines_job job = {.ndim = ndim, .axis = axis, .index_dtype = index_dtype, .indices = indices, .from = x, .to = out};
  int64_t total = 0;
  const int32_t status = prepare(&job, x_dims, dims, &total, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  bk_parallel(total, BK_GRAIN_CHEAP,
              elem_size == 1   ? gather_8
              : elem_size == 2 ? gather_16
              : elem_size == 4 ? gather_32
                               : gather_64,
              &job);
  return BALBOA_OK;
}

static int32_t scatter(lines_job *job, bk_range_fn range, const int64_t *x_dims, const int64_t *dims,
                       int64_t *bad_index) {
  enum { MANY_LINES = 64 };
  int64_t total = 0;
  const int32_t status = prepare(job, x_dims, dims, &total, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  if (total == 0) {
    return BALBOA_OK;
  }
  const int64_t lines = job->outer * job->inner;
  job->by_target = lines < MANY_LINES;
  const int64_t parts = job->by_target ? job->size : lines;
  bk_parallel(parts, total >= 2 * BK_GRAIN_CHEAP ? 1 : parts, range, job);
  return BALBOA_OK;
}

int32_t balboa_scatter(int32_t elem_size, int32_t index_dtype, int32_t ndim, int32_t axis, const int64_t *x_dims,
                       const int64_t *dims, const void *indices, const void *src, void *x, int64_t *bad_index) {
  BK_CHECK(elem_size == 1 || elem_size == 2 || elem_size == 4 || elem_size == 8, BALBOA_ERR_KIND);
  lines_job job = {.ndim = ndim, .axis = axis, .index_dtype = index_dtype, .indices = indices, .from = src, .to = x};
  return scatter(&job,
                 elem_size == 1   ? scatter_8
                 : elem_size == 2 ? scatter_16
                 : elem_size == 4 ? scatter_32
                                  : scatter_64,
                 x_dims, dims, bad_index);
}

int32_t balboa_scatter_add(int32_t dtype, int32_t index_dtype, int32_t ndim, int32_t axis, const int64_t *x_dims,
                           const int64_t *dims, const void *indices, const void *src, void *x, int64_t *bad_index) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  lines_job job = {.ndim = ndim, .axis = axis, .index_dtype = index_dtype, .indices = indices, .from = src, .to = x};
  return scatter(&job, dtype == BALBOA_F32 ? scatter_add_f32 : scatter_add_f64, x_dims, dims, bad_index);
}
