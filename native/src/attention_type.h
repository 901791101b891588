/* Attention for one element type: the including file defines T, WHOLE, NAME(x), EXP(x), which is 0 for
 * -infinity, and LOG(x) of doubles. */

#include "attention_product.h"

/* What a thread works on. Rows of packed keys, values, queries and dout are whole vectors, those of tiles and of what
 * is transposed row_of(tile_keys) apart. */
typedef struct {
  T *tile, *other;              /* [QUERIES, keys]: weights, and in the backward pass their gradients */
  T *keys_across, *values;      /* [depth, keys], [keys, value_depth] */
  T *values_across, *keys;      /* of the backward pass: [value_depth, keys], [keys, depth] */
  T *queries, *dout;            /* of the backward pass: [QUERIES, depth], [QUERIES, value_depth] */
  double *sum;                  /* of the exponentials, a row */
  T *largest, *factor;          /* the largest score of a row, and what a new one means for sums of before */
  float *random;                /* [tile_keys] */
  const T *k, *v;               /* of the forward pass: keys as they lie; values, packed or as they lie, */
  int64_t v_row;                /* and the distance of their rows */
} NAME(slot);

/* Elements of the arrays of a slot in that order; returns its bytes. */
static int64_t NAME(slot_sizes)(const shape *s, int64_t sizes[12]) {
  const int64_t keys = tile_keys(s), row = row_of(keys), d = round_up(s->depth, 16), dv = round_up(s->value_depth, 16);
  const int64_t all[12] = {QUERIES * row, QUERIES * row, s->depth * row, keys * dv,   s->value_depth * row, keys * d,
                           QUERIES * d,   QUERIES * dv,  2 * QUERIES,    2 * QUERIES, 2 * QUERIES,          keys};
  int64_t bytes = 0;
  for (int i = 0; i < 12; i++) {
    sizes[i] = round_up(all[i], 16);
    bytes += sizes[i] * (int64_t)sizeof(T);
  }
  return bytes;
}

static NAME(slot) NAME(slot_of)(const job *j, int64_t slot) {
  int64_t sizes[12];
  NAME(slot_sizes)(&j->s, sizes);
  T *at[12] = {(T *)(void *)(j->scratch + slot * j->slot_bytes)};
  for (int i = 1; i < 12; i++) {
    at[i] = at[i - 1] + sizes[i - 1];
  }
  const NAME(slot) s = {.tile = at[0],
                        .other = at[1],
                        .keys_across = at[2],
                        .values = at[3],
                        .values_across = at[4],
                        .keys = at[5],
                        .queries = at[6],
                        .dout = at[7],
                        .sum = (double *)(void *)at[8],
                        .largest = at[9],
                        .factor = at[10],
                        .random = (float *)(void *)at[11]};
  return s;
}

/* Of a gradient, whose heads lie side by side in rows of `row` elements: where head h begins in row i of so many. */
static T *NAME(head_at)(const void *x, int64_t b, int64_t rows, int64_t i, int64_t row, int64_t h, int64_t width) {
  return (T *)(uintptr_t)x + (b * rows + i) * row + h * width;
}

/* Where position i of a head of the output is. */
static T *NAME(out_at)(const shape *s, const void *x, int64_t b, int64_t h, int64_t i) {
  return (T *)(uintptr_t)x + b * s->out[0] + h * s->out[1] + i * s->out[2];
}

/* Adds the mask to a row of scores, or hides scores with it. */
BALBOA_CLONES static void NAME(mask_row)(int32_t kind, int64_t n, const void *mask, int64_t step, T *x) {
  if (kind == BALBOA_MASK_BOOL) {
    const uint8_t *m = mask;
    if (step == 1) {
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) { x[i] = m[i] ? x[i] : -(T)INFINITY; }
    } else {
      for (int64_t i = 0; i < n; i++) {
        x[i] = m[i * step] ? x[i] : -(T)INFINITY;
      }
    }
  } else if (step == 1) {
    const T *m = mask;
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { x[i] += m[i]; }
  } else {
    const T *m = mask;
    for (int64_t i = 0; i < n; i++) {
      x[i] += m[i * step];
    }
  }
}

