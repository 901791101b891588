/*
 * Convolution with kernels of 3 x 3 by Winograd's minimal filtering F(4 x 4, 3 x 3), as Lavin and Gray apply it ("Fast
 * algorithms for convolutional neural networks", 2016): Y = A^T [(G g G^T) . (B^T d B)] A for tiles d of 6 x 6 pixels,
 * which give 4 x 4 results each. Summed over channels, the elementwise product is 36 matrix products; together they
 * multiply 36 times for 16 results and a channel, where the definition multiplies 144 times.
 *
 * Where results are pooled in windows of 2 x 2, those windows lie within a tile, and only the largest goes to memory.
 *
 * A block of tiles goes through all three stages before the next one begins, so that what lies between them stays in
 * the caches.
 */
#include <string.h>

#include "internal.h"

#if defined(__GNUC__)
typedef float vec __attribute__((vector_size(64), aligned(4), may_alias));
#else
typedef float vec;
#endif

enum {
  LANES = sizeof(vec) / sizeof(float),
  BLOCK = 16,  /* channels that lie together in blocked pictures */
  PANEL = 32,  /* filters that are computed together */
  VECS = PANEL / LANES,
  ROWS = 14,   /* tiles of a product: with two vectors each, 28 of 32 registers hold sums */
  SIDE = 6,    /* of a tile of the picture */
  STEP = 4,    /* of a tile of results */
  POINTS = SIDE * SIDE,
  APART = 16,  /* numbers between the matrices of two points, which else would share sets of a cache */
  TILES = 28,  /* of a block at most */
  SERIAL_NS = 1500, /* work of a thread for which it pays to wake it */
};

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
  int shared;           /* whether they share the filters of all blocks; else each has blocks of its own */
  int64_t most, blocks; /* tiles of a block, and how many blocks there are */
} job;

/* What one thread computes: some panels of filters of a block of tiles. */
typedef struct {
  const job *j;
  int64_t first, count; /* tiles of the block */
  int64_t panel, end_panel;
  float *v, *m;               /* [36][tiles][channels] and [36][tiles][filters of the panels] */
  int64_t v_apart, m_apart;
} piece;

/* ---- transforms */

/* B^T d of one column or row. */
BALBOA_INLINE void to_points(const vec d[SIDE], vec *t, const int step) {
  const vec a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], c = d[4] - d[2], e = 2 * (d[3] - d[1]);
  t[0] = 4 * d[0] - 5 * d[2] + d[4];
  t[step] = a + b;
  t[2 * step] = a - b;
  t[3 * step] = c + e;
  t[4 * step] = c - e;
  t[5 * step] = 4 * d[1] - 5 * d[3] + d[5];
}

/* A^T m of one column or row. */
BALBOA_INLINE void to_results(const vec m[SIDE], vec *y, const int step) {
  const vec a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
  y[0] = m[0] + a + c;
  y[step] = b + 2 * d;
  y[2 * step] = a + 4 * c;
  y[3 * step] = b + 8 * d + m[5];
}

/* V = B^T d B for one vector of channels; its 36 numbers lie `apart`. */
BALBOA_INLINE void transform(const float *x, int64_t row, int64_t pixel, float *v, int64_t apart) {
  vec t[POINTS];
  BALBOA_UNROLL(6) for (int c = 0; c < SIDE; c++) {
    vec d[SIDE];
    BALBOA_UNROLL(6) for (int r = 0; r < SIDE; r++) { d[r] = *(const vec *)(x + r * row + c * pixel); }
    to_points(d, t + c, SIDE);
  }
  BALBOA_UNROLL(6) for (int r = 0; r < SIDE; r++) {
    vec d[SIDE];
    to_points(t + r * SIDE, d, 1);
    BALBOA_UNROLL(6) for (int c = 0; c < SIDE; c++) { *(vec *)(v + (r * SIDE + c) * apart) = d[c]; }
  }
}

