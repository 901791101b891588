/* Products of gathered rows with a packed matrix, for one element type: the including file defines T, NAME(x), and an
 * integer type WHOLE of the same size. */

#include "vectors_type.h"

/* What will be read after this: `pace` bytes of it for each k. */
typedef struct {
  const char *from;
  int64_t pace;
} NAME(ahead);

/*
 * c[r] = init[r] + a[r] B for `rows` rows and `panels` panels of B, all in registers while k goes by. Both counts are
 * constants where this is inlined. Every element is summed in the order of k whatever the tile, so results do not
 * depend on how rows are grouped.
 */
BALBOA_INLINE void NAME(tile)(const int rows, const int panels, int64_t k, int64_t apart, const T *b,
                              const T *const *a, T *const *c, const T *const *init, const NAME(ahead) *ahead) {
  NAME(vec) sum[RNN_ROWS][8];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 8
    for (int v = 0; v < 2 * panels; v++) {
      sum[r][v] = init == NULL ? (NAME(vec)){0} : *(const NAME(vec) *)(init[r] + v * NAME(LANES));
    }
  }
  for (int64_t i = 0; i < k; i++) {
    NAME(vec) w[8];
    if (ahead != NULL) {
      BALBOA_PREFETCH_FAR(ahead->from + i * ahead->pace);
    }
#pragma GCC unroll 8
    for (int v = 0; v < 2 * panels; v++) {
      w[v] = *(const NAME(vec) *)(b + v / 2 * apart + i * NAME(PANEL) + v % 2 * NAME(LANES));
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 8
      for (int v = 0; v < 2 * panels; v++) {
        sum[r][v] += a[r][i] * w[v];
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 8
    for (int v = 0; v < 2 * panels; v++) {
      *(NAME(vec) *)(c[r] + v * NAME(LANES)) = sum[r][v];
    }
  }
}

/* Few rows take several panels at once, so that enough sums are under way to hide how long one addition takes. */
BALBOA_CLONES static void NAME(wide_tile)(int64_t rows, int64_t k, int64_t apart, const T *b, const T *const *a,
                                          T *const *c, const T *const *init) {
  switch (rows) {
    case 1: NAME(tile)(1, 4, k, apart, b, a, c, init, NULL); break;
    case 2: NAME(tile)(2, 4, k, apart, b, a, c, init, NULL); break;
    case 3: NAME(tile)(3, 2, k, apart, b, a, c, init, NULL); break;
    default: NAME(tile)(4, 2, k, apart, b, a, c, init, NULL); break;
  }
}

/* A piece of a matrix: `width` columns from `column` on, of which `real` are there in the last panel, and k from `first`
 * on; panels are `apart`. */
typedef struct {
  int64_t column, width, real, first, k, apart;
} NAME(cut);

/* Asks for what `rows` sums of a panel's columns are added to and stored in. */
BALBOA_INLINE void NAME(ask_for_sums)(int64_t rows, T *const *c, int64_t column) {
  for (int64_t r = 0; r < rows; r++) {
    BALBOA_PREFETCH(c[r] + column);
    BALBOA_PREFETCH(c[r] + column + NAME(LANES));
  }
}

/* All rows, at most `most` at once, times a panel of a piece; adds to what is there unless it is the first piece. The
 * sums of the rows that follow, or of the first rows in the next panel, are on their way while k goes by. */
BALBOA_CLONES static void NAME(panel_tiles)(const NAME(cut) *p, const T *b, int64_t most, int64_t rows,
                                            const T *const *a, T *const *c, const T *const *init,
                                            const NAME(ahead) *ahead) {
  NAME(ahead) next = {ahead->from, ahead->pace};
  for (int64_t r = 0; r < rows; r += most) {
    const int64_t count = bk_min(most, rows - r);
    const T *as[RNN_ROWS] = {NULL}, *is[RNN_ROWS] = {NULL}, *const *from = init == NULL && p->first == 0 ? NULL : is;
    T *cs[RNN_ROWS] = {NULL};
    for (int64_t i = 0; i < count; i++) {
      as[i] = a[r + i] + p->first;
      cs[i] = c[r + i] + p->column;
      is[i] = p->first > 0 ? cs[i] : init == NULL ? NULL : init[r + i] + p->column;
    }
    if (r + most < rows) {
      NAME(ask_for_sums)(bk_min(most, rows - r - most), c + r + most, p->column);
    } else {
      NAME(ask_for_sums)(most, c, p->column + NAME(PANEL));
    }
    switch (count) {
      case 1: NAME(tile)(1, 1, p->k, 0, b, as, cs, from, &next); break;
      case 2: NAME(tile)(2, 1, p->k, 0, b, as, cs, from, &next); break;
      case 3: NAME(tile)(3, 1, p->k, 0, b, as, cs, from, &next); break;
      case 4: NAME(tile)(4, 1, p->k, 0, b, as, cs, from, &next); break;
      case 5: NAME(tile)(5, 1, p->k, 0, b, as, cs, from, &next); break;
      case 6: NAME(tile)(6, 1, p->k, 0, b, as, cs, from, &next); break;
      case 7: NAME(tile)(7, 1, p->k, 0, b, as, cs, from, &next); break;
      default: NAME(tile)(8, 1, p->k, 0, b, as, cs, from, &next); break;
    }
    next.from += p->k * next.pace;
  }
}

/* A matrix that rows are multiplied with: packed in panels, or as it lies, transposed, where packing does not pay.
 * Panels begin anew with every block of columns. */
typedef struct {
  int64_t k, columns, block, tile;
  const T *packed, *direct;
} NAME(matrix);

/* The last panel is computed beside the rows it goes to, which are narrower. */
static void NAME(last_panel)(int64_t rows, int64_t columns, int64_t k, const T *b, const T *const *a, T *const *c,
                             const T *const *init, const NAME(ahead) *ahead) {
  T room[RNN_ROWS][NAME(PANEL)] = {{0}};
  T *to[RNN_ROWS] = {NULL};
  const T *from[RNN_ROWS] = {NULL};
  for (int64_t r = 0; r < rows; r++) {
    from[r] = to[r] = room[r];
    if (init != NULL) {
      memcpy(room[r], init[r], (size_t)columns * sizeof(T));
    }
  }
  const NAME(cut) whole = {0, NAME(PANEL), NAME(PANEL), 0, k, 0};
  NAME(panel_tiles)(&whole, b, rows, rows, a, to, init == NULL ? NULL : from, ahead);
  for (int64_t r = 0; r < rows; r++) {
    memcpy(c[r], room[r], (size_t)columns * sizeof(T));
  }
}

/* c[r][v] = init[r][v] + a[r] w[v] for few rows and columns, where w[v] lies in memory as a[r] does. */
BALBOA_INLINE void NAME(direct_tile)(const int rows, const int columns, int64_t k, const T *w, const T *const *a,
                                     T *const *c, const T *const *init) {
  NAME(vec) sum[RNN_DIRECT][RNN_DIRECT] = {{{0}}};
  const int64_t whole = k / NAME(LANES) * NAME(LANES);
  for (int64_t i = 0; i < whole; i += NAME(LANES)) {
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < columns; v++) {
        sum[r][v] += *(const NAME(vec) *)(a[r] + i) * *(const NAME(vec) *)(w + v * k + i);
      }
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < columns; v++) {
      T total = 0;
      for (int64_t l = 0; l < NAME(LANES); l++) {
        total += ((const T *)&sum[r][v])[l];
      }
      for (int64_t i = whole; i < k; i++) {
        total += a[r][i] * w[v * k + i];
      }
      c[r][v] = init == NULL ? total : init[r][v] + total;
    }
  }
}

