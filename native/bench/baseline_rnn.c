/*
 * Recurrent layers: Balboa's kernels against oneDNN's primitives, in turns.
 *   baseline_rnn [--seconds S] [name prefix]
 * inference: forward for inference; step: forward for training and backward with all gradients. Of oneDNN there are two
 * times: "onednn" with weights that are in the layouts that it asks for before the clock starts, and "onednn_rows" with
 * weights [gates, in] as users keep them, brought there each time, as a training step has to, and the gradients back.
 * Balboa takes and gives rows, and packs within its time.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "balboa_kernels.h"
#include "dnnl_ops.h"

enum { TANH, LSTM, GRU, LATE_GRU, CELLS };
static const char *const names[CELLS] = {"tanh", "lstm", "gru", "lbr_gru"};
static const int kinds[CELLS] = {BALBOA_RNN_TANH, BALBOA_RNN_LSTM, BALBOA_RNN_GRU, BALBOA_RNN_GRU_LATE_RESET};
static const int gate_counts[CELLS] = {1, 4, 3, 3}, bias_counts[CELLS] = {1, 4, 3, 4};

typedef struct {
  int cell;
  int64_t t, n, c, h;
} shape;

/* ---- oneDNN */

typedef struct {
  dnnl_memory_desc_t x, state, wx, wh, bias, y; /* weights in any layout */
} descriptors;

static dnnl_memory_desc_t tagged(int ndims, const dnnl_dim_t *dims, dnnl_format_tag_t tag) {
  dnnl_memory_desc_t md;
  BENCH_CHECK(dnnl_memory_desc_create_with_tag(&md, ndims, dims, dnnl_f32, tag));
  return md;
}

static descriptors describe(const shape *s) {
  const int64_t g = gate_counts[s->cell];
  const dnnl_dim_t x[3] = {s->t, s->n, s->c}, y[3] = {s->t, s->n, s->h}, state[4] = {1, 1, s->n, s->h};
  const dnnl_dim_t wx[5] = {1, 1, s->c, g, s->h}, wh[5] = {1, 1, s->h, g, s->h};
  const dnnl_dim_t bias[4] = {1, 1, bias_counts[s->cell], s->h};
  const descriptors d = {tagged(3, x, dnnl_tnc), tagged(4, state, dnnl_ldnc), ops_any(5, wx), ops_any(5, wh),
                         tagged(4, bias, dnnl_ldgo), tagged(3, y, dnnl_tnc)};
  return d;
}

static dnnl_primitive_desc_t forward_of(const shape *s, const descriptors *d, dnnl_prop_kind_t prop) {
  const dnnl_primitive_attr_t attr = ops_attr(0);
  const dnnl_rnn_direction_t way = dnnl_unidirectional_left2right;
  dnnl_primitive_desc_t pd;
  switch (s->cell) {
    case TANH:
      BENCH_CHECK(dnnl_vanilla_rnn_forward_primitive_desc_create(&pd, ops_engine, prop, dnnl_eltwise_tanh, way, d->x,
                                                                 d->state, d->wx, d->wh, d->bias, d->y, d->state, 0, 0,
                                                                 0, attr));
      break;
    case LSTM:
      BENCH_CHECK(dnnl_lstm_forward_primitive_desc_create(&pd, ops_engine, prop, way, d->x, d->state, d->state, d->wx,
                                                          d->wh, NULL, NULL, d->bias, d->y, d->state, d->state, 0,
                                                          attr));
      break;
    case GRU:
      BENCH_CHECK(dnnl_gru_forward_primitive_desc_create(&pd, ops_engine, prop, way, d->x, d->state, d->wx, d->wh,
                                                         d->bias, d->y, d->state, 0, attr));
      break;
    default:
      BENCH_CHECK(dnnl_lbr_gru_forward_primitive_desc_create(&pd, ops_engine, prop, way, d->x, d->state, d->wx, d->wh,
                                                             d->bias, d->y, d->state, 0, attr));
  }
  return pd;
}

