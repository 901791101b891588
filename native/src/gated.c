/* Gated linear units: the first half of an axis times a function of the second, in pieces that stay in the cache. */
#include "unary.h"

enum { PIECE = 1024 };

#define GATED(T, t, function, derivative, find_gate, find_slope)                                                \
  typedef struct {                                                                                              \
    function gate;                                                                                              \
    derivative slope;                                                                                           \
    int64_t half;                                                                                               \
    const T *x, *dy;                                                                                            \
    T *out;                                                                                                     \
  } job_##t;                                                                                                    \
                                                                                                                \
  BALBOA_CLONES static void multiply_##t(int64_t n, const T *a, const T *b, T *y) {                             \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = a[i] * b[i]; }                                         \
  }                                                                                                             \
                                                                                                                \
  static void forward_##t(void *context, int64_t begin, int64_t end) {                                          \
    const job_##t *j = context;                                                                                 \
    for (int64_t i = begin, n; i < end; i += n) {                                                               \
      const int64_t column = i % j->half, at = 2 * i - column;                                                  \
      n = bk_min(PIECE, bk_min(end - i, j->half - column));                                                     \
      j->gate(n, j->x + at + j->half, j->out + i, 0, 0);                                                        \
      multiply_##t(n, j->x + at, j->out + i, j->out + i);                                                       \
    }                                                                                                           \
  }                                                                                                             \
                                                                                                                \
  static void backward_##t(void *context, int64_t begin, int64_t end) {                                         \
    const job_##t *j = context;                                                                                 \
    for (int64_t i = begin, n; i < end; i += n) {                                                               \
      const int64_t column = i % j->half, at = 2 * i - column;                                                  \
      const T *a = j->x + at, *b = a + j->half;                                                                 \
      T piece[PIECE], *da = j->out + at, *db = da + j->half;                                                    \
      n = bk_min(PIECE, bk_min(end - i, j->half - column));                                                     \
      j->gate(n, b, piece, 0, 0);                                                                               \
      multiply_##t(n, piece, j->dy + i, da);                                                                    \
      multiply_##t(n, a, j->dy + i, piece);                                                                     \
      j->slope(n, b, piece, db, 0, 0);                                                                          \
    }                                                                                                           \
  }                                                                                                             \
                                                                                                                \
  static int32_t run_##t(int32_t kind, int64_t outer, int64_t half, const T *x, const T *dy, T *out) {          \
    job_##t j = {find_gate(kind), find_slope(kind), half, x, dy, out};                                          \
    BK_CHECK(j.gate != NULL && (dy == NULL || j.slope != NULL), BALBOA_ERR_KIND);                               \
    bk_parallel(outer * half, BK_GRAIN_MATH, dy == NULL ? forward_##t : backward_##t, &j);                      \
    return BALBOA_OK;                                                                                           \
  }

GATED(float, f32, unary_fn, unary_backward_fn, bk_unary, bk_unary_backward)
GATED(double, f64, unary_fn_f64, unary_backward_fn_f64, bk_unary_f64, bk_unary_backward_f64)

static int32_t check(int32_t dtype, int64_t outer, int64_t half, const void *x, const void *y) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(bk_product3(outer, 2, half) >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(outer * half == 0 || (x != NULL && y != NULL), BALBOA_ERR_NULL);
  return BALBOA_OK;
}

int32_t balboa_gated(int32_t dtype, int32_t kind, int64_t outer, int64_t half, const void *x, void *y) {
  const int32_t status = check(dtype, outer, half, x, y);
  BK_CHECK(status == BALBOA_OK, status);
  return dtype == BALBOA_F32 ? run_f32(kind, outer, half, x, NULL, y) : run_f64(kind, outer, half, x, NULL, y);
}

int32_t balboa_gated_backward(int32_t dtype, int32_t kind, int64_t outer, int64_t half, const void *x, const void *dy,
                              void *dx) {
  const int32_t status = check(dtype, outer, half, x, dx);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(outer * half == 0 || dy != NULL, BALBOA_ERR_NULL);
  return dtype == BALBOA_F32 ? run_f32(kind, outer, half, x, dy, dx) : run_f64(kind, outer, half, x, dy, dx);
}
