/* Recurrent layers back through time, for one element type: the including file defines T, NAME(x), TANH(x). */

typedef struct {
  rnn_shape s;
  NAME(matrix) state, late;
  const T *h0, *c0, *peep, *y, *kept, *cells, *dy;
  T *dsums, *before, *reset; /* by step: gradients of the sums, hidden states before it, those after the reset */
  T *dh, *dc, *room;         /* running gradients of the states; a row for each sequence */
  T *dpeep;
} NAME(backward_job);

/* ---- one row: dh is complete and becomes what reaches the state before other than through products */

BALBOA_CLONES static void NAME(tanh_back)(int64_t h, const T *restrict y, const T *restrict dh, T *restrict d) {
  BALBOA_SIMD for (int64_t j = 0; j < h; j++) { d[j] = dh[j] * (1 - y[j] * y[j]); }
}

BALBOA_CLONES static void NAME(relu_back)(int64_t h, const T *restrict y, const T *restrict dh, T *restrict d) {
  BALBOA_SIMD for (int64_t j = 0; j < h; j++) { d[j] = y[j] > 0 ? dh[j] : 0; }
}

BALBOA_CLONES static void NAME(lstm_back)(int64_t h, int64_t count, const T *restrict a, const T *restrict before,
                                          const T *restrict c, const T *restrict dh, T *restrict dc, T *restrict d) {
  BALBOA_SIMD for (int64_t j = 0; j < count; j++) {
    const T i = a[j], f = a[h + j], g = a[2 * h + j], o = a[3 * h + j], squashed = TANH(c[j]);
    const T dstate = dc[j] + dh[j] * o * (1 - squashed * squashed);
    d[j] = dstate * g * i * (1 - i);
    d[h + j] = dstate * before[j] * f * (1 - f);
    d[2 * h + j] = dstate * i * (1 - g * g);
    d[3 * h + j] = dh[j] * squashed * o * (1 - o);
    dc[j] = dstate * f;
  }
}

BALBOA_CLONES static void NAME(peephole_back)(int64_t h, int64_t count, const T *restrict a, const T *restrict p,
                                              const T *restrict before, const T *restrict c, const T *restrict dh,
                                              T *restrict dc, T *restrict d) {
  BALBOA_SIMD for (int64_t j = 0; j < count; j++) {
    const T i = a[j], f = a[h + j], g = a[2 * h + j], o = a[3 * h + j], squashed = TANH(c[j]);
    const T output = dh[j] * squashed * o * (1 - o);
    const T dstate = dc[j] + dh[j] * o * (1 - squashed * squashed) + output * p[2 * h + j];
    const T input = dstate * g * i * (1 - i), forget = dstate * before[j] * f * (1 - f);
    d[j] = input;
    d[h + j] = forget;
    d[2 * h + j] = dstate * i * (1 - g * g);
    d[3 * h + j] = output;
    dc[j] = dstate * f + input * p[j] + forget * p[h + j];
  }
}

/* All but r; that waits for the product with the candidate's weights. */
BALBOA_CLONES static void NAME(gru_back)(int64_t h, int64_t count, const T *restrict a, const T *restrict before,
                                         T *restrict dh, T *restrict d) {
  BALBOA_SIMD for (int64_t j = 0; j < count; j++) {
    const T z = a[h + j], n = a[2 * h + j];
    d[h + j] = dh[j] * (before[j] - n) * z * (1 - z);
    d[2 * h + j] = dh[j] * (1 - z) * (1 - n * n);
    dh[j] *= z;
  }
}

BALBOA_CLONES static void NAME(reset_back)(int64_t h, const T *restrict a, const T *restrict before,
                                           const T *restrict dreset, T *restrict dh, T *restrict d,
                                           T *restrict reset) {
  BALBOA_SIMD for (int64_t j = 0; j < h; j++) {
    const T r = a[j];
    d[j] = dreset[j] * before[j] * r * (1 - r);
    dh[j] += dreset[j] * r;
    reset[j] = r * before[j];
  }
}