static dnnl_primitive_desc_t backward_of(const shape *s, const descriptors *d, dnnl_primitive_desc_t hint) {
  const dnnl_primitive_attr_t attr = ops_attr(0);
  const dnnl_rnn_direction_t way = dnnl_unidirectional_left2right;
  const dnnl_prop_kind_t prop = dnnl_backward;
  const unsigned flags = dnnl_rnn_flags_diff_weights_overwrite;
  dnnl_primitive_desc_t pd;
  switch (s->cell) {
    case TANH:
      BENCH_CHECK(dnnl_vanilla_rnn_backward_primitive_desc_create(
          &pd, ops_engine, prop, dnnl_eltwise_tanh, way, d->x, d->state, d->wx, d->wh, d->bias, d->y, d->state, d->x,
          d->state, d->wx, d->wh, d->bias, d->y, d->state, flags, 0, 0, hint, attr));
      break;
    case LSTM:
      BENCH_CHECK(dnnl_lstm_backward_primitive_desc_create(
          &pd, ops_engine, prop, way, d->x, d->state, d->state, d->wx, d->wh, NULL, NULL, d->bias, d->y, d->state,
          d->state, d->x, d->state, d->state, d->wx, d->wh, NULL, NULL, d->bias, d->y, d->state, d->state, flags, hint,
          attr));
      break;
    case GRU:
      BENCH_CHECK(dnnl_gru_backward_primitive_desc_create(&pd, ops_engine, prop, way, d->x, d->state, d->wx, d->wh,
                                                          d->bias, d->y, d->state, d->x, d->state, d->wx, d->wh,
                                                          d->bias, d->y, d->state, flags, hint, attr));
      break;
    default:
      BENCH_CHECK(dnnl_lbr_gru_backward_primitive_desc_create(&pd, ops_engine, prop, way, d->x, d->state, d->wx, d->wh,
                                                              d->bias, d->y, d->state, d->x, d->state, d->wx, d->wh,
                                                              d->bias, d->y, d->state, flags, hint, attr));
  }
  return pd;
}

static void fill(const ops_tensor *t, float scale) {
  const int64_t bytes = (int64_t)dnnl_memory_desc_get_size(t->md);
  float *x = bench_random(bytes / (int64_t)sizeof(float), scale);
  for (int64_t i = 0; i < bytes / (int64_t)sizeof(float); i++) {
    t->data[i] = x[i];
  }
  free(x);
}

/* A primitive and what brings weights into its layouts. */
typedef struct {
  ops_op op, pack[2];
} packed_op;

static ops_tensor rows_of(int64_t in, const shape *s) {
  const dnnl_dim_t dims[5] = {1, 1, in, gate_counts[s->cell], s->h};
  return ops_make(tagged(5, dims, dnnl_ldgoi));
}

/* Random weights, brought into the layout that the primitive asks for. */
static ops_op bind_weights(ops_op *op, int arg, int64_t in, const shape *s) {
  const ops_tensor rows = rows_of(in, s), wanted = ops_bind_new(op, arg);
  fill(&rows, 0.05f);
  ops_op pack = ops_reorder(&rows, &wanted);
  ops_run(&pack);
  return pack;
}

static packed_op with_inputs(dnnl_primitive_desc_t pd, const shape *s) {
  packed_op p = {.op = ops_from(pd)};
  ops_op *op = &p.op;
  ops_tensor x = ops_bind_new(op, DNNL_ARG_SRC_LAYER), h = ops_bind_new(op, DNNL_ARG_SRC_ITER);
  fill(&x, 1);
  fill(&h, 1);
  if (s->cell == LSTM) {
    ops_bind_new(op, DNNL_ARG_SRC_ITER_C);
  }
  p.pack[0] = bind_weights(op, DNNL_ARG_WEIGHTS_LAYER, s->c, s);
  p.pack[1] = bind_weights(op, DNNL_ARG_WEIGHTS_ITER, s->h, s);
  ops_bind_new(op, DNNL_ARG_BIAS);
  return p;
}

typedef struct {
  packed_op inference, forward, backward;
  ops_op unpack[2]; /* gradients of the weights */
} dnnl_layer;

