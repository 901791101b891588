/*
 * Convolution with kernels of 3 x 3 by Winograd's minimal filtering F(4 x 4, 3 x 3), as Lavin and Gray apply it ("Fast
 * algorithms for convolutional neural networks", 2016): Y = A^T [(G g G^T) . (B^T d B)] A for tiles d of 6 x 6 pixels,
 * which give 4 x 4 results each. Summed over channels, the elementwise product is 36 matrix products; together they
 * multiply 36 times for 16 results and a channel, where the definition multiplies 144 times.
 *
 * The last tile of a row or column may lack two of its four results. It is one of F(2, 3) in that direction then, whose
 * four points are among the six: its weights are theirs but for factors, which the transform of pixels takes over. So
 * pictures of 14 x 14 need 484 products a channel and filter where whole tiles would take 576.
 *
 * Where results are pooled in windows of 2 x 2, those windows lie within a tile, and only the largest goes to memory.
 *
 * A block of tiles goes through all three stages before the next one begins, so that what lies between them stays in
 * the caches.
 */
#include <string.h>

#include "winograd_tiles.h"

/* What one thread computes: some panels of filters of a block of tiles. */
typedef struct {
  const job *j;
  int64_t first, count;      /* tiles of the block */
  int64_t slots[TILES];      /* their places: those of a kind lie together */
  int64_t starts[KINDS + 1]; /* where the kinds begin */
  int64_t panel, end_panel;
  float *v, *m;               /* [36][tiles][channels] and [36][tiles][filters of the panels] */
  int64_t v_apart, m_apart;
} piece;

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

/* A tile in the picture. */
typedef struct {
  int64_t image, row, column;
  int kind;
} spot;

static int is_short(int64_t out, int64_t tile) { return out - tile * STEP <= SHORT; }

static spot spot_of(const job *j, int64_t tile) {
  const int64_t column = tile % j->tiles_w, row = tile / j->tiles_w % j->tiles_h;
  const int low = is_short(j->s.out_h, row), narrow = is_short(j->s.out_w, column);
  return (spot){tile / j->tiles_w / j->tiles_h, row, column, low ? (narrow ? SMALL : LOW) : (narrow ? NARROW : WHOLE)};
}

/* In the order of their kinds, so that those that a point needs lie side by side: narrow ones do without two columns of
 * points, low ones without two rows. */
static void order_tiles(piece *p) {
  int64_t ends[KINDS + 1] = {0};
  for (int64_t t = 0; t < p->count; t++) {
    ends[spot_of(p->j, p->first + t).kind + 1]++;
  }
  for (int k = 0; k < KINDS; k++) {
    ends[k + 1] += ends[k];
  }
  memcpy(p->starts, ends, sizeof ends);
  for (int64_t t = 0; t < p->count; t++) {
    p->slots[t] = ends[spot_of(p->j, p->first + t).kind]++;
  }
}

static void transform_tiles(const piece *p) {
  const job *j = p->j;
  for (int64_t t = 0, count; t < p->count; t += count) {
    const spot at = spot_of(j, p->first + t);
    count = bk_min(bk_min(STRIP, p->count - t), j->tiles_w - at.column);
    const strip s = {.image = j->x + at.image * j->in.image,
                     .top = at.row * STEP - j->s.pad_h,
                     .left = at.column * STEP - j->s.pad_w,
                     .count = count,
                     .short_rows = at.kind >= LOW,
                     .short_last = is_short(j->s.out_w, at.column + count - 1),
                     .slots = p->slots + t,
                     .v = p->v,
                     .apart = p->v_apart};
    transform_strip(j, &s);
  }
}

/* Whether short tiles do without the i-th point of an axis. */
static int is_skipped(int64_t i) { return i > SHORT && i < SIDE - 1; }

/* Weights are asked for while the products with those before them go by: they are read once a block, from memory or the
 * last cache, and without that the products wait for them. */
