/*
 * Recurrent layers over a batch of sequences. A thread takes some of the sequences through all steps, so that no step
 * waits for another thread; or some of the units of all sequences, where the weights are too large for its cache or the
 * sequences too few. The products with the input weights are made for a few steps ahead, those with the recurrent
 * weights step by step, both by one register-tiled product on weights that are packed once a call.
 */
#include "rnn.h"
#include "vmath.h"

static int64_t whole_lines(int64_t elements) { return (elements + 15) / 16 * 16; }

static int32_t shape_of(const int64_t *sizes, const int32_t *lengths, rnn_shape *s) {
  static const int8_t gates[] = {1, 1, 4, 4, 3, 3}, width[] = {1, 1, 4, 4, 3, 4};
  BK_CHECK(sizes != NULL, BALBOA_ERR_NULL);
  BK_CHECK(sizes[0] >= BALBOA_RNN_TANH && sizes[0] <= BALBOA_RNN_GRU_LATE_RESET, BALBOA_ERR_KIND);
  for (int i = 2; i < 6; i++) {
    BK_CHECK(sizes[i] >= 0 && sizes[i] < INT64_C(1) << 31, BALBOA_ERR_ARGUMENT);
  }
  BK_CHECK(bk_product3(sizes[2], sizes[3], bk_max(8 * sizes[5], sizes[4])) >= 0, BALBOA_ERR_ARGUMENT);
  for (int i = 2; i < 4; i++) {
    BK_CHECK(bk_product(2, (const int64_t[]){sizes[i], sizes[i + 4]}) >= 0, BALBOA_ERR_ARGUMENT);
  }
  const int64_t h = sizes[5];
  const int c = (int)sizes[0];
  *s = (rnn_shape){.cell = c, .reverse = sizes[1] != 0, .t = sizes[2], .n = sizes[3], .c = sizes[4], .h = h,
                   .gates = gates[c], .width = width[c] * h, .apart = rnn_apart(width[c] * h), .x_step = sizes[6],
                   .x_sequence = sizes[7], .lengths = lengths};
  s->kept = c <= BALBOA_RNN_RELU ? 0 : s->apart;
  const int64_t ahead = rnn_is_large(s, sizeof(float)) ? RNN_LIST : RNN_CHUNK;
  s->chunk = bk_max(1, bk_min(s->t, (ahead + s->n - 1) / bk_max(1, s->n)));
  s->tile = strcmp(balboa_kernels_isa(), "avx512") == 0 ? RNN_ROWS : 2;
  for (int64_t i = 0; lengths != NULL && i < s->n; i++) {
    BK_CHECK(lengths[i] >= 0 && lengths[i] <= s->t, BALBOA_ERR_ARGUMENT);
  }
  return BALBOA_OK;
}

int64_t balboa_rnn_workspace(const int64_t *sizes) {
  rnn_shape s;
  if (shape_of(sizes, NULL, &s) != BALBOA_OK) {
    return -1;
  }
  return s.t * s.n * (s.kept + (rnn_is_lstm(&s) ? s.h : 0));
}

int64_t balboa_rnn_scratch(const int64_t *sizes, int32_t backward) {
  rnn_shape s;
  if (shape_of(sizes, NULL, &s) != BALBOA_OK) {
    return -1;
  }
  const int64_t room = whole_lines(s.n * s.h);
  if (backward) {
    return rnn_packed(s.gates * s.h, s.h) + room;
  }
  return s.gates * (rnn_packed(s.c, s.h) + rnn_packed(s.h, s.h)) + s.chunk * s.n * s.apart + room;
}

static int32_t check_state(const rnn_shape *s, const void *h0, const void *h, const void *c0, const void *c) {
  const int any = s->n * s->h > 0;
  BK_CHECK(!any || (h0 != NULL && h != NULL), BALBOA_ERR_NULL);
  BK_CHECK(!any || !rnn_is_lstm(s) || (c0 != NULL && c != NULL), BALBOA_ERR_NULL);
  return BALBOA_OK;
}

typedef struct {
  const rnn_shape *s;
  rnn_part_fn fn;
  const void *job;
  int64_t panel; /* where units are cut if they are shared, else 0 */
  bk_exchange exchange;
} rnn_run;

static void run_member(void *context, const bk_member *me) {
  rnn_run *run = context;
  const rnn_shape *s = run->s;
  if (run->panel > 0) {
    rnn_part units = rnn_units(s, run->panel, me);
    run->fn(run->job, &units, 0);
    return;
  }
  bk_gift work = {s->n * me->index / me->count, s->n * (me->index + 1) / me->count, 0};
  bk_begin(&run->exchange);
  do {
    rnn_part part = {work.from, work.end, 0, s->h, NULL, &run->exchange};
    run->fn(run->job, &part, work.step);
  } while (bk_ask(&run->exchange, me, &work));
}

/* Shares a layer's units, or its sequences if `work` multiply-adds of each are worth it; threads that are done with
 * theirs before others take some over, for processors are not equally fast, nor sequences equally long. */
