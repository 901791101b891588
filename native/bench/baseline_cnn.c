/*
 * Training step and inference of the MNIST network from plain C: the bar for the same network in Java.
 *   baseline_cnn [--seconds S] [name prefix]
 * cnn.gradient_check is (loss before - loss after a small step along the gradient) / (step * |gradient|^2): 1 when
 * every gradient is right.
 */
#include <stdio.h>

#include "balboa_kernels.h"
#include "cnn.h"

static void check_gradients(void) {
  static cnn net;
  double squares = 0;
  cnn_build(&net, 8, dnnl_forward_training);
  cnn_gradients(&net);
  const float before = net.loss;
  BENCH_CHECK(balboa_sum_squares_multi_f32(net.params, net.sizes, (const float *const *)net.grads, &squares));
  const double args[4] = {2e-3 / squares, 0, 0, 0};
  BENCH_CHECK(balboa_sgd_f32(net.params, net.sizes, net.weights, (const float *const *)net.grads, NULL, args));
  cnn_gradients(&net);
  bench_print("cnn.gradient_check", (double)(before - net.loss) / 2e-3, "ratio");
}

int main(int argc, char **argv) {
  static cnn nets[6];
  static const int batches[] = {1, 32, 128};
  char name[64];
  bench_environment(argv);
  bench_arguments(argc, argv);
  ops_start();
  check_gradients();
  for (int i = 0; i < 3; i++) {
    snprintf(name, sizeof name, "cnn.train.n%d", batches[i]);
    if (bench_wanted(name)) {
      cnn_build(&nets[i], batches[i], dnnl_forward_training);
      const double ns = bench_run(name, cnn_train_step, &nets[i]);
      snprintf(name, sizeof name, "cnn.train.n%d.rate", batches[i]);
      bench_print(name, 1e9 * batches[i] / ns, "images/s");
      snprintf(name, sizeof name, "cnn.train.n%d.reorders", batches[i]);
      bench_print(name, nets[i].reorders, "count");
      snprintf(name, sizeof name, "cnn.train.n%d.final_loss", batches[i]);
      bench_print(name, (double)nets[i].loss, "nats");
    }
    snprintf(name, sizeof name, "cnn.infer.n%d", batches[i]);
    if (bench_wanted(name)) {
      cnn_build(&nets[3 + i], batches[i], dnnl_forward_inference);
      const double ns = bench_run(name, cnn_infer, &nets[3 + i]);
      snprintf(name, sizeof name, "cnn.infer.n%d.rate", batches[i]);
      bench_print(name, 1e9 * batches[i] / ns, "images/s");
    }
  }
  return 0;
}
