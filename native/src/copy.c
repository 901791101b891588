/* Strided copies (views, transposes, concatenation) and fills. */
#include <string.h>

#include "walk.h"

#define COPY_ROW(type, name)                                                               \
  BALBOA_CLONES static void name(int64_t n, char *const *pointer, const int64_t *stride) {                \
    type *dst = (type *)(void *)pointer[0];                                                 \
    const type *src = (const type *)(const void *)pointer[1];                               \
    const int64_t sd = stride[0], ss = stride[1];                                           \
    if (sd == 1 && ss == 1) {                                                               \
      memcpy(dst, src, (size_t)n * sizeof(type));                                           \
    } else if (sd == 1 && ss == 0) {                                                        \
      const type v = src[0];                                                                \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) { dst[i] = v; }                           \
    } else {                                                                                \
      for (int64_t i = 0; i < n; i++) {                                                     \
        dst[i * sd] = src[i * ss];                                                          \
      }                                                                                     \
    }                                                                                       \
  }

/* dst[r, c] = src[c, r] for a tile; the innermost side is contiguous in both. Blocks of 8 x 8 go through registers: the
 * compiler turns the constant loops into shuffles or at least keeps every cache line it touches in L1. */
#define TRANSPOSE_TILE(type, name)                                                                        \
  BALBOA_CLONES static void name(int64_t rows, int64_t columns, const void *from, int64_t src_stride,      \
                                 void *to, int64_t dst_stride) {                                          \
    const type *src = from;                                                                               \
    type *dst = to;                                                                                       \
    int64_t r = 0;                                                                                        \
    if (columns == 2 && dst_stride == 2) {                                                                \
      const type *second = src + src_stride;                                                              \
      BALBOA_SIMD for (int64_t i = 0; i < rows; i++) {                                                    \
        dst[2 * i] = src[i];                                                                              \
        dst[2 * i + 1] = second[i];                                                                       \
      }                                                                                                   \
      return;                                                                                             \
    }                                                                                                     \
    if (columns == 3 && dst_stride == 3) {                                                                \
      const type *second = src + src_stride, *third = second + src_stride;                                \
      BALBOA_SIMD for (int64_t i = 0; i < rows; i++) {                                                    \
        dst[3 * i] = src[i];                                                                              \
        dst[3 * i + 1] = second[i];                                                                       \
        dst[3 * i + 2] = third[i];                                                                        \
      }                                                                                                   \
      return;                                                                                             \
    }                                                                                                     \
    for (; r + 8 <= rows; r += 8) {                                                                       \
      int64_t c = 0;                                                                                      \
      for (; c + 8 <= columns; c += 8) {                                                                  \
        type block[8][8];                                                                                 \
        for (int j = 0; j < 8; j++) {                                                                     \
          memcpy(block[j], src + (c + j) * src_stride + r, sizeof block[j]);                              \
        }                                                                                                 \
        for (int i = 0; i < 8; i++) {                                                                     \
          type *line = dst + (r + i) * dst_stride + c;                                                    \
          for (int j = 0; j < 8; j++) {                                                                   \
            line[j] = block[j][i];                                                                        \
          }                                                                                               \
        }                                                                                                 \
      }                                                                                                   \
      for (; c < columns; c++) {                                                                          \
        for (int i = 0; i < 8; i++) {                                                                     \
          dst[(r + i) * dst_stride + c] = src[c * src_stride + r + i];                                    \
        }                                                                                                 \
      }                                                                                                   \
    }                                                                                                     \
    for (; r < rows; r++) {                                                                               \
      for (int64_t c = 0; c < columns; c++) {                                                             \
        dst[r * dst_stride + c] = src[c * src_stride + r];                                                \
      }                                                                                                   \
    }                                                                                                     \
  }

COPY_ROW(uint8_t, copy_row_8)
COPY_ROW(uint16_t, copy_row_16)
COPY_ROW(uint32_t, copy_row_32)
COPY_ROW(uint64_t, copy_row_64)
TRANSPOSE_TILE(uint8_t, transpose_8)
TRANSPOSE_TILE(uint16_t, transpose_16)
TRANSPOSE_TILE(uint32_t, transpose_32)
TRANSPOSE_TILE(uint64_t, transpose_64)

