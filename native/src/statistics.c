/* Variance, deviations, Euclidean norm and log-sum-exp of [outer, red, inner] over red: two passes over each column, the
 * first of which gives the second its parameter (mean, scale or maximum). Squares of f32 neither overflow nor underflow
 * in f64: its norm needs no scale, and one pass. How the work is cut depends on the sizes alone, never on the threads. */
#include <math.h>

#include "internal.h"
#include "vmath.h"

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define T float
#define NAME(x) JOIN(x, f32)
#define EXP vexp_negative
#define SCALED(v, p) (v)
#include "statistics_kernels.h"
#undef T
#undef NAME
#undef EXP
#undef SCALED
#define T double
#define NAME(x) JOIN(x, f64)
#define EXP exp
#define SCALED(v, p) ((v) * (p))
#include "statistics_kernels.h"
#undef T
#undef NAME
#undef EXP
#undef SCALED

enum { TILE = 128, PARTS = 16, LONG = 1 << 16 };

typedef enum { VARIANCE, CENTER, NORM2, LOGSUMEXP } statistic;

typedef void (*fold_fn)(int64_t rows, int64_t stride, int64_t width, const void *x, const double *p, double *a,
                        double *b);

typedef void (*line_fn)(int64_t n, const void *x, double p, double *a, double *b);

typedef struct {
  fold_fn columns;
  line_fn line;
} fold;

typedef struct {
  fold sum, max, max_abs, deviations, squares, exps;
  void (*center)(int64_t rows, int64_t stride, int64_t width, const void *x, const double *p, void *y);
  void (*store)(int64_t n, const double *from, void *to);
} number_type;