BALBOA_CLONES static void NAME(late_reset_back)(int64_t h, int64_t count, const T *restrict a, const T *restrict before,
                                                T *restrict dh, T *restrict d) {
  BALBOA_SIMD for (int64_t j = 0; j < count; j++) {
    const T r = a[j], z = a[h + j], n = a[2 * h + j];
    const T candidate = dh[j] * (1 - z) * (1 - n * n);
    d[j] = candidate * a[3 * h + j] * r * (1 - r);
    d[h + j] = dh[j] * (before[j] - n) * z * (1 - z);
    d[2 * h + j] = candidate;
    d[3 * h + j] = candidate * r;
    dh[j] *= z;
  }
}

BALBOA_CLONES static void NAME(add_row)(int64_t h, const T *restrict x, T *restrict y) {
  BALBOA_SIMD for (int64_t j = 0; j < h; j++) { y[j] += x[j]; }
}

/* ---- steps */

/* The row of sequence n at time t, up to the products. */
static void NAME(gates_back)(const NAME(backward_job) *j, const rnn_part *p, int64_t t, int64_t n) {
  const rnn_shape *s = &j->s;
  const int64_t h = s->h, row = t * s->n + n, last = rnn_before(s, t, n), from = p->from, count = p->to - from;
  const T *a = j->kept + row * s->kept + from, *y = j->y + row * h + from;
  T *before = j->before + row * h + from, *dh = j->dh + n * h + from, *d = j->dsums + row * s->width + from;
  memcpy(before, (last < 0 ? j->h0 + n * h : j->y + last * h) + from, (size_t)count * sizeof(T));
  NAME(add_row)(count, j->dy + row * h + from, dh);
  switch (s->cell) {
    case BALBOA_RNN_TANH: NAME(tanh_back)(count, y, dh, d); break;
    case BALBOA_RNN_RELU: NAME(relu_back)(count, y, dh, d); break;
    case BALBOA_RNN_GRU: NAME(gru_back)(h, count, a, before, dh, d); break;
    case BALBOA_RNN_GRU_LATE_RESET: NAME(late_reset_back)(h, count, a, before, dh, d); break;
    default: {
      const T *state = (last < 0 ? j->c0 + n * h : j->cells + last * h) + from, *c = j->cells + row * h + from;
      T *dc = j->dc + n * h + from;
      if (s->cell == BALBOA_RNN_LSTM) {
        NAME(lstm_back)(h, count, a, state, c, dh, dc, d);
      } else {
        NAME(peephole_back)(h, count, a, j->peep + from, state, c, dh, dc, d);
      }
    }
  }
}

static void NAME(products_back)(const NAME(backward_job) *j, const rnn_part *p, int64_t t, int64_t rows,
                                const int64_t *index) {
  const rnn_shape *s = &j->s;
  const int64_t h = s->h;
  const T *d[RNN_LIST], *late[RNN_LIST];
  T *dh[RNN_LIST], *room[RNN_LIST];
  for (int64_t i = 0; i < rows; i++) {
    d[i] = j->dsums + (t * s->n + index[i]) * s->width;
    late[i] = d[i] + (s->cell == BALBOA_RNN_GRU ? 2 : 3) * h;
    dh[i] = j->dh + index[i] * h;
    room[i] = j->room + index[i] * h;
  }
  if (s->cell == BALBOA_RNN_GRU) {
    const int64_t from = p->from;
    NAME(product)(&j->late, p, rows, late, room, NULL);
    for (int64_t i = 0; i < rows; i++) {
      const int64_t row = t * s->n + index[i], at = row * h + from;
      NAME(reset_back)(p->to - from, j->kept + row * s->kept + from, j->before + at, room[i] + from, dh[i] + from,
                       j->dsums + row * s->width + from, j->reset + at);
    }
    rnn_meet(p);
  } else if (s->cell == BALBOA_RNN_GRU_LATE_RESET) {
    NAME(product)(&j->late, p, rows, late, dh, (const T *const *)dh);
  }
  NAME(product)(&j->state, p, rows, d, dh, rnn_is_gru(s) ? (const T *const *)dh : NULL);
}

