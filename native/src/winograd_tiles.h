/* What Winograd's convolution does with single tiles: pixels to points, and sums of products back to results. */
#ifndef BALBOA_WINOGRAD_TILES_H
#define BALBOA_WINOGRAD_TILES_H

#include <string.h>

#include "panel.h"

enum {
  BLOCK = 16,  /* channels that lie together in blocked pictures */
  SIDE = 6,    /* of a tile of the picture */
  STEP = 4,    /* of a tile of results */
  SHORT = 2,   /* results of a tile at the end for which fewer points will do */
  POINTS = SIDE * SIDE,
  STRIP = 8,   /* tiles side by side at most whose columns are transformed together */
  APART = 16,  /* numbers between the matrices of two points, which else would share sets of a cache */
  TILES = 28,  /* of a block at most */
};

/* Tiles that lack two of their four columns, nothing, two rows, or both. */
enum { NARROW, WHOLE, LOW, SMALL, KINDS };

typedef struct {
  int64_t batch, channels, height, width, filters, pad_h, pad_w, out_h, out_w, relu, blocked,
      pooled;
} shape;

/* Distances of numbers in a picture. */
typedef struct {
  int64_t image, block, row, pixel;
} distances;

typedef struct {
  shape s;
  distances in, out;
  const float *x, *u, *bias, *residual;
  float *y, *scratch;
  int64_t panels, tiles_h, tiles_w, tiles;
  int64_t members;      /* threads that have work */
  bk_share *shares;     /* of the blocks, unless all threads see all of them */
  int shared;           /* whether they share the filters of all blocks; else each has blocks of its own */
  int64_t most, blocks; /* tiles of a block, and how many blocks there are */
} job;

/* ---- transforms */

/* Points of a tile along an axis, which of the six the i-th of them is, and results. */
BALBOA_INLINE int points_of(const int is_short) { return is_short ? SHORT + 2 : SIDE; }

BALBOA_INLINE int point_of(const int is_short, const int i) { return is_short && i == SHORT + 1 ? SIDE - 1 : i; }

BALBOA_INLINE int results_of(const int is_short) { return is_short ? SHORT : STEP; }

/* B^T d along one axis; for a short tile that of F(2, 3), times what makes the weights of F(4, 3) fit it. */
BALBOA_INLINE void to_points(const int is_short, const vec *d, vec *t) {
  if (is_short) {
    t[0] = 4 * (d[0] - d[2]);
    t[1] = -3 * (d[1] + d[2]);
    t[2] = 3 * (d[1] - d[2]);
    t[3] = d[3] - d[1];
    return;
  }
  const vec a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], c = d[4] - d[2], e = 2 * (d[3] - d[1]);
  t[0] = 4 * d[0] - 5 * d[2] + d[4];
  t[1] = a + b;
  t[2] = a - b;
  t[3] = c + e;
  t[4] = c - e;
  t[5] = 4 * d[1] - 5 * d[3] + d[5];
}

/* A^T m along one axis. */
BALBOA_INLINE void to_results(const int is_short, const vec *m, vec *y, const int step) {
  const vec a = m[1] + m[2], b = m[1] - m[2];
  if (is_short) {
    y[0] = m[0] + a;
    y[step] = b + m[3];
    return;
  }
  const vec c = m[3] + m[4], d = m[3] - m[4];
  y[0] = m[0] + a + c;
  y[step] = b + 2 * d;
  y[2 * step] = a + 4 * c;
  y[3 * step] = b + 8 * d + m[5];
}

/* Tiles side by side. */
typedef struct {
  const float *image;
  int64_t top, left, count; /* the first pixel that they see, and how many tiles there are */
  int short_rows, short_last; /* whether all of them are short, and whether the last one is narrow */
  const int64_t *slots;
  float *v;
  int64_t apart;
} strip;