typedef void (*transpose_fn)(int64_t rows, int64_t columns, const void *from, int64_t src_stride, void *to,
                             int64_t dst_stride);

enum { DST = 0, SRC = 1, TILE = 64 };

typedef struct {
  transpose_fn tile;
  int64_t rows, columns;               /* extent of the dim that is contiguous in src, in dst */
  int64_t row_tiles, column_tiles;
  int64_t src_stride, dst_stride;      /* of columns in src, of rows in dst */
  int32_t elem_size, ndim;             /* ndim and below: the remaining dims */
  int64_t dims[BALBOA_MAX_DIMS];
  int64_t strides[2][BALBOA_MAX_DIMS];
  const char *src;
  char *dst;
} transpose_job;

static void transpose_range(void *context, int64_t begin, int64_t end) {
  const transpose_job *job = context;
  for (int64_t task = begin; task < end; task++) {
    int64_t rest = task;
    const int64_t c = rest % job->column_tiles * TILE;
    rest /= job->column_tiles;
    const int64_t r = rest % job->row_tiles * TILE;
    rest /= job->row_tiles;
    int64_t from = c * job->src_stride + r;
    int64_t to = r * job->dst_stride + c;
    for (int32_t d = job->ndim - 1; d >= 0; d--) {
      const int64_t i = rest % job->dims[d];
      rest /= job->dims[d];
      from += i * job->strides[SRC][d];
      to += i * job->strides[DST][d];
    }
    job->tile(bk_min(TILE, job->rows - r), bk_min(TILE, job->columns - c), job->src + from * job->elem_size,
              job->src_stride, job->dst + to * job->elem_size, job->dst_stride);
  }
}

/* Runs the copy as tiled transposes of dims `row` (contiguous in src) and the last one (contiguous in dst). */
static void transpose(transpose_job *job, int32_t row, int32_t ndim, const int64_t *dims,
                      int64_t strides[][BALBOA_MAX_DIMS]) {
  const int32_t last = ndim - 1;
  job->rows = dims[row];
  job->columns = dims[last];
  job->src_stride = strides[SRC][last];
  job->dst_stride = strides[DST][row];
  job->row_tiles = (job->rows + TILE - 1) / TILE;
  job->column_tiles = (job->columns + TILE - 1) / TILE;
  int64_t tasks = job->row_tiles * job->column_tiles;
  for (int32_t d = 0; d < last; d++) {
    if (d != row) {
      job->dims[job->ndim] = dims[d];
      job->strides[SRC][job->ndim] = strides[SRC][d];
      job->strides[DST][job->ndim] = strides[DST][d];
      job->ndim++;
      tasks *= dims[d];
    }
  }
  const int64_t work = bk_min(TILE, job->rows) * bk_min(TILE, job->columns);
  bk_parallel(tasks, bk_max(1, BK_GRAIN_CHEAP / work), transpose_range, job);
}

/* Insertion sort of the dims by falling dst stride, so that dst is written in order. */
static void sort_dims(int32_t ndim, int64_t *dims, int64_t strides[][BALBOA_MAX_DIMS]) {
  for (int32_t d = 1; d < ndim; d++) {
    for (int32_t e = d; e > 0; e--) {
      const int64_t before = strides[DST][e - 1] < 0 ? -strides[DST][e - 1] : strides[DST][e - 1];
      const int64_t after = strides[DST][e] < 0 ? -strides[DST][e] : strides[DST][e];
      if (before >= after) {
        break;
      }
      int64_t *const columns[3] = {dims, strides[DST], strides[SRC]};
      for (int k = 0; k < 3; k++) {
        const int64_t t = columns[k][e];
        columns[k][e] = columns[k][e - 1];
        columns[k][e - 1] = t;
      }
    }
  }
}

