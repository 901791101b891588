/* Recurrent layers forward, for one element type: the including file defines T, NAME(x), SIGMOID(x), TANH(x), and
 * DECAY(x) and TANH_DECAY(x) with SIGMOID(x) = 1 / (1 + DECAY(x)) and TANH(x) = -TANH_DECAY(x) / (2 + TANH_DECAY(x)). */

typedef struct {
  rnn_shape s;
  NAME(matrix) input, state, late; /* late: the block that meets the state apart from the others, of a GRU */
  const T *x, *bias, *h0, *c0, *peep;
  T *y, *h_last, *c_last, *kept, *cells;
  T *sums, *room; /* of the steps of a chunk, all sequences; and a row for each sequence */
} NAME(forward_job);

/* ---- one row of gates h numbers apart, after the sums; what the way back needs takes their place */

BALBOA_CLONES static void NAME(tanh_row)(int64_t h, const T *restrict a, T *restrict y) {
  BALBOA_SIMD for (int64_t j = 0; j < h; j++) { y[j] = TANH(a[j]); }
}

BALBOA_CLONES static void NAME(relu_row)(int64_t h, const T *restrict a, T *restrict y) {
  BALBOA_SIMD for (int64_t j = 0; j < h; j++) { y[j] = a[j] <= 0 ? 0 : a[j]; }
}

/* One unit's step of an LSTM, whose sums are i, f, g and o: with three divisions, where gates by themselves take five. */
typedef struct {
  T f;       /* the gate */
  T i, g, o; /* DECAY and TANH_DECAY of the others */
  T state, y;
} NAME(lstm_step);

BALBOA_INLINE NAME(lstm_step) NAME(lstm_unit)(const T *a, int64_t h, T before) {
  NAME(lstm_step) u;
  u.i = DECAY(a[0]);
  u.f = 1 / (1 + DECAY(a[h]));
  u.g = TANH_DECAY(a[2 * h]);
  u.o = DECAY(a[3 * h]);
  u.state = u.f * before - u.g / ((2 + u.g) * (1 + u.i));
  const T e = TANH_DECAY(u.state);
  u.y = -e / ((2 + e) * (1 + u.o));
  return u;
}

/* c may be before. */
BALBOA_CLONES static void NAME(lstm_row)(int64_t h, int64_t count, T *restrict a, const T *before, T *c,
                                         T *restrict y) {
  BALBOA_SIMD for (int64_t j = 0; j < count; j++) {
    const NAME(lstm_step) u = NAME(lstm_unit)(a + j, h, before[j]);
    a[j] = 1 / (1 + u.i);
    a[h + j] = u.f;
    a[2 * h + j] = -u.g / (2 + u.g);
    a[3 * h + j] = 1 / (1 + u.o);
    c[j] = u.state;
    y[j] = u.y;
  }
}

/* The same where no gate is kept. */
BALBOA_CLONES static void NAME(lstm_state_row)(int64_t h, int64_t count, const T *restrict a, const T *before, T *c,
                                               T *restrict y) {
  BALBOA_SIMD for (int64_t j = 0; j < count; j++) {
    const NAME(lstm_step) u = NAME(lstm_unit)(a + j, h, before[j]);
    c[j] = u.state;
    y[j] = u.y;
  }
}

BALBOA_CLONES static void NAME(peephole_row)(int64_t h, int64_t count, T *restrict a, const T *restrict p,
                                             const T *before, T *c, T *restrict y) {
  BALBOA_SIMD for (int64_t j = 0; j < count; j++) {
    const T i = SIGMOID(a[j] + p[j] * before[j]), f = SIGMOID(a[h + j] + p[h + j] * before[j]);
    const T g = TANH(a[2 * h + j]);
    const T state = f * before[j] + i * g;
    const T o = SIGMOID(a[3 * h + j] + p[2 * h + j] * state);
    a[j] = i;
    a[h + j] = f;
    a[2 * h + j] = g;
    a[3 * h + j] = o;
    c[j] = state;
    y[j] = o * TANH(state);
  }
}

/* r and z; reset = r * h. */
BALBOA_CLONES static void NAME(reset_row)(int64_t h, int64_t count, T *restrict a, const T *restrict before,
                                          T *restrict reset) {
  BALBOA_SIMD for (int64_t j = 0; j < count; j++) {
    a[j] = SIGMOID(a[j]);
    a[h + j] = SIGMOID(a[h + j]);
    reset[j] = a[j] * before[j];
  }
}

