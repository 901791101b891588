/* Philox4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11. */
#include "internal.h"
#include "vmath.h"

/* A unit is 16 consecutive counters, thus 64 elements; the rounds run on 16 counters side by side. */
enum { LANES = 16, UNIT = 4 * LANES };

typedef struct {
  uint32_t word[4][LANES]; /* word k of each counter's block */
} philox_unit;

BALBOA_INLINE void philox(uint64_t first, const int64_t *key, philox_unit *u) {
  const uint64_t seed = (uint64_t)key[0], sequence = (uint64_t)key[1];
  uint32_t *a = u->word[0], *b = u->word[1], *c = u->word[2], *d = u->word[3];
  for (int j = 0; j < LANES; j++) {
    const uint64_t counter = first + (uint64_t)j;
    a[j] = (uint32_t)counter;
    b[j] = (uint32_t)(counter >> 32);
    c[j] = (uint32_t)sequence;
    d[j] = (uint32_t)(sequence >> 32);
  }
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    BALBOA_SIMD for (int j = 0; j < LANES; j++) {
      const uint64_t p = (uint64_t)0xd2511f53u * a[j];
      const uint64_t q = (uint64_t)0xcd9e8d57u * c[j];
      a[j] = (uint32_t)(q >> 32) ^ b[j] ^ k0;
      b[j] = (uint32_t)q;
      c[j] = (uint32_t)(p >> 32) ^ d[j] ^ k1;
      d[j] = (uint32_t)p;
    }
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
}

BALBOA_INLINE float to_uniform(uint32_t word) { return (float)(int32_t)(word >> 8) * 0x1p-24f; }

/* u[4 j + k] = uniform of word k of counter j. */
BALBOA_INLINE void uniform_unit(uint64_t first, const int64_t *key, float *u) {
  philox_unit w;
  philox(first, key, &w);
  for (int j = 0; j < LANES; j++) {
    for (int k = 0; k < 4; k++) {
      u[4 * j + k] = to_uniform(w.word[k][j]);
    }
  }
}

BALBOA_CLONES void bk_uniform_range(const int64_t *key, uint64_t first, int64_t n, float *u) {
  float draw[UNIT];
  for (int64_t i = 0; i < n;) {
    const uint64_t at = first + (uint64_t)i;
    const int64_t skip = (int64_t)(at % UNIT), m = bk_min(UNIT - skip, n - i);
    uniform_unit(at / UNIT * LANES, key, draw);
    for (int64_t j = 0; j < m; j++) {
      u[i + j] = draw[skip + j];
    }
    i += m;
  }
}

/* Angle 2 pi u2 for u2 = k 2^-24: the quadrant comes from the integer, so the reduction is exact. */
BALBOA_INLINE vsincos_parts sincos_turns(uint32_t word) {
  const uint32_t k = word >> 8;
  const uint32_t quadrant = (k + (1u << 21)) >> 22;
  const float r = (float)((int32_t)k - (int32_t)(quadrant << 22)) * 3.74507039e-7f; /* 2 pi / 2^24 */
  return vsincos_quadrant(r, quadrant);
}

BALBOA_INLINE float radius(uint32_t word) {
  return sqrtf(-2.0f * vlog_normal((float)(int32_t)((word >> 8) + 1u) * 0x1p-24f, 0.0f));
}

BALBOA_INLINE void normal_unit(uint64_t first, const int64_t *key, float *z) {
  philox_unit w;
  float lane[4][LANES];
  philox(first, key, &w);
  for (int pair = 0; pair < 4; pair += 2) {
    BALBOA_SIMD for (int j = 0; j < LANES; j++) {
      const vsincos_parts t = sincos_turns(w.word[pair + 1][j]);
      const float r = radius(w.word[pair][j]);
      lane[pair][j] = r * t.cos;
      lane[pair + 1][j] = r * t.sin;
    }
  }
  for (int j = 0; j < LANES; j++) {
    for (int k = 0; k < 4; k++) {
      z[4 * j + k] = lane[k][j];
    }
  }
}

typedef struct {
  int64_t n;
  const int64_t *key;
  float a, b;
  const float *x;
  float *y;
} random_job;

