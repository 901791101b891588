/* Values at, and gradients to, the positions that a 2-D max pooling picks. Planes are independent. */
#include <string.h>

#include "internal.h"

typedef struct {
  int64_t h, w, oh, ow, kh, kw, sh, sw, top, left, dh, dw; /* in the order of the geometry array */
} pool_geometry;

typedef struct {
  pool_geometry g;
  const float *x;
  const float *from;
  float *to;
} pool_job;

/* Position in the plane of the first largest element of a window, -1 if the window holds padding only. */
static int64_t argmax(const pool_geometry *g, const float *plane, int64_t oy, int64_t ox) {
  const int64_t y0 = oy * g->sh - g->top, x0 = ox * g->sw - g->left;
  int64_t best = -1;
  float top = 0.0f;
  for (int64_t i = 0; i < g->kh; i++) {
    const int64_t y = y0 + i * g->dh;
    if (y < 0 || y >= g->h) {
      continue;
    }
    for (int64_t j = 0; j < g->kw; j++) {
      const int64_t x = x0 + j * g->dw;
      if (x < 0 || x >= g->w) {
        continue;
      }
      const float v = plane[y * g->w + x];
      if (best < 0 || v > top || (v != v && top == top)) {
        best = y * g->w + x;
        top = v;
      }
    }
  }
  return best;
}

static void gather_range(void *context, int64_t begin, int64_t end) {
  const pool_job *job = context;
  const pool_geometry *g = &job->g;
  for (int64_t p = begin; p < end; p++) {
    const int64_t in = p * g->h * g->w;
    float *out = job->to + p * g->oh * g->ow;
    for (int64_t oy = 0; oy < g->oh; oy++) {
      for (int64_t ox = 0; ox < g->ow; ox++) {
        const int64_t at = argmax(g, job->x + in, oy, ox);
        out[oy * g->ow + ox] = at < 0 ? 0.0f : job->from[in + at];
      }
    }
  }
}

static void scatter_range(void *context, int64_t begin, int64_t end) {
  const pool_job *job = context;
  const pool_geometry *g = &job->g;
  for (int64_t p = begin; p < end; p++) {
    const int64_t in = p * g->h * g->w;
    const float *dy = job->from + p * g->oh * g->ow;
    memset(job->to + in, 0, (size_t)(g->h * g->w) * sizeof(float));
    for (int64_t oy = 0; oy < g->oh; oy++) {
      for (int64_t ox = 0; ox < g->ow; ox++) {
        const int64_t at = argmax(g, job->x + in, oy, ox);
        if (at >= 0) {
          job->to[in + at] += dy[oy * g->ow + ox];
        }
      }
    }
  }
}

static int32_t run(int64_t planes, const int64_t *geometry, pool_job *job, bk_range_fn fn) {
  const int64_t limit = INT64_C(1) << 30; /* of every field, so that no position overflows */
  BK_CHECK(geometry != NULL, BALBOA_ERR_NULL);
  memcpy(&job->g, geometry, sizeof job->g);
  for (int k = 0; k < 12; k++) {
    const int64_t least = k < 4 || k == 8 || k == 9 ? 0 : 1; /* sizes and padding may be zero */
    BK_CHECK(geometry[k] >= least && geometry[k] <= limit, BALBOA_ERR_ARGUMENT);
  }
  const pool_geometry *g = &job->g;
  const int64_t in = bk_product3(planes, g->h, g->w), out = bk_product3(planes, g->oh, g->ow);
  BK_CHECK(in >= 0 && out >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK((in == 0 || job->x != NULL), BALBOA_ERR_NULL);
  const int64_t from = fn == gather_range ? in : out, to = fn == gather_range ? out : in;
  BK_CHECK((from == 0 || job->from != NULL) && (to == 0 || job->to != NULL), BALBOA_ERR_NULL);
  const int64_t work = g->oh * g->ow * g->kh * g->kw;
  bk_parallel(planes, bk_max(1, BK_GRAIN_MATH / bk_max(1, work)), fn, job);
  return BALBOA_OK;
}

int32_t balboa_maxpool2d_gather_f32(int64_t planes, const int64_t *geometry, const float *x, const float *v,
                                    float *out) {
  pool_job job = {.x = x, .from = v, .to = out};
  return run(planes, geometry, &job, gather_range);
}

int32_t balboa_maxpool2d_scatter_f32(int64_t planes, const int64_t *geometry, const float *x, const float *dy,
                                     float *dv) {
  pool_job job = {.x = x, .from = dy, .to = dv};
  return run(planes, geometry, &job, scatter_range);
}
