/* Pooling over windows given as tables, for one element type: the including file defines T and NAME(x). */

/* First largest element of a window, NaN the largest. */
BALBOA_INLINE int64_t NAME(largest)(const pool_windows *w, const T *x, const int64_t *at) {
  const int64_t *f = w->first, *c = w->count;
  int64_t best = -1;
  for (int64_t i = 0; i < c[at[0]]; i++) {
    const int64_t z = (f[at[0]] + i * w->step[0]) * w->in[1];
    for (int64_t j = 0; j < c[at[1]]; j++) {
      const int64_t row = (z + f[at[1]] + j * w->step[1]) * w->in[2] + f[at[2]];
      for (int64_t k = 0; k < c[at[2]]; k++) {
        const int64_t here = row + k * w->step[2];
        if (best < 0 || x[here] > x[best] || (x[here] != x[here] && x[best] == x[best])) {
          best = here;
        }
      }
    }
  }
  return best;
}

static void NAME(max)(void *context, int64_t begin, int64_t end) {
  const window_job *job = context;
  const pool_windows *w = &job->w;
  for (int64_t p = begin; p < end; p++) {
    const T *x = (const T *)job->from + p * w->in_size;
    T *y = (T *)job->to + p * w->out_size;
    int32_t *index = job->index + p * w->out_size;
    for (int64_t o = 0; o < w->out_size; o++) {
      int64_t at[3];
      position(w, o, at);
      const int64_t best = NAME(largest)(w, x, at);
      y[o] = x[best];
      index[o] = (int32_t)best;
    }
  }
}

static void NAME(mean)(void *context, int64_t begin, int64_t end) {
  const window_job *job = context;
  const pool_windows *w = &job->w;
  for (int64_t p = begin; p < end; p++) {
    const T *x = (const T *)job->from + p * w->in_size;
    T *y = (T *)job->to + p * w->out_size;
    for (int64_t o = 0; o < w->out_size; o++) {
      int64_t at[3];
      position(w, o, at);
      double sum = 0.0;
      for (int64_t i = 0; i < w->count[at[0]]; i++) {
        const int64_t z = (w->first[at[0]] + i * w->step[0]) * w->in[1];
        for (int64_t j = 0; j < w->count[at[1]]; j++) {
          const T *row = x + (z + w->first[at[1]] + j * w->step[1]) * w->in[2] + w->first[at[2]];
          for (int64_t k = 0; k < w->count[at[2]]; k++) {
            sum += (double)row[k * w->step[2]];
          }
        }
      }
      y[o] = (T)(sum / divisor(w, at));
    }
  }
}

static void NAME(mean_backward)(void *context, int64_t begin, int64_t end) {
  const window_job *job = context;
  const pool_windows *w = &job->w;
  for (int64_t p = begin; p < end; p++) {
    const T *dy = (const T *)job->from + p * w->out_size;
    T *dx = (T *)job->to + p * w->in_size;
    memset(dx, 0, (size_t)w->in_size * sizeof(T));
    for (int64_t o = 0; o < w->out_size; o++) {
      int64_t at[3];
      position(w, o, at);
      const T share = (T)((double)dy[o] / divisor(w, at));
      for (int64_t i = 0; i < w->count[at[0]]; i++) {
        const int64_t z = (w->first[at[0]] + i * w->step[0]) * w->in[1];
        for (int64_t j = 0; j < w->count[at[1]]; j++) {
          T *row = dx + (z + w->first[at[1]] + j * w->step[1]) * w->in[2] + w->first[at[2]];
          for (int64_t k = 0; k < w->count[at[2]]; k++) {
            row[k * w->step[2]] += share;
          }
        }
      }
    }
  }
}