/* Zeros for a step that is padding. */
static void NAME(padding_back)(const NAME(backward_job) *j, const rnn_part *p, int64_t row) {
  const rnn_shape *s = &j->s;
  const size_t bytes = (size_t)(p->to - p->from) * sizeof(T);
  for (int64_t k = 0; k < s->width; k += s->h) {
    memset(j->dsums + row * s->width + k + p->from, 0, bytes);
  }
  memset(j->before + row * s->h + p->from, 0, bytes);
  if (j->reset != NULL) {
    memset(j->reset + row * s->h + p->from, 0, bytes);
  }
}

static void NAME(backward_part)(const void *context, rnn_part *p, int64_t step) {
  const NAME(backward_job) *j = context;
  const rnn_shape *s = &j->s;
  for (int64_t i = step; i < s->t; i++) {
    const int64_t t = s->reverse ? i : s->t - 1 - i;
    rnn_share(s, p, i);
    for (int64_t n = p->begin; n < p->end; n++) {
      if (t < rnn_length(s, n)) {
        NAME(gates_back)(j, p, t, n);
      } else {
        NAME(padding_back)(j, p, t * s->n + n);
      }
    }
    rnn_meet(p);
    int64_t rows = 0, index[RNN_LIST];
    for (int64_t n = p->begin; n < p->end; n++) {
      if (t < rnn_length(s, n)) {
        index[rows++] = n;
      }
      if (rows == RNN_LIST || n + 1 == p->end) {
        NAME(products_back)(j, p, t, rows, index);
        rows = 0;
      }
    }
  }
}

/* Sums over all steps, for some units. */
static void NAME(peepholes_back)(void *context, int64_t begin, int64_t end) {
  const NAME(backward_job) *j = context;
  const rnn_shape *s = &j->s;
  const int64_t h = s->h;
  for (int64_t k = 0; k < 3; k++) {
    memset(j->dpeep + k * h + begin, 0, (size_t)(end - begin) * sizeof(T));
  }
  for (int64_t row = 0; row < s->t * s->n; row++) {
    const int64_t t = row / s->n, n = row % s->n, last = rnn_before(s, t, n);
    if (t < rnn_length(s, n)) {
      const T *before = last < 0 ? j->c0 + n * h : j->cells + last * h;
      const T *c = j->cells + row * h, *d = j->dsums + row * s->width;
      BALBOA_SIMD for (int64_t i = begin; i < end; i++) {
        j->dpeep[i] += d[i] * before[i];
        j->dpeep[h + i] += d[h + i] * before[i];
        j->dpeep[2 * h + i] += d[3 * h + i] * c[i];
      }
    }
  }
}

static int32_t NAME(backward)(const rnn_shape *s, const T *wh, const T *h0, const T *c0, const T *peep, const T *y,
                              const T *workspace, const T *dy, const T *dh_last, const T *dc_last, T *dsums, T *before,
                              T *reset, T *dh0, T *dc0, T *dpeep, T *scratch) {
  NAME(backward_job) j = {.s = *s, .h0 = h0, .c0 = c0, .peep = peep, .y = y, .kept = workspace, .dy = dy,
                          .dsums = dsums, .before = before, .reset = s->cell == BALBOA_RNN_GRU ? reset : NULL,
                          .dh = dh0, .dc = dc0, .dpeep = dpeep};
  const int64_t together = rnn_is_gru(s) ? 2 * s->h : s->gates * s->h;
  const size_t bytes = (size_t)(s->n * s->h) * sizeof(T);
  T *room = scratch;
  j.state = NAME(prepare)(s, 0, 0, together, s->h, wh, &room);
  if (rnn_is_gru(s)) {
    j.late = NAME(prepare)(s, 0, 0, s->h, s->h, wh + together * s->h, &room);
  }
  j.room = room;
  memcpy(dh0, dh_last, bytes);
  if (rnn_is_lstm(s)) {
    j.cells = workspace + s->t * s->n * s->kept;
    memcpy(dc0, dc_last, bytes);
  }
  run_all(s, NAME(PANEL), sizeof(T), s->t * s->gates * s->h * (s->h + 16), NAME(backward_part), &j);
  if (s->cell == BALBOA_RNN_LSTM_PEEPHOLE) {
    bk_parallel(s->h, 1 + BK_GRAIN_CHEAP / (1 + s->t * s->n), NAME(peepholes_back), &j);
  }
  return BALBOA_OK;
}
