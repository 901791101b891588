/* Convolution of pictures with the largest values of windows over its results. The results themselves never go to
 * memory: a row of 32 filters stays in the first cache until the windows that it belongs to are complete. Those of
 * windows of 2 x 2 side by side do not even leave the registers if there are so few products to a result that storing
 * and loading it would take as long. */
#include <string.h>

#include "conv_max_tiles.h"

enum {
  FEW = 64,            /* products to a result at most with which that is faster */
  ROOM = 24576,        /* numbers of rows of results that windows still need, and of padded rows of the picture */
  BANDS_A_THREAD = 4,  /* pieces of work for each thread that a single picture is cut into */
};

typedef struct {
  int64_t batch, channels, height, width, filters, kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_h,
      pad_w, out_h, out_w, pool_h, pool_w, pool_stride_h, pool_stride_w, pool_pad_h, pool_pad_w, pooled_h, pooled_w, relu;
} shape;

typedef struct {
  shape s;
  const float *x, *w, *bias;
  float *y;
  int64_t panels, reach_h, reach_w; /* rows and columns of the picture that a result sees */
  int64_t columns, chunks;          /* of pooled results that are made at a time */
  int64_t rows, bands;
  int64_t seen;                     /* rows of the picture that are held: what one result sees, or two of a pair */
  int pairs;                        /* whether windows are pooled in registers */
  void *scratch;
  int64_t members; /* threads that there is scratch memory for */
  bk_share *shares;
} job;

/* ---- one piece of work: some rows and columns of pooled results of one picture and panel */

typedef struct {
  const job *j;
  int64_t image, panel, row, end_row, column, end_column; /* of pooled results */
  int64_t first, wide;                                    /* columns of results */
  int padded;                                             /* whether rows of the picture are copied between zeros */
  int64_t held[2 * REACH];                                /* which rows the copies are of; `seen` is less */
  const float *rows[REACH];                               /* of results */
  _Alignas(64) float ring[ROOM];
  float picture[ROOM];
} piece;

/* Row i of the picture from the first column on that the piece sees, as it lies or copied. */
static const float *picture_row(piece *p, int64_t i) {
  const job *j = p->j;
  const shape *s = &j->s;
  const int64_t from = p->first * s->stride_w - s->pad_w, wide = (p->wide - 1) * s->stride_w + j->reach_w;
  const float *row = j->x + (p->image * s->height + i) * s->width * s->channels;
  if (!p->padded) {
    return row + from * s->channels;
  }
  const int64_t slot = i % j->seen;
  float *copy = p->picture + slot * wide * s->channels;
  if (p->held[slot] != i) {
    p->held[slot] = i;
    const int64_t left = bk_min(wide, bk_max(0, -from)), end = bk_max(left, bk_min(wide, s->width - from));
    memset(copy, 0, (size_t)(left * s->channels) * sizeof(float));
    if (end > left) {
      memcpy(copy + left * s->channels, row + (from + left) * s->channels,
             (size_t)((end - left) * s->channels) * sizeof(float));
    }
    memset(copy + end * s->channels, 0, (size_t)((wide - end) * s->channels) * sizeof(float));
  }
  return copy;
}

/* What row r of the results sees: only rows of the kernel over the picture; behind it are zeros. */
static void look(piece *p, int64_t r, view *see) {
  const shape *s = &p->j->s;
  const int64_t top = r * s->stride_h - s->pad_h, d = s->dilation_h;
  see->begin = top < 0 ? bk_min(s->kernel_h, (d - 1 - top) / d) : 0;
  see->end = top < s->height ? bk_max(see->begin, bk_min(s->kernel_h, (s->height - 1 - top) / d + 1)) : see->begin;
  for (int64_t y = see->begin; y < see->end; y++) {
    see->rows[y] = picture_row(p, top + y * d);
  }
}

