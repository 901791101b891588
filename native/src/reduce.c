/* Reductions of [outer, red, inner] over red. How the work is cut depends on the sizes alone, never on the threads. */
#include <math.h>

#include "internal.h"

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)

/* Floating types: accumulate in f64. */
#define A double
#define W double
#define IS_NAN(v) ((v) != (v))
#define NAN_VALUE ((double)NAN)
#define LOWEST (-(double)INFINITY)
#define HIGHEST ((double)INFINITY)
#define DIVIDE(v, divisor) ((T)((v) / (divisor)))
#define T float
#define NAME(x) JOIN(x, f32)
#include "reduce_kernels.h"
#undef T
#undef NAME
#define T double
#define NAME(x) JOIN(x, f64)
#include "reduce_kernels.h"
#undef T
#undef NAME
#undef A
#undef W
#undef IS_NAN
#undef NAN_VALUE
#undef LOWEST
#undef HIGHEST
#undef DIVIDE

/* Integers: 64 bits that wrap. */
#define A int64_t
#define W uint64_t
#define IS_NAN(v) 0
#define NAN_VALUE 0
#define LOWEST INT64_MIN
#define HIGHEST INT64_MAX
#define DIVIDE(v, divisor) ((void)(divisor), (T)(v))
#define T int32_t
#define NAME(x) JOIN(x, i32)
#include "reduce_kernels.h"
#undef T
#undef NAME
#define T int64_t
#define NAME(x) JOIN(x, i64)
#include "reduce_kernels.h"
#undef T
#undef NAME
#define T uint8_t
#define NAME(x) JOIN(x, u8)
#include "reduce_kernels.h"
#undef T
#undef NAME
#define T int8_t
#define NAME(x) JOIN(x, i8)
#include "reduce_kernels.h"
#undef T
#undef NAME

typedef struct {
  void (*start)(int32_t kind, int64_t n, void *acc);
  void (*rows)(int32_t kind, int64_t rows, int64_t n, const void *x, void *acc);
  void (*columns)(int32_t kind, int64_t rows, int64_t stride, int64_t width, const void *x, void *acc);
  void (*merge)(int32_t kind, int64_t n, const void *part, void *acc);
  void (*store)(int64_t n, const void *acc, double divisor, void *out);
  void (*pair_sum)(int64_t stride, int64_t width, const void *x, double divisor, void *out);
} reduce_type;

enum {
  TILE = 128,        /* columns, or rows, reduced together */
  COLUMN_PARTS = 16  /* parts of a long, narrow column reduction */
};

/* An accumulator of either kind of type. */
typedef union {
  double real;
  int64_t integer;
} accumulator;

typedef struct {
  const reduce_type *type;
  int32_t kind, elem_size;
  int64_t outer, red, inner, tiles;
  double divisor;
  const char *x;
  char *out;
  /* The split of one row or one column tile. */
  bk_parts parts;
  int64_t width;
  const char *part_x;
  accumulator partial[COLUMN_PARTS * TILE];
} reduce_job;

static void rows_range(void *context, int64_t begin, int64_t end) {
  const reduce_job *job = context;
  accumulator acc[TILE];
  for (int64_t o = begin; o < end; o += TILE) {
    const int64_t rows = bk_min(TILE, end - o);
    job->type->rows(job->kind, rows, job->red, job->x + o * job->red * job->elem_size, acc);
    job->type->store(rows, acc, job->divisor, job->out + o * job->elem_size);
  }
}

static void row_parts_range(void *context, int64_t begin, int64_t end) {
  reduce_job *job = context;
  for (int64_t p = begin; p < end; p++) {
    const int64_t first = p * job->parts.size;
    job->type->rows(job->kind, 1, bk_min(job->parts.size, job->red - first), job->part_x + first * job->elem_size,
                   &job->partial[p]);
  }
}

static void tiles_range(void *context, int64_t begin, int64_t end) {
  const reduce_job *job = context;
  accumulator acc[TILE];
  for (int64_t t = begin; t < end; t++) {
    const int64_t o = t / job->tiles, column = t % job->tiles * TILE;
    const int64_t width = bk_min(TILE, job->inner - column);
    const char *x = job->x + (o * job->red * job->inner + column) * job->elem_size;
    char *out = job->out + (o * job->inner + column) * job->elem_size;
    if (job->red == 2 && job->kind <= BALBOA_REDUCE_MEAN) {
      job->type->pair_sum(job->inner, width, x, job->divisor, out);
      continue;
    }
    job->type->start(job->kind, width, acc);
    job->type->columns(job->kind, job->red, job->inner, width, x, acc);
    job->type->store(width, acc, job->divisor, out);
  }
}