#define TYPE(t)                                                                                                   \
  {{fold_sum_##t, line_sum_##t},         {fold_max_##t, line_max_##t}, {fold_max_abs_##t, line_max_abs_##t},      \
   {fold_deviations_##t, line_deviations_##t}, {fold_squares_##t, line_squares_##t}, {fold_exps_##t, line_exps_##t}, \
   center_##t,                           store_##t}
static const number_type types[2] = {TYPE(f32), TYPE(f64)};

typedef struct {
  double a[TILE], b[TILE];
} columns;

typedef struct {
  statistic kind;
  const number_type *type;
  int64_t outer, red, inner, tiles, size;
  double correction;
  const char *x;
  char *out;
  /* One tile, cut into parts of its rows. */
  const fold *how;
  int64_t width, part_rows;
  const char *tile_x;
  char *tile_out;
  const double *p;
  columns partial[PARTS];
} statistics_job;

static int is_max(const statistics_job *job, const fold *how) {
  return how == &job->type->max || how == &job->type->max_abs;
}

static void start(const statistics_job *job, const fold *how, columns *c) {
  const double first = how == &job->type->max ? -(double)INFINITY : 0.0;
  for (int64_t j = 0; j < job->width; j++) {
    c->a[j] = first;
    c->b[j] = 0.0;
  }
}

static void merge(const statistics_job *job, const fold *how, double *a, double *b, double more_a, double more_b) {
  *a = is_max(job, how) ? (more_a > *a ? more_a : *a) : *a + more_a;
  *b += more_b;
}

/* Folds `rows` rows of a tile. */
static void fold_rows(const statistics_job *job, const fold *how, int64_t rows, const char *x, const double *p,
                      columns *c) {
  start(job, how, c);
  if (job->inner == 1) {
    how->line(rows, x, p[0], &c->a[0], &c->b[0]);
  } else {
    how->columns(rows, job->inner, job->width, x, p, c->a, c->b);
  }
}

static void fold_parts(void *context, int64_t begin, int64_t end) {
  statistics_job *job = context;
  for (int64_t k = begin; k < end; k++) {
    const int64_t first = k * job->part_rows;
    fold_rows(job, job->how, bk_min(job->part_rows, job->red - first), job->tile_x + first * job->inner * job->size,
              job->p, &job->partial[k]);
  }
}

/* One pass over the tile. */
static void fold_tile(statistics_job *job, int cut, const fold *how, const char *x, const double *p, columns *c) {
  if (!cut) {
    fold_rows(job, how, job->red, x, p, c);
    return;
  }
  const int64_t parts = (job->red + job->part_rows - 1) / job->part_rows;
  job->how = how;
  job->tile_x = x;
  job->p = p;
  bk_parallel(parts, 1, fold_parts, job);
  *c = job->partial[0];
  for (int64_t k = 1; k < parts; k++) {
    for (int64_t j = 0; j < job->width; j++) {
      merge(job, how, &c->a[j], &c->b[j], job->partial[k].a[j], job->partial[k].b[j]);
    }
  }
}

static void center_rows(const statistics_job *job, int64_t rows, const char *x, const double *p, char *y) {
  if (job->inner != 1) {
    job->type->center(rows, job->inner, job->width, x, p, y);
    return;
  }
  double same[TILE];
  const int64_t whole = rows / TILE, rest = rows % TILE;
  for (int64_t j = 0; j < TILE; j++) {
    same[j] = p[0];
  }
  job->type->center(whole, TILE, TILE, x, same, y);
  if (rest > 0) {
    job->type->center(1, TILE, rest, x + whole * TILE * job->size, same, y + whole * TILE * job->size);
  }
}

static void center_parts(void *context, int64_t begin, int64_t end) {
  const statistics_job *job = context;
  for (int64_t k = begin; k < end; k++) {
    const int64_t first = k * job->part_rows, at = first * job->inner * job->size;
    center_rows(job, bk_min(job->part_rows, job->red - first), job->tile_x + at, job->p, job->tile_out + at);
  }
}

/* The power of two that brings m to about 1, or 1 for zero, infinity and NaN: an exact factor. */
static double scale_of(double m) {
  if (!(m > 0.0 && m < (double)INFINITY)) {
    return 1.0;
  }
  const int e = ilogb(m);
  return ldexp(1.0, e < -1000 ? 1000 : -e);
}

static double first_parameter(const statistics_job *job, double a) {
  switch (job->kind) {
    case NORM2:
      return scale_of(a);
    case LOGSUMEXP:
      return fabs(a) < (double)INFINITY ? a : 0.0;
    default:
      return a / (double)job->red;
  }
}

static double result(const statistics_job *job, double first, double p, double a, double b) {
  switch (job->kind) {
    case VARIANCE: {
      const double n = (double)job->red, d = n - job->correction;
      return (b - a * a / n) / (d > 0.0 ? d : 0.0);
    }
    case NORM2:
      return sqrt(a) / p;
    default:
      return fabs(first) == (double)INFINITY && a == a ? first : p + log(a);
  }
}

static void run_tile(statistics_job *job, int cut, int64_t unit) {
  const int64_t o = unit / job->tiles, column = unit % job->tiles * TILE;
  const char *x = job->x + (o * job->red * job->inner + column) * job->size;
  columns one, two;
  double p[TILE] = {0}, y[TILE];
  job->width = bk_min(TILE, job->inner - column);
  const fold *first = job->kind == NORM2       ? &job->type->max_abs
                      : job->kind == LOGSUMEXP ? &job->type->max
                                               : &job->type->sum;
  if (job->kind == NORM2 && job->type == &types[BALBOA_F32]) {
    start(job, first, &one); /* not used */
    for (int64_t j = 0; j < job->width; j++) {
      p[j] = 1.0;
    }
  } else {
    fold_tile(job, cut, first, x, p, &one);
    for (int64_t j = 0; j < job->width; j++) {
      p[j] = first_parameter(job, one.a[j]);
    }
  }
  if (job->kind == CENTER) {
    char *to = job->out + (o * job->red * job->inner + column) * job->size;
    if (cut) {
      job->tile_x = x;
      job->tile_out = to;
      job->p = p;
      bk_parallel((job->red + job->part_rows - 1) / job->part_rows, 1, center_parts, job);
    } else {
      center_rows(job, job->red, x, p, to);
    }
    return;
  }
  fold_tile(job, cut,
            job->kind == VARIANCE ? &job->type->deviations
            : job->kind == NORM2  ? &job->type->squares
                                  : &job->type->exps,
            x, p, &two);
  for (int64_t j = 0; j < job->width; j++) {
    y[j] = result(job, one.a[j], p[j], two.a[j], two.b[j]);
  }
  job->type->store(job->width, y, job->out + (o * job->inner + column) * job->size);
}

static void tiles_range(void *context, int64_t begin, int64_t end) {
  statistics_job own = *(const statistics_job *)context;
  for (int64_t unit = begin; unit < end; unit++) {
    run_tile(&own, 0, unit);
  }
}

static int32_t run(statistic kind, int32_t dtype, int64_t outer, int64_t red, int64_t inner, const void *x,
                   double correction, void *out) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(bk_product3(outer, red, inner) >= 0 && correction >= 0.0, BALBOA_ERR_ARGUMENT);
  if (outer * inner == 0 || (kind == CENTER && red == 0)) {
    return BALBOA_OK;
  }
  BK_CHECK(out != NULL && (red == 0 || x != NULL), BALBOA_ERR_NULL);
  statistics_job job;
  job.kind = kind;
  job.type = &types[dtype];
  job.outer = outer;
  job.red = red;
  job.inner = inner;
  job.tiles = (inner + TILE - 1) / TILE;
  job.size = bk_dtype_size(dtype);
  job.correction = correction;
  job.x = x;
  job.out = out;
  job.part_rows = (red + PARTS - 1) / PARTS;
  const int64_t units = outer * job.tiles, work = bk_max(1, red * bk_min(inner, TILE));
  if (units < 8 && work >= LONG && red >= 2 * PARTS) {
    for (int64_t unit = 0; unit < units; unit++) {
      run_tile(&job, 1, unit);
    }
  } else {
    bk_parallel(units, bk_max(1, BK_GRAIN_CHEAP / 4 / work), tiles_range, &job);
  }
  return BALBOA_OK;
}

int32_t balboa_variance(int32_t dtype, int64_t outer, int64_t red, int64_t inner, const void *x, double correction,
                        void *out) {
  return run(VARIANCE, dtype, outer, red, inner, x, correction, out);
}

int32_t balboa_center(int32_t dtype, int64_t outer, int64_t red, int64_t inner, const void *x, void *y) {
  return run(CENTER, dtype, outer, red, inner, x, 0.0, y);
}

int32_t balboa_norm2(int32_t dtype, int64_t outer, int64_t red, int64_t inner, const void *x, void *out) {
  return run(NORM2, dtype, outer, red, inner, x, 0.0, out);
}

int32_t balboa_logsumexp(int32_t dtype, int64_t outer, int64_t red, int64_t inner, const void *x, void *out) {
  return run(LOGSUMEXP, dtype, outer, red, inner, x, 0.0, out);
}

typedef struct {
  int32_t kind;
  int64_t red, inner;
  const uint8_t *x;
  void *out;
} bool_job;

static void bool_range(void *context, int64_t begin, int64_t end) {
  const bool_job *job = context;
  for (int64_t k = begin; k < end; k++) {
    const uint8_t *x = job->x + k / job->inner * job->red * job->inner + k % job->inner;
    int64_t count = 0;
    if (job->inner == 1) {
      BALBOA_SIMD_REDUCE(+, count) for (int64_t r = 0; r < job->red; r++) { count += x[r] != 0; }
    } else {
      for (int64_t r = 0; r < job->red; r++) {
        count += x[r * job->inner] != 0;
      }
    }
    if (job->kind == BALBOA_COUNT) {
      ((int64_t *)job->out)[k] = count;
    } else {
      ((uint8_t *)job->out)[k] = job->kind == BALBOA_ANY ? count > 0 : count == job->red;
    }
  }
}

int32_t balboa_reduce_bool(int32_t kind, int64_t outer, int64_t red, int64_t inner, const uint8_t *x, void *out) {
  BK_CHECK(kind >= BALBOA_ANY && kind <= BALBOA_COUNT, BALBOA_ERR_KIND);
  BK_CHECK(bk_product3(outer, red, inner) >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(outer * inner == 0 || (out != NULL && (red == 0 || x != NULL)), BALBOA_ERR_NULL);
  bool_job job = {kind, red, inner, x, out};
  bk_parallel(outer * inner, bk_max(1, BK_GRAIN_CHEAP / bk_max(1, red)), bool_range, &job);
  return BALBOA_OK;
}