/* Packs keys [from, from + n) for scores(). */
static void NAME(pack_keys)(const job *j, NAME(slot) * slot, int64_t b, int64_t kv, int64_t from, int64_t n) {
  const shape *s = &j->s;
  const T *k = (const T *)j->k + b * s->k[0] + kv * s->k[1] + from * s->k[2];
  NAME(pack_transposed)(n, s->depth, k, s->k[2], j->tile_row, slot->keys_across);
}

/* Scores of queries [first, first + m) and the keys [from, from + n) of the slot, in whole vectors; -infinity where a
 * query does not see a key. Returns how many they are. */
static int64_t NAME(scores)(const job *j, const NAME(slot) * slot, int64_t b, int64_t h, int64_t first, int64_t m,
                            int64_t from, int64_t n) {
  const shape *s = &j->s;
  const int64_t width = round_up(n, NAME(LANES));
  const T *q = (const T *)j->q + b * s->q[0] + h * s->q[1] + first * s->q[2];
  if (j->alone) {
    NAME(product_across)(n, s->depth, (T)s->scale, q, slot->k, s->k[2], slot->tile);
  } else {
    const NAME(terms) terms = {s->depth, s->q[2], 1, j->tile_row, j->tile_row, j->tile, (T)s->scale, 0};
    NAME(product)(&terms, m, width, q, slot->keys_across, slot->tile);
  }
  for (int64_t i = 0; i < m; i++) {
    T *row = slot->tile + i * j->tile_row;
    const int64_t visible = bk_max(0, bk_min(n, visible_keys(s, first + i, 1) - from));
    if (s->mask_kind != BALBOA_MASK_NONE) {
      const int64_t at = b * s->mask[0] + h * s->mask[1] + (first + i) * s->mask[2] + from * s->mask[3];
      const void *mask = s->mask_kind == BALBOA_MASK_BOOL ? (const void *)((const uint8_t *)j->mask + at)
                                                          : (const void *)((const T *)j->mask + at);
      NAME(mask_row)(s->mask_kind, visible, mask, s->mask[3], row);
    }
    for (int64_t c = visible; c < width; c++) {
      row[c] = -(T)INFINITY;
    }
  }
  return width;
}

/* x = exp(x - shift), exactly 0 for -infinity. */
BALBOA_CLONES static void NAME(row_exp)(int64_t n, T *x, T shift) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { x[i] = EXP(x[i] - shift); }
}

BALBOA_CLONES static void NAME(row_scale)(int64_t n, T factor, T *x) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { x[i] *= factor; }
}

/* y = x where the random number keeps it, scaled, else 0. */
BALBOA_CLONES static void NAME(row_drop)(int64_t n, const float *random, float p, T scale, const T *x, T *y) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = random[i] >= p ? x[i] * scale : (T)0; }
}

/* Drops elements of a row of weights: y may be x. */
static void NAME(drop)(const job *j, NAME(slot) * slot, int64_t row, int64_t from, int64_t n, const T *x, T *y) {
  bk_uniform_range(j->key, (uint64_t)(row * j->s.keys + from), n, slot->random);
  NAME(row_drop)(n, slot->random, (float)j->s.dropout, (T)(1.0 / (1.0 - j->s.dropout)), x, y);
}

/* Of each lane of a row: the largest element, and x = exp(x - shift), exactly 0 for -infinity, and their sum. */
BALBOA_INLINE void NAME(largest)(int64_t n, const T *x, NAME(vec) * to) {
  T top[NAME(LANES)];
  for (int l = 0; l < NAME(LANES); l++) {
    top[l] = -(T)INFINITY;
  }
  for (int64_t c = 0; c < n; c += NAME(LANES)) {
    BALBOA_SIMD for (int l = 0; l < NAME(LANES); l++) { top[l] = x[c + l] > top[l] ? x[c + l] : top[l]; }
  }
  memcpy(to, top, sizeof top);
}

BALBOA_INLINE void NAME(exponentials)(int64_t n, T shift, T *x, NAME(vec) * to) {
  T sum[NAME(LANES)] = {0};
  for (int64_t c = 0; c < n; c += NAME(LANES)) {
    BALBOA_SIMD for (int l = 0; l < NAME(LANES); l++) {
      x[c + l] = EXP(x[c + l] - shift);
      sum[l] += x[c + l];
    }
  }
  memcpy(to, sum, sizeof sum);
}