static void tile_parts_range(void *context, int64_t begin, int64_t end) {
  reduce_job *job = context;
  for (int64_t p = begin; p < end; p++) {
    const int64_t first = p * job->parts.size;
    accumulator *acc = job->partial + p * TILE;
    job->type->start(job->kind, job->width, acc);
    job->type->columns(job->kind, bk_min(job->parts.size, job->red - first), job->inner, job->width,
                       job->part_x + first * job->inner * job->elem_size, acc);
  }
}

/* Combines the partial results in their order. */
static void merge_parts(reduce_job *job, int64_t stride, char *out) {
  for (int64_t p = 1; p < job->parts.count; p++) {
    job->type->merge(job->kind, job->width, job->partial + p * stride, job->partial);
  }
  job->type->store(job->width, job->partial, job->divisor, out);
}

static void reduce_rows(reduce_job *job) {
  if (job->outer >= 16 || job->red < 4 * BK_GRAIN_CHEAP) {
    bk_parallel(job->outer, bk_max(1, BK_GRAIN_CHEAP / bk_max(1, job->red)), rows_range, job);
    return;
  }
  job->parts = bk_cut(job->red, 4096);
  job->width = 1;
  for (int64_t o = 0; o < job->outer; o++) {
    job->part_x = job->x + o * job->red * job->elem_size;
    bk_parallel(job->parts.count, 1, row_parts_range, job);
    merge_parts(job, 1, job->out + o * job->elem_size);
  }
}

static void reduce_columns(reduce_job *job) {
  job->tiles = (job->inner + TILE - 1) / TILE;
  const int64_t tasks = job->outer * job->tiles;
  const int64_t work = job->red * bk_min(job->inner, TILE);
  if (tasks >= 8 || work < 4 * BK_GRAIN_CHEAP) {
    bk_parallel(tasks, bk_max(1, BK_GRAIN_CHEAP / bk_max(1, work)), tiles_range, job);
    return;
  }
  const int64_t size = (job->red + COLUMN_PARTS - 1) / COLUMN_PARTS;
  job->parts.size = size;
  job->parts.count = (job->red + size - 1) / size;
  for (int64_t t = 0; t < tasks; t++) {
    const int64_t o = t / job->tiles, column = t % job->tiles * TILE;
    job->width = bk_min(TILE, job->inner - column);
    job->part_x = job->x + (o * job->red * job->inner + column) * job->elem_size;
    bk_parallel(job->parts.count, 1, tile_parts_range, job);
    merge_parts(job, TILE, job->out + (o * job->inner + column) * job->elem_size);
  }
}

int32_t balboa_reduce(int32_t dtype, int32_t kind, int64_t outer, int64_t red, int64_t inner, const void *x,
                      void *out) {
#define TYPE(t) {start_##t, rows_##t, columns_##t, merge_##t, store_##t, pair_sum_##t}
  static const reduce_type types[8] = {TYPE(f32), TYPE(f64),      TYPE(i32),      TYPE(i64),
                                       TYPE(u8),  {.start = NULL}, {.start = NULL}, TYPE(i8)};
#undef TYPE
  BK_CHECK(dtype >= BALBOA_F32 && dtype <= BALBOA_I8 && types[dtype].start != NULL, BALBOA_ERR_KIND);
  BK_CHECK(kind >= BALBOA_REDUCE_SUM && kind <= BALBOA_REDUCE_SUM_SQUARES, BALBOA_ERR_KIND);
  const int integral = dtype != BALBOA_F32 && dtype != BALBOA_F64;
  BK_CHECK(!integral || (kind != BALBOA_REDUCE_MEAN && kind != BALBOA_REDUCE_SUM_SQUARES), BALBOA_ERR_KIND);
  BK_CHECK(bk_product3(outer, red, inner) >= 0, BALBOA_ERR_ARGUMENT);
  if (outer * inner == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(red > 0 || (kind != BALBOA_REDUCE_MAX && kind != BALBOA_REDUCE_MIN), BALBOA_ERR_EMPTY);
  BK_CHECK(out != NULL && (red == 0 || x != NULL), BALBOA_ERR_NULL);
  reduce_job job;
  job.type = &types[dtype];
  job.kind = kind;
  job.elem_size = bk_dtype_size(dtype);
  job.outer = outer;
  job.red = red;
  job.inner = inner;
  job.divisor = kind == BALBOA_REDUCE_MEAN ? (double)red : 1.0;
  job.x = x;
  job.out = out;
  if (inner == 1) {
    reduce_rows(&job);
  } else {
    reduce_columns(&job);
  }
  return BALBOA_OK;
}