/* One tile whose first pixel is (top, left) of an image; what lies beside the image is zero. */
BALBOA_CLONES static void transform_tile(const job *j, const float *image, int64_t top, int64_t left, float *v,
                                         int64_t apart) {
  const shape *s = &j->s;
  const distances *in = &j->in;
  if (top >= 0 && left >= 0 && top + SIDE <= s->height && left + SIDE <= s->width) {
    const float *x = image + top * in->row + left * in->pixel;
    for (int64_t c = 0; c < s->channels; c += LANES) {
      transform(x + c / BLOCK * in->block + c % BLOCK, in->row, in->pixel, v + c, apart);
    }
    return;
  }
  const int64_t first_r = bk_max(0, -top), end_r = bk_min(SIDE, s->height - top);
  const int64_t first_c = bk_max(0, -left), end_c = bk_min(SIDE, s->width - left);
  float patch[POINTS * LANES] = {0};
  for (int64_t c = 0; c < s->channels; c += LANES) {
    const float *x = image + c / BLOCK * in->block + c % BLOCK;
    for (int64_t r = first_r; r < end_r; r++) {
      for (int64_t q = first_c; q < end_c; q++) {
        *(vec *)(patch + (r * SIDE + q) * LANES) = *(const vec *)(x + (top + r) * in->row + (left + q) * in->pixel);
      }
    }
    transform(patch, SIDE * LANES, LANES, v + c, apart);
  }
}

