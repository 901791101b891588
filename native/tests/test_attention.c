/* Attention against its definition, row by row in f64. */
#include "check.h"

enum { LARGEST = 700 };
static const int64_t key[2] = {7, 11};

typedef struct {
  int b, h, kv, lq, lk, d, dv, causal, offset, mask;
  double dropout;
} setting;

static uint16_t *rounded(int64_t n, const double *x) {
  uint16_t *h = NEW(uint16_t, n);
  EXPECT_OK(balboa_cast(n, BALBOA_F64, x, BALBOA_BF16, h));
  return h;
}

static double *numbers(int64_t n, int half) {
  double *x = NEW(double, n);
  for (int64_t i = 0; i < n; i++) {
    x[i] = (float)next_uniform(-1, 1);
  }
  if (half) {
    uint16_t *h = rounded(n, x);
    EXPECT_OK(balboa_cast(n, BALBOA_BF16, h, BALBOA_F64, x));
    release(h);
  }
  return x;
}

/* Everything in f64: q, k, v, dout and mask as given, the five results. */
typedef struct {
  double *q, *k, *v, *dout, *mask, *out, *sums, *dq, *dk, *dv;
  uint8_t *hidden;
  float *random;
  int64_t nq, nk, nv, no, rows;
} data;

static void define(const setting *s, const data *x) {
  static double p[LARGEST], dp[LARGEST], r[LARGEST];
  for (int64_t row = 0; row < x->rows; row++) {
    const int64_t head = row / s->lq, i = row % s->lq;
    const int64_t kv = head / s->h * s->kv + head % s->h / (s->h / s->kv);
    const double *q = x->q + row * s->d, *dout = x->dout + row * s->dv;
    double largest = -INFINITY, sum = 0, delta = 0;
    for (int j = 0; j < s->lk; j++) {
      p[j] = s->mask == BALBOA_MASK_ADDED ? x->mask[row * s->lk + j] : 0;
      for (int c = 0; c < s->d; c++) {
        p[j] += 0.5 * q[c] * x->k[(kv * s->lk + j) * s->d + c];
      }
      const int hides = s->mask == BALBOA_MASK_BOOL && !x->hidden[row * s->lk + j];
      p[j] = hides || (s->causal && j > i + s->offset) ? -INFINITY : p[j];
      r[j] = s->dropout == 0 ? 1 : x->random[row * s->lk + j] >= (float)s->dropout ? 1 / (1 - s->dropout) : 0;
      largest = fmax(largest, p[j]);
    }
    for (int j = 0; j < s->lk; j++) {
      p[j] = largest == -INFINITY ? 0 : exp(p[j] - largest);
      sum += p[j];
    }
    x->sums[row] = sum == 0 ? -INFINITY : largest + log(sum);
    for (int j = 0; j < s->lk; j++) {
      p[j] = sum == 0 ? 0 : p[j] / sum;
      dp[j] = 0;
      for (int c = 0; c < s->dv; c++) {
        const int64_t at = (kv * s->lk + j) * s->dv + c;
        x->out[row * s->dv + c] += r[j] * p[j] * x->v[at];
        dp[j] += r[j] * dout[c] * x->v[at];
        x->dv[at] += r[j] * p[j] * dout[c];
      }
      delta += p[j] * dp[j];
    }
    for (int j = 0; j < s->lk; j++) {
      for (int c = 0; c < s->d; c++) {
        const int64_t at = (kv * s->lk + j) * s->d + c;
        x->dq[row * s->d + c] += 0.5 * p[j] * (dp[j] - delta) * x->k[at];
        x->dk[at] += 0.5 * p[j] * (dp[j] - delta) * q[c];
      }
    }
  }
}

