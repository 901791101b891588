/* Attention on bf16 by the processor's products of pairs of bf16, which are added up in f32 (AVX512_BF16). Queries go in
 * groups whose scores stay in the first-level cache: scores, exponentials, weights rounded to bf16, and their product
 * with the values. Keys and values are packed once a block of queries, so that a vector holds pairs of 16 columns. */

#if defined(__GNUC__) && defined(__x86_64__) && !defined(BALBOA_NO_BF16)
#include <immintrin.h>

#include "bf16.h"

#define BF16_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma")))
#define BF16_INLINE BF16_TARGET BALBOA_INLINE

enum { GROUP = 12, TILE_ROWS = 6, LANES = 16 };

/* What a thread works on; rows of keys and values are packed in pairs, a pair in 32 bits. */
typedef struct {
  uint32_t *keys;           /* [depth_pairs, tile_keys] */
  uint32_t *values;         /* [tile_keys / 2, value_width] */
  uint32_t *queries;        /* [GROUP, depth_pairs] */
  float *scores;            /* [GROUP, tile_keys] */
  uint16_t *weights;        /* [GROUP, tile_keys] */
  float *out;               /* [QUERIES, value_width] */
  float *largest, *sum;     /* of each row, as far as its keys have been seen */
  float *random;            /* [tile_keys] */
} bf16_slot;

typedef struct {
  int64_t depth_pairs, value_width, tile_keys, bytes;
  int64_t at[9]; /* where in a slot each array begins */
} bf16_layout;

static bf16_layout layout_bf16(const shape *s) {
  bf16_layout l = {.depth_pairs = (s->depth + 1) / 2,
                   .value_width = round_up(s->value_depth, LANES),
                   .tile_keys = round_up(bk_max(1, bk_min(KEYS, s->keys)), 2 * LANES)};
  const int64_t words[9] = {l.depth_pairs * l.tile_keys, l.tile_keys / 2 * l.value_width, GROUP * l.depth_pairs,
                            GROUP * l.tile_keys,         GROUP * l.tile_keys / 2,         QUERIES * l.value_width,
                            QUERIES,                     QUERIES,                         l.tile_keys};
  for (int i = 0; i < 9; i++) {
    l.at[i] = l.bytes;
    l.bytes += round_up(words[i] * 4, 64);
  }
  return l;
}

static bf16_slot slot_of_bf16(const job *j, const bf16_layout *l, int64_t slot) {
  char *at = j->scratch + slot * j->slot_bytes;
  bf16_slot s;
  s.keys = (uint32_t *)(void *)(at + l->at[0]);
  s.values = (uint32_t *)(void *)(at + l->at[1]);
  s.queries = (uint32_t *)(void *)(at + l->at[2]);
  s.scores = (float *)(void *)(at + l->at[3]);
  s.weights = (uint16_t *)(void *)(at + l->at[4]);
  s.out = (float *)(void *)(at + l->at[5]);
  s.largest = (float *)(void *)(at + l->at[6]);
  s.sum = (float *)(void *)(at + l->at[7]);
  s.random = (float *)(void *)(at + l->at[8]);
  return s;
}

/* ---- packing */

/* The first n of 32 elements, the others 0. */
BF16_INLINE __m512i load_bf16(const uint16_t *x, int64_t n) {
  return n >= 32 ? _mm512_loadu_si512(x) : _mm512_maskz_loadu_epi16((__mmask32)((1u << bk_max(0, n)) - 1u), x);
}

