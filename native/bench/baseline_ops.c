/*
 * Single operations from plain C on the libraries Balboa binds: what the bridge from Java is measured against.
 *   baseline_ops [--seconds S] [name prefix]
 */
#include <cblas.h>
#include <omp.h>
#include <stdio.h>

#include "balboa_kernels.h"
#include "dnnl_ops.h"

static void relu_tiny(void) {
  const dnnl_dim_t n = 16;
  const dnnl_memory_desc_t md = ops_plain(1, &n);
  dnnl_primitive_desc_t pd;
  BENCH_CHECK(dnnl_eltwise_forward_primitive_desc_create(&pd, ops_engine, dnnl_forward_inference, dnnl_eltwise_relu, md,
                                                         md, 0, 0, ops_attr(0)));
  ops_op op = ops_from(pd);
  ops_bind_new(&op, DNNL_ARG_SRC);
  ops_bind_new(&op, DNNL_ARG_DST);
  const int threads = omp_get_max_threads();
  bench_run("relu.16", ops_run, &op);
  omp_set_num_threads(1);
  bench_run("relu.16.one_thread", ops_run, &op);
  omp_set_num_threads(threads);
}

static void fill(const ops_tensor *t) {
  const int64_t n = (int64_t)(dnnl_memory_desc_get_size(t->md) / sizeof(float));
  float *x = bench_random(n, 0.5f);
  for (int64_t i = 0; i < n; i++) {
    t->data[i] = x[i];
  }
}

/* Forward, backward data and backward weights in the layouts the library prefers. */
static void conv(const char *label, ops_conv_shape s) {
  char name[96];
  snprintf(name, sizeof name, "conv.%s.n%d", label, (int)s.n);
  if (!bench_wanted(name)) {
    return;
  }
  ops_op forward = ops_from(ops_conv_forward(&s, dnnl_forward_training, NULL, 0));
  const ops_tensor src = ops_bind_new(&forward, DNNL_ARG_SRC), weights = ops_bind_new(&forward, DNNL_ARG_WEIGHTS);
  ops_bind_new(&forward, DNNL_ARG_BIAS);
  ops_bind_new(&forward, DNNL_ARG_DST);
  fill(&src);
  fill(&weights);
  snprintf(name, sizeof name, "conv.%s.n%d.forward", label, (int)s.n);
  bench_run(name, ops_run, &forward);

  ops_op data = ops_from(ops_conv_backward_data(&s, NULL, forward.pd));
  const ops_tensor diff = ops_bind_new(&data, DNNL_ARG_DIFF_DST), w = ops_bind_new(&data, DNNL_ARG_WEIGHTS);
  ops_bind_new(&data, DNNL_ARG_DIFF_SRC);
  fill(&diff);
  fill(&w);
  snprintf(name, sizeof name, "conv.%s.n%d.backward_data", label, (int)s.n);
  bench_run(name, ops_run, &data);

  ops_op grad = ops_from(ops_conv_backward_weights(&s, NULL, NULL, forward.pd));
  const ops_tensor x = ops_bind_new(&grad, DNNL_ARG_SRC), g = ops_bind_new(&grad, DNNL_ARG_DIFF_DST);
  ops_bind_new(&grad, DNNL_ARG_DIFF_WEIGHTS);
  ops_bind_new(&grad, DNNL_ARG_DIFF_BIAS);
  fill(&x);
  fill(&g);
  snprintf(name, sizeof name, "conv.%s.n%d.backward_weights", label, (int)s.n);
  bench_run(name, ops_run, &grad);
}

typedef struct {
  int m, n, k;
  float *a, *b, *c;
} gemm;

static void run_gemm(void *context) {
  const gemm *g = context;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, g->m, g->n, g->k, 1, g->a, g->k, g->b, g->n, 0, g->c, g->n);
}