/* A step of the running softmax: the exponentials of rows of scores less the largest seen so far, which changes, and
 * their sums. What was added up before is to be multiplied with the factors. A NaN is passed over in the search for the
 * largest: it reaches the sum. n is a multiple of LANES, which are as many as rows that go by at once. */
BALBOA_CLONES static void NAME(running_softmax)(int64_t rows, int64_t n, int64_t step, T *tile, T *largest, double *sum,
                                                T *factor) {
  enum { LANES = NAME(LANES) };
  T shift[LANES], found[LANES];
  NAME(vec) part[LANES];
  for (int64_t i = 0; i < rows; i += LANES) {
    const int64_t count = bk_min(LANES, rows - i);
    for (int64_t r = 0; r < LANES; r++) {
      NAME(largest)(r < count ? n : 0, tile + (i + r) * step, &part[r]);
    }
    NAME(fold)(0, part, found);
    BALBOA_SIMD for (int64_t r = 0; r < count; r++) {
      const T before = largest[i + r], top = found[r] > before ? found[r] : before;
      shift[r] = top == -(T)INFINITY ? (T)0 : top; /* nothing seen so far, or only NaN */
      factor[i + r] = EXP(before - shift[r]);
      largest[i + r] = top;
    }
    for (int64_t r = 0; r < LANES; r++) {
      NAME(exponentials)(r < count ? n : 0, shift[r], tile + (i + r) * step, &part[r]);
    }
    NAME(fold)(1, part, found);
    for (int64_t r = 0; r < count; r++) {
      sum[i + r] = sum[i + r] * (double)factor[i + r] + (double)found[r];
    }
  }
}

/* Divides rows of the output by the sums, and takes the logarithms of these. */
BALBOA_CLONES static void NAME(divide)(int64_t rows, int64_t n, const T *largest, const double *sum, T *out,
                                       int64_t out_row, T *sums) {
  BALBOA_SIMD for (int64_t i = 0; i < rows; i++) {
    const double s = (double)largest[i] + LOG(sum[i]);
    sums[i] = sum[i] == 0.0 ? -(T)INFINITY : (T)s;
  }
  for (int64_t i = 0; i < rows; i++) {
    const T factor = sum[i] == 0.0 ? (T)0 : (T)(1.0 / sum[i]);
    BALBOA_SIMD for (int64_t c = 0; c < n; c++) { out[i * out_row + c] *= factor; }
  }
}

/* Brings keys and values [from, from + n) of a key head into the slot for blocks of m queries: packed if so many
 * meet them that it pays. */
static void NAME(forward_pack)(const job *j, NAME(slot) * slot, int64_t b, int64_t kv, int64_t m, int64_t from,
                               int64_t n) {
  const shape *s = &j->s;
  slot->k = (const T *)j->k + b * s->k[0] + kv * s->k[1] + from * s->k[2];
  slot->v = (const T *)j->v + b * s->v[0] + kv * s->v[1] + from * s->v[2];
  slot->v_row = s->v[2];
  if (!j->alone) {
    NAME(pack_keys)(j, slot, b, kv, from, n);
  }
  if (m > GROUP_ROWS || s->value_depth % NAME(LANES) != 0) {
    NAME(pack_rows)(n, s->value_depth, slot->v, slot->v_row, slot->values);
    slot->v = slot->values;
    slot->v_row = round_up(s->value_depth, NAME(LANES));
  }
}

/* Of a group of queries, rows [row, row + m) of the block that begins at `first`, and the keys and values
 * [from, from + n) of the slot: all that there is to do while its scores are in the innermost cache. */
