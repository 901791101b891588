/* Cross entropy, negative log-likelihood and margins on class labels, fused: the probabilities are never stored. */
#include <string.h>

#include "internal.h"
#include "vmath.h"

typedef struct {
  int64_t outer, classes, inner, units;
  const void *x, *labels, *weights, *dloss;
  void *out;
  int wide_labels, from_logs;
  int32_t reduction;
  int64_t ignored;
  double smoothing, margin;
  int32_t power; /* of what is above the margin; 0 for the other losses, which have none */
  double weight_sum;       /* of all classes */
  double weight_of_labels; /* of the labels that count: what a mean divides by */
  bk_parts parts;
  double partial[BK_PARTS];
} class_loss;

/* The label of a position, -1 for one that is ignored. */
BALBOA_INLINE int64_t label_at(const class_loss *j, int64_t position) {
  const int64_t label =
      j->wide_labels ? ((const int64_t *)j->labels)[position] : ((const int32_t *)j->labels)[position];
  return label == j->ignored ? -1 : label;
}

/* What is worked on at once: one position if its classes lie next to each other, else up to 64 positions that do. */
typedef struct {
  int64_t position, offset, count;
} unit;

enum { POSITIONS = 64 };

BALBOA_INLINE int64_t units_of(int64_t inner) { return inner == 1 ? 1 : (inner + POSITIONS - 1) / POSITIONS; }

BALBOA_INLINE unit unit_at(const class_loss *j, int64_t u) {
  if (j->inner == 1) {
    const unit row = {u, u * j->classes, 1};
    return row;
  }
  const int64_t strips = units_of(j->inner), o = u / strips, first = u % strips * POSITIONS;
  const unit at = {o * j->inner + first, o * j->classes * j->inner + first, bk_min(POSITIONS, j->inner - first)};
  return at;
}

#define T float
#define EXP(x) vexp(x)
#define NAME(x) x##_f32
#include "class_loss_type.h"
#undef T
#undef EXP
#undef NAME

#define T double
#define EXP(x) exp(x)
#define NAME(x) x##_f64
#include "class_loss_type.h"

/* Position of the first label that is neither a class nor ignored, or -1; counts those that are classes. */
static int64_t first_bad(const class_loss *j, int64_t *counted) {
  enum { BLOCK = 1024 };
  const int64_t n = j->outer * j->inner;
  const uint64_t top = (uint64_t)j->classes;
  int64_t good = 0;
  for (int64_t begin = 0; begin < n; begin += BLOCK) {
    const int64_t end = bk_min(n, begin + BLOCK);
    int64_t bad = 0, skipped = 0; /* without an exit, so that the loops are vectorised */
    if (j->wide_labels) {
      const int64_t *labels = j->labels;
      BALBOA_SIMD_REDUCE(+, bad, skipped) for (int64_t i = begin; i < end; i++) {
        skipped += labels[i] == j->ignored;
        bad += ((uint64_t)labels[i] >= top) & (labels[i] != j->ignored);
      }
    } else {
      const int32_t *labels = j->labels;
      BALBOA_SIMD_REDUCE(+, bad, skipped) for (int64_t i = begin; i < end; i++) {
        skipped += labels[i] == j->ignored;
        bad += ((uint64_t)(int64_t)labels[i] >= top) & (labels[i] != j->ignored);
      }
    }
    for (int64_t i = begin; bad > 0 && i < end; i++) {
      const int64_t label =
          j->wide_labels ? ((const int64_t *)j->labels)[i] : ((const int32_t *)j->labels)[i];
      if ((uint64_t)label >= top && label != j->ignored) {
        return i;
      }
    }
    good += end - begin - skipped;
  }
  *counted = good;
  return -1;
}

