/* The little that every test program needs: expectations, guarded buffers, repeatable test data. */
#ifndef BALBOA_CHECK_H
#define BALBOA_CHECK_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "balboa_kernels.h"

static int check_failures = 0;

#define EXPECT(condition, ...)                                       \
  do {                                                               \
    if (!(condition)) {                                              \
      if (check_failures++ < 20) {                                   \
        fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition); \
        fprintf(stderr, __VA_ARGS__);                                \
        fputc('\n', stderr);                                         \
      }                                                              \
    }                                                                \
  } while (0)

#define EXPECT_STATUS(expected, call)                                  \
  do {                                                                 \
    const int32_t status_ = (call);                                    \
    EXPECT(status_ == (expected), "%s gave %d", #call, (int)status_);  \
  } while (0)

#define EXPECT_OK(call) EXPECT_STATUS(BALBOA_OK, call)

static inline int check_done(const char *name) {
  if (check_failures != 0) {
    fprintf(stderr, "%s: %d expectations failed\n", name, check_failures);
    return 1;
  }
  printf("%s: ok\n", name);
  return 0;
}

/* ---- buffers with guard bytes on both sides */

enum { GUARD = 64 };

static inline void *guarded(int64_t bytes) {
  unsigned char *raw = malloc((size_t)bytes + 2 * GUARD + 16);
  if (raw == NULL) {
    abort();
  }
  memcpy(raw, &bytes, sizeof bytes);
  memset(raw + 16, 0xa5, (size_t)bytes + 2 * GUARD);
  return raw + 16 + GUARD;
}

static inline void release(void *p) {
  unsigned char *user = p;
  unsigned char *raw = user - GUARD - 16;
  int64_t bytes;
  memcpy(&bytes, raw, sizeof bytes);
  for (int i = 0; i < GUARD; i++) {
    EXPECT(raw[16 + i] == 0xa5, "guard byte %d before the buffer is overwritten", i);
    EXPECT(user[bytes + i] == 0xa5, "guard byte %d after the buffer is overwritten", i);
  }
  free(raw);
}

#define NEW(type, n) ((type *)guarded((int64_t)(n) * (int64_t)sizeof(type)))

/* ---- data */

static uint64_t check_seed = 0x9e3779b97f4a7c15u;

static inline uint32_t next_u32(void) {
  check_seed ^= check_seed << 13;
  check_seed ^= check_seed >> 7;
  check_seed ^= check_seed << 17;
  return (uint32_t)(check_seed >> 32);
}

/* Uniform in [lo, hi). */
static inline double next_uniform(double lo, double hi) { return lo + (hi - lo) * (next_u32() * 0x1p-32); }

static inline float *random_f32(int64_t n, double lo, double hi) {
  float *x = NEW(float, n);
  for (int64_t i = 0; i < n; i++) {
    x[i] = (float)next_uniform(lo, hi);
  }
  return x;
}

static inline int32_t *random_i32(int64_t n, int32_t limit) {
  int32_t *x = NEW(int32_t, n);
  for (int64_t i = 0; i < n; i++) {
    x[i] = (int32_t)(next_u32() % (uint32_t)limit);
  }
  return x;
}

/* ---- comparing */

/* Distance of y from the exact value in units of the last place of an f32 at that value; 0 for equal specials. */
static inline double ulp_error(float y, double exact) {
  const float rounded = (float)exact;
  if (isnan(exact) || isinf(rounded) || isnan(y) || isinf(y)) {
    if (isnan(exact) && isnan(y)) {
      return 0;
    }
    if (y == rounded) {
      return 0;
    }
    /* Overflow just beside the limit is a rounding error, too. */
    return fabs(exact) > 3.4028e38 && fabs(exact) < 3.4029e38 && fabsf(y) > 3.4028e38f ? 1 : INFINITY;
  }
  int e;
  frexp(exact, &e);
  const double ulp = ldexp(1.0, (e < -125 ? -125 : e) - 24);
  return fabs((double)y - exact) / ulp;
}

static inline int near_rel(double got, double want, double tolerance, double scale) {
  if (isnan(want)) {
    return isnan(got);
  }
  if (isinf(want)) {
    return got == want;
  }
  return fabs(got - want) <= tolerance * (fabs(want) + scale);
}

#endif