static void run_all(const rnn_shape *s, int64_t panel, int64_t bytes, int64_t work, rnn_part_fn fn, const void *job) {
  rnn_run run = {.s = s, .fn = fn, .job = job};
  if (rnn_by_units(s, panel, bytes)) {
    run.panel = panel;
    bk_team(run_member, &run);
  } else if (bk_team_size() > 1 && s->n >= 2 + 2 * (BK_GRAIN_CHEAP * 4 / (1 + work))) {
    bk_open(&run.exchange);
    bk_team(run_member, &run);
  } else {
    rnn_part all = {0, s->n, 0, s->h, NULL, NULL};
    fn(job, &all, 0);
  }
}

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)

#define T float
#define WHOLE int32_t
#define NAME(x) JOIN(x, f32)
#define SIGMOID(x) vsigmoid(x)
#define TANH(x) vtanh(x)
#define DECAY(x) vdecay(x)
#define TANH_DECAY(x) vtanh_decay(x)
#include "rnn_product.h"
#include "rnn_forward_type.h"
#include "rnn_backward_type.h"
#undef T
#undef WHOLE
#undef NAME
#undef SIGMOID
#undef TANH
#undef DECAY
#undef TANH_DECAY

#define T double
#define WHOLE int64_t
#define NAME(x) JOIN(x, f64)
#define SIGMOID(x) (1 / (1 + exp(-(x))))
#define TANH(x) tanh(x)
#define DECAY(x) exp(-(x))
#define TANH_DECAY(x) expm1((x) < -20 ? 40 : -2 * (x))
#include "rnn_product.h"
#include "rnn_forward_type.h"
#include "rnn_backward_type.h"
#undef T
#undef WHOLE
#undef NAME

int32_t balboa_rnn_forward(int32_t dtype, const int64_t *sizes, const void *x, const void *wx, const void *wh,
                           const void *bias, const void *h0, const void *c0, const void *peep, const int32_t *lengths,
                           void *y, void *h_last, void *c_last, void *workspace, void *scratch) {
  rnn_shape s;
  const int32_t shape_status = shape_of(sizes, lengths, &s);
  BK_CHECK(shape_status == BALBOA_OK, shape_status);
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  if (s.n * s.h == 0) {
    return BALBOA_OK;
  }
  const int32_t status = check_state(&s, h0, h_last, c0, c_last);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(wh != NULL && bias != NULL && scratch != NULL, BALBOA_ERR_NULL);
  BK_CHECK(s.c == 0 || (wx != NULL && (x != NULL || s.t == 0)), BALBOA_ERR_NULL);
  BK_CHECK(s.cell != BALBOA_RNN_LSTM_PEEPHOLE || peep != NULL, BALBOA_ERR_NULL);
  BK_CHECK(s.t == 0 || y != NULL, BALBOA_ERR_NULL);
  return dtype == BALBOA_F32
             ? forward_f32(&s, x, wx, wh, bias, h0, c0, peep, y, h_last, c_last, workspace, scratch)
             : forward_f64(&s, x, wx, wh, bias, h0, c0, peep, y, h_last, c_last, workspace, scratch);
}

int32_t balboa_rnn_backward(int32_t dtype, const int64_t *sizes, const void *wh, const void *h0, const void *c0,
                            const void *peep, const int32_t *lengths, const void *y, const void *workspace,
                            const void *dy, const void *dh_last, const void *dc_last, void *dsums, void *before,
                            void *reset, void *dh0, void *dc0, void *dpeep, void *scratch) {
  rnn_shape s;
  const int32_t shape_status = shape_of(sizes, lengths, &s);
  BK_CHECK(shape_status == BALBOA_OK, shape_status);
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  const int peepholes = s.cell == BALBOA_RNN_LSTM_PEEPHOLE;
  if (s.n * s.h == 0) {
    if (peepholes && s.h > 0) {
      BK_CHECK(dpeep != NULL, BALBOA_ERR_NULL);
      memset(dpeep, 0, (size_t)(3 * s.h * bk_dtype_size(dtype)));
    }
    return BALBOA_OK;
  }
  int32_t status = check_state(&s, h0, dh0, c0, dc0);
  BK_CHECK(status == BALBOA_OK, status);
  status = check_state(&s, dh_last, dh0, dc_last, dc0);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(wh != NULL && scratch != NULL, BALBOA_ERR_NULL);
  BK_CHECK(!peepholes || (peep != NULL && dpeep != NULL), BALBOA_ERR_NULL);
  BK_CHECK(s.t == 0 || (y != NULL && dy != NULL && dsums != NULL && before != NULL), BALBOA_ERR_NULL);
  BK_CHECK(s.t == 0 || s.kept == 0 || workspace != NULL, BALBOA_ERR_NULL);
  BK_CHECK(s.t == 0 || s.cell != BALBOA_RNN_GRU || reset != NULL, BALBOA_ERR_NULL);
  return dtype == BALBOA_F32 ? backward_f32(&s, wh, h0, c0, peep, y, workspace, dy, dh_last, dc_last, dsums, before,
                                            reset, dh0, dc0, dpeep, scratch)
                             : backward_f64(&s, wh, h0, c0, peep, y, workspace, dy, dh_last, dc_last, dsums, before,
                                            reset, dh0, dc0, dpeep, scratch);
}