BALBOA_CLONES static void NAME(direct_rows)(int64_t rows, int64_t columns, int64_t k, const T *w, const T *const *a,
                                            T *const *c, const T *const *init) {
  if (columns == RNN_DIRECT) {
    switch (rows) {
      case 1: NAME(direct_tile)(1, RNN_DIRECT, k, w, a, c, init); break;
      case 2: NAME(direct_tile)(2, RNN_DIRECT, k, w, a, c, init); break;
      case 3: NAME(direct_tile)(3, RNN_DIRECT, k, w, a, c, init); break;
      default: NAME(direct_tile)(4, RNN_DIRECT, k, w, a, c, init); break;
    }
  } else {
    NAME(direct_tile)((int)rows, (int)columns, k, w, a, c, init);
  }
}

/* Weights as they lie are read once, whatever the number of rows. */
static void NAME(direct_product)(const NAME(matrix) *m, int64_t from, int64_t to, int64_t rows, const T *const *a,
                                 T *const *c, const T *const *init) {
  for (int64_t j = from; j < to; j += RNN_DIRECT) {
    for (int64_t r = 0; r < rows; r += RNN_DIRECT) {
      const int64_t count = bk_min(RNN_DIRECT, rows - r);
      T *cs[RNN_DIRECT] = {NULL};
      const T *is[RNN_DIRECT] = {NULL};
      for (int64_t i = 0; i < count; i++) {
        cs[i] = c[r + i] + j;
        is[i] = init == NULL ? NULL : init[r + i] + j;
      }
      NAME(direct_rows)(count, bk_min(RNN_DIRECT, to - j), m->k, m->direct + j * m->k, a + r, cs,
                        init == NULL ? NULL : is);
    }
  }
}