/* What tiles of the piece have in common. There is room for a bias of the whole panel. */
static tile tile_of(const piece *p, float *room) {
  const job *j = p->j;
  const shape *s = &j->s;
  const int dense = s->dilation_w == 1;
  const int64_t panel = p->panel * PANEL, filters = s->filters - panel;
  tile t = {.taps = dense ? 1 : s->kernel_w,
            .hop = s->dilation_w * s->channels,
            .run = dense ? s->kernel_w * s->channels : s->channels,
            .apart = s->stride_w * s->channels,
            .weights = j->w + panel * s->kernel_h * s->kernel_w * s->channels,
            .bias = j->bias == NULL ? NULL : j->bias + panel};
  if (t.bias != NULL && filters < PANEL) {
    memcpy(room, t.bias, (size_t)filters * sizeof(float));
    memset(room + filters, 0, (size_t)(PANEL - filters) * sizeof(float));
    t.bias = room;
  }
  return t;
}

/* Row r of the results, into the ring. */
static void sum_row(piece *p, int64_t r) {
  const shape *s = &p->j->s;
  float bias[PANEL];
  view see;
  look(p, r, &see);
  tile t = tile_of(p, bias);
  t.rows = see.rows + see.begin;
  t.kernel_h = see.end - see.begin;
  t.weights += see.begin * t.taps * t.run * PANEL;
  const int64_t tiles = (p->wide + PIXELS - 1) / PIXELS;
  for (int64_t k = 0; k < tiles; k++) {
    const int64_t from = k * p->wide / tiles, to = (k + 1) * p->wide / tiles;
    t.from = from * t.apart;
    t.to = p->ring + (r % s->pool_h * p->wide + from) * PANEL;
    sum_columns(to - from, &t);
  }
}

static int64_t first_in(int64_t i, int64_t stride, int64_t pad) { return bk_max(0, i * stride - pad); }

static int64_t end_in(int64_t i, int64_t stride, int64_t pad, int64_t size, int64_t out) {
  return bk_min(out, i * stride - pad + size);
}

/* The windows of a row of the piece. */
static windows windows_of(const piece *p, int64_t row) {
  const job *j = p->j;
  const shape *s = &j->s;
  const int64_t plane = s->pooled_h * s->pooled_w, at = row * s->pooled_w + p->column, panel = p->panel * PANEL;
  return (windows){.first = p->first,
                   .end = p->first + p->wide,
                   .count = p->end_column - p->column,
                   .column = p->column * s->pool_stride_w - s->pool_pad_w,
                   .stride = s->pool_stride_w,
                   .relu = s->relu != 0,
                   .to = j->y + p->image * plane * s->filters + at * s->filters + panel,
                   .apart = s->filters,
                   .filters = bk_min(PANEL, s->filters - panel)};
}

static void pool_row(piece *p, int64_t row) {
  const shape *s = &p->j->s;
  const int64_t first = first_in(row, s->pool_stride_h, s->pool_pad_h);
  const int64_t rows = end_in(row, s->pool_stride_h, s->pool_pad_h, s->pool_h, s->out_h) - first;
  for (int64_t r = 0; r < rows; r++) {
    p->rows[r] = p->ring + (first + r) % s->pool_h * p->wide * PANEL;
  }
  windows w = windows_of(p, row);
  w.rows = p->rows;
  pool_windows(rows, s->pool_w, &w);
}

/* A row of windows that are pooled in registers. */
static void sum_and_pool_row(piece *p, int64_t row) {
  float bias[PANEL];
  view see[2];
  look(p, 2 * row, &see[0]);
  look(p, 2 * row + 1, &see[1]);
  tile t = tile_of(p, bias);
  const windows w = windows_of(p, row);
  const int64_t tiles = (w.count + WINDOWS - 1) / WINDOWS;
  for (int64_t k = 0; k < tiles; k++) {
    const int64_t from = k * w.count / tiles, to = (k + 1) * w.count / tiles;
    t.from = 2 * from * t.apart;
    pool_pairs(to - from, &t, see, &w, from);
  }
}

