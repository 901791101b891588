/* What a convolution with pooling does with single tiles: sums of products, and the largest values of windows over
 * them, in memory or in registers. */
#ifndef BALBOA_CONV_MAX_TILES_H
#define BALBOA_CONV_MAX_TILES_H

#include <string.h>

#include "panel.h"

enum {
  PIXELS = ROWS, /* columns of a tile */
  WINDOWS = 3,   /* of 2 x 2 results of a tile that is pooled in registers: 24 of them hold sums */
  REACH = 64,    /* most rows of the picture that a result sees, and most of a window */
};

/* ---- sums */

typedef struct {
  const float *const *rows; /* of the picture, one for each row of the kernel */
  int64_t from;             /* where the first result sees them */
  int64_t kernel_h, taps, hop, run, apart;
  const float *weights, *bias;
  float *to;
} tile;

/* `count` results side by side of all filters of a panel. A row of the kernel is `taps` runs of numbers that lie
 * together, `hop` apart; neighbours see pixels that lie `apart`. Sums are added up in the order of the weights. */
BALBOA_INLINE void sum_tile(const int count, const tile *t) {
  vec sum[PIXELS][VECS];
  BALBOA_UNROLL(14) for (int p = 0; p < count; p++) {
    BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) {
      sum[p][v] = t->bias == NULL ? (vec){0} : *(const vec *)(t->bias + v * LANES);
    }
  }
  const float *w = t->weights;
  const int64_t apart = t->apart;
  for (int64_t y = 0; y < t->kernel_h; y++) {
    const float *x = t->rows[y] + t->from;
    for (int64_t tap = 0; tap < t->taps; tap++, x += t->hop) {
      for (int64_t i = 0; i < t->run; i++, w += PANEL) {
        vec u[VECS];
        BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { u[v] = *(const vec *)(w + v * LANES); }
        BALBOA_UNROLL(14) for (int p = 0; p < count; p++) {
          const float a = x[p * apart + i];
          BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { sum[p][v] += a * u[v]; }
        }
      }
    }
  }
  BALBOA_UNROLL(14) for (int p = 0; p < count; p++) {
    BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { *(vec *)(t->to + p * PANEL + v * LANES) = sum[p][v]; }
  }
}

BALBOA_CLONES static void sum_columns(int64_t count, const tile *t) {
  switch (count) {
    case 1: sum_tile(1, t); break;
    case 2: sum_tile(2, t); break;
    case 3: sum_tile(3, t); break;
    case 4: sum_tile(4, t); break;
    case 5: sum_tile(5, t); break;
    case 6: sum_tile(6, t); break;
    case 7: sum_tile(7, t); break;
    case 8: sum_tile(8, t); break;
    case 9: sum_tile(9, t); break;
    case 10: sum_tile(10, t); break;
    case 11: sum_tile(11, t); break;
    case 12: sum_tile(12, t); break;
    case 13: sum_tile(13, t); break;
    default: sum_tile(14, t); break;
  }
}

/* ---- largest values */

/* Windows over `rows` rows of results, of `columns` columns each where they are not cut off. */
typedef struct {
  const float *const *rows;
  int64_t first, end;           /* columns of results that there are in the rows */
  int64_t count, column, stride; /* windows, where the first of them begins, and how far they are apart */
  int relu;
  float *to;
  int64_t apart, filters; /* the distance of results, and how many filters there are */
} windows;

/* The largest value of window q for each filter of the panel. */
BALBOA_INLINE void put(const windows *w, int64_t q, float *best) {
  if (w->relu) {
    BALBOA_SIMD for (int i = 0; i < PANEL; i++) { best[i] = best[i] < 0 ? 0 : best[i]; }
  }
  float *to = w->to + q * w->apart;
  if (w->filters == PANEL) {
    memcpy(to, best, PANEL * sizeof *best);
  } else {
    memcpy(to, best, (size_t)w->filters * sizeof *best);
  }
}

/* whole: no window is cut off. */
BALBOA_INLINE void largest(const int64_t rows, const int64_t columns, const int whole, const windows *w) {
  for (int64_t q = 0; q < w->count; q++) {
    const int64_t at = w->column + q * w->stride, from = whole ? at : bk_max(w->first, at);
    const int64_t wide = whole ? columns : bk_min(w->end, at + columns) - from;
    float best[PANEL];
    memcpy(best, w->rows[0] + (from - w->first) * PANEL, sizeof best);
    for (int64_t r = 0; r < rows; r++) {
      const float *x = w->rows[r] + (from - w->first) * PANEL;
      for (int64_t c = 0; c < wide; c++, x += PANEL) {
        BALBOA_SIMD for (int i = 0; i < PANEL; i++) { best[i] = x[i] > best[i] || x[i] != x[i] ? x[i] : best[i]; }
      }
    }
    put(w, q, best);
  }
}

