/* What the kernels have in common that compute panels of 32 filters: sums of a tile of 14 rows stay in registers. */
#ifndef BALBOA_PANEL_H
#define BALBOA_PANEL_H

#include "internal.h"

#if defined(__GNUC__)
typedef float vec __attribute__((vector_size(64), aligned(4), may_alias));
#else
typedef float vec;
#endif

enum {
  LANES = sizeof(vec) / sizeof(float),
  PANEL = 32, /* filters that are computed together */
  VECS = PANEL / LANES,
  ROWS = 14,        /* of a tile: with two vectors each, 28 of 32 registers hold sums */
  SERIAL_NS = 1500, /* work of a thread for which it pays to wake it */
};

BALBOA_INLINE int64_t panels_of(int64_t filters) { return (filters + PANEL - 1) / PANEL; }

/* Whether all numbers of a shape are in [0, 2^31). */
BALBOA_INLINE int are_sizes(const void *shape, size_t bytes) {
  const int64_t *n = shape;
  for (size_t i = 0; i < bytes / sizeof *n; i++) {
    if (n[i] < 0 || n[i] > INT32_MAX) {
      return 0;
    }
  }
  return 1;
}

/* Whether so much is less than what a second thread is worth: a thread makes about 100 multiply-adds a nanosecond. */
BALBOA_INLINE int is_little(double multiply_adds) { return multiply_adds / 100 < 2 * SERIAL_NS; }

/* Runs fn on the calling thread, if it is the only member, or on a team; threads of it beyond the members have to
 * leave by themselves. */
BALBOA_INLINE void run_members(bk_team_fn fn, void *context, int64_t members) {
  if (members > 1) {
    bk_team(fn, context);
    return;
  }
  const bk_member alone = {NULL, 0, 1};
  fn(context, &alone);
}

#endif