/* Rows and columns of 16 x 16 words change places. */
BF16_INLINE void transpose_words(__m512i r[16]) {
  __m512i t[16];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) { /* r[4 i + c]: column c of each four rows */
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
#pragma GCC unroll 4
  for (int c = 0; c < 4; c++) {
    t[c] = _mm512_shuffle_i32x4(r[c], r[c + 4], 0x88);
    t[c + 4] = _mm512_shuffle_i32x4(r[c + 8], r[c + 12], 0x88);
    t[c + 8] = _mm512_shuffle_i32x4(r[c], r[c + 4], 0xdd);
    t[c + 12] = _mm512_shuffle_i32x4(r[c + 8], r[c + 12], 0xdd);
  }
#pragma GCC unroll 4
  for (int c = 0; c < 4; c++) {
    r[c] = _mm512_shuffle_i32x4(t[c], t[c + 4], 0x88);
    r[c + 8] = _mm512_shuffle_i32x4(t[c], t[c + 4], 0xdd);
    r[c + 4] = _mm512_shuffle_i32x4(t[c + 8], t[c + 12], 0x88);
    r[c + 12] = _mm512_shuffle_i32x4(t[c + 8], t[c + 12], 0xdd);
  }
}

/* to[p][i] = elements 2 p and 2 p + 1 of row i, 0 beyond the rows and the depth. */
BF16_TARGET static void pack_keys(int64_t rows, int64_t depth, const uint16_t *k, int64_t stride, int64_t width,
                                  uint32_t *to) {
  const int64_t pairs = (depth + 1) / 2;
  for (int64_t first = 0; first < width; first += LANES) {
    for (int64_t p = 0; p < pairs; p += LANES) {
      __m512i r[LANES];
      for (int64_t i = 0; i < LANES; i++) {
        r[i] = first + i < rows ? load_bf16(k + (first + i) * stride + 2 * p, depth - 2 * p) : _mm512_setzero_si512();
      }
      transpose_words(r);
      for (int64_t i = 0; i < bk_min(LANES, pairs - p); i++) {
        _mm512_store_si512(to + (p + i) * width + first, r[i]);
      }
    }
  }
}

/* to[p][c] = element c of rows 2 p and 2 p + 1, 0 beyond them. */
BF16_TARGET static void pack_values(int64_t rows, int64_t depth, const uint16_t *v, int64_t stride, int64_t width,
                                    uint32_t *to) {
  for (int64_t p = 0; p < (rows + 1) / 2; p++) {
    const uint16_t *even = v + 2 * p * stride;
    for (int64_t c = 0; c < width; c += LANES) {
      const __mmask16 there = (__mmask16)(depth - c >= LANES ? 0xffffu : (1u << (depth - c)) - 1u);
      const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(there, even + c));
      const __m512i high = 2 * p + 1 < rows
                               ? _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(there, even + stride + c))
                               : _mm512_setzero_si512();
      _mm512_store_si512(to + p * width + c, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
    }
  }
}

BF16_TARGET static void pack_queries(int64_t rows, int64_t depth, const uint16_t *q, int64_t stride, uint32_t *to) {
  const int64_t pairs = (depth + 1) / 2;
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t p = 0; p < pairs; p += LANES) {
      const int64_t left = bk_min(LANES, pairs - p);
      const __m512i x = load_bf16(q + i * stride + 2 * p, depth - 2 * p);
      _mm512_mask_storeu_epi32(to + i * pairs + p, (__mmask16)((1u << left) - 1u), x);
    }
  }
}

/* ---- products: c [rows, 16 vectors] = factor a B, or += a B, of pairs; `rows` and `vectors` are constants */

typedef struct {
  int64_t pairs, a_step, b_step, c_step;
  float factor;
  int32_t add;
} bf16_product;

BF16_INLINE void product_tile(const int rows, const int vectors, const bf16_product *p, const uint32_t *a,
                              const uint32_t *b, float *c) {
  __m512 sum[GROUP][4];
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      sum[r][v] = _mm512_setzero_ps();
    }
  }
  for (int64_t i = 0; i < p->pairs; i++) {
    __m512bh w[4];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      w[v] = (__m512bh)_mm512_load_si512(b + i * p->b_step + v * LANES);
    }
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++) {
      const __m512bh x = (__m512bh)_mm512_set1_epi32((int)a[r * p->a_step + i]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) {
        sum[r][v] = _mm512_dpbf16_ps(sum[r][v], x, w[v]);
      }
    }
  }
  const __m512 factor = _mm512_set1_ps(p->factor);
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      float *to = c + r * p->c_step + v * LANES;
      _mm512_store_ps(to, p->add ? _mm512_add_ps(_mm512_load_ps(to), sum[r][v]) : _mm512_mul_ps(sum[r][v], factor));
    }
  }
}