/* Y = A^T M A for one vector of filters, [4][4]. */
BALBOA_INLINE void invert(const float *m, int64_t apart, vec y[STEP * STEP]) {
  vec t[STEP * SIDE];
  BALBOA_UNROLL(6) for (int c = 0; c < SIDE; c++) {
    vec d[SIDE];
    BALBOA_UNROLL(6) for (int r = 0; r < SIDE; r++) { d[r] = *(const vec *)(m + (r * SIDE + c) * apart); }
    to_results(d, t + c, SIDE);
  }
  BALBOA_UNROLL(4) for (int r = 0; r < STEP; r++) { to_results(t + r * SIDE, y + r * STEP, 1); }
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

/* The largest of a window of 2 x 2 whose first result is y[0], into y[0]. */
BALBOA_INLINE void pool(float *y) {
  float best[LANES];
  memcpy(best, y, sizeof best);
  for (int k = 1; k < 4; k++) {
    const float *x = y + (k / 2 * STEP + k % 2) * LANES;
    BALBOA_SIMD for (int i = 0; i < LANES; i++) { best[i] = x[i] > best[i] || x[i] != x[i] ? x[i] : best[i]; }
  }
  memcpy(y, best, sizeof best);
}

/* Results of `filters` filters of the tile in this row and column of tiles; some of them may be beside the image. */
BALBOA_CLONES static void invert_tile(const job *j, int64_t image, int64_t filter, int64_t filters, int64_t row,
                                      int64_t column, const float *m, int64_t apart) {
  const distances *out = &j->out;
  const int64_t wide = j->s.pooled ? 2 : 1, side = STEP / wide;
  const int64_t rows = bk_min(side, j->s.out_h / wide - row * side);
  const int64_t columns = bk_min(side, j->s.out_w / wide - column * side);
  for (int64_t f = 0; f < filters; f += LANES) {
    vec y[STEP * STEP];
    invert(m + f, apart, y);
    const int64_t g = filter + f, first = image * out->image + g / BLOCK * out->block + g % BLOCK;
    for (int64_t r = 0; r < rows; r++) {
      for (int64_t c = 0; c < columns; c++) {
        float *sum = (float *)&y[(r * STEP + c) * wide];
        if (wide == 2) {
          pool(sum);
        }
        finish(j, g, first + (row * side + r) * out->row + (column * side + c) * out->pixel, sum);
      }
    }
  }
}

/* ---- products */

/* Transformed weights of a panel, and what will be read after them: `pace` bytes of it for each channel. */
typedef struct {
  const float *u;
  const char *ahead;
  int64_t channels, pace;
} factor;

/* m[t] = v[t] U for `count` tiles and the filters of a panel; channels are added up in their order. */
BALBOA_INLINE void multiply_tile(const int count, const factor *f, const float *v, float *m, int64_t m_row) {
  vec sum[ROWS][VECS];
  BALBOA_UNROLL(14) for (int t = 0; t < count; t++) {
    BALBOA_UNROLL(2) for (int i = 0; i < VECS; i++) { sum[t][i] = (vec){0}; }
  }
  const int64_t channels = f->channels;
  for (int64_t c = 0; c < channels; c++) {
    vec w[VECS];
    BALBOA_PREFETCH_FAR(f->ahead + c * f->pace);
    BALBOA_PREFETCH_FAR(f->ahead + c * f->pace + f->pace / 2);
    BALBOA_UNROLL(2) for (int i = 0; i < VECS; i++) { w[i] = *(const vec *)(f->u + c * PANEL + i * LANES); }
    BALBOA_UNROLL(14) for (int t = 0; t < count; t++) {
      const float a = v[t * channels + c];
      BALBOA_UNROLL(2) for (int i = 0; i < VECS; i++) { sum[t][i] += a * w[i]; }
    }
  }
  BALBOA_UNROLL(14) for (int t = 0; t < count; t++) {
    BALBOA_UNROLL(2) for (int i = 0; i < VECS; i++) { *(vec *)(m + t * m_row + i * LANES) = sum[t][i]; }
  }
}

BALBOA_CLONES static void multiply(int64_t count, const factor *f, const float *v, float *m, int64_t m_row) {
  switch (count) {
    case 1: multiply_tile(1, f, v, m, m_row); break;
    case 2: multiply_tile(2, f, v, m, m_row); break;
    case 3: multiply_tile(3, f, v, m, m_row); break;
    case 4: multiply_tile(4, f, v, m, m_row); break;
    case 5: multiply_tile(5, f, v, m, m_row); break;
    case 6: multiply_tile(6, f, v, m, m_row); break;
    case 7: multiply_tile(7, f, v, m, m_row); break;
    case 8: multiply_tile(8, f, v, m, m_row); break;
    case 9: multiply_tile(9, f, v, m, m_row); break;
    case 10: multiply_tile(10, f, v, m, m_row); break;
    case 11: multiply_tile(11, f, v, m, m_row); break;
    case 12: multiply_tile(12, f, v, m, m_row); break;
    case 13: multiply_tile(13, f, v, m, m_row); break;
    default: multiply_tile(14, f, v, m, m_row); break;
  }
}

/* ---- stages of a block */

static void transform_tiles(const piece *p) {
  const job *j = p->j;
  const shape *s = &j->s;
  for (int64_t t = 0; t < p->count; t++) {
    const int64_t tile = p->first + t, column = tile % j->tiles_w, row = tile / j->tiles_w % j->tiles_h;
    const int64_t image = tile / j->tiles_w / j->tiles_h;
    transform_tile(j, j->x + image * j->in.image, row * STEP - s->pad_h, column * STEP - s->pad_w,
                   p->v + t * s->channels, p->v_apart);
  }
}

/* Weights are asked for while the products with those before them go by: they are read once a block, from memory or the
 * last cache, and without that the products wait for them. */
static void multiply_panels(const piece *p) {
  const job *j = p->j;
  const int64_t channels = j->s.channels, size = channels * PANEL, groups = (p->count + ROWS - 1) / ROWS;
  const int64_t row = (p->end_panel - p->panel) * PANEL;
  for (int64_t e = 0; e < POINTS; e++) {
    for (int64_t q = p->panel; q < p->end_panel; q++) {
      const float *u = j->u + (e * j->panels + q) * size;
      const float *next = q + 1 < p->end_panel ? u + size
                          : e + 1 < POINTS     ? j->u + ((e + 1) * j->panels + p->panel) * size
                                               : j->u + p->panel * size;
      factor f = {u, (const char *)next, channels, PANEL * (int64_t)sizeof(float) / groups};
      for (int64_t g = 0; g < groups; g++, f.ahead += channels * f.pace) {
        const int64_t from = p->count * g / groups, to = p->count * (g + 1) / groups;
        multiply(to - from, &f, p->v + e * p->v_apart + from * channels,
                 p->m + e * p->m_apart + from * row + (q - p->panel) * PANEL, row);
      }
    }
  }
}

static void invert_tiles(const piece *p) {
  const job *j = p->j;
  const int64_t row = (p->end_panel - p->panel) * PANEL;
  const int64_t filter = p->panel * PANEL, filters = bk_min(j->s.filters, p->end_panel * PANEL) - filter;
  for (int64_t t = 0; t < p->count; t++) {
    const int64_t tile = p->first + t, column = tile % j->tiles_w, r = tile / j->tiles_w % j->tiles_h;
    invert_tile(j, tile / j->tiles_w / j->tiles_h, filter, filters, r, column, p->m + t * row, p->m_apart);
  }
}

/* Numbers that the transforms of a block take, and its products with so many panels. */
static int64_t v_room(const job *j) { return POINTS * (j->most * j->s.channels + APART); }

static int64_t m_room(const job *j, int64_t panels) { return POINTS * (j->most * panels * PANEL + APART); }

static int64_t panels_each(const job *j) { return j->shared ? (j->panels + j->members - 1) / j->members : j->panels; }

static void run_member(void *context, const bk_member *me) {
  const job *j = context;
  const int64_t i = me->index, n = j->members;
  if (i >= n) {
    return;
  }
  piece p = {.j = j, .v = j->scratch + i * (v_room(j) + m_room(j, panels_each(j)))};
  p.m = p.v + v_room(j);
  p.panel = j->shared ? j->panels * i / n : 0;
  p.end_panel = j->shared ? j->panels * (i + 1) / n : j->panels;
  p.v_apart = j->most * j->s.channels + APART;
  p.m_apart = j->most * (p.end_panel - p.panel) * PANEL + APART;
  const int64_t first = j->shared ? 0 : j->blocks * i / n, end = j->shared ? j->blocks : j->blocks * (i + 1) / n;
  for (int64_t b = first; b < end; b++) {
    p.first = j->tiles * b / j->blocks;
    p.count = j->tiles * (b + 1) / j->blocks - p.first;
    transform_tiles(&p);
    multiply_panels(&p);
    invert_tiles(&p);
  }
}

/* ---- the interface */

static distances lie(const shape *s, int64_t channels, int64_t height, int64_t width) {
  const int64_t pixel = s->blocked ? BLOCK : channels, row = width * pixel;
  return (distances){channels * height * width, s->blocked ? height * row : BLOCK, row, pixel};
}

static int is_sound(const shape *s) {
  const int64_t *n = (const int64_t *)s;
  for (size_t i = 0; i < sizeof(shape) / sizeof(int64_t); i++) {
    if (n[i] < 0 || n[i] > INT32_MAX) {
      return 0;
    }
  }
  return s->channels > 0 && s->height > 0 && s->width > 0 && s->filters > 0 &&
         s->relu <= 1 && s->blocked <= 1 && s->pooled <= 1 && s->out_h > s->pooled && s->out_w > s->pooled &&
         s->channels % BLOCK == 0 && s->filters % BLOCK == 0 &&
         bk_product3(s->channels, s->filters + PANEL, POINTS) >= 0 && bk_product3(s->batch, s->out_h, s->out_w) >= 0;
}

static int32_t prepare(const int64_t *numbers, job *j) {
  BK_CHECK(numbers != NULL, BALBOA_ERR_NULL);
  memcpy(&j->s, numbers, sizeof j->s);
  const shape *s = &j->s;
  BK_CHECK(is_sound(s), BALBOA_ERR_ARGUMENT);
  j->in = lie(s, s->channels, s->height, s->width);
  const int64_t wide = s->pooled ? 2 : 1;
  j->out = lie(s, s->filters, s->out_h / wide, s->out_w / wide);
  j->panels = (s->filters + PANEL - 1) / PANEL;
  j->tiles_h = (s->out_h + STEP - 1) / STEP;
  j->tiles_w = (s->out_w + STEP - 1) / STEP;
  j->tiles = s->batch * j->tiles_h * j->tiles_w;
  j->most = bk_min(j->tiles, TILES);
  return BALBOA_OK;
}

/* Divides the work among so many threads; the numbers that they need. Where no thread would have enough tiles to fill
 * the registers, each computes some filters of all tiles. All transform those: that takes less time than waiting. */
static int64_t divide(job *j, int64_t members) {
  j->members = members;
  j->shared = j->tiles < members * ROWS && j->panels >= members;
  const int64_t blocks = (j->tiles + TILES - 1) / TILES, each = j->shared ? 1 : members;
  j->blocks = bk_min(j->tiles, (blocks + each - 1) / each * each);
  return members * (v_room(j) + m_room(j, panels_each(j)));
}

int64_t balboa_winograd_weights(const int64_t *numbers) {
  job j = {0};
  const int32_t status = prepare(numbers, &j);
  return status == BALBOA_OK ? POINTS * j.panels * PANEL * j.s.channels : status;
}

int64_t bk_winograd_scratch(const int64_t *numbers, int64_t threads) {
  job j = {0};
  const int32_t status = prepare(numbers, &j);
  return status == BALBOA_OK ? divide(&j, threads) * (int64_t)sizeof(float) : status;
}

int64_t balboa_winograd_scratch(const int64_t *numbers) { return bk_winograd_scratch(numbers, bk_team_size()); }

typedef struct {
  const job *j;
  const float *w;
  float *u;
} weights;

/* U = G g G^T of some filters, in F64, rounded once. */
static void transform_filters(void *context, int64_t begin, int64_t end) {
  static const double G[SIDE][3] = {{1.0 / 4, 0, 0},
                                    {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                    {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                    {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                    {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                    {0, 0, 1}};
  const weights *k = context;
  const int64_t channels = k->j->s.channels;
  for (int64_t i = begin * channels; i < end * channels; i++) {
    const float *g = k->w + 9 * i;
    const int64_t f = i / channels, c = i % channels;
    double rows[SIDE][3];
    for (int a = 0; a < SIDE; a++) {
      for (int q = 0; q < 3; q++) {
        rows[a][q] = G[a][0] * (double)g[q] + G[a][1] * (double)g[3 + q] + G[a][2] * (double)g[6 + q];
      }
    }
    for (int a = 0; a < SIDE; a++) {
      for (int b = 0; b < SIDE; b++) {
        const double u = rows[a][0] * G[b][0] + rows[a][1] * G[b][1] + rows[a][2] * G[b][2];
        k->u[(((a * SIDE + b) * k->j->panels + f / PANEL) * channels + c) * PANEL + f % PANEL] = (float)u;
      }
    }
  }
}

int32_t balboa_winograd_transform_f32(const int64_t *numbers, const float *w, float *transformed) {
  job j = {0};
  const int32_t status = prepare(numbers, &j);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(w != NULL && transformed != NULL, BALBOA_ERR_NULL);
  if (j.s.filters % PANEL != 0) {
    memset(transformed, 0, (size_t)(POINTS * j.panels * PANEL * j.s.channels) * sizeof(float));
  }
  weights k = {&j, w, transformed};
  bk_parallel(j.s.filters, 1 + BK_GRAIN_CHEAP / (200 * j.s.channels), transform_filters, &k);
  return BALBOA_OK;
}

int32_t balboa_winograd_f32(const int64_t *numbers, const float *x, const float *transformed, const float *bias,
                            const float *residual, float *y, void *scratch, int64_t scratch_bytes) {
  job j = {0};
  const int32_t status = prepare(numbers, &j);
  BK_CHECK(status == BALBOA_OK, status);
  if (j.s.batch == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL && transformed != NULL && y != NULL && scratch != NULL, BALBOA_ERR_NULL);
  BK_CHECK((uintptr_t)scratch % sizeof(vec) == 0 && (residual == NULL || !j.s.pooled), BALBOA_ERR_ARGUMENT);
  j.x = x;
  j.u = transformed;
  j.bias = bias;
  j.residual = residual;
  j.y = y;
  j.scratch = scratch;
  /* About 100 multiply-adds a nanosecond. As many threads as there is memory for. */
  const double ns = (double)j.tiles * POINTS * (double)j.s.channels * (double)j.s.filters / 100;
  int64_t members = ns < 2 * SERIAL_NS ? 1 : bk_team_size();
  while (members > 1 && divide(&j, members) * (int64_t)sizeof(float) > scratch_bytes) {
    members--;
  }
  BK_CHECK(divide(&j, members) * (int64_t)sizeof(float) <= scratch_bytes, BALBOA_ERR_ARGUMENT);
  if (members == 1) {
    const bk_member alone = {NULL, 0, 1};
    run_member(&j, &alone);
  } else {
    bk_team(run_member, &j);
  }
  return BALBOA_OK;
}