static void run_piece(piece *p) {
  const shape *s = &p->j->s;
  p->first = first_in(p->column, s->pool_stride_w, s->pool_pad_w);
  p->wide = end_in(p->end_column - 1, s->pool_stride_w, s->pool_pad_w, s->pool_w, s->out_w) - p->first;
  const int64_t from = p->first * s->stride_w - s->pad_w;
  p->padded = from < 0 || from + (p->wide - 1) * s->stride_w + p->j->reach_w > s->width;
  for (int64_t i = 0; i < p->j->seen; i++) {
    p->held[i] = -1;
  }
  for (int64_t q = p->row; q < p->end_row && p->j->pairs; q++) {
    sum_and_pool_row(p, q);
  }
  int64_t done = first_in(p->row, s->pool_stride_h, s->pool_pad_h); /* rows of results */
  for (int64_t q = p->row; q < p->end_row && !p->j->pairs; q++) {
    done = bk_max(done, first_in(q, s->pool_stride_h, s->pool_pad_h));
    for (const int64_t end = end_in(q, s->pool_stride_h, s->pool_pad_h, s->pool_h, s->out_h); done < end; done++) {
      sum_row(p, done);
    }
    pool_row(p, q);
  }
}

static int64_t pieces_of(const job *j) { return j->s.batch * j->panels * j->bands * j->chunks; }

static void run_pieces(piece *p, int64_t from, int64_t end) {
  const job *j = p->j;
  for (int64_t i = from; i < end; i++) {
    const int64_t chunk = i % j->chunks, band = i / j->chunks % j->bands, panel = i / j->chunks / j->bands;
    p->image = panel / j->panels;
    p->panel = panel % j->panels;
    p->row = band * j->rows;
    p->end_row = bk_min(j->s.pooled_h, p->row + j->rows);
    p->column = chunk * j->columns;
    p->end_column = bk_min(j->s.pooled_w, p->column + j->columns);
    run_piece(p);
  }
}

static void run_member(void *context, const bk_member *me) {
  const job *j = context;
  if (me->index >= j->members) {
    return;
  }
  piece *p = (piece *)j->scratch + me->index;
  p->j = j;
  for (bk_range r; bk_take(j->shares, j->members, me->index, 1, pieces_of(j), &r);) {
    run_pieces(p, r.from, r.end);
  }
}

/* Pooled columns for which both rooms are large enough; 0 if there are none. */
static int64_t columns_that_fit(const job *j) {
  const shape *s = &j->s;
  const int64_t results = ROOM / PANEL / s->pool_h;
  const int64_t seen = ROOM / s->channels / j->seen;
  const int64_t most = bk_min(results, seen < j->reach_w ? 0 : (seen - j->reach_w) / s->stride_w + 1);
  return most < s->pool_w ? 0 : (most - s->pool_w) / s->pool_stride_w + 1;
}

static int is_sound(const shape *s) {
  if (!are_sizes(s, sizeof *s)) {
    return 0;
  }
  const int64_t positive[] = {s->channels, s->height, s->width, s->filters, s->kernel_h, s->kernel_w, s->stride_h,
                              s->stride_w, s->dilation_h, s->dilation_w, s->out_h, s->out_w, s->pool_h, s->pool_w,
                              s->pool_stride_h, s->pool_stride_w, s->pooled_h, s->pooled_w};
  for (size_t i = 0; i < sizeof positive / sizeof *positive; i++) {
    if (positive[i] == 0) {
      return 0;
    }
  }
  /* All windows see results. */
  return (s->pooled_h - 1) * s->pool_stride_h - s->pool_pad_h < s->out_h && s->pool_pad_h < s->pool_h &&
         (s->pooled_w - 1) * s->pool_stride_w - s->pool_pad_w < s->out_w && s->pool_pad_w < s->pool_w;
}