static void NAME(forward_group)(const job *j, NAME(slot) * slot, int64_t b, int64_t h, int64_t first, int64_t row,
                                int64_t m, int64_t from, int64_t n) {
  const shape *s = &j->s;
  const int64_t dv = s->value_depth, row0 = (b * s->heads + h) * s->queries + first + row;
  T *out = NAME(out_at)(s, j->to, b, h, first + row);
  const int64_t width = NAME(scores)(j, slot, b, h, first + row, m, from, n);
  NAME(running_softmax)(m, width, j->tile_row, slot->tile, slot->largest + row, slot->sum + row, slot->factor);
  for (int64_t i = 0; i < m && from > 0; i++) {
    if (slot->factor[i] != 1) {
      NAME(row_scale)(dv, slot->factor[i], out + i * s->out[2]);
    }
  }
  for (int64_t i = 0; i < m && s->dropout > 0; i++) {
    NAME(drop)(j, slot, row0 + i, from, n, slot->tile + i * j->tile_row, slot->tile + i * j->tile_row);
  }
  const NAME(terms) terms = {n, j->tile_row, 1, slot->v_row, s->out[2], j->tile, 1, from > 0};
  NAME(product)(&terms, m, dv, slot->tile, slot->v, out);
}

/* The output of one block of queries; `next` is the one that comes next, or the same. */
static void NAME(forward_block)(const job *j, NAME(slot) * slot, place at, place next) {
  const shape *s = &j->s;
  const int64_t b = at.b, h = at.h, first = at.first;
  const int64_t m = bk_min(QUERIES, s->queries - first), row0 = (b * s->heads + h) * s->queries + first;
  const int64_t dv = s->value_depth, kv = h / (s->heads / s->kv_heads), visible = visible_keys(s, first, m);
  T *out = NAME(out_at)(s, j->to, b, h, first), *sums = (T *)j->to_sums + row0;
  for (int64_t i = 0; i < m; i++) {
    slot->largest[i] = -(T)INFINITY;
    slot->sum[i] = 0.0;
  }
  for (int64_t from = 0; from == 0 || from < visible; from += KEYS) {
    const int64_t n = bk_min(KEYS, visible - from);
    NAME(forward_pack)(j, slot, b, kv, m, from, n);
    for (int64_t row = 0; row < m; row += GROUP_ROWS) {
      if (from == 0) {
        ask_ahead(j, at, next, row, GROUP_ROWS, (int64_t)sizeof(T));
      }
      const int64_t rows = bk_min(GROUP_ROWS, m - row);
      const int64_t seen = bk_min(n, visible_keys(s, first + row, rows) - from);
      if (seen > 0 || from == 0) {
        NAME(forward_group)(j, slot, b, h, first, row, rows, from, bk_max(0, seen));
      }
    }
  }
  NAME(divide)(m, dv, slot->largest, slot->sum, out, s->out[2], sums);
}

static void NAME(forward)(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  for (int64_t t = begin; t < end; t++) {
    NAME(slot) slot = NAME(slot_of)(j, t);
    for (bk_range r = {0}; take_task(j, t, &r);) {
      NAME(forward_block)(j, &slot, place_of(j, r.from), place_of(j, bk_min(r.from + 1, r.end - 1)));
    }
  }
}

BALBOA_CLONES static T NAME(row_dot)(int64_t n, const T *x, const T *y) {
  double sum = 0.0;
  BALBOA_SIMD_REDUCE(+, sum) for (int64_t i = 0; i < n; i++) { sum += (double)x[i] * (double)y[i]; }
  return (T)sum;
}

/* ds = p (dp - delta) */
BALBOA_CLONES static void NAME(row_gradient)(int64_t n, const T *p, const T *dp, T delta, T *ds) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { ds[i] = p[i] * (dp[i] - delta); }
}

/* Of a tile without dropout: the weights from the scores, and the gradients of the scores from those of the weights.
 * out: NULL if the tile has all keys that its queries see. */
BALBOA_CLONES static void NAME(tile_gradient)(int64_t m, int64_t n, int64_t stride, int64_t dv, const T *sums,
                                              const T *dout, int64_t dout_stride, const T *out, int64_t out_stride,
                                              T *weights, T *other) {
  for (int64_t i = 0; i < m; i++) {
    T *p = weights + i * stride, *ds = other + i * stride, delta = 0;
    const T shift = sums[i] == -(T)INFINITY ? (T)0 : sums[i];
    BALBOA_SIMD_REDUCE(+, delta) for (int64_t c = 0; c < n; c++) {
      p[c] = EXP(p[c] - shift);
      delta += p[c] * ds[c];
    }
    if (out != NULL) {
      const T *g = dout + i * dout_stride, *y = out + i * out_stride;
      double product = 0.0;
      BALBOA_SIMD_REDUCE(+, product) for (int64_t c = 0; c < dv; c++) { product += (double)g[c] * (double)y[c]; }
      delta = (T)product;
    }
    BALBOA_SIMD for (int64_t c = 0; c < n; c++) { ds[c] = p[c] * (ds[c] - delta); }
  }
}

