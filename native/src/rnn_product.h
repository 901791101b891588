/* Products of gathered rows with a packed matrix, for one element type: the including file defines T and NAME(x). */

#if defined(__GNUC__)
typedef T NAME(vec) __attribute__((vector_size(64), aligned(sizeof(T)), may_alias));
#else
typedef T NAME(vec);
#endif
enum { NAME(LANES) = sizeof(NAME(vec)) / sizeof(T), NAME(PANEL) = 2 * NAME(LANES) };

/*
 * c[r] = init[r] + a[r] B for `rows` rows and `panels` panels of B, all in registers while k goes by. Both counts are
 * constants where this is inlined. Every element is summed in the order of k whatever the tile, so results do not
 * depend on how rows are grouped.
 */
BALBOA_INLINE void NAME(tile)(const int rows, const int panels, int64_t k, const T *b, const T *const *a, T *const *c,
                              const T *const *init) {
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
#pragma GCC unroll 8
    for (int v = 0; v < 2 * panels; v++) {
      w[v] = *(const NAME(vec) *)(b + v / 2 * k * NAME(PANEL) + i * NAME(PANEL) + v % 2 * NAME(LANES));
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
BALBOA_CLONES static void NAME(wide_tile)(int64_t rows, int64_t k, const T *b, const T *const *a, T *const *c,
                                          const T *const *init) {
  switch (rows) {
    case 1: NAME(tile)(1, 4, k, b, a, c, init); break;
    case 2: NAME(tile)(2, 4, k, b, a, c, init); break;
    case 3: NAME(tile)(3, 2, k, b, a, c, init); break;
    default: NAME(tile)(4, 2, k, b, a, c, init); break;
  }
}

BALBOA_CLONES static void NAME(panel_tile)(int64_t rows, int64_t k, const T *b, const T *const *a, T *const *c,
                                           const T *const *init) {
  switch (rows) {
    case 1: NAME(tile)(1, 1, k, b, a, c, init); break;
    case 2: NAME(tile)(2, 1, k, b, a, c, init); break;
    case 3: NAME(tile)(3, 1, k, b, a, c, init); break;
    case 4: NAME(tile)(4, 1, k, b, a, c, init); break;
    case 5: NAME(tile)(5, 1, k, b, a, c, init); break;
    case 6: NAME(tile)(6, 1, k, b, a, c, init); break;
    case 7: NAME(tile)(7, 1, k, b, a, c, init); break;
    default: NAME(tile)(8, 1, k, b, a, c, init); break;
  }
}

/* A matrix that rows are multiplied with: packed in panels, or as it lies, transposed, where packing does not pay. */
typedef struct {
  int64_t k, columns, tile;
  const T *packed, *direct;
} NAME(matrix);

/* The last panel is computed beside the rows it goes to, which are narrower. */
static void NAME(last_panel)(int64_t rows, int64_t columns, int64_t k, const T *b, const T *const *a, T *const *c,
                             const T *const *init) {
  T room[RNN_ROWS][NAME(PANEL)] = {{0}};
  T *to[RNN_ROWS] = {NULL};
  const T *from[RNN_ROWS] = {NULL};
  for (int64_t r = 0; r < rows; r++) {
    from[r] = to[r] = room[r];
    if (init != NULL) {
      memcpy(room[r], init[r], (size_t)columns * sizeof(T));
    }
  }
  NAME(panel_tile)(rows, k, b, a, to, init == NULL ? NULL : from);
  for (int64_t r = 0; r < rows; r++) {
    memcpy(c[r], room[r], (size_t)columns * sizeof(T));
  }
}

BALBOA_CLONES static void NAME(direct_product)(const NAME(matrix) *m, const T *a, T *c, const T *init) {
  for (int64_t j = 0; j < m->columns; j++) {
    const T *w = m->direct + j * m->k;
    T sum = 0;
    BALBOA_SIMD_REDUCE(+, sum) for (int64_t i = 0; i < m->k; i++) { sum += a[i] * w[i]; }
    c[j] = init == NULL ? sum : init[j] + sum;
  }
}

/* c[r] = init[r] + a[r] M; init NULL counts as zero, and may be c. At most RNN_LIST rows. */
static void NAME(product)(const NAME(matrix) *m, int64_t rows, const T *const *a, T *const *c, const T *const *init) {
  if (m->direct != NULL) {
    for (int64_t r = 0; r < rows; r++) {
      NAME(direct_product)(m, a[r], c[r], init == NULL ? NULL : init[r]);
    }
    return;
  }
  const int64_t panel = NAME(PANEL), k = m->k;
  const int64_t blocks = (rows + m->tile - 1) / m->tile, most = blocks == 0 ? 1 : (rows + blocks - 1) / blocks;
  const int64_t wide = (m->tile < RNN_ROWS || most > 4 ? 1 : most <= 2 ? 4 : 2) * panel;
  for (int64_t j = 0, width; j < m->columns; j += width) {
    width = j + wide <= m->columns ? wide : panel;
    for (int64_t r = 0; r < rows; r += most) {
      const int64_t count = bk_min(most, rows - r);
      const T *is[RNN_ROWS] = {NULL}, *const *from = init == NULL ? NULL : is, *b = m->packed + j * k;
      T *cs[RNN_ROWS] = {NULL};
      for (int64_t i = 0; i < count; i++) {
        cs[i] = c[r + i] + j;
        is[i] = init == NULL ? NULL : init[r + i] + j;
      }
      if (width > panel) {
        NAME(wide_tile)(count, k, b, a + r, cs, from);
      } else if (j + panel <= m->columns) {
        NAME(panel_tile)(count, k, b, a + r, cs, from);
      } else {
        NAME(last_panel)(count, m->columns - j, k, b, a + r, cs, from);
      }
    }
  }
}

/* ---- packing */

typedef struct {
  int64_t k, columns;
  int transposed; /* the memory is [columns, k] */
  const T *w;
  T *packed;
} NAME(packing);

static void NAME(pack_range)(void *context, int64_t begin, int64_t end) {
  const NAME(packing) *p = context;
  enum { BLOCK = 16 };
  for (int64_t j = begin * NAME(PANEL); j < end * NAME(PANEL); j += NAME(PANEL)) {
    const int64_t width = bk_min(NAME(PANEL), p->columns - j);
    T *to = p->packed + j * p->k;
    for (int64_t i = 0; i < p->k; i += BLOCK) {
      const int64_t depth = bk_min(BLOCK, p->k - i);
      if (width < NAME(PANEL)) {
        memset(to + i * NAME(PANEL), 0, (size_t)(depth * NAME(PANEL)) * sizeof(T));
      }
      if (p->transposed) {
        for (int64_t l = 0; l < width; l++) {
          for (int64_t d = 0; d < depth; d++) {
            to[(i + d) * NAME(PANEL) + l] = p->w[(j + l) * p->k + i + d];
          }
        }
      } else {
        for (int64_t d = 0; d < depth; d++) {
          memcpy(to + (i + d) * NAME(PANEL), p->w + (i + d) * p->columns + j, (size_t)width * sizeof(T));
        }
      }
    }
  }
}

/* Packs [k, columns] (transposed: [columns, k]) into *room and moves it on; or leaves it where it lies. */
static NAME(matrix) NAME(prepare)(const rnn_shape *s, int small, int transposed, int64_t k, int64_t columns, const T *w,
                                  T **room) {
  NAME(matrix) m = {k, columns, s->tile, NULL, NULL};
  if (small && transposed) {
    m.direct = w;
    return m;
  }
  NAME(packing) p = {k, columns, transposed, w, *room};
  const int64_t panels = (columns + NAME(PANEL) - 1) / NAME(PANEL);
  bk_parallel(panels, 1 + BK_GRAIN_CHEAP / (1 + k * NAME(PANEL)), NAME(pack_range), &p);
  m.packed = *room;
  *room += rnn_packed(k, columns);
  return m;
}
