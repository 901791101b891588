/* Parameter updates with the semantics of PyTorch's torch.optim. */
#include <math.h>

#include "multi.h"

typedef struct {
  float *const *params;
  const float *const *grads;
  float *const *state1;
  float *const *state2;
  /* Meaning below, per optimizer. 1 - x is rounded once from f64: 1.0f - 0.999f would be off by 5e-5 of itself. */
  float lr, decay, a, rest_a, b, rest_b, eps, step, inv_root, keep;
  int nesterov;
} update_job;

/* ---- SGD: a = momentum, state1 = momentum buffer (NULL without momentum) */

BALBOA_CLONES static void sgd_plain(int64_t n, float *p, const float *g, float lr, float decay) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { p[i] -= lr * (g[i] + decay * p[i]); }
}

BALBOA_CLONES static void sgd_momentum(int64_t n, float *p, const float *g, float *b, const update_job *job) {
  const float lr = job->lr, decay = job->decay, momentum = job->a;
  const float grad_share = job->nesterov ? 1.0f : 0.0f;
  const float buffer_share = job->nesterov ? momentum : 1.0f;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const float grad = g[i] + decay * p[i];
    const float buffer = momentum * b[i] + grad;
    b[i] = buffer;
    p[i] -= lr * (grad_share * grad + buffer_share * buffer);
  }
}

static void sgd_slice(const void *context, int64_t tensor, int64_t first, int64_t n) {
  const update_job *job = context;
  float *p = job->params[tensor] + first;
  const float *g = job->grads[tensor] + first;
  if (job->state1 == NULL) {
    sgd_plain(n, p, g, job->lr, job->decay);
  } else {
    sgd_momentum(n, p, g, job->state1[tensor] + first, job);
  }
}

/* ---- Adam: a = beta1, b = beta2, step = lr / (1 - beta1^t), inv_root = 1 / sqrt(1 - beta2^t); decay is
 * added to the gradient (Adam), keep is what decoupled decay leaves of p (AdamW) */

BALBOA_CLONES static void adam(int64_t n, float *p, const float *g, float *m, float *v, const update_job *job) {
  const float decay = job->decay, keep = job->keep;
  const float a = job->rest_a, beta2 = job->b, b = job->rest_b;
  const float eps = job->eps, step = job->step, inv_root = job->inv_root;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const float grad = g[i] + decay * p[i];
    const float mean = m[i] + a * (grad - m[i]);
    const float square = beta2 * v[i] + b * (grad * grad);
    m[i] = mean;
    v[i] = square;
    p[i] = keep * p[i] - step * mean / (sqrtf(square) * inv_root + eps);
  }
}

static void adam_slice(const void *context, int64_t tensor, int64_t first, int64_t n) {
  const update_job *job = context;
  adam(n, job->params[tensor] + first, job->grads[tensor] + first, job->state1[tensor] + first,
       job->state2[tensor] + first, job);
}

/* ---- RMSprop: a = alpha, b = momentum, state1 = square average, state2 = momentum buffer (NULL without momentum) */

BALBOA_CLONES static void rmsprop_plain(int64_t n, float *p, const float *g, float *v, const update_job *job) {
  const float lr = job->lr, decay = job->decay, alpha = job->a, rest = job->rest_a, eps = job->eps;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const float grad = g[i] + decay * p[i];
    const float square = alpha * v[i] + rest * (grad * grad);
    v[i] = square;
    p[i] -= lr * (grad / (sqrtf(square) + eps));
  }
}

BALBOA_CLONES static void rmsprop_momentum(int64_t n, float *p, const float *g, float *v, float *b,
                                           const update_job *job) {
  const float lr = job->lr, decay = job->decay, alpha = job->a, rest = job->rest_a, eps = job->eps;
  const float momentum = job->b;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const float grad = g[i] + decay * p[i];
    const float square = alpha * v[i] + rest * (grad * grad);
    const float buffer = momentum * b[i] + grad / (sqrtf(square) + eps);
    v[i] = square;
    b[i] = buffer;
    p[i] -= lr * buffer;
  }
}

