/* First index of the largest or smallest element of [outer, red, inner] along red, for the types beside f32. */
#include "internal.h"

enum { TILE = 128 };

/* Up to TILE columns at once; NaN, which only f64 has, wins. */
#define EXTREME(type, name)                                                                                        \
  BALBOA_CLONES static void name(int64_t rows, int64_t stride, int64_t width, const void *from, int32_t max,        \
                                 int32_t *out) {                                                                   \
    const type *x = from;                                                                                          \
    type best[TILE];                                                                                               \
    for (int64_t j = 0; j < width; j++) {                                                                          \
      best[j] = x[j];                                                                                              \
      out[j] = 0;                                                                                                  \
    }                                                                                                              \
    for (int64_t r = 1; r < rows; r++) {                                                                           \
      const type *row = x + r * stride;                                                                            \
      BALBOA_SIMD for (int64_t j = 0; j < width; j++) {                                                            \
        const type v = row[j], m = best[j];                                                                        \
        const int32_t before = out[j];                                                                             \
        const int better = (max ? v > m : v < m) | ((v != v) & (m == m));                                          \
        best[j] = better ? v : m;                                                                                  \
        out[j] = better ? (int32_t)r : before;                                                                     \
      }                                                                                                            \
    }                                                                                                              \
  }

EXTREME(double, extreme_f64)
EXTREME(int32_t, extreme_i32)
EXTREME(int64_t, extreme_i64)
EXTREME(uint8_t, extreme_u8)
EXTREME(int8_t, extreme_i8)

typedef void (*extreme_fn)(int64_t rows, int64_t stride, int64_t width, const void *from, int32_t max, int32_t *out);

typedef struct {
  extreme_fn fn;
  int64_t red, inner, tiles;
  int32_t size, max;
  const char *x;
  int32_t *out;
} extreme_job;

static void tiles_range(void *context, int64_t begin, int64_t end) {
  const extreme_job *job = context;
  for (int64_t t = begin; t < end; t++) {
    const int64_t o = t / job->tiles, column = t % job->tiles * TILE;
    job->fn(job->red, job->inner, bk_min(TILE, job->inner - column),
            job->x + (o * job->red * job->inner + column) * job->size, job->max, job->out + o * job->inner + column);
  }
}

static extreme_fn find(int32_t dtype) {
  switch (dtype) {
    case BALBOA_F64:
      return extreme_f64;
    case BALBOA_I32:
      return extreme_i32;
    case BALBOA_I64:
      return extreme_i64;
    case BALBOA_U8:
      return extreme_u8;
    case BALBOA_I8:
      return extreme_i8;
    default:
      return NULL;
  }
}

int32_t balboa_arg_extreme(int32_t dtype, int32_t max, int64_t outer, int64_t red, int64_t inner, const void *x,
                           int32_t *out) {
  if (dtype == BALBOA_F32) {
    return (max ? balboa_argmax_f32 : balboa_argmin_f32)(outer, red, inner, x, out);
  }
  extreme_job job = {find(dtype), red, inner, (inner + TILE - 1) / TILE, bk_dtype_size(dtype), max, x, out};
  BK_CHECK(job.fn != NULL, BALBOA_ERR_KIND);
  BK_CHECK(bk_product3(outer, red, inner) >= 0 && red <= INT32_MAX, BALBOA_ERR_ARGUMENT);
  if (outer * inner == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(red > 0, BALBOA_ERR_EMPTY);
  BK_CHECK(x != NULL && out != NULL, BALBOA_ERR_NULL);
  bk_parallel(outer * job.tiles, bk_max(1, BK_GRAIN_CHEAP / (red * bk_min(inner, TILE))), tiles_range, &job);
  return BALBOA_OK;
}
