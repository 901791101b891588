/*
 * The kernels of this library, on one thread and on all: time of a call and the memory traffic that is.
 *   baseline_kernels [--seconds S] [name prefix]
 */
#include <stdio.h>

#include "balboa_kernels.h"
#include "bench.h"

enum { N = 1 << 20 };

static float *x, *y, *z;
static int32_t labels[128], picked[N / 128];
static int64_t bad;

static void run_unary(void *kind) { balboa_unary_f32(*(const int32_t *)kind, N, x, y, 1, 20); }

static void run_gelu_backward(void *unused) {
  (void)unused;
  balboa_unary_backward_f32(BALBOA_GELU_ERF, N, x, z, y, 0, 0);
}

static void run_add(void *unused) {
  (void)unused;
  const int64_t dims[1] = {N}, one[1] = {1};
  balboa_binary(BALBOA_F32, BALBOA_ADD, 1, dims, x, one, z, one, y);
}

static void run_add_channels(void *unused) {
  (void)unused;
  const int64_t dims[4] = {32, 64, 16, 32}, dense[4] = {32768, 512, 32, 1}, channel[4] = {0, 1, 0, 0};
  balboa_binary(BALBOA_F32, BALBOA_ADD, 4, dims, x, dense, z, channel, y);
}

static void run_add_rows(void *unused) {
  (void)unused;
  const int64_t dims[2] = {8192, 128}, dense[2] = {128, 1}, row[2] = {0, 1};
  balboa_binary(BALBOA_F32, BALBOA_ADD, 2, dims, x, dense, z, row, y);
}

static void run_tiny(void *unused) {
  (void)unused;
  balboa_unary_f32(BALBOA_RELU, 16, x, y, 0, 0);
}

static void run_tiny_add(void *unused) {
  (void)unused;
  const int64_t dims[2] = {4, 4}, dense[2] = {4, 1};
  balboa_binary(BALBOA_F32, BALBOA_ADD, 2, dims, x, dense, z, dense, y);
}

static void run_copy(void *unused) {
  (void)unused;
  const int64_t dims[1] = {N}, one[1] = {1};
  balboa_copy_strided(4, 1, dims, x, one, y, one);
}

static void run_nchw_to_nhwc(void *unused) {
  (void)unused;
  const int64_t dims[4] = {32, 16, 32, 64}, src[4] = {32768, 32, 1, 512}, dst[4] = {32768, 2048, 64, 1};
  balboa_copy_strided(4, 4, dims, x, src, y, dst);
}

static void run_transpose(void *unused) {
  (void)unused;
  const int64_t dims[2] = {1024, 1024}, src[2] = {1, 1024}, dst[2] = {1024, 1};
  balboa_copy_strided(4, 2, dims, x, src, y, dst);
}

typedef struct {
  int32_t kind;
  int64_t outer, red, inner;
} reduction;

static void run_reduce(void *context) {
  const reduction *r = context;
  balboa_reduce(BALBOA_F32, r->kind, r->outer, r->red, r->inner, x, y);
}

static void run_argmax(void *unused) {
  (void)unused;
  balboa_argmax_f32(N / 128, 128, 1, x, picked);
}

static void run_softmax(void *unused) {
  (void)unused;
  balboa_softmax_f32(1024, 1024, 1, x, y);
}

static void run_cross_entropy(void *unused) {
  (void)unused;
  float loss;
  balboa_cross_entropy(BALBOA_F32, 128, 10, 1, x, BALBOA_I32, labels, NULL, 0, -100, BALBOA_REDUCTION_MEAN, &loss, &bad);
  balboa_cross_entropy_backward(BALBOA_F32, 128, 10, 1, x, BALBOA_I32, labels, NULL, 0, -100, BALBOA_REDUCTION_MEAN,
                                &loss, y, &bad);
}

static void run_uniform(void *unused) {
  (void)unused;
  const int64_t key[2] = {1, 2};
  balboa_uniform_f32(N, key, 0, 1, y);
}

static void run_normal(void *unused) {
  (void)unused;
  const int64_t key[2] = {1, 2};
  balboa_normal_f32(N, key, 0, 1, y);
}

static void run_dropout(void *unused) {
  (void)unused;
  const int64_t key[2] = {1, 2};
  balboa_dropout_f32(N, key, 0.5f, x, y);
}