/* Up to RNN_ROWS rows times several panels of a piece, or the last one; adds to what is there unless it is the first. */
static void NAME(rows_tile)(const NAME(cut) *p, const T *b, int64_t rows, const T *const *a, T *const *c,
                            const T *const *init, const NAME(ahead) *ahead) {
  const T *as[RNN_ROWS] = {NULL}, *is[RNN_ROWS] = {NULL}, *const *from = init == NULL && p->first == 0 ? NULL : is;
  T *cs[RNN_ROWS] = {NULL};
  for (int64_t i = 0; i < rows; i++) {
    as[i] = a[i] + p->first;
    cs[i] = c[i] + p->column;
    is[i] = p->first > 0 ? cs[i] : init == NULL ? NULL : init[i] + p->column;
  }
  if (p->width > NAME(PANEL)) {
    NAME(wide_tile)(rows, p->k, p->apart, b, as, cs, from);
  } else {
    NAME(last_panel)(rows, p->real, p->k, b, as, cs, from, ahead);
  }
}

/* c[r] = init[r] + a[r] M in columns [from, to) of the block that begins at `block`, cut where a panel begins; init
 * NULL counts as zero, and may be c. At most RNN_LIST rows. */
static void NAME(product_of)(const NAME(matrix) *m, int64_t block, int64_t from, int64_t to, int64_t rows,
                             const T *const *a, T *const *c, const T *const *init) {
  if (rows == 0) {
    return;
  }
  if (m->direct != NULL) {
    NAME(direct_product)(m, block + from, block + to, rows, a, c, init);
    return;
  }
  const int64_t panel = NAME(PANEL), k = m->k;
  const int64_t blocks = (rows + m->tile - 1) / m->tile, most = (rows + blocks - 1) / blocks;
  const int64_t wide = (m->tile < RNN_ROWS || most > 4 ? 1 : most <= 2 ? 4 : 2) * panel;
  /* What several tiles of rows meet stays in the innermost cache: a piece of a panel for all of them, and a piece of
   * the rows for all panels in the second. While the tiles go by, the next piece comes from wherever it is. */
  const int64_t most_k = blocks > 1 ? RNN_DEPTH : k, pace = blocks > 1 ? panel * (int64_t)sizeof(T) / blocks : 0;
  const T *packed = m->packed + block / m->block * rnn_packed(k, m->block);
  for (int64_t i = 0; i == 0 || i < k; i += bk_max(1, most_k)) {
    for (int64_t j = from, width; j < to; j += width) {
      width = j + wide <= to ? wide : panel;
      const NAME(cut) cut = {block + j, width, bk_min(panel, m->block - j), i, bk_min(most_k, k - i), k * panel};
      const T *b = packed + j * k + i * panel;
      const T *next = j + width < to ? b + width * k : i + most_k < k ? packed + from * k + (i + most_k) * panel : b;
      NAME(ahead) ahead = {(const char *)next, pace};
      if (width == panel && cut.real == panel) {
        NAME(panel_tiles)(&cut, b, most, rows, a, c, init, &ahead);
        continue;
      }
      for (int64_t r = 0; r < rows; r += most) {
        NAME(rows_tile)(&cut, b, bk_min(most, rows - r), a + r, c + r, init == NULL ? NULL : init + r, &ahead);
        ahead.from += cut.k * pace;
      }
    }
  }
}

