/* Pooling over windows given as tables, for one element type: the including file defines T and NAME(x). */

/* One candidate for each window of a row: x[i step], at position here + i step of the plane. */
BALBOA_INLINE void NAME(candidate_row)(int32_t n, int32_t step, const T *x, int32_t here, int first, T *y,
                                       int32_t *index) {
  if (first) {
    BALBOA_SIMD for (int32_t i = 0; i < n; i++) {
      y[i] = x[i * step];
      index[i] = here + i * step;
    }
    return;
  }
  BALBOA_SIMD for (int32_t i = 0; i < n; i++) {
    const T v = x[i * step], best = y[i];
    const int better = v > best || (v != v && best == best);
    y[i] = better ? v : best;
    index[i] = better ? here + i * step : index[i];
  }
}

/* The steps that occur most are constants for the compiler. */
BALBOA_CLONES static void NAME(candidates)(int32_t n, int32_t step, const T *x, int32_t here, int first, T *y,
                                           int32_t *index) {
  if (step == 1) {
    NAME(candidate_row)(n, 1, x, here, first, y, index);
  } else if (step == 2) {
    NAME(candidate_row)(n, 2, x, here, first, y, index);
  } else {
    NAME(candidate_row)(n, step, x, here, first, y, index);
  }
}

/* How many windows of a row from output o on are as wide as that one and evenly spaced. */
static int64_t NAME(even_run)(const pool_windows *w, int64_t o) {
  const int64_t *f = w->first + w->out[0] + w->out[1], *c = w->count + w->out[0] + w->out[1];
  int64_t last = o + 1;
  while (last < w->out[2] && c[last] == c[o] && f[last] > f[last - 1] &&
         (last == o + 1 || f[last] - f[last - 1] == f[o + 1] - f[o])) {
    last++;
  }
  return last - o;
}

/* The windows of outputs [begin, end) of a row, which are as wide and evenly spaced. */
static void NAME(max_run)(const pool_windows *w, const T *x, const int64_t *at, int64_t begin, int64_t end, T *y,
                          int32_t *index) {
  const int64_t *f = w->first, *c = w->count, n = end - begin;
  const int64_t first = f[at[2] + begin], step = n > 1 ? f[at[2] + begin + 1] - first : 1;
  int fresh = 1;
  for (int64_t i = 0; i < c[at[0]]; i++) {
    const int64_t z = (f[at[0]] + i * w->step[0]) * w->in[1];
    for (int64_t j = 0; j < c[at[1]]; j++) {
      const int64_t row = (z + f[at[1]] + j * w->step[1]) * w->in[2] + first;
      for (int64_t k = 0; k < c[at[2] + begin]; k++) {
        const int64_t here = row + k * w->step[2];
        NAME(candidates)((int32_t)n, (int32_t)step, x + here, (int32_t)here, fresh, y + begin, index + begin);
        fresh = 0;
      }
    }
  }
}

static void NAME(max)(void *context, int64_t begin, int64_t end) {
  const window_job *job = context;
  const pool_windows *w = &job->w;
  const int64_t width = w->out[2], rows = width == 0 ? 0 : w->out_size / width;
  const int64_t first_run = rows == 0 ? 0 : NAME(even_run)(w, 0);
  for (int64_t p = begin; p < end; p++) {
    const T *x = (const T *)job->from + p * w->in_size;
    T *y = (T *)job->to + p * w->out_size;
    int32_t *index = job->index + p * w->out_size;
    for (int64_t row = 0; row < rows; row++) {
      int64_t at[3];
      position(w, row * width, at);
      for (int64_t o = 0; o < width;) {
        const int64_t last = o + (o == 0 ? first_run : NAME(even_run)(w, o));
        NAME(max_run)(w, x, at, o, last, y + row * width, index + row * width);
        o = last;
      }
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
