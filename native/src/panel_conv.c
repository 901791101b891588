/* Products with many weights, which come from memory each time: linear maps, and convolutions of pictures that have
 * become small. While a thread multiplies with one panel of weights it asks for the next.
 *
 * Tiles of 14 places by a panel of filters are numbered: block of places after block, in a block panel after panel.
 * Every thread has an equal share of the numbers, which are columns if there is one block and rows if there are many,
 * and when it is done takes from what others have left, for two processors are seldom equally fast. */
#include <math.h>
#include <string.h>

#include "panel.h"
#include "unary.h"

#if defined(__GNUC__)
typedef int32_t lanes __attribute__((vector_size(64)));
#endif

enum {
  FEW = 196,        /* places that are one block, for which weights are read once, where rows are read as they lie */
  FEW_PACKED = 128, /* and where they are packed */
  SEEN = 70,        /* places of one of many blocks: it stays in a thread's cache beside two panels of weights */
  PACKED = 56,      /* and of one of packed rows, more of whose numbers are multiplied at a time */
  LYING = 1536,     /* numbers of a row that are multiplied at a time at most, where it lies */
  SHALLOW = 768,    /* of packed rows of few places */
  DEEP = 2048,      /* and of many */
  ALIKE = 1024,     /* rows of a multiple of so many numbers all share the same sets of a cache */
  LINE = 16,        /* numbers of a line of the cache */
  GROUP = 1 << 21,  /* weights that all blocks meet before the next ones, so that a cache of all threads holds them */
};

typedef struct {
  int64_t batch, channels, height, width, filters, kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w,
      pad_h, pad_w, out_h, out_w;
} shape;

/* What is applied to results: `least` where they are less, and then f, if there is one. */
typedef struct {
  float least;
  unary_fn f;
  float alpha, beta;
} activation;

typedef struct {
  shape s;
  activation act;
  const float *x, *w, *bias, *residual;
  float *y, *scratch;
  int64_t places, depth;   /* rows of results, and the numbers that each sees */
  int64_t filters, panels; /* that all blocks meet before the next ones */
  int64_t blocks, tiles;   /* how many blocks of places, and tiles of a block for a panel */
  int64_t parts;           /* of the depth */
  int32_t is_packed;       /* whether rows are copied side by side before: they do not lie so, or lie alike */
  int64_t row;             /* the distance of rows, of packed ones an odd number of lines */
  int64_t members;         /* threads that have work */
  bk_share *shares;        /* of the tiles */
} job;

/* Rows of a block that a thread has packed, with a part of the depth. */
typedef struct {
  float *memory;
  int64_t block, part;
} held;

/* ---- products */

static const float NOTHING[PANEL];

/* y = rows * weights + bias + base, or `least` where that is less. */
typedef struct {
  int64_t depth;
  const float *rows, *weights; /* [places of the tile][row], [depth][PANEL] */
  int64_t row;                 /* the distance of two rows */
  const char *ahead;           /* weights to ask for, `pace` bytes for each number of a row */
  int64_t pace;
  const float *bias, *base;
  float least, *y;
  int64_t base_row, y_row; /* the distances of results of two places */
} tile;

/* `least` where x is less. */
BALBOA_INLINE void cut_off(vec *x, float least) {
#if defined(__GNUC__)
  const vec low = least - (vec){0};
  const lanes less = *x < low;
  *x = (vec)(((lanes)*x & ~less) | ((lanes)low & less));
#else
  *x = *x < least ? least : *x;
#endif
}

/* Results of `count` places and the filters of a panel. */
BALBOA_INLINE void multiply_tile(const int count, const tile *t) {
  vec sum[ROWS][VECS];
  BALBOA_UNROLL(14) for (int r = 0; r < count; r++) {
    BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { sum[r][v] = (vec){0}; }
  }
  const int64_t row = t->row;
  const float *rows[] = {t->rows, t->rows + 4 * row, t->rows + 8 * row, t->rows + 12 * row}, *weights = t->weights;
  const char *ahead = t->ahead;
  for (int64_t k = t->depth; k > 0; k--) {
    vec w[VECS];
    BALBOA_PREFETCH_FAR(ahead);
    BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { w[v] = *(const vec *)(weights + v * LANES); }
    BALBOA_UNROLL(14) for (int r = 0; r < count; r++) {
      BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) { sum[r][v] += rows[r / 4][r % 4 * row] * w[v]; }
    }
    ahead += t->pace;
    BALBOA_UNROLL(4) for (int i = 0; i < 4; i++) { rows[i]++; }
    weights += PANEL;
  }
  /* What a store of results might change, for all that the compiler knows, is read before. */
  const float *bias = t->bias, *base = t->base;
  const float least = t->least;
  const int64_t base_row = t->base_row, y_row = t->y_row;
  float *y = t->y;
  BALBOA_UNROLL(14) for (int r = 0; r < count; r++, base += base_row, y += y_row) {
    BALBOA_UNROLL(2) for (int v = 0; v < VECS; v++) {
      vec x = sum[r][v] + *(const vec *)(bias + v * LANES) + *(const vec *)(base + v * LANES);
      cut_off(&x, least);
      *(vec *)(y + v * LANES) = x;
    }
  }
}

