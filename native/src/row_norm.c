/* Layer, group and root-mean-square normalisation: rows of equal length, each with statistics of its own. */
#include <float.h>
#include <math.h>

#include "bf16.h"
#include "internal.h"

enum {
  NORM_TILE = 64,
  NORM_GRAIN = BK_GRAIN_CHEAP / 4, /* each element is read three times, and widened */
};

typedef struct {
  int64_t rows, n, groups, inner, tile, tiles;
  int32_t centred;
  double epsilon;
  const void *x, *gamma, *beta, *dy;
  void *y, *mean, *variance, *dgamma, *dbeta; /* backward: y is dx; mean and variance are read */
} norm_job;

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)

#define LOAD(e) ((double)(e))
#define STORE(v) ((E)(v))
#define E float
#define T float
#define NAME(x) JOIN(x, f32)
#include "row_norm_type.h"
#undef E
#undef T
#undef NAME
#define E double
#define T double
#define NAME(x) JOIN(x, f64)
#include "row_norm_type.h"
#undef E
#undef T
#undef NAME
#undef LOAD
#undef STORE
#define LOAD(e) ((double)bf16_load(e))
#define STORE(v) (bf16_of_float((float)(v)))
#define E uint16_t
#define T float
#define NAME(x) JOIN(x, bf16)
#include "row_norm_type.h"
#undef E
#undef T
#undef NAME
#undef LOAD
#undef STORE

#if BALBOA_HAS_CLONES
#include "row_norm_vectors.h"
#endif

/* One of the functions above for the type of the elements. */
#define FOR_TYPE(dtype, function)                                 \
  ((dtype) == BALBOA_F32   ? JOIN(function, f32)                  \
   : (dtype) == BALBOA_F64 ? JOIN(function, f64) : JOIN(function, bf16))

static int32_t check(const norm_job *job, int32_t dtype, int64_t *total) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64 || dtype == BALBOA_BF16, BALBOA_ERR_KIND);
  *total = bk_product3(job->rows, job->n, 1);
  BK_CHECK(*total >= 0 && job->n >= 1 && job->groups >= 1 && job->inner >= 1, BALBOA_ERR_ARGUMENT);
  BK_CHECK(job->n % job->inner == 0 && job->rows % job->groups == 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bk_product3(job->groups, job->n, 1) >= 0 && job->epsilon >= 0, BALBOA_ERR_ARGUMENT);
  const int needed = job->x != NULL && job->y != NULL && job->variance != NULL && (!job->centred || job->mean != NULL);
  BK_CHECK(*total == 0 || needed, BALBOA_ERR_NULL);
  return BALBOA_OK;
}

int32_t balboa_row_norm(int32_t dtype, int64_t rows, int64_t n, int64_t groups, int64_t inner, int32_t centred,
                        double epsilon, const void *x, const void *gamma, const void *beta, void *y, void *mean,
                        void *variance) {
  norm_job job = {.rows = rows, .n = n, .groups = groups, .inner = inner, .centred = centred != 0, .epsilon = epsilon,
                  .x = x, .gamma = gamma, .beta = beta, .y = y, .mean = mean, .variance = variance};
  int64_t total;
  const int32_t status = check(&job, dtype, &total);
  BK_CHECK(status == BALBOA_OK, status);
  bk_range_fn forward = FOR_TYPE(dtype, forward);
#if BALBOA_HAS_CLONES
  forward = dtype == BALBOA_F32 && inner == 1 ? forward_vectors : forward;
#endif
  bk_parallel(rows, bk_max(1, NORM_GRAIN / n), forward, &job);
  return BALBOA_OK;
}

int32_t balboa_row_norm_backward(int32_t dtype, int64_t rows, int64_t n, int64_t groups, int64_t inner,
                                 int32_t centred, double epsilon, const void *x, const void *gamma, const void *mean,
                                 const void *variance, const void *dy, void *dx, void *dgamma, void *dbeta) {
  norm_job job = {.rows = rows, .n = n, .groups = groups, .inner = inner, .centred = centred != 0, .epsilon = epsilon,
                  .x = x, .gamma = gamma, .dy = dy, .y = dx, .mean = (void *)(uintptr_t)mean,
                  .variance = (void *)(uintptr_t)variance, .dgamma = dgamma, .dbeta = dbeta};
  int64_t total;
  const int32_t status = check(&job, dtype, &total);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(total == 0 || dy != NULL, BALBOA_ERR_NULL);
  bk_parallel(rows, bk_max(1, NORM_GRAIN / n), FOR_TYPE(dtype, backward), &job);
  if (dgamma != NULL || dbeta != NULL) {
    const int64_t per_row = n / inner;
    job.tile = inner == 1 ? NORM_TILE : bk_max(1, bk_min(NORM_TILE, 1024 / inner));
    job.tiles = (per_row + job.tile - 1) / job.tile;
    const int64_t work = bk_max(1, rows / groups) * bk_min(n, job.tile * inner);
    bk_parallel(groups * job.tiles, bk_max(1, BK_GRAIN_CHEAP / work), FOR_TYPE(dtype, parameters),
                &job);
  }
  return BALBOA_OK;
}
