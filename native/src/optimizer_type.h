/* Parameter updates for one type. The including file defines T, SQRT and NAME(x). */

typedef struct {
  T *const *params;
  const T *const *grads;
  T *const *state1;
  T *const *state2;
  /* Meaning below, per optimizer. 1 - x is rounded once from f64: 1.0f - 0.999f would be off by 5e-5 of itself. */
  T lr, decay, a, rest_a, b, rest_b, eps, step, inv_root, keep;
  int nesterov;
} NAME(update_job);

/* ---- SGD: a = momentum, state1 = momentum buffer (NULL without momentum) */

BALBOA_CLONES static void NAME(sgd_plain)(int64_t n, T *p, const T *g, T lr, T decay) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { p[i] -= lr * (g[i] + decay * p[i]); }
}

BALBOA_CLONES static void NAME(sgd_momentum)(int64_t n, T *p, const T *g, T *b, const NAME(update_job) *job) {
  const T lr = job->lr, decay = job->decay, momentum = job->a;
  const T grad_share = job->nesterov ? (T)1 : (T)0;
  const T buffer_share = job->nesterov ? momentum : (T)1;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const T grad = g[i] + decay * p[i];
    const T buffer = momentum * b[i] + grad;
    b[i] = buffer;
    p[i] -= lr * (grad_share * grad + buffer_share * buffer);
  }
}

static void NAME(sgd_slice)(const void *context, int64_t tensor, int64_t first, int64_t n) {
  const NAME(update_job) *job = context;
  T *p = job->params[tensor] + first;
  const T *g = job->grads[tensor] + first;
  if (job->state1 == NULL) {
    NAME(sgd_plain)(n, p, g, job->lr, job->decay);
  } else {
    NAME(sgd_momentum)(n, p, g, job->state1[tensor] + first, job);
  }
}

/* ---- Adam: a = beta1, b = beta2, step = lr / (1 - beta1^t), inv_root = 1 / sqrt(1 - beta2^t); decay is
 * added to the gradient (Adam), keep is what decoupled decay leaves of p (AdamW) */

BALBOA_CLONES static void NAME(adam)(int64_t n, T *p, const T *g, T *m, T *v, const NAME(update_job) *job) {
  const T decay = job->decay, keep = job->keep;
  const T a = job->rest_a, beta2 = job->b, b = job->rest_b;
  const T eps = job->eps, step = job->step, inv_root = job->inv_root;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const T grad = g[i] + decay * p[i];
    const T mean = m[i] + a * (grad - m[i]);
    const T square = beta2 * v[i] + b * (grad * grad);
    m[i] = mean;
    v[i] = square;
    p[i] = keep * p[i] - step * mean / (SQRT(square) * inv_root + eps);
  }
}

static void NAME(adam_slice)(const void *context, int64_t tensor, int64_t first, int64_t n) {
  const NAME(update_job) *job = context;
  NAME(adam)(n, job->params[tensor] + first, job->grads[tensor] + first, job->state1[tensor] + first,
       job->state2[tensor] + first, job);
}

/* ---- RMSprop: a = alpha, b = momentum, state1 = square average, state2 = momentum buffer (NULL without momentum) */

BALBOA_CLONES static void NAME(rmsprop_plain)(int64_t n, T *p, const T *g, T *v, const NAME(update_job) *job) {
  const T lr = job->lr, decay = job->decay, alpha = job->a, rest = job->rest_a, eps = job->eps;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const T grad = g[i] + decay * p[i];
    const T square = alpha * v[i] + rest * (grad * grad);
    v[i] = square;
    p[i] -= lr * (grad / (SQRT(square) + eps));
  }
}

BALBOA_CLONES static void NAME(rmsprop_momentum)(int64_t n, T *p, const T *g, T *v, T *b,
                                           const NAME(update_job) *job) {
  const T lr = job->lr, decay = job->decay, alpha = job->a, rest = job->rest_a, eps = job->eps;
  const T momentum = job->b;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const T grad = g[i] + decay * p[i];
    const T square = alpha * v[i] + rest * (grad * grad);
    const T buffer = momentum * b[i] + grad / (SQRT(square) + eps);
    v[i] = square;
    b[i] = buffer;
    p[i] -= lr * buffer;
  }
}

static void NAME(rmsprop_slice)(const void *context, int64_t tensor, int64_t first, int64_t n) {
  const NAME(update_job) *job = context;
  T *p = job->params[tensor] + first;
  const T *g = job->grads[tensor] + first;
  T *v = job->state1[tensor] + first;
  if (job->state2 == NULL) {
    NAME(rmsprop_plain)(n, p, g, v, job);
  } else {
    NAME(rmsprop_momentum)(n, p, g, v, job->state2[tensor] + first, job);
  }
}

/* Checks the lists (state lists that the optimizer does not use are NULL) and runs the update. */
static int32_t NAME(run)(int64_t count, const int64_t *sizes, const NAME(update_job) *job, bk_slice_fn fn) {
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

int32_t NAME(balboa_sgd)(int64_t count, const int64_t *sizes, T *const *params, const T *const *grads,
                       T *const *momentum_buffers, const double *args) {
  BK_CHECK(args != NULL && (args[1] == 0.0 || momentum_buffers != NULL), BALBOA_ERR_NULL);
  const NAME(update_job) job = {.params = params,
                          .grads = grads,
                          .state1 = args[1] == 0.0 ? NULL : momentum_buffers,
                          .lr = (T)args[0],
                          .a = (T)args[1],
                          .decay = (T)args[2],
                          .nesterov = args[3] != 0.0};
  return NAME(run)(count, sizes, &job, NAME(sgd_slice));
}

int32_t NAME(balboa_adam)(int64_t count, const int64_t *sizes, T *const *params, const T *const *grads,
                        T *const *exp_avg, T *const *exp_avg_sq, const double *args) {
  BK_CHECK(args != NULL && exp_avg != NULL && exp_avg_sq != NULL, BALBOA_ERR_NULL);
  const int decoupled = args[7] != 0.0;
  const NAME(update_job) job = {.params = params,
                          .grads = grads,
                          .state1 = exp_avg,
                          .state2 = exp_avg_sq,
                          .lr = (T)args[0],
                          .a = (T)args[1],
                          .rest_a = (T)(1.0 - args[1]),
                          .b = (T)args[2],
                          .rest_b = (T)(1.0 - args[2]),
                          .eps = (T)args[3],
                          .decay = decoupled ? (T)0 : (T)args[4],
                          .keep = decoupled ? (T)(1.0 - args[0] * args[4]) : (T)1,
                          .step = (T)(args[0] / args[5]),
                          .inv_root = (T)(1.0 / sqrt(args[6]))};
  return NAME(run)(count, sizes, &job, NAME(adam_slice));
}

int32_t NAME(balboa_rmsprop)(int64_t count, const int64_t *sizes, T *const *params, const T *const *grads,
                           T *const *square_avg, T *const *momentum_buffers, const double *args) {
  BK_CHECK(args != NULL && square_avg != NULL && (args[4] == 0.0 || momentum_buffers != NULL), BALBOA_ERR_NULL);
  const NAME(update_job) job = {.params = params,
                          .grads = grads,
                          .state1 = square_avg,
                          .state2 = args[4] == 0.0 ? NULL : momentum_buffers,
                          .lr = (T)args[0],
                          .a = (T)args[1],
                          .rest_a = (T)(1.0 - args[1]),
                          .eps = (T)args[2],
                          .decay = (T)args[3],
                          .b = (T)args[4]};
  return NAME(run)(count, sizes, &job, NAME(rmsprop_slice));
}