static void multiply_panels(const piece *p) {
  const job *j = p->j;
  const int64_t channels = j->s.channels, size = channels * PANEL;
  const int64_t row = (p->end_panel - p->panel) * PANEL;
  for (int64_t e = 0; e < POINTS; e++) {
    const int high = is_skipped(e / SIDE), wide = is_skipped(e % SIDE);
    const int64_t begin = p->starts[wide ? WHOLE : NARROW], end = p->starts[high ? LOW : wide ? SMALL : KINDS];
    const int64_t count = end - begin;
    const int64_t groups = (count + ROWS - 1) / ROWS;
    for (int64_t q = p->panel; q < p->end_panel; q++) {
      const float *u = j->u + (e * j->panels + q) * size;
      const float *next = q + 1 < p->end_panel ? u + size
                          : e + 1 < POINTS     ? j->u + ((e + 1) * j->panels + p->panel) * size
                                               : j->u + p->panel * size;
      factor f = {u, (const char *)next, channels, PANEL * (int64_t)sizeof(float) / bk_max(1, groups)};
      for (int64_t g = 0; g < groups; g++, f.ahead += channels * f.pace) {
        const int64_t from = begin + count * g / groups, to = begin + count * (g + 1) / groups;
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
  const int64_t wide = j->s.pooled ? 2 : 1, side = STEP / wide;
  for (int64_t t = 0; t < p->count; t++) {
    const spot at = spot_of(j, p->first + t);
    const target to = {at.image * j->out.image + at.row * side * j->out.row + at.column * side * j->out.pixel,
                       bk_min(side, j->s.out_h / wide - at.row * side),
                       bk_min(side, j->s.out_w / wide - at.column * side)};
    invert_tile(at.kind, j, filter, filters, &to, p->m + p->slots[t] * row, p->m_apart);
  }
}

/* Numbers that the transforms of a block take, and its products with so many panels. */
static int64_t v_room(const job *j) { return POINTS * (j->most * j->s.channels + APART); }

static int64_t m_room(const job *j, int64_t panels) { return POINTS * (j->most * panels * PANEL + APART); }

static int64_t panels_each(const job *j) { return j->shared ? (j->panels + j->members - 1) / j->members : j->panels; }

static void run_blocks(piece *p, int64_t from, int64_t end) {
  const job *j = p->j;
  for (int64_t b = from; b < end; b++) {
    p->first = j->tiles * b / j->blocks;
    p->count = j->tiles * (b + 1) / j->blocks - p->first;
    order_tiles(p);
    transform_tiles(p);
    multiply_panels(p);
    invert_tiles(p);
  }
}

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
  if (j->shared) {
    run_blocks(&p, 0, j->blocks);
    return;
  }
  for (bk_range r; bk_take(j->shares, n, i, 1, j->blocks, &r);) {
    run_blocks(&p, r.from, r.end);
  }
}

/* ---- the interface */

static distances lie(const shape *s, int64_t channels, int64_t height, int64_t width) {
  const int64_t pixel = s->blocked ? BLOCK : channels, row = width * pixel;
  return (distances){channels * height * width, s->blocked ? height * row : BLOCK, row, pixel};
}

static int is_sound(const shape *s) {
  if (!are_sizes(s, sizeof *s)) {
    return 0;
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
  j->panels = panels_of(s->filters);
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
  /* As many threads as there is memory for. */
  const double work = (double)j.tiles * POINTS * (double)j.s.channels * (double)j.s.filters;
  int64_t members = is_little(work) ? 1 : bk_team_size();
  while (members > 1 && divide(&j, members) * (int64_t)sizeof(float) > scratch_bytes) {
    members--;
  }
  BK_CHECK(divide(&j, members) * (int64_t)sizeof(float) <= scratch_bytes, BALBOA_ERR_ARGUMENT);
  BK_CHECK(j.blocks <= UINT32_MAX, BALBOA_ERR_ARGUMENT);
  bk_share shares[BK_TEAM];
  j.shares = shares;
  bk_share_out(shares, members, j.blocks);
  run_members(run_member, &j, members);
  return BALBOA_OK;
}