/* Of queries [first, ..) and keys [from, ..): the weights as they met the values in slot->tile, the gradients of their
 * scores in slot->other. delta, the sum of p dp over all keys, is dout . out too, but out has been rounded, perhaps to 8
 * bits: where all keys are here it is added up. */
static void NAME(gradients)(const job *j, NAME(slot) * slot, int64_t b, int64_t h, int64_t first, int64_t m,
                            int64_t from, int64_t n) {
  const shape *s = &j->s;
  const int64_t row0 = (b * s->heads + h) * s->queries + first, dv = s->value_depth;
  const T *sums = (const T *)j->sums + row0;
  const T *dout = (const T *)j->dout + b * s->dout[0] + h * s->dout[1] + first * s->dout[2];
  const T *at = NAME(out_at)(s, j->out, b, h, first);
  const T *out = n == visible_keys(s, first, m) ? NULL : at;
  const int64_t width = NAME(scores)(j, slot, b, h, first, m, from, n);
  const NAME(terms) terms = {dv, s->dout[2], 1, j->tile_row, j->tile_row, j->tile, 1, 0};
  NAME(product)(&terms, m, width, dout, slot->values_across, slot->other);
  if (s->dropout == 0) {
    NAME(tile_gradient)(m, n, j->tile_row, dv, sums, dout, s->dout[2], out, s->out[2], slot->tile, slot->other);
    return;
  }
  for (int64_t i = 0; i < m; i++) {
    T *p = slot->tile + i * j->tile_row, *ds = slot->other + i * j->tile_row;
    NAME(row_exp)(n, p, sums[i] == -(T)INFINITY ? (T)0 : sums[i]);
    NAME(drop)(j, slot, row0 + i, from, n, ds, ds);
    const T delta = out == NULL ? NAME(row_dot)(n, p, ds)
                                : NAME(row_dot)(dv, dout + i * s->dout[2], out + i * s->out[2]);
    NAME(row_gradient)(n, p, ds, delta, ds);
    NAME(row_drop)(n, slot->random, (float)s->dropout, (T)(1.0 / (1.0 - s->dropout)), p, p);
  }
}

static void NAME(zero)(int64_t rows, int64_t n, int64_t row, T *x) {
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t c = 0; c < n; c++) {
      x[i * row + c] = 0;
    }
  }
}

/* Packs keys and values [from, ..) of a key head for what comes below. */
static void NAME(backward_pack)(const job *j, NAME(slot) * slot, int64_t b, int64_t kv, int64_t from) {
  const shape *s = &j->s;
  const int64_t n = bk_min(KEYS, s->keys - from);
  const T *k = (const T *)j->k + b * s->k[0] + kv * s->k[1] + from * s->k[2];
  const T *v = (const T *)j->v + b * s->v[0] + kv * s->v[1] + from * s->v[2];
  NAME(pack_keys)(j, slot, b, kv, from, n);
  NAME(pack_rows)(n, s->depth, k, s->k[2], slot->keys);
  NAME(pack_transposed)(n, s->value_depth, v, s->v[2], j->tile_row, slot->values_across);
}

