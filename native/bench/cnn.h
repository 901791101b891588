/*
 * The MNIST network as a list of oneDNN primitives and balboa kernels: conv 3x3x32 same, ReLU, max pool 2, conv 3x3x64
 * same, ReLU, max pool 2, dense 128, ReLU, dense 10, softmax cross entropy, Adam. Every layout is the library's choice,
 * ReLU is fused into the layer before it, and a reorder stands only where two primitives disagree.
 */
#ifndef BALBOA_CNN_H
#define BALBOA_CNN_H

#include "dnnl_ops.h"

enum { CNN_STEPS = 64, CNN_PARAMS = 8, CNN_CLASSES = 10 };

typedef struct {
  ops_op step[CNN_STEPS];
  int count;
} cnn_sequence;

typedef struct {
  int batch;
  ops_tensor x, logits, dlogits;
  int32_t *labels;
  float loss;
  cnn_sequence forward, backward;
  int reorders; /* of those, how many only change a layout */
  /* Weights and biases in the forward pass's layouts, gradients and Adam's state in the same. */
  int params;
  int64_t sizes[CNN_PARAMS];
  float *weights[CNN_PARAMS], *grads[CNN_PARAMS], *mean[CNN_PARAMS], *square[CNN_PARAMS];
  int64_t step;
} cnn;

/* prop: dnnl_forward_training builds the backward pass too. */
void cnn_build(cnn *net, int batch, dnnl_prop_kind_t prop);
/* bench_fn, all of them, on a cnn. */
void cnn_infer(void *net);        /* logits become probabilities */
void cnn_gradients(void *net);    /* loss and gradients */
void cnn_train_step(void *net);   /* and the Adam update */

#endif