static void rmsprop_slice(const void *context, int64_t tensor, int64_t first, int64_t n) {
  const update_job *job = context;
  float *p = job->params[tensor] + first;
  const float *g = job->grads[tensor] + first;
  float *v = job->state1[tensor] + first;
  if (job->state2 == NULL) {
    rmsprop_plain(n, p, g, v, job);
  } else {
    rmsprop_momentum(n, p, g, v, job->state2[tensor] + first, job);
  }
}

/* Checks the lists (state lists that the optimizer does not use are NULL) and runs the update. */
static int32_t run(int64_t count, const int64_t *sizes, const update_job *job, bk_slice_fn fn) {
  const void *const *const lists[4] = {(const void *const *)job->params, (const void *const *)job->grads,
                                       (const void *const *)job->state1, (const void *const *)job->state2};
  int64_t total = 0;
  const int32_t status = bk_multi_total(count, sizes, &total);
  BK_CHECK(status == BALBOA_OK, status);
  for (int k = 0; k < 4; k++) {
    if (k < 2 || lists[k] != NULL) {
      const int32_t present = bk_multi_check(count, sizes, lists[k]);
      BK_CHECK(present == BALBOA_OK, present);
    }
  }
  bk_multi_run(total, sizes, BK_GRAIN_CHEAP / 2, fn, job);
  return BALBOA_OK;
}

int32_t balboa_sgd_f32(int64_t count, const int64_t *sizes, float *const *params, const float *const *grads,
                       float *const *momentum_buffers, const double *args) {
  BK_CHECK(args != NULL && (args[1] == 0.0 || momentum_buffers != NULL), BALBOA_ERR_NULL);
  const update_job job = {.params = params,
                          .grads = grads,
                          .state1 = args[1] == 0.0 ? NULL : momentum_buffers,
                          .lr = (float)args[0],
                          .a = (float)args[1],
                          .decay = (float)args[2],
                          .nesterov = args[3] != 0.0};
  return run(count, sizes, &job, sgd_slice);
}

int32_t balboa_adam_f32(int64_t count, const int64_t *sizes, float *const *params, const float *const *grads,
                        float *const *exp_avg, float *const *exp_avg_sq, const double *args) {
  BK_CHECK(args != NULL && exp_avg != NULL && exp_avg_sq != NULL, BALBOA_ERR_NULL);
  const int decoupled = args[7] != 0.0;
  const update_job job = {.params = params,
                          .grads = grads,
                          .state1 = exp_avg,
                          .state2 = exp_avg_sq,
                          .lr = (float)args[0],
                          .a = (float)args[1],
                          .rest_a = (float)(1.0 - args[1]),
                          .b = (float)args[2],
                          .rest_b = (float)(1.0 - args[2]),
                          .eps = (float)args[3],
                          .decay = decoupled ? 0.0f : (float)args[4],
                          .keep = decoupled ? (float)(1.0 - args[0] * args[4]) : 1.0f,
                          .step = (float)(args[0] / args[5]),
                          .inv_root = (float)(1.0 / sqrt(args[6]))};
  return run(count, sizes, &job, adam_slice);
}

int32_t balboa_rmsprop_f32(int64_t count, const int64_t *sizes, float *const *params, const float *const *grads,
                           float *const *square_avg, float *const *momentum_buffers, const double *args) {
  BK_CHECK(args != NULL && square_avg != NULL && (args[4] == 0.0 || momentum_buffers != NULL), BALBOA_ERR_NULL);
  const update_job job = {.params = params,
                          .grads = grads,
                          .state1 = square_avg,
                          .state2 = args[4] == 0.0 ? NULL : momentum_buffers,
                          .lr = (float)args[0],
                          .a = (float)args[1],
                          .rest_a = (float)(1.0 - args[1]),
                          .eps = (float)args[2],
                          .decay = (float)args[3],
                          .b = (float)args[4]};
  return run(count, sizes, &job, rmsprop_slice);
}
