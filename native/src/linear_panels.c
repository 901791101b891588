/* A linear map of rows by weights in panels of 32 filters, as they were packed before: [panel][feature][32]. */
#include <string.h>

#include "panel.h"

/* Weights of a panel and what will be read after them: `pace` bytes of it for each feature. */
typedef struct {
  const float *w, *bias;
  const char *ahead;
  int64_t features, pace;
} factor;

/* Sums of `count` rows, [count][32]; features are added up in their order. Weights of the next panel are asked for
 * meanwhile: they come from memory or the last cache. */
BALBOA_INLINE void sum_tile(const int count, const factor *f, const float *x, float *to) {
  vec sum[ROWS][VECS];
  BALBOA_UNROLL(14) for (int r = 0; r < count; r++) {
    BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { sum[r][v] = *(const vec *)(f->bias + v * LANES); }
  }
  const int64_t features = f->features, pace = f->pace;
  for (int64_t i = 0; i < features; i++) {
    vec w[VECS];
    BALBOA_PREFETCH_FAR(f->ahead + i * pace);
    BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { w[v] = *(const vec *)(f->w + i * PANEL + v * LANES); }
    BALBOA_UNROLL(14) for (int r = 0; r < count; r++) {
      const float a = x[r * features + i];
      BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { sum[r][v] += a * w[v]; }
    }
  }
  BALBOA_UNROLL(14) for (int r = 0; r < count; r++) {
    BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { *(vec *)(to + r * PANEL + v * LANES) = sum[r][v]; }
  }
}

BALBOA_CLONES static void sum_rows(int64_t count, const factor *f, const float *x, float *to) {
  switch (count) {
    case 1: sum_tile(1, f, x, to); break;
    case 2: sum_tile(2, f, x, to); break;
    case 3: sum_tile(3, f, x, to); break;
    case 4: sum_tile(4, f, x, to); break;
    case 5: sum_tile(5, f, x, to); break;
    case 6: sum_tile(6, f, x, to); break;
    case 7: sum_tile(7, f, x, to); break;
    case 8: sum_tile(8, f, x, to); break;
    case 9: sum_tile(9, f, x, to); break;
    case 10: sum_tile(10, f, x, to); break;
    case 11: sum_tile(11, f, x, to); break;
    case 12: sum_tile(12, f, x, to); break;
    case 13: sum_tile(13, f, x, to); break;
    default: sum_tile(14, f, x, to); break;
  }
}

void bk_linear_panels(const bk_linear *l, int64_t rows, int64_t panel, int64_t end_panel, const float *x, float *y) {
  const int64_t size = l->features * PANEL, groups = (rows + ROWS - 1) / ROWS;
  for (int64_t q = panel; q < end_panel; q++) {
    const int64_t filters = bk_min(PANEL, l->filters - q * PANEL);
    float bias[PANEL] = {0};
    if (l->bias != NULL) {
      memcpy(bias, l->bias + q * PANEL, (size_t)filters * sizeof(float));
    }
    const float *w = l->w + q * size, *next = q + 1 < end_panel ? w + size : l->w + panel * size;
    factor f = {w, bias, (const char *)next, l->features, PANEL * (int64_t)sizeof(float) / bk_max(1, groups)};
    for (int64_t g = 0; g < groups; g++, f.ahead += l->features * f.pace) {
      const int64_t from = rows * g / groups, to = rows * (g + 1) / groups;
      _Alignas(64) float sums[ROWS * PANEL];
      sum_rows(to - from, &f, x + from * l->features, sums);
      for (int64_t r = from; r < to; r++) {
        float *sum = sums + (r - from) * PANEL;
        for (int i = 0; i < PANEL && l->relu; i++) {
          sum[i] = sum[i] < 0 ? 0 : sum[i];
        }
        memcpy(y + r * l->filters + q * PANEL, sum, (size_t)filters * sizeof(float));
      }
    }
  }
}