/* Fills units [begin, end) of job->y: u is the random number of element i, a and b are the parameters. */
#define RANDOM(name, unit, expression)                                                     \
  BALBOA_CLONES static void name(void *context, int64_t begin, int64_t end) {              \
    const random_job *job = context;                                                       \
    const float a = job->a, b = job->b;                                                    \
    (void)a, (void)b;                                                                      \
    for (int64_t t = begin; t < end; t++) {                                                \
      float draw[UNIT];                                                                    \
      unit((uint64_t)t * LANES, job->key, draw);                                           \
      const float *x = job->x + t * UNIT;                                                  \
      float *y = job->y + t * UNIT;                                                        \
      const int64_t m = bk_min(UNIT, job->n - t * UNIT);                                   \
      (void)x;                                                                             \
      BALBOA_SIMD for (int64_t i = 0; i < m; i++) {                                        \
        const float u = draw[i];                                                           \
        y[i] = (expression);                                                               \
      }                                                                                    \
    }                                                                                      \
  }

RANDOM(uniform_range, uniform_unit, u *b + a)
RANDOM(normal_range, normal_unit, u *b + a)
RANDOM(bernoulli_range, uniform_unit, u < a ? 1.0f : 0.0f)
RANDOM(dropout_range, uniform_unit, u >= a ? x[i] * b : 0.0f)

static int32_t run(random_job *job, bk_range_fn fn) {
  BK_CHECK(job->n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(job->key != NULL && (job->n == 0 || (job->x != NULL && job->y != NULL)), BALBOA_ERR_NULL);
  bk_parallel((job->n + UNIT - 1) / UNIT, BK_GRAIN_MATH / UNIT, fn, job);
  return BALBOA_OK;
}

int32_t balboa_uniform_f32(int64_t n, const int64_t *key, float lo, float hi, float *y) {
  random_job job = {n, key, lo, hi - lo, y, y};
  return run(&job, uniform_range);
}

int32_t balboa_normal_f32(int64_t n, const int64_t *key, float mean, float std, float *y) {
  random_job job = {n, key, mean, std, y, y};
  return run(&job, normal_range);
}

int32_t balboa_bernoulli_f32(int64_t n, const int64_t *key, float p, float *y) {
  BK_CHECK(p >= 0.0f && p <= 1.0f, BALBOA_ERR_ARGUMENT);
  random_job job = {n, key, p, 0.0f, y, y};
  return run(&job, bernoulli_range);
}

int32_t balboa_dropout_f32(int64_t n, const int64_t *key, float p, const float *x, float *y) {
  BK_CHECK(p >= 0.0f && p <= 1.0f, BALBOA_ERR_ARGUMENT);
  random_job job = {n, key, p, p < 1.0f ? 1.0f / (1.0f - p) : 0.0f, x, y};
  return run(&job, dropout_range);
}

/* The numbers drawn and the threshold are those of f32. */
typedef struct {
  int64_t n;
  const int64_t *key;
  float p;
  double scale;
  const double *x;
  double *y;
} dropout_f64_job;

static void dropout_f64_range(void *context, int64_t begin, int64_t end) {
  const dropout_f64_job *job = context;
  for (int64_t t = begin; t < end; t++) {
    float draw[UNIT];
    uniform_unit((uint64_t)t * LANES, job->key, draw);
    const int64_t m = bk_min(UNIT, job->n - t * UNIT);
    for (int64_t i = 0; i < m; i++) {
      job->y[t * UNIT + i] = draw[i] >= job->p ? job->x[t * UNIT + i] * job->scale : 0.0;
    }
  }
}

int32_t balboa_dropout_f64(int64_t n, const int64_t *key, double p, const double *x, double *y) {
  BK_CHECK(n >= 0 && p >= 0.0 && p <= 1.0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(key != NULL && (n == 0 || (x != NULL && y != NULL)), BALBOA_ERR_NULL);
  dropout_f64_job job = {n, key, (float)p, 1.0 / (1.0 - p), x, y};
  bk_parallel((n + UNIT - 1) / UNIT, BK_GRAIN_MATH / UNIT, dropout_f64_range, &job);
  return BALBOA_OK;
}