int32_t balboa_copy_strided(int32_t elem_size, int32_t ndim, const int64_t *dims, const void *src,
                            const int64_t *src_strides, void *dst, const int64_t *dst_strides) {
  static const bk_row_fn rows[9] = {NULL, copy_row_8, copy_row_16, NULL, copy_row_32, NULL, NULL, NULL, copy_row_64};
  static const transpose_fn tiles[9] = {NULL, transpose_8, transpose_16, NULL, transpose_32,
                                        NULL, NULL,        NULL,         transpose_64};
  BK_CHECK(elem_size >= 1 && elem_size <= 8 && rows[elem_size] != NULL, BALBOA_ERR_KIND);
  int64_t total = 0;
  const int32_t status = bk_check_dims(ndim, dims, &total);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(ndim == 0 || (src_strides != NULL && dst_strides != NULL), BALBOA_ERR_NULL);
  BK_CHECK(total == 0 || (src != NULL && dst != NULL), BALBOA_ERR_NULL);
  if (total == 0) {
    return BALBOA_OK;
  }
  bk_walk w = {.operands = 2, .elem_size = {elem_size, elem_size}, .row = rows[elem_size]};
  for (int32_t d = 0; d < ndim; d++) {
    BK_CHECK(dims[d] == 1 || dst_strides[d] != 0, BALBOA_ERR_ARGUMENT);
    w.dims[w.ndim] = dims[d];
    w.strides[DST][w.ndim] = dst_strides[d];
    w.strides[SRC][w.ndim] = src_strides[d];
    w.ndim += dims[d] != 1;
  }
  sort_dims(w.ndim, w.dims, w.strides);
  w.ndim = bk_collapse(2, w.ndim, w.dims, w.strides);
  const int32_t last = w.ndim - 1;
  if (last > 0 && w.strides[DST][last] == 1 && w.strides[SRC][last] != 1) {
    for (int32_t d = 0; d < last; d++) {
      const int woven = w.dims[last] <= 3 && w.strides[DST][d] == w.dims[last]; /* complex numbers, colours */
      if (w.strides[SRC][d] == 1 && w.dims[d] >= 4 && (w.dims[last] >= 4 || woven)) {
        transpose_job job = {.tile = tiles[elem_size], .elem_size = elem_size, .src = src, .dst = dst};
        transpose(&job, d, w.ndim, w.dims, w.strides);
        return BALBOA_OK;
      }
    }
  }
  w.base[DST] = dst;
  w.base[SRC] = (char *)(uintptr_t)src; /* rows only read it */
  bk_walk_all(&w, total, BK_GRAIN_CHEAP);
  return BALBOA_OK;
}

typedef struct {
  int32_t elem_size;
  uint64_t pattern;
  char *dst;
} fill_job;

BALBOA_CLONES static void fill_elements(const fill_job *job, char *at, int64_t n) {
  if (job->pattern == 0 || job->elem_size == 1) {
    memset(at, (int)(job->pattern & 0xff), (size_t)(n * job->elem_size));
  } else if (job->elem_size == 2) {
    uint16_t *y = (uint16_t *)(void *)at;
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = (uint16_t)job->pattern; }
  } else if (job->elem_size == 4) {
    uint32_t *y = (uint32_t *)(void *)at;
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = (uint32_t)job->pattern; }
  } else {
    uint64_t *y = (uint64_t *)(void *)at;
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = job->pattern; }
  }
}

static void fill_range(void *context, int64_t begin, int64_t end) {
  const fill_job *job = context;
  fill_elements(job, job->dst + begin * job->elem_size, end - begin);
}

int32_t balboa_fill(int32_t elem_size, int64_t n, uint64_t pattern, void *dst) {
  BK_CHECK(elem_size == 1 || elem_size == 2 || elem_size == 4 || elem_size == 8, BALBOA_ERR_KIND);
  BK_CHECK(n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || dst != NULL, BALBOA_ERR_NULL);
  fill_job job = {elem_size, pattern, dst};
  bk_parallel(n, BK_GRAIN_CHEAP, fill_range, &job);
  return BALBOA_OK;
}
