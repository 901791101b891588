/* First index of the largest or smallest element of [outer, red, inner] along red. */
#include "internal.h"

enum { TILE = 128, BLOCK = 256 };

/* The search for a row's extreme: the value first, then its first position. sign -1 turns max into min. */
BALBOA_CLONES static int32_t row_extreme(int64_t n, const float *x, float sign) {
  float m = sign * x[0];
  int nan = 0;
  BALBOA_SIMD_REDUCE(max, m) for (int64_t i = 0; i < n; i++) {
    const float v = sign * x[i];
    m = v > m ? v : m;
  }
  BALBOA_SIMD_REDUCE(|, nan) for (int64_t i = 0; i < n; i++) { nan |= x[i] != x[i]; }
  for (int64_t begin = 0; begin < n; begin += BLOCK) {
    const int64_t end = bk_min(n, begin + BLOCK);
    int hit = 0;
    BALBOA_SIMD_REDUCE(|, hit) for (int64_t i = begin; i < end; i++) {
      hit |= nan ? x[i] != x[i] : sign * x[i] == m;
    }
    for (int64_t i = begin; hit && i < end; i++) {
      if (nan ? x[i] != x[i] : sign * x[i] == m) {
        return (int32_t)i;
      }
    }
  }
  return 0;
}

/* The same for up to TILE columns at once. */
BALBOA_CLONES static void columns_extreme(int64_t rows, int64_t stride, int64_t width, const float *x, float sign,
                                          int32_t *out) {
  float best[TILE];
  for (int64_t j = 0; j < width; j++) {
    best[j] = sign * x[j];
    out[j] = 0;
  }
  for (int64_t r = 1; r < rows; r++) {
    const float *row = x + r * stride;
    BALBOA_SIMD for (int64_t j = 0; j < width; j++) {
      const float v = sign * row[j], m = best[j];
      const int32_t before = out[j];
      const int better = (v > m) | ((v != v) & (m == m));
      best[j] = better ? v : m;
      out[j] = better ? (int32_t)r : before;
    }
  }
}

typedef struct {
  int64_t red, inner, tiles;
  const float *x;
  float sign;
  int32_t *out;
} argmax_job;

static void rows_range(void *context, int64_t begin, int64_t end) {
  const argmax_job *job = context;
  for (int64_t o = begin; o < end; o++) {
    job->out[o] = row_extreme(job->red, job->x + o * job->red, job->sign);
  }
}

static void tiles_range(void *context, int64_t begin, int64_t end) {
  const argmax_job *job = context;
  for (int64_t t = begin; t < end; t++) {
    const int64_t o = t / job->tiles, column = t % job->tiles * TILE;
    columns_extreme(job->red, job->inner, bk_min(TILE, job->inner - column),
                    job->x + o * job->red * job->inner + column, job->sign, job->out + o * job->inner + column);
  }
}

static int32_t run(int64_t outer, int64_t red, int64_t inner, const float *x, int32_t *out, float sign) {
  BK_CHECK(bk_product3(outer, red, inner) >= 0 && red <= INT32_MAX, BALBOA_ERR_ARGUMENT);
  if (outer * inner == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(red > 0, BALBOA_ERR_EMPTY);
  BK_CHECK(x != NULL && out != NULL, BALBOA_ERR_NULL);
  argmax_job job = {red, inner, (inner + TILE - 1) / TILE, x, sign, out};
  if (inner == 1) {
    bk_parallel(outer, bk_max(1, BK_GRAIN_CHEAP / red), rows_range, &job);
  } else {
    bk_parallel(outer * job.tiles, bk_max(1, BK_GRAIN_CHEAP / (red * bk_min(inner, TILE))), tiles_range, &job);
  }
  return BALBOA_OK;
}

int32_t balboa_argmax_f32(int64_t outer, int64_t red, int64_t inner, const float *x, int32_t *out) {
  return run(outer, red, inner, x, out, 1.0f);
}

int32_t balboa_argmin_f32(int64_t outer, int64_t red, int64_t inner, const float *x, int32_t *out) {
  return run(outer, red, inner, x, out, -1.0f);
}