BALBOA_CLONES static void pool_windows(int64_t rows, int64_t columns, const windows *w) {
  const int whole = w->column >= w->first && w->column + (w->count - 1) * w->stride + columns <= w->end;
  if (rows == 2 && columns == 2 && whole) {
    largest(2, 2, 1, w);
  } else {
    largest(rows, columns, 0, w);
  }
}

/* ---- windows of 2 x 2 in registers */

/* Rows [begin, end) of the kernel over the picture, of an upper or lower row of results. */
typedef struct {
  const float *rows[REACH];
  int64_t begin, end;
} view;

/* Adds the products of rows [begin, end) of the kernel to results of `count` windows, of their rows `first` to
 * `last`. */
BALBOA_INLINE void add_rows(const int count, const int first, const int last, const tile *t, const view *see,
                            int64_t begin, int64_t end, vec sum[2][2 * WINDOWS][VECS]) {
  const int64_t apart = t->apart, run = t->run;
  const float *w = t->weights + begin * run * PANEL;
  for (int64_t y = begin; y < end; y++) {
    const float *x[2];
    BALBOA_UNROLL(2) for (int r = first; r <= last; r++) { x[r] = see[r].rows[y] + t->from; }
    for (int64_t i = 0; i < run; i++, w += PANEL) {
      vec u[VECS];
      BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { u[v] = *(const vec *)(w + v * LANES); }
      BALBOA_UNROLL(2) for (int r = first; r <= last; r++) {
        BALBOA_UNROLL(6) for (int p = 0; p < 2 * count; p++) {
          const float a = x[r][p * apart + i];
          BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { sum[r][p][v] += a * u[v]; }
        }
      }
    }
  }
}

/* The larger of two vectors, into the first; NaN is the largest. */
BALBOA_INLINE void larger(vec *best, const vec *x) {
  float a[LANES], b[LANES];
  memcpy(a, best, sizeof a);
  memcpy(b, x, sizeof b);
  BALBOA_SIMD for (int i = 0; i < LANES; i++) { a[i] = b[i] > a[i] || b[i] != b[i] ? b[i] : a[i]; }
  memcpy(best, a, sizeof a);
}

/* `count` windows from window q on, whose results have their first row by see[0] and their second by see[1]. What the
 * lower row sees of the kernel neither begins nor ends behind what the upper one sees. */
BALBOA_INLINE void pool_tile(const int count, const tile *t, const view *see, const windows *w, int64_t q) {
  vec sum[2][2 * WINDOWS][VECS];
  BALBOA_UNROLL(2) for (int r = 0; r < 2; r++) {
    BALBOA_UNROLL(6) for (int p = 0; p < 2 * count; p++) {
      BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) {
        sum[r][p][v] = t->bias == NULL ? (vec){0} : *(const vec *)(t->bias + v * LANES);
      }
    }
  }
  add_rows(count, 1, 1, t, see, see[1].begin, bk_min(see[0].begin, see[1].end), sum);
  add_rows(count, 0, 1, t, see, see[0].begin, see[1].end, sum);
  add_rows(count, 0, 0, t, see, bk_max(see[0].begin, see[1].end), see[0].end, sum);
  BALBOA_UNROLL(3) for (int p = 0; p < count; p++) {
    float best[PANEL];
    BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) {
      larger(&sum[0][2 * p][v], &sum[0][2 * p + 1][v]);
      larger(&sum[1][2 * p][v], &sum[1][2 * p + 1][v]);
      larger(&sum[0][2 * p][v], &sum[1][2 * p][v]);
      memcpy(best + v * LANES, &sum[0][2 * p][v], sizeof(vec));
    }
    put(w, q + p, best);
  }
}

BALBOA_CLONES static void pool_pairs(int64_t count, const tile *t, const view *see, const windows *w, int64_t q) {
  switch (count) {
    case 1: pool_tile(1, t, see, w, q); break;
    case 2: pool_tile(2, t, see, w, q); break;
    default: pool_tile(3, t, see, w, q); break;
  }
}

#endif