/* Adds what queries [first, ..) and the packed keys [from, ..) give to dq, or to dk and dv, or to all. */
static void NAME(backward_tile)(const job *j, NAME(slot) * slot, int64_t b, int64_t h, int64_t first, int64_t from,
                                int32_t to_queries, int32_t to_keys) {
  const shape *s = &j->s;
  const int64_t m = bk_min(QUERIES, s->queries - first), d = s->depth, dv = s->value_depth;
  const int64_t n = bk_min(KEYS, visible_keys(s, first, m) - from), kv = h / (s->heads / s->kv_heads);
  const int64_t d_row = round_up(d, NAME(LANES)), dv_row = round_up(dv, NAME(LANES));
  if (n <= 0) {
    return;
  }
  NAME(gradients)(j, slot, b, h, first, m, from, n);
  if (to_queries) {
    const NAME(terms) terms = {n, j->tile_row, 1, d_row, s->dq_row, j->tile, (T)s->scale, 1};
    T *dq = NAME(head_at)(j->dq, b, s->queries, first, s->dq_row, h, d);
    NAME(product)(&terms, m, d, slot->other, slot->keys, dq);
  }
  if (to_keys) {
    const T *q = (const T *)j->q + b * s->q[0] + h * s->q[1] + first * s->q[2];
    const T *dout = (const T *)j->dout + b * s->dout[0] + h * s->dout[1] + first * s->dout[2];
    NAME(pack_rows)(m, d, q, s->q[2], slot->queries);
    NAME(pack_rows)(m, dv, dout, s->dout[2], slot->dout);
    const NAME(terms) keys = {m, 1, j->tile_row, d_row, s->dk_row, j->tile, (T)s->scale, 1};
    T *to_k = NAME(head_at)(j->dk, b, s->keys, from, s->dk_row, kv, d);
    NAME(product)(&keys, n, d, slot->other, slot->queries, to_k);
    const NAME(terms) values = {m, 1, j->tile_row, dv_row, s->dv_row, j->tile, 1, 1};
    T *to_v = NAME(head_at)(j->dv, b, s->keys, from, s->dv_row, kv, dv);
    NAME(product)(&values, n, dv, slot->tile, slot->dout, to_v);
  }
}

/* Every gradient of one key head. Each sum runs in the same order as where the two passes below compute it. */
static void NAME(backward_head)(const job *j, NAME(slot) * slot, int64_t b, int64_t kv) {
  const shape *s = &j->s;
  const int64_t shared = s->heads / s->kv_heads;
  NAME(zero)(s->keys, s->depth, s->dk_row, NAME(head_at)(j->dk, b, s->keys, 0, s->dk_row, kv, s->depth));
  NAME(zero)(s->keys, s->value_depth, s->dv_row, NAME(head_at)(j->dv, b, s->keys, 0, s->dv_row, kv, s->value_depth));
  for (int64_t h = kv * shared; h < (kv + 1) * shared; h++) {
    NAME(zero)(s->queries, s->depth, s->dq_row, NAME(head_at)(j->dq, b, s->queries, 0, s->dq_row, h, s->depth));
    for (int64_t from = 0; from < s->keys; from += KEYS) {
      NAME(backward_pack)(j, slot, b, kv, from);
      for (int64_t first = 0; first < s->queries; first += QUERIES) {
        NAME(backward_tile)(j, slot, b, h, first, from, 1, 1);
      }
    }
  }
}

static void NAME(backward_keys)(const job *j, NAME(slot) * slot, int64_t b, int64_t kv, int64_t from) {
  const shape *s = &j->s;
  const int64_t shared = s->heads / s->kv_heads, n = bk_min(KEYS, s->keys - from);
  NAME(zero)(n, s->depth, s->dk_row, NAME(head_at)(j->dk, b, s->keys, from, s->dk_row, kv, s->depth));
  NAME(zero)(n, s->value_depth, s->dv_row, NAME(head_at)(j->dv, b, s->keys, from, s->dv_row, kv, s->value_depth));
  NAME(backward_pack)(j, slot, b, kv, from);
  for (int64_t h = kv * shared; h < (kv + 1) * shared; h++) {
    for (int64_t first = 0; first < s->queries; first += QUERIES) {
      NAME(backward_tile)(j, slot, b, h, first, from, 0, 1);
    }
  }
}

static void NAME(backward_queries)(const job *j, NAME(slot) * slot, int64_t b, int64_t h, int64_t first) {
  const shape *s = &j->s;
  const int64_t m = bk_min(QUERIES, s->queries - first);
  NAME(zero)(m, s->depth, s->dq_row, NAME(head_at)(j->dq, b, s->queries, first, s->dq_row, h, s->depth));
  for (int64_t from = 0; from < visible_keys(s, first, m); from += KEYS) {
    NAME(backward_pack)(j, slot, b, h / (s->heads / s->kv_heads), from);
    NAME(backward_tile)(j, slot, b, h, first, from, 1, 0);
  }
}

