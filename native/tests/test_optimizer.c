/* Optimizer steps and the other multi-tensor kernels against f64 loops. */
#include "check.h"

enum { TENSORS = 6, STEPS = 5 };
static const int64_t sizes[TENSORS] = {7, 0, 1, 3001, 70001, 5};

typedef struct {
  float *list[TENSORS];
  double *exact[TENSORS];
} tensors;

static tensors make(double lo, double hi) {
  tensors t;
  for (int i = 0; i < TENSORS; i++) {
    t.list[i] = random_f32(sizes[i], lo, hi);
    t.exact[i] = NEW(double, sizes[i]);
    for (int64_t k = 0; k < sizes[i]; k++) {
      t.exact[i][k] = (double)t.list[i][k];
    }
  }
  return t;
}

static void drop(tensors *t) {
  for (int i = 0; i < TENSORS; i++) {
    release(t->list[i]);
    release(t->exact[i]);
  }
}

static void expect_close(const tensors *t, const char *what) {
  for (int i = 0; i < TENSORS; i++) {
    for (int64_t k = 0; k < sizes[i]; k++) {
      EXPECT(near_rel((double)t->list[i][k], t->exact[i][k], 2e-6, 0.2), "%s of tensor %d [%d]: %.9g, want %.9g", what,
             i, (int)k, (double)t->list[i][k], t->exact[i][k]);
    }
  }
}

static void check_sgd(double momentum, double decay, double nesterov) {
  tensors p = make(-1, 1), b = make(0, 0);
  for (int step = 0; step < STEPS; step++) {
    tensors g = make(-1, 1);
    const double args[4] = {0.1 / (step + 1), momentum, decay, nesterov};
    EXPECT_OK(balboa_sgd_f32(TENSORS, sizes, p.list, (const float *const *)g.list, momentum == 0 ? NULL : b.list,
                             args));
    for (int i = 0; i < TENSORS; i++) {
      for (int64_t k = 0; k < sizes[i]; k++) {
        const double grad = g.exact[i][k] + decay * p.exact[i][k];
        b.exact[i][k] = momentum * b.exact[i][k] + grad;
        const double step_by = nesterov != 0 ? grad + momentum * b.exact[i][k] : b.exact[i][k];
        p.exact[i][k] -= args[0] * (momentum == 0 ? grad : step_by);
      }
    }
    drop(&g);
  }
  expect_close(&p, "sgd");
  if (momentum != 0) {
    expect_close(&b, "momentum buffer");
  }
  drop(&p);
  drop(&b);
}

static void check_adam(double decay, double decoupled) {
  tensors p = make(-1, 1), m = make(0, 0), v = make(0, 0);
  const double lr = 0.01, beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  for (int step = 1; step <= STEPS; step++) {
    tensors g = make(-1, 1);
    const double args[8] = {lr, beta1, beta2, eps, decay, 1 - pow(beta1, step), 1 - pow(beta2, step), decoupled};
    EXPECT_OK(balboa_adam_f32(TENSORS, sizes, p.list, (const float *const *)g.list, m.list, v.list, args));
    for (int i = 0; i < TENSORS; i++) {
      for (int64_t k = 0; k < sizes[i]; k++) {
        double *x = &p.exact[i][k];
        const double grad = g.exact[i][k] + (decoupled != 0 ? 0 : decay * *x);
        *x *= decoupled != 0 ? 1 - lr * decay : 1;
        m.exact[i][k] = beta1 * m.exact[i][k] + (1 - beta1) * grad;
        v.exact[i][k] = beta2 * v.exact[i][k] + (1 - beta2) * grad * grad;
        *x -= lr / args[5] * m.exact[i][k] / (sqrt(v.exact[i][k]) / sqrt(args[6]) + eps);
      }
    }
    drop(&g);
  }
  expect_close(&p, "adam");
  expect_close(&m, "exp_avg");
  for (int64_t k = 0; k < sizes[3]; k++) {
    EXPECT(near_rel((double)v.list[3][k], v.exact[3][k], 1e-6, 0), "exp_avg_sq: %.9g, want %.9g",
           (double)v.list[3][k], v.exact[3][k]);
  }
  drop(&p);
  drop(&m);
  drop(&v);
}

