/* Softmax cross entropy on integer labels, fused: the probabilities are never stored. */
#include "internal.h"
#include "softmax_row.h"

typedef struct {
  int64_t rows, classes;
  const float *logits;
  const int32_t *labels;
  int32_t reduction;
  const float *dloss;
  float *out;
  bk_parts parts;
  double partial[BK_PARTS];
} loss_job;

BALBOA_CLONES static double row_loss(int64_t n, const float *x, int32_t label) {
  const float m = row_max(n, x);
  return log(row_exp_sum(n, x, m)) - ((double)x[label] - (double)m);
}

BALBOA_CLONES static void row_gradient(int64_t n, const float *x, int32_t label, float dloss, float *dx) {
  const float m = row_max(n, x);
  double s = 0.0;
  BALBOA_SIMD_REDUCE(+, s) for (int64_t i = 0; i < n; i++) {
    const float e = vexp(x[i] - m);
    dx[i] = e;
    s += (double)e;
  }
  /* e / s - 1 at the label is computed as -(the others' share), which does not cancel as the label's share nears 1. */
  double others = 0.0;
  if (dx[label] > 0.5f * (float)s) {
    const float at_label = dx[label];
    dx[label] = 0.0f;
    BALBOA_SIMD_REDUCE(+, others) for (int64_t i = 0; i < n; i++) { others += (double)dx[i]; }
    dx[label] = at_label;
  } else {
    others = s - (double)dx[label];
  }
  const float scale = (float)(1.0 / s) * dloss;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { dx[i] *= scale; }
  dx[label] = -(float)(others / s) * dloss;
}

static void loss_parts_range(void *context, int64_t begin, int64_t end) {
  loss_job *job = context;
  for (int64_t p = begin; p < end; p++) {
    const int64_t last = bk_min(job->rows, (p + 1) * job->parts.size);
    double sum = 0.0;
    for (int64_t r = p * job->parts.size; r < last; r++) {
      const double loss = row_loss(job->classes, job->logits + r * job->classes, job->labels[r]);
      if (job->reduction == BALBOA_REDUCTION_NONE) {
        job->out[r] = (float)loss;
      }
      sum += loss;
    }
    job->partial[p] = sum;
  }
}

static void gradient_range(void *context, int64_t begin, int64_t end) {
  const loss_job *job = context;
  for (int64_t r = begin; r < end; r++) {
    const float g = job->reduction == BALBOA_REDUCTION_NONE   ? job->dloss[r]
                    : job->reduction == BALBOA_REDUCTION_MEAN ? job->dloss[0] / (float)job->rows
                                                              : job->dloss[0];
    row_gradient(job->classes, job->logits + r * job->classes, job->labels[r], g, job->out + r * job->classes);
  }
}

static int32_t check(const loss_job *job, int64_t *bad_index) {
  const int64_t total = bk_product3(job->rows, job->classes, 1);
  BK_CHECK(job->reduction >= BALBOA_REDUCTION_NONE && job->reduction <= BALBOA_REDUCTION_SUM, BALBOA_ERR_KIND);
  BK_CHECK(total >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bad_index != NULL && (job->rows == 0 || job->labels != NULL), BALBOA_ERR_NULL);
  BK_CHECK(total == 0 || job->logits != NULL, BALBOA_ERR_NULL);
  const int64_t bad = bk_first_bad_index(job->rows, job->labels, job->classes);
  if (bad >= 0) {
    *bad_index = bad;
    return BALBOA_ERR_INDEX;
  }
  return BALBOA_OK;
}

int32_t balboa_cross_entropy_f32(int64_t rows, int64_t classes, const float *logits, const int32_t *labels,
                                 int32_t reduction, float *loss, int64_t *bad_index) {
  loss_job job = {.rows = rows, .classes = classes, .logits = logits, .labels = labels, .reduction = reduction,
                  .out = loss};
  const int32_t status = check(&job, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(loss != NULL || (reduction == BALBOA_REDUCTION_NONE && rows == 0), BALBOA_ERR_NULL);
  job.parts = bk_cut(rows, 4);
  bk_parallel(job.parts.count, bk_max(1, BK_GRAIN_MATH / bk_max(1, job.parts.size * classes)), loss_parts_range,
              &job);
  if (reduction != BALBOA_REDUCTION_NONE) {
    double sum = 0.0;
    for (int64_t p = 0; p < job.parts.count; p++) {
      sum += job.partial[p];
    }
    *loss = (float)(reduction == BALBOA_REDUCTION_MEAN ? sum / (double)rows : sum);
  }
  return BALBOA_OK;
}

int32_t balboa_cross_entropy_backward_f32(int64_t rows, int64_t classes, const float *logits, const int32_t *labels,
                                          int32_t reduction, const float *dloss, float *dlogits, int64_t *bad_index) {
  loss_job job = {.rows = rows, .classes = classes, .logits = logits, .labels = labels, .reduction = reduction,
                  .dloss = dloss, .out = dlogits};
  const int32_t status = check(&job, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(rows == 0 || (dloss != NULL && dlogits != NULL), BALBOA_ERR_NULL);
  bk_parallel(rows, bk_max(1, BK_GRAIN_MATH / bk_max(1, classes)), gradient_range, &job);
  return BALBOA_OK;
}

int32_t balboa_one_hot_f32(int64_t rows, int64_t classes, const int32_t *labels, float *out, int64_t *bad_index) {
  loss_job job = {.rows = rows, .classes = classes, .logits = out, .labels = labels};
  const int32_t status = check(&job, bad_index);
  BK_CHECK(status == BALBOA_OK, status);
  balboa_fill(4, rows * classes, 0, out);
  for (int64_t r = 0; r < rows; r++) {
    out[r * classes + labels[r]] = 1.0f;
  }
  return BALBOA_OK;
}
