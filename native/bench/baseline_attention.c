/*
 * Attention in tiles against attention that stores its weights: products, softmax, products.
 *   baseline_attention [--seconds S] [name prefix]
 */
#include <cblas.h>
#include <math.h>
#include <stdio.h>

#include "balboa_kernels.h"
#include "bench.h"

typedef struct {
  int64_t b, h, l, d;
  int32_t causal;
  float *q, *k, *v, *dout, *out, *sums, *dq, *dk, *dv, *weights, *gradients;
  int64_t geometry[25];
  void *scratch;
  int64_t scratch_bytes;
} attention;

static balboa_sgemm_routine routine(void) { return (balboa_sgemm_routine)(void (*)(void))cblas_sgemm; }

static double scale_of(const attention *a) { return 1 / sqrt((double)a->d); }

static void tiles_forward(void *context) {
  const attention *a = context;
  BENCH_CHECK(balboa_attention_f32(a->geometry, BALBOA_MASK_NONE, scale_of(a), 0, a->q, a->k, a->v, NULL,
                                   NULL, a->out, a->sums, a->scratch, a->scratch_bytes));
}

static void tiles_backward(void *context) {
  const attention *a = context;
  BENCH_CHECK(balboa_attention_backward_f32(a->geometry, BALBOA_MASK_NONE, scale_of(a), 0, a->q, a->k, a->v,
                                            NULL, NULL, a->out, a->sums, a->dout, a->dq, a->dk, a->dv, a->scratch,
                                            a->scratch_bytes));
}

/* C [m, n] = alpha op(A) op(B) for each head. */
static void products(const attention *a, int32_t ta, int32_t tb, int64_t m, int64_t n, int64_t k, double alpha,
                     const float *x, const float *y, float *z) {
  BENCH_CHECK(balboa_sgemm(routine(), ta, tb, (int32_t)m, (int32_t)n, (int32_t)k, (float)alpha, x,
                           (int32_t)(ta ? m : k), m * k, y, (int32_t)(tb ? k : n), k * n, 0, z, (int32_t)n, m * n,
                           (int32_t)(a->b * a->h)));
}

static void stored_forward(void *context) {
  const attention *a = context;
  products(a, 0, 1, a->l, a->l, a->d, scale_of(a), a->q, a->k, a->weights);
  BENCH_CHECK(balboa_softmax_f32(a->b * a->h * a->l, a->l, 1, a->weights, a->weights));
  products(a, 0, 0, a->l, a->d, a->l, 1, a->weights, a->v, a->out);
}

static void stored_backward(void *context) {
  const attention *a = context;
  products(a, 0, 1, a->l, a->l, a->d, 1, a->dout, a->v, a->gradients);
  products(a, 1, 0, a->l, a->d, a->l, 1, a->weights, a->dout, a->dv);
  BENCH_CHECK(
      balboa_softmax_backward_f32(a->b * a->h * a->l, a->l, 1, a->weights, a->gradients, a->gradients));
  products(a, 0, 0, a->l, a->d, a->l, scale_of(a), a->gradients, a->k, a->dq);
  products(a, 1, 0, a->l, a->d, a->l, scale_of(a), a->gradients, a->q, a->dk);
}

static void run(const attention *a, const char *way, double products_of_heads, bench_fn fn) {
  char name[96];
  snprintf(name, sizeof name, "attention.%dx%dx%dx%d%s.%s", (int)a->b, (int)a->h, (int)a->l, (int)a->d,
           a->causal ? ".causal" : "", way);
  const double ns = bench_run(name, fn, (void *)(uintptr_t)a);
  if (ns > 0) {
    char rate[128];
    snprintf(rate, sizeof rate, "%s.rate", name);
    const double work = 2.0 * (double)(a->b * a->h * a->l * a->l * a->d) * (a->causal ? 0.5 : 1.0);
    bench_print(rate, products_of_heads * work / ns, "GFLOP/s");
  }
}

static void measure(int64_t b, int64_t h, int64_t l, int64_t d, int32_t causal) {
  const int64_t n = b * h * l * d, w = b * h * l * l;
  attention a = {b, h, l, d, causal, bench_random(n, 1), bench_random(n, 1), bench_random(n, 1), bench_random(n, 1),
                 bench_random(n, 0), bench_random(b * h * l, 0), bench_random(n, 0), bench_random(n, 0),
                 bench_random(n, 0), bench_random(w, 0), bench_random(w, 0), {0}, NULL, 0};
  const int64_t geometry[25] = {b, h, h, l, l, d, d, causal, 0, h * l * d, l * d, d, h * l * d, l * d, d,
                                h * l * d, l * d, d, h * l * d, l * d, d, 0, 0, 0, 0};
  for (int i = 0; i < 25; i++) {
    a.geometry[i] = geometry[i];
  }
  a.scratch_bytes = balboa_attention_scratch(BALBOA_F32, a.geometry);
  a.scratch = bench_alloc(a.scratch_bytes);
  tiles_forward(&a); /* the backward pass needs its results */
  run(&a, "tiles.forward", 2, tiles_forward);
  run(&a, "tiles.backward", 5, tiles_backward);
  if (!causal) {
    stored_forward(&a);
    run(&a, "stored.forward", 2, stored_forward);
    run(&a, "stored.backward", 4, stored_backward);
  }
}

int main(int argc, char **argv) {
  bench_environment(argv);
  bench_arguments(argc, argv);
  openblas_set_num_threads(1);
  measure(1, 12, 128, 32, 0);
  measure(8, 12, 128, 32, 0);
  for (int64_t l = 16; l <= 1024; l *= 2) { /* as many tokens at every length */
    if (l != 128) {
      measure(1024 / l, 12, l, 32, 0);
    }
  }
  measure(1, 8, 1024, 64, 0);
  measure(1, 8, 1024, 64, 1);
  measure(1, 1, 2048, 64, 0);
  return 0;
}