BALBOA_CLONES static void multiply(int64_t count, const tile *t) {
  switch (count) {
    case 1: multiply_tile(1, t); break;
    case 2: multiply_tile(2, t); break;
    case 3: multiply_tile(3, t); break;
    case 4: multiply_tile(4, t); break;
    case 5: multiply_tile(5, t); break;
    case 6: multiply_tile(6, t); break;
    case 7: multiply_tile(7, t); break;
    case 8: multiply_tile(8, t); break;
    case 9: multiply_tile(9, t); break;
    case 10: multiply_tile(10, t); break;
    case 11: multiply_tile(11, t); break;
    case 12: multiply_tile(12, t); break;
    case 13: multiply_tile(13, t); break;
    default: multiply_tile(14, t); break;
  }
}

/* The same for a panel of fewer filters, or with an activation: by way of memory of its own. */
static void multiply_apart(int64_t count, int64_t filters, const activation *act, const tile *t) {
  float bias[PANEL] = {0}, base[ROWS * PANEL] = {0}, y[ROWS * PANEL];
  const size_t bytes = (size_t)filters * sizeof(float);
  tile whole = *t;
  whole.y = y;
  whole.y_row = PANEL;
  if (filters < PANEL) {
    memcpy(bias, t->bias, bytes);
    for (int64_t r = 0; r < count; r++) {
      memcpy(base + r * PANEL, t->base + r * t->base_row, bytes);
    }
    whole.bias = bias;
    whole.base = base;
    whole.base_row = PANEL;
  }
  multiply(count, &whole);
  if (act->f != NULL) {
    act->f(count * PANEL, y, y, act->alpha, act->beta);
  }
  for (int64_t r = 0; r < count; r++) {
    memcpy(t->y + r * t->y_row, y + r * PANEL, bytes);
  }
}

/* ---- packing */

/* The pixel that a place sees under a tap of the kernel, or NULL beside the picture. */
static const float *seen(const job *j, int64_t place, int64_t tap) {
  const shape *s = &j->s;
  const int64_t row = place / s->out_w, image = row / s->out_h;
  const int64_t y = row % s->out_h * s->stride_h - s->pad_h + tap / s->kernel_w * s->dilation_h;
  const int64_t x = place % s->out_w * s->stride_w - s->pad_w + tap % s->kernel_w * s->dilation_w;
  const int beside = y < 0 || x < 0 || y >= s->height || x >= s->width;
  return beside ? NULL : j->x + ((image * s->height + y) * s->width + x) * s->channels;
}

/* Numbers [from, from + depth) of what `count` places see, tap after tap. */
static void pack(const job *j, int64_t place, int64_t count, int64_t from, int64_t depth, float *to) {
  const int64_t channels = j->s.channels;
  for (int64_t r = 0; r < count; r++, to += j->row) {
    for (int64_t k = 0; k < depth;) {
      const int64_t tap = (from + k) / channels, channel = (from + k) % channels;
      const int64_t run = bk_min(channels - channel, depth - k);
      const float *pixel = seen(j, place + r, tap);
      if (pixel == NULL) {
        memset(to + k, 0, (size_t)run * sizeof *to);
      } else {
        memcpy(to + k, pixel + channel, (size_t)run * sizeof *to);
      }
      k += run;
    }
  }
}

/* ---- the share of a thread */

static int64_t cut(int64_t n, int64_t parts, int64_t i) { return n * i / parts; }

/* The first place of a tile of a block. */
static int64_t place_of(const job *j, int64_t block, int64_t index) {
  return cut(j->places, j->blocks * j->tiles, block * j->tiles + index);
}

