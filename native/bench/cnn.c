#include "cnn.h"

#include <math.h>
#include <stddef.h>

#include "balboa_kernels.h"

static ops_op *append(cnn_sequence *s, ops_op op) {
  if (s->count == CNN_STEPS) {
    bench_fail(__FILE__, __LINE__, "CNN_STEPS", s->count);
  }
  s->step[s->count] = op;
  return &s->step[s->count++];
}

static void run_sequence(cnn_sequence *s) {
  for (int i = 0; i < s->count; i++) {
    BENCH_CHECK(dnnl_primitive_execute(s->step[i].primitive, ops_stream, s->step[i].count, s->step[i].args));
  }
  BENCH_CHECK(dnnl_stream_wait(ops_stream));
}

/* t in the layout that op wants for arg: itself, or a copy that a reorder in the sequence fills. Binds it. */
static ops_tensor connect(cnn *net, cnn_sequence *s, ops_op *op, int arg, ops_tensor t) {
  if (!ops_same(&t, ops_md(op, arg))) {
    const ops_tensor converted = ops_make(ops_md(op, arg));
    append(s, ops_reorder(&t, &converted));
    net->reorders++;
    t = converted;
  }
  ops_bind(op, arg, &t);
  return t;
}

static int64_t elements(const ops_tensor *t) {
  return (int64_t)(dnnl_memory_desc_get_size(t->md) / sizeof(float));
}

/* Registers weights (scaled for fan_in) or a bias (fan_in 0) of a forward primitive. */
static ops_tensor parameter(cnn *net, ops_op *op, int arg, int ndims, const dnnl_dim_t *dims, int fan_in) {
  const ops_tensor t = ops_bind_new(op, arg);
  int64_t n = 1;
  for (int d = 0; d < ndims; d++) {
    n *= dims[d];
  }
  const dnnl_memory_desc_t md = ops_plain(ndims, dims);
  const ops_tensor plain = ops_make(md);
  const float scale = fan_in > 0 ? sqrtf(6.0f / (float)fan_in) : 0.0f;
  float *values = bench_random(n, scale);
  for (int64_t i = 0; i < n; i++) {
    plain.data[i] = values[i];
  }
  ops_op copy = ops_reorder(&plain, &t);
  ops_run(&copy);
  const int p = net->params++;
  net->sizes[p] = elements(&t);
  net->weights[p] = t.data;
  net->mean[p] = bench_alloc(net->sizes[p] * 4);
  net->square[p] = bench_alloc(net->sizes[p] * 4);
  return t;
}

/* The gradient of parameter p, in the parameter's layout. */
static void gradient(cnn *net, ops_op *op, int arg, int p, const ops_tensor *weights, ops_op *after) {
  const ops_tensor grad = ops_bind_new(op, arg);
  net->grads[p] = grad.data;
  if (!ops_same(&grad, weights->md)) {
    const ops_tensor converted = ops_make(weights->md);
    *after = ops_reorder(&grad, &converted);
    net->grads[p] = converted.data;
  }
}

/* What a layer leaves for the backward pass. */
typedef struct {
  dnnl_primitive_desc_t pd;
  ops_tensor src, weights, bias, dst, workspace;
  int first_param;
} layer;

static layer finish_layer(cnn *net, ops_op op, ops_tensor src, int wdims, const dnnl_dim_t *w, const dnnl_dim_t *oc,
                          int fan_in) {
  layer l = {.pd = op.pd, .first_param = net->params};
  l.src = connect(net, &net->forward, &op, DNNL_ARG_SRC, src);
  l.weights = parameter(net, &op, DNNL_ARG_WEIGHTS, wdims, w, fan_in);
  l.bias = parameter(net, &op, DNNL_ARG_BIAS, 1, oc, 0);
  l.dst = ops_bind_new(&op, DNNL_ARG_DST);
  append(&net->forward, op);
  return l;
}

static layer conv_layer(cnn *net, const ops_conv_shape *s, dnnl_prop_kind_t prop, ops_tensor src) {
  const dnnl_dim_t w[4] = {s->oc, s->c, s->k, s->k};
  return finish_layer(net, ops_from(ops_conv_forward(s, prop, NULL, 1)), src, 4, w, &s->oc, (int)(s->c * s->k * s->k));
}

static layer pool_layer(cnn *net, const dnnl_dim_t out[4], dnnl_prop_kind_t prop, ops_tensor src) {
  const dnnl_dim_t two[2] = {2, 2}, zero[2] = {0, 0};
  const dnnl_memory_desc_t dst = ops_any(4, out);
  dnnl_primitive_desc_t pd;
  BENCH_CHECK(dnnl_pooling_forward_primitive_desc_create(&pd, ops_engine, prop, dnnl_pooling_max, src.md, dst, two, two,
                                                         zero, zero, zero, ops_attr(0)));
  ops_op op = ops_from(pd);
  layer l = {.pd = pd, .src = src};
  ops_bind(&op, DNNL_ARG_SRC, &src);
  l.dst = ops_bind_new(&op, DNNL_ARG_DST);
  if (prop == dnnl_forward_training) {
    l.workspace = ops_bind_new(&op, DNNL_ARG_WORKSPACE);
  }
  append(&net->forward, op);
  return l;
}

