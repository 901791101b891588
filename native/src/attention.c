/*
 * Scaled dot-product attention over tiles of the weights (Dao et al., "FlashAttention", 2022): the weights of a block
 * of queries and a block of keys live in a thread's cache and are never all in memory.
 * The backward pass computes the tiles again from the logarithms of the rows' sums.
 */
#include <math.h>
#include <string.h>

#include "dmath.h"
#include "internal.h"
#include "vmath.h"

/* Queries and keys of a tile, and queries whose scores stay in the innermost cache in the forward pass. */
enum { QUERIES = 128, KEYS = 256, GROUP_ROWS = 16 };
enum { TILE = 8 }; /* rows of the registers' tile */
/* Multiply-adds below which one thread is faster. */
#define SERIAL_WORK (64.0 * 64 * 64)
/* Bytes between what two threads work on. Processors fetch ahead far beyond what is read: closer together they take
 * each other's lines all the time, and the softmax takes 1.4 times as long. */
enum { APART = 1 << 16 };

typedef struct {
  int64_t batch, heads, kv_heads, queries, keys, depth, value_depth, causal, offset;
  int64_t q[3], k[3], v[3], dout[3], mask[4]; /* strides */
  int64_t out[3];                              /* strides of the output */
  int64_t dq_row, dk_row, dv_row;              /* of gradients: from a position to the next */
  int32_t mask_kind;
  double scale, dropout;
} shape;

typedef struct {
  shape s;
  int64_t slots, slot_bytes, tile_row, tile, query_blocks, key_blocks, tasks;
  bk_share *shares;    /* of the tasks */
  int32_t all_at_once; /* backward: one task computes all gradients of a key head */
  int32_t keys_turn;   /* backward: else, whether the gradients of k and v are computed, not that of q */
  int32_t alone;       /* forward: one query meets a head of keys, which are read as they lie */
  const void *q, *k, *v, *mask, *out, *sums, *dout;
  const int64_t *key;
  void *to, *to_sums, *dq, *dk, *dv;
  char *scratch;
} job;

static int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

static int32_t read_shape(const int64_t *g, int32_t mask_kind, double scale, double dropout, shape *s) {
  BK_CHECK(g != NULL, BALBOA_ERR_NULL);
  for (int i = 0; i < 25; i++) {
    BK_CHECK(i == 7 || i == 8 || g[i] >= 0, BALBOA_ERR_ARGUMENT);
  }
  *s = (shape){.batch = g[0],
               .heads = g[1],
               .kv_heads = g[2],
               .queries = g[3],
               .keys = g[4],
               .depth = g[5],
               .value_depth = g[6],
               .causal = g[7],
               .offset = bk_max(-g[3], bk_min(g[4], g[8])), /* beyond, queries see no key, or all of them */
               .q = {g[9], g[10], g[11]},
               .k = {g[12], g[13], g[14]},
               .v = {g[15], g[16], g[17]},
               .dout = {g[18], g[19], g[20]},
               .mask = {g[21], g[22], g[23], g[24]},
               .mask_kind = mask_kind,
               .scale = scale,
               .dropout = dropout};
  BK_CHECK(s->kv_heads == 0 ? s->heads == 0 : s->heads % s->kv_heads == 0, BALBOA_ERR_ARGUMENT);
  const int64_t widest = bk_max(bk_max(s->depth, s->value_depth), 1);
  const int64_t scores[4] = {s->batch, s->heads, bk_max(s->queries, s->keys), bk_max(widest, s->keys)};
  const int64_t keys[4] = {s->batch, s->kv_heads, s->keys, widest}; /* without heads there may be more of these */
  BK_CHECK(bk_product(4, scores) >= 0 && bk_product(4, keys) >= 0, BALBOA_ERR_ARGUMENT);
  s->dq_row = s->heads * s->depth;
  s->dk_row = s->kv_heads * s->depth;
  s->dv_row = s->kv_heads * s->value_depth;
  s->out[0] = s->queries * s->heads * s->value_depth;
  s->out[1] = s->value_depth;
  s->out[2] = s->heads * s->value_depth;
  const int64_t rows[4] = {s->q[2], s->k[2], s->v[2], s->dout[2]};
  const int64_t widths[4] = {s->depth, s->depth, s->value_depth, s->value_depth};
  for (int i = 0; i < 4; i++) {
    BK_CHECK(rows[i] >= bk_max(1, widths[i]) && rows[i] <= INT32_MAX, BALBOA_ERR_ARGUMENT);
  }
  BK_CHECK(mask_kind >= BALBOA_MASK_NONE && mask_kind <= BALBOA_MASK_ADDED, BALBOA_ERR_KIND);
  BK_CHECK(dropout >= 0 && dropout < 1 && isfinite(scale), BALBOA_ERR_ARGUMENT);
  return BALBOA_OK;
}