static dnnl_layer dnnl_make(const shape *s) {
  const descriptors d = describe(s);
  const dnnl_primitive_desc_t training = forward_of(s, &d, dnnl_forward_training);
  dnnl_layer l = {.inference = with_inputs(forward_of(s, &d, dnnl_forward_inference), s)};
  l.forward = with_inputs(training, s);
  l.backward = with_inputs(backward_of(s, &d, training), s);
  const int results[3] = {DNNL_ARG_DST_LAYER, DNNL_ARG_DST_ITER, DNNL_ARG_DST_ITER_C};
  for (int i = 0; i < (s->cell == LSTM ? 3 : 2); i++) {
    ops_bind_new(&l.inference.op, results[i]);
    const ops_tensor made = ops_bind_new(&l.forward.op, results[i]);
    ops_bind(&l.backward.op, results[i], &made);
    const ops_tensor gradient = ops_bind_new(&l.backward.op, results[i] + (DNNL_ARG_DIFF_DST_0 - DNNL_ARG_DST_0));
    fill(&gradient, 1);
  }
  const ops_tensor workspace = ops_bind_new(&l.forward.op, DNNL_ARG_WORKSPACE);
  ops_bind(&l.backward.op, DNNL_ARG_WORKSPACE, &workspace);
  const int gradients[6] = {DNNL_ARG_DIFF_WEIGHTS_LAYER, DNNL_ARG_DIFF_WEIGHTS_ITER, DNNL_ARG_DIFF_SRC_LAYER,
                            DNNL_ARG_DIFF_SRC_ITER,      DNNL_ARG_DIFF_BIAS,         DNNL_ARG_DIFF_SRC_ITER_C};
  for (int i = 0; i < (s->cell == LSTM ? 6 : 5); i++) {
    const ops_tensor made = ops_bind_new(&l.backward.op, gradients[i]);
    if (i < 2) {
      const ops_tensor rows = rows_of(i == 0 ? s->c : s->h, s);
      l.unpack[i] = ops_reorder(&made, &rows);
    }
  }
  return l;
}

static void dnnl_inference(void *context) { ops_run(&((dnnl_layer *)context)->inference.op); }

static void dnnl_step(void *context) {
  dnnl_layer *l = context;
  ops_run(&l->forward.op);
  ops_run(&l->backward.op);
}

static void run_packed(packed_op *p) {
  ops_run(&p->pack[0]);
  ops_run(&p->pack[1]);
  ops_run(&p->op);
}

static void dnnl_inference_rows(void *context) { run_packed(&((dnnl_layer *)context)->inference); }

static void dnnl_step_rows(void *context) {
  dnnl_layer *l = context;
  run_packed(&l->forward);
  run_packed(&l->backward);
  ops_run(&l->unpack[0]);
  ops_run(&l->unpack[1]);
}

/* ---- Balboa */

typedef struct {
  shape s;
  int64_t sizes[8], gates, width; /* gates: rows of the weights; width: of the bias, and of a step's sums */
  float *x, *wx, *wh, *bias, *h0, *c0, *y, *h, *c, *workspace, *scratch;
  float *dy, *dh, *dc, *dsums, *before, *reset, *dh0, *dc0, *dx, *dwx, *dwh, *dbias;
} layer;

static layer layer_make(const shape *s) {
  const int64_t g = gate_counts[s->cell] * s->h, b = bias_counts[s->cell] * s->h, rows = s->t * s->n, nh = s->n * s->h;
  layer l = {.s = *s, .sizes = {kinds[s->cell], 0, s->t, s->n, s->c, s->h, s->n * s->c, s->c}, .gates = g, .width = b};
  const int64_t forward = balboa_rnn_scratch(l.sizes, 0), backward = balboa_rnn_scratch(l.sizes, 1);
  l.x = bench_random(rows * s->c, 1);
  l.wx = bench_random(g * s->c, 0.05f);
  l.wh = bench_random(g * s->h, 0.05f);
  l.bias = bench_random(b, 0.05f);
  l.h0 = bench_random(nh, 1);
  l.c0 = bench_random(nh, 1);
  l.y = bench_random(rows * s->h, 0);
  l.h = bench_random(nh, 0);
  l.c = bench_random(nh, 0);
  l.workspace = bench_random(balboa_rnn_workspace(l.sizes), 0);
  l.scratch = bench_random(forward > backward ? forward : backward, 0);
  l.dy = bench_random(rows * s->h, 1);
  l.dh = bench_random(nh, 1);
  l.dc = bench_random(nh, 1);
  l.dsums = bench_random(rows * b, 0);
  l.before = bench_random(rows * s->h, 0);
  l.reset = bench_random(rows * s->h, 0);
  l.dh0 = bench_random(nh, 0);
  l.dc0 = bench_random(nh, 0);
  l.dx = bench_random(rows * s->c, 0);
  l.dwx = bench_random(g * s->c, 0);
  l.dwh = bench_random(g * s->h, 0);
  l.dbias = bench_random(b, 0);
  return l;
}