typedef struct {
  int src_ndims;
  dnnl_dim_t src[4], weights[4], out[2];
} dense_shape;

static layer dense_layer(cnn *net, const dense_shape *s, dnnl_prop_kind_t prop, int relu, ops_tensor src) {
  const dnnl_memory_desc_t x = ops_any(s->src_ndims, s->src), w = ops_any(s->src_ndims, s->weights);
  const dnnl_memory_desc_t b = ops_any(1, &s->out[1]), y = ops_plain(2, s->out);
  dnnl_primitive_desc_t pd;
  BENCH_CHECK(dnnl_inner_product_forward_primitive_desc_create(&pd, ops_engine, prop, x, w, b, y, ops_attr(relu)));
  const int fan_in = (int)(s->weights[1] * (s->src_ndims == 4 ? s->weights[2] * s->weights[3] : 1));
  return finish_layer(net, ops_from(pd), src, s->src_ndims, s->weights, &s->out[1], fan_in);
}

static void backward_weights(cnn *net, dnnl_primitive_desc_t pd, const layer *l, ops_tensor src, ops_tensor diff_dst) {
  ops_op op = ops_from(pd), after = {0}, after_bias = {0};
  connect(net, &net->backward, &op, DNNL_ARG_SRC, src);
  connect(net, &net->backward, &op, DNNL_ARG_DIFF_DST, diff_dst);
  gradient(net, &op, DNNL_ARG_DIFF_WEIGHTS, l->first_param, &l->weights, &after);
  gradient(net, &op, DNNL_ARG_DIFF_BIAS, l->first_param + 1, &l->bias, &after_bias);
  append(&net->backward, op);
  if (after.primitive != NULL) {
    append(&net->backward, after);
    net->reorders++;
  }
}

static ops_tensor backward_data(cnn *net, dnnl_primitive_desc_t pd, const layer *l, ops_tensor diff_dst) {
  ops_op op = ops_from(pd);
  connect(net, &net->backward, &op, DNNL_ARG_WEIGHTS, l->weights);
  connect(net, &net->backward, &op, DNNL_ARG_DIFF_DST, diff_dst);
  const ops_tensor diff_src = ops_bind_new(&op, DNNL_ARG_DIFF_SRC);
  append(&net->backward, op);
  return diff_src;
}

/* diff, in place, where y = relu(..) is positive. Behind a pooling, y is the pooled tensor: a quarter of the work. */
static ops_tensor backward_relu(cnn *net, ops_tensor y, ops_tensor diff) {
  dnnl_primitive_desc_t forward, pd;
  BENCH_CHECK(dnnl_eltwise_forward_primitive_desc_create(&forward, ops_engine, dnnl_forward_training,
                                                         dnnl_eltwise_relu_use_dst_for_bwd, y.md, y.md, 0, 0,
                                                         ops_attr(0)));
  BENCH_CHECK(dnnl_eltwise_backward_primitive_desc_create(&pd, ops_engine, dnnl_eltwise_relu_use_dst_for_bwd, y.md,
                                                          y.md, y.md, 0, 0, forward, ops_attr(0)));
  ops_op op = ops_from(pd);
  ops_bind(&op, DNNL_ARG_DST, &y);
  diff = connect(net, &net->backward, &op, DNNL_ARG_DIFF_DST, diff);
  ops_bind(&op, DNNL_ARG_DIFF_SRC, &diff);
  append(&net->backward, op);
  return diff;
}

static ops_tensor backward_pool(cnn *net, const layer *l, ops_tensor diff) {
  const dnnl_dim_t two[2] = {2, 2}, zero[2] = {0, 0};
  dnnl_primitive_desc_t pd;
  BENCH_CHECK(dnnl_pooling_backward_primitive_desc_create(&pd, ops_engine, dnnl_pooling_max, l->src.md, l->dst.md, two,
                                                          two, zero, zero, zero, l->pd, ops_attr(0)));
  ops_op op = ops_from(pd);
  connect(net, &net->backward, &op, DNNL_ARG_DIFF_DST, diff);
  ops_bind(&op, DNNL_ARG_WORKSPACE, &l->workspace);
  const ops_tensor diff_src = ops_bind_new(&op, DNNL_ARG_DIFF_SRC);
  append(&net->backward, op);
  return diff_src;
}

static dnnl_primitive_desc_t dense_backward_weights(const dense_shape *s, const layer *l) {
  const dnnl_memory_desc_t x = ops_any(s->src_ndims, s->src), w = ops_any(s->src_ndims, s->weights);
  const dnnl_memory_desc_t b = ops_any(1, &s->out[1]), y = ops_any(2, s->out);
  dnnl_primitive_desc_t pd;
  BENCH_CHECK(dnnl_inner_product_backward_weights_primitive_desc_create(&pd, ops_engine, x, w, b, y, l->pd,
                                                                        ops_attr(0)));
  return pd;
}