static void NAME(backward_task)(const job *j, NAME(slot) * slot, int64_t task) {
  const int64_t blocks = backward_blocks(j), heads = backward_heads(j);
  const int64_t b = task / blocks / heads, h = task / blocks % heads, block = task % blocks;
  if (j->all_at_once) {
    NAME(backward_head)(j, slot, b, h);
  } else if (j->keys_turn) {
    NAME(backward_keys)(j, slot, b, h, block * KEYS);
  } else {
    NAME(backward_queries)(j, slot, b, h, block * QUERIES);
  }
}

static void NAME(backward)(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  for (int64_t t = begin; t < end; t++) {
    NAME(slot) slot = NAME(slot_of)(j, t);
    for (bk_range r = {0}; take_task(j, t, &r);) {
      NAME(backward_task)(j, &slot, r.from);
    }
  }
}

int32_t NAME(balboa_attention)(const int64_t *geometry, int32_t mask_kind, double scale, double dropout,
                               const T *q, const T *k, const T *v, const void *mask, const int64_t *key, T *out,
                               T *sums, void *scratch, int64_t scratch_bytes) {
  int64_t sizes[12];
  job j = {.q = q, .k = k, .v = v, .mask = mask, .key = key, .to = out,
           .to_sums = sums, .scratch = scratch};
  int32_t status = read_shape(geometry, mask_kind, scale, dropout, &j.s);
  BK_CHECK(status == BALBOA_OK, status);
  const int64_t rows = j.s.batch * j.s.heads * j.s.queries;
  if (rows == 0) {
    return BALBOA_OK;
  }
  status = plan(&j, NAME(slot_sizes)(&j.s, sizes), scratch_bytes);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(sums != NULL && (j.s.value_depth == 0 || out != NULL), BALBOA_ERR_NULL);
  return run_forward(&j, NAME(forward));
}

int32_t NAME(balboa_attention_backward)(const int64_t *geometry, int32_t mask_kind, double scale,
                                        double dropout, const T *q, const T *k, const T *v, const void *mask,
                                        const int64_t *key, const T *out, const T *sums, const T *dout, T *dq, T *dk,
                                        T *dv, void *scratch, int64_t scratch_bytes) {
  int64_t sizes[12];
  job j = {.q = q, .k = k, .v = v, .mask = mask, .key = key, .out = out,
           .sums = sums, .dout = dout, .dq = dq, .dk = dk, .dv = dv, .scratch = scratch};
  int32_t status = read_shape(geometry, mask_kind, scale, dropout, &j.s);
  BK_CHECK(status == BALBOA_OK, status);
  const shape *s = &j.s;
  if (s->batch * s->kv_heads == 0) {
    return BALBOA_OK;
  }
  status = plan(&j, NAME(slot_sizes)(&j.s, sizes), scratch_bytes);
  BK_CHECK(status == BALBOA_OK, status);
  const int64_t queries = s->batch * s->heads * s->queries, keys = s->batch * s->kv_heads * s->keys;
  BK_CHECK(queries == 0 || sums != NULL, BALBOA_ERR_NULL);
  BK_CHECK(queries * s->value_depth == 0 || (out != NULL && dout != NULL), BALBOA_ERR_NULL);
  BK_CHECK(queries * s->depth == 0 || dq != NULL, BALBOA_ERR_NULL);
  BK_CHECK(keys * s->depth == 0 || dk != NULL, BALBOA_ERR_NULL);
  BK_CHECK(keys * s->value_depth == 0 || dv != NULL, BALBOA_ERR_NULL);
  /* With few heads their blocks are shared out, in two passes that each compute the weights again. */
  j.all_at_once = s->batch * s->kv_heads >= 2 * j.slots || s->batch * s->kv_heads % j.slots == 0;
  status = run_backward(&j, NAME(backward));
  if (status == BALBOA_OK && !j.all_at_once) {
    j.keys_turn = 1;
    status = run_backward(&j, NAME(backward));
  }
  return status;
}
