/* Products of small matrices for attention, for one element type: the including file defines T, NAME(x), and an integer
 * type WHOLE of the same size. The right factor is packed, so that a row of it is whole vectors; the left one is read
 * where it lies, by rows or by columns. */

#include "vectors_type.h"

/* The terms of C = factor A B, or of what is added to C: `k` of them for each element. Element i of row r of A is
 * a[r * a_row + i * a_next]; rows of B are b_next apart, those of C c_row. */
typedef struct {
  int64_t k, a_row, a_next, b_next, c_row, tile;
  T factor;
  int32_t add;
} NAME(terms);

/* A tile of C, in registers while k goes by; `rows` and `vectors` are constants where this is inlined. Every element is
 * summed in the order of k whatever the tile, so results do not depend on how rows are grouped. */
BALBOA_INLINE void NAME(tile_product)(const int rows, const int vectors, const NAME(terms) * p, const T *a, const T *b,
                                      T *c, int64_t c_row) {
  NAME(vec) sum[TILE][2];
  const T *from[TILE];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
    from[r] = a + r * p->a_row;
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
      sum[r][v] = (NAME(vec)){0};
    }
  }
  const int64_t k = p->k, a_next = p->a_next, b_next = p->b_next;
  const T factor = p->factor;
  const int add = p->add;
  for (int64_t i = 0, at = 0; i < k; i++, at += a_next) {
    NAME(vec) w[2];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
      w[v] = *(const NAME(vec) *)(b + i * b_next + v * NAME(LANES));
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) {
        sum[r][v] += from[r][at] * w[v];
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
      NAME(vec) *to = (NAME(vec) *)(c + r * c_row + v * NAME(LANES));
      *to = add ? *to + factor * sum[r][v] : factor * sum[r][v];
    }
  }
}

BALBOA_INLINE void NAME(row_tile)(int64_t rows, const int vectors, const NAME(terms) * p, const T *a, const T *b, T *c,
                                  int64_t c_row) {
  switch (rows) {
    case 1: NAME(tile_product)(1, vectors, p, a, b, c, c_row); break;
    case 2: NAME(tile_product)(2, vectors, p, a, b, c, c_row); break;
    case 4: NAME(tile_product)(4, vectors, p, a, b, c, c_row); break;
    default: NAME(tile_product)(TILE, vectors, p, a, b, c, c_row); break;
  }
}

/* C beside the matrix that it belongs to, whose rows end within a vector. */
BALBOA_INLINE void NAME(edge_tile)(int64_t rows, int64_t columns, const NAME(terms) * p, const T *a, const T *b, T *c) {
  T room[TILE * NAME(PANEL)];
  for (int64_t r = 0; r < rows && p->add; r++) {
    for (int64_t i = 0; i < NAME(PANEL); i++) {
      room[r * NAME(PANEL) + i] = i < columns ? c[r * p->c_row + i] : 0;
    }
  }
  if (columns > NAME(LANES)) {
    NAME(row_tile)(rows, 2, p, a, b, room, NAME(PANEL));
  } else {
    NAME(row_tile)(rows, 1, p, a, b, room, NAME(PANEL));
  }
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t i = 0; i < columns; i++) {
      c[r * p->c_row + i] = room[r * NAME(PANEL) + i];
    }
  }
}

/* C [rows, columns]. */
BALBOA_CLONES static void NAME(product)(const NAME(terms) * p, int64_t rows, int64_t columns, const T *a, const T *b,
                                        T *c) {
  for (int64_t j = 0, width; j < columns; j += width) {
    width = bk_min(columns - j, NAME(PANEL));
    for (int64_t r = 0, n; r < rows; r += n) {
      n = bk_min(rows - r, p->tile);
      n = n >= TILE ? TILE : n >= 4 ? 4 : n >= 2 ? 2 : 1;
      const T *ar = a + r * p->a_row, *bj = b + j;
      T *to = c + r * p->c_row + j;
      if (width == NAME(PANEL)) {
        NAME(row_tile)(n, 2, p, ar, bj, to, p->c_row);
      } else if (width == NAME(LANES)) {
        NAME(row_tile)(n, 1, p, ar, bj, to, p->c_row);
      } else {
        NAME(edge_tile)(n, width, p, ar, bj, to);
      }
    }
  }
}

/* c [n] = factor B a, whose rows are `apart`, as they lie; c has room for whole vectors. */
BALBOA_CLONES static void NAME(product_across)(int64_t n, int64_t depth, T factor, const T *a, const T *b,
                                               int64_t apart, T *c) {
  enum { LANES = NAME(LANES) };
  const int64_t whole = depth / LANES * LANES;
  for (int64_t j = 0; j < n; j += LANES) {
    const T *rows[LANES];
    NAME(vec) sum[LANES];
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) {
      rows[i] = b + bk_min(j + i, n - 1) * apart;
      sum[i] = (NAME(vec)){0};
    }
    for (int64_t k = 0; k < whole; k += LANES) {
      const NAME(vec) x = *(const NAME(vec) *)(a + k);
#pragma GCC unroll 16
      for (int i = 0; i < LANES; i++) {
        sum[i] += x * *(const NAME(vec) *)(rows[i] + k);
      }
    }
    NAME(fold)(1, sum, c + j);
    for (int64_t i = 0; i < LANES; i++) {
      for (int64_t k = whole; k < depth; k++) {
        c[j + i] += a[k] * rows[i][k];
      }
      c[j + i] *= factor;
    }
  }
}

/* to[p][i] = element p of row i, 0 beyond the rows up to whole vectors. */
BALBOA_CLONES static void NAME(pack_transposed)(int64_t rows, int64_t depth, const T *from, int64_t stride,
                                                int64_t next, T *to) {
  enum { LANES = NAME(LANES) };
  for (int64_t i = 0; i < rows; i += LANES) {
    int64_t p = 0;
#if BALBOA_HAS_CLONES
    for (; rows - i >= LANES && depth - p >= LANES; p += LANES) {
      NAME(vec) x[LANES];
#pragma GCC unroll 16
      for (int r = 0; r < LANES; r++) {
        x[r] = *(const NAME(vec) *)(from + (i + r) * stride + p);
      }
      NAME(transpose)(x);
#pragma GCC unroll 16
      for (int r = 0; r < LANES; r++) {
        *(NAME(vec) *)(to + (p + r) * next + i) = x[r];
      }
    }
#endif
    for (; p < depth; p++) {
      for (int64_t l = 0; l < LANES; l++) {
        to[p * next + i + l] = i + l < rows ? from[(i + l) * stride + p] : 0;
      }
    }
  }
}

/* Rows side by side, with zeros up to whole vectors. */
BALBOA_CLONES static void NAME(pack_rows)(int64_t rows, int64_t depth, const T *from, int64_t stride, T *to) {
  const int64_t width = (depth + NAME(LANES) - 1) / NAME(LANES) * NAME(LANES);
  for (int64_t i = 0; i < rows; i++) {
    const T *x = from + i * stride;
    T *y = to + i * width;
    int64_t p = 0;
    for (; depth - p >= NAME(LANES); p += NAME(LANES)) {
      *(NAME(vec) *)(y + p) = *(const NAME(vec) *)(x + p);
    }
    for (; p < width; p++) {
      y[p] = p < depth ? x[p] : 0;
    }
  }
}