/* The gradient comes in the layout of the layer's input, so that it needs no reorder further down. */
static dnnl_primitive_desc_t dense_backward_data(const dense_shape *s, const layer *l, const ops_tensor *like) {
  const dnnl_memory_desc_t w = ops_any(s->src_ndims, s->weights), y = ops_any(2, s->out);
  dnnl_primitive_desc_t pd;
  BENCH_CHECK(
      dnnl_inner_product_backward_data_primitive_desc_create(&pd, ops_engine, like->md, w, y, l->pd, ops_attr(0)));
  return pd;
}

void cnn_build(cnn *net, int batch, dnnl_prop_kind_t prop) {
  const int64_t n = batch;
  const ops_conv_shape c1 = {n, 1, 28, 28, 32, 3}, c2 = {n, 32, 14, 14, 64, 3};
  const dnnl_dim_t image[4] = {n, 1, 28, 28}, half[4] = {n, 32, 14, 14}, quarter[4] = {n, 64, 7, 7};
  const dense_shape d1 = {4, {n, 64, 7, 7}, {128, 64, 7, 7}, {n, 128}};
  const dense_shape d2 = {2, {n, 128}, {CNN_CLASSES, 128}, {n, CNN_CLASSES}};
  *net = (cnn){.batch = batch};
  net->x = ops_make(ops_plain(4, image));
  float *pixels = bench_random(n * 784, 0.5f);
  for (int64_t i = 0; i < n * 784; i++) {
    net->x.data[i] = pixels[i] + 0.5f;
  }
  net->labels = bench_alloc(n * 4);
  for (int64_t i = 0; i < n; i++) {
    net->labels[i] = (int32_t)(i * 7 % CNN_CLASSES);
  }
  const layer conv1 = conv_layer(net, &c1, prop, net->x);
  const layer pool1 = pool_layer(net, half, prop, conv1.dst);
  const layer conv2 = conv_layer(net, &c2, prop, pool1.dst);
  const layer pool2 = pool_layer(net, quarter, prop, conv2.dst);
  const layer dense1 = dense_layer(net, &d1, prop, 1, pool2.dst);
  const layer dense2 = dense_layer(net, &d2, prop, 0, dense1.dst);
  net->logits = dense2.dst;
  if (prop != dnnl_forward_training) {
    return;
  }
  net->dlogits = ops_make(net->logits.md);
  backward_weights(net, dense_backward_weights(&d2, &dense2), &dense2, dense1.dst, net->dlogits);
  ops_tensor diff = backward_data(net, dense_backward_data(&d2, &dense2, &dense1.dst), &dense2, net->dlogits);
  diff = backward_relu(net, dense1.dst, diff);
  backward_weights(net, dense_backward_weights(&d1, &dense1), &dense1, pool2.dst, diff);
  diff = backward_data(net, dense_backward_data(&d1, &dense1, &pool2.dst), &dense1, diff);
  diff = backward_pool(net, &pool2, backward_relu(net, pool2.dst, diff));
  backward_weights(net, ops_conv_backward_weights(&c2, NULL, NULL, conv2.pd), &conv2, pool1.dst, diff);
  diff = backward_data(net, ops_conv_backward_data(&c2, NULL, conv2.pd), &conv2, diff);
  diff = backward_pool(net, &pool1, backward_relu(net, pool1.dst, diff));
  backward_weights(net, ops_conv_backward_weights(&c1, NULL, NULL, conv1.pd), &conv1, net->x, diff);
}

void cnn_infer(void *context) {
  cnn *net = context;
  run_sequence(&net->forward);
  BENCH_CHECK(balboa_softmax_f32(net->batch, CNN_CLASSES, 1, net->logits.data, net->logits.data));
}

void cnn_gradients(void *context) {
  cnn *net = context;
  const float one = 1.0f;
  int64_t bad = 0;
  run_sequence(&net->forward);
  BENCH_CHECK(balboa_cross_entropy(BALBOA_F32, net->batch, CNN_CLASSES, 1, net->logits.data, BALBOA_I32, net->labels,
                                   NULL, 0.0, -100, BALBOA_REDUCTION_MEAN, &net->loss, &bad));
  BENCH_CHECK(balboa_cross_entropy_backward(BALBOA_F32, net->batch, CNN_CLASSES, 1, net->logits.data, BALBOA_I32,
                                            net->labels, NULL, 0.0, -100, BALBOA_REDUCTION_MEAN, &one,
                                            net->dlogits.data, &bad));
  run_sequence(&net->backward);
}

void cnn_train_step(void *context) {
  cnn *net = context;
  cnn_gradients(net);
  net->step++;
  const double args[8] = {1e-3, 0.9, 0.999, 1e-8, 0, 1 - pow(0.9, (double)net->step), 1 - pow(0.999, (double)net->step),
                          0};
  BENCH_CHECK(balboa_adam_f32(net->params, net->sizes, net->weights, (const float *const *)net->grads, net->mean,
                              net->square, args));
}
