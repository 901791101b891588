/* Matrix products by a BLAS routine, spread over the OpenMP threads that everything else here runs on. */
#include "internal.h"

/* Ranges of rows or columns start at multiples of this, so that a range fills whole register tiles. */
#define TILE 16
/* Multiply-adds below which one thread is faster. */
#define SERIAL_WORK (64.0 * 64 * 64)
/* Multiply-adds of one product above which it is cut itself, also where there are many of them. */
#define LARGE_WORK (512.0 * 512 * 512)

enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112 };

#define DEFINE_GEMM(NAME, TYPE)                                                                                       \
  typedef struct {                                                                                                    \
    NAME##_routine gemm;                                                                                              \
    int32_t trans_a, trans_b, m, n, k, lda, ldb, ldc;                                                                 \
    TYPE alpha, beta;                                                                                                 \
    const TYPE *a, *b;                                                                                                \
    TYPE *c;                                                                                                          \
    int64_t stride_a, stride_b, stride_c;                                                                             \
  } NAME##_job;                                                                                                       \
                                                                                                                      \
  static void NAME##_call(const NAME##_job *j, int32_t m, int32_t n, const TYPE *a, const TYPE *b, TYPE *c) {         \
    j->gemm(ROW_MAJOR, j->trans_a ? TRANS : NO_TRANS, j->trans_b ? TRANS : NO_TRANS, m, n, j->k, j->alpha, a, j->lda, \
            b, j->ldb, j->beta, c, j->ldc);                                                                           \
  }                                                                                                                   \
                                                                                                                      \
  static void NAME##_rows(void *context, int64_t begin, int64_t end) {                                                \
    const NAME##_job *j = context;                                                                                    \
    const int64_t from = begin * TILE, to = bk_min(j->m, end * TILE);                                                 \
    NAME##_call(j, (int32_t)(to - from), j->n, j->a + (j->trans_a ? from : from * j->lda), j->b,                      \
                j->c + from * j->ldc);                                                                                \
  }                                                                                                                   \
                                                                                                                      \
  static void NAME##_columns(void *context, int64_t begin, int64_t end) {                                             \
    const NAME##_job *j = context;                                                                                    \
    const int64_t from = begin * TILE, to = bk_min(j->n, end * TILE);                                                 \
    NAME##_call(j, j->m, (int32_t)(to - from), j->a, j->b + (j->trans_b ? from * j->ldb : from), j->c + from);        \
  }                                                                                                                   \
                                                                                                                      \
  /* One product, its longer side cut. */                                                                             \
  static void NAME##_one(NAME##_job *j) {                                                                             \
    const int by_rows = j->m >= j->n;                                                                                 \
    const int64_t tiles = ((by_rows ? j->m : j->n) + TILE - 1) / TILE;                                                \
    const int serial = (double)j->m * j->n * j->k < SERIAL_WORK;                                                      \
    bk_parallel(tiles, serial ? tiles : 1, by_rows ? NAME##_rows : NAME##_columns, j);                                \
  }                                                                                                                   \
                                                                                                                      \
  /* Whole products, for one thread. */                                                                               \
  static void NAME##_some(void *context, int64_t begin, int64_t end) {                                                \
    const NAME##_job *j = context;                                                                                    \
    for (int64_t i = begin; i < end; i++) {                                                                           \
      NAME##_call(j, j->m, j->n, j->a + i * j->stride_a, j->b + i * j->stride_b, j->c + i * j->stride_c);             \
    }                                                                                                                 \
  }                                                                                                                   \
                                                                                                                      \
  int32_t NAME(NAME##_routine gemm, int32_t trans_a, int32_t trans_b, int32_t m, int32_t n, int32_t k, TYPE alpha,    \
               const TYPE *a, int32_t lda, int64_t stride_a, const TYPE *b, int32_t ldb, int64_t stride_b, TYPE beta, \
               TYPE *c, int32_t ldc, int64_t stride_c, int64_t count) {                                               \
    BK_CHECK(m >= 0 && n >= 0 && k >= 0 && count >= 0, BALBOA_ERR_ARGUMENT);                                          \
    if (m == 0 || n == 0 || count == 0) {                                                                             \
      return BALBOA_OK;                                                                                               \
    }                                                                                                                 \
    BK_CHECK(gemm != NULL && c != NULL && (k == 0 || (a != NULL && b != NULL)), BALBOA_ERR_NULL);                     \
    NAME##_job job = {gemm, trans_a, trans_b, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c, stride_a, stride_b,       \
                      stride_c};                                                                                      \
    const double work = (double)m * n * k;                                                                            \
    if (count >= balboa_max_threads() && count > 1 && work < LARGE_WORK) {                                            \
      bk_parallel(count, work * (double)count < SERIAL_WORK ? count : 1, NAME##_some, &job);                          \
      return BALBOA_OK;                                                                                               \
    }                                                                                                                 \
    for (int64_t i = 0; i < count; i++) {                                                                             \
      job.a = a + i * stride_a;                                                                                       \
      job.b = b + i * stride_b;                                                                                       \
      job.c = c + i * stride_c;                                                                                       \
      NAME##_one(&job);                                                                                               \
    }                                                                                                                 \
    return BALBOA_OK;                                                                                                 \
  }

DEFINE_GEMM(balboa_sgemm, float)
DEFINE_GEMM(balboa_dgemm, double)
