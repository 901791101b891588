#include "dnnl_ops.h"

#include <stddef.h>

dnnl_engine_t ops_engine;
dnnl_stream_t ops_stream;

void ops_start(void) {
  BENCH_CHECK(dnnl_engine_create(&ops_engine, dnnl_cpu, 0));
  BENCH_CHECK(dnnl_stream_create(&ops_stream, ops_engine, dnnl_stream_default_flags));
}

static dnnl_memory_desc_t describe(int ndims, const dnnl_dim_t *dims, dnnl_format_tag_t tag) {
  dnnl_memory_desc_t md;
  BENCH_CHECK(dnnl_memory_desc_create_with_tag(&md, ndims, dims, dnnl_f32, tag));
  return md;
}

dnnl_memory_desc_t ops_any(int ndims, const dnnl_dim_t *dims) { return describe(ndims, dims, dnnl_format_tag_any); }

dnnl_memory_desc_t ops_plain(int ndims, const dnnl_dim_t *dims) {
  return describe(ndims, dims, ndims == 1 ? dnnl_a : ndims == 2 ? dnnl_ab : dnnl_abcd);
}

ops_tensor ops_make(const_dnnl_memory_desc_t md) {
  ops_tensor t = {NULL, NULL, bench_alloc((int64_t)dnnl_memory_desc_get_size(md))};
  BENCH_CHECK(dnnl_memory_desc_clone(&t.md, md));
  BENCH_CHECK(dnnl_memory_create(&t.memory, md, ops_engine, t.data));
  return t;
}

int ops_same(const ops_tensor *t, const_dnnl_memory_desc_t md) { return dnnl_memory_desc_equal(t->md, md) != 0; }

ops_op ops_from(dnnl_primitive_desc_t pd) {
  ops_op op = {.pd = pd};
  BENCH_CHECK(dnnl_primitive_create(&op.primitive, pd));
  ops_bind_new(&op, DNNL_ARG_SCRATCHPAD);
  return op;
}

void ops_bind(ops_op *op, int arg, const ops_tensor *t) {
  op->args[op->count].arg = arg;
  op->args[op->count].memory = t->memory;
  op->count++;
}

const_dnnl_memory_desc_t ops_md(const ops_op *op, int arg) {
  return dnnl_primitive_desc_query_md(op->pd, dnnl_query_exec_arg_md, arg);
}

ops_tensor ops_bind_new(ops_op *op, int arg) {
  const ops_tensor t = ops_make(ops_md(op, arg));
  ops_bind(op, arg, &t);
  return t;
}

ops_op ops_reorder(const ops_tensor *from, const ops_tensor *to) {
  dnnl_primitive_desc_t pd;
  const dnnl_primitive_attr_t attr = ops_attr(0);
  BENCH_CHECK(dnnl_reorder_primitive_desc_create(&pd, from->md, ops_engine, to->md, ops_engine, attr));
  BENCH_CHECK(dnnl_primitive_attr_destroy(attr));
  ops_op op = ops_from(pd);
  ops_bind(&op, DNNL_ARG_FROM, from);
  ops_bind(&op, DNNL_ARG_TO, to);
  return op;
}

void ops_run(void *context) {
  const ops_op *op = context;
  BENCH_CHECK(dnnl_primitive_execute(op->primitive, ops_stream, op->count, op->args));
  BENCH_CHECK(dnnl_stream_wait(ops_stream));
}

dnnl_primitive_attr_t ops_attr(int relu) {
  dnnl_primitive_attr_t attr;
  BENCH_CHECK(dnnl_primitive_attr_create(&attr));
  BENCH_CHECK(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user));
  if (relu) {
    dnnl_post_ops_t post;
    BENCH_CHECK(dnnl_post_ops_create(&post));
    BENCH_CHECK(dnnl_post_ops_append_eltwise(post, dnnl_eltwise_relu, 0, 0));
    BENCH_CHECK(dnnl_primitive_attr_set_post_ops(attr, post));
    BENCH_CHECK(dnnl_post_ops_destroy(post));
  }
  return attr;
}

/* Descriptors of a convolution whose weights and missing sides the library chooses. */
typedef struct {
  dnnl_memory_desc_t src, weights, bias, dst;
  dnnl_dim_t strides[2], dilates[2], padding[2];
} conv_parts;

static conv_parts conv_describe(const ops_conv_shape *s) {
  const dnnl_dim_t src[4] = {s->n, s->c, s->h, s->w}, weights[4] = {s->oc, s->c, s->k, s->k};
  const dnnl_dim_t dst[4] = {s->n, s->oc, s->h, s->w};
  const dnnl_dim_t pad = s->k / 2;
  const conv_parts p = {ops_any(4, src), ops_any(4, weights), ops_any(1, &s->oc), ops_any(4, dst),
                        {1, 1}, {0, 0}, {pad, pad}};
  return p;
}

dnnl_primitive_desc_t ops_conv_forward(const ops_conv_shape *s, dnnl_prop_kind_t prop, const_dnnl_memory_desc_t src,
                                       int relu) {
  const conv_parts p = conv_describe(s);
  const dnnl_primitive_attr_t attr = ops_attr(relu);
  dnnl_primitive_desc_t pd;
  BENCH_CHECK(dnnl_convolution_forward_primitive_desc_create(&pd, ops_engine, prop, dnnl_convolution_auto,
                                                             src != NULL ? src : p.src, p.weights, p.bias, p.dst,
                                                             p.strides, p.dilates, p.padding, p.padding, attr));
  return pd;
}

dnnl_primitive_desc_t ops_conv_backward_data(const ops_conv_shape *s, const_dnnl_memory_desc_t diff_dst,
                                             dnnl_primitive_desc_t forward) {
  const conv_parts p = conv_describe(s);
  const dnnl_primitive_attr_t attr = ops_attr(0);
  dnnl_primitive_desc_t pd;
  BENCH_CHECK(dnnl_convolution_backward_data_primitive_desc_create(
      &pd, ops_engine, dnnl_convolution_auto, p.src, p.weights, diff_dst != NULL ? diff_dst : p.dst, p.strides,
      p.dilates, p.padding, p.padding, forward, attr));
  return pd;
}

dnnl_primitive_desc_t ops_conv_backward_weights(const ops_conv_shape *s, const_dnnl_memory_desc_t src,
                                                const_dnnl_memory_desc_t diff_dst, dnnl_primitive_desc_t forward) {
  const conv_parts p = conv_describe(s);
  const dnnl_primitive_attr_t attr = ops_attr(0);
  dnnl_primitive_desc_t pd;
  BENCH_CHECK(dnnl_convolution_backward_weights_primitive_desc_create(
      &pd, ops_engine, dnnl_convolution_auto, src != NULL ? src : p.src, p.weights, p.bias,
      diff_dst != NULL ? diff_dst : p.dst, p.strides, p.dilates, p.padding, p.padding, forward, attr));
  return pd;
}