/* The rows of a block, with a part of the depth. */
static const float *rows_of(const job *j, int64_t block, int64_t part, held *packed) {
  const int64_t place = place_of(j, block, 0), count = place_of(j, block, j->tiles) - place;
  const int64_t from = cut(j->depth, j->parts, part), depth = cut(j->depth, j->parts, part + 1) - from;
  if (!j->is_packed) {
    return j->x + place * j->depth + from;
  }
  if (packed->block != block || packed->part != part) {
    pack(j, place, count, from, depth, packed->memory);
    packed->block = block;
    packed->part = part;
  }
  return packed->memory;
}

/* Tiles [from, end) of a block, with a part of the depth. */
static void multiply_tiles(const job *j, int64_t block, int64_t part, int64_t from, int64_t end, held *packed) {
  const shape *s = &j->s;
  const int64_t start = cut(j->depth, j->parts, part), depth = cut(j->depth, j->parts, part + 1) - start;
  const int bare = part == 0 && j->residual == NULL;
  const float *bases = part == 0 ? j->residual : j->y;
  tile t = {.depth = depth, .row = j->row, .pace = PANEL * (int64_t)sizeof(float) / j->tiles, .y_row = s->filters};
  t.base_row = bare ? 0 : s->filters;
  const activation none = {.least = -INFINITY}, act = part + 1 == j->parts ? j->act : none;
  t.least = act.least;
  const float *rows = rows_of(j, block, part, packed);
  const int64_t first = place_of(j, block, 0);
  for (int64_t q = from / j->tiles; q * j->tiles < end; q++) {
    const int64_t filters = bk_min(PANEL, j->filters - q * PANEL), next = q + 1 < j->panels ? q + 1 : 0;
    t.weights = j->w + (q * j->depth + start) * PANEL;
    t.bias = part > 0 || j->bias == NULL ? NOTHING : j->bias + q * PANEL;
    for (int64_t i = bk_max(0, from - q * j->tiles); i < bk_min(j->tiles, end - q * j->tiles); i++) {
      const int64_t place = place_of(j, block, i), count = place_of(j, block, i + 1) - place;
      const int64_t at = place * s->filters + q * PANEL;
      t.ahead = (const char *)(j->w + (next * j->depth + start) * PANEL) + i * depth * t.pace;
      t.rows = rows + (place - first) * t.row;
      t.base = bare ? NOTHING : bases + at;
      t.y = j->y + at;
      if (filters == PANEL && act.f == NULL) {
        multiply(count, &t);
      } else {
        multiply_apart(count, filters, &act, &t);
      }
    }
  }
}

/* Numbers that a thread packs, but one at least: threads work as there is memory for. */
static int64_t room(const job *j) { return j->is_packed ? j->tiles * ROWS * j->row : 1; }

static void run_member(void *context, const bk_member *me) {
  const job *j = context;
  if (me->index >= j->members) {
    return;
  }
  held packed = {.memory = j->scratch + me->index * room(j), .block = -1};
  const int64_t of_block = j->panels * j->tiles;
  const int64_t least = j->is_packed && j->parts > 1 ? of_block : 1; /* else a block would be packed again each time */
  for (bk_range r; bk_take(j->shares, j->members, me->index, least, of_block, &r);) {
    const int64_t block = r.from / of_block, first = block * of_block;
    for (int64_t part = 0; part < j->parts; part++) {
      multiply_tiles(j, block, part, r.from - first, r.end - first, &packed);
    }
  }
}

/* ---- the interface */

static int is_sound(const shape *s) {
  if (!are_sizes(s, sizeof *s)) {
    return 0;
  }
  const int64_t positive[] = {s->channels, s->height,   s->width,      s->filters,    s->kernel_h, s->kernel_w,
                              s->stride_h, s->stride_w, s->dilation_h, s->dilation_w, s->out_h,    s->out_w};
  for (size_t i = 0; i < sizeof positive / sizeof *positive; i++) {
    if (positive[i] == 0) {
      return 0;
    }
  }
  const int64_t depth = bk_product3(s->channels, s->kernel_h, s->kernel_w);
  const int64_t places = bk_product3(s->batch, s->out_h, s->out_w);
  return depth >= 0 && places >= 0 && bk_product3(depth, s->filters + PANEL, sizeof(float)) >= 0 &&
         bk_product3(places, s->filters, sizeof(float)) >= 0;
}