static int64_t tile_keys(const shape *s) { return round_up(bk_max(1, bk_min(KEYS, s->keys)), 16); }

/* Elements from one row of keys to the next: no power of two, so that rows do not meet in the same cache lines. */
static int64_t row_of(int64_t keys) { return keys + 16; }

static int64_t slot_sizes_f32(const shape *s, int64_t sizes[12]);
static int64_t slot_sizes_f64(const shape *s, int64_t sizes[12]);
static int64_t slot_bytes_bf16(const shape *s);

/* How many threads work: one each for a slot. */
static int64_t wanted_slots(const shape *s) {
  const double work = (double)s->batch * (double)s->heads * (double)s->queries * (double)s->keys *
                      (double)(s->depth + s->value_depth);
  return work < SERIAL_WORK ? 1 : bk_min(BK_TEAM, balboa_max_threads());
}

int64_t balboa_attention_scratch(int32_t dtype, const int64_t *geometry) {
  shape s;
  const int32_t half = dtype == BALBOA_BF16 && balboa_has_bf16_attention();
  BK_CHECK(half || dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  const int32_t status = read_shape(geometry, BALBOA_MASK_NONE, 1, 0, &s);
  BK_CHECK(status == BALBOA_OK, status);
  int64_t sizes[12];
  return wanted_slots(&s) * (APART + (half                   ? slot_bytes_bf16(&s)
                                      : dtype == BALBOA_F32 ? slot_sizes_f32(&s, sizes)
                                                            : slot_sizes_f64(&s, sizes)));
}

/* The keys that queries [first, first + n) see are a part of [0, visible). */
static int64_t visible_keys(const shape *s, int64_t first, int64_t n) {
  return s->causal ? bk_max(0, bk_min(s->keys, first + n + s->offset)) : s->keys;
}

static int32_t plan(job *j, int64_t bytes, int64_t scratch_bytes) {
  const shape *s = &j->s;
  j->slot_bytes = bytes + APART;
  j->tile_row = row_of(tile_keys(s));
  j->tile = strcmp(balboa_kernels_isa(), "avx512") == 0 ? TILE : 2;
  j->query_blocks = (s->queries + QUERIES - 1) / QUERIES;
  j->key_blocks = (s->keys + KEYS - 1) / KEYS;
  BK_CHECK(scratch_bytes >= j->slot_bytes, BALBOA_ERR_ARGUMENT);
  j->slots = bk_min(wanted_slots(s), scratch_bytes / j->slot_bytes);
  BK_CHECK(j->scratch != NULL, BALBOA_ERR_NULL);
  BK_CHECK(s->dropout == 0 || j->key != NULL, BALBOA_ERR_NULL);
  const int64_t queries = s->batch * s->heads * s->queries, keys = s->batch * s->kv_heads * s->keys;
  BK_CHECK(queries * s->depth == 0 || j->q != NULL, BALBOA_ERR_NULL);
  BK_CHECK(keys * s->depth == 0 || j->k != NULL, BALBOA_ERR_NULL);
  BK_CHECK(keys * s->value_depth == 0 || j->v != NULL, BALBOA_ERR_NULL);
  BK_CHECK(s->mask_kind == BALBOA_MASK_NONE || queries == 0 || s->keys == 0 || j->mask != NULL, BALBOA_ERR_NULL);
  return BALBOA_OK;
}

/* Every slot begins with neighbours, whose queries, keys and values a product before left in that thread's cache. */
static int32_t run(job *j, int64_t tasks, bk_range_fn fn) {
  bk_share shares[BK_TEAM];
  BK_CHECK(tasks <= UINT32_MAX, BALBOA_ERR_ARGUMENT);
  j->tasks = tasks;
  j->shares = shares;
  bk_share_out(shares, j->slots, tasks);
  bk_parallel(j->slots, 1, fn, j);
  return BALBOA_OK;
}

/* Whether there is one more task for a slot, which is the first of the range then; ranges begin empty. */
static int take_task(const job *j, int64_t slot, bk_range *r) {
  return ++r->from < r->end || bk_take(j->shares, j->slots, slot, 1, j->tasks, r);
}

/* A block of queries of a head. */
typedef struct {
  int64_t b, h, first;
} place;

static place place_of(const job *j, int64_t task) {
  const int64_t head = task / j->query_blocks;
  const place p = {head / j->s.heads, head % j->s.heads, task % j->query_blocks * QUERIES};
  return p;
}

/* Asks for rows [first, first + n) of a head. */
static void ask(const void *x, int64_t b, int64_t h, int64_t first, int64_t n, const int64_t *strides, int64_t width,
                int64_t size) {
  for (int64_t i = first; i < first + n; i++) {
    const char *row = (const char *)x + (b * strides[0] + h * strides[1] + i * strides[2]) * size;
    for (int64_t at = 0; at < width * size; at += 64) {
      BALBOA_PREFETCH_FAR(row + at);
    }
  }
}

/* Asks for the queries after those of the `group` rows from `row`, and for as many keys and values of the next head:
 * processors do not foresee rows that lie so far apart. */
static void ask_ahead(const job *j, place now, place next, int64_t row, int64_t group, int64_t size) {
  const shape *s = &j->s;
  const int64_t after = now.first + row + group, end = bk_min(s->queries, now.first + QUERIES);
  const place then = after < end ? (place){now.b, now.h, after} : next;
  ask(j->q, then.b, then.h, then.first, bk_min(group, s->queries - then.first), s->q, s->depth, size);
  if (next.b != now.b || next.h != now.h) {
    const int64_t kv = next.h / (s->heads / s->kv_heads), n = bk_min(group, s->keys - row);
    ask(j->k, next.b, kv, row, n, s->k, s->depth, size);
    ask(j->v, next.b, kv, row, n, s->v, s->value_depth, size);
  }
}

/* With one query of each head, as in generation word by word, heads that share keys are computed as queries of one head
 * are: their keys are packed once. So many heads remain that every slot has work. */
static void join_heads(job *j) {
  shape *s = &j->s;
  const int64_t shared = s->heads / s->kv_heads, all = s->batch * s->kv_heads;
  const int joins = s->queries == 1 && visible_keys(s, 0, 1) == s->keys;
  j->alone = (joins ? shared : s->queries) == 1;
  if (!joins) {
    return;
  }
  int64_t parts = 1;
  while (shared % parts != 0 || (parts < shared && all * parts < j->slots)) {
    parts++;
  }
  s->heads = s->kv_heads * parts;
  s->queries = shared / parts;
  int64_t *const strides[3] = {s->q, s->out, s->mask};
  for (int i = 0; i < 3; i++) {
    strides[i][2] = strides[i][1];
    strides[i][1] *= s->queries;
  }
  j->query_blocks = (s->queries + QUERIES - 1) / QUERIES;
}

static int32_t run_forward(job *j, bk_range_fn fn) {
  join_heads(j);
  return run(j, j->s.batch * j->s.heads * j->query_blocks, fn);
}

/* Blocks of a head that are backward's tasks, and heads of which. */
static int64_t backward_blocks(const job *j) {
  return j->all_at_once ? 1 : j->keys_turn ? j->key_blocks : j->query_blocks;
}

static int64_t backward_heads(const job *j) { return j->all_at_once || j->keys_turn ? j->s.kv_heads : j->s.heads; }

static int32_t run_backward(job *j, bk_range_fn fn) {
  return run(j, j->s.batch * backward_heads(j) * backward_blocks(j), fn);
}

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)

#define T float
#define WHOLE int32_t
#define EXP(x) vexp_normal(x)
#define LOG(x) dlog(x)
#define NAME(x) JOIN(x, f32)
#include "attention_type.h"
#undef T
#undef WHOLE
#undef EXP
#undef LOG
#undef NAME

#define T double
#define WHOLE int64_t
#define EXP(x) exp(x)
#define LOG(x) log(x)
#define NAME(x) JOIN(x, f64)
#include "attention_type.h"
#undef T
#undef WHOLE
#undef EXP
#undef LOG
#undef NAME

#include "attention_bf16.h"
