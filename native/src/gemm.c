/* Matrix products by a BLAS routine, spread over the OpenMP threads that everything else here runs on. */
#include <math.h>

#include "internal.h"

enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112 }; /* of cblas.h */

/* Blocks start at multiples of this, so that only the last one of a side runs the BLAS's edge code. */
#define ALIGN 16
/* Multiply-adds below which one thread is faster. */
#define SERIAL_WORK (64.0 * 64 * 64)

typedef struct {
  int32_t trans_a, trans_b;
  int64_t m, n, k, lda, ldb, ldc, stride_a, stride_b, stride_c, count;
  int64_t row_blocks, column_blocks, rows, columns; /* the grid over each C, and the size of its blocks */
  int64_t tile_rows, tile_columns, tile_k;          /* what one call of the BLAS computes at most */
} gemm_shape;

static double work_of(const gemm_shape *s) { return (double)s->m * (double)s->n * (double)s->k; }

static int32_t check(const gemm_shape *s) {
  BK_CHECK(s->m >= 0 && s->n >= 0 && s->k >= 0 && s->count >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bk_product3(s->count, s->m, s->n) >= 0, BALBOA_ERR_ARGUMENT);
  const int64_t a_row = s->trans_a ? s->m : s->k, b_row = s->trans_b ? s->k : s->n;
  BK_CHECK(s->lda >= a_row && s->ldb >= b_row && s->ldc >= s->n, BALBOA_ERR_ARGUMENT);
  return BALBOA_OK;
}

static int64_t aligned_share(int64_t size, int64_t parts) {
  const int64_t share = (size + parts - 1) / parts;
  return bk_min(size, (share + ALIGN - 1) / ALIGN * ALIGN);
}

/* One block for each product where there are enough products, else one for each thread. Returns how many in all. */
static int64_t choose_grid(gemm_shape *s) {
  const int64_t threads = work_of(s) * (double)s->count < SERIAL_WORK ? 1 : balboa_max_threads();
  const int64_t parts = s->count >= threads ? 1 : threads;
  double least = INFINITY;
  for (int64_t r = 1; r <= parts; r++) {
    if (parts % r == 0) {
      const int64_t rows = aligned_share(s->m, r), columns = aligned_share(s->n, parts / r);
      /* The time is that of the largest block; among equals the one with less to pack. */
      const double cost = (double)rows * (double)columns * 4096.0 + (double)(rows + columns);
      if (cost < least) {
        least = cost;
        s->row_blocks = r;
        s->column_blocks = parts / r;
        s->rows = rows;
        s->columns = columns;
      }
    }
  }
  return s->count * parts;
}

/*
 * A product with one short side (a batch of one, a single output) is cut into small calls. A BLAS first copies its
 * operands into a packed form, which costs more than such a product itself; for at most 10^6 multiplications (and, with
 * only B transposed, 1200 results) OpenBLAS has kernels that do not copy. Measured on one Zen 4 core for
 * [m, 1024] x [1024, 1024]: m = 1 in 0.1 ms instead of 0.6, with B transposed in 0.07 instead of 1.26; m = 8 in 0.23
 * instead of 0.73. From 32 rows on the packed kernels win.
 */
enum { SHORT_ROWS = 16, SHORT_COLUMNS = 8, TILE = 64, UNPACKED_WORK = 1000000, UNPACKED_RESULTS = 1200 };

static void choose_tiles(gemm_shape *s) {
  s->tile_rows = s->m;
  s->tile_columns = s->n;
  s->tile_k = s->k;
  const int many = !s->trans_a && s->trans_b && (double)s->m * (double)s->n > UNPACKED_RESULTS;
  if (work_of(s) <= UNPACKED_WORK && !many) {
    return;
  }
  if (s->m <= SHORT_ROWS) {
    s->tile_columns = TILE;
  } else if (s->n <= SHORT_COLUMNS) {
    s->tile_rows = TILE;
  } else {
    return;
  }
  const int64_t pieces = (s->k * bk_min(s->m, s->n) * TILE + UNPACKED_WORK - 1) / UNPACKED_WORK;
  s->tile_k = (s->k + pieces - 1) / pieces;
}

/* Vectors from here on are multiplied without a BLAS. */
#define LONG_DOT 4096

#define T float
#define ROUTINE balboa_sgemm_routine
#define ENTRY balboa_sgemm
#define NAME(x) x##_f32
#include "gemm_type.h"
#undef T
#undef ROUTINE
#undef ENTRY
#undef NAME

#define T double
#define ROUTINE balboa_dgemm_routine
#define ENTRY balboa_dgemm
#define NAME(x) x##_f64
#include "gemm_type.h"
