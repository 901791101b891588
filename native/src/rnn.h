/* What the recurrent layers of both element types share. */
#ifndef BALBOA_RNN_H
#define BALBOA_RNN_H

#include <string.h>

#include "internal.h"

#define RNN_ROWS 8   /* rows of one register tile */
#define RNN_DIRECT 4 /* rows and columns of a tile of weights as they lie */
#define RNN_LIST 256 /* rows gathered for one product */
#define RNN_DEPTH 256 /* of a panel that is met by several tiles of rows: 32 KiB */
#define RNN_AHEAD 8  /* vectors or rows that packing asks for before it reads them */
#define RNN_SMALL 8  /* with no more steps than this in all, weights are used once or twice: not worth packing */
#define RNN_LARGE (1 << 20) /* bytes of weights that no longer stay in a thread's cache */
#define RNN_SHARED (1 << 16) /* multiply-adds of one sequence's step that are worth sharing between threads */
#define RNN_FEW 2            /* rows with which large weights are not worth packing, */
#define RNN_ONCE 16          /* for no more steps than this in all */
#define RNN_GIFT (1 << 19) /* multiply-adds that are worth giving to another thread: five microseconds */
#define RNN_CHUNK 64 /* rows whose input products are made ahead, so that they stay in the cache; RNN_LIST if the
                      * weights are large, so that those are read for as many */

typedef struct {
  int32_t cell, reverse;
  int64_t t, n, c, h;
  int64_t gates;     /* blocks of h rows of the weights */
  int64_t width;     /* numbers of one step's sums: gates * h, and h more where the reset is applied late */
  int64_t apart;     /* from the sums of one sequence to those of the next */
  int64_t kept;      /* numbers of one step that the workspace keeps for the way back: none, or its sums, apart */
  int64_t chunk;     /* steps whose input products are made at once */
  int64_t tile;      /* rows that the registers have room for */
  int64_t x_step, x_sequence; /* from a row of x to that of the next step, of the next sequence */
  const int32_t *lengths;
} rnn_shape;

/*
 * What one thread computes of every step: some sequences, all units; or, where the weights are larger than a cache, all
 * sequences, some units, so that each thread reads its part of the weights only. Then threads wait for each other.
 */
typedef struct {
  int64_t begin, end, from, to; /* sequences, units */
  const bk_member *member;      /* of the team that shares the units, or NULL */
  bk_exchange *exchange;        /* of the team that shares the sequences, or NULL */
} rnn_part;

/* All steps of a part from `step` on; what of its sequences is given away on the way is no longer in it. */
typedef void (*rnn_part_fn)(const void *job, rnn_part *p, int64_t step);

BALBOA_INLINE int rnn_is_lstm(const rnn_shape *s) {
  return s->cell == BALBOA_RNN_LSTM || s->cell == BALBOA_RNN_LSTM_PEEPHOLE;
}

BALBOA_INLINE int rnn_is_gru(const rnn_shape *s) {
  return s->cell == BALBOA_RNN_GRU || s->cell == BALBOA_RNN_GRU_LATE_RESET;
}

BALBOA_INLINE int64_t rnn_length(const rnn_shape *s, int64_t n) { return s->lengths == NULL ? s->t : s->lengths[n]; }

/* The row, among all [t, n], of the state before time t of sequence n; -1 at its first step. */
BALBOA_INLINE int64_t rnn_before(const rnn_shape *s, int64_t t, int64_t n) {
  if (s->reverse) {
    return t + 1 < rnn_length(s, n) ? (t + 1) * s->n + n : -1;
  }
  return t > 0 ? (t - 1) * s->n + n : -1;
}

/* From one row of sums to the next. A register tile of rows that are a power of two apart would meet few of the first
 * cache's sets, and what is asked for ahead drive out what is in use: they are one line further apart. */
BALBOA_INLINE int64_t rnn_apart(int64_t width) { return width % 256 == 0 ? width + 16 : width; }

/* Whether the weights are larger than a thread's cache. */
BALBOA_INLINE int rnn_is_large(const rnn_shape *s, int64_t bytes) {
  return s->gates * s->h * (s->c + s->h) * bytes > RNN_LARGE;
}

/* Whether threads share the units instead of the sequences: where no cache holds the recurrent weights, where that of
 * one thread does not hold all weights and its sequences would not fill a tile, or where there are fewer sequences than
 * threads. Units are cut where panels of this width begin. */
BALBOA_INLINE int rnn_by_units(const rnn_shape *s, int64_t panel, int64_t bytes) {
  const int64_t team = bk_team_size(), step = s->gates * s->h * s->h;
  return team > 1 && s->h > panel * (team - 1) &&
         (step * bytes > RNN_LARGE || (rnn_is_large(s, bytes) && s->n < team * RNN_ROWS) ||
          (s->n < team && step >= RNN_SHARED));
}

/* The units of one thread. */
BALBOA_INLINE rnn_part rnn_units(const rnn_shape *s, int64_t panel, const bk_member *me) {
  const int64_t panels = (s->h + panel - 1) / panel;
  const rnn_part part = {0, s->n, panels * me->index / me->count * panel,
                         bk_min(s->h, panels * (me->index + 1) / me->count * panel), me, NULL};
  return part;
}

/* Waits for those who compute the other units of the same sequences. */
BALBOA_INLINE void rnn_meet(const rnn_part *p) {
  if (p->member != NULL) {
    bk_meet(p->member);
  }
}

/* Before a step: gives half of the sequences to a thread that is done with its own, if there is one. */
BALBOA_INLINE void rnn_share(const rnn_shape *s, rnn_part *p, int64_t step) {
  if (p->exchange == NULL || !bk_is_asked(p->exchange)) {
    return;
  }
  const bk_gift half = {(p->begin + p->end + 1) / 2, p->end, step};
  const int64_t work = (s->t - step) * (half.end - half.from) * s->gates * s->h * (s->c + s->h);
  if (work >= RNN_GIFT && bk_give(p->exchange, &half)) {
    p->end = half.from;
  }
}

/* Elements of a [k, columns] matrix in panels, which are 16 or 32 columns wide. */
BALBOA_INLINE int64_t rnn_packed(int64_t k, int64_t columns) { return k * ((columns + 31) / 32 * 32); }

#endif
