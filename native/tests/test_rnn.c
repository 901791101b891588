/* Recurrent layers against plain loops and, back through time, against differences. */
#include "check.h"

static const int64_t GATES[] = {1, 1, 4, 4, 3, 3}, BIASES[] = {1, 1, 4, 4, 3, 4};

typedef struct {
  int64_t sizes[8]; /* cell, reverse, T, N, C, H, and how far rows of x are apart */
  const int32_t *lengths;
  double *x, *wx, *wh, *bias, *h0, *c0, *peep, *y, *h_last, *c_last;
} layer;

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static double dot(int64_t n, const double *a, const double *b) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}

/* One step of one sequence, in place; a is room for 4 h numbers and reset for h. */
static void plain_step(const layer *l, const double *x, double *h, double *c, double *a, double *reset) {
  const int64_t cell = l->sizes[0], channels = l->sizes[4], n = l->sizes[5];
  for (int64_t k = 0; k < GATES[cell] * n; k++) {
    const int apart = cell >= BALBOA_RNN_GRU && k >= 2 * n;
    a[k] = l->bias[k] + dot(channels, l->wx + k * channels, x) + (apart ? 0 : dot(n, l->wh + k * n, h));
  }
  for (int64_t j = 0; j < n; j++) {
    reset[j] = cell == BALBOA_RNN_GRU_LATE_RESET ? l->bias[3 * n + j] + dot(n, l->wh + (2 * n + j) * n, h)
                                                 : sigmoid(a[j]) * h[j];
  }
  for (int64_t j = 0; j < n && cell >= BALBOA_RNN_GRU; j++) {
    a[2 * n + j] += cell == BALBOA_RNN_GRU ? dot(n, l->wh + (2 * n + j) * n, reset) : sigmoid(a[j]) * reset[j];
  }
  for (int64_t j = 0; j < n; j++) {
    if (cell <= BALBOA_RNN_RELU) {
      h[j] = cell == BALBOA_RNN_TANH ? tanh(a[j]) : fmax(a[j], 0);
    } else if (cell >= BALBOA_RNN_GRU) {
      const double z = sigmoid(a[n + j]);
      h[j] = (1 - z) * tanh(a[2 * n + j]) + z * h[j];
    } else {
      const double *p = l->peep;
      const int seen = cell == BALBOA_RNN_LSTM_PEEPHOLE;
      const double i = sigmoid(a[j] + (seen ? p[j] * c[j] : 0)), f = sigmoid(a[n + j] + (seen ? p[n + j] * c[j] : 0));
      c[j] = f * c[j] + i * tanh(a[2 * n + j]);
      h[j] = sigmoid(a[3 * n + j] + (seen ? p[2 * n + j] * c[j] : 0)) * tanh(c[j]);
    }
  }
}

static void plain(const layer *l) {
  const int64_t reverse = l->sizes[1], t = l->sizes[2], n = l->sizes[3], c = l->sizes[4], h = l->sizes[5];
  double *room = NEW(double, 5 * h);
  memcpy(l->h_last, l->h0, (size_t)(n * h) * sizeof(double));
  memcpy(l->c_last, l->c0, (size_t)(n * h) * sizeof(double));
  for (int64_t i = 0; i < t * n; i++) {
    const int64_t step = reverse ? t - 1 - i / n : i / n, s = i % n, row = step * n + s;
    if (l->lengths == NULL || step < l->lengths[s]) {
      plain_step(l, l->x + row * c, l->h_last + s * h, l->c_last + s * h, room, room + 4 * h);
      memcpy(l->y + row * h, l->h_last + s * h, (size_t)h * sizeof(double));
    } else {
      memset(l->y + row * h, 0, (size_t)h * sizeof(double));
    }
  }
  release(room);
}

static double *random_f64(int64_t n, double size) {
  double *x = NEW(double, n);
  for (int64_t i = 0; i < n; i++) {
    x[i] = (float)next_uniform(-size, size);
  }
  return x;
}

static float *rounded(int64_t n, const double *x) {
  float *y = NEW(float, n);
  for (int64_t i = 0; i < n; i++) {
    y[i] = (float)x[i];
  }
  return y;
}

static void close_f64(const char *what, int64_t n, const double *got, const double *want, double tolerance) {
  for (int64_t i = 0; i < n; i++) {
    EXPECT(fabs(got[i] - want[i]) <= tolerance * (1 + fabs(want[i])), "%s[%d]: %g, not %g", what, (int)i, got[i],
           want[i]);
  }
}

