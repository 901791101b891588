/* Convolution with kernels of 3 x 3 by Winograd's F(4 x 4, 3 x 3), tile by tile. */
#include <string.h>

#include "internal.h"

enum {
  TILE = 4,           /* results of a tile, in a row and in a column */
  SEEN = 6,           /* pixels that they see */
  POINTS = SEEN * SEEN,
  BLOCK = 16,         /* channels of a block */
  PANEL = 32,         /* filters that lie together */
};

static const double G[SEEN][3] = {{1 / 4.0, 0, 0},
                                  {-1 / 6.0, -1 / 6.0, -1 / 6.0},
                                  {-1 / 6.0, 1 / 6.0, -1 / 6.0},
                                  {1 / 24.0, 1 / 12.0, 1 / 6.0},
                                  {1 / 24.0, -1 / 12.0, 1 / 6.0},
                                  {0, 0, 1}};
static const float BT[SEEN][SEEN] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                     {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
static const float AT[TILE][SEEN] = {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};

typedef struct {
  int64_t batch, channels, height, width, filters, pad_h, pad_w, out_h, out_w, relu, blocked;
} shape;

static int32_t prepare(const int64_t *numbers, shape *s) {
  BK_CHECK(numbers != NULL, BALBOA_ERR_NULL);
  memcpy(s, numbers, sizeof *s);
  for (size_t i = 0; i < sizeof *s / sizeof *numbers; i++) {
    BK_CHECK(numbers[i] >= 0 && numbers[i] <= INT32_MAX, BALBOA_ERR_ARGUMENT);
  }
  BK_CHECK(s->channels > 0 && s->filters > 0 && s->height > 0 && s->width > 0 && s->out_h > 0 && s->out_w > 0,
           BALBOA_ERR_ARGUMENT);
  BK_CHECK(s->channels % BLOCK == 0 && s->filters % BLOCK == 0 && s->relu <= 1 && s->blocked <= 1, BALBOA_ERR_ARGUMENT);
  return BALBOA_OK;
}

static int64_t panels(const shape *s) { return (s->filters + PANEL - 1) / PANEL; }

int64_t balboa_winograd_weights(const int64_t *numbers) {
  shape s;
  const int32_t status = prepare(numbers, &s);
  return status == BALBOA_OK ? POINTS * panels(&s) * s.channels * PANEL : status;
}

int64_t balboa_winograd_scratch(const int64_t *numbers) {
  shape s;
  const int32_t status = prepare(numbers, &s);
  return status == BALBOA_OK ? POINTS * s.channels * (int64_t)sizeof(float) : status;
}

int32_t balboa_winograd_transform_f32(const int64_t *numbers, const float *w, float *transformed) {
  shape s;
  const int32_t status = prepare(numbers, &s);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(w != NULL && transformed != NULL, BALBOA_ERR_NULL);
  const int64_t count = panels(&s) * PANEL;
  for (int64_t f = 0; f < count; f++) {
    for (int64_t c = 0; c < s.channels; c++) {
      for (int e = 0; e < POINTS; e++) {
        double sum = 0;
        for (int k = 0; k < 9 && f < s.filters; k++) {
          sum += G[e / SEEN][k / 3] * G[e % SEEN][k % 3] * (double)w[(f * s.channels + c) * 9 + k];
        }
        transformed[((e * panels(&s) + f / PANEL) * s.channels + c) * PANEL + f % PANEL] = (float)sum;
      }
    }
  }
  return BALBOA_OK;
}

/* Where a channel of a pixel lies. */
static int64_t place(const shape *s, int64_t channels, int64_t height, int64_t width, int64_t n, int64_t c, int64_t i,
                     int64_t j) {
  return s->blocked ? (((n * (channels / BLOCK) + c / BLOCK) * height + i) * width + j) * BLOCK + c % BLOCK
                    : ((n * height + i) * width + j) * channels + c;
}

/* B^T d B of the pixels from (top, left) on, [36, channels]. */
static void transform_pixels(const shape *s, const float *x, int64_t n, int64_t top, int64_t left, float *to) {
  for (int64_t c = 0; c < s->channels; c++) {
    float d[SEEN][SEEN], half[SEEN][SEEN];
    for (int64_t i = 0; i < SEEN; i++) {
      for (int64_t j = 0; j < SEEN; j++) {
        const int64_t y = top + i, z = left + j;
        const int inside = y >= 0 && y < s->height && z >= 0 && z < s->width;
        d[i][j] = inside ? x[place(s, s->channels, s->height, s->width, n, c, y, z)] : 0;
      }
    }
    for (int i = 0; i < POINTS; i++) {
      float sum = 0;
      for (int k = 0; k < SEEN; k++) sum += BT[i / SEEN][k] * d[k][i % SEEN];
      half[i / SEEN][i % SEEN] = sum;
    }
    for (int i = 0; i < POINTS; i++) {
      float sum = 0;
      for (int k = 0; k < SEEN; k++) sum += half[i / SEEN][k] * BT[i % SEEN][k];
      to[i * s->channels + c] = sum;
    }
  }
}

typedef struct {
  const float *bias, *residual;
  float *y;
} target;

static void store(const shape *s, const target *t, int64_t at, int64_t f, float sum) {
  float v = sum + (t->bias == NULL ? 0 : t->bias[f]);
  v += t->residual == NULL ? 0 : t->residual[at];
  t->y[at] = s->relu && v < 0 ? 0 : v;
}

/* A^T m A of a panel of filters. */
static void transform_results(const shape *s, const target *t, int64_t n, int64_t panel, int64_t top, int64_t left,
                              float m[POINTS][PANEL]) {
  const int64_t filters = bk_min(PANEL, s->filters - panel * PANEL);
  for (int64_t l = 0; l < filters; l++) {
    float half[TILE][SEEN];
    for (int i = 0; i < TILE * SEEN; i++) {
      float sum = 0;
      for (int k = 0; k < SEEN; k++) sum += AT[i / SEEN][k] * m[k * SEEN + i % SEEN][l];
      half[i / SEEN][i % SEEN] = sum;
    }
    for (int64_t i = 0; i < TILE && top + i < s->out_h; i++) {
      for (int64_t j = 0; j < TILE && left + j < s->out_w; j++) {
        float sum = 0;
        for (int k = 0; k < SEEN; k++) sum += half[i][k] * AT[j][k];
        const int64_t f = panel * PANEL + l;
        store(s, t, place(s, s->filters, s->out_h, s->out_w, n, f, top + i, left + j), f, sum);
      }
    }
  }
}

BALBOA_CLONES static void multiply(const float *u, const float *v, int64_t channels, float *to) {
  memset(to, 0, PANEL * sizeof *to);
  for (int64_t c = 0; c < channels; c++, u += PANEL) {
    BALBOA_SIMD for (int l = 0; l < PANEL; l++) { to[l] += v[c] * u[l]; }
  }
}

int32_t balboa_winograd_f32(const int64_t *numbers, const float *x, const float *transformed, const float *bias,
                            const float *residual, float *y, void *scratch, int64_t scratch_bytes) {
  shape s;
  const int32_t status = prepare(numbers, &s);
  BK_CHECK(status == BALBOA_OK, status);
  if (s.batch == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL && transformed != NULL && y != NULL && scratch != NULL, BALBOA_ERR_NULL);
  BK_CHECK(scratch_bytes >= balboa_winograd_scratch(numbers), BALBOA_ERR_ARGUMENT);
  const target t = {.bias = bias, .residual = residual, .y = y};
  float *v = scratch, m[POINTS][PANEL];
  for (int64_t n = 0; n < s.batch; n++) {
    for (int64_t top = 0; top < s.out_h; top += TILE) {
      for (int64_t left = 0; left < s.out_w; left += TILE) {
        transform_pixels(&s, x, n, top - s.pad_h, left - s.pad_w, v);
        for (int64_t p = 0; p < panels(&s); p++) {
          for (int64_t e = 0; e < POINTS; e++) {
            multiply(transformed + (e * panels(&s) + p) * s.channels * PANEL, v + e * s.channels, s.channels, m[e]);
          }
          transform_results(&s, &t, n, p, top, left, m);
        }
      }
    }
  }
  return BALBOA_OK;
}