/* `half`: numbers that bf16 has. */
static data make(const setting *s, int half) {
  data x = {.rows = (int64_t)s->b * s->h * s->lq};
  x.nq = x.rows * s->d;
  x.no = x.rows * s->dv;
  x.nk = (int64_t)s->b * s->kv * s->lk * s->d;
  x.nv = (int64_t)s->b * s->kv * s->lk * s->dv;
  x.q = numbers(x.nq, half), x.k = numbers(x.nk, half), x.v = numbers(x.nv, half), x.dout = numbers(x.no, half);
  const int64_t weights = x.rows * s->lk;
  x.mask = numbers(weights, half);
  x.hidden = NEW(uint8_t, weights);
  x.random = NEW(float, weights);
  EXPECT_OK(balboa_uniform_f32(weights, key, 0, 1, x.random));
  for (int64_t i = 0; i < weights; i++) {
    x.mask[i] = next_u32() % 8 == 0 ? -INFINITY : x.mask[i];
    x.hidden[i] = i / s->lk % 5 != 3 && next_u32() % 4 != 0; /* some queries see nothing */
  }
  double **results[5] = {&x.out, &x.sums, &x.dq, &x.dk, &x.dv};
  const int64_t sizes[5] = {x.no, x.rows, x.nq, x.nk, x.nv};
  for (int i = 0; i < 5; i++) {
    *results[i] = NEW(double, sizes[i]);
    memset(*results[i], 0, (size_t)sizes[i] * sizeof(double));
  }
  define(s, &x);
  return x;
}

/* A number for bytes (FNV-1a). */
static uint64_t digest(const void *x, int64_t bytes, uint64_t so_far) {
  const uint8_t *b = x;
  for (int64_t i = 0; i < bytes; i++) {
    so_far = (so_far ^ b[i]) * 0x100000001b3u;
  }
  return so_far;
}

static void discard(data *x) {
  void *all[12] = {x->q, x->k, x->v, x->dout, x->mask, x->out, x->sums, x->dq, x->dk, x->dv, x->hidden, x->random};
  for (int i = 0; i < 12; i++) {
    release(all[i]);
  }
}

static void dense(const setting *s, int64_t *geometry) {
  const int64_t d = s->d > 0 ? s->d : 1, dv = s->dv > 0 ? s->dv : 1;
  const int64_t all[25] = {s->b, s->h, s->kv, s->lq, s->lk, s->d, s->dv, s->causal, s->offset,
                           (int64_t)s->h * s->lq * s->d,   (int64_t)s->lq * s->d,  d,
                           (int64_t)s->kv * s->lk * s->d,  (int64_t)s->lk * s->d,  d,
                           (int64_t)s->kv * s->lk * s->dv, (int64_t)s->lk * s->dv, dv,
                           (int64_t)s->h * s->lq * s->dv,  (int64_t)s->lq * s->dv, dv,
                           (int64_t)s->h * s->lq * s->lk,  (int64_t)s->lq * s->lk, s->lk, 1};
  memcpy(geometry, all, sizeof all);
}

/* Where element i of [batch, heads, rows, width] lies if the heads of a row are side by side. */
static int64_t beside(int64_t i, int64_t heads, int64_t rows, int64_t width) {
  const int64_t c = i % width, r = i / width % rows, h = i / width / rows % heads, b = i / width / rows / heads;
  return ((b * rows + r) * heads + h) * width + c;
}

