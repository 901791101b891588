/* Connectionist temporal classification: forward-backward over the labels with blanks between and around them. */
#include <math.h>
#include <string.h>

#include "dmath.h"
#include "internal.h"

typedef struct {
  int64_t steps, batch, classes, width;
  const void *x, *dloss;
  const int32_t *targets, *input_lengths, *target_lengths;
  int32_t blank, zero_infinity;
  double *work;
  void *out;
} ctc;

/* Class at place s of the extended labels: blank, first, blank, second, ... blank. */
BALBOA_INLINE int32_t class_at(const ctc *j, int64_t n, int64_t s) {
  return s % 2 == 0 ? j->blank : j->targets[n * j->width + s / 2];
}

static double log_sum(double a, double b, double c) {
  const double m = fmax(fmax(a, b), c);
  return m == -INFINITY && !isnan(a + b + c) ? m : m + log(exp(a - m) + exp(b - m) + exp(c - m));
}

/* The same without branches, to 1e-11: enough for what is rounded to f32. */
BALBOA_INLINE double quick_log_sum(double a, double b, double c) {
  double m = a > b ? a : b;
  m = m > c ? m : c;
  const double s = dexp(a - m) + dexp(b - m) + dexp(c - m);
  const double nothing = a + b + c; /* -infinity if all are, or NaN if one is */
  const double y = m + dlog(s);
  return s == s ? y : nothing;
}

/* Log-probability of ending in the last label or in the blank after it. */
static double end_of(int64_t places, const double *alpha) {
  return log_sum(alpha[places - 1], places > 1 ? alpha[places - 2] : -INFINITY, -INFINITY);
}

static double loss_of(const ctc *j, int64_t steps, int64_t places, const double *alpha) {
  const double loss = steps > 0 ? -end_of(places, alpha) : places == 1 ? 0.0 : INFINITY;
  return j->zero_infinity && loss == INFINITY ? 0.0 : loss;
}

#define T float
#define SUM quick_log_sum
#define EXP dexp
#define NAME(x) x##_f32
#include "ctc_type.h"
#undef T
#undef SUM
#undef EXP
#undef NAME

#define T double
#define SUM log_sum
#define EXP exp
#define NAME(x) x##_f64
#include "ctc_type.h"

static int bad_sample(const ctc *j, int64_t n) {
  const int64_t steps = j->input_lengths[n], length = j->target_lengths[n];
  if (steps < 0 || steps > j->steps || length < 0 || length > j->width) {
    return 1;
  }
  for (int64_t i = 0; i < length; i++) {
    const int32_t label = j->targets[n * j->width + i];
    if (label < 0 || label >= j->classes || label == j->blank) {
      return 1;
    }
  }
  return 0;
}

static int32_t check(const ctc *j, int32_t dtype, int64_t *bad_index) {
  const int64_t total = bk_product3(j->steps, j->batch, j->classes);
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(total >= 0 && j->width >= 0 && j->width < INT32_MAX / 2, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bk_product3(j->batch, 2 * j->width + 1, j->steps + 1) >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(j->blank >= 0 && j->blank < j->classes, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bad_index != NULL, BALBOA_ERR_NULL);
  if (j->batch > 0) {
    BK_CHECK(j->input_lengths != NULL && j->target_lengths != NULL && j->work != NULL, BALBOA_ERR_NULL);
    BK_CHECK(j->width == 0 || j->targets != NULL, BALBOA_ERR_NULL);
    BK_CHECK(total == 0 || (j->x != NULL && j->out != NULL), BALBOA_ERR_NULL);
  }
  for (int64_t n = 0; n < j->batch; n++) {
    if (bad_sample(j, n)) {
      *bad_index = n;
      return BALBOA_ERR_INDEX;
    }
  }
  return BALBOA_OK;
}

static int64_t grain(const ctc *j) {
  return bk_max(1, BK_GRAIN_MATH / bk_max(1, 3 * j->steps * (2 * j->width + 1)));
}

int32_t balboa_ctc(int32_t dtype, int64_t steps, int64_t batch, int64_t classes, int64_t width, const void *x,
                   const int32_t *targets, const int32_t *input_lengths, const int32_t *target_lengths, int32_t blank,
                   int32_t zero_infinity, double *work, void *loss, int64_t *bad_index) {
  ctc j = {steps, batch, classes, width, x, NULL, targets, input_lengths, target_lengths, blank, zero_infinity,
           work, loss};
  const int32_t status = check(&j, dtype, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(batch == 0 || loss != NULL, BALBOA_ERR_NULL);
  bk_parallel(batch, grain(&j), dtype == BALBOA_F32 ? loss_range_f32 : loss_range_f64, &j);
  return BALBOA_OK;
}

int32_t balboa_ctc_backward(int32_t dtype, int64_t steps, int64_t batch, int64_t classes, int64_t width, const void *x,
                            const int32_t *targets, const int32_t *input_lengths, const int32_t *target_lengths,
                            int32_t blank, int32_t zero_infinity, const void *dloss, double *work, void *dx,
                            int64_t *bad_index) {
  ctc j = {steps, batch, classes, width, x, dloss, targets, input_lengths, target_lengths, blank, zero_infinity,
           work, dx};
  const int32_t status = check(&j, dtype, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(batch == 0 || dloss != NULL, BALBOA_ERR_NULL);
  bk_parallel(batch, grain(&j), dtype == BALBOA_F32 ? gradient_range_f32 : gradient_range_f64, &j);
  return BALBOA_OK;
}