BF16_INLINE void product_columns(const int vectors, int64_t rows, const bf16_product *p, const uint32_t *a,
                                 const uint32_t *b, float *c) {
  int64_t r = 0;
  for (; vectors <= 2 && rows - r >= GROUP; r += GROUP) {
    product_tile(vectors <= 2 ? GROUP : 1, vectors, p, a + r * p->a_step, b, c + r * p->c_step);
  }
  for (; rows - r >= TILE_ROWS; r += TILE_ROWS) {
    product_tile(TILE_ROWS, vectors, p, a + r * p->a_step, b, c + r * p->c_step);
  }
  for (; rows - r >= 2; r += 2) {
    product_tile(2, vectors, p, a + r * p->a_step, b, c + r * p->c_step);
  }
  if (r < rows) {
    product_tile(1, vectors, p, a + r * p->a_step, b, c + r * p->c_step);
  }
}

BF16_TARGET static void product_bf16(int64_t rows, int64_t width, const bf16_product *p, const uint32_t *a,
                                     const uint32_t *b, float *c) {
  int64_t at = 0;
  for (; width - at >= 4 * LANES; at += 4 * LANES) {
    product_columns(4, rows, p, a, b + at, c + at);
  }
  if (width - at >= 2 * LANES) {
    product_columns(2, rows, p, a, b + at, c + at);
    at += 2 * LANES;
  }
  if (at < width) {
    product_columns(1, rows, p, a, b + at, c + at);
  }
}

/* ---- rows of scores */

BF16_TARGET static void mask_row_bf16(int64_t n, const uint16_t *mask, int64_t step, float *x) {
  for (int64_t i = 0; i < n; i++) {
    x[i] += bf16_load(mask[i * step]);
  }
}

/* The largest of the row and `largest`; NaN are passed over: they reach the sum. n is a multiple of 16. */
BF16_TARGET static float largest_bf16(int64_t n, const float *x, float largest) {
  __m512 top = _mm512_set1_ps(largest);
  for (int64_t i = 0; i < n; i += LANES) {
    top = _mm512_max_ps(_mm512_load_ps(x + i), top);
  }
  return _mm512_reduce_max_ps(top);
}

/* x = exp(x - shift), exactly 0 for -infinity; its sum. */
BF16_TARGET static float exp_bf16(int64_t n, float *x, float shift) {
  float sum = 0;
  BALBOA_SIMD_REDUCE(+, sum) for (int64_t i = 0; i < n; i++) {
    x[i] = vexp_normal(x[i] - shift);
    sum += x[i];
  }
  return sum;
}

/* n is a multiple of 32. */
BF16_TARGET static void round_row(int64_t n, const float *x, uint16_t *y) {
  for (int64_t i = 0; i < n; i += 2 * LANES) {
    const __m512 low = _mm512_load_ps(x + i), high = _mm512_load_ps(x + i + LANES);
    _mm512_store_si512(y + i, (__m512i)_mm512_cvtne2ps_pbh(high, low));
  }
}

/* y = factor x, rounded. */
BF16_TARGET static void scale_row(int64_t n, float factor, const float *x, uint16_t *y) {
  for (int64_t i = 0; i < n; i += LANES) {
    const __mmask16 there = (__mmask16)(n - i >= LANES ? 0xffffu : (1u << (n - i)) - 1u);
    const __m512 scaled = _mm512_mul_ps(_mm512_maskz_loadu_ps(there, x + i), _mm512_set1_ps(factor));
    _mm256_mask_storeu_epi16(y + i, there, (__m256i)_mm512_cvtneps_pbh(scaled));
  }
}

/* ---- blocks */