/* The columns of a part's units in every block. */
static void NAME(product)(const NAME(matrix) *m, const rnn_part *p, int64_t rows, const T *const *a, T *const *c,
                          const T *const *init) {
  for (int64_t block = 0; block < m->columns; block += m->block) {
    NAME(product_of)(m, block, p->member == NULL ? 0 : p->from, p->member == NULL ? m->block : p->to, rows, a, c, init);
  }
}

/* ---- packing */

typedef struct {
  NAME(matrix) m;
  int transposed; /* the memory is [columns, k] */
  const T *w;
  T *packed;
} NAME(packing);

/* One vector of columns by as many of k: `to` has rows of a panel, `from` rows of k. More rows go by at once than the
 * processor would follow of itself. */
BALBOA_CLONES static void NAME(pack_square)(int64_t k, const T *from, T *to) {
  enum { LANES = NAME(LANES) };
#if BALBOA_HAS_CLONES
  NAME(vec) x[LANES];
#pragma GCC unroll 16
  for (int r = 0; r < LANES; r++) {
    BALBOA_PREFETCH_FAR(from + r * k + RNN_AHEAD * LANES);
    x[r] = *(const NAME(vec) *)(from + r * k);
  }
  NAME(transpose)(x);
#pragma GCC unroll 16
  for (int r = 0; r < LANES; r++) {
    *(NAME(vec) *)(to + r * NAME(PANEL)) = x[r];
  }
#else
  for (int64_t l = 0; l < LANES; l++) {
    for (int64_t d = 0; d < LANES; d++) {
      to[d * NAME(PANEL) + l] = from[l * k + d];
    }
  }
#endif
}

static void NAME(pack_panel)(const NAME(packing) *p, int64_t column, int64_t width, T *to) {
  enum { LANES = NAME(LANES), PANEL = NAME(PANEL) };
  const int64_t k = p->m.k, squares = width == PANEL && p->transposed ? k / LANES * LANES : 0;
  for (int64_t i = 0; i < squares; i += LANES) {
    NAME(pack_square)(k, p->w + column * k + i, to + i * PANEL);
    NAME(pack_square)(k, p->w + (column + LANES) * k + i, to + i * PANEL + LANES);
  }
  for (int64_t i = squares; i < k; i++) {
    T *row = to + i * PANEL;
    if (width == PANEL && !p->transposed) {
      BALBOA_PREFETCH_FAR(p->w + (i + RNN_AHEAD) * p->m.columns + column);
      BALBOA_PREFETCH_FAR(p->w + (i + RNN_AHEAD) * p->m.columns + column + LANES);
      memcpy(row, p->w + i * p->m.columns + column, PANEL * sizeof(T));
      continue;
    }
    for (int64_t l = 0; l < PANEL; l++) {
      row[l] = l >= width ? 0 : p->transposed ? p->w[(column + l) * k + i] : p->w[i * p->m.columns + column + l];
    }
  }
}

static void NAME(pack_range)(void *context, int64_t begin, int64_t end) {
  const NAME(packing) *p = context;
  const NAME(matrix) *m = &p->m;
  const int64_t panels = (m->block + NAME(PANEL) - 1) / NAME(PANEL);
  for (int64_t i = begin; i < end; i++) {
    const int64_t block = i / panels, j = i % panels * NAME(PANEL);
    NAME(pack_panel)(p, block * m->block + j, bk_min(NAME(PANEL), m->block - j),
                     p->packed + block * rnn_packed(m->k, m->block) + j * m->k);
  }
}

/* Packs [k, columns] (transposed: [columns, k]) into *room and moves it on; or leaves it where it lies. */
static NAME(matrix) NAME(prepare)(const rnn_shape *s, int small, int transposed, int64_t k, int64_t columns, const T *w,
                                  T **room) {
  const int64_t block = rnn_by_units(s, NAME(PANEL), sizeof(T)) ? s->h : columns;
  NAME(matrix) m = {k, columns, block, s->tile, NULL, NULL};
  if (small && transposed) {
    m.direct = w;
    return m;
  }
  NAME(packing) p = {m, transposed, w, *room};
  const int64_t panels = columns / block * ((block + NAME(PANEL) - 1) / NAME(PANEL));
  bk_parallel(panels, 1 + BK_GRAIN_CHEAP / (1 + k * NAME(PANEL)), NAME(pack_range), &p);
  m.packed = *room;
  *room += columns / block * rnn_packed(k, block);
  return m;
}
