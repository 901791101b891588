/* y = x > 0 ? x : w x with a weight per channel, and its derivatives; x [outer, channels, inner]. */
#include "internal.h"

enum { LANES = 16, PARTS = 16, TILE = 64 };

#define PRELU(T, t)                                                                                                    \
  BALBOA_CLONES static void line_##t(int64_t n, const T *x, T w, T *y) {                                                \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = x[i] > (T)0 ? x[i] : w * x[i]; }                               \
  }                                                                                                                    \
                                                                                                                       \
  /* One row of channels. */                                                                                           \
  BALBOA_CLONES static void row_##t(int64_t n, const T *x, const T *w, T *y) {                                          \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = x[i] > (T)0 ? x[i] : w[i] * x[i]; }                            \
  }                                                                                                                    \
                                                                                                                       \
  BALBOA_CLONES static void row_back_##t(int64_t n, const T *x, const T *dy, const T *w, T *dx, double *acc) {          \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                                      \
      const T v = x[i], g = dy[i];                                                                                     \
      dx[i] = v > (T)0 ? g : w[i] * g;                                                                                 \
      acc[i] += v > (T)0 ? 0.0 : (double)v * (double)g;                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  /* dx of n elements; the products of what w scales are added to acc. */                                              \
  BALBOA_CLONES static void back_##t(int64_t n, const T *x, const T *dy, T w, T *dx, double *acc) {                     \
    const int64_t whole = n / LANES * LANES;                                                                           \
    for (int64_t i = 0; i < whole; i += LANES) {                                                                       \
      BALBOA_SIMD for (int64_t j = 0; j < LANES; j++) {                                                                \
        const T v = x[i + j], g = dy[i + j];                                                                           \
        dx[i + j] = v > (T)0 ? g : w * g;                                                                              \
        acc[j] += v > (T)0 ? 0.0 : (double)v * (double)g;                                                              \
      }                                                                                                                \
    }                                                                                                                  \
    for (int64_t i = whole; i < n; i++) {                                                                              \
      const T v = x[i], g = dy[i];                                                                                     \
      dx[i] = v > (T)0 ? g : w * g;                                                                                    \
      acc[0] += v > (T)0 ? 0.0 : (double)v * (double)g;                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  typedef struct {                                                                                                     \
    int64_t outer, channels, inner, parts;                                                                             \
    const T *x, *w, *dy;                                                                                               \
    T *y, *dw;                                                                                                         \
    double partial[PARTS];                                                                                             \
  } job_##t;                                                                                                           \
                                                                                                                       \
  static void lines_##t(void *context, int64_t begin, int64_t end) {                                                    \
    const job_##t *job = context;                                                                                      \
    for (int64_t at = begin; at < end && job->inner == 1;) {                                                           \
      const int64_t c = at % job->channels, n = bk_min(end - at, job->channels - c);                                   \
      row_##t(n, job->x + at, job->w + c, job->y + at);                                                                \
      at += n;                                                                                                         \
      begin = at;                                                                                                      \
    }                                                                                                                  \
    for (int64_t at = begin; at < end;) {                                                                              \
      const int64_t row = at / job->inner, n = bk_min(end, (row + 1) * job->inner) - at;                               \
      line_##t(n, job->x + at, job->w[row % job->channels], job->y + at);                                              \
      at += n;                                                                                                         \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  static double joined_##t(const double *acc) {                                                                        \
    double sum = 0.0;                                                                                                  \
    for (int j = 0; j < LANES; j++) {                                                                                  \
      sum += acc[j];                                                                                                   \
    }                                                                                                                  \
    return sum;                                                                                                        \
  }                                                                                                                    \
                                                                                                                       \
  static void channels_##t(void *context, int64_t begin, int64_t end) {                                                 \
    const job_##t *job = context;                                                                                      \
    for (int64_t c = begin; c < end; c++) {                                                                            \
      double acc[LANES] = {0};                                                                                         \
      for (int64_t o = 0; o < job->outer; o++) {                                                                       \
        const int64_t at = (o * job->channels + c) * job->inner;                                                       \
        back_##t(job->inner, job->x + at, job->dy + at, job->w[c], job->y + at, acc);                                  \
      }                                                                                                                \
      job->dw[c] = (T)joined_##t(acc);                                                                                 \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  /* Tiles of channels that lie side by side. */                                                                       \
  static void tiles_##t(void *context, int64_t begin, int64_t end) {                                                    \
    const job_##t *job = context;                                                                                      \
    for (int64_t tile = begin; tile < end; tile++) {                                                                   \
      const int64_t c = tile * TILE, n = bk_min(TILE, job->channels - c);                                              \
      double acc[TILE] = {0};                                                                                          \
      for (int64_t o = 0; o < job->outer; o++) {                                                                       \
        const int64_t at = o * job->channels + c;                                                                      \
        row_back_##t(n, job->x + at, job->dy + at, job->w + c, job->y + at, acc);                                      \
      }                                                                                                                \
      for (int64_t i = 0; i < n; i++) {                                                                                \
        job->dw[c + i] = (T)acc[i];                                                                                    \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  static void parts_##t(void *context, int64_t begin, int64_t end) {                                                    \
    job_##t *job = context;                                                                                            \
    const int64_t total = job->outer * job->inner, size = (total + job->parts - 1) / job->parts;                       \
    for (int64_t k = begin; k < end; k++) {                                                                            \
      double acc[LANES] = {0};                                                                                         \
      const int64_t at = k * size, n = bk_max(0, bk_min(size, total - at));                                            \
      back_##t(n, job->x + at, job->dy + at, job->w[0], job->y + at, acc);                                             \
      job->partial[k] = joined_##t(acc);                                                                               \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  static void forward_##t(job_##t *job) {                                                                              \
    bk_parallel(job->outer *job->channels *job->inner, BK_GRAIN_CHEAP, lines_##t, job);                                \
  }                                                                                                                    \
                                                                                                                       \
  static void backward_##t(job_##t *job) {                                                                             \
    const int64_t total = job->outer * job->inner;                                                                     \
    if (job->channels > 1 && job->inner == 1) {                                                                        \
      const int64_t work = bk_max(1, total * bk_min(TILE, job->channels));                                             \
      bk_parallel((job->channels + TILE - 1) / TILE, bk_max(1, BK_GRAIN_CHEAP / work), tiles_##t, job);                \
      return;                                                                                                          \
    }                                                                                                                  \
    if (job->channels > 1 || total < BK_GRAIN_CHEAP) {                                                                 \
      bk_parallel(job->channels, bk_max(1, BK_GRAIN_CHEAP / bk_max(1, total)), channels_##t, job);                     \
      return;                                                                                                          \
    }                                                                                                                  \
    job->parts = PARTS;                                                                                                \
    bk_parallel(PARTS, 1, parts_##t, job);                                                                             \
    double sum = 0.0;                                                                                                  \
    for (int k = 0; k < PARTS; k++) {                                                                                  \
      sum += job->partial[k];                                                                                          \
    }                                                                                                                  \
    job->dw[0] = (T)sum;                                                                                               \
  }

PRELU(float, f32)
PRELU(double, f64)

static int32_t check(int32_t dtype, int64_t outer, int64_t channels, int64_t inner) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(bk_product3(outer, channels, inner) >= 0, BALBOA_ERR_ARGUMENT);
  return BALBOA_OK;
}

int32_t balboa_prelu(int32_t dtype, int64_t outer, int64_t channels, int64_t inner, const void *x, const void *w,
                     void *y) {
  const int32_t status = check(dtype, outer, channels, inner);
  BK_CHECK(status == BALBOA_OK, status);
  if (outer * channels * inner == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL && w != NULL && y != NULL, BALBOA_ERR_NULL);
  if (dtype == BALBOA_F32) {
    job_f32 job = {outer, channels, inner, 0, x, w, NULL, y, NULL, {0}};
    forward_f32(&job);
  } else {
    job_f64 job = {outer, channels, inner, 0, x, w, NULL, y, NULL, {0}};
    forward_f64(&job);
  }
  return BALBOA_OK;
}

int32_t balboa_prelu_backward(int32_t dtype, int64_t outer, int64_t channels, int64_t inner, const void *x,
                              const void *w, const void *dy, void *dx, void *dw) {
  const int32_t status = check(dtype, outer, channels, inner);
  BK_CHECK(status == BALBOA_OK, status);
  const int empty = outer * inner == 0;
  BK_CHECK(channels == 0 || (w != NULL && dw != NULL), BALBOA_ERR_NULL);
  BK_CHECK(empty || channels == 0 || (x != NULL && dy != NULL && dx != NULL), BALBOA_ERR_NULL);
  if (dtype == BALBOA_F32) {
    job_f32 job = {outer, channels, inner, 0, x, w, dy, dx, dw, {0}};
    backward_f32(&job);
  } else {
    job_f64 job = {outer, channels, inner, 0, x, w, dy, dx, dw, {0}};
    backward_f64(&job);
  }
  return BALBOA_OK;
}
