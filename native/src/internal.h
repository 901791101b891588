/* What the source files of the library share. */
#ifndef BALBOA_INTERNAL_H
#define BALBOA_INTERNAL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "balboa_kernels.h"
#include "platform.h"

/* Work below these numbers of elements stays on one thread: waking a second one costs about a microsecond. */
#define BK_GRAIN_CHEAP 32768 /* a few operations an element */
#define BK_GRAIN_MATH 4096   /* exp, log and their kind */

/* Adjusts nothing, writes nothing: returns from the caller when a check fails. */
#define BK_CHECK(condition, status) \
  do {                              \
    if (!(condition)) {             \
      return (status);              \
    }                               \
  } while (0)

typedef void (*bk_range_fn)(void *context, int64_t begin, int64_t end);

/* Runs fn over [0, n) cut into one range a thread (starting at multiples of 64 where n is large); into more, which
 * threads take as they are done (see bk_take), if each has many times the grain; or as a single range when n < 2 * grain
 * or the caller is already parallel. fn must not care where the cuts are. */
void bk_parallel(int64_t n, int64_t grain, bk_range_fn fn, void *context);

/* Threads that work on the same thing at the same time and meet now and then. */
#define BK_TEAM 64
typedef struct {
  _Alignas(128) _Atomic uint32_t arrivals;
} bk_seat;
typedef struct {
  bk_seat *seats;
  int64_t index, count; /* which of how many threads this is */
} bk_member;

/* Runs fn once on each thread of a team of at most BK_TEAM; a caller that is already parallel is a team of one. */
typedef void (*bk_team_fn)(void *context, const bk_member *me);
void bk_team(bk_team_fn fn, void *context);
/* Waits until all threads of the team are here. */
void bk_meet(const bk_member *me);
/* How many threads a team would have. */
int64_t bk_team_size(void);

/* Numbered work of which each thread has a share: whoever is done with its own takes from others. */
typedef struct {
  int64_t from, end;
} bk_range;
typedef struct {
  _Alignas(64) _Atomic uint64_t left; /* from, and end in the upper half */
} bk_share;
/* Gives each of `members` an equal share of [0, n), n being less than 2^32. */
void bk_share_out(bk_share *shares, int64_t members, int64_t n);
/* Takes a range from the front of one's own share, or if that is empty from the back of another one: half of what is
 * left, rounded up, but at least `least`, and nothing on both sides of a multiple of `border`. Whether there was any. */
int bk_take(bk_share *shares, int64_t members, int64_t member, int64_t least, int64_t border, bk_range *taken);

/* Members that have nothing left to do wait here for half of the work of others. */
typedef struct {
  int64_t from, end, step; /* whatever these mean to the team */
} bk_gift;
typedef struct {
  _Alignas(64) _Atomic uint64_t waiting; /* a bit for each member */
  _Alignas(64) _Atomic uint32_t begun, busy;
  struct {
    _Alignas(64) _Atomic uint32_t is_there;
    bk_gift gift;
  } seats[BK_TEAM];
} bk_exchange;
void bk_open(bk_exchange *e);
/* Every member begins once, and asks for more when its work is done: it waits until there is some, which is 1, or until
 * nobody has any, which is 0. It does not wait for members that have not begun: their whole share is free. */
void bk_begin(bk_exchange *e);
int bk_ask(bk_exchange *e, const bk_member *me, bk_gift *gift);
/* Gives work to a member that waits; whether one took it. */
int bk_give(bk_exchange *e, const bk_gift *gift);
BALBOA_INLINE int bk_is_asked(bk_exchange *e) {
  return atomic_load_explicit(&e->waiting, memory_order_relaxed) != 0;
}

/* Product of sizes, or -1 if one is negative or the product does not fit 2^60. */
int64_t bk_product(int32_t count, const int64_t *sizes);
int64_t bk_product3(int64_t a, int64_t b, int64_t c);

/* Bytes of one element, or 0 for an unknown dtype. */
int32_t bk_dtype_size(int32_t dtype);

BALBOA_INLINE int64_t bk_min(int64_t a, int64_t b) { return a < b ? a : b; }
BALBOA_INLINE int64_t bk_max(int64_t a, int64_t b) { return a > b ? a : b; }

/* Fixed cut of n items into at most BK_PARTS parts of at least `least` items, so that partial results are combined in
 * an order that does not depend on the number of threads. */
#define BK_PARTS 64
typedef struct {
  int64_t count, size;
} bk_parts;

BALBOA_INLINE bk_parts bk_cut(int64_t n, int64_t least) {
  const int64_t size = bk_max(least, (n + BK_PARTS - 1) / BK_PARTS);
  const bk_parts parts = {n == 0 ? 0 : (n + size - 1) / size, size};
  return parts;
}

/* u[0..n) = the uniform numbers of elements first, first + 1, ... under the key (see balboa_uniform_f32). */
void bk_uniform_range(const int64_t *key, uint64_t first, int64_t n, float *u);

/* Position of the first index outside [0, limit), or -1. */
int64_t bk_first_bad_index(int64_t n, const int32_t *indices, int64_t limit);

/* Bytes that so many threads need for balboa_conv_max_f32 and balboa_winograd_f32. */
int64_t bk_conv_max_scratch(const int64_t *numbers, int64_t threads);
int64_t bk_winograd_scratch(const int64_t *numbers, int64_t threads);

/* A linear map to `filters` results, with a ReLU or without; bias may be NULL. */
typedef struct {
  int64_t features, filters, relu;
  const float *w, *bias; /* w in panels of 32 filters, filled up with zeros: [panel][feature][32] */
} bk_linear;

/* Of rows x [rows][features] the results of some panels of filters, into y [rows][filters]; by the calling thread. */
void bk_linear_panels(const bk_linear *l, int64_t rows, int64_t panel, int64_t end_panel, const float *x, float *y);

/* Entry k of an index array of BALBOA_I32 or BALBOA_I64; negative ones count from the end. */
BALBOA_INLINE int64_t bk_index(int32_t dtype, const void *indices, int64_t k, int64_t size) {
  const int64_t v = dtype == BALBOA_I64 ? ((const int64_t *)indices)[k] : ((const int32_t *)indices)[k];
  return v < 0 ? v + size : v;
}

/* Position of the first index outside [-size, size), or -1. */
int64_t bk_first_outside(int64_t n, int32_t dtype, const void *indices, int64_t size);

#endif