static int32_t check(class_loss *j, int32_t dtype, int32_t label_dtype, int64_t *bad_index) {
  const int64_t total = bk_product3(j->outer, j->classes, j->inner);
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(label_dtype == BALBOA_I32 || label_dtype == BALBOA_I64, BALBOA_ERR_KIND);
  BK_CHECK(j->reduction >= BALBOA_REDUCTION_NONE && j->reduction <= BALBOA_REDUCTION_SUM, BALBOA_ERR_KIND);
  BK_CHECK(total >= 0 && bk_product3(j->outer, j->inner, 1) >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(j->smoothing >= 0.0 && j->smoothing <= 1.0, BALBOA_ERR_ARGUMENT);
  const int64_t positions = j->outer * j->inner;
  BK_CHECK(bad_index != NULL && (positions == 0 || j->labels != NULL), BALBOA_ERR_NULL);
  j->wide_labels = label_dtype == BALBOA_I64;
  int64_t counted = 0;
  const int64_t bad = first_bad(j, &counted);
  if (bad >= 0) {
    *bad_index = bad;
    return BALBOA_ERR_INDEX;
  }
  j->weight_of_labels = (double)counted;
  j->units = j->inner == 0 || j->classes == 0 ? 0 : j->outer * units_of(j->inner);
  return BALBOA_OK;
}

/* What a loss from logarithms looks at is one class a position; its gradient writes all of them. */
static int64_t grain(const class_loss *j, int64_t units, int picks) {
  const int64_t each = picks ? 1 : j->classes * (j->inner == 1 ? 1 : POSITIONS);
  return bk_max(1, BK_GRAIN_MATH / bk_max(1, units * each));
}

static int32_t forward(class_loss *j, int32_t dtype, int32_t label_dtype, int64_t *bad_index) {
  const int32_t status = check(j, dtype, label_dtype, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(j->units == 0 || j->x != NULL, BALBOA_ERR_NULL);
  BK_CHECK(j->out != NULL || (j->reduction == BALBOA_REDUCTION_NONE && j->outer * j->inner == 0), BALBOA_ERR_NULL);
  j->parts = bk_cut(j->units, j->inner == 1 ? 4 : 1);
  const int64_t least = grain(j, j->parts.size, j->from_logs);
  if (dtype == BALBOA_F32) {
    weigh_f32(j);
    bk_parallel(j->parts.count, least, loss_range_f32, j);
    finish_f32(j);
  } else {
    weigh_f64(j);
    bk_parallel(j->parts.count, least, loss_range_f64, j);
    finish_f64(j);
  }
  if (j->classes == 0 && j->reduction == BALBOA_REDUCTION_NONE) { /* every position is ignored */
    balboa_fill(dtype == BALBOA_F32 ? 4 : 8, j->outer * j->inner, 0, j->out);
  }
  return BALBOA_OK;
}

static int32_t backward(class_loss *j, int32_t dtype, int32_t label_dtype, int64_t *bad_index) {
  const int32_t status = check(j, dtype, label_dtype, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(j->units == 0 || ((j->x != NULL || j->from_logs) && j->dloss != NULL && j->out != NULL),
           BALBOA_ERR_NULL);
  if (dtype == BALBOA_F32) {
    weigh_f32(j);
    bk_parallel(j->units, grain(j, 1, 0), gradient_range_f32, j);
  } else {
    weigh_f64(j);
    bk_parallel(j->units, grain(j, 1, 0), gradient_range_f64, j);
  }
  return BALBOA_OK;
}

int32_t balboa_cross_entropy(int32_t dtype, int64_t outer, int64_t classes, int64_t inner, const void *x,
                             int32_t label_dtype, const void *labels, const void *weights, double smoothing,
                             int64_t ignored, int32_t reduction, void *loss, int64_t *bad_index) {
  class_loss j = {.outer = outer, .classes = classes, .inner = inner, .x = x, .labels = labels, .weights = weights,
                  .smoothing = smoothing, .ignored = ignored, .reduction = reduction, .out = loss};
  return forward(&j, dtype, label_dtype, bad_index);
}

int32_t balboa_cross_entropy_backward(int32_t dtype, int64_t outer, int64_t classes, int64_t inner, const void *x,
                                      int32_t label_dtype, const void *labels, const void *weights, double smoothing,
                                      int64_t ignored, int32_t reduction, const void *dloss, void *dx,
                                      int64_t *bad_index) {
  class_loss j = {.outer = outer, .classes = classes, .inner = inner, .x = x, .labels = labels, .weights = weights,
                  .smoothing = smoothing, .ignored = ignored, .reduction = reduction, .dloss = dloss, .out = dx};
  return backward(&j, dtype, label_dtype, bad_index);
}

int32_t balboa_nll(int32_t dtype, int64_t outer, int64_t classes, int64_t inner, const void *x, int32_t label_dtype,
                   const void *labels, const void *weights, int64_t ignored, int32_t reduction, void *loss,
                   int64_t *bad_index) {
  class_loss j = {.outer = outer, .classes = classes, .inner = inner, .x = x, .labels = labels, .weights = weights,
                  .from_logs = 1, .ignored = ignored, .reduction = reduction, .out = loss};
  return forward(&j, dtype, label_dtype, bad_index);
}

int32_t balboa_nll_backward(int32_t dtype, int64_t outer, int64_t classes, int64_t inner, int32_t label_dtype,
                            const void *labels, const void *weights, int64_t ignored, int32_t reduction,
                            const void *dloss, void *dx, int64_t *bad_index) {
  class_loss j = {.outer = outer, .classes = classes, .inner = inner, .labels = labels, .weights = weights,
                  .from_logs = 1, .ignored = ignored, .reduction = reduction, .dloss = dloss, .out = dx};
  return backward(&j, dtype, label_dtype, bad_index);
}

static class_loss margins(int64_t outer, int64_t classes, const void *x, const void *labels, double margin,
                          int32_t power, int32_t reduction) {
  const class_loss j = {.outer = outer, .classes = classes, .inner = 1, .x = x, .labels = labels, .margin = margin,
                        .power = power, .ignored = INT64_MIN, .reduction = reduction};
  return j;
}

int32_t balboa_multi_margin(int32_t dtype, int64_t outer, int64_t classes, const void *x, int32_t label_dtype,
                            const void *labels, double margin, int32_t power, int32_t reduction, void *loss,
                            int64_t *bad_index) {
  BK_CHECK(power == 1 || power == 2, BALBOA_ERR_ARGUMENT);
  class_loss j = margins(outer, classes, x, labels, margin, power, reduction);
  j.out = loss;
  return forward(&j, dtype, label_dtype, bad_index);
}

int32_t balboa_multi_margin_backward(int32_t dtype, int64_t outer, int64_t classes, const void *x, int32_t label_dtype,
                                     const void *labels, double margin, int32_t power, int32_t reduction,
                                     const void *dloss, void *dx, int64_t *bad_index) {
  BK_CHECK(power == 1 || power == 2, BALBOA_ERR_ARGUMENT);
  class_loss j = margins(outer, classes, x, labels, margin, power, reduction);
  j.dloss = dloss;
  j.out = dx;
  return backward(&j, dtype, label_dtype, bad_index);
}

int32_t balboa_one_hot_f32(int64_t rows, int64_t classes, const int32_t *labels, float *out, int64_t *bad_index) {
  const int64_t total = bk_product3(rows, classes, 1);
  BK_CHECK(total >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bad_index != NULL && (rows == 0 || labels != NULL) && (total == 0 || out != NULL), BALBOA_ERR_NULL);
  const int64_t bad = bk_first_bad_index(rows, labels, classes);
  if (bad >= 0) {
    *bad_index = bad;
    return BALBOA_ERR_INDEX;
  }
  balboa_fill(4, total, 0, out);
  for (int64_t r = 0; r < rows; r++) {
    out[r * classes + labels[r]] = 1.0f;
  }
  return BALBOA_OK;
}