static void check_forward_f32(const layer *l) {
  const int64_t t = l->sizes[2], n = l->sizes[3], c = l->sizes[4], h = l->sizes[5], g = GATES[l->sizes[0]];
  float *x = rounded(t * n * c, l->x), *wx = rounded(g * h * c, l->wx), *wh = rounded(g * h * h, l->wh);
  float *bias = rounded(4 * h, l->bias), *h0 = rounded(n * h, l->h0), *c0 = rounded(n * h, l->c0);
  float *peep = rounded(3 * h, l->peep), *y = NEW(float, t * n * h), *again = NEW(float, t * n * h);
  float *h_last = NEW(float, n * h), *c_last = NEW(float, n * h);
  float *scratch = NEW(float, balboa_rnn_scratch(l->sizes, 0));
  float *workspace = NEW(float, balboa_rnn_workspace(l->sizes));
  const int32_t threads = balboa_max_threads();
  EXPECT_OK(balboa_rnn_forward(BALBOA_F32, l->sizes, x, wx, wh, bias, h0, c0, peep, l->lengths, y, h_last, c_last,
                               workspace, scratch));
  for (int64_t i = 0; i < t * n * h; i++) {
    EXPECT(fabs(y[i] - l->y[i]) <= 2e-5 * (1 + fabs(l->y[i])), "cell %d, y[%d]: %g, not %g", (int)l->sizes[0], (int)i,
           y[i], l->y[i]);
  }
  for (int64_t i = 0; i < n * h; i++) {
    EXPECT(fabs(h_last[i] - l->h_last[i]) <= 2e-5 * (1 + fabs(l->h_last[i])), "h_last[%d]", (int)i);
  }
  EXPECT_OK(balboa_set_threads(3));
  EXPECT_OK(balboa_rnn_forward(BALBOA_F32, l->sizes, x, wx, wh, bias, h0, c0, peep, l->lengths, again, h_last, c_last,
                               NULL, scratch));
  EXPECT(memcmp(y, again, (size_t)(t * n * h) * sizeof(float)) == 0, "three threads, no workspace: other bits");
  EXPECT_OK(balboa_set_threads(threads));
  float *by_sequence = NEW(float, t * n * c);
  for (int64_t row = 0; row < t * n; row++) {
    memcpy(by_sequence + (row % n * t + row / n) * c, x + row * c, (size_t)c * sizeof(float));
  }
  const int64_t apart[8] = {l->sizes[0], l->sizes[1], t, n, c, h, c, t * c};
  EXPECT_OK(balboa_rnn_forward(BALBOA_F32, apart, by_sequence, wx, wh, bias, h0, c0, peep, l->lengths, again, h_last,
                               c_last, NULL, scratch));
  EXPECT(memcmp(y, again, (size_t)(t * n * h) * sizeof(float)) == 0, "sequence by sequence: other bits");
  float *all[] = {x, wx, wh, bias, h0, c0, peep, y, again, h_last, c_last, scratch, workspace, by_sequence};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

/* sum(u y) + sum(v h_last) + sum(v c_last). */
static double weighted(const layer *l, const double *u, const double *v) {
  const int64_t states = l->sizes[3] * l->sizes[5];
  plain(l);
  return dot(l->sizes[2] * states, u, l->y) + dot(states, v, l->h_last) +
         (GATES[l->sizes[0]] == 4 ? dot(states, v, l->c_last) : 0);
}

static void check_slope(const char *what, const layer *l, double *at, double got, const double *u, const double *v) {
  const double start = *at, step = 1e-5;
  *at = start + step;
  const double more = weighted(l, u, v);
  *at = start - step;
  const double less = weighted(l, u, v), slope = (more - less) / (2 * step);
  *at = start;
  EXPECT(fabs(got - slope) <= 1e-6 * (1 + fabs(slope)), "cell %d, %s: %g, not %g", (int)l->sizes[0], what, got, slope);
}

static void check_f64(const layer *l) {
  const int64_t cell = l->sizes[0], t = l->sizes[2], n = l->sizes[3], h = l->sizes[5], rows = t * n;
  const int64_t width = BIASES[cell] * h;
  double *y = NEW(double, rows * h), *h_last = NEW(double, n * h), *c_last = NEW(double, n * h);
  double *workspace = NEW(double, balboa_rnn_workspace(l->sizes));
  double *scratch = NEW(double, balboa_rnn_scratch(l->sizes, 0) + balboa_rnn_scratch(l->sizes, 1));
  EXPECT_OK(balboa_rnn_forward(BALBOA_F64, l->sizes, l->x, l->wx, l->wh, l->bias, l->h0, l->c0, l->peep, l->lengths, y,
                               h_last, c_last, workspace, scratch));
  close_f64("y", rows * h, y, l->y, 1e-12);
  close_f64("h_last", n * h, h_last, l->h_last, 1e-12);
  double *u = random_f64(rows * h, 1), *v = random_f64(n * h, 1);
  double *dsums = NEW(double, rows * width), *before = NEW(double, rows * h), *reset = NEW(double, rows * h);
  double *dh0 = NEW(double, n * h), *dc0 = NEW(double, n * h), *dpeep = NEW(double, 3 * h);
  EXPECT_OK(balboa_rnn_backward(BALBOA_F64, l->sizes, l->wh, l->h0, l->c0, l->peep, l->lengths, y, workspace, u, v, v,
                                dsums, before, reset, dh0, dc0, dpeep, scratch));
  for (int64_t i = 0; i < n * h; i += 3) {
    check_slope("h0", l, l->h0 + i, dh0[i], u, v);
    if (GATES[cell] == 4) {
      check_slope("c0", l, l->c0 + i, dc0[i], u, v);
    }
  }
  for (int64_t k = 0; k < 3 * h && cell == BALBOA_RNN_LSTM_PEEPHOLE; k += 2) {
    check_slope("peephole", l, l->peep + k, dpeep[k], u, v);
  }
  for (int64_t k = 0; k < width; k += 2) {
    double sum = 0;
    for (int64_t r = 0; r < rows; r++) {
      sum += dsums[r * width + k];
    }
    check_slope("bias", l, l->bias + k, sum, u, v);
  }
  for (int64_t k = 0; k < GATES[cell] * h * h; k += 7) {
    const int64_t row = k / h, late = cell == BALBOA_RNN_GRU_LATE_RESET && row >= 2 * h ? h : 0;
    const double *state = cell == BALBOA_RNN_GRU && row >= 2 * h ? reset : before;
    double sum = 0;
    for (int64_t r = 0; r < rows; r++) {
      sum += dsums[r * width + row + late] * state[r * h + k % h];
    }
    check_slope("recurrent weights", l, l->wh + k, sum, u, v);
  }
  double *all[] = {y, h_last, c_last, workspace, scratch, u, v, dsums, before, reset, dh0, dc0, dpeep};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

static void check_layer(int64_t cell, int64_t reverse, int with_lengths, int64_t t, int64_t n, int64_t c, int64_t h) {
  const int64_t g = GATES[cell];
  int32_t *lengths = random_i32(n, (int32_t)t + 1);
  layer l = {{cell, reverse, t, n, c, h, n * c, c}, with_lengths ? lengths : NULL, random_f64(t * n * c, 1),
             random_f64(g * h * c, 0.5), random_f64(g * h * h, fmin(0.5, 2 / sqrt((double)h + 1))),
             random_f64(4 * h, 0.5), random_f64(n * h, 1), random_f64(n * h, 1), random_f64(3 * h, 0.5),
             NEW(double, t * n * h), NEW(double, n * h), NEW(double, n * h)};
  plain(&l);
  if (h < 20) {
    check_f64(&l);
  }
  plain(&l);
  check_forward_f32(&l);
  double *all[] = {l.x, l.wx, l.wh, l.bias, l.h0, l.c0, l.peep, l.y, l.h_last, l.c_last};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
  release(lengths);
}

/* Both ways on several threads, which share units or sequences, with the bits of one thread. */
static void check_threads(int64_t cell, int64_t reverse, int64_t t, int64_t n, int64_t c, int64_t h,
                          const int32_t *lengths) {
  const int64_t sizes[8] = {cell, reverse, t, n, c, h, n * c, c}, rows = t * n, states = n * h, width = BIASES[cell] * h;
  const int64_t kept = balboa_rnn_workspace(sizes);
  float *x = random_f32(rows * c, -1, 1), *wx = random_f32(GATES[cell] * h * c, -0.1f, 0.1f);
  float *wh = random_f32(GATES[cell] * h * h, -0.1f, 0.1f), *bias = random_f32(4 * h, -1, 1);
  float *h0 = random_f32(states, -1, 1), *c0 = random_f32(states, -1, 1), *peep = random_f32(3 * h, -1, 1);
  float *dy = random_f32(rows * h, -1, 1), *workspace = NEW(float, kept);
  float *scratch = NEW(float, balboa_rnn_scratch(sizes, 0) + balboa_rnn_scratch(sizes, 1));
  const int64_t total = rows * (width + 3 * h) + 4 * states + 3 * h;
  float *one = NEW(float, total), *many = NEW(float, total);
  const int32_t threads = balboa_max_threads(), counts[] = {1, 2, 3, 7, 2, 3};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    float *y = i == 0 ? one : many, *last = y + rows * h, *c_last = last + states, *dsums = c_last + states;
    float *before = dsums + rows * width, *reset = before + rows * h, *dh0 = reset + rows * h, *dc0 = dh0 + states;
    memset(y, 0, (size_t)total * sizeof(float));
    memset(workspace, 0, (size_t)kept * sizeof(float));
    EXPECT_OK(balboa_set_threads(counts[i]));
    EXPECT_OK(balboa_rnn_forward(BALBOA_F32, sizes, x, wx, wh, bias, h0, c0, peep, lengths, y, last, c_last, workspace,
                                 scratch));
    EXPECT_OK(balboa_rnn_backward(BALBOA_F32, sizes, wh, h0, c0, peep, lengths, y, workspace, dy, h0, c0, dsums, before,
                                  reset, dh0, dc0, dc0 + states, scratch));
    EXPECT(memcmp(one, y, (size_t)total * sizeof(float)) == 0, "cell %d: other bits on %d threads", (int)cell,
           (int)counts[i]);
  }
  EXPECT_OK(balboa_set_threads(threads));
  void *all[] = {x, wx, wh, bias, h0, c0, peep, dy, workspace, scratch, one, many};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

/* Large weights, whose units are shared; and sequences of which one thread has the short ones, and helps the others. */
static void check_teams(int64_t cell) {
  int32_t *lengths = random_i32(70, 4), uneven[26];
  check_threads(cell, 1, 3, 70, 8, 530, lengths);
  for (int i = 0; i < 26; i++) {
    uneven[i] = i < 13 ? 48 - i % 2 : i % 3;
  }
  check_threads(cell, cell % 2, 48, 26, 40, 72, uneven);
  check_threads(cell, cell % 2, 48, 26, 40, 72, NULL);
  release(lengths);
}

static void check_refusals(void) {
  int64_t sizes[8] = {BALBOA_RNN_TANH, 0, 2, 1, 1, 1, 1, 1};
  float x[64] = {0}, y[64] = {7}, scratch[4096];
  const int32_t lengths[1] = {3};
#define FORWARD(lengths, h0) \
  balboa_rnn_forward(BALBOA_F32, sizes, x, x, x, x, h0, x, x, lengths, y, y + 8, y, y, scratch)
  EXPECT_OK(FORWARD(NULL, x));
  y[0] = 7;
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, FORWARD(lengths, x));
  EXPECT_STATUS(BALBOA_ERR_NULL, FORWARD(NULL, NULL));
  sizes[0] = 6;
  EXPECT_STATUS(BALBOA_ERR_KIND, FORWARD(NULL, x));
  EXPECT(balboa_rnn_workspace(sizes) == -1 && balboa_rnn_scratch(sizes, 1) == -1, "sizes of an unknown cell");
  sizes[0] = 0;
  for (int i = 2; i < 8; i += i == 2 ? 4 : 1) {
    const int64_t before = sizes[i];
    sizes[i] = -1;
    EXPECT_STATUS(BALBOA_ERR_ARGUMENT, FORWARD(NULL, x));
    sizes[i] = before;
  }
  EXPECT(y[0] == 7, "written in spite of the error");
}

int main(void) {
  for (int64_t cell = BALBOA_RNN_TANH; cell <= BALBOA_RNN_GRU_LATE_RESET; cell++) {
    for (int variant = 0; variant < 4; variant++) {
      check_layer(cell, variant / 2, variant % 2, 5, 3, 4, 5);
      check_layer(cell, variant / 2, variant % 2, 3, 13, 7, 40);
      check_layer(cell, variant / 2, variant % 2, 4, 70, 33, 33);
    }
    check_layer(cell, 0, 0, 1, 1, 6, 9);
    check_layer(cell, 0, 1, 70, 1, 3, 17);
    check_layer(cell, 1, 0, 9, 2, 0, 64);
    check_layer(cell, 1, 0, 2, 2, 0, 12);
    check_layer(cell, 0, 1, 2, 1, 0, 64);
    check_layer(cell, 0, 0, 0, 2, 3, 4);
    check_layer(cell, cell % 2, 1, 3, 21, 40, 256); /* rows of sums apart, several tiles of rows, whole panels */
    /* Weights larger than a cache: threads share the units. */
    check_layer(cell, cell % 2, 1, 3, 1, 5, 544);
    check_layer(cell, cell % 2, 1, 2, 66, 40, 544);
    check_layer(cell, 0, 0, 12, 1, 5, 330);
    check_teams(cell);
  }
  check_refusals();
  return check_done("rnn");
}