/* Whether windows are pooled in registers. Two rows of results then see so little that it fits the room. */
static int has_pairs(const shape *s) {
  return s->pool_h == 2 && s->pool_w == 2 && s->pool_stride_h == 2 && s->pool_stride_w == 2 && s->pool_pad_h == 0 &&
         s->pool_pad_w == 0 && 2 * s->pooled_h <= s->out_h && 2 * s->pooled_w <= s->out_w && s->dilation_h == 1 &&
         s->dilation_w == 1 && s->stride_h <= s->kernel_h && s->stride_w <= s->kernel_w &&
         s->kernel_h * s->kernel_w <= FEW / s->channels;
}

static int32_t prepare(const int64_t *numbers, job *j) {
  BK_CHECK(numbers != NULL, BALBOA_ERR_NULL);
  memcpy(&j->s, numbers, sizeof j->s);
  const shape *s = &j->s;
  BK_CHECK(is_sound(s), BALBOA_ERR_ARGUMENT);
  j->reach_h = (s->kernel_h - 1) * s->dilation_h + 1;
  j->reach_w = (s->kernel_w - 1) * s->dilation_w + 1;
  BK_CHECK(j->reach_h < REACH && s->pool_h < REACH, BALBOA_ERR_ARGUMENT);
  j->pairs = has_pairs(s);
  j->seen = j->reach_h + (j->pairs ? s->stride_h : 0);
  j->panels = panels_of(s->filters);
  j->columns = bk_min(s->pooled_w, columns_that_fit(j));
  return j->columns > 0 ? BALBOA_OK : BALBOA_ERR_ARGUMENT;
}

int64_t bk_conv_max_scratch(const int64_t *numbers, int64_t threads) {
  job j;
  const int32_t status = prepare(numbers, &j);
  return status == BALBOA_OK ? threads * (int64_t)sizeof(piece) : status;
}

int64_t balboa_conv_max_scratch(const int64_t *numbers) { return bk_conv_max_scratch(numbers, bk_team_size()); }

int32_t balboa_conv_max_f32(const int64_t *numbers, const float *x, const float *w, const float *bias, float *y,
                            void *scratch, int64_t scratch_bytes) {
  job j;
  const int32_t status = prepare(numbers, &j);
  BK_CHECK(status == BALBOA_OK, status);
  const shape *s = &j.s;
  if (s->batch == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL && w != NULL && y != NULL && scratch != NULL, BALBOA_ERR_NULL);
  const int64_t rooms = scratch_bytes / (int64_t)sizeof(piece);
  BK_CHECK(rooms > 0 && (uintptr_t)scratch % _Alignof(piece) == 0, BALBOA_ERR_ARGUMENT);
  j.x = x;
  j.w = w;
  j.bias = bias;
  j.y = y;
  j.scratch = scratch;
  j.chunks = (s->pooled_w + j.columns - 1) / j.columns;
  const int64_t pieces = s->batch * j.panels * j.chunks, wanted = BANDS_A_THREAD * bk_team_size();
  j.bands = bk_min(s->pooled_h, (wanted + pieces - 1) / pieces);
  j.rows = (s->pooled_h + j.bands - 1) / j.bands;
  j.bands = (s->pooled_h + j.rows - 1) / j.rows;
  const double work = (double)s->batch * (double)j.panels * PANEL * (double)s->out_h * (double)s->out_w *
                      (double)s->kernel_h * (double)s->kernel_w * (double)s->channels;
  BK_CHECK(pieces_of(&j) <= UINT32_MAX, BALBOA_ERR_ARGUMENT);
  j.members = is_little(work) ? 1 : bk_min(rooms, bk_team_size());
  bk_share shares[BK_TEAM];
  j.shares = shares;
  bk_share_out(shares, j.members, pieces_of(&j));
  run_members(run_member, &j, j.members);
  return BALBOA_OK;
}