/* Columns of six pixels, or four, of one vector of channels; what lies beside the image is zero. */
BALBOA_INLINE void to_columns(const int is_short, const job *j, const strip *s, int64_t channel, vec (*t)[SIDE]) {
  static const float zeros[LANES] = {0};
  const int64_t pixel = j->in.pixel, wide = s->count * STEP + (s->short_last ? 0 : 2);
  const float *rows[SIDE];
  int64_t hops[SIDE];
  for (int r = 0; r < points_of(is_short); r++) {
    const int64_t row = s->top + r;
    const int beside = row < 0 || row >= j->s.height;
    rows[r] = beside ? zeros : s->image + channel / BLOCK * j->in.block + channel % BLOCK + row * j->in.row;
    hops[r] = beside ? 0 : pixel;
  }
  for (int64_t c = 0; c < wide; c++) {
    const int64_t column = s->left + c;
    if (column < 0 || column >= j->s.width) {
      memset(t[c], 0, sizeof t[c]);
      continue;
    }
    vec d[SIDE];
    BALBOA_UNROLL(6) for (int r = 0; r < points_of(is_short); r++) {
      d[r] = *(const vec *)(rows[r] + column * hops[r]);
    }
    to_points(is_short, d, t[c]);
  }
}

/* The rows of points of one tile, from its columns. */
BALBOA_INLINE void to_tile(const int is_short, const int short_rows, vec (*t)[SIDE], float *v, int64_t apart) {
  for (int r = 0; r < points_of(short_rows); r++) {
    vec d[SIDE], e[SIDE];
    BALBOA_UNROLL(6) for (int c = 0; c < points_of(is_short); c++) { d[c] = t[c][r]; }
    to_points(is_short, d, e);
    float *to = v + point_of(short_rows, r) * SIDE * apart;
    BALBOA_UNROLL(6) for (int c = 0; c < points_of(is_short); c++) {
      *(vec *)(to + point_of(is_short, c) * apart) = e[c];
    }
  }
}

/* V = B^T d B of all tiles of a strip. */
BALBOA_CLONES static void transform_strip(const job *j, const strip *s) {
  _Alignas(64) vec t[STRIP * STEP + 2][SIDE];
  for (int64_t channel = 0; channel < j->s.channels; channel += LANES) {
    if (s->short_rows) {
      to_columns(1, j, s, channel, t);
    } else {
      to_columns(0, j, s, channel, t);
    }
    for (int64_t q = 0; q < s->count; q++) {
      float *v = s->v + s->slots[q] * j->s.channels + channel;
      if (s->short_last && q + 1 == s->count) {
        to_tile(1, s->short_rows, t + q * STEP, v, s->apart);
      } else {
        to_tile(0, s->short_rows, t + q * STEP, v, s->apart);
      }
    }
  }
}

/* Y = A^T M A for one vector of filters, [4][4]. */
BALBOA_INLINE void invert(const int short_rows, const int short_columns, const float *m, int64_t apart,
                          vec y[STEP * STEP]) {
  _Alignas(64) vec t[STEP * SIDE];
  BALBOA_UNROLL(6) for (int c = 0; c < points_of(short_columns); c++) {
    const float *column = m + point_of(short_columns, c) * apart;
    vec d[SIDE];
    BALBOA_UNROLL(6) for (int r = 0; r < points_of(short_rows); r++) {
      d[r] = *(const vec *)(column + point_of(short_rows, r) * SIDE * apart);
    }
    to_results(short_rows, d, t + c, SIDE);
  }
  BALBOA_UNROLL(4) for (int r = 0; r < results_of(short_rows); r++) {
    to_results(short_columns, t + r * SIDE, y + r * STEP, 1);
  }
}