static void check_rmsprop(double momentum, double decay) {
  tensors p = make(-1, 1), v = make(0, 0), b = make(0, 0);
  const double lr = 0.01, alpha = 0.99, eps = 1e-8;
  for (int step = 0; step < STEPS; step++) {
    tensors g = make(0.1, 1);
    const double args[5] = {lr, alpha, eps, decay, momentum};
    EXPECT_OK(balboa_rmsprop_f32(TENSORS, sizes, p.list, (const float *const *)g.list, v.list,
                                 momentum == 0 ? NULL : b.list, args));
    for (int i = 0; i < TENSORS; i++) {
      for (int64_t k = 0; k < sizes[i]; k++) {
        const double grad = g.exact[i][k] + decay * p.exact[i][k];
        v.exact[i][k] = alpha * v.exact[i][k] + (1 - alpha) * grad * grad;
        b.exact[i][k] = momentum * b.exact[i][k] + grad / (sqrt(v.exact[i][k]) + eps);
        p.exact[i][k] -= lr * b.exact[i][k];
      }
    }
    drop(&g);
  }
  expect_close(&p, "rmsprop");
  expect_close(&v, "square average");
  drop(&p);
  drop(&v);
  drop(&b);
}

static void check_norm(void) {
  tensors t = make(-1, 1);
  double want = 0, got = -1, again = -1, norm = -1;
  for (int i = 0; i < TENSORS; i++) {
    for (int64_t k = 0; k < sizes[i]; k++) {
      want += t.exact[i][k] * t.exact[i][k];
    }
  }
  EXPECT_OK(balboa_sum_squares_multi_f32(TENSORS, sizes, (const float *const *)t.list, &got));
  EXPECT(near_rel(got, want, 1e-12, 0), "sum of squares %.17g, want %.17g", got, want);
  const int32_t threads = balboa_max_threads();
  for (int32_t n = 1; n <= 4; n++) {
    EXPECT_OK(balboa_set_threads(n));
    EXPECT_OK(balboa_sum_squares_multi_f32(TENSORS, sizes, (const float *const *)t.list, &again));
    EXPECT(again == got, "sum of squares depends on threads");
  }
  EXPECT_OK(balboa_set_threads(threads));
  const float before = t.list[0][0];
  EXPECT_OK(balboa_clip_norm_multi_f32(TENSORS, sizes, t.list, 1e6, &norm));
  EXPECT(norm == sqrt(got) && t.list[0][0] == before, "clip below the limit");
  EXPECT_OK(balboa_clip_norm_multi_f32(TENSORS, sizes, t.list, 2.5, &norm));
  EXPECT_OK(balboa_sum_squares_multi_f32(TENSORS, sizes, (const float *const *)t.list, &again));
  EXPECT(near_rel(sqrt(again), 2.5, 1e-6, 0), "clipped norm %g", sqrt(again));
  EXPECT_OK(balboa_scale_multi_f32(TENSORS, sizes, t.list, 0.5));
  EXPECT_OK(balboa_sum_squares_multi_f32(TENSORS, sizes, (const float *const *)t.list, &got));
  EXPECT(got == again / 4, "scaled");
  EXPECT_OK(balboa_sum_squares_multi_f32(0, NULL, NULL, &got));
  EXPECT(got == 0, "no tensors");
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_clip_norm_multi_f32(TENSORS, sizes, t.list, -1, &norm));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_scale_multi_f32(-1, sizes, t.list, 1));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_scale_multi_f32(TENSORS, NULL, t.list, 1));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_sum_squares_multi_f32(TENSORS, sizes, NULL, &got));
  float *hole[TENSORS] = {NULL};
  const double args[8] = {0.1, 0.9, 0, 0, 0, 1, 1, 0};
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_sgd_f32(TENSORS, sizes, t.list, (const float *const *)hole, t.list, args));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_sgd_f32(TENSORS, sizes, t.list, (const float *const *)t.list, NULL, args));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_adam_f32(0, sizes, t.list, (const float *const *)t.list, NULL, NULL, args));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_sgd_f32(0, sizes, t.list, (const float *const *)t.list, NULL, NULL));
  drop(&t);
}

int main(void) {
  check_sgd(0, 0, 0);
  check_sgd(0, 0.1, 0);
  check_sgd(0.9, 0, 0);
  check_sgd(0.9, 0.1, 1);
  check_adam(0, 0);
  check_adam(0.1, 0);
  check_adam(0.1, 1);
  check_rmsprop(0, 0);
  check_rmsprop(0.9, 0.1);
  check_norm();
  return check_done("optimizer");
}