#define DEFINE_CASE(TYPE, DTYPE, SUFFIX, TOLERANCE)                                                         \
  static TYPE *copy_##SUFFIX(int64_t n, const double *x) {                                                           \
    TYPE *y = NEW(TYPE, n);                                                                                          \
    for (int64_t i = 0; i < n; i++) y[i] = (TYPE)x[i];                                                               \
    return y;                                                                                                        \
  }                                                                                                                  \
  static void close_##SUFFIX(const char *what, int64_t n, int64_t heads, int64_t rows, int64_t width,                \
                             const TYPE *got, const double *want) {                                                  \
    for (int64_t i = 0; i < n; i++) {                                                                                \
      const double x = (double)got[beside(i, heads, rows, width)];                                                   \
      EXPECT(near_rel(x, want[i], TOLERANCE, 1), "%s at %d: %g, not %g", what, (int)i, x, want[i]);                  \
    }                                                                                                                \
  }                                                                                                                  \
  static void run_##SUFFIX(const setting *s, const data *x, int threads) {                                           \
    int64_t geometry[25];                                                                                            \
    dense(s, geometry);                                                                                              \
    TYPE *q = copy_##SUFFIX(x->nq, x->q), *k = copy_##SUFFIX(x->nk, x->k), *v = copy_##SUFFIX(x->nv, x->v);          \
    TYPE *dout = copy_##SUFFIX(x->no, x->dout), *added = copy_##SUFFIX(x->rows * s->lk, x->mask);                    \
    TYPE *out = NEW(TYPE, x->no), *sums = NEW(TYPE, x->rows), *dq = NEW(TYPE, x->nq), *dk = NEW(TYPE, x->nk),        \
         *dv = NEW(TYPE, x->nv);                                                                                     \
    const void *mask = s->mask == BALBOA_MASK_BOOL ? (const void *)x->hidden : (const void *)added;                  \
    EXPECT_OK(balboa_set_threads(threads));                                                                          \
    const int64_t bytes = balboa_attention_scratch(DTYPE, geometry);                                                 \
    EXPECT(bytes > 0, "scratch %d", (int)bytes);                                                                     \
    void *scratch = aligned_alloc(64, (size_t)bytes);                                                                \
    memset(scratch, 0xff, (size_t)bytes);                                                                            \
    EXPECT_OK(balboa_attention_##SUFFIX(geometry, s->mask, 0.5, s->dropout, q, k, v, mask, key, out, sums,  \
                                        scratch, bytes));                                                            \
    close_##SUFFIX("out", x->no, s->h, s->lq, s->dv, out, x->out);                                                   \
    close_##SUFFIX("sums", x->rows, 1, x->rows, 1, sums, x->sums);                                                   \
    EXPECT_OK(balboa_attention_backward_##SUFFIX(geometry, s->mask, 0.5, s->dropout, q, k, v, mask, key,    \
                                                 out, sums, dout, dq, dk, dv, scratch, bytes));                      \
    close_##SUFFIX("dq", x->nq, s->h, s->lq, s->d, dq, x->dq);                                                       \
    close_##SUFFIX("dk", x->nk, s->kv, s->lk, s->d, dk, x->dk);                                                      \
    close_##SUFFIX("dv", x->nv, s->kv, s->lk, s->dv, dv, x->dv);                                                     \
    static uint64_t alone;                                                                                           \
    const TYPE *results[5] = {out, sums, dq, dk, dv};                                                                \
    const int64_t sizes[5] = {x->no, x->rows, x->nq, x->nk, x->nv};                                                  \
    uint64_t bits = 0xcbf29ce484222325u;                                                                             \
    for (int i = 0; i < 5; i++) bits = digest(results[i], sizes[i] * (int64_t)sizeof(TYPE), bits);                   \
    alone = threads == 1 ? bits : alone;                                                                             \
    EXPECT(bits == alone, "other bits on %d threads", threads);                                                      \
    free(scratch);                                                                                                   \
    TYPE *all[10] = {q, k, v, dout, added, out, sums, dq, dk, dv};                                                   \
    for (int i = 0; i < 10; i++) release(all[i]);                                                                    \
  }
DEFINE_CASE(float, BALBOA_F32, f32, 2e-5)
DEFINE_CASE(double, BALBOA_F64, f64, 1e-12)

/* Weights and results are rounded to bf16; sums are not. */
static void run_bf16(const setting *s, const data *x, int threads) {
  int64_t geometry[25];
  dense(s, geometry);
  uint16_t *q = rounded(x->nq, x->q), *k = rounded(x->nk, x->k), *v = rounded(x->nv, x->v);
  uint16_t *added = rounded(x->rows * s->lk, x->mask), *out = NEW(uint16_t, x->no);
  float *sums = NEW(float, x->rows);
  double *wide = NEW(double, x->no);
  const void *mask = s->mask == BALBOA_MASK_BOOL ? (const void *)x->hidden : (const void *)added;
  EXPECT_OK(balboa_set_threads(threads));
  const int64_t bytes = balboa_attention_scratch(BALBOA_BF16, geometry);
  EXPECT(bytes > 0, "scratch %d", (int)bytes);
  void *scratch = aligned_alloc(64, (size_t)bytes);
  memset(scratch, 0xff, (size_t)bytes);
  EXPECT_OK(balboa_attention_bf16(geometry, s->mask, 0.5, s->dropout, q, k, v, mask, key, out, sums, scratch, bytes));
  EXPECT_OK(balboa_cast(x->no, BALBOA_BF16, out, BALBOA_F64, wide));
  for (int64_t i = 0; i < x->no; i++) {
    const double y = wide[beside(i, s->h, s->lq, s->dv)];
    EXPECT(near_rel(y, x->out[i], 0x1p-8, 1), "out %d: %g, not %g", (int)i, y, x->out[i]);
  }
  for (int64_t i = 0; i < x->rows; i++) {
    EXPECT(near_rel((double)sums[i], x->sums[i], 2e-5, 1), "sum %d: %g, not %g", (int)i, (double)sums[i], x->sums[i]);
  }
  free(scratch);
  void *all[7] = {q, k, v, added, out, sums, wide};
  for (int i = 0; i < 7; i++) {
    release(all[i]);
  }
}

