/* Attention for one element type: the including file defines T, EXP(x), NAME(x) and ROUTINE, the type of the BLAS's
 * matrix product. */

/* What a thread works on. */
typedef struct {
  T *tile, *other;    /* [QUERIES, tile_keys] each */
  float *random;      /* [tile_keys] */
  double *sum;        /* of the exponentials, a row */
  T *largest, *delta; /* the largest score, and dout . out, a row */
} NAME(slot);

static NAME(slot) NAME(slot_of)(const job *j, int64_t slot) {
  char *at = j->scratch + slot * j->slot_bytes;
  const int64_t tile = QUERIES * j->tile_keys;
  NAME(slot) s;
  s.tile = (T *)(void *)at;
  s.other = s.tile + tile;
  s.sum = (double *)(void *)(s.other + tile);
  s.largest = (T *)(void *)(s.sum + QUERIES);
  s.delta = (T *)(void *)(s.sum + 2 * QUERIES);
  s.random = (float *)(void *)(s.sum + 3 * QUERIES);
  return s;
}

/* C [m, n] += alpha op(A) op(B), or = where `add` is 0. */
static void NAME(product)(const job *j, int32_t trans_a, int32_t trans_b, int64_t m, int64_t n, int64_t k, T alpha,
                          const T *a, int64_t lda, const T *b, int64_t ldb, int32_t add, T *c, int64_t ldc) {
  if (m > 0 && n > 0) {
    ((ROUTINE)(uintptr_t)j->gemm)(ROW_MAJOR, trans_a ? TRANS : NO_TRANS, trans_b ? TRANS : NO_TRANS, (int32_t)m,
                                  (int32_t)n, (int32_t)k, alpha, a, (int32_t)lda, b, (int32_t)ldb, (T)add, c,
                                  (int32_t)ldc);
  }
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

/* Scores of queries [first, first + m) and keys [from, from + n); -infinity where a query does not see a key. */
static void NAME(scores)(const job *j, int64_t b, int64_t h, int64_t first, int64_t m, int64_t from, int64_t n,
                         T *tile) {
  const shape *s = &j->s;
  const int64_t shared = s->heads / s->kv_heads;
  const T *q = (const T *)j->q + b * s->q[0] + h * s->q[1] + first * s->q[2];
  const T *k = (const T *)j->k + b * s->k[0] + h / shared * s->k[1] + from * s->k[2];
  NAME(product)(j, 0, 1, m, n, s->depth, (T)s->scale, q, s->q[2], k, s->k[2], 0, tile, j->tile_keys);
  for (int64_t i = 0; i < m; i++) {
    T *row = tile + i * j->tile_keys;
    const int64_t visible = bk_max(0, bk_min(n, visible_keys(s, first + i, 1) - from));
    if (s->mask_kind != BALBOA_MASK_NONE) {
      const int64_t at = b * s->mask[0] + h * s->mask[1] + (first + i) * s->mask[2] + from * s->mask[3];
      const void *mask = s->mask_kind == BALBOA_MASK_BOOL ? (const void *)((const uint8_t *)j->mask + at)
                                                          : (const void *)((const T *)j->mask + at);
      NAME(mask_row)(s->mask_kind, visible, mask, s->mask[3], row);
    }
    for (int64_t c = visible; c < n; c++) {
      row[c] = -(T)INFINITY;
    }
  }
}

/* The largest of the row and `largest`. A NaN is passed over here: it reaches the sum. */
BALBOA_CLONES static T NAME(row_largest)(int64_t n, const T *x, T largest) {
  T m = largest;
  BALBOA_SIMD_REDUCE(max, m) for (int64_t i = 0; i < n; i++) { m = x[i] > m ? x[i] : m; }
  return m;
}

/* x = exp(x - shift), exactly 0 for -infinity; its sum. */
BALBOA_CLONES static double NAME(row_exp)(int64_t n, T *x, T shift) {
  double sum = 0.0;
  BALBOA_SIMD_REDUCE(+, sum) for (int64_t i = 0; i < n; i++) {
    const T e = EXP(x[i] - shift);
    x[i] = x[i] == -(T)INFINITY ? (T)0 : e;
    sum += (double)x[i];
  }
  return sum;
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

/* The exponentials of a whole tile of scores, the largest score of each row and the sum of its exponentials: what the
 * running softmax below comes to where all keys are in one tile, without a call for each row. */
BALBOA_CLONES static void NAME(tile_exp)(int64_t m, int64_t n, int64_t stride, T *tile, T *largest, double *sum) {
  for (int64_t i = 0; i < m; i++) {
    T *x = tile + i * stride, top = -(T)INFINITY;
    BALBOA_SIMD_REDUCE(max, top) for (int64_t c = 0; c < n; c++) { top = x[c] > top ? x[c] : top; }
    const T shift = top == -(T)INFINITY ? (T)0 : top;
    double s = 0.0;
    BALBOA_SIMD_REDUCE(+, s) for (int64_t c = 0; c < n; c++) {
      const T e = EXP(x[c] - shift);
      x[c] = x[c] == -(T)INFINITY ? (T)0 : e;
      s += (double)x[c];
    }
    largest[i] = top;
    sum[i] = s;
  }
}

/* The output of one block of queries: a running softmax over the blocks of keys. */
static void NAME(forward_block)(const job *j, NAME(slot) * slot, int64_t b, int64_t h, int64_t first) {
  const shape *s = &j->s;
  const int64_t m = bk_min(QUERIES, s->queries - first), row0 = (b * s->heads + h) * s->queries + first;
  const int64_t dv = s->value_depth, shared = s->heads / s->kv_heads, visible = visible_keys(s, first, m);
  T *out = (T *)j->to + row0 * dv, *sums = (T *)j->to_sums + row0;
  const int at_once = visible > 0 && visible <= KEYS && s->dropout == 0;
  for (int64_t i = 0; i < m * dv && !at_once; i++) {
    out[i] = 0;
  }
  for (int64_t i = 0; i < m && !at_once; i++) {
    slot->largest[i] = -(T)INFINITY;
    slot->sum[i] = 0.0;
  }
  if (at_once) {
    const T *v = (const T *)j->v + b * s->v[0] + h / shared * s->v[1];
    NAME(scores)(j, b, h, first, m, 0, visible, slot->tile);
    NAME(tile_exp)(m, visible, j->tile_keys, slot->tile, slot->largest, slot->sum);
    NAME(product)(j, 0, 0, m, dv, visible, 1, slot->tile, j->tile_keys, v, s->v[2], 0, out, bk_max(1, dv));
  }
  for (int64_t from = 0; from < visible && !at_once; from += KEYS) {
    const int64_t n = bk_min(KEYS, visible - from);
    NAME(scores)(j, b, h, first, m, from, n, slot->tile);
    for (int64_t i = 0; i < m; i++) {
      T *x = slot->tile + i * j->tile_keys;
      const T before = slot->largest[i], now = NAME(row_largest)(n, x, before);
      const T shift = now == -(T)INFINITY ? (T)0 : now; /* nothing seen so far, or only NaN */
      const double sum = NAME(row_exp)(n, x, shift);
      if (now != before && before != -(T)INFINITY) {
        const T factor = (T)exp((double)before - (double)now);
        slot->sum[i] *= (double)factor;
        NAME(row_scale)(dv, factor, out + i * dv);
      }
      slot->sum[i] += sum;
      slot->largest[i] = now;
      if (s->dropout > 0) {
        NAME(drop)(j, slot, row0 + i, from, n, x, x);
      }
    }
    const T *v = (const T *)j->v + b * s->v[0] + h / shared * s->v[1] + from * s->v[2];
    NAME(product)(j, 0, 0, m, dv, n, 1, slot->tile, j->tile_keys, v, s->v[2], 1, out, bk_max(1, dv));
  }
  for (int64_t i = 0; i < m; i++) {
    if (slot->sum[i] == 0.0) {
      sums[i] = -(T)INFINITY;
    } else {
      NAME(row_scale)(dv, (T)(1.0 / slot->sum[i]), out + i * dv);
      sums[i] = (T)((double)slot->largest[i] + log(slot->sum[i]));
    }
  }
}

/* Slot t takes every slots-th block, so that the long rows of a triangle are spread. */
static void NAME(forward)(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const int64_t blocks = j->s.batch * j->s.heads * j->query_blocks;
  for (int64_t t = begin; t < end; t++) {
    NAME(slot) slot = NAME(slot_of)(j, t);
    for (int64_t block = t; block < blocks; block += j->slots) {
      const int64_t head = block / j->query_blocks;
      NAME(forward_block)(j, &slot, head / j->s.heads, head % j->s.heads, block % j->query_blocks * QUERIES);
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
                                              const T *dout, int64_t dout_stride, const T *out, T *weights, T *other) {
  for (int64_t i = 0; i < m; i++) {
    T *p = weights + i * stride, *ds = other + i * stride, delta = 0;
    const T shift = sums[i] == -(T)INFINITY ? (T)0 : sums[i];
    BALBOA_SIMD_REDUCE(+, delta) for (int64_t c = 0; c < n; c++) {
      const T e = EXP(p[c] - shift);
      p[c] = p[c] == -(T)INFINITY ? (T)0 : e;
      delta += p[c] * ds[c];
    }
    if (out != NULL) {
      const T *g = dout + i * dout_stride, *y = out + i * dv;
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
  const int64_t row0 = (b * s->heads + h) * s->queries + first, dv = s->value_depth, shared = s->heads / s->kv_heads;
  const T *sums = (const T *)j->sums + row0;
  const T *dout = (const T *)j->dout + b * s->dout[0] + h * s->dout[1] + first * s->dout[2];
  const T *v = (const T *)j->v + b * s->v[0] + h / shared * s->v[1] + from * s->v[2];
  const T *out = n == visible_keys(s, first, m) ? NULL : (const T *)j->out + row0 * dv;
  NAME(scores)(j, b, h, first, m, from, n, slot->tile);
  NAME(product)(j, 0, 1, m, n, dv, 1, dout, s->dout[2], v, s->v[2], 0, slot->other, j->tile_keys);
  if (s->dropout == 0) {
    NAME(tile_gradient)(m, n, j->tile_keys, dv, sums, dout, s->dout[2], out, slot->tile, slot->other);
    return;
  }
  for (int64_t i = 0; i < m; i++) {
    T *p = slot->tile + i * j->tile_keys, *ds = slot->other + i * j->tile_keys;
    NAME(row_exp)(n, p, sums[i] == -(T)INFINITY ? (T)0 : sums[i]);
    NAME(drop)(j, slot, row0 + i, from, n, ds, ds);
    const T delta = out == NULL ? NAME(row_dot)(n, p, ds) : NAME(row_dot)(dv, dout + i * s->dout[2], out + i * dv);
    NAME(row_gradient)(n, p, ds, delta, ds);
    NAME(row_drop)(n, slot->random, (float)s->dropout, (T)(1.0 / (1.0 - s->dropout)), p, p);
  }
}

static void NAME(zero)(int64_t n, T *x) {
  for (int64_t i = 0; i < n; i++) {
    x[i] = 0;
  }
}

/* Adds what queries [first, ..) and keys [from, ..) give to dq, or to dk and dv, or to all. */
static void NAME(backward_tile)(const job *j, NAME(slot) * slot, int64_t b, int64_t h, int64_t first, int64_t from,
                                int32_t to_queries, int32_t to_keys) {
  const shape *s = &j->s;
  const int64_t m = bk_min(QUERIES, s->queries - first), d = s->depth, dv = s->value_depth;
  const int64_t n = bk_min(KEYS, visible_keys(s, first, m) - from), kv = h / (s->heads / s->kv_heads);
  if (n <= 0) {
    return;
  }
  NAME(gradients)(j, slot, b, h, first, m, from, n);
  const T scale = (T)s->scale;
  if (to_queries) {
    const T *k = (const T *)j->k + b * s->k[0] + kv * s->k[1] + from * s->k[2];
    T *dq = (T *)j->dq + ((b * s->heads + h) * s->queries + first) * d;
    NAME(product)(j, 0, 0, m, d, n, scale, slot->other, j->tile_keys, k, s->k[2], 1, dq, bk_max(1, d));
  }
  if (to_keys) {
    const int64_t key = (b * s->kv_heads + kv) * s->keys + from;
    const T *q = (const T *)j->q + b * s->q[0] + h * s->q[1] + first * s->q[2];
    const T *dout = (const T *)j->dout + b * s->dout[0] + h * s->dout[1] + first * s->dout[2];
    NAME(product)(j, 1, 0, n, d, m, scale, slot->other, j->tile_keys, q, s->q[2], 1, (T *)j->dk + key * d,
                  bk_max(1, d));
    NAME(product)(j, 1, 0, n, dv, m, 1, slot->tile, j->tile_keys, dout, s->dout[2], 1, (T *)j->dv + key * dv,
                  bk_max(1, dv));
  }
}

/* Every gradient of one key head. Each sum runs in the same order as where the two passes below compute it. */
static void NAME(backward_head)(const job *j, NAME(slot) * slot, int64_t b, int64_t kv) {
  const shape *s = &j->s;
  const int64_t shared = s->heads / s->kv_heads, key = (b * s->kv_heads + kv) * s->keys;
  const int64_t query = (b * s->heads + kv * shared) * s->queries;
  NAME(zero)(s->keys * s->depth, (T *)j->dk + key * s->depth);
  NAME(zero)(s->keys * s->value_depth, (T *)j->dv + key * s->value_depth);
  NAME(zero)(shared * s->queries * s->depth, (T *)j->dq + query * s->depth);
  for (int64_t h = kv * shared; h < (kv + 1) * shared; h++) {
    for (int64_t from = 0; from < s->keys; from += KEYS) {
      for (int64_t first = 0; first < s->queries; first += QUERIES) {
        NAME(backward_tile)(j, slot, b, h, first, from, 1, 1);
      }
    }
  }
}

static void NAME(backward_keys)(const job *j, NAME(slot) * slot, int64_t b, int64_t kv, int64_t from) {
  const shape *s = &j->s;
  const int64_t shared = s->heads / s->kv_heads, key = (b * s->kv_heads + kv) * s->keys + from;
  const int64_t n = bk_min(KEYS, s->keys - from);
  NAME(zero)(n * s->depth, (T *)j->dk + key * s->depth);
  NAME(zero)(n * s->value_depth, (T *)j->dv + key * s->value_depth);
  for (int64_t h = kv * shared; h < (kv + 1) * shared; h++) {
    for (int64_t first = 0; first < s->queries; first += QUERIES) {
      NAME(backward_tile)(j, slot, b, h, first, from, 0, 1);
    }
  }
}

static void NAME(backward_queries)(const job *j, NAME(slot) * slot, int64_t b, int64_t h, int64_t first) {
  const shape *s = &j->s;
  const int64_t query = (b * s->heads + h) * s->queries + first;
  NAME(zero)(bk_min(QUERIES, s->queries - first) * s->depth, (T *)j->dq + query * s->depth);
  for (int64_t from = 0; from < s->keys; from += KEYS) {
    NAME(backward_tile)(j, slot, b, h, first, from, 1, 0);
  }
}

static void NAME(backward)(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const shape *s = &j->s;
  const int64_t each = j->all_at_once ? 1 : j->keys_turn ? j->key_blocks : j->query_blocks;
  const int64_t heads = j->all_at_once || j->keys_turn ? s->kv_heads : s->heads;
  for (int64_t t = begin; t < end; t++) {
    NAME(slot) slot = NAME(slot_of)(j, t);
    for (int64_t task = t; task < s->batch * heads * each; task += j->slots) {
      const int64_t b = task / each / heads, h = task / each % heads, block = task % each;
      if (j->all_at_once) {
        NAME(backward_head)(j, &slot, b, h);
      } else if (j->keys_turn) {
        NAME(backward_keys)(j, &slot, b, h, block * KEYS);
      } else {
        NAME(backward_queries)(j, &slot, b, h, block * QUERIES);
      }
    }
  }
}

int32_t NAME(balboa_attention)(ROUTINE gemm, const int64_t *geometry, int32_t mask_kind, double scale, double dropout,
                               const T *q, const T *k, const T *v, const void *mask, const int64_t *key, T *out,
                               T *sums, void *scratch, int64_t scratch_bytes) {
  job j = {.gemm = (const void *)(uintptr_t)gemm, .q = q, .k = k, .v = v, .mask = mask, .key = key, .to = out,
           .to_sums = sums, .scratch = scratch};
  int32_t status = read_shape(geometry, mask_kind, scale, dropout, &j.s);
  BK_CHECK(status == BALBOA_OK, status);
  const int64_t rows = j.s.batch * j.s.heads * j.s.queries;
  if (rows == 0) {
    return BALBOA_OK;
  }
  status = plan(&j, slot_bytes(&j.s, sizeof(T)), scratch_bytes);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(gemm != NULL, BALBOA_ERR_NULL);
  BK_CHECK(sums != NULL && (j.s.value_depth == 0 || out != NULL), BALBOA_ERR_NULL);
  bk_parallel(j.slots, 1, NAME(forward), &j);
  return BALBOA_OK;
}

int32_t NAME(balboa_attention_backward)(ROUTINE gemm, const int64_t *geometry, int32_t mask_kind, double scale,
                                        double dropout, const T *q, const T *k, const T *v, const void *mask,
                                        const int64_t *key, const T *out, const T *sums, const T *dout, T *dq, T *dk,
                                        T *dv, void *scratch, int64_t scratch_bytes) {
  job j = {.gemm = (const void *)(uintptr_t)gemm, .q = q, .k = k, .v = v, .mask = mask, .key = key, .out = out,
           .sums = sums, .dout = dout, .dq = dq, .dk = dk, .dv = dv, .scratch = scratch};
  int32_t status = read_shape(geometry, mask_kind, scale, dropout, &j.s);
  BK_CHECK(status == BALBOA_OK, status);
  const shape *s = &j.s;
  if (s->batch * s->kv_heads == 0) {
    return BALBOA_OK;
  }
  status = plan(&j, slot_bytes(&j.s, sizeof(T)), scratch_bytes);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(gemm != NULL, BALBOA_ERR_NULL);
  const int64_t queries = s->batch * s->heads * s->queries, keys = s->batch * s->kv_heads * s->keys;
  BK_CHECK(queries == 0 || sums != NULL, BALBOA_ERR_NULL);
  BK_CHECK(queries * s->value_depth == 0 || (out != NULL && dout != NULL), BALBOA_ERR_NULL);
  BK_CHECK(queries * s->depth == 0 || dq != NULL, BALBOA_ERR_NULL);
  BK_CHECK(keys * s->depth == 0 || dk != NULL, BALBOA_ERR_NULL);
  BK_CHECK(keys * s->value_depth == 0 || dv != NULL, BALBOA_ERR_NULL);
  /* With few heads their blocks are shared out, in two passes that each compute the weights again. */
  j.all_at_once = s->batch * s->kv_heads >= 2 * j.slots || s->batch * s->kv_heads % j.slots == 0;
  bk_parallel(j.slots, 1, NAME(backward), &j);
  if (!j.all_at_once) {
    j.keys_turn = 1;
    bk_parallel(j.slots, 1, NAME(backward), &j);
  }
  return BALBOA_OK;
}