BALBOA_CLONES static void NAME(gru_row)(int64_t h, int64_t count, T *restrict a, const T *restrict before,
                                        T *restrict y) {
  BALBOA_SIMD for (int64_t j = 0; j < count; j++) {
    const T z = a[h + j], n = TANH(a[2 * h + j]);
    a[2 * h + j] = n;
    y[j] = n + z * (before[j] - n);
  }
}

BALBOA_CLONES static void NAME(late_reset_row)(int64_t h, int64_t count, T *restrict a, const T *restrict before,
                                               T *restrict y) {
  BALBOA_SIMD for (int64_t j = 0; j < count; j++) {
    const T r = SIGMOID(a[j]), z = SIGMOID(a[h + j]), n = TANH(a[2 * h + j] + r * a[3 * h + j]);
    a[j] = r;
    a[h + j] = z;
    a[2 * h + j] = n;
    y[j] = n + z * (before[j] - n);
  }
}

/* ---- steps */

/* Where the sums of a row are: in what is kept, else in the chunk. */
static T *NAME(sums_of)(const NAME(forward_job) *j, int64_t t, int64_t first, int64_t n) {
  const rnn_shape *s = &j->s;
  if (j->kept != NULL) {
    return j->kept + (t * s->n + n) * s->kept;
  }
  const int64_t step = s->reverse ? first - t : t - first;
  return j->sums + (step * s->n + n) * s->apart;
}

/* Products of `count` steps from `first` on with the input weights. */
static void NAME(input_products)(const NAME(forward_job) *j, int64_t first, int64_t count, const rnn_part *p) {
  const rnn_shape *s = &j->s;
  const T *a[RNN_LIST], *init[RNN_LIST];
  T *c[RNN_LIST];
  int64_t rows = 0;
  for (int64_t i = 0; i < count; i++) {
    const int64_t t = s->reverse ? first - i : first + i;
    for (int64_t n = p->begin; n < p->end; n++) {
      if (t < rnn_length(s, n)) {
        a[rows] = j->x + t * s->x_step + n * s->x_sequence;
        c[rows] = NAME(sums_of)(j, t, first, n);
        init[rows++] = j->bias;
      }
      if (rows == RNN_LIST) {
        NAME(product)(&j->input, p, rows, a, c, init);
        rows = 0;
      }
    }
  }
  NAME(product)(&j->input, p, rows, a, c, init);
}

typedef struct {
  int64_t rows, index[RNN_LIST]; /* sequences that are not over */
  const T *before[RNN_LIST];     /* their hidden states */
  T *sums[RNN_LIST], *y[RNN_LIST];
} NAME(step_rows);

static void NAME(gate_rows)(const NAME(forward_job) *j, const rnn_part *p, const NAME(step_rows) *r, int64_t t) {
  const rnn_shape *s = &j->s;
  const int64_t h = s->h, from = p->from, count = p->to - from;
  for (int64_t i = 0; i < r->rows; i++) {
    const int64_t n = r->index[i], last = rnn_before(s, t, n);
    T *a = r->sums[i] + from, *y = r->y[i] + from;
    const T *before = r->before[i] + from;
    switch (s->cell) {
      case BALBOA_RNN_TANH: NAME(tanh_row)(count, a, y); break;
      case BALBOA_RNN_RELU: NAME(relu_row)(count, a, y); break;
      case BALBOA_RNN_GRU: NAME(gru_row)(h, count, a, before, y); break;
      case BALBOA_RNN_GRU_LATE_RESET: NAME(late_reset_row)(h, count, a, before, y); break;
      default: {
        T *c = (j->cells == NULL ? j->c_last + n * h : j->cells + (t * s->n + n) * h) + from;
        const T *state = j->cells == NULL ? c : (last < 0 ? j->c0 + n * h : j->cells + last * h) + from;
        if (s->cell == BALBOA_RNN_LSTM && j->kept == NULL) {
          NAME(lstm_state_row)(h, count, a, state, c, y);
        } else if (s->cell == BALBOA_RNN_LSTM) {
          NAME(lstm_row)(h, count, a, state, c, y);
        } else {
          NAME(peephole_row)(h, count, a, j->peep + from, state, c, y);
        }
      }
    }
  }
}