static void refuses_bf16(void) {
  int64_t g[25] = {1, 2, 1, 2, 2, 2, 2, 0, 0, 8, 4, 2, 4, 4, 2, 4, 4, 2, 8, 4, 2, 0, 0, 0, 0};
  uint16_t x[64] = {0};
  float sums[4];
  _Alignas(64) static char scratch[1 << 20];
  if (balboa_has_bf16_attention()) {
    EXPECT_OK(balboa_attention_bf16(g, 0, 1, 0, x, x, x, NULL, NULL, x, sums, scratch, sizeof scratch));
    EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_attention_bf16(g, 0, 1, 0, x, x, x, NULL, NULL, x, sums, scratch, 64));
    EXPECT_STATUS(BALBOA_ERR_NULL, balboa_attention_bf16(g, 0, 1, 0, x, x, x, NULL, NULL, x, NULL, scratch, 1 << 20));
    EXPECT_STATUS(BALBOA_ERR_ARGUMENT,
                  balboa_attention_bf16(g, 0, 1, 0, x, x, x, NULL, NULL, x, sums, scratch + 4, (1 << 20) - 4));
  } else {
    EXPECT(balboa_attention_scratch(BALBOA_BF16, g) == BALBOA_ERR_KIND, "a processor without bf16");
    EXPECT_STATUS(BALBOA_ERR_KIND, balboa_attention_bf16(g, 0, 1, 0, x, x, x, NULL, NULL, x, sums, scratch, 1 << 20));
  }
}