/* What queries [first, first + rows) and keys [from, from + n) have in common. */
typedef struct {
  int64_t b, h, first, rows, from, n;
} bf16_group;

/* Masks row i of the scores; the keys from `n` of the group to `width` are hidden. */
static void hide_bf16(const job *j, const bf16_group *g, int64_t i, int64_t width, float *x) {
  const shape *s = &j->s;
  const int64_t visible = bk_max(0, bk_min(g->n, visible_keys(s, g->first + i, 1) - g->from));
  const int64_t at = g->b * s->mask[0] + g->h * s->mask[1] + (g->first + i) * s->mask[2] + g->from * s->mask[3];
  if (s->mask_kind == BALBOA_MASK_BOOL) {
    mask_row_f32(s->mask_kind, visible, (const uint8_t *)j->mask + at, s->mask[3], x);
  } else if (s->mask_kind == BALBOA_MASK_ADDED) {
    mask_row_bf16(visible, (const uint16_t *)j->mask + at, s->mask[3], x);
  }
  for (int64_t c = visible; c < width; c++) {
    x[c] = -INFINITY;
  }
}

/* One group of queries and one block of keys: a step of the running softmax. `row` is the group's in the block. */
static void group_bf16(const job *j, const bf16_layout *l, bf16_slot *slot, const bf16_group *g, int64_t row) {
  const shape *s = &j->s;
  const int64_t width = round_up(g->n, 2 * LANES);
  const uint16_t *q = (const uint16_t *)j->q + g->b * s->q[0] + g->h * s->q[1] + g->first * s->q[2];
  pack_queries(g->rows, s->depth, q, s->q[2], slot->queries);
  const bf16_product scores = {l->depth_pairs, l->depth_pairs, l->tile_keys, l->tile_keys, (float)s->scale, 0};
  product_bf16(g->rows, width, &scores, slot->queries, slot->keys, slot->scores);
  for (int64_t i = 0; i < g->rows; i++) {
    float *x = slot->scores + i * l->tile_keys;
    hide_bf16(j, g, i, width, x);
    const float before = slot->largest[row + i], now = largest_bf16(width, x, before);
    const float sum = exp_bf16(width, x, now == -INFINITY ? 0 : now);
    if (now != before && before != -INFINITY) {
      const float factor = expf(before - now);
      slot->sum[row + i] *= factor;
      row_scale_f32(l->value_width, factor, slot->out + (row + i) * l->value_width);
    }
    slot->sum[row + i] += sum;
    slot->largest[row + i] = now;
    if (s->dropout > 0) {
      const int64_t weight = ((g->b * s->heads + g->h) * s->queries + g->first + i) * s->keys + g->from;
      bk_uniform_range(j->key, (uint64_t)weight, g->n, slot->random);
      row_drop_f32(g->n, slot->random, (float)s->dropout, (float)(1.0 / (1.0 - s->dropout)), x, x);
    }
    round_row(width, x, slot->weights + i * l->tile_keys);
  }
  const bf16_product values = {(g->n + 1) / 2, l->tile_keys / 2, l->value_width, l->value_width, 1, 1};
  product_bf16(g->rows, l->value_width, &values, (const uint32_t *)(const void *)slot->weights, slot->values,
               slot->out + row * l->value_width);
}