static void NAME(step)(const NAME(forward_job) *j, const rnn_part *p, const NAME(step_rows) *r, int64_t t) {
  const rnn_shape *s = &j->s;
  const int64_t h = s->h;
  NAME(product)(&j->state, p, r->rows, r->before, r->sums, (const T *const *)r->sums);
  if (rnn_is_gru(s)) {
    const int late = s->cell == BALBOA_RNN_GRU_LATE_RESET;
    const T *a[RNN_LIST], *init[RNN_LIST];
    T *c[RNN_LIST];
    for (int64_t i = 0; i < r->rows; i++) {
      T *reset = j->room + r->index[i] * h;
      if (!late) {
        const int64_t from = p->from;
        NAME(reset_row)(h, p->to - from, r->sums[i] + from, r->before[i] + from, reset + from);
      }
      a[i] = late ? r->before[i] : reset;
      c[i] = r->sums[i] + (late ? 3 : 2) * h;
      init[i] = late ? j->bias + 3 * h : c[i];
    }
    if (!late) {
      rnn_meet(p);
    }
    NAME(product)(&j->late, p, r->rows, a, c, init);
  }
  NAME(gate_rows)(j, p, r, t);
}

static void NAME(forward_part)(const void *context, rnn_part *p, int64_t step) {
  const NAME(forward_job) *j = context;
  const rnn_shape *s = &j->s;
  const int64_t from = p->from;
  const size_t bytes = (size_t)(p->to - from) * sizeof(T);
  for (int64_t i = step; i < s->t; i++) {
    const int64_t done = i / s->chunk * s->chunk, t = s->reverse ? s->t - 1 - i : i;
    const int64_t first = s->reverse ? s->t - 1 - done : done;
    rnn_share(s, p, i);
    if (i == done) {
      NAME(input_products)(j, first, bk_min(s->chunk, s->t - done), p);
    }
    NAME(step_rows) r = {0};
    for (int64_t n = p->begin; n < p->end; n++) {
      const int64_t row = t * s->n + n, before = rnn_before(s, t, n);
      if (t < rnn_length(s, n)) {
        r.index[r.rows] = n;
        r.before[r.rows] = before < 0 ? j->h0 + n * s->h : j->y + before * s->h;
        r.sums[r.rows] = NAME(sums_of)(j, t, first, n);
        r.y[r.rows++] = j->y + row * s->h;
      } else {
        memset(j->y + row * s->h + from, 0, bytes);
      }
      if (r.rows == RNN_LIST || n + 1 == p->end) {
        NAME(step)(j, p, &r, t);
        r.rows = 0;
      }
    }
    rnn_meet(p);
  }
  for (int64_t n = p->begin; n < p->end; n++) {
    const int64_t length = rnn_length(s, n), at = n * s->h + from;
    const int64_t last = ((s->reverse ? 0 : length - 1) * s->n + n) * s->h + from;
    memcpy(j->h_last + at, length == 0 ? j->h0 + at : j->y + last, bytes);
    if (j->cells != NULL) {
      memcpy(j->c_last + at, length == 0 ? j->c0 + at : j->cells + last, bytes);
    }
  }
}

static int32_t NAME(forward)(const rnn_shape *s, const T *x, const T *wx, const T *wh, const T *bias, const T *h0,
                             const T *c0, const T *peep, T *y, T *h_last, T *c_last, T *workspace, T *scratch) {
  NAME(forward_job) j = {.s = *s, .x = x, .bias = bias, .h0 = h0, .c0 = c0, .peep = peep, .y = y, .h_last = h_last,
                         .c_last = c_last, .kept = s->kept == 0 ? NULL : workspace};
  const int64_t together = rnn_is_gru(s) ? 2 * s->h : s->gates * s->h;
  const int small = s->t * s->n <= RNN_SMALL, large = rnn_is_large(s, sizeof(T));
  const int few = small || (large && s->n <= RNN_FEW && s->t * s->n <= RNN_ONCE);
  T *room = scratch;
  j.input = NAME(prepare)(s, small || (large && s->t * s->n <= RNN_CHUNK), 1, s->c, s->gates * s->h, wx, &room);
  j.state = NAME(prepare)(s, few, 1, s->h, together, wh, &room);
  if (rnn_is_gru(s)) {
    j.late = NAME(prepare)(s, few, 1, s->h, s->h, wh + together * s->h, &room);
  }
  j.sums = room;
  j.room = room + s->chunk * s->n * s->apart;
  if (rnn_is_lstm(s)) {
    if (workspace != NULL) {
      j.cells = workspace + s->t * s->n * s->kept;
    } else {
      memcpy(c_last, c0, (size_t)(s->n * s->h) * sizeof(T));
    }
  }
  run_all(s, NAME(PANEL), sizeof(T), s->t * s->gates * s->h * (s->c + s->h + 16), NAME(forward_part), &j);
  return BALBOA_OK;
}