static int32_t prepare(const int64_t *numbers, job *j) {
  BK_CHECK(numbers != NULL, BALBOA_ERR_NULL);
  memcpy(&j->s, numbers, sizeof j->s);
  const shape *s = &j->s;
  BK_CHECK(is_sound(s), BALBOA_ERR_ARGUMENT);
  j->places = s->batch * s->out_h * s->out_w;
  j->depth = s->channels * s->kernel_h * s->kernel_w;
  const int64_t has_window = (s->kernel_h | s->kernel_w | s->stride_h | s->stride_w) != 1 || (s->pad_h | s->pad_w) != 0;
  const int alike = has_window || j->depth % ALIKE == 0, few = j->places <= (alike ? FEW_PACKED : FEW);
  j->is_packed = alike || (!few && j->depth > LYING);
  const int64_t most = few ? FEW : j->is_packed ? PACKED : SEEN;
  const int64_t deep = !j->is_packed ? LYING : few ? SHALLOW : DEEP;
  j->blocks = (j->places + most - 1) / most;
  j->tiles = j->blocks == 0 ? 0 : (j->places + ROWS * j->blocks - 1) / (ROWS * j->blocks);
  j->parts = (j->depth + deep - 1) / deep;
  const int64_t part = (j->depth + j->parts - 1) / j->parts;
  j->row = j->is_packed ? ((part + LINE - 1) / LINE | 1) * LINE : j->depth;
  BK_CHECK(bk_product3(j->blocks, j->tiles, panels_of(s->filters)) <= UINT32_MAX, BALBOA_ERR_ARGUMENT);
  return BALBOA_OK;
}

int64_t balboa_panel_conv_scratch(const int64_t *numbers) {
  job j = {0};
  const int32_t status = prepare(numbers, &j);
  return status == BALBOA_OK ? bk_team_size() * room(&j) * (int64_t)sizeof(float) : status;
}

static int32_t choose(int32_t kind, float alpha, float beta, activation *act) {
  act->least = kind == BALBOA_RELU ? 0 : -INFINITY;
  if (kind == BALBOA_RELU || (kind == BALBOA_LINEAR && alpha == 1 && beta == 0)) {
    return BALBOA_OK;
  }
  act->f = bk_unary(kind);
  act->alpha = alpha;
  act->beta = beta;
  return act->f != NULL ? BALBOA_OK : BALBOA_ERR_KIND;
}

int32_t balboa_panel_conv_f32(const int64_t *numbers, int32_t kind, float alpha, float beta, const float *x,
                              const float *w, const float *bias, const float *residual, float *y, void *scratch,
                              int64_t scratch_bytes) {
  job j = {0};
  int32_t status = prepare(numbers, &j);
  BK_CHECK(status == BALBOA_OK, status);
  status = choose(kind, alpha, beta, &j.act);
  BK_CHECK(status == BALBOA_OK, status);
  if (j.places == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL && w != NULL && y != NULL && scratch != NULL, BALBOA_ERR_NULL);
  const int64_t rooms = scratch_bytes / (room(&j) * (int64_t)sizeof(float));
  BK_CHECK(rooms > 0 && (uintptr_t)scratch % sizeof(float) == 0, BALBOA_ERR_ARGUMENT);
  j.x = x;
  j.scratch = scratch;
  /* As many threads as there is memory for. */
  const int little = is_little((double)j.places * (double)j.depth * (double)j.s.filters);
  j.members = little ? 1 : bk_min(rooms, bk_team_size());
  const int64_t panels = panels_of(j.s.filters);
  const int64_t groups = j.blocks == 1 ? 1 : bk_min(panels, (panels * PANEL * j.depth + GROUP - 1) / GROUP);
  for (int64_t g = 0; g < groups; g++) {
    const int64_t first = cut(panels, groups, g), filter = first * PANEL;
    j.panels = cut(panels, groups, g + 1) - first;
    j.filters = bk_min(j.panels * PANEL, j.s.filters - filter);
    j.w = w + filter * j.depth;
    j.bias = bias == NULL ? NULL : bias + filter;
    j.residual = residual == NULL ? NULL : residual + filter;
    j.y = y + filter;
    bk_share shares[BK_TEAM];
    j.shares = shares;
    bk_share_out(shares, j.members, j.blocks * j.tiles * j.panels);
    run_members(run_member, &j, j.members);
  }
  return BALBOA_OK;
}
