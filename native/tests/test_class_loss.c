/* Cross entropy and negative log-likelihood against f64 loops. */
#include "check.h"

typedef struct {
  int64_t outer, classes, inner;
  int32_t dtype;
  double range, smoothing;
  int weighted;
} setting;

enum { IGNORED = -7 };

typedef struct {
  void *x, *weights, *loss, *dloss, *dx;
  int32_t *labels;
  int64_t *wide;
} arrays;

static double get(const setting *s, const void *x, int64_t i) {
  return s->dtype == BALBOA_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

static void *random_real(const setting *s, int64_t n, double lo, double hi) {
  if (s->dtype == BALBOA_F32) {
    return random_f32(n, lo, hi);
  }
  double *x = NEW(double, n);
  for (int64_t i = 0; i < n; i++) {
    x[i] = next_uniform(lo, hi);
  }
  return x;
}

static double weight(const setting *s, const arrays *a, int64_t c) { return s->weighted ? get(s, a->weights, c) : 1.0; }

/* The derivative of one position's loss by its logits, and its loss. */
static double position(const setting *s, const arrays *a, int64_t i, int nll, double *gradient) {
  const int64_t at = i / s->inner * s->classes * s->inner + i % s->inner, y = a->labels[i];
  double m = -INFINITY, sum = 0, loss = 0, all = 0;
  for (int64_t c = 0; c < s->classes; c++) {
    gradient[c] = 0;
    m = fmax(m, get(s, a->x, at + c * s->inner));
  }
  if (y == IGNORED) {
    return 0;
  }
  if (nll) {
    gradient[y] = -weight(s, a, y);
    return -weight(s, a, y) * get(s, a->x, at + y * s->inner);
  }
  for (int64_t c = 0; c < s->classes; c++) {
    sum += exp(get(s, a->x, at + c * s->inner) - m);
  }
  for (int64_t c = 0; c < s->classes; c++) {
    const double x = get(s, a->x, at + c * s->inner) - m, p = exp(x) / sum;
    const double share = (c == y ? (1 - s->smoothing) * weight(s, a, y) : 0) + s->smoothing / (double)s->classes * weight(s, a, c);
    loss += share * (log(sum) - x);
    all += share;
    gradient[c] = p;
  }
  for (int64_t c = 0; c < s->classes; c++) {
    gradient[c] = gradient[c] * all - (c == y ? (1 - s->smoothing) * weight(s, a, y) : 0) -
                  s->smoothing / (double)s->classes * weight(s, a, c);
  }
  return loss;
}

static void check_reduction(const setting *s, const arrays *a, int32_t reduction, int nll, int wide) {
  const int64_t n = s->outer * s->inner;
  const int32_t label_dtype = wide ? BALBOA_I64 : BALBOA_I32;
  const void *labels = wide ? (const void *)a->wide : (const void *)a->labels;
  const void *weights = s->weighted ? a->weights : NULL;
  int64_t bad = -1;
  if (nll) {
    EXPECT_OK(balboa_nll(s->dtype, s->outer, s->classes, s->inner, a->x, label_dtype, labels, weights, IGNORED,
                         reduction, a->loss, &bad));
    EXPECT_OK(balboa_nll_backward(s->dtype, s->outer, s->classes, s->inner, label_dtype, labels, weights, IGNORED,
                                  reduction, a->dloss, a->dx, &bad));
  } else {
    EXPECT_OK(balboa_cross_entropy(s->dtype, s->outer, s->classes, s->inner, a->x, label_dtype, labels, weights,
                                   s->smoothing, IGNORED, reduction, a->loss, &bad));
    EXPECT_OK(balboa_cross_entropy_backward(s->dtype, s->outer, s->classes, s->inner, a->x, label_dtype, labels,
                                            weights, s->smoothing, IGNORED, reduction, a->dloss, a->dx, &bad));
  }
  EXPECT(bad == -1, "bad_index written without need");
  const double tolerance = (s->dtype == BALBOA_F32 ? 1e-6 : 1e-14) * (1 + s->range / 8);
  double total = 0, norm = 0;
  double *gradient = malloc((size_t)(s->classes + 1) * sizeof(double));
  for (int64_t i = 0; i < n; i++) {
    norm += a->labels[i] == IGNORED ? 0 : weight(s, a, a->labels[i]);
  }
  for (int64_t i = 0; i < n; i++) {
    const double loss = position(s, a, i, nll, gradient);
    total += loss;
    if (reduction == BALBOA_REDUCTION_NONE) {
      EXPECT(near_rel(get(s, a->loss, i), loss, tolerance, 0.2), "loss %g, want %g", get(s, a->loss, i), loss);
    }
    const double g = reduction == BALBOA_REDUCTION_NONE   ? get(s, a->dloss, i)
                     : reduction == BALBOA_REDUCTION_MEAN ? get(s, a->dloss, 0) / norm
                                                          : get(s, a->dloss, 0);
    for (int64_t c = 0; c < s->classes && (a->labels[i] != IGNORED || norm > 0); c++) {
      const double want = g * gradient[c], got = get(s, a->dx, i / s->inner * s->classes * s->inner + i % s->inner + c * s->inner);
      EXPECT(near_rel(got, want, tolerance, fabs(g)), "dx %g, want %g", got, want);
    }
  }
  free(gradient);
  if (reduction != BALBOA_REDUCTION_NONE) {
    const double want = reduction == BALBOA_REDUCTION_MEAN ? total / norm : total;
    EXPECT(near_rel(get(s, a->loss, 0), want, tolerance, 0.2), "loss %g, want %g", get(s, a->loss, 0), want);
  }
}

static void check_in_place(const setting *s, const arrays *a) {
  const size_t bytes = (size_t)(s->outer * s->classes * s->inner) * (s->dtype == BALBOA_F32 ? 4 : 8);
  void *x = guarded((int64_t)bytes);
  memcpy(x, a->x, bytes);
  int64_t bad = -1;
  EXPECT_OK(balboa_cross_entropy_backward(s->dtype, s->outer, s->classes, s->inner, a->x, BALBOA_I32, a->labels, NULL,
                                          s->smoothing, IGNORED, BALBOA_REDUCTION_NONE, a->dloss, a->dx, &bad));
  EXPECT_OK(balboa_cross_entropy_backward(s->dtype, s->outer, s->classes, s->inner, x, BALBOA_I32, a->labels, NULL,
                                          s->smoothing, IGNORED, BALBOA_REDUCTION_NONE, a->dloss, x, &bad));
  EXPECT(memcmp(x, a->dx, bytes) == 0, "in place differs");
  release(x);
}

static void check_setting(const setting *s) {
  const int64_t n = s->outer * s->inner, size = s->dtype == BALBOA_F32 ? 4 : 8;
  arrays a = {.x = random_real(s, n * s->classes, -s->range, s->range), .weights = random_real(s, s->classes, 0.1, 2),
              .loss = guarded((n + 1) * size), .dloss = random_real(s, n + 1, -1, 1),
              .dx = guarded(n * s->classes * size), .labels = random_i32(n, (int32_t)(s->classes > 0 ? s->classes : 1)),
              .wide = NEW(int64_t, n)};
  for (int64_t i = 0; i < n; i++) {
    if (next_u32() % 5 == 0) {
      a.labels[i] = IGNORED;
    }
    a.wide[i] = a.labels[i];
  }
  for (int32_t reduction = BALBOA_REDUCTION_NONE; reduction <= BALBOA_REDUCTION_SUM; reduction++) {
    for (int variant = 0; variant < 4; variant++) {
      check_reduction(s, &a, reduction, variant / 2, variant % 2);
    }
  }
  check_in_place(s, &a);
  release(a.x);
  release(a.weights);
  release(a.loss);
  release(a.dloss);
  release(a.dx);
  release(a.labels);
  release(a.wide);
}

static void check_refusals(void) {
  float x[6] = {1, 2, 3, 4, 5, 6}, loss = 7, dx[6] = {7}, one = 1;
  int32_t high[2] = {0, 3}, low[2] = {-1, 0}, good[2] = {0, 2};
  int64_t bad = -1;
#define LOSS(rows, n, labels, smoothing, reduction)                                                                \
  balboa_cross_entropy(BALBOA_F32, rows, n, 1, x, BALBOA_I32, labels, NULL, smoothing, -100, reduction, &loss, &bad)
  EXPECT_STATUS(BALBOA_ERR_INDEX, LOSS(2, 3, high, 0, BALBOA_REDUCTION_MEAN));
  EXPECT(bad == 1 && loss == 7, "bad label at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_cross_entropy_backward(BALBOA_F32, 2, 3, 1, x, BALBOA_I32, low, NULL, 0, -100,
                                                                1, &one, dx, &bad));
  EXPECT(bad == 0 && dx[0] == 7, "bad label at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, LOSS(1, 0, good, 0, 1));
  EXPECT_STATUS(BALBOA_ERR_KIND, LOSS(2, 3, good, 0, 3));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, LOSS(2, 3, good, 1.5, 1));
  EXPECT_STATUS(BALBOA_ERR_NULL, LOSS(2, 3, NULL, 0, 1));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, LOSS(-2, 3, good, 0, 1));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_nll(BALBOA_I32, 2, 3, 1, x, BALBOA_I32, good, NULL, -100, 1, &loss, &bad));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_nll(BALBOA_F32, 2, 3, 1, x, BALBOA_U8, good, NULL, -100, 1, &loss, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_nll(BALBOA_F32, 2, 3, 1, x, BALBOA_I32, good, NULL, -100, 1, &loss, NULL));
  EXPECT_OK(LOSS(0, 3, good, 0, BALBOA_REDUCTION_MEAN));
  EXPECT(isnan(loss), "a mean over nothing");
  x[1] = NAN;
  EXPECT_OK(LOSS(2, 3, good, 0, BALBOA_REDUCTION_MEAN));
  EXPECT(isnan(loss), "a NaN logit is lost");
}

int main(void) {
  static const int64_t extents[][3] = {{0, 10, 1},  {1, 1, 1},   {3, 2, 1},  {128, 10, 1}, {1001, 10, 1}, {37, 1003, 1},
                                       {2, 5, 7},   {0, 3, 4},   {3, 4, 0},  {2, 3, 64},   {4, 21, 65},   {1, 7, 1001}};
  for (size_t i = 0; i < sizeof extents / sizeof extents[0]; i++) {
    for (int variant = 0; variant < 8; variant++) {
      const setting s = {extents[i][0], extents[i][1], extents[i][2], variant & 1 ? BALBOA_F64 : BALBOA_F32,
                         variant & 2 ? 3.0 : 20.0, variant & 4 ? 0.1 : 0.0, variant >> 1 & 1};
      check_setting(&s);
    }
  }
  check_refusals();
  return check_done("class_loss");
}
