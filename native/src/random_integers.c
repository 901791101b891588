/* Integers of a range and permutations from Philox4x32-10: D. Lemire, "Fast random integer generation in an interval",
 * ACM Trans. Model. Comput. Simul. 29 (2019), with further attempts at counters of their own. */
#include "internal.h"

typedef struct {
  uint64_t high, low;
} product_128;

BALBOA_INLINE product_128 multiply(uint64_t a, uint64_t b) {
  const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
  const uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0;
  const uint64_t middle = (p00 >> 32) + (uint32_t)p01 + (uint32_t)p10;
  const product_128 p = {a1 * b1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32), a * b};
  return p;
}

/* Words 0 and 1, or 2 and 3, of the block with this counter. */
BALBOA_INLINE uint64_t words(uint64_t counter, const int64_t *key, int second) {
  uint32_t a = (uint32_t)counter, b = (uint32_t)(counter >> 32);
  uint32_t c = (uint32_t)(uint64_t)key[1], d = (uint32_t)((uint64_t)key[1] >> 32);
  uint32_t k0 = (uint32_t)(uint64_t)key[0], k1 = (uint32_t)((uint64_t)key[0] >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t p = (uint64_t)0xd2511f53u * a, q = (uint64_t)0xcd9e8d57u * c;
    a = (uint32_t)(q >> 32) ^ b ^ k0;
    b = (uint32_t)q;
    c = (uint32_t)(p >> 32) ^ d ^ k1;
    d = (uint32_t)p;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  return second ? (uint64_t)d << 32 | c : (uint64_t)b << 32 | a;
}

/* Element i, in [0, range); reject = 2^64 mod range. */
BALBOA_INLINE uint64_t below(int64_t i, const int64_t *key, uint64_t range, uint64_t reject) {
  product_128 p;
  uint64_t counter = (uint64_t)i / 2;
  do {
    p = multiply(words(counter, key, (int)(i & 1)), range);
    counter += UINT64_C(1) << 56;
  } while (p.low < reject);
  return p.high;
}

typedef struct {
  const int64_t *key;
  uint64_t low, range, reject;
  int64_t *y64;
  int32_t *y32;
} integers_job;

enum { BLOCKS = 64 };

/* Both words of the blocks [first, first + BLOCKS). */
BALBOA_CLONES static void block_words(uint64_t first, const int64_t *key, uint64_t *even, uint64_t *odd) {
  const uint32_t key0 = (uint32_t)(uint64_t)key[0], key1 = (uint32_t)((uint64_t)key[0] >> 32);
  const uint32_t key2 = (uint32_t)(uint64_t)key[1], key3 = (uint32_t)((uint64_t)key[1] >> 32);
  BALBOA_SIMD for (int64_t i = 0; i < BLOCKS; i++) {
    const uint64_t counter = first + (uint64_t)i;
    uint32_t a = (uint32_t)counter, b = (uint32_t)(counter >> 32), c = key2, d = key3, k0 = key0, k1 = key1;
    for (int round = 0; round < 10; round++) {
      const uint64_t p = (uint64_t)0xd2511f53u * a, q = (uint64_t)0xcd9e8d57u * c;
      a = (uint32_t)(q >> 32) ^ b ^ k0;
      b = (uint32_t)q;
      c = (uint32_t)(p >> 32) ^ d ^ k1;
      d = (uint32_t)p;
      k0 += 0x9e3779b9u;
      k1 += 0xbb67ae85u;
    }
    even[i] = (uint64_t)b << 32 | a;
    odd[i] = (uint64_t)d << 32 | c;
  }
}

/* Words in place become numbers below a range of at most 32 bits; whether one has to be drawn again. */
BALBOA_CLONES static int narrow_below(uint64_t *w, uint64_t range, uint64_t reject) {
  int again = 0;
  BALBOA_SIMD_REDUCE(|, again) for (int64_t i = 0; i < BLOCKS; i++) {
    const uint64_t word = w[i];
    again |= word * range < reject;
    w[i] = ((word >> 32) * range + ((uint64_t)(uint32_t)word * range >> 32)) >> 32;
  }
  return again;
}

/* Elements [2 BLOCKS group, ...) of the numbers from 0 on. */
static void group_below(const integers_job *job, int64_t group, uint64_t *y) {
  uint64_t words[2][BLOCKS];
  block_words((uint64_t)(group * BLOCKS), job->key, words[0], words[1]);
  int again = job->range > UINT32_MAX;
  for (int second = 0; second < 2 && !again; second++) {
    again = narrow_below(words[second], job->range, job->reject);
  }
  for (int64_t i = 0; i < 2 * BLOCKS; i++) {
    y[i] = again ? below(group * 2 * BLOCKS + i, job->key, job->range, job->reject) : words[i & 1][i / 2];
  }
}

static void integers_range(void *context, int64_t begin, int64_t end) {
  const integers_job *job = context;
  uint64_t y[2 * BLOCKS];
  for (int64_t at = begin; at < end;) {
    const int64_t group = at / (2 * BLOCKS), first = at % (2 * BLOCKS), n = bk_min(end - at, 2 * BLOCKS - first);
    group_below(job, group, y);
    for (int64_t i = 0; i < n; i++) {
      const uint64_t v = job->low + y[first + i];
      if (job->y64 != NULL) {
        job->y64[at + i] = (int64_t)v;
      } else {
        job->y32[at + i] = (int32_t)(int64_t)v;
      }
    }
    at += n;
  }
}

int32_t balboa_random_i64(int64_t n, const int64_t *key, int64_t low, uint64_t range, int64_t *y) {
  BK_CHECK(n >= 0 && range >= 1, BALBOA_ERR_ARGUMENT);
  BK_CHECK(key != NULL && (n == 0 || y != NULL), BALBOA_ERR_NULL);
  integers_job job = {key, (uint64_t)low, range, (0 - range) % range, y, NULL};
  bk_parallel(n, BK_GRAIN_MATH, integers_range, &job);
  return BALBOA_OK;
}

int32_t balboa_random_i32(int64_t n, const int64_t *key, int32_t low, uint64_t range, int32_t *y) {
  const uint64_t most = (uint64_t)(INT64_C(0x80000000) - (int64_t)low);
  BK_CHECK(n >= 0 && range >= 1 && range <= most, BALBOA_ERR_ARGUMENT);
  BK_CHECK(key != NULL && (n == 0 || y != NULL), BALBOA_ERR_NULL);
  integers_job job = {key, (uint64_t)(int64_t)low, range, (0 - range) % range, NULL, y};
  bk_parallel(n, BK_GRAIN_MATH, integers_range, &job);
  return BALBOA_OK;
}

/* Numbers [2 BLOCKS group, ...), number i below i + 1: the position that element i changes places with. */
static void group_partners(int64_t group, const int64_t *key, int32_t *partner) {
  uint64_t words[2][BLOCKS];
  block_words((uint64_t)(group * BLOCKS), key, words[0], words[1]);
  for (int64_t k = 0; k < 2 * BLOCKS; k++) {
    const int64_t i = group * 2 * BLOCKS + k;
    const uint64_t range = (uint64_t)i + 1;
    const product_128 p = multiply(words[k & 1][k / 2], range);
    /* 2^64 mod range is less than range: seldom has it to be found out. */
    partner[k] = (int32_t)(p.low >= range ? p.high : below(i, key, range, (0 - range) % range));
  }
}

int32_t balboa_permutation(int64_t n, const int64_t *key, int32_t *y) {
  BK_CHECK(n >= 0 && n <= INT32_MAX, BALBOA_ERR_ARGUMENT);
  BK_CHECK(key != NULL && (n == 0 || y != NULL), BALBOA_ERR_NULL);
  for (int64_t i = 0; i < n; i++) {
    y[i] = (int32_t)i;
  }
  int32_t partner[2 * BLOCKS];
  for (int64_t group = (n - 1) / (2 * BLOCKS); n > 1 && group >= 0; group--) {
    const int64_t first = group * 2 * BLOCKS;
    group_partners(group, key, partner);
    for (int64_t k = bk_min(2 * BLOCKS, n - first) - 1; k >= 0; k--) {
      BALBOA_PREFETCH(y + partner[k]);
    }
    for (int64_t i = bk_min(first + 2 * BLOCKS, n) - 1; i >= first; i--) {
      const int32_t j = partner[i - first], moved = y[i];
      y[i] = y[j];
      y[j] = moved;
    }
  }
  return BALBOA_OK;
}