/* What becomes of results of one vector of filters: bias, residual and ReLU. */
BALBOA_INLINE void finish(const job *j, int64_t filter, int64_t at, const float *sum) {
  const float *bias = j->bias == NULL ? NULL : j->bias + filter, *more = j->residual == NULL ? NULL : j->residual + at;
  float r[LANES];
  memcpy(r, sum, sizeof r);
  if (bias != NULL) {
    BALBOA_SIMD for (int i = 0; i < LANES; i++) { r[i] += bias[i]; }
  }
  if (more != NULL) {
    BALBOA_SIMD for (int i = 0; i < LANES; i++) { r[i] += more[i]; }
  }
  if (j->s.relu) {
    BALBOA_SIMD for (int i = 0; i < LANES; i++) { r[i] = r[i] < 0 ? 0 : r[i]; }
  }
  memcpy(j->y + at, r, sizeof r);
}

/* The largest of a window of 2 x 2 whose first result is y[0]. */
BALBOA_INLINE void pool(const vec *y, float *largest) {
  float best[LANES];
  memcpy(best, y, sizeof best);
  BALBOA_UNROLL(3) for (int k = 1; k < 4; k++) {
    float x[LANES];
    memcpy(x, y + k / 2 * STEP + k % 2, sizeof x);
    BALBOA_SIMD for (int i = 0; i < LANES; i++) { best[i] = x[i] > best[i] || x[i] != x[i] ? x[i] : best[i]; }
  }
  memcpy(largest, best, sizeof best);
}

/* Where the results of a tile go. */
typedef struct {
  int64_t first, rows, columns; /* the place of the first one, and how many of them there are in the picture */
} target;

/* `rows` x `columns` of the results of one vector of filters, or of what is pooled of them. */
BALBOA_INLINE void put(const job *j, int64_t filter, int64_t first, const int pooled, int64_t rows, int64_t columns,
                       const vec *y) {
  BALBOA_UNROLL(4) for (int64_t r = 0; r < rows; r++) {
    BALBOA_UNROLL(4) for (int64_t c = 0; c < columns; c++) {
      float sum[LANES];
      if (pooled) {
        pool(y + 2 * r * STEP + 2 * c, sum);
      } else {
        memcpy(sum, y + r * STEP + c, sizeof sum);
      }
      finish(j, filter, first + r * j->out.row + c * j->out.pixel, sum);
    }
  }
}

/* Results of `filters` filters of one tile. */
BALBOA_INLINE void invert_filters(const int short_rows, const int short_columns, const int pooled, const job *j,
                                  int64_t filter, int64_t filters, const target *to, const float *m, int64_t apart) {
  const int64_t wide = pooled ? 2 : 1, rows = results_of(short_rows) / wide, columns = results_of(short_columns) / wide;
  for (int64_t f = 0; f < filters; f += LANES) {
    const int64_t g = filter + f, first = to->first + g / BLOCK * j->out.block + g % BLOCK;
    _Alignas(64) vec y[STEP * STEP];
    invert(short_rows, short_columns, m + f, apart, y);
    if (to->rows == rows && to->columns == columns) {
      put(j, g, first, pooled, rows, columns, y);
    } else {
      _Alignas(64) vec kept[STEP * STEP];
      memcpy(kept, y, sizeof y);
      put(j, g, first, pooled, to->rows, to->columns, kept);
    }
  }
}

BALBOA_INLINE void invert_kind(const int kind, const job *j, int64_t filter, int64_t filters, const target *to,
                               const float *m, int64_t apart) {
  const int short_rows = kind >= LOW, short_columns = kind == NARROW || kind == SMALL;
  if (j->s.pooled) {
    invert_filters(short_rows, short_columns, 1, j, filter, filters, to, m, apart);
  } else {
    invert_filters(short_rows, short_columns, 0, j, filter, filters, to, m, apart);
  }
}

BALBOA_CLONES static void invert_tile(int kind, const job *j, int64_t filter, int64_t filters, const target *to,
                                      const float *m, int64_t apart) {
  switch (kind) {
    case NARROW: invert_kind(NARROW, j, filter, filters, to, m, apart); break;
    case WHOLE: invert_kind(WHOLE, j, filter, filters, to, m, apart); break;
    case LOW: invert_kind(LOW, j, filter, filters, to, m, apart); break;
    default: invert_kind(SMALL, j, filter, filters, to, m, apart); break;
  }
}

#endif