static void forward_block_bf16(const job *j, const bf16_layout *l, bf16_slot *slot, place at, place next) {
  const shape *s = &j->s;
  const int64_t b = at.b, h = at.h, first = at.first;
  const int64_t m = bk_min(QUERIES, s->queries - first), row0 = (b * s->heads + h) * s->queries + first;
  const int64_t kv = h / (s->heads / s->kv_heads), visible = visible_keys(s, first, m), dv = s->value_depth;
  memset(slot->out, 0, (size_t)(m * l->value_width) * sizeof(float));
  for (int64_t i = 0; i < m; i++) {
    slot->largest[i] = -INFINITY;
    slot->sum[i] = 0;
  }
  for (int64_t from = 0; from < visible; from += KEYS) {
    const int64_t n = bk_min(KEYS, visible - from);
    const uint16_t *k = (const uint16_t *)j->k + b * s->k[0] + kv * s->k[1] + from * s->k[2];
    const uint16_t *v = (const uint16_t *)j->v + b * s->v[0] + kv * s->v[1] + from * s->v[2];
    pack_keys(n, s->depth, k, s->k[2], l->tile_keys, slot->keys);
    pack_values(n, dv, v, s->v[2], l->value_width, slot->values);
    for (int64_t row = 0; row < m; row += GROUP) {
      if (from == 0) {
        ask_ahead(j, at, next, row, GROUP, (int64_t)sizeof(uint16_t));
      }
      const int64_t rows = bk_min(GROUP, m - row);
      const bf16_group g = {b,    h,    first + row,
                            rows, from, bk_min(n, visible_keys(s, first + row, rows) - from)};
      if (g.n > 0) {
        group_bf16(j, l, slot, &g, row);
      }
    }
  }
  for (int64_t i = 0; i < m; i++) {
    const float sum = slot->sum[i];
    const float *x = slot->out + i * l->value_width;
    uint16_t *out = (uint16_t *)j->to + b * s->out[0] + h * s->out[1] + (first + i) * s->out[2];
    scale_row(dv, sum == 0 ? 0 : 1 / sum, x, out);
    ((float *)j->to_sums)[row0 + i] = sum == 0 ? -INFINITY : (float)((double)slot->largest[i] + log((double)sum));
  }
}

static void forward_bf16(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const bf16_layout l = layout_bf16(&j->s);
  for (int64_t t = begin; t < end; t++) {
    bf16_slot slot = slot_of_bf16(j, &l, t);
    for (bk_range r = {0}; take_task(j, t, &r);) {
      forward_block_bf16(j, &l, &slot, place_of(j, r.from), place_of(j, bk_min(r.from + 1, r.end - 1)));
    }
  }
}

static int64_t slot_bytes_bf16(const shape *s) { return layout_bf16(s).bytes; }

int32_t balboa_has_bf16_attention(void) {
  return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
}

int32_t balboa_attention_bf16(const int64_t *geometry, int32_t mask_kind, double scale, double dropout,
                              const uint16_t *q, const uint16_t *k, const uint16_t *v, const void *mask,
                              const int64_t *key, uint16_t *out, float *sums, void *scratch, int64_t scratch_bytes) {
  BK_CHECK(balboa_has_bf16_attention(), BALBOA_ERR_KIND);
  job j = {.q = q, .k = k, .v = v, .mask = mask, .key = key, .to = out, .to_sums = sums, .scratch = scratch};
  int32_t status = read_shape(geometry, mask_kind, scale, dropout, &j.s);
  BK_CHECK(status == BALBOA_OK, status);
  if (j.s.batch * j.s.heads * j.s.queries == 0) {
    return BALBOA_OK;
  }
  status = plan(&j, slot_bytes_bf16(&j.s), scratch_bytes);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK((uintptr_t)scratch % 64 == 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(sums != NULL && (j.s.value_depth == 0 || out != NULL), BALBOA_ERR_NULL);
  return run_forward(&j, forward_bf16);
}

#else

int32_t balboa_has_bf16_attention(void) { return 0; }

static int64_t slot_bytes_bf16(const shape *s) { return s == NULL; }

int32_t balboa_attention_bf16(const int64_t *geometry, int32_t mask_kind, double scale, double dropout,
                              const uint16_t *q, const uint16_t *k, const uint16_t *v, const void *mask,
                              const int64_t *key, uint16_t *out, float *sums, void *scratch, int64_t scratch_bytes) {
  (void)geometry, (void)mask_kind, (void)scale, (void)dropout, (void)q, (void)k, (void)v, (void)mask, (void)key;
  (void)out, (void)sums, (void)scratch, (void)scratch_bytes;
  return BALBOA_ERR_KIND;
}

#endif