/* The sizes of the MNIST network: 421,642 parameters in 8 tensors. */
static void run_adam(void *context) {
  float *const *buffer = context;
  static const int64_t sizes[8] = {288, 32, 18432, 64, 401408, 128, 1280, 10};
  const double args[8] = {1e-3, 0.9, 0.999, 1e-8, 0, 0.1, 0.001, 0};
  float *list[4][8];
  int64_t at = 0;
  for (int t = 0; t < 8; t++) {
    for (int k = 0; k < 4; k++) {
      list[k][t] = buffer[k] + at;
    }
    at += sizes[t];
  }
  balboa_adam_f32(8, sizes, list[0], (const float *const *)list[1], list[2], list[3], args);
}

/* bytes: what a call must at least read and write. */
static void run(const char *label, const char *threads, bench_fn fn, void *context, double bytes) {
  char name[96];
  snprintf(name, sizeof name, "%s.%s", label, threads);
  const double ns = bench_run(name, fn, context);
  if (ns > 0 && bytes > 0) {
    snprintf(name, sizeof name, "%s.%s.rate", label, threads);
    bench_print(name, bytes / ns, "GB/s");
  }
}

static void run_all(const char *threads) {
  static const struct {
    const char *name;
    int32_t kind;
  } unary[] = {{"relu", BALBOA_RELU},       {"exp", BALBOA_EXP},   {"log", BALBOA_LOG},   {"tanh", BALBOA_TANH},
               {"sigmoid", BALBOA_SIGMOID}, {"erf", BALBOA_ERF},   {"gelu", BALBOA_GELU_ERF},
               {"softplus", BALBOA_SOFTPLUS}, {"sin", BALBOA_SIN}, {"sqrt", BALBOA_SQRT}};
  static reduction rows = {BALBOA_REDUCE_SUM, N / 128, 128, 1}, all = {BALBOA_REDUCE_SUM, 1, N, 1};
  static reduction columns = {BALBOA_REDUCE_SUM, 1, N / 128, 128}, max = {BALBOA_REDUCE_MAX, 1, N, 1};
  float *adam[4] = {x, z, y, y + N / 2};
  const double one = 4.0 * N;
  for (size_t i = 0; i < sizeof unary / sizeof unary[0]; i++) {
    int32_t kind = unary[i].kind;
    run(unary[i].name, threads, run_unary, &kind, 2 * one);
  }
  run("gelu_backward", threads, run_gelu_backward, NULL, 3 * one);
  run("add", threads, run_add, NULL, 3 * one);
  run("add_channels", threads, run_add_channels, NULL, 2 * one);
  run("add_rows", threads, run_add_rows, NULL, 2 * one);
  run("tiny_relu", threads, run_tiny, NULL, 0);
  run("tiny_add", threads, run_tiny_add, NULL, 0);
  run("copy", threads, run_copy, NULL, 2 * one);
  run("nchw_to_nhwc", threads, run_nchw_to_nhwc, NULL, 2 * one);
  run("transpose", threads, run_transpose, NULL, 2 * one);
  run("sum_rows", threads, run_reduce, &rows, one);
  run("sum_all", threads, run_reduce, &all, one);
  run("sum_columns", threads, run_reduce, &columns, one);
  run("max_all", threads, run_reduce, &max, one);
  run("argmax_rows", threads, run_argmax, NULL, one);
  run("softmax", threads, run_softmax, NULL, 2 * one);
  run("cross_entropy_128x10", threads, run_cross_entropy, NULL, 0);
  run("uniform", threads, run_uniform, NULL, one);
  run("normal", threads, run_normal, NULL, one);
  run("dropout", threads, run_dropout, NULL, 2 * one);
  run("adam_mnist", threads, run_adam, adam, 7 * 4.0 * 421642);
}

int main(int argc, char **argv) {
  bench_arguments(argc, argv);
  x = bench_random(N, 4);
  y = bench_random(N, 0);
  z = bench_random(N, 1);
  for (int i = 0; i < 128; i++) {
    labels[i] = i % 10;
  }
  printf("isa %s name\n", balboa_kernels_isa());
  const int32_t threads = balboa_max_threads();
  balboa_set_threads(1);
  run_all("t1");
  balboa_set_threads(threads);
  run_all("all");
  return 0;
}
