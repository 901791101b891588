/* What the recurrent layers of both element types share. */
#ifndef BALBOA_RNN_H
#define BALBOA_RNN_H

#include <string.h>

#include "internal.h"

#define RNN_ROWS 8   /* rows of one register tile */
#define RNN_LIST 64  /* rows gathered for one product */
#define RNN_SMALL 8  /* with no more steps than this in all, weights are used once or twice: not worth packing */
#define RNN_CHUNK 64 /* rows whose input products are made ahead, so that they stay in the cache */

typedef struct {
  int32_t cell, reverse;
  int64_t t, n, c, h;
  int64_t gates;     /* blocks of h rows of the weights */
  int64_t width;     /* numbers of one step's sums: gates * h, and h more where the reset is applied late */
  int64_t kept;      /* numbers of one step that the workspace keeps for the way back */
  int64_t chunk;     /* steps whose input products are made at once */
  int64_t tile;      /* rows that the registers have room for */
  const int32_t *lengths;
} rnn_shape;


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

/* Elements of a [k, columns] matrix in panels, which are 16 or 32 columns wide. */
BALBOA_INLINE int64_t rnn_packed(int64_t k, int64_t columns) { return k * ((columns + 31) / 32 * 32); }

#endif