static void refusals(void) {
  float x[64] = {0};
  int64_t g[25] = {1, 2, 1, 2, 2, 2, 2, 0, 0, 8, 4, 2, 4, 4, 2, 4, 4, 2, 8, 4, 2, 0, 0, 0, 0};
  _Alignas(64) static char scratch[1 << 20];
  EXPECT(balboa_attention_scratch(BALBOA_I32, g) == BALBOA_ERR_KIND, "dtype");
  EXPECT_OK(balboa_attention_f32(g, 0, 1, 0, x, x, x, NULL, NULL, x, x, scratch, sizeof scratch));
  EXPECT_STATUS(BALBOA_ERR_NULL,
                balboa_attention_f32(g, 0, 1, 0.5, x, x, x, NULL, NULL, x, x, scratch, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_KIND,
                balboa_attention_f32(g, 3, 1, 0, x, x, x, NULL, NULL, x, x, scratch, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT,
                balboa_attention_f32(g, 0, 1, 1, x, x, x, NULL, key, x, x, scratch, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT,
                balboa_attention_f32(g, 0, 1, 0, x, x, x, NULL, NULL, x, x, scratch, 64));
  const int64_t many[25] = {1, 0, 1 << 30, 0, 1 << 30, 16, 16, 0, 0, 0, 0, 16, 0, 0, 16, 0, 0, 16, 0, 0, 16, 0, 0, 0, 0};
  EXPECT(balboa_attention_scratch(BALBOA_F32, many) == BALBOA_ERR_ARGUMENT, "keys without heads");
  g[11] = 1; /* rows that overlap */
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT,
                balboa_attention_f32(g, 0, 1, 0, x, x, x, NULL, NULL, x, x, scratch, 1 << 20));
  g[11] = 2;
  g[1] = 3;
  g[2] = 2;
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT,
                balboa_attention_f32(g, 0, 1, 0, x, x, x, NULL, NULL, x, x, scratch, 1 << 20));
}

/* Offsets far beyond the keys: every query sees all of them, or none. */
static void far_offsets(void) {
  const float q[4] = {0}, k[4] = {0}, v[4] = {1, 2, 3, 4};
  int64_t g[25] = {1, 1, 1, 2, 2, 2, 2, 1, INT64_MAX, 4, 4, 2, 4, 4, 2, 4, 4, 2, 4, 4, 2, 0, 0, 0, 0};
  float out[4], sums[2];
  const int64_t bytes = balboa_attention_scratch(BALBOA_F32, g);
  void *scratch = aligned_alloc(64, (size_t)(bytes + 63) / 64 * 64);
  EXPECT_OK(balboa_attention_f32(g, 0, 1, 0, q, k, v, NULL, NULL, out, sums, scratch, bytes));
  EXPECT(out[0] == 2 && out[3] == 3, "the mean of the values: %g, %g", (double)out[0], (double)out[3]);
  g[8] = INT64_MIN;
  EXPECT_OK(balboa_attention_f32(g, 0, 1, 0, q, k, v, NULL, NULL, out, sums, scratch, bytes));
  EXPECT(out[0] == 0 && out[3] == 0, "no key: %g, %g", (double)out[0], (double)out[3]);
  free(scratch);
}

int main(void) {
  static const setting settings[] = {
      {2, 4, 2, 5, 7, 3, 4, 0, 0, 0, 0},       {1, 2, 2, 70, 300, 8, 5, 0, 0, 0, 0},
      {1, 3, 1, 130, 600, 4, 4, 1, 470, 0, 0}, {2, 2, 2, 90, 90, 8, 8, 1, 0, 0, 0.3},
      {1, 6, 3, 20, 9, 4, 4, 1, -11, 0, 0},    {2, 2, 1, 70, 33, 4, 3, 0, 0, 1, 0},
      {2, 2, 1, 33, 270, 4, 3, 0, 0, 2, 0},    {2, 2, 1, 33, 270, 4, 3, 1, 200, 1, 0.6},
      {1, 2, 1, 3, 0, 4, 3, 0, 0, 0, 0},       {1, 2, 1, 0, 3, 4, 3, 0, 0, 0, 0},
      {1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0},       {1, 2, 2, 3, 4, 0, 2, 0, 0, 0, 0},
      {1, 2, 2, 3, 4, 2, 0, 0, 0, 0, 0},       {1, 2, 1, 257, 300, 4, 4, 1, 43, 0, 0},
      {3, 4, 4, 65, 257, 16, 16, 0, 0, 2, 0.1}, {1, 2, 2, 31, 45, 33, 65, 0, 0, 0, 0},
      {2, 3, 3, 128, 128, 32, 32, 0, 0, 0, 0}, {1, 1, 1, 25, 600, 64, 80, 1, 575, 2, 0},
      /* one query of each head */
      {3, 12, 2, 1, 300, 24, 16, 1, 299, 0, 0}, {1, 40, 2, 1, 530, 32, 20, 0, 0, 2, 0.2},
      {2, 6, 6, 1, 270, 40, 32, 0, 0, 1, 0},   {1, 4, 2, 1, 9, 16, 16, 1, 5, 0, 0},
      {1, 140, 1, 1, 40, 16, 8, 0, 0, 1, 0},   {1, 3, 3, 16, 33, 17, 48, 0, 0, 0, 0}};
  for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
    data x = make(&settings[i], 0), y = make(&settings[i], 1);
    for (int threads = 1; threads <= 5; threads += 2) {
      run_f32(&settings[i], &x, threads);
      run_f64(&settings[i], &x, threads);
      if (balboa_has_bf16_attention()) {
        run_bf16(&settings[i], &y, threads);
      }
    }
    discard(&x);
    discard(&y);
  }
  refuses_bf16();
  refusals();
  far_offsets();
  return check_done("attention");
}