/* The same on OpenMP's threads: OpenBLAS's own are set to one. */
static void run_gemm_openmp(void *context) {
  const gemm *g = context;
  const balboa_sgemm_routine routine = (balboa_sgemm_routine)(void (*)(void))cblas_sgemm;
  BENCH_CHECK(
      balboa_sgemm(routine, 0, 0, g->m, g->n, g->k, 1, g->a, g->k, 0, g->b, g->n, 0, 0, g->c, g->n, 0, 1));
}

static gemm make_gemm(int m, int n, int k) {
  const gemm g = {m, n, k, bench_random((int64_t)m * k, 0.5f), bench_random((int64_t)k * n, 0.5f),
                  bench_random((int64_t)m * n, 0)};
  return g;
}

static void gemms(const char *label, bench_fn fn) {
  static const int sizes[][3] = {{256, 256, 256},   {512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048},
                                 {1, 1024, 1024},   {8, 1024, 1024}, {128, 128, 3136}};
  for (int i = 0; i < 7; i++) {
    char name[96];
    const int *s = sizes[i];
    snprintf(name, sizeof name, "%s.%dx%dx%d", label, s[0], s[1], s[2]);
    if (bench_wanted(name)) {
      gemm g = make_gemm(s[0], s[1], s[2]);
      const double ns = bench_run(name, fn, &g);
      snprintf(name, sizeof name, "%s.%dx%dx%d.rate", label, s[0], s[1], s[2]);
      bench_print(name, 2.0 * s[0] * s[1] * s[2] / ns, "GFLOP/s");
    }
  }
}

typedef struct {
  bench_fn fn;
  void *gemm;
  ops_op *conv;
} pair;

static void run_pair(void *context) {
  const pair *p = context;
  p->fn(p->gemm);
  ops_run(p->conv);
}

/* A 256^3 sgemm and a convolution in turn, against the sum of the two alone: what idle, spinning threads cost. */
static void alternation(const char *label, bench_fn fn) {
  char name[96];
  snprintf(name, sizeof name, "alternation.%s", label);
  if (!bench_wanted(name)) {
    return;
  }
  const ops_conv_shape s = {4, 32, 14, 14, 64, 3};
  ops_op forward = ops_from(ops_conv_forward(&s, dnnl_forward_training, NULL, 0));
  const ops_tensor src = ops_bind_new(&forward, DNNL_ARG_SRC), weights = ops_bind_new(&forward, DNNL_ARG_WEIGHTS);
  ops_bind_new(&forward, DNNL_ARG_BIAS);
  ops_bind_new(&forward, DNNL_ARG_DST);
  fill(&src);
  fill(&weights);
  gemm g = make_gemm(256, 256, 256);
  pair p = {fn, &g, &forward};
  snprintf(name, sizeof name, "alternation.%s.sgemm", label);
  const double gemm_ns = bench_run(name, fn, &g);
  snprintf(name, sizeof name, "alternation.%s.conv", label);
  const double conv_ns = bench_run(name, ops_run, &forward);
  snprintf(name, sizeof name, "alternation.%s.both", label);
  const double both_ns = bench_run(name, run_pair, &p);
  if (gemm_ns > 0 && conv_ns > 0 && both_ns > 0) {
    snprintf(name, sizeof name, "alternation.%s.cost", label);
    bench_print(name, both_ns / (gemm_ns + conv_ns), "ratio");
  }
}

int main(int argc, char **argv) {
  bench_environment(argv);
  bench_arguments(argc, argv);
  ops_start();
  relu_tiny();
  static const int batches[] = {1, 32, 128};
  for (int i = 0; i < 3; i++) {
    const ops_conv_shape first = {batches[i], 1, 28, 28, 32, 3}, second = {batches[i], 32, 14, 14, 64, 3};
    conv("1x28x28.32", first);
    conv("32x14x14.64", second);
  }
  gemms("sgemm", run_gemm);
  alternation("pthreads", run_gemm);
  openblas_set_num_threads(1);
  gemms("sgemm_openmp", run_gemm_openmp);
  alternation("openmp", run_gemm_openmp);
  return 0;
}