static void forward(layer *l, float *workspace) {
  BENCH_CHECK(balboa_rnn_forward(BALBOA_F32, l->sizes, l->x, l->wx, l->wh, l->bias, l->h0, l->c0, NULL, NULL, l->y,
                                 l->h, l->c, workspace, l->scratch));
}

static void inference(void *context) { forward(context, NULL); }

static void product(char ta, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, float *c) {
  BENCH_CHECK(dnnl_sgemm(ta, 'N', m, n, k, 1, a, lda, b, n, 0, c, n));
}

/* As backend.onednn.RecurrentOps does it. */
static void step(void *context) {
  layer *l = context;
  const shape *s = &l->s;
  const int64_t rows = s->t * s->n, h = s->h, w = l->width;
  forward(l, l->workspace);
  BENCH_CHECK(balboa_rnn_backward(BALBOA_F32, l->sizes, l->wh, l->h0, l->c0, NULL, NULL, l->y, l->workspace, l->dy,
                                  l->dh, l->dc, l->dsums, l->before, l->reset, l->dh0, l->dc0, NULL, l->scratch));
  product('N', rows, s->c, l->gates, l->dsums, w, l->wx, l->dx);
  product('T', l->gates, s->c, rows, l->dsums, w, l->x, l->dwx);
  if (s->cell == GRU || s->cell == LATE_GRU) {
    product('T', 2 * h, h, rows, l->dsums, w, l->before, l->dwh);
    product('T', h, h, rows, l->dsums + w - h, w, s->cell == GRU ? l->reset : l->before, l->dwh + 2 * h * h);
  } else {
    product('T', l->gates, h, rows, l->dsums, w, l->before, l->dwh);
  }
  BENCH_CHECK(balboa_reduce(BALBOA_F32, BALBOA_REDUCE_SUM, 1, rows, w, l->dsums, l->dbias));
}

/* ---- both */

/* In a process of its own, whose end frees everything. */
static void measure(const shape *s) {
  enum { WAYS = 6 };
  char name[WAYS][96], prefix[64];
  snprintf(prefix, sizeof prefix, "rnn.%s.n%d.t%d.c%d.h%d", names[s->cell], (int)s->n, (int)s->t, (int)s->c,
           (int)s->h);
  const char *ways[WAYS] = {"inference.balboa", "inference.onednn", "inference.onednn_rows",
                            "step.balboa",      "step.onednn",      "step.onednn_rows"};
  int wanted = 0;
  for (int i = 0; i < WAYS; i++) {
    snprintf(name[i], sizeof name[i], "%s.%s", prefix, ways[i]);
    wanted |= bench_wanted(name[i]);
  }
  if (!wanted) {
    return;
  }
  const pid_t child = fork();
  if (child != 0) {
    int status = -1;
    BENCH_CHECK(waitpid(child, &status, 0) != child || status != 0);
    return;
  }
  ops_start();
  layer ours = layer_make(s);
  dnnl_layer theirs = dnnl_make(s);
  const bench_entry entries[WAYS] = {{name[0], inference, &ours},        {name[1], dnnl_inference, &theirs},
                                     {name[2], dnnl_inference_rows, &theirs}, {name[3], step, &ours},
                                     {name[4], dnnl_step, &theirs},      {name[5], dnnl_step_rows, &theirs}};
  bench_race(WAYS, entries);
  exit(0);
}

int main(int argc, char **argv) {
  bench_environment(argv);
  bench_arguments(argc, argv);
  static const int64_t hidden[] = {128, 256, 512, 1024}, batch[] = {1, 4, 32, 128};
  for (int h = 0; h < 4; h++) {
    for (int n = 0; n < 4; n++) {
      for (int cell = 0; cell < CELLS; cell++) {
        /* A tenth as long where it would take a second. */
        const shape s = {cell, hidden[h] > 256 ? 20 : 100, batch[n], hidden[h] == 256 ? 128 : hidden[h], hidden[h]};
        measure(&s);
      }
    }
  }
  return 0;
}
