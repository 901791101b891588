/* oneDNN primitives as the baselines use them: layouts chosen by the library, scratchpad owned by the caller. */
#ifndef BALBOA_DNNL_OPS_H
#define BALBOA_DNNL_OPS_H

#include <oneapi/dnnl/dnnl.h>

#include "bench.h"

extern dnnl_engine_t ops_engine;
extern dnnl_stream_t ops_stream;
void ops_start(void);

/* A tensor in whatever layout `md` says. */
typedef struct {
  dnnl_memory_desc_t md;
  dnnl_memory_t memory;
  float *data;
} ops_tensor;

dnnl_memory_desc_t ops_any(int ndims, const dnnl_dim_t *dims);
dnnl_memory_desc_t ops_plain(int ndims, const dnnl_dim_t *dims); /* row-major, ndims 1, 2 or 4 */
ops_tensor ops_make(const_dnnl_memory_desc_t md);                /* zeroed */
int ops_same(const ops_tensor *t, const_dnnl_memory_desc_t md);

typedef struct {
  dnnl_primitive_desc_t pd;
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t args[24];
  int count;
} ops_op;

/* Makes the primitive and binds its scratchpad. */
ops_op ops_from(dnnl_primitive_desc_t pd);
void ops_bind(ops_op *op, int arg, const ops_tensor *t);
/* The layout the primitive wants for an argument. */
const_dnnl_memory_desc_t ops_md(const ops_op *op, int arg);
/* A fresh tensor in that layout, bound. */
ops_tensor ops_bind_new(ops_op *op, int arg);
ops_op ops_reorder(const ops_tensor *from, const ops_tensor *to);
/* bench_fn: executes and waits. */
void ops_run(void *op);

/* User scratchpad; relu: with a ReLU on the result. */
dnnl_primitive_attr_t ops_attr(int relu);

typedef struct {
  dnnl_dim_t n, c, h, w, oc, k; /* k x k kernel, stride 1, same padding */
} ops_conv_shape;

dnnl_primitive_desc_t ops_conv_forward(const ops_conv_shape *s, dnnl_prop_kind_t prop, const_dnnl_memory_desc_t src,
                                       int relu);
dnnl_primitive_desc_t ops_conv_backward_data(const ops_conv_shape *s, const_dnnl_memory_desc_t diff_dst,
                                             dnnl_primitive_desc_t forward);
dnnl_primitive_desc_t ops_conv_backward_weights(const ops_conv_shape *s, const_dnnl_memory_desc_t src,
                                                const_dnnl_memory_desc_t diff_dst, dnnl_primitive_desc_t forward);

#endif
